/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The serial line's text: fields of a line that came, and of one that goes. Neither sscanf() nor printf(): small C
 * libraries have them without 64 bits, and large.
 */
#ifndef PORT_AGENT_AGENT_LINE_H
#define PORT_AGENT_AGENT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/ip_addr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* -- Reading. Each takes one field, and answers false when it is no such thing. */

/**
 * Cuts a line at each space.
 *
 * @param line   is written to
 * @param field  receives the first fields, as many as there is room for
 * @return how many fields the line has; room + 1: more than there is room for
 */
unsigned int line_split(char *line, char *field[], unsigned int room);

/** A decimal number, digits only, up to max. */
bool line_number(const char *field, uint64_t max, uint64_t *number);

/** A number below zero or zero, with its sign, down to min. */
bool line_negative(const char *field, int min, int *number);

/** A hexadecimal number that fits into a pointer. */
bool line_handle(const char *field, uintptr_t *handle);

/** An IPv4 address of four numbers, or an IPv6 address. */
bool line_address(const char *field, ip_addr_t *address);

/** "10.9.0.2/24". @param field  is written to */
bool line_address_prefix(char *field, ip_addr_t *address, uint8_t *prefix);

/** Twelve hexadecimal digits. */
bool line_hwaddr(const char *field, uint8_t hwaddr[6]);

/**
 * Hexadecimal digits, two a byte; "-": none.
 *
 * @param field  receives the bytes in the place of the digits
 */
bool line_data(char *field, uint16_t *size);

/* -- Writing, by board_putc(): a field has a space before it. */

void line_begin(const char *text);
void line_say(const char *text);
/** The same, with '~' for each blank. */
void line_say_word(const char *text);
void line_say_number(uint32_t number);
void line_say_signed(int number);
void line_say_handle(const void *pointer);
/** An address and a port; NULL: not known. */
void line_say_endpoint(const ip_addr_t *address, uint16_t port);
/** Bytes, a piece at a time: the space is the caller's. */
void line_say_bytes(const void *data, uint16_t size);
void line_end(void);

#ifdef __cplusplus
}
#endif

#endif
