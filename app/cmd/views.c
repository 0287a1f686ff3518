/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/views.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/outfile.h"
#include "cmd/rundir.h"
#include "lwip/init.h"
#include "record/jsonl.h"
#include "record/pcapng.h"
#include "record/transcript.h"
#include "show/ladder.h"
#include "show/report.h"
#include "show/svg_ladder.h"

static const char *word_of(const struct event *verdict)
{
	if (verdict->verdict.symptom != NULL)
		return "looks like";
	return verdict->verdict.holds ? "holds" : "FAILS";
}

static void print_verdicts(const struct timeline *timeline, const struct style *style, FILE *out)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		enum paint paint;

		if (event->kind != EV_VERDICT)
			continue;
		paint = event->verdict.holds ? PAINT_GOOD : PAINT_BAD;
		if (event->verdict.deviation != NULL)
			fprintf(out, "  %sdeviates%s from %s: ", paint_on(style, PAINT_STATE),
				paint_off(style, PAINT_STATE), event->verdict.deviation);
		else
			fprintf(out, "  %s%s%s ", paint_on(style, paint), word_of(event),
				paint_off(style, paint));
		for (const char *c = event->verdict.text; *c != '\0'; c++) {
			putc(*c, out);
			if (*c == '\n')
				fputs("        ", out);
		}
		putc('\n', out);
	}
}

/* The events that a ladder shows, from the first: the clean-up is for the curious. */
static uint32_t last_shown(const struct run *run, bool verbose)
{
	return verbose ? timeline_count(run->world.lab.timeline) : run->played;
}

/* What is not as it comes of the link between the two. */
static void print_link(const struct run_options *options, const struct lab_settings *settings,
		       FILE *out)
{
	char board[BOARDS_STRLEN];

	if (settings->board != NULL)
		fprintf(out, "lwIP on a board: %s\n", boards_name(&options->board, board));
	if (settings->family == 6)
		fputs("over IPv6\n", out);
	if (settings->mtu != 0)
		fprintf(out, "MTU %u\n", settings->mtu);
	if (settings->ethernet != NULL)
		fprintf(out, "lwIP is a host of the Ethernet segment at %s\n",
			settings->ethernet->interface);
	if (settings->netif == DEVICE_PACKET)
		fputs("lwIP's way to the kernel: a packet socket on a veth pair\n", out);
}

static void print_ladder(const struct run *run, const struct style *style, FILE *out)
{
	const struct scenario *scenario = run->experiment->scenario;
	char first[SCENARIO_STRLEN], second[SCENARIO_STRLEN];

	fprintf(out, "%s%s%s  %s (%s)\n", paint_on(style, PAINT_STATE), run->experiment->name,
		paint_off(style, PAINT_STATE), scenario->title, scenario->rfc);
	if (*scenario->role[0] != '\0')
		fprintf(out, "%s: %s, %s: %s\n", scenario_name(scenario->role[0], ' ', first),
			who_name(run->experiment->role[0]),
			scenario_name(scenario->role[1], ' ', second),
			who_name(run->experiment->role[1]));
	if (run->world.ends[WHO_KERNEL] != NULL)
		fprintf(out, "kernel watched by %s\n",
			kernel_end_watchers(run->world.ends[WHO_KERNEL]));
	print_link(run->experiment->options, &run->world.lab.settings, out);
	putc('\n', out);
	ladder_print(run->world.lab.timeline, last_shown(run, style->verbose), style, out);
	putc('\n', out);
	if (run->looks != NULL && fflush(run->looks) == 0)
		fwrite(run->looks_text, 1, run->looks_size, out);
	print_verdicts(run->world.lab.timeline, style, out);
	putc('\n', out);
}

/* TAP's diagnostics are lines that begin with '#'. */
static void print_diagnostics(const struct run *run, FILE *out)
{
	static const struct style plain = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	if (memory == NULL)
		return;
	print_ladder(run, &plain, memory);
	fclose(memory);
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		fprintf(out, "# %s\n", line);
	free(text);
}

static void write_jsonl(const void *context, FILE *out)
{
	const struct run *run = context;

	jsonl_write(run->world.lab.timeline, run->experiment->name, out);
}

static void write_transcript(const void *context, FILE *out)
{
	const struct run *run = context;

	transcript_write(run->world.lab.timeline, out);
}

static void write_text(const void *context, FILE *out)
{
	static const struct style plain = { 0 };

	print_ladder(context, &plain, out);
}

