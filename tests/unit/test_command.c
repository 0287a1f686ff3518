/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage.h"

#include "live/call.h"

static struct session session;
static char *printed;
static size_t printed_size;
static struct why why;

FIXTURE(open_session)
{
	FILE *out = open_memstream(&printed, &printed_size);

	assert_non_null(out);
	memset(&session, 0, sizeof(session));
	stage_open(NULL);
	session_begin(&session, &stage, NULL, out);
	return 0;
}

FIXTURE(close_session)
{
	session_finish(&session);
	fclose(session.out);
	free(printed);
	return stage_shut(NULL);
}

/* What has been printed until now. */
static const char *output(void)
{
	fflush(session.out);
	return printed;
}

static int say(const char *line)
{
	why.text[0] = '\0';
	return session_line(&session, line, &why);
}

static void did(const char *line)
{
	if (say(line) != 0) {
		print_error("%s: %s\n", line, why.text);
		fail();
	}
}

/* Two listeners and a connection: l1 at the kernel, c1 from lwIP. */
static void set_the_scene(void)
{
	did("listen kernel 80");
	did("connect lwip 80");
}

static void assert_calls(const char *expected)
{
	assert_string_equal(stage_calls, expected);
	stage_calls[0] = '\0';
}

static void assert_verdict(bool holds, const char *text)
{
	const struct event *verdict = stage_verdict();

	assert_non_null(verdict);
	assert_string_equal(verdict->verdict.text, text);
	assert_int_equal(verdict->verdict.holds, holds);
}

/* -- What each command does */

TEST(empty_lines_and_comments_do_nothing)
{
	did("");
	did("   \t");
	did("# listen kernel 80");
	did("   # listen");
	assert_calls("");
}

TEST(a_comment_may_follow_a_command)
{
	did("listen kernel 80 # backlog 3");
	assert_calls("kernel listen l1 8; ");
}

TEST(listen_listens)
{
	did("listen kernel 80");
	did("  listen\tlwip 65535  backlog 3 ");
	assert_calls("kernel listen l1 8; lwip listen l2 3; ");
	assert_string_equal(output(), "l1\nl2\n");
}

TEST(connect_goes_to_the_other_stack)
{
	did("connect lwip 80");
	did("connect kernel 81");
	assert_calls("lwip connect c1 80; kernel connect c2 81; ");
	assert_words(output(), "c1  lwip:10.9.0.2:50000 → 10.9.0.1:80  SYN_SENT",
		     "c2  kernel:10.9.0.1:50001 → 10.9.0.2:81");
}

TEST(connect_goes_where_it_is_told)
{
	did("connect lwip to absent 80 from 1234");
	did("connect lwip to 10.9.0.77 81");
	assert_calls("lwip connect c1 80; lwip connect c2 81; ");
	assert_words(output(), "10.9.0.2:1234 → 10.9.0.99:80", "→ 10.9.0.77:81");
}

TEST(who_listens_accepts)
{
	set_the_scene();
	assert_true(stage.kernel->conns->accepted);
}

TEST(send_takes_the_rest_of_the_line)
{
	set_the_scene();
	stage_calls[0] = '\0';
	did("send lwip:c1 one # two");
	did("send lwip:c1 \\x41\\n\\\\");
	did("send lwip:c1 30 bytes");
	did("send lwip:c1 bytes");
	assert_calls("lwip send c1 9; lwip send c1 3; lwip send c1 30; lwip send c1 5; ");
}

TEST(a_send_that_a_full_buffer_stops_fails)
{
	set_the_scene();
	stage_taken = 10;
	did("send lwip:c1 30 bytes");
	assert_words(stage_verdict()->verdict.text, "send of 30 bytes: it took 10;");
	assert_false(stage_verdict()->verdict.holds);
	assert_int_equal(session.status, 1);
}

TEST(receive_tells_what_there_is)
{
	set_the_scene();
	stage_data = "hello\n";
	did("receive lwip:c1");
	assert_words(output(), "lwip has 6 bytes: hello.");
	did("receive lwip:c1");
	assert_words(output(), "hello.\n", "lwip has nothing more");
	stage_data = NULL;
	did("receive lwip:c1");
	assert_words(output(), "nothing more", "lwip has the other side's FIN");
	assert_null(stage_verdict());
}

