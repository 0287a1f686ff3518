/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attack goes in batches. Between two of them the clients and the application at the victim do
 * what they can, and time passes.
 *
 * Whose time? The kernel's is real. lwIP's clock runs with real time while the attacker sends as fast
 * as possible, and when the kernel is the victim; with a rate, it is moved from one segment to the
 * next, so that a minute of it takes no minute. Then the clients, which are the kernel's, live in
 * another time than their server: one that is connected is given the real time that it needs
 * (TRANSFER_MS), but the kernel does not repeat a SYN within lwIP's hours. With
 * real_time, lwIP's clock runs all the same.
 */
#include "end/flood.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "end/flood_client.h"
#include "end/flood_count.h"
#include "end/flood_segment.h"
#include "end/guard.h"
#include "end/sock_diag.h"
#include "lab/namespace.h"
#include "linux/clock.h"

#define PORT 80

/* Segments at a time: their answers have room in the TAP device's queue. */
#define BATCH 64
/* How often clients are looked at where nothing is seen to happen to them. */
#define LOOK_NS 5000000
/* How long clients that are connected are given to get on, in ms of real time: one RTO of the kernel's. */
#define TRANSFER_MS 300
/* How far it moves at a time when there is nothing to send. */
#define STEP_MS 10
/* A sample that took some time is followed by none for so many times that. */
#define SAMPLE_PAUSE 20

#define NS 1000000000u

struct flood {
	const struct flood_plan *plan;
	struct flood_result *result;
	struct lab *lab;
	struct end *victim;
	bool warps; /* lwIP's clock is moved, and does not run */
	uint64_t (*now_ns)(void);
	uint64_t began_ns;      /* on the victim's clock */
	uint64_t began_real_ns; /* in real time */
	uint64_t busy_ns;       /* real time that went into segments alone */
	struct flood_segments segments;
	uint64_t sent, answered, resets, lost;
	struct flood_clients clients;
	uint64_t looked_ns;   /* real time of the last look at the clients */
	uint32_t seen;        /* the last event by then */
	uint32_t stuck;       /* the last event when time was given to clients, and no use */
	uint64_t next_sample; /* segments sent when it is due */
	uint64_t sample_ns;   /* real time before which none is taken */
	struct mnl_socket *diag;
};

/* -- What comes to the attacker */

static void got_frame(void *context, const uint8_t *frame, size_t size)
{
	struct flood *flood = context;
	struct segment segment;

	if (segment_parse(frame, size, &segment) < 0)
		return;
	if (segment.flags & SEG_RST)
		flood->resets++;
	else if ((segment.flags & (SEG_SYN | SEG_ACK)) == (SEG_SYN | SEG_ACK))
		flood->answered++;
}

/* -- Samples */

