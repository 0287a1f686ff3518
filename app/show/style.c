/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct style style_of_terminal(int fd)
{
	const char *no_color = getenv("NO_COLOR"); /* no-color.org: set and not empty */

	return (struct style){ .colour = isatty(fd) && (no_color == NULL || *no_color == '\0') };
}

const char *paint_on(const struct style *style, enum paint paint)
{
	/* ECMA-48, SGR: bold cyan, green, bold red, faint. */
	static const char *const sequences[] = { "", "\033[1;36m", "\033[32m", "\033[1;31m",
						 "\033[2m" };

	return style->colour ? sequences[paint] : "";
}

const char *paint_off(const struct style *style, enum paint paint)
{
	return style->colour && paint != PAINT_NONE ? "\033[0m" : "";
}

size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void text_cut(char *text, size_t columns)
{
	static const char dots[] = "…";
	size_t seen = 0;
	char *at = text, *cut = text;

	for (; *at != '\0'; at++) {
		if (((unsigned char)*at & 0xc0) == 0x80)
			continue;
		if (++seen == columns)
			cut = at;
	}
	if (seen <= columns)
		return;
	/* The dots take more bytes than an ASCII character: make room where they replace some. */
	while (cut > text &&
	       (at - cut < (int)sizeof(dots) - 1 || ((unsigned char)*cut & 0xc0) == 0x80))
		cut--;
	if (at - cut >= (int)sizeof(dots) - 1)
		memcpy(cut, dots, sizeof(dots));
	else
		*cut = '\0';
}
