#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The same experiment gives the same transcript: every scenario REPEAT times, eight at a time, with the build
# for speed. A run's time is mostly the kernel's: closing the perf event and the TAP device waits for RCU
# grace periods, some tens of ms in all, in which other runs go on. So several runs at a time, too.
#
# SLOW=yes: those that wait for the kernel's timers instead; 50 runs of them take six minutes, asleep for most.
set -u
TCPLAB=${TCPLAB:-build/tcplab}
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments

REPEAT=${REPEAT:-50}
if [ "${SLOW-}" = yes ]; then
	names=$(slow_experiments)
	parallel=10
else
	names=$(experiments)
	parallel=4
fi
plan $((1 + 2 * $(echo "$names" | wc -w)))

mkdir "$tmp/runs"
export TCPLAB tmp names
# shellcheck disable=SC2016 # the inner shell expands it
seq "$REPEAT" | xargs -P "$parallel" -n 1 sh -c '
	"$TCPLAB" run -j 8 --format jsonl $names >"$tmp/runs/$0.jsonl" 2>"$tmp/runs/$0.err" || echo "run $0: exit status $?"' >"$tmp/failed"
is "$REPEAT runs: all verdicts hold" "$(cat "$tmp/failed" "$tmp"/runs/*.err | grep -v ' waits for ')" ""
python3 tests/integration/repeat.py "$tmp"/runs/*.jsonl >"$tmp/compared"
for name in $names; do
	is "$name: is in each run" "$(sed -n "s|^$name runs ||p" "$tmp/compared")" "$REPEAT"
	is "$name: the same transitions, in the same order, of the same causes" \
		"$(sed -n "s|^$name transitions ||p" "$tmp/compared")" 1
	sed -n "s|^$name # |# |p" "$tmp/compared"
done
