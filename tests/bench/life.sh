#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tests/bench/life.sh [RUNS]: what an experiment costs, measured on this machine. From the repository's root.
#
# First the wall time of a run of all scenarios, both roles, after one that has brought everything into the
# caches. Then the life of one connection with full tracing, in close/lwip: from the application's call of
# tcp_connect() to CLOSED after 2MSL of virtual time, as the difference of t_ns of the two events.
set -eu

TCPLAB=${TCPLAB:-build/tcplab}
runs=${1:-100}
[ -x "$TCPLAB" ] || { echo "cannot measure: $TCPLAB is missing; run make" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# fail: what tcplab said
fail() {
	echo "cannot measure: $TCPLAB run fails: $(cat "$tmp/err" "$tmp/out" | tail -n 3)" >&2
	exit 1
}

ns() {
	date +%s%N
}

echo "machine: Linux $(uname -r), $(getconf _NPROCESSORS_ONLN) processors, $(uname -m)"
"$TCPLAB" run >"$tmp/out" 2>"$tmp/err" || fail
start=$(ns)
"$TCPLAB" run >"$tmp/out" 2>"$tmp/err" || fail
end=$(ns)
echo "whole suite, second run: $(((end - start) / 1000000)) ms wall time ($(tail -n 1 "$tmp/out"))"

left=$runs
while [ "$left" -gt 0 ]; do
	"$TCPLAB" run --format jsonl close/lwip >"$tmp/out" 2>"$tmp/err" || fail
	cat "$tmp/out" >>"$tmp/lives"
	left=$((left - 1))
done
python3 - "$tmp/lives" "$runs" <<'END'
import json, statistics, sys

lives, start = [], None
for event in map(json.loads, open(sys.argv[1], encoding='utf-8')):
    if event['ev'] == 'call' and event['name'] == 'tcp_connect':
        start = event['t_ns']
    elif event['ev'] == 'state' and event['who'] == 'lwip' and event['from'] == 'TIME_WAIT':
        lives.append((event['t_ns'] - start) / 1e6)
        virtual = event['v_ms']
assert len(lives) == int(sys.argv[2])
print('one life, connect to CLOSED, {:.1f} s of virtual time, full tracing: median {:.3f} ms, min {:.3f} ms, '
      'max {:.3f} ms, {} runs'.format(virtual / 1e3, statistics.median(lives), min(lives), max(lives), len(lives)))
END
