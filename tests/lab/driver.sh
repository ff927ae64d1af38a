# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced after lib.sh by the tests of the libvirt driver alone: driver_say runs in the background, what it says is in $told.
#
#   driver_start [OPTION ...] [HOST ...]     # all hosts of the lab if none is named
#   tell force web auto
#   await 10 heard 'host1 JOB web '
#   driver_stop
#
# Each line of $told: MILLISECONDS HOST EVENT ...

told=$scratch/said

driver_start() {
	local options=() hosts=() host
	while [[ ${1-} == --* ]]; do
		options+=("$1")
		case $1 in --refresh | --heartbeat | --sweep) options+=("$2"); shift ;; esac
		shift
	done
	[ $# -gt 0 ] || set -- $(lab uris | cut -d' ' -f1)
	for host; do hosts+=("$host=$(uri_of "$host")"); done
	rm -f "$scratch/tell"
	mkfifo "$scratch/tell"
	: >"$told"
	"$builddir/tests/lab/driver_say" "${options[@]}" "${hosts[@]}" <"$scratch/tell" >"$told" 2>"$scratch/driver-errors" &
	driver_pid=$!
	exec 8>"$scratch/tell"
	for host; do
		await 20 heard "$host INVENTORY" || fail "the driver reaches $host" "$(cat "$told" "$scratch/driver-errors")"
	done
}

driver_stop() {
	[ "${driver_pid-}" ] || return 0
	# not by the end of its input: what the lab started in the background has that open too
	tell quit
	exec 8>&-
	wait "$driver_pid"
	driver_code=$?
	driver_pid=
}
more_cleanup() { driver_stop; }

tell() { echo "$*" >&8; }

# heard PATTERN [AFTER-LINE]: an extended regular expression in what was said, after its first lines.
heard() { tail -n +"$((${2:-0} + 1))" "$told" | grep -Eq -- "$1"; }
unheard() { ! heard "$@"; }
lines() { wc -l <"$told"; }
last() { grep -E -- "$1" "$told" | tail -n 1; }
# The milliseconds of a line.
when() { echo "${1%% *}"; }
# figure NAME LINE: 17 out of "... NAME=17 ..."
figure() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" <<<"$2"; }

# ordered ACTION GUEST ...: tells it, waits for its reply, prints the reply. One at a time.
ordered() {
	local mark
	mark=$(lines)
	tell "$@"
	await 60 heard ' REPLY ' "$mark" || { echo "no reply to: $*"; return 1; }
	last ' REPLY '
}
