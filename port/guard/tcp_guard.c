/* SPDX-License-Identifier: BSD-3-Clause */
#include "guard/tcp_guard.h"

#include <stdbool.h>
#include <string.h>

#include "guard/siphash.h"
#include "guard/tcp_guard_hooks.h"

#if TCP_GUARD

#include "lwip/inet_chksum.h"
#include "lwip/ip.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/tcp.h"
#include "lwip/stats.h"
#include "lwip/sys.h"

#if !TCP_LISTEN_BACKLOG
#error "The guard counts half-open connections by lwIP's backlog: it needs TCP_LISTEN_BACKLOG 1"
#endif
#if TCP_GUARD_PERIOD_MS < 1
#error "TCP_GUARD_PERIOD_MS must be at least 1"
#endif
#if TCP_GUARD_REMEMBERED < 1 || TCP_GUARD_REMEMBERED > 65535
#error "TCP_GUARD_REMEMBERED must be from 1 to 65535"
#endif

/* Two generations of the secret are valid; older ones only tell an expired cookie from a forged one. */
#define GENERATIONS 4
#define VALID       2

#define MAC_BITS 27
#define MAC_MASK ((UINT32_C(1) << MAC_BITS) - 1)

/* What a client's MSS is rounded down to: lwIP's send MSS is the least of this, TCP_MSS and the MTU. */
static const u16_t mss_table[8] = { 64, 216, 536, 1024, 1220, 1400, 1440, 1460 };
#define MSS_MISSING 536 /* RFC 9293, 3.7.1 */

/* The lowest bits of a TSval: the window scale, 0 to 14 (RFC 7323, 2.2), or none; SACK permitted. */
#define TS_BITS        5
#define TS_MASK        ((UINT32_C(1) << TS_BITS) - 1)
#define TS_SACK        0x10u
#define TS_WSCALE      0x0fu
#define TS_WSCALE_NONE 0x0fu
#define WSCALE_MOST    14

/* A TCP header with all the options that a SYN or its answer can have here. */
#define OPTIONS_ROOM 24

/* What a segment's options say. */
struct options {
	u16_t mss;   /* 0: none */
	u8_t wscale; /* TS_WSCALE_NONE: none */
	bool sack, timestamps;
	u32_t tsval, tsecr;
};

static struct {
	bool on;
	u16_t threshold;
	u8_t generation; /* of the present secret */
	u8_t answered;   /* generations that have made a cookie: a bit each */
	u32_t since;     /* sys_now() when it became the present one */
	u8_t secret[GENERATIONS][SIPHASH_KEY];
	u32_t used[TCP_GUARD_REMEMBERED]; /* of accepted cookies: other bits of their hash */
	u16_t used_count, used_next;
	struct tcp_guard_counters counters;
	void (*observer)(void *context, enum tcp_guard_event event);
	void *context;
} guard;

/* A connection whose SYN lwIP gets from the guard. Not part of the above: starting anew spares it. */
static struct {
	bool now;
	u32_t cookie;                  /* its initial sequence number on this side */
	u16_t local_port, remote_port; /* the addresses are lwIP's current ones */
#if LWIP_IPV4
	netif_output_fn output; /* the netif's own */
#endif
#if LWIP_IPV6
	netif_output_ip6_fn output_ip6;
#endif
} opening;

static void tell(enum tcp_guard_event event)
{
	if (guard.observer != NULL)
		guard.observer(guard.context, event);
}

/* -- Secrets */

static void make_secret(u8_t secret[SIPHASH_KEY])
{
	for (int i = 0; i < SIPHASH_KEY; i += 4) {
		u32_t random = LWIP_RAND();

		memcpy(secret + i, &random, 4);
	}
}

/* Done when a cookie is made or read, so that the guard needs no timer of its own. */
static void replace_old_secrets(void)
{
	u32_t periods = (sys_now() - guard.since) / TCP_GUARD_PERIOD_MS;

	guard.since += periods * TCP_GUARD_PERIOD_MS;
	for (u32_t i = 0; i < LWIP_MIN(periods, GENERATIONS); i++) {
		guard.generation = (u8_t)((guard.generation + 1) % GENERATIONS);
		guard.answered &= (u8_t) ~(1u << guard.generation);
		make_secret(guard.secret[guard.generation]);
	}
}

