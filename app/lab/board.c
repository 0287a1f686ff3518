/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/board.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linux/clock.h"

/* An emulator on a busy machine takes its time. */
#define PATIENCE_MS 20000
#define STOP_MS     1000

#define PROTOCOL "1"

/* An Ethernet frame with one VLAN tag; of the second kind, with data for the agent. */
#define FRAME_SIZE  1518
#define HEADER_SIZE 14
#define DATA_SIZE   1500
#define DATA_TYPE   0x88b5 /* IEEE Std 802, Local Experimental Ethertypes 1 and 2 */
#define LINE_TYPE   0x88b6
/* A small controller's receive buffer has room for so many. */
#define DATA_FRAMES 4

int board_start(struct board *board, const char *const argv[], struct why *why)
{
	memset(board, 0, sizeof(*board));
	board->due_ms = UINT64_MAX;
	board->patience_ms = PATIENCE_MS;
	board->mtu = DATA_SIZE;
	return program_start(&board->program, argv, why);
}

/* -- What it is sent */

static bool send_frame(struct board *board, const uint8_t *frame, size_t size)
{
	board->frames++;
	return send(board->program.ethernet, frame, size, MSG_NOSIGNAL) == (ssize_t)size;
}

/* A frame for the agent. */
static bool send_to_agent(struct board *board, uint16_t type, const void *data, size_t size)
{
	uint8_t frame[HEADER_SIZE + DATA_SIZE] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
						   2,    0,    0,    0x09, 0,    4 };

	frame[HEADER_SIZE - 2] = (uint8_t)(type >> 8);
	frame[HEADER_SIZE - 1] = (uint8_t)type;
	memcpy(frame + HEADER_SIZE, data, size);
	return send_frame(board, frame, HEADER_SIZE + size);
}

static bool send_line(struct board *board, const char *line, size_t size)
{
	return board->by_frame
		       ? send_to_agent(board, LINE_TYPE, line, size)
		       : send(board->program.input, line, size, MSG_NOSIGNAL) == (ssize_t)size;
}

void board_stop(struct board *board)
{
	static const char last[] = "exit 0\n";

	send_line(board, last, sizeof(last) - 1);
	program_stop(&board->program, STOP_MS);
	free(board->read);
}

void board_fail(struct board *board, const char *format, ...)
{
	char text[sizeof(board->said) + 256];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	if (board->said[0] != '\0') {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length, "; its last words: %s", board->said);
	}
	fprintf(stderr, "tcplab: lwIP's board has failed: %s\n", text);
	if (board->on_failure != NULL)
		board->on_failure(board->failure_context, text);
	board_stop(board);
	exit(2);
}

/* -- What it says */

/* More of what the board says. Returns 0, -ETIMEDOUT, -EPIPE or another negative errno. */
static int read_more(struct board *board)
{
	struct pollfd fd = { .fd = board->program.output, .events = POLLIN };
	ssize_t size;

	if (board->read_room - board->read_size < 1024) {
		board->read_room = 2 * board->read_room + 4096;
		board->read = realloc(board->read, board->read_room);
		if (board->read == NULL) {
			fputs("tcplab: out of memory for what the board says\n", stderr);
			exit(2);
		}
	}
	if (poll(&fd, 1, board->patience_ms) == 0)
		return -ETIMEDOUT;
	size = read(board->program.output, board->read + board->read_size,
		    board->read_room - board->read_size);
	if (size > 0)
		board->read_size += (size_t)size;
	return size > 0 ? 0 : size == 0 ? -EPIPE : -errno;
}

static void forget_line(struct board *board)
{
	if (board->line_size == 0)
		return;
	board->read_size -= board->line_size;
	memmove(board->read, board->read + board->line_size, board->read_size);
	board->line_size = 0;
}

