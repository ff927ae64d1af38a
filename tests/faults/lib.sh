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
