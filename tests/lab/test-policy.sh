#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the dashboard does when a migration reaches our limit: on real migrations, with a limit of twenty seconds. Aborted, forced by
# post-copy and by a pause, only told, and nothing at all when the source's clock was stepped.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
command -v tmux >/dev/null || skip_all 'tmux is not installed'
lab_start --hosts 8

unset TMUX
export TMUX_TMPDIR=$scratch
tm() { tmux -L "policy-$$" "$@"; }
more_cleanup() { tm kill-server 2>/dev/null; }
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
limit_per_gib=10 # the least is two GiB

# A dashboard of its own window. The policy acts in a dashboard alone: somebody sits there.
dashboard() { # NAME CONFIGURATION
	{
		cat "$scratch/virt-drain.conf"
		echo "completion_timeout_per_gib = $limit_per_gib; $2"
	} >"$scratch/$1.conf"
	if tm has-session 2>/dev/null; then
		tm new-window -d -n "$1" "$builddir/virt-drain --config $scratch/$1.conf --cache $scratch/$1.cache 2>$scratch/$1.err"
	else
		tm -f /dev/null new-session -d -x 200 -y 50 -n "$1" \
			"$builddir/virt-drain --config $scratch/$1.conf --cache $scratch/$1.cache 2>$scratch/$1.err"
	fi
	await 20 shows "$1" 'hosts 8/8 up'
}
shows() { tm capture-pane -p -t ":$1" | grep -qF -- "$2"; }
end_dashboards() { tm kill-server 2>/dev/null; await 10 eval '! pgrep -f "virt-drain --config $scratch" >/dev/null'; }
events() { sqlite3 -readonly "$scratch/$1.cache" "SELECT text FROM event WHERE subject = '$2' ORDER BY id"; } # DASHBOARD GUEST
said() { events "$1" "$2" | grep -qF -- "$3"; }
intents() { sqlite3 -readonly "$ledger" "SELECT count(*) FROM intent WHERE domain_name = '$1' AND ${2-1}"; } # GUEST [CONDITION]

begin() { # GUEST FROM TO [OPTION...]
	local name=$1 from=$2 to=$3
	shift 3
	lab guest "$name" --on "$from" --memory 128 --working-set 96 --dirty-rate 60 --pattern random
	lab migrate "$name" "$to" --bandwidth 8 "$@"
	await 20 migration_runs "$name" "$from"
}
again() { lab migrate "$1" "$3" --bandwidth 8 && await 20 migration_runs "$1" "$2"; } # GUEST FROM TO

# ---- abort, by two dashboards at once
dashboard one 'timeout_action = "abort";'
dashboard two 'timeout_action = "abort";'
begin aborted host1 host2
check 'the limit is announced before' await 40 said one aborted 'reaches our limit in'
check 'nothing was done by then' migration_runs aborted host1
check 'then it is aborted' await 40 migration_is_over aborted host1
check 'and its guest runs on its source' await 10 guest_runs_on aborted host1
check 'the log of one of both says why' await 10 eval 'said one aborted "our limit is reached: it is aborted"'
check 'two dashboards acted once' await 10 eval 'same "$(intents aborted)" 1'
check 'the ledger says who: the policy' same "$(intents aborted "confirmation = 'policy' AND action = 'abort'")" 1
check 'and that it was proven' await 20 eval 'same "$(intents aborted "stage = '"'proven'"'")" 1'
check 'the other dashboard says that it was too late' \
	await 10 eval 'said one aborted "another virt-drain" || said two aborted "another virt-drain" || said one aborted "no such migration" ||
		said two aborted "has ended" || said one aborted "has ended"'
end_dashboards

# ---- force_complete, by both ways, and a stepped clock beside them
dashboard force 'timeout_action = "force_complete";'
begin paused host3 host4 --keep-source
begin moved host5 host6 --postcopy --postcopy-bandwidth 20 --keep-source
begin stepped host7 host8
check 'the dashboard sees all three' await 20 eval 'shows force "paused " && shows force "moved " && shows force "stepped "'
lab fault clock host7 3600
check 'one without the permission of post-copy is paused at its limit' await 60 eval 'same "$(intents paused "used = '"'pause'"'")" 1'
check 'and runs at the destination' await 60 guest_is_only_on paused host4
check 'one with it goes by post-copy' await 60 eval 'same "$(intents moved "used = '"'post-copy'"'")" 1'
check 'and runs at the destination' await 60 guest_is_only_on moved host6
check 'where the clock was stepped an hour ahead, that is said' await 40 said force stepped 'clock was stepped'
check 'and nothing was done' same "$(intents stepped)" 0
check 'it still migrates' migration_runs stepped host7
lab fault clock host7 -3600
check 'an hour behind neither' eval 'sleep 3; same "$(intents stepped)" 0 && migration_runs stepped host7'
lab fault clock host7 0
virsh_on host7 domjobabort stepped
end_dashboards

# ---- observe
dashboard watch 'timeout_action = "abort"; policy = "observe";'
again aborted host1 host2
check 'observing it is announced as what would be' await 40 said watch aborted 'would be (policy: observe)'
check 'told at the limit' await 40 said watch aborted 'it would have been aborted'
check 'and nothing was done' eval 'migration_runs aborted host1 && same "$(intents aborted)" 1'
end_dashboards
virsh_on host1 domjobabort aborted
finish
