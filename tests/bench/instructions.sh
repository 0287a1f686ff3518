#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tests/bench/instructions.sh [DIR]: what lwIP does for a segment of 1460 bytes, a SYN, a connection and a transition,
# in instructions that callgrind counts: the same number in each run. From the repository's root, after
# `make build/bench/instructions-{plain,off,traced,ipv4}`. Callgrind's files stay in DIR, for callgrind_annotate.
#
# Prints the compiler and the machine, and a name and a figure a line, as instructions.baseline has them.
set -eu

bench=${BENCH:-build/bench}
command -v valgrind >/dev/null || { echo "cannot measure: there is no valgrind; install the package valgrind" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
keep=${1:-$tmp}
mkdir -p "$keep"

# count VARIANT: runs it, and leaves in $tmp/VARIANT a line for each part: name, times, transitions, instructions
count() {
	rm -f "$keep/$1".callgrind*
	# The C library chooses its memcpy() by the processor: here by none in particular.
	GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-ERMS,-FSRM valgrind --tool=callgrind --collect-atstart=no \
		--callgrind-out-file="$keep/$1.callgrind" "$bench/instructions-$1" >"$tmp/said" 2>"$tmp/err" || {
		echo "cannot measure: $bench/instructions-$1: $(cat "$tmp/err")" >&2
		exit 1
	}
	awk 'NR == FNR { name[NR] = $1; times[NR] = $2; measured[NR] = $3; transitions[NR] = $4; next }
		/^desc: Trigger: Client Request:/ { trigger = $NF }
		/^totals:/ { total[trigger] = $2; trigger = "" }
		END {
			empty = total["nothing"] / measured[1]
			for (i = 2; i in name; i++)
				print name[i], times[i], transitions[i], total[name[i]] - empty * measured[i]
		}' "$tmp/said" "$keep/$1".callgrind.* >"$tmp/$1"
}

for variant in plain off traced ipv4; do
	count $variant
done
echo "# $("${CC:-gcc}" --version | head -n 1), $(uname -m)"
awk '{ printf "%s %d\n", $1, $4 / $2 + 0.5 }' "$tmp/off"
awk '/^(receive|transmit)-offloaded/ { printf "%s-ipv4 %d\n", $1, $4 / $2 + 0.5 }' "$tmp/ipv4"
# extra NAME VARIANT: instructions that the variant needs more for a life than lwIP's own tree, for each transition
extra() {
	cat "$tmp/traced" "$tmp/plain" "$tmp/$2" | awk -v name="$1" '$1 == "life-as-server" { cost[++n] = $4; if (n == 1) count = $3 }
		END { printf "%s %d\n", name, (cost[3] - cost[2]) / count + 0.5 }'
}
extra transition-hook-on traced
extra transition-hook-compiled-out off
