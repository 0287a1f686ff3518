#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The live host's services, with the tools that people have: lwIP on one side, the kernel on the other.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
HOST=${HOST:-build/san/tests/live_host}
for tool in "$HOST" curl nc ping nslookup python3; do
	command -v "$tool" >/dev/null && continue
	plan 1
	skip "the services" "there is no $tool: make SAN=1 units, scripts/setup test"
	exit
done
plan 38

# inside OPTION-OR-COMMAND...: runs in the namespace of a live host; its last line tells of lwIP's pcbs
inside() {
	run timeout 100 "$HOST" "$@"
	pcbs=$(echo "$out" | sed -n '$s/^pcbs: //p')
	out=$(echo "$out" | sed '$d')
}
left() {
	like "$1: all of lwIP's pcbs are free after 2MSL" "$pcbs" "* at most, 0 left, 0 refused"
}

for family in 4 6; do
	ip=10.9.0.2 url=http://10.9.0.2 option=
	[ $family = 4 ] || ip=fd09::2 url='http://[fd09::2]' option=-6
	at="IPv$family"

	# shellcheck disable=SC2086 # no option is no argument
	inside $option python3 tests/integration/services.py "$ip"
	is "$at: the services one by one" "$rc$err" 0
	for point in "echo gives back 20 MB as they were" "echo gives back 5000 single bytes" \
		"echo answers after the client's FIN, and closes" "a client that does not read is held up, and loses nothing" \
		"daytime says it as RFC 867 does" "chargen sends the pattern of RFC 864" "discard takes 5 MB and closes" \
		"resets in the middle of each service" "UDP: echo and daytime answer, but no service's port"; do
		like "$at: $point" "$out" "*ok: $point*"
	done
	left "$at"
	# shellcheck disable=SC2086,SC2016
	inside $option sh -c 'ping -c 2 -i 0.2 "$0" && curl -sS "$1/state.txt" && curl -sS "$1/" && curl -sS "$1/state.json" && curl -sSi "$1/none"' $ip "$url"
	like "$at: ping is answered" "$rc$err $out" "0 *2 packets transmitted, 2 received, 0% packet loss*"
	like "$at: curl gets the page, with its own connection" "$out" \
		"*<tr class=\"asks\"*<td>*$ip*:80<td><b class=\"s4\">ESTABLISHED</b>*<td class=\"kernel\">*ESTABLISHED</b>*</html>*"
	like "$at: and the same for programs" "$out" "*</html>*{\"event\":*,\"pcbs\":{\"used\":*\"connections\":[*\"state\":\"LISTEN\"*\"state\":\"ESTABLISHED\"*"
	is "$at: no queue below zero" "$(echo "$out" | grep -c 429496)" 0
	like "$at: what is not there: 404" "$out" "*HTTP/1.0 404 *"
done

# shellcheck disable=SC2016 # the inner shell expands it
inside sh -c 'sleep 1; nslookup -port=5353 lwip.local 10.9.0.2; dig +noall +answer -p 5353 PTR _http._tcp.local @10.9.0.2'
like "mDNS: nslookup finds lwip.local" "$rc$err $out" "0 *Name:*lwip.local*Address: 10.9.0.2*"
like "mDNS: and the service of http" "$out" "*_http._tcp.local.*10*PTR*lwIP._http._tcp.local.*"

# shellcheck disable=SC2016
inside sh -c '
	for i in $(seq 500); do curl -sS -m 60 http://10.9.0.2/ >"$0/page$i" 2>&1 & done
	for i in $(seq 100); do (echo "hello $i"; sleep 3) | timeout 60 nc -N 10.9.0.2 7 >"$0/nc$i" & done
	wait
	echo "$(grep -l "</html>" "$0"/page* | wc -l) pages"
	for i in $(seq 100); do [ "$(cat "$0/nc$i")" = "hello $i" ] && echo echoed; done | sort | uniq -c' "$tmp"
is "500 curl and 100 nc at a time: all are answered" "$rc$err $(echo "$out" | xargs)" "0 500 pages 100 echoed"
left "500 curl and 100 nc"

if command -v chromium >/dev/null; then
	inside scripts/browse --virtual-time-budget=3500 --host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 10.9.0.2" \
		--dump-dom http://10.9.0.2/
	like "Chromium shows the page, with its own connection" "$rc $out" "0 *class=\"asks\"*ESTABLISHED</b>*"
	is "no error on its console" "$(echo "$err" | grep CONSOLE)" ""
else
	skip "Chromium shows the page, with its own connection" "there is no chromium: scripts/setup test"
	skip "no error on its console" "there is no chromium: scripts/setup test"
fi