/* The next line, in place of the last one. */
static int read_line(struct board *board, char **line)
{
	size_t looked_at;
	char *end = NULL;
	int err;

	forget_line(board);
	if (board->read_size > 0)
		end = memchr(board->read, '\n', board->read_size);
	while (end == NULL) {
		looked_at = board->read_size;
		err = read_more(board);
		if (err < 0)
			return err;
		end = memchr(board->read + looked_at, '\n', board->read_size - looked_at);
	}
	board->line_size = (size_t)(end - board->read) + 1;
	*end = '\0';
	if (end > board->read && end[-1] == '\r')
		end[-1] = '\0';
	*line = board->read;
	return 0;
}

/* A line that is for people. */
static void keep(struct board *board, const char *line)
{
	if (line[0] != '\0')
		snprintf(board->said, sizeof(board->said), "%s", line);
}

/* It has closed the line, which comes shortly before its end. */
static const char *end_of(const struct board *board, char text[PROGRAM_END_STRLEN])
{
	program_await(&board->program, STOP_MS);
	return program_end(&board->program, text);
}

static char *must_read_line(struct board *board)
{
	char *line, text[PROGRAM_END_STRLEN];
	int err = read_line(board, &line);

	if (err == -ETIMEDOUT)
		board_fail(board, "it has been silent for %d ms", board->patience_ms);
	if (err == -EPIPE)
		board_fail(board, "its program %s", end_of(board, text));
	if (err < 0)
		board_fail(board, "cannot read from it: %s", strerror(-err));
	return line;
}

static struct board_line words_of(char *line)
{
	struct board_line words = { 0 };
	char *rest = line, *word;

	while (words.count < BOARD_WORDS && (word = strsep(&rest, " ")) != NULL)
		words.word[words.count++] = word;
	for (int i = words.count; i < BOARD_WORDS; i++)
		words.word[i] = "";
	return words;
}

static void say(struct board *board, const char *format, va_list list)
{
	uint64_t now_ms = clock_now_ns() / 1000000;
	char line[512];
	int size = 0, more;

	if (now_ms != board->told_ms)
		size = snprintf(line, sizeof(line), "%u ", (unsigned int)(uint32_t)now_ms);
	board->told_ms = now_ms;
	more = vsnprintf(line + size, sizeof(line) - (size_t)size, format, list);
	if (more < 0 || size + more >= (int)sizeof(line) - 1)
		board_fail(board, "the lab has a command that is too long for it");
	size += more;
	line[size++] = '\n';
	if (!send_line(board, line, (size_t)size))
		board_fail(board, "cannot write to it: %s", strerror(errno));
}

__attribute__((format(printf, 2, 3))) static void tell(struct board *board, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say(board, format, list);
	va_end(list);
}

int board_await(struct board *board, struct why *why)
{
	struct board_line words;
	char *line = NULL, end[PROGRAM_END_STRLEN];
	int err;

	while ((err = read_line(board, &line)) == 0 && strncmp(line, "ready ", 6) != 0)
		keep(board, line);
	if (err == 0) {
		words = words_of(line);
		board->by_frame = strcmp(words.word[4], "frames") == 0;
		if (strcmp(words.word[1], PROTOCOL) == 0)
			return 0;
		err = why_set(why, EPROTO,
			      "the board speaks version %s of the protocol, the lab version %s: "
			      "build both from the same source",
			      words.word[1], PROTOCOL);
	} else {
		err = why_set(why, -err, "the board does not say that it is ready: %s%s%s%s",
			      err == -EPIPE ? "its program " : "",
			      err == -ETIMEDOUT ? "it is silent"
			      : err == -EPIPE   ? end_of(board, end)
						: strerror(-err),
			      board->said[0] == '\0' ? "" : "; its last words: ", board->said);
	}
	return err;
}

/* -- What happens on it */

