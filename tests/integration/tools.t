#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The tools that people diagnose with, each inside a live host, and each for what one would look for with it: as
# root and as an ordinary user.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
for tool in netstat lsof ss sar tcpdump tshark ping traceroute mtr nslookup curl nc iperf nmap; do
	command -v $tool >/dev/null && continue
	plan 1
	skip "the tools against a live host" "there is no $tool: scripts/setup test"
	exit
done

user=65534
chmod 755 "$tmp"
cp "$TCPLAB" "$tmp/tcplab" # where that user can read it
chmod 755 "$tmp/tcplab"

# as_user COMMAND...: as an ordinary user
as_user() {
	setpriv --reuid $user --regid $user --clear-groups "$@"
}

# -- The host: driven over a pipe, entered by exec

# begin WHO [COMMAND...]: starts it through COMMAND, as what WHO is in the points' names
begin() {
	who=$1
	shift
	as=$*
	dir=$tmp/$who
	mkdir -m 777 "$dir"
	mkdir -m 700 "$dir/run"
	[ "$as" = "" ] || chown $user:$user "$dir/run"
	export XDG_RUNTIME_DIR="$dir/run" HOME="$dir"
	mkfifo "$dir/pipe"
	$as "$tmp/tcplab" up --script - <"$dir/pipe" >"$dir/ladder" 2>"$dir/trouble" &
	up=$!
	exec 3>"$dir/pipe"
	poll inside true 2>/dev/null
}

# Lines of standard input for the host.
say() {
	cat >&3
}

inside() {
	$as "$tmp/tcplab" exec -- timeout 20 "$@" 3>&-
}

# holds STATE: a verdict says that the kernel is there, or will do so
holds() {
	poll grep -q "^holds .*kernel is in $1\$" "$dir/ladder"
}

# -- What they tell

# tells TOOL WHAT PATTERN COMMAND...: what the command prints is like that, blanks squeezed
tells() {
	tells_what="$who: $1: $2"
	tells_pattern=$3
	shift 3
	inside "$@" >"$dir/told" 2>&1
	like "$tells_what" "$(tr -s ' ' <"$dir/told")" "$tells_pattern"
}

# per_state: the connections of netstat or the like on standard input, its column $1 the state
per_state() {
	awk -v column="$1" '/:[0-9]/ { n[$column]++ } END { for (s in n) print s, n[s] }' | sort | xargs
}

# hops: the lines of standard input that are one, by their host
hops() {
	sed -n 's/^ *[0-9]\{1,\}[ .|-]\{1,\}\([0-9a-f:.]*\) .*/\1/p' | xargs
}

# open_ports ARGUMENT...: those that nmap finds
open_ports() {
	inside nmap -n -Pn -p 1-1024,5001 "$@" | sed -n 's|^\([0-9]*\)/tcp *open .*|\1|p' | xargs
}

listening() {
	inside ss -Hltn | grep -q :9000
}

# One connection of the kernel's in each of four states, and two listeners
set_the_stage() {
	say <<-'END'
		listen kernel 8080
		connect lwip 8080
		shutdown lwip:c1
		expect kernel:c1 CLOSE_WAIT
		listen lwip 8081
		connect kernel 8081
		shutdown kernel:c2
		expect kernel:c2 FIN_WAIT_2
		connect kernel 7
		expect kernel:c3 ESTABLISHED
	END
	holds ESTABLISHED
	is "$who: nc: echo" "$(printf hello | inside nc -N 10.9.0.2 7)" hello
	inside nc -l 10.9.0.1 9000 >"$dir/heard" </dev/null &
	listener=$!
	poll listening
}

look_at_states() {
	inside netstat -nat >"$dir/netstat"
	is "$who: netstat: the count per state" "$(per_state 6 <"$dir/netstat")" \
		"CLOSE_WAIT 1 ESTABLISHED 1 FIN_WAIT2 1 LISTEN 2 TIME_WAIT 1"
	like "$who: netstat: who has which" "$(awk '{ print $6, $4, $5 }' "$dir/netstat" | sort)" \
		"*CLOSE_WAIT 10.9.0.1:8080 10.9.0.2:*ESTABLISHED * 10.9.0.2:7*FIN_WAIT2 * 10.9.0.2:8081*TIME_WAIT * 10.9.0.2:7*"
	is "$who: ss: the same" "$(inside ss -Htan | per_state 1)" "CLOSE-WAIT 1 ESTAB 1 FIN-WAIT-2 1 LISTEN 2 TIME-WAIT 1"
	tells lsof "who listens" "*nc *TCP 10.9.0.1:9000 (LISTEN)" lsof -nP -i:9000
	tells lsof "who has not closed" "*tcplab *TCP 10.9.0.1:8080->10.9.0.2:* (CLOSE_WAIT)*" lsof -nP -i:8080
	is "$who: sar: sockets in TIME_WAIT" \
		"$(inside sar -n SOCK 1 1 | awk '/tcp-tw/ { for (i = 1; i <= NF; i++) if ($i == "tcp-tw") c = i } /^Average/ { print $c }')" 1
}

both_closed() {
	[ "$(grep -c "$fin" "$dir/captured")" -ge 2 ]
}

