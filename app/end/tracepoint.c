/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/tracepoint.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#include "end/sock_diag.h"

#define EVENT_DIR  "/sys/kernel/tracing/events/sock/inet_sock_set_state"
#define RING_PAGES 128 /* a power of two: about 4,000 transitions between two looks */
#define BATCH      4096

/* One processor's share of the events. */
struct ring {
	int fd;
	struct perf_event_mmap_page *header; /* followed by RING_PAGES pages of records */
};

/* Where a field stands in the tracepoint's record. */
struct field {
	int offset, size;
};

enum {
	SKADDR,
	OLDSTATE,
	NEWSTATE,
	SPORT,
	DPORT,
	FAMILY,
	PROTOCOL,
	SADDR,
	DADDR,
	SADDR_V6,
	DADDR_V6,
	FIELDS
};

static const char *const field_names[FIELDS] = {
	[SKADDR] = "skaddr", [OLDSTATE] = "oldstate", [NEWSTATE] = "newstate", [SPORT] = "sport",
	[DPORT] = "dport",   [FAMILY] = "family",     [PROTOCOL] = "protocol", [SADDR] = "saddr",
	[DADDR] = "daddr",   [SADDR_V6] = "saddr_v6", [DADDR_V6] = "daddr_v6",
};

/* A transition and when it was made, to bring those of several processors into one order. */
struct stamped {
	uint64_t time;
	size_t arrival; /* qsort() is not stable */
	struct kernel_transition transition;
};

struct tracepoint {
	struct ring *rings;
	int ring_count;
	size_t page;
	struct field fields[FIELDS];
	struct stamped *batch;
	size_t batch_count;
	uint64_t lost;
};

/* Reads a small file whole. Returns its length or a negative errno. */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t length;

	if (file == NULL)
		return -errno;
	length = fread(text, 1, size - 1, file);
	fclose(file);
	text[length] = '\0';
	return (ssize_t)length;
}

static int parse_format(struct tracepoint *tracepoint, const char *text, size_t length)
{
	struct tep_handle *tep = tep_alloc();
	struct tep_event *event = NULL;
	int err = tep == NULL ? -ENOMEM : 0;

	if (err == 0 && tep_parse_event(tep, text, length, "sock") == 0)
		event = tep_find_event_by_name(tep, "sock", "inet_sock_set_state");
	if (err == 0 && event == NULL)
		err = -EBADMSG;
	for (int i = 0; err == 0 && i < FIELDS; i++) {
		struct tep_format_field *field = tep_find_field(event, field_names[i]);

		if (field == NULL) {
			err = -EBADMSG;
			break;
		}
		tracepoint->fields[i].offset = field->offset;
		tracepoint->fields[i].size = field->size;
	}
	tep_free(tep);
	return err;
}

/* Finds out the tracepoint's number and the layout of its records. */
static int look_up(struct tracepoint *tracepoint, unsigned long long *id, struct why *why)
{
	char text[8192];
	ssize_t length = read_file(EVENT_DIR "/id", text, sizeof(text));
	int err;

	if (length == -ENOENT) {
		if (mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) < 0)
			return why_set(why, errno, "tracefs cannot be mounted: %s",
				       strerror(errno));
		length = read_file(EVENT_DIR "/id", text, sizeof(text));
	}
	if (length < 0)
		return why_set(why, (int)-length, "%s cannot be read: %s", EVENT_DIR,
			       strerror((int)-length));
	*id = strtoull(text, NULL, 10);
	length = read_file(EVENT_DIR "/format", text, sizeof(text));
	err = length < 0 ? (int)length : parse_format(tracepoint, text, (size_t)length);
	if (err < 0)
		return why_set(why, -err, "%s/format is not understood", EVENT_DIR);
	return 0;
}

static int open_ring(struct tracepoint *tracepoint, int cpu, unsigned long long id)
{
	struct ring *ring = &tracepoint->rings[tracepoint->ring_count];
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
	};
	void *memory;

	ring->fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (ring->fd < 0)
		return errno == ENODEV ? 0 : -errno; /* ENODEV: this processor is offline */
	memory = mmap(NULL, (RING_PAGES + 1) * tracepoint->page, PROT_READ | PROT_WRITE, MAP_SHARED,
		      ring->fd, 0);
	if (memory == MAP_FAILED) {
		int error = errno;

		close(ring->fd);
		return -error;
	}
	ring->header = memory;
	tracepoint->ring_count++;
	return 0;
}

int tracepoint_open(struct tracepoint **out, struct why *why)
{
	struct tracepoint *tracepoint = calloc(1, sizeof(*tracepoint));
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned long long id = 0;
	int err;

	*out = NULL;
	if (tracepoint == NULL)
		return why_set(why, ENOMEM, "out of memory for the tracepoint");
	tracepoint->page = (size_t)sysconf(_SC_PAGESIZE);
	tracepoint->rings = calloc((size_t)cpus, sizeof(struct ring));
	tracepoint->batch = calloc(BATCH, sizeof(struct stamped));
	if (tracepoint->rings == NULL || tracepoint->batch == NULL) {
		tracepoint_close(tracepoint);
		return why_set(why, ENOMEM, "out of memory for the tracepoint");
	}
	err = look_up(tracepoint, &id, why);
	for (int cpu = 0; err == 0 && cpu < cpus; cpu++) {
		err = open_ring(tracepoint, cpu, id);
		if (err < 0)
			why_set(why, -err, "perf_event_open: %s", strerror(-err));
	}
	if (err < 0) {
		tracepoint_close(tracepoint);
		return err;
	}
	*out = tracepoint;
	return 0;
}

