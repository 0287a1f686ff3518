/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "record/remarks.h"

/* Types of blocks and codes of options, as in the draft's chapters 3.5 and 4. */
enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPT_END = 0, OPT_COMMENT = 1 };
enum { SHB_HARDWARE = 2, SHB_OS = 3, SHB_USERAPPL = 4 };
enum { IF_NAME = 2, IF_DESCRIPTION = 3, IF_TSRESOL = 9 };
enum { EPB_FLAGS = 2, EPB_PACKETID = 5 };

#define BYTE_ORDER_MAGIC  0x1a2b3c4d
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS       9 /* if_tsresol: 10^-9 s */
#define OUTBOUND          2 /* epb_flags, bits 0 and 1 */
#define OPTION_MAX        UINT16_MAX

/* A block in the making. */
struct block {
	uint8_t *bytes;
	size_t size, room;
};

static void die(void)
{
	fputs("tcplab: out of memory for a packet capture\n", stderr);
	exit(2);
}

static void put(struct block *block, const void *bytes, size_t size)
{
	if (block->room - block->size < size) {
		block->room = (block->size + size) * 2;
		block->bytes = realloc(block->bytes, block->room);
		if (block->bytes == NULL)
			die();
	}
	memcpy(block->bytes + block->size, bytes, size);
	block->size += size;
}

static void set_number(uint8_t *at, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

static void put_number(struct block *block, uint64_t number, size_t size)
{
	uint8_t bytes[8];

	set_number(bytes, number, size);
	put(block, bytes, size);
}

static void put16(struct block *block, uint16_t number)
{
	put_number(block, number, 2);
}

static void put32(struct block *block, uint32_t number)
{
	put_number(block, number, 4);
}

/* Bytes of any number, filled up to a multiple of four. */
static void put_padded(struct block *block, const void *bytes, size_t size)
{
	put(block, bytes, size);
	put(block, (const uint8_t[3]){ 0 }, -size % 4);
}

static void put_option(struct block *block, uint16_t code, const void *value, size_t size)
{
	put16(block, code);
	put16(block, (uint16_t)size);
	put_padded(block, value, size);
}

static void put_text(struct block *block, uint16_t code, const char *text)
{
	put_option(block, code, text, strnlen(text, OPTION_MAX));
}

static void put_option_number(struct block *block, uint16_t code, uint64_t number, size_t size)
{
	uint8_t bytes[8];

	set_number(bytes, number, size);
	put_option(block, code, bytes, size);
}

/* Each line is a comment of its own: of a comment with several lines readers make different things. */
static void put_comments(struct block *block, const char *lines)
{
	while (*lines != '\0') {
		size_t length = strcspn(lines, "\n");

		put_option(block, OPT_COMMENT, lines, length < OPTION_MAX ? length : OPTION_MAX);
		lines += length + (lines[length] == '\n');
	}
}

static void begin(struct block *block, uint32_t type)
{
	block->size = 0;
	put32(block, type);
	put32(block, 0); /* the length, when it is known */
}

/* The options end, and the block with them: its length stands at both of its ends. */
static void finish(struct block *block, FILE *out)
{
	uint32_t size = (uint32_t)block->size + 8;

	put16(block, OPT_END);
	put16(block, 0);
	put32(block, size);
	set_number(block->bytes + 4, size, 4);
	fwrite(block->bytes, 1, block->size, out);
}

/* What is to be said of a packet; of none, with packet 0. */
static void put_remarks(struct block *block, const struct remarks *remarks, uint32_t packet)
{
	char *lines = NULL;
	size_t size = 0;
	FILE *text = open_memstream(&lines, &size);

	if (text == NULL || (remarks_write(remarks, packet, text), fclose(text)) != 0)
		die();
	put_comments(block, lines);
	free(lines);
}

static void write_section(struct block *block, const struct pcapng_info *info,
			  const struct remarks *remarks, FILE *out)
{
	char about[256];

	begin(block, BLOCK_SECTION);
	put32(block, BYTE_ORDER_MAGIC);
	put16(block, 1); /* version 1.0 */
	put16(block, 0);
	put_number(block, UINT64_MAX, 8); /* the section ends where the file does */
	snprintf(about, sizeof(about), "%s: %s", info->name, info->title);
	put_text(block, OPT_COMMENT, about);
	put_remarks(block, remarks, 0);
	put_text(block, SHB_HARDWARE, info->hardware);
	put_text(block, SHB_OS, info->os);
	put_text(block, SHB_USERAPPL, info->application);
	finish(block, out);
}

static void write_interface(struct block *block, const struct pcapng_info *info, enum who host,
			    FILE *out)
{
	begin(block, BLOCK_INTERFACE);
	put16(block, LINKTYPE_ETHERNET);
	put16(block, 0);
	put32(block, 0); /* frames are there as a whole, however long */
	put_text(block, IF_NAME, who_name(host));
	put_text(block, IF_DESCRIPTION, info->host[host]);
	put_option_number(block, IF_TSRESOL, NANOSECONDS, 1);
	finish(block, out);
}

/* They stand in the hosts' order; the others of a segment are where there is no kernel. */
static uint32_t interface_of(enum who host)
{
	return host == WHO_OTHERS ? WHO_KERNEL : host;
}

static void write_packet(struct block *block, const struct event *frame, uint64_t start_ns,
			 const struct remarks *remarks, FILE *out)
{
	uint64_t ns = start_ns + frame->t_ns;

	begin(block, BLOCK_PACKET);
	put32(block, interface_of(frame->who));
	put32(block, (uint32_t)(ns >> 32));
	put32(block, (uint32_t)ns);
	put32(block, frame->frame.size);
	put32(block, frame->frame.size);
	put_padded(block, frame->frame.bytes, frame->frame.size);
	put_remarks(block, remarks, frame->n);
	put_option_number(block, EPB_FLAGS, OUTBOUND, 4);
	put_option_number(block, EPB_PACKETID, frame->n, 8);
	finish(block, out);
}

static bool has_spoken(const struct timeline *timeline, enum who host)
{
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_FRAME && event->who == host)
			return true;
	}
	return false;
}

void pcapng_write(const struct timeline *timeline, const struct pcapng_info *info, FILE *out)
{
	struct remarks *remarks = remarks_new(timeline);
	struct block block = { 0 };

	write_section(&block, info, remarks, out);
	write_interface(&block, info, WHO_LWIP, out);
	write_interface(&block, info, has_spoken(timeline, WHO_OTHERS) ? WHO_OTHERS : WHO_KERNEL,
			out);
	if (has_spoken(timeline, WHO_RAW))
		write_interface(&block, info, WHO_RAW, out);
	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);

		if (event->kind == EV_FRAME)
			write_packet(&block, event, info->start_ns, remarks, out);
	}
	free(block.bytes);
	remarks_free(remarks);
}
