/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The board in the lab: what the agent (agent/agent.h) asks of it. lwIP's clock stands, and frames are taken
 * when the agent says so.
 */
#include "agent/agent.h"
#include "common/clock.h"
#include "common/entropy.h"
#include "mps2-an385/board.h"
#include "mps2-an385/cpu.h"
#include "mps2-an385/lan9118if.h"
#include "mps2-an385/semihost.h"
#include "mps2-an385/stack.h"
#include "mps2-an385/uart.h"

#if !AGENT_LINES_IN_FRAMES
#error "this board takes lines in frames: compile all of it with AGENT_LINES_IN_FRAMES 1"
#endif

#define FRAME_PATIENCE_NS UINT64_C(1000000000)

int main(void);

static struct netif *netif;
static uint32_t frames;

void board_putc(char c)
{
	uart_write(&c, 1);
}

/* -- Lines in frames: a whole one each, and behind its end nothing that matters */

#define TEXT 14 /* behind the Ethernet header */
static uint8_t frame[TEXT + 1500];
static int frame_at, frame_size;

/* False: none has come. One that is no line is lost: the lab sends others when it has announced them. */
static bool take_line(void)
{
	int size = lan9118if_take(netif, frame, sizeof(frame));

	if (size < 0)
		return false;
	frames++;
	frame_at = TEXT;
	frame_size = size > TEXT && frame[12] == 0x88 && frame[13] == 0xb6 ? size : 0;
	return true;
}

static int next_of_line(void)
{
	int c = frame[frame_at++];

	if (c == '\n')
		frame_size = 0;
	return c;
}

/* Sleeps while nothing waits: an interrupt between the look and the sleep ends it. */
int board_getc(void)
{
	while (frame_at >= frame_size) {
		uint32_t irq;

		if (uart_waiting())
			return uart_read();
		irq = cpu_irq_save();
		if (!take_line() && !uart_waiting())
			cpu_wait();
		cpu_irq_restore(irq);
	}
	return next_of_line();
}

bool board_take_frame(void)
{
	uint64_t start = clock_real_ns();

	while (lan9118if_poll(netif, 1) == 0) {
		if (clock_real_ns() - start > FRAME_PATIENCE_NS)
			return take_line(); /* lwIP has no room for it: it is lost */
		cpu_wait();
	}
	frames++;
	return true;
}

uint32_t board_frames(void)
{
	return frames;
}

void board_set_hwaddr(const uint8_t hwaddr[6])
{
	lan9118if_set_hwaddr(netif, hwaddr);
}

void board_stack(uint32_t *used, uint32_t *size)
{
	*used = stack_used();
	*size = stack_size_bytes();
}

void board_exit(int status)
{
	semihost_exit(status);
}

int main(void)
{
	entropy_seed(0); /* the lab has one */
	netif = board_init(NULL, NULL, NULL);
	netif_set_down(netif);
	while (!netif_is_link_up(netif))
		board_poll();
	return agent_run(netif, "mps2-an385");
}
