#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The names of a live host's hosts, whatever the machine's /etc/hosts is: each time with an /etc of the test's own,
# in a mount namespace; as this user, and as an ordinary one where this is root.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 26

namespace=-m ordinary='setpriv --reuid 65534 --regid 65534 --clear-groups'
[ "$(id -u)" -eq 0 ] || namespace=-Urm ordinary=
chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab" # where that user can read it
mkdir -m 777 "$tmp/etc"

cat >"$tmp/ask" <<'END'
getent ahostsv4 lwip | sed -n 's/ *STREAM//p'
getent ahostsv6 kernel | sed -n 's/ *STREAM//p'
getent hosts elsewhere
readlink /etc/link
[ ! -s /etc/directory/up ] || echo all else
END

# with_etc AS MAKE: what a live host knows where /etc has been made so; and whether it is as before then
with_etc() {
	mkdir -m 777 "$tmp/run"
	# shellcheck disable=SC2016,SC2086 # the inner shell expands it; words
	run unshare $namespace sh -c '
		mount -t tmpfs none "$0/etc" && cd "$0/etc" && cp /etc/passwd /etc/nsswitch.conf . || exit 99
		mkdir directory && ln -s ../passwd directory/up && ln -s nowhere link || exit 99
		eval "$1"
		shift
		ls -lnAR >"$0/before"
		mount --rbind "$0/etc" /etc && cd / || exit 99
		HOME=$0 XDG_RUNTIME_DIR=$0/run "$@" "$0/tcplab" up -- sh "$0/ask" || exit
		cd "$0/etc" && ls -lnAR | diff "$0/before" - && echo as before' "$tmp" "$2" $1
	rm -rf "$tmp/run"
}

# knows WHO AS: in each of these cases
knows() {
	while IFS='|' read -r what wanted make; do
		with_etc "$2" "$make"
		is "$1: /etc/hosts is $what: the names, and all else" "$rc $(echo "$out" | xargs)" \
			"0 10.9.0.2 lwip fd09::1 kernel ${wanted:+$wanted }nowhere all else as before"
		is "$1: /etc/hosts is $what: no complaint" "$(echo "$err" | grep -c 'tcplab\|cannot')" 0
	done <<'END'
a file|192.0.2.9 elsewhere|echo 192.0.2.9 elsewhere >hosts
not there||:
a link into /etc|192.0.2.9 elsewhere|mkdir static; echo 192.0.2.9 elsewhere >static/hosts; ln -s /etc/static/hosts hosts
a link to nothing||ln -s nowhere hosts
a directory||mkdir hosts
on a file system to read only||mount -o remount,ro "$0/etc"
END
}
knows "this user" ""

# Only root has another user, and only root can make an /etc that it may not read.
why_not="this is an ordinary user"
if [ -n "$ordinary" ]; then
	# shellcheck disable=SC2086 # words
	run $ordinary unshare -Un true
	why_not="user namespaces are forbidden here: $err"
fi
if [ -n "$ordinary" ] && [ "$rc" -eq 0 ]; then
	knows "an ordinary user" "$ordinary"
	with_etc "$ordinary" 'chmod 711 .'
	like "an /etc that cannot be read: it says so, and lives" "$rc $err" \
		"*tcplab up: the hosts have no names inside: cannot open /etc, where they would stand: Permission denied*up for *"
else
	for point in $(seq 13); do
		skip "an ordinary user: $point" "$why_not"
	done
fi
is "nothing is left" "$(ls "$tmp/etc")" ""
