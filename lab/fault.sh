# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab fault: what breaks in a data centre, on purpose. A host's faults stand in live/HOST/faults until they are healed.

cmd_fault() {
	local verb=${1-}
	[[ $verb ]] || die_usage "which fault?"
	shift
	lab_enter
	case $verb in
	freeze | thaw | kill | restart) (($# == 1)) || die_usage "fault $verb needs one host or guest"; fault_process "$verb" "$1" ;;
	cut | cut-oneway | heal) (($# == 1 || $# == 2)) || die_usage "fault $verb needs one or two hosts"; fault_link "$verb" "$@" ;;
	slow) (($# == 2)) || die_usage "fault slow needs a host and a rate"; fault_slow "$@" ;;
	clock) (($# == 2)) || die_usage "fault clock needs a host and seconds"; fault_clock "$@" ;;
	*) die_usage "there is no fault \"$verb\"" ;;
	esac
}

# --- processes

fault_process() { # VERB TARGET
	local host name='' pid
	if [[ $2 == host* && ! -e $live/guests/$2.conf ]]; then
		need_host "$2"
		host=$2
		pid=$(daemon_pid "$host")
	else
		name=${2%@*}
		need_guest "$name"
		host=$(host_of_qemu "$2") || exit
		pid=$(<"$(host_root "$host")/run/libvirt/qemu/$name.pid")
	fi
	case $1 in
	freeze) signal "$2" "$host" STOP "$pid" ;;
	thaw) signal "$2" "$host" CONT "$pid" ;;
	kill) kill_and_wait "$2" "$host" "$pid" ;;
	restart) restart "$2" "$host" "$name" "$pid" ;;
	esac
}

# The host of the QEMU that is meant by GUEST (its only one) or GUEST@HOST.
host_of_qemu() { # TARGET
	local on
	on=$(hosts_of_guest "${1%@*}")
	[[ $1 != *@* ]] || on=$(grep -x "${1#*@}" <<<"$on") || die "guest ${1%@*} has no QEMU on ${1#*@}"
	[[ $on ]] || die "guest $1 is not running on any host"
	[[ $on != *$'\n'* ]] || die "guest $1 has a QEMU on ${on//$'\n'/ and }: say which, as $1@HOST"
	echo "$on"
}

signal() { # TARGET HOST SIGNAL PID
	[[ $(process_state "$2" "$4") != dead ]] || die "$1 is not running"
	in_host "$2" bash -c "kill -$3 $4"
}

kill_and_wait() { # TARGET HOST PID
	signal "$1" "$2" KILL "$3"
	wait_until 10 process_is_dead "$2" "$3" || die "$1 (process $3 of $2) does not die"
}

process_is_dead() { [[ $(process_state "$1" "$2") == dead ]]; }

# A daemon comes back with its guests, which went on without it; a guest boots anew.
restart() { # TARGET HOST GUEST PID
	local starter
	process_is_dead "$2" "$4" || kill_and_wait "$1" "$2" "$4"
	if [[ $3 ]]; then
		wait_until 10 guest_is_shut_off "$2" "$3" || die "libvirt on $2 does not notice that $3 is dead"
		in_host "$2" virsh --quiet start "$3"
	else
		starter=$(declare -p lab_folder)";$(declare -f daemon_start)"
		in_host "$2" bash -c "$starter; daemon_start $lab_folder/live/$2" || die "libvirtd did not start again on $2"
	fi
}

guest_is_shut_off() { [[ $(virsh_in "$1" domstate "$2" 2>/dev/null) == "shut off" ]]; }

# --- links

# The other ends that a host has: the operator and all hosts.
peers_of() {
	local peer
	for peer in operator $(hosts); do
		[[ $peer == "$1" ]] || echo "$peer"
	done
}

