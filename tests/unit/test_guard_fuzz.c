/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard against packets at random, most of them nearly right, in pbufs that part anywhere; with an
 * application that does at random what it may, lwIP's memory short now and then, and time passing.
 *
 * FUZZ_SEED=N and FUZZ_ROUNDS=N in the environment: other packets, and more of them.
 */
#include "unit.h"

#include "guard/tcp_guard.h"
#include "guard/tcp_guard_hooks.h"
#include "lab/pools.h"
#include "linux/clock.h"
#include "linux/entropy.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "lwip/timeouts.h"

#define PORT   80
#define PCBS   16 /* lab/pools.h */
#define ROUNDS 200000

static struct entropy entropy;

static uint32_t any(uint32_t below)
{
	return entropy_next(&entropy) % below;
}

static bool one_in(uint32_t n)
{
	return any(n) == 0;
}

static void fill(uint8_t *bytes, size_t size)
{
	while (size-- > 0)
		*bytes++ = (uint8_t)entropy_next(&entropy);
}

/* -- The netif: remembers SYN,ACKs, for clients to answer */

struct answer {
	bool ipv6;
	uint16_t port; /* the client's */
	uint32_t seqno, ackno;
	uint8_t timestamp[4]; /* TSval, as it came */
};

static struct netif netif;
static struct answer answers[8];
static unsigned int answer_count;

/* The guard and lwIP write options with a timestamp at different places. */
static void find_timestamp(struct answer *answer, const uint8_t *options, int size)
{
	for (int i = 0; i + 10 <= size; i++)
		if (options[i] == 8 && options[i + 1] == 10) {
			memcpy(answer->timestamp, options + i + 2, 4);
			return;
		}
}

static err_t note_packet(struct pbuf *p, bool ipv6)
{
	uint8_t packet[120];
	u16_t size = pbuf_copy_partial(p, packet, sizeof(packet), 0);
	size_t at = ipv6 ? IP6_HLEN : (packet[0] & 15u) * 4;
	struct answer *answer = &answers[answer_count % 8];
	struct tcp_hdr hdr;

	assert_true(at + TCP_HLEN <= size);
	memcpy(&hdr, packet + at, TCP_HLEN);
	if (TCPH_FLAGS(&hdr) != (TCP_SYN | TCP_ACK))
		return ERR_OK;
	*answer = (struct answer){
		ipv6, lwip_ntohs(hdr.dest), lwip_ntohl(hdr.seqno), lwip_ntohl(hdr.ackno), { 0 }
	};
	find_timestamp(answer, packet + at + TCP_HLEN, size - (int)at - TCP_HLEN);
	answer_count++;
	return one_in(50) ? ERR_BUF : ERR_OK;
}

static err_t note_ipv4(struct netif *to, struct pbuf *p, const ip4_addr_t *address)
{
	(void)address;
	assert_ptr_equal(to, &netif);
	return IPH_PROTO((struct ip_hdr *)p->payload) == IP_PROTO_TCP ? note_packet(p, false)
								      : ERR_OK;
}

static err_t note_ipv6(struct netif *to, struct pbuf *p, const ip6_addr_t *address)
{
	(void)address;
	assert_ptr_equal(to, &netif);
	return IP6H_NEXTH((struct ip6_hdr *)p->payload) == IP6_NEXTH_TCP ? note_packet(p, true)
									 : ERR_OK;
}

static err_t init_netif(struct netif *new)
{
	new->mtu = 1500;
	new->flags = NETIF_FLAG_LINK_UP;
	new->output = note_ipv4;
	new->output_ip6 = note_ipv6;
	return ERR_OK;
}

static const uint8_t own_ipv4[] = { 10, 9, 0, 2 };
static const uint8_t own_ipv6[16] = { 0xfd, 9, [15] = 2 };

/* -- The application: at random what it may */

