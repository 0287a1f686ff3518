#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The host is as before, whatever becomes of a run: it ends, it is interrupted, it or one of its experiments
# is killed. The host here is a stand-in: namespaces of the test's own for network, mounts and processes, in
# which nobody else is at work. What no namespace divides is looked at beside it: tracing, and the real
# host's settings through a file descriptor to its network namespace.
set -u

if [ -z "${STANDIN-}" ] && [ "$(id -u)" -eq 0 ]; then
	export STANDIN=yes
	exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" 9</proc/self/ns/net
fi
. tests/integration/tap.sh
. tests/integration/experiment.sh
if [ -z "${STANDIN-}" ]; then
	plan 1
	skip "the host stays clean" "only root can make a stand-in for it"
	exit
fi
plan 37

mount --make-rshared / # as on most hosts: mounts would spread
ip link set lo up
ip tuntap add dev host0 mode tap
ip addr add 192.0.2.1/24 dev host0

# settings: net.*, without what changes by itself
settings() {
	sysctl -a 2>/dev/null | grep '^net\.' | grep -v '^net\.netfilter\.nf_conntrack_count '
}

# tracing: what is set up for tracing; read in a mount namespace within this one, so that tcplab does not
# find tracefs mounted
tracing() {
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount sh -c '
		cd /sys/kernel/tracing || exit
		mount -t tracefs none . 2>/dev/null
		cd /sys/kernel/tracing
		ls -A instances
		tail -n +1 set_event current_tracer tracing_on kprobe_events uprobe_events \
			events/sock/inet_sock_set_state/enable events/sock/inet_sock_set_state/filter' 2>&1
}

# host: all that could have changed
host() {
	for host_look in "ip -d link" "ip addr" "ip rule" "ip route show table all" "ip -6 route show table all" \
		"ip netns" "ls -A /run/netns" "nft list ruleset" "iptables-save" "ip6tables-save" \
		"cat /proc/self/mountinfo" "settings"; do
		# sysctl, nft and iptables are not everywhere
		command -v "${host_look%% *}" >/dev/null || continue
		echo "== $host_look"
		$host_look 2>&1
	done
	echo "== the real host"
	nsenter --net=/proc/self/fd/9 ip -o link | grep -E 'lwip|tcplab'
	nsenter --net=/proc/self/fd/9 sysctl -a 2>/dev/null | grep '^net\.' |
		grep -vE '^net\.netfilter\.nf_conntrack_count |^net\..*\.(conf|neigh)\.' # those come and go with interfaces
	echo "== tracing"
	tracing
	echo "== processes"
	for host_process in /proc/[0-9]*; do
		! tr '\0' ' ' 2>/dev/null <"$host_process/cmdline" | grep -F "$TCPLAB" || echo "$host_process"
	done
}

# unchanged WHAT: the host is as before
unchanged() {
	host >"$tmp/after"
	ok "$1: the host is as before" diff -u "$tmp/before" "$tmp/after"
}

