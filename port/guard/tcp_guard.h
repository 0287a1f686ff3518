/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies for lwIP (RFC 4987, 3.6): a listener that cannot be filled with half-open connections.
 *
 * How it works. lwIP asks the guard about each segment for a listener, once its checksum has been
 * found right (LWIP_HOOK_TCP_INPACKET_PCB). While few connections are half-open, the guard lets
 * everything pass. Beyond a threshold it answers a SYN itself, with a SYN,ACK whose sequence number
 * is the cookie, and forgets it. When an ACK brings a valid cookie back, the guard gives lwIP the
 * SYN once more, rebuilt from the ACK and the cookie, with the cookie as lwIP's own initial sequence
 * number (LWIP_HOOK_TCP_ISN); the SYN,ACK by which lwIP answers is not sent a second time; then
 * the ACK itself. So lwIP goes through LISTEN, SYN_RCVD and ESTABLISHED as in any handshake, and
 * accept is called as ever.
 *
 * A cookie, from the highest bit to the lowest:
 *
 *     2 bits   generation of the secret by which it was made
 *     3 bits   the client's MSS, as an index into a table
 *    27 bits   of SipHash-2-4(secret, both addresses and ports, the client's ISN, the 5 bits above)
 *
 * The secret is replaced after each TCP_GUARD_PERIOD_MS; the present and the last one are valid, so a
 * cookie lives for one to two periods. An acknowledgement number by chance is a valid cookie
 * with the probability 2/4 * 2^-27 = 2^-28.
 *
 * If the client uses timestamps (RFC 7323), the lowest 5 bits of the SYN,ACK's TSval carry its window
 * scale and whether it permits SACK. Without timestamps both are lost, as in Linux.
 *
 * To use it: config/lwip_hooks.h shows the one header that lwIP needs (LWIP_HOOK_FILENAME); compile
 * with TCP_GUARD 1, LWIP_RAND() unpredictable, TCP_LISTEN_BACKLOG 1; call tcp_guard_start() after
 * lwip_init(), in lwIP's context. Nothing else in a port changes. With TCP_GUARD 0 (the default), or
 * before tcp_guard_start(), lwIP is what it was.
 *
 * Its costs: on a Cortex-M3 (arm-none-eabi-gcc -Os, both families) 2.9 KB of flash with SipHash, and
 * 0.4 KB of RAM, most of it TCP_GUARD_REMEMBERED cookies; for each segment that it sends or gives lwIP, a
 * pbuf from lwIP's heap for as long as tcp_input() takes. A SYN takes some 1,400 instructions on x86-64, the
 * answer's way to the netif included, whatever the number of half-open connections ("make bench-guard");
 * cycles on a Cortex-M3 have not been measured.
 *
 * Its limits:
 *
 *   - A cookie is recognised by the ACK that follows the SYN at once, with data or without. When that one
 *     is lost or has found no room, and the client has more than one segment of data on its way, the second
 *     one is no such ACK: lwIP resets the client. Linux does the same.
 *   - A client whose SYN is answered by a cookie and, sent again before the answer has arrived, left to
 *     lwIP gets two different SYN,ACKs; its ACK to the first is reset.
 *   - A client that comes back within two periods, with the same port and the same initial sequence
 *     number, has the same cookie, and is reset: used already.
 *   - lwIP's statistics count what the guard gives it, and the SYN,ACK that is not sent, like segments.
 */
#ifndef PORT_GUARD_TCP_GUARD_H
#define PORT_GUARD_TCP_GUARD_H

#include "lwip/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How long one secret makes cookies, in ms. */
#ifndef TCP_GUARD_PERIOD_MS
#define TCP_GUARD_PERIOD_MS 32000
#endif

/** How many accepted cookies are remembered, to refuse them when they come once more; 4 bytes each. */
#ifndef TCP_GUARD_REMEMBERED
#define TCP_GUARD_REMEMBERED 64
#endif

/** What the guard has done, since tcp_guard_start(). */
struct tcp_guard_counters {
	u32_t passed;   /**< SYNs left to lwIP */
	u32_t answered; /**< SYNs answered by a cookie */
	u32_t unsent;   /**< SYNs not answered: no memory, no route */
	u32_t opened;   /**< ACKs with a valid cookie: connections that lwIP has got */
	u32_t no_room;  /**< the same, but lwIP had no room: the ACK was dropped */
	u32_t forged;   /**< ACKs without a valid cookie, while cookies were in use */
	u32_t expired;  /**< ACKs whose cookie was valid once */
	u32_t replayed; /**< ACKs whose cookie has been used already */
};

/** What the guard does, for who looks on. */
enum tcp_guard_event {
	TCP_GUARD_ANSWERS,  /**< it is about to answer a SYN by a cookie */
	TCP_GUARD_UNSENT,   /**< that could not be sent */
	TCP_GUARD_OPENS,    /**< a valid cookie: it is about to give lwIP the SYN */
	TCP_GUARD_OPENED,   /**< lwIP has taken that; the ACK follows */
	TCP_GUARD_NO_ROOM,  /**< lwIP has not taken it; the ACK is dropped */
	TCP_GUARD_FORGED,   /**< no valid cookie: the ACK is left to lwIP, which answers RST */
	TCP_GUARD_EXPIRED,  /**< likewise: valid once */
	TCP_GUARD_REPLAYED, /**< likewise: used already */
};

/**
 * Starts guarding all listeners, with fresh secrets and counters.
 *
 * @param threshold  half-open connections, and others that no application has accepted yet, of all
 *                   listeners, that are left to lwIP; 0: every SYN is answered by a cookie. A listener
 *                   whose backlog has but one place left is answered for as well.
 */
void tcp_guard_start(u16_t threshold);

/** Stops guarding; cookies that are out are worth nothing from now on. */
void tcp_guard_stop(void);

/** @return what the guard has done */
const struct tcp_guard_counters *tcp_guard_counters(void);

/**
 * Who looks on. It is called inside lwIP: it must not call lwIP.
 *
 * @param observer  NULL: nobody
 */
void tcp_guard_observe(void (*observer)(void *context, enum tcp_guard_event event), void *context);

#ifdef __cplusplus
}
#endif

#endif
