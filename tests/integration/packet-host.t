#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A live host on an Ethernet segment: a bridge in a network namespace that this test has made, with three hosts on
# it, each behind a veth. tcplab runs on the first one, A; B and C are the segment's others.
set -u
if [ "${OWN_NAMESPACE-}" != yes ]; then
	. tests/integration/tap.sh
	own='-nm'
	[ "$(id -u)" -eq 0 ] || own='-Urnm'
	if ! unshare $own ip link add segment type bridge 2>"$tmp/err"; then
		plan 1
		skip "a live host on a segment" "no bridge in a network namespace: $(head -n 1 "$tmp/err")"
		exit
	fi
	rm -rf "$tmp"
	HOST_NETWORK=$(readlink /proc/self/ns/net)
	export OWN_NAMESPACE=yes HOST_NETWORK
	exec unshare $own sh "$0"
fi
. tests/integration/tap.sh
. tests/integration/experiment.sh
if [ "$(readlink /proc/self/ns/net)" = "$HOST_NETWORK" ]; then
	echo "Bail out!  this is no network namespace of the test's own"
	exit 1
fi
plan 61

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"
up=

# -- The segment

ip link set lo up
# host: a network namespace of another host; sets host to a process that keeps it
host() {
	unshare -n sleep 600 &
	host=$!
	poll differs "$host"
}

differs() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

host
A=$host
host
B=$host
host
C=$host
trap 'kill $up $A $B $C 2>/dev/null; rm -rf "$tmp"' EXIT

# at HOST COMMAND...
at() {
	at_host=$1
	shift
	nsenter -t "$at_host" -n "$@"
}

# join HOST NUMBER: it gets an interface eth0 on the segment, with the addresses of that number
join() {
	ip link add "port$2" type veth peer name "far$2"
	ip link set "far$2" netns "$1" name eth0
	ip link set "port$2" master segment up
	at "$1" ip link set lo up
	at "$1" ip link set eth0 addrgenmode none
	at "$1" ip link set eth0 up
	at "$1" ip addr add "10.77.0.$2/24" dev eth0
	at "$1" ip addr add "fd77::$2/64" dev eth0 nodad
}

ip link add segment type bridge
ip link set segment up
join "$A" 1
join "$B" 2
join "$C" 3

# reaches HOST ADDRESS
reaches() {
	at "$1" ping -c 1 -W 1 -q "$2" >/dev/null 2>&1
}
ok "the segment: A reaches B and C" poll reaches "$A" 10.77.0.2
poll reaches "$A" 10.77.0.3
poll reaches "$A" fd77::2

hwaddr_of() {
	at "$1" ip link show eth0 | sed -n 's/.*link\/ether \([0-9a-f:]*\).*/\1/p'
}

# What tcplab must not change of A's: all but the counters, and what A's neighbours have been up to
state() {
	at "$A" sh -c '
		ip -o -d link | sed "s/ qdisc .*promiscuity/ promiscuity/"
		ip -o addr; ip route show table all; ip -6 route show table all; ip rule
		cat /proc/sys/net/ipv4/tcp_early_retrans /proc/sys/net/ipv4/tcp_moderate_rcvbuf
		sysctl -a 2>/dev/null | grep "^net\.ipv[46]\.\(conf\|neigh\)\." | grep -v "stable_secret"
		ip -o maddr; ip neigh show nud permanent' 2>/dev/null | sort
}

promiscuity() {
	at "$A" ip -d link show eth0 | sed -n 's/.*promiscuity \([0-9]*\).*/\1/p'
}

# -- What is refused

mac=02:00:00:12:34:56

# refused WHAT PATTERN OPTION...: exit status 2, and why
refused() {
	refused_what=$1 refused_why=$2
	shift 2
	run at "$A" timeout 20 "$TCPLAB" up "$@"
	like "$refused_what" "$rc $err" "2 tcplab up: $refused_why"
}

state >"$tmp/state"
refused "no MAC" "--packet needs lwIP's Ethernet address*--mac 02:*" --packet eth0 --ip 10.77.0.9/24
refused "no IP" "--packet needs lwIP's IP address*--ip*" --packet eth0 --mac $mac
refused "no interface's name" "--mac, --ip and --gateway go with --packet*" --mac $mac --ip 10.77.0.9/24
refused "a group's MAC" "--mac 03:00:00:00:00:01 is a group's*02*" --packet eth0 --mac 03:00:00:00:00:01 --ip 10.77.0.9/24
refused "A's own MAC" "the Ethernet address is that of interface eth0 itself*" --packet eth0 --ip 10.77.0.9/24 \
	--mac "$(hwaddr_of "$A")"
