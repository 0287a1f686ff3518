/* SPDX-License-Identifier: BSD-3-Clause */
#include "mps2-an385/uart.h"

#include <string.h>

#include "mps2-an385/cpu.h"
#include "mps2-an385/startup.h"
#include "mps2-an385/systick.h"

#define BAUD 115200u

/* DDI 0479, table 4-5 */
struct uart {
	volatile uint32_t data;
	volatile uint32_t state;
	volatile uint32_t ctrl;
	volatile uint32_t intstatus; /* a one written clears */
	volatile uint32_t bauddiv;   /* 16 at least */
};

#define UART0         ((struct uart *)0x40004000u) /* AN385, "Memory map" */
#define STATE_TX_FULL (1u << 0)
#define STATE_RX_FULL (1u << 1)
#define STATE_RX_LOST (1u << 3)
#define CTRL_TX       (1u << 0)
#define CTRL_RX       (1u << 1)
#define CTRL_RX_IRQ   (1u << 3)
#define INTSTATUS_RX  (1u << 1)

/* Written by the interrupt at head, read by the main loop at tail; both only grow. */
static uint8_t ring[UART_ROOM];
static volatile uint32_t head, tail;
static volatile uint32_t lost;

_Static_assert((UART_ROOM & (UART_ROOM - 1)) == 0, "head and tail wrap at 2^32");

void uart_interrupt(void)
{
	UART0->intstatus = INTSTATUS_RX;
	while (UART0->state & STATE_RX_FULL) {
		uint8_t byte = (uint8_t)UART0->data;

		if (head - tail == UART_ROOM) {
			lost++;
			continue;
		}
		ring[head % UART_ROOM] = byte;
		head++;
	}
	if (UART0->state & STATE_RX_LOST) {
		UART0->state = STATE_RX_LOST;
		lost++;
	}
}

void uart_start(void)
{
	UART0->bauddiv = SYSTICK_HZ / BAUD;
	UART0->ctrl = CTRL_TX | CTRL_RX | CTRL_RX_IRQ;
	cpu_irq_enable(CPU_IRQ_UART0_RX);
}

void uart_write(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (; size > 0; size--) {
		while (UART0->state & STATE_TX_FULL)
			;
		UART0->data = *at++;
	}
}

void uart_text(const char *text)
{
	uart_write(text, strlen(text));
}

void uart_decimal(uint32_t number)
{
	char digits[10];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	uart_write(digits + n, sizeof(digits) - n);
}

void uart_hex(uint32_t number)
{
	char text[10] = "0x";

	for (int i = 9; i >= 2; i--) {
		text[i] = "0123456789abcdef"[number & 15];
		number >>= 4;
	}
	uart_write(text, sizeof(text));
}

int uart_read(void)
{
	int byte;

	if (!uart_waiting())
		return -1;
	byte = ring[tail % UART_ROOM];
	tail++;
	return byte;
}

bool uart_waiting(void)
{
	return head != tail;
}

uint32_t uart_lost(void)
{
	return lost;
}