static bool is_valid_generation(u8_t generation)
{
	return (guard.generation - generation + GENERATIONS) % GENERATIONS < VALID;
}

/* -- Cookies */

static size_t put_address(u8_t *at, const ip_addr_t *address)
{
#if LWIP_IPV6
	if (IP_IS_V6(address)) {
		memcpy(at, ip_2_ip6(address)->addr, 16);
		return 16;
	}
#endif
#if LWIP_IPV4
	memcpy(at, &ip_2_ip4(address)->addr, 4);
	return 4;
#else
	return 0;
#endif
}

/*
 * The hash of the segment that lwIP is at, under one generation's secret. hdr: of the client's SYN or
 * of its ACK; isn: the client's; head: the cookie's bits above the hash.
 */
static uint64_t hash(const struct tcp_hdr *hdr, u32_t isn, u8_t head)
{
	u8_t data[16 + 16 + 2 + 2 + 4 + 1];
	size_t size = put_address(data, ip_current_src_addr());

	size += put_address(data + size, ip_current_dest_addr());
	memcpy(data + size, &hdr->src, 2);
	memcpy(data + size + 2, &hdr->dest, 2);
	memcpy(data + size + 4, &isn, 4);
	data[size + 8] = head;
	return siphash(guard.secret[head >> 3], data, size + 9);
}

static u32_t make_cookie(const struct tcp_hdr *hdr, u16_t mss)
{
	u8_t index = 0, head;

	while (index < 7 && mss_table[index + 1] <= mss)
		index++;
	head = (u8_t)(guard.generation << 3 | index);
	return (u32_t)head << MAC_BITS | ((u32_t)hash(hdr, hdr->seqno, head) & MAC_MASK);
}

static bool was_used(u32_t tag)
{
	for (u16_t i = 0; i < guard.used_count; i++)
		if (guard.used[i] == tag)
			return true;
	return false;
}

static void remember(u32_t tag)
{
	guard.used[guard.used_next] = tag;
	guard.used_next = (u16_t)((guard.used_next + 1) % TCP_GUARD_REMEMBERED);
	if (guard.used_count < TCP_GUARD_REMEMBERED)
		guard.used_count++;
}

/* -- Options */

static struct options read_options(const struct tcp_hdr *hdr, u16_t length, u16_t length1,
				   const u8_t *second)
{
	struct options options = { .wscale = TS_WSCALE_NONE };
	const u8_t *first = (const u8_t *)(hdr + 1);
	u8_t bytes[60 - TCP_HLEN];
	u8_t size;

	/* Those that go on in the next pbuf are put together here. */
	for (u16_t i = 0; i < length; i++)
		bytes[i] = i < length1 ? first[i] : second[i - length1];
	for (u16_t at = 0; at < length && bytes[at] != LWIP_TCP_OPT_EOL; at = (u16_t)(at + size)) {
		const u8_t *value = bytes + at + 2;
		u32_t word;

		if (bytes[at] == LWIP_TCP_OPT_NOP) {
			size = 1;
			continue;
		}
		size = at + 1 < length ? bytes[at + 1] : 0;
		if (size < 2 || at + size > length)
			break; /* broken: what came before it counts */
		if (bytes[at] == LWIP_TCP_OPT_MSS && size == LWIP_TCP_OPT_LEN_MSS) {
			options.mss = (u16_t)(value[0] << 8 | value[1]);
		} else if (bytes[at] == 3 && size == 3) { /* window scale, RFC 7323, 2.2 */
			options.wscale = LWIP_MIN(value[0], WSCALE_MOST);
		} else if (bytes[at] == 4 && size == 2) { /* SACK permitted, RFC 2018, 2 */
			options.sack = true;
		} else if (bytes[at] == 8 && size == 10) { /* timestamps, RFC 7323, 3.2 */
			options.timestamps = true;
			memcpy(&word, value, 4);
			options.tsval = lwip_ntohl(word);
			memcpy(&word, value + 4, 4);
			options.tsecr = lwip_ntohl(word);
		}
	}
	return options;
}

