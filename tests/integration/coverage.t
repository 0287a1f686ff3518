#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Every edge of the state diagram is accounted for on both stacks: walked by a scenario, or shown by one to be
# unreachable. It runs everything, what waits for the kernel's timers too: over a minute, asleep for most of it.
set -u
TCPLAB=${TCPLAB:-build/san/tcplab}
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 11

"$TCPLAB" coverage >"$tmp/table" 2>"$tmp/progress"
is "coverage: every experiment comes to a good end" "$?" 0
edges=$(grep ' → ' "$tmp/table")
is "each edge has its line" "$(echo "$edges" | wc -l)" \
	"$(sed -n '$s/.* of \([0-9]*\) edges.*/\1/p' "$tmp/table")"
is "no edge is missing on either stack" "$(echo "$edges" | grep missing)" ""
is "every state on both stacks" "$(tail -n 1 "$tmp/table" | grep -o '11 of 11 states' | wc -l)" 2
is "the summary has nothing left over" "$(tail -n 1 "$tmp/table" | grep -c "not walked")" 0

# Columns: the edge (28), lwIP (42), the kernel (42), what makes it.
echo "$edges" | sed 's/ → /   /' | cut -c 30-71 | sed 's/ *$//' >"$tmp/lwip"
echo "$edges" | sed 's/ → /   /' | cut -c 73-114 | sed 's/ *$//' >"$tmp/kernel"
"$TCPLAB" list | sed -n 's/^    \([a-z0-9-]*\/[a-z]*\) .*/\1/p' | sort >"$tmp/experiments"
is "each is walked or tried by an experiment that there is" \
	"$(sed 's/^unreachable: //' "$tmp/lwip" "$tmp/kernel" | sort -u | comm -23 - "$tmp/experiments")" ""
is "what lwIP cannot do is shown with lwIP in the first role" \
	"$(grep '^unreachable' "$tmp/lwip" | grep -v '/lwip$')" ""
is "what the kernel cannot do is shown with the kernel in the first role" \
	"$(grep '^unreachable' "$tmp/kernel" | grep -v '/kernel$')" ""

# Progress
like "standard error tells who waits for 2MSL, and for how long" "$(cat "$tmp/progress")" \
	"*tcplab: time-wait-2msl/kernel waits for 2MSL, 70 s at most*"
like "and for the last SYN" "$(cat "$tmp/progress")" "*tcplab: open-timeout/kernel waits for *, 75 s at most*"
is "and nothing else stands there" "$(grep -v '^tcplab: [a-z0-9-]*/[a-z]* waits for .*, [0-9]* s at most$' "$tmp/progress")" ""