# captures TOOL READY END SYN SYNACK FIN COMMAND...: it prints these of lwIP's connection to port 9000, both FINs included
captures() {
	captures_what="$who: $1: SYN, SYN,ACK, and a FIN of each"
	ready=$2
	syn=$3
	synack=$4
	fin=$5
	shift 5
	inside "$@" >"$dir/captured" 2>"$dir/capture" &
	capture=$!
	poll grep -qs "$ready" "$dir/capture"
	say <<-'END'
		connect lwip 9000
		send lwip:c5 heard
		close lwip:c5
		expect lwip:c5 TIME_WAIT
	END
	poll both_closed
	kill $capture
	wait $capture 2>/dev/null
	is "$captures_what" "$(grep -c "$syn" "$dir/captured") $(grep -c "$synack" "$dir/captured") $(grep -c "$fin" "$dir/captured")" "1 1 2"
	wait $listener
	is "$who: nc: a listener of the kernel's hears lwIP" "$? $(cat "$dir/heard")" "0 heard"
}

look_at_the_way() {
	tells ping "IPv4" "*2 packets transmitted, 2 received, 0% packet loss*" ping -c 2 -i 0.2 10.9.0.2
	tells ping "IPv6" "*2 packets transmitted, 2 received, 0% packet loss*" ping -6 -c 2 -i 0.2 fd09::2
	is "$who: traceroute: one hop" "$(inside traceroute -n -q 1 -w 1 10.9.0.2 | hops)" 10.9.0.2
	is "$who: traceroute: one hop, IPv6" "$(inside traceroute -6 -n -q 1 -w 1 fd09::2 | hops)" fd09::2
	inside mtr -n -r -c 2 -i 0.2 -G 1 10.9.0.2 >"$dir/mtr"
	is "$who: mtr: one hop, no loss" "$(hops <"$dir/mtr") $(grep -c ' 0.0% ' "$dir/mtr")" "10.9.0.2 1"
	inside mtr -6 -n -r -c 2 -i 0.2 -G 1 fd09::2 >"$dir/mtr"
	is "$who: mtr: one hop, no loss, IPv6" "$(hops <"$dir/mtr") $(grep -c ' 0.0% ' "$dir/mtr")" "fd09::2 1"
}

look_at_services() {
	poll inside nslookup -port=5353 -timeout=1 lwip.local 10.9.0.2 >/dev/null # it probes its name first
	tells nslookup "lwip.local" "*Name:?lwip.local*Address: 10.9.0.2*" nslookup -port=5353 lwip.local 10.9.0.2
	tells nslookup "lwip.local, IPv6" "*Name:?lwip.local*Address: fd09::2*" nslookup -port=5353 -type=AAAA lwip.local fd09::2
	tells curl "the page" "200 text/html" curl -sS -o /dev/null -w '%{http_code} %{content_type}' http://10.9.0.2/
	tells curl "its own connection in the table, IPv6" "*ESTABLISHED*?fd09::2?:80 *?fd09::1?:* ESTABLISHED*" \
		curl -sS 'http://[fd09::2]/state.txt'
	is "$who: nc: echo, IPv6" "$(printf hello | inside nc -N fd09::2 7)" hello
	tells iperf "a bandwidth" "*] 0.0*-* sec *Bytes *[1-9]* ?bits/sec*" iperf -c 10.9.0.2 -t 1
	tells iperf "a bandwidth, IPv6" "*] 0.0*-* sec *Bytes *[1-9]* ?bits/sec*" iperf -V -c fd09::2 -t 1
	services=$(sed -n 's/^services: //p' "$dir/ladder" | tr ',' '\n' | awk '$1 != "mdns" { print $2 }' | xargs)
	is "$who: nmap: the services, and no others" "$(open_ports -sT 10.9.0.2)" "$services"
	is "$who: nmap: by half-open connections" "$(open_ports -sS 10.9.0.2)" "$services"
	is "$who: nmap: IPv6" "$(open_ports -6 -sT fd09::2)" "$services"
}

end() {
	exec 3>&-
	wait $up
	is "$who: the host's verdicts, and nothing leaked" "$? $(grep -c leaked "$dir/ladder") $(cat "$dir/trouble")" "0 0 "
}

# all WHO [COMMAND...]: these are $points points
points=26
all() {
	begin "$@"
	set_the_stage
	look_at_states
	if [ "$who" = root ]; then
		captures tcpdump "listening on" 'Flags \[S\]' 'Flags \[S\.\]' 'Flags \[F' tcpdump -l -nn -i any tcp port 9000
	else # whom tcpdump cannot change into the user that it wants to be
		captures tshark "Capture started" '\[SYN\]' '\[SYN, ACK\]' '\[FIN' tshark -l -n -i any -f 'tcp port 9000'
	fi
	look_at_the_way
	look_at_services
	end
}

if [ "$(id -u)" -ne 0 ]; then
	plan $points
	all user
	exit
fi
plan $((2 * points))
all root
if run as_user unshare -Un true && [ $rc -eq 0 ]; then
	all user as_user
else
	for _ in $(seq $points); do
		skip "user: a tool" "user namespaces are forbidden here: $err"
	done
fi