/* Writes them as a SYN has them. @return bytes, a multiple of four */
static u16_t write_options(u8_t *at, const struct options *options)
{
	u8_t *start = at;
	u32_t word = PP_HTONL(0x02040000u | options->mss);

	memcpy(at, &word, 4);
	at += 4;
	if (options->wscale != TS_WSCALE_NONE) {
		word = PP_HTONL(0x01030300u | options->wscale);
		memcpy(at, &word, 4);
		at += 4;
	}
	if (options->sack) {
		word = PP_HTONL(0x01010402u);
		memcpy(at, &word, 4);
		at += 4;
	}
	if (options->timestamps) {
		word = PP_HTONL(0x0101080au);
		memcpy(at, &word, 4);
		word = lwip_htonl(options->tsval);
		memcpy(at + 4, &word, 4);
		word = lwip_htonl(options->tsecr);
		memcpy(at + 8, &word, 4);
		at += 12;
	}
	return (u16_t)(at - start);
}

#if LWIP_TCP_TIMESTAMPS
/* A time of now or just before whose lowest bits say what the client can. */
static u32_t timestamp_for(const struct options *client)
{
	u32_t now = sys_now();
	u32_t stamp = (now & ~TS_MASK) | client->wscale | (client->sack ? TS_SACK : 0);

	return (s32_t)(stamp - now) > 0 ? stamp - (TS_MASK + 1) : stamp;
}
#endif

/* -- Segments: with the addresses of the one that lwIP is at */

/*
 * A pbuf with room for headers of the layers below, and a TCP header in it, ports and checksum aside.
 * Numbers in host order.
 */
static struct pbuf *new_segment(u32_t seqno, u32_t ackno, u8_t flags, u16_t window,
				const u8_t *options, u16_t length, u16_t data)
{
	u16_t header = (u16_t)(TCP_HLEN + length);
	struct pbuf *p = pbuf_alloc(PBUF_IP, (u16_t)(header + data), PBUF_RAM);
	struct tcp_hdr *hdr;

	if (p == NULL)
		return NULL;
	hdr = p->payload;
	hdr->seqno = lwip_htonl(seqno);
	hdr->ackno = lwip_htonl(ackno);
	TCPH_HDRLEN_FLAGS_SET(hdr, header / 4, flags);
	hdr->wnd = lwip_htons(window);
	hdr->urgp = 0;
	hdr->chksum = 0;
	memcpy(hdr + 1, options, length);
	return p;
}

/* In host order. */
static void set_ports(struct pbuf *p, u16_t src, u16_t dest)
{
	struct tcp_hdr *hdr = p->payload;

	hdr->src = lwip_htons(src);
	hdr->dest = lwip_htons(dest);
}

static void set_checksum(struct pbuf *p, const ip_addr_t *src, const ip_addr_t *dest)
{
	struct tcp_hdr *hdr = p->payload;

	hdr->chksum = ip_chksum_pseudo(p, IP_PROTO_TCP, p->tot_len, src, dest);
}

/* From the client to the listener, as if it had come by the netif: tcp_input() looks at the checksum. */
static void address_to_listener(struct pbuf *p, const struct tcp_hdr *ack)
{
	set_ports(p, ack->src, ack->dest);
	set_checksum(p, ip_current_src_addr(), ip_current_dest_addr());
}

/* As lwIP chooses it for a connection of this listener. */
static struct netif *route(const struct tcp_pcb_listen *listener)
{
	if (listener->netif_idx != NETIF_NO_INDEX)
		return netif_get_by_index(listener->netif_idx);
	return ip_route(ip_current_dest_addr(), ip_current_src_addr());
}

/* -- A SYN */

/* Whether the next SYN is not left to lwIP. Does not look at connections, however many there are. */
static bool is_crowded(const struct tcp_pcb_listen *listener)
{
	u32_t waiting = 0;

	if (listener->accepts_pending + 1 >= listener->backlog)
		return true;
	for (const struct tcp_pcb_listen *l = tcp_listen_pcbs.listen_pcbs; l != NULL; l = l->next)
		waiting += l->accepts_pending;
	return waiting >= guard.threshold;
}

