/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the tests of pictures share: text that was written to a stream, and what is in it.
 */
#ifndef PICTURES_H
#define PICTURES_H

#include "unit.h"

/** Runs something that writes to a FILE. @return what it wrote, to be freed */
#define WRITTEN(out, ...)                                              \
	({                                                             \
		char *written_ = NULL;                                 \
		size_t written_size_ = 0;                              \
		FILE *out = open_memstream(&written_, &written_size_); \
		assert_non_null(out);                                  \
		__VA_ARGS__;                                           \
		fclose(out);                                           \
		written_;                                              \
	})

/** @return how often words occur in a text */
static inline int count_in(const char *text, const char *words)
{
	int count = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		count++;
	return count;
}

/** Every tag that is opened is closed, in order, and no text has a bare &. */
static inline void assert_balanced(const char *text)
{
	char open[64][16];
	int depth = 0;

	for (const char *at = strchr(text, '<'); at != NULL; at = strchr(at + 1, '<')) {
		const char *end = strchr(at, '>');
		size_t length = strcspn(at + 1 + (at[1] == '/'), " \n/>");
		const char *name = at + 1 + (at[1] == '/');

		assert_non_null(end);
		if (at[1] == '/') {
			if (depth == 0 || strlen(open[depth - 1]) != length ||
			    memcmp(open[depth - 1], name, length) != 0)
				fail_msg("</%.*s> closes nothing:\n%.200s", (int)length, name, at);
			depth--;
		} else if (end[-1] != '/') {
			assert_true(depth < 64 && length < 16);
			memcpy(open[depth], name, length);
			open[depth++][length] = '\0';
		}
	}
	if (depth != 0)
		fail_msg("<%s> is not closed", open[depth - 1]);
	for (const char *at = strchr(text, '&'); at != NULL; at = strchr(at + 1, '&'))
		if (strncmp(at, "&amp;", 5) != 0 && strncmp(at, "&lt;", 4) != 0 &&
		    strncmp(at, "&gt;", 4) != 0 && strncmp(at, "&quot;", 6) != 0)
			fail_msg("a bare &: %.40s", at);
}

#endif
