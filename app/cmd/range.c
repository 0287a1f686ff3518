/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/range.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add(struct range *range, const char *word, const char *open, const char *close,
	       const char *value)
{
	char **words = realloc(range->words, ((size_t)range->count + 1) * sizeof(char *));
	char **values;

	if (words == NULL)
		return -ENOMEM;
	range->words = words;
	values = realloc(range->values, ((size_t)range->count + 1) * sizeof(char *));
	if (values == NULL)
		return -ENOMEM;
	range->values = values;
	values[range->count] = strdup(value);
	if (asprintf(&words[range->count], "%.*s%s%s", (int)(open - word), word, value, close + 1) <
	    0)
		words[range->count] = NULL;
	range->count++;
	return words[range->count - 1] == NULL || values[range->count - 1] == NULL ? -ENOMEM : 0;
}

/* "1..7" or "0..3000..500"; 0 when it is something else. */
static int parse_numbers(const char *text, long long *first, long long *last, long long *step)
{
	char *end;
	int read = 0;

	*step = 1;
	errno = 0;
	*first = strtoll(text, &end, 10);
	if (end == text || strncmp(end, "..", 2) != 0)
		return 0;
	text = end + 2;
	*last = strtoll(text, &end, 10);
	read = end != text;
	if (read && strncmp(end, "..", 2) == 0) {
		text = end + 2;
		*step = strtoll(text, &end, 10);
		read = end != text;
	}
	return read && *end == '\0' && errno == 0;
}

static int add_numbers(struct range *range, const char *word, const char *open, const char *close,
		       long long first, long long last, long long step)
{
	char value[32];
	int err = 0;

	for (long long number = first; number <= last && err == 0; number += step) {
		snprintf(value, sizeof(value), "%lld", number);
		err = add(range, word, open, close, value);
	}
	return err;
}

static int add_alternatives(struct range *range, const char *word, const char *open,
			    const char *close, const char *text)
{
	char value[256];
	int err = 0;

	for (;; text++) {
		size_t length = strcspn(text, ",");

		snprintf(value, sizeof(value), "%.*s", (int)length, text);
		err = add(range, word, open, close, value);
		text += length;
		if (*text == '\0' || err < 0 || range->count > RANGE_MAX)
			return err;
	}
}

static int fill(struct range *range, const char *word, const char *open, const char *close,
		const char *text, struct why *why)
{
	long long first, last, step;

	if (strchr(text, ',') != NULL)
		return add_alternatives(range, word, open, close, text);
	if (!parse_numbers(text, &first, &last, &step))
		return why_set(why, EINVAL,
			       "'%s': braces hold a range, {1..7} or {0..3000..500}, or "
			       "alternatives, {a,b}",
			       word);
	if (step < 1 || last < first || (last - first) / step >= RANGE_MAX)
		return why_set(
			why, EINVAL,
			"'%s': a range goes up, in steps of at least 1, and has at most %d values",
			word, RANGE_MAX);
	return add_numbers(range, word, open, close, first, last, step);
}

int range_parse(const char *word, struct range *range, struct why *why)
{
	const char *open = strchr(word, '{'), *close = open == NULL ? NULL : strchr(open, '}');
	char *text;
	int err;

	*range = (struct range){ NULL, NULL, 0 };
	if (open == NULL)
		return 0;
	if (close == NULL)
		return why_set(why, EINVAL, "'%s': the brace is not closed", word);
	if (strchr(close, '{') != NULL)
		return why_set(why, EINVAL, "'%s': one word holds one range", word);
	text = strndup(open + 1, (size_t)(close - open - 1));
	err = text == NULL ? -ENOMEM : fill(range, word, open, close, text, why);
	free(text);
	if (err == 0 && range->count > RANGE_MAX)
		err = why_set(why, EINVAL, "'%s': more than %d alternatives", word, RANGE_MAX);
	if (err == -ENOMEM)
		why_set(why, ENOMEM, "out of memory for the values of '%s'", word);
	if (err < 0)
		range_free(range);
	return err < 0 ? err : 1;
}

void range_free(struct range *range)
{
	for (int i = 0; i < range->count; i++) {
		free(range->words[i]);
		free(range->values[i]);
	}
	free(range->words);
	free(range->values);
	*range = (struct range){ NULL, NULL, 0 };
}
