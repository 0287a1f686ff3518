#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# What lwIP and the trace hook cost, in callgrind's instructions, is what it was: within 3 % of
# tests/bench/instructions.baseline, or one instruction. It is of one compiler and kind of machine.
set -u
. tests/integration/tap.sh
baseline=tests/bench/instructions.baseline
plan $(($(grep -vc '^#' $baseline) + 3))

# figure NAME: of this run
figure() {
	awk -v name="$1" '$1 == name { print $2 }' "$tmp/out"
}

why=
if command -v valgrind >/dev/null; then
	run tests/bench/instructions.sh
	is "callgrind counts${err:+: $err}" "$rc" 0
	at_most=$(figure transition-hook-on)
	ok "a transition costs ${at_most:-no} instructions, 60 at most" [ "${at_most:-61}" -le 60 ]
	is "compiled out, it costs none" "$(figure transition-hook-compiled-out)" 0
	[ "$rc" -ne 0 ] || [ "$(head -n 1 $baseline)" = "$(head -n 1 "$tmp/out")" ] ||
		why="the baseline is of another compiler: $(head -n 1 $baseline | cut -c 3-)"
else
	why="there is no valgrind; install the package valgrind"
	skip "callgrind counts" "$why"
	skip "a transition costs 60 instructions at most" "$why"
	skip "compiled out, it costs none" "$why"
fi

grep -v '^#' $baseline | while read -r name wanted; do
	if [ -n "$why" ]; then
		skip "$name: $wanted instructions" "$why"
		continue
	fi
	got=$(figure "$name")
	ok "$name: $wanted instructions, now ${got:-none}: within 3 %" \
		awk -v got="${got:--9}" -v wanted="$wanted" \
		'BEGIN { off = got - wanted; off = off < 0 ? -off : off; exit off > 1 && off > wanted * 0.03 }'
done
