#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Without root: experiments in a user namespace, and what is said where the system does not allow that.
# Root becomes an ordinary user for it, and gives /dev/net/tun to all only in a mount namespace of the test's own.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
plan 26

user=65534
chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab" # where that user can read it
chmod 755 "$tmp/tcplab"
mkdir -m 777 "$tmp/dev" "$tmp/theirs"
meddle

# as_user COMMAND...: as run does, as an ordinary user
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		run setpriv --reuid $user --regid $user --clear-groups "$@"
	else
		run "$@"
	fi
}

# with_tun MODE COMMAND...: the same, where /dev/net/tun has MODE
with_tun() {
	with_mode=$1
	shift
	if [ "$(id -u)" -eq 0 ]; then
		# shellcheck disable=SC2016 # the inner shell expands it
		run unshare -m sh -c '
			mount -t tmpfs none "$0/dev" && mknod "$0/dev/tun" c 10 200 && chmod '"$with_mode"' "$0/dev/tun" &&
			mount --bind "$0/dev/tun" /dev/net/tun || exit 99
			exec setpriv --reuid '$user' --regid '$user' --clear-groups "$@"' "$tmp" "$@"
	else
		run "$@"
	fi
}

# allowed MODE: whether a test with /dev/net/tun of MODE can be made here; else sets why_not
allowed() {
	if [ "$(id -u)" -ne 0 ] && [ "$(stat -c %a /dev/net/tun)" != "$1" ]; then
		why_not="/dev/net/tun has not the mode $1, and only root can make one that has"
		return 1
	fi
	as_user unshare -Un true
	why_not="user namespaces are forbidden here: $err"
	[ $rc -eq 0 ] || return 1
	with_tun "$1" true
	why_not="cannot make /dev/net/tun: $err"
	[ $rc -eq 0 ]
}

# skip_all REASON: skips the points on standard input
skip_all() {
	while read -r skip_point; do
		skip "$skip_point" "$1"
	done
}

names=$(experiments)

# No right to open the device
if allowed 600; then
	with_tun 600 "$tmp/tcplab" run --netif tap handshake
	is "/dev/net/tun is root's: exit status 2" $rc 2
	like "/dev/net/tun is root's: says what is missing and what to do" "$err" \
		"*handshake/lwip: cannot open /dev/net/tun for lwIP: Permission denied; run tcplab as root, *chmod 0666 /dev/net/tun*, or use --netif packet*"
	like "/dev/net/tun is root's: each is refused, none fails" "$out" \
		"*handshake/lwip *refused *handshake/kernel *refused *0 of 2 hold"
	with_tun 600 "$tmp/tcplab" run --netif tap --format tap handshake
	is "/dev/net/tun is root's, tap: exit status 2" $rc 2
	like "/dev/net/tun is root's, tap: not ok, and why" "$out" \
		"*not ok 1 - handshake/lwip*# *cannot open /dev/net/tun*not ok 2 - handshake/kernel*"
	with_tun 600 "$tmp/tcplab" run --netif tap --format jsonl handshake
	is "/dev/net/tun is root's, jsonl: exit status 2, and no event" "$rc$out" 2
else
	skip_all "$why_not" <<'END'
/dev/net/tun is root's: exit status 2
/dev/net/tun is root's: says what is missing and what to do
/dev/net/tun is root's: each is refused, none fails
/dev/net/tun is root's, tap: exit status 2
/dev/net/tun is root's, tap: not ok, and why
/dev/net/tun is root's, jsonl: exit status 2, and no event
END
fi