/* The frame that it says it has sent is on the Ethernet line, or about to come. */
static void take_frame(struct board *board, const struct board_line *event)
{
	struct pollfd fd = { .fd = board->program.ethernet, .events = POLLIN };
	uint8_t frame[FRAME_SIZE];
	ssize_t size;

	if (poll(&fd, 1, board->patience_ms) <= 0)
		board_fail(board, "it has sent a frame of %s bytes that does not arrive",
			   event->word[1]);
	size = recv(board->program.ethernet, frame, sizeof(frame), 0);
	if (size < 0)
		board_fail(board, "cannot read a frame: %s", strerror(errno));
	board->on_frame(board->frame_context, frame, (size_t)size);
}

void board_follow(struct board *board, uint32_t ms)
{
	clock_advance(ms);
	board->told_ms += ms;
	if (board->due_ms != UINT64_MAX)
		board->due_ms += ms;
}

static void move_clock(struct board *board, const struct board_line *event)
{
	board_follow(board, (uint32_t)strtoul(event->word[1], NULL, 10) - (uint32_t)board->told_ms);
}

static void on_event(struct board *board, const struct board_line *event)
{
	if (strcmp(event->word[0], "frame") == 0)
		take_frame(board, event);
	else if (strcmp(event->word[0], "now") == 0)
		move_clock(board, event);
	else if (board->on_event != NULL)
		board->on_event(board->context, event);
}

static void on_callback(struct board *board, const struct board_line *callback)
{
	int err = 0;

	if (board->on_callback != NULL)
		err = board->on_callback(board->context, callback);
	tell(board, "return %d", err);
}

/* "NEXT ERR VALUE…" */
static int take_answer(struct board *board, struct board_line *answer, char *line)
{
	struct board_line words = words_of(line);
	unsigned long next = strtoul(words.word[0], NULL, 10);

	if (words.count < 2)
		board_fail(board, "it answers '%s'", line);
	board->due_ms = next >= UINT32_MAX ? UINT64_MAX : clock_now_ns() / 1000000 + next;
	if (answer != NULL) {
		*answer = words;
		answer->count -= 2;
		memmove(answer->word, answer->word + 2,
			(BOARD_WORDS - 2) * sizeof(answer->word[0]));
	}
	return atoi(words.word[1]);
}

static int await_answer(struct board *board, struct board_line *answer)
{
	for (;;) {
		char *line = must_read_line(board);
		struct board_line words;

		if (strncmp(line, "= ", 2) == 0)
			return take_answer(board, answer, line + 2);
		if (strncmp(line, "! ", 2) == 0) {
			words = words_of(line + 2);
			on_event(board, &words);
		} else if (strncmp(line, "? ", 2) == 0) {
			words = words_of(line + 2);
			on_callback(board, &words);
		} else {
			keep(board, line);
		}
	}
}

int board_call(struct board *board, struct board_line *answer, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	say(board, format, list);
	va_end(list);
	return await_answer(board, answer);
}

/* -- The Ethernet line */

static void must_send(struct board *board, bool sent)
{
	if (!sent)
		board_fail(board, "cannot send it a frame: %s", strerror(errno));
}

/* The command comes before the frames: it may be one itself. */
static void announce_frames(struct board *board, uint32_t count)
{
	tell(board, "frames %u", (unsigned int)(board->frames + board->by_frame + count));
}

int board_give_frame(struct board *board, const uint8_t *frame, size_t size)
{
	announce_frames(board, 1);
	must_send(board, send_frame(board, frame, size));
	return await_answer(board, NULL) == 0 ? 0 : -ETIMEDOUT;
}

int board_give_data(struct board *board, const uint8_t *data, size_t size)
{
	int err = 0;

	while (size > 0 && err == 0) {
		size_t frames = (size - 1) / board->mtu + 1;

		if (frames > DATA_FRAMES)
			frames = DATA_FRAMES;
		announce_frames(board, (uint32_t)frames);
		for (; frames > 0; frames--) {
			size_t part = size < board->mtu ? size : board->mtu;

			must_send(board, send_to_agent(board, DATA_TYPE, data, part));
			data += part;
			size -= part;
		}
		err = await_answer(board, NULL);
	}
	return err;
}
