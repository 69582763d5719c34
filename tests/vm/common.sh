# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the scripts of tests/vm: where slow artefacts live and how one is
# made exactly once. Sourced by bash; needs $top, the top of the source tree.

# mkfs and the module tools live where a plain user does not look.
PATH=$PATH:/usr/sbin:/sbin
rg_cache=${XDG_CACHE_HOME:-$HOME/.cache}/regiongate
rg_vm=$top/tests/vm

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

say() {
	[ -n "${RG_QUIET:-}" ] || printf '%s\n' "$*" >&2
}

# The Debian suite of this machine: the image's suite follows it, so that the
# programs built here run there.
host_suite() {
	local suite

	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	case $suite in
	bookworm | trixie) echo "$suite" ;;
	*) die "this machine runs '$suite'; allowed are Debian bookworm and trixie" ;;
	esac
}

# artefact NAME FILES... -- BUILDER ARGS...
# Prints the folder of an artefact, built first when it is absent. Its key is
# a hash of FILES (what makes it) and of ARGS, so a changed recipe never meets
# an old result. BUILDER, a program, fills the current directory.
# Parallel callers wait for one another; a half-made artefact is never seen.
artefact() {
	local name=$1 key dir
	local files=("$rg_vm/common.sh")

	shift
	while [ "$1" != -- ]; do files+=("$1"); shift; done
	shift
	key=$({ cat "${files[@]}"; printf '%s\0' "${@:2}"; } | sha256sum)
	dir=$rg_cache/$name-${key:0:12}
	mkdir -p "$rg_cache" || die "cannot write to the cache $rg_cache"
	if [ ! -d "$dir" ]; then
		(
			flock 9
			[ -d "$dir" ] || make_artefact "$name" "$dir" "$@" 9>&-
		) 9>"$rg_cache/lock.$name" >&2 || return 1
	fi
	echo "$dir"
}

# Builders unpack whole systems, so they need many user ids. A plain user
# gets them in a namespace, where the cache's files still are that user's.
make_artefact() {
	local name=$1 dir=$2 tmp as=()

	shift 2
	[ "$(id -u)" = 0 ] ||
		as=(unshare --user --map-auto --map-root-user --mount --pid --fork --)
	say "making $name (once; kept in $rg_cache)"
	rm -rf "$rg_cache/tmp.$name".*
	tmp=$(mktemp -d "$rg_cache/tmp.$name.XXXXXX") && chmod 755 "$tmp" || exit 1
	(cd "$tmp" && exec "${as[@]}" "$@") >"$tmp/.log" 2>&1 </dev/null || {
		tail -n 40 "$tmp/.log" >&2
		die "$name could not be made (log: $tmp/.log)"
	}
	mv "$tmp" "$dir"
}

# What mmdebstrap must know of this machine's apt to reach the archive.
apt_options() {
	local line

	apt-config dump | grep -E \
		'^Acquire::(https?::(Proxy|Timeout)|Check-|Retries)' |
	while IFS= read -r line; do
		printf '%s\n' "--aptopt=$line"
	done
}

# fetch_debs SUITE HOOK [ARG]...: run HOOK, a shell text, with a private apt set
# up for SUITE, in the current directory. Nothing of the host's apt is touched.
fetch_debs() {
	local suite=$1 hook=$2 opts

	shift 2
	mapfile -t opts < <(apt_options)
	printf '%s\n' 'set -eu' "cd '$PWD'" \
		'export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"' "$hook" >fetch.sh
	mmdebstrap --quiet --variant=custom --format=null "${opts[@]}" \
		--aptopt='APT::Sandbox::User "root"' \
		--customize-hook="sh '$PWD/fetch.sh' $*" "$suite"
	rm fetch.sh
}
