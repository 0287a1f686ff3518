/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/markup.h"

#include "record/utf8.h"

/* Read by the assembler, from where make runs it: the repository's root. */
#define ASSET(name, file)                                              \
	__asm__(".pushsection .rodata\n"                               \
		".global " #name "\n" #name ": .incbin \"" file "\"\n" \
		".byte 0\n.popsection\n")

ASSET(markup_light_css, "app/show/light.css");
ASSET(markup_dark_css, "app/show/dark.css");
ASSET(markup_ladder_css, "app/show/ladder.css");
ASSET(markup_diagram_css, "app/show/diagram.css");
ASSET(markup_chart_css, "app/show/chart.css");
ASSET(markup_report_css, "app/show/report.css");
ASSET(markup_state_css, "app/show/state.css");
ASSET(markup_state_js, "app/show/state.js");
ASSET(markup_page_js, "app/show/page.js");
ASSET(markup_report_js, "app/show/report.js");

void markup_text(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s != '\0') {
		int length = utf8_length(s);

		if (*s == '&') {
			fputs("&amp;", out);
		} else if (*s == '<') {
			fputs("&lt;", out);
		} else if (*s == '>') {
			fputs("&gt;", out);
		} else if (*s == '"') {
			fputs("&quot;", out);
		} else if (length == 0 || (*s < 0x20 && *s != '\n' && *s != '\t')) {
			fputs("\xef\xbf\xbd", out);
			length = 1;
		} else {
			fwrite(s, 1, (size_t)length, out);
		}
		s += length;
	}
}

void markup_colours(FILE *out)
{
	fprintf(out,
		":root{color-scheme:light dark;%s}\n"
		"@media(prefers-color-scheme:dark){:root:not([data-theme=light]){%s}}\n"
		":root[data-theme=light]{color-scheme:light}\n"
		":root[data-theme=dark]{color-scheme:dark;%s}\n",
		markup_light_css, markup_dark_css, markup_dark_css);
}
