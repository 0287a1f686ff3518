#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# scripts/lwip-fetch: with stubs in place of apt and a tiny source package named lwip; with the real apt
# and mirrors that are not to be trusted or reached; last, with the real apt and the machine's own mirror.
set -u
. tests/integration/tap.sh
if ! command -v dpkg-source >/dev/null || ! command -v apt-get >/dev/null; then
	plan 1
	skip "scripts/lwip-fetch" "apt-get and dpkg-source are needed"
	exit
fi
plan 39
chmod 755 "$tmp" # root's apt works as another user
mkdir "$tmp/temporary"
export tmp TMPDIR="$tmp/temporary" OS_RELEASE="$tmp/os-release" LWIP_CONF="$tmp/lwip.conf"

# os ID CODENAME: what the machine is
os() {
	printf 'ID=%s\nVERSION_CODENAME=%s\n' "$1" "$2" >"$tmp/os-release"
}

# package VERSION: the mirror has, besides what it has already, lwIP VERSION
package() {
	tree=$tmp/pool/lwip-${1%-*}
	mkdir -p "$tree/src/core"
	echo original >"$tree/src/core/tcp.c"
	tar -C "$tmp/pool" -cJf "$tmp/pool/lwip_${1%-*}.orig.tar.xz" "lwip-${1%-*}"
	mkdir -p "$tree/debian/source" "$tree/debian/patches"
	echo "3.0 (quilt)" >"$tree/debian/source/format"
	printf 'Source: lwip\nMaintainer: A <a@b>\n\nPackage: lwip\nArchitecture: all\n' >"$tree/debian/control"
	printf 'lwip (%s) test; urgency=low\n\n  * A.\n\n -- A <a@b>  Thu, 01 Jan 1970 00:00:00 +0000\n' "$1" \
		>"$tree/debian/changelog"
	echo patch >"$tree/debian/patches/series"
	printf -- '--- a/src/core/tcp.c\n+++ b/src/core/tcp.c\n@@ -1 +1 @@\n-original\n+patched\n' \
		>"$tree/debian/patches/patch"
	echo patched >"$tree/src/core/tcp.c"
	(cd "$tmp/pool" && dpkg-source -b "$tree" >"$tmp/log" 2>&1) || cat "$tmp/log" >&2
	echo "Version: $1" >>"$tmp/versions"
}

# pin VERSION SUITE [SUM]: a line for LWIP_CONF
pin() {
	sum=${3:-$(sha256sum "$tmp/pool/lwip_$1+dfsg1.orig.tar.xz" | cut -d ' ' -f 1)}
	echo "$1 $2 lwip_$1+dfsg1.orig.tar.xz $sum"
}

# left: what lies beside DIR and in TMPDIR
left() {
	find "$tmp/dir" "$tmp/temporary" -mindepth 1 -maxdepth 1 -printf '%f\n'
}

# fetch ARGUMENT...: with the stubs
fetch() {
	rm -f "$tmp/calls"
	run env PATH="$tmp/bin:$PATH" scripts/lwip-fetch "$@"
	left=$(left)
	calls=$(cat "$tmp/calls" 2>/dev/null)
}

mkdir "$tmp/dir" "$tmp/pool"
dir=$tmp/dir/lwip
: >"$tmp/x.list"
stub apt-get <<'EOF'
echo "$*" >>"$tmp/calls"
case " $* " in
*" indextargets "*) cat "$tmp/targets" ;;
*" update "*) . "$tmp/update" ;;
*" source "*) cp "$tmp/pool/"lwip_* . ;;
esac
EOF
stub apt-cache <<'EOF'
cat "$tmp/versions"
EOF
: >"$tmp/update"

# Debian
os debian bookworm
echo "Debian Debian main bookworm file:/mirror $tmp/x.list:1" >"$tmp/targets"
package 2.2.1+dfsg1-1
pin 2.2.1 trixie >"$tmp/lwip.conf"
fetch "$dir"
is "Debian: says in one line what it got, and how verified" "$rc $out$err" \
	"0 lwIP 2.2.1+dfsg1-1 (source package, trixie; signature and SHA-256 verified)"
is "Debian: unpacks it with the distribution's patches" "$(cat "$dir/src/core/tcp.c")" patched
is "Debian: leaves nothing else behind" "$left" lwip
fetch "$dir"
is "the second time: does nothing, says nothing" "$rc$out$err$calls" 0

rm -r "$dir"
pin 2.2.1 trixie 0123456789abcdef >"$tmp/lwip.conf"
fetch "$dir"
is "wrong SHA-256: refused" $rc 1
like "wrong SHA-256: says which file, the sum expected and the sum got" "$err" \
	"*lwip_2.2.1+dfsg1.orig.tar.xz has the SHA-256 $(sha256sum "$tmp/pool/lwip_2.2.1+dfsg1.orig.tar.xz" | cut -d ' ' -f 1)*expects 0123456789abcdef;*"
