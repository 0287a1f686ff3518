#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Mistakes in a port (docs/porting.md): each is named, by what it looks like; what is right is not.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
board=$(dirname "$TCPLAB")/template/board
mistakes=$(for file in port/mistakes/*.c; do basename "$file" .c; done)
plan $((2 * $(echo "$mistakes" | wc -w) + 23))

looks() { # of the run's summary: the names of what it looks like
	sed -n 's/^this looks like .*: docs\/porting.md#//p' "$tmp/out" | xargs
}

for mistake in $mistakes; do
	run "$TCPLAB" run --board "$board-$mistake" --patience 300 handshake close half-close
	is "$mistake: exit status 1" "$rc" 1
	is "$mistake: is what it looks like, and nothing else" "$(looks)" "$mistake"
done
is "docs/porting.md has each" \
	"$(for name in $mistakes; do grep -c "^### $name\$" docs/porting.md; done | sort -u)" 1

# What is right
run "$TCPLAB" run --board "$board"
is "no mistake: everything holds" "$rc$err" 0
is "no mistake: nothing is named" "$(grep -c 'looks like' "$tmp/out")" 0
run "$TCPLAB" run --board "$board" --patience 300 --drop 'lwip 2..9' close half-close
is "a cable that loses frames: exit status 1" "$rc" 1
like "a cable that loses frames: something fails" "$out" "*FAILS*"
is "a cable that loses frames: that is no mistake in the port" "$(grep -c 'looks like' "$tmp/out")" 0
run "$TCPLAB" run --board "$board" --patience 300 --corrupt 'lwip 1..99' handshake
is "a cable that inverts bytes: exit status 1" "$rc" 1
is "a cable that inverts bytes: that is no mistake in the port" "$(grep -c 'looks like' "$tmp/out")" 0

# Where it is told
run "$TCPLAB" run --board "$board-leak" --out "$tmp/dir" close/lwip
like "below the verdicts" "$out" \
	"*FAILS lwIP holds no pcb, segment or pbuf any more: PBUF_POOL 3*looks like received frames*: 3 pbufs *received 3 frames; docs/porting.md#leak*"
like "in the last line" "$(echo "$out" | tail -n 1)" "this looks like received frames that are not freed, in 1 of 1: docs/porting.md#leak"
is "in the events" "$(jq -r 'select(.symptom != null) | .symptom' "$tmp/dir/close-lwip.jsonl")" leak
python3 tests/integration/events.py check docs/events.md "$tmp/dir/close-lwip.jsonl" >"$tmp/problems"
is "in the events: as docs/events.md says" "$(grep -vE '^((seen|lines|experiments|sources): |$)' "$tmp/problems")" ""
is "in the report" "$(grep -c '<b>looks like</b> received frames' "$tmp/dir/report.html")" 1
run "$TCPLAB" run --board "$board-leak" --format tap close/lwip
like "TAP: on standard error" "$err" "*this looks like received frames*"
is "TAP: not among its lines" "$(grep -vc '^ok\|^not ok\|^#\|^1\.\.\|^TAP' "$tmp/out")" 0

# A board that dies where a callback has aborted its connection
cat >"$tmp/dies.c" <<'C'
#include <stdlib.h>

#include "lwip/tcp.h"

void __real_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);
void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv);

static tcp_recv_fn right;

static err_t dies(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t err)
{
	int is_fin = p == NULL;

	err = right(arg, pcb, p, err);
	if (is_fin) {
		tcp_abort(pcb);
		LWIP_PLATFORM_ASSERT("as a fault would");
	}
	return err;
}

void __wrap_tcp_recv(struct tcp_pcb *pcb, tcp_recv_fn recv)
{
	right = recv;
	__real_tcp_recv(pcb, dies);
}
C
# shellcheck disable=SC2046 # a list
gcc -std=c11 -DTCP_TRACE=1 -Iport/template -Iport -Iport/include -Iport/trace -Iconfig -isystem build/lwip-traced/include \
	-Wl,--wrap=tcp_recv -o "$tmp/dies" "$tmp/dies.c" \
	$(find build/template/port -name '*.o' ! -path '*/mistakes/*') build/template/liblwip.a >"$tmp/gcc" 2>&1
is "the board that dies is built" "$(cat "$tmp/gcc")" ""
run "$TCPLAB" run --board "$tmp/dies" close/lwip
like "a board that dies: exit status 1, and it is said" "$rc $err" "1 *lwIP's board has failed: its program has ended*"
like "a board that dies: its ladder, and what it died of" "$out" \
	"*‹recv› FIN*FAILS lwIP's board goes on: its program has ended*looks like a pcb that is used after its end: the board died when the pcb of c1 had been released inside its recv callback*"
like "a board that dies: in the last line" "$(echo "$out" | tail -n 1)" "this looks like *docs/porting.md#freed"

# The same on a Cortex-M3
run make --no-print-directory lab-mcu MISTAKE=colour
like "make lab-mcu of no mistake: which there are" "$rc $err" "2 *MISTAKE=colour*no such one*byteorder checksum*"
lacking=
for tool in arm-none-eabi-gcc qemu-system-arm; do
	command -v $tool >/dev/null || lacking="$tool is not installed: scripts/setup mcu"
done
for mistake in checksum freed; do
	if [ -n "$lacking" ]; then
		skip "make lab-mcu MISTAKE=$mistake" "$lacking"
		continue
	fi
	run make --no-print-directory SETUP=no lab-mcu MISTAKE=$mistake
	like "make lab-mcu MISTAKE=$mistake: fails, and names it" "$rc $(looks)" "2 $mistake"
done
if [ -n "$lacking" ]; then
	skip "the firmware without a mistake" "$lacking"
else
	run build/tcplab run --lwip mcu handshake close half-close
	is "the firmware without a mistake: all hold, nothing is named" "$rc$err$(looks)" 0
fi
