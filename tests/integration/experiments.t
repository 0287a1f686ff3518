#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Experiments that repeat: run directories, diff, replay, --repeat, sweep, and the stacks' settings.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 60

# What takes longest begins first, and is looked at last.
"$TCPLAB" sweep --drop '{4..7}' --until-closed --format csv close >"$tmp/losses.csv" 2>"$tmp/losses.err" &
losses=$!

# A run directory, and the same once more
run "$TCPLAB" run --out "$tmp/a" --seed 3 --sysctl net.ipv4.tcp_fin_timeout=2 close/lwip abort
is "a run directory: holds" "$rc$err" 0
is "a run directory: what it depends on, and what it ran" "$(cat "$tmp/a/command")" \
	"--seed=3
--sysctl=net.ipv4.tcp_fin_timeout=2
abort/lwip
abort/kernel
close/lwip"
like "a run directory: the environment" "$(cat "$tmp/a/environment")" "kernel: $(uname -sr)*lwIP: *TCP_MSL: 60000*"
is "a transcript has no port that a stack chose" \
	"$(grep -E '10\.9\.0\.[12]:(3[3-9]|[456])[0-9]{3}' "$tmp/a/close-lwip.transcript")" ""
like "a transcript tells what happened, and why" "$(cat "$tmp/a/close-lwip.transcript")" \
	"*lwip c1 sends SYN seq=0 win=65535 mss=1460*lwip c1 FIN_WAIT_2 → TIME_WAIT, by kernel's FIN,ACK seq=1 ack=2*"

run "$TCPLAB" replay "$tmp/a"
is "replay: exit status 0" "$rc$err" 0
is "replay: the same transcripts" "$out" "$(printf '%-29s the same transcript\n' abort/lwip abort/kernel close/lwip)
3 of 3 transcripts are the same"

sed -i 's/FIN_WAIT_2 → TIME_WAIT/FIN_WAIT_2 → CLOSED/' "$tmp/a/close-lwip.transcript"
run "$TCPLAB" replay "$tmp/a"
is "replay of what was otherwise: exit status 1" "$rc" 1
like "replay of what was otherwise: the first difference" "$out" \
	"*close/lwip *another transcript, from line 28 on*then  lwip c1 FIN_WAIT_2 → CLOSED,*now   lwip c1 FIN_WAIT_2 → TIME_WAIT,*2 of 3 *"
sed -i 's/^TCP_MSL: .*/TCP_MSL: 1000/' "$tmp/a/environment"
run "$TCPLAB" replay "$tmp/a"
like "replay in another environment: is told" "$out" \
	"this is another environment:*then  TCP_MSL: 1000*now   TCP_MSL: 60000*"
rm "$tmp/a/abort-lwip.transcript"
run "$TCPLAB" replay "$tmp/a"
like "replay without a transcript: exit status 2, and it is named" "$rc $err" "2 *abort-lwip.transcript: No such file*"
run "$TCPLAB" replay "$tmp/nothing"
like "replay of nothing: exit status 2, why, and what to do" "$rc $err" "2 *nothing/command: No such file*run --out DIR*"
echo close/nobody >"$tmp/a/command"
run "$TCPLAB" replay "$tmp/a"
like "replay of what is no scenario: exit status 2, and why" "$rc $err" "2 *$tmp/a/command: *'close/nobody'*"
: >"$tmp/a/command"
run "$TCPLAB" replay "$tmp/a"
like "replay of an empty command: exit status 2, and why" "$rc $err" "2 *$tmp/a/command names no experiment*"
run "$TCPLAB" replay
like "replay without a directory: exit status 2" "$rc $err" "2 *takes one run directory*"

# Two runs compared
run "$TCPLAB" run --out "$tmp/b" close/lwip abort/lwip handshake/lwip
cp -r "$tmp/b" "$tmp/c"
run "$TCPLAB" diff "$tmp/b" "$tmp/c"
is "diff of the same: exit status 0" "$rc$err$out" "03 of 3 transcripts are the same"
sed -i '8s/.*/something else/' "$tmp/c/close-lwip.transcript"
rm "$tmp/b/handshake-lwip.transcript" "$tmp/c/abort-lwip.transcript"
run "$TCPLAB" diff "$tmp/b" "$tmp/c"
is "diff: exit status 1" "$rc" 1
is "diff: the first difference with what stands before it, and what one lacks" "$out" \
	"abort-lwip.transcript: is in $tmp/b only
