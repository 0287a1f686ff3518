/* SPDX-License-Identifier: BSD-3-Clause */
#include "unit.h"

#include "guard/siphash.h"
#include "guard/tcp_guard.h"
#include "guard/tcp_guard_hooks.h"
#include "lab/lwip_addr.h"
#include "lab/pools.h"
#include "linux/clock.h"
#include "linux/entropy.h"
#include "lwip/inet_chksum.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"
#include "lwip/sys.h"
#include "tcp/frame.h"

#define PORT 80
#define PCBS 16 /* lab/pools.h */

/* -- A netif at the IP layer: takes note of what lwIP sends */

static struct netif netif;
static struct {
	uint8_t frame[2000]; /* the last one, with an Ethernet header made up */
	size_t size;
	unsigned int count;
	const struct netif *by;
} sent;

static err_t note_packet(struct pbuf *p, uint8_t type_high, uint8_t type_low)
{
	sent.frame[12] = type_high;
	sent.frame[13] = type_low;
	sent.size = 14 + (size_t)pbuf_copy_partial(p, sent.frame + 14, 1986, 0);
	sent.count++;
	return ERR_OK;
}

static err_t note_ipv4(struct netif *to, struct pbuf *p, const ip4_addr_t *address)
{
	(void)address;
	sent.by = to;
	return note_packet(p, 0x08, 0x00);
}

static err_t note_ipv6(struct netif *to, struct pbuf *p, const ip6_addr_t *address)
{
	(void)address;
	sent.by = to;
	return note_packet(p, 0x86, 0xdd);
}

static err_t init_netif(struct netif *new)
{
	new->mtu = 1500;
	new->flags = NETIF_FLAG_LINK_UP;
	new->output = note_ipv4;
	new->output_ip6 = note_ipv6;
	return ERR_OK;
}

static struct endpoint server_side(int family)
{
	struct endpoint endpoint = { (uint8_t)family, { 10, 9, 0, 2 }, PORT };

	if (family == 6)
		memcpy(endpoint.addr, (const uint8_t[16]){ 0xfd, 9, [15] = 2 }, 16);
	return endpoint;
}

static struct endpoint client_side(int family, uint16_t port)
{
	struct endpoint endpoint = { (uint8_t)family, { 10, 9, 0, 1 }, port };

	if (family == 6)
		memcpy(endpoint.addr, (const uint8_t[16]){ 0xfd, 9, [15] = 1 }, 16);
	return endpoint;
}

/* -- The application: accepts, and remembers */

static struct tcp_pcb *listener, *accepted;
static unsigned int accepts, received;
static bool keeps; /* connections stay in the backlog */

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	(void)arg;
	(void)err;
	if (p == NULL)
		return ERR_OK;
	received += p->tot_len;
	tcp_recved(pcb, p->tot_len);
	pbuf_free(p);
	return ERR_OK;
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err != ERR_OK)
		return err;
	accepted = pcb;
	accepts++;
	tcp_recv(pcb, on_recv);
	if (keeps)
		tcp_backlog_delayed(pcb);
	return ERR_OK;
}

static void listen_at(uint8_t backlog)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);

	assert_non_null(pcb);
	assert_int_equal(tcp_bind(pcb, IP_ANY_TYPE, PORT), ERR_OK);
	listener = tcp_listen_with_backlog(pcb, backlog);
	assert_non_null(listener);
	tcp_accept(listener, on_accept);
}

static const struct tcp_guard_counters *counters;

FIXTURE(start)
{
	struct endpoint own = server_side(4), own6 = server_side(6);
	ip_addr_t address = lwip_addr_of(&own), address6 = lwip_addr_of(&own6);
	ip4_addr_t netmask;
	s8_t slot = -1;

	entropy_seed(1);
	lwip_init();
	pools_shrink();
	assert_int_equal(pools_size(MEMP_TCP_PCB), PCBS);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	if (netif_add(&netif, ip_2_ip4(&address), &netmask, NULL, NULL, init_netif, netif_input) ==
	    NULL)
		return -1;
	netif_set_default(&netif);
	netif_set_up(&netif);
	netif_add_ip6_address(&netif, ip_2_ip6(&address6), &slot);
	netif_ip6_addr_set_state(&netif, slot, IP6_ADDR_PREFERRED);
	counters = tcp_guard_counters();
	return 0;
}

FIXTURE(guard_everything)
{
	memset(&sent, 0, sizeof(sent));
	accepted = NULL;
	accepts = received = 0;
	keeps = false;
	tcp_guard_start(0);
	listen_at(8);
	return 0;
}

