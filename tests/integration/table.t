#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The table of connections, asked for again and again under load: each answer against the event log.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
for tool in curl nc python3; do
	command -v $tool >/dev/null && continue
	plan 1
	skip "the table under load" "there is no $tool: scripts/setup test"
	exit
done
plan 6

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"

timeout 300 python3 -B tests/integration/table.py "$TCPLAB" "$tmp" 500 100 >"$tmp/points" 2>"$tmp/trouble"
is "500 curls and 100 ncs at a time: as many points as there should be" "$(grep -vc "^# " "$tmp/points")$(cat "$tmp/trouble")" 5
while IFS= read -r point; do
	case $point in
	"# "*) echo "$point" ;;
	*": skip") skip "${point%: *}" "without the tracepoint the kernel's states are not all seen" ;;
	*) is "${point%%: *}" "${point#*: }" yes ;;
	esac
done <"$tmp/points"
