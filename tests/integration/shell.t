#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tcplab up --shell, at a terminal: a shell with jobs inside, whose end is the host's.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 27

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"

# at_terminal COUNT WHAT: so many points of shell.py
at_terminal() {
	timeout 120 python3 -B tests/integration/shell.py "$TCPLAB" /bin/sh "$2" "$tmp/ladder" >"$tmp/points" 2>"$tmp/trouble"
	is "$2: as many points as there should be" "$(wc -l <"$tmp/points")$(cat "$tmp/trouble")" "$1"
	while IFS= read -r point; do
		is "$2: ${point%: *}" "${point##*: }" yes
	done <"$tmp/points"
}
at_terminal 17 session
at_terminal 8 killed