void tracepoint_close(struct tracepoint *tracepoint)
{
	if (tracepoint == NULL)
		return;
	for (int i = 0; i < tracepoint->ring_count; i++) {
		munmap(tracepoint->rings[i].header, (RING_PAGES + 1) * tracepoint->page);
		close(tracepoint->rings[i].fd);
	}
	free(tracepoint->rings);
	free(tracepoint->batch);
	free(tracepoint);
}

static uint64_t number(const struct tracepoint *tracepoint, const uint8_t *raw, int name)
{
	const struct field *field = &tracepoint->fields[name];
	uint64_t wide = 0;
	uint16_t half;
	uint32_t word;

	switch (field->size) {
	case 2: memcpy(&half, raw + field->offset, 2); return half;
	case 4: memcpy(&word, raw + field->offset, 4); return word;
	case 8: memcpy(&wide, raw + field->offset, 8); return wide;
	default: return 0;
	}
}

static struct endpoint address(const struct tracepoint *tracepoint, const uint8_t *raw, bool v6,
			       int v4_name, int v6_name, int port)
{
	struct endpoint endpoint = { .family = v6 ? 6 : 4,
				     .port = (uint16_t)number(tracepoint, raw, port) };

	memcpy(endpoint.addr, raw + tracepoint->fields[v6 ? v6_name : v4_name].offset, v6 ? 16 : 4);
	return endpoint_unmapped(&endpoint);
}

/* The body of a PERF_RECORD_SAMPLE, in the order of sample_type's bits (perf_event_open(2)). */
struct sample {
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t time;
	uint32_t raw_size;
	uint8_t raw[];
} __attribute__((packed));

static void take_sample(struct tracepoint *tracepoint, const struct sample *sample)
{
	const uint8_t *raw = sample->raw;
	struct stamped *stamped = &tracepoint->batch[tracepoint->batch_count];
	bool v6;

	for (int i = 0; i < FIELDS; i++)
		if (tracepoint->fields[i].offset + tracepoint->fields[i].size >
		    (int)sample->raw_size)
			return;
	if (number(tracepoint, raw, PROTOCOL) != IPPROTO_TCP)
		return;
	if (tracepoint->batch_count == BATCH) {
		tracepoint->lost++;
		return;
	}
	tracepoint->batch_count++;
	v6 = number(tracepoint, raw, FAMILY) == AF_INET6;
	stamped->time = sample->time;
	stamped->arrival = tracepoint->batch_count;
	stamped->transition = (struct kernel_transition){
		.socket = number(tracepoint, raw, SKADDR),
		.tid = (pid_t)sample->tid,
		.from = kernel_state((int)number(tracepoint, raw, OLDSTATE)),
		.to = kernel_state((int)number(tracepoint, raw, NEWSTATE)),
		.local = address(tracepoint, raw, v6, SADDR, SADDR_V6, SPORT),
		.remote = address(tracepoint, raw, v6, DADDR, DADDR_V6, DPORT),
	};
}

/* Copies out of the ring, in which a record may wrap around the end. */
static void copy_out(const struct tracepoint *tracepoint, const struct ring *ring, uint64_t at,
		     void *to, size_t size)
{
	size_t ring_size = RING_PAGES * tracepoint->page;
	const uint8_t *data = (const uint8_t *)ring->header + tracepoint->page;
	size_t offset = at % ring_size;
	size_t first = size < ring_size - offset ? size : ring_size - offset;

	memcpy(to, data + offset, first);
	memcpy((uint8_t *)to + first, data, size - first);
}

static void read_ring(struct tracepoint *tracepoint, struct ring *ring)
{
	uint64_t head = __atomic_load_n(&ring->header->data_head, __ATOMIC_ACQUIRE);
	uint64_t tail = ring->header->data_tail;
	union {
		struct perf_event_header header;
		struct sample sample;
		struct {
			struct perf_event_header header;
			uint64_t id, lost;
		} lost;
		uint8_t bytes[1024];
	} record;

	while (tail < head) {
		copy_out(tracepoint, ring, tail, &record, sizeof(record.header));
		tail += record.header.size;
		if (record.header.size > sizeof(record)) {
			tracepoint->lost++;
			continue;
		}
		copy_out(tracepoint, ring, tail - record.header.size, &record, record.header.size);
		if (record.header.type == PERF_RECORD_SAMPLE)
			take_sample(tracepoint, &record.sample);
		else if (record.header.type == PERF_RECORD_LOST)
			tracepoint->lost += record.lost.lost;
	}
	__atomic_store_n(&ring->header->data_tail, tail, __ATOMIC_RELEASE);
}

static int by_time(const void *a, const void *b)
{
	const struct stamped *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->arrival < y->arrival ? -1 : 1;
}

uint64_t tracepoint_drain(struct tracepoint *tracepoint,
			  void (*fn)(void *context, const struct kernel_transition *transition),
			  void *context)
{
	uint64_t lost;

	tracepoint->batch_count = 0;
	for (int i = 0; i < tracepoint->ring_count; i++)
		read_ring(tracepoint, &tracepoint->rings[i]);
	if (tracepoint->ring_count > 1)
		qsort(tracepoint->batch, tracepoint->batch_count, sizeof(struct stamped), by_time);
	for (size_t i = 0; i < tracepoint->batch_count; i++)
		fn(context, &tracepoint->batch[i].transition);
	lost = tracepoint->lost;
	tracepoint->lost = 0;
	return lost;
}