/* The picture; its roles are room for their names in people's words. */
static struct svg_ladder picture_of(const struct run *run, bool verbose,
				    char roles[2][SCENARIO_STRLEN])
{
	const struct experiment *experiment = run->experiment;
	struct svg_ladder picture = { .timeline = run->world.lab.timeline,
				      .last = last_shown(run, verbose),
				      .verbose = verbose,
				      .name = experiment->name,
				      .title = experiment->scenario->title };

	for (int i = 0; i < 2; i++)
		picture.role[experiment->role[i]] =
			scenario_name(experiment->scenario->role[i], ' ', roles[i]);
	return picture;
}

static void write_svg(const void *context, FILE *out)
{
	char roles[2][SCENARIO_STRLEN];
	struct svg_ladder picture = picture_of(context, false, roles);

	svg_ladder_write(&picture, out);
}

/* What the report says of this experiment and its parent does not know. */
static void write_section(const struct run *run, bool verbose, FILE *out)
{
	char roles[2][SCENARIO_STRLEN];
	struct svg_ladder picture = picture_of(run, verbose, roles);

	if (run->looks != NULL && fflush(run->looks) == 0)
		report_section(&picture, run->looks_text, out);
	else
		report_section(&picture, NULL, out);
}

static void write_pcapng(const void *context, FILE *out)
{
	const struct run *run = context;
	const struct scenario *scenario = run->experiment->scenario;
	char title[200], os[sizeof(struct utsname)];
	struct utsname system;
	struct pcapng_info info = {
		.name = run->experiment->name,
		.title = title,
		.hardware = system.machine,
		.os = os,
		.application = "tcplab, lwIP " LWIP_VERSION_STRING,
		.host = { [WHO_LWIP] = "lwIP " LWIP_VERSION_STRING " in user space",
			  [WHO_KERNEL] = "the kernel's TCP",
			  [WHO_RAW] = "a third host: segments made by hand",
			  [WHO_OTHERS] = "the other hosts of the Ethernet segment" },
		.start_ns = timeline_epoch_ns(run->world.lab.timeline),
	};

	uname(&system);
	snprintf(title, sizeof(title), "%s (%s)", scenario->title, scenario->rfc);
	snprintf(os, sizeof(os), "%s %s", system.sysname, system.release);
	pcapng_write(run->world.lab.timeline, &info, out);
}

/* What the run directory has of each experiment. */
static int write_views(const struct run *run, const char *dir, struct why *why)
{
	static const struct {
		const char *suffix;
		void (*write)(const void *run, FILE *out);
	} views[] = {
		{ "jsonl", write_jsonl },
		{ "pcapng", write_pcapng },
		{ "txt", write_text },
		{ RUNDIR_TRANSCRIPT, write_transcript },
	};
	char path[4096];
	int err = 0;

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]) && err == 0; i++)
		err = outfile_write(rundir_path(dir, run->experiment->name, views[i].suffix, path),
				    views[i].write, run, why);
	return err;
}

int views_save(const struct run *run, const char *dir, struct why *why)
{
	int err = outfile_directory(dir, why);

	return err < 0 ? err : write_views(run, dir, why);
}

static int write_picture(const struct run *run, const char *dir, struct why *why)
{
	char path[4096];

	return outfile_write(rundir_path(dir, run->experiment->name, "svg", path), write_svg, run,
			     why);
}

int views_put(const struct run *run, const struct style *style, FILE *const parcels[PARCELS],
	      bool failed, struct why *why)
{
	const struct run_options *options = run->experiment->options;
	FILE *out = parcels[PARCEL_OUTPUT];
	int err = 0;

	switch (options->format) {
	case FORMAT_LADDER:
		if (experiment_shown(options) || failed)
			print_ladder(run, style, out);
		break;
	case FORMAT_JSONL: write_jsonl(run, out); break;
	case FORMAT_TAP:
		if (failed)
			print_diagnostics(run, out);
		break;
	case FORMAT_JUNIT:
		if (failed)
			write_text(run, out);
		break;
	case FORMAT_CSV: break; /* its lines are the parent's */
	}
	if (options->keep_transcripts)
		write_transcript(run, parcels[PARCEL_TRANSCRIPT]);
	if (options->report != NULL)
		write_section(run, style->verbose, parcels[PARCEL_SECTION]);
	if (options->out != NULL)
		err = write_views(run, options->out, why);
	if (options->svg != NULL && err == 0)
		err = write_picture(run, options->svg, why);
	return err;
}