/* Every connection and listener goes; nothing may be left of them. */
FIXTURE(clean_up)
{
	while (tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
	while (tcp_tw_pcbs != NULL)
		tcp_abort(tcp_tw_pcbs);
	tcp_close(listener);
	tcp_guard_stop();
	return lwip_stats.memp[MEMP_TCP_PCB]->used + lwip_stats.memp[MEMP_TCP_SEG]->used +
				       lwip_stats.memp[MEMP_PBUF_POOL]->used +
				       lwip_stats.mem.used ==
			       0
		       ? 0
		       : -1;
}

/* -- Segments */

static struct segment segment_of(int family, uint16_t port, uint8_t flags)
{
	return (struct segment){ .src = client_side(family, port),
				 .dst = server_side(family),
				 .seq = 1000,
				 .flags = flags,
				 .window = 5000,
				 .wscale = -1 };
}

/* The pbufs of a packet: one, or two that part at this place. */
static struct pbuf *packet(const struct segment *segment, size_t part)
{
	static const uint8_t mac[6];
	uint8_t frame[2000], data[1460];
	struct pbuf *p, *rest;
	size_t size;

	memset(data, 'd', sizeof(data));
	size = frame_build(segment, mac, mac, data, frame, sizeof(frame)) - 14;
	if (part == 0 || part >= size)
		part = size;
	p = pbuf_alloc(PBUF_RAW, (u16_t)part, PBUF_RAM);
	assert_non_null(p);
	pbuf_take(p, frame + 14, (u16_t)part);
	if (part < size) {
		rest = pbuf_alloc(PBUF_RAW, (u16_t)(size - part), PBUF_RAM);
		assert_non_null(rest);
		pbuf_take(rest, frame + 14 + part, (u16_t)(size - part));
		pbuf_cat(p, rest);
	}
	return p;
}

static void send_in_parts(const struct segment *segment, size_t part)
{
	ip_input(packet(segment, part), &netif);
}

static void send_segment(const struct segment *segment)
{
	send_in_parts(segment, 0);
}

/* What lwIP sent last. */
static struct segment answer(void)
{
	struct segment segment;

	assert_int_equal(segment_parse(sent.frame, sent.size, &segment), 0);
	return segment;
}

/* The ACK to a SYN,ACK; numbers as they must be. */
static struct segment ack_to(const struct segment *syn_ack)
{
	struct segment ack = segment_of(syn_ack->src.family, syn_ack->dst.port, SEG_ACK);

	ack.seq = syn_ack->ack;
	ack.ack = syn_ack->seq + 1;
	if (syn_ack->timestamps) {
		ack.timestamps = true;
		ack.tsval = syn_ack->tsecr + 1;
		ack.tsecr = syn_ack->tsval;
	}
	return ack;
}

/* A whole handshake. @return the SYN,ACK */
static struct segment shake_hands(const struct segment *syn)
{
	struct segment syn_ack, ack;

	send_segment(syn);
	syn_ack = answer();
	ack = ack_to(&syn_ack);
	send_segment(&ack);
	return syn_ack;
}

static unsigned int pcbs(void)
{
	return lwip_stats.memp[MEMP_TCP_PCB]->used;
}

/* The bytes after the Ethernet header sum up to what they must. */
static void assert_checksum(const struct segment *segment)
{
	size_t headers = segment->src.family == 6 ? 40 : 20;
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)(sent.size - 14 - headers), PBUF_RAM);
	ip_addr_t src = lwip_addr_of(&segment->src), dst = lwip_addr_of(&segment->dst);

	assert_non_null(p);
	pbuf_take(p, sent.frame + 14 + headers, p->tot_len);
	assert_int_equal(ip_chksum_pseudo(p, IP_PROTO_TCP, p->tot_len, &src, &dst), 0);
	pbuf_free(p);
}

/* -- Answering */

TEST(a_syn_is_answered_and_nothing_is_kept)
{
	for (int family = 4; family <= 6; family += 2) {
		struct segment syn = segment_of(family, 5000, SEG_SYN), syn_ack;
		u32_t out = lwip_stats.tcp.xmit, out_mib = lwip_stats.mib2.tcpoutsegs;

		send_segment(&syn);
		syn_ack = answer();
		assert_int_equal(lwip_stats.tcp.xmit, (STAT_COUNTER)(out + 1));
		assert_int_equal(lwip_stats.mib2.tcpoutsegs, out_mib + 1);
		assert_int_equal(syn_ack.flags, SEG_SYN | SEG_ACK);
		assert_true(endpoint_equal(&syn_ack.src, &syn.dst));
		assert_true(endpoint_equal(&syn_ack.dst, &syn.src));
		assert_int_equal(syn_ack.ack, 1001);
		assert_int_equal(syn_ack.window, LWIP_MIN(TCP_WND, 0xffff));
		assert_checksum(&syn_ack);
		assert_int_equal(pcbs(), 0);
	}
	assert_int_equal(counters->answered, 2);
	assert_int_equal(counters->passed, 0);
	assert_int_equal(lwip_stats.mem.used, 0);
}

TEST(the_same_syn_gets_the_same_cookie_and_another_another)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	uint32_t first, port, isn;

	send_segment(&syn);
	first = answer().seq;
	send_segment(&syn);
	assert_int_equal(answer().seq, first);
	syn.src.port++;
	send_segment(&syn);
	port = answer().seq;
	syn.src.port--;
	syn.seq++;
	send_segment(&syn);
	isn = answer().seq;
	assert_true(port != first && isn != first && isn != port);
}

/* As tcp_guard.h has it; head: generation and place of the MSS. */
static uint32_t cookie_under(const uint8_t secret[16], uint8_t head, const struct segment *syn)
{
	uint16_t ports[2] = { syn->src.port, syn->dst.port };
	uint8_t input[41] = { 0 };
	size_t size = syn->src.family == 6 ? 16 : 4;

	memcpy(input, syn->src.addr, size);
	memcpy(input + size, syn->dst.addr, size);
	size *= 2;
	memcpy(input + size, ports, 4);
	memcpy(input + size + 4, &syn->seq, 4);
	input[size + 8] = head;
	return (uint32_t)head << 27 | (siphash(secret, input, size + 9) & ((1u << 27) - 1));
}

/* The first secret is the first of what LWIP_RAND() gives. */
TEST(a_cookie_is_a_hash_under_a_secret)
{
	uint8_t secret[16];

	entropy_seed(7);
	for (int i = 0; i < 16; i += 4) {
		u32_t random = LWIP_RAND();

		memcpy(secret + i, &random, 4);
	}
	entropy_seed(7);
	tcp_guard_start(0);
	for (int family = 4; family <= 6; family += 2) {
		struct segment syn = segment_of(family, 5000, SEG_SYN);

		syn.mss = 1440;
		send_segment(&syn);
		assert_int_equal(answer().seq, cookie_under(secret, 6, &syn));
	}
}

TEST(secrets_are_renewed)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	uint32_t first;

	send_segment(&syn);
	first = answer().seq;
	clock_advance(4 * TCP_GUARD_PERIOD_MS); /* the first one's place again */
	send_segment(&syn);
	assert_int_equal(answer().seq >> 27, first >> 27);
	assert_int_not_equal(answer().seq, first);
}

TEST(a_small_mtu_is_announced)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);

	netif.mtu = 576;
	send_segment(&syn);
	netif.mtu = 1500;
	assert_int_equal(answer().mss, 536);
}