TEST(receive_can_be_an_expectation)
{
	set_the_scene();
	stage_data = "hello";
	did("receive lwip:c1 4 bytes");
	assert_verdict(true, "lwip reads 4 bytes");
	did("receive lwip:c1 2 bytes");
	assert_verdict(false, "lwip reads 2 bytes: it got 1, and then nothing more");
	did("receive lwip:c1 FIN");
	assert_verdict(false, "lwip reads the other side's FIN: it got nothing more");
	stage_data = NULL;
	did("receive lwip:c1 fin");
	assert_verdict(true, "lwip reads the other side's FIN");
	stage_refusal = -ECONNRESET;
	did("receive lwip:c1 FIN");
	assert_verdict(false, "lwip reads the other side's FIN: it got ECONNRESET");
}

TEST(connections_end_in_three_ways)
{
	set_the_scene();
	did("connect lwip 80");
	stage_calls[0] = '\0';
	did("shutdown lwip:c1");
	did("close lwip:c1");
	did("abort kernel:c1");
	did("close l1");
	assert_calls("lwip shutdown c1 0; lwip close c1 0; kernel abort c1 0; kernel close l1 0; ");
}

TEST(options_are_set)
{
	set_the_scene();
	stage_calls[0] = '\0';
	did("set kernel:c1 quickack=1");
	did("set lwip:c1 keepidle=60");
	did("set lwip:c1 close_at_eof=1");
	assert_calls("kernel set c1 1001; lwip set c1 4060; ");
	assert_true(stage.lwip->conns->close_at_eof);
}

TEST(what_the_stack_refuses_is_a_verdict)
{
	set_the_scene();
	stage_refusal = -EPIPE;
	did("send lwip:c1 x");
	assert_words(stage_verdict()->verdict.text, "lwip: send of 1 bytes: EPIPE");
	did("shutdown lwip:c1");
	assert_words(stage_verdict()->verdict.text, "lwip: shutdown: EPIPE");
	did("set lwip:c1 nodelay=1");
	assert_words(stage_verdict()->verdict.text, "lwip: nodelay: EPIPE");
	did("listen kernel 90");
	assert_words(stage_verdict()->verdict.text, "kernel: listen: EPIPE");
	did("connect kernel 90");
	assert_words(stage_verdict()->verdict.text, "kernel: connect to 10.9.0.2:90: EPIPE");
	assert_int_equal(session.status, 1);
}

TEST(one_state_is_where_it_is)
{
	set_the_scene();
	did("expect lwip:c1 ESTABLISHED");
	assert_verdict(true, "lwip is in ESTABLISHED");
	did("expect kernel:c1 time_wait");
	assert_verdict(false, "kernel is in TIME_WAIT: in ESTABLISHED still after 50 ms");
	assert_int_equal(session.status, 1);
}

TEST(several_states_are_the_whole_path)
{
	set_the_scene();
	did("expect lwip:c1 CLOSED SYN_SENT ESTABLISHED");
	assert_verdict(true, "lwip goes CLOSED → SYN_SENT → ESTABLISHED");
	did("expect kernel:c1 LISTEN ESTABLISHED");
	assert_false(stage_verdict()->verdict.holds);
	assert_words(stage_verdict()->verdict.text, "went LISTEN → SYN_RCVD → ESTABLISHED",
		     "extra SYN_RCVD after LISTEN");
}

TEST(a_state_in_parentheses_may_go_unseen)
{
	set_the_scene();
	did("expect kernel:c1 LISTEN (SYN_RCVD) ESTABLISHED");
	assert_true(stage_verdict()->verdict.holds);
	did("expect kernel:c1 LISTEN SYN_RCVD (CLOSE_WAIT) ESTABLISHED");
	assert_false(stage_verdict()->verdict.holds);
	stage.kernel->snapshots = true;
	did("expect kernel:c1 LISTEN SYN_RCVD (CLOSE_WAIT) ESTABLISHED");
	assert_true(stage_verdict()->verdict.holds);
}

