/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A writer of JSON (RFC 8259), one line for each object or list that stands by itself. Commas and escapes are its business.
 */
#ifndef APP_RECORD_JSON_H
#define APP_RECORD_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	bool first; /* of the members of the object that is open */
};

/** Opens an object: the line's own with key NULL, else as a member of the one that is open. */
void json_open(struct json *json, const char *key);

/** Closes the object that is open. */
void json_close(struct json *json);

/** A list, as a member of the object that is open; NULL: by itself. Its items are objects. */
void json_list_open(struct json *json, const char *key);
void json_list_close(struct json *json);

/** Opens an object as the list's next item; json_close() closes it. */
void json_item_open(struct json *json);

/** A member with text, in UTF-8; bytes that are not become U+FFFD. NULL writes null. */
void json_text(struct json *json, const char *key, const char *text);
void json_int(struct json *json, const char *key, int64_t number);
/** Ten digits of it; it must be a number (not NaN, not infinite: JSON has no such). */
void json_number(struct json *json, const char *key, double number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif
