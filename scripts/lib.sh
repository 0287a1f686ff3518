# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
#
# What the scripts share: how to say something, and how to fail.

say() {
	printf '%s\n' "$*"
}

# die SENTENCE: what was tried, on what, why it failed and what to do
die() {
	say "$*" >&2
	exit 1
}

# apt_words LOG: apt's own complaints in LOG, each once, five at most, without those that only follow
apt_words() {
	sed -n 's/^[EW]: /    apt: /p' "$1" | grep -vE 'Some index files failed|You must put some' |
		awk '!seen[$0]++' | head -n 5 >&2
}

# apt_why LOG: why apt failed and what to do, as far as its words in LOG tell
apt_why() {
	if grep -qE 'Could not (resolve|connect)|Unable to connect|Temporary failure|[Tt]imed out|unreachable' "$1"; then
		say "the mirror cannot be reached; check the network and apt's proxy"
	elif grep -qE 'GPG error|signature|is not signed' "$1"; then
		say "its signature cannot be verified; check the keyring that apt has for the mirror"
	elif grep -q 'does not have a Release file' "$1"; then
		say "the mirror does not have that suite; check apt's sources"
	else
		say "apt-get failed; mend what it complains of"
	fi
}
