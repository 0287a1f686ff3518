# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2154 # rc and tmp are those of tap.sh
#
# What the tests share that run experiments, after tap.sh.

TCPLAB=${TCPLAB:-build/san/tcplab}

if [ ! -x "$TCPLAB" ]; then
	echo "Bail out!  $TCPLAB is missing: make SAN=1 build (or set TCPLAB)"
	exit 1
fi

# need_experiments: ends the test where its user may not run experiments. Root always may.
need_experiments() {
	[ "$(id -u)" -ne 0 ] || return 0
	run "$TCPLAB" run handshake/lwip
	[ "$rc" -eq 2 ] || return 0
	plan 1
	skip "experiments" "$(head -n 1 "$tmp/err")"
	exit
}

# experiments: the names of those that run unless others are asked for, in their order
experiments() {
	"$TCPLAB" list | sed -n '/slow:/d; s/^ *\([a-z0-9-]*\/[a-z]*\) .*/\1/p' | xargs
}

# slow_experiments: the names of the others, which wait for the kernel's timers
slow_experiments() {
	"$TCPLAB" list | sed -n '/slow:/!d; s/^ *\([a-z0-9-]*\/[a-z]*\) .*/\1/p' | xargs
}

# poll COMMAND...: waits until COMMAND succeeds; fails when it never does
poll() {
	poll_left=1500
	until "$@"; do
		poll_left=$((poll_left - 1))
		[ "$poll_left" -gt 0 ] || return 1
		sleep 0.02
	done
}

# alive PID: it is there, and no zombie
alive() {
	[ -r "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat" 2>/dev/null
}

# meddle: from now on LISTEN=fail, abort, exit or hang in tcplab's environment says what becomes of the
# kernel's listen(2), so of the experiments in which the kernel is the server. The hanging process makes
# a file with its pid for a name in $tmp/hanging.
meddle() {
	mkdir -m 777 "$tmp/hanging"
	cat >"$tmp/meddle.c" <<'EOC'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int listen(int fd, int backlog)
{
	const char *how = getenv("LISTEN") == NULL ? "" : getenv("LISTEN");
	char path[256];

	(void)fd;
	(void)backlog;
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "exit") == 0)
		_exit(7);
	if (strcmp(how, "hang") == 0) {
		snprintf(path, sizeof(path), "%s/%d", getenv("HANGING"), (int)getpid());
		close(open(path, O_CREAT | O_WRONLY, 0666));
		for (;;)
			pause();
	}
	errno = EADDRINUSE;
	return -1;
}
EOC
	${CC:-gcc} -shared -fPIC -O1 -o "$tmp/meddle.so" "$tmp/meddle.c"
	# What is preloaded comes before the sanitizer; it does not mind.
	export HANGING="$tmp/hanging" ASAN_OPTIONS="verify_asan_link_order=0:${ASAN_OPTIONS-}"
}
