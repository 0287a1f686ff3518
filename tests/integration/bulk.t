#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The drivers for bulk and their profile of lwIP, against the kernel: streams of bytes of which each is compared, with
# and without offload, with and without loss; and the harness that measures.
set -u
. tests/integration/tap.sh

BULK=${BULK:-build/san/bench/bulk}
plan 50

# field NAME: of the JSON that the last run has printed
field() {
	echo "$out" | sed -n "s/.*\"$1\": \([^,}]*\).*/\1/p"
}

# whole WHAT ARGUMENTS...: streams that come whole, 4 of 3 MB each
whole() {
	what=$1
	shift
	run timeout 120 "$BULK" "$@" --bytes 3000000 --flows 4
	is "$what" "$rc $(field ended) $(field wrong) $(field bytes) $err" "0 4 0 12000000 "
}

for way in tap packet; do
	for offload in on off; do
		whole "$way, offload $offload: lwIP receives whole streams" $way receive --offload $offload
		whole "$way, offload $offload: lwIP sends whole streams" $way transmit --offload $offload
		whole "$way, offload $offload: lwIP sends what it has copied" $way transmit --offload $offload --copy
		whole "$way, offload $offload: IPv6, received" $way receive --offload $offload -6
		whole "$way, offload $offload: IPv6, sent" $way transmit --offload $offload -6
	done
done
whole "an MTU of 9000, received" tap receive --mtu 9000
whole "an MTU of 9000, sent" tap transmit --mtu 9000
whole "an MTU of 9000, without offload" tap transmit --mtu 9000 --offload off
whole "an MTU of 1280, sent" tap transmit --mtu 1280 -6
whole "the kernel's part on another processor" tap transmit --offload off --spread
whole "two kernels" veth transmit

# Large segments are sent as such: a frame of 1460 bytes of data has a header of 54 bytes, 44 of them share one.
run "$BULK" tap transmit --bytes 6000000
sent=$(field sent)
like "offload: headers are one in many segments" "$((sent / 10000))" "60[0-5]"
run "$BULK" tap transmit --bytes 6000000 --offload off
sent=$(field sent)
ok "without: one in each" [ "$sent" -gt 6200000 ]

# Loss, in both directions of lwIP's driver
for offload in on off; do
	whole "offload $offload: lwIP receives whole streams in spite of loss" tap receive --offload $offload --drop 23
	ok "offload $offload: there was some" [ "$(field dropped)" -gt 3 ]
done
whole "offload on: lwIP sends whole streams in spite of loss" tap transmit --offload on --drop 23
dropped=$(field dropped)
again=$(($(field sent) - 12000000))
ok "offload on: there was some" [ "$dropped" -gt 3 ]
# One large segment is sent again for each; two, where a time-out sends one again that had come.
ok "offload on: what was sent again is bounded: $again bytes for $dropped losses" \
	[ "$again" -le "$((dropped * 2 * 65536 + 120000))" ]
whole "offload off: lwIP sends whole streams in spite of loss" tap transmit --offload off --drop 499
again=$(($(field sent) - 12000000))
ok "offload off: there was some, and what was sent again is bounded: $again bytes for $(field dropped) losses" \
	[ "$again" -le "$(($(field dropped) * 2 * 65536 + 12000000 * 60 / 1460))" ]

# Many flows: no answer to a batch of lwIP's is lost, so that nothing is sent again: 64 streams of 685 segments with their
# headers. On a busy machine lwIP's time-out may come first; not three times.
for way in tap packet; do
	for spread in "" --spread; do
		for _ in 1 2 3; do
			# shellcheck disable=SC2086 # a word, or none
			run timeout 120 "$BULK" $way transmit --flows 64 --bytes 1000000 --offload off $spread
			again=$(($(field sent) - 64 * (1000000 + 685 * 54)))
			[ "$again" -ge 6000 ] || break
		done
		like "$way, 64 flows${spread:+, spread}: all come whole, and nothing is sent again ($again bytes of other frames)" \
			"$rc $(field ended) $(field wrong) $again $err" "0 64 0 [0-5][0-9][0-9][0-9] "
	done
done

# A byte to and fro
run "$BULK" tap echo --seconds 0.3
like "echo: a time comes out" "$rc $(field round_trip_us) $err" "0 [0-9]*.[0-9]* "

# What is asked for wrongly, and what does not work
run "$BULK" tap sideways
is "another direction: exit status 2" $rc 2
run "$BULK" tap receive --flows 65
is "too many flows: exit status 2" $rc 2
run "$BULK" carrier-pigeon receive
is "another contender: exit status 2" $rc 2
run unshare -m sh -c 'mount -t tmpfs none /dev/net && exec "$@"' sh "$BULK" tap receive
like "without /dev/net/tun: says what failed" "$rc $err" "1 *cannot open /dev/net/tun for lwIP: No such file or directory*"

# The harness
run env BULK="$BULK" tests/bench/bulk.py --rounds 2 --seconds 0.2 --json "$tmp/bulk.json" echo
like "the harness tells medians and ratios" "$rc $out $err" \
	"0 *machine: *least*tap echo*us*tap echo : veth echo (at most 1: *"
is "the harness writes JSON" "$(jq -r '.results | length' "$tmp/bulk.json") $(jq -r '.results[0].values | length' "$tmp/bulk.json")" \
	"8 2"
run env BULK="$tmp/nothing" tests/bench/bulk.py echo
like "without the program: says what to make" "$rc $err" "1 *is missing; run make*"
is "nothing of it is left" "$(pgrep -f "^$BULK" | wc -l)" 0
