# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab up and lab down. `up` starts the keeper, which runs `lab inside-lab` in the lab's own namespaces, which makes the
# bridge and runs `lab inside-host` as process 1 of each host. All of it hangs on the keeper: when it goes, all goes.

MAX_HOSTS=60

cmd_up() {
	local hosts=3 parent=0 foreground=no why
	while (($#)); do
		case $1 in
		--hosts) need_number "$1" "${2-}" 1; hosts=$((10#$2)); shift 2 ;;
		--with-parent) need_number "$1" "${2-}" 1; parent=$2; shift 2 ;;
		--foreground) foreground=yes; parent=$$; shift ;;
		*) die_usage "up does not know \"$1\"" ;;
		esac
	done
	((hosts <= MAX_HOSTS)) || die_usage "a lab has at most $MAX_HOSTS hosts"
	[[ $parent == 0 || -d /proc/$parent ]] || die_usage "there is no process $parent to end with"
	why=$(why_no_lab)
	[[ -z $why ]] || die "no lab can run here: $why"

	claim_folder
	trap 'give_up "interrupted"' INT TERM HUP
	helpers_into "$lab_folder/helpers" || give_up "cannot compile the lab's helpers"
	start_keeper "$hosts" "$parent"
	connect_operator "$hosts"
	wait_for_hosts
	trap - INT TERM HUP
	if [[ $foreground == yes ]]; then
		cmd_uris
		say "lab \"$lab_name\" is up; it ends with this command (Ctrl-C)"
		trap 'cmd_down; exit 0' INT TERM HUP
		while lab_is_up; do sleep 1; done
	fi
}

# Makes the lab's folder, and chooses its network while no other lab can.
claim_folder() {
	local number
	lock_root || die "cannot lock $LAB_ROOT"
	if lab_is_up; then die "lab \"$lab_name\" is up already (lab --name $lab_name down)"; fi
	if [[ -e $lab_folder && ! -e $lab_folder/keeper ]] && kill -0 "$(cat "$lab_folder/claimed" 2>/dev/null)" 2>/dev/null; then
		die "lab \"$lab_name\" is coming up already"
	fi
	remove_dead_labs
	rm -rf --one-file-system "$lab_folder"
	mkdir -p "$lab_folder/live"
	echo $$ >"$lab_folder/claimed"
	number=$(free_network) || give_up "all networks that a lab may use are taken on this machine"
	echo "$number" >"$lab_folder/link"
	exec {root_lock}<&-
}

# Of a lab whose keeper was killed, only the folder is left.
remove_dead_labs() {
	local lab_folder lab_keeper lab_init
	for lab_folder in "$LAB_ROOT"/*; do
		[[ ! -e $lab_folder/keeper ]] || lab_is_up || rm -rf --one-file-system "$lab_folder"
	done
}

# One `up` at a time chooses a network. The folder of all labs goes with the last lab, so it may be gone, or be another one,
# by the time that we have the lock.
lock_root() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		mkdir -p "$LAB_ROOT"
		{ exec {root_lock}<"$LAB_ROOT"; } 2>/dev/null || continue
		flock "$root_lock"
		[[ ! /proc/self/fd/$root_lock -ef $LAB_ROOT ]] || return 0
		exec {root_lock}<&-
	done
	return 1
}

# The first lab network that no route of the machine but the default one leads to, and that no other lab has claimed.
free_network() {
	local number taken
	taken=" $(cat "$LAB_ROOT"/*/link 2>/dev/null | tr '\n' ' ') "
	for ((number = 0; number < 3 * 256; number++)); do
		[[ $taken == *" $number "* ]] && continue
		ip link show "vdlab$number" >/dev/null 2>&1 && continue
		if ! ip -4 route show table all match "$(network_of "$number").0/24" | grep -qv '^\(default\|unreachable\)' &&
			[[ -z $(ip -4 route show table all root "$(network_of "$number").0/24") ]]; then
			echo "$number"
			return
		fi
	done
	return 1
}

# Ends a lab that did not come up, and this command.
give_up() {
	trap '' INT TERM HUP
	say "lab \"$lab_name\" did not come up: $*"
	if lab_is_up; then end_keeper; fi
	[[ ! -e $lab_folder/keeper.log ]] || cat "$lab_folder/keeper.log" >&2
	rm -rf --one-file-system "$lab_folder"
	rmdir "$LAB_ROOT" 2>/dev/null || true
	exit 1
}

# Starts the keeper. It ends the lab again if this command dies before it has written to file descriptor $ready_pipe.
start_keeper() { # HOSTS PARENT
	local fifo=$lab_folder/ready
	mkfifo "$fifo"
	exec {ready_pipe}<>"$fifo"
	exec {ready_end}<"$fifo"
	exec {ready_pipe}<&-
	exec {ready_pipe}>"$fifo"
	rm "$fifo"
	setsid --fork "$lab_folder/helpers/lab-keeper" "$lab_folder" "$2" "$ready_end" \
		"$lab_folder/helpers/lab-init" "$(type -P bash)" "$here/lab" --name "$lab_name" inside-lab "$1" \
		{ready_pipe}>&- </dev/null >"$lab_folder/keeper.log" 2>&1
	exec {ready_end}<&-
	wait_until 5 lab_is_up || give_up "its keeper did not start"
	live=/proc/$lab_init/root$lab_folder/live
	wait_until 5 test -e "$live/hosts" || give_up "its first process did not start"
}