# A device for all
if allowed 666; then
	with_tun 666 id -u
	like "an ordinary user is at work" "$out" "[1-9]*"
	with_tun 666 "$tmp/tcplab" run -v
	is "an ordinary user: every scenario holds" "$rc$err" 0
	is "an ordinary user: none is left out" \
		"$(echo "$out" | sed -n 's/^\([a-z0-9-]*\/[a-z]*\)  .*  \(holds\|deviates\)  *[0-9.]* ms\( .*\)*$/\1/p' | xargs)" "$names"
	is "an ordinary user: sock_diag alone watches the kernel, and the ladder says why" \
		"$(grep -c '^kernel watched by sock_diag only; no tracepoint: .' "$tmp/out") $(grep -c '^kernel watched by' "$tmp/out")" \
		"$(echo "$names" | wc -w) $(echo "$names" | wc -w)"
	with_tun 666 "$tmp/tcplab" run -j 8 --format jsonl --out "$tmp/theirs/out"
	is "an ordinary user, eight at a time: hold" "$rc$err" 0
	is "an ordinary user: no transition is told by the tracepoint, many by sock_diag" \
		"$(grep -c '"src":"tracepoint"' "$tmp/out") $(grep -c '"src":"sock_diag"' "$tmp/out" | sed 's/[1-9][0-9][0-9]*/many/')" "0 many"
	python3 tests/integration/events.py check docs/events.md "$tmp/out" >"$tmp/problems"
	is "an ordinary user: the events are such as docs/events.md says" \
		"$(grep -vE '^((lines|experiments|sources): |$)' "$tmp/problems")" ""
	is "an ordinary user: the evidence is there" "$(find "$tmp/theirs/out" -type f | wc -l)" \
		"$(($(echo "$names" | wc -w) * 4 + 3))"
	with_tun 666 "$tmp/tcplab" run --seed 2 --format tap 'close*'
	is "an ordinary user, another seed: holds" "$rc$err" 0
	with_tun 666 "$tmp/tcplab" run -6
	is "an ordinary user, over IPv6: every scenario holds" "$rc$err" 0
	with_tun 666 "$tmp/tcplab" run -6 --mtu 1280 --format tap handshake data
	is "an ordinary user, over IPv6 with another MTU: holds" "$rc$err" 0

	# What dies with whom, in a user namespace, too
	# shellcheck disable=SC2016 # the inner shell expands it
	with_tun 666 env LD_PRELOAD="$tmp/meddle.so" LISTEN=hang sh -c '
		"$0/tcplab" run handshake/lwip &
		left=1500
		until [ -n "$(ls "$HANGING")" ] || [ $left -eq 0 ]; do sleep 0.02; left=$((left - 1)); done
		kill -KILL $!
		wait $! 2>/dev/null' "$tmp"
	child=$(ls "$tmp/hanging")
	dead() {
		! alive "$child"
	}
	ok "an ordinary user, the run is killed: there was an experiment" [ -n "$child" ]
	ok "an ordinary user, the run is killed: the experiment dies, too" poll dead
else
	skip_all "$why_not" <<'END'
an ordinary user is at work
an ordinary user: every scenario holds
an ordinary user: none is left out
an ordinary user: sock_diag alone watches the kernel, and the ladder says why
an ordinary user, eight at a time: hold
an ordinary user: no transition is told by the tracepoint, many by sock_diag
an ordinary user: the events are such as docs/events.md says
an ordinary user: the evidence is there
an ordinary user, another seed: holds
an ordinary user, over IPv6: every scenario holds
an ordinary user, over IPv6 with another MTU: holds
an ordinary user, the run is killed: there was an experiment
an ordinary user, the run is killed: the experiment dies, too
END
fi

# No user namespaces: as in a container that forbids them, without any capability
# forbidden COMMAND...: in a user namespace in which no further one may be made
forbidden() {
	# shellcheck disable=SC2016 # the inner shell expands it
	as_user unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_user_namespaces || exit 99
		exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"' sh "$@"
}
forbidden true
if [ $rc -eq 0 ]; then
	limit=$(cat /proc/sys/user/max_user_namespaces)
	forbidden "$tmp/tcplab" run handshake
	is "user namespaces forbidden: exit status 2" $rc 2
	like "user namespaces forbidden: says what is missing" "$err" \
		"tcplab: handshake/lwip: cannot make a private network namespace: *It needs CAP_SYS_ADMIN, or the right to make a user namespace*"
	like "user namespaces forbidden: says what to do" "$err" "*run tcplab as root, or *sysctl user.max_user_namespaces=*"
	like "user namespaces forbidden: each is refused, none fails" "$out" \
		"*handshake/lwip *refused *handshake/kernel *refused *0 of 2 hold"
	forbidden "$tmp/tcplab" list
	is "user namespaces forbidden: list works" "$rc$err" 0
	is "user namespaces forbidden: the host still allows as many as before" \
		"$(cat /proc/sys/user/max_user_namespaces)" "$limit"
	forbidden unshare -U true
	is "user namespaces forbidden: they were" $rc 1
else
	skip_all "no user namespace to forbid them in: $err" <<'END'
user namespaces forbidden: exit status 2
user namespaces forbidden: says what is missing
user namespaces forbidden: says what to do
user namespaces forbidden: each is refused, none fails
user namespaces forbidden: list works
user namespaces forbidden: the host still allows as many as before
user namespaces forbidden: they were
END
fi
