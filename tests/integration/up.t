#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# A live host: found and entered, watched, ended; its exit statuses, and what is left when it is killed.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 51

XDG_RUNTIME_DIR=$tmp/run
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"
up=

# start ARGUMENT...: a live host in the background, its output in $tmp/ladder
start() {
	"$TCPLAB" up "$@" >"$tmp/ladder" 2>"$tmp/trouble" &
	up=$!
	poll entered
}

entered() {
	"$TCPLAB" exec true 2>/dev/null
}

# stop [SIGNAL]: ends it; sets rc to its exit status
stop() {
	kill "-${1-TERM}" "$up"
	wait "$up"
	rc=$?
}

# shown PATTERN: the ladder has a line like that, or will have one
shown() {
	poll grep -qE "$1" "$tmp/ladder"
}

inside() {
	run "$TCPLAB" exec -- "$@"
}

links() {
	ip -o link | cut -d: -f 2
}

links >"$tmp/links"

run "$TCPLAB" exec true
like "exec without a live host" "$rc $out$err" "2 tcplab exec: there is no live host 'up' of yours: start it with 'tcplab up',*"

run env XDG_RUNTIME_DIR=/nowhere "$TCPLAB" up true
like "no place for its name" "$rc $err" "2 tcplab up: cannot make the directory of live hosts, /nowhere/tcplab: *; set XDG_RUNTIME_DIR to a directory of yours"

start
ok "up: it can be entered" entered
inside ping -c 1 -q 10.9.0.2
is "ping" "$rc" 0
inside ping -c 1 -q fd09::2
is "ping, IPv6" "$rc" 0
inside getent ahostsv4 lwip
like "lwIP has a name" "$out" "10.9.0.2 *"
ok "and not in the host's own file" [ -z "$(grep tcplab /etc/hosts 2>/dev/null)" ]
inside sh -c 'exit 7'
is "exec: the command's exit status" "$rc" 7
inside no-such-command
like "exec: a command that there is not" "$rc $err" "127 tcplab: cannot run no-such-command: *"
ok "exec: the directory stays" [ "$("$TCPLAB" exec pwd)" = "$PWD" ]
run sh -c 'mkdir "$1/gone" && cd "$1/gone" && rmdir "$1/gone" && exec "$0" exec pwd' "$(realpath "$TCPLAB")" "$tmp"
is "exec: or begins in / when that is gone" "$rc $out" "0 /"
inside ip -o link
like "exec: the namespace's own interfaces" "$out" "*lwip0*"

# A connection of another process: both ends, each state, in one ladder
inside sh -c 'printf "GET / HTTP/1.0\r\n\r\n" | nc lwip 80'
like "nc: answered" "$rc $out" "0 HTTP/1.0 200*"
ok "nc: its SYN, and both ends' states" shown '^ +[0-9.]+  c[0-9]+ +SYN_RCVD +◀─ SYN seq=0 .* SYN_SENT$'
ok "nc: they are open" shown '^ +[0-9.]+  c[0-9]+ .*─▶ ESTABLISHED$'
ok "nc: lwIP closes first" shown '^ +[0-9.]+  c[0-9]+ +TIME_WAIT '
ok "nc: and the kernel last" shown '^ +[0-9.]+  c[0-9]+ .*─▶ CLOSED$'

# Refused
inside nc -w 2 -z 10.9.0.2 4444
is "refused" "$rc" 1
ok "refused: an RST, and the kernel's end is CLOSED" shown '── RST,ACK seq=0 ack=1 .*▶ CLOSED$'

# A socket that is bound, and no more
inside python3 -c 'import socket, urllib.request
s = socket.socket()
s.bind(("10.9.0.1", 9001))
print(":9001" in urllib.request.urlopen("http://10.9.0.2/state.json").read().decode())'
is "a socket that is only bound is no connection" "$rc $out" "0 False"

# The kernel's listener
"$TCPLAB" exec -- timeout 10 nc -l 10.9.0.1 9000 >"$tmp/heard" &
listener=$!
ok "a listener of another process" shown '^ +[0-9.]+  l[0-9]+ +LISTEN$'
kill $listener
wait $listener 2>/dev/null
poll sh -c "! '$TCPLAB' exec -- ss -ltn | grep -q :9000"

# Many at a time: all answered, all freed
# shellcheck disable=SC2016 # the inner shell expands it
inside sh -c 'seq 100 | xargs -P 100 -I{} curl -s -m 20 -o /dev/null -w "%{http_code}\n" http://10.9.0.2/ | sort | uniq -c'
like "100 curls at a time" "$rc $out" "0 *100 200"

run "$TCPLAB" up
like "a second one of the same name" "$rc $out$err" "2 tcplab up: there is a live host 'up' already (process $up): *"
run "$TCPLAB" up --name other -- "$TCPLAB" exec --name other -- true
is "a second one of another name" "$rc" 0

