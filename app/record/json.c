/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/json.h"

#include "record/utf8.h"

/* As many bytes as can stand in a string as they are. */
static size_t plain_length(const unsigned char *s)
{
	size_t length = 0;
	int character;

	while (s[length] >= 0x20 && s[length] != '"' && s[length] != '\\' && s[length] != 0x7f) {
		character = s[length] < 0x80 ? 1 : utf8_length(s + length);
		if (character == 0)
			break;
		length += (size_t)character;
	}
	return length;
}

static void put_string(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', out);
	for (;;) {
		size_t plain = plain_length(s);

		fwrite(s, 1, plain, out);
		s += plain;
		if (*s == '\0')
			break;
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x80)
			fprintf(out, "\\u%04x", *s);
		else
			fputs("\\ufffd", out); /* no UTF-8 */
		s++;
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
	char digits[20], *at = digits + sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	put_key(json, key);
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		putc('-', json->out);
	fwrite(at, 1, (size_t)(digits + sizeof(digits) - at), json->out);
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
