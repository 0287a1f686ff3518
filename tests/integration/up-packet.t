#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A live host whose way to the kernel is a packet socket on a veth pair, as root and as an ordinary user: the
# services answer, the ladder has both ends, and nothing is left.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh

user=65534
if [ "$(id -u)" -ne 0 ]; then
	plan 1
	skip "a live host behind a packet socket" "only root can be both root and an ordinary user"
	exit
fi
if ! setpriv --reuid $user --regid $user --clear-groups unshare -Urn true 2>"$tmp/err"; then
	plan 1
	skip "a live host behind a packet socket" "user namespaces are forbidden here: $(head -n 1 "$tmp/err")"
	exit
fi
plan 27

chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab" # where that user can read it
chmod 755 "$tmp/tcplab"
mkdir -m 777 "$tmp/theirs"
up=
trap 'kill $up 2>/dev/null; rm -rf "$tmp"' EXIT

as_root() {
	XDG_RUNTIME_DIR=$tmp/ours "$@"
}

as_user() {
	XDG_RUNTIME_DIR=$tmp/theirs setpriv --reuid $user --regid $user --clear-groups "$@"
}

entered() {
	$who "$tmp/tcplab" exec true 2>/dev/null
}

inside() {
	run $who timeout 30 "$tmp/tcplab" exec -- "$@"
}

shown() {
	poll grep -qE "$1" "$tmp/ladder"
}

links() {
	ip -o link | cut -d: -f 2
}

mkdir -m 700 "$tmp/ours"
links >"$tmp/links"
for who in as_root as_user; do
	run $who timeout 20 "$tmp/tcplab" up -4 --netif packet --mtu 139
	like "$who: an MTU that is too small for it" "$rc $err" "2 tcplab up: --mtu over IPv4, with --netif packet, takes a whole number from 140 to 1500, not '139'*"
	$who "$tmp/tcplab" up --netif packet >"$tmp/ladder" 2>"$tmp/trouble" &
	ok "$who: it can be entered" poll entered
	up=$(cat "$tmp"/ours/tcplab/up* "$tmp"/theirs/tcplab/up* 2>/dev/null | head -n 1)
	inside ip -o link
	is "$who: one interface beside the loopback" "$(echo "$out" | sed 's/^[0-9]*: \([a-z0-9]*\)[@:].*/\1/' | xargs)" "lo lwip0"
	inside ping -c 1 -q 10.9.0.2
	is "$who: ping" "$rc" 0
	inside ping -c 1 -q fd09::2
	is "$who: ping, IPv6" "$rc" 0
	inside curl -s -m 10 http://10.9.0.2/state.txt
	like "$who: the state page has both ends" "$rc $out" "0 lwip: *kernel: *c1 *ESTABLISHED *ESTABLISHED*"
	inside sh -c 'printf hello | nc -N -w 5 10.9.0.2 7'
	is "$who: echo" "$rc $out" "0 hello"
	inside sh -c 'head -c 3000000 /dev/zero | nc -N -w 20 10.9.0.2 9'
	is "$who: 3 MB, to discard" "$rc" 0
	ok "$who: the ladder has lwIP's state, the frame, and the kernel's state" shown '^ +[0-9.]+  c1 +SYN_RCVD +◀─ SYN seq=0 .* SYN_SENT$'
	ok "$who: the kernel's last state" shown '^ +[0-9.]+  c2 .*(TIME_WAIT|CLOSED)$'
	kill -TERM "$up"
	wait $!
	is "$who: SIGTERM: exit status 0, and no complaint" "$?$(cat "$tmp/trouble")" 0
	like "$who: the summary" "$(tail -n 3 "$tmp/ladder")" "up for *, ended by SIGTERM: *
lwip    3 connections, *
kernel  3 connections, *"
	up=
done
links >"$tmp/links_after"
is "nothing is left" "$(diff "$tmp/links" "$tmp/links_after"; find "$tmp/ours/tcplab" "$tmp/theirs/tcplab" -type f)" ""
is "and nobody has leaked" "$(grep -c leaked "$tmp/ladder")" 0
run as_root timeout 20 "$tmp/tcplab" up --netif veth
like "another word" "$rc $err" "2 tcplab up: --netif takes tap or packet, not 'veth'*"