is "wrong SHA-256: leaves nothing behind" "$left" ""

pin 2.2.1 trixie >"$tmp/lwip.conf"
echo "kill -TERM \$PPID" >"$tmp/update"
fetch "$dir"
: >"$tmp/update"
is "interrupted: fails, leaving nothing behind" "$rc$left" 143

fetch --version 9.9.9 "$dir"
like "a version that no suite is known for: refused" "$rc $err" "1 cannot obtain lwIP 9.9.9: which suite*knows 2.2.1"
pin 2.2.2 trixie 0 >>"$tmp/lwip.conf"
fetch --version 2.2.2 "$dir"
like "a version that the mirror lacks: refused" "$rc $err" "1 cannot obtain lwIP 2.2.2: trixie does not have it, but 2.2.1*"
is "a version that the mirror lacks: leaves nothing behind" "$left" ""

mkdir "$dir"
: >"$dir/work"
fetch "$dir"
like "a directory of somebody else's: refused" "$rc $err" "1 cannot obtain lwIP 2.2.1: $dir is there, but not by this script*"
is "a directory of somebody else's: left alone" "$(ls "$dir")" work
rm -r "$dir"
fetch "$tmp/x.list/lwip"
like "no place to write: fails" "$rc $err" "1 *cannot write in $tmp/x.list;*"

echo "Debian Debian main bookworm cdrom:/mirror $tmp/x.list:1" >"$tmp/targets"
fetch "$dir"
like "no mirror: fails" "$rc $err" "1 *apt's sources name no mirror of Debian with main*"
os fedora ""
fetch "$dir"
like "another distribution: fails" "$rc $err" "1 *tells of neither Debian nor Ubuntu nor their like*"

# Ubuntu
os ubuntu jammy
echo "Ubuntu Ubuntu universe jammy file:/mirror $tmp/x.list:1" >"$tmp/targets"
rm "$tmp/versions"
package 2.1.3+dfsg1-1
{ pin 2.2.1 trixie; pin 2.1.3 bookworm; } >"$tmp/lwip.conf"
fetch "$dir"
is "Ubuntu without the default version: takes its newest, and says so" "$rc $out$err" \
	"0 lwIP 2.1.3+dfsg1-1 (source package, jammy; signature and SHA-256 verified), the newest there: jammy does not have 2.2.1"
fetch "$dir"
is "Ubuntu, the second time: does nothing, says nothing" "$rc$out$err$calls" 0
echo "false" >"$tmp/update"
echo >"$tmp/versions"
{ pin 2.2.1 trixie 1; pin 2.1.3 bookworm; } >"$tmp/lwip.conf"
fetch "$dir"
is "a new pin, and the fetch fails: the old tree stays" "$rc $(cat "$dir/src/core/tcp.c")" "1 patched"
rm -r "$dir" "$tmp/versions"
: >"$tmp/update"
package 2.1.3+dfsg1-1
fetch --version 2.2.1 "$dir"
like "Ubuntu, a version asked for by name: no other is taken" "$rc $err" "1 *2.2.1: jammy does not have it, but 2.1.3*"
package 2.2.0+dfsg1-1
fetch "$dir"
is "Ubuntu, a version that is not pinned: says so" "$rc $out" \
	"0 lwIP 2.2.0+dfsg1-1 (source package, jammy; signature verified; no SHA-256 is pinned for it), the newest there: jammy does not have 2.2.1"
rm -r "$dir" "$tmp/versions"
package 2.0.3-1
fetch "$dir"
like "Ubuntu with an lwIP too old: refused" "$rc $err" "1 *2.2.1: jammy does not have it, but 2.0.3-1*"
rm "$tmp/bin/apt-get"
tools sh env dirname cat awk xargs ls sed echo
run env PATH="$tmp/bin" scripts/lwip-fetch "$dir"
like "no apt-get: fails" "$rc $err" "1 *this system has no apt-get; unpack it yourself and build with LWIP_DIR=/path"
stub apt-get </dev/null
run env PATH="$tmp/bin" scripts/lwip-fetch "$dir"
like "no dpkg-source: fails" "$rc $err" "1 *dpkg-source is missing; install the package dpkg-dev*"
rm -r "${tmp:?}/bin"

