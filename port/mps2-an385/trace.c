/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The trace hook on the board: a line on the UART for each transition (port/trace/tcp_trace.h).
 *
 *     trace 1234 7 10.9.0.1:40000 SYN_RCVD ESTABLISHED tcp_process 1234
 *           ms, local port, remote end, from, to, lwIP's function and line
 */
#include "tcp_trace.h"

#if TCP_TRACE

#include "lwip/sys.h"
#include "mps2-an385/uart.h"

/* By enum tcp_state. */
static const char *const names[] = {
	"CLOSED",     "LISTEN",     "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1",
	"FIN_WAIT_2", "CLOSE_WAIT", "CLOSING",  "LAST_ACK", "TIME_WAIT",
};

static void number(uint32_t n)
{
	uart_text(" ");
	uart_decimal(n);
}

static void word(const char *text)
{
	uart_text(" ");
	uart_text(text);
}

void tcp_trace_state(const struct tcp_pcb *pcb, enum tcp_state from, enum tcp_state to,
		     const char *func, int line)
{
	uart_text("trace");
	number(sys_now());
	number(pcb->local_port);
	if (from != LISTEN && to != LISTEN) { /* a listener has no remote end */
		word(ipaddr_ntoa(&pcb->remote_ip));
		uart_text(":");
		uart_decimal(pcb->remote_port);
	} else {
		word("-");
	}
	word(names[from]);
	word(names[to]);
	word(func);
	number((uint32_t)line);
	uart_text("\n");
}

void tcp_trace_timer(const struct tcp_pcb *pcb, enum tcp_trace_timer timer)
{
	LWIP_UNUSED_ARG(pcb);
	LWIP_UNUSED_ARG(timer);
}

#endif
