#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# What the pages of the docs show is what their commands print: run again, and compared but for figures that are
# times. What happens beside the commands of a live host has no fixed place between them, nor have its connections fixed
# ports.
set -u
. tests/integration/tap.sh
TCPLAB=build/tcplab
. tests/integration/experiment.sh
need_experiments
plan 12

# Times, and what has a place according to their length.
normalised() {
	LC_ALL=C.UTF-8 sed -E 's/[0-9]+\.[0-9]+/T/g; s/^( *)T/T/; s/ +/ /g; s/[─┄]+/─/g' "$1"
}

# check PAGE [FILTER...]: FILTER takes out of both what may differ
check() {
	page=$1
	shift
	[ $# -gt 0 ] || set -- cat
	run scripts/doc-examples "$page"
	is "$page: its commands run" "$rc$err" 0
	normalised "$page" | "$@" >"$tmp/wanted"
	normalised "$tmp/out" | "$@" >"$tmp/got"
	is "$page: they print what it shows" "$(diff "$tmp/wanted" "$tmp/got" | head -n 20)" ""
	is "$page: each has printed something" "$(grep -E -A 1 '^    (\$|tcplab>)' "$page" | grep -ac '^$')" 0
}

# among_others: without ports, counts of frames, and order; a state may have a row of its own
among_others() {
	sed -E 's/:[3-6][0-9]{4}\b/:P/g; s/[0-9]+ frames/N frames/; s/^( *T c[0-9]+.*) ([A-Z_0-9]+)$/\1\n\2/' |
		grep -vE '^ *T c[0-9]+$' | sort
}

# by_a_board: without states, which have a row of their own where a board is slow to tell
by_a_board() {
	sed -E 's/^( *T) [A-Z][A-Z_0-9]+ ([─◀])/\1 \2/; s/([─▶]) [A-Z][A-Z_0-9]+$/\1/' | grep -vE '^ *T [A-Z][A-Z_0-9]+$'
}

check docs/experiments.md
check docs/script.md
check docs/porting.md by_a_board
if [ "$(id -u)" -eq 0 ]; then
	check docs/first-minutes.md among_others
else
	for _ in 1 2 3; do
		skip "docs/first-minutes.md" "only root sees each transition of other processes' sockets"
	done
fi