stop
is "SIGTERM: exit status 0" "$rc" 0
is "nothing on the standard error" "$(cat "$tmp/trouble")" ""
ok "the summary" grep -qE '^up for [0-9.]+ s, ended by SIGTERM: [0-9]+ frames$' "$tmp/ladder"
is "the summary: connections of both stacks" "$(sed -n 's/^\(lwip\|kernel\) *\([0-9]*\) connections.*/\2/p' "$tmp/ladder" | xargs)" "102 103"
ok "nothing has leaked" [ "$(grep -c leaked "$tmp/ladder")" -eq 0 ]

# Killed: nothing disturbs the next one
start
stop KILL
run "$TCPLAB" exec true
is "after SIGKILL it is not there" "$rc" 2
start -4 --keep 1
ok "after SIGKILL the next one starts" entered

# A transfer that fills the record
inside sh -c 'head -c 20000000 /dev/zero | nc -N 10.9.0.2 9'
ok "full: it is told" shown 'full: [0-9]+ MiB are kept'
stop INT
like "full: the summary tells what is not recorded" "$rc $(grep 'up for' "$tmp/ladder")" "0 up for *SIGINT: * frames, * of them not recorded"
ok "full: segments of a transfer are summed up" grep -q '⋮ [0-9]* more segments with [0-9]* bytes' "$tmp/ladder"

# With a command
run "$TCPLAB" up --log "$tmp/log" -- sh -c 'echo hello | nc -N 10.9.0.2 7; exit 3'
like "a command: its output, its exit status; the ladder in a file" "$rc $out $(grep -c LAST_ACK "$tmp/log")" "3 hello 1"

# A program that speaks to it through a pipe
pipe() {
	"$TCPLAB" up --script - <"$tmp/pipe" >"$tmp/ladder" 2>"$tmp/trouble" &
	up=$!
	exec 3>"$tmp/pipe"
	poll entered
}

mkfifo "$tmp/pipe"
pipe
echo 'listen kernel 9000' >&3
ok "a pipe: a line is carried out when it comes" shown '^ +[0-9.]+  l[0-9]+ +LISTEN$'
printf 'connect lwip 9000\nexpect lwip:c1 ESTAB' >&3
ok "a pipe: the next one" shown '─▶ ESTABLISHED$'
ok "a pipe: the host stays while it is open" entered
printf 'LISHED\nexpect lwip:c1 CLOSING\n' >&3
ok "a pipe: verdicts come at once, with their lines" shown '^holds stdin:3: lwip is in ESTABLISHED$'
exec 3>&-
wait "$up"
like "a pipe: its end is the host's, and the exit status the verdict" "$? $(cat "$tmp/trouble")" "1 "
ok "a pipe: what was in it then has been carried out" grep -q '^FAILS stdin:4: lwip is in CLOSING' "$tmp/ladder"

pipe
printf '# nothing yet\nlisten kernel http\n' >&3
wait "$up"
like "a pipe: an error ends it, and names its line" "$? $(cat "$tmp/trouble")" \
	"2 tcplab: stdin:2: listen: a port is a whole number from 1 to 65535, not 'http'"
exec 3>&-

start --script "$tmp/pipe"
ok "a FIFO that nobody writes to is waited for" entered
stop
is "and does not hold it" "$rc" 0
run "$TCPLAB" up --script "$tmp"
like "a script that cannot be read" "$rc $err" "2 tcplab: *:1: cannot read it: Is a directory"

# A prompt on a terminal
# at_prompt KEYS: types them at a prompt
at_prompt() {
	printf '%b' "$1" | timeout 20 script -qec "$TCPLAB up" "$tmp/terminal" >"$tmp/ladder"
	rc=$?
}
at_prompt 'quit\r'
is "a prompt: quit ends it" "$rc $(grep -c '^up for' "$tmp/terminal")" "0 1"
at_prompt '\004'
is "a prompt: Ctrl-D ends it" "$rc $(grep -c '^up for' "$tmp/terminal")" "0 1"
ok "a prompt: both are told" grep -q '^end: quit, Ctrl-D or Ctrl-C' "$tmp/terminal"
# In a chroot: another view of the same files, with a directory that is nowhere else
namespace=-m
[ "$(id -u)" -eq 0 ] || namespace=-Urm
mkdir "$tmp/root"
# shellcheck disable=SC2016 # the inner shells expand it
run unshare $namespace sh -c '
	mount --rbind / "$0/root" && mount -t tmpfs none "$0/root/mnt" && mkdir "$0/root/mnt/here" || exit 99
	exec chroot "$0/root" sh -c "cd /mnt/here && exec \"\$0\" up -- \"\$0\" exec -- sh -c \"pwd; ls ..\"" "$1"' \
	"$tmp" "$(realpath "$TCPLAB")"
is "in a chroot: exec stays in it, and in its directory" "$rc $(echo "$out" | xargs)" "0 /mnt/here here"
is "in a chroot: without a complaint" "$(echo "$err" | grep -c 'exec\|cannot')" 0

links >"$tmp/links_after"
is "nothing is left" "$(diff "$tmp/links" "$tmp/links_after"; ls "$XDG_RUNTIME_DIR/tcplab")" ""