static struct tcp_pcb *listener;
static unsigned int accepts;

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (one_in(20)) {
		if (p != NULL)
			pbuf_free(p);
		tcp_abort(pcb);
		return ERR_ABRT;
	}
	if (p == NULL || one_in(20))
		return p == NULL ? tcp_close(pcb) : ERR_MEM; /* refused: comes again */
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static void on_error(void *arg, err_t err)
{
	ip_addr_t peer = IPADDR4_INIT_BYTES(10, 9, 0, 7);
	struct tcp_pcb *pcb;

	(void)arg;
	(void)err;
	if (!one_in(3))
		return;
	pcb = tcp_new();
	if (pcb != NULL && tcp_connect(pcb, &peer, 99, NULL) != ERR_OK)
		tcp_abort(pcb);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err != ERR_OK)
		return err;
	accepts++;
	tcp_recv(pcb, on_recv);
	tcp_err(pcb, on_error);
	switch (any(8)) {
	case 0: tcp_abort(pcb); return ERR_ABRT;
	case 1: return ERR_VAL;
	case 2: tcp_backlog_delayed(pcb); return ERR_OK;
	case 3: tcp_write(pcb, "220 \r\n", 6, TCP_WRITE_FLAG_COPY); return ERR_OK;
	case 4: tcp_setprio(pcb, TCP_PRIO_MIN); return ERR_OK;
	default: return ERR_OK;
	}
}

static void listen_anew(void)
{
	struct tcp_pcb *pcb;

	if (listener != NULL)
		tcp_close(listener);
	pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	while (pcb == NULL) {
		tcp_abort(tcp_active_pcbs != NULL ? tcp_active_pcbs : tcp_tw_pcbs);
		pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	}
	ip_set_option(pcb, SOF_REUSEADDR);
	assert_int_equal(tcp_bind(pcb, IP_ANY_TYPE, PORT), ERR_OK);
	listener = tcp_listen_with_backlog(pcb, (u8_t)(1 + any(6)));
	assert_non_null(listener);
	tcp_accept(listener, on_accept);
}

/* -- Packets */

struct packet {
	bool ipv6;
	uint16_t src, dst;
	uint8_t flags;
	uint32_t seqno, ackno;
	uint8_t options[40];
	size_t options_size; /* a multiple of four */
	size_t data;
	uint8_t header_size; /* of TCP, in words, as it says */
	size_t before_tcp;
	uint8_t bytes[20 + 40 + 60 + 60000];
	size_t size;
};

static struct packet packet;

/* Options as a client has them, any of them cut short or changed. */
static void some_options(struct packet *p, const struct answer *answer)
{
	static const uint8_t usual[] = { 2, 4, 5, 180, 4, 2, 8, 10, 0, 0,
					 0, 7, 0, 0,   0, 0, 1, 3,  3, 7 };

	p->options_size = 0;
	if (one_in(3))
		return;
	memcpy(p->options, usual, sizeof(usual));
	if (answer != NULL)
		memcpy(p->options + 12, answer->timestamp, 4);
	p->options_size = sizeof(usual);
	if (one_in(3)) {
		p->options_size = 4 * (size_t)any(11);
		fill(p->options + sizeof(usual), sizeof(p->options) - sizeof(usual));
	}
	if (one_in(4))
		p->options[any(sizeof(p->options))] = (uint8_t)any(16);
}

static void a_syn(struct packet *p)
{
	p->flags = (uint8_t)(TCP_SYN | (one_in(8) ? any(256) & ~(TCP_ACK | TCP_RST) : 0u));
	p->seqno = one_in(2) ? any(64) : entropy_next(&entropy);
	some_options(p, NULL);
	p->data = one_in(8) ? any(1000) : 0;
}

static void a_client_s_ack(struct packet *p)
{
	const struct answer *answer = &answers[any(8)];

	p->ipv6 = answer->ipv6;
	p->src = answer->port;
	p->flags = (uint8_t)(TCP_ACK | (one_in(6) ? any(256) & ~TCP_RST : 0u));
	p->seqno = answer->ackno;
	p->ackno = answer->seqno + 1;
	some_options(p, answer);
	p->data = one_in(2) ? 0 : any(one_in(40) ? 50000 : 1400);
}