fault_link() { # VERB HOST [HOST]
	local verb=$1 host=$2 peer peers
	need_host "$host"
	peers=$(peers_of "$host")
	if (($# == 3)); then
		[[ $3 == operator ]] || need_host "$3"
		[[ $3 != "$host" ]] || die_usage "that is one host twice"
		peers=$3
	fi
	for peer in $peers; do
		case $verb in
		cut) lose "$host" "$peer"; lose "$peer" "$host" ;;
		cut-oneway) lose "$host" "$peer" ;;
		heal) find_again "$host" "$peer"; find_again "$peer" "$host" ;;
		esac
	done
}

# From now on what FROM sends to TO goes to a hardware address that nobody has, and the switch throws it away.
lose() { # FROM TO
	set_neighbour "$1" "$2" 02:76:64:00:00:ff
	note_fault "$1" "no way to $2" yes
}

find_again() { # FROM TO
	set_neighbour "$1" "$2" "$(hardware_address_of "$2")"
	note_fault "$1" "no way to $2" no
}

set_neighbour() { # AT OF ADDRESS
	if [[ $1 == operator ]]; then
		ip neighbour replace "$(address_of "$2")" lladdr "$3" dev "$(link_name)" nud permanent
	else
		in_host "$1" ip neighbour replace "$(address_of "$2")" lladdr "$3" dev eth0 nud permanent
	fi
}

# Takes the line into, or out of, what `lab status` tells of a host.
note_fault() { # HOST LINE yes|no
	local file=$live/$1/faults
	[[ $1 != operator ]] || return 0
	touch "$file"
	{
		grep -vxF "$2" "$file" || true
		[[ $3 == no ]] || echo "$2"
	} >"$file.part"
	mv "$file.part" "$file"
}

# A token bucket at both ends of the host's link. Without a limit the ends have no queue of their own.
fault_slow() { # HOST RATE|off
	local host=$1 rate=$2 bits
	need_host "$host"
	in_host "$host" tc qdisc delete dev eth0 root 2>/dev/null || true
	in_lab tc qdisc delete dev "$host" root 2>/dev/null || true
	forget_faults "$host" slow
	[[ $rate != off ]] || return 0
	[[ $rate =~ ^([1-9][0-9]{0,5})(kbit|mbit|gbit)$ ]] || die_usage "a rate is like 40kbit, 10mbit or 1gbit, or off: not \"$rate\""
	case ${BASH_REMATCH[2]} in
	kbit) bits=$((BASH_REMATCH[1] * 1000)) ;;
	mbit) bits=$((BASH_REMATCH[1] * 1000000)) ;;
	gbit) bits=$((BASH_REMATCH[1] * 1000000000)) ;;
	esac
	# The bucket holds 10 ms, but a packet at least; the queue before it a quarter of a second.
	local bucket=$((bits / 8 / 100))
	((bucket >= 3200)) || bucket=3200
	in_host "$host" tc qdisc add dev eth0 root tbf rate "$rate" burst "$bucket" latency 250ms &&
		in_lab tc qdisc add dev "$host" root tbf rate "$rate" burst "$bucket" latency 250ms ||
		die "this kernel cannot limit a link (tbf)"
	note_fault "$host" "slow $rate" yes
}

forget_faults() { # HOST FIRST_WORD
	[[ ! -e $live/$1/faults ]] || sed -i "/^$2 /d" "$live/$1/faults"
}

# --- clock

fault_clock() { # HOST SECONDS
	local host=$1 seconds=$2
	need_host "$host"
	[[ $seconds =~ ^[+-]?[0-9]{1,9}$ ]] || die_usage "seconds are a whole number, not \"$seconds\""
	seconds=$((${seconds%%[0-9]*}10#${seconds#[+-]}))
	forget_faults "$host" clock
	[[ $seconds == 0 ]] || note_fault "$host" "clock $seconds s" yes
	# One write of eight bytes into the file that lab/clock.c has mapped; not a new file.
	write_words "$seconds" $((seconds >> 32)) | dd of="$live/$host/clock" bs=8 conv=notrunc status=none
}
