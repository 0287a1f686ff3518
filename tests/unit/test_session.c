/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage.h"

static struct session session;
static struct why why;

FIXTURE(open_script)
{
	memset(&session, 0, sizeof(session));
	why.text[0] = '\0';
	stage_open(NULL);
	session_begin(&session, &stage, "close.lab", stdout);
	return 0;
}

FIXTURE(close_script)
{
	session_finish(&session);
	return stage_shut(NULL);
}

static int play(const char *script)
{
	return session_play(&session, script, &why);
}

static void feed(const char *bytes)
{
	session_feed(&session, bytes, strlen(bytes));
	session_work(&session);
}

/* -- A script */

TEST(a_script_is_played_to_its_end)
{
	assert_int_equal(play("listen kernel 80\n\n# and now\r\nconnect lwip 80\r\n"
			      "expect lwip:c1 ESTABLISHED"),
			 0);
	assert_true(session.ended);
	assert_int_equal(session.status, 0);
	assert_string_equal(stage_calls, "kernel listen l1 8; lwip connect c1 80; ");
	assert_string_equal(stage_verdict()->verdict.text, "close.lab:5: lwip is in ESTABLISHED");
}

TEST(an_error_names_its_line_and_ends_it)
{
	assert_int_equal(play("listen kernel 80\n# x\n\nopen lwip 80\nlisten kernel 81\n"),
			 -EINVAL);
	assert_string_equal(why.text, "close.lab:4: there is no command 'open'; 'help' lists them");
	assert_int_equal(session.status, 2);
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
}

TEST(a_failed_expectation_does_not_end_it)
{
	assert_int_equal(play("listen kernel 80\nconnect lwip 80\nexpect lwip:c1 CLOSING\n"
			      "expect lwip:c1 ESTABLISHED\n"),
			 0);
	assert_int_equal(session.status, 1);
	assert_true(stage_verdict()->verdict.holds);
	assert_words(timeline_event(stage_lab.timeline, stage_verdict()->n - 1)->verdict.text,
		     "close.lab:3: lwip is in CLOSING: in ESTABLISHED still after 50 ms");
}

TEST(an_error_counts_more_than_a_failed_expectation)
{
	assert_int_equal(play("connect lwip 80\nexpect lwip:c1 CLOSING\nfoo\n"), -EINVAL);
	assert_int_equal(session.status, 2);
}

TEST(without_a_connection_there_is_nothing_to_go_on_with)
{
	stage_refusal = -EADDRINUSE;
	assert_int_equal(play("listen kernel 80\nconnect lwip 80\n"), 0);
	assert_int_equal(session.status, 1);
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
	assert_words(stage_verdict()->verdict.text, "close.lab:1: kernel: listen: EADDRINUSE");
}

TEST(a_line_that_is_too_long_is_an_error)
{
	char line[SESSION_LINE + 3];

	memset(line, ' ', sizeof(line));
	line[SESSION_LINE] = '\0';
	assert_int_equal(play(line), 0);
	session.ended = false;
	line[SESSION_LINE] = ' ';
	line[SESSION_LINE + 1] = '\0';
	assert_int_equal(play(line), -EINVAL);
	assert_words(why.text, "close.lab:2: this is no line of text of 1000 bytes at most");
	assert_int_equal(session.status, 2);
}

TEST(words_that_are_too_many_are_an_error)
{
	assert_int_equal(
		play("connect lwip 1\nexpect c1 CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED "
		     "CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED "
		     "CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED CLOSED"),
		-EINVAL);
	assert_words(why.text, "close.lab:2: expect: too many words");
}

TEST(an_empty_script_holds)
{
	assert_int_equal(play(""), 0);
	assert_true(session.ended);
	assert_int_equal(session.status, 0);
}

/* -- Lines as they come */

