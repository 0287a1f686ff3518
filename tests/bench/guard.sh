#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tests/bench/guard.sh [HALF_OPEN...]: what a segment for a listener costs lwIP and its guard, in instructions that
# callgrind counts: the same number in each run. From the repository's root, after `make build/bench/guard_cost`.
#
# Per segment: the difference between 400 of them and 200, so that what comes before does not count.
set -eu

cost=${GUARD_COST:-build/bench/guard_cost}
[ -x "$cost" ] || { echo "cannot measure: $cost is missing; run make $cost" >&2; exit 1; }
command -v valgrind >/dev/null || { echo "cannot measure: there is no valgrind; install the package valgrind" >&2; exit 1; }
[ $# -gt 0 ] || set -- 1 12 250 1000

# count FUNCTION HALF_OPEN KIND SEGMENTS: instructions inside a function
count() {
	log=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$1" "$cost" "$2" "$3" "$4" 2>&1) || {
		echo "cannot measure: $log" >&2
		exit 1
	}
	echo "$log" | sed -n 's/.*Collected : //p'
}

# per FUNCTION HALF_OPEN KIND: instructions for one segment
per() {
	twice=$(count "$1" "$2" "$3" 400)
	once=$(count "$1" "$2" "$3" 200)
	echo $(((twice - once) / 200))
}

printf '%s\n' 'instructions per segment          in tcp_input()   of these in the guard'
for half_open; do
	echo "$half_open half-open:"
	for kind in stock guard forged valid; do
		case $kind in
			stock) name='SYN, kept by lwIP' ;;
			guard) name='SYN, answered by a cookie' ;;
			forged) name='the same, ACK with a wrong one' ;;
			valid) name='the same, ACK with the right one' ;;
		esac
		guard=-
		[ $kind = stock ] || guard=$(per tcp_guard_input "$half_open" $kind)
		printf '  %-32s %14s %23s\n' "$name" "$(per tcp_input "$half_open" $kind)" "$guard"
	done
done
