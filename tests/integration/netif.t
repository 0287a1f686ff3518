#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# lwIP's two ways to the kernel, a TAP device and a packet socket on a veth pair: the same happens on both, as
# root and as an ordinary user; and which one is taken where nobody says.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh

if [ "$(id -u)" -ne 0 ]; then
	plan 1
	skip "two ways to the kernel" "only root can open and close /dev/net/tun to others"
	exit
fi
plan 33

user=65534
chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab" # where that user can read it
chmod 755 "$tmp/tcplab"
mkdir -m 777 "$tmp/dev" "$tmp/theirs"

# as_user MODE COMMAND...: as run does, as an ordinary user, where /dev/net/tun has MODE
as_user() {
	as_mode=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c '
		mount -t tmpfs none "$0/dev" && mknod "$0/dev/tun" c 10 200 && chmod '"$as_mode"' "$0/dev/tun" &&
		mount --bind "$0/dev/tun" /dev/net/tun || exit 99
		exec setpriv --reuid '$user' --regid '$user' --clear-groups "$@"' "$tmp" "$@"
}

# without_tun COMMAND...: as run does, where there is no /dev/net/tun
without_tun() {
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c 'mount -t tmpfs none /dev/net && exec "$@"' sh "$@"
}

# differing DIR1 DIR2: the experiments of two runs whose transcripts differ
differing() {
	"$TCPLAB" diff "$1" "$2" >"$tmp/diff" 2>&1
	[ $? -le 1 ] || cat "$tmp/diff"
	sed -n 's/^\(.*\)-\(lwip\|kernel\)\.transcript: .*/\1\/\2/p' "$tmp/diff" | xargs
}

# same HOW OPTIONS...: the suite has equal transcripts on both. HOW: as root, or as_user. What the kernel
# decides by real time (docs/design.md) makes a few differ on a busy machine: these run again, and one
# pair out of five has to be equal.
same() {
	same_how=$1
	shift
	rm -rf "$tmp/theirs/tap" "$tmp/theirs/packet"
	for same_netif in tap packet; do
		$same_how "$tmp/tcplab" run "$@" --netif $same_netif --out "$tmp/theirs/$same_netif"
		same_status="${same_status-}$rc"
	done
	same_left=$(differing "$tmp/theirs/tap" "$tmp/theirs/packet")
	same_first=$same_left
	for same_try in 2 3 4 5; do
		[ -n "$same_left" ] || break
		rm -rf "$tmp/theirs/tap" "$tmp/theirs/packet"
		for same_netif in tap packet; do
			# shellcheck disable=SC2086 # names, without spaces
			$same_how "$tmp/tcplab" run "$@" --netif $same_netif --out "$tmp/theirs/$same_netif" $same_left
		done
		same_left=$(differing "$tmp/theirs/tap" "$tmp/theirs/packet")
	done
	echo "# differed at first: ${same_first:-none}; tries: $same_try"
}

as_root() {
	run "$@"
}

as_anybody() {
	as_user 666 "$@"
}

count=$(experiments | wc -w)

# As root
same_status=
same as_root -4
is "IPv4: every scenario holds on both" "$same_status" 00
is "IPv4: the transcripts are the same" "$same_left" ""
same_status=
same as_root -6
is "IPv6: every scenario holds on both" "$same_status" 00
is "IPv6: the transcripts are the same" "$same_left" ""
same_status=
same as_root --mtu 576 'handshake' 'close*' 'rst*'
is "MTU 576: the scenarios hold on both" "$same_status" 00
is "MTU 576: the transcripts are the same" "$same_left" ""
# In as many frames as these are then, the kernel's delayed acknowledgements come somewhere else each time.
for netif in tap packet; do
	run "$TCPLAB" run --netif $netif --mtu 576 data 'half-*'
	is "MTU 576, $netif: many frames: the scenarios hold" "$rc$err" 0
done
run "$TCPLAB" run --netif packet --mtu 140 fin-with-data syn-cookies data
is "MTU 140, packet: the scenarios hold" "$rc$err" 0
run "$TCPLAB" run --netif packet --mtu 139 handshake
is "MTU 139, packet: exit status 2" $rc 2
like "MTU 139, packet: says what the limit belongs to" "$err" \
	"tcplab run: --mtu over IPv4, with --netif packet, takes a whole number from 140 to 1500, not '139'*"

