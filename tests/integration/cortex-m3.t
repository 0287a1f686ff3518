#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The board's port, in QEMU on a TAP device in a network namespace of the test's own: built without a warning,
# booted, and spoken to. The kernel is the other end.
set -u
. tests/integration/tap.sh

# points COUNT FIRMWARE SUBJECT...: so many points of cortex_m3.py
points() {
	count=$1
	firmware=$2
	shift 2
	if [ -n "$lacking" ]; then
		for point in $(seq "$count"); do
			skip "$firmware, point $point" "$lacking"
		done
		return
	fi
	isolated python3 tests/integration/cortex_m3.py "build/mcu/$firmware.elf" "$@" >"$tmp/points" 2>"$tmp/err"
	echo "exit status $?" >>"$tmp/err"
	said=0
	while read -r line; do
		case $line in
		"ok - "*) said=$((said + 1)); ok "$firmware: ${line#ok - }" true ;;
		"not ok - "*) said=$((said + 1)); ok "$firmware: ${line#not ok - }" false ;;
		*) echo "$line" ;;
		esac
	done <"$tmp/points"
	while [ "$said" -lt "$count" ]; do
		said=$((said + 1))
		is "$firmware: point $said is reached" "$(tail -n 5 "$tmp/err")" ""
	done
}

# Root needs no user namespace; others may have the TAP device in theirs alone.
isolated() {
	if [ "$(id -u)" -eq 0 ]; then
		unshare --net "$@"
	else
		unshare --user --map-root-user --net "$@"
	fi
}

lacking=
for tool in arm-none-eabi-gcc qemu-system-arm ip ping; do
	command -v $tool >/dev/null || lacking="$tool is not installed: scripts/setup mcu"
done
[ -n "$lacking" ] || isolated ip tuntap add tap0 mode tap 2>"$tmp/err" ||
	lacking="no TAP device in a network namespace: $(head -n 1 "$tmp/err")"

plan 41
for firmware in minimal default lab-trace-guard; do
	if [ -n "$lacking" ]; then
		skip "$firmware is built" "$lacking"
		continue
	fi
	run make --no-print-directory "build/mcu/$firmware.elf"
	is "$firmware is built, without a warning" "$rc$err" 0
done
points 16 minimal ping interrupts echo discard burst pool link call stack quits
points 15 lab-trace-guard trace ping echo discard burst pool ipv6 stack asserts
points 3 default echo
points 2 minimal faults
points 2 default overflows