/* Resident bytes of this process; 0 when nobody can tell. */
static uint64_t resident(void)
{
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %llu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int take_sample(struct flood *flood, struct why *why)
{
	struct flood_sample *sample = &flood->result->sample[flood->result->samples];
	uint64_t start_ns = timeline_real_ns();
	int err = 0;

	*sample = (struct flood_sample){ .t_ns = flood->now_ns() - flood->began_ns,
					 .sent = flood->sent,
					 .answered = flood->answered,
					 .started = flood->clients.started,
					 .served = flood->clients.served,
					 .given_up = flood->clients.given_up };
	if (flood->victim->ops->who == WHO_LWIP) {
		lwip_end_states(sample->in_state);
		sample->pcbs = lwip_end_pool(flood->victim).used;
	} else {
		err = sock_diag_count(flood->diag, flood->victim->address.family, PORT,
				      sample->in_state);
	}
	flood->result->samples++;
	flood->sample_ns = timeline_real_ns() + SAMPLE_PAUSE * (timeline_real_ns() - start_ns);
	return err == 0 ? 0
			: why_set(why, -err, "cannot count the kernel's connections: sock_diag: %s",
				  strerror(-err));
}

/* The last place is the end's. */
static int sample_if_due(struct flood *flood, struct why *why)
{
	uint64_t step = flood->plan->count / (FLOOD_SAMPLES - 1) + 1;

	if (flood->result->memory[0] == 0 && flood->sent >= flood->plan->count / 10)
		flood->result->memory[0] = resident();
	if (flood->sent < flood->next_sample || flood->result->samples == FLOOD_SAMPLES - 1 ||
	    (!flood->warps && timeline_real_ns() < flood->sample_ns))
		return 0;
	flood->next_sample = (flood->sent / step + 1) * step;
	return take_sample(flood, why);
}

/* -- The attack */

static bool is_out_of_time(const struct flood *flood)
{
	return flood->plan->seconds > 0 &&
	       timeline_real_ns() - flood->began_real_ns >= (uint64_t)flood->plan->seconds * NS;
}

/* After how many segments a client begins: in the middle of its part of the flood. */
static uint64_t client_due(const struct flood *flood, unsigned int number)
{
	uint64_t twice = 2 * (uint64_t)number + 1;

	return twice * flood->plan->count / (2 * (uint64_t)flood->plan->clients);
}

/* So many may be sent by the victim's clock. */
static uint64_t allowed(const struct flood *flood)
{
	uint64_t elapsed_us = (flood->now_ns() - flood->began_ns) / 1000;

	if (flood->plan->rate == 0)
		return UINT64_MAX;
	return elapsed_us * flood->plan->rate / 1000000 + 1;
}

/* How many segments are to be sent now, at once. */
static unsigned int next_batch(const struct flood *flood)
{
	const struct flood_clients *clients = &flood->clients;
	uint64_t until = LWIP_MIN(flood->plan->count, allowed(flood));

	if (clients->started < clients->count)
		until = LWIP_MIN(until, client_due(flood, clients->started));
	return until <= flood->sent ? 0 : (unsigned int)LWIP_MIN(until - flood->sent, BATCH);
}

static void attack(struct flood *flood, unsigned int batch)
{
	struct wire *wire = &flood->lab->wire;
	enum who victim = flood->victim->ops->who;
	uint64_t start_ns = timeline_real_ns();

	if (!flood->warps)
		clock_run();
	for (unsigned int i = 0; i < batch; i++) {
		flood_segments_next(&flood->segments);
		flood->lost +=
			wire_bulk(wire, victim, flood->segments.frame, flood->segments.size) < 0;
	}
	clock_hold();
	lab_take_frames(flood->lab);
	lab_run_timers(flood->lab);
	flood->sent += batch;
	flood->busy_ns += timeline_real_ns() - start_ns;
	flood->result->paced_seconds = (double)(flood->now_ns() - flood->began_ns) / 1e9;
	flood->result->seconds = (double)(timeline_real_ns() - flood->began_real_ns) / 1e9;
}

/* -- The others, and the time */

/* Lets clients begin whose time has come, and everybody do what he can. */
static void attend(struct flood *flood)
{
	struct flood_clients *clients = &flood->clients;
	uint64_t now_ns = timeline_real_ns();

	while (clients->started < clients->count &&
	       flood->sent >= client_due(flood, clients->started))
		flood_clients_start(clients);
	if (flood_clients_open(clients) == 0 && clients->services == NULL)
		return;
	if (now_ns - flood->looked_ns >= LOOK_NS) {
		flood->looked_ns = now_ns;
		lab_notice_kernel_timers(flood->lab);
		lab_pump(flood->lab);
	} else if (!flood->warps && timeline_count(flood->lab->timeline) == flood->seen) {
		return;
	}
	flood_clients_attend(clients);
	flood->seen = timeline_count(flood->lab->timeline);
}

static bool transfers_are_over(void *context)
{
	struct flood *flood = context;

	flood_clients_attend(&flood->clients);
	return flood->clients.in_transfer == 0;
}

/* Who is connected gets the time that it takes: the kernel's, which is real. */
static void let_transfer(struct flood *flood)
{
	uint32_t events = timeline_count(flood->lab->timeline);

	if (!flood->warps || flood->clients.in_transfer == 0 || events == flood->stuck)
		return;
	if (!lab_wait(flood->lab, transfers_are_over, flood, TRANSFER_MS) &&
	    timeline_count(flood->lab->timeline) == events)
		flood->stuck = events;
}

static bool is_to_send(void *context)
{
	struct flood *flood = context;

	attend(flood);
	return next_batch(flood) > 0;
}

/* There is nothing to send now: time passes until there is, or until clients may have got on. */
static void wait_a_moment(struct flood *flood)
{
	if (flood->warps)
		lab_pass(flood->lab, flood->plan->rate >= 1000 / STEP_MS ? 1 : STEP_MS);
	else
		lab_wait(flood->lab, is_to_send, flood, LOOK_NS / 1000000);
}

static int run(struct flood *flood, struct why *why)
{
	uint64_t count = flood->plan->count;
	bool over = false;
	int err = 0;

	while (err == 0 && (!over || flood_clients_open(&flood->clients) > 0)) {
		unsigned int batch = over ? 0 : next_batch(flood);

		if (batch > 0)
			attack(flood, batch);
		else
			wait_a_moment(flood);
		over = over || flood->sent == count || is_out_of_time(flood);
		attend(flood);
		let_transfer(flood);
		if (!over)
			err = sample_if_due(flood, why);
	}
	return err;
}

/* -- Before and after */

static int check(const struct end *victim, const struct flood_plan *plan, struct why *why)
{
	char text[ENDPOINT_STRLEN];
	struct endpoint network = flood_network();

	if (!namespace_is_private())
		return why_set(why, EPERM,
			       "no flood outside a private network namespace: this process is not "
			       "in one that it has made for itself (namespace_enter())");
	if (victim->address.family != 4)
		return why_set(why, EAFNOSUPPORT,
			       "the flood comes from %s/%d, so it is one of IPv4: run without -6",
			       address_format(&network, text), FLOOD_PREFIX);
	if (plan->count == 0)
		return why_set(why, EINVAL, "a flood has one segment at least");
	return 0;
}

static int prepare(struct flood *flood, struct end *clients, struct why *why)
{
	const struct flood_plan *plan = flood->plan;
	struct end *victim = flood->victim;
	bool lwip = victim->ops->who == WHO_LWIP;
	struct endpoint network = flood_network(), at = victim->address;
	struct conn *listener;
	int err = lab_route_to_raw(flood->lab, &network, FLOOD_PREFIX, why);

	if (err == 0)
		err = sock_diag_open(&flood->diag, why);
	if (err < 0)
		return err;
	listener = conn_listen(victim, PORT, plan->backlog);
	if (listener == NULL)
		return why_set(why, victim->refusal, "%s does not listen at port %d: %s",
			       end_name(victim), PORT, strerror(victim->refusal));
	at.port = PORT;
	flood_segments_init(&flood->segments, plan->kind, flood->lab->settings.seed, lab_raw_hwaddr,
			    lwip ? lab_lwip_hwaddr : lab_kernel_hwaddr, &at);
	flood->clients =
		(struct flood_clients){ .end = clients,
					.victim = victim,
					.listener = listener,
					.now_ns = flood->now_ns,
					.patience_ns = (uint64_t)plan->patience_ms * 1000000,
					.bytes = plan->bytes,
					.count = plan->clients };
	if (flood_clients_init(&flood->clients) < 0)
		return why_set(why, ENOMEM, "out of memory for %u clients", plan->clients);
	if (lwip)
		lwip_end_watch_pool(victim);
	else
		err = flood_count_begin(flood->result->counter, why);
	flood->result->counters = err > 0 ? (unsigned int)err : 0;
	return err < 0 ? err : 0;
}

/* What lwIP has of it when both stacks have been told to let everything go. */
static void clean_up(struct flood *flood, struct end *clients)
{
	struct end *lwip = flood->victim->ops->who == WHO_LWIP ? flood->victim : clients;
	char text[LEAKS_STRLEN];

	end_abort(clients);
	end_abort(flood->victim);
	flood->result->leaked = lwip_end_leaks(lwip, text, sizeof(text));
}

static int conclude(struct flood *flood, struct why *why)
{
	struct flood_result *result = flood->result;
	int err = take_sample(flood, why);

	result->victim_seconds = (double)(flood->now_ns() - flood->began_ns) / 1e9;
	result->attack_seconds = (double)flood->busy_ns / 1e9;
	result->resets = flood->resets;
	result->lost = flood->lost;
	result->memory[1] = resident();
	flood_clients_connect_ms(&flood->clients, result->connect_ms);
	if (flood->victim->ops->who == WHO_LWIP) {
		result->most_pcbs = lwip_end_pool(flood->victim).most;
		result->refused_pcbs = lwip_end_pool(flood->victim).refused;
		result->counters = guard_count(result->counter);
	} else if (err == 0) {
		err = flood_count_end(result->counter, result->counters, why);
	}
	return err;
}

int flood_run(struct end *victim, struct end *clients, struct end *raw,
	      const struct flood_plan *plan, struct flood_result *result, struct why *why)
{
	bool lwip = victim->ops->who == WHO_LWIP;
	struct lab *lab = raw->lab;
	struct flood flood = { .plan = plan,
			       .result = result,
			       .lab = lab,
			       .victim = victim,
			       .warps = lwip && plan->rate > 0 && !plan->real_time,
			       .now_ns = lwip ? clock_now_ns : timeline_real_ns };
	int err = check(victim, plan, why);

	if (err < 0)
		return err;
	memset(result, 0, sizeof(*result));
	victim->is_stranger = flood_is_source;
	err = prepare(&flood, clients, why);
	if (err == 0) {
		lab->wire.bulk_context = &flood;
		lab->wire.bulk_got_frame = got_frame;
		lab->waiting = true; /* timers of the kernel are welcome all the time */
		flood.began_ns = flood.now_ns();
		flood.began_real_ns = timeline_real_ns();
		err = run(&flood, why);
		if (err == 0)
			err = conclude(&flood, why);
		clean_up(&flood, clients);
		lab->waiting = false;
		lab->wire.bulk_got_frame = NULL;
	}
	victim->is_stranger = NULL;
	flood_clients_free(&flood.clients);
	sock_diag_close(flood.diag);
	return err;
}
