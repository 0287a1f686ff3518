/* SPDX-License-Identifier: BSD-3-Clause */
#include "judge/symptoms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "tcp/frame.h"

#define ETHERNET  14
#define TEXT_SIZE 240

/* lwIP polls each connection every two seconds (end/lwip_api.h, attach()). So long it may be silent. */
#define SILENCE_NS   UINT64_C(4000000000)
#define NS_PER_MS    UINT64_C(1000000)
#define RETURNED_MSS 2   /* segments, after which lwIP announces a larger window for certain */
#define DEFAULT_MSS  536 /* RFC 9293, 3.7.1 */

struct search {
	struct end *lwip;
	const struct timeline *timeline;
	const struct symptom_evidence *evidence;
};

static bool is_of(const struct event *event, const char *conn)
{
	return conn != NULL && event->conn != NULL && strcmp(event->conn, conn) == 0;
}

static uint16_t swapped(uint16_t number)
{
	return (uint16_t)(number >> 8 | number << 8);
}

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* The next segment of lwIP's after event n, with some control bits and without others; NULL: there is none. */
static const struct event *next_segment(const struct search *search, uint32_t n, uint8_t set,
					uint8_t clear)
{
	while (++n <= timeline_count(search->timeline)) {
		const struct event *event = timeline_event(search->timeline, n);

		if (event->kind == EV_FRAME && event->who == WHO_LWIP && event->frame.tcp &&
		    (event->frame.segment.flags & set) == set &&
		    !(event->frame.segment.flags & clear))
			return event;
	}
	return NULL;
}

/* -- Byte order */

static bool find_byteorder(const struct search *search, char text[TEXT_SIZE])
{
	for (uint32_t n = 1; n <= timeline_count(search->timeline); n++) {
		const struct event *event = timeline_event(search->timeline, n);
		uint16_t type;

		if (event->kind != EV_FRAME || event->who != WHO_LWIP ||
		    event->frame.size < ETHERNET + 4)
			continue;
		type = get16(event->frame.bytes + ETHERNET - 2);
		if (type == 0x0008 || type == 0x0608 || type == 0xdd86) {
			snprintf(text, TEXT_SIZE,
				 "its frame #%u is of type 0x%04x, which is 0x%04x the other way "
				 "round",
				 n, type, swapped(type));
			return true;
		}
	}
	return false;
}

/* The application has asked for this port of that host. */
static bool has_asked_for(const struct search *search, struct endpoint remote, uint16_t port)
{
	const struct conn *conn = search->lwip->conns;

	remote.port = port;
	while (conn != NULL && (conn->passive || !endpoint_equal(&conn->remote, &remote)))
		conn = conn->next;
	return conn != NULL;
}

static bool find_port(const struct search *search, char text[TEXT_SIZE])
{
	const struct event *syn = NULL;

	while ((syn = next_segment(search, syn == NULL ? 0 : syn->n, SEG_SYN, SEG_ACK)) != NULL) {
		const struct endpoint *to = &syn->frame.segment.dst;

		if (has_asked_for(search, *to, to->port) ||
		    !has_asked_for(search, *to, swapped(to->port)))
			continue;
		snprintf(text, TEXT_SIZE,
			 "its SYN #%u goes to port %u (0x%04x), and the application asked for %u "
			 "(0x%04x)",
			 syn->n, to->port, to->port, swapped(to->port), swapped(to->port));
		return true;
	}
	return false;
}

/* -- The checksum */

static bool find_checksum(const struct search *search, char text[TEXT_SIZE])
{
	const struct event *segment = NULL, *first = NULL;
	unsigned int segments = 0, wrong = 0;
	uint16_t is, right, first_is = 0, first_right = 0;

	while ((segment = next_segment(search, segment == NULL ? 0 : segment->n, 0, 0)) != NULL) {
		if (!frame_checksum(segment->frame.bytes, segment->frame.size, &is, &right))
			continue;
		segments++;
		if (is == right)
			continue;
		wrong++;
		if (first == NULL) {
			first = segment;
			first_is = is;
			first_right = right;
		}
	}
	if (first == NULL)
		return false;
	snprintf(text, TEXT_SIZE,
		 "TCP's is 0x%04x in #%u, where 0x%04x is right; it is wrong in %u of its %u "
		 "segments",
		 first_is, first->n, first_right, wrong, segments);
	return true;
}

