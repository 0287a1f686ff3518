#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The tools that people diagnose with, each inside a live host: all in one, one after the other.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
for tool in netstat lsof ss sar tcpdump ping traceroute mtr nslookup curl nc iperf nmap; do
	command -v $tool >/dev/null && continue
	plan 1
	skip "the tools against a live host" "there is no $tool: scripts/setup test"
	exit
done
plan 17

cat >"$tmp/session" <<'END'
# What each tool says, in a file of its name.
say() { name=$1; shift; timeout 20 "$@" >"$DIR/$name" 2>&1; }
nc -l 10.9.0.1 9000 >"$DIR/heard" &
(sleep 4 | nc 10.9.0.2 7 >/dev/null) &
sleep 1 # the connection is there, and mDNS has probed
say netstat netstat -nat
say count sh -c "netstat -nat | awk '/^tcp/ { n[\$6]++ } END { for (s in n) print s, n[s] }' | sort"
say lsof lsof -nP -i:9000
say ss ss -tn state established
say sar sar -n SOCK 1 1
(sleep 1; echo hi | timeout 5 nc -N 10.9.0.2 9) &
say tcpdump tcpdump -c 4 -nn -i any tcp port 9
say ping ping -c 2 -i 0.2 10.9.0.2
say ping6 ping -6 -c 2 -i 0.2 fd09::2
say traceroute traceroute -n -q 1 -w 1 10.9.0.2
say mtr mtr -n -r -c 2 -i 0.2 10.9.0.2
say nslookup nslookup -port=5353 lwip.local 10.9.0.2
say curl curl -sS http://10.9.0.2/state.txt
say nc sh -c 'printf hello | nc -N 10.9.0.2 7'
say iperf iperf -c 10.9.0.2 -t 1
say nmap nmap -n -Pn -sT -p 1-100,5001 10.9.0.2
printf heard | nc -N 10.9.0.1 9000
END
run env DIR="$tmp" timeout 100 "$TCPLAB" up --name "tools$$" -- sh "$tmp/session"
is "the live host ends with its command" "$rc" 0

# tells TOOL WHAT PATTERN
tells() {
	like "$1: $2" "$(tr -s ' ' <"$tmp/$1")" "$3"
}
tells netstat "the listener, and the connection with lwIP's echo" \
	"*tcp 0 0 10.9.0.1:9000 0.0.0.0:* LISTEN*tcp 0 0 10.9.0.1:* 10.9.0.2:7 ESTABLISHED*"
is "netstat: the count per state" "$(xargs <"$tmp/count")" "ESTABLISHED 1 LISTEN 1"
tells lsof "who listens" "*nc *TCP 10.9.0.1:9000 (LISTEN)*"
tells ss "the connection" "*10.9.0.1:* 10.9.0.2:7*"
tells sar "sockets in use" "*totsck tcpsck udpsck*"
tells tcpdump "the handshake, on the kernel's side of the cable" \
	"*lwip0 Out *> 10.9.0.2.9: Flags \[S\]*lwip0 In *10.9.0.2.9 > *Flags \[S.\]*Flags \[.\]*"
tells ping "lwIP answers" "*2 packets transmitted, 2 received, 0% packet loss*"
tells ping6 "over IPv6, too" "*fd09::2*2 packets transmitted, 2 received, 0% packet loss*"
tells traceroute "one hop" "* 1 10.9.0.2 *"
tells mtr "one hop, without loss" "*1.|-- 10.9.0.2 0.0% 2 *"
tells nslookup "lwIP's mDNS responder knows lwip.local" "*Name:*lwip.local*Address: 10.9.0.2*"
tells curl "the table has its own connection" "*ESTABLISHED*10.9.0.2:80 *10.9.0.1:* ESTABLISHED*ESTABLISHED*"
is "nc: echo" "$(cat "$tmp/nc")" hello
tells iperf "lwiperf takes it" "*connected with 10.9.0.2 port 5001*bits/sec*"
tells nmap "the open ports, and no others" \
	"*7/tcp open *9/tcp open *13/tcp open *19/tcp open *80/tcp open *5001/tcp open *Nmap done: 1 IP address (1 host up)*"
is "nc: a listener of the kernel's hears" "$(cat "$tmp/heard")" heard
