/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A board's serial and Ethernet line. The boards are this program itself, called with one of the names below.
 */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#include "lab/board.h"
#include "linux/clock.h"

/* With a board that will say nothing; others have as long as it takes. */
#define SHORT_MS    200
#define LONG_MS     20000
#define HEADER_SIZE 14

/* -- The boards' side */

static void say(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		exit(1);
}

/* The next line; the board ends with 9 when it is another one. */
static void hear(const char *wanted)
{
	char line[256] = "";

	if (fgets(line, sizeof(line), stdin) == NULL || strcmp(line, wanted) != 0)
		exit(9);
}

/* Says nothing more, and obeys that alone. */
static void wait_for_exit(void)
{
	char line[256];

	while (fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "exit 0\n") != 0)
		continue;
}

static size_t take(uint8_t frame[2048])
{
	ssize_t size = recv(3, frame, 2048, 0);

	return size < 0 ? 0 : (size_t)size;
}

static void hear_in_frame(const char *wanted)
{
	uint8_t frame[2048] = { 0 };
	size_t size = take(frame);

	if (size != HEADER_SIZE + strlen(wanted) || frame[12] != 0x88 || frame[13] != 0xb6 ||
	    memcmp(frame + HEADER_SIZE, wanted, strlen(wanted)) != 0)
		exit(9);
}

static void answers(void)
{
	say("booting\r\nready 1 fake 9.9.9\r\n");
	hear("time_wait\n");
	say("just so\n= 250 0 121000 7\n");
	hear("5 run\n");
	say("= 4294967295 -6\n");
	hear("run\n");
	say("= 0 0\n");
	hear("exit 0\n");
}

static void calls_back(void)
{
	say("ready 1 fake 9.9.9\n");
	hear("connect 1\n");
	say("! state a\n? connected 1 0\n");
	hear("output 1\n");
	say("! timer b\n= 1 -1\n");
	hear("return -13\n");
	say("! state c\n= 1 0\n");
	hear("exit 0\n");
}

static void sends_a_frame(void)
{
	uint8_t frame[60] = { 1, 2, 3 };

	say("ready 1 fake 9.9.9\n");
	hear("run\n");
	send(3, frame, sizeof(frame), 0);
	say("! frame 60\n= 1 0\n");
	hear("exit 0\n");
}

static void takes_frames(void)
{
	uint8_t frame[2048];

	say("ready 1 fake 9.9.9\n");
	hear("frames 1\n");
	say(take(frame) == 60 && frame[0] == 7 ? "= 1 0\n" : "= 1 -1\n");
	hear("frames 2\n");
	take(frame);
	say("= 1 -3\n");
	hear("exit 0\n");
}

static void takes_lines_in_frames(void)
{
	uint8_t frame[2048];

	say("ready 1 fake 9.9.9 frames\n");
	hear_in_frame("run\n");
	say("= 1 0\n");
	hear_in_frame("frames 3\n");
	say(take(frame) == 60 ? "= 1 0\n" : "= 1 -1\n");
	hear_in_frame("exit 0\n");
}

static void takes_data(void)
{
	uint8_t frame[2048], last = 0;
	size_t size = 0;

	say("ready 1 fake 9.9.9\n");
	hear("frames 4\n");
	for (int i = 0; i < 4; i++)
		size += take(frame) - HEADER_SIZE;
	say("= 1 0\n");
	hear("frames 5\n");
	size += take(frame) - HEADER_SIZE;
	last = frame[HEADER_SIZE];
	say(size == 6001 && last == 42 && frame[12] == 0x88 && frame[13] == 0xb5 ? "= 1 0\n"
										 : "= 1 -1\n");
	hear("exit 0\n");
}

static void ends(void)
{
	say("no memory\n");
	exit(3);
}

static void is_killed(void)
{
	raise(SIGKILL);
}

static void closes_the_line(void)
{
	close(STDOUT_FILENO);
	wait_for_exit();
}

static void is_silent(void)
{
	wait_for_exit();
}

static void speaks_version_2(void)
{
	say("ready 2 fake 9.9.9\n");
	wait_for_exit();
}

static void ends_later(void)
{
	say("ready 1 fake 9.9.9\n");
	hear("run\n");
	say("lwIP assertion failed: on purpose\n");
	exit(70);
}

static void is_silent_later(void)
{
	say("ready 1 fake 9.9.9\n");
	wait_for_exit();
}

static void answers_nonsense(void)
{
	say("ready 1 fake 9.9.9\n= ?\n");
	wait_for_exit();
}

static void announces_a_frame(void)
{
	say("ready 1 fake 9.9.9\n! frame 60\n");
	wait_for_exit();
}

