# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab migrate: a migration as an operator would start it with virsh: live, peer to peer, so that it goes on by itself.
# live/migrate has per guest NAME.log (what virsh says) and NAME.rc (its exit code, once it has ended).
# With --abandon virsh drives it itself, not peer to peer, and is killed when all is copied: that leaves the guest paused on its source.

cmd_migrate() {
	local name=${1-} to=${2-} wait=no storage=no keep=no abandon=no source options=()
	(($# >= 2)) || die_usage "migrate needs a guest and a host"
	shift 2
	while (($#)); do
		case $1 in
		--bandwidth | --postcopy-bandwidth)
			need_number "$1" "${2-}" 1
			options+=("$1" "$2")
			shift
			;;
		--postcopy | --auto-converge) options+=("$1") ;;
		--copy-storage) storage=yes ;;
		--keep-source) keep=yes ;;
		--wait) wait=yes ;;
		--abandon) abandon=yes ;;
		*) die_usage "migrate does not know \"$1\"" ;;
		esac
		shift
	done
	lab_enter
	need_guest "$name"
	need_host "$to"
	source=$(migration_source "$name" "$to") || exit
	if [[ $storage == yes ]]; then options+=(--copy-storage-all); fi
	if [[ $keep == no ]]; then options+=(--undefinesource); fi
	prepare_storage "$name" "$to" "$storage"
	if [[ $abandon == yes ]]; then
		abandon_migration "$name" "$source" "$to" "${options[@]}"
		return
	fi
	start_migration "$name" "$source" "$to" "${options[@]}"
	if [[ $wait == yes ]]; then wait_for_migration "$name"; fi
}

# The one host that the guest is on.
migration_source() { # NAME TO
	local on
	on=$(hosts_of_guest "$1")
	[[ $on ]] || die "guest $1 is not running on any host"
	[[ $on != *$'\n'* ]] || die "guest $1 is migrating already: it is on ${on//$'\n'/ and }"
	[[ $on != "$2" ]] || die "guest $1 is on $2 already"
	echo "$on"
}

# The destination's disk file must exist before its contents are mirrored into it.
prepare_storage() { # NAME TO COPY
	local disk
	disk=$(sed -n 's/^disk="\(.*\)"$/\1/p' "$live/guests/$1.conf")
	if ((disk == 0)); then
		[[ $3 == no ]] || die "guest $1 has no disk to copy"
		return
	fi
	[[ $3 == yes ]] || die "guest $1 has a disk that is only on its host: say --copy-storage"
	rm -f "$live/$2/disks/$1.img"
	truncate --size="${disk}M" "$live/$2/disks/$1.img"
}

# Starts virsh on the source and returns when the migration has begun, or has failed or ended already.
start_migration() { # NAME SOURCE TO OPTION ...
	local name=$1 source=$2 to=$3 record=$lab_folder/live/migrate/$1
	shift 3
	rm -f "$live/migrate/$name".*
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_host "$source" setsid --fork bash -c \
		'record=$1; shift; "$@" >"$record.log" 2>&1; echo $? >"$record.part"; mv "$record.part" "$record.rc"' - \
		"$record" virsh --quiet migrate --live --p2p --persistent "$@" "$name" "$(uri_of "$to")" </dev/null >/dev/null 2>&1
	wait_until 10 migration_has_begun "$name" "$source" || say "guest $name: the migration has not begun yet"
	migration_has_not_failed "$name"
}

# The source has a job, and the destination a QEMU.
migration_has_begun() { # NAME SOURCE
	[[ -e $live/migrate/$1.rc ]] ||
		{ [[ $(hosts_of_guest "$1") == *$'\n'* ]] && virsh_in "$2" domjobinfo "$1" 2>/dev/null | grep -q '^Operation: *Outgoing'; }
}

migration_has_not_failed() { # NAME
	[[ ! -e $live/migrate/$1.rc || $(<"$live/migrate/$1.rc") == 0 ]] ||
		die "guest $1 was not migrated: $(sed -n 's/^error: //p' "$live/migrate/$1.log")"
}

wait_for_migration() { # NAME
	until [[ -e $live/migrate/$1.rc ]]; do
		lab_is_up || die "the lab ended"
		sleep 0.1
	done
	migration_has_not_failed "$1"
}

# A virsh that is stopped before the end and killed after it never says where the guest is to run: its source waits for that, its destination goes.
abandon_migration() { # NAME SOURCE TO OPTION ...
	local name=$1 source=$2 to=$3 record=$lab_folder/live/migrate/$1 client
	shift 3
	rm -f "$live/migrate/$name".*
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_host "$source" setsid --fork bash -c 'echo $$ >"$1.pid"; log=$1.log; shift; exec "$@" >"$log" 2>&1' - \
		"$record" virsh --quiet migrate --live --persistent "$@" "$name" "$(uri_of "$to")" </dev/null >/dev/null 2>&1
	wait_until 20 memory_is_copied "$name" "$source" || die "guest $name: the migration has not begun"
	client=$(<"$live/migrate/$name.pid")
	in_host "$source" bash -c "kill -STOP $client"
	virsh_in "$source" suspend "$name" >/dev/null # so that the copy of a busy guest ends too
	wait_until 60 all_is_copied "$name" "$source" || {
		in_host "$source" bash -c "kill -KILL $client"
		die "guest $name: its copy does not end"
	}
	in_host "$source" bash -c "kill -KILL $client"
	wait_until 20 guest_is_left "$name" "$source" "$to" || die "guest $name was not left behind on $source"
}

job_number() { # NAME SOURCE FIELD
	virsh_in "$2" domjobinfo "$1" --rawstats 2>/dev/null | sed -n "s/^$3: *//p"
}
memory_is_copied() { [[ $(job_number "$1" "$2" memory_processed) == [1-9]* ]]; } # NAME SOURCE
all_is_copied() { # NAME SOURCE
	[[ $(virsh_in "$2" domstate "$1" 2>/dev/null) == paused && $(job_number "$1" "$2" memory_remaining) == 0 ]]
}
guest_is_left() { # NAME SOURCE TO
	[[ $(virsh_in "$2" domstate --reason "$1" 2>/dev/null) == 'paused (migrating)' && ! $(job_number "$1" "$2" operation) ]] &&
		! virsh_in "$3" list --name | grep -qx "$1"
}
