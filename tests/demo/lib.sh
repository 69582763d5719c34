# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Narration and checks of the demo. Every claim is tried before it is printed.

if [ "${NO_COLOR:-}" ]; then
	b='' dim='' ok='ok  ' bad='FAIL' off=''
else
	b=$'\e[1m' dim=$'\e[2m' ok=$'\e[32m✓\e[0m' bad=$'\e[31m✗\e[0m' off=$'\e[0m'
fi
claims=0 broken=0 chapter_no=0

chapter() {
	chapter_no=$((chapter_no + 1))
	printf '\n%s%s %s%s\n' "$b" "$chapter_no" "$*" "$off"
}

say() {
	printf '  %s\n' "$*"
}

quote() { # indents what a program prints
	sed "s/^/    ${dim}│${off} /"
}

# claim TEXT COMMAND...: runs the command and says whether the text is true.
claim() {
	local text=$1 out
	shift
	claims=$((claims + 1))
	if out=$("$@" 2>&1); then
		printf '  %s %s\n' "$ok" "$text"
	else
		broken=$((broken + 1))
		printf '  %s %s\n' "$bad" "$text"
		printf '%s\n' "command: $*" "$out" | quote
	fi
}

# within SECONDS COMMAND...: tries the command again until it succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -rt 0.1 <> <(:) || :
	done
}

# Success of a command that must fail.
fails() {
	! "$@"
}

# part TEXT COMMAND...: one step of the set-up; without it there is no demo.
part() {
	local text=$1 start=$EPOCHREALTIME log=/run/demo/part.log
	shift
	printf '  %-58s' "$text"
	if ! "$@" >"$log" 2>&1; then
		printf '%s\n' "$bad"
		quote <"$log"
		say "The demo could not be set up."
		exit 1
	fi
	awk -v s="$start" -v e="$EPOCHREALTIME" 'BEGIN { printf "%5.1f s\n", e - s }'
}
