// SPDX-License-Identifier: BSD-3-Clause
//
// lines: 33
//
// A hash for lwIP's lists of TCP pcbs (2.1 and later): see tcp_hash.h. Behaviour is what it was, the lists' order
// included. Every rewrite is one for one on its own line. Needs spatch's --macro-file: spatch.h.

@enlist@
expression pcbs, pcb;
@@
- TCP_REG(pcbs, pcb);
+ TCP_HASH_REG(pcbs, pcb);

@enlist_active@
expression pcb;
@@
- TCP_REG_ACTIVE(pcb);
+ TCP_HASH_REG_ACTIVE(pcb);

@delist@
expression pcbs, pcb;
@@
- TCP_RMV(pcbs, pcb);
+ TCP_HASH_RMV(pcbs, pcb);

@delist_active@
expression pcb;
@@
- TCP_RMV_ACTIVE(pcb);
+ TCP_HASH_RMV_ACTIVE(pcb);

// Demultiplexing: those that may be meant, in the list's order

@find@
symbol pcb, lpcb, tcp_active_pcbs, tcp_tw_pcbs, tcp_listen_pcbs;
@@
  tcp_input(...)
  {
  <...
(
- pcb = tcp_active_pcbs
+ pcb = tcp_hash_meant(&tcp_active_pcbs, tcphdr)
|
- pcb = tcp_tw_pcbs
+ pcb = tcp_hash_meant(&tcp_tw_pcbs, tcphdr)
|
- pcb = pcb->next
+ pcb = tcp_hash_next(pcb)
|
- lpcb = tcp_listen_pcbs.listen_pcbs
+ lpcb = tcp_hash_meant_listener(tcphdr)
|
- lpcb = lpcb->next
+ lpcb = tcp_hash_next_listener(lpcb)
)
  ...>
  }

// The one that was meant goes to the front of the list

@front_active@
struct tcp_pcb *pcb;
struct tcp_pcb *prev;
@@
- if (prev != NULL)
+ if (tcp_active_pcbs != pcb)
  {
- prev->next = pcb->next;
+ tcp_hash_unlink(&tcp_active_pcbs, pcb);
  pcb->next = tcp_active_pcbs;
- tcp_active_pcbs = pcb;
+ tcp_hash_put_first(&tcp_active_pcbs, pcb);
  } else { ... }

@front_listener@
struct tcp_pcb_listen *lpcb;
struct tcp_pcb *prev;
@@
- if (prev != NULL)
+ if (tcp_listen_pcbs.listen_pcbs != lpcb)
  {
- ((struct tcp_pcb_listen *)prev)->next = lpcb->next;
+ tcp_hash_unlink(&tcp_listen_pcbs.pcbs, (struct tcp_pcb *)lpcb);
  lpcb->next = tcp_listen_pcbs.listen_pcbs;
- tcp_listen_pcbs.listen_pcbs = lpcb;
+ tcp_hash_put_first(&tcp_listen_pcbs.pcbs, (struct tcp_pcb *)lpcb);
  } else { ... }

// Timers take out what has expired

@expire_active@
struct tcp_pcb *pcb;
struct tcp_pcb *prev;
@@
  tcp_slowtmr(...)
  {
  <...
  if (prev != NULL) {
  ...
- prev->next = pcb->next;
+ tcp_hash_unlink(&tcp_active_pcbs, pcb);
  } else {
  ...
- tcp_active_pcbs = pcb->next;
+ tcp_hash_unlink(&tcp_active_pcbs, pcb);
  }
  ...>
  }

@expire_time_wait@
struct tcp_pcb *pcb;
struct tcp_pcb *prev;
@@
  tcp_slowtmr(...)
  {
  <...
  if (prev != NULL) {
  ...
- prev->next = pcb->next;
+ tcp_hash_unlink(&tcp_tw_pcbs, pcb);
  } else {
  ...
- tcp_tw_pcbs = pcb->next;
+ tcp_hash_unlink(&tcp_tw_pcbs, pcb);
  }
  ...>
  }

// Ports in use

@bind@
symbol cpcb, port, tcp_pcb_lists;
expression i;
@@
  tcp_bind(...)
  {
  <...
- cpcb = *tcp_pcb_lists[i]
+ cpcb = tcp_hash_port_list(i, port)
  ...>
  }

@new_port@
symbol tcp_port;
expression i;
@@
  tcp_new_port(...)
  {
  <...
(
- pcb = *tcp_pcb_lists[i]
+ pcb = tcp_hash_port_list(i, tcp_port)
|
- pcb->local_port == tcp_port
+ tcp_hash_port_used(tcp_port)
)
  ...>
  }

@connect@
symbol ipaddr;
expression i;
@@
  tcp_connect(...)
  {
  <...
(
- cpcb = *tcp_pcb_lists[i]
+ cpcb = tcp_hash_find(tcp_pcb_lists[i], &pcb->local_ip, pcb->local_port, ipaddr, port)
|
- cpcb = cpcb->next
+ cpcb = tcp_hash_next(cpcb)
)
  ...>
  }
