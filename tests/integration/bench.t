#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The benches' harness, with contenders that print numbers of the test's own: turns, medians, spreads, ratios and bounds,
# as text, as JSON and in the report's pictures. Then two real ones.
set -u
. tests/integration/tap.sh

BULK=${BULK:-build/san/bench/bulk}
command -v jq >/dev/null || {
	plan 1
	skip "the harness" "there is no jq: scripts/setup test"
	exit
}
plan 34

# fruit NAME NUMBER...: a contender that prints these, one each time
fruit() {
	name=$1
	shift
	stub "$name" <<-EOF
		echo $name >>"$tmp/turns"
		echo $* | cut -d ' ' -f "\$(grep -cx $name "$tmp/turns")"
	EOF
}

# bench ACTION ARGUMENT...: as run does
bench() {
	rm -f "$tmp/turns"
	run python3 -B tests/integration/bench.py "$@"
}

# cells NAME: what the text has in the line of that name, without the number of blanks
cells() {
	printf '%s\n' "$out" | sed -n "s/^$1 \{1,\}/ /p" | xargs
}

fruit alpha 4 1 9
fruit beta 2 5 3
fruit once 7
fruit twice 10 20 30 40 50 60

bench play "$tmp" --rounds 3 --json "$tmp/fruit.json"
is "it measures" "$rc$err" 0
is "contenders take turns: A B A B" "$(grep -E 'alpha|beta' "$tmp/turns" | xargs)" "alpha beta alpha beta alpha beta"
is "what is the same each time is counted once" "$(grep -c once "$tmp/turns")" 1
is "twice in each round, where that is asked for" "$(xargs <"$tmp/turns")" \
	"alpha beta once twice twice alpha beta twice twice alpha beta twice twice"
like "the machine" "$out" "*machine: Linux *processors*load * before, * after*3 rounds; by hand*"

# Median, spread, ratios
is "an odd number of values: the median is in the middle" "$(cells alpha)" "4 1 9 figs below half of the median"
is "an even number: between the two" "$(cells twice)" "35 10 60 figs below half of the median"
is "nothing to remark on" "$(cells beta)" "3 2 5 figs"
is "a ratio is that of the medians, its spread that within the rounds; a bound is at least or at most" \
	"$(printf '%s\n' "$out" | grep 'alpha : beta' | xargs -n 1 | xargs)" \
	"1.333 0.200 3 alpha : beta (at least 1.3: yes) 1.333 0.200 3 alpha : beta (at least 1.34: NO) 1.333 0.200 3 alpha : beta (at most 1.34: yes) 1.333 0.200 3 alpha : beta (at most 1.3: NO)"
is "a ratio without a bound has no verdict" "$(printf '%s\n' "$out" | grep 'beta : alpha' | xargs)" "0.750 0.333 5 beta : alpha"
is "a bound for the figure itself" "$(printf '%s\n' "$out" | tail -n 1 | xargs)" "3 2 5 beta (at least 1,000: NO)"

# JSON
said=$(printf '%s\n' "$out" | awk '$NF == "figs" || /below half/ { print $1, $2 + 0, $3 + 0, $4 + 0 }')
is "JSON has the text's figures" "$(jq -r '.results[] | "\(.name) \(.median) \(.least) \(.most)"' "$tmp/fruit.json" | sed 's/\.0\b//g')" \
	"$said"
is "and its verdicts" "$(jq -r '.checks[] | .holds' "$tmp/fruit.json" | xargs)" "true false true false null false"
is "and each value, in order" "$(jq -c '[.results[].values]' "$tmp/fruit.json" | sed 's/\.0\b//g')" \
	"[[4,1,9],[2,5,3],[7],[10,20,30,40,50,60]]"

# Pictures: a plot is 274 wide, from 206 on. The bound for beta itself is far from all else, and left out.
mkdir "$tmp/report"
jq '.checks |= map(select(.to))' "$tmp/fruit.json" >"$tmp/report/fruit.json"
run tests/bench/report.py "$tmp/report" fruit
is "a report is written" "$rc$err $(jq -c '[.benches[].bench]' "$tmp/report/bench.json")" '0 ["fruit"]'
page=$tmp/report/report.html
bench bars "$page"
is "a bar for each figure" "$(printf '%s\n' "$out" | cut -d : -f 1 | xargs) $(grep -o 'class="bar"' "$page" | wc -l)" \
	"beta alpha once twice 4"
