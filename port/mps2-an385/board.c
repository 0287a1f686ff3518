/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/board.h"

#include <stdbool.h>

#include "common/clock.h"
#include "lwip/init.h"
#include "lwip/timeouts.h"
#include "mps2-an385/cpu.h"
#include "mps2-an385/lan9118if.h"
#include "mps2-an385/semihost.h"
#include "mps2-an385/startup.h"
#include "mps2-an385/systick.h"
#include "mps2-an385/uart.h"
#include "netif/ethernet.h"

#define BUDGET 32 /* frames; then timers have their turn */

static struct lan9118if ethernet = {
	.base = (volatile uint32_t *)0x40200000, /* AN385, "Memory map" */
	.hwaddr = { 2, 0, 0, 0, 0, 2 },
};
static struct netif netif;
static volatile uint32_t interrupts; /* of Ethernet's, ever */
static uint32_t seen;                /* so many when board_poll() last looked */
static bool unread;                  /* its budget was not enough */

void ethernet_interrupt(void)
{
	interrupts++;
	lan9118if_interrupt(&netif);
}

struct netif *board_init(const ip4_addr_t *address, const ip4_addr_t *mask,
			 const ip4_addr_t *gateway)
{
	uart_start();
	systick_start();
	lwip_init();
	if (netif_add(&netif, address, mask, gateway, &ethernet, lan9118if_init, ethernet_input) ==
	    NULL) {
		uart_text("the Ethernet controller at ");
		uart_hex((uint32_t)ethernet.base);
		uart_text(" did not ");
		uart_text(ethernet.failed);
		uart_text("; is this an mps2-an385?\n");
		semihost_exit(STARTUP_EXIT_DEVICE);
	}
	netif_set_default(&netif);
	netif_set_up(&netif);
	cpu_irq_enable(CPU_IRQ_ETHERNET);
	return &netif;
}

void board_poll(void)
{
	seen = interrupts;
	unread = lan9118if_poll(&netif, BUDGET) == BUDGET;
	sys_check_timeouts();
}

void board_warp(uint32_t ms)
{
	while (ms > 0) {
		uint32_t step = LWIP_MIN(ms, LWIP_MAX(sys_timeouts_sleeptime(), 1));

		clock_advance(step);
		ms -= step;
		board_poll();
	}
}

void board_idle(void)
{
	uint32_t irq = cpu_irq_save();

	if (interrupts == seen && !unread && !uart_waiting())
		cpu_wait();
	cpu_irq_restore(irq);
}

uint32_t board_interrupts(void)
{
	return interrupts;
}
