#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The HTML report in a real browser; the pictures; JUnit's XML.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
if ! command -v chromium >/dev/null; then
	plan 1
	skip "the report" "there is no chromium: scripts/setup test installs it"
	exit
fi
plan 45

names=$(experiments)
count=$(echo "$names" | wc -w)
figure() { # NAME: of what report.py has found
	sed -n "s/^$1 //p" "$tmp/figures"
}

run "$TCPLAB" run -j 8 --report "$tmp/report.html" --svg "$tmp/svg"
is "the suite with a report: holds" "$rc$err" 0
is "its path comes last" "$(tail -n 1 "$tmp/out")" "report: $tmp/report.html"
ok "the report is under 3 MB: $(wc -c <"$tmp/report.html") bytes" [ "$(wc -c <"$tmp/report.html")" -lt 3000000 ]

# In a browser
begin=$(date +%s%N)
scripts/browse --virtual-time-budget=3000 --dump-dom "file://$tmp/report.html" >"$tmp/dom" 2>"$tmp/console"
echo "# the browser's start, the page and its text again: $((($(date +%s%N) - begin) / 1000000)) ms"
python3 tests/integration/report.py page "$tmp/dom" >"$tmp/figures"
is "no error on the console" "$(grep CONSOLE "$tmp/console")" ""
is "a ladder for each scenario" "$(figure ladders)" "$count"
is "a section for each scenario" "$(figure scenarios)" "$count"
is "nothing is loaded, and links lead to the RFCs only" "$(figure loads)" ""
is "all is closed at first" "$(figure open)" ""
for width in 1280 390; do
	scripts/browse --window-size=$width,900 --virtual-time-budget=3000 --screenshot="$tmp/$width.png" \
		"file://$tmp/report.html" >/dev/null 2>"$tmp/console"
	colours=$(python3 tests/integration/report.py colours "$tmp/$width.png")
	ok "a picture of it, $width wide, is not blank: $colours colours" [ "$colours" -gt 50 ]
done
scripts/browse --virtual-time-budget=3000 --dump-dom "file://$tmp/report.html#close/lwip" >"$tmp/dom" 2>"$tmp/console"
python3 tests/integration/report.py page "$tmp/dom" >"$tmp/figures"
is "a link to a scenario opens it, and no other" "$(figure open)" close/lwip

# What a reader does with it
python3 tests/integration/report.py with "$tmp/report.html" tests/integration/report.js >"$tmp/read.html"
scripts/browse --virtual-time-budget=10000 --dump-dom "file://$tmp/read.html" >"$tmp/dom" 2>"$tmp/console"
python3 tests/integration/report.py said "$tmp/dom" >"$tmp/said"
sed -n '1s/^/# the page /p' "$tmp/said"
for point in "shown: true" "by words: 2" "none: 0 true" "edge: FIN_WAIT_1 → CLOSING; true" "opened: true" "row: true" \
	"next: true" "stretched: true" "even again: true" "steps: 1" "one more: 2" "left: 0 true"; do
	ok "a reader: $point" grep -qxF "$point" "$tmp/said"
done
ok "a reader: by verdict" grep -qx 'by verdict: \([0-9]*\) of \1' "$tmp/said"
ok "a reader: light or dark" grep -qx 'theme: \(light\|dark\)' "$tmp/said"

# What the report says of what fails, and of settings
meddle
run env LD_PRELOAD="$tmp/meddle.so" LISTEN=fail "$TCPLAB" run --report "$tmp/failed.html" --seed 4711 handshake
is "a report of what fails: exit status 1" "$rc" 1
scripts/browse --virtual-time-budget=3000 --dump-dom "file://$tmp/failed.html" >"$tmp/dom" 2>"$tmp/console"
python3 tests/integration/report.py page "$tmp/dom" >"$tmp/figures"
is "what fails is open from the beginning" "$(figure open)" handshake/lwip
like "it says what fails" "$(cat "$tmp/dom")" "*kernel listens*"
like "the seed, the command, the kernel, lwIP" "$(cat "$tmp/dom")" "*$(uname -r)*seed 4711*tcplab run --report*TCP_MSL*tcp_fin_timeout*"
is "no error on the console, either" "$(grep CONSOLE "$tmp/console")" ""

# Of a sweep
run "$TCPLAB" sweep --seed '{1..2}' --report "$tmp/sweep.html" close/lwip
is "a report of a sweep: exit status 0" "$rc$err" 0
scripts/browse --virtual-time-budget=3000 --dump-dom "file://$tmp/sweep.html" >"$tmp/dom" 2>"$tmp/console"
python3 tests/integration/report.py page "$tmp/dom" >"$tmp/figures"
is "a report of a sweep: a ladder for each case" "$(figure ladders)" 2
like "a report of a sweep: the table" "$(tr -d '\n' <"$tmp/dom")" "*--seed*<td rowspan=\"2\">1</td>*<td rowspan=\"2\">2</td>*TIME_WAIT*"
is "a report of a sweep: no error on the console" "$(grep CONSOLE "$tmp/console")" ""

# Pictures
is "a picture for each scenario, and the diagram" "$(find "$tmp/svg" -name '*.svg' | wc -l)" $((count + 1))
is "each is well-formed SVG" "$(python3 tests/integration/report.py svg "$tmp"/svg/*.svg)" ""
is "they refer to nothing outside" "$(grep -lE '(href|src)="[^#]|url\([^#)]' "$tmp"/svg/*.svg)" ""
is "those of the docs are there" "$(python3 tests/integration/report.py svg docs/pictures/close.svg docs/pictures/diagram.svg)" ""
ok "and the report's is not blank" [ "$(python3 tests/integration/report.py colours docs/pictures/report.png)" -gt 50 ]

# Places that cannot be written to: nothing is run
run "$TCPLAB" run --report "$tmp/nowhere/report.html" handshake/lwip
like "--report into nothing: exit status 2, and why" "$rc $err" "2 *cannot write $tmp/nowhere/report.html: No such file*"
is "--report into nothing: nothing is run" "$out" ""
run "$TCPLAB" run --svg "$tmp/report.html" handshake/lwip
like "--svg into a file: exit status 2, and why" "$rc $err" "2 *$tmp/report.html: Not a directory*"

# JUnit
run env LD_PRELOAD="$tmp/meddle.so" LISTEN=fail "$TCPLAB" run --format junit handshake open-simultaneous/lwip
is "junit: exit status 1" "$rc" 1
is "junit: counts" "$(python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot()[0]
print(suite.get("tests"), suite.get("failures"), suite.get("errors"), [(c.get("classname"), c.get("name"), [e.tag for e in c]) for c in suite])
' "$tmp/out")" \
	"3 1 0 [('open', 'handshake/lwip', ['failure']), ('open', 'handshake/kernel', []), ('open', 'open-simultaneous/lwip', ['system-out'])]"
like "junit: the ladder of what fails" "$out" "*<failure message=\"1 of * verdicts fail*\">handshake/lwip*time ms*EADDRINUSE*FAILS*"
