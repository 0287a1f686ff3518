#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# An experiment between whose steps a timer of the kernel comes is tried again, beside others and then alone. Here each
# recv() takes so long that the kernel's tick acknowledges the FIN before the application has closed.
set -u
. tests/integration/tap.sh
. tests/integration/experiment.sh
need_experiments
plan 9

cat >"$tmp/late.c" <<'EOC'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *what)
{
	FILE *log = fopen(getenv("NOTES"), "a");

	fprintf(log, "%s %d\n", what, (int)getpid());
	fclose(log);
}

static void note_end(void)
{
	note("end");
}

/* Once in each experiment in which the kernel is the server. */
int listen(int fd, int backlog)
{
	int (*real)(int, int) = (int (*)(int, int))dlsym(RTLD_NEXT, "listen");

	note("begin");
	atexit(note_end);
	return real(fd, backlog);
}

ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
	ssize_t (*real)(int, void *, size_t, int) =
		(ssize_t(*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");

	int type;
	socklen_t length = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM)
		usleep(12000);
	return real(fd, buffer, size, flags);
}
EOC
${CC:-gcc} -shared -fPIC -O1 -o "$tmp/late.so" "$tmp/late.c" -ldl

# late ARGUMENTS...: tcplab run, with a slow recv(); $tmp/notes has the beginnings and ends
late() {
	rm -f "$tmp/notes"
	run env LD_PRELOAD="$tmp/late.so" NOTES="$tmp/notes" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}" \
		"$TCPLAB" run --patience 100 "$@"
}

late close-merged/lwip
is "a path that a timer bends in all tries: exit status 2" "$rc" 2
like "it is refused, and not said to fail" "$(grep '^close-merged/lwip ' "$tmp/out")" "* refused *"
like "the reason is told" "$err" "*close-merged/lwip: in each of 12 tries a timer of the kernel came between two steps*"
is "it was tried twelve times" "$(grep -c begin "$tmp/notes")" 12
late close/lwip
is "one that holds all the same: holds" "$rc$err" 0
like "and is said to be disturbed" "$(grep '^close/lwip ' "$tmp/out")" "* holds * disturbed*"
is "it was tried five times" "$(grep -c begin "$tmp/notes")" 5

# alone: how many began when nothing else ran, and ended before anything else began
alone() {
	awk '$1 == "begin" { alone += ran_alone; first = running == 0; running++; ran_alone = 0; next }
		{ running--; ran_alone = first && running == 0; first = 0 }
		END { print alone + ran_alone }' "$tmp/notes"
}
late -j 4 abort/lwip close/lwip close-merged/lwip data/lwip half-close/lwip
is "beside others it is refused, and they hold" "$rc $(grep -c '^[a-z-]*/lwip .* holds ' "$tmp/out")" "2 4"
late -j 4 --repeat 4 close-merged/lwip
alone=$(alone)
ok "four of them: after three tries each runs alone, nine times: $alone in all" [ "$alone" -ge 36 ]