# The real apt: which mirrors, which keys?
os debian bookworm
mkdir "$tmp/sources" "$tmp/lists"
cat >"$tmp/apt.conf" <<EOF
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$tmp/sources";
Dir::State::lists "$tmp/lists";
Dir::Cache "$tmp/lists";
Acquire::http::Proxy::127.0.0.1 "DIRECT";
Acquire::Retries "0";
EOF
# sources RELEASE...: what apt-sources makes of the sources
sources() {
	run env APT_CONFIG="$tmp/apt.conf" scripts/apt-sources Debian main trixie "$@"
}
cat >"$tmp/sources/a.list" <<'EOF'
# comment
deb [arch=amd64 signed-by=/key.gpg trusted=yes] http://127.0.0.1:1/debian bookworm main
deb http://127.0.0.1:2/security bookworm-security main
deb http://127.0.0.1:3/elsewhere bookworm other
deb cdrom:[A]/ bookworm main
EOF
sources bookworm
is "one-line sources: the main mirror alone, with its key, without trusted=yes" "$rc $(echo "$out" | xargs)" \
	"0 Types: deb-src URIs: http://127.0.0.1:1/debian/ Suites: trixie Components: main Signed-By: /key.gpg"
sources stable sid
is "one-line sources: none when no release fits" "$rc$out$err" 1
rm "$tmp/sources/a.list"
cat >"$tmp/sources/b.sources" <<'EOF'
Types: deb deb-src
URIs: http://127.0.0.1:1/elsewhere
Suites: other
Components: main
Signed-By: /wrong.gpg

Enabled: yes
Types: deb
URIs: http://127.0.0.1:2/debian
Suites: bookworm bookworm-updates
# comment
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQ==
 -----END PGP PUBLIC KEY BLOCK-----
Trusted: yes
EOF
sources bookworm
is "deb822 sources: a key in the field itself" "$rc $(echo "$out" | xargs)" \
	"0 Types: deb-src URIs: http://127.0.0.1:2/debian/ Suites: trixie Components: main Signed-By: -----BEGIN PGP PUBLIC KEY BLOCK----- . mQ== -----END PGP PUBLIC KEY BLOCK-----"
rm "$tmp/sources/b.sources"

# The real apt: a mirror that cannot be reached, and two that must not be trusted
pin 2.2.1 trixie >"$tmp/lwip.conf"
# real SOURCE: with the real apt, for which SOURCE is the only mirror
real() {
	echo "$1" >"$tmp/sources/a.list"
	run env APT_CONFIG="$tmp/apt.conf" scripts/lwip-fetch "$dir"
	left=$(left)
}
real "deb http://127.0.0.1:9/debian bookworm main"
like "mirror out of reach: fails, says so and shows apt's words" "$rc $err" \
	"1 *read the source packages of trixie: the mirror cannot be reached;*    apt: Failed to fetch*"
is "mirror out of reach: leaves nothing behind" "$left" ""

mirror=$tmp/mirror/dists/trixie
mkdir -p "$mirror/main/source"
real "deb file:$tmp/mirror bookworm main"
like "a mirror without the suite: fails and says so" "$rc $err" "1 *the mirror does not have that suite;*"
(cd "$tmp/pool" && dpkg-scansources . 2>/dev/null) >"$mirror/main/source/Sources"
printf 'Origin: Debian\nLabel: Debian\nCodename: trixie\nComponents: main\nDate: %s\nSHA256:\n %s %s main/source/Sources\n' \
	"$(date -Ru)" "$(sha256sum <"$mirror/main/source/Sources" | cut -d ' ' -f 1)" \
	"$(wc -c <"$mirror/main/source/Sources")" >"$mirror/Release"
real "deb [trusted=yes] file:$tmp/mirror bookworm main"
like "a mirror that signs nothing: refused, even if apt is told to trust it" "$rc $err" "1 *its signature cannot be verified;*"
is "a mirror that signs nothing: leaves nothing behind" "$left" ""
{ printf -- '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n'; cat "$mirror/Release"
	printf -- '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQ==\n-----END PGP SIGNATURE-----\n'; } >"$mirror/InRelease"
real "deb file:$tmp/mirror bookworm main"
like "a signature that is none: refused" "$rc $err" "1 *its signature cannot be verified;*"

# The real thing, once: kept under build/
unset LWIP_CONF OS_RELEASE
export TMPDIR=/tmp
for version in 2.2.1 2.1.3; do
	dir=build/lwip
	[ $version = 2.2.1 ] || dir=build/lwip-$version
	run scripts/lwip-fetch --version $version $dir
	case $err in
	*"cannot be reached"* | *"neither Debian nor Ubuntu"* | *"does not have it"*)
		for point in "can be fetched" "has its version" "has its patches"; do
			skip "lwIP $version $point" "$err"
		done
		continue ;;
	esac
	is "lwIP $version can be fetched" $rc 0
	is "lwIP $version has its version" "$(sed -n 's/^#define LWIP_VERSION_[MR][AEI][A-Z]*  *\([0-9]*\).*/\1/p' \
		$dir/src/include/lwip/init.h | xargs | tr ' ' .)" $version
	ok "lwIP $version has its patches" [ -s $dir/.pc/applied-patches ]
done
