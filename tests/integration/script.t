#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Scripts (docs/script.md): an experiment that needs no compiler, and all that can be done with one.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 35

scripts=docs/scripts

# script LINES: runs them, from standard input
script() {
	printf '%s\n' "$1" >"$tmp/lines"
	shift
	run "$TCPLAB" run --patience 100 "$@" - <"$tmp/lines"
}

# -- What they say of TCP

run "$TCPLAB" run --out "$tmp/all" $scripts/*.lab
is "the scripts of docs/ hold" "$rc$err" 0
ok "a ladder and the verdicts, with their lines" grep -q '^  holds half-close.lab:25: lwip is in TIME_WAIT$' "$tmp/out"
run "$TCPLAB" run --out "$tmp/scenario" close/lwip
run "$TCPLAB" diff "$tmp/all/close.lab.transcript" "$tmp/scenario/close-lwip.transcript"
is "close.lab has the transcript of the scenario of the same steps" "$rc$out$err" 0
run "$TCPLAB" run --repeat 20 $scripts/half-close.lab
like "20 runs of half-close.lab give one transcript" "$out" "half-close.lab * 1 transcript in 20 runs; 20 hold*"
run "$TCPLAB" run -6 $scripts/*.lab
is "over IPv6 they hold, too" "$rc$err" 0
run "$TCPLAB" run --mtu 88 $scripts/close.lab
is "with the smallest MTU" "$rc$err" 0

# -- Verdicts and errors

script 'listen kernel 80
connect lwip 80

expect lwip:c1 CLOSED ESTABLISHED
expect kernel:c1 TIME_WAIT
expect lwip:c1 ESTABLISHED'
is "a failed expectation: exit status 1" "$rc" 1
like "a failed path: its line, and what was instead" "$out" \
	"*FAILS*stdin.lab:4: lwip goes CLOSED → ESTABLISHED*went CLOSED → SYN_SENT → ESTABLISHED*extra SYN_SENT after CLOSED*"
like "a failed state: its line, and what was instead" "$out" \
	"*FAILS stdin.lab:5: kernel is in TIME_WAIT: in ESTABLISHED still after 100 ms*"
like "the expectations behind it are judged, too" "$out" "*holds stdin.lab:6: lwip is in ESTABLISHED*"

script '# an experiment

listen kernel 80
connect lwip 80x
expect lwip:c1 CLOSED'
is "an error: exit status 2" "$rc" 2
is "an error names the script, the line, the command, and what would do" "$err" \
	"tcplab: stdin.lab:4: connect: a port is a whole number from 1 to 65535, not '80x'"
ok "nothing behind it is carried out" [ "$(grep -c 'stdin.lab:5' "$tmp/out")" -eq 0 ]

script 'connect lwip 80
expect lwip:c1 SYN_SENT
open kernel 80'
is "an error counts more than a failed expectation" "$rc" 2
script 'listen kernel 80
listen kernel 80
expect l1 CLOSED'
is "what a stack refuses fails, and ends the script" "$rc" 1
like "a refusal names its reason" "$out" "*FAILS stdin.lab:2: kernel: listen: EADDRINUSE*"
script 'drop lwip FIN fast'
like "a rule of the wire is explained as on the command line" "$err" \
	"tcplab: stdin.lab:1: drop, column 10: there is no word 'fast'*    lwip FIN fast*^"
script 'sysctl kernel.hostname=x'
like "the machine's own parameters are out of reach" "$rc$err" "2*kernel.hostname*no parameter of a network namespace*"

run "$TCPLAB" run "$tmp/missing.lab"
is "a script that is not there" "$rc$err" "2tcplab run: cannot read $tmp/missing.lab: No such file or directory"
mkdir "$tmp/other"
cp $scripts/close.lab "$tmp/other"
run "$TCPLAB" run $scripts/close.lab "$tmp/other/close.lab"
like "two of the same name" "$rc$err" "2*have the same name*"
printf 'quit\0' >"$tmp/nul.lab"
run "$TCPLAB" run "$tmp/nul.lab"
like "a file that is no text" "$rc$err" "2*nul.lab is no text*"
: >"$tmp/empty.lab"
run "$TCPLAB" run "$tmp/empty.lab"
is "an empty script holds" "$rc$err" 0
printf '# Its title\r\nquit\r\nfoo\r\n' >"$tmp/crlf.lab"
run "$TCPLAB" run "$tmp/crlf.lab"
like "lines may end with CR LF; the first comment is the title; quit ends it" "$rc$err$out" "0*crlf.lab  Its title (*"

# -- What can be done with any experiment

run "$TCPLAB" replay "$tmp/all"
is "replay: a run directory holds its scripts" "$rc$err" 0
like "replay compares their transcripts" "$out" "*4 of 4 transcripts are the same"
ok "the report has them" grep -q 'Half-close, a pulled cable' "$tmp/all/report.html"
sed 's/^warp 2MSL/warp 1s/' $scripts/close.lab >"$tmp/other/close.lab"
run "$TCPLAB" run --out "$tmp/changed" "$tmp/other/close.lab"
run "$TCPLAB" diff "$tmp/changed/close.lab.transcript" "$tmp/all/close.lab.transcript"
like "a changed script has another transcript" "$rc$out" "1*warp*"
run "$TCPLAB" sweep --format csv --patience 4000 --drop '{4..6}' $scripts/close.lab
is "a sweep over a script: two lines for each case, and a heading" "$rc$err $(wc -l <"$tmp/out")" "0 7"
run "$TCPLAB" run --format tap close/lwip $scripts/close.lab
like "beside scenarios, as TAP" "$rc$out" "0*1..2*ok 1 - close/lwip*ok 2 - close.lab*"
run "$TCPLAB" run --format jsonl $scripts/close.lab
ok "as JSON Lines" jq -es 'map(select(.ev == "state")) | length == 13' "$tmp/out"

# -- What a script prints and writes

script 'listen kernel 80
connect lwip 80
rules
drop lwip FIN
rules
ss
guard status
help warp
expect lwip:c1 ESTABLISHED'
like "tables stand between the ladder and the verdicts" "$rc$out" \
	"0*lwip*kernel*stdin.lab:3: rules*stdin.lab:5: rules*drop lwip FIN*stdin.lab:6: ss*ss -tano*lwIP's own table*10.9.0.1:80*the guard is off*warp TIME*holds stdin.lab:9:*"

script "listen kernel 80
connect lwip 80
save $tmp/early
close lwip:c1
save $tmp/late"
is "save writes run directories" "$rc$err$(ls "$tmp/early")" \
	"0$(printf 'stdin.lab.%s\n' jsonl pcapng transcript txt)"
run "$TCPLAB" diff "$tmp/early" "$tmp/late"
like "diff reads them: the later one goes on where the earlier one ends" "$rc$out" "1*B * lwip c1 call tcp_close*"
script 'save /proc/nowhere'
like "a directory that cannot be written" "$rc$err" "2tcplab: stdin.lab:1: save: *nowhere*"

script 'show here' --show
like "show: a moment for --show" "$rc$out" "0*At this moment: here*ss -tano*"
