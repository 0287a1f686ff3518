#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Of ten million random cookies as many are valid as the probability says. What the guard does about a SYN
# costs the same however many connections are half-open, and less than what lwIP does about it: in
# callgrind's instructions, which are the same in each run.
set -u
. tests/integration/tap.sh
if ! command -v valgrind >/dev/null; then
	plan 1
	skip "what the guard costs" "there is no valgrind; install the package valgrind"
	exit
fi
plan 5

run build/bench/guard_forge 10000000
is "of 10,000,000 random cookies so many are accepted: $out" "$rc" 0
run tests/bench/guard.sh 1 250
is "callgrind counts${err:+: $err}" "$rc" 0
# of KIND: the guard's instructions with 1 and with 250 half-open connections, in one line
of() {
	echo "$out" | awk -v kind="$1" 'index($0, kind) { printf "%s ", $NF }'
}
few=$(of 'answered by a cookie' | cut -d ' ' -f 1)
many=$(of 'answered by a cookie' | cut -d ' ' -f 2)
is "a SYN costs the guard the same with 250 half-open connections as with one" "$many" "${few:-none}"
few=$(of 'with a wrong one' | cut -d ' ' -f 1)
many=$(of 'with a wrong one' | cut -d ' ' -f 2)
is "and so does a forged ACK" "$many" "${few:-none}"
all=$(echo "$out" | awk '/kept by lwIP/ { stock = $(NF - 1) } /answered by/ { print $(NF - 1) < stock; exit }')
is "lwIP spends less on a SYN that the guard answers than on one that it keeps" "$all" 1
