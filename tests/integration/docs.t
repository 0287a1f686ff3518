#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# What the pages of the docs show is what their commands print: run again, and compared but for figures that are
# times.
set -u
. tests/integration/tap.sh
TCPLAB=build/tcplab
. tests/integration/experiment.sh
need_experiments
plan 9

# Times, and what has a place according to their length.
normalised() {
	LC_ALL=C.UTF-8 sed -E 's/[0-9]+\.[0-9]+/T/g; s/^( *)T/T/; s/ +/ /g; s/[─┄]+/─/g' "$1"
}

for page in docs/experiments.md docs/script.md docs/porting.md; do
	run scripts/doc-examples $page
	is "$page: its commands run" "$rc$err" 0
	normalised $page >"$tmp/wanted"
	normalised "$tmp/out" >"$tmp/got"
	is "$page: they print what it shows" "$(diff "$tmp/wanted" "$tmp/got" | head -n 20)" ""
	is "$page: each has printed something" "$(grep -A 1 '^    \$ ' $page | grep -ac '^$')" 0
done
