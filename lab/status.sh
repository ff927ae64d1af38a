# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab uris, config, exec and status.

cmd_uris() {
	local host
	(($# == 0)) || die_usage "uris takes no argument"
	lab_enter
	for host in $(hosts); do echo "$host $(uri_of "$host")"; done
}

cmd_config() {
	local host comma=,
	(($# == 0)) || die_usage "config takes no argument"
	lab_enter
	echo "# virt-drain and the lab \"$lab_name\""
	echo "allow_tcp = true;"
	echo "hosts = ("
	for host in $(hosts); do
		((${host#host} < n_hosts)) || comma=
		echo "    { name = \"$host\"; uri = \"$(uri_of "$host")\"; }$comma"
	done
	echo ");"
}

cmd_exec() {
	lab_enter
	need_host "${1-}"
	(($# >= 2)) || die_usage "exec needs a host and a command"
	in_host "$@" || exit
}

cmd_status() {
	local host guest
	(($# == 0)) || die_usage "status takes no argument"
	lab_enter
	printf '%-8s %-16s %-10s %s\n' HOST ADDRESS DAEMON FAULTS
	for host in $(hosts); do
		printf '%-8s %-16s %-10s %s\n' "$host" "$(address_of "$host")" "$(daemon_state "$host")" "$(faults_of "$host")"
	done
	echo
	printf '%-16s %-14s %-28s %8s %8s %10s  %s\n' GUEST ON STATE ASKED TRUE PAGES MIGRATION
	for guest in "$live"/guests/*.conf; do
		[[ ! -e $guest ]] || guest_line "$(basename "$guest" .conf)"
	done
}

# running, frozen or dead, by the process alone.
process_state() { # HOST PID
	local state
	state=$(sed -n 's/^State:\t\(.\).*/\1/p' "$(host_root "$1")/proc/$2/status" 2>/dev/null) || true
	case $state in
	'' | Z | X) echo dead ;;
	T) echo frozen ;;
	*) echo running ;;
	esac
}

daemon_pid() { cat "$(host_root "$1")/run/libvirtd.pid" 2>/dev/null || echo 0; }
daemon_state() { process_state "$1" "$(daemon_pid "$1")"; }

# What `lab fault` has done to a host's link and clock, a line each.
faults_of() { [[ ! -e $live/$1/faults ]] || paste -sd, "$live/$1/faults"; }

guest_line() { # NAME
	local name=$1 on state='' phases migration=- first
	on=$(hosts_of_guest "$name" | paste -sd, -)
	first=${on%%,*}
	phases=$(sed -n 's/^phases="\(.*\)"$/\1/p' "$live/guests/$name.conf")
	if [[ -z $on ]]; then
		state="not running"
	elif [[ $(process_state "$first" "$(cat "$(host_root "$first")/run/libvirt/qemu/$name.pid")") == frozen ]]; then
		state="QEMU is frozen"
	elif [[ $(daemon_state "$first") == running ]]; then
		state=$(virsh_in "$first" domstate --reason "$name" 2>/dev/null) || state="daemon does not answer"
	else
		state="daemon does not answer"
	fi
	[[ ! -e $live/migrate/$name.log ]] || migration=running
	[[ ! -e $live/migrate/$name.rc ]] || migration="ended: $(sed -n 's/^error: //p' "$live/migrate/$name.log" | head -n 1)"
	[[ $migration != "ended: " ]] || migration="ended well"
	printf '%-16s %-14s %-28s %8s %8s %10s  %s\n' "$name" "${on:--}" "$state" "${phases#0:}" "$(true_rate "$name")" \
		"$(pages_written "$name")" "$migration"
}

# What the guest has counted so far.
pages_written() { # NAME
	local line
	line=$(tail -n 2 "$live/guests/$1.count" | grep -E '^[0-9a-f]{8} [0-9a-f]{8}$' | tail -n 1) || true
	echo $((16#${line:9:8}0 / 16))
}

# MiB/s over the guest's last second, in whole numbers; 0 if it stands still. The file is only as old as its last word.
true_rate() { # NAME
	local file=$live/guests/$1.count lines before after
	(($(date +%s) - $(stat -c %Y "$file") <= 2)) || { echo 0; return; }
	mapfile -t lines < <(tail -n 3 "$file" | grep -E '^[0-9a-f]{8} [0-9a-f]{8}$' | tail -n 2)
	((${#lines[@]} == 2)) || { echo -; return; }
	before=${lines[0]} after=${lines[1]}
	local time=$((16#${after:0:8} - 16#${before:0:8})) pages=$((16#${after:9:8} - 16#${before:9:8}))
	((time > 0)) || { echo -; return; }
	echo $(((pages * 100 / time + 128) / 256))
}
