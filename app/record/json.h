/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A writer of JSON objects (RFC 8259), one line each. Commas and escapes are its business.
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

/** A member with text, in UTF-8; bytes that are not become U+FFFD. NULL writes null. */
void json_text(struct json *json, const char *key, const char *text);
void json_int(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif
