/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timeline: the one ordered list of everything that happened in an experiment.
 *
 * Everything a person or a program reads is written from it and from nothing else. Events are
 * numbered from 1; an event and what it points to live as long as the timeline.
 *
 * Each event carries its cause, the event that made it happen. Whoever lets something happen (the
 * wire delivering a frame, an end calling its stack, a clock letting timers run) says so before
 * and takes it back after; all that is added between gets that cause.
 */
#ifndef APP_RECORD_TIMELINE_H
#define APP_RECORD_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcp/segment.h"
#include "tcp/state.h"

enum who {
	WHO_LWIP,
	WHO_KERNEL,
	WHO_RAW,    /**< hand-made segments, of a third host */
	WHO_OTHERS, /**< the other hosts of an Ethernet segment, of which only frames are known */
	WHO_HOSTS,  /**< so many can send frames */
	WHO_WIRE = WHO_HOSTS,
	WHO_LAB,
};
/** @return "lwip", "kernel", "raw", "others", "wire", "lab" */
const char *who_name(enum who who);

enum event_kind {
	EV_STATE,    /**< a transition of a connection at one end */
	EV_CALLBACK, /**< lwIP told the application something */
	EV_FRAME,    /**< an end sent a frame */
	EV_CALL,     /**< the application called its stack, or the lab moved the clock */
	EV_TIMER,    /**< a stack's timer expired and did something */
	EV_FAULT,    /**< the wire mistreated a frame, or an observer missed something */
	EV_GUARD,    /**< lwIP's SYN-cookie guard did something about a frame, its cause */
	EV_VERDICT,  /**< an expectation held or failed */
};
/** @return "state", "callback" and so on */
const char *event_kind_name(enum event_kind kind);

/** What saw a transition. */
enum source {
	SRC_HOOK,       /**< lwIP: where it happened */
	SRC_TRACEPOINT, /**< kernel: where it happened */
	SRC_SOCK_DIAG,  /**< kernel: by asking, after each frame, call and wait */
};
/** @return "hook", "tracepoint", "sock_diag" */
const char *source_name(enum source source);

/** A guard's event that has a SYN,ACK with a cookie sent. */
#define GUARD_ANSWER "answer"
/** One after which the transitions that it has caused tell the same. */
#define GUARD_OPENED "opened"

struct event {
	uint32_t n;     /**< its number, from 1 */
	uint32_t cause; /**< number of the event that made it happen; 0: none known */
	uint64_t t_ns;  /**< real time since the timeline's start */
	uint64_t v_ns;  /**< lwIP's virtual time */
	enum event_kind kind;
	enum who who;     /**< the end it happened at; for a frame, its sender */
	const char *conn; /**< the connection's name ("c1"; a listener's is "l1"); NULL: none */
	union {
		struct {
			enum state from, to;
			enum source src;
			const char *func; /**< SRC_HOOK: lwIP's function, else NULL */
			int line;         /**< and line */
			uint32_t next;    /**< the connection's next one at this end; 0: none */
		} state;
		struct {
			const char
				*name; /**< "connected", "accept", "recv", "sent", "poll", "err" */
			const char *err; /**< its err_t as "ERR_OK"; NULL where it has none */
			uint32_t bytes;  /**< recv, sent: number of bytes; recv of 0 is the FIN */
		} callback;
		struct {
			const uint8_t *bytes; /**< from the Ethernet header on */
			uint32_t size;
			bool tcp; /**< the next three are valid */
			struct segment segment;
			uint32_t seq, ack; /**< relative to the initial sequence numbers, as seen */
			const char
				*fate; /**< what the wire does to it ("dropped"); NULL: delivers */
		} frame;
		struct {
			const char *name; /**< the function, "tcp_connect" */
			const char *args; /**< what matters of its arguments, "10.9.0.1:80" */
			const char
				*result; /**< "ERR_OK", "EINPROGRESS (115)", "3"; NULL: not yet */
			bool abort;      /**< RFC 9293's ABORT, whatever the function's name */
		} call;
		struct {
			const char *name; /**< "2MSL", "retransmission" */
		} timer;
		struct {
			const char *action; /**< "release" (of a frame that waited), "lost" */
			uint32_t frame;     /**< number of the frame concerned; 0: none */
			const char *text;   /**< for people */
		} fault;
		struct {
			const char *name; /**< GUARD_ANSWER, "unsent", "open", "opened", "no room",
					       "forged", "expired", "replayed" */
			const char *text; /**< for people */
		} guard;
		struct {
			bool holds;
			const char *text;
			const char *
				deviation; /**< the requirement that a stack is known not to meet */
			const char *
				symptom; /**< the mistake in a port that it looks like (judge/symptoms.h) */
			const struct edge *
				unreachable; /**< what is shown to be out of reach; NULL: nothing */
			enum who at;         /**< at which end */
		} verdict;
	};
};

