/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Floods, one after the other, since each is measured: each in a child process with a namespace of
 * its own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cases.h"
#include "cmd/child.h"
#include "cmd/cmd.h"
#include "cmd/environment.h"
#include "cmd/flood_options.h"
#include "cmd/flood_output.h"
#include "cmd/world.h"
#include "lab/namespace.h"
#include "lab/settings.h"

#define COOKIES     "net/ipv4/tcp_syncookies"
#define MOST_FLOODS 5 /* of one combination of values: add_comparison() */

_Static_assert(FLOOD_PARAMETERS == CASES_PARAMETERS, "a table has a column for what varies");

#define DEFENCE_STRLEN 32

/* What a child leaves in its parent's memory. */
struct flooded {
	struct flood_result result;
	char defence[DEFENCE_STRLEN]; /* that the victim had */
	struct settings settings;     /* the kernel's, as they were */
	bool made;                    /* the measurement was */
	struct why why;
};

/* One flood. */
struct flood_case {
	const struct flood_options *options;
	struct flood_plan plan;
	enum who victim;
	struct guard_plan guard;
	const char *cookies; /* tcp_syncookies; NULL: as the options leave it */
	char label[200];
	struct flooded *flooded;
};

/* What one combination of values asks for. */
struct flood_words {
	char **argv;
	struct flood_options options;
	int value[CASES_PARAMETERS];
};

struct flood_command {
	struct cases cases;
	struct flood_words *words; /* for each of the cases */
	int words_count;
	char parameter[CASES_PARAMETERS][64];
	struct flood_case *floods;
	struct flood_row *rows; /* for each of the floods */
	int count;
	struct flooded *flooded; /* likewise, in shared memory */
	char text[512];          /* the command line */
	time_t when;
};

/* -- In the child */

/* Gives the victim its defence, and says which that is. */
static int defend(struct world *world, const struct flood_case *one, struct why *why)
{
	char *text = one->flooded->defence;
	struct settings *settings = &one->flooded->settings;
	int err = 0;

	if (one->cookies != NULL)
		err = namespace_sysctl(COOKIES, one->cookies, why);
	settings_read(settings);
	if (one->victim == WHO_KERNEL)
		snprintf(text, DEFENCE_STRLEN, "tcp_syncookies %.8s",
			 settings_value(settings, COOKIES));
	else if (one->guard.on)
		snprintf(text, DEFENCE_STRLEN, "guard from %u", one->guard.threshold);
	else
		snprintf(text, DEFENCE_STRLEN, "none");
	if (one->victim == WHO_LWIP && one->guard.on)
		guard_start(&world->lab, one->guard.threshold);
	return err;
}

static int flood(void *context)
{
	const struct flood_case *one = context;
	struct lab_settings settings = { .seed = one->options->seed,
					 .family = 4,
					 .netif = one->options->netif };
	struct texts nothing = { NULL, 0 };
	struct why *why = &one->flooded->why;
	struct world world;
	int err = world_open(&world, &settings, why);

	if (err < 0)
		return EXIT_SUCCESS; /* the reason is in the memory that both share */
	err = world_set(&world, &one->options->sysctls, &nothing, why);
	if (err == 0)
		err = defend(&world, one, why);
	if (err == 0)
		err = flood_run(world.ends[one->victim],
				world.ends[one->victim == WHO_LWIP ? WHO_KERNEL : WHO_LWIP],
				world.ends[WHO_RAW], &one->plan, &one->flooded->result, why);
	one->flooded->made = err == 0;
	world_close(&world);
	return EXIT_SUCCESS;
}

/* -- What is to be done */

/* "tcp_syncookies" for --sysctl net.ipv4.tcp_syncookies={0,1}, "backlog" for --backlog {8,16}. */
static void name_column(const struct case_parameter *parameter, const char *word, char name[64])
{
	size_t length = strcspn(word, "{");
	const char *from = word;

	if (strcmp(parameter->name, "name") == 0) {
		snprintf(name, 64, "%s", "victim");
		return;
	}
	if (length == 0 || word[length - 1] != '=' || strcmp(parameter->name, "--sysctl") != 0) {
		snprintf(name, 64, "%s", parameter->name + strspn(parameter->name, "-"));
		return;
	}
	for (size_t i = 0; i + 1 < length; i++)
		if (strchr("./=", word[i]) != NULL)
			from = word + i + 1;
	snprintf(name, 64, "%.*s", (int)(length - 1 - (size_t)(from - word)), from);
}