refused "a bad prefix" "--ip: a prefix of IPv4 takes a whole number from 1 to 30, not '33'*" --packet eth0 --mac $mac --ip 10.77.0.9/33
refused "a gateway elsewhere" "--gateway 10.78.0.1 is no other host of lwIP's own network*" --packet eth0 --mac $mac --ip 10.77.0.9/24 --gateway 10.78.0.1
refused "an interface that there is not" "there is no interface 'eth7' here; there are lo, eth0" --packet eth7 --mac $mac --ip 10.77.0.9/24
refused "the loopback" "interface lo is no Ethernet*" --packet lo --mac $mac --ip 10.77.0.9/24
is "what is refused so far has not been announced" "$out" ""
at "$A" ip link set eth0 down
refused "an interface that is down" "interface eth0 is down*ip link set eth0 up" --packet eth0 --mac $mac --ip 10.77.0.9/24
at "$A" ip link set eth0 up
at "$A" ip addr add fd77::1/64 dev eth0 nodad 2>/dev/null
ip link set port1 down
no_carrier() {
	at "$A" ip link show eth0 | grep -q NO-CARRIER
}
poll no_carrier
refused "an interface without a carrier" "interface eth0 has no carrier*" --packet eth0 --mac $mac --ip 10.77.0.9/24
ip link set port1 up
poll reaches "$A" 10.77.0.2
poll reaches "$A" fd77::2
refused "a command inside" "a command runs inside*no inside*" --packet eth0 --mac $mac --ip 10.77.0.9/24 true
refused "a shell inside" "a command runs inside*" --packet eth0 --mac $mac --ip 10.77.0.9/24 --shell
for option in --sysctl=net.ipv4.tcp_syncookies=1 --mtu=1400 --netif=tap -4 -6; do
	refused "with --packet: $option" "--* is about lwIP's private network*" --packet eth0 --mac $mac --ip 10.77.0.9/24 $option
done
refused "A's own address" "10.77.0.1 is this host's own address, at eth0*" --packet eth0 --mac $mac --ip 10.77.0.1/24
refused "B's address" "somebody on the segment at eth0 has 10.77.0.2 already, the host with the Ethernet address $(hwaddr_of "$B")*" \
	--packet eth0 --mac $mac --ip 10.77.0.2/24
like "B's address: that was asked before anything else" "$out" "*has somebody these addresses already? yes"
refused "C's address, IPv6" "somebody on the segment at eth0 has fd77::3 already, the host with the Ethernet address $(hwaddr_of "$C")*" \
	--packet eth0 --mac $mac --ip 10.77.0.9/24 --ip fd77::3/64
refused "the wire's rules: there is no kernel" "--drop 'kernel SYN': there is no such sender on this wire, but lwip and others" \
	--packet eth0 --mac $mac --ip 10.77.0.9/24 --drop 'kernel SYN'
chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab"
chmod 755 "$tmp/tcplab"
mkdir -m 777 "$tmp/theirs"
run at "$A" timeout 20 setpriv --bounding-set=-net_raw --inh-caps=-net_raw --no-new-privs env XDG_RUNTIME_DIR="$tmp/theirs" \
	"$tmp/tcplab" up --packet eth0 --mac $mac --ip 10.77.0.9/24
like "without CAP_NET_RAW" "$rc $err" "2 tcplab up: cannot open a packet socket for lwIP: Operation not permitted; it needs CAP_NET_RAW: *"
state >"$tmp/state_after"
is "nothing of A is changed by any of these" "$(diff "$tmp/state" "$tmp/state_after")" ""
is "nothing is left" "$(ls "$XDG_RUNTIME_DIR/tcplab")" ""

# -- The host

started() {
	grep -q '^end: Ctrl-C' "$tmp/out.up"
}

# start OPTION...
start() {
	nsenter -t "$A" -n "$TCPLAB" up --packet eth0 --mac $mac --ip 10.77.0.9/24 "$@" >"$tmp/out.up" 2>"$tmp/err.up" &
	up=$!
	poll started
}

stop() {
	kill "-${1-TERM}" "$up"
	wait "$up"
	rc=$?
	up=
}

start --ip fd77::9/64 --gateway 10.77.0.3 --log "$tmp/log"
ok "it says that it has started" started
like "it has said what it will do: where, and with which addresses" "$(cat "$tmp/out.up")" \
	"lwIP becomes a host of the Ethernet segment at eth0:*$mac, and answers for 10.77.0.9, fd77::9 and fe80::ff:fe12:3456*"
like "what it will do to A" "$(cat "$tmp/out.up")" "*eth0 is promiscuous*nothing else of this host is changed*"
like "that A cannot reach it" "$(cat "$tmp/out.up")" "*this host cannot reach it by eth0*"
like "and then asked, and begun" "$(cat "$tmp/out.up")" "*has somebody these addresses already? no*services: echo 7*ping 10.77.0.9*"
is "the interface is promiscuous" "$(promiscuity)" 1

