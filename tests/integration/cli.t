#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The command line: what it answers, its exit statuses, its formats, and where its output goes.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 99

# tcplab ARGUMENT...: as run does
tcplab() {
	run "$TCPLAB" "$@"
}

# refused WHAT MESSAGE ARGUMENT...: exit status 2, the message alone, and nothing on the standard output
refused() {
	refused_what=$1
	refused_message=$2
	shift 2
	tcplab "$@"
	like "$refused_what" "$rc $out$err" "2 $refused_message"
}

# escapes FILE: the lines with an escape sequence
escapes() {
	grep -c "$(printf '\033')" "$1"
}

# Help
tcplab help
is "help: succeeds" "$rc$err" 0
like "help: names the commands and the exit statuses" "$out" \
	"*tcplab list *tcplab run *tcplab help *Exit status: 0 *1 *2 *"
cp "$tmp/out" "$tmp/help"
for words in "" --help -h; do
	# shellcheck disable=SC2086 # none, or one
	tcplab $words
	ok "tcplab $words: the same" cmp "$tmp/out" "$tmp/help"
done
tcplab help run
is "help run: succeeds" "$rc$err" 0
for option in "-j, --jobs N" --verbose --out --seed --format ladder tap jsonl "Exit status"; do
	like "help run: tells of $option" "$out" "*$option*"
done
for command in list help; do
	tcplab help $command
	like "help $command: succeeds" "$rc $out" "0 tcplab $command*"
done
refused "help of an unknown command" "tcplab help: there is no command 'nosuch'; see 'tcplab help'" help nosuch

for arguments in "run --help" "run -h" "list --help"; do
	# shellcheck disable=SC2086 # two
	tcplab $arguments
	like "$arguments: the command's help" "$rc $out" "0 tcplab ${arguments% *} *"
done

# The list
tcplab list
is "list: succeeds" "$rc$err" 0
is "list: each scenario has a line with its title and the RFC's section" \
	"$(echo "$out" | grep '^  [a-z]' | grep -cv '^  [a-z0-9-]*  *[A-Za-z1-9].* (RFC [1-9].*)$')" 0
is "list: each experiment has a line with its roles" \
	"$(echo "$out" | grep '^    [a-z]' | grep -cvE '^    [a-z0-9-]+/(lwip|kernel) +[a-z ]+ (lwip|kernel), [a-z ]+ (lwip|kernel|raw)(; slow: [0-9]+ s)?$')" 0
like "list: grouped by theme" "$out" "open*established*close*"
variants=$(experiments)
refused "list with an argument" "tcplab list: takes no arguments, not 'x'" list x

# Bad input
see="; see 'tcplab help run'"
number="takes a whole number from"
refused "unknown command" "tcplab: there is no command 'nosuch'; see 'tcplab help'" nosuch
refused "unknown scenario" "tcplab run: no scenario has the name 'nosuch'; 'tcplab list' shows them all" run nosuch
refused "one known scenario and one unknown: not silently left out" "tcplab run: no scenario has the name 'nosuch'; *" run handshake/lwip nosuch
refused "unknown option" "tcplab run: there is no option '--nope'$see" run --nope
refused "unknown short option" "tcplab run: there is no option '-x'$see" run -x
refused "unknown short option behind a known one" "tcplab run: there is no option '-x'$see" run -vx
for option in --jobs -j --seed --format --out; do
	refused "$option without value" "tcplab run: $option needs a value$see" run $option
done
for jobs in 0 257 x -1 "" 1e 1.5 99999999999999999999; do
	refused "--jobs '$jobs'" "tcplab run: --jobs $number 1 to 256, not '$jobs'$see" run --jobs "$jobs"
done
for seed in x -1 "" 18446744073709551616; do
	refused "--seed '$seed'" "tcplab run: --seed $number 0 to 18446744073709551615, not '$seed'$see" run --seed "$seed"
done
for format in xml "" Tap; do
	refused "--format '$format'" "tcplab run: --format takes ladder, tap, junit, csv or jsonl, not '$format'$see" \
		run --format "$format"
done
refused "a bad option after a good name" "tcplab run: --format takes*" run handshake --format x

# Which scenarios
# ran: the experiments of a TAP output
ran() {
	echo "$out" | sed -n 's/^ok [0-9]* - //p' | xargs
}
tcplab run --format tap handshake
is "a scenario: both its variants" "$rc $(ran)" "0 handshake/lwip handshake/kernel"
tcplab run --format tap handshake/kernel
is "a variant: that alone" "$rc $(ran)" "0 handshake/kernel"
tcplab run --format tap 'close*/lwip' handshake/kernel --seed 7 -j 3
is "globs and names, options after them: in the list's order" "$rc $(ran)" \
	"0 handshake/kernel $(echo "$variants" | tr ' ' '\n' | grep '^close.*/lwip$' | xargs)"
tcplab run --format tap -- handshake/lwip
is "after --: names" "$rc $(ran)" "0 handshake/lwip"

# Coverage
tcplab coverage 'close*'
is "coverage: succeeds, and shows no run" "$rc$err$(echo "$out" | grep -c holds)" 00
like "coverage: an edge is walked, by whom, or missing" "$out" \
	"*LISTEN      → SYN_SENT *missing *missing *FIN_WAIT_1  → CLOSING *close-simultaneous/lwip *close-simultaneous/lwip *"
like "coverage: in one line" "$(tail -n 1 "$tmp/out")" "state diagram: lwip * of 11 states, * of 48 edges walked*; kernel * of 11 states, * of 48 edges walked*"