static void of_a_connection(struct packet *p)
{
	const struct tcp_pcb *pcb = tcp_active_pcbs;

	for (uint32_t i = any(8); i > 0 && pcb != NULL; i--)
		pcb = pcb->next;
	if (pcb == NULL)
		return;
	p->ipv6 = IP_IS_V6_VAL(pcb->remote_ip);
	p->src = pcb->remote_port;
	p->dst = pcb->local_port;
	p->flags = (uint8_t)(TCP_ACK | (one_in(3) ? any(256) : 0u));
	p->seqno = pcb->rcv_nxt + (one_in(4) ? any(3000) : 0u);
	p->ackno = pcb->snd_nxt;
	p->data = any(1400);
}

static void change(struct packet *p)
{
	switch (any(6)) {
	case 0: p->ackno ^= 1u << any(32); break;
	case 1: p->seqno ^= 1u << any(32); break;
	case 2: p->flags = (uint8_t)entropy_next(&entropy); break;
	case 3: p->header_size = (uint8_t)any(16); break;
	case 4: p->src ^= (uint16_t)(1u << any(16)); break;
	default: p->ipv6 = !p->ipv6; break;
	}
}

static void invent(struct packet *p)
{
	memset(p, 0, offsetof(struct packet, bytes));
	p->ipv6 = one_in(3);
	p->src = (uint16_t)(5000 + any(40));
	p->dst = PORT;
	switch (any(8)) {
	case 0:
	case 1:
	case 2: a_syn(p); break;
	case 3:
	case 4:
	case 5: a_client_s_ack(p); break;
	case 6: of_a_connection(p); break;
	default: fill((uint8_t *)&p->seqno, 8); p->flags = (uint8_t)any(256);
	}
	p->header_size = (uint8_t)(5 + p->options_size / 4);
	if (one_in(10))
		change(p);
}

/* The headers before TCP's. @return their size */
static size_t write_ipv4(struct packet *p, size_t tcp_size)
{
	size_t size = one_in(8) ? 20 + 4 * (size_t)any(11) : 20;
	struct ip_hdr *ip = (struct ip_hdr *)p->bytes;

	memset(p->bytes, 1, size); /* NOPs */
	IPH_VHL_SET(ip, 4, size / 4);
	IPH_TOS_SET(ip, any(256));
	IPH_LEN_SET(ip, lwip_htons((u16_t)(size + tcp_size)));
	IPH_OFFSET_SET(ip, 0);
	IPH_TTL_SET(ip, 64);
	IPH_PROTO_SET(ip, IP_PROTO_TCP);
	memcpy(&ip->src, own_ipv4, 4);
	memcpy(&ip->dest, own_ipv4, 4);
	if (!one_in(40)) /* else from ourselves to ourselves */
		((uint8_t *)&ip->src)[3] = 1;
	IPH_CHKSUM_SET(ip, 0);
	IPH_CHKSUM_SET(ip, inet_chksum(ip, (u16_t)size));
	return size;
}

static size_t write_ipv6(struct packet *p, size_t tcp_size)
{
	size_t more = one_in(8) ? 8 * (1 + (size_t)any(5)) : 0; /* destination options: padding */
	struct ip6_hdr *ip = (struct ip6_hdr *)p->bytes;

	memset(p->bytes, 0, IP6_HLEN + more);
	IP6H_VTCFL_SET(ip, 6, 0, 0);
	IP6H_PLEN_SET(ip, (u16_t)(more + tcp_size));
	IP6H_NEXTH_SET(ip, more > 0 ? IP6_NEXTH_DESTOPTS : IP6_NEXTH_TCP);
	IP6H_HOPLIM_SET(ip, 64);
	memcpy(&ip->src, own_ipv6, 16);
	memcpy(&ip->dest, own_ipv6, 16);
	if (!one_in(40))
		((uint8_t *)&ip->src)[15] = 1;
	if (more > 0) {
		p->bytes[IP6_HLEN] = IP6_NEXTH_TCP;
		p->bytes[IP6_HLEN + 1] = (uint8_t)(more / 8 - 1);
		p->bytes[IP6_HLEN + 2] = 1; /* PadN */
		p->bytes[IP6_HLEN + 3] = (uint8_t)(more - 4);
	}
	return IP6_HLEN + more;
}

