#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The state diagram: every edge of it, on both stacks, is walked by a scenario or shown by one to be out of reach.
# What is printed is counted once more here. The run takes as long as the kernel's longest timer, so there is one.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 31

"$TCPLAB" list >"$tmp/list"
run "$TCPLAB" coverage
is "succeeds, and has nothing to complain of" "$rc$(complaints)" 0
summary=$(tail -n 1 "$tmp/out")

# The table as lines of FROM TO|LWIP|KERNEL|EVENT
sed -nE 's/^([A-Z_0-9]+) +→ ([A-Z_0-9]+)  +(unreachable: [^ ]+|[^ ]+)  +(unreachable: [^ ]+|[^ ]+)  +([^ ].* \(.+\))$/\1 \2|\3|\4|\5/p' \
	"$tmp/out" >"$tmp/edges"
edges=$(wc -l <"$tmp/edges")
is "nothing but a heading, the edges, and a line below them" "$(wc -l <"$tmp/out")" $((edges + 3))
ok "there are edges" [ "$edges" -ge 48 ]
is "each edge has one line for each event" "$(cut -d'|' -f1,4 "$tmp/edges" | sort | uniq -d)" ""

# column STACK: its column of the table, without the word before a name
column() {
	cut -d'|' -f"$([ "$1" = lwip ] && echo 2 || echo 3)" "$tmp/edges"
}

# unknown NAME...: those that are no experiment
unknown() {
	for unknown_name; do
		grep -q "^    $unknown_name  " "$tmp/list" || echo "$unknown_name"
	done
}

# strangers STACK NAME...: the experiments in which that stack has no role
strangers() {
	strangers_stack=$1
	shift
	for strangers_name; do
		grep -qE "^    $strangers_name  .*[a-z] $strangers_stack(,|;|$)" "$tmp/list" || echo "$strangers_name"
	done
}

for stack in lwip kernel; do
	walked=$(column $stack | grep -v '^unreachable: ' | grep -v '^missing$')
	unreachable=$(column $stack | sed -n 's/^unreachable: //p')
	like "$stack: 11 of 11 states" "$summary" "*$stack 11 of 11 states, *"
	is "$stack: no edge is missing" "$(column $stack | grep -c '^missing$')" 0
	is "$stack: every edge has an experiment's name" \
		"$(column $stack | grep -cvE '^(unreachable: )?[a-z0-9-]+/(lwip|kernel)$')" 0
	# shellcheck disable=SC2086 # names without blanks
	is "$stack: those that walk an edge are in the list" "$(unknown $walked)" ""
	# shellcheck disable=SC2086
	is "$stack: it has a role in each of them" "$(strangers $stack $walked)" ""
	# shellcheck disable=SC2086
	is "$stack: those that show an edge to be out of reach are in the list" "$(unknown $unreachable)" ""
	is "$stack: it has the first role in each of them" "$(echo "$unreachable" | grep -v "/$stack$")" ""
	ok "$stack: some edges are walked, and some out of reach" [ -n "$walked" -a -n "$unreachable" ]
	like "$stack: the numbers are those of the table" "$summary; " \
		"*$stack 11 of 11 states, $(echo "$walked" | wc -l) of $edges edges walked, $(echo "$unreachable" | wc -l) unreachable; *"
	is "$stack: the edges that are walked touch 11 states" \
		"$(paste -d'|' "$tmp/edges" - <<-END | sed -nE 's/\|.*\|yes$//p' | tr ' ' '\n' | sort -u | wc -l
			$(column $stack | sed -E 's/^(unreachable: .*|missing)$/no/; /^no$/!s/.*/yes/')
		END
		)" 11
done
is "no other line below the table" "$(echo "$summary" | grep -cE '^state diagram: lwip [^;]*; kernel [^;]*$')" 1

# What is waited for meanwhile
grep ' waits for ' "$tmp/err" >"$tmp/waits"
ok "standard error tells of waits, standard output of none" [ -s "$tmp/waits" -a "$(grep -c ' waits for ' "$tmp/out")" -eq 0 ]
# shellcheck disable=SC2046
is "those that wait are in the list" "$(unknown $(sed -E 's/^tcplab: ([^ ]+) .*/\1/' "$tmp/waits" | sort -u))" ""
for wait in "time-wait-2msl/kernel|2MSL" "open-timeout/kernel|the last SYN's time-out"; do
	name=${wait%|*}
	is "$name: says what it waits for" "$(sed -nE "s|^tcplab: $name waits for (.*), [0-9]+ s at most$|\1|p" "$tmp/waits")" "${wait#*|}"
	seconds=$(sed -nE "s|^tcplab: $name waits for .*, ([0-9]+) s at most$|\1|p" "$tmp/waits")
	listed=$(sed -nE "s|^    $name  .*; slow: ([0-9]+) s$|\1|p" "$tmp/list")
	ok "$name: and for how long: no less than the list says" [ "${seconds:-0}" -ge "${listed:-1000}" ]
done