TEST(without_timestamps_there_is_an_mss_alone)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack;

	syn.mss = 1460;
	syn.wscale = 7;
	syn.sack_permitted = true;
	syn_ack = shake_hands(&syn);
	assert_int_equal(syn_ack.mss, 1460);
	assert_int_equal(syn_ack.wscale, -1);
	assert_false(syn_ack.sack_permitted || syn_ack.timestamps);
	assert_int_equal(accepts, 1);
	assert_false(accepted->flags & (TF_WND_SCALE | TF_SACK | TF_TIMESTAMP));
	assert_int_equal(accepted->snd_wnd, 5000);
}

/* Each combination comes back with the timestamp. */
TEST(with_timestamps_the_options_come_back)
{
	uint16_t port = 5000;

	for (int wscale = -1; wscale <= 14; wscale++) {
		for (int sack = 0; sack <= 1; sack++) {
			struct segment syn = segment_of(4, port++, SEG_SYN), syn_ack;

			syn.mss = 1460;
			syn.wscale = (int16_t)wscale;
			syn.sack_permitted = sack;
			syn.timestamps = true;
			syn.tsval = 77;
			clock_advance(13);
			syn_ack = shake_hands(&syn);
			assert_true(syn_ack.timestamps);
			assert_int_equal(syn_ack.tsecr, 77);
			/* Of now or just before, so that lwIP's own time stamps never go back. */
			assert_in_range(sys_now() - syn_ack.tsval, 0, 31);
			assert_int_equal(syn_ack.wscale, wscale < 0 ? -1 : TCP_RCV_SCALE);
			assert_int_equal(syn_ack.sack_permitted, sack);

			assert_int_equal(accepted->snd_scale, wscale < 0 ? 0 : wscale);
			assert_int_equal(accepted->snd_wnd, 5000u << (wscale < 0 ? 0 : wscale));
			assert_int_equal(accepted->snd_wnd_max, accepted->snd_wnd);
			assert_int_equal(!!(accepted->flags & TF_SACK), sack);
			assert_true(accepted->flags & TF_TIMESTAMP);
			assert_int_equal(accepted->ts_recent, 78);
			tcp_abort(accepted);
		}
	}
	assert_int_equal(accepts, 32);
}

/* More than 14 means 14 (RFC 7323, 2.3). */
TEST(a_window_scale_out_of_range_is_the_greatest)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);

	syn.mss = 1460;
	syn.wscale = 200;
	syn.timestamps = true;
	shake_hands(&syn);
	assert_int_equal(accepted->snd_scale, 14);
}

TEST(the_mss_is_rounded_down)
{
	static const struct {
		uint16_t offered, taken;
	} cases[] = { { 0, 536 },     { 40, 64 },     { 64, 64 },     { 215, 64 },
		      { 216, 216 },   { 535, 216 },   { 536, 536 },   { 1023, 536 },
		      { 1024, 1024 }, { 1219, 1024 }, { 1220, 1220 }, { 1399, 1220 },
		      { 1400, 1400 }, { 1439, 1400 }, { 1440, 1440 }, { 1459, 1440 },
		      { 1460, 1460 }, { 9000, 1460 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct segment syn = segment_of(4, (uint16_t)(5000 + i), SEG_SYN);

		syn.mss = cases[i].offered;
		shake_hands(&syn);
		assert_int_equal(accepted->mss, cases[i].taken);
		tcp_abort(accepted);
	}
}

/* lwIP's connections do not inherit a listener's TTL. */
TEST(the_answer_looks_like_lwip_s_own)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	uint8_t by_guard[20], by_lwip[20];

	listener->ttl = 7;
	listener->tos = 0x10;
	send_segment(&syn);
	memcpy(by_guard, sent.frame + 14, 20);
	tcp_guard_stop();
	send_segment(&syn);
	memcpy(by_lwip, sent.frame + 14, 20);
	/* Identification and checksum aside. */
	assert_memory_equal(by_guard, by_lwip, 4);
	assert_memory_equal(by_guard + 6, by_lwip + 6, 4);
	assert_memory_equal(by_guard + 12, by_lwip + 12, 8);
}

/* Options that no frame_build() makes; the guard alone. @return what it answers */
static struct segment answer_to_options(const uint8_t *options, size_t size)
{
	struct endpoint src = client_side(4, 5000), dst = server_side(4);
	struct tcp_pcb_listen lpcb = { .state = LISTEN, .backlog = 1 };
	struct {
		struct tcp_hdr hdr;
		uint8_t options[40];
	} syn = { .hdr = { .src = 5000, .dest = PORT, .seqno = 1000 } };

	*ip_current_src_addr() = lwip_addr_of(&src);
	*ip_current_dest_addr() = lwip_addr_of(&dst);
	memset(syn.options, 5, sizeof(syn.options));
	memcpy(syn.options, options, size);
	TCPH_HDRLEN_FLAGS_SET(&syn.hdr, (TCP_HLEN + size) / 4, TCP_SYN);
	assert_int_equal(tcp_guard_input((struct tcp_pcb *)(void *)&lpcb, &syn.hdr, (u16_t)size,
					 (u16_t)size, NULL, NULL),
			 ERR_ABRT);
	return answer();
}

#define ANSWER_TO(...)                                      \
	answer_to_options((const uint8_t[]){ __VA_ARGS__ }, \
			  sizeof((const uint8_t[]){ __VA_ARGS__ }))
#define MSS_PLACE(answer) ((answer).seq >> 27 & 7)
#define NO_MSS            2 /* 536's place */
#define TIMESTAMP         8, 10, 0, 0, 0, 1, 0, 0, 0, 0

