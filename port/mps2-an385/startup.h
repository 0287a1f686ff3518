/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the vector table (startup.c) wants to be there, and the exit codes of what goes wrong.
 */
#ifndef PORT_MPS2_AN385_STARTUP_H
#define PORT_MPS2_AN385_STARTUP_H

/** What semihost_exit() is given when it is not main() that ends. */
enum startup_exit {
	STARTUP_EXIT_ASSERT = 70, /**< lwIP, or the port, has found its own state broken */
	STARTUP_EXIT_FAULT = 71,  /**< the processor has, or an interrupt came without a handler */
	STARTUP_EXIT_DEVICE = 72, /**< a device does not work */
};

void systick_interrupt(void);  /* systick.c */
void uart_interrupt(void);     /* uart.c */
void ethernet_interrupt(void); /* board.c */

#endif
