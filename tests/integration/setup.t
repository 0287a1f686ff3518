#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# scripts/setup, on a machine made of stubs: dpkg-query knows the packages in $have, apt-get notes its
# arguments, but for the first options, in $tmp/calls.
set -u
. tests/integration/tap.sh
plan 26

cat >"$tmp/packages" <<'EOF'
# group  package  why
build    one      the first reason
build    two      the second reason
test     three    the third reason
mcu      two      the second reason, again
EOF
export tmp PACKAGES="$tmp/packages" have

tools sh awk sed grep xargs dirname mktemp rm env cat head echo
stub id <<'EOF'
echo "${uid:-0}"
EOF
stub dpkg-query <<'EOF'
for package in $have; do
	echo "${package%:*} ${package#*:}"
done
false
EOF
stub apt-get <<'EOF'
all=$*
echo "${all#-q -y -o * }" >>"$tmp/calls"
case " $* " in
*" install "*)
	[ ! -e "$tmp/stale" ] || { echo "E: Failed to fetch a package  404  Not Found"; exit 100; }
	[ ! -e "$tmp/broken" ] || { echo "E: No space left on device"; exit 100; } ;;
*" update "*)
	rm -f "$tmp/stale" ;;
esac
EOF

# setup ARGUMENT...: of this machine
setup() {
	rm -f "$tmp/calls"
	run env PATH="$tmp/bin" scripts/setup "$@"
	calls=$(cat "$tmp/calls" 2>/dev/null)
}

have="one:installed two:installed"
setup build
is "nothing missing: succeeds" $rc 0
is "nothing missing: says nothing, does nothing" "$out$err$calls" ""

have="one:installed two:config-files"
setup build test
is "root: succeeds" $rc 0
is "root: installs what is missing, removed packages with a rest of configuration too" "$calls" \
	"install --no-install-recommends two three"
like "root: gives the reasons" "$out" "*two*the second reason*three*the third reason*"

setup build
is "one group: the other's packages are left alone" "$calls" "install --no-install-recommends two"

setup build mcu
is "a package of two groups: is named once" "$calls" "install --no-install-recommends two"

: >"$tmp/stale"
setup build
is "stale package lists: brought up to date, then all is well" "$rc $(echo "$calls" | sed 's/ --.*//' | xargs)" \
	"0 install update install"

: >"$tmp/broken"
setup build
rm "$tmp/broken"
is "apt-get fails: so does setup" $rc 1
like "apt-get fails: says on what and why" "$err" "cannot install two: apt-get failed;*apt: No space left on device"

export SETUP=no
setup build
is "SETUP=no: fails" $rc 1
like "SETUP=no: says what is missing and how to install it" "$out$err" "*two*the second reason*run: apt-get install*two"
is "SETUP=no: installs nothing" "$calls" ""
have="one:installed two:installed"
setup build
is "SETUP=no, nothing missing: succeeds and says nothing" "$rc$out$err" 0
unset SETUP

have=one:installed
export uid=1000
setup build
is "neither root nor sudo: fails" $rc 1
like "neither root nor sudo: gives the command" "$err" "cannot install them: you are not root*run: apt-get install*two"
stub sudo <<'EOF'
echo sudo >>"$tmp/calls"
exec "$@"
EOF
setup build
is "not root: goes through sudo" "$rc $(echo "$calls" | xargs)" "0 sudo install --no-install-recommends two"
unset uid

setup nonsense
is "unknown group: fails" $rc 1
like "unknown group: says so" "$err" "cannot set up 'nonsense'*"

rm "$tmp/bin/apt-get"
setup build
is "no apt-get: fails" $rc 1
like "no apt-get: says so" "$err" "cannot install them: this system has no apt-get*"
rm "$tmp/bin/dpkg-query"
setup build
is "no dpkg: fails" $rc 1
like "no dpkg: lists all packages and says so" "$out$err" "*one*first reason*two*second reason*no dpkg;*"
SETUP=no setup build
is "no dpkg, SETUP=no: warns and lets the build have a try" "$rc $err" \
	"0 without dpkg, scripts/setup cannot tell which packages are missing; going on"

# The real dpkg-query and the real list
unset PACKAGES
bad=$(awk '!/^#/ && ($1 !~ /^(build|test|check|mcu)$/ || NF < 3)' config/packages)
is "config/packages: each line has a group, a package and a reason" "$bad" ""
if command -v dpkg-query >/dev/null; then
	printf '%s\n' "build dpkg there" "build tcplab-has-no-such-package missing" >"$tmp/packages"
	run env PACKAGES="$tmp/packages" SETUP=no scripts/setup build
	is "the real dpkg-query: tells what is there from what is not" \
		"$rc $(echo "$out" | xargs)" "1 missing packages: tcplab-has-no-such-package missing"
else
	skip "the real dpkg-query: tells what is there from what is not" "there is none"
fi
