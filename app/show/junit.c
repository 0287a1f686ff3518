/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/junit.h"

#include "show/markup.h"

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	markup_text(out, value);
	putc('"', out);
}

static void put_outcome(const struct junit_case *one, FILE *out)
{
	const char *element = one->verdict == JUNIT_FAILS ? "failure" : "error";

	fprintf(out, "><%s", element);
	put_attribute(out, "message", one->message == NULL ? "" : one->message);
	fputs(">", out);
	markup_text(out, one->text);
	fprintf(out, "</%s></testcase>\n", element);
}

static void put_case(const struct junit_case *one, FILE *out)
{
	fputs("  <testcase", out);
	put_attribute(out, "classname", one->theme);
	put_attribute(out, "name", one->name);
	fprintf(out, " time=\"%.6f\"", one->seconds);
	if (one->verdict != JUNIT_PASSES) {
		put_outcome(one, out);
	} else if (one->message != NULL) {
		fputs("><system-out>", out);
		markup_text(out, one->message);
		fputs("</system-out></testcase>\n", out);
	} else {
		fputs("/>\n", out);
	}
}

void junit_write(const struct junit_case *cases, int count, FILE *out)
{
	int failures = 0, errors = 0;
	double seconds = 0;

	for (int i = 0; i < count; i++) {
		failures += cases[i].verdict == JUNIT_FAILS;
		errors += cases[i].verdict == JUNIT_ERROR;
		seconds += cases[i].seconds;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n"
		"<testsuite name=\"tcplab\" tests=\"%d\" failures=\"%d\" errors=\"%d\" "
		"skipped=\"0\" "
		"time=\"%.6f\">\n",
		count, failures, errors, seconds);
	for (int i = 0; i < count; i++)
		put_case(&cases[i], out);
	fputs("</testsuite>\n</testsuites>\n", out);
}