/* -- Timers */

static bool is_timers_doing(const struct event *event)
{
	return event->who == WHO_LWIP &&
	       (event->kind == EV_TIMER ||
		(event->kind == EV_CALLBACK && strcmp(event->callback.name, "poll") == 0));
}

/* Connections in some states, and since when there have been any, or a timer has run. */
struct waiting {
	const char *what;
	uint64_t limit_ns;
	unsigned int count;
	uint64_t since_ns;
};

static void follow(struct waiting *waiting, const struct event *transition, bool was, bool is)
{
	if (!was && is && waiting->count++ == 0)
		waiting->since_ns = transition->v_ns;
	if (was && !is && waiting->count > 0)
		waiting->count--;
}

static bool is_active(enum state state)
{
	return state != ST_CLOSED && state != ST_LISTEN && state != ST_TIME_WAIT;
}

static bool find_timers(const struct search *search, char text[TEXT_SIZE])
{
	uint64_t time_wait_ns = search->evidence->time_wait_ms * NS_PER_MS;
	struct waiting waits[] = {
		{ .what = "a connection was open", .limit_ns = SILENCE_NS },
		{ .what = "a connection was in TIME_WAIT",
		  .limit_ns = search->evidence->time_wait_ms == 0 ? UINT64_MAX : time_wait_ns },
	};
	bool found = false;

	for (uint32_t n = 1; n <= timeline_count(search->timeline); n++) {
		const struct event *event = timeline_event(search->timeline, n);
		enum state from, to;

		for (int i = 0; i < 2; i++) {
			if (is_timers_doing(event)) {
				waits[i].since_ns = event->v_ns;
				found = false;
			} else if (waits[i].count > 0 &&
				   event->v_ns - waits[i].since_ns >= waits[i].limit_ns) {
				snprintf(text, TEXT_SIZE,
					 "%s for %.1f s of its clock until #%u, and no timer ran",
					 waits[i].what,
					 (double)(event->v_ns - waits[i].since_ns) / 1e9, n);
				found = true;
			}
		}
		if (event->kind != EV_STATE || event->who != WHO_LWIP)
			continue;
		from = event->state.from;
		to = event->state.to;
		follow(&waits[0], event, is_active(from), is_active(to));
		follow(&waits[1], event, from == ST_TIME_WAIT, to == ST_TIME_WAIT);
	}
	return found;
}

/* -- Memory */

static bool find_leak(const struct search *search, char text[TEXT_SIZE])
{
	unsigned int frames = 0;

	for (uint32_t n = 1; n <= timeline_count(search->timeline); n++) {
		const struct event *event = timeline_event(search->timeline, n);

		frames += event->kind == EV_FRAME && event->who != WHO_LWIP &&
			  event->frame.fate == NULL;
	}
	snprintf(
		text, TEXT_SIZE,
		"%u pbufs of the pool are not back, though no pcb is left to hold any; it received "
		"%u frames",
		search->evidence->lost_pbufs, frames);
	return search->evidence->lost_pbufs > 0;
}

/* -- The window */

/* What lwIP has announced on a connection, and what the application has given back since that grew. */
struct announced {
	int16_t lwip_scale, other_scale; /* -1: none (RFC 7323, 2.2) */
	uint32_t mss;
	uint32_t edge; /* the sequence number behind the window, relative */
	uint32_t returned;
};

static void note_syn(struct announced *announced, const struct event *frame)
{
	const struct segment *syn = &frame->frame.segment;

	if (frame->who != WHO_LWIP) {
		announced->other_scale = syn->wscale;
		return;
	}
	announced->lwip_scale = syn->wscale;
	announced->mss = syn->mss == 0 ? DEFAULT_MSS : syn->mss;
}