static int read_words(struct flood_command *command, struct why *why)
{
	int err = 0;

	command->words = calloc((size_t)command->cases.count, sizeof(*command->words));
	if (command->words == NULL)
		return why_set(why, ENOMEM, "out of memory for %d cases", command->cases.count);
	for (int i = 0; i < command->cases.count && err == 0; i++) {
		struct flood_words *words = &command->words[i];

		words->argv = cases_argv(&command->cases, i, words->value);
		if (words->argv == NULL)
			return why_set(why, ENOMEM, "out of memory for %d cases", i);
		command->words_count++;
		err = flood_options_parse(&words->options, command->cases.argc, words->argv, why);
	}
	return err;
}

/* What varies has a column of its own already. */
static bool is_defence(const char *parameter)
{
	return strcmp(parameter, "guard") == 0 || strcmp(parameter, "tcp_syncookies") == 0;
}

static void add_flood(struct flood_command *command, const struct flood_words *words,
		      enum who victim, struct guard_plan guard, const char *cookies)
{
	struct flood_case *one = &command->floods[command->count];
	struct flood_row *row = &command->rows[command->count];

	one->options = &words->options;
	one->plan = words->options.plan;
	one->plan.backlog = flood_options_backlog(&words->options, victim);
	one->victim = row->victim = victim;
	one->guard = guard;
	one->cookies = cookies;
	one->flooded = &command->flooded[command->count++];
	row->plan = &one->plan;
	row->result = &one->flooded->result;
	row->defence = one->flooded->defence;
	row->label = one->label;
	for (int i = 0; i < command->cases.parameter_count; i++)
		if (!is_defence(command->parameter[i]))
			row->value[i] = command->cases.parameters[i].range.values[words->value[i]];
}

static bool chooses_cookies(const struct flood_options *options)
{
	for (int i = 0; i < options->sysctls.count; i++)
		if (strstr(options->sysctls.text[i], "tcp_syncookies=") != NULL)
			return true;
	return false;
}

/* A victim with and without what it has against a flood, unless the options say what. */
static void add_comparison(struct flood_command *command, const struct flood_words *words,
			   enum who victim)
{
	static const char *const cookies[] = { "0", "1", "2" };
	const struct flood_options *options = &words->options;
	const struct guard_plan off = { 0 }, on = { true, guard_default_threshold() };

	if (victim == WHO_LWIP) {
		add_flood(command, words, victim, off, NULL);
		add_flood(command, words, victim, options->guard.on ? options->guard : on, NULL);
	} else if (chooses_cookies(options)) {
		add_flood(command, words, victim, off, NULL);
	} else {
		for (int i = 0; i < 3; i++)
			add_flood(command, words, victim, off, cookies[i]);
	}
}

