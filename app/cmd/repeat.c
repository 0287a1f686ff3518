/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/repeat.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "show/difference.h"

/* A transcript, and how many runs had it. */
struct variant {
	char *text;
	int runs;
};

/* One experiment's runs. */
struct series {
	struct variant *variants;
	int variant_count;
	int runs;
	int outcomes[OUTCOME_REFUSED + 1];
};

struct repeat {
	int unanimous; /* experiments with one transcript */
	int decided;   /* experiments in which lwIP did otherwise after the same history */
	bool trouble;
	struct series series[];
};

static bool add_variant(struct series *series, const char *text)
{
	struct variant *grown;

	for (int i = 0; i < series->variant_count; i++) {
		if (strcmp(series->variants[i].text, text) == 0) {
			series->variants[i].runs++;
			return true;
		}
	}
	grown = realloc(series->variants,
			((size_t)series->variant_count + 1) * sizeof(*series->variants));
	if (grown == NULL)
		return false;
	series->variants = grown;
	grown[series->variant_count] = (struct variant){ .text = strdup(text), .runs = 1 };
	return grown[series->variant_count++].text != NULL;
}

static int by_runs(const void *a, const void *b)
{
	return ((const struct variant *)b)->runs - ((const struct variant *)a)->runs;
}

/* Of any two transcripts: whether lwIP was the first to do otherwise. */
static bool lwip_decided(const struct series *series)
{
	struct difference difference;

	for (int i = 0; i < series->variant_count; i++)
		for (int j = i + 1; j < series->variant_count; j++)
			if (transcript_differ(series->variants[i].text, series->variants[j].text,
					      &difference) &&
			    transcript_decider(&difference) == DECIDER_LWIP)
				return true;
	return false;
}

static void print_differences(const struct series *series, const struct style *style)
{
	const struct variant *common = &series->variants[0];
	struct difference difference;

	for (int i = 1; i < series->variant_count; i++) {
		const struct variant *other = &series->variants[i];

		if (!transcript_differ(common->text, other->text, &difference))
			continue;
		printf("  in %d, from line %zu on, %s:\n", other->runs, difference.line,
		       transcript_decider(&difference) == DECIDER_LWIP
			       ? "lwIP did otherwise after the same history"
			       : "the kernel, or the order of timers, was another");
		difference_print(&difference, "most ", "these", style, stdout);
	}
}

static void print_series(struct repeat *repeat, const struct suite *suite, const char *name,
			 struct series *series)
{
	static const char *const words[] = { "crashed", "hold", "fail", "refused" };
	const char *separator = "";

	qsort(series->variants, (size_t)series->variant_count, sizeof(*series->variants), by_runs);
	repeat->unanimous += series->variant_count == 1;
	repeat->decided += lwip_decided(series);
	printf("%-29s %d transcript%s in %d runs", name, series->variant_count,
	       series->variant_count == 1 ? "" : "s", series->runs);
	for (int i = 0; series->variant_count > 1 && i < series->variant_count; i++)
		printf("%s%d", i == 0 ? ": " : ", ", series->variants[i].runs);
	printf("; ");
	for (int i = 0; i <= OUTCOME_REFUSED; i++) {
		if (series->outcomes[i] == 0)
			continue;
		printf("%s%d %s", separator, series->outcomes[i], words[i]);
		separator = ", ";
	}
	putchar('\n');
	print_differences(series, &suite->style);
	fflush(stdout);
}

static void free_series(struct series *series)
{
	for (int i = 0; i < series->variant_count; i++)
		free(series->variants[i].text);
	free(series->variants);
	series->variants = NULL;
	series->variant_count = 0;
}

static void collect(struct suite *suite, int index, const struct parcel_text parcels[PARCELS])
{
	struct repeat *repeat = suite->context;
	struct series *series = &repeat->series[index / (int)suite->options.repeat];

	series->outcomes[suite->results[index].outcome]++;
	series->runs++;
	if (!add_variant(series, parcels[PARCEL_TRANSCRIPT].text))
		repeat->trouble = true;
	if (series->runs < (int)suite->options.repeat)
		return;
	print_series(repeat, suite, suite->experiments[index].name, series);
	free_series(series);
}

int repeat_run(struct suite *suite)
{
	int count = suite->count / (int)suite->options.repeat;
	struct repeat *repeat =
		calloc(1, sizeof(*repeat) + (size_t)count * sizeof(repeat->series[0]));
	int status;

	if (repeat == NULL) {
		fputs("tcplab run: out of memory for the transcripts\n", stderr);
		return EXIT_TROUBLE;
	}
	suite->quiet = suite->any_order = suite->options.keep_transcripts = true;
	suite->done = collect;
	suite->context = repeat;
	status = suite_run(suite);
	if (repeat->trouble) {
		fputs("tcplab run: out of memory for the transcripts\n", stderr);
		status = EXIT_TROUBLE;
	} else {
		printf("\n%d of %d experiments gave one transcript in %u runs; lwIP did otherwise "
		       "after the same history in %d\n",
		       repeat->unanimous, count, suite->options.repeat, repeat->decided);
	}
	for (int i = 0; i < count; i++)
		free_series(&repeat->series[i]);
	free(repeat);
	return status;
}
