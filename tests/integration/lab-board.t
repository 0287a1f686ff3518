#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# lwIP on a board that is a program: all scenarios hold with the template's; what a broken board does is told, and
# nothing of it stays behind.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 37
board=$(dirname "$TCPLAB")/template/board

# The suite
run "$TCPLAB" run --board "$board" --out "$tmp/all"
is "every scenario holds" "$rc$err" 0
is "none is left out" "$(find "$tmp/all" -name '*.transcript' | wc -l)" "$(experiments | wc -w)"
is "the environment tells of it" "$(tail -n 1 "$tmp/all/environment")" "board: $board"
is "so does what repeats the run" "$(head -n 1 "$tmp/all/command")" "--board=$board"
like "so does the ladder" "$(cat "$tmp/all/close-lwip.txt")" "*lwIP on a board: $board*"
run "$TCPLAB" run --board "$board" -6 'handshake' 'close*' data
is "over IPv6 the scenarios hold" "$rc$err" 0
run "$TCPLAB" run --board "$board" --mtu 576 'handshake' 'close*' data
is "with another MTU they hold" "$rc$err" 0
run "$TCPLAB" run --board "$board" --guard=0 handshake 'syn-cookies*'
is "with the guard they hold" "$rc$err" 0
run "$TCPLAB" run --board "$board" --out "$tmp/some" close handshake
run "$TCPLAB" replay "$tmp/some"
is "replay does the same" "$rc $(tail -n 1 "$tmp/out")" "0 4 of 4 transcripts are the same"
cp docs/scripts/half-close.lab "$tmp/"
run "$TCPLAB" run --board "$board" "$tmp/half-close.lab"
is "a script holds" "$rc$err" 0
run "$TCPLAB" sweep --board "$board" --drop '{1..2}' close/lwip
is "a sweep runs" "$rc $(grep -c ' holds ' "$tmp/out")" "0 2"

# broken STATUS WHAT PATTERN SCRIPT: the script is a board; tcplab says what is wrong, ends so, and leaves no process
broken() {
	printf '#!/bin/sh\n%s\n' "$4" >"$tmp/board"
	chmod +x "$tmp/board"
	run timeout 60 "$TCPLAB" run --board "exec $tmp/board" close/lwip
	like "$2: is said" "$rc $err" "$1 $3*"
	ok "$2: nothing is left" poll is_gone
}

# Processes of the board have tmp in their command line.
is_gone() {
	! pgrep -f "$tmp/board" >/dev/null
}

# spoilt SED: the template's board, but for what sed makes of its lines
spoilt() {
	echo "exec 4<&0; { '$board' <&4; } | sed -u '$1' # $tmp/board"
}

never="tcplab: close/lwip: the board does not say that it is ready: its program"
fails="tcplab: lwIP's board has failed:"
broken 2 "a board that ends" "$never has ended with status 3; its last words: no clock" 'echo no clock; exit 3'
broken 2 "a board that is killed" "$never was killed by SIGSEGV" 'exec python3 -c "import os; os.kill(os.getpid(), 11)"'
broken 2 "another protocol" "tcplab: close/lwip: the board speaks version 2 of the protocol, the lab version 1: build both*" \
	'echo ready 2 x 2.2.1; exec cat'
broken 2 "no command that it knows" "tcplab: close/lwip: the board's network interface does not come up" \
	"echo ready 1 x 2.2.1; while read -r line; do [ \"\$line\" != 'exit 0' ] || exit; echo = 100 -16; done"
broken 1 "a board that ends in the middle" "$fails its program has ended with status 0" \
	"sed -u 12q | '$board' # $tmp/board"
broken 1 "an assertion" "$fails its program has ended with status 70; its last words: lwIP assertion failed: so" \
	"echo ready 1 x 2.2.1; read -r line; echo lwIP assertion failed: so; exit 70"
broken 1 "a state that is none" "$fails it tells of a transition from 'SYN_SENT' to 'UNKNOWN'" \
	"$(spoilt 's/SYN_SENT ESTABLISHED/SYN_SENT UNKNOWN/')"
broken 1 "an event that is none" "$fails it tells of 'stade', which is no event" "$(spoilt 's/^! state/! stade/')"
broken 1 "a callback that is none" "$fails it has a callback 'konnected', which lwIP has not" \
	"$(spoilt 's/^? connected/? konnected/')"
broken 1 "nobody's callback" "$fails it has a callback for connection 9, which there is not" \
	"$(spoilt 's/^? connected 1/? connected 9/')"
broken 1 "a clock that runs away" "$fails it has let 7500 ms pass, where 750 were the most" \
	"$(spoilt 's/ 750$/ 7500/')"

run "$TCPLAB" run --board "$tmp/nonesuch" close/lwip
like "no such command: is said" "$rc $err" "2 *$tmp/nonesuch: not found*$never has ended with status 127*"
run "$TCPLAB" run --board '' close/lwip
like "an empty command: is said" "$rc $err" "2 *--board wants a command: the board's program*"

# The end of the lab is the board's. This one does not hear that its line has ended.
printf '#!/bin/sh\ntrap "" TERM INT\necho at work >"%s"\nwhile :; do sleep 0.1; done\n' "$tmp/at-work" >"$tmp/board"
for signal in INT KILL; do
	rm -f "$tmp/at-work"
	"$TCPLAB" run --board "exec $tmp/board" close/lwip >/dev/null 2>&1 &
	pid=$!
	poll [ -e "$tmp/at-work" ]
	kill -$signal $pid
	wait $pid 2>/dev/null
	ok "after SIG$signal no board is left" poll is_gone
done
