/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How things look on a terminal, and off it.
 */
#ifndef APP_SHOW_STYLE_H
#define APP_SHOW_STYLE_H

#include <stdbool.h>
#include <stddef.h>

struct style {
	bool colour;
	bool verbose; /**< every event, not only those that a reader needs */
};

/** @return how to print to a descriptor: in colours on a terminal, unless NO_COLOR is set */
struct style style_of_terminal(int fd);

enum paint { PAINT_NONE, PAINT_STATE, PAINT_GOOD, PAINT_BAD, PAINT_DIM };

/** @return the escape sequence that begins a paint; "" without colour */
const char *paint_on(const struct style *style, enum paint paint);

/** @return the one that ends it; "" without colour or for PAINT_NONE */
const char *paint_off(const struct style *style, enum paint paint);

/** @return the columns that a UTF-8 text takes (none of ours is wider than one per character) */
size_t text_width(const char *text);

/** Cuts a UTF-8 text so that it takes no more columns than that; "…" tells that it was cut. */
void text_cut(char *text, size_t columns);

#endif
