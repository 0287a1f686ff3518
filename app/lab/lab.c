/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/lab.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lab/link.h"
#include "lab/lwip_addr.h"
#include "lab/namespace.h"
#include "lab/pools.h"
#include "lab/tick.h"
#include "linux/clock.h"
#include "lwip/init.h"
#include "lwip/ip4_addr.h"
#include "netif/ethernet.h"

#define NETMASK "255.255.255.0" /* host_prefix() as lwIP wants it */

#define KERNEL_END "lwip0" /* the name of its interface */

#define FRAMES_PER_READ 64
/* Others may send as fast as that; the rest stays in the device's queue. */
#define READS 4
/* The kernel's timers wake nobody in this process: this is how often they are looked for. */
#define LOOK_MS 5

const uint8_t lab_kernel_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x01 };
const uint8_t lab_lwip_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x02 };
const uint8_t lab_raw_hwaddr[6] = { 0x02, 0, 0, 0x09, 0, 0x03 };

static const int families[] = { 4, 6, 0 };

bool lab_has_family(const struct lab *lab, int family)
{
	return lab->settings.family == 0 || lab->settings.family == family;
}

/* Sets what the kernel's end of the cable has of its own below net/ipv6/conf. */
static int set_ipv6(const struct lab *lab, const char *name, const char *value, struct why *why)
{
	char path[64];

	snprintf(path, sizeof(path), "net/ipv6/conf/%s/%s", lab->device.name, name);
	return namespace_sysctl(path, value, why);
}

/*
 * The kernel speaks the one family alone, and nothing of its own accord. With IPv6: no link-local
 * address, in whose name it would look for routers; and one report, at once, of the multicast group
 * in which a neighbour would ask for its address (that is MLDv1), not the second one that would come
 * some time in the next ten seconds (RFC 2710, 4): it comes some time in the next 24 days.
 */
static int choose_family(const struct lab *lab, struct why *why)
{
	bool v6 = lab->settings.family != 4;
	int err = set_ipv6(lab, "disable_ipv6", v6 ? "0" : "1", why);

	if (err == -ENOENT && v6)
		return why_set(why, ENOENT,
			       "this kernel has no IPv6 (there is no /proc/sys/net/ipv6/conf): run "
			       "without -6, or boot it without ipv6.disable=1");
	if (!v6) /* a kernel without IPv6 is as silent */
		return err == -ENOENT ? 0 : err;
	if (err == 0)
		err = set_ipv6(lab, "addr_gen_mode", "1", why);
	if (err == 0)
		err = set_ipv6(lab, "force_mld_version", "1", why);
	if (err == 0)
		err = set_ipv6(lab, "mldv1_unsolicited_report_interval", "2147483647", why);
	return err;
}

static int add_kernel_addresses(const struct lab *lab, struct why *why)
{
	int err = 0;

	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint address = host_address(HOST_KERNEL, families[i]);

		if (lab_has_family(lab, families[i]))
			err = link_add_address(lab->device.name, &address, host_prefix(families[i]),
					       why);
	}
	return err;
}

/*
 * The kernel's side of the cable: no tail loss probes, whose timer is set from a round-trip time that
 * is next to nothing here; no limit, in real time, to how often it answers what is out of the
 * window, for hours of lwIP's pass in no time; a receive buffer that does not grow with what arrives
 * in some real time; no large packets, whose size (and so the place of PSH) follows from a rate in
 * real time; an address; up.
 */
static int configure_kernel(struct lab *lab, struct why *why)
{
	const char *name = lab->device.name;
	int err = choose_family(lab, why);

	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_early_retrans", "0", why);
	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_invalid_ratelimit", "0", why);
	if (err == 0)
		err = namespace_sysctl("net/ipv4/tcp_moderate_rcvbuf", "0", why);
	if (err == 0)
		err = link_set_hwaddr(name, lab_kernel_hwaddr, why);
	if (err == 0)
		err = link_set_gso_segments(name, 1, why);
	if (err == 0 && lab->settings.mtu != 0)
		err = link_set_mtu(name, lab->settings.mtu, why);
	if (err == 0)
		err = add_kernel_addresses(lab, why);
	if (err == 0)
		err = link_up(name, why);
	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint address = host_address(HOST_KERNEL, families[i]);

		if (lab_has_family(lab, families[i]))
			err = link_await_address(&address, why);
	}
	return err;
}

