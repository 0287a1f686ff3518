#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tcplab flood: either stack as the victim. The kernel's own counters, its half-open connections, what came
# to the attacker and what the clients got have to agree.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 49

# flood ARGUMENT...: as run does
flood() {
	run "$TCPLAB" flood "$@"
}

# field NAME [ROW]: a value of the table in $out, which is --format csv; the first row is 1
field() {
	printf '%s\n' "$out" | tr -d '\r' | awk -F, -v name="$1" -v row="${2-1}" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
		NR == row + 1 { print $column }'
}

# at_least GOT LEAST
at_least() {
	[ "$1" -ge "$2" ]
}

# refused WHAT MESSAGE ARGUMENT...: exit status 2, the message alone, and nothing on the standard output
refused() {
	refused_what=$1
	refused_message=$2
	shift 2
	flood "$@"
	like "$refused_what" "$rc $out$err" "2 $refused_message"
}

links() {
	ip -o link | cut -d: -f 2
}

processes() {
	for process in /proc/[0-9]*; do
		! tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -F "$TCPLAB flood" || echo "$process"
	done
}

links >"$tmp/links"

# The kernel as victim: without cookies, with cookies when its queue is full, with cookies always
flood kernel --format csv --count 20000 --clients 10 --patience 300 \
	--sysctl 'net.ipv4.tcp_syncookies={0,1,2}'
is "cookies: exit status 0" "$rc$err" 0
is "cookies: the defence has a column" "$(field defence 1), $(field defence 3)" "tcp_syncookies 0, tcp_syncookies 2"
is "cookies: everything was sent" "$(field sent 1) $(field sent 2) $(field sent 3)" "20000 20000 20000"

is "cookies 0: no client is served" "$(field served 1) $(field given_up 1)" "0 10"
is "cookies 0: none is sent" "$(field SyncookiesSent 1)" 0
ok "cookies 0: the queue of half-open connections is full" at_least "$(field half_open_most 1)" 90
ok "cookies 0: one SYN,ACK for each of these at least" at_least "$(field answered 1)" "$(field half_open_most 1)"
# A client's SYN may be sent again, and dropped again.
ok "cookies 0: all others are dropped" at_least "$(field ListenDrops 1)" $((20010 - $(field half_open_most 1)))

is "cookies 1: all clients are served" "$(field served 2) $(field given_up 2)" "10 0"
ok "cookies 1: every SYN is answered" at_least "$(field answered 2)" 20000
is "cookies 1: half-open connections first, then cookies" \
	$(($(field SyncookiesSent 2) + $(field half_open_most 2))) 20010
is "cookies 1: clients come by their cookies" "$(field SyncookiesRecv 2) $(field PassiveOpens 2)" "10 10"

is "cookies 2: all clients are served" "$(field served 3) $(field given_up 3)" "10 0"
is "cookies 2: every SYN is answered once" "$(field answered 3)" 20000
is "cookies 2: by a cookie" "$(field SyncookiesSent 3)" 20010
is "cookies 2: nothing is half-open" "$(field half_open_most 3)" 0
is "cookies 2: clients come by their cookies" "$(field SyncookiesRecv 3) $(field PassiveOpens 3)" "10 10"
is "cookies: nothing is lost between attacker and victim" "$(field lost 1)$(field lost 2)$(field lost 3)" 000

# lwIP as victim
flood lwip --format csv --count 200000 --clients 4 --patience 200
is "lwip: exit status 0" "$rc$err" 0
is "lwip: all its pcbs are in use" "$(field pcbs_most) $(field half_open_most)" "16 16"
ok "lwip: there is none for the others" at_least "$(field pcbs_refused)" $((200000 - 16))
is "lwip: no client is served" "$(field served) $(field started)" "0 4"
is "lwip: nothing leaks" "$(field leaked)" 0

# Its clock is moved, so that 200 s of a flood take no time: the numbers are the same each time
for n in 1 2; do
	flood lwip --format json --count 1000 --rate 5 --clients 10 --seed 9
	printf '%s\n' "$out" |
		sed -E 's/"(seconds|attack_seconds|connect_ms[a-z_]*|memory_[a-z]*)":[^,]*,//g' >"$tmp/rate$n"
done
is "lwip with a rate: exit status 0" "$rc$err" 0
ok "lwip with a rate: JSON" python3 -m json.tool "$tmp/out" /dev/null
ok "lwip with a rate: the same seed, the same flood" cmp "$tmp/rate1" "$tmp/rate2"
like "lwip with a rate: by its clock" "$out" '*"paced_seconds":199.8,*'
# 16 half-open connections, of which each is given up after 20 s and three SYN,ACKs
like "lwip with a rate: half-open connections are given up, and others come" "$out" '*"answered":480,*'

