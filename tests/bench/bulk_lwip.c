/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lwIP's end: the bulk profile on one of its drivers, and an application of the raw API.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "linux/bulk/packetif_bulk.h"
#include "linux/bulk/tapif_bulk.h"
#include "linux/clock.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/tcp.h"
#include "lwip/timeouts.h"

#define BATCH 64

static const uint8_t hwaddr[6] = { 2, 0, 0, 0, 0, 2 };

/* A driver. */
struct device {
	netif_init_fn init;
	int (*poll)(struct netif *netif, int budget);
	int (*fd)(const struct netif *netif);
	int (*link_fd)(const struct netif *netif);
};

static const struct device tap_device = { tapif_bulk_init, tapif_bulk_poll, tapif_bulk_fd,
					  tapif_bulk_link_fd };
static const struct device packet_device = { packetif_bulk_init, packetif_bulk_poll,
					     packetif_bulk_fd, packetif_bulk_link_fd };

struct flow {
	struct tcp_pcb *pcb;
	uint64_t written, acknowledged;
	unsigned int number;
};

static struct {
	struct bulk *bulk;
	struct netif netif;
	const struct device *device;
	struct tapif_bulk tap;
	struct packetif_bulk packet;
	struct flow flows[BULK_FLOWS];
	unsigned int accepted;
	netif_input_fn input; /* the driver's, when frames are counted and lost */
	netif_linkoutput_fn linkoutput;
	unsigned int frames;
} end;

/* -- The application */

static bool is_written(const struct flow *flow)
{
	return end.bulk->plan.bytes > 0 && flow->written == end.bulk->plan.bytes;
}

/*
 * Of so many frames in all at a time. The kernel's queue for another processor holds 1000 (netdev_max_backlog), and
 * drops the rest without a word.
 */
#ifndef IN_FLIGHT
#define IN_FLIGHT 704u
#endif

/* Each flow has its share, and two segments at least. */
static uint32_t share(uint32_t mss)
{
	return mss * LWIP_MAX(2u, IN_FLIGHT / end.bulk->plan.flows);
}

/* As much as fits, and as its share is; in pieces of whole segments. */
static void fill(struct flow *flow)
{
	const uint8_t how = end.bulk->plan.copy ? TCP_WRITE_FLAG_COPY : 0;
	const uint32_t mss = tcp_mss(flow->pcb), most = share(mss);
	const uint32_t piece = LWIP_MIN(0xffff / mss * mss, most / 2 / mss * mss);

	while (!is_written(flow)) {
		uint64_t size = piece;

		if (end.bulk->plan.bytes > 0)
			size = LWIP_MIN(size, end.bulk->plan.bytes - flow->written);
		if (tcp_sndbuf(flow->pcb) < size ||
		    flow->written - flow->acknowledged + size > most ||
		    tcp_write(flow->pcb, bulk_stream(end.bulk, flow->written), (u16_t)size, how) !=
			    ERR_OK)
			return;
		flow->written += size;
	}
	tcp_shutdown(flow->pcb, 0, 1);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t size)
{
	struct flow *flow = arg;

	(void)pcb;
	flow->acknowledged += size;
	if (!is_written(flow))
		fill(flow);
	return ERR_OK;
}

/* lwIP had no memory when it was asked last. */
static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	on_sent(arg, pcb, 0);
	tcp_output(pcb);
	return ERR_OK;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	struct flow *flow = arg;

	(void)err;
	if (p == NULL) {
		if (end.bulk->plan.direction == BULK_RECEIVE)
			bulk_ended(end.bulk, flow->number);
		return ERR_OK;
	}
	if (end.bulk->plan.direction == BULK_ECHO)
		tcp_write(pcb, p->payload, p->len, TCP_WRITE_FLAG_COPY);
	else
		for (const struct pbuf *q = p; q != NULL; q = q->next)
			bulk_received(end.bulk, flow->number, q->payload, q->len);
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static void on_error(void *arg, err_t err)
{
	const struct flow *flow = arg;

	bulk_fail("lwIP has lost connection %u: error %d", flow->number, (int)err);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	struct flow *flow = &end.flows[end.accepted];

	(void)arg;
	if (err != ERR_OK || end.accepted == BULK_FLOWS)
		return ERR_MEM;
	*flow = (struct flow){ .pcb = pcb, .number = end.accepted++ };
	tcp_arg(pcb, flow);
	tcp_recv(pcb, on_received);
	tcp_err(pcb, on_error);
	tcp_nagle_disable(pcb);
	if (end.bulk->plan.direction == BULK_TRANSMIT) {
		tcp_sent(pcb, on_sent);
		tcp_poll(pcb, on_poll, 1);
		fill(flow);
	}
	return ERR_OK;
}

