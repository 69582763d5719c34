# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Stages of a check and the sum of what they found; sourced by tests/check and
# tests/check-debug, which set $top and $logs.
passed=0 failed=0 skipped=0

progress() {
	printf '[%3d s] %s\n' "$SECONDS" "$*"
}

# tap_stage NAME COMMAND...: a command that prints TAP; its report goes to
# $logs/NAME.report, the last line being the three counts.
tap_stage() {
	local name=$1 rc begin=$SECONDS

	shift
	"$@" >"$logs/$name.tap" 2>"$logs/$name.err" </dev/null
	rc=$?
	{
		"$top/tests/tapcount" --status "$rc" "$name" <"$logs/$name.tap" >"$logs/$name.count"
		if [ "$rc" != 0 ]; then
			grep -B 40 -E '^(# )*not ok ' "$logs/$name.tap" | grep -vE '^(# )*ok '
			tail -n 40 "$logs/$name.err"
		fi
		cat "$logs/$name.count"
	} >"$logs/$name.report"
	echo $((SECONDS - begin)) >"$logs/$name.seconds"
}

# kselftests NAME KERNEL COLLECTION...
kselftests() {
	local begin=$SECONDS

	"$top/tests/kselftest" -q --kernel "$2" "${@:3}" >"$logs/kselftest-$1.report" 2>&1
	echo $((SECONDS - begin)) >"$logs/kselftest-$1.seconds"
}

# What a stage found, then its share of the sum.
report() {
	local name=$1 counts

	counts=$(tail -n 1 "$logs/$name.report")
	[[ $counts =~ ^([0-9]+)\ ([0-9]+)\ ([0-9]+)$ ]] || {
		echo "FAIL $name: it gave no counts"
		cat "$logs/$name.report"
		counts='0 1 0'
	}
	sed '$d' "$logs/$name.report"
	read -r p f s <<<"$counts"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	progress "$name: $counts (passed failed skipped) in $(cat "$logs/$name.seconds") s"
}

# The last line; false unless something passed and nothing failed.
sum_up() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" != 0 ]
}