is "as long as the median, with a whisker from the least to the most: 27.4 for each on an axis to 10" \
	"$(printf '%s\n' "$out" | head -n 2)" "beta: 3 figs, from 2 to 5|288.2|260.8|343.0
alpha: 4 figs, from 1 to 9|315.6|233.4|452.6"
is "without a whisker, where there is no spread" "$(printf '%s\n' "$out" | sed -n 3p | cut -d '|' -f 3-)" "-|-"
bench bounds "$page"
is "a mark where each bound is, and whether it holds" "$(printf '%s\n' "$out" | sed -n '1,2p')" \
	"alpha: at least 1.3 × beta|good|312.9
alpha: at least 1.34 × beta|bad|316.1"
like "the tables have ratios and verdicts" "$(sed -n '/class="numbers checks"/,/<\/table>/p' "$page" | xargs)" \
	"*alpha*beta*1.333*0.200*3*at least 1.34*bad>NO*"
is "nothing that the page needs is elsewhere" "$(grep -oE '(src|href)="[^"]*"|url\([^)]*\)|@import' "$page" | sort -u)" 'href="data:,"'

# Figures orders of magnitude apart
fruit alpha 10000 10000
fruit beta 10 10
bench play "$tmp" --rounds 2 --json "$tmp/report/fruit.json" alpha beta
tests/bench/report.py "$tmp/report" fruit >"$tmp/said"
ok "far apart: the axis is logarithmic" grep -q 'figs, logarithmic' "$page"
bench bars "$page"
is "and a tenth is as far as the next tenth" "$(printf '%s\n' "$out" | awk -F '|' '{ print ($2 - 206) / 274 * 4 }' | xargs)" "1 4"

# Nothing came: a ratio that no number is
fruit alpha 3
fruit beta 0
bench play "$tmp" --rounds 1 --json "$tmp/fruit.json" alpha beta
is "a ratio to 0 is infinite" "$rc $(printf '%s\n' "$out" | grep -c 'inf *inf *inf')" "0 4"
is "which JSON has as null" "$(jq -c '.checks[0] | [.value, .least, .holds]' "$tmp/fruit.json")" "[null,null,true]"

# What cannot be measured
rm "$tmp/fruit.json"
stub beta <<'EOF'
echo "no fruit this year" >&2
exit 3
EOF
bench play "$tmp" --json "$tmp/fruit.json"
is "a contender that fails: says which and why" "$rc $out$err" "1 cannot measure: $tmp/bin/beta: no fruit this year (exit status 3)"
ok "and writes nothing" [ ! -e "$tmp/fruit.json" ]
rm "$tmp/bin/beta"
bench play "$tmp"
is "one that is not there: likewise" "$rc $out$err" "1 cannot measure: $tmp/bin/beta: No such file or directory"
bench play "$tmp" cherry
like "a pattern that nothing has: says what there is" "$rc $out$err" "1 cannot measure: nothing is named cherry; there is: alpha; beta*"
bench play "$tmp" --rounds 0
like "no round: refused" "$rc $out$err" "2 *--rounds: 0 is not above 0"
bench wrong "$tmp"
like "a check of a figure that is not measured: a mistake of the bench" "$rc $out$err" "1 *to='gamma'*of an unknown figure"
run tests/bench/report.py "$tmp/report" fruit life
is "a report without one of its parts: says what to do" "$rc $out$err" \
	"1 cannot report: $tmp/report/life.json: No such file or directory; run make bench-life"

# Two real contenders
if [ -x "$BULK" ]; then
	run env BULK="$BULK" tests/bench/bulk.py --rounds 1 --seconds 0.1 --json "$tmp/report/bulk.json" 'tap receive, 8' 'veth receive, 8'
	is "bulk: two contenders, with and without offload" "$rc$err $(jq -r '.results[].name' "$tmp/report/bulk.json" | xargs)" \
		"0 tap receive, 8 tap receive, 8, no offload veth receive, 8 veth receive, 8, no offload"
	tests/bench/report.py "$tmp/report" bulk >"$tmp/said"
	bench bars "$page"
	is "their pictures: a bar for each" "$(printf '%s\n' "$out" | sed 's/:.*//' | xargs)" \
		"veth receive, 8 tap receive, 8 veth receive, 8, no offload tap receive, 8, no offload"
else
	skip "bulk: two contenders, with and without offload" "there is no $BULK"
	skip "their pictures: a bar for each" "there is no $BULK"
fi