# Gives the machine its own link into the lab, with the operator's address, and tells it the hosts' hardware addresses.
connect_operator() { # HOSTS
	local link i
	link=$(link_name)
	ip link add name "$link" address "$(hardware_address_of operator)" type veth peer name operator netns "$lab_init" &&
		ip address add "$(address_of operator)/24" dev "$link" &&
		ip link set "$link" up || give_up "cannot make the link $link into the lab"
	for ((i = 1; i <= $1; i++)); do
		echo "neighbour replace $(address_of "host$i") lladdr $(hardware_address_of "host$i") dev $link nud permanent"
	done | ip -batch - || give_up "cannot set the neighbours of $link"
}

wait_for_hosts() {
	wait_until 60 hosts_are_settled || give_up "its hosts are not up after a minute"
	if [[ ! -e $live/ready ]]; then
		cat "$live/failed" >&2
		give_up "see above"
	fi
	printf r >&"$ready_pipe"
	exec {ready_pipe}>&-
	n_hosts=$(<"$live/hosts")
}

hosts_are_settled() { [[ -e $live/ready || -e $live/failed ]] || ! lab_is_up; }

# Runs in the lab's namespaces. Leaves live/ready, or live/failed with the reason.
inside_lab() { # HOSTS
	local i
	mkdir -p "$live"/{log,guests,capabilities,migrate}
	exec >>"$live/log/lab" 2>&1
	echo "$1" >"$live/hosts.part"
	mv "$live/hosts.part" "$live/hosts"
	n_hosts=$1
	without_ipv6
	ip link set lo up
	ip link add name switch type bridge stp_state 0 mcast_snooping 0
	ip link set switch up
	for i in $(hosts); do start_host "$i"; done
	wait_until 10 ip link show operator >/dev/null 2>&1 || fail_inside "the operator's link did not appear"
	plug operator operator
	for i in $(hosts); do
		wait_until 30 test -e "$live/$i/ready" -o -e "$live/$i/failed" || fail_inside "$i did not come up"
		[[ -e $live/$i/ready ]] || fail_inside "$(cat "$live/$i/failed")"
	done
	learn_capabilities
	echo yes >"$live/ready"
}

fail_inside() {
	echo "$*" >"$live/failed.part"
	mv "$live/failed.part" "$live/failed"
	exit 1
}

# Starts process 1 of a host and gives it its link.
start_host() {
	local host=$1
	mkdir -p "$live/$host"/{run,libvirt,lib,log,cache,disks}
	setsid unshare --mount --propagation unchanged --uts --ipc --net --pid --fork --kill-child \
		bash "$here/lab" --name "$lab_name" inside-host "$host" >>"$live/$host/log/host" 2>&1 </dev/null &
	wait_until 10 test -s "$live/$host/pid" || fail_inside "$host did not start"
	ip link add name "$host" type veth peer name eth0 address "$(hardware_address_of "$host")" netns "$(<"$live/$host/pid")"
	plug "$host" "$host"
}

# Plugs a link into the switch. Who sits where is told, not learnt, so that a lost packet is lost and never flooded.
plug() { # LINK OWNER
	ip link set "$1" master switch up
	bridge link set dev "$1" learning off flood off
	bridge fdb replace "$(hardware_address_of "$2")" dev "$1" master static
}

