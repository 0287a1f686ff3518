/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/stat.h>

#include "live/prompt.h"

static struct session session;
static struct prompt *prompt;
static int keyboard; /* the other side of the terminal */
static FILE *terminal;
static char screen[8192]; /* all that was written to it */
static char home[] = "/tmp/tcplab-prompt-XXXXXX";

static void open_prompt(void)
{
	struct why why;

	memset(&session, 0, sizeof(session));
	session_begin(&session, &stage, NULL, terminal);
	assert_int_equal(prompt_open(&prompt, &session, terminal, terminal, &why), 0);
	prompt_look(prompt);
}

FIXTURE(open_terminal)
{
	struct winsize size = { .ws_row = 24, .ws_col = 40 };
	int fd;

	stage_open(NULL);
	assert_int_equal(openpty(&keyboard, &fd, NULL, NULL, &size), 0);
	assert_int_equal(fcntl(keyboard, F_SETFL, O_NONBLOCK), 0);
	terminal = fdopen(fd, "r+");
	assert_non_null(terminal);
	setbuf(terminal, NULL);
	screen[0] = '\0';
	open_prompt();
	return 0;
}

FIXTURE(close_terminal)
{
	prompt_close(prompt);
	session_finish(&session);
	fclose(terminal);
	close(keyboard);
	return stage_shut(NULL);
}

/* What has come to the screen. */
static const char *look(void)
{
	size_t length = strlen(screen);
	ssize_t got;

	fflush(terminal);
	while ((got = read(keyboard, screen + length, sizeof(screen) - length - 1)) > 0)
		length += (size_t)got;
	screen[length] = '\0';
	return screen;
}

/* Types, and lets the loop run until nothing is left to be read. */
static void type(const char *keys)
{
	struct live_source source = prompt_source(prompt);
	struct pollfd fd = { .fd = source.fd, .events = source.events };

	assert_int_equal(write(keyboard, keys, strlen(keys)), strlen(keys));
	while (!session.ended && poll(&fd, 1, 50) > 0) {
		source.ready(source.context, fd.revents);
		prompt_look(prompt);
		look(); /* or the terminal's buffer would be full one day */
	}
}

/* The screen is empty from here on. */
static void wipe(void)
{
	look();
	screen[0] = '\0';
}

TEST(it_prompts)
{
	assert_words(look(), "tcplab> ");
}

TEST(a_line_is_carried_out)
{
	type("listen kernel 80\r");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
	assert_words(look(), "tcplab> ", "listen kernel 80", "l1", "tcplab> ");
}

TEST(a_line_can_be_edited)
{
	type("kernel 80\001listenn\010 \005\0101\r"); /* Ctrl-A, backspace, Ctrl-E */
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
}

TEST(an_error_is_told_and_it_goes_on)
{
	type("foo\rlisten kernel 80\r");
	assert_words(look(), "there is no command 'foo'", "tcplab> ");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
	assert_false(session.ended);
}

TEST(tab_completes)
{
	type("lis\tk\t80\r");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
}

TEST(tab_lists_what_there_is)
{
	type("re\t");
	assert_words(look(), "receive  reorder  release", "re");
	type("ce\t\r");
	assert_words(look(), "receive: too few words");
}

TEST(control_d_ends_on_an_empty_line)
{
	type("mend x\001\004\004\004\004\005"); /* Ctrl-A, four times Ctrl-D, Ctrl-E */
	assert_false(session.ended);
	type("\025\004"); /* Ctrl-U, Ctrl-D */
	assert_true(session.ended);
	assert_int_equal(session.status, 0);
}

TEST(a_terminal_that_hangs_up_ends_it)
{
	struct live_source source = prompt_source(prompt);

	close(keyboard);
	source.ready(source.context, POLLHUP);
	prompt_look(prompt);
	keyboard = open("/dev/null", O_RDONLY);
	assert_true(session.ended);
}

TEST(quit_leaves_no_prompt)
{
	type("quit\r");
	wipe();
	prompt_look(prompt);
	assert_string_equal(look(), "");
	assert_true(session.ended);
}

/* What is printed meanwhile stands in lines of its own, and the typed line comes back. */
TEST(what_is_printed_does_not_garble_the_line)
{
	type("listen ker");
	wipe();
	prompt_hide(prompt);
	fputs("lwip c1 ESTABLISHED\n", terminal);
	prompt_show(prompt);
	assert_words(look(), "\r\033[Jlwip c1 ESTABLISHED\r\n", "tcplab> listen ker");
	type("nel 80\r");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
}

