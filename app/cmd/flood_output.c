/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/flood_output.h"

#include <string.h>
#include <unistd.h>

#include "cmd/outfile.h"
#include "show/flood_report.h"

int flood_output_prepare(const struct flood_options *options, struct why *why)
{
	int err = options->report == NULL ? 0 : outfile_check(options->report, why);

	return err == 0 && options->svg != NULL ? outfile_directory(options->svg, why) : err;
}

static void print(const struct flood_output *output)
{
	struct style style = style_of_terminal(STDOUT_FILENO);

	switch (output->options->format) {
	case FLOOD_TEXT: flood_table_print(&output->rows, &style, stdout); break;
	case FLOOD_CSV: flood_table_write_csv(&output->rows, stdout); break;
	case FLOOD_JSON: flood_table_write_json(&output->rows, stdout); break;
	}
}

static void write_report(const void *context, FILE *out)
{
	const struct flood_output *output = context;

	flood_report_write(output->rows.row, output->rows.count, &output->page, out);
}

/* One row's. */
struct picture {
	const struct flood_row *row;
	const char *command;
};

static void write_picture(const void *context, FILE *out)
{
	const struct picture *picture = context;

	flood_report_picture(picture->row, picture->command, out);
}

#define NAME_STRLEN 200

/* "lwip-guard-from-4" */
static void name_file(const char *label, char name[NAME_STRLEN])
{
	char *at = name;

	for (; *label != '\0' && at < name + NAME_STRLEN - 1; label++)
		if (strchr(", /", *label) == NULL)
			*at++ = *label;
		else if (at > name && at[-1] != '-')
			*at++ = '-';
	*at = '\0';
}

static int write_pictures(const struct flood_output *output, struct why *why)
{
	char name[NAME_STRLEN], path[4096];
	int err = 0;

	for (int i = 0; i < output->rows.count && err == 0; i++) {
		const struct picture picture = { &output->rows.row[i], output->page.command };

		name_file(picture.row->label, name);
		snprintf(path, sizeof(path), "%s/%s.svg", output->options->svg, name);
		err = outfile_write(path, write_picture, &picture, why);
	}
	return err;
}

int flood_output_write(const struct flood_output *output, struct why *why)
{
	const char *report = output->options->report;
	int err = 0;

	print(output);
	if (output->options->svg != NULL)
		err = write_pictures(output, why);
	if (err == 0 && report != NULL)
		err = outfile_write(report, write_report, output, why);
	if (err == 0 && report != NULL && output->options->format == FLOOD_TEXT)
		printf("\nreport: %s\n", report);
	return err;
}
