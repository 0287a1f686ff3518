/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline as JSON Lines: one event a line, as docs/events.md describes.
 */
#ifndef APP_RECORD_JSONL_H
#define APP_RECORD_JSONL_H

#include <stdio.h>

#include "record/timeline.h"

/**
 * Writes every event of a timeline.
 *
 * @param scenario  value of each line's "scenario" member
 * @param out       errors stay on the stream, see ferror()
 */
void jsonl_write(const struct timeline *timeline, const char *scenario, FILE *out);

#endif
