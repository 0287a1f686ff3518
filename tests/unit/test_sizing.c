/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory that lwIP needs (port/common/sizing.h), against its real pools: lwIP is connected with itself, over a
 * cable that ends in a queue. With as much as the formulas say nothing is refused; with less, something is.
 */
#include "unit.h"

#include "common/sizing.h"
#include "lwip/init.h"
#include "lwip/ip4.h"
#include "lwip/memp.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h" /* tcp_fasttmr() */
#include "lwip/stats.h"
#include "lwip/tcp.h"

#define CONNECTIONS 3
#define PORT        7
#define PLENTY      UINT32_MAX

_Static_assert(sizeof(struct pbuf) <= 3 * sizeof(void *) + 8,
	       "a pbuf is as large as sizing.h says, at most");

/* -- The cable: packets wait on it for ever */

struct packet {
	struct packet *next;
	u16_t size;
	u8_t bytes[];
};

static struct netif netif;
static struct packet *oldest, **newest = &oldest;
static u32_t withheld[CONNECTIONS]; /* sequence numbers of segments that never arrive */
static bool withholding;
static unsigned int lost; /* packets for which there was no pbuf */

static err_t put_on_cable(struct netif *from, struct pbuf *p, const ip4_addr_t *to)
{
	struct packet *packet = malloc(sizeof(*packet) + p->tot_len);

	(void)from;
	(void)to;
	if (packet == NULL)
		abort();
	packet->next = NULL;
	packet->size = pbuf_copy_partial(p, packet->bytes, p->tot_len, 0);
	*newest = packet;
	newest = &packet->next;
	return ERR_OK;
}

static err_t init_netif(struct netif *new)
{
	new->output = put_on_cable;
	new->mtu = 1500;
	return ERR_OK;
}

static bool is_withheld(const struct packet *packet)
{
	u32_t seq;

	memcpy(&seq, packet->bytes + 20 + 4, sizeof(seq));
	for (int i = 0; i < CONNECTIONS; i++)
		if (withholding && lwip_ntohl(seq) == withheld[i])
			return true;
	return false;
}

static void arrive(const struct packet *packet)
{
	struct pbuf *p;

	if (is_withheld(packet))
		return;
	p = pbuf_alloc(PBUF_RAW, packet->size, PBUF_POOL);
	if (p == NULL) {
		lost++;
		return;
	}
	pbuf_take(p, packet->bytes, packet->size);
	if (netif.input(p, &netif) != ERR_OK)
		pbuf_free(p);
}

/* Everything arrives, and delayed acknowledgements go, until nothing is left to go. */
static void settle(void)
{
	for (int quiet = 0; quiet < 2; quiet++) {
		while (oldest != NULL) {
			struct packet *packet = oldest;

			oldest = packet->next;
			if (oldest == NULL)
				newest = &oldest;
			arrive(packet);
			free(packet);
			quiet = 0;
		}
		tcp_fasttmr();
	}
}

/* -- Two applications */

static struct tcp_pcb *client[CONNECTIONS], *server[CONNECTIONS];
static int accepted;
static bool takes; /* the server's takes what it gets; else all of it stays where it is */
static u32_t received;

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL)
		return ERR_OK;
	received += p->tot_len;
	if (takes) {
		tcp_recved(pcb, p->tot_len);
		pbuf_free(p);
	}
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err != ERR_OK || accepted == CONNECTIONS)
		return ERR_VAL;
	server[accepted++] = pcb;
	tcp_recv(pcb, on_recv);
	return ERR_OK;
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)pcb;
	return err;
}

/* @return whether all of them are open */
static bool connect_all(void)
{
	struct tcp_pcb *listener = tcp_new();

	if (tcp_bind(listener, IP4_ADDR_ANY, PORT) != ERR_OK)
		return false;
	listener = tcp_listen(listener);
	tcp_accept(listener, on_accept);
	for (int i = 0; i < CONNECTIONS; i++) {
		client[i] = tcp_new();
		if (client[i] == NULL)
			return false;
		tcp_connect(client[i], netif_ip_addr4(&netif), PORT, on_connected);
		settle();
	}
	return accepted == CONNECTIONS;
}

/* Each client sends so much; TCP_SND_BUF is what its send buffer holds. */
static void send_all(u32_t bytes)
{
	static const u8_t data[0x8000];

	for (int i = 0; i < CONNECTIONS; i++) {
		err_t err = ERR_OK;

		withheld[i] = client[i]->snd_nxt;
		for (u32_t left = bytes; left > 0 && err == ERR_OK;) {
			u16_t part = (u16_t)LWIP_MIN(left, sizeof(data));

			err = tcp_write(client[i], data, part, TCP_WRITE_FLAG_COPY);
			left -= part;
		}
	}
	for (int i = 0; i < CONNECTIONS; i++)
		tcp_output(client[i]);
	settle();
}

/* Pairs of full segments: after each, lwIP announces the whole window again. */
#define PAIRS (TCP_SND_BUF / SIZING_PAYLOAD / 2 * 2 * SIZING_PAYLOAD)

/* -- A trial: a process of its own, since what is taken from the pools never comes back */

