# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab check: can a lab run here? And the helpers that it needs, compiled where they are not at hand.

HELPERS=(lab-keeper lab-init lab-clock.so dirty.bin)

# The folder that has all compiled helpers: $LAB_HELPERS (set by the build's tests), or the one of the script.
helpers_at_hand() {
	local folder helper
	for folder in "${LAB_HELPERS-}" "$here"; do
		[[ $folder ]] || continue
		for helper in "${HELPERS[@]}"; do
			[[ -e $folder/$helper ]] || continue 2
		done
		echo "$folder"
		return
	done
	return 1
}

# Puts the helpers into folder $1: copied, or compiled with what the machine has.
helpers_into() {
	local ready helper
	mkdir -p "$1"
	if ready=$(helpers_at_hand); then
		for helper in "${HELPERS[@]}"; do cp "$ready/$helper" "$1/"; done
		return
	fi
	cc -std=c17 -D_GNU_SOURCE -O2 -o "$1/lab-keeper" "$here/keeper.c" &&
		cc -std=c17 -D_GNU_SOURCE -O2 -o "$1/lab-init" "$here/init.c" &&
		cc -std=c17 -D_GNU_SOURCE -O2 -fPIC -shared -o "$1/lab-clock.so" "$here/clock.c" -ldl &&
		as --32 -o "$1/dirty.o" "$here/dirty.S" &&
		ld -m elf_i386 -Ttext=0x7c00 --oformat binary -o "$1/dirty.bin" "$1/dirty.o"
}

# Prints why no lab can run here; nothing if one can.
why_no_lab() {
	local tool
	if ((EUID != 0)); then
		echo "a lab needs root: it makes network namespaces and starts libvirtd"
		return
	fi
	for tool in ip:iproute2 bridge:iproute2 tc:iproute2 unshare:util-linux nsenter:util-linux setsid:util-linux \
		libvirtd:libvirt-daemon virsh:libvirt-clients qemu-system-x86_64:qemu-system-x86; do
		if ! command -v "${tool%:*}" >/dev/null; then
			echo "${tool%:*} is missing (Debian package ${tool#*:})"
			return
		fi
	done
	if ! compgen -G '/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null &&
		! compgen -G '/usr/lib*/libvirt/connection-driver/libvirt_driver_qemu.so' >/dev/null; then
		echo "libvirt's QEMU driver is missing (Debian package libvirt-daemon-driver-qemu)"
		return
	fi
	if ! helpers_at_hand >/dev/null; then
		for tool in cc as ld; do
			if ! command -v $tool >/dev/null; then
				echo "$tool is missing to compile the lab's helpers (Debian packages gcc and binutils)"
				return
			fi
		done
	fi
	if ! unshare --mount --propagation unchanged --uts --ipc --net --pid --fork --mount-proc true 2>/dev/null; then
		echo "this machine lets root make no namespaces (a container without privileges?)"
		return
	fi
	if ! unshare --net -- sh -c 'ip link add name left type veth peer name right && ip link add name middle type bridge' 2>/dev/null; then
		echo "this kernel makes no bridges or veth links"
	fi
}

cmd_check() {
	local why
	(($# == 0)) || die_usage "check takes no argument"
	why=$(why_no_lab)
	[[ -z $why ]] || die "no lab can run here: $why"
}