TEST(a_side_that_has_never_seen_it_is_in_no_state)
{
	did("connect lwip 80");
	did("expect kernel:c1 CLOSED");
	assert_verdict(false, "kernel is in CLOSED: it has not seen c1 in 50 ms");
}

TEST(a_connection_that_does_not_come_is_a_verdict)
{
	did("listen kernel 99");
	did("connect lwip 80");
	did("close kernel:c1");
	assert_verdict(false, "kernel accepts c1: it did not come within 50 ms");
}

TEST(a_name_alone_is_the_only_side)
{
	did("connect lwip 80");
	did("expect c1 SYN_SENT");
	assert_verdict(true, "lwip is in SYN_SENT");
	did("listen kernel 90");
	did("expect l1 LISTEN");
	assert_verdict(true, "kernel is in LISTEN");
}

TEST(a_name_alone_is_the_side_that_the_lab_has)
{
	did("connect lwip 80");
	end_add_conn(stage.kernel, &stage.lwip->conns->remote, &stage.lwip->conns->local, true)
		->name = "c1";
	did("expect c1 SYN_SENT");
	assert_verdict(true, "lwip is in SYN_SENT");
}

TEST(rules_are_added_listed_and_lifted)
{
	did("drop lwip FIN 2 # the second");
	did("delay 300ms kernel ACK");
	did("cut at 1h");
	did("rules");
	assert_words(output(), "drop lwip FIN 2\n", "delay 300ms kernel ACK\n", "cut at 1h\n");
	assert_int_equal(stage_lab.wire.rules.count, 3);
	did("clear");
	assert_int_equal(stage_lab.wire.rules.count, 0);
	assert_int_equal(session.rules, 0);
}

TEST(the_cable_is_cut_and_mended)
{
	did("cut");
	assert_true(stage_lab.wire.cut);
	did("mend");
	assert_false(stage_lab.wire.cut);
	did("release");
}

TEST(there_are_no_more_rules_than_the_wire_has)
{
	for (int i = 0; i < WIRE_RULES; i++)
		did("drop lwip 99");
	assert_int_equal(say("drop lwip 99"), -EINVAL);
	assert_words(why.text, "drop: 16 rules are the most");
}

TEST(patience_is_set)
{
	did("patience 1.5s");
	assert_int_equal(stage_lab.patience_ms, 1500);
}

TEST(time_passes)
{
	uint64_t before = timeline_real_ns();

	did("wait 20ms");
	assert_true(timeline_real_ns() - before >= 20000000);
	did("warp 1s");
	assert_string_equal(
		timeline_event(stage_lab.timeline, timeline_count(stage_lab.timeline))->call.name,
		"warp");
	did("warp 2MSL");
	assert_string_equal(
		timeline_event(stage_lab.timeline, timeline_count(stage_lab.timeline))->call.args,
		"121000 ms");
}

TEST(the_guard_is_switched)
{
	did("guard on 3");
	did("guard status");
	assert_words(output(), "the guard is on", "cookies sent", "0");
	did("guard off");
	did("guard");
	assert_words(output(), "the guard is on", "the guard is off");
}

static int refuse_to_save(void *context, const char *dir, struct why *bad)
{
	assert_ptr_equal(context, &session);
	return why_set(bad, ENOSPC, "no room in %s", dir);
}

TEST(save_asks_the_owner)
{
	assert_int_equal(say("save here"), -EINVAL);
	session.owner = (struct session_owner){ .save = refuse_to_save, .context = &session };
	assert_int_equal(say("save here and there"), -ENOSPC);
	assert_string_equal(why.text, "save: no room in here and there");
}

TEST(show_and_ladder_are_for_the_eye)
{
	did("show now # and here");
	did("ladder");
	assert_words(output(), "lwip", "kernel", "show now # and here");
}

TEST(quit_ends_the_session)
{
	did("quit");
	assert_true(session.ended);
}

