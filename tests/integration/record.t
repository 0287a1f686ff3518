#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Runs on the Cortex-M3 recorded, replayed with nothing but QEMU, and stepped through in gdb: the same each time.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
. tests/integration/mcu.sh
need_experiments
need_mcu 25 gdb-multiarch
plan 25

dir="$tmp/a run, recorded" # QEMU's options have commas of their own
run "$TCPLAB" run --lwip mcu --record "$dir" close half-close/lwip last-ack-lost/lwip
is "a recorded run holds" "$rc$err" 0
is "and keeps its evidence" "$(find "$dir" -name '*.transcript' | wc -l) $(find "$dir" -name '*.rr' | wc -l) $(head -n 1 "$dir/command")" "4 4 --lwip=mcu"
ok "and the firmware" cmp "$dir/firmware.elf" "$tmp/mcu/lab-agent.elf"
is "and what the board has said" "$(grep -c '^! state ' "$dir/close-lwip.serial")" 6
run "$TCPLAB" diff "$dir" "$dir"
like "diff can read it" "$rc $out" "0 *transcripts are the same*"

# Replayed
run unshare --net "$TCPLAB" run --replay "$dir"
is "a replay is identical" "$rc$err" 0
first=$out
like "and tells of how much" "$out" "*close/lwip *identical: $(wc -c <"$dir/close-lwip.serial") bytes, $(wc -l <"$dir/close-lwip.serial") lines*"
run unshare --net "$TCPLAB" run --lwip mcu --replay "$dir"
is "and once more" "$rc$err$out" "0$first"
run "$TCPLAB" run --replay "$dir" 'clo*'
is "some of it" "$rc $(tail -n 1 "$tmp/out")" "0 2 of 2 replays are identical"
SERIAL=null timeout 60 sh "$dir/replay" close-lwip >"$tmp/null" 2>&1
is "by its script: as the run has ended" "$? $(cat "$tmp/null")" "0 "
sh "$dir/replay" close-lwip </dev/null 2>/dev/null | cmp - "$dir/close-lwip.serial"
is "by its script: it says the same" "$?" 0

# In gdb
# stops: each transition, with the number of instructions until then, and the registers
stops() {
	# shellcheck disable=SC2016 # gdb expands it
	timeout 120 scripts/debug-mcu "$dir/close-lwip" -batch -ex instructions -ex 'info registers' -ex stepi -ex 'x/i $pc' \
		-ex continue -ex instructions -ex 'info registers' -ex continue -ex continue -ex continue -ex continue \
		-ex instructions -ex 'print *pcb' 2>&1
}
stops >"$tmp/first"
ok "gdb stops at every transition" [ "$(grep -c ' -> .* in tcp_' "$tmp/first")" -eq 6 ]
like "and knows how lwIP came there" "$(cat "$tmp/first")" "*SYN_SENT -> ESTABLISHED in tcp_process*#1 *tcp_input*TIME_WAIT -> CLOSED in tcp_free*tcp_slowtmr*"
ok "and how many instructions it took" [ "$(grep -c 'instruction count = ' "$tmp/first")" -eq 3 ]
stops >"$tmp/second"
is "a second time, everything is the same" "$(diff "$tmp/first" "$tmp/second")" ""
ok "no emulator is left" poll no_emulators
run scripts/debug-mcu "$tmp/nonesuch/x"
like "no recording to debug: says so" "$rc $err" "1 *cannot read the recording $tmp/nonesuch/x.rr; 'tcplab run --lwip mcu --record $tmp/nonesuch'*"

# When it is not the same
sed -i 's/FIN_WAIT_2 TIME_WAIT/FIN_WAIT_2 CLOSING/' "$dir/close-lwip.serial"
run "$TCPLAB" run --replay "$dir" close
is "another record of what it said: exit status 1" "$rc" 1
like "and where they part" "$out" "close/lwip *differs, from line *then  ! state * FIN_WAIT_2 CLOSING *now   ! state * FIN_WAIT_2 TIME_WAIT *
close/kernel *identical*1 of 2 replays are identical"
truncate -s 9000 "$dir/close-kernel.rr"
run "$TCPLAB" run --replay "$dir" close/kernel
like "half a recording: it ends early" "$rc $out" "1 close/kernel *differs, from line *; QEMU has ended with status 1*0 of 1 replays are identical"
rm "$dir/close-kernel.rr"
run "$TCPLAB" run --replay "$dir" close/kernel
like "no recording: says so" "$rc $err" "2 *cannot read the recording $dir/close-kernel.rr: No such file or directory; 'tcplab run --lwip mcu --record DIR'*"
run "$TCPLAB" run --replay "$dir" handshake
like "another experiment: says so" "$rc $err" "2 *$dir/command has no experiment of such a name*"

# What does not go together
run "$TCPLAB" run --record "$tmp/none" close
like "without a board: says what it goes with" "$rc $err" "2 *--record records what QEMU does: it goes with --lwip mcu*"
run "$TCPLAB" run --lwip mcu --record "$tmp/none" --out "$tmp/none" close
like "with --out: says that it is one" "$rc $err" "2 *--record DIR keeps in DIR all that --out does: give one of them*"
is "nothing is left of these" "$(ls -d "$tmp/none" 2>/dev/null)" ""
