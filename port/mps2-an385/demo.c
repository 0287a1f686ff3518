/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The demonstration: the board at 10.9.0.2 serves echo and discard, and obeys single letters on its UART.
 *
 *     s  says how much of the stack was ever in use
 *     i  says how often Ethernet has interrupted
 *     c  calls 10.9.0.1, port 7777
 *     p  takes all pbufs of lwIP's pool, so that received frames must wait; r returns them
 *     w  moves lwIP's clock 121 s ahead: TIME_WAITs are over
 *     q  ends the emulator with 0
 *     a  fails an assertion, f makes a fault, o overflows the stack: each is reported, and ends it with another code
 */
#include "common/clock.h"
#include "common/entropy.h"
#include "guard/tcp_guard.h"
#include "mps2-an385/board.h"
#include "mps2-an385/semihost.h"
#include "mps2-an385/services.h"
#include "mps2-an385/stack.h"
#include "mps2-an385/startup.h"
#include "mps2-an385/uart.h"

/* The same numbers each time. A product takes its seed from a source of randomness. */
#define SEED 1

int main(void);

static void tell_stack(void)
{
	uart_text("stack ");
	uart_decimal(stack_used());
	uart_text(" of ");
	uart_decimal(stack_size_bytes());
	uart_text("\n");
}

static void tell_interrupts(void)
{
	uart_text("interrupts ");
	uart_decimal(board_interrupts());
	uart_text("\n");
}

static void call(void)
{
	ip_addr_t address = IPADDR4_INIT_BYTES(10, 9, 0, 1);

	if (services_call(&address, 7777) != ERR_OK)
		uart_text("not connected\n");
}

static struct pbuf *taken;

static void take_pbufs(void)
{
	struct pbuf *p;

	while ((p = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL)) != NULL) {
		if (taken != NULL)
			pbuf_cat(p, taken);
		taken = p;
	}
}

static void return_pbufs(void)
{
	if (taken != NULL)
		pbuf_free(taken);
	taken = NULL;
}

/* Reads where no memory is. */
static void fault_on_purpose(void)
{
	(void)*(volatile uint32_t *)0x60000000;
}

static uint32_t overflow_on_purpose(uint32_t depth)
{
	volatile uint32_t frame[64];

	frame[depth % 64] = depth;
	return depth == 0 ? 0 : overflow_on_purpose(depth - 1) + frame[depth % 64];
}

static void obey(int command)
{
	switch (command) {
	case 's': tell_stack(); break;
	case 'i': tell_interrupts(); break;
	case 'c': call(); break;
	case 'p': take_pbufs(); break;
	case 'r': return_pbufs(); break;
	case 'w': board_warp(121000); break;
	case 'q': semihost_exit(0);
	case 'a': LWIP_PLATFORM_ASSERT("on purpose");
	case 'f': fault_on_purpose(); break;
	case 'o': overflow_on_purpose(1000000); break;
	default: uart_text("?\n");
	}
}

/* "ready" when the cable is plugged in at last, and then each change. */
static void tell_link(struct netif *netif)
{
	if (netif_is_link_up(netif))
		uart_text("ready\n");
	else
		uart_text("link down\n");
}

int main(void)
{
	ip4_addr_t address, mask, gateway;
	struct netif *netif;

	IP4_ADDR(&address, 10, 9, 0, 2);
	IP4_ADDR(&mask, 255, 255, 255, 0);
	IP4_ADDR(&gateway, 10, 9, 0, 1);
	entropy_seed(SEED);
	netif = board_init(&address, &mask, &gateway);
	clock_run();
#if LWIP_IPV6
	netif_create_ip6_linklocal_address(netif, 1);
#endif
#if TCP_GUARD
	tcp_guard_start(1);
#endif
	if (services_start() != ERR_OK) {
		uart_text("no memory for the services; raise MEMP_NUM_TCP_PCB_LISTEN\n");
		return STARTUP_EXIT_ASSERT;
	}
	netif_set_link_callback(netif, tell_link);
	for (;;) {
		board_poll();
		while (uart_waiting())
			obey(uart_read());
		board_idle();
	}
}
