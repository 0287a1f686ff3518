#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# The guard in other ports: it compiles, without a warning, with lwIP's options as others have them, in each
# version that the lab knows; and where it is compiled out, lwIP's objects are what they are without it.
set -u
. tests/integration/tap.sh

# What an lwipopts.h says instead of the lab's; the first word is its name.
options="lab|
ipv4-only|LWIP_IPV6 0
ipv6-only|LWIP_IPV4 0
no-timestamps|LWIP_TCP_TIMESTAMPS 0
no-window-scale|LWIP_WND_SCALE 0;TCP_WND 8192;TCP_SND_BUF 8192;TCP_SNDLOWAT 4096;TCP_SND_QUEUELEN 16
no-sack|LWIP_TCP_SACK_OUT 0
small|LWIP_IPV6 0;LWIP_WND_SCALE 0;LWIP_TCP_TIMESTAMPS 0;LWIP_TCP_SACK_OUT 0;TCP_MSS 536;TCP_WND 2144;TCP_SND_BUF 2144;TCP_SNDLOWAT 1072;TCP_SND_QUEUELEN 16;MEM_SIZE 16000;LWIP_STATS 0;MIB2_STATS 0
no-effective-mss|TCP_CALCULATE_EFF_SEND_MSS 0
no-reuse|SO_REUSE 0
checksum-on-copy|LWIP_CHECKSUM_ON_COPY 1
checksums-in-hardware|CHECKSUM_GEN_TCP 0;CHECKSUM_CHECK_TCP 0
checksums-by-netif|LWIP_CHECKSUM_CTRL_PER_NETIF 1
hints|LWIP_NETIF_HWADDRHINT 1
vlan|LWIP_VLAN_PCP 1
no-statistics|LWIP_STATS 0;MIB2_STATS 0
threads|NO_SYS 0;SYS_LIGHTWEIGHT_PROT 1;LWIP_TCPIP_CORE_LOCKING 1;LWIP_NETCONN 1;LWIP_SOCKET 0
events|LWIP_CALLBACK_API 0;LWIP_EVENT_API 1;LWIP_ALTCP 0
debug|LWIP_DEBUG 1;TCP_DEBUG LWIP_DBG_ON;TCP_INPUT_DEBUG LWIP_DBG_ON
few-remembered|TCP_GUARD_REMEMBERED 1;TCP_GUARD_PERIOD_MS 1000"

# refused by the preprocessor, with these words
refused="no-backlog|TCP_LISTEN_BACKLOG 0|*needs TCP_LISTEN_BACKLOG 1*
no-period|TCP_GUARD_PERIOD_MS 0|*TCP_GUARD_PERIOD_MS must be at least 1*
no-memory|TCP_GUARD_REMEMBERED 0|*TCP_GUARD_REMEMBERED must be from 1*
too-much-memory|TCP_GUARD_REMEMBERED 65536|*TCP_GUARD_REMEMBERED must be from 1*"

# lwipopts OPTIONS: an lwipopts.h, and what a port with threads must have
lwipopts() {
	mkdir -p "$tmp/config/arch"
	{
		echo '#include "config/lwipopts.h"'
		echo "$1" | tr ';' '\n' | sed -n 's/^\([A-Z0-9_]*\) \(.*\)/#undef \1\n#define \1 \2/p'
	} >"$tmp/config/lwipopts.h"
	cat >"$tmp/config/arch/sys_arch.h" <<'END'
typedef int sys_prot_t;
typedef void *sys_sem_t, *sys_mutex_t, *sys_mbox_t, *sys_thread_t;
#define sys_mbox_valid(box) (*(box) != NULL)
#define sys_sem_valid(sem) (*(sem) != NULL)
#define sys_sem_set_invalid(sem) (*(sem) = NULL)
END
}

# compile SOURCE FLAG...: with the lwIP of $source, as a port would
compile() {
	compile_file=$1
	shift
	${CC:-gcc} -std=c11 "$@" -I"$tmp/config" -I. -Iport -Iport/include -Iport/trace -Iconfig -isystem $source/src/include \
		-c -o "$tmp/o" "$compile_file"
}

plan 52
for version in 2.2.1 2.1.3; do
	source=build/lwip
	[ $version = 2.2.1 ] || source=build/lwip-$version
	at="lwIP $version"
	run scripts/lwip-fetch --version $version $source
	if [ $rc -ne 0 ]; then
		for point in $(seq 26); do
			skip "$at, point $point" "$err"
		done
		continue
	fi

	echo "$options" >"$tmp/options"
	while IFS='|' read -r name changes; do
		lwipopts "$changes"
		compile port/guard/tcp_guard.c -O2 -Wall -Wextra -Werror -Wshadow -Wundef -Wpedantic >"$tmp/err" 2>&1 &&
			for file in tcp.c tcp_in.c; do
				compile $source/src/core/$file -w || exit
			done >>"$tmp/err" 2>&1
		is "$at, $name: the guard compiles, and lwIP with it" "$?$(head -n 3 "$tmp/err")" 0
	done <"$tmp/options"

	echo "$refused" >"$tmp/refused"
	while IFS='|' read -r name changes words; do
		lwipopts "$changes"
		run compile port/guard/tcp_guard.c
		like "$at, $name: refused, and says why" "$err" "$words"
	done <"$tmp/refused"

	# Compiled out
	for file in tcp.c tcp_in.c; do
		lwipopts ""
		echo '#undef LWIP_HOOK_FILENAME' >>"$tmp/config/lwipopts.h"
		compile $source/src/core/$file -O2 -w
		mv "$tmp/o" "$tmp/plain.o"
		lwipopts "TCP_GUARD 0"
		compile $source/src/core/$file -O2 -w
		ok "$at, $file: compiled out, the object file is the same, byte for byte" cmp "$tmp/plain.o" "$tmp/o"
	done
	compile port/guard/tcp_guard.c -O2
	is "$at: compiled out, nothing of the guard is left" "$(nm "$tmp/o")" ""
done
