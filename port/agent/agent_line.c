/* SPDX-License-Identifier: BSD-3-Clause */
#include "agent/agent_line.h"

#include <string.h>

#include "agent/agent.h"

/* -- Reading */

unsigned int line_split(char *line, char *field[], unsigned int room)
{
	unsigned int count = 0;

	while (count < room) {
		field[count++] = line;
		line = strchr(line, ' ');
		if (line == NULL)
			return count;
		*line++ = '\0';
	}
	return room + 1;
}

bool line_number(const char *field, uint64_t max, uint64_t *number)
{
	uint64_t n = 0;

	if (*field == '\0')
		return false;
	for (; *field >= '0' && *field <= '9'; field++) {
		unsigned int digit = (unsigned int)(*field - '0');

		if (n > (max - digit) / 10 || digit > max)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return *field == '\0';
}

bool line_negative(const char *field, int min, int *number)
{
	bool minus = *field == '-';
	uint64_t n;

	if (!line_number(minus ? field + 1 : field, minus ? (uint64_t)-min : 0, &n))
		return false;
	*number = -(int)n;
	return true;
}

/* -1: no hexadecimal digit. */
static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool line_handle(const char *field, uintptr_t *handle)
{
	uintptr_t n = 0;

	if (*field == '\0')
		return false;
	for (; digit_of(*field) >= 0; field++) {
		if (n > UINTPTR_MAX >> 4)
			return false;
		n = n << 4 | (uintptr_t)digit_of(*field);
	}
	*handle = n;
	return *field == '\0';
}

/* lwIP takes "10.9" for an address as well, and whatever comes after a blank. */
static bool is_whole(const char *field)
{
	unsigned int dots = 0;

	if (strchr(field, ':') != NULL)
		return strspn(field, "0123456789abcdefABCDEF:.") == strlen(field);
	for (const char *c = field; *c != '\0'; c++)
		dots += *c == '.';
	return dots == 3 && strspn(field, "0123456789.") == strlen(field);
}

bool line_address(const char *field, ip_addr_t *address)
{
	return is_whole(field) && ipaddr_aton(field, address) == 1;
}

bool line_address_prefix(char *field, ip_addr_t *address, uint8_t *prefix)
{
	char *slash = strchr(field, '/');
	uint64_t n;

	if (slash == NULL)
		return false;
	*slash = '\0';
	if (!line_address(field, address) ||
	    !line_number(slash + 1, IP_IS_V6(address) ? 128 : 32, &n))
		return false;
	*prefix = (uint8_t)n;
	return true;
}

bool line_hwaddr(const char *field, uint8_t hwaddr[6])
{
	if (strlen(field) != 12)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = digit_of(field[2 * i]), low = digit_of(field[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		hwaddr[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool line_data(char *field, uint16_t *size)
{
	uint32_t n = 0;

	*size = 0;
	if (strcmp(field, "-") == 0)
		return true;
	if (*field == '\0')
		return false;
	for (const char *digits = field; *digits != '\0'; digits += 2) {
		int high = digit_of(digits[0]), low = high < 0 ? -1 : digit_of(digits[1]);

		if (low < 0 || n == UINT16_MAX)
			return false;
		field[n++] = (char)(high << 4 | low);
	}
	*size = (uint16_t)n;
	return true;
}

/* -- Writing */

void line_begin(const char *text)
{
	for (; *text != '\0'; text++)
		board_putc(*text);
}

void line_say(const char *text)
{
	board_putc(' ');
	line_begin(text);
}

void line_say_word(const char *text)
{
	board_putc(' ');
	for (; *text != '\0'; text++)
		board_putc((char)(*text == ' ' ? '~' : *text));
}

/* Without leading zeros. */
static void put_number(uintptr_t number, unsigned int base)
{
	char digits[20]; /* 2^64 has so many */
	unsigned int count = 0;

	do {
		digits[count++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number != 0);
	while (count > 0)
		board_putc(digits[--count]);
}

void line_say_number(uint32_t number)
{
	board_putc(' ');
	put_number(number, 10);
}

void line_say_signed(int number)
{
	board_putc(' ');
	if (number < 0)
		board_putc('-');
	put_number((uintptr_t)(number < 0 ? -(long)number : number), 10);
}

void line_say_handle(const void *pointer)
{
	board_putc(' ');
	put_number((uintptr_t)pointer, 16);
}

void line_say_endpoint(const ip_addr_t *address, uint16_t port)
{
	char text[IPADDR_STRLEN_MAX];

	if (address == NULL)
		line_say("-");
	else
		line_say(ipaddr_ntoa_r(address, text, sizeof(text)));
	line_say_number(address == NULL ? 0 : port);
}

void line_say_bytes(const void *data, uint16_t size)
{
	const uint8_t *bytes = data;

	for (uint16_t i = 0; i < size; i++) {
		board_putc("0123456789abcdef"[bytes[i] >> 4]);
		board_putc("0123456789abcdef"[bytes[i] & 15]);
	}
}

void line_end(void)
{
	board_putc('\n');
}