TEST(broken_options_do_not_count)
{
	struct segment answer;

	assert_int_equal(MSS_PLACE(ANSWER_TO(1, 1, 1, 2, 4, 5, 180, 0)), 7);
	assert_int_equal(MSS_PLACE(ANSWER_TO(0, 4, 0, 0, 2, 4, 5, 180)), NO_MSS);
	assert_int_equal(MSS_PLACE(ANSWER_TO(2, 3, 5, 180)), NO_MSS);
	assert_int_equal(MSS_PLACE(ANSWER_TO(2, 5, 5, 180, 0, 0, 0, 0)), NO_MSS);
	assert_int_equal(MSS_PLACE(ANSWER_TO(5, 1, 2, 4, 5, 180, 0, 0)), NO_MSS);
	assert_int_equal(MSS_PLACE(ANSWER_TO(5, 0, 2, 4, 5, 180, 0, 0)), NO_MSS);
	assert_int_equal(MSS_PLACE(ANSWER_TO(1, 2, 4, 5)), NO_MSS); /* one byte missing */
	assert_int_equal(MSS_PLACE(ANSWER_TO(1, 1, 1, 2)), NO_MSS);
	assert_false(ANSWER_TO(8, 10, 0, 0, 0, 1, 0, 0).timestamps);
	assert_false(ANSWER_TO(8, 11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0).timestamps);
	assert_false(ANSWER_TO(8, 9, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0).timestamps);
	answer = ANSWER_TO(3, 4, 7, 7, TIMESTAMP, 0, 0);
	assert_true(answer.timestamps);
	assert_int_equal(answer.wscale, -1);
	answer = ANSWER_TO(4, 3, 7, 1, TIMESTAMP, 0, 0);
	assert_true(answer.timestamps);
	assert_false(answer.sack_permitted);
	/* An unknown one is passed over. */
	answer = ANSWER_TO(253, 4, 2, 4, 2, 4, 5, 180, 3, 3, 7, 4, 2, TIMESTAMP, 1);
	assert_int_equal(MSS_PLACE(answer), 7);
	assert_true(answer.timestamps && answer.sack_permitted && answer.wscale >= 0);
}

/* -- Opening */

TEST(a_handshake_opens_a_connection_of_lwip_s)
{
	for (int family = 4; family <= 6; family += 2) {
		struct segment syn = segment_of(family, 5000, SEG_SYN);
		struct segment syn_ack = shake_hands(&syn);
		unsigned int before = sent.count;

		assert_non_null(accepted);
		assert_int_equal(accepted->state, ESTABLISHED);
		assert_int_equal(accepted->snd_nxt, syn_ack.seq + 1);
		assert_int_equal(accepted->rcv_nxt, 1001);
		assert_int_equal(sent.count, before); /* the second SYN,ACK has not left */
	}
	assert_int_equal(counters->opened, 2);
	assert_int_equal(accepts, 2);
}

/* lwIP's own data begin where the cookie ends, and are sent by the netif as ever. */
TEST(data_flow_after_it_in_both_directions)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	struct segment syn_ack = shake_hands(&syn), data = ack_to(&syn_ack);

	data.length = 100;
	send_segment(&data);
	assert_int_equal(received, 100);
	assert_int_equal(tcp_write(accepted, "hello", 5, TCP_WRITE_FLAG_COPY), ERR_OK);
	assert_int_equal(tcp_output(accepted), ERR_OK);
	assert_int_equal(answer().seq, syn_ack.seq + 1);
	assert_int_equal(answer().length, 5);
	assert_int_equal(answer().ack, 1101);
}

/* The one that lwIP would measure takes no time at all, however far the client is. */
TEST(no_round_trip_is_measured_where_none_was)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	u32_t before = tcp_ticks;
	struct tcp_pcb *fresh;

	tcp_ticks = 100;
	shake_hands(&syn);
	tcp_ticks = before;
	fresh = tcp_new();
	assert_int_equal(accepted->rto, fresh->rto);
	assert_int_equal(accepted->sa, fresh->sa);
	assert_int_equal(accepted->sv, fresh->sv);
	assert_int_equal(accepted->rttest, 0);
	tcp_abort(fresh);
}

/* One whose way is not the default one: the answer's, and the second one's, which does not leave. */
TEST(a_listener_may_be_bound_to_a_netif)
{
	struct netif *ways[] = { NULL, &netif };
	struct netif other;
	ip4_addr_t address, netmask;

	memset(&other, 0, sizeof(other));
	IP4_ADDR(&address, 10, 8, 0, 2);
	IP4_ADDR(&netmask, 255, 255, 255, 0);
	assert_non_null(netif_add(&other, &address, &netmask, NULL, NULL, init_netif, netif_input));
	netif_set_default(&other);
	netif_set_up(&other);
	for (int i = 0; i < 2; i++) {
		struct segment syn = segment_of(4, (uint16_t)(5000 + i), SEG_SYN), ack;

		memcpy(syn.src.addr, (const uint8_t[]){ 192, 0, 2, 1 }, 4);
		tcp_bind_netif(listener, ways[i]);
		sent.count = 0;
		send_segment(&syn);
		assert_ptr_equal(sent.by, i == 0 ? &other : &netif);
		ack = answer();
		ack = ack_to(&ack);
		ack.src = syn.src;
		send_segment(&ack);
		assert_int_equal(accepts, i + 1);
		assert_int_equal(sent.count, 1);
		tcp_abort(accepted);
	}
	netif_remove(&other);
	netif_set_default(&netif);
}

TEST(data_may_come_with_the_cookie)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), data;

	send_segment(&syn);
	data = answer();
	data = ack_to(&data);
	data.length = 1200;
	data.flags |= SEG_FIN;
	send_segment(&data);
	assert_int_equal(received, 1200);
	assert_int_equal(accepted->state, CLOSE_WAIT);
}

/* Wherever two pbufs part: within the headers lwIP itself takes no packet. */
TEST(a_chain_of_pbufs_will_do)
{
	for (size_t part = 40; part < 40 + 12 + 100; part++) {
		struct segment syn = segment_of(4, (uint16_t)(6000 + part), SEG_SYN), ack;

		received = 0;
		syn.mss = 1460;
		syn.wscale = 3;
		syn.sack_permitted = syn.timestamps = true;
		send_in_parts(&syn, part);
		ack = answer();
		assert_int_equal(ack.wscale, TCP_RCV_SCALE);
		ack = ack_to(&ack);
		ack.length = 100;
		send_in_parts(&ack, part);
		assert_int_equal(received, 100);
		assert_int_equal(accepted->snd_scale, 3);
		assert_true(accepted->flags & TF_SACK);
		tcp_abort(accepted);
	}
}

