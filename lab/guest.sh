# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab guest: builds the boot image of a guest (lab/dirty.S and its parameters) and starts it. lab remove ends it. What the lab
# knows of a guest is in live/guests: NAME.img (boot image), NAME.count (what the guest says of itself), NAME.conf (what was asked for).

PAGES_PER_MIB=256
MAX_PHASES=41 # what fits into the parameter sector
PATTERNS=(hot sweep random)

cmd_guest() {
	local name=${1-} host='' memory=128 working_set='' rate=10 pattern=random phases='' fill='' disk=0
	[[ $name ]] || die_usage "guest needs a name"
	shift
	while (($#)); do
		(($# >= 2)) || die_usage "guest: \"$1\" is no option, or lacks its value"
		case $1 in
		--on) host=$2 ;;
		--memory) need_number "$1" "$2" 8; memory=$((10#$2)) ;;
		--working-set) need_number "$1" "$2" 1; working_set=$((10#$2)) ;;
		--dirty-rate) need_number "$1" "$2" 0; rate=$((10#$2)) ;;
		--pattern) pattern=$2 ;;
		--phases) phases=$2 ;;
		--fill) need_number "$1" "$2" 0; fill=$((10#$2)) ;;
		--disk) need_number "$1" "$2" 1; disk=$((10#$2)) ;;
		*) die_usage "guest does not know \"$1\"" ;;
		esac
		shift 2
	done
	: "${working_set:=$((memory / 2))}" "${phases:=0:$rate}"
	lab_enter
	need_guest_name "$name"
	need_host "$host"
	# The first and the last MiB are the firmware's.
	((working_set <= memory - 2)) || die_usage "a working set of $working_set MiB does not fit into $memory MiB of memory"
	make_guest
}

# Goes on from cmd_guest, whose variables it uses.
make_guest() {
	local words
	words=$(guest_parameters) || exit
	{
		cat "$lab_folder/helpers/dirty.bin"
		# shellcheck disable=SC2086 # many words
		write_words $words
	} >"$live/guests/$name.img"
	truncate --size=1440K "$live/guests/$name.img"
	: >"$live/guests/$name.count"
	((disk == 0)) || filled_file "$disk" "$live/$host/disks/$name.img"
	declare -p memory working_set rate pattern phases fill disk | sed 's/^declare -- //' >"$live/guests/$name.conf"
	if ! guest_xml | in_host "$host" virsh --quiet define /dev/stdin >/dev/null ||
		! in_host "$host" virsh --quiet start "$name"; then
		in_host "$host" virsh --quiet undefine "$name" >/dev/null 2>&1 || true
		rm -f "$live/guests/$name".* "$live/$host/disks/$name.img"
		die "guest $name did not start on $host"
	fi
	# Its first word comes when its memory is filled.
	wait_until 30 test -s "$live/guests/$name.count" || die "guest $name was started on $host but does not count its pages"
}

# A file of that many MiB without a hole in it, so that mirroring it moves as many.
filled_file() { # MIB FILE
	{ yes "virt-drain lab" 2>/dev/null || true; } | head --bytes="$1M" >"$2"
}

need_guest_name() {
	[[ $1 =~ ^[a-z0-9][a-z0-9-]{0,40}$ && ! $1 =~ ^(host[0-9]+|operator)$ ]] ||
		die_usage "a guest's name is made of a-z, 0-9 and -, and is not a host's: not \"$1\""
	[[ ! -e $live/guests/$1.conf ]] || die "there is a guest $1 already"
}

need_guest() {
	[[ ${1-} && -e $live/guests/$1.conf ]] || die_usage "\"${1-}\" is not a guest of lab \"$lab_name\""
}

# The parameters that lab/dirty.S reads, one number each.
guest_parameters() {
	local number=-1 i phase seconds phase_rate phase_set table=() n=0
	for i in "${!PATTERNS[@]}"; do
		[[ ${PATTERNS[i]} != "$pattern" ]] || number=$i
	done
	((number >= 0)) || die_usage "--pattern must be one of ${PATTERNS[*]}, not \"$pattern\""
	for phase in ${phases//,/ }; do
		[[ $phase =~ ^([0-9]{1,6}):([0-9]{1,5})(:([0-9]{1,6}))?$ ]] ||
			die_usage "--phases is SECONDS:RATE or SECONDS:RATE:WORKINGSET, with commas between: not \"$phase\""
		seconds=$((10#${BASH_REMATCH[1]})) phase_rate=$((10#${BASH_REMATCH[2]}))
		phase_set=$((10#${BASH_REMATCH[4]:-$working_set}))
		((phase_set >= 1 && phase_set <= memory - 2)) ||
			die_usage "a working set of $phase_set MiB does not fit into $memory MiB of memory"
		((phase_set <= working_set)) || working_set=$phase_set
		table+=($((seconds * 100)) $((phase_rate * PAGES_PER_MIB)) $((phase_set * PAGES_PER_MIB)))
		n=$((n + 1))
	done
	((n >= 1 && n <= MAX_PHASES)) || die_usage "--phases must be 1 to $MAX_PHASES"
	: "${fill:=$working_set}"
	((fill <= memory - 2)) || die_usage "--fill must be at most the memory less 2 MiB"
	((fill > 0)) || fill=1
	echo $((fill * PAGES_PER_MIB)) "$number" "$n" "${table[@]}"
}

# Numbers as 32-bit words, the least byte first.
write_words() {
	local word hex
	for word in "$@"; do
		printf -v hex '\\x%02x\\x%02x\\x%02x\\x%02x' $((word & 255)) $((word >> 8 & 255)) $((word >> 16 & 255)) $((word >> 24 & 255))
		# shellcheck disable=SC2059 # the format is made here, of bytes
		printf "$hex"
	done
}

guest_xml() {
	cat <<-END
	<domain type='qemu'>
	  <name>$name</name>
	  <description>virt-drain lab: $pattern, $phases</description>
	  <memory unit='MiB'>$memory</memory>
	  <vcpu>1</vcpu>
	  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='fd'/></os>
	  <features><acpi/></features>
	  <devices>
	    <emulator>$(type -P qemu-system-x86_64)</emulator>
	    <disk type='file' device='floppy'>
	      <driver name='qemu' type='raw'/><source file='$lab_folder/live/guests/$name.img'/>
	      <target dev='fda' bus='fdc'/><readonly/>
	    </disk>
	END
	((disk == 0)) || cat <<-END
	    <disk type='file' device='disk'>
	      <driver name='qemu' type='raw' cache='unsafe'/><source file='$lab_folder/live/disks/$name.img'/>
	      <target dev='vda' bus='virtio'/>
	    </disk>
	END
	cat <<-END
	    <serial type='file'>
	      <source path='$lab_folder/live/guests/$name.count' append='on'/><target type='isa-serial' port='0'/>
	    </serial>
	    <controller type='usb' model='none'/>
	    <memballoon model='none'/>
	  </devices>
	</domain>
	END
}

# Ends a guest wherever it is, in the middle of a migration too, so that its name and its memory are free again.
cmd_remove() {
	local host
	(($# == 1)) || die_usage "remove needs a guest"
	lab_enter
	need_guest "$1"
	for host in $(hosts_that_know "$1"); do
		# Shut off, it is not destroyed; on its way in, it has no definition; and it may go by itself just now.
		virsh_in "$host" destroy "$1" >/dev/null 2>&1 || true
		virsh_in "$host" undefine "$1" >/dev/null 2>&1 || true
	done
	wait_until 10 nobody_knows "$1" || die "guest $1 is not removed: $(hosts_that_know "$1" | paste -sd, -) will not let go of it"
	rm -f "$live/guests/$1".* "$live/migrate/$1".* "$live"/host*/disks/"$1.img"
}

# The hosts that run a guest or have a definition of it, one a line. Asks no daemon.
hosts_that_know() { # NAME
	local host
	for host in $(hosts); do
		[[ ! -e $live/$host/libvirt/qemu/$1.xml && ! -e $(host_root "$host")/run/libvirt/qemu/$1.pid ]] || echo "$host"
	done
}

# The virsh of its migration has ended too: it would write its exit code once more.
nobody_knows() { # NAME
	[[ -z $(hosts_that_know "$1") && (! -e $live/migrate/$1.log || -e $live/migrate/$1.rc) ]]
}

# A host's root directory, seen from outside.
host_root() { echo "/proc/$lab_init/root/proc/$(<"$live/$1/pid")/root"; }

# The hosts that have a QEMU of this guest, one a line: two of them while it migrates. Asks no daemon.
hosts_of_guest() {
	local host
	for host in $(hosts); do
		[[ ! -e $(host_root "$host")/run/libvirt/qemu/$1.pid ]] || echo "$host"
	done
}
