#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The scenarios over IPv6: they hold, and go through the same as over IPv4. And the link's MTU, over both.
#
# SLOW=yes: the coverage of the state diagram over IPv6 as well, which takes over a minute, asleep for most of it.
set -u
TCPLAB=${TCPLAB:-build/san/tcplab}
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
if [ ! -e /proc/sys/net/ipv6/conf ]; then
	plan 1
	skip "IPv6" "this kernel has none"
	exit
fi
points=38
[ "${SLOW-}" != yes ] || points=40
plan $points

# lines FILTER: what jq would give of $tmp/out, without jq, which is not everywhere
lines() {
	python3 -c "
import json, sys
for line in open(sys.argv[1], encoding='utf-8'):
    e = json.loads(line)
    if $1:
        print($2)
" "$tmp/out" | sort -u | xargs
}

# mss: the MSS in each SYN, by sender, where the scenario leaves it to that one
mss() {
	lines "e['ev'] == 'frame' and 'mss' in e.get('tcp', {}) and not e['scenario'].startswith('syn-cookies-next/')" "e['who'], e['tcp']['mss']"
}

# largest: the size of the largest frame with TCP
largest() {
	lines "e['ev'] == 'frame' and 'tcp' in e" "e['size']" | xargs -n 1 | sort -n | tail -n 1
}

names=$(experiments)

# The same as over IPv4
run "$TCPLAB" run -4 -j 4 --format jsonl
is "over IPv4: every scenario holds" "$rc$err" 0
cp "$tmp/out" "$tmp/ipv4.jsonl"
is "over IPv4: no address of the other family" "$(grep -c fd09 "$tmp/out")" 0
is "over IPv4: no frame of the other family, but ARP" "$(lines "e['ev'] == 'frame' and 'tcp' not in e" "e['size']")" 42
run "$TCPLAB" run -6 -j 4 --format jsonl
is "over IPv6: every scenario holds" "$rc$err" 0
cp "$tmp/out" "$tmp/ipv6.jsonl"
python3 tests/integration/events.py check docs/events.md "$tmp/out" >"$tmp/problems"
is "over IPv6: the experiments are those of the list" "$(sed -n 's/^experiments: //p' "$tmp/problems")" "$names"
is "over IPv6: the events are such as docs/events.md says, of hosts that speak IPv6" \
	"$(grep -vE '^((lines|experiments|sources): |$)' "$tmp/problems")" ""
is "over IPv6: no address of the other family" "$(grep -cE '10\.9\.0\.|203\.0\.113\.' "$tmp/out")" 0
is "over IPv6: who is seen" "$(lines "e['ev'] == 'frame' and 'tcp' in e" "e['tcp']['src'].rsplit(':', 1)[0]")" \
	"[fd09::1] [fd09::2] [fd09::3]"
is "over IPv6: nobody asks for an address but where it is the point" \
	"$(lines "e['ev'] == 'frame' and 'tcp' not in e" "e['scenario'], e['size']")" \
	"errno-table/kernel 86 open-unreachable-host/kernel 86 open-unreachable-host/lwip 86"
is "over IPv6: a frame has 20 bytes more of headers" "$(mss)" \
	"kernel 1440 lwip 1440 raw 1440"
is "over IPv6: a full frame is as large as over IPv4" "$(largest)" 1514
# With one interface, lwIP takes that for the way to everybody: it opens, and nobody takes its SYN.
python3 tests/integration/families.py "$tmp/ipv4.jsonl" "$tmp/ipv6.jsonl" >"$tmp/differences"
is "every end of every connection goes through the same over both, but where lwIP has no way to a network" \
	"$(cat "$tmp/differences")" "+ errno-table/kernel lwip: CLOSED SYN_SENT CLOSED
+ open-unreachable/lwip lwip: CLOSED SYN_SENT CLOSED"
echo '{"scenario":"x/lwip","who":"lwip","ev":"state","conn":"c1","from":"CLOSED","to":"SYN_SENT"}' >"$tmp/a"
sed 's/SYN_SENT/SYN_RCVD/' "$tmp/a" >"$tmp/b"
is "and the comparison can tell" "$(python3 tests/integration/families.py "$tmp/a" "$tmp/b")" "- x/lwip lwip: CLOSED SYN_SENT
+ x/lwip lwip: CLOSED SYN_RCVD"

# For people
run "$TCPLAB" run -6 handshake/lwip
like "the ladder says over what, and begins with the SYN" "$out" "handshake/lwip *
kernel watched by *
over IPv6

  time ms *tcp_connect(?fd09::1?:7777)
