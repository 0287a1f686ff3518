#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The instrumentation of lwIP: complete, and nothing but what it says, in each version that the lab knows;
# refused where it would not be. Last, the whole lab with the older version.
set -u
. tests/integration/tap.sh
if ! command -v spatch >/dev/null; then
	plan 1
	skip "the instrumentation of lwIP" "there is no spatch; install the package coccinelle"
	exit
fi
plan 62

# writes DIR: plain writes to a state, and plain releases, in core/tcp*.c, comments and strings aside; in any
# spelling, in one line each
writes() {
	python3 - "$1" <<'END'
import glob, re, sys
aside = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
write = re.compile(r'(?:->|\.)\s*state\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)|(?:\+\+|--|(?<!&)&)\s*\w+\s*->\s*state\b|'
                   r'memp_free\s*\(\s*MEMP_TCP_PCB\s*,')
for path in sorted(glob.glob(sys.argv[1] + '/core/tcp*.c')):
    text = aside.sub(lambda match: re.sub(r'[^\n]', ' ', match[0]), open(path, encoding='latin-1').read())
    for match in write.finditer(text):
        print(path.rsplit('/', 1)[1], text.count('\n', 0, match.start()) + 1)
END
}

# undone FILE: with lwIP's own statements in place of the trace macros
undone() {
	sed -E -e 's/TCP_TRACE_(STATE|LISTEN)\(([a-z_>-]*), ([A-Z_0-9]*)\);/\2->state = \3;/' \
		-e 's/TCP_TRACE_FREE\(([a-z_]*)\);/memp_free(MEMP_TCP_PCB, \1);/' \
		-e 's/TCP_TRACE_TIMER\([A-Za-z]*, [A-Z]*, ([a-z_]*\([a-z]*\))\)/\1/' "$1"
}

# object SRC FILE FLAG...: compiles SRC/core/FILE to $tmp/o, under the same relative names for all SRC
object() {
	object_source=$1
	object_file=$2
	shift 2
	rm -f "$tmp/src" "$tmp/o"
	ln -s "$(realpath "$object_source")" "$tmp/src"
	(root=$PWD && cd "$tmp" && ${CC:-gcc} -std=gnu11 -w "$@" -I"$root/port" -I"$root/port/include" -I"$root/port/trace" \
		-I"$root/config" -Isrc/include -c -o o "src/core/$object_file")
}

for version in 2.2.1 2.1.3; do
	source=build/lwip
	[ $version = 2.2.1 ] || source=build/lwip-$version
	at="lwIP $version"
	run scripts/lwip-fetch --version $version $source
	if [ $rc -ne 0 ]; then
		for point in $(seq 19); do
			skip "$at, point $point" "$err"
		done
		continue
	fi
	traced=$tmp/traced-$version
	run scripts/lwip-prepare $source "$traced"
	is "$at: is instrumented; 17 state writes, 1 release, 5 timers" "$rc$err $out" \
		"0 lwIP instrumented: 17 state writes, 1 releases, 5 timers; no plain write left"
	is "$at: leaves nothing beside it" "$(find "$tmp" -maxdepth 1 -name "traced-$version*")" "$traced"

	writes $source/src >"$tmp/writes"
	is "$at: found independently: 17 writes and 1 release" "$(wc -l <"$tmp/writes")" 18
	is "$at: no other writes are left" "$(writes "$traced")" ""
	diff -rq $source/src "$traced" >"$tmp/differ"
	is "$at: only tcp.c and tcp_in.c differ" "$(sed 's/.* and .*\/\([^/]* differ\)$/\1/' "$tmp/differ" | xargs)" \
		"tcp.c differ tcp_in.c differ"
	for file in tcp.c tcp_in.c; do
		is "$at, $file: as many lines as before" "$(wc -l <"$traced/core/$file")" \
			"$(wc -l <$source/src/core/$file)"
		undone "$traced/core/$file" >"$tmp/undone"
		ok "$at, $file: with lwIP's statements back in place of the macros, it is lwIP's" \
			cmp $source/src/core/$file "$tmp/undone"
		diff $source/src/core/$file "$traced/core/$file" | sed -n 's/^> //p' >"$tmp/changed"
		is "$at, $file: each changed line has one macro" \
			"$(grep -c 'TCP_TRACE_[A-Z]*(' "$tmp/changed") $(grep -o 'TCP_TRACE_[A-Z]*(' "$tmp/changed" | wc -l)" \
			"$(wc -l <"$tmp/changed") $(wc -l <"$tmp/changed")"
	done
	is "$at: every write found has become a macro, on its line" \
		"$(while read -r file line; do sed -n "${line}s/.*TCP_TRACE_\([A-Z]*\)(.*/\1/p" "$traced/core/$file"; done \
			<"$tmp/writes" | sort | uniq -c | xargs)" "1 FREE 1 LISTEN 16 STATE"

	# Compiled out
	for file in tcp.c tcp_in.c; do
		for level in -O2 -Os; do
			object $source/src $file $level
			mv "$tmp/o" "$tmp/plain.o"
			object "$traced" $file $level -DTCP_TRACE=0
			ok "$at, $file, $level: compiled out, the object file is the same, byte for byte" cmp "$tmp/plain.o" "$tmp/o"
		done
	done
	object "$traced" tcp_in.c -O2 -DTCP_TRACE=1
	object_calls=$(nm "$tmp/o" | grep -c ' U tcp_trace_state$')
	ok "$at: compiled in, it calls the hook" [ "$object_calls" -eq 1 ]
	object "$traced" tcp.c -O2
	ok "$at: it is compiled out unless asked for" [ "$(nm "$tmp/o" | grep -c tcp_trace)" -eq 0 ]
	ok "$at: the tree compiles with the hook, without a warning" object "$traced" tcp.c -O2 -DTCP_TRACE=1 -Wall -Wextra -Werror
done

# Trees that must be refused
good=build/lwip
rm -rf "$tmp/tree" "$tmp/dir"
# tree: a fresh copy of lwIP to be spoilt
tree() {
	rm -rf "$tmp/tree" "$tmp/dir"
	mkdir "$tmp/tree"
	cp -R $good/src "$tmp/tree/"
}

# refused WHAT PATTERN: lwip-prepare says that, fails, and leaves no directory; nor does it touch one that is there
refused() {
	run scripts/lwip-prepare "$tmp/tree" "$tmp/dir"
	like "$1: refused, and says why" "$rc $err" "1 $2"
	is "$1: leaves nothing" "$(find "$tmp" -maxdepth 1 -name 'dir*')" ""
	rm -rf "$tmp/dir" "$tmp/dir.new"
}

tree
sed -i 's/^tcp_abort(struct tcp_pcb \*pcb)$/&/; /^tcp_abort(struct tcp_pcb \*pcb)$/,/^{/s/^{/{ pcb->state = CLOSED;/' "$tmp/tree/src/core/tcp.c"
run scripts/lwip-prepare "$tmp/tree" "$tmp/dir"
like "one more plain write: is instrumented like the others" "$rc $out" "0 *18 state writes*"
for spoilt in "tcp_out.c|pcb->state = CLOSED;" "tcp.c|#define LEAVE(pcb) do { (pcb)->state = CLOSED; } while (0)" \
	"tcp_out.c|memp_free(MEMP_TCP_PCB, pcb);" "tcp_out.c|(*pcb).state = CLOSED;" "tcp_out.c|pcb->state"; do
	tree
	line=${spoilt#*|}
	case $line in
	'#'*) echo "$line" >>"$tmp/tree/src/core/${spoilt%%|*}" ;;
	*state) printf 'void leave(struct tcp_pcb *pcb) {\n  %s\n    = CLOSED;\n}\n' "$line" >>"$tmp/tree/src/core/${spoilt%%|*}" ;;
	*) echo "void leave(struct tcp_pcb *pcb) { $line }" >>"$tmp/tree/src/core/${spoilt%%|*}" ;;
	esac
	refused "${spoilt%%|*} with '$line'" "lwIP in $tmp/tree changes pcb states where the semantic patch does not catch it: *"
