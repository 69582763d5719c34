# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# The machine itself, sourced by tests/vm/run.

# Commas separate QEMU's own options; a doubled one stands for itself.
qemu_path() {
	printf '%s' "${1//,/,,}"
}

# /dev/kvm may exist and not work. A boot sector that writes to the exit
# port must be heard within two seconds, with the processor model really used.
kvm_probe() {
	local dir=$1

	[ -w /dev/kvm ] || return 1
	printf '\xb0\x15\xe6\xf4\xf4\xeb\xfd' >"$dir/probe"
	truncate -s 510 "$dir/probe"
	printf '\x55\xaa' >>"$dir/probe"
	timeout -s KILL 2 qemu-system-x86_64 -M pc -accel kvm -cpu host \
		-display none -nodefaults -no-reboot -m 32 \
		-device isa-debug-exit,iobase=0xf4,iosize=4 \
		-drive "file=$(qemu_path "$dir/probe"),format=raw,if=ide,snapshot=on" \
		</dev/null >/dev/null 2>&1
	[ $? = 43 ]
}

# The answer holds until this machine boots again.
kvm_works() {
	local boot known

	read -r boot </proc/sys/kernel/random/boot_id
	known=$rg_cache/kvm-$boot-$(id -u)
	if [ ! -e "$known" ]; then
		if (kvm_probe "$run") 2>/dev/null; then echo yes; else echo no; fi >"$run/kvm"
		rm -f "$rg_cache"/kvm-*
		mv "$run/kvm" "$known"
	fi
	[ "$(cat "$known")" = yes ]
}

# Emulated, a string instruction counts once for each byte that it stores: without
# these features, of which older QEMU knows only some, kernel and programs use few.
counting_cpu() {
	local feature known cpu=max

	known=" $(qemu-system-x86_64 -cpu help | tr -s '\n ' '  ') "
	for feature in erms fsrm fsrs fzrm fsrc; do
		[[ $known != *" $feature "* ]] || cpu+=,-$feature
	done
	echo "$cpu"
}

accel_args() {
	if [ -n "$icount" ]; then
		accel=(-accel tcg,thread=single,tb-size=256 -cpu "$(counting_cpu)"
			-icount shift=0,sleep=off)
	elif [ -n "$single" ]; then
		accel=(-accel tcg,thread=single,tb-size=256 -cpu max)
	elif kvm_works; then
		accel=(-accel kvm -cpu host)
	else
		accel=(-accel tcg,thread=multi,tb-size=256 -cpu max)
	fi
}

drive() {
	args+=(-drive "file=$(qemu_path "$1"),format=raw,if=none,id=$2,readonly=on"
		-device "virtio-blk-pci,drive=$2")
}

port() {
	args+=(-chardev "file,id=$1,path=$(qemu_path "$2")"
		-device "virtserialport,chardev=$1,name=$1")
}

machine_args() {
	local accel memory=1024 more=

	# What KASAN and lockdep note of the memory needs as much again.
	[ "$kernel" != debug ] || memory=3072 more=panic_on_warn=1

	accel_args
	args=(-M q35 "${accel[@]}" -smp "$smp" -m "$memory" -nodefaults -display none
		-no-reboot -no-user-config
		-kernel "$kdir/vmlinuz" -initrd "$run/initrd"
		-append "console=ttyS0 loglevel=5 panic=-1 oops=panic random.trust_cpu=on printk.devkmsg=on $more ${RG_APPEND:-}"
		-chardev "file,id=log,path=$(qemu_path "$run/console")"
		-serial chardev:log
		-device virtio-rng-pci -device virtio-serial-pci,max_ports=8)
	drive "$image/root.erofs" root
	drive "$kdir/modules.erofs" modules
	drive "$run/project.erofs" project
	port ctl "$run/ctl"
	if [ -n "$shell" ]; then
		args+=(-chardev stdio,id=con,signal=off -device virtconsole,chardev=con)
	else
		port out /dev/fd/5
		port err /dev/fd/6
	fi
	[ -z "$coverage" ] || port coverage "$coverage"
	[ -z "$share" ] || args+=(-virtfs
		"local,path=$(qemu_path "$share"),mount_tag=host,security_model=none,multidevs=remap")
	args+=("${extra[@]}")
}

# User-mode Linux: a program, whose serial lines are files of ours.
um_run() {
	exec "$kdir/vmlinuz" mem=1536M "initrd=$run/initrd" "ubd0rc=$image/root.erofs" \
		"ubd1rc=$kdir/modules.erofs" "ubd2rc=$run/project.erofs" \
		con=null ssl=null console=ttyS0 ssl0=null,fd:10 ssl1=null,fd:11 \
		ssl2=null,fd:12 ssl3=null,fd:13 ssl4=null,fd:14 loglevel=5 panic=-1 \
		oops=panic panic_on_warn=1 printk.devkmsg=on ${RG_APPEND:-} </dev/null >>"$run/console" 2>&1 \
		10>>"$run/console" 11>"$run/ctl" 12>&5 13>&6 14>"${coverage:-/dev/null}"
}

# The machine's own end is reported through the same fifo as the guest's words.
qemu_start() {
	local args

	[ "$kernel" = um ] || machine_args
	(
		trap 'kill -KILL "$!" 2>/dev/null' TERM
		if [ "$kernel" = um ]; then
			um_run &
		elif [ -n "$shell" ]; then
			qemu-system-x86_64 "${args[@]}" <&7 &
		else
			qemu-system-x86_64 "${args[@]}" </dev/null >&2 &
		fi
		wait $!
		echo "gone $?" >"$run/ctl"
	) 4>&- 7<&7 &
	qemu_pid=$!
}

# The guest powers itself off after its answer; it is given a while for that.
qemu_stop() {
	local end=$((SECONDS + 15)) line

	[ -n "$answer" ] || end=0
	[ "$why" = gone ] || while [ "$SECONDS" -lt "$end" ]; do
		IFS= read -r -t 1 line <&4 && [ "${line%% *}" = gone ] && break
	done
	kill -TERM "$qemu_pid" 2>/dev/null
	wait "$qemu_pid" 2>/dev/null
	qemu_pid=
}
