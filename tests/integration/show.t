#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# --show: what the system's own tools say at a scenario's moments, and lwIP's table beside them.
set -u
TCPLAB=${TCPLAB:-build/san/tcplab}
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 15

run "$TCPLAB" run --show close-wait-leak/kernel
is "a kernel's leak: holds" "$rc$err" 0
# Its first moment: to the next.
echo "$out" | sed -n '/At this moment: 5 connections/,/At this moment: the end/p' >"$tmp/moment"
is "ss: five in CLOSE-WAIT" "$(grep -c '^    CLOSE-WAIT .* 10\.9\.0\.1:7777 .*10\.9\.0\.2:' "$tmp/moment")" 5
is "netstat: the same five" "$(grep -c '^    tcp .* 10\.9\.0\.1:7777 .* CLOSE_WAIT' "$tmp/moment")" 5
like "netstat: counted by state" "$(cat "$tmp/moment")" "*uniq -c
          5 CLOSE_WAIT
          1 LISTEN*"
is "lsof: the process that holds them" "$(grep -c '^    tcplab .* TCP 10\.9\.0\.1:7777->.*(CLOSE_WAIT)$' "$tmp/moment")" 5
like "as sar: sockets in use" "$(cat "$tmp/moment")" "*totsck *tcpsck *tcp-tw
            *"
is "lwIP: its side of them, with the time that is left" \
	"$(grep -c '^    FIN_WAIT_2 .* 10\.9\.0\.2:[0-9]* .* 10\.9\.0\.1:7777 timer:(finwait2,[0-9.]*sec,0)$' "$tmp/moment")" 5
is "nothing of the host's own is there" "$(grep -E '^    [A-Z-]+ ' "$tmp/moment" | grep -vE '10\.9\.0\.|State|COMMAND')" ""
like "the moment stands in the ladder, too" "$out" "*┄ show 5 connections in CLOSE_WAIT: whose are they? ┄*"

run "$TCPLAB" run --show close-wait-leak/lwip
is "lwIP's leak: its table has the five" "$(echo "$out" | sed '/At this moment: the end/,$d' | grep -c '^    CLOSE_WAIT .*10\.9\.0\.2:7777 ')" 5
run "$TCPLAB" run --show close/lwip
like "TIME_WAIT in lwIP's table: the time that is left" "$out" "*    TIME_WAIT *timer:(timewait,12[0-9].[05]sec,0)*"

# A tool that is not there
tools sh awk sort uniq ss netstat
run env PATH="$tmp/bin" "$PWD/$TCPLAB" run --show close-wait-leak/kernel
like "no lsof: says so, and what to install" "$out" "*lsof -nP *    not on this machine: apt install lsof*"
is "no lsof: the experiment holds all the same" "$rc" 0

run "$TCPLAB" run --show --format tap close/lwip
is "--show for machines: refused" "$rc" 2
like "--show for machines: says why" "$err" "tcplab run: --show prints tables for people: it goes with --format ladder alone*"