/* A terminal of 40 columns: the prompt and 50 characters are two rows. */
TEST(a_line_of_several_rows_vanishes_whole)
{
	type("show 12345678901234567890123456789012345678901234");
	wipe();
	prompt_hide(prompt);
	assert_words(look(), "\r\033[1A\033[J");
	prompt_show(prompt);
}

TEST(hiding_twice_is_hiding_once)
{
	type("list");
	wipe();
	prompt_hide(prompt);
	prompt_hide(prompt);
	assert_string_equal(look(), "\r\033[J");
	prompt_show(prompt);
	wipe();
	prompt_show(prompt);
	assert_string_equal(look(), "");
}

/* While a command waits there is no prompt; what is typed is carried out afterwards. */
static bool type_meanwhile(void *context, bool (*holds)(void *context), void *holds_context,
			   unsigned int timeout_ms)
{
	(void)context;
	(void)timeout_ms;
	wipe();
	prompt_hide(prompt);
	prompt_show(prompt);
	assert_string_equal(look(), "");
	type("listen kernel 81\rlisten kernel 82\r");
	assert_string_equal(stage_calls, "");
	return holds(holds_context);
}

TEST(what_is_typed_while_a_command_waits_is_for_later)
{
	session.owner.wait = type_meanwhile;
	type("wait 10ms\r");
	assert_string_equal(stage_calls, "kernel listen l1 8; kernel listen l2 8; ");
	wipe();
	type("x");
	assert_words(look(), "x");
}

TEST(history_is_kept)
{
	char path[64];
	struct stat history;

	type("listen kernel 80\r");
	prompt_close(prompt);
	session_finish(&session);
	snprintf(path, sizeof(path), "%s/tcplab/history", home);
	assert_int_equal(stat(path, &history), 0);
	assert_int_equal(history.st_mode & 0777, 0600);
	open_prompt();
	stage_calls[0] = '\0';
	type("\0201\r"); /* Ctrl-P: the line before, and a 1 behind it */
	assert_string_equal(stage_calls, "kernel listen l2 8; ");
	type("\020\020\r");
	assert_words(stage_calls, "kernel listen l2 8; kernel listen l3 8; ");
}

TEST(history_that_cannot_be_kept_is_no_error)
{
	prompt_close(prompt);
	session_finish(&session);
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	open_prompt();
	type("listen kernel 80\r");
	assert_string_equal(stage_calls, "kernel listen l1 8; ");
	setenv("XDG_STATE_HOME", home, 1);
}

FIXTURE(find_home)
{
	if (mkdtemp(home) == NULL)
		return -1;
	setenv("XDG_STATE_HOME", home, 1);
	setenv("TERM", "xterm", 1);
	return stage_begin(unit_state);
}

FIXTURE(leave_home)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/tcplab/history", home);
	unlink(path);
	snprintf(path, sizeof(path), "%s/tcplab", home);
	rmdir(path);
	return rmdir(home);
}

int main(void)
{
#define PROMPT_TEST(name) cmocka_unit_test_setup_teardown(name, open_terminal, close_terminal)
	const struct CMUnitTest tests[] = {
		PROMPT_TEST(it_prompts),
		PROMPT_TEST(a_line_is_carried_out),
		PROMPT_TEST(a_line_can_be_edited),
		PROMPT_TEST(an_error_is_told_and_it_goes_on),
		PROMPT_TEST(tab_completes),
		PROMPT_TEST(tab_lists_what_there_is),
		PROMPT_TEST(control_d_ends_on_an_empty_line),
		PROMPT_TEST(a_terminal_that_hangs_up_ends_it),
		PROMPT_TEST(quit_leaves_no_prompt),
		PROMPT_TEST(what_is_printed_does_not_garble_the_line),
		PROMPT_TEST(a_line_of_several_rows_vanishes_whole),
		PROMPT_TEST(hiding_twice_is_hiding_once),
		PROMPT_TEST(what_is_typed_while_a_command_waits_is_for_later),
		PROMPT_TEST(history_is_kept),
		PROMPT_TEST(history_that_cannot_be_kept_is_no_error),
	};

	return cmocka_run_group_tests_name("prompt", tests, find_home, leave_home);
}
