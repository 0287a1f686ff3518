/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/raw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcp/frame.h"

#define WINDOW  65535
#define MAX_MSS 1460

struct raw_end {
	struct end end;
	struct raw *raws;
};

/* Absolute sequence numbers are compared modulo 2^32 (RFC 9293, 3.4). */
static bool is_after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static struct raw *find(const struct raw_end *end, const struct segment *segment)
{
	struct raw *raw = end->raws;

	while (raw != NULL &&
	       !(endpoint_equal(&raw->local, &segment->dst) &&
		 (raw->remote.port == 0 || endpoint_equal(&raw->remote, &segment->src))))
		raw = raw->next;
	return raw;
}

static void got_frame(void *context, const struct event *frame)
{
	const struct segment *segment = &frame->frame.segment;
	struct raw *raw;

	if (!frame->frame.tcp)
		return;
	raw = find(context, segment);
	if (raw == NULL || raw->inbox_count == RAW_INBOX)
		return;
	if (raw->remote.port == 0)
		raw->remote = segment->src;
	if (segment->flags & SEG_SYN) {
		raw->irs = segment->seq;
		raw->rcv_nxt = segment->seq;
	}
	if (segment->seq == raw->rcv_nxt ||
	    (is_after(raw->rcv_nxt, segment->seq) &&
	     is_after(segment->seq + segment_space(segment), raw->rcv_nxt)))
		raw->rcv_nxt = segment->seq + segment_space(segment);
	raw->inbox[raw->inbox_count++] = frame->n;
}

/* What the link's MTU leaves for data, and no more than lwIP's own (RFC 9293, 3.7.1). */
static uint16_t mss_of(const struct lab *lab)
{
	int headers = (lab->settings.family == 6 ? 40 : 20) + 20;

	return (uint16_t)LWIP_MIN(lab->netif.mtu - headers, MAX_MSS);
}

struct raw *raw_listen(struct end *end, uint16_t local_port)
{
	struct raw_end *self = (struct raw_end *)end;
	struct raw *raw = calloc(1, sizeof(*raw));

	if (raw == NULL) {
		fputs("tcplab: out of memory for a connection\n", stderr);
		exit(2);
	}
	raw->lab = end->lab;
	raw->local = end->address;
	raw->local.port = local_port;
	raw->iss = raw->snd_nxt = entropy_next(&end->lab->random);
	raw->window = WINDOW;
	raw->mss = mss_of(end->lab);
	raw->next = self->raws;
	self->raws = raw;
	return raw;
}

struct raw *raw_conn(struct end *end, const struct end *to, uint16_t port, uint16_t local_port)
{
	struct raw *raw = raw_listen(end, local_port);

	raw->remote = to->address;
	raw->remote.port = port;
	return raw;
}

struct conn *conn_of(const struct end *end, const struct raw *raw)
{
	struct conn *conn = end->conns;

	while (conn != NULL && !(endpoint_equal(&conn->local, &raw->remote) &&
				 endpoint_equal(&conn->remote, &raw->local)))
		conn = conn->next;
	return conn;
}

/* The hosts' Ethernet addresses are known by their addresses. */
static const uint8_t *hwaddr_of(const struct lab *lab, const struct endpoint *to)
{
	struct endpoint host = *to;

	host.port = 0;
	return endpoint_equal(&host, &lab->lwip) ? lab_lwip_hwaddr : lab_kernel_hwaddr;
}

static void send_segment(struct raw *raw, const char *flags, uint32_t seq, uint32_t ack,
			 uint16_t length)
{
	struct segment segment = { .src = raw->local,
				   .dst = raw->remote,
				   .seq = seq,
				   .flags = (uint8_t)flags_parse(flags),
				   .window = raw->window,
				   .length = length,
				   .wscale = -1 };
	uint8_t frame[FRAME_HEADERS + MAX_MSS], data[MAX_MSS];
	size_t size;

	LWIP_ASSERT("no more than MAX_MSS bytes of data", length <= MAX_MSS);
	LWIP_ASSERT("known control bits", flags_parse(flags) >= 0);
	if (segment.flags & SEG_SYN)
		segment.mss = raw->mss;
	if (segment.flags & SEG_ACK)
		segment.ack = ack;
	memset(data, 'r', sizeof(data));
	size = frame_build(&segment, lab_raw_hwaddr, hwaddr_of(raw->lab, &raw->remote), data, frame,
			   sizeof(frame));
	if (raw->spoil_checksum)
		frame_spoil_checksum(frame);
	wire_send(&raw->lab->wire, WHO_RAW, frame, size);
	lab_pump(raw->lab);
}

void raw_send(struct raw *raw, const char *flags)
{
	raw_send_data(raw, flags, 0);
}

void raw_send_data(struct raw *raw, const char *flags, uint16_t length)
{
	struct segment space = { .flags = (uint8_t)flags_parse(flags), .length = length };
	uint32_t seq = raw->snd_nxt;

	raw->snd_nxt += segment_space(&space);
	send_segment(raw, flags, seq, raw->rcv_nxt, length);
}

void raw_send_at(struct raw *raw, const char *flags, uint32_t seq, uint32_t ack, uint16_t length)
{
	send_segment(raw, flags, raw->iss + seq, raw->irs + ack, length);
}

static bool has_come(void *context)
{
	return ((const struct raw *)context)->inbox_count > 0;
}

const struct event *raw_next(struct raw *raw)
{
	uint32_t n;

	if (!lab_wait(raw->lab, has_come, raw, raw->lab->patience_ms))
		return NULL;
	n = raw->inbox[0];
	raw->inbox_count--;
	memmove(raw->inbox, raw->inbox + 1, raw->inbox_count * sizeof(raw->inbox[0]));
	return timeline_event(raw->lab->timeline, n);
}

void raw_handshake(struct raw *raw)
{
	raw_send(raw, "SYN");
	if (raw_next(raw) != NULL)
		raw_send(raw, "ACK");
}

unsigned int raw_flush(struct raw *raw)
{
	unsigned int count = raw->inbox_count;

	raw->inbox_count = 0;
	return count;
}

static void raw_dispose(struct end *end)
{
	struct raw_end *self = (struct raw_end *)end;

	end->lab->wire.raw_got_frame = NULL;
	while (self->raws != NULL) {
		struct raw *raw = self->raws;

		self->raws = raw->next;
		free(raw);
	}
}

static const struct end_ops raw_ops = {
	.who = WHO_RAW,
	.conn_size = sizeof(struct conn),
	.dispose = raw_dispose,
};

int raw_end_open(struct end **end, struct lab *lab, struct why *why)
{
	struct raw_end *self;
	int err = lab_introduce(lab, &lab->raw, lab_raw_hwaddr, why);

	if (err < 0)
		return err;
	self = calloc(1, sizeof(*self));
	if (self == NULL)
		return why_set(why, ENOMEM, "out of memory for the raw end");
	self->end.ops = &raw_ops;
	self->end.lab = lab;
	self->end.address = lab->raw;
	memcpy(lab->wire.raw_hwaddr, lab_raw_hwaddr, sizeof(lab_raw_hwaddr));
	lab->wire.raw_got_frame = got_frame;
	lab->wire.raw_context = self;
	*end = &self->end;
	return 0;
}
