/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/lab.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

#include "lab/tick.h"
#include "linux/clock.h"
#include "lwip/def.h"

/* Others may send as fast as that; the rest stays in the device's queue. */
#define READS 4
/* The kernel's timers wake nobody in this process: this is how often they are looked for. */
#define LOOK_MS 5

void lab_observe(struct lab *lab, void (*fn)(void *context), void *context)
{
	lab->observer = fn;
	lab->observer_context = context;
}

void lab_open_to_others(struct lab *lab)
{
	lab->others = lab->waiting = true;
}

/* What makes the kernel act that nobody here has called. What makes others act is not known. */
static struct cause of_its_own_accord(const struct lab *lab)
{
	if (lab->wire.on_segment)
		return (struct cause){ 0 };
	return (struct cause){ .timer = lab->others ? TIMER_OR_PROCESS : "kernel",
			       .who = WHO_KERNEL };
}

static void poll_device(struct lab *lab)
{
	int frames, reads = 0;

	do {
		frames = device_poll(&lab->device, &lab->netif, DEVICE_FRAMES);
	} while (frames == DEVICE_FRAMES && !(lab->others && ++reads >= READS));
	lab->gone = lab->others && frames < 0;
	LWIP_ASSERT("the device is there", frames >= 0 || lab->gone);
}

void lab_take_frames(struct lab *lab)
{
	struct cause before = timeline_set_cause(lab->timeline, of_its_own_accord(lab));

	poll_device(lab);
	timeline_set_cause(lab->timeline, before);
}

void lab_kernel_acted(struct lab *lab)
{
	if (lab->observer != NULL)
		lab->observer(lab->observer_context);
	poll_device(lab);
	if (!lab->waiting && tick_may_have_acknowledged_fin(lab->timeline, lab->step_event,
							    tick_since(lab->step_ns)))
		lab->disturbed++;
}

void lab_pump(struct lab *lab)
{
	int frames = 0;

	while (wire_step(&lab->wire) && !(lab->others && ++frames >= LAB_PUMP))
		continue;
}

/* Everything that a timer of lwIP does from here on has that timer as its cause. */
static struct cause begin_lwip_timers(struct lab *lab)
{
	return timeline_set_cause(lab->timeline,
				  (struct cause){ .timer = "lwip", .who = WHO_LWIP });
}

static void run_lwip_timers(struct lab *lab)
{
	struct cause before = begin_lwip_timers(lab);

	lab->stack->run_timers(lab);
	timeline_set_cause(lab->timeline, before);
}

void lab_notice_kernel_timers(struct lab *lab)
{
	uint32_t events = timeline_count(lab->timeline);
	uint64_t start = timeline_real_ns();
	struct cause before = timeline_set_cause(lab->timeline, of_its_own_accord(lab));

	lab_kernel_acted(lab);
	timeline_set_cause(lab->timeline, before);
	if (!lab->waiting && timeline_count(lab->timeline) != events)
		lab->disturbed++;
	lab->step_ns = start; /* before the look: no tick may come between */
	lab->step_event = timeline_count(lab->timeline);
}

static uint32_t ms_to_wire(const struct lab *lab)
{
	uint64_t due_ns = wire_due_ns(&lab->wire), now_ns = clock_now_ns();
	uint64_t ms = due_ns <= now_ns ? 0 : (due_ns - now_ns - 1) / 1000000 + 1;

	return (uint32_t)LWIP_MIN(ms, UINT32_MAX);
}

uint32_t lab_ms_to_next(const struct lab *lab)
{
	return LWIP_MIN(lab->stack->ms_to_next(lab), ms_to_wire(lab));
}

