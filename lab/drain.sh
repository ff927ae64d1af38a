# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lab drain: empties a host as an operator's script would, one guest after the other to the other hosts in turn. How each
# guest of the mixture is migrated is part of it, so that there is one of every kind to look at.

# The mixture: a guest's name, how it is made, how it is migrated. The sum of their rates costs about half a core.
MIXTURE=(
	"quick|--memory 64 --working-set 8 --dirty-rate 2 --pattern hot|--bandwidth 16"
	"steady|--memory 160 --working-set 96 --dirty-rate 7 --pattern sweep|--bandwidth 16"
	"busy|--memory 192 --working-set 128 --dirty-rate 120 --pattern random|--bandwidth 16"
	"phased|--memory 128 --working-set 96 --dirty-rate 30 --pattern random --phases 20:60,20:4:16|--bandwidth 16"
	"postcopy|--memory 192 --working-set 128 --dirty-rate 80 --pattern random|--bandwidth 16 --postcopy --postcopy-bandwidth 8"
	"disk|--memory 64 --working-set 8 --dirty-rate 2 --pattern hot --disk 192|--bandwidth 16 --copy-storage"
)
STAGGER=2 # seconds between two migrations

cmd_drain() {
	local host=${1-} guests
	(($# == 1)) || die_usage "drain needs a host"
	lab_enter
	need_host "$host"
	((n_hosts >= 2)) || die "there is no other host to drain $host to"
	guests=$(guests_on "$host")
	if [[ -z $guests ]]; then
		start_mixture "$host"
		guests=$(guests_on "$host")
	fi
	# In the background, and as a process of the lab, so that it ends with it.
	# shellcheck disable=SC2086 # many guests
	LAB_INSIDE=yes in_lab setsid --fork bash "$here/lab" --name "$lab_name" inside-drain "$host" $guests \
		</dev/null >>"$live/log/drain" 2>&1
	wait_until 20 first_has_begun $guests || die "the drain has not begun: $(tail -n 1 "$live/log/drain")"
}

first_has_begun() { [[ -e $live/migrate/$1.log ]]; }

inside_drain() { # HOST GUEST ...
	local from=$1 name to=${1#host} options
	shift
	lab_enter
	for name in "$@"; do
		to=$((to % n_hosts + 1))
		[[ host$to != "$from" ]] || to=$((to % n_hosts + 1))
		options=$(migrate_options_of "$name")
		# shellcheck disable=SC2086 # many options
		(cmd_migrate "$name" "host$to" $options) || say "the drain goes on without $name"
		sleep "$STAGGER"
	done
}

# As the mixture says; another guest as it needs to be.
migrate_options_of() { # NAME
	local row
	for row in "${MIXTURE[@]}"; do
		[[ ${row%%|*} != "$1" ]] || { echo "${row##*|}"; return; }
	done
	grep -q '^disk="0"' "$live/guests/$1.conf" || echo --copy-storage
}

guests_on() { # HOST
	local guest
	for guest in "$live"/guests/*.conf; do
		guest=$(basename "$guest" .conf)
		[[ $(hosts_of_guest "$guest") != "$1" ]] || echo "$guest"
	done
}

# All at once: a guest takes most of a second to boot.
start_mixture() { # HOST
	local row name options starters=() starter
	for row in "${MIXTURE[@]}"; do
		IFS='|' read -r name options _ <<<"$row"
		[[ ! -e $live/guests/$name.conf ]] || continue
		# shellcheck disable=SC2086 # many options
		(cmd_guest "$name" --on "$1" $options) &
		starters+=($!)
	done
	for starter in "${starters[@]}"; do
		wait "$starter" || die "not all guests of the mixture started"
	done
}
