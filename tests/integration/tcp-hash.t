#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The patch tcp_hash: it is applied only when asked for, and to an lwIP that it knows; what a connection costs does not
# grow with the number of others; and lwIP does what it does without it, to the order of its lists.
set -u
. tests/integration/tap.sh
if ! command -v spatch >/dev/null; then
	plan 1
	skip "the patch tcp_hash" "there is no spatch; install the package coccinelle"
	exit
fi
plan 20

# In each version that the lab knows
for version in 2.2.1 2.1.3; do
	source=build/lwip
	[ $version = 2.2.1 ] || source=build/lwip-$version
	at="lwIP $version"
	run scripts/lwip-fetch --version $version $source
	if [ $rc -ne 0 ]; then
		skip "$at: is patched" "$err"
		skip "$at: only tcp.c and tcp_in.c differ from the instrumented tree" "$err"
		skip "$at: every change of a list is the hash's" "$err"
		continue
	fi
	scripts/lwip-prepare $source "$tmp/traced-$version" >/dev/null
	run scripts/lwip-prepare $source "$tmp/hash-$version" tcp_hash
	is "$at: is patched" "$rc$err $(tail -n 1 "$tmp/out")" "0 lwIP patched: tcp_hash"
	diff -rq "$tmp/traced-$version" "$tmp/hash-$version" >"$tmp/differ"
	is "$at: only tcp.c and tcp_in.c differ from the instrumented tree" \
		"$(sed 's/.* and .*\/\([^/]* differ\)$/\1/' "$tmp/differ" | xargs)" "tcp.c differ tcp_in.c differ"
	is "$at: every change of a list is the hash's" \
		"$(cat "$tmp/hash-$version"/core/tcp.c "$tmp/hash-$version"/core/tcp_in.c |
			grep -cE '\bTCP_(REG|RMV)(_ACTIVE)?\(|prev->next = pcb|^ *tcp_(active|tw)_pcbs = ')" 0
done

# Refused
cp -R build/lwip/src "$tmp/src"
mkdir "$tmp/tree"
mv "$tmp/src" "$tmp/tree/src"
sed -i 's/TCP_RMV(&tcp_bound_pcbs, pcb)/TCP_TAKE(\&tcp_bound_pcbs, pcb)/' "$tmp/tree/src/core/tcp.c"
run scripts/lwip-prepare "$tmp/tree" "$tmp/dir" tcp_hash
like "another lwIP: refused, and says why" "$rc $err" \
	"1 the patch tcp_hash changed * lines of $tmp/tree, instead of *: not an lwIP that it knows"
is "another lwIP: leaves nothing" "$(find "$tmp" -maxdepth 1 -name 'dir*')" ""
run scripts/lwip-prepare build/lwip "$tmp/dir" tcp_trash
like "an unknown patch: refused, and says which there are" "$rc $err" \
	"1 there is no patch of lwIP named 'tcp_trash'; there are:* tcp_hash*"
is "an unknown patch: leaves nothing" "$(find "$tmp" -maxdepth 1 -name 'dir*')" ""

# Random lives of the lists
for seed in 1 2 3 4; do
	build/tests/pcb_lists-stock $seed 600000 >"$tmp/stock"
	build/tests/pcb_lists-hash $seed 600000 >"$tmp/hash"
	is "600,000 random steps, seed $seed: nothing differs" \
		"$(wc -l <"$tmp/hash") $(cmp "$tmp/stock" "$tmp/hash" 2>&1)" "600000 "
done
run build/san/tests/pcb_lists-hash 5 50000
mv "$tmp/out" "$tmp/hash"
build/tests/pcb_lists-stock 5 50000 >"$tmp/stock"
is "the same with sanitizers, seed 5" "$rc$err $(cmp "$tmp/stock" "$tmp/hash" 2>&1)" "0 "

# Instructions
if command -v valgrind >/dev/null; then
	run tests/bench/scale.py --only instructions --others 0,2000 --json "$tmp/scale.json"
	is "callgrind counts${err:+: $err}" "$rc" 0
	# ratios CONTENDER: those of 2,000 others to none
	ratios() {
		jq -r --arg whose "$1," '.checks[] | select(.of | startswith($whose)).value' "$tmp/scale.json" | xargs
	}
	is "with 2,000 others lwIP needs more than 1.5 times the instructions for a connection: $(ratios lwip)" \
		"$(ratios lwip | tr ' ' '\n' | awk '$1 > 1.5' | wc -l)" 4
	is "with the patch, not 1 % more: $(ratios tcp_hash)" "$(ratios tcp_hash | tr ' ' '\n' | awk '$1 < 1.01' | wc -l)" 4
else
	for point in "callgrind counts" "with 2,000 others lwIP needs more instructions" "with the patch, not 1 % more"; do
		skip "$point" "there is no valgrind; install the package valgrind"
	done
fi

# Every scenario. Where the kernel's real time decides, not even two runs of one program are the same each time: what
# differs is tried again.
# compare OPTION...: runs with and without the patch; leaves what 'tcplab diff' says in $tmp/said
compare() {
	rm -rf "$tmp/without" "$tmp/with"
	build/tcplab run --out "$tmp/without" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || return $?
	build/tcp_hash/tcplab run --out "$tmp/with" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || return $?
	build/tcplab diff "$tmp/without" "$tmp/with" >"$tmp/said"
	return 0
}

# differing: the experiments whose transcripts differ
differing() {
	sed -n 's,^\(.*\)-\([a-z]*\)\.transcript: .*,\1/\2,p' "$tmp/said"
}

for family in IPv4 IPv6; do
	option=-${family#IPv}
	compare "$option"
	if [ $? -eq 2 ]; then
		skip "every scenario over $family: the same transcripts" "$(head -n 1 "$tmp/err")"
		continue
	fi
	total=$(sed -n 's/.* of \([0-9]*\) transcripts are the same$/\1/p' "$tmp/said")
	left=$(differing)
	first=$(echo "$left" | wc -w)
	for _ in 1 2 3 4 5 6; do
		again=
		for name in $left; do
			compare "$option" "$name" || again="$again $name"
			again="$again $(differing)"
		done
		left=$(echo "$again" | xargs)
	done
	is "every scenario over $family, ${total:-0} experiments: the same transcripts ($first tried again)" \
		"$([ "${total:-0}" -gt 100 ] && echo many) $left" "many "
done
