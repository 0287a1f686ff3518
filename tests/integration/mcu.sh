# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2154 # rc, tmp and TCPLAB are those of tap.sh and experiment.sh
#
# What the tests share that run experiments on the Cortex-M3, after experiment.sh: TCPLAB is a copy of the lab with
# the firmware beside it.

# need_mcu COUNT TOOL...: skips COUNT points and ends the test where a tool is missing
need_mcu() {
	mcu_points=$1
	shift
	for mcu_tool in arm-none-eabi-gcc qemu-system-arm "$@"; do
		command -v "$mcu_tool" >/dev/null && continue
		plan "$mcu_points"
		for mcu_point in $(seq "$mcu_points"); do
			skip "point $mcu_point" "$mcu_tool is not installed: scripts/setup mcu"
		done
		exit
	done
	make --no-print-directory build/mcu/lab-agent.elf build/mcu/linux-agent.elf >"$tmp/make" 2>&1 || {
		cat "$tmp/make"
		echo "Bail out!  the firmware cannot be built"
		exit 1
	}
	cp "$TCPLAB" "$tmp/tcplab"
	mkdir "$tmp/mcu"
	cp build/mcu/*-agent.elf "$tmp/mcu/"
	TCPLAB=$tmp/tcplab
}

# emulators: the pids of the QEMUs that run a firmware of this test's
emulators() {
	pgrep -f -- "-kernel $tmp" | xargs
}

no_emulators() {
	[ -z "$(emulators)" ]
}