struct trial {
	u32_t pcbs, segments, pbufs, heap; /* that there are */
	bool out_of_order;                 /* the first segment of each window never arrives */
};

static void leave(memp_t pool, u32_t left)
{
	while (lwip_stats.memp[pool]->avail - lwip_stats.memp[pool]->used > left)
		if (memp_malloc(pool) == NULL)
			abort();
}

static void leave_heap(u32_t left)
{
	if (left != PLENTY &&
	    mem_malloc((mem_size_t)(MEM_SIZE - left - SIZING_ALIGNED(3 * 4))) == NULL)
		abort();
}

static bool is_refused(void)
{
	return lost > 0 || lwip_stats.mem.err > 0 || lwip_stats.memp[MEMP_TCP_PCB]->err > 0 ||
	       lwip_stats.memp[MEMP_TCP_SEG]->err > 0 || lwip_stats.memp[MEMP_PBUF_POOL]->err > 0;
}

/* 0: everything has its place; 1: something is refused; 2: the trial is not what it means to be. */
static int attempt(void *context)
{
	const struct trial *trial = context;
	ip4_addr_t address, mask;

	lwip_init();
	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	netif_add(&netif, &address, &mask, NULL, NULL, init_netif, ip4_input);
	netif_set_default(&netif);
	netif_set_up(&netif);
	netif_set_link_up(&netif);
	leave(MEMP_TCP_PCB, trial->pcbs);
	leave(MEMP_TCP_SEG, trial->segments);
	leave(MEMP_PBUF_POOL, trial->pbufs);
	leave_heap(trial->heap);
	if (!connect_all())
		return is_refused() ? 1 : 2;
	/* At first what comes is taken, until the congestion window is as large as the other one. */
	takes = true;
	for (int i = 0; i < 3; i++)
		send_all(PAIRS);
	if (received != 3 * CONNECTIONS * PAIRS)
		return is_refused() ? 1 : 2;
	takes = false;
	withholding = trial->out_of_order;
	received = 0;
	send_all(TCP_SND_BUF);
	if (trial->out_of_order) {
		for (int i = 0; i < CONNECTIONS; i++)
			tcp_close(client[i]);
		settle();
	}
	if (is_refused())
		return 1;
	return received == (trial->out_of_order ? 0 : CONNECTIONS * TCP_WND) ? 0 : 2;
}

static const struct trial plenty = { PLENTY, PLENTY, PLENTY, PLENTY, false };

TEST(with_plenty_nothing_is_refused)
{
	struct trial trial = plenty;

	assert_int_equal(in_child(attempt, &trial), 0);
	trial.out_of_order = true;
	assert_int_equal(in_child(attempt, &trial), 0);
}

TEST(a_pcb_each_does_and_less_does_not)
{
	struct trial trial = plenty;

	trial.pcbs = 2 * CONNECTIONS; /* both ends are here */
	assert_int_equal(in_child(attempt, &trial), 0);
	trial.pcbs--;
	assert_int_equal(in_child(attempt, &trial), 1);
}

TEST(so_many_pbufs_do_and_less_do_not)
{
	struct trial trial = plenty;

	trial.pbufs = SIZING_PBUF_POOL(CONNECTIONS);
	assert_int_equal(in_child(attempt, &trial), 0);
	trial.pbufs--;
	assert_int_equal(in_child(attempt, &trial), 1);
}

TEST(so_many_segments_do_and_less_do_not)
{
	struct trial trial = plenty;

	trial.out_of_order = true;
	trial.segments = SIZING_TCP_SEG(CONNECTIONS);
	assert_int_equal(in_child(attempt, &trial), 0);
	trial.segments--;
	assert_int_equal(in_child(attempt, &trial), 1);
}

TEST(so_much_heap_does_and_a_block_less_does_not)
{
	struct trial trial = plenty;

	trial.heap = SIZING_MEM(CONNECTIONS);
	assert_int_equal(in_child(attempt, &trial), 0);
	trial.heap -= SIZING_BLOCK;
	assert_int_equal(in_child(attempt, &trial), 1);
}

TEST(all_of_them_together_do)
{
	struct trial trial = { 2 * CONNECTIONS, SIZING_TCP_SEG(CONNECTIONS),
			       SIZING_PBUF_POOL(CONNECTIONS), SIZING_MEM(CONNECTIONS), false };

	assert_int_equal(in_child(attempt, &trial), 0);
	trial.out_of_order = true;
	assert_int_equal(in_child(attempt, &trial), 0);
}

/* What lwipopts.h needs: values that the preprocessor can compare. */
#if SIZING_MEM(1) <= TCP_SND_BUF || SIZING_TCP_SEG(1) < 2 || SIZING_PBUF_POOL(1) < 2
#error "the preprocessor counts otherwise"
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_plenty_nothing_is_refused),
		cmocka_unit_test(a_pcb_each_does_and_less_does_not),
		cmocka_unit_test(so_many_pbufs_do_and_less_do_not),
		cmocka_unit_test(so_many_segments_do_and_less_do_not),
		cmocka_unit_test(so_much_heap_does_and_a_block_less_does_not),
		cmocka_unit_test(all_of_them_together_do),
	};

	return cmocka_run_group_tests_name("sizing", tests, NULL, NULL);
}