done
tree
sed -i 's/tcp_keepalive(pcb)/tcp_keep_alive(pcb)/' "$tmp/tree/src/core/tcp.c"
refused "an lwIP with a timer missing" "the semantic patch found *4 of 5 timers*"
rm -rf "$tmp/tree"
mkdir "$tmp/tree"
refused "a directory that is no lwIP" "cannot instrument lwIP: $tmp/tree has no src/core/tcp_in.c; set LWIP_DIR to an lwIP source tree"
rm -r "$tmp/tree"
refused "no directory" "cannot instrument lwIP: $tmp/tree has no src/core/tcp_in.c*"
tree
mkdir "$tmp/dir"
: >"$tmp/dir/before"
echo 'void leave(struct tcp_pcb *pcb) { pcb->state = CLOSED; }' >>"$tmp/tree/src/core/tcp_out.c"
run scripts/lwip-prepare "$tmp/tree" "$tmp/dir"
is "refused, with a directory there: it stays as it was" "$rc $(find "$tmp"/dir* -type f)" "1 $tmp/dir/before"
tree
stub spatch <<'END'
kill -TERM $PPID
END
run env PATH="$tmp/bin:$PATH" scripts/lwip-prepare "$tmp/tree" "$tmp/dir"
is "interrupted: fails, leaving nothing" "$rc $(find "$tmp" -maxdepth 1 -name 'dir*')" "143 "
rm -rf "${tmp:?}/bin" "$tmp/dir" "$tmp/dir.new"
tools sh dirname rm mkdir cp chmod grep wc cat mv
run env PATH="$tmp/bin" scripts/lwip-prepare "$tmp/tree" "$tmp/dir"
like "no spatch: refused, and says what to install" "$rc $err" \
	"1 cannot instrument lwIP: spatch is missing; install Debian's package 'coccinelle'*"
is "no spatch: leaves nothing" "$(find "$tmp" -maxdepth 1 -name 'dir*')" ""

# The whole lab with the oldest version, in a copy of the tree
if [ -f build/lwip-2.1.3/src/core/tcp.c ]; then
	old=$PWD/build/lwip-2.1.3
	mkdir "$tmp/lab"
	cp -R Makefile app port config scripts "$tmp/lab/"
	run make -C "$tmp/lab" --no-print-directory LWIP_DIR="$old" V=0 -j2 build
	is "lwIP 2.1.3: the lab builds, without a warning" "$rc$err" 0
	like "lwIP 2.1.3: it is the tree that was asked for" "$out" "*TRACE*$old*17 state writes*LINK*"
	run "$tmp/lab/build/tcplab" run --format tap
	if [ "$rc" -eq 2 ] && [ "$(id -u)" -ne 0 ]; then
		skip "lwIP 2.1.3: every scenario holds" "$(head -n 1 "$tmp/err")"
	else
		is "lwIP 2.1.3: every scenario holds" "$rc$(grep -v '^ok' "$tmp/out" | sed 1,2d)$err" 0
	fi
else
	for point in "the lab builds, without a warning" "it is the tree that was asked for" "every scenario holds"; do
		skip "lwIP 2.1.3: $point" "it could not be fetched"
	done
fi
