/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A board to copy from: a program that stands for one. Its standard input and output are the serial line, and its
 * descriptor 3 is the Ethernet controller (templateif.c). What is to be replaced by hardware says so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "lwip/init.h"
#include "netif/ethernet.h"
#include "template/templateif.h"

/* Replace: wait until the UART's transmitter is free, write its data register. */
void board_putc(char c)
{
	putchar(c);
}

/* Replace: sleep until the UART's interrupt has put a character into its buffer, take it from there. */
int board_getc(void)
{
	int c;

	fflush(stdout);
	c = getchar();
	return c == EOF ? -1 : c;
}

bool board_take_frame(void)
{
	return templateif_take(1000);
}

uint32_t board_frames(void)
{
	return templateif_frames();
}

void board_set_hwaddr(const uint8_t hwaddr[6])
{
	templateif_set_hwaddr(hwaddr);
}

/* Replace: fill the stack with a pattern at start, and look here how much of that is left. */
void board_stack(uint32_t *used, uint32_t *size)
{
	*used = *size = 0;
}

/* Replace: turn the board off, or semihosting's SYS_EXIT_EXTENDED. */
void board_exit(int status)
{
	exit(status);
}

int main(void)
{
	static struct netif netif;

	lwip_init();
	if (netif_add_noaddr(&netif, NULL, templateif_init, netif_input) == NULL) {
		fputs("board: descriptor 3 is no datagram socket; start it with the Ethernet line "
		      "there "
		      "(docs/board.md)\n",
		      stderr);
		return 1;
	}
	return agent_run(&netif, "template");
}
