/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/scripts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/views.h"
#include "lab/duration.h"
#include "live/session.h"

#define SUFFIX ".lab"

/* A script that was read. It lives as long as the process. */
struct loaded {
	struct loaded *next;
	char *path;
	char name[SCENARIO_STRLEN]; /* of its experiment, too */
	char title[120];
	char *text;
	struct scenario scenario;
};

static struct loaded *all;

static bool is_stdin(const char *word)
{
	return strcmp(word, "-") == 0;
}

bool scripts_is_one(const char *word)
{
	size_t length = strlen(word), suffix = strlen(SUFFIX);

	return is_stdin(word) || (length > suffix && strcmp(word + length - suffix, SUFFIX) == 0);
}

static struct loaded *find(const char *path)
{
	struct loaded *script = all;

	while (script != NULL && strcmp(script->path, path) != 0)
		script = script->next;
	return script;
}

bool scripts_means(const char *word, const char *experiment)
{
	const struct loaded *script = find(word);

	return script != NULL && strcmp(script->name, experiment) == 0;
}

/* The experiment's name, which names files, too: from the last slash on. */
static int name_script(struct loaded *script, struct why *why)
{
	const char *slash = strrchr(script->path, '/');
	const char *name = is_stdin(script->path) ? "stdin" SUFFIX
			   : slash == NULL        ? script->path
						  : slash + 1;

	if (strlen(name) >= sizeof(script->name))
		return why_set(why, EINVAL, "%s: the name of a script has at most %zu characters",
			       script->path, sizeof(script->name) - 1);
	for (const char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
			return why_set(
				why, EINVAL,
				"%s: the name of a script is made of letters, digits, '.', '_' "
				"and '-'",
				script->path);
	scenario_name(name, '-', script->name);
	for (const struct loaded *other = all; other != NULL; other = other->next)
		if (strcmp(other->name, script->name) == 0)
			return why_set(why, EINVAL,
				       "%s and %s have the same name: run one after the other",
				       other->path, script->path);
	return 0;
}

/* The first line's, when it is a comment. */
static void title_script(struct loaded *script)
{
	const char *line = script->text + strspn(script->text, "# \t");

	if (script->text[0] == '#')
		snprintf(script->title, sizeof(script->title), "%.*s", (int)strcspn(line, "\r\n"),
			 line);
	if (script->title[0] == '\0')
		snprintf(script->title, sizeof(script->title), "a script");
}

/* Seconds that it waits for in real time: its lines "wait TIME". */
static unsigned int seconds_of(const char *text)
{
	uint64_t ns, sum = 0;
	char word[24];
	struct why why;

	for (; text != NULL; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (sscanf(text, " wait %23s", word) == 1 &&
		    duration_parse(word, 1, &ns, &why) == 0)
			sum += ns;
	}
	return (unsigned int)(sum / 1000000000);
}

static void make_scenario(struct loaded *script)
{
	unsigned int slow = seconds_of(script->text);

	script->scenario = (struct scenario){
		.name = script->name,
		.role = { "", "" },
		.title = script->title,
		.rfc = is_stdin(script->path) ? "standard input" : script->path,
		.only = LWIP_ONLY,
		.slow = { [WHO_LWIP] = slow, [WHO_KERNEL] = slow },
		.file = "scripts",
		.script = script->text,
	};
	scenario_register(&script->scenario);
}

/* All that a stream has, as a text. */
static char *read_text(FILE *in, const char *path, struct why *why)
{
	char *text = NULL, part[4096];
	size_t size = 0, got;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL) {
		why_set(why, ENOMEM, "out of memory for %s", path);
		return NULL;
	}
	while ((got = fread(part, 1, sizeof(part), in)) > 0)
		fwrite(part, 1, got, memory);
	if (fclose(memory) != 0)
		why_set(why, ENOMEM, "out of memory for %s", path);
	else if (ferror(in))
		why_set(why, errno, "cannot read %s: %s", path, strerror(errno));
	else if (strlen(text) != size)
		why_set(why, EINVAL, "%s is no text: it has a byte of 0", path);
	else
		return text;
	free(text);
	return NULL;
}

static char *read_script(const char *path, struct why *why)
{
	FILE *in;
	char *text;

	if (is_stdin(path))
		return read_text(stdin, "standard input", why);
	in = fopen(path, "re");
	if (in == NULL) {
		why_set(why, errno, "cannot read %s: %s", path, strerror(errno));
		return NULL;
	}
	text = read_text(in, path, why);
	fclose(in);
	return text;
}

static int take(struct loaded *script, struct why *why)
{
	int err = name_script(script, why);

	if (err < 0)
		return err;
	script->text = read_script(script->path, why);
	if (script->text == NULL)
		return -EIO;
	title_script(script);
	make_scenario(script);
	script->next = all;
	all = script;
	return 0;
}

int scripts_load(const char *word, struct why *why)
{
	struct loaded *script;
	int err;

	if (!scripts_is_one(word) || find(word) != NULL)
		return 0;
	script = calloc(1, sizeof(*script));
	if (script != NULL)
		script->path = strdup(word);
	if (script == NULL || script->path == NULL) {
		free(script);
		return why_set(why, ENOMEM, "out of memory for %s", word);
	}
	err = take(script, why);
	if (err < 0) {
		free(script->path);
		free(script);
	}
	return err;
}

static int save(void *context, const char *dir, struct why *why)
{
	struct run *run = context;

	run->played = timeline_count(run->world.lab.timeline);
	return views_save(run, dir, why);
}

int scripts_play(struct run *run, struct why *why)
{
	struct live live = { .lab = &run->world.lab,
			     .lwip = run->world.ends[WHO_LWIP],
			     .kernel = run->world.ends[WHO_KERNEL] };
	struct session session = { .owner = { .save = save, .context = run } };
	int err;

	session_begin(&session, &live, run->experiment->name, run->looks);
	err = session_play(&session, run->experiment->scenario->script, why);
	session_finish(&session);
	return err;
}