/* Over IPv4 lwIP has its address when the netif is added; over IPv6, when that is there. */
static void give_lwip_ipv6(struct lab *lab)
{
	struct endpoint lwip = host_address(HOST_LWIP, 6);
	ip_addr_t address = lwip_addr_of(&lwip);
	s8_t slot = -1;

	netif_add_ip6_address(&lab->netif, ip_2_ip6(&address), &slot);
	LWIP_ASSERT("a new netif has room for an address", slot >= 0);
	/* Valid at once: two hosts on a private cable need not look for a third with this address. */
	netif_ip6_addr_set_state(&lab->netif, slot, IP6_ADDR_PREFERRED);
}

static int start_lwip(struct lab *lab, struct why *why)
{
	bool here =
		lab->settings.board == NULL; /* else only the driver is, and nothing shall speak */
	bool v4 = here && lab_has_family(lab, 4);
	ip_addr_t address = lwip_addr_of(&lab->lwip), gateway = lwip_addr_of(&lab->kernel);
	ip4_addr_t netmask = { 0 };
	struct device_plan plan = { .name = KERNEL_END,
				    .hwaddr = lab_lwip_hwaddr,
				    .address = v4 ? ip_2_ip4(&address) : NULL,
				    .gateway = v4 ? ip_2_ip4(&gateway) : NULL };
	int err;

	ip4addr_aton(NETMASK, &netmask);
	plan.netmask = v4 ? &netmask : NULL;
	lwip_init();
	if (!lab->settings.live)
		pools_shrink();
	plan.kind = lab->settings.netif;
	plan.mtu = lab->settings.mtu;
	err = device_open(&lab->device, &plan, &lab->netif, why);
	if (err < 0)
		return err;
	/* Nor are groups of multicast reported, of either family: nobody speaks before an experiment begins. */
	if (!lab->settings.live)
		lab->netif.flags &= (u8_t) ~(NETIF_FLAG_IGMP | NETIF_FLAG_MLD6);
	neighbour_attach(&lab->neighbours, &lab->netif);
	if (here && lab_has_family(lab, 6))
		give_lwip_ipv6(lab);
	return 0;
}

/*
 * The two hosts know each other's Ethernet addresses, and do not ask for them: neither before the
 * experiment nor when a cable is pulled, where a route would go on saying that there is a way.
 */
static int introduce_hosts(struct lab *lab, struct why *why)
{
	int err = 0;

	for (int i = 0; families[i] != 0 && err == 0; i++) {
		struct endpoint kernel = host_address(HOST_KERNEL, families[i]);
		struct endpoint lwip = host_address(HOST_LWIP, families[i]);

		if (!lab_has_family(lab, families[i]))
			continue;
		if (lab->stack->introduce(lab, &kernel, lab_kernel_hwaddr) < 0)
			return why_set(why, ENOSPC,
				       "lwIP has no room for the kernel's Ethernet address");
		err = link_add_neighbour(lab->device.name, &lwip, lab_lwip_hwaddr, why);
	}
	return err;
}

int lab_introduce(struct lab *lab, const struct endpoint *host, const uint8_t hwaddr[6],
		  struct why *why)
{
	if (lab->stack->introduce(lab, host, hwaddr) < 0)
		return why_set(why, ENOSPC, "lwIP has no room for one more Ethernet address");
	return link_add_neighbour(lab->device.name, host, hwaddr, why);
}

int lab_route_to_raw(struct lab *lab, const struct endpoint *network, uint8_t prefix,
		     struct why *why)
{
	if (network->family != 4)
		return why_set(why, EAFNOSUPPORT, "the third host is a router over IPv4 alone");
	lab->stack->set_gateway(lab, &lab->raw);
	return link_add_route(lab->device.name, network, prefix, &lab->raw, why);
}

