# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by the fault tests that need hosts: what tests/lab/lib.sh has, a dashboard in a terminal of its own, and a stream of JSON beside it.
. "$srcdir/tests/lab/lib.sh"

refute() { ! "$@"; }

# A guest that is copied at BANDWIDTH (4 MiB/s) and never done: slow_guest NAME FROM TO [BANDWIDTH].
slow_guest() {
	lab guest "$1" --on "$2" --memory 128 --working-set 64 --dirty-rate 40 --pattern hot
	lab migrate "$1" "$3" --bandwidth "${4:-4}"
	await 20 migration_runs "$1" "$2" || diag "the migration of $1 did not begin"
}

# ---- guests that are copied until somebody acts, and what became of them ----
passes() { virsh_on "$2" domjobinfo "$1" --rawstats | sed -n 's/^memory_iteration: *//p'; } # GUEST SOURCE
copies() { [ "$(passes "$1" "$2")" -ge 1 ]; }
has_written() { [ "$(pages_of "$1")" -gt 20000 ]; }
# busy_guest NAME FROM TO [MIGRATE-OPTION...]
busy_guest() {
	local name=$1 from=$2 to=$3
	shift 3
	lab guest "$name" --on "$from" --memory 64 --working-set 48 --dirty-rate 60 --pattern random
	# before it has written its set once there is next to nothing to copy
	await 30 has_written "$name"
	lab migrate "$name" "$to" "$@"
	await 30 copies "$name" "$from" || diag "the migration of $name did not begin"
}
reason_is() { same "$(virsh_on "$2" domstate "$1" --reason)" "$3"; } # GUEST HOST REASON

# ---- the ledger ----
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
asked() { sqlite3 -readonly "$ledger" "$1" 2>/dev/null; }
last_intent() { asked "SELECT $2 FROM intent WHERE domain_name = '$1' ORDER BY id DESC LIMIT 1"; } # GUEST COLUMNS
nothing_is_open() { [ "$(asked "SELECT count(*) FROM intent WHERE stage IN ('asked', 'recorded', 'armed', 'sent') OR owes")" = 0 ]; }
actions() { virt_drain history --actions --json | jq --compact-output "$@"; }

# ---- a dashboard; its process is $dashboard, its exit code lands in $scratch/dashboard.rc ----
dashboard=
stream=$scratch/stream
stream_pid=
tmux_() { tmux -L "vd-fault-$$" -f /dev/null "$@"; }
more_cleanup() {
	tmux_ kill-server 2>/dev/null
	[ -z "$stream_pid" ] || kill "$stream_pid" 2>/dev/null
}
has_pid() { dashboard=$(cat "$scratch/dashboard.pid" 2>/dev/null) && [ -n "$dashboard" ]; }
dashboard_start() { # [ARGUMENT...]
	command -v tmux >/dev/null || skip_all 'tmux is not installed'
	rm -f "$scratch"/dashboard.{pid,rc}
	cat >"$scratch/dashboard.sh" <<-END
		export XDG_STATE_HOME=$XDG_STATE_HOME XDG_CONFIG_HOME=$XDG_CONFIG_HOME LC_ALL=C.UTF-8
		sh -c 'echo \$\$ >$scratch/dashboard.pid; exec "\$@"' - "$builddir/virt-drain" --config "$scratch/virt-drain.conf" $* 2>"$scratch/dashboard.err"
		echo \$? >"$scratch/dashboard.rc"
	END
	tmux_ new-session -d -x 140 -y 35 sh "$scratch/dashboard.sh"
	await 10 has_pid
	has_pid
}
dashboard_is_over() { [ -s "$scratch/dashboard.rc" ]; }
screen() { tmux_ capture-pane -p; }
shows() { screen | grep -qE -- "$1"; }
press() { tmux_ send-keys "$@"; }
# confirmed COMMAND...: confirms the question until the command is true. A question takes no confirmation in its first 0.3 s.
confirmed() { press y; sleep 0.2; "$@"; }

# ---- a stream; its process is $stream_pid ----
stream_start() { # [ARGUMENT...]
	"$builddir/virt-drain" --config "$scratch/virt-drain.conf" --cache none --stream --json "$@" >"$stream" 2>"$scratch/stream.err" &
	stream_pid=$!
}
streamed() { jq --slurp --exit-status "any(.[]; $1)" "$stream"; }
