# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2034 # rc, out and err are for the test
#
# What the tests in sh share: TAP, and a directory that goes when the test ends. A test sets `-u` but not
# `-e`, runs from the repository's root, and calls plan, then one of ok, is, like and skip per point.

export LC_ALL=C
tap_n=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

plan() {
	echo "1..$1"
}

# run COMMAND...: sets rc, out and err to its exit status, standard output and standard error
run() {
	"$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# ok WHAT COMMAND...: the point holds when COMMAND succeeds
ok() {
	tap_what=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@"; then
		echo "ok $tap_n - $tap_what"
	else
		echo "not ok $tap_n - $tap_what"
		printf '%s\n' "failed: $*" | sed 's/^/# /'
	fi
}

# is WHAT GOT WANTED
is() {
	ok "$1" [ "$2" = "$3" ]
}

# like WHAT GOT PATTERN: PATTERN is one of the shell's
like() {
	# shellcheck disable=SC2254 # a pattern is meant
	case $2 in
	$3) ok "$1" true ;;
	*) ok "$1" unlike "$2" "$3" ;;
	esac
}

unlike() {
	false
}

# skip WHAT REASON: a failure when STRICT=yes
skip() {
	tap_n=$((tap_n + 1))
	if [ "${STRICT-}" = yes ]; then
		echo "not ok $tap_n - $1 (STRICT=yes, and skipped: $2)"
	else
		echo "ok $tap_n - $1 # SKIP $2"
	fi
}

# stub NAME: makes a command of standard input in $tmp/bin
stub() {
	mkdir -p "$tmp/bin"
	{ echo '#!/bin/sh'; cat; } >"$tmp/bin/$1"
	chmod +x "$tmp/bin/$1"
}

# tools NAME...: puts the machine's own commands in $tmp/bin, so that PATH=$tmp/bin has these and the stubs alone
tools() {
	mkdir -p "$tmp/bin"
	for tap_tool; do
		ln -s "$(which "$tap_tool")" "$tmp/bin/$tap_tool"
	done
}