close-lwip.transcript: the transcripts part at line 8
       kernel l1 call listen backlog 4
       kernel l1 CLOSED → LISTEN, by its listen
       lwip call tcp_new
       lwip c1 call tcp_connect 10.9.0.1:7777 = ERR_OK
       lwip c1 CLOSED → SYN_SENT, by its tcp_connect
    A  lwip c1 sends SYN seq=0 win=65535 mss=1460 wscale=2 sack ts, by its tcp_connect
    B  something else
handshake-lwip.transcript: is in $tmp/c only
0 of 3 transcripts are the same"
run "$TCPLAB" diff "$tmp/b/close-lwip.transcript" "$tmp/c/close-lwip.transcript"
like "diff of two files: exit status 1" "$rc $out" "1 *part at line 8*"
run "$TCPLAB" diff "$tmp/b/close-lwip.transcript" "$tmp/b/close-lwip.transcript"
is "diff of a file with itself: exit status 0, silent" "$rc$err$out" 0
run "$TCPLAB" diff "$tmp/b" "$tmp/c/close-lwip.transcript"
like "diff of a directory and a file: exit status 2" "$rc $err" "2 *one is a directory*"
run "$TCPLAB" diff "$tmp/b" "$tmp/nothing"
like "diff with nothing: exit status 2, and it is named" "$rc $err" "2 *$tmp/nothing: No such file*"
mkdir "$tmp/empty"
run "$TCPLAB" diff "$tmp/b" "$tmp/empty"
like "diff with an empty directory: exit status 2" "$rc $err" "2 *no transcript in $tmp/empty*"
run "$TCPLAB" diff "$tmp/b"
like "diff with one argument: exit status 2" "$rc $err" "2 *takes two*"

# Many runs
run "$TCPLAB" run -j 4 --repeat 10 close handshake/lwip
is "--repeat: exit status 0" "$rc$err" 0
is "--repeat: one transcript each" "$(echo "$out" | grep -c ' 1 transcript in 10 runs; 10 hold$')" 3
like "--repeat: the summary" "$out" \
	"*3 of 3 experiments gave one transcript in 10 runs; lwIP did otherwise after the same history in 0"
# The kernel's retransmission and lwIP's ticks are of different clocks; its ISN decides nothing.
run "$TCPLAB" run --repeat 3 --sysctl net.ipv4.tcp_timestamps=0 open-timeout/lwip
is "--repeat of one that deviates: exit status 0" "$rc$err" 0

# Settings of the stacks
run "$TCPLAB" run --format jsonl --sysctl net.ipv4.tcp_timestamps=0 handshake
is "--sysctl: holds" "$rc$err" 0
is "--sysctl: it has come to the kernel" "$(grep -c '"tsval"' "$tmp/out")" 1 # lwIP's own SYN
run "$TCPLAB" run --format jsonl --sysctl net/ipv4/tcp_timestamps=0 handshake/kernel
is "--sysctl with slashes: the same" "$rc$err$(grep -c '"tsval"' "$tmp/out")" 00
run "$TCPLAB" run --sysctl net.ipv4.tcp_nothing=1 handshake/lwip
like "--sysctl of nothing: exit status 2, and why" "$rc $err" "2 *handshake/lwip: cannot set /proc/sys/net/ipv4/tcp_nothing to 1: No such file*"
run "$TCPLAB" run --sysctl net.ipv4.tcp_fin_timeout=soon handshake/lwip
like "--sysctl with a bad value: exit status 2, and why" "$rc $err" "2 *tcp_fin_timeout to soon: Invalid argument*"
run "$TCPLAB" run --sysctl net.ipv4.tcp_fin_timeout handshake/lwip
like "--sysctl without a value: exit status 2, and what it takes" "$rc $err" "2 *--sysctl takes NAME=VALUE*"
run "$TCPLAB" run -v --lwip keepalive=1 --lwip keep_idle=5000 --until-closed close-wait-leak/lwip
like "--lwip: keepalive probes where there were none" "$rc $out" "*timer: keepalive*"
run "$TCPLAB" run --lwip keep_idle=never handshake/lwip
like "--lwip with a bad value: exit status 2, and what it takes" "$rc $err" "2 *keep_idle takes a whole number from 1*'never'*"
run "$TCPLAB" run --lwip colour=red handshake/lwip
like "--lwip of nothing: exit status 2, and what there is" "$rc $err" "2 *no setting 'colour'*nodelay*"
is "refused before anything runs" "$out" ""

# Until everything is closed
run "$TCPLAB" run --until-closed --format jsonl handshake/lwip
is "--until-closed: holds" "$rc$err" 0
is "--until-closed: both are CLOSED at the end" \
	"$(jq -r 'select(.ev == "state" and .conn == "c1" and .to == "CLOSED") | .who' "$tmp/out" | sort | xargs)" "kernel lwip"

