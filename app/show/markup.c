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

/* As many bytes as can stand in a text as they are. */
static size_t plain_length(const unsigned char *s)
{
	size_t length = 0;
	int character;

	while ((s[length] >= 0x20 || s[length] == '\n' || s[length] == '\t') && s[length] != '&' &&
	       s[length] != '<' && s[length] != '>' && s[length] != '"') {
		character = s[length] < 0x80 ? 1 : utf8_length(s + length);
		if (character == 0)
			break;
		length += (size_t)character;
	}
	return length;
}

void markup_text(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	for (;;) {
		size_t plain = plain_length(s);

		fwrite(s, 1, plain, out);
		s += plain;
		switch (*s++) {
		case '\0': return;
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		default: fputs("\xef\xbf\xbd", out);
		}
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