/* Every command is in the list, and has a help of its own. */
TEST(help_knows_every_command)
{
	char line[40];

	did("help");
	for (int i = 0; verb_groups[i] != NULL; i++)
		for (const struct verb *verb = verb_groups[i]; verb->name != NULL; verb++) {
			snprintf(line, sizeof(line), "  %s ", verb->name);
			assert_words(output(), line);
			snprintf(line, sizeof(line), "help %s", verb->name);
			did(line);
			snprintf(line, sizeof(line), "\n%s ", verb->name);
			assert_words(output(), line);
		}
}

/* -- What is refused */

static const struct {
	const char *line, *why;
} bad[] = {
	{ "liste kernel 80", "there is no command 'liste'; 'help' lists them" },
	{ "\033[2Jx", "there is no command '?[2Jx'" },
	{ "listen", "listen: too few words; it is: listen lwip|kernel PORT" },
	{ "listen kernel", "listen: too few words" },
	{ "listen kernel 80 backlog 3 4", "listen: too many words" },
	{ "listen linux 80", "listen: 'linux' is no stack; there are lwip and kernel" },
	{ "listen kernel 0", "listen: a port is a whole number from 1 to 65535, not '0'" },
	{ "listen kernel 65536", "not '65536'" },
	{ "listen kernel -1", "not '-1'" },
	{ "listen kernel 80x", "not '80x'" },
	{ "listen kernel 80 3", "listen: '3': behind the port there can be 'backlog N'" },
	{ "listen kernel 80 backlog", "'backlog N'" },
	{ "listen kernel 80 backlog 0", "a backlog is a whole number from 1" },
	{ "connect", "connect: too few words" },
	{ "connect raw 80", "'raw' is no stack" },
	{ "connect lwip http", "a port is a whole number from 1 to 65535, not 'http'" },
	{ "connect lwip to nowhere 80", "connect: 'nowhere' is no host; there are lwip, kernel" },
	{ "connect lwip to fd09::1 80", "'fd09::1' is no host" },
	{ "connect lwip to kernel", "connect: the port is missing" },
	{ "connect lwip 80 from", "behind the port there can be 'from PORT'" },
	{ "connect lwip 80 via 9", "'via': behind the port there can be 'from PORT'" },
	{ "connect lwip 80 from 99999", "not '99999'" },
	{ "close", "close: too few words; it is: close CONN" },
	{ "close c9", "close: there is no connection 'c9'; there are" },
	{ "close lwip:c9", "there is no connection 'c9'; there are" },
	{ "close linux:c1", "close: 'linux' is no stack" },
	{ "close c1", "close: c1 has two sides here: say lwip:c1 or kernel:c1" },
	{ "close lwip:l1", "close: lwip has no connection l1 any more, or never had" },
	{ "close lwip:c2", "close: lwip has closed c2 already" },
	{ "close :c1", "close: '' is no stack" },
	{ "shutdown lwip:c2", "lwip has closed c2 already" },
	{ "abort x", "abort: there is no connection 'x'" },
	{ "send lwip:c1", "send: too few words" },
	{ "send lwip:c1 a\\b", "send: behind a backslash there can be" },
	{ "send lwip:c1 a\\", "behind a backslash" },
	{ "send lwip:c1 \\x4", "behind a backslash" },
	{ "send lwip:c1 0 bytes", "send: an amount is a whole number from 1" },
	{ "send lwip:c1 99999999 bytes", "send: an amount is a whole number from 1 to 16777216" },
	{ "receive lwip:c1 RST", "receive: 'RST': behind the connection there can be" },
	{ "receive lwip:c1 3", "'FIN' or 'N bytes'" },
	{ "receive lwip:c1 3 words", "receive: '3 words': behind" },
	{ "receive lwip:c1 x bytes", "receive: an amount is a whole number" },
	{ "set lwip:c1", "set: too few words" },
	{ "set lwip:c1 nodelay", "set: an option is OPTION=VALUE, not 'nodelay'" },
	{ "set lwip:c1 cork=1",
	  "set: there is no option 'cork'; there are close_at_eof, quickack" },
	{ "set lwip:c1 nodelay=yes", "set: nodelay is a whole number from 0" },
	{ "expect lwip:c1", "expect: too few words" },
	{ "expect lwip:c1 OPEN", "expect: 'OPEN' is no state; there are CLOSED, LISTEN" },
	{ "expect lwip:c1 CLOSED (OPEN) CLOSED", "'OPEN' is no state" },
	{ "expect lwip:c1 (CLOSED)", "the last state is where it stays" },
	{ "expect c1 CLOSED", "expect: c1 has two sides here" },
	{ "expect c7 CLOSED", "expect: there is no connection 'c7'" },
	{ "warp", "warp: too few words" },
	{ "warp 5", "warp: '5' is no time; times are as 300ms, 1.5s, 2min and 1h" },
	{ "warp 25h", "warp: '25h' is no time in whole ms, from 1 ms to 24 h" },
	{ "wait 0s", "wait: '0s' is no time in whole ms" },
	{ "wait 1ms 2ms", "wait: too many words" },
	{ "patience 2000", "patience: '2000' is no time" },
	{ "drop", "drop: too few words" },
	{ "drop fun", "drop, column 1: there is no word 'fun'" },
	{ "delay lwip FIN", "delay, column 9: a time is missing" },
	{ "cut when", "cut, column 1: there is no word 'when'" },
	{ "mend it", "mend: too many words" },
	{ "guard maybe", "guard: 'maybe': it is 'on [N]', 'off' or 'status'" },
	{ "guard off 3", "guard: 'off' takes nothing more" },
	{ "guard on x", "guard: half-open connections is a whole number" },
	{ "sysctl tcp_rfc1337", "sysctl: a kernel parameter is set as NAME=VALUE" },
	{ "sysctl kernel.panic=1",
	  "sysctl: 'kernel.panic' is no parameter of a network namespace" },
	{ "sysctl net/../kernel/panic=1", "is no parameter of a network namespace" },
	{ "sysctl net.ipv4.no_such_thing=1",
	  "sysctl: cannot set /proc/sys/net/ipv4/no_such_thing" },
	{ "show", "show: too few words" },
	{ "help me", "help: there is no command 'me'" },
	{ "quit now", "quit: too many words" },
};