/* Victim by victim, so that what is to be compared stands together. */
static int plan_floods(struct flood_command *command, struct why *why)
{
	size_t most = MOST_FLOODS * (size_t)command->words_count;

	command->floods = calloc(most, sizeof(*command->floods));
	command->rows = calloc(most, sizeof(*command->rows));
	command->flooded = mmap(NULL, most * sizeof(*command->flooded), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (command->flooded == MAP_FAILED)
		command->flooded = NULL;
	if (command->floods == NULL || command->rows == NULL || command->flooded == NULL)
		return why_set(why, ENOMEM, "out of memory for %zu floods", most);
	for (enum who victim = WHO_LWIP; victim <= WHO_KERNEL; victim++) {
		for (int i = 0; i < command->words_count; i++) {
			const struct flood_words *words = &command->words[i];

			if (words->options.compare)
				add_comparison(command, words, victim);
			else if (words->options.victim[victim])
				add_flood(command, words, victim, words->options.guard, NULL);
		}
	}
	return 0;
}

static int prepare(struct flood_command *command, int argc, char **argv, struct why *why)
{
	int err = cases_find(&command->cases, argc, argv, why);

	for (int i = 0; i < command->cases.parameter_count; i++)
		name_column(&command->cases.parameters[i], argv[command->cases.parameters[i].at],
			    command->parameter[i]);
	if (err == 0)
		err = read_words(command, why);
	for (int i = 1; i < command->words_count && err == 0; i++)
		if (command->words[i].options.format != command->words[0].options.format)
			err = why_set(why, EINVAL, "--format is one for all floods");
	return err == 0 ? plan_floods(command, why) : err;
}

static void release(struct flood_command *command)
{
	for (int i = 0; i < command->words_count; i++) {
		flood_options_free(&command->words[i].options);
		free(command->words[i].argv);
	}
	if (command->flooded != NULL)
		munmap(command->flooded,
		       MOST_FLOODS * (size_t)command->words_count * sizeof(*command->flooded));
	free(command->rows);
	free(command->floods);
	free(command->words);
	cases_free(&command->cases);
}

/* -- Doing it */

/* What sets it apart from the others. */
static void name_row(const struct flood_command *command, int i)
{
	const struct flood_row *row = &command->rows[i];
	struct flood_case *one = &command->floods[i];
	int length = snprintf(one->label, sizeof(one->label), "%s, %s", who_name(row->victim),
			      row->defence);

	for (int j = 0; j < FLOOD_PARAMETERS && length < (int)sizeof(one->label); j++)
		if (row->value[j] != NULL)
			length += snprintf(one->label + length, sizeof(one->label) - (size_t)length,
					   ", %s %s", command->parameter[j], row->value[j]);
}

/* How far it is, on a terminal; a pause of a second makes room for a line that is erased again. */
static void show_progress(void *context)
{
	const struct flood_case *one = context;
	const struct flood_result *result = &one->flooded->result;
	unsigned int samples = result->samples;

	if (samples > 0 && isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s: %llu of %llu segments", who_name(one->victim),
			(unsigned long long)result->sample[samples - 1].sent,
			(unsigned long long)one->plan.count);
}

static void erase_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* One after the other: which of them it was that could not be made stands before the reason. */
static int run_all(struct flood_command *command, struct why *why)
{
	int err = 0;

	for (int i = 0; i < command->count && err == 0; i++) {
		const struct flood_case *one = &command->floods[i];
		struct why reason;

		err = child_run(flood, show_progress, &command->floods[i], &reason);
		erase_progress();
		if (err == -EINTR)
			*why = reason;
		else if (err < 0)
			why_set(why, -err, "%s: %s", who_name(one->victim), reason.text);
		else if (!one->flooded->made)
			err = why_set(why, ECANCELED, "%s: %s", who_name(one->victim),
				      one->flooded->why.text);
		name_row(command, i);
	}
	return err;
}

static int run(struct flood_command *command, struct why *why)
{
	const struct flood_options *options = &command->words[0].options;
	struct flood_output output = {
		.options = options,
		.rows = { .row = command->rows, .count = command->count, .seed = options->seed },
		.page = { .command = command->text,
			  .when = command->when,
			  .seed = options->seed,
			  .netif = device_name(options->netif),
			  .settings = &command->flooded[0].settings },
	};
	int err = flood_output_prepare(options, why);

	for (int i = 0; i < command->cases.parameter_count; i++)
		if (!is_defence(command->parameter[i]))
			output.rows.parameter[i] = command->parameter[i];
	if (err == 0)
		err = run_all(command, why);
	return err == 0 ? flood_output_write(&output, why) : err;
}

int cmd_flood(int argc, char **argv)
{
	struct flood_command command = { .when = time(NULL) };
	int status = EXIT_TROUBLE;
	struct why why;

	environment_command(argc, argv, command.text, sizeof(command.text));
	if (prepare(&command, argc, argv, &why) < 0)
		fprintf(stderr, "tcplab flood: %s; see 'tcplab help flood'\n", why.text);
	else if (run(&command, &why) < 0)
		fprintf(stderr, "tcplab flood: %s\n", why.text);
	else
		status = EXIT_HOLDS;
	release(&command);
	return status;
}