bool lab_wait(struct lab *lab, bool (*holds)(void *context), void *context, unsigned int timeout_ms)
{
	uint64_t deadline = timeline_real_ns() + (uint64_t)timeout_ms * 1000000;
	struct pollfd fds[] = {
		{ .fd = device_fd(&lab->device, &lab->netif), .events = POLLIN },
		{ .fd = device_link_fd(&lab->device, &lab->netif), .events = POLLIN },
	};

	bool held, waiting = lab->waiting;

	for (;;) {
		lab_pump(lab);
		held = holds(context);
		if (held || timeline_real_ns() >= deadline)
			break;
		lab->waiting = true;
		clock_run();
		poll(fds, 2, (int)LWIP_MIN(lab_ms_to_next(lab), LOOK_MS));
		clock_hold();
		lab_notice_kernel_timers(lab);
		run_lwip_timers(lab);
	}
	lab->waiting = waiting;
	return held;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

void lab_warp(struct lab *lab, uint32_t ms)
{
	lab_warp_until(lab, ms, never, NULL);
}

void lab_run_timers(struct lab *lab)
{
	run_lwip_timers(lab);
	lab_pump(lab);
}

/* One step of so many ms at most, to lwIP's next timer. Returns the ms that are left. */
static uint32_t pass_step(struct lab *lab, uint32_t left)
{
	struct cause before = begin_lwip_timers(lab);
	uint32_t step = lab->stack->pass(lab, LWIP_MIN(left, ms_to_wire(lab)));

	timeline_set_cause(lab->timeline, before);
	lab_pump(lab);
	return left - step;
}

void lab_pass(struct lab *lab, uint32_t ms)
{
	while (ms > 0)
		ms = pass_step(lab, ms);
}

bool lab_warp_until(struct lab *lab, uint32_t ms, bool (*holds)(void *context), void *context)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LAB, NULL, "warp", "%s%u ms",
				      holds == never ? "" : "up to ", (unsigned int)ms);
	uint32_t left = ms;
	bool held;

	/* What lwIP does now is done by its timers, not by the one who moves its clock. */
	lab_call_end(lab, call, before, NULL);
	while (!(held = holds(context)) && left > 0)
		left = pass_step(lab, left);
	if (held)
		call->call.result =
			timeline_text(lab->timeline, "%u ms", (unsigned int)(ms - left));
	return held;
}

bool lab_wait_long(struct lab *lab, bool (*holds)(void *context), void *context,
		   unsigned int seconds, const char *what)
{
	bool held;

	if (lab->announce != NULL)
		lab->announce(lab->announce_context, what, seconds);
	held = lab_wait(lab, holds, context, seconds * 1000);
	if (lab->announce != NULL)
		lab->announce(lab->announce_context, what, 0);
	return held;
}

void lab_show(struct lab *lab, const char *what)
{
	struct cause before;
	struct event *call = lab_call(lab, &before, WHO_LAB, NULL, "show", "%s", what);
	bool waiting = lab->waiting;

	lab_call_end(lab, call, before, NULL);
	if (lab->look == NULL)
		return;
	/* A look takes its time: what the kernel's timers do meanwhile is no disturbance. */
	lab->waiting = true;
	lab->look(lab->look_context, what);
	lab_notice_kernel_timers(lab);
	lab->waiting = waiting;
	lab_pump(lab);
}

struct event *lab_call(struct lab *lab, struct cause *before, enum who who, const char *conn,
		       const char *name, const char *args, ...)
{
	struct event *call = timeline_add(lab->timeline, EV_CALL, who, conn);
	char text[160];
	va_list list;

	va_start(list, args);
	vsnprintf(text, sizeof(text), args, list);
	va_end(list);
	call->call.name = name;
	call->call.args = timeline_text(lab->timeline, "%s", text);
	*before = timeline_set_cause(lab->timeline, (struct cause){ .event = call->n });
	return call;
}

void lab_call_end(struct lab *lab, struct event *call, struct cause before, const char *result)
{
	if (result != NULL)
		call->call.result = timeline_text(lab->timeline, "%s", result);
	timeline_set_cause(lab->timeline, before);
}
