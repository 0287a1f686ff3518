/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UART0: the board's line to a person or a program (Arm, Cortex-M System Design Kit TRM, DDI 0479,
 * 4.3 "APB UART"). Sending waits for the line; what comes in is kept by an interrupt.
 */
#ifndef PORT_MPS2_AN385_UART_H
#define PORT_MPS2_AN385_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes that are kept until somebody reads them; a power of two. */
#define UART_ROOM 1024

/** Starts both directions: 115,200 baud, 8N1. */
void uart_start(void);

/** Sends bytes; returns when the last of them is in the transmitter. */
void uart_write(const void *bytes, size_t size);

/** Sends a C string, a number, a number as 0x and eight digits. */
void uart_text(const char *text);
void uart_decimal(uint32_t number);
void uart_hex(uint32_t number);

/** @return the next byte that came in; -1: there is none */
int uart_read(void);

/** @return whether uart_read() has something */
bool uart_waiting(void);

/** @return bytes that came in and were lost, since the start: read more often, or send less at once */
uint32_t uart_lost(void);

#endif