/* Each of them with a scene on which it could be meant. */
TEST(bad_lines_are_refused)
{
	set_the_scene();
	did("connect lwip 80");
	did("close lwip:c2");
	stage_calls[0] = '\0';
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (say(bad[i].line) >= 0)
			print_error("taken: %s\n", bad[i].line);
		assert_words(why.text, bad[i].why);
	}
	assert_calls("");
	assert_null(stage_verdict());
	assert_int_equal(session.status, 0);
}

/* lwIP on an Ethernet segment: the kernel is out of it. */
TEST(what_concerns_the_kernel_is_refused_on_a_segment)
{
	static const struct end_ops others = STAGE_OPS(WHO_OTHERS);
	static const struct {
		const char *line, *why;
	} refused[] = {
		{ "listen kernel 80", "listen: lwIP is on an Ethernet segment: no kernel" },
		{ "connect kernel 80", "connect: lwIP is on an Ethernet segment" },
		{ "connect lwip 80", "connect: to whom?" },
		{ "connect lwip to kernel 80", "connect: 'kernel' is no address of IPv4" },
		{ "close kernel:c1", "close: lwIP is on an Ethernet segment" },
		{ "sysctl net.ipv4.tcp_syncookies=1", "sysctl: lwIP is on an Ethernet segment" },
		{ "drop kernel SYN",
		  "drop: there is no such sender on this wire, but lwip and others" },
		{ "drop raw", "no such sender" },
	};

	stage.kernel->ops = &others;
	stage_lab.wire.on_segment = true;
	did("connect lwip to 10.9.0.7 80");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		assert_int_equal(say(refused[i].line), -EINVAL);
		assert_words(why.text, refused[i].why);
	}
	did("drop others SYN");
	did("ss");
	assert_words(output(), "lwIP's own table");
	assert_null(strstr(output(), "ss -tano"));
	did("close c1");
}

TEST(another_programs_connection_is_not_for_us)
{
	did("connect lwip 80");
	end_add_conn(stage.kernel, &stage.lwip->conns->remote, &stage.lwip->conns->local, true)
		->name = "c1";
	assert_int_equal(say("close kernel:c1"), -EINVAL);
	assert_words(why.text, "close: kernel: c1 is another program's");
}