/* What lwIP's own SYN,ACK would say, as far as the cookie can bring it back. */
static struct options answer_to(const struct options *client, struct netif *netif)
{
	struct options own = { .mss = TCP_MSS, .wscale = TS_WSCALE_NONE };

#if TCP_CALCULATE_EFF_SEND_MSS
	own.mss = tcp_eff_send_mss_netif(TCP_MSS, netif, ip_current_src_addr());
#else
	LWIP_UNUSED_ARG(netif);
#endif
#if LWIP_TCP_TIMESTAMPS
	if (client->timestamps) {
		own.timestamps = true;
		own.tsval = timestamp_for(client);
		own.tsecr = client->tsval;
#if LWIP_WND_SCALE
		if (client->wscale != TS_WSCALE_NONE)
			own.wscale = TCP_RCV_SCALE;
#endif
#if LWIP_TCP_SACK_OUT
		own.sack = client->sack;
#endif
	}
#else
	LWIP_UNUSED_ARG(client);
#endif
	return own;
}

static err_t send_answer(struct tcp_pcb_listen *listener, const struct tcp_hdr *syn,
			 const struct options *client)
{
	struct netif *netif = route(listener);
	u8_t bytes[OPTIONS_ROOM];
	struct options own;
	struct pbuf *p;
	u32_t cookie;
	err_t err;

	if (netif == NULL)
		return ERR_RTE;
	own = answer_to(client, netif);
	cookie = make_cookie(syn, client->mss == 0 ? MSS_MISSING : client->mss);
	p = new_segment(cookie, syn->seqno + 1, TCP_SYN | TCP_ACK,
			(u16_t)LWIP_MIN(TCP_WND, 0xffffu), bytes, write_options(bytes, &own), 0);
	if (p == NULL)
		return ERR_MEM;
	set_ports(p, syn->dest, syn->src);
#if CHECKSUM_GEN_TCP
	IF__NETIF_CHECKSUM_ENABLED(netif, NETIF_CHECKSUM_GEN_TCP)
	{
		set_checksum(p, ip_current_dest_addr(), ip_current_src_addr());
	}
#endif
	TCP_STATS_INC(tcp.xmit);
	MIB2_STATS_INC(mib2.tcpoutsegs);
	/* A connection inherits neither the listener's TTL nor its TOS, but its hints for the netif. */
	NETIF_SET_HINTS(netif, &listener->netif_hints);
	err = ip_output_if(p, ip_current_dest_addr(), ip_current_src_addr(), TCP_TTL, 0,
			   IP_PROTO_TCP, netif);
	NETIF_RESET_HINTS(netif);
	pbuf_free(p);
	return err;
}

static void answer(struct tcp_pcb_listen *listener, const struct tcp_hdr *syn,
		   const struct options *client)
{
	replace_old_secrets();
	tell(TCP_GUARD_ANSWERS);
	if (send_answer(listener, syn, client) != ERR_OK) {
		guard.counters.unsent++;
		tell(TCP_GUARD_UNSENT);
		return;
	}
	guard.answered |= (u8_t)(1u << guard.generation);
	guard.counters.answered++;
}

/* -- An ACK */

/*
 * lwIP's SYN,ACK to a SYN that it gets for the second time: the client has had one. Whatever else lwIP or
 * an application sends meanwhile goes its way: to make room lwIP may reset another connection, whose
 * application is told, and may act.
 */
static bool is_second_answer(const struct pbuf *p, u16_t ip_hlen)
{
	struct tcp_hdr hdr;

	return pbuf_copy_partial(p, &hdr, TCP_HLEN, ip_hlen) == TCP_HLEN &&
	       TCPH_FLAGS(&hdr) == (TCP_SYN | TCP_ACK) && hdr.seqno == lwip_htonl(opening.cookie);
}

#if LWIP_IPV4
static err_t swallow(struct netif *netif, struct pbuf *p, const ip4_addr_t *to)
{
	const struct ip_hdr *hdr = p->payload;

	if (IPH_PROTO(hdr) == IP_PROTO_TCP && is_second_answer(p, IPH_HL_BYTES(hdr)))
		return ERR_OK;
	return opening.output(netif, p, to);
}
#endif
#if LWIP_IPV6
static err_t swallow_ip6(struct netif *netif, struct pbuf *p, const ip6_addr_t *to)
{
	const struct ip6_hdr *hdr = p->payload;

	if (IP6H_NEXTH(hdr) == IP6_NEXTH_TCP && is_second_answer(p, IP6_HLEN))
		return ERR_OK;
	return opening.output_ip6(netif, p, to);
}
#endif