/* Nor does its child end by itself, whose pid is its word. */
static void does_not_stop(void)
{
	char line[40];

	if (fork() == 0) {
		snprintf(line, sizeof(line), "pid %d\nready 1 fake 9.9.9\n", (int)getpid());
		say(line);
	}
	for (;;)
		pause();
}

#define FAKE(name)          \
	{                   \
#name, name \
	}
static const struct {
	const char *name;
	void (*run)(void);
} fakes[] = {
	FAKE(answers),
	FAKE(calls_back),
	FAKE(sends_a_frame),
	FAKE(takes_frames),
	FAKE(takes_lines_in_frames),
	FAKE(takes_data),
	FAKE(ends),
	FAKE(is_killed),
	FAKE(closes_the_line),
	FAKE(is_silent),
	FAKE(speaks_version_2),
	FAKE(ends_later),
	FAKE(is_silent_later),
	FAKE(answers_nonsense),
	FAKE(announces_a_frame),
	FAKE(does_not_stop),
};

static int be_fake(const char *name)
{
	setvbuf(stdin, NULL, _IONBF, 0);
	signal(SIGTERM, SIG_IGN); /* they end when they hear so, or are killed 2 s later */
	for (size_t i = 0; i < sizeof(fakes) / sizeof(fakes[0]); i++)
		if (strcmp(fakes[i].name, name) == 0)
			fakes[i].run();
	return 0;
}

/* -- The lab's side */

static char happened[512];

static void note(const char *kind, const struct board_line *line)
{
	size_t length = strlen(happened);

	snprintf(happened + length, sizeof(happened) - length, "%s %s %s; ", kind, line->word[0],
		 line->word[1]);
}

static void on_event(void *context, const struct board_line *event)
{
	(void)context;
	note("event", event);
}

static int on_callback(void *context, const struct board_line *callback)
{
	note("callback", callback);
	assert_int_equal(board_call(context, NULL, "output %d", 1), -1);
	return -13;
}

static void on_frame(void *context, const uint8_t *frame, size_t size)
{
	(void)context;
	snprintf(happened, sizeof(happened), "frame of %zu: %u %u %u", size, frame[0], frame[1],
		 frame[2]);
}

static void start(struct board *board, const char *fake)
{
	const char *const argv[] = { "/proc/self/exe", fake, NULL };
	struct why why;

	happened[0] = '\0';
	assert_int_equal(board_start(board, argv, &why), 0);
	board->told_ms = clock_now_ns() / 1000000;
	board->on_event = on_event;
	board->on_callback = on_callback;
	board->context = board;
	board->on_frame = on_frame;
}

static void start_ready(struct board *board, const char *fake)
{
	struct why why;

	start(board, fake);
	assert_int_equal(board_await(board, &why), 0);
}

/* It ends by itself when it has heard all that it wanted to hear. */
static void stop(struct board *board)
{
	uint64_t start_ns = clock_real_ns();

	board_stop(board);
	assert_true(clock_real_ns() - start_ns < UINT64_C(1900000000));
}

TEST(an_answer_has_values_and_the_next_timer)
{
	struct board_line answer;
	struct board board;
	uint64_t now_ms;

	start_ready(&board, "answers");
	assert_string_equal(board.said, "booting");
	assert_int_equal(board_call(&board, &answer, "time_wait"), 0);
	now_ms = clock_now_ns() / 1000000;
	assert_int_equal(answer.count, 2);
	assert_string_equal(answer.word[0], "121000");
	assert_string_equal(answer.word[1], "7");
	assert_string_equal(answer.word[2], "");
	assert_string_equal(board.said, "just so");
	assert_int_equal(board.due_ms, now_ms + 250);
	stop(&board);
}

TEST(a_command_tells_the_time_when_it_has_changed)
{
	struct board board;

	start_ready(&board, "answers");
	board_call(&board, NULL, "time_wait");
	clock_advance(5 - (uint32_t)(clock_now_ns() / 1000000));
	assert_int_equal(board_call(&board, NULL, "run"), -6);
	assert_true(board.due_ms == UINT64_MAX);
	assert_int_equal(board_call(&board, NULL, "run"), 0);
	stop(&board);
}

TEST(callbacks_come_in_order_and_may_give_commands)
{
	struct board board;

	start_ready(&board, "calls_back");
	assert_int_equal(board_call(&board, NULL, "connect 1"), 0);
	assert_string_equal(happened,
			    "event state a; callback connected 1; event timer b; event state c; ");
	stop(&board);
}

TEST(a_frame_comes_with_its_event)
{
	struct board board;

	start_ready(&board, "sends_a_frame");
	board_call(&board, NULL, "run");
	assert_string_equal(happened, "frame of 60: 1 2 3");
	stop(&board);
}