/* -- The threshold */

TEST(few_half_open_connections_are_left_to_lwip)
{
	tcp_guard_start(3);
	for (uint16_t i = 0; i < 5; i++) {
		struct segment syn = segment_of(4, (uint16_t)(5000 + i), SEG_SYN);

		send_segment(&syn);
		assert_int_equal(answer().flags, SEG_SYN | SEG_ACK);
	}
	assert_int_equal(counters->passed, 3);
	assert_int_equal(counters->answered, 2);
	assert_int_equal(pcbs(), 3);
}

/* Of all listeners: here one for each of two ports. */
TEST(half_open_connections_of_all_listeners_count)
{
	struct tcp_pcb_listen *first = (struct tcp_pcb_listen *)(void *)listener;
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	struct tcp_pcb *second = tcp_new_ip_type(IPADDR_TYPE_ANY);

	assert_int_equal(tcp_bind(second, IP_ANY_TYPE, PORT + 1), ERR_OK);
	second = tcp_listen_with_backlog(second, 8);
	tcp_guard_start(2);
	for (uint16_t i = 0; i < 2; i++) {
		syn.dst.port = (uint16_t)(PORT + i);
		send_segment(&syn);
	}
	assert_int_equal(first->accepts_pending, 1);
	assert_int_equal(counters->passed, 2);
	syn.src.port++;
	send_segment(&syn);
	syn.dst.port = PORT;
	send_segment(&syn);
	assert_int_equal(counters->answered, 2);
	while (tcp_active_pcbs != NULL)
		tcp_abort(tcp_active_pcbs);
	tcp_close(second);
}

TEST(the_last_place_in_a_backlog_is_for_cookies)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);

	tcp_close(listener);
	listen_at(2);
	tcp_guard_start(100);
	send_segment(&syn);
	syn.src.port++;
	shake_hands(&syn);
	assert_int_equal(counters->passed, 1);
	assert_int_equal(counters->opened, 1);
	assert_int_equal(accepts, 1);
}

TEST(a_guard_that_is_off_changes_nothing)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;
	uint32_t iss;

	tcp_guard_stop();
	send_segment(&syn);
	iss = answer().seq;
	assert_int_equal(pcbs(), 1);
	/* lwIP's own numbers: the last one and its ticks. */
	syn.src.port++;
	send_segment(&syn);
	assert_int_equal(answer().seq, iss + tcp_ticks);
	ack = answer();
	ack = ack_to(&ack);
	ack.ack++;
	ack.src.port = 6000;
	send_segment(&ack);
	assert_int_equal(answer().flags, SEG_RST | SEG_ACK);
	assert_int_equal(counters->forged, 0);
}

/* -- Refusing */

static void assert_reset(const struct segment *ack)
{
	unsigned int before = accepts;

	send_segment(ack);
	assert_int_equal(answer().flags, SEG_RST | SEG_ACK);
	assert_int_equal(answer().seq, ack->ack);
	assert_int_equal(accepts, before);
}

/* Nor those that have not been in use: the one before the first is valid. */
TEST(no_secret_is_zero)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;
	static const uint8_t zero[16];

	send_segment(&syn);
	ack = answer();
	ack = ack_to(&ack);
	for (uint8_t head = 0; head < 32; head++) {
		ack.ack = cookie_under(zero, head, &syn) + 1;
		assert_reset(&ack);
	}
	assert_int_equal(counters->forged, 32);
}

TEST(a_change_of_any_bit_is_a_forgery)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack, forged;
	unsigned int bits = 0;

	send_segment(&syn);
	ack = answer();
	ack = ack_to(&ack);
	for (; bits < 32; bits++) {
		forged = ack;
		forged.ack = ((ack.ack - 1) ^ (1u << bits)) + 1;
		assert_reset(&forged);
		forged = ack;
		forged.seq ^= 1u << bits;
		assert_reset(&forged);
	}
	forged = ack;
	forged.src.port++;
	assert_reset(&forged);
	forged = ack;
	forged.src.addr[3]++;
	assert_reset(&forged);
	assert_int_equal(counters->forged, 2 * bits + 2);
	assert_int_equal(counters->opened, 0);
	send_segment(&ack);
	assert_int_equal(counters->opened, 1);
}

TEST(a_used_cookie_is_refused_when_it_comes_again)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);
	struct segment syn_ack = shake_hands(&syn), ack = ack_to(&syn_ack), last;

	tcp_abort(accepted);
	assert_reset(&ack);
	assert_int_equal(counters->replayed, 1);

	/* And as long as not too many others have come after it. */
	for (uint16_t i = 1; i < TCP_GUARD_REMEMBERED; i++) {
		struct segment other = segment_of(4, (uint16_t)(5000 + i), SEG_SYN);

		last = shake_hands(&other);
		tcp_abort(accepted);
	}
	assert_reset(&ack);
	ack = ack_to(&last);
	assert_reset(&ack);
	assert_int_equal(counters->replayed, 3);
	ack = ack_to(&syn_ack);
	syn.src.port = 7000;
	shake_hands(&syn);
	tcp_abort(accepted);
	send_segment(&ack);
	assert_int_equal(counters->replayed, 3);
	assert_int_equal(counters->opened, TCP_GUARD_REMEMBERED + 2);
}

/* Made in the last ms of a secret's time, or in its first: valid for one period, or for two. */
TEST(a_cookie_lives_for_one_to_two_periods)
{
	struct segment first = segment_of(4, 5000, SEG_SYN), last = segment_of(4, 5001, SEG_SYN);
	struct segment early, late, expired;

	send_segment(&first);
	early = answer();
	first.src.port = 5002;
	send_segment(&first);
	expired = answer();
	clock_advance(TCP_GUARD_PERIOD_MS - 1);
	send_segment(&last);
	late = answer();
	clock_advance(TCP_GUARD_PERIOD_MS);
	early = ack_to(&early);
	send_segment(&early);
	late = ack_to(&late);
	send_segment(&late);
	assert_int_equal(counters->opened, 2);
	clock_advance(1);
	expired = ack_to(&expired);
	assert_reset(&expired);
	assert_int_equal(counters->expired, 1);

	/* Later its secret is forgotten altogether; none is out then, and nothing is looked at. */
	clock_advance(2 * TCP_GUARD_PERIOD_MS);
	assert_reset(&expired);
	assert_int_equal(counters->expired, 1);
	assert_int_equal(counters->forged, 0);
}