*── SYN seq=0 ──*"
is "and no frame is before it" "$(echo "$out" | grep -cE '── .*─▶|◀─ ')" 3
run "$TCPLAB" run handshake/lwip
is "over IPv4 the ladder has no such line" "$(echo "$out" | grep -c "^over\|^MTU")" 0
run "$TCPLAB" run -6 errno-table
like "errno: lwIP learns late that there is no way" "$out" \
	"* 101 ENETUNREACH * kernel: connect, no route *lwIP: ERR_ABRT *err callback, later *"
run "$TCPLAB" run -4 errno-table
like "errno: and over IPv4 at once" "$out" "* 101 ENETUNREACH * kernel: connect, no route *lwIP: ERR_RTE *tcp_connect, no route *"
if command -v ss >/dev/null && command -v netstat >/dev/null && command -v lsof >/dev/null; then
	run "$TCPLAB" run -6 --show close-wait-leak/kernel
	echo "$out" | sed -n '/At this moment: 5 connections/,/At this moment: the end/p' >"$tmp/moment"
	is "--show: ss, netstat and lsof have the five" \
		"$(grep -c '^    CLOSE-WAIT .* \[fd09::1\]:7777 .*\[fd09::2\]:' "$tmp/moment") \
$(grep -c '^    tcp6 .* fd09::1:7777 .* fd09::2:.* CLOSE_WAIT' "$tmp/moment") \
$(grep -c '^    tcplab .* TCP \[fd09::1\]:7777->.*(CLOSE_WAIT)$' "$tmp/moment")" "5 5 5"
	is "--show: lwIP's table has them in its columns" \
		"$(grep -c '^    FIN_WAIT_2  0      0            \[fd09::2\]:[0-9]\{5\}        \[fd09::1\]:7777 timer:(finwait2' "$tmp/moment")" 5
else
	skip "--show: ss, netstat and lsof have the five" "not all of them are here"
	skip "--show: lwIP's table has them in its columns" "not all of them are here"
fi

# mtu FAMILY MTU MSS
mtu() {
	run "$TCPLAB" run "-$1" --mtu "$2" --format jsonl handshake data close
	is "-$1 --mtu $2: holds" "$rc$err" 0
	is "-$1 --mtu $2: the MSS says so" "$(mss)" "kernel $3 lwip $3"
	is "-$1 --mtu $2: full frames, and no larger ones" "$(largest)" $(($2 + 14))
	is "-$1 --mtu $2: no fragments" "$(lines "e['ev'] == 'frame' and 'tcp' not in e" "e['size']")" ""
}
mtu 6 1280 1220
mtu 4 576 536
run "$TCPLAB" run -6 -j 4 --mtu 1280
is "-6 --mtu 1280: every scenario holds" "$rc$err" 0
run "$TCPLAB" run -j 4 --mtu 88
is "--mtu 88, the least over IPv4: every scenario holds" "$rc$err" 0
run "$TCPLAB" run --mtu 1400 handshake/lwip
like "the ladder says what MTU" "$out" "*
kernel watched by *
MTU 1400
*"

# bad WHAT ARGUMENT...
bad() {
	bad_words=$1
	shift
	run "$TCPLAB" run "$@" handshake/lwip
	like "$*: refused, with its range" "$rc $out$err" "2 tcplab run: $bad_words; see 'tcplab help run'"
}
bad "--mtu over IPv4 takes a whole number from 88 to 1500, not '87'" --mtu 87
bad "--mtu over IPv4 takes a whole number from 88 to 1500, not '9000'" --mtu 9000
bad "--mtu over IPv6 takes a whole number from 1280 to 1500, not '1279'" -6 --mtu 1279
bad "--mtu over IPv6 takes a whole number from 1280 to 1500, not '576'" --mtu 576 -6
bad "--mtu over IPv4 takes a whole number from 88 to 1500, not 'large'" --mtu large
run "$TCPLAB" run --mtu
like "--mtu without a number: refused" "$rc $err" "2 tcplab run: --mtu needs a value*"

# A kernel without IPv6: where its settings are not to be seen
if unshare -m sh -c 'mount -t tmpfs none /proc/sys/net' 2>/dev/null; then
	run unshare -m sh -c "mount -t tmpfs none /proc/sys/net && exec '$TCPLAB' run -6 handshake/lwip"
	like "without IPv6: refused, and says why" "$rc $err" \
		"2 tcplab: handshake/lwip: this kernel has no IPv6 (*): run without -6, or *"
else
	skip "without IPv6: refused, and says why" "only root can hide it"
fi

# Coverage
if [ "${SLOW-}" = yes ]; then
	run "$TCPLAB" coverage -6
	is "coverage over IPv6: no edge is missing" "$rc $(grep -c ' → .*missing' "$tmp/out")" "0 0"
	is "coverage over IPv6: as over IPv4" "$(tail -n 1 "$tmp/out")" "$("$TCPLAB" coverage 2>/dev/null | tail -n 1)"
fi