# With real time it takes its time, and the kernel repeats the clients' SYNs
flood lwip --format csv --count 100 --rate 100 --real-time --clients 5 --patience 1500
like "lwip in real time: so it is, too" "$rc $(field paced_seconds)" "0 0.9*"
ok "lwip in real time: clients' SYNs are sent again" at_least "$(field pcbs_refused)" $((100 - 16 + 5 + 1))

# A million segments leave nothing but numbers
memory() {
	printf '%s\n' "$out" | sed -nE 's/.*"memory_early":([0-9]+),"memory_end":([0-9]+),.*/\1 \2/p'
}
flood --format json --count 100000 --clients 0 lwip
# shellcheck disable=SC2046 # two numbers
set -- $(memory)
ok "memory: lwIP's flood needs no more at its end than at its beginning" \
	[ "$(($2 - $1))" -le 262144 ]
flood --format json --count 30000 --clients 0 kernel
# shellcheck disable=SC2046
set -- $(memory)
ok "memory: nor does the kernel's" [ "$(($2 - $1))" -le 262144 ]

# Other segments, both victims
flood --kind ack --format csv --count 5000 --clients 5
is "ack: both victims, lwIP first" "$rc $(field victim 1) $(field victim 3)" "0 lwip kernel"
is "ack: each is answered by RST" "$(field resets 1) $(field resets 2)" "5000 5000"
is "ack: clients do not suffer" "$(field served 1) $(field served 2)" "5 5"
is "ack: no SYN,ACK, nothing half-open" \
	"$(field answered 1)$(field answered 2)$(field half_open_most 1)$(field half_open_most 2)" 0000
flood kernel --kind data --format csv --count 5000 --clients 5 --bytes 20000 --sysctl net.ipv4.tcp_syncookies=2
is "data: SYNs with data are answered by cookies, too" "$rc $(field SyncookiesSent) $(field served)" "0 5005 5"

# The limit in time
flood kernel --format csv --count 100000000 --seconds 1 --clients 0
like "--seconds: the attacker stops" "$rc $(field seconds)" "0 1.*"

# For people
flood --count 2000 --clients 2 --patience 100 --sysctl net.ipv4.tcp_syncookies=2
like "text: title, table, notes" "$out" "2,000 SYNs as fast as possible; 2 clients with 1000 bytes each
*victim *sent*SYN,ACKs*
lwip    none *2,000 * 0/2 *
lwip    guard from 4 *2,000 * 2/2 *
kernel *2,000 * 2/2 *
lwip, none: at most 16 of 16 pcbs in use,*
lwip, guard from 4: at most *
kernel, tcp_syncookies 2: SyncookiesSent 2,002, SyncookiesRecv 2,*"
is "text: no line is wider than a terminal" "$(grep -c '.\{81\}' "$tmp/out")" 0
run "$TCPLAB" help flood
like "help: the options, what the table says, the exit statuses" "$rc $out" \
	"0 *--kind KIND*--backlog N*198.18.0.0/15*half-open*Exit status: 0*"

# What is refused, and what goes wrong
refused "a victim that there is not" "tcplab flood: the victim is lwip or kernel, not 'nosuch'; *" nosuch
refused "an option that there is not" "tcplab flood: there is no option '--nosuch'; see 'tcplab help flood'" --nosuch
refused "a count out of its range" "tcplab flood: --count takes a whole number from 1 to *" --count 0
refused "a parameter that the kernel has not" \
	"tcplab flood: kernel: cannot set /proc/sys/net/ipv4/nosuch to 1: No such file or directory" \
	kernel --sysctl net.ipv4.nosuch=1 --count 10
refused "formats that vary" "tcplab flood: --format is one for all floods; *" --format '{csv,json}'
meddle
export LD_PRELOAD="$tmp/meddle.so"
export LISTEN=abort
refused "a flood that dies" "tcplab flood: kernel: died of signal ABRT" kernel --count 10
unset LISTEN LD_PRELOAD

# Interrupted: it ends at once, says so, and leaves nothing
"$TCPLAB" flood kernel --count 100000000 --clients 0 >"$tmp/stopped" 2>&1 &
stopped=$!
sleep 0.3
kill -TERM "$stopped"
wait "$stopped"
is "interrupted: exit status 2, and why" "$? $(cat "$tmp/stopped")" "2 tcplab flood: stopped by SIGTERM"
links >"$tmp/links_after"
ok "nothing is left: interfaces, processes" [ -z "$(processes; diff "$tmp/links" "$tmp/links_after")" ]
