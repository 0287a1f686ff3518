#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The packet captures of all scenarios, as tshark and capinfos read them, against the JSON Lines beside them.
# pcapng.py compares.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
if ! command -v tshark >/dev/null || ! command -v capinfos >/dev/null; then
	plan 1
	skip "packet captures" "there is no tshark, or no capinfos"
	exit
fi
plan 19

# problems ASPECT: what pcapng.py found, ten lines of it
problems() {
	sed -n "s/^$1: //p" "$tmp/problems" | head -n 10
}

# seen WHAT: how often
seen() {
	sed -n "s/^$1 seen: //p" "$tmp/problems"
}

# within FROM TO NUMBER...
within() {
	within_from=$1
	within_to=$2
	shift 2
	for within_number; do
		[ "$within_number" -gt "$within_from" ] && [ "$within_number" -lt "$within_to" ] || return 1
	done
}

start=$(date +%s%N)
run "$TCPLAB" run -j 8 --format tap --out "$tmp/out.d"
end=$(date +%s%N)
is "every scenario: all verdicts hold" "$rc$err" 0
python3 tests/integration/pcapng.py "$tmp/out.d" >"$tmp/problems" 2>&1
is "the comparison comes to its end" "$? $(tail -n 1 "$tmp/problems" | grep -c ' seen: ')" "0 1"
is "each scenario has its capture" "$(problems captures)" \
	"$(experiments | tr / - | xargs -n 1 | sort | xargs)"
is "capinfos: pcapng, Ethernet, in order of time, an interface for each host, as many packets as it has sent" \
	"$(problems capinfos)" ""
is "tshark reads each without a complaint" "$(problems tshark)" ""
is "each frame is there once, in its place" "$(problems packets)" ""
ok "there are frames to compare" [ "$(seen packets)" -gt 3000 ]
is "its bytes are its event's, and its interface its sender's" "$(problems bytes)" ""
is "none is malformed" "$(problems malformed)" ""
is "every checksum is right" "$(problems checksums)" ""
is "each one's time is its event's, to the nanosecond" "$(problems times)" ""
# shellcheck disable=SC2046 # two words
ok "the experiments began while this test ran" within "$start" "$end" $(problems began)
is "each comment says what the events say: fates, clocks and every transition, once" "$(problems comments)" ""
is "no transition is left out" "$(seen transitions)" "$(cat "$tmp"/out.d/*.jsonl | grep -c '"ev":"state"')"
is "tshark's retransmissions are the events'" "$(problems retransmissions)" ""
ok "there are some" [ "$(seen retransmissions)" -gt 50 ]
is "what tshark calls otherwise is such as it must call so" "$(problems analysis)" ""
ok "it has seen keep-alives and zero window probes" [ "$(seen keep_alive)" -gt 5 -a "$(seen zero_window_probe)" -gt 1 ]

# The commands in the document
python3 tests/integration/events.py commands docs/captures.md >"$tmp/commands"
while IFS="$(printf '\t')" read -r command expected; do
	printf '%s\n' "$expected" | python3 -c 'import json, sys; sys.stdout.write(json.load(sys.stdin))' >"$tmp/expected"
	(cd "$tmp/out.d" && sh -c "$command" >"$tmp/out" 2>"$tmp/err")
	cmp -s "$tmp/expected" "$tmp/out" || { echo "$command"; cat "$tmp/out"; }
done <"$tmp/commands" >"$tmp/wrong"
is "the commands in the document print what it says" "$(wc -l <"$tmp/commands") $(cat "$tmp/wrong")" "3 "
