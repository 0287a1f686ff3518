#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tests/bench/flood.sh [RUNS [COUNT]]: SYNs per second that each victim takes, with and without its defence, side by
# side: RUNS rounds (7) of one flood each, of COUNT SYNs (200000). From the repository's root.
#
# Of the real time that goes into segments alone. lwIP gets its segments by a call; the kernel by write() to the TAP
# device, and its answers are read from there: a system call for each, which is part of its number.
set -eu

TCPLAB=${TCPLAB:-build/tcplab}
runs=${1:-7}
count=${2:-200000}
[ -x "$TCPLAB" ] || { echo "cannot measure: $TCPLAB is missing; run make" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

echo "machine: Linux $(uname -r), $(getconf _NPROCESSORS_ONLN) processors, $(uname -m)"
left=$runs
while [ "$left" -gt 0 ]; do
	"$TCPLAB" flood --count "$count" --clients 0 --seed "$left" --format csv >"$tmp/$left.csv"
	left=$((left - 1))
done
python3 - "$tmp"/*.csv <<'END'
import csv, statistics, sys

rate, answered = {}, {}
for path in sys.argv[1:]:
    for row in csv.DictReader(open(path, newline='')):
        who = row['victim'] + ', ' + row['defence']
        rate.setdefault(who, []).append(float(row['sent']) / float(row['attack_seconds']))
        answered[who] = 100 * float(row['answered']) / float(row['sent'])
base = next(statistics.median(rate[who]) for who in rate if who.endswith('tcp_syncookies 2'))
print(f'{"":26}{"SYN/s, median":>14}{"least":>12}{"most":>12}{"answered":>10}{"ratio":>8}')
for who, rates in rate.items():
    median = statistics.median(rates)
    print(f'{who:26}{median:14,.0f}{min(rates):12,.0f}{max(rates):12,.0f}{answered[who]:9.1f}%{median / base:8.2f}')
print('ratio: of the medians, to the kernel with tcp_syncookies 2')
END
