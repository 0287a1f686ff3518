/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENTS_PER_PAGE 1024
#define ARENA_BLOCK     65536

/* Memory for what the events point to: only ever added to, freed as a whole. */
struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) unsigned char bytes[];
};

struct timeline {
	struct event **pages; /* events never move: others hold pointers to them */
	uint32_t count;
	struct block *arena;
	struct cause cause;
	uint64_t start_ns, epoch_ns; /* the same moment on CLOCK_MONOTONIC and CLOCK_REALTIME */
	uint64_t (*virtual_ns)(void);
};

static const char *const who_names[] = {
	[WHO_LWIP] = "lwip", [WHO_KERNEL] = "kernel", [WHO_RAW] = "raw",
	[WHO_WIRE] = "wire", [WHO_LAB] = "lab",
};

static const char *const kind_names[] = {
	[EV_STATE] = "state", [EV_CALLBACK] = "callback", [EV_FRAME] = "frame",
	[EV_CALL] = "call",   [EV_TIMER] = "timer",       [EV_FAULT] = "fault",
	[EV_GUARD] = "guard", [EV_VERDICT] = "verdict",
};

static const char *const source_names[] = {
	[SRC_HOOK] = "hook",
	[SRC_TRACEPOINT] = "tracepoint",
	[SRC_SOCK_DIAG] = "sock_diag",
};

const char *who_name(enum who who)
{
	return who_names[who];
}

const char *event_kind_name(enum event_kind kind)
{
	return kind_names[kind];
}

const char *source_name(enum source source)
{
	return source_names[source];
}

/* A record that cannot be kept is no record: there is nothing to go on with. */
static void *must_have(void *memory)
{
	if (memory == NULL) {
		fputs("tcplab: out of memory while recording the timeline\n", stderr);
		exit(2);
	}
	return memory;
}

static uint64_t read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t timeline_real_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

struct timeline *timeline_new(uint64_t (*virtual_ns)(void))
{
	struct timeline *timeline = must_have(calloc(1, sizeof(*timeline)));

	timeline->virtual_ns = virtual_ns;
	timeline_begin(timeline);
	return timeline;
}

void timeline_begin(struct timeline *timeline)
{
	timeline->start_ns = timeline_real_ns();
	timeline->epoch_ns = read_ns(CLOCK_REALTIME);
}

uint64_t timeline_epoch_ns(const struct timeline *timeline)
{
	return timeline->epoch_ns;
}

void timeline_free(struct timeline *timeline)
{
	if (timeline == NULL)
		return;
	for (uint32_t page = 0; page * EVENTS_PER_PAGE < timeline->count; page++)
		free(timeline->pages[page]);
	free(timeline->pages);
	while (timeline->arena != NULL) {
		struct block *block = timeline->arena;

		timeline->arena = block->next;
		free(block);
	}
	free(timeline);
}

static struct event *append(struct timeline *timeline, enum event_kind kind, enum who who,
			    const char *conn)
{
	uint32_t page = timeline->count / EVENTS_PER_PAGE;
	uint32_t slot = timeline->count % EVENTS_PER_PAGE;
	struct event *event;

	if (slot == 0) {
		timeline->pages =
			must_have(realloc(timeline->pages, (page + 1) * sizeof(struct event *)));
		timeline->pages[page] = must_have(calloc(EVENTS_PER_PAGE, sizeof(struct event)));
	}
	event = &timeline->pages[page][slot];
	event->n = ++timeline->count;
	event->cause = timeline->cause.event;
	event->t_ns = timeline_real_ns() - timeline->start_ns;
	event->v_ns = timeline->virtual_ns();
	event->kind = kind;
	event->who = who;
	event->conn = conn;
	return event;
}

struct event *timeline_add(struct timeline *timeline, enum event_kind kind, enum who who,
			   const char *conn)
{
	struct cause *cause = &timeline->cause;

	if (cause->timer != NULL && cause->event == 0) {
		struct event *timer = append(timeline, EV_TIMER, cause->who,
					     cause->conn != NULL ? cause->conn : conn);

		timer->timer.name = cause->timer;
		cause->event = timer->n;
	}
	return append(timeline, kind, who, conn);
}

uint32_t timeline_count(const struct timeline *timeline)
{
	return timeline->count;
}

struct event *timeline_event(const struct timeline *timeline, uint32_t n)
{
	if (n == 0 || n > timeline->count)
		return NULL;
	return &timeline->pages[(n - 1) / EVENTS_PER_PAGE][(n - 1) % EVENTS_PER_PAGE];
}

const struct event *timeline_origin(const struct timeline *timeline, const struct event *event)
{
	do {
		event = timeline_event(timeline, event->cause);
	} while (event != NULL && event->kind == EV_GUARD);
	return event;
}

struct cause timeline_set_cause(struct timeline *timeline, struct cause cause)
{
	struct cause before = timeline->cause;

	timeline->cause = cause;
	return before;
}

struct cause timeline_cause(const struct timeline *timeline)
{
	return timeline->cause;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void timeline_name_timer(struct timeline *timeline, const char *name, const char *conn)
{
	struct cause *cause = &timeline->cause;

	if (cause->timer == NULL)
		return;
	if (!same_text(cause->timer, name) || !same_text(cause->conn, conn))
		cause->event = 0;
	cause->timer = name;
	cause->conn = conn;
}

void *timeline_room(struct timeline *timeline, size_t size)
{
	struct block *block = timeline->arena;
	size_t room = (size + 15) & ~(size_t)15;
	void *taken;

	if (block == NULL || block->size - block->used < room) {
		size_t fresh = room > ARENA_BLOCK ? room : ARENA_BLOCK;

		block = must_have(malloc(sizeof(*block) + fresh));
		block->used = 0;
		block->size = fresh;
		block->next = timeline->arena;
		timeline->arena = block;
	}
	taken = block->bytes + block->used;
	block->used += room;
	return taken;
}

const char *timeline_text(struct timeline *timeline, const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = timeline_room(timeline, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}