/* False: the edge is where it was before so much was given back. */
static bool follow_edge(struct announced *announced, const struct event *frame)
{
	bool scaled = announced->lwip_scale >= 0 && announced->other_scale >= 0;
	uint32_t edge = frame->frame.ack + ((uint32_t)frame->frame.segment.window
					    << (scaled ? announced->lwip_scale : 0));

	if ((int32_t)(edge - announced->edge) > 0) {
		announced->edge = edge;
		announced->returned = 0;
	}
	return announced->returned < RETURNED_MSS * announced->mss;
}

static bool stands_still(const struct timeline *timeline, const char *conn, char text[TEXT_SIZE])
{
	struct announced announced = { -1, -1, DEFAULT_MSS, 0, 0 };

	for (uint32_t n = 1; n <= timeline_count(timeline); n++) {
		const struct event *event = timeline_event(timeline, n);
		uint8_t flags = event->frame.segment.flags;

		if (!is_of(event, conn))
			continue;
		if (event->kind == EV_CALL && strcmp(event->call.name, "tcp_recved") == 0)
			announced.returned += (uint32_t)strtoul(event->call.args, NULL, 10);
		if (event->kind != EV_FRAME || !event->frame.tcp)
			continue;
		if (flags & SEG_SYN) {
			note_syn(&announced, event);
			continue;
		}
		if (event->who != WHO_LWIP || (flags & (SEG_RST | SEG_ACK)) != SEG_ACK ||
		    follow_edge(&announced, event))
			continue;
		snprintf(
			text, TEXT_SIZE,
			"the application has given %u bytes of %s back, and in #%u the window ends "
			"where it did before, at %u",
			announced.returned, conn, n, announced.edge);
		return true;
	}
	return false;
}

static bool find_recved(const struct search *search, char text[TEXT_SIZE])
{
	const struct conn *conn = search->lwip->conns;

	while (conn != NULL && !stands_still(search->timeline, conn->name, text))
		conn = conn->next;
	return conn != NULL;
}

/* -- Pcbs */

/* The connections' states at one moment, in the order of end->conns; before they had any: -1. */
static void note_state(const struct search *search, const struct event *transition, int *states)
{
	for (const struct conn *conn = search->lwip->conns; conn != NULL;
	     conn = conn->next, states++)
		if (is_of(transition, conn->name))
			*states = (int)transition->state.to;
}

/*
 * The connection that is no more, if a segment can only be of such a one. Of a released pcb's own endpoint the port may be
 * gone (lwIP writes 0, tcp_pcb_remove()), and the address may be what its pool keeps there (memp_free()).
 */
static const struct conn *is_of_the_past(const struct search *search, const struct event *frame,
					 const int *states)
{
	const struct segment *segment = &frame->frame.segment;
	const struct conn *past = NULL;

	for (const struct conn *conn = search->lwip->conns; conn != NULL;
	     conn = conn->next, states++) {
		bool is_its_port = conn->local.port == segment->src.port;

		if ((!is_its_port && segment->src.port != 0) ||
		    !endpoint_equal(&conn->remote, &segment->dst))
			continue;
		if (*states == (int)ST_CLOSED)
			past = conn;
		else if (is_its_port)
			return NULL;
	}
	return past;
}

static bool speaks_after_its_end(const struct search *search, int *states, char text[TEXT_SIZE])
{
	for (uint32_t n = 1; n <= timeline_count(search->timeline); n++) {
		const struct event *event = timeline_event(search->timeline, n);
		const struct conn *past = NULL;
		char from[ENDPOINT_STRLEN];

		if (event->who != WHO_LWIP)
			continue;
		if (event->kind == EV_STATE)
			note_state(search, event, states);
		if (event->kind == EV_FRAME && event->frame.tcp &&
		    !(event->frame.segment.flags & (SEG_SYN | SEG_RST)))
			past = is_of_the_past(search, event, states);
		if (past == NULL)
			continue;
		snprintf(text, TEXT_SIZE, "#%u is sent, from %s, when the pcb of %s is no more", n,
			 endpoint_format(&event->frame.segment.src, from), past->name);
		return true;
	}
	return false;
}