/**
 * The name of a timer that may be none: among other processes nobody can tell whether one of them
 * made the kernel act, or one of its timers.
 */
#define TIMER_OR_PROCESS "timer or process"

/** What makes the events to come happen. */
struct cause {
	uint32_t event;            /**< an event; 0: none, or one not yet known to do anything: */
	const struct event *frame; /**< a frame that was left out: becomes an event likewise */
	const char *timer; /**< a timer that is running: becomes an event when it causes one */
	const char *conn;  /**< the connection whose timer it is; NULL: not known, or of all */
	enum who who;      /**< whose timer */
};

struct timeline;

/**
 * @param virtual_ns  reads lwIP's clock, in ns
 * @return a new, empty timeline
 */
struct timeline *timeline_new(uint64_t (*virtual_ns)(void));
void timeline_free(struct timeline *timeline);

/** Real time starts now. To be called while the timeline is empty. */
void timeline_begin(struct timeline *timeline);

/** @return CLOCK_REALTIME of the start, in ns since the epoch */
uint64_t timeline_epoch_ns(const struct timeline *timeline);

/**
 * Appends an event, caused by the present cause and of this moment; the caller fills in the rest.
 *
 * @param conn  the connection's name, living as long as the timeline; may be NULL
 */
struct event *timeline_add(struct timeline *timeline, enum event_kind kind, enum who who,
			   const char *conn);

/** @return the number of events */
uint32_t timeline_count(const struct timeline *timeline);

/** @return event n, from 1 to timeline_count(); else NULL */
struct event *timeline_event(const struct timeline *timeline, uint32_t n);

/**
 * The transitions of a connection at one end, one after the other, however many other events there are.
 *
 * @param conn    its name; NULL: none is found
 * @param before  the one before; NULL: the first is asked for
 * @return the next one; NULL: there is none
 */
const struct event *timeline_transition(const struct timeline *timeline, enum who who,
					const char *conn, const struct event *before);

/**
 * @return what lies behind an event: its cause, or that one's where it is the guard, which acts only
 *         on a frame; NULL: none is known
 */
const struct event *timeline_origin(const struct timeline *timeline, const struct event *event);

/**
 * Sets the cause of all events to come.
 *
 * @return the cause before, to be set again afterwards
 */
struct cause timeline_set_cause(struct timeline *timeline, struct cause cause);

/** @return the cause that is set */
struct cause timeline_cause(const struct timeline *timeline);

/**
 * While a timer is the cause: says which it is, and whose. Another one is another event. Without
 * effect when no timer is the cause.
 */
void timeline_name_timer(struct timeline *timeline, const char *name, const char *conn);

/**
 * Limits what is kept. Beyond it the timeline is full, and says so in an event: from then on frames that
 * bring nothing about are to be left out. Everything else is recorded as before.
 *
 * @param bytes  of memory, events included; 0: no limit
 */
void timeline_limit(struct timeline *timeline, uint64_t bytes);

/** @return whether it is full */
bool timeline_is_full(struct timeline *timeline);

/** Frames that are no events, their bytes, and those of their data. */
struct left_out {
	uint64_t frames, bytes, data;
};

/**
 * A frame is not recorded now. While it is the cause (struct cause), whatever it brings about makes
 * it an event after all.
 *
 * @param frame  n is 0, cause receives the present one
 */
void timeline_leave_out(struct timeline *timeline, struct event *frame);

/** @return what has been left out until now */
struct left_out timeline_left_out(const struct timeline *timeline);

/** @return bytes of memory that the timeline holds */
uint64_t timeline_kept(const struct timeline *timeline);

/** @return CLOCK_MONOTONIC, in ns: the time that the timeline counts in */
uint64_t timeline_real_ns(void);

/** @return the same since the timeline's start: what an event of this moment would have */
uint64_t timeline_now_ns(const struct timeline *timeline);

/** @return room for bytes, to be filled by the caller, living as long as the timeline */
void *timeline_room(struct timeline *timeline, size_t size);

/** @return formatted text, living as long as the timeline */
const char *timeline_text(struct timeline *timeline, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
