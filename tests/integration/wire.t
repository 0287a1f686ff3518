#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Rules for the wire from the command line: what each does to a real connection, and what is said of bad ones.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 55

# events ARGUMENT...: runs with rules; sets rc and err, and leaves the events in $tmp/events
events() {
	"$TCPLAB" run --format jsonl "$@" >"$tmp/events" 2>"$tmp/err"
	rc=$?
	err=$(cat "$tmp/err")
}

# of FILTER: what jq makes of each event, in one line
of() {
	jq -r "$1" "$tmp/events" | xargs
}

# fates WHO: of all its segments, one word each
fates() {
	jq -r "select(.ev == \"frame\" and .who == \"$1\" and .tcp) | .fate // \"passed\"" "$tmp/events"
}

# waited FATE: the ms of lwIP's clock from a frame of that fate to its release
waited() {
	jq -sr "INDEX(.n) as \$event | .[] | select(.ev == \"fault\" and .action == \"release\") |
		.v_ms - (\$event[\"\(.frame)\"] | select(.fate == \"$1\") | .v_ms)" "$tmp/events" | xargs
}

failing='select(.ev == "verdict" and (.holds | not)) | .text | split("\n")[0]'

# Lost
events --drop 'kernel SYN,ACK 1' handshake/lwip
is "drop: the kernel's first SYN,ACK" "$(fates kernel | xargs)" "dropped passed"
is "drop: its timer sends it again" "$(of 'select(.ev == "timer" and .who == "kernel") | .name')" kernel
is "drop: both are ESTABLISHED all the same" "$(of 'select(.to == "ESTABLISHED") | .who')" "lwip kernel"
is "drop: the verdict says what is one too many" "$rc $(of "$failing")" \
	"1 lwip sees > SYN; < SYN,ACK; > ACK; but there comes < SYN,ACK"
run "$TCPLAB" run --drop 'kernel SYN,ACK 1' handshake/lwip
like "drop: the ladder shows it" "$rc $out" "1 *╳─ SYN,ACK seq=0 ack=1, dropped ─*timer: kernel*ESTABLISHED *◀─ SYN,ACK seq=0 ack=1 ─*"
events --drop 'lwip =FIN,ACK 1' close/lwip
is "drop: lwIP's retransmission is waited for" "$(of 'select(.name == "retransmission") | .who')" lwip
is "drop: and both go through their states to the end" "$(of 'select(.conn == "c1" and (.to == "CLOSED" or .to == "TIME_WAIT")) | .who + .to')" \
	"lwipTIME_WAIT kernelCLOSED lwipCLOSED"
events --drop 'kernel data 2..3' --drop 'lwip nodata c1 2' half-close/lwip
is "drop: a range of those with data" "$(jq -r 'select(.ev == "frame" and .who == "kernel" and .tcp.len > 0) | .fate' "$tmp/events" | head -n 4 | xargs)" \
	"null dropped dropped null"
is "drop: a segment without data, of a connection" "$(fates lwip | head -n 3 | xargs)" "passed dropped passed"
is "drop: the data arrive" "$(of 'select(.ev == "verdict" and (.text | contains("50000"))) | .holds')" true
events --drop 'c2' handshake/lwip
is "drop: no such connection, no effect" "$rc$err $(fates lwip | sort -u)" "0 passed"

# Late
events --delay '300ms kernel SYN' handshake/lwip
is "delay: the SYN,ACK and nothing else" "$(fates kernel | xargs) $(fates lwip | sort -u)" "delayed passed"
late=$(waited delayed)
ok "delay: 300 ms of lwIP's clock, and not many more (${late:-none})" [ "${late:-0}" -ge 300 -a "${late:-9999}" -lt 900 ]
is "delay: everything holds" "$rc$err" 0
took=$(of 'select(.who == "lwip" and .to == "ESTABLISHED") | .t_ns')
ok "delay: real time passes with it" [ "$took" -ge 300000000 ]
is "delay: ESTABLISHED because of the frame that was late" \
	"$(jq -sr 'INDEX(.n) as $event | .[] | select(.who == "lwip" and .to == "ESTABLISHED") | $event["\(.cause.n)"].fate' "$tmp/events")" delayed
events --delay '10s kernel =ACK' keepalive-alive/lwip
is "delay: in a warp, to the ms" "$(waited delayed)" "10000 10000"
like "delay: what keepalive makes of it is judged" "$rc $(of "$failing")" "1 lwip sends after 7200* 14410* s: expected the last after 14400.5 s"

# Twice, broken, in another order
events --dup 'kernel SYN,ACK' handshake/lwip
is "dup: lwIP answers each" "$rc $(fates kernel | xargs) $(of "$failing")" \
	"1 duplicated lwip sees > SYN; < SYN,ACK; > ACK; and then one more: > ACK"
events --dup '1..' data/lwip
is "dup: of everything, and the data are the same" "$rc$err $(fates lwip | sort -u) $(fates kernel | sort -u)" "0 duplicated duplicated"
events --corrupt 'lwip FIN 1' close/lwip
is "corrupt: the kernel throws it away, lwIP sends it again" \
	"$(of 'select(.ev == "frame" and .who == "lwip" and .tcp and (.tcp.flags | contains("FIN"))) | .fate // "passed"')" "corrupted passed"
is "corrupt: the kernel moves only then" \
	"$(jq -sr 'INDEX(.n) as $event | .[] | select(.to == "CLOSE_WAIT") | $event["\(.cause.n)"].fate' "$tmp/events")" null
events --corrupt 'kernel data 2' half-close/lwip
is "corrupt: data arrive unchanged" "$rc$err $(fates kernel | grep -c corrupted)" "0 1"
events --reorder 'lwip data 2' half-close/kernel
is "reorder: the third goes before the second; the kernel acknowledges the first again" "$(jq -sr '
	map(select(.ev == "frame" and .tcp)) as $f | ($f | map(select(.fate == "reordered"))[0].tcp.seq) as $seq |
	[$f[] | select(.who == "kernel" and .tcp.ack == $seq)] | length' "$tmp/events")" 2
is "reorder: data arrive unchanged" "$rc$err" 0
events --reorder 'kernel SYN' handshake/lwip
is "reorder: nothing passes it, and it goes on" "$rc$err $(of 'select(.ev == "fault") | .action + ": " + .text')" \
	"0 release: a reordered frame goes on"
late=$(waited reordered)
ok "reorder: after 100 ms (${late:-none})" [ "${late:-0}" -ge 100 -a "${late:-9999}" -lt 700 ]

# Held
events --hold 'lwip =ACK 1' handshake/lwip
is "hold: to the end, and reported" "$rc $(of 'select(.ev == "fault") | .action + ": " + .text')" \
	"1 lost: ACK seq=1 ack=1 of lwip is still held at the end"
events --hold 'lwip FIN 1 150ms' close/lwip
late=$(waited held)
ok "hold: for its time (${late:-none})" [ "${late:-0}" -ge 150 -a "${late:-9999}" -lt 750 ]
is "hold: the rest is as without" "$rc$err" 0
events --hold 'kernel FIN 1 200ms' close-simultaneous/lwip
is "hold: the scenario lets go on what it holds, and no more" \
	"$(jq -sr 'INDEX(.n) as $event | .[] | select(.ev == "fault" and .action == "release") | $event["\(.frame)"].who' "$tmp/events" | xargs)" "lwip kernel"

# Cut
events --cut 'after lwip FIN for 1s' close/lwip
is "cut: an event of the lab, because of the frame, and mended" \
	"$(jq -sr 'INDEX(.n) as $event | .[] | select(.name == "cut" or .name == "mend") | .who, .name, $event["\(.cause.n)"].tcp.flags' "$tmp/events" | xargs)" \
	"lab cut FIN,ACK lab mend null"
is "cut: that frame passes, the answer does not" \
	"$(jq -sr 'INDEX(.n) as $event | .[] | select(.to == "CLOSE_WAIT") | $event["\(.cause.n)"].fate' "$tmp/events") $(fates kernel | xargs)" \
	"null passed dropped passed passed"
like "cut: the verdict shows the retransmission" "$rc $(of "$failing")" "1 lwip sees > FIN,ACK; < ACK; < FIN,ACK; but there comes > FIN,ACK*"
events --cut 'at 30s for 10s' close/lwip
is "cut: at a moment of lwIP's clock, in a warp, to the ms" "$rc$err $(of 'select(.name == "cut" or .name == "mend") | .v_ms')" \
	"0 30000 40000"
run "$TCPLAB" run --cut 'at 0s' --cut 'at 5s' open-refused/lwip
like "cut: from the beginning nothing passes; the ladder shows it" "$rc $out" "1 *┄ cut *SYN seq=0, dropped ─*"

# By chance
events --drop 'lwip 20%' --seed 7 half-close/lwip
fates lwip >"$tmp/first"
is "20 %: the data arrive" "$(of 'select(.ev == "verdict" and (.text | contains("50000"))) | .holds')" true
ok "20 %: some are lost, some are not" [ "$(sort -u "$tmp/first" | wc -l)" -eq 2 ]
events --drop 'lwip 20%' --seed 7 half-close/lwip
fates lwip >"$tmp/second"
# same FILE: how many segments are in both runs, and how many fates differ; the kernel's timers may make
# lwIP say more in one of them
same() {
	paste "$tmp/first" "$1" | awk 'NF == 2 { both++; if ($1 != $2) differ++ } END { print (both > 10), differ + 0 }'
}
is "20 %: the same seed, the same segments of lwIP" "$(same "$tmp/second")" "1 0"
events --drop 'lwip 20%' --dup 'kernel 50%' --seed 7 half-close/lwip
fates lwip >"$tmp/third"
is "20 %: the same with one more rule behind" "$(same "$tmp/third")" "1 0"
events --drop 'lwip 20%' --seed 8 half-close/lwip
fates lwip >"$tmp/other"
like "20 %: another seed, others" "$(same "$tmp/other")" "1 [1-9]*"

# Bad words
# refused WHAT MESSAGE ARGUMENT...: exit status 2 and MESSAGE, a pattern, on standard error
refused() {
	refused_what=$1 refused_message=$2
	shift 2
	run "$TCPLAB" "$@"
	like "$refused_what" "$rc $out$err" "2 $refused_message"
}
refused "a bad word: named, its column, what would do, and a caret" \
	"tcplab run: --drop, column 6: there is no word 'FINN'; there are lwip, kernel, raw, others, control bits as FIN or =SYN,ACK, data, nodata, c1, 2, 3..5 and 20%; see 'tcplab help wire'
    lwip FINN 2
         ^" run --drop 'lwip FINN 2' close/lwip
refused "nothing" "tcplab run: --drop, column 1: which segments? *; see 'tcplab help wire'*" run --drop '' close/lwip
refused "a second sender" "tcplab run: --hold, column 6: 'kernel' is a second sender;*" run --hold 'lwip kernel' close/lwip
refused "a delay of no time" "tcplab run: --delay, column 9: a time is missing, as 300ms; *" run --delay 'lwip 20%' close/lwip
refused "a time for --drop" "tcplab run: --drop, column 1: '3s' is a time, and drop takes none; *" run --drop '3s' close/lwip
refused "a cut that is both" "tcplab run: --cut, column 8: 'after' does not go with 'at'; *" run --cut 'at 30s after 7' close/lwip
refused "the second of two rules" "tcplab run: --dup, column 1: there is no word 'x'; *" run --drop 7 --dup x close/lwip
refused "no value" "tcplab run: --cut needs a value; see 'tcplab help run'" run --cut
refused "coverage: as run" "tcplab coverage: --drop, column 1: there is no word 'x'; *" coverage --drop x
# shellcheck disable=SC2046 # seventeen
refused "more rules than there is room for" "tcplab run: --drop '7': 16 rules for the wire are the most; *" \
	run $(yes -- '--drop 7' | head -n 17) close/lwip
run "$TCPLAB" run --out "$tmp/evidence" --drop x close/lwip
ok "a bad word: nothing is left behind" [ ! -e "$tmp/evidence" ]

# Help
run "$TCPLAB" help wire
is "help wire: succeeds" "$rc$err" 0
# Its examples; the scenario is none, so that nothing runs.
echo "$out" | sed -n "/^TIME/,\$s/^  \(--.*\S\)   *[a-zA-Z1-9].*/\1/p" >"$tmp/examples"
while read -r example; do
	eval "run \"$TCPLAB\" run $example nosuch"
	echo "$err"
done <"$tmp/examples" | grep -v "no scenario has the name 'nosuch'" >"$tmp/bad"
is "help wire: its examples are understood" "$(wc -l <"$tmp/examples") $(cat "$tmp/bad")" "8 "
run "$TCPLAB" help
like "help: names it" "$out" "*tcplab help wire *"
