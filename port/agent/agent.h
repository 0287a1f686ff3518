/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent: lwIP's raw API (lwip/tcp.h) over a serial line, for the lab (docs/board.md).
 *
 * A board's main() starts lwIP and its netif, and leaves the rest to the agent:
 *
 *     static struct netif netif;
 *
 *     start the clock's timer, the serial line, whatever the board needs;
 *     entropy_seed() where the board has no randomness of its own;
 *     lwip_init();
 *     netif_add_noaddr(&netif, NULL, its init function, netif_input);
 *     return agent_run(&netif, "name");
 *
 * The agent takes the seed, the addresses and all that follows from the line. Beside lwIP it needs the common
 * room (common/clock.h, common/entropy.h, common/neighbour.h, common/tcp_option.h) and the trace hook, whose
 * functions it defines. One thread; no memory but its own static 4 KB, and the stack.
 *
 * lwIP is compiled with TCP_TRACE 1, MEMP_STATS 1, ETHARP_SUPPORT_STATIC_ENTRIES 1, SO_REUSE 1, TCP_LISTEN_BACKLOG 1
 * and LWIP_TCP_KEEPALIVE 1; TCP_GUARD 1 if the guard shall be had; over IPv6, one more LWIP_NUM_NETIF_CLIENT_DATA.
 */
#ifndef PORT_AGENT_AGENT_H
#define PORT_AGENT_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/netif.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The longest line that is understood, in characters without its end; docs/board.md promises 4096. */
#ifndef AGENT_LINE
#define AGENT_LINE 4096
#endif

/** Room for the data of one "write", in bytes; docs/board.md promises 65,535. */
#ifndef AGENT_DATA
#define AGENT_DATA 65536
#endif

/** 1: lines come in frames, too, as board_getc() takes them (docs/board.md, "Lines in frames"). */
#ifndef AGENT_LINES_IN_FRAMES
#define AGENT_LINES_IN_FRAMES 0
#endif

/** How deep callbacks may nest. Deeper, no command but "return" is obeyed. */
#ifndef AGENT_DEPTH
#define AGENT_DEPTH 8
#endif

/**
 * Says "ready", and obeys from then on.
 *
 * @param netif  added, without addresses, and down; its link is up
 * @param name   the board's, one word
 * @return 0 when the line is closed (board_getc()); otherwise it does not return
 */
int agent_run(struct netif *netif, const char *name);

/* -- What the board supplies */

/** Sends a character over the serial line; waits until there is room for it. */
void board_putc(char c);

/** @return the next character of the serial line, for which it waits; below 0: the line is closed */
int board_getc(void);

/**
 * Waits for a frame, a second of real time at most, and gives it to netif->input.
 *
 * @return true: at least one has come, be it that it was lost; false: none has
 */
bool board_take_frame(void);

/** @return how many frames have come from the network since the start, lost ones included, modulo 2^32 */
uint32_t board_frames(void);

/** The netif's Ethernet address is another one from now on. For a controller that filters by it. */
void board_set_hwaddr(const uint8_t hwaddr[6]);

/**
 * How deep the stack has ever been.
 *
 * @param used  receives bytes that were used, and
 * @param size  bytes that there are; 0 and 0: not known
 */
void board_stack(uint32_t *used, uint32_t *size);

/** Stops the board. @param status  0 to 255, what a program's exit status would be */
void board_exit(int status) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