/* Of any generation. */
TEST(expired_is_told_from_forged_while_its_secret_is_there)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;

	for (unsigned int periods = 1; periods <= 4; periods++) {
		clock_advance(TCP_GUARD_PERIOD_MS);
		syn.src.port++;
		send_segment(&syn);
		ack = answer();
		ack = ack_to(&ack);
		clock_advance(3 * TCP_GUARD_PERIOD_MS);
		assert_reset(&ack);
		assert_int_equal(counters->expired, periods);
		clock_advance(TCP_GUARD_PERIOD_MS);
		assert_reset(&ack); /* none is out any more */
	}
	assert_int_equal(counters->forged, 0);
}

/* lwIP's time is a 32-bit number of ms: it starts over after 49.7 days. */
TEST(time_may_wrap_around)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack;

	syn.mss = 1460;
	syn.timestamps = true;
	syn.wscale = 9;
	clock_advance(UINT32_MAX - sys_now() - 4);
	send_segment(&syn);
	syn_ack = answer();
	clock_advance(TCP_GUARD_PERIOD_MS);
	assert_true(sys_now() < TCP_GUARD_PERIOD_MS);
	syn_ack = ack_to(&syn_ack);
	send_segment(&syn_ack);
	assert_int_equal(counters->opened, 1);
	assert_int_equal(accepted->snd_scale, 9);
}

TEST(before_the_first_cookie_acks_are_not_looked_at)
{
	struct segment ack = segment_of(4, 5000, SEG_ACK);

	ack.ack = 4711;
	assert_reset(&ack);
	assert_int_equal(counters->forged, 0);
}

TEST(a_reset_is_left_to_lwip)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), rst;

	send_segment(&syn);
	rst = answer();
	rst = ack_to(&rst);
	rst.flags |= SEG_RST;
	sent.count = 0;
	send_segment(&rst);
	assert_int_equal(sent.count, 0);
	assert_int_equal(accepts, 0);
	assert_int_equal(counters->opened, 0);
}

/* 2^-28 of all numbers are valid: of ten million, 0.04 on average; 3 or more once in 100,000 runs. */
TEST(random_acknowledgements_are_refused)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack, ack;
	struct entropy random = { 42 };
	const unsigned int tries = 1000000; /* ten million of them: tests/bench/forge.c */

	send_segment(&syn);
	syn_ack = answer();
	ack = ack_to(&syn_ack);
	for (unsigned int i = 0; i < tries; i++) {
		ack.ack = entropy_next(&random);
		send_segment(&ack);
	}
	assert_in_range(counters->opened, 0, 2);
	assert_int_equal(counters->opened + counters->forged + counters->expired +
				 counters->replayed,
			 tries);
}

/* Neither SYN nor ACK: lwIP would take the SYN that must have been, and not the rest of it. */
TEST(a_syn_ack_with_a_valid_cookie_opens_nothing)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;

	send_segment(&syn);
	ack = answer();
	ack = ack_to(&ack);
	ack.flags |= SEG_SYN;
	assert_reset(&ack);
	assert_int_equal(pcbs(), 0);
	assert_int_equal(counters->opened, 0);
}

/* -- What an application may do meanwhile */

/* Established, and the first to go when lwIP needs room. */
static void take_all_pcbs(int family, uint32_t isn)
{
	for (uint16_t i = 0; i < PCBS; i++) {
		struct segment syn = segment_of(family, (uint16_t)(4000 + i), SEG_SYN);

		syn.seq = isn;
		shake_hands(&syn);
		tcp_setprio(accepted, TCP_PRIO_MIN);
	}
	assert_int_equal(pcbs(), PCBS);
}

/* Whichever family either is of. */
TEST(a_connection_that_makes_room_is_reset)
{
	for (int family = 4; family <= 6; family += 2) {
		for (int other = 4; other <= 6; other += 2) {
			struct segment syn = segment_of(family, 5000, SEG_SYN), ack;
			unsigned int before;

			syn.seq += (uint32_t)other;
			take_all_pcbs(other, (uint32_t)family);
			send_segment(&syn);
			ack = answer();
			ack = ack_to(&ack);
			before = sent.count;
			send_segment(&ack);
			assert_int_equal(sent.count, before + 1);
			assert_int_equal(answer().flags, SEG_RST | SEG_ACK);
			assert_int_equal(answer().src.family, other);
			assert_in_range(answer().dst.port, 4000, 4000 + PCBS);
			assert_int_equal(accepted->remote_port, 5000);
			while (tcp_active_pcbs != NULL)
				tcp_abort(tcp_active_pcbs);
		}
	}
}

static unsigned int reconnects;

static void on_lost(void *arg, err_t err)
{
	struct endpoint to = client_side(4, 5000);
	ip_addr_t address = lwip_addr_of(&to);
	struct tcp_pcb *pcb = tcp_new();

	(void)arg;
	(void)err;
	assert_non_null(pcb);
	assert_int_equal(tcp_connect(pcb, &address, 5000, NULL), ERR_OK);
	reconnects++;
}

/* Even to the one for whom the place was made, and before it; its number is lwIP's own. */
TEST(who_loses_a_connection_may_open_another)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack, ack;

	reconnects = 0;
	take_all_pcbs(4, 1000);
	for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
		tcp_err(pcb, on_lost);
	send_segment(&syn);
	syn_ack = answer();
	ack = ack_to(&syn_ack);
	send_segment(&ack);
	for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next)
		tcp_err(pcb, NULL);
	assert_int_equal(reconnects, 1);
	assert_int_equal(counters->no_room, 1);
	assert_int_equal(answer().flags, SEG_SYN);
	assert_int_equal(answer().dst.port, 5000);
	assert_int_not_equal(answer().src.port, PORT);
	assert_int_not_equal(answer().seq + 1, syn_ack.seq); /* lwIP's SYNs have iss - 1 */
}