# One host asks QEMU what it can do, and all others read its answer from the folder that they share: a second saved each.
learn_capabilities() {
	local why
	why=$(nsenter --target "$(<"$live/host1/pid")" --root --mount --net --uts --pid --ipc -- \
		virsh --quiet --connect qemu:///system domcapabilities --virttype qemu --machine pc 2>&1 >/dev/null) ||
		fail_inside "libvirt on host1 cannot use QEMU: $why"
}

# Runs as process 1 of a host, in its namespaces.
inside_host() { # HOST
	local host=$1 mine=$live/$1 pid
	read -r pid _ </proc/self/stat
	mount_private "$mine"
	mount -n --bind "$live/capabilities" /var/cache/libvirt/qemu/capabilities
	mount -n --bind "$mine/disks" "$live/disks"
	hostname "$host"
	mount -n -t proc proc /proc
	# A chroot may have none, and without it libvirt cannot count the processors and starts no guest.
	[[ -e /sys/devices/system/cpu ]] || mount -n -t sysfs sysfs /sys
	echo "$pid" >"$mine/pid"
	n_hosts=$(<"$live/hosts")
	printf '\0\0\0\0\0\0\0\0' >"$mine/clock"
	write_hosts "$mine"
	write_users "$mine"
	write_configuration "$host" /etc/libvirt
	wait_until 10 ip link show eth0 >/dev/null 2>&1 || { echo "$host got no link" >"$mine/failed"; exec sleep infinity; }
	connect_host "$host"
	if daemon_start "$mine"; then
		echo yes >"$mine/ready"
	else
		echo "libvirtd did not start on $host: $(tail -n 3 "$mine/log/libvirt/libvirtd.log")" >"$mine/failed"
	fi
	exec "$lab_folder/helpers/lab-init"
}

# Puts the host's own files over the machine's /run, /var/lib, /var/log, /var/cache and /etc/libvirt. The lab's folder,
# which is below /run, stays in sight.
mount_private() { # FOLDER
	mkdir -p "$live/disks" "$1"/cache/libvirt/qemu/capabilities "$1"/{lib,log}/libvirt/qemu
	mount -n -t tmpfs -o mode=755 run "$1/run"
	mkdir -p "$1/run/lock" "$1$lab_folder"
	mount -n --rbind "$lab_folder" "$1$lab_folder"
	mount -n --bind "$1/lib" /var/lib
	mount -n --bind "$1/log" /var/log
	mount -n --bind "$1/cache" /var/cache
	mount -n --bind "$1/libvirt" /etc/libvirt
	mount -n --rbind "$1/run" /run
}

write_hosts() { # FOLDER
	local host
	{
		echo "127.0.0.1 localhost"
		for host in operator $(hosts); do echo "$(address_of "$host") $host"; done
	} >"$1/names"
	[[ ! -e /etc/hosts ]] || mount -n --bind "$1/names" /etc/hosts
}

# libvirtd looks up the user that it was built to run QEMU as, even where another one is configured. That user comes with
# Debian's libvirt-daemon-system, which a machine with a lab need not have.
write_users() { # FOLDER
	local kind
	for kind in passwd group; do
		cat "/etc/$kind" >"$1/$kind"
		mount -n --bind "$1/$kind" "/etc/$kind"
	done
	grep -q '^libvirt-qemu:' "$1/passwd" || echo "libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin" >>"$1/passwd"
	grep -q '^libvirt-qemu:' "$1/group" || echo "libvirt-qemu:x:64055:" >>"$1/group"
	grep -q '^kvm:' "$1/group" || echo "kvm:x:64056:" >>"$1/group"
}

write_configuration() { # HOST FOLDER
	cat >"$2/libvirtd.conf" <<-END
	listen_tls = 0
	listen_tcp = 1
	auth_tcp = "none"
	auth_unix_ro = "none"
	auth_unix_rw = "none"
	host_uuid = "$(</proc/sys/kernel/random/uuid)"
	log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
	END
	cat >"$2/qemu.conf" <<-END
	user = "root"
	group = "root"
	security_driver = "none"
	namespaces = []
	cgroup_controllers = []
	remember_owner = 0
	stdio_handler = "file"
	migration_address = "$(address_of "$1")"
	migration_host = "$(address_of "$1")"
	END
}

# What is quiet shall be quiet: IPv6 would look for neighbours and routers. Where the kernel has none of it, so much the better.
without_ipv6() {
	local scope
	for scope in all default; do
		[[ ! -w /proc/sys/net/ipv6/conf/$scope/disable_ipv6 ]] || echo 1 >"/proc/sys/net/ipv6/conf/$scope/disable_ipv6"
	done
}

connect_host() { # HOST
	local other
	without_ipv6
	ip link set lo up
	ip address add "$(address_of "$1")/24" dev eth0
	ip link set eth0 up
	for other in operator $(hosts); do
		[[ $other != "$1" ]] || continue
		echo "neighbour replace $(address_of "$other") lladdr $(hardware_address_of "$other") dev eth0 nud permanent"
	done | ip -batch -
}

# Starts the daemon of the host that we are in, and returns when it answers. It goes into the background before its
# drivers are ready, and dies there if one of them is not.
daemon_start() { # HOST_FOLDER
	LAB_CLOCK_FILE=$1/clock LD_PRELOAD=$lab_folder/helpers/lab-clock.so libvirtd --daemon --listen &&
		timeout 20 virsh --quiet --connect qemu:///system uri >/dev/null
}

cmd_down() {
	local link=
	(($# == 0)) || die_usage "down takes no argument"
	[[ ! -e $lab_folder/link ]] || link=$(link_name)
	if lab_is_up; then
		end_keeper
	elif [[ -e $lab_folder ]]; then
		rm -rf --one-file-system "$lab_folder"
		rmdir "$LAB_ROOT" 2>/dev/null || true
	else
		die "no lab \"$lab_name\" is up here"
	fi
	if [[ $link ]]; then
		wait_until 10 link_is_gone "$link" || die "the link $link is still there"
	fi
}

link_is_gone() { ! ip link show "$1" >/dev/null 2>&1; }

end_keeper() {
	kill -TERM "$lab_keeper"
	wait_until 20 keeper_is_gone || die "the keeper of lab \"$lab_name\" (process $lab_keeper) does not end"
}
keeper_is_gone() { ! lab_is_up; }
