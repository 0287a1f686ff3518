#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# What tcplab writes for machines: every line of every scenario against docs/events.md, which events.py
# reads, and the files of --out.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 35

doc=docs/events.md
jobs=4

# problems ASPECT: what events.py found, ten lines of it
problems() {
	sed -n "s/^$1: //p" "$tmp/problems" | head -n 10
}

# joined SUFFIX: the files of --out in the order of the list
joined() {
	for joined_name in $names; do
		cat "$tmp/out.d/$(echo "$joined_name" | tr / -).$1" || echo "$joined_name.$1 is missing"
	done
}

# wall: real time in ns
wall() {
	date +%s%N
}

names=$(experiments)

# The lines
start=$(wall)
run "$TCPLAB" run -j $jobs --format jsonl --out "$tmp/out.d"
end=$(wall)
is "every scenario: all verdicts hold" "$rc$err" 0
cp "$tmp/out" "$tmp/all.jsonl"
python3 tests/integration/events.py check $doc "$tmp/all.jsonl" >"$tmp/problems"
ok "there is something to check" [ "$(problems lines)" -gt 1000 ]
is "the experiments are those of the list, in its order, each in one piece" "$(problems experiments)" "$names"
is "the reference can be read" "$(problems reference)" ""
is "each line is one JSON object, without a member twice" "$(problems syntax)" ""
is "no member is missing, none is there that is not documented" "$(problems members)" ""
is "every type is right" "$(problems types)" ""
is "every enumerated value is a documented one" "$(problems values)" ""
is "who and cause are such as the kind of event can have" "$(problems kinds)" ""
is "numbers begin at 1 and have no gap" "$(problems numbers)" ""
is "time does not go back, neither real nor virtual" "$(problems times)" ""
is "causes are there, earlier, of their kind, and at the place where they can have had the effect" "$(problems causes)" ""
is "paths: each state begins where the one before has led" "$(problems paths)" ""
longest=$(sed 's/.*"t_ns":\([0-9]*\).*/\1/' "$tmp/all.jsonl" | sort -n | tail -n 1)
ok "no experiment takes longer than all of them" [ "$longest" -lt $((end - start)) ]
is "segments: numbers from 0, sender and receiver are who they should be" "$(problems segments)" ""
is "2MSL last 120 s of virtual time; 'data' moves 1 MiB each way" "$(problems amounts)" ""
watchers="hook sock_diag"
! grep -q '^kernel watched by tracepoint and' "$tmp/out.d/handshake-lwip.txt" || watchers="$watchers tracepoint"
is "whoever watches has seen something" "$(problems sources)" "$watchers"
is "every documented member was seen, but what a mistake alone shows" "$(problems seen)" ""
python3 tests/integration/events.py examples $doc >"$tmp/problems"
is "the reference's own examples are right" "$(cat "$tmp/problems")" ""

# The files
views="jsonl pcapng transcript txt"
is "--out: each view of each, what repeats the run, and nothing else" "$(ls "$tmp/out.d")" \
	"$({
		echo command environment report.html
		for name in $names; do for view in $views; do echo "$name.$view" | tr / -; done; done
	} | xargs -n 1 | sort)"
joined jsonl >"$tmp/joined"
ok "--out: the same lines as on the standard output" cmp "$tmp/all.jsonl" "$tmp/joined"
run "$TCPLAB" run -v -j $jobs --out "$tmp/out.d"
sed '/^[a-z-]*\/[a-z]*  *[A-Z1-9].*\(holds\|FAILS\|refused\|CRASHED\)  *[0-9.]* ms\( .*\)*$/,$d' "$tmp/out" >"$tmp/ladders"
joined txt >"$tmp/joined"
ok "--out, a second time: overwritten; NAME.txt is what the terminal shows" cmp "$tmp/ladders" "$tmp/joined"
is "--out: for all to read" "$(find "$tmp/out.d" -type f ! -perm -444)" ""
is "--out: nothing partial" "$(find "$tmp/out.d" -name '*.*.*')" ""
run "$TCPLAB" run --format tap --out "$tmp/new.d" handshake/lwip
# shellcheck disable=SC2086 # a list
is "--out: makes the directory; TAP is as without it" "$rc $(find "$tmp/new.d" -type f -printf "%f\n" | sort | xargs) $(tail -n 1 "$tmp/out")" \
	"0 command environment $(printf 'handshake-lwip.%s ' $views)report.html ok 1 - handshake/lwip"