run at "$B" ping -c 2 -i 0.2 -q 10.77.0.9
is "ping from B" "$rc" 0
run at "$C" ping -c 2 -i 0.2 -q fd77::9
is "ping from C, IPv6" "$rc" 0
like "B knows it by its MAC" "$(at "$B" ip neigh show 10.77.0.9)" "*lladdr $mac *"
run at "$B" curl -s -m 10 http://10.77.0.9/state.txt
like "the state page: lwIP's side, and who asks; no kernel's" "$rc $out" "0 lwip: 6 LISTEN 1 ESTABLISHED*lwip * others *c1 *10.77.0.9:80 *10.77.0.2:*ESTABLISHED*"
run at "$C" curl -s -m 10 'http://[fd77::9]/'
like "the state page over IPv6, as HTML" "$rc $out" "0 <!doctype html>*lwIP<th*others*fd77::3*"
run at "$C" sh -c 'printf hello | nc -N -w 5 10.77.0.9 7'
is "echo, to C" "$rc $out" "0 hello"
run at "$B" sh -c 'head -c 3000000 /dev/zero | nc -N -w 20 10.77.0.9 9'
is "3 MB, to discard: with segments that the kernel has not cut" "$rc" 0
reaches "$A" 10.77.0.9
is "A itself does not reach it" $? 1
ok "A reaches the others as before" reaches "$A" 10.77.0.2
run at "$A" "$TCPLAB" exec true
like "there is no inside to enter" "$rc $err" "2 tcplab exec: the live host 'up' (process $up) is on a real Ethernet segment and has no inside*"

shown() {
	poll grep -qE "$1" "$tmp/log"
}
ok "the ladder: lwIP and the others" shown '^ +time s +lwip +others$'
ok "the ladder: lwIP's states, and whose frame it is" shown '^ +[0-9.]+  c1 +SYN_RCVD +◀─ SYN seq=0 .* 10\.77\.0\.2$'
ok "the ladder: whom lwIP sends to" shown '^ +[0-9.]+  c1 +── SYN,ACK seq=0 ack=1 .*▶ 10\.77\.0\.2$'
ok "the ladder: IPv6" shown 'c2 +SYN_RCVD +◀─ SYN seq=0 .* fd77::3$'
is "the ladder: nobody is said to have made the others act" "$(grep -c 'timer or process' "$tmp/log")" 0

stop
is "SIGTERM: exit status 0, and no complaint" "$rc$(cat "$tmp/err.up")" 0
like "the summary has one stack" "$(tail -n 2 "$tmp/out.up")" "up for *, ended by SIGTERM: * frames
lwip    4 connections, *"
is "the interface is promiscuous no more" "$(promiscuity)" 0
state >"$tmp/state_after"
is "nothing of A is changed" "$(diff "$tmp/state" "$tmp/state_after")" ""

start
stop KILL
is "killed: the interface is promiscuous no more, either" "$(promiscuity)" 0

# -- lwIP as the client, rules, evidence

at "$B" timeout 60 nc -l 10.77.0.2 9000 >"$tmp/heard" &
listens() {
	at "$B" ss -Hltn | grep -q :9000
}
poll listens
cat >"$tmp/client.lab" <<END
drop lwip FIN 1
connect lwip to 10.77.0.2 9000
expect c1 ESTABLISHED
send c1 hello
close c1
expect c1 FIN_WAIT_1
warp 4s
expect c1 TIME_WAIT
ss
save $tmp/evidence
warp 2MSL
expect c1 CLOSED
END
run at "$A" timeout 60 "$TCPLAB" up --packet eth0 --mac $mac --ip 10.77.0.9/24 --script "$tmp/client.lab"
is "a script: its verdicts hold" "$rc$(grep -c FAILS "$tmp/out") $(grep -c '^holds' "$tmp/out")" "00 4"
ok "a script: the dropped FIN goes once more" grep -q 'FIN,ACK seq=6 ack=1, dropped .*╳ 10.77.0.2' "$tmp/out"
is "a script: B has heard it" "$(cat "$tmp/heard")" hello
like "the evidence: the ladder" "$(cat "$tmp/evidence/up.txt")" "*host: lwip, others: others
lwIP is a host of the Ethernet segment at eth0
*lwip * others
*"
ok "the evidence: the others' frames in JSON" grep -q '"who":"others","ev":"frame"' "$tmp/evidence/up.jsonl"
python3 tests/integration/events.py check docs/events.md "$tmp/evidence/up.jsonl" >"$tmp/problems"
is "the evidence: the others' frames are such as docs/events.md says" "$(grep -E 'others|: frame ' "$tmp/problems")" ""
run at "$A" timeout 60 "$TCPLAB" up --packet eth0 --mac $mac --ip fd77::9/64 --guard=0 --drop 'others SYN 1' --script - <<END
wait 10ms
guard
END
like "IPv6 alone, with the guard and a rule about the others" "$rc $out" "0 *the guard is on*"
