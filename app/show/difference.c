/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/difference.h"

#include <string.h>

#define INDENT "    "

static void print_line(const char *mark, const char *line, enum paint paint,
		       const struct style *style, FILE *out)
{
	size_t length = strcspn(line, "\n");

	fprintf(out, INDENT "%s%s  %.*s%s\n", paint_on(style, paint), mark, (int)length, line,
		paint_off(style, paint));
}

void difference_print(const struct difference *difference, const char *a, const char *b,
		      const struct style *style, FILE *out)
{
	const char *end = "(the end)", *line = difference->context;
	char blank[64];

	snprintf(blank, sizeof(blank), "%*s", (int)text_width(a), "");
	for (int i = 0; i < TRANSCRIPT_CONTEXT && line != NULL && line != difference->a; i++) {
		print_line(blank, line, PAINT_DIM, style, out);
		line += strcspn(line, "\n");
		line = *line == '\0' || line[1] == '\0' ? NULL : line + 1;
	}
	print_line(a, difference->a == NULL ? end : difference->a, PAINT_GOOD, style, out);
	print_line(b, difference->b == NULL ? end : difference->b, PAINT_BAD, style, out);
}
