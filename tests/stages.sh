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

# prepare KERNEL...: what is slow first and once, side by side, and the project,
# which no later step builds again.
prepare() {
	local pid ok=0 kernel

	"$rg_vm/image" >/dev/null &
	pid=$!
	for kernel in "$@"; do
		"$rg_vm/kernel" "$kernel" >/dev/null || ok=1
	done
	"$rg_vm/source" >/dev/null || ok=1
	wait "$pid" || ok=1
	for kernel in "$@"; do
		[ "$ok" = 0 ] && "$rg_vm/project" "$("$rg_vm/kernel" "$kernel")" "$logs/project" || ok=1
	done
	rm -f "$logs/project"
	export RG_NO_BUILD=1
	return "$ok"
}

# Each prints the KERNEL and COLLECTION of machines, those that take longest first:
# what kernels make different;
kernel_machines() {
	local kernel collection rest

	# A boot takes as long as some of the rest do. Bypass leaves links behind.
	rest=$(make --no-print-directory -s -C "$top/tests" list | grep -vx -e helper \
		-e scenario -e model -e input -e net -e bypass -e faults -e fuzz -e stress \
		-e bench |
		paste -sd+)
	for collection in input net bypass "$rest"; do
		for kernel; do
			echo "$kernel $collection"
		done
	done
}

# of the helper, what an event of the kernel has a part in;
helper_machines() {
	local kernel

	for kernel; do
		echo "$kernel helper:test_owner.py,test_modes.py,test_sources.py"
	done
}

# and all but faults, fuzzing and stress, which need the debug kernel, and the
# scenarios, whose logs the unit tests replay.
machines() {
	local kernel

	echo "$1 helper"
	echo "$1 model"
	kernel_machines "$@"
	for kernel; do
		echo "$kernel bench"
	done
}

# lane N: runs the machines that it reads, N at a time.
lane() {
	local kernel what

	while read -r kernel what; do
		while [ "$(jobs -pr | wc -l)" -ge "$1" ]; do wait -n; done
		kselftests "$kernel-${what%%:*}" "$kernel" "$what" </dev/null &
	done
	wait
}

# Runs the machines that it reads, two side by side; those of the helper, which
# mostly waits, one after the other beside them.
run_machines() {
	local all

	all=$(cat)
	grep ' helper' <<<"$all" | lane 1 &
	grep -v ' helper' <<<"$all" | lane 2 &
	wait
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

report_machines() {
	local kernel what

	while read -r kernel what; do
		report "kselftest-$kernel-${what%%:*}"
	done < <(sort)
}

# The last line; false unless something passed and nothing failed.
sum_up() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ] && [ "$passed" != 0 ]
}