static void serve(void)
{
	struct tcp_pcb *pcb = tcp_new();

	if (pcb == NULL || tcp_bind(pcb, IP_ANY_TYPE, BULK_PORT) != ERR_OK)
		bulk_fail("lwIP cannot bind to port %d", BULK_PORT);
	tcp_accept(tcp_listen(pcb), on_accept);
}

/* -- What the driver has to do, and loss there: where bytes are compared, not where they are measured */

static bool is_lost(void)
{
	if (end.bulk->plan.drop == 0 || ++end.frames % end.bulk->plan.drop != 0)
		return false;
	end.bulk->count->dropped++;
	return true;
}

static err_t lose_input(struct pbuf *p, struct netif *netif)
{
	if (!is_lost())
		return end.input(p, netif);
	pbuf_free(p);
	return ERR_OK;
}

static err_t lose_output(struct netif *netif, struct pbuf *p)
{
	end.bulk->count->sent += p->tot_len;
	return is_lost() ? ERR_OK : end.linkoutput(netif, p);
}

static void count_and_lose_frames(void)
{
	end.input = end.netif.input;
	end.linkoutput = end.netif.linkoutput;
	end.netif.input = lose_input;
	end.netif.linkoutput = lose_output;
}

/* -- The device, and the loop */

static void add_netif(const struct device *device, void *state, const char *const *failed)
{
	ip4_addr_t address, netmask;

	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	end.device = device;
	if (netif_add(&end.netif, &address, &netmask, NULL, state, device->init, netif_input) ==
	    NULL)
		bulk_fail("cannot %s for lwIP: %s", *failed, strerror(errno));
}

static void open_device(void)
{
	const struct bulk_plan *plan = &end.bulk->plan;
	ip6_addr_t address6;

	if (strcmp(plan->contender, "packet") == 0) {
		snprintf(end.packet.name, sizeof(end.packet.name), "%s", end.bulk->device);
		memcpy(end.packet.hwaddr, hwaddr, sizeof(hwaddr));
		end.packet.offload = plan->offload;
		add_netif(&packet_device, &end.packet, &end.packet.failed);
	} else {
		snprintf(end.tap.name, sizeof(end.tap.name), "%s", end.bulk->device);
		memcpy(end.tap.hwaddr, hwaddr, sizeof(hwaddr));
		end.tap.offload = plan->offload;
		end.tap.one_by_one = plan->one_by_one;
		add_netif(&tap_device, &end.tap, &end.tap.failed);
		bulk_plug_in(end.bulk);
	}
	netif_set_default(&end.netif);
	netif_set_up(&end.netif);
	IP6_ADDR(&address6, PP_HTONL(0xfd090000), 0, 0, PP_HTONL(2));
	netif_ip6_addr_set(&end.netif, 0, &address6);
	netif_ip6_addr_set_state(&end.netif, 0, IP6_ADDR_PREFERRED);
}

/* While frames are lost lwIP's timers need not be waited for: when the kernel has nothing to say, time passes. */
#define SILENCE_MS 20

static void wait_for_frames(void)
{
	struct pollfd fds[] = { { end.device->fd(&end.netif), POLLIN, 0 },
				{ end.device->link_fd(&end.netif), POLLIN, 0 } };
	const uint32_t ms = sys_timeouts_sleeptime();
	const uint32_t most = end.bulk->plan.drop > 0 ? SILENCE_MS : 1000;

	if (poll(fds, 2, (int)LWIP_MIN(ms, most)) == 0 && end.bulk->plan.drop > 0)
		clock_advance(sys_timeouts_sleeptime());
}

void bulk_run_lwip(struct bulk *bulk)
{
	end.bulk = bulk;
	clock_run();
	lwip_init();
	open_device();
	serve();
	if (bulk->plan.bytes > 0)
		count_and_lose_frames();
	bulk->count->ready = true;
	for (;;) {
		int frames = end.device->poll(&end.netif, BATCH);

		if (frames < 0)
			bulk_fail("lwIP's device is gone");
		sys_check_timeouts();
		bulkif_flush(&end.netif);
		if (frames < BATCH && !bulk->plan.busy)
			wait_for_frames();
	}
}