static void before_kernel(void *context)
{
	lab_notice_kernel_timers(context);
}

static void after_kernel(void *context)
{
	struct lab *lab = context;

	/* What it answers to a frame that it took late would look like its timers' doing. */
	if (!device_await_delivery(&lab->device, &lab->netif))
		lab->disturbed++;
	lab_kernel_acted(lab);
}

static void before_frame(void *context, const struct event *frame)
{
	struct lab *lab = context;

	if (lab->frame_observer != NULL)
		lab->frame_observer(lab->observer_context, frame);
}

int lab_open(struct lab *lab, const struct lab_settings *settings, struct why *why)
{
	int family = settings->family == 6 ? 6 : 4;
	int err;

	memset(lab, 0, sizeof(*lab));
	lab->settings = *settings;
	if (lab->settings.netif == DEVICE_ANY)
		lab->settings.netif = device_choose();
	lab->kernel = host_address(HOST_KERNEL, family);
	lab->lwip = host_address(HOST_LWIP, family);
	lab->raw = host_address(HOST_RAW, family);
	/* Three sequences from one seed: the lab's, lwIP's, the wire's. */
	lab->random.state = settings->seed;
	lab->lwip_seed = (uint64_t)entropy_next(&lab->random) << 32 | 1;
	entropy_seed(lab->lwip_seed);
	lab->wire.seed = (uint64_t)entropy_next(&lab->random) << 32 | 2;
	lab->wire.now_ns = clock_now_ns;
	lab->patience_ms = LAB_PATIENCE_MS;
	lab->stack = settings->board == NULL ? &stack_here : &stack_on_board;
	err = lab->stack->start(lab, why);
	if (err < 0)
		return err;
	err = namespace_enter(why);
	if (err == 0)
		err = start_lwip(lab, why);
	if (err < 0) {
		lab->stack->stop(lab);
		return err;
	}
	err = configure_kernel(lab, why);
	if (err == 0) {
		netif_set_default(&lab->netif);
		netif_set_up(&lab->netif);
		err = device_plug_in(&lab->device, &lab->netif, why);
	}
	if (err == 0) {
		device_poll(&lab->device, &lab->netif, FRAMES_PER_READ);
		err = lab->stack->join(lab, why);
	}
	if (err == 0)
		err = introduce_hosts(lab, why);
	if (err < 0) {
		netif_remove(&lab->netif);
		device_close(&lab->device);
		lab->stack->stop(lab);
		return err;
	}
	device_poll(&lab->device, &lab->netif, FRAMES_PER_READ);
	lab->timeline = timeline_new(clock_now_ns);
	lab->wire.before_kernel = before_kernel;
	lab->wire.after_kernel = after_kernel;
	lab->wire.before_frame = before_frame;
	lab->wire.context = lab;
	wire_attach(&lab->wire, &lab->netif, lab->timeline, &lab->flows);
	return 0;
}

void lab_close(struct lab *lab)
{
	wire_detach(&lab->wire);
	lab->stack->stop(lab);
	netif_remove(&lab->netif);
	device_close(&lab->device);
	flows_clear(&lab->flows);
	timeline_free(lab->timeline);
	lab->timeline = NULL;
}

void lab_observe(struct lab *lab, void (*fn)(void *context), void *context)
{
	lab->observer = fn;
	lab->observer_context = context;
}

void lab_open_to_others(struct lab *lab)
{
	lab->others = lab->waiting = true;
}

/* What makes the kernel act that nobody here has called. */
static struct cause of_its_own_accord(const struct lab *lab)
{
	return (struct cause){ .timer = lab->others ? TIMER_OR_PROCESS : "kernel",
			       .who = WHO_KERNEL };
}

static void poll_device(struct lab *lab)
{
	int frames, reads = 0;

	do {
		frames = device_poll(&lab->device, &lab->netif, FRAMES_PER_READ);
	} while (frames == FRAMES_PER_READ && !(lab->others && ++reads >= READS));
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
