/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/json.h"

#include <inttypes.h>

#include "record/utf8.h"

static void put_string(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', out);
	while (*s != '\0') {
		int length = utf8_length(s);

		if (length == 0) {
			fputs("\\ufffd", out);
			s++;
		} else if (*s < 0x20 || *s == '"' || *s == '\\' || *s == 0x7f) {
			fprintf(out, *s == '"' || *s == '\\' ? "\\%c" : "\\u%04x", *s);
			s++;
		} else {
			fwrite(s, 1, (size_t)length, out);
			s += length;
		}
	}
	putc('"', out);
}

static void put_key(struct json *json, const char *key)
{
	if (!json->first)
		putc(',', json->out);
	json->first = false;
	if (key != NULL) {
		put_string(json->out, key);
		putc(':', json->out);
	}
}

void json_open(struct json *json, const char *key)
{
	if (key != NULL)
		put_key(json, key);
	putc('{', json->out);
	json->first = true;
}

void json_close(struct json *json)
{
	putc('}', json->out);
	json->first = false;
}

void json_list_open(struct json *json, const char *key)
{
	if (key != NULL)
		put_key(json, key);
	putc('[', json->out);
	json->first = true;
}

void json_list_close(struct json *json)
{
	putc(']', json->out);
	json->first = false;
}

void json_item_open(struct json *json)
{
	put_key(json, NULL);
	json_open(json, NULL);
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (text == NULL) {
		json_null(json, key);
		return;
	}
	put_key(json, key);
	put_string(json->out, text);
}

void json_int(struct json *json, const char *key, int64_t number)
{
	put_key(json, key);
	fprintf(json->out, "%" PRId64, number);
}

void json_number(struct json *json, const char *key, double number)
{
	put_key(json, key);
	fprintf(json->out, "%.10g", number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	put_key(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
	put_key(json, key);
	fputs("null", json->out);
}
