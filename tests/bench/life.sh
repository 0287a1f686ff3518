#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tests/bench/life.sh [RUNS [LIVES]]: what an experiment costs, measured on this machine. From the repository's root.
#
# First the wall time of a run of all scenarios, both roles, after one that has brought everything into the
# caches. Then the life of one connection with full tracing, in close/lwip: from the application's call of
# tcp_connect() to CLOSED after 2MSL of virtual time, as the difference of t_ns of the two events. Then LIVES (500)
# of them, one after the other, in each of as many experiments at a time as there are processors, each with its
# verdicts; everything is recorded and written: events, captures, ladders, transcripts, report. The time is that of the
# command as a whole.
set -eu

TCPLAB=${TCPLAB:-build/tcplab}
runs=${1:-100}
lives=${2:-500}
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

# script: lives, one after the other
script() {
	echo "# $lives lives of a connection"
	echo "listen kernel 7777"
	awk -v lives="$lives" 'BEGIN { for (i = 1; i <= lives; i++) {
		c = "c" i
		print "connect lwip 7777\nclose lwip:" c "\nexpect kernel:" c " CLOSE_WAIT\nreceive kernel:" c " FIN"
		print "set kernel:" c " quickack=1\nclose kernel:" c "\nexpect lwip:" c " TIME_WAIT\nwarp 2MSL"
		print "expect lwip:" c " CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT CLOSED"
	} }'
}

processors=$(getconf _NPROCESSORS_ONLN)
mkdir "$tmp/scripts"
left=$processors
while [ "$left" -gt 0 ]; do
	script >"$tmp/scripts/lives$left.lab"
	left=$((left - 1))
done
python3 - "$tmp/evidence" "$TCPLAB" run -j "$processors" --out "$tmp/evidence" "$tmp"/scripts/lives*.lab \
	<<'END' 2>"$tmp/err" || fail
import glob, os, resource, subprocess, sys, time

directory, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
wall = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
lives = events = 0
for path in glob.glob(directory + '/*.jsonl'):
    for line in open(path, encoding='utf-8'):
        events += 1
        lives += '"who":"lwip","ev":"state"' in line and '"from":"TIME_WAIT","to":"CLOSED"' in line
size = sum(os.path.getsize(path) for path in glob.glob(directory + '/*'))
print(f'lives with full evidence: {lives / wall:,.0f} per second ({lives:,} in {wall:.2f} s, {command[3]} at a time, '
      f'{(used.ru_utime + used.ru_stime) / lives * 1e3:.2f} ms of a processor each; {events:,} events, {size / 1e6:.0f} MB written)')
END