# A scenario that fails leaves its evidence
meddle
run env LD_PRELOAD="$tmp/meddle.so" LISTEN=fail "$TCPLAB" run --format jsonl --out "$tmp/failed.d" handshake/lwip
is "a scenario that fails: exit status 1" $rc 1
ok "a scenario that fails: the same evidence" cmp "$tmp/out" "$tmp/failed.d/handshake-lwip.jsonl"
like "a scenario that fails: its call's error, its failed verdict" "$out" \
	'*"name":"listen"*"result":"EADDRINUSE (98)"*"ev":"verdict"*"holds":false,"text":"kernel listens"*'
python3 tests/integration/events.py check $doc "$tmp/out" >"$tmp/problems"
is "a scenario that fails: its lines are right, too" "$(grep -vE '^((seen|lines|experiments|sources): |$)' "$tmp/problems")" ""

# Places that cannot be written to
: >"$tmp/file"
run "$TCPLAB" run --out "$tmp/file/x" handshake/lwip
like "--out below a file: exit status 2, and says why" "$rc $err" \
	"2 tcplab run: cannot make the directory $tmp/file/x: Not a directory*"
run "$TCPLAB" run --out "$tmp/file" handshake/lwip
like "--out is a file: exit status 2, and says why" "$rc $err" \
	"2 *cannot make the directory $tmp/file: Not a directory*"
# A small disk, in a mount namespace of its own
mkdir "$tmp/disk"
# small_disk COMMAND...: with one at $tmp/disk; then tells what is there
small_disk() {
	# shellcheck disable=SC2016 # the inner shell expands it
	run unshare -m sh -c 'mount -t tmpfs -o size=64k none "$0" || exit 99; "$@"; rc=$?; ls "$0"; exit $rc' \
		"$tmp/disk" "$@"
}
small_disk true
if [ "$rc" -eq 0 ]; then
	small_disk "$TCPLAB" run --format tap --out "$tmp/disk" data/lwip
	is "--out on a full disk: exit status 2" $rc 2
	like "--out on a full disk: says so" "$err" \
		"*cannot write $tmp/disk/data-lwip.jsonl: No space left on device*"
	is "--out on a full disk: not ok, and nothing partial" "$(grep -v '^#' "$tmp/out" | xargs)" \
		"TAP version 13 1..1 not ok 1 - data/lwip command environment"
else
	for point in "exit status 2" "says so" "not ok, and nothing partial"; do
		skip "--out on a full disk: $point" "no mount namespace to be had: $(head -n 1 "$tmp/err")"
	done
fi

# The commands in the reference
if command -v jq >/dev/null; then
	mkdir -p "$tmp/bin"
	ln -s "$(realpath "$TCPLAB")" "$tmp/bin/tcplab"
	python3 tests/integration/events.py commands $doc >"$tmp/commands"
	# sh's word on each, beside the reference's
	while IFS="$(printf '\t')" read -r command expected; do
		printf '%s\n' "$expected" | jq -j . >"$tmp/expected"
		PATH="$tmp/bin:$PATH" sh -c "$command" >"$tmp/out" 2>&1
		cmp -s "$tmp/expected" "$tmp/out" || { echo "$command"; cat "$tmp/out"; }
	done <"$tmp/commands" >"$tmp/wrong"
	is "the commands in the reference print what it says" "$(wc -l <"$tmp/commands") $(cat "$tmp/wrong")" "3 "
else
	skip "the commands in the reference print what it says" "there is no jq"
fi