static u16_t checksum(const struct packet *p, uint8_t *tcp, size_t size)
{
	ip_addr_t src, dst;
	struct pbuf *all = pbuf_alloc(PBUF_RAW, (u16_t)size, PBUF_REF);
	u16_t sum;

	assert_non_null(all);
	all->payload = tcp;
	if (p->ipv6) {
		const struct ip6_hdr *ip = (const struct ip6_hdr *)p->bytes;

		ip_addr_copy_from_ip6_packed(src, ip->src);
		ip_addr_copy_from_ip6_packed(dst, ip->dest);
	} else {
		const struct ip_hdr *ip = (const struct ip_hdr *)p->bytes;

		ip_addr_copy_from_ip4(src, ip->src);
		ip_addr_copy_from_ip4(dst, ip->dest);
	}
	sum = ip_chksum_pseudo(all, IP_PROTO_TCP, (u16_t)size, &src, &dst);
	pbuf_free(all);
	return sum;
}

static void write_packet(struct packet *p)
{
	size_t tcp_size = TCP_HLEN + p->options_size + p->data;
	size_t at = p->ipv6 ? write_ipv6(p, tcp_size) : write_ipv4(p, tcp_size);
	struct tcp_hdr hdr = { 0 };

	hdr.src = lwip_htons(p->src);
	hdr.dest = lwip_htons(p->dst);
	hdr.seqno = lwip_htonl(p->seqno);
	hdr.ackno = lwip_htonl(p->ackno);
	hdr.wnd = (u16_t)any(0x10000);
	hdr._hdrlen_rsvd_flags =
		lwip_htons((u16_t)(p->header_size << 12 | any(16) << 8 | p->flags));
	memcpy(p->bytes + at, &hdr, TCP_HLEN);
	memcpy(p->bytes + at + TCP_HLEN, p->options, p->options_size);
	memset(p->bytes + at + TCP_HLEN + p->options_size, 'd', p->data);
	p->before_tcp = at;
	p->size = at + tcp_size;
	if (one_in(100))
		return; /* a wrong checksum */
	hdr.chksum = checksum(p, p->bytes + at, tcp_size);
	memcpy(p->bytes + at, &hdr, TCP_HLEN);
}

/*
 * -- Pbufs: each of memory of its own, and one byte more than it says: lwIP's tcp_parseopt() reads the
 * length of an option whose kind is the last byte of all. The guard alone gets no such byte below.
 */

static unsigned int custom_pbufs;

struct custom {
	struct pbuf_custom pbuf;
	uint8_t *bytes;
};

static void free_custom(struct pbuf *p)
{
	struct custom *custom = (struct custom *)(void *)p;

	free(custom->bytes);
	free(custom);
	custom_pbufs--;
}

static struct pbuf *custom_pbuf(const uint8_t *bytes, size_t size)
{
	struct custom *custom = calloc(1, sizeof(*custom));

	assert_non_null(custom);
	custom->bytes = malloc(size + 1);
	assert_non_null(custom->bytes);
	memcpy(custom->bytes, bytes, size);
	custom->bytes[size] = 0xff;
	custom->pbuf.custom_free_function = free_custom;
	custom_pbufs++;
	return pbuf_alloced_custom(PBUF_RAW, (u16_t)size, PBUF_REF, &custom->pbuf, custom->bytes,
				   (u16_t)size);
}

/*
 * Parts anywhere behind IP's headers: ip6_input() reads the second byte of an extension header without
 * asking whether it is in the first pbuf, in lwIP 2.2.1 at least.
 */
static struct pbuf *in_parts(const struct packet *p)
{
	size_t at = p->before_tcp, size;
	struct pbuf *all;

	if (!one_in(6))
		at += TCP_HLEN;
	at += any((uint32_t)(p->size - at + 1));
	if (one_in(2))
		at = p->size;
	all = custom_pbuf(p->bytes, at);
	while (at < p->size) {
		size = one_in(4) ? 0 : 1 + any((uint32_t)(p->size - at));
		if (one_in(2) && size > 24)
			size = 1 + any(24);
		pbuf_cat(all, custom_pbuf(p->bytes + at, size));
		at += size;
	}
	return all;
}