# The formats
tcplab run
is "ladder: all hold" "$rc$err" 0
is "ladder: a summary with a line for each, and their number" \
	"$(echo "$out" | sed -n 's/^\([a-z0-9-]*\/[a-z]*\)  .*  \(holds\|deviates\)  *[0-9.]* ms\( .*\)*$/\1/p' | xargs), $(tail -n 1 "$tmp/out")" \
	"$variants, $(($(echo "$variants" | wc -w) - 3)) of $(echo "$variants" | wc -w) hold, 3 deviate as it is known to"
is "ladder, not to a terminal: no colours" "$(escapes "$tmp/out")" 0
tcplab run handshake/lwip
like "ladder: tells what watches the kernel" "$out" "*kernel watched by *"
shown=$(wc -l <"$tmp/out")
tcplab run -vv handshake/lwip
ok "ladder --verbose: shows more" [ "$(wc -l <"$tmp/out")" -gt "$shown" ]
like "ladder --verbose: preparations and the clean-up" "$out" "*socket(*clean up*"
tcplab run -j 3 --format tap
is "tap: all hold" "$rc$err" 0
is "tap: its version, its plan" "$(sed 2q "$tmp/out" | xargs)" "TAP version 13 1..$(echo "$variants" | wc -w)"
is "tap: one point for each, numbered, in the list's order, and nothing else" "$(sed 1,2d "$tmp/out")" \
	"$(echo "$variants" | tr ' ' '\n' | awk '{ print "ok " NR " - " $0 }')"
cp "$tmp/out" "$tmp/all.tap"
like "tap: prove agrees" "$(prove -e cat "$tmp/all.tap" 2>&1)" "*Tests=$(echo "$variants" | wc -w),*Result: PASS"
tcplab run --format jsonl handshake/lwip
is "jsonl: nothing but lines of JSON" "$rc $(grep -cv '^{.*}$' "$tmp/out")$err" "0 0"

# A scenario that fails, one that crashes, one that ends: with others beside them
meddle
# meddled HOW ARGUMENT...
meddled() {
	meddled_how=$1
	shift
	run env LD_PRELOAD="$tmp/meddle.so" LISTEN="$meddled_how" "$TCPLAB" "$@"
}
meddled fail run handshake
is "a verdict fails: exit status 1, and nothing to complain of" "$rc$err" 1
like "a verdict fails: ladder says FAILS and what" "$out" "*FAILS*kernel listens*handshake/lwip *FAILS *ms*1 of 2 hold"
meddled fail run --format tap handshake
is "a verdict fails: exit status 1 with tap, too" "$rc$err" 1
is "a verdict fails: tap says not ok, the other is ok" "$(grep -v '^#' "$tmp/out" | sed 1d | xargs)" \
	"1..2 not ok 1 - handshake/lwip ok 2 - handshake/kernel"
like "a verdict fails: tap has the ladder as diagnostics" "$out" "*not ok 1 -*# *kernel watched by*#   FAILS kernel listens*ok 2 -*"
cp "$tmp/out" "$tmp/failed.tap"
like "a verdict fails: prove agrees" "$(prove -e cat "$tmp/failed.tap" 2>&1)" "*Failed test:  1*Result: FAIL"
meddled abort run handshake
is "a crash: exit status 1" $rc 1
like "a crash: which, and of what" "$err" "tcplab: handshake/lwip*died of signal ABRT*"
like "a crash: the others go on" "$out" "*handshake/lwip *CRASHED *handshake/kernel *holds *1 of 2 hold"
meddled exit run --format tap handshake
is "an end without a verdict: exit status 1" $rc 1
like "an end without a verdict: tap says not ok, and why" "$out" "*not ok 1 - handshake/lwip*# *ended with status 7*ok 2 -*"

# Colours
# on_terminal COMMAND: on a pseudo-terminal
on_terminal() {
	script -qec "$1" /dev/null </dev/null >"$tmp/out" 2>&1
	rc=$?
}
if command -v script >/dev/null; then
	on_terminal "env -u NO_COLOR $TCPLAB run handshake/lwip"
	ok "on a terminal: colours" [ "$rc$(escapes "$tmp/out")" -gt 5 ]
	on_terminal "env NO_COLOR=1 $TCPLAB run handshake/lwip"
	is "on a terminal with NO_COLOR: none" "$rc $(escapes "$tmp/out")" "0 0"
	on_terminal "env NO_COLOR= $TCPLAB run handshake/lwip"
	ok "on a terminal with an empty NO_COLOR: colours (no-color.org)" [ "$(escapes "$tmp/out")" -gt 5 ]
	on_terminal "env -u NO_COLOR $TCPLAB run --format tap handshake/lwip"
	is "on a terminal, tap: none" "$rc $(escapes "$tmp/out")" "0 0"
else
	for point in "colours" "with NO_COLOR: none" "with an empty NO_COLOR: colours" "tap: none"; do
		skip "on a terminal: $point" "there is no script(1)"
	done
fi

# A standard output that takes nothing
for arguments in help "help run" list "run handshake/lwip" "run --format tap handshake/lwip" \
	"run --format jsonl handshake/lwip"; do
	for where in full closed; do
		# shellcheck disable=SC2086 # several arguments
		case $where in
		full) "$TCPLAB" $arguments 2>"$tmp/err" >/dev/full ;;
		closed) "$TCPLAB" $arguments 2>"$tmp/err" >&- ;;
		esac
		like "$arguments, standard output $where: exit status 2, and says so" "$? $(cat "$tmp/err")" \
			"2 tcplab*cannot write to the standard output*"
	done
done
"$TCPLAB" run --format tap handshake/lwip >"$tmp/out" 2>&- <&-
is "standard input and error closed: no harm to the output" "$? $(sed 1d "$tmp/out" | xargs)" "0 1..1 ok 1 - handshake/lwip"
