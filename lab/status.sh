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
	local name=$1 on state='' phases migration=- first pages rate
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
	read -r pages rate < <(count_and_rate "$name")
	[[ ! -e $live/migrate/$name.log ]] || migration=running
	[[ ! -e $live/migrate/$name.rc ]] || migration="ended: $(sed -n 's/^error: //p' "$live/migrate/$name.log" | head -n 1)"
	[[ $migration != "ended: " ]] || migration="ended well"
	printf '%-16s %-14s %-28s %8s %8s %10s  %s\n' "$name" "${on:--}" "$state" "${phases#0:}" \
		"$rate" "$pages" "$migration"
}

cmd_count() {
	local lines
	(($# == 1)) || die_usage "count needs a guest"
	lab_enter
	need_guest "$1"
	last_words "$1" 1
	[[ ${lines-} ]] || die "guest $1 has not said anything yet"
	echo $((16#${lines:0:8})) $((16#${lines:9:8}))
}

# The last N whole lines that a guest has said of itself, into the array lines.
last_words() { # NAME N
	mapfile -t lines < <(tail -n $(($2 + 1)) "$live/guests/$1.count" | grep -E '^[0-9a-f]{8} [0-9a-f]{8}$' | tail -n "$2")
}

# The guest's count and its rate over its last second, as "PAGES MIB/S"; the rate is 0 if it has said nothing for a while.
count_and_rate() { # NAME
	local lines time pages rate=- silent
	last_words "$1" 2
	((${#lines[@]})) || { echo "0 -"; return; }
	silent=$(($(date +%s) - $(stat -c %Y "$live/guests/$1.count")))
	if ((silent > 2)); then
		rate=0
	elif ((${#lines[@]} == 2)); then
		time=$((16#${lines[1]:0:8} - 16#${lines[0]:0:8})) pages=$((16#${lines[1]:9:8} - 16#${lines[0]:9:8}))
		((time <= 0)) || rate=$(((pages * 100 / time + PAGES_PER_MIB / 2) / PAGES_PER_MIB))
	fi
	echo "$((16#${lines[-1]:9:8})) $rate"
}