TEST(there_are_so_many_listeners)
{
	char line[32];

	for (int i = 0; i < SESSION_LISTENERS; i++) {
		snprintf(line, sizeof(line), "listen kernel %d", i + 1);
		did(line);
	}
	assert_int_equal(say("listen kernel 99"), -EINVAL);
	did("close l3");
	did("listen kernel 99");
}

/* -- Completion */

static const char *completions(const char *line)
{
	static char all[1024];
	char word[64];
	size_t length = 0;

	all[0] = '\0';
	for (unsigned int n = 0; command_complete(&session, line, n, word, sizeof(word)); n++)
		length += (size_t)snprintf(all + length, sizeof(all) - length, "%s%s",
					   n == 0 ? "" : " ", word);
	return all;
}

TEST(words_are_completed)
{
	set_the_scene();
	assert_string_equal(completions("re"), "receive reorder release");
	assert_string_equal(completions("  conn"), "connect");
	assert_string_equal(completions("listen "), "lwip kernel");
	assert_string_equal(completions("close l"), "lwip:c1");
	assert_string_equal(completions("close kernel:"), "kernel:c1 kernel:l1");
	assert_string_equal(completions("expect lwip:c1 FIN"), "FIN_WAIT_1 FIN_WAIT_2");
	assert_string_equal(completions("set lwip:c1 keep"),
			    "keepalive keepidle keepintvl keepcnt");
	assert_string_equal(completions("help gu"), "guard");
	assert_string_equal(completions("guard o"), "on off");
	assert_string_equal(completions("nothing "), "");
	assert_string_equal(completions("mend "), "");
}

int main(void)
{
#define COMMAND_TEST(name) cmocka_unit_test_setup_teardown(name, open_session, close_session)
	const struct CMUnitTest tests[] = {
		COMMAND_TEST(empty_lines_and_comments_do_nothing),
		COMMAND_TEST(a_comment_may_follow_a_command),
		COMMAND_TEST(listen_listens),
		COMMAND_TEST(connect_goes_to_the_other_stack),
		COMMAND_TEST(connect_goes_where_it_is_told),
		COMMAND_TEST(who_listens_accepts),
		COMMAND_TEST(send_takes_the_rest_of_the_line),
		COMMAND_TEST(a_send_that_a_full_buffer_stops_fails),
		COMMAND_TEST(receive_tells_what_there_is),
		COMMAND_TEST(receive_can_be_an_expectation),
		COMMAND_TEST(connections_end_in_three_ways),
		COMMAND_TEST(options_are_set),
		COMMAND_TEST(what_the_stack_refuses_is_a_verdict),
		COMMAND_TEST(one_state_is_where_it_is),
		COMMAND_TEST(several_states_are_the_whole_path),
		COMMAND_TEST(a_state_in_parentheses_may_go_unseen),
		COMMAND_TEST(a_side_that_has_never_seen_it_is_in_no_state),
		COMMAND_TEST(a_connection_that_does_not_come_is_a_verdict),
		COMMAND_TEST(a_name_alone_is_the_only_side),
		COMMAND_TEST(a_name_alone_is_the_side_that_the_lab_has),
		COMMAND_TEST(rules_are_added_listed_and_lifted),
		COMMAND_TEST(the_cable_is_cut_and_mended),
		COMMAND_TEST(there_are_no_more_rules_than_the_wire_has),
		COMMAND_TEST(patience_is_set),
		COMMAND_TEST(time_passes),
		COMMAND_TEST(the_guard_is_switched),
		COMMAND_TEST(save_asks_the_owner),
		COMMAND_TEST(show_and_ladder_are_for_the_eye),
		COMMAND_TEST(quit_ends_the_session),
		COMMAND_TEST(help_knows_every_command),
		COMMAND_TEST(bad_lines_are_refused),
		COMMAND_TEST(what_concerns_the_kernel_is_refused_on_a_segment),
		COMMAND_TEST(another_programs_connection_is_not_for_us),
		COMMAND_TEST(there_are_so_many_listeners),
		COMMAND_TEST(words_are_completed),
	};

	return cmocka_run_group_tests_name("command", tests, stage_begin, NULL);
}
