# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What all commands of the lab share: messages, where a lab keeps its things, how to get into it.
#
# A lab named NAME has the folder /run/virt-drain-lab/NAME, seen by the whole machine:
#   keeper    "KEEPER START INIT": process ids of the lab's keeper and of the lab's process 1, and the keeper's start time
#   link      the number of the lab's network and of its link, vdlabNUMBER
#   helpers/  the compiled helpers
#   live/     empty; inside the lab a file system in memory is mounted there, with
#             hosts (how many), log/, guests/, and per host hostN/ with its pid, /run, /etc/libvirt, ...
# From outside, live/ is reached through /proc/INIT/root: $live is that path once lab_enter was called.

LAB_ROOT=/run/virt-drain-lab

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
die_usage() { say "$*"; say "see: lab help"; exit 2; }

# True if the lab's keeper lives. Sets lab_keeper and lab_init.
lab_is_up() {
	local start line
	if [[ ${LAB_INSIDE-} ]]; then
		lab_init=1
		return
	fi
	read -r lab_keeper start lab_init 2>/dev/null <"$lab_folder/keeper" || return 1
	line=$(cat "/proc/$lab_keeper/stat" 2>/dev/null) || return 1
	# shellcheck disable=SC2086 # many words: field 3 and on
	set -- ${line##*) }
	[[ $1 != Z && ${20} == "$start" ]]
}

# Finds the lab, or ends with a message. Sets n_hosts, and live to where the lab's files are seen from outside.
# LAB_INSIDE says that we are a process of the lab: then its process 1 is simply 1.
lab_enter() {
	lab_is_up || die "no lab \"$lab_name\" is up here (lab --name $lab_name up)"
	live=/proc/$lab_init/root$lab_folder/live
	[[ -e $live/ready ]] || die "lab \"$lab_name\" is still coming up"
	n_hosts=$(<"$live/hosts")
}

# in_lab COMMAND ...: as a process of the lab that belongs to no host.
in_lab() { nsenter --target "$lab_init" --root --mount --net --pid --uts --ipc -- env --chdir=/ "$@"; }

# in_host HOST COMMAND ...: as a process of that host, in its root directory (ours may not be there).
in_host() {
	local process spaces
	process=/proc/$lab_init/root/proc/$(<"$live/$1/pid")
	spaces=$process/ns
	shift
	nsenter --root="$process/root" --mount="$spaces/mnt" --net="$spaces/net" --uts="$spaces/uts" \
		--pid="$spaces/pid" --ipc="$spaces/ipc" \
		-- env --chdir=/ LIBVIRT_DEFAULT_URI=qemu:///system "$@"
}

# virsh_in HOST ARGUMENT ...: a daemon that does not answer costs five seconds, not for ever.
virsh_in() {
	local host=$1
	shift
	in_host "$host" timeout --foreground 5 virsh --quiet "$@"
}

need_host() {
	local host=${1-}
	[[ $host =~ ^host([1-9][0-9]*)$ ]] && ((BASH_REMATCH[1] <= n_hosts)) ||
		die_usage "\"$host\" is not a host of lab \"$lab_name\": it has host1 to host$n_hosts"
}

need_number() { # WHAT VALUE MINIMUM
	[[ $2 =~ ^[0-9]{1,7}$ ]] && ((10#$2 >= $3)) || die_usage "$1 must be a whole number from $3 on, not \"$2\""
}

hosts() {
	local i
	for ((i = 1; i <= n_hosts; i++)); do echo "host$i"; done
}

# The network 10.213.0.0/24, 172.30.0.0/24 or 192.168.0.0/24 and on, by the number of the lab: "A.B.C".
network_of() {
	local prefix=(10.213 172.30 192.168)
	echo "${prefix[$1 / 256]}.$(($1 % 256))"
}
network() { network_of "$(<"$lab_folder/link")"; }
link_name() { echo "vdlab$(<"$lab_folder/link")"; }
# host7 has the address .17 and the operator, who sits in the machine's own network, .1; the hardware addresses alike.
address_of() {
	if [[ $1 == operator ]]; then echo "$(network).1"; else echo "$(network).$((10 + ${1#host}))"; fi
}
hardware_address_of() {
	if [[ $1 == operator ]]; then echo 02:76:64:00:00:01; else printf '02:76:64:00:00:%02x\n' $((10 + ${1#host})); fi
}
uri_of() { echo "qemu+tcp://$(address_of "$1")/system"; }

# wait_until SECONDS COMMAND ...: true as soon as the command is.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}