/* What the event was due to, by way of a call that was due to it. */
static uint32_t root_of(const struct timeline *timeline, const struct event *event)
{
	const struct event *cause = timeline_event(timeline, event->cause);

	return cause != NULL && cause->kind == EV_CALL ? cause->cause : event->cause;
}

/* The last that was heard of the board: a callback of a connection, whose pcb was released in it. */
static bool died_of_a_callback(const struct search *search, char text[TEXT_SIZE])
{
	const struct event *callback = NULL, *released = NULL;

	for (uint32_t n = 1; n <= timeline_count(search->timeline); n++) {
		const struct event *event = timeline_event(search->timeline, n);

		if (event->who != WHO_LWIP)
			continue;
		if (event->kind == EV_STATE)
			released =
				event->state.to == ST_CLOSED && callback != NULL &&
						is_of(event, callback->conn) &&
						root_of(search->timeline, event) == callback->cause
					? event
					: NULL;
		if (event->kind == EV_CALLBACK && strcmp(event->callback.name, "err") != 0)
			callback = event;
	}
	if (!search->evidence->died || released == NULL)
		return false;
	snprintf(text, TEXT_SIZE,
		 "the board died when the pcb of %s had been released inside its %s callback, #%u",
		 released->conn, callback->callback.name, callback->n);
	return true;
}

static bool find_freed(const struct search *search, char text[TEXT_SIZE])
{
	size_t count = 0;
	bool found;
	int *states;

	for (const struct conn *conn = search->lwip->conns; conn != NULL; conn = conn->next)
		count++;
	states = malloc((count + 1) * sizeof(*states));
	if (states == NULL) {
		fputs("tcplab: out of memory for the connections' states\n", stderr);
		exit(2);
	}
	for (size_t i = 0; i < count; i++)
		states[i] = -1;
	found = speaks_after_its_end(search, states, text) || died_of_a_callback(search, text);
	free(states);
	return found;
}

/* -- All of them */

static const struct {
	const char *name, *mistake;
	bool (*find)(const struct search *search, char text[TEXT_SIZE]);
} symptoms[SYMPTOMS] = {
	[SYMPTOM_BYTEORDER] = { "byteorder", "a wrong BYTE_ORDER", find_byteorder },
	[SYMPTOM_PORT] = { "port", "a port in network order", find_port },
	[SYMPTOM_CHECKSUM] = { "checksum", "a wrong checksum", find_checksum },
	[SYMPTOM_TIMERS] = { "timers", "timers that are not called", find_timers },
	[SYMPTOM_LEAK] = { "leak", "received frames that are not freed", find_leak },
	[SYMPTOM_RECVED] = { "recved", "a forgotten tcp_recved()", find_recved },
	[SYMPTOM_FREED] = { "freed", "a pcb that is used after its end", find_freed },
};

const char *symptom_name(enum symptom symptom)
{
	return symptoms[symptom].name;
}

const char *symptom_mistake(enum symptom symptom)
{
	return symptoms[symptom].mistake;
}

unsigned int judge_symptoms(struct end *lwip, const struct symptom_evidence *evidence)
{
	struct timeline *timeline = lwip->lab->timeline;
	const struct search search = { lwip, timeline, evidence };
	unsigned int found = 0;
	char text[TEXT_SIZE];

	for (int i = 0; i < SYMPTOMS; i++) {
		struct event *verdict;

		if (!symptoms[i].find(&search, text))
			continue;
		found |= 1u << i;
		verdict = timeline_add(timeline, EV_VERDICT, WHO_LAB, NULL);
		verdict->verdict.symptom = symptoms[i].name;
		verdict->verdict.text = timeline_text(timeline, "%s: %s; docs/porting.md#%s",
						      symptoms[i].mistake, text, symptoms[i].name);
	}
	return found;
}