# Sweeps
run "$TCPLAB" sweep --sysctl 'net.ipv4.tcp_timestamps={0..1}' --seed '{1..2}' 'handshake'
is "sweep: exit status 0" "$rc$err" 0
is "sweep: two lines for each case" "$(echo "$out" | wc -l)" 17
is "sweep: the parameters' values, each with each" \
	"$(echo "$out" | sed -n 's|^\([01]\)  *\([12]\) *handshake/lwip *holds *lwip *ESTABLISHED.*|\1\2|p' | xargs)" "01 02 11 12"
like "sweep: the way of each end" "$out" \
	"*lwip    ESTABLISHED * 0  SYN_SENT 0.00 → ESTABLISHED*kernel  ESTABLISHED * 0  SYN_RCVD 0.00 → ESTABLISHED*"
run "$TCPLAB" sweep --format csv --sysctl 'net.ipv4.tcp_syn_retries={1..2}' close/lwip
is "sweep --format csv: exit status 0" "$rc$err" 0
is "sweep --format csv: TIME_WAIT in seconds, of lwIP's clock" \
	"$(tr -d '\r' <"$tmp/out" | awk -F, '$4 == "lwip" { print $1, $5, $7, int($17) }')" "1 CLOSED 0 120
2 CLOSED 0 120"
run "$TCPLAB" sweep --seed 1 close
like "sweep of nothing that varies: exit status 2, and what to do" "$rc $err" "2 *nothing varies*{1..5}*"
run "$TCPLAB" sweep --seed '{1..2'
like "sweep with an open brace: exit status 2" "$rc $err" "2 *'{1..2': the brace is not closed*"
run "$TCPLAB" sweep --seed '{1..2}' --jobs '{1..2}' 'close/{lwip,kernel}'
like "sweep of three parameters: exit status 2" "$rc $err" "2 *one range too many*"
run "$TCPLAB" sweep --seed '{1..2}'
like "sweep of everything: exit status 2" "$rc $err" "2 *which scenarios*"
run "$TCPLAB" sweep --seed '{1..2}' --out "$tmp/d" close
like "sweep with --out: exit status 2" "$rc $err" "2 *--out*"
run "$TCPLAB" sweep --seed '{1..2}' --format tap close
like "sweep with another format: exit status 2" "$rc $err" "2 *--format csv*"
run "$TCPLAB" sweep --seed '{a,b}' close
like "sweep with a bad value: exit status 2, as run tells it" "$rc $err" "2 *--seed takes a whole number*'a'*"
run "$TCPLAB" sweep --sysctl 'net.ipv4.tcp_fin_timeout={1,x}' close/lwip
like "sweep in which a case cannot begin: exit status 2, and the table" "$rc $err $out" "2 *to x: Invalid argument*refused*"
run "$TCPLAB" help sweep
like "help sweep" "$rc $out" "0 *sweep*{1..5}*"

# Each segment of a four-way close lost, one after the other, in both roles
wait $losses
is "losses: exit status 0" $? 0
tr -d '\r' <"$tmp/losses.csv" >"$tmp/losses"
is "losses: each segment, both roles, both ends" "$(tail -n +2 "$tmp/losses" | cut -d, -f 1,2,4 | sort -u | wc -l)" 16
is "losses: both ends are CLOSED, and nothing is left" "$(tail -n +2 "$tmp/losses" | cut -d, -f 5,6 | sort -u)" CLOSED,0
is "losses: something is sent again in each" \
	"$(tail -n +2 "$tmp/losses" | awk -F, '$7 > 0 { print $1, $2 }' | sort -u | wc -l)" 8
is "losses: the state in which the sender of what is lost waits for it" \
	"$(awk -F, 'NR == 1 { split($0, name, ",") }
		NR > 1 && $7 > 0 { most = 8; for (i = 8; i < NF; i++) if ($i > $most) most = i; print $1, $2, $4, name[most] }' "$tmp/losses" | sort)" \
	"4 close/kernel kernel s in FIN_WAIT_1
4 close/lwip lwip s in FIN_WAIT_1
5 close/kernel kernel s in FIN_WAIT_1
5 close/lwip lwip s in FIN_WAIT_1
6 close/kernel lwip s in LAST_ACK
6 close/lwip kernel s in LAST_ACK
7 close/kernel lwip s in LAST_ACK
7 close/lwip kernel s in LAST_ACK"
