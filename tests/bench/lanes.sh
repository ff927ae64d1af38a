# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the benches that act at a moment of a pass, with $srcdir, $builddir and $lanes set: a lab with two hosts per lane, one queue
# of tries for all lanes, and what virsh tells of a migration while it goes on.
#
# Such a script defines try_row WORD ..., one try with the words of its row, which calls hear_begin, follow, true_freeze and hear_end. Its lane has
#
#   source target uri work       the lane's hosts, the URI of the first, and a folder; "conf" in it is the configuration of both
#
# and try_row has, as local variables,
#
#   name bandwidth               the guest, and in MiB/s how fast it is migrated
#   why                          what has not succeeded, where follow fails
#   pass began suspended_at      told by follow: the newest pass, when each began, when the guest was stopped (ms since 1970)
# shellcheck disable=SC2034,SC2154 # those of the other script

. "$srcdir/tests/lab/lib.sh"

# The queue has a row per line.
lane() { # NUMBER
	local source=host$(($1 * 2 - 1)) target=host$(($1 * 2)) work=$scratch/lane$1
	local uri row events events_pid heard
	uri=$(uri_of "$source")
	mkdir "$work"
	{
		echo 'allow_tcp = true;'
		echo "hosts = ({ name = \"source\"; uri = \"$uri\"; },"
		echo "         { name = \"destination\"; uri = \"$(uri_of "$target")\"; });"
	} >"$work/conf"
	while row=$(take_row) && [ -n "$row" ] && kill -0 $$; do
		# shellcheck disable=SC2086 # its words
		try_row $row
	done
	:
}
# shellcheck disable=SC2016 # expanded by the inner shell
take_row() { flock "$scratch/lock" sh -c 'head -n 1 "$1"; sed -i 1d "$1"' - "$scratch/queue"; }

# ---- virsh, which says when passes begin and the guest stops

hear_begin() {
	heard=''
	exec {events}< <(exec stdbuf -oL virsh --connect "$uri" event --domain "$name" --all --loop --timestamp)
	events_pid=$!
	echo "$events_pid" >"$work/pids"
}
hear_end() {
	rm -f "$work/pids"
	[ -z "$events_pid" ] || { kill "$events_pid"; exec {events}<&-; events_pid=''; }
}

# What virsh says next, if it says something within a twentieth of a second. A line may come in parts.
hear() {
	local line
	read -r -t 0.05 -u "$events" line || { [ $? -gt 128 ] && heard+=$line; return; }
	line=$heard$line heard=''
	case $line in
	*"'migration-iteration'"*)
		pass=${line##*iteration: \'} pass=${pass%\'}
		began[pass]=$(time_of "$line")
		;;
	*"'lifecycle'"*': Suspended'*) : "${suspended_at:=$(time_of "$line")}" ;;
	esac
}
time_of() { date --date="${1%%: event*}" +%s%3N; } # LINE OF VIRSH

# The migration, from its beginning until the guest runs at the destination. The command is called again and again meanwhile.
follow() { # COMMAND
	local deadline=$((SECONDS + 120))
	why='the migration does not begin'
	lab migrate "$name" "$target" --bandwidth "$bandwidth" --keep-source || return 1
	until [ -e "$live/migrate/$name.rc" ]; do
		why="it does not end, in pass $pass"
		[ $SECONDS -lt $deadline ] && [ -e "$live/ready" ] && hear && "$@" || return 1
	done
	while read -r -t 0 -u "$events" && hear; do :; done
}

# How long the guest has stood still, as virsh has it, in ms.
true_freeze() { virsh_on "$source" domjobinfo "$name" --completed --rawstats | sed -n 's/^downtime: *//p'; }

# ---- all lanes

more_cleanup() {
	local pid
	for pid in "${lane_pids[@]}"; do kill "$pid"; done
	wait "${lane_pids[@]}"
	# Before the lab goes: what watches its hosts would go on trying to reach their addresses.
	lanes_cleanup
	# shellcheck disable=SC2046 # many words
	kill $(cat "$scratch"/lane*/pids)
} 2>/dev/null
lane_pids=()
# A script may do more.
lanes_cleanup() { :; }

# Ends the script where nothing can be measured.
lanes_needed() {
	local why
	why=$("$lab_tool" check 2>&1) || { echo "skipped, nothing here was measured: ${why#lab: }"; exit 0; }
	[ -x "$builddir/virt-drain" ] || { echo "there is no virt-drain in $builddir: build it, or say builddir=FOLDER"; exit 1; }
}

# Each row of standard input becomes a try.
run_lanes() {
	local i init
	cat >"$scratch/queue"
	lab up --with-parent $$ --hosts $((lanes * 2)) >/dev/null || { echo 'the lab does not come up'; exit 1; }
	read -r _ _ init <"/run/virt-drain-lab/$lab_name/keeper"
	live=/proc/$init/root/run/virt-drain-lab/$lab_name/live
	for ((i = 1; i <= lanes; i++)); do
		lane "$i" &
		lane_pids+=($!)
	done
	for i in "${lane_pids[@]}"; do wait "$i" || echo "a lane ended early: $(tail -q -n 1 "$scratch"/lane*/errors)"; done
	lane_pids=()
}