TEST(a_frame_is_announced_and_may_be_refused)
{
	const uint8_t frame[60] = { 7 };
	struct board board;

	start_ready(&board, "takes_frames");
	assert_int_equal(board_give_frame(&board, frame, sizeof(frame)), 0);
	assert_int_equal(board_give_frame(&board, frame, sizeof(frame)), -ETIMEDOUT);
	stop(&board);
}

TEST(lines_in_frames_count_as_frames)
{
	const uint8_t frame[60] = { 7 };
	struct board board;

	start_ready(&board, "takes_lines_in_frames");
	assert_int_equal(board_call(&board, NULL, "run"), 0);
	assert_int_equal(board_give_frame(&board, frame, sizeof(frame)), 0);
	stop(&board);
}

TEST(data_come_four_frames_at_a_time)
{
	uint8_t data[6001] = { 0 };
	struct board board;

	data[6000] = 42;
	start_ready(&board, "takes_data");
	assert_int_equal(board_give_data(&board, data, sizeof(data)), 0);
	stop(&board);
}

static void assert_not_ready(const char *fake, int patience_ms, const char *reason)
{
	struct board board;
	struct why why;

	start(&board, fake);
	board.patience_ms = patience_ms;
	assert_true(board_await(&board, &why) < 0);
	assert_words(why.text, reason);
	board_stop(&board);
}

TEST(a_board_that_is_not_ready_says_why)
{
	assert_not_ready("ends", LONG_MS,
			 "its program has ended with status 3; its last words: no memory");
	assert_not_ready("is_killed", LONG_MS, "its program was killed by SIGKILL");
	assert_not_ready("closes_the_line", LONG_MS,
			 "its program has closed the line, and runs on");
	assert_not_ready("is_silent", SHORT_MS, "it is silent");
	assert_not_ready("speaks_version_2", LONG_MS,
			 "the board speaks version 2 of the protocol, the lab version 1");
}

/* A command to such a board ends the process; what it prints goes to text. */
static void assert_failure(const char *fake, int patience_ms, const char *reason)
{
	char text[512];
	int pipe_[2], status;
	ssize_t size;
	pid_t pid;

	assert_int_equal(pipe(pipe_), 0);
	pid = fork();
	if (pid == 0) {
		struct board board;

		dup2(pipe_[1], STDERR_FILENO);
		start_ready(&board, fake);
		board.patience_ms = patience_ms;
		board_call(&board, NULL, "run");
		_exit(0);
	}
	close(pipe_[1]);
	waitpid(pid, &status, 0);
	size = read(pipe_[0], text, sizeof(text) - 1);
	text[size < 0 ? 0 : size] = '\0';
	close(pipe_[0]);
	assert_words(text, "tcplab: lwIP's board has failed: ", reason);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 2);
}

TEST(a_board_that_fails_ends_the_process)
{
	assert_failure("ends_later", LONG_MS,
		       "its program has ended with status 70; its last words: lwIP "
		       "assertion failed: on purpose");
	assert_failure("is_silent_later", SHORT_MS, "it has been silent for 200 ms");
	assert_failure("answers_nonsense", LONG_MS, "it answers '?'");
	assert_failure("announces_a_frame", SHORT_MS,
		       "it has sent a frame of 60 bytes that does not arrive");
}

TEST(a_board_is_ended_with_all_that_it_has_started)
{
	struct board board;
	pid_t pid, child;

	start_ready(&board, "does_not_stop");
	pid = board.program.pid;
	assert_int_equal(sscanf(board.said, "pid %d", &child), 1);
	board_stop(&board);
	assert_int_equal(kill(pid, 0), -1);
	/* Whoever has inherited it will bury it. */
	for (int i = 0; i < 500 && kill(child, 0) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(child, 0), -1);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_has_values_and_the_next_timer),
		cmocka_unit_test(a_command_tells_the_time_when_it_has_changed),
		cmocka_unit_test(callbacks_come_in_order_and_may_give_commands),
		cmocka_unit_test(a_frame_comes_with_its_event),
		cmocka_unit_test(a_frame_is_announced_and_may_be_refused),
		cmocka_unit_test(lines_in_frames_count_as_frames),
		cmocka_unit_test(data_come_four_frames_at_a_time),
		cmocka_unit_test(a_board_that_is_not_ready_says_why),
		cmocka_unit_test(a_board_that_fails_ends_the_process),
		cmocka_unit_test(a_board_is_ended_with_all_that_it_has_started),
	};

	if (argc > 1)
		return be_fake(argv[1]);
	return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