static err_t on_accept_speak(void *arg, struct tcp_pcb *pcb, err_t err)
{
	assert_int_equal(on_accept(arg, pcb, err), ERR_OK);
	assert_int_equal(tcp_write(pcb, "220 ", 4, TCP_WRITE_FLAG_COPY), ERR_OK);
	return tcp_output(pcb);
}

TEST(a_server_may_speak_first)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack;

	tcp_accept(listener, on_accept_speak);
	syn_ack = shake_hands(&syn);
	assert_int_equal(answer().length, 4);
	assert_int_equal(answer().seq, syn_ack.seq + 1);
}

static err_t on_accept_abort(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)err;
	accepts++;
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_accept_refuse(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	(void)pcb;
	(void)err;
	accepts++;
	return ERR_VAL;
}

/* As without the guard: the client gets a reset, and nothing is left. */
TEST(an_application_may_refuse)
{
	static const tcp_accept_fn ways[] = { on_accept_abort, on_accept_refuse };

	for (unsigned int i = 0; i < 2; i++) {
		struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack;

		syn.seq += i;
		tcp_accept(listener, ways[i]);
		syn_ack = shake_hands(&syn);
		assert_int_equal(accepts, i + 1);
		assert_int_equal(answer().flags, SEG_RST | SEG_ACK);
		assert_int_equal(answer().seq, syn_ack.seq + 1);
		assert_int_equal(pcbs(), 0);
	}
}

static err_t on_accept_last(void *arg, struct tcp_pcb *pcb, err_t err)
{
	assert_int_equal(on_accept(arg, pcb, err), ERR_OK);
	tcp_close(listener);
	return ERR_OK;
}

TEST(a_listener_may_be_closed_by_its_accept)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN);

	tcp_accept(listener, on_accept_last);
	shake_hands(&syn);
	assert_int_equal(accepted->state, ESTABLISHED);
	assert_null(tcp_listen_pcbs.listen_pcbs);
	assert_int_equal(counters->opened, 1);
	tcp_abort(accepted);
	listen_at(8); /* for the one who cleans up */
}

static err_t on_no_memory(void *arg, struct tcp_pcb *pcb, err_t err)
{
	(void)arg;
	if (err == ERR_OK)
		return on_accept(arg, pcb, err);
	assert_null(pcb);
	assert_int_equal(err, ERR_MEM);
	tcp_close(listener);
	listener = NULL;
	return err;
}

TEST(a_listener_may_be_closed_when_lwip_has_no_room)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;
	struct tcp_pcb *taken[PCBS];

	tcp_accept(listener, on_no_memory);
	send_segment(&syn);
	ack = answer();
	for (int i = 0; i < PCBS; i++)
		taken[i] = tcp_new();
	ack = ack_to(&ack);
	send_segment(&ack);
	for (int i = 0; i < PCBS; i++)
		tcp_abort(taken[i]);
	assert_null(listener);
	assert_int_equal(counters->no_room, 1);
	listen_at(8);
}

/* -- No room */

TEST(when_lwip_has_no_pcb_the_ack_is_dropped_and_data_try_again)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack, ack;
	struct tcp_pcb *taken[PCBS];
	unsigned int before;

	send_segment(&syn);
	syn_ack = answer();
	for (int i = 0; i < PCBS; i++) {
		taken[i] = tcp_new();
		assert_non_null(taken[i]);
	}
	before = sent.count;
	ack = ack_to(&syn_ack);
	send_segment(&ack);
	assert_int_equal(sent.count, before); /* no RST: the client may come again */
	assert_int_equal(counters->no_room, 1);
	assert_int_equal(accepts, 0);

	for (int i = 0; i < PCBS; i++)
		tcp_abort(taken[i]);
	ack.length = 10;
	send_segment(&ack);
	assert_int_equal(counters->opened, 1);
	assert_int_equal(received, 10);
}

TEST(a_full_backlog_drops_the_ack)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;

	keeps = true; /* the application takes its time */
	for (uint16_t i = 0; i < 8; i++) {
		syn.src.port++;
		shake_hands(&syn);
	}
	assert_int_equal(counters->opened, 8);
	syn.src.port++;
	ack = shake_hands(&syn);
	assert_int_equal(counters->no_room, 1);
	tcp_backlog_accepted(accepted);
	ack = ack_to(&ack);
	send_segment(&ack);
	assert_int_equal(counters->opened, 9);
}

/* Takes all of lwIP's heap but for so many bytes. */
static void *hoard(size_t left)
{
	size_t all = MEM_SIZE;
	void *probe;

	while ((probe = mem_malloc((mem_size_t)all)) == NULL)
		all -= MEM_ALIGNMENT;
	mem_free(probe);
	return mem_malloc((mem_size_t)(all - left));
}

/* Each allocation fails in turn: lwIP's heap has from nothing to enough. */
TEST(without_memory_nothing_is_answered_and_nothing_is_lost)
{
	unsigned int unsent = 0, answered = 0;

	for (size_t left = 0; left < 400; left += 8) {
		struct segment syn = segment_of(4, (uint16_t)(5000 + left), SEG_SYN);
		struct pbuf *p = packet(&syn, 0);
		void *hoarded = hoard(left);

		ip_input(p, &netif);
		if (counters->unsent > unsent)
			unsent = counters->unsent;
		else
			answered++;
		mem_free(hoarded);
		assert_int_equal(lwip_stats.mem.used, 0);
	}
	assert_true(unsent > 0 && answered > 0);
	assert_int_equal(counters->answered, answered);
}

