#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A wrong expectation, planted into a scenario: the run fails, names the state that is missing or extra, and
# shows the frames around it. Linked with the lab's own objects into a second tcplab.
set -u
. tests/integration/tap.sh
TCPLAB=build/tcplab
. tests/integration/experiment.sh
need_experiments
plan 14

cat >"$tmp/planted.c" <<'C'
#include "scenarios/scenario.h"

static struct conn *closed(struct end *first, struct end *second)
{
	struct connection c = establish(first, second);

	conn_close(c.client);
	read_fin(c.server);
	conn_close(c.server);
	expect_state(c.client, TIME_WAIT);
	return c.client;
}

SCENARIO(planted_missing, first, second, .title = "A state too much is expected", .rfc = "RFC 0")
{
	expect_path(closed(first, second), CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, TIME_WAIT);
}

SCENARIO(planted_extra, first, second, .title = "A state too few is expected", .rfc = "RFC 0")
{
	expect_path(closed(first, second), CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_1, TIME_WAIT);
}

SCENARIO(planted_swapped, first, second, .title = "Two states in the wrong order", .rfc = "RFC 0")
{
	expect_path(closed(first, second), CLOSED, SYN_SENT, ESTABLISHED, FIN_WAIT_2, FIN_WAIT_1, TIME_WAIT);
}

SCENARIO(planted_segment, first, second, .title = "A segment that never comes", .rfc = "RFC 0")
{
	struct connection c = establish(first, second);

	expect_segments(c.client, "> SYN", "< SYN,ACK", "> ACK", "> FIN,ACK");
}

SCENARIO(planted_unreachable, first, second, .title = "An edge that is walked", .rfc = "RFC 0")
{
	establish(first, second);
	expect_unreachable(first, SYN_SENT, ESTABLISHED, BY_SEGMENT, "so they say");
}
C
# The lab's own command, with one more scenario.
objects=$(find build/app build/port -name '*.o')
# shellcheck disable=SC2046,SC2086 # lists
gcc -std=c11 -D_GNU_SOURCE -DTCP_TRACE=1 -Iapp -Iport -Iport/include -Iport/trace -Iconfig \
	-isystem build/lwip-traced/include -o "$tmp/tcplab" "$tmp/planted.c" $objects build/liblwip.a \
	$(pkg-config --cflags --libs $(sed -n 's/^PACKAGES := //p' Makefile)) -lm >"$tmp/gcc" 2>&1
is "the planted scenarios are built" "$(cat "$tmp/gcc")" ""

planted() { # NAME
	out=$("$tmp/tcplab" run "planted-$1/lwip" 2>&1)
	rc=$?
}

planted missing
is "a state too much: exit status 1" "$rc" 1
like "a state too much: is named" "$out" "*FAILS lwip goes *missing CLOSING after FIN_WAIT_2*"
like "a state too much: the path that was gone" "$out" \
	"*went CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → FIN_WAIT_2 → TIME_WAIT*"
like "a state too much: the frames around it" "$out" \
	"*missing CLOSING*#* kernel sends ACK *#* lwip FIN_WAIT_1 → FIN_WAIT_2*#* kernel sends FIN,ACK *"
planted extra
is "a state too few: exit status 1" "$rc" 1
like "a state too few: is named" "$out" "*extra FIN_WAIT_2 after FIN_WAIT_1*"
like "a state too few: the frames around it" "$out" "*extra FIN_WAIT_2*#* lwip sends FIN,ACK *#* kernel sends ACK *"
planted swapped
is "two in the wrong order: exit status 1" "$rc" 1
like "two in the wrong order: the first that is wrong is named" "$out" "*FIN_WAIT_2 after ESTABLISHED*"
planted segment
like "a segment that never comes: exit status 1, and it is named" "$rc $out" "1 *FAILS lwip sees *> FIN,ACK; but there is no more*"
planted unreachable
like "an edge that is walked is not unreachable" "$rc $out" "1 *FAILS lwip never goes SYN_SENT → ESTABLISHED *: so they say, but it did*"
out=$("$tmp/tcplab" run 2>/dev/null)
like "the whole run shows the ladder of what fails" "$out" "*planted-missing/lwip  A state too much is expected*"
is "and nothing of what holds" "$(echo "$out" | grep -c '^handshake/lwip  Three-way handshake (RFC')" 0