/* Gives lwIP the SYN, as if it came just now. */
static void replay(struct pbuf *syn, struct netif *netif, const struct tcp_hdr *ack)
{
	opening.cookie = ack->ackno - 1;
	opening.remote_port = ack->src;
	opening.local_port = ack->dest;
#if LWIP_IPV4
	opening.output = netif->output;
	netif->output = swallow;
#endif
#if LWIP_IPV6
	opening.output_ip6 = netif->output_ip6;
	netif->output_ip6 = swallow_ip6;
#endif
	opening.now = true;
	tcp_input(syn, ip_current_input_netif());
	opening.now = false;
#if LWIP_IPV4
	netif->output = opening.output;
#endif
#if LWIP_IPV6
	netif->output_ip6 = opening.output_ip6;
#endif
}

/* lwIP puts a new connection at the head of its list. @return the one just opened; NULL: lwIP has not */
static struct tcp_pcb *taken(void)
{
	struct tcp_pcb *newest = tcp_active_pcbs;

	if (newest == NULL || newest->state != SYN_RCVD || newest->lastack != opening.cookie)
		return NULL;
	return newest;
}

/* The SYN that must have been, from the ACK and what its cookie and its timestamp bring back. */
static struct pbuf *rebuild_syn(const struct tcp_hdr *ack, const struct options *options, u16_t mss)
{
	struct options client = { .mss = mss, .wscale = TS_WSCALE_NONE };
	u8_t bytes[OPTIONS_ROOM];
	u16_t length;
	struct pbuf *p;

	if (options->timestamps) {
		client.wscale = (u8_t)(options->tsecr & TS_WSCALE);
		client.sack = (options->tsecr & TS_SACK) != 0;
		client.timestamps = true;
		client.tsval = options->tsval;
	}
	length = write_options(bytes, &client);
	p = new_segment(ack->seqno - 1, 0, TCP_SYN, ack->wnd, bytes, length, 0);
	if (p != NULL)
		address_to_listener(p, ack);
	return p;
}

/* The ACK as it came: lwIP has turned its header to host order and put it aside. */
static struct pbuf *rebuild_ack(const struct tcp_hdr *ack, u16_t length, u16_t length1,
				const u8_t *second, const struct pbuf *data)
{
	u8_t options[60 - TCP_HLEN];
	struct pbuf *p;

	memcpy(options, ack + 1, length1);
	if (length > length1)
		memcpy(options + length1, second, length - length1);
	p = new_segment(ack->seqno, ack->ackno, TCPH_FLAGS(ack), ack->wnd, options, length,
			data->tot_len);
	if (p == NULL)
		return NULL;
	((struct tcp_hdr *)p->payload)->urgp = ack->urgp;
	pbuf_copy_partial(data, (u8_t *)p->payload + TCP_HLEN + length, data->tot_len, 0);
	address_to_listener(p, ack);
	return p;
}

/* What an acknowledgement number is worth. */
static enum tcp_guard_event judge(const struct tcp_hdr *ack, u32_t *tag)
{
	u32_t cookie = ack->ackno - 1;
	u8_t head = (u8_t)(cookie >> MAC_BITS);
	uint64_t full = hash(ack, ack->seqno - 1, head);

	*tag = (u32_t)(full >> 32);
	if (((u32_t)full & MAC_MASK) != (cookie & MAC_MASK))
		return TCP_GUARD_FORGED;
	if (!is_valid_generation(head >> 3))
		return TCP_GUARD_EXPIRED;
	return was_used(*tag) ? TCP_GUARD_REPLAYED : TCP_GUARD_OPENS;
}

static void count_refusal(enum tcp_guard_event event)
{
	if (event == TCP_GUARD_EXPIRED)
		guard.counters.expired++;
	else if (event == TCP_GUARD_REPLAYED)
		guard.counters.replayed++;
	else
		guard.counters.forged++;
	tell(event);
}

/* lwIP gets the SYN, then the ACK. @return whether it had room for them */
static bool open_connection(const struct tcp_pcb_listen *listener, const struct tcp_hdr *hdr,
			    struct pbuf *syn, struct pbuf *ack)
{
	struct netif *netif = route(listener);
	struct tcp_pcb *pcb;

