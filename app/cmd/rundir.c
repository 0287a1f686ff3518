/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/rundir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/environment.h"
#include "cmd/outfile.h"
#include "cmd/scripts.h"
#include "record/transcript.h"

const char *rundir_path(const char *dir, const char *name, const char *view, char path[4096])
{
	int length = snprintf(path, 4096, "%s/", dir);

	snprintf(path + length, 4096 - (size_t)length, "%s.%s", name, view);
	for (char *slash = strchr(path + length, '/'); slash != NULL; slash = strchr(slash, '/'))
		*slash = '-';
	return path;
}

char *rundir_read(const char *path, struct why *why)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;
	ssize_t length;

	if (file == NULL) {
		why_set(why, errno, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	errno = 0;
	length = getdelim(&text, &room, '\0', file);
	if (length < 0 && (ferror(file) || errno != 0)) {
		why_set(why, EIO, "cannot read %s: %s", path, strerror(errno));
		free(text);
		text = NULL;
	} else if (length < 0) { /* it is empty */
		free(text);
		text = strdup("");
		if (text == NULL)
			why_set(why, ENOMEM, "out of memory for %s", path);
	}
	fclose(file);
	return text;
}

static void write_command(const void *context, FILE *out)
{
	const struct suite *suite = context;
	const struct texts *recipe = &suite->options.recipe;

	for (int i = 0; i < recipe->count; i += 2) {
		const char *value = recipe->text[i + 1];

		fprintf(out, "--%s%s%s\n", recipe->text[i], value == NULL ? "" : "=",
			value == NULL ? "" : value);
	}
	for (int i = 0; i < suite->count; i++)
		fprintf(out, "%s\n", suite->experiments[i].name);
}

static void write_environment(const void *context, FILE *out)
{
	const struct suite *suite = context;

	environment_write(&suite->options, out);
}

static int write_in(const char *dir, const char *name,
		    void (*write)(const void *context, FILE *out), const void *context,
		    struct why *why)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return outfile_write(path, write, context, why);
}

static void write_script(const void *context, FILE *out)
{
	fputs(context, out);
}

/* Scripts are kept: what is run again shall be what was run. */
static int keep_scripts(const char *dir, const struct suite *suite, struct why *why)
{
	int err = 0;

	for (int i = 0; i < suite->count && err == 0; i++)
		if (suite->experiments[i].scenario->script != NULL)
			err = write_in(dir, suite->experiments[i].name, write_script,
				       suite->experiments[i].scenario->script, why);
	return err;
}

int rundir_begin(const char *dir, const struct suite *suite, struct why *why)
{
	int err = outfile_directory(dir, why);

	if (err == 0)
		err = write_in(dir, "command", write_command, suite, why);
	if (err == 0)
		err = write_in(dir, "environment", write_environment, suite, why);
	if (err == 0)
		err = keep_scripts(dir, suite, why);
	return err;
}

/* The script that the directory holds. */
static char *script_in(struct command_line *command, const char *dir, char *name)
{
	char **script = &command->scripts[command->script_count];

	if (asprintf(script, "%s/%s", dir, name) < 0)
		return name;
	command->script_count++;
	return *script;
}

int rundir_command(const char *dir, struct command_line *command, struct why *why)
{
	static char run[] = "run";
	char path[4096];
	int lines = 0;

	*command = (struct command_line){ .text = NULL };
	snprintf(path, sizeof(path), "%s/command", dir);
	command->text = rundir_read(path, why);
	if (command->text == NULL)
		return -ENOENT;
	for (const char *c = command->text; *c != '\0'; c++)
		lines += *c == '\n';
	command->argv = calloc((size_t)lines + 2, sizeof(*command->argv));
	command->scripts = calloc((size_t)lines + 1, sizeof(*command->scripts));
	if (command->argv == NULL || command->scripts == NULL) {
		command_line_free(command);
		return why_set(why, ENOMEM, "out of memory for %s", path);
	}
	command->argv[command->argc++] = run;
	for (char *line = strtok(command->text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		command->argv[command->argc++] =
			scripts_is_one(line) ? script_in(command, dir, line) : line;
	if (command->argc == 1) {
		command_line_free(command);
		return why_set(why, EINVAL, "%s names no experiment: nothing to run again", path);
	}
	return 0;
}

void command_line_free(struct command_line *command)
{
	free(command->text);
	free(command->argv);
	for (int i = 0; command->scripts != NULL && i < command->script_count; i++)
		free(command->scripts[i]);
	free(command->scripts);
	*command = (struct command_line){ .text = NULL };
}

/* The environment of now as one text. */
static char *environment_text(const struct run_options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		return NULL;
	environment_write(options, memory);
	fclose(memory);
	return text;
}

static char *line_of(const char *line)
{
	return line == NULL ? NULL : strndup(line, strcspn(line, "\n"));
}

bool rundir_environment_differs(const char *dir, const struct run_options *options, char **then,
				char **now)
{
	char path[4096], *before, *after = environment_text(options);
	struct difference difference;
	struct why why;
	bool differs;

	*then = *now = NULL;
	snprintf(path, sizeof(path), "%s/environment", dir);
	before = rundir_read(path, &why);
	differs = before != NULL && after != NULL && transcript_differ(before, after, &difference);
	if (differs) {
		*then = line_of(difference.a);
		*now = line_of(difference.b);
	}
	free(before);
	free(after);
	return differs;
}
