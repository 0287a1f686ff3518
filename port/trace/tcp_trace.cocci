// SPDX-License-Identifier: BSD-3-Clause
//
// Instruments lwIP's core/tcp.c and core/tcp_in.c (2.1 and later): see tcp_trace.h.
// Every rewrite is one for one on its own line, so that line numbers stay those of lwIP.

@state@
struct tcp_pcb *pcb;
expression s;
@@
- pcb->state = s;
+ TCP_TRACE_STATE(pcb, s);

@listen@
struct tcp_pcb_listen *lpcb;
expression s;
@@
- lpcb->state = s;
+ TCP_TRACE_LISTEN(lpcb, s);

@release@
expression pcb;
@@
- memp_free(MEMP_TCP_PCB, pcb);
+ TCP_TRACE_FREE(pcb);

@fast@
@@
  tcp_tmr(...)
  {
  ...
- tcp_fasttmr();
+ TCP_TRACE_TIMER(NULL, FAST, tcp_fasttmr());
  ...
  }

@slow@
@@
- tcp_slowtmr();
+ TCP_TRACE_TIMER(NULL, SLOW, tcp_slowtmr());

@retransmission@
expression pcb;
@@
  tcp_slowtmr(...)
  {
  <...
- tcp_rexmit_rto_prepare(pcb)
+ TCP_TRACE_TIMER(pcb, RETRANSMISSION, tcp_rexmit_rto_prepare(pcb))
  ...>
  }

@persist@
expression pcb;
@@
- tcp_zero_window_probe(pcb)
+ TCP_TRACE_TIMER(pcb, PERSIST, tcp_zero_window_probe(pcb))

@keepalive@
expression pcb;
@@
- tcp_keepalive(pcb)
+ TCP_TRACE_TIMER(pcb, KEEPALIVE, tcp_keepalive(pcb))
