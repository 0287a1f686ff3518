#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# scripts/size: its sums are those of the tool chain's own tool, what lwIP and its instrumentation may take is
# not exceeded, and what it cannot read it says.
set -u
. tests/integration/tap.sh

# figure FIRMWARE ROW COLUMN: bytes (2: flash, 3: RAM, from the end) in a row of the profile's table
figure() {
	awk -v profile="$1" -v row="  $2 " -v back=$((3 - $3)) '
		/^[a-z]/ { on = $1 == profile }
		on && index($0, row) == 1 { print $(NF - back); exit }' "$tmp/table"
}

# berkeley FIRMWARE: flash and RAM as arm-none-eabi-size has them
berkeley() {
	arm-none-eabi-size "build/mcu/$1.elf" | awk 'NR == 2 { print $1 + $2, $2 + $3 }'
}

# code TREE PROFILE: the instructions of an lwIP tree's TCP, without the hook
code() {
	for file in tcp tcp_in; do
		arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -std=c11 -Os --specs=nano.specs -ffunction-sections "-fmacro-prefix-map=$1=lwip" -DTCP_TRACE=0 -DTCP_GUARD=0 \
			-Iport -Iport/include -Iport/trace "-Iconfig/$2" -Iconfig "-I$1/include" -c -o "$tmp/code.o" "$1/core/$file.c" &&
			arm-none-eabi-objdump -d -r "$tmp/code.o" | grep -v "file format"
	done
}

plan 14
if command -v arm-none-eabi-gcc >/dev/null; then
	make --no-print-directory build/mcu/minimal.elf build/mcu/minimal-trace.elf build/mcu/default.elf >"$tmp/make" 2>&1
	scripts/size build/mcu/minimal.map build/mcu/minimal-trace.map build/mcu/default.map >"$tmp/table" 2>"$tmp/err"
	is "reads the maps of a build" "$?$(cat "$tmp/err")" 0
	for profile in minimal default; do
		is "$profile: flash and RAM are those of arm-none-eabi-size" \
			"$(figure $profile total 2) $(figure $profile total 3)" "$(berkeley $profile)"
	done
	core=$(figure minimal "of these, lwIP's TCP/IPv4 core" 2)
	ok "minimal: the TCP/IPv4 core is in less than 18 KB of flash: $core" [ "$core" -lt 18432 ]
	ok "... and is there" [ "$core" -gt 10000 ]
	trace=$(figure minimal "instrumentation adds" 2)
	ok "minimal: instrumentation adds less than 1.5 KB of flash: $trace" [ "$trace" -lt 1536 ]
	ok "... and adds some" [ "$trace" -gt 0 ]
	for profile in minimal default lab; do
		code build/lwip/src $profile >"$tmp/stock"
		code build/lwip-traced $profile >"$tmp/traced"
		is "$profile: without the hook, TCP is the uninstrumented lwIP's, instruction by instruction" "$(diff "$tmp/stock" "$tmp/traced" | head -n 5)" ""
	done
	ok "... which are some" [ "$(grep -c '^ ' "$tmp/traced")" -gt 1000 ]
else
	for point in $(seq 11); do
		skip "point $point" "arm-none-eabi-gcc is not installed: scripts/setup mcu"
	done
fi

run scripts/size "$tmp/none.map"
is "a map that is not there: what to do" "$rc $err" \
	"1 scripts/size: cannot read $tmp/none.map: No such file or directory; make $tmp/none.elf"
echo "no map" >"$tmp/text.map"
run scripts/size "$tmp/text.map"
like "a file that is no map" "$rc $err" "1 scripts/size: $tmp/text.map is no link map of GNU ld*"
cat >"$tmp/odd.map" <<'END'
Linker script and memory map
.text           0x00000000     0x1000
 .text.a        0x00000000       0x10 a.o
END
run scripts/size "$tmp/odd.map"
like "rows that do not add up" "$rc $err" "1 scripts/size: *differ by 4080 bytes*"
