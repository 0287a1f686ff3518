/* SPDX-License-Identifier: BSD-3-Clause */
#include "record/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENTS_PER_PAGE 1024
#define ARENA_BLOCK     65536
#define TRACKS          1024 /* buckets of a hash */

/* Memory for what the events point to: only ever added to, freed as a whole. */
struct block {
	struct block *next;
	size_t used, size;
	_Alignas(16) unsigned char bytes[];
};

/* Where the transitions of a connection at one end begin and end. */
struct track {
	struct track *next; /* in its bucket */
	enum who who;
	const char *conn;
	uint32_t first, last; /* events */
};

struct timeline {
	struct event **pages; /* events never move: others hold pointers to them */
	uint32_t count;
	struct block *arena;
	struct track *tracks[TRACKS];
	struct cause cause;
	uint64_t start_ns, epoch_ns; /* the same moment on CLOCK_MONOTONIC and CLOCK_REALTIME */
	uint64_t (*virtual_ns)(void);
	uint64_t kept, limit; /* bytes; a limit of 0 is none */
	bool full;            /* as it has been told */
	struct left_out left_out;
};

static const char *const who_names[] = {
	[WHO_LWIP] = "lwip",     [WHO_KERNEL] = "kernel", [WHO_RAW] = "raw",
	[WHO_OTHERS] = "others", [WHO_WIRE] = "wire",     [WHO_LAB] = "lab",
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

uint64_t timeline_now_ns(const struct timeline *timeline)
{
	return timeline_real_ns() - timeline->start_ns;
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

/* FNV-1a. */
static uint32_t bucket_of(enum who who, const char *conn)
{
	uint32_t hash = 0x811c9dc5 ^ who;

	for (; *conn != '\0'; conn++)
		hash = (hash ^ (unsigned char)*conn) * 0x01000193;
	return hash % TRACKS;
}

static struct track *find_track(const struct timeline *timeline, enum who who, const char *conn)
{
	struct track *track = timeline->tracks[bucket_of(who, conn)];

	while (track != NULL && (track->who != who || strcmp(track->conn, conn) != 0))
		track = track->next;
	return track;
}

static struct track *add_track(struct timeline *timeline, const struct event *event)
{
	struct track **bucket = &timeline->tracks[bucket_of(event->who, event->conn)];
	struct track *track = timeline_room(timeline, sizeof(*track));

	*track = (struct track){
		.next = *bucket, .who = event->who, .conn = event->conn, .first = event->n
	};
	*bucket = track;
	return track;
}

/* A transition goes to the end of its track. */
static void lengthen_track(struct timeline *timeline, const struct event *event)
{
	struct track *track = find_track(timeline, event->who, event->conn);

	if (track == NULL)
		track = add_track(timeline, event);
	else
		timeline_event(timeline, track->last)->state.next = event->n;
	track->last = event->n;
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
		timeline->kept += EVENTS_PER_PAGE * sizeof(struct event);
	}
	event = &timeline->pages[page][slot];
	event->n = ++timeline->count;
	event->cause = timeline->cause.event;
	event->t_ns = timeline_now_ns(timeline);
	event->v_ns = timeline->virtual_ns();
	event->kind = kind;
	event->who = who;
	event->conn = conn;
	if (kind == EV_STATE && conn != NULL)
		lengthen_track(timeline, event);
	return event;
}

/* A frame that was left out has brought something about. */
static void take_in(struct timeline *timeline, const struct event *frame)
{
	struct cause before = timeline->cause;
	uint8_t *bytes = timeline_room(timeline, frame->frame.size);
	struct event *event;

	timeline->cause.event = frame->cause;
	event = append(timeline, EV_FRAME, frame->who, frame->conn);
	event->frame = frame->frame;
	memcpy(bytes, frame->frame.bytes, frame->frame.size);
	event->frame.bytes = bytes;
	timeline->left_out.frames--;
	timeline->left_out.bytes -= frame->frame.size;
	timeline->left_out.data -= frame->frame.segment.length;
	timeline->cause = before;
	timeline->cause.event = event->n;
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
	if (cause->frame != NULL && cause->event == 0)
		take_in(timeline, cause->frame);
	return append(timeline, kind, who, conn);
}

void timeline_limit(struct timeline *timeline, uint64_t bytes)
{
	timeline->limit = bytes;
}

bool timeline_is_full(struct timeline *timeline)
{
	struct event *fault;
	struct cause before;

	if (timeline->full || timeline->limit == 0 || timeline->kept < timeline->limit)
		return timeline->full;
	timeline->full = true;
	before = timeline_set_cause(timeline, (struct cause){ 0 });
	fault = timeline_add(timeline, EV_FAULT, WHO_LAB, NULL);
	fault->fault.action = "full";
	fault->fault.text = timeline_text(timeline,
					  "%llu MiB are kept: from here on frames that bring "
					  "nothing about are left out",
					  (unsigned long long)(timeline->kept >> 20));
	timeline_set_cause(timeline, before);
	return true;
}

void timeline_leave_out(struct timeline *timeline, struct event *frame)
{
	frame->cause = timeline->cause.event;
	timeline->left_out.frames++;
	timeline->left_out.bytes += frame->frame.size;
	timeline->left_out.data += frame->frame.segment.length;
}

struct left_out timeline_left_out(const struct timeline *timeline)
{
	return timeline->left_out;
}

uint64_t timeline_kept(const struct timeline *timeline)
{
	return timeline->kept;
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

const struct event *timeline_transition(const struct timeline *timeline, enum who who,
					const char *conn, const struct event *before)
{
	const struct track *track;

	if (before != NULL)
		return timeline_event(timeline, before->state.next);
	track = conn == NULL ? NULL : find_track(timeline, who, conn);
	return track == NULL ? NULL : timeline_event(timeline, track->first);
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
		timeline->kept += sizeof(*block) + fresh;
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