# What a run tells of it
run "$TCPLAB" run --netif packet --out "$tmp/p" handshake
is "packet: the environment tells of it" "$(grep '^netif: ' "$tmp/p/environment")" "netif: packet"
is "packet: what repeats the run does" "$(head -n 1 "$tmp/p/command")" "--netif=packet"
like "packet: the ladder does" "$(cat "$tmp/p/handshake-lwip.txt")" "*lwIP's way to the kernel: a packet socket on a veth pair*"
ok "packet: the report does" grep -q "netif packet" "$tmp/p/report.html"
run "$TCPLAB" replay "$tmp/p"
is "packet: replay does the same" "$rc $out" "0 $(printf '%-29s the same transcript\n' handshake/lwip handshake/kernel; echo '2 of 2 transcripts are the same')"
run "$TCPLAB" run --netif tap --out "$tmp/t" handshake
is "tap: the environment tells of it" "$(grep '^netif: ' "$tmp/t/environment")" "netif: tap"
is "tap: the ladder has no word of it" "$(grep -c 'way to the kernel' "$tmp/t/handshake-lwip.txt")" 0

# What is seen of it
meddle
env LD_PRELOAD="$tmp/meddle.so" LISTEN=hang "$TCPLAB" run --netif packet handshake/lwip >/dev/null 2>&1 &
hangs() {
	child=$(ls "$tmp/hanging")
	[ -n "$child" ]
}
ok "packet: an experiment is in its middle" poll hangs
is "packet: the kernel has one interface beside the loopback, as with a TAP device" \
	"$(nsenter --net="/proc/$child/ns/net" ip -o link | sed 's/^[0-9]*: \([a-z0-9]*\)[@:].*/\1/' | xargs)" "lo lwip0"
kill -KILL "$child"
wait
is "packet: the host has no interface of it" "$(ip -o link | grep -c 'lwip[01]')" 0

# Other commands
run "$TCPLAB" sweep --netif packet --drop '{1..2}' close/lwip
is "packet: a sweep holds" "$rc$err" 0
run "$TCPLAB" flood kernel --netif packet --count 2000 --clients 3
is "packet: a flood can be made" "$rc$err" 0
run "$TCPLAB" run --netif veth handshake
is "another word: exit status 2" $rc 2
like "another word: says which there are" "$err" "tcplab run: --netif takes tap or packet, not 'veth'*"

# Which one is taken
run "$TCPLAB" run --out "$tmp/any" handshake
is "with /dev/net/tun: a TAP device" "$rc $(grep '^netif: ' "$tmp/any/environment")" "0 netif: tap"
without_tun "$TCPLAB" run --out "$tmp/none" handshake
is "without /dev/net/tun: a packet socket" "$rc $(grep '^netif: ' "$tmp/none/environment")" "0 netif: packet"
without_tun "$TCPLAB" run --netif tap handshake
is "without /dev/net/tun, but asked for: exit status 2" $rc 2
like "without /dev/net/tun, but asked for: says what to do" "$err" \
	"*cannot open /dev/net/tun for lwIP: No such file or directory; *use --netif packet*"

# As an ordinary user
as_user 600 unshare -Un true
if [ $rc -eq 0 ]; then
	as_user 600 "$tmp/tcplab" run --out "$tmp/theirs/closed"
	is "an ordinary user, /dev/net/tun closed: every scenario holds" "$rc$err" 0
	is "an ordinary user, /dev/net/tun closed: by a packet socket, and none is left out" \
		"$(grep '^netif: ' "$tmp/theirs/closed/environment") $(find "$tmp/theirs/closed" -name '*.transcript' | wc -l)" \
		"netif: packet $count"
	same_status=
	same as_anybody -6
	is "an ordinary user, IPv6: every scenario holds on both" "$same_status" 00
	is "an ordinary user, IPv6: the transcripts are the same" "$same_left" ""
else
	for point in "/dev/net/tun closed: every scenario holds" \
		"/dev/net/tun closed: by a packet socket, and none is left out" \
		"IPv6: every scenario holds on both" "IPv6: the transcripts are the same"; do
		skip "an ordinary user, $point" "user namespaces are forbidden here: $err"
	done
fi
