/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/recording.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/outfile.h"
#include "cmd/rundir.h"
#include "lab/program.h"
#include "scenarios/scenario.h"
#include "show/difference.h"

#define RECORDING "rr"
#define SERIAL    "serial"

/* How long a replay may be silent: that of a board which waits, waits as long. */
#define PATIENCE_MS 60000
#define STOP_MS     1000

#define HOW "'tcplab run --lwip mcu --record DIR' makes recordings"

/* -- Recording */

static void copy(const void *context, FILE *out)
{
	FILE *in = fopen(context, "re");
	char bytes[65536];
	size_t size;

	while (in != NULL && (size = fread(bytes, 1, sizeof(bytes), in)) > 0)
		fwrite(bytes, 1, size, out);
	if (in != NULL)
		fclose(in);
}

static void write_script(const void *context, FILE *out)
{
	(void)context;
	boards_write_replay(out);
}

int recording_begin(const char *dir, const struct board_choice *board, struct why *why)
{
	char firmware[PATH_MAX], path[PATH_MAX];
	int err = boards_firmware(board, firmware, why);

	snprintf(path, sizeof(path), "%s/firmware.elf", dir);
	if (err == 0)
		err = outfile_write(path, copy, firmware, why);
	snprintf(path, sizeof(path), "%s/replay", dir);
	if (err == 0)
		err = outfile_write(path, write_script, NULL, why);
	return err;
}

int recording_program(const char *dir, const char *experiment, const struct board_choice *board,
		      struct board_program *program, struct why *why)
{
	char recording[4096], serial[4096];

	return boards_recorder(board, rundir_path(dir, experiment, RECORDING, recording),
			       rundir_path(dir, experiment, SERIAL, serial), program, why);
}

/* -- Replaying */

/* What the board of the replay says, to its end. NULL: the reason is in why. */
static char *listen_to(const struct program *program, size_t *size, struct why *why)
{
	struct pollfd fd = { .fd = program->output, .events = POLLIN };
	size_t room = 65536;
	char *text = malloc(room + 1), *grown;
	ssize_t more = 1;

	*size = 0;
	while (text != NULL && more > 0) {
		if (poll(&fd, 1, PATIENCE_MS) == 0) {
			why_set(why, ETIMEDOUT, "QEMU has been silent for %d s",
				PATIENCE_MS / 1000);
			free(text);
			return NULL;
		}
		more = read(program->output, text + *size, room - *size);
		*size += more > 0 ? (size_t)more : 0;
		if (room - *size < 4096) {
			room *= 2;
			grown = realloc(text, room + 1);
			if (grown == NULL)
				free(text);
			text = grown;
		}
	}
	if (text == NULL)
		why_set(why, ENOMEM, "out of memory for what the board says");
	else
		text[*size] = '\0';
	return text;
}

static char *replay(const char *dir, const char *file, char end[PROGRAM_END_STRLEN], size_t *size,
		    struct why *why)
{
	char script[4096];
	const char *const argv[] = { "sh", script, file, NULL };
	struct program program;
	char *text;

	snprintf(script, sizeof(script), "%s/replay", dir);
	if (program_start(&program, argv, why) < 0)
		return NULL;
	text = listen_to(&program, size, why);
	if (text != NULL && !program_await(&program, STOP_MS))
		text[*size] = '\0';
	program_end(&program, end);
	program_stop(&program, 0);
	return text;
}

static void tell(const char *name, const char *then, const char *now, const char *end,
		 const struct style *style)
{
	struct difference difference;
	size_t lines = 0;

	for (const char *c = now; *c != '\0'; c++)
		lines += *c == '\n';
	if (strcmp(then, now) == 0) {
		printf("%-29s identical: %zu bytes, %zu lines\n", name, strlen(now), lines);
	} else if (transcript_differ(then, now, &difference)) {
		printf("%-29s differs, from line %zu on; QEMU %s\n", name, difference.line, end);
		difference_print(&difference, "then", "now ", style, stdout);
	}
}

/* Returns whether it is identical; -1: that cannot be said. */
static int replay_one(const char *dir, const char *name, const struct style *style)
{
	char path[4096], file[4096], end[PROGRAM_END_STRLEN];
	char *then = NULL, *now = NULL;
	size_t size = 0;
	struct why why;
	int same = -1;

	rundir_path(dir, name, RECORDING, path);
	snprintf(file, sizeof(file), "%s", path + strlen(dir) + 1);
	file[strlen(file) - strlen("." RECORDING)] = '\0';
	if (access(path, R_OK) < 0)
		why_set(&why, errno, "cannot read the recording %s: %s; " HOW, path,
			strerror(errno));
	else
		then = rundir_read(rundir_path(dir, name, SERIAL, path), &why);
	if (then != NULL)
		now = replay(dir, file, end, &size, &why);
	if (now == NULL) {
		fprintf(stderr, "tcplab run: %s: %s\n", name, why.text);
	} else {
		same = strcmp(then, now) == 0;
		tell(name, then, now, end, style);
	}
	free(then);
	free(now);
	return same;
}

/* A line of DIR/command that is an experiment, and one that is asked for. */
static bool is_meant(const struct run_options *options, const char *line)
{
	char scenario[SCENARIO_STRLEN];

	snprintf(scenario, sizeof(scenario), "%.*s", (int)strcspn(line, "/"), line);
	return *line != '\0' && *line != '-' && run_options_want(options, scenario, line);
}

int recording_replay(const char *dir, const struct run_options *options, const struct style *style)
{
	int count = 0, same = 0, trouble = 0;
	char path[4096], *command, *rest;
	struct why why;

	snprintf(path, sizeof(path), "%s/command", dir);
	command = rundir_read(path, &why);
	if (command == NULL) {
		fprintf(stderr, "tcplab run: %s; " HOW "\n", why.text);
		return EXIT_TROUBLE;
	}
	rest = command;
	for (char *name; (name = strsep(&rest, "\n")) != NULL;) {
		int one;

		if (!is_meant(options, name))
			continue;
		one = replay_one(dir, name, style);
		count++;
		same += one > 0;
		trouble += one < 0;
	}
	free(command);
	if (count == 0) {
		fprintf(stderr, "tcplab run: %s has no experiment of such a name\n", path);
		return EXIT_TROUBLE;
	}
	printf("%d of %d replays are identical\n", same, count);
	return trouble > 0 ? EXIT_TROUBLE : same == count ? EXIT_HOLDS : EXIT_FAILS;
}