TEST(lines_come_in_pieces)
{
	feed("listen ker");
	assert_string_equal(stage_calls, "");
	feed("nel 80\nlisten kernel 81\nlisten kernel 8");
	assert_string_equal(stage_calls, "kernel listen l1 8; kernel listen l2 8; ");
	session_end_of_lines(&session);
	session_work(&session);
	assert_string_equal(stage_calls,
			    "kernel listen l1 8; kernel listen l2 8; kernel listen l3 8; ");
	assert_true(session.ended);
	assert_int_equal(session.status, 0);
}

TEST(after_an_error_nothing_more_is_carried_out)
{
	feed("foo\nlisten kernel 80\n");
	feed("listen kernel 81\n");
	assert_string_equal(stage_calls, "");
	assert_int_equal(session.status, 2);
	assert_true(session.ended);
}

TEST(a_nul_byte_is_no_text)
{
	session_feed(&session, "show a\0b\n", 9);
	session_work(&session);
	assert_int_equal(session.status, 2);
}

/* A person goes on. */
TEST(at_a_prompt_an_error_is_told)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	session_begin(&session, &stage, NULL, out);
	feed("foo\nlisten kernel 80\nexpect l1 CLOSED\n");
	fclose(out);
	assert_string_equal(text, "there is no command 'foo'; 'help' lists them\nl1\n"
				  "FAILS kernel is in CLOSED: in LISTEN still after 50 ms\n");
	free(text);
	assert_false(session.ended);
	session.out = stdout;
}

/* The loop runs on while a command waits: here it feeds two lines more, and lets them be looked at. */
static bool feed_meanwhile(void *context, bool (*holds)(void *context), void *holds_context,
			   unsigned int timeout_ms)
{
	assert_ptr_equal(context, &stage);
	assert_int_equal(timeout_ms, 10);
	feed("listen kernel 81\nlisten ");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
	return holds(holds_context);
}

TEST(what_comes_while_a_command_waits_is_for_later)
{
	session.owner = (struct session_owner){ .wait = feed_meanwhile, .context = &stage };
	feed("listen kernel 80\nwait 10ms\nconnect lwip 81\n");
	feed("kernel 82\n");
	assert_string_equal(stage_calls, "kernel listen l1 8; lwip connect c1 81; "
					 "kernel listen l2 8; kernel listen l3 8; ");
}

TEST(who_listens_accepts_what_comes_meanwhile)
{
	struct endpoint local = { .family = 4, .addr = { 10, 9, 0, 1 }, .port = 80 };
	struct endpoint remote = { .family = 4, .addr = { 10, 9, 0, 2 }, .port = 5 };
	struct conn *conn;

	feed("listen kernel 80\n");
	conn = end_add_conn(stage.kernel, &local, &remote, true);
	conn->name = "c1";
	session_work(&session);
	assert_true(conn->accepted);
}

int main(void)
{
#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, open_script, close_script)
	const struct CMUnitTest tests[] = {
		SESSION_TEST(a_script_is_played_to_its_end),
		SESSION_TEST(an_error_names_its_line_and_ends_it),
		SESSION_TEST(a_failed_expectation_does_not_end_it),
		SESSION_TEST(an_error_counts_more_than_a_failed_expectation),
		SESSION_TEST(without_a_connection_there_is_nothing_to_go_on_with),
		SESSION_TEST(a_line_that_is_too_long_is_an_error),
		SESSION_TEST(words_that_are_too_many_are_an_error),
		SESSION_TEST(an_empty_script_holds),
		SESSION_TEST(lines_come_in_pieces),
		SESSION_TEST(after_an_error_nothing_more_is_carried_out),
		SESSION_TEST(a_nul_byte_is_no_text),
		SESSION_TEST(at_a_prompt_an_error_is_told),
		SESSION_TEST(what_comes_while_a_command_waits_is_for_later),
		SESSION_TEST(who_listens_accepts_what_comes_meanwhile),
	};

	return cmocka_run_group_tests_name("session", tests, stage_begin, NULL);
}
