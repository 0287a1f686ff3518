/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/style.h"

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
