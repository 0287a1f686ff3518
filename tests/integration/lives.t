#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# Many lives of a connection in one experiment, each with its evidence; and many experiments, of which the next runs
# while the one before is torn down.
set -u
. tests/integration/tap.sh
plan 6

lives=60
{
	echo "# $lives lives"
	echo "listen kernel 7777"
	for i in $(seq $lives); do
		printf 'connect lwip 7777\nclose lwip:c%d\nexpect kernel:c%d CLOSE_WAIT\nclose kernel:c%d\n' "$i" "$i" "$i"
		printf 'expect lwip:c%d TIME_WAIT\nwarp 2MSL\nexpect lwip:c%d CLOSED\n' "$i" "$i"
	done
} >"$tmp/lives.lab"
run build/tcplab run --out "$tmp/evidence" "$tmp/lives.lab"
if [ "$rc" -eq 2 ]; then
	for point in "hold" "lwIP's ends" "the kernel's ends" "packets" "verdicts" "one at a time"; do
		skip "$lives lives: $point" "$(head -n 1 "$tmp/err")"
	done
	exit
fi
is "$lives lives hold" "$rc $(tail -n 2 "$tmp/out" | head -n 1)" "0 1 of 1 hold"
evidence=$(ls "$tmp"/evidence/*.jsonl)
is "each ends at lwIP's end, with 2MSL" \
	"$(jq -r 'select(.ev == "state" and .who == "lwip" and .from == "TIME_WAIT" and .to == "CLOSED") | .conn' "$evidence" |
		sort -u | wc -l)" $lives
is "each ends at the kernel's end" \
	"$(jq -r 'select(.ev == "state" and .who == "kernel" and .from == "LAST_ACK") | .conn' "$evidence" | sort -u | wc -l)" \
	$lives
frames=$(jq -r 'select(.ev == "frame") | .n' "$evidence" | wc -l)
is "the capture has all $frames frames, at least six for each life" \
	"$(python3 - "${evidence%.jsonl}.pcapng" "$frames" $((6 * lives)) <<'END'
import struct, sys
data, count = open(sys.argv[1], 'rb').read(), 0
while data:
    kind, size = struct.unpack('<II', data[:8])
    count += kind == 6
    data = data[size:]
print(count == int(sys.argv[2]) and count >= int(sys.argv[3]))
END
	)" True
is "each verdict is there" "$(jq -r 'select(.ev == "verdict" and .holds) | .n' "$evidence" | wc -l)" $((3 * lives + 2))

# The next one runs while the one before is torn down.
run build/tcplab run -j 1 --repeat 8 close/lwip
is "all eight are reported" "$rc $(head -n 1 "$tmp/out" | tr -s ' ')" "0 close/lwip 1 transcript in 8 runs; 8 hold"