# begin ARGUMENT...: a run whose first experiment hangs in its middle; sets parent and child
begin() {
	rm -f "$tmp"/hanging/*
	LD_PRELOAD="$tmp/meddle.so" LISTEN=hang setsid "$TCPLAB" run -j 2 "$@" >"$tmp/out" 2>"$tmp/err" &
	parent=$!
	poll hanging || { echo "Bail out!  no experiment has come to its middle"; exit 1; }
	child=$(ls "$tmp/hanging")
}

hanging() {
	[ -n "$(ls "$tmp/hanging")" ]
}

two_hanging() {
	[ "$(find "$tmp/hanging" -type f | wc -l)" -eq 2 ]
}

only_child() {
	[ "$(cat "/proc/$parent/task/$parent/children")" = "$child " ]
}

# end: waits for the run's end; sets rc, out and err
end() {
	wait "$parent" 2>/dev/null
	rc=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

dead() {
	! alive "$1"
}

meddle
host >"$tmp/before"
like "there is something to look at" "$(cat "$tmp/before")" \
	"*host0*192.0.2.1*== cat /proc/self/mountinfo*net.ipv4.tcp_*== the real host*net.core.*== tracing*== processes"

# Runs that end by themselves
run "$TCPLAB" run
is "every scenario: holds" "$rc$err" 0
unchanged "every scenario"
run nsenter --net=/proc/self/fd/9 "$TCPLAB" run --format tap
is "every scenario, from the real host's network: holds" "$rc$err" 0
unchanged "every scenario, from the real host's network"
run "$TCPLAB" run -j 8 --format jsonl --out "$tmp/out.d"
is "eight at a time: hold" "$rc$err" 0
unchanged "eight at a time"
rm -r "$tmp/out.d"
run env LD_PRELOAD="$tmp/meddle.so" LISTEN=fail "$TCPLAB" run
is "scenarios that fail: exit status 1" $rc 1
unchanged "scenarios that fail"
run env LD_PRELOAD="$tmp/meddle.so" LISTEN=abort "$TCPLAB" run
is "scenarios that crash: exit status 1" $rc 1
unchanged "scenarios that crash"

# An experiment that is in its middle has its own namespaces, and its TAP device there
begin handshake
ok "in its middle: a network namespace of its own" [ "$(readlink "/proc/$child/ns/net")" != "$(readlink /proc/self/ns/net)" ]
ok "in its middle: a mount namespace of its own" [ "$(readlink "/proc/$child/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]
like "in its middle: its TAP device is there" "$(nsenter --net="/proc/$child/ns/net" ip -o link)" "*lwip0*"
host >"$tmp/after"
is "in its middle: the host is as before, but for processes" "$(sed '/^== processes/,$d' "$tmp/after" | diff -u "$tmp/before" - | grep '^[-+][^-+]')" "-== processes"

# One experiment is killed
kill -KILL "$child"
end
is "an experiment killed: exit status 1" $rc 1
like "an experiment killed: says which, and by which signal" "$err" "tcplab: handshake/lwip*died of signal KILL"
like "an experiment killed: the others go on" "$out" "*handshake/lwip *CRASHED *handshake/kernel *holds *1 of 2 hold"
unchanged "an experiment killed"
begin -j 4 --format tap handshake abort
poll two_hanging
signal=TERM
for child in "$tmp"/hanging/*; do
	kill -$signal "${child##*/}"
	signal=KILL
done
end
is "two killed, tap: exit status 1" $rc 1
is "two killed, tap: all in their order" "$(echo "$out" | grep -v '^#' | xargs)" \
	"TAP version 13 1..4 not ok 1 - handshake/lwip ok 2 - handshake/kernel not ok 3 - abort/lwip ok 4 - abort/kernel"
is "two killed, tap: and why" "$(echo "$out" | sed -n 's/^# \(.* \)*died of signal //p' | sort | xargs)" "KILL TERM"
unchanged "two killed"
begin handshake/lwip
kill -ALRM "$child"
end
like "an experiment that comes to no end: says so" "$rc $err" "1 *died of signal ALRM: it did not come to its end"

# The whole run is interrupted
for signal in INT TERM; do
	begin handshake
	kill -$signal "$parent"
	end
	ok "SIG$signal: no experiment is left when it returns" dead "$child"
	is "SIG$signal: exit status 2, and says so" "$rc $err" "2 tcplab: stopped by SIG$signal"
	unchanged "SIG$signal"
done
begin handshake
poll only_child
kill -INT -"$parent" # as Ctrl-C does
end
ok "Ctrl-C: no experiment is left when it returns" dead "$child"
is "Ctrl-C: exit status 2" $rc 2
is "Ctrl-C: says so, and no more" "$err" "tcplab: stopped by SIGINT"
unchanged "Ctrl-C"
begin handshake
kill -KILL "$parent"
end
ok "SIGKILL: the experiments die, too" poll dead "$child"
is "SIGKILL: of that signal" $rc 137
unchanged "SIGKILL"