/* -- What must be true whenever lwIP is idle */

static unsigned int seen[TCP_GUARD_REPLAYED + 1];

static void count(void *context, enum tcp_guard_event event)
{
	(void)context;
	assert_in_range(event, 0, TCP_GUARD_REPLAYED);
	seen[event]++;
}

static unsigned int length_of(const struct tcp_pcb *list, unsigned int *pending)
{
	unsigned int length = 0;

	for (; list != NULL; list = list->next) {
		assert_true(length++ < PCBS);
		if (list->flags & TF_BACKLOGPEND)
			++*pending;
	}
	return length;
}

static void assert_sane(void)
{
	const struct tcp_guard_counters *done = tcp_guard_counters();
	unsigned int pending = 0, length;

	length = length_of(tcp_active_pcbs, &pending) + length_of(tcp_bound_pcbs, &pending);
	length += length_of(tcp_tw_pcbs, &pending);
	assert_int_equal(lwip_stats.memp[MEMP_TCP_PCB]->used, length);
	assert_true(((struct tcp_pcb_listen *)(void *)listener)->accepts_pending <= pending);
	assert_ptr_equal(netif.output, note_ipv4);
	assert_ptr_equal(netif.output_ip6, note_ipv6);
	assert_int_equal(done->answered + done->unsent, seen[TCP_GUARD_ANSWERS]);
	assert_int_equal(done->unsent, seen[TCP_GUARD_UNSENT]);
	assert_int_equal(done->opened + done->no_room, seen[TCP_GUARD_OPENS]);
	assert_int_equal(done->opened, seen[TCP_GUARD_OPENED]);
	assert_int_equal(done->no_room, seen[TCP_GUARD_NO_ROOM]);
	assert_int_equal(done->forged, seen[TCP_GUARD_FORGED]);
	assert_int_equal(done->expired, seen[TCP_GUARD_EXPIRED]);
	assert_int_equal(done->replayed, seen[TCP_GUARD_REPLAYED]);
}

/* Takes what lwIP's heap has in one piece, but for a little. */
static void *hoard(void)
{
	size_t all = MEM_SIZE;
	void *probe;

	while ((probe = mem_malloc((mem_size_t)all)) == NULL && all > 1024)
		all -= 1024;
	if (probe == NULL)
		return NULL;
	mem_free(probe);
	return mem_malloc((mem_size_t)(all - LWIP_MIN(all - 8, any(900))));
}

static void let_time_pass(void)
{
	uint32_t periods = one_in(300) ? 1 + any(5) : 0;

	clock_advance(any(one_in(20) ? 8000 : 40) + periods * TCP_GUARD_PERIOD_MS / 2);
	sys_check_timeouts();
}

static void receive_one(void)
{
	void *hoarded = one_in(20) ? hoard() : NULL;

	invent(&packet);
	write_packet(&packet);
	netif.input(in_parts(&packet), &netif);
	if (hoarded != NULL)
		mem_free(hoarded);
	if (one_in(2000)) {
		tcp_guard_start((u16_t)any(6));
		memset(seen, 0, sizeof(seen));
	}
	if (one_in(2000))
		listen_anew();
	if (one_in(8) && tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
	assert_sane();
	let_time_pass();
}

/* -- The test */

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : strtoull(text, NULL, 0);
}

FIXTURE(start)
{
	ip_addr_t address6 = IPADDR6_INIT_HOST(0xfd090000, 0, 0, 2);
	ip4_addr_t address, netmask;
	s8_t slot = -1;

	entropy_seed(1);
	lwip_init();
	pools_shrink();
	assert_int_equal(pools_size(MEMP_TCP_PCB), PCBS);
	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	if (netif_add(&netif, &address, &netmask, NULL, NULL, init_netif, ip_input) == NULL)
		return -1;
	netif_set_default(&netif);
	netif_set_up(&netif);
	netif_add_ip6_address(&netif, ip_2_ip6(&address6), &slot);
	netif_ip6_addr_set_state(&netif, slot, IP6_ADDR_PREFERRED);
	return 0;
}

