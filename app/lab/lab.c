/* SPDX-License-Identifier: BSD-3-Clause */
#include "lab/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lab/link.h"
#include "lab/namespace.h"
#include "linux/clock.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/ip4_addr.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

#define KERNEL_ADDRESS "10.9.0.1"
#define LWIP_ADDRESS   "10.9.0.2"
#define PREFIX         24
#define NETMASK        "255.255.255.0"

#define FRAMES_PER_READ 64
/* The kernel's timers wake nobody in this process: this is how often they are looked for. */
#define LOOK_MS 5

static int refuse_tap(const struct tapif *tap, int error, struct why *why)
{
	const char *remedy = "";

	if (error == ENOENT)
		remedy = "; load the tun module (modprobe tun), or give the container /dev/net/tun";
	else if (error == EACCES || error == EPERM)
		remedy = "; run tcplab as root, or let users open it: chmod 0666 /dev/net/tun";
	return why_set(why, error, "cannot %s for lwIP: %s%s", tap->failed, strerror(error),
		       remedy);
}

static struct endpoint ipv4_endpoint(const char *address)
{
	struct endpoint endpoint = { .family = 4 };

	inet_pton(AF_INET, address, endpoint.addr);
	return endpoint;
}

/* The kernel's side of the cable: no IPv6 of its own accord, an address, up. */
static int configure_kernel(struct lab *lab, struct why *why)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "net/ipv6/conf/%s/disable_ipv6", lab->tap.name);
	err = namespace_sysctl(path, "1", why);
	if (err < 0 && err != -ENOENT) /* a kernel without IPv6 is as silent */
		return err;
	err = link_add_address(lab->tap.name, &lab->kernel, PREFIX, why);
	if (err < 0)
		return err;
	return link_up(lab->tap.name, why);
}

static int start_lwip(struct lab *lab, struct why *why)
{
	static const uint8_t hwaddr[] = { 0x02, 0, 0, 0x09, 0, 0x02 }; /* locally administered */
	ip4_addr_t address, netmask, gateway;

	ip4addr_aton(LWIP_ADDRESS, &address);
	ip4addr_aton(NETMASK, &netmask);
	ip4addr_aton(KERNEL_ADDRESS, &gateway);
	snprintf(lab->tap.name, sizeof(lab->tap.name), "lwip0");
	memcpy(lab->tap.hwaddr, hwaddr, sizeof(hwaddr));
	lwip_init();
	if (netif_add(&lab->netif, &address, &netmask, &gateway, &lab->tap, tapif_init,
		      ethernet_input) == NULL)
		return refuse_tap(&lab->tap, errno, why);
	return 0;
}

/* The two hosts know each other's Ethernet addresses before the experiment begins. */
static void resolve_addresses(struct lab *lab)
{
	ip4_addr_t kernel;

	ip4addr_aton(KERNEL_ADDRESS, &kernel);
	etharp_request(&lab->netif, &kernel);
	tapif_poll(&lab->netif, FRAMES_PER_READ);
}

static void kernel_got_frame(void *context)
{
	lab_kernel_acted(context);
}

int lab_open(struct lab *lab, uint64_t seed, struct why *why)
{
	int err;

	memset(lab, 0, sizeof(*lab));
	lab->kernel = ipv4_endpoint(KERNEL_ADDRESS);
	lab->lwip = ipv4_endpoint(LWIP_ADDRESS);
	lab->random.state = seed;
	entropy_seed(seed);
	err = namespace_enter(why);
	if (err < 0)
		return err;
	err = start_lwip(lab, why);
	if (err < 0)
		return err;
	err = configure_kernel(lab, why);
	if (err < 0) {
		netif_remove(&lab->netif);
		tapif_close(&lab->tap);
		return err;
	}
	netif_set_default(&lab->netif);
	netif_set_up(&lab->netif);
	tapif_poll(&lab->netif, FRAMES_PER_READ);
	resolve_addresses(lab);
	lab->timeline = timeline_new(clock_now_ns);
	lab->wire.kernel_acted = kernel_got_frame;
	lab->wire.context = lab;
	wire_attach(&lab->wire, &lab->netif, lab->timeline, &lab->flows, seed);
	return 0;
}

void lab_close(struct lab *lab)
{
	wire_detach(&lab->wire);
	netif_remove(&lab->netif);
	tapif_close(&lab->tap);
	flows_clear(&lab->flows);
	timeline_free(lab->timeline);
	lab->timeline = NULL;
}

void lab_observe(struct lab *lab, void (*fn)(void *context), void *context)
{
	lab->observer = fn;
	lab->observer_context = context;
}

void lab_kernel_acted(struct lab *lab)
{
	if (lab->observer != NULL)
		lab->observer(lab->observer_context);
	while (tapif_poll(&lab->netif, FRAMES_PER_READ) == FRAMES_PER_READ)
		continue;
}

void lab_pump(struct lab *lab)
{
	while (wire_step(&lab->wire))
		continue;
}

/* Everything that a timer of lwIP does from here on has that timer as its cause. */
static void run_lwip_timers(struct lab *lab)
{
	struct cause before = timeline_set_cause(
		lab->timeline, (struct cause){ .timer = "lwip", .who = WHO_LWIP });

	sys_check_timeouts();
	timeline_set_cause(lab->timeline, before);
}

static void notice_kernel_timers(struct lab *lab)
{
	struct cause before = timeline_set_cause(
		lab->timeline, (struct cause){ .timer = "kernel", .who = WHO_KERNEL });

	lab_kernel_acted(lab);
	timeline_set_cause(lab->timeline, before);
}

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

bool lab_wait(struct lab *lab, bool (*holds)(void *context), void *context, unsigned int timeout_ms)
{
	uint64_t deadline = monotonic_ms() + timeout_ms;
	struct pollfd fds[] = {
		{ .fd = tapif_fd(&lab->netif), .events = POLLIN },
		{ .fd = tapif_link_fd(&lab->netif), .events = POLLIN },
	};

	for (;;) {
		lab_pump(lab);
		if (holds(context))
			return true;
		if (monotonic_ms() >= deadline)
			return false;
		clock_run();
		poll(fds, 2, (int)LWIP_MIN(sys_timeouts_sleeptime(), LOOK_MS));
		clock_hold();
		notice_kernel_timers(lab);
		run_lwip_timers(lab);
	}
}

void lab_warp(struct lab *lab, uint32_t ms)
{
	struct cause before;
	struct event *call =
		lab_call(lab, &before, WHO_LAB, NULL, "warp", "%u ms", (unsigned int)ms);

	/* What lwIP does now is done by its timers, not by the one who moves its clock. */
	timeline_set_cause(lab->timeline, before);
	while (ms > 0) {
		uint32_t step = LWIP_MIN(sys_timeouts_sleeptime(), ms);

		clock_advance(step);
		ms -= step;
		run_lwip_timers(lab);
		lab_pump(lab);
	}
	lab_call_end(lab, call, before, NULL);
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