	tell(TCP_GUARD_OPENS);
	if (netif == NULL || syn == NULL || ack == NULL) {
		if (syn != NULL)
			pbuf_free(syn);
		if (ack != NULL)
			pbuf_free(ack);
		return false;
	}
	replay(syn, netif, hdr);
	pcb = taken();
	if (pcb == NULL) {
		pbuf_free(ack);
		return false;
	}
	/* From that SYN,ACK to this ACK is no round trip. */
	pcb->rttest = 0;
	tell(TCP_GUARD_OPENED);
	tcp_input(ack, ip_current_input_netif());
	return true;
}

static err_t examine(const struct tcp_pcb_listen *listener, const struct tcp_hdr *hdr, u16_t optlen,
		     u16_t opt1len, const u8_t *opt2, const struct pbuf *data)
{
	u16_t mss = mss_table[((hdr->ackno - 1) >> MAC_BITS) & 7];
	enum tcp_guard_event event;
	struct options options;
	u32_t tag;

	replace_old_secrets();
	if (guard.answered == 0)
		return ERR_OK; /* no cookies are out: any ACK is lwIP's to reset */
	event = judge(hdr, &tag);
	if (event != TCP_GUARD_OPENS) {
		count_refusal(event);
		return ERR_OK;
	}
	options = read_options(hdr, optlen, opt1len, opt2);
	if (open_connection(listener, hdr, rebuild_syn(hdr, &options, mss),
			    rebuild_ack(hdr, optlen, opt1len, opt2, data))) {
		remember(tag);
		guard.counters.opened++;
	} else {
		guard.counters.no_room++;
		tell(TCP_GUARD_NO_ROOM);
	}
	return ERR_ABRT;
}

/* -- What lwIP asks */

err_t tcp_guard_input(struct tcp_pcb *pcb, const struct tcp_hdr *hdr, u16_t optlen, u16_t opt1len,
		      const u8_t *opt2, struct pbuf *p)
{
	struct tcp_pcb_listen *listener = (struct tcp_pcb_listen *)(void *)pcb;
	u8_t flags = TCPH_FLAGS(hdr);
	struct options options;

	if (!guard.on || opening.now || (flags & TCP_RST))
		return ERR_OK;
	/* A SYN,ACK is none of the two, whatever it acknowledges: lwIP would stay in SYN_RCVD. */
	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_ACK)
		return examine(listener, hdr, optlen, opt1len, opt2, p);
	if ((flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return ERR_OK;
	if (!is_crowded(listener)) {
		guard.counters.passed++;
		return ERR_OK;
	}
	options = read_options(hdr, optlen, opt1len, opt2);
	answer(listener, hdr, &options);
	return ERR_ABRT;
}

u32_t tcp_guard_isn(u16_t local_port, const ip_addr_t *remote_ip, u16_t remote_port)
{
	static u32_t iss = 6510; /* as in tcp_next_iss() */

	/* Meanwhile an application that has lost its connection may open another. */
	if (opening.now && local_port == opening.local_port && remote_port == opening.remote_port &&
	    ip_addr_cmp(remote_ip, ip_current_src_addr()))
		return opening.cookie;
	iss += tcp_ticks;
	return iss;
}

/* -- What a port calls */

void tcp_guard_start(u16_t threshold)
{
	void (*observer)(void *context, enum tcp_guard_event event) = guard.observer;
	void *context = guard.context;

	memset(&guard, 0, sizeof(guard));
	guard.observer = observer;
	guard.context = context;
	guard.threshold = threshold;
	guard.since = sys_now();
	/* Those before the first one, too: nobody shall know a secret. */
	for (int i = 0; i < GENERATIONS; i++)
		make_secret(guard.secret[i]);
	guard.on = true;
}

void tcp_guard_stop(void)
{
	guard.on = false;
}

const struct tcp_guard_counters *tcp_guard_counters(void)
{
	return &guard.counters;
}

void tcp_guard_observe(void (*observer)(void *context, enum tcp_guard_event event), void *context)
{
	guard.observer = observer;
	guard.context = context;
}

#endif
