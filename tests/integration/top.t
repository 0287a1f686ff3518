#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# tcplab up -t: the table on a terminal, its keys, how it leaves the terminal; as plain text.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 51

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"

# on_terminal COUNT ARGUMENT...: so many points of top.py
on_terminal() {
	count=$1
	shift
	timeout 120 python3 -B tests/integration/top.py "$TCPLAB" "$@" >"$tmp/points" 2>"$tmp/trouble"
	is "on a terminal: $1: as many points as there should be" "$(wc -l <"$tmp/points")$(cat "$tmp/trouble")" "$count"
	while IFS= read -r point; do
		is "on a terminal: ${point%: *}" "${point##*: }" yes
	done <"$tmp/points"
}

# -- On a terminal
on_terminal 21 connections
on_terminal 15 endings
cat >"$tmp/closed.lab" <<'EOL'
listen lwip 9000
connect kernel 9000
expect kernel:c1 ESTABLISHED
wait 1500ms
expect lwip:c1 CLOSED
EOL
on_terminal 4 script "$tmp/closed.lab"

# -- Plain text
"$TCPLAB" up -t --log "$tmp/ladder" >"$tmp/table" 2>"$tmp/trouble" &
up=$!
poll "$TCPLAB" exec true 2>/dev/null
tables() {
	grep -c '^up ' "$tmp/table"
}
ok "plain: a listener" poll grep -qE '^ +\*:80 +\* +LISTEN ' "$tmp/table"
sleep 1.2
before=$(tables)
sleep 2.5
is "plain: no table without a change" "$(tables)" "$before"
"$TCPLAB" exec -- timeout 10 nc 10.9.0.2 7 <"/dev/zero" >/dev/null &
nc=$!
ok "plain: a connection at both ends" poll grep -qE '^c1 +10\.9\.0\.2:7 +10\.9\.0\.1:[0-9]+ +ESTABLISHED .* ESTABLISHED ' "$tmp/table"
kill $nc
ok "plain: nothing of a terminal's" [ "$(tr -d '\040-\176\n\342\200\246' <"$tmp/table" | wc -c)" -eq 0 ]
kill -TERM $up
wait $up
is "plain: SIGTERM: exit status 0" "$?$(cat "$tmp/trouble")" 0
ok "plain: the ladder is in its file" grep -qE 'SYN_RCVD +◀─ SYN seq=0' "$tmp/ladder"
ok "plain: and not with the table" [ "$(grep -c '◀─' "$tmp/table")" -eq 0 ]

run "$TCPLAB" up -t true
like "with a command: refused" "$rc $out$err" "2 tcplab up: -t fills the screen: it does not go with a command*"