TEST(without_memory_a_valid_ack_is_dropped_and_may_come_again)
{
	unsigned int no_room = 0;

	for (size_t left = 0; left < 1200; left += 8) {
		struct segment syn = segment_of(4, (uint16_t)(5000 + left), SEG_SYN), ack;
		unsigned int opened = counters->opened;
		struct pbuf *p;
		void *hoarded;

		syn.timestamps = true;
		send_segment(&syn);
		ack = answer();
		ack = ack_to(&ack);
		ack.length = 200;
		p = packet(&ack, 0);
		hoarded = hoard(left);
		ip_input(p, &netif);
		mem_free(hoarded);
		if (counters->opened == opened) {
			no_room++;
			assert_int_equal(pcbs(), 0);
			assert_int_equal(lwip_stats.mem.used, 0);
			send_segment(&ack); /* a new pbuf of the client's */
		}
		assert_int_equal(counters->opened, opened + 1);
		tcp_abort(accepted);
	}
	assert_true(no_room > 0);
	assert_int_equal(counters->no_room, no_room);
}

/* -- Who looks on */

static enum tcp_guard_event seen[16];
static unsigned int seen_count;

static void note(void *context, enum tcp_guard_event event)
{
	assert_ptr_equal(context, seen);
	seen[seen_count++ % 16] = event;
}

TEST(an_observer_sees_each_step)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), syn_ack, ack;

	tcp_guard_observe(note, seen);
	syn_ack = shake_hands(&syn);
	ack = ack_to(&syn_ack);
	tcp_abort(accepted);
	send_segment(&ack);
	ack.ack ^= 0x1000;
	send_segment(&ack);
	tcp_guard_observe(NULL, NULL);
	assert_int_equal(seen_count, 5);
	assert_int_equal(seen[0], TCP_GUARD_ANSWERS);
	assert_int_equal(seen[1], TCP_GUARD_OPENS);
	assert_int_equal(seen[2], TCP_GUARD_OPENED);
	assert_int_equal(seen[3], TCP_GUARD_REPLAYED);
	assert_int_equal(seen[4], TCP_GUARD_FORGED);
}

/* What has begun comes to its end, whatever fails. */
TEST(an_observer_sees_what_fails)
{
	struct segment syn = segment_of(4, 5000, SEG_SYN), ack;
	struct pbuf *p = packet(&syn, 0);
	void *hoarded = hoard(0);

	seen_count = 0;
	tcp_guard_observe(note, seen);
	ip_input(p, &netif);
	mem_free(hoarded);
	send_segment(&syn);
	ack = answer();
	ack = ack_to(&ack);
	p = packet(&ack, 0);
	hoarded = hoard(0);
	ip_input(p, &netif);
	mem_free(hoarded);
	tcp_guard_observe(NULL, NULL);
	assert_int_equal(seen_count, 5);
	assert_int_equal(seen[0], TCP_GUARD_ANSWERS);
	assert_int_equal(seen[1], TCP_GUARD_UNSENT);
	assert_int_equal(seen[2], TCP_GUARD_ANSWERS);
	assert_int_equal(seen[3], TCP_GUARD_OPENS);
	assert_int_equal(seen[4], TCP_GUARD_NO_ROOM);
	assert_int_equal(counters->unsent, 1);
	assert_int_equal(counters->no_room, 1);
}

#define GUARDED(test) cmocka_unit_test_setup_teardown(test, guard_everything, clean_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED(a_syn_is_answered_and_nothing_is_kept),
		GUARDED(the_same_syn_gets_the_same_cookie_and_another_another),
		GUARDED(a_cookie_is_a_hash_under_a_secret),
		GUARDED(secrets_are_renewed),
		GUARDED(a_small_mtu_is_announced),
		GUARDED(without_timestamps_there_is_an_mss_alone),
		GUARDED(with_timestamps_the_options_come_back),
		GUARDED(a_window_scale_out_of_range_is_the_greatest),
		GUARDED(the_mss_is_rounded_down),
		GUARDED(the_answer_looks_like_lwip_s_own),
		GUARDED(broken_options_do_not_count),
		GUARDED(a_handshake_opens_a_connection_of_lwip_s),
		GUARDED(data_flow_after_it_in_both_directions),
		GUARDED(no_round_trip_is_measured_where_none_was),
		GUARDED(a_listener_may_be_bound_to_a_netif),
		GUARDED(data_may_come_with_the_cookie),
		GUARDED(a_chain_of_pbufs_will_do),
		GUARDED(few_half_open_connections_are_left_to_lwip),
		GUARDED(half_open_connections_of_all_listeners_count),
		GUARDED(the_last_place_in_a_backlog_is_for_cookies),
		GUARDED(a_guard_that_is_off_changes_nothing),
		GUARDED(no_secret_is_zero),
		GUARDED(a_change_of_any_bit_is_a_forgery),
		GUARDED(a_used_cookie_is_refused_when_it_comes_again),
		GUARDED(a_cookie_lives_for_one_to_two_periods),
		GUARDED(expired_is_told_from_forged_while_its_secret_is_there),
		GUARDED(time_may_wrap_around),
		GUARDED(before_the_first_cookie_acks_are_not_looked_at),
		GUARDED(a_reset_is_left_to_lwip),
		GUARDED(random_acknowledgements_are_refused),
		GUARDED(a_syn_ack_with_a_valid_cookie_opens_nothing),
		GUARDED(a_connection_that_makes_room_is_reset),
		GUARDED(who_loses_a_connection_may_open_another),
		GUARDED(a_server_may_speak_first),
		GUARDED(an_application_may_refuse),
		GUARDED(a_listener_may_be_closed_by_its_accept),
		GUARDED(a_listener_may_be_closed_when_lwip_has_no_room),
		GUARDED(when_lwip_has_no_pcb_the_ack_is_dropped_and_data_try_again),
		GUARDED(a_full_backlog_drops_the_ack),
		GUARDED(without_memory_nothing_is_answered_and_nothing_is_lost),
		GUARDED(without_memory_a_valid_ack_is_dropped_and_may_come_again),
		GUARDED(an_observer_sees_each_step),
		GUARDED(an_observer_sees_what_fails),
	};

	return cmocka_run_group_tests_name("guard", tests, start, NULL);
}