static void close_everything(void)
{
	while (tcp_active_pcbs != NULL) {
		tcp_err(tcp_active_pcbs, NULL);
		tcp_abort(tcp_active_pcbs);
	}
	while (tcp_tw_pcbs != NULL)
		tcp_abort(tcp_tw_pcbs);
	tcp_close(listener);
	tcp_guard_stop();
}

TEST(packets_at_random)
{
	uint64_t rounds = number("FUZZ_ROUNDS", ROUNDS);
	unsigned int total[TCP_GUARD_REPLAYED + 1] = { 0 };

	entropy = (struct entropy){ number("FUZZ_SEED", 1) };
	tcp_guard_observe(count, NULL);
	tcp_guard_start(2);
	listen_anew();
	for (uint64_t i = 0; i < rounds; i++) {
		unsigned int before[TCP_GUARD_REPLAYED + 1];

		memcpy(before, seen, sizeof(seen));
		receive_one();
		for (int event = 0; event <= TCP_GUARD_REPLAYED; event++)
			total[event] += seen[event] > before[event];
	}
	/* All that the guard does, it has done. */
	for (int event = 0; event <= TCP_GUARD_REPLAYED; event++)
		if (total[event] == 0)
			fail_msg("event %d has not been", event);
	assert_true(accepts > 0);

	close_everything();
	assert_int_equal(lwip_stats.memp[MEMP_TCP_PCB]->used, 0);
	assert_int_equal(lwip_stats.memp[MEMP_TCP_PCB_LISTEN]->used, 0);
	assert_int_equal(lwip_stats.memp[MEMP_TCP_SEG]->used, 0);
	assert_int_equal(lwip_stats.mem.used, 0);
	assert_int_equal(custom_pbufs, 0);
}

/* The guard alone, without tcp_input(): options in two pieces of memory of exactly their size. */
static err_t give_options(const uint8_t *options, size_t size, size_t first)
{
	uint8_t *header = malloc(TCP_HLEN + first);
	uint8_t *second = first < size ? malloc(size - first) : NULL;
	struct tcp_pcb_listen lpcb = { .state = LISTEN, .backlog = 1 };
	struct tcp_hdr hdr = { .src = 5000, .dest = PORT, .seqno = entropy_next(&entropy) };
	err_t err;

	assert_non_null(header);
	TCPH_HDRLEN_FLAGS_SET(&hdr, (TCP_HLEN + size) / 4, TCP_SYN);
	memcpy(header, &hdr, TCP_HLEN);
	memcpy(header + TCP_HLEN, options, first);
	if (second != NULL)
		memcpy(second, options + first, size - first);
	err = tcp_guard_input((struct tcp_pcb *)(void *)&lpcb, (struct tcp_hdr *)(void *)header,
			      (u16_t)size, (u16_t)first, second, NULL);
	free(second);
	free(header);
	return err;
}

TEST(options_that_end_anywhere)
{
	ip_addr_t client = IPADDR4_INIT_BYTES(10, 9, 0, 1);

	entropy = (struct entropy){ number("FUZZ_SEED", 1) };
	tcp_guard_start(0);
	ip_addr_copy(*ip_current_src_addr(), client);
	ip_addr_copy(*ip_current_dest_addr(), netif.ip_addr);
	for (uint32_t i = 0; i < 20000; i++) {
		size_t size = 4 * (size_t)any(11);
		uint8_t options[40];

		for (size_t at = 0; at < size; at++)
			options[at] = (uint8_t)(one_in(4) ? any(256) : any(11));
		assert_int_equal(give_options(options, size, any((uint32_t)size + 1)), ERR_ABRT);
	}
	assert_in_range(tcp_guard_counters()->answered, 18000, 20000); /* some are ERR_BUF */
	tcp_guard_stop();
	assert_int_equal(lwip_stats.mem.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_at_random),
		cmocka_unit_test(options_that_end_anywhere),
	};

	return cmocka_run_group_tests_name("guard_fuzz", tests, start, NULL);
}
