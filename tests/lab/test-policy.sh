#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the dashboard does when a migration reaches our limit: on real migrations, with a limit of twenty seconds or forty. Aborted, forced by
# post-copy and by a pause, only told, and nothing at all when the source's clock was stepped; one that was set right again is as any other.
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
notice_ms=10000 trust_ms=5000 # an announcement comes so long before; so much of the time before we saw it is believed (model/policy.h)

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

# From the first word of a migration to the one that contains TEXT, by this machine's clock: it may be more, and never less.
waited_ms() { # DASHBOARD GUEST TEXT
	sqlite3 -readonly "$scratch/$1.cache" "SELECT min(at_ms) FILTER (WHERE instr(text, '$3')) - min(at_ms) FROM event WHERE subject = '$2'"
}
not_before() { [ "${1:-0}" -ge "$2" ] || { echo "after $1 ms, not $2"; return 1; }; } # MS LEAST
libvirt_elapsed() { virsh_on "$1" domjobinfo "$2" --rawstats | sed -n 's/^time_elapsed: *//p'; } # HOST GUEST
# stepped HOST GUEST SECONDS: libvirt's elapsed time goes with the clock. What it was before has to be known: a migration that is found by a
# clock that is wrong already is given our limit from then on.
stepped() {
	local before
	await 20 said force "$2" 'migration began' || diag "$2 was not seen to begin"
	before=$(libvirt_elapsed "$1" "$2")
	lab fault clock "$1" "$3"
	if [ "$3" -gt 0 ]; then
		check "the clock of $1 is stepped ahead, and so is libvirt's elapsed time" \
			await 10 eval "[ \$(libvirt_elapsed $1 $2) -gt $((3500 * 1000)) ]"
	else
		check "the clock of $1 is stepped back, and so is libvirt's elapsed time" \
			await 10 eval "[ \$(libvirt_elapsed $1 $2) -lt $before ]"
	fi
}

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

# ---- force_complete, by both ways, and stepped clocks beside them
limit_per_gib=20
dashboard force 'timeout_action = "force_complete";'
begin ahead host7 host1
stepped host7 ahead 3600
begin behind host8 host1
stepped host8 behind -3600
begin restored host2 host1
stepped host2 restored 3600
lab fault clock host2 0
begin paused host3 host4 --keep-source
begin moved host5 host6 --postcopy --postcopy-bandwidth 20 --keep-source
check 'one without the permission of post-copy is paused at its limit' await 90 eval 'same "$(intents paused "used = '"'pause'"'")" 1'
check 'and runs at the destination' await 60 guest_is_only_on paused host4
check 'one with it goes by post-copy' await 60 eval 'same "$(intents moved "used = '"'post-copy'"'")" 1'
check 'and runs at the destination' await 60 guest_is_only_on moved host6
check 'one whose clock was set right again is forced too' await 60 eval 'same "$(intents restored "used = '"'pause'"'")" 1'
check 'and runs at the destination' await 60 guest_is_only_on restored host1
for guest in paused moved restored; do
	check "$guest: by our own clock, and not before" not_before "$(waited_ms force $guest 'our limit is reached')" $((40000 - trust_ms))
done
for guest in ahead behind; do
	check "$guest: where the clock was stepped, that is said at our limit" await 60 said force $guest 'clock was stepped'
	check "$guest: and not before" not_before "$(waited_ms force $guest 'clock was stepped')" $((40000 - trust_ms))
	check "$guest: nor was it announced before its time" \
		not_before "$(waited_ms force $guest 'reaches our limit in')" $((40000 - notice_ms - trust_ms))
	check "$guest: nothing was done" same "$(intents $guest)" 0
done
check 'ahead: it still migrates' migration_runs ahead host7
check 'behind: it still migrates' migration_runs behind host8
end_dashboards
for host in host7 host8; do lab fault clock $host 0; done
virsh_on host7 domjobabort ahead
virsh_on host8 domjobabort behind

# ---- observe
limit_per_gib=10
dashboard watch 'timeout_action = "abort"; policy = "observe";'
again aborted host1 host2
check 'observing it is announced as what would be' await 40 said watch aborted 'would be (policy: observe)'
check 'told at the limit' await 40 said watch aborted 'it would have been aborted'
check 'and nothing was done' eval 'migration_runs aborted host1 && same "$(intents aborted)" 1'
end_dashboards
virsh_on host1 domjobabort aborted

# ---- the audit
outcomes() { virt_drain history --actions --json | jq --compact-output '[.actions[] | [.name, .action, .confirmation, .outcome]] | sort'; }
check 'the history has what the policy did, and that each was proven' same "$(outcomes)" \
	'[["aborted","abort","policy","proven"],["moved","force-complete","policy","proven"],["paused","force-complete","policy","proven"],["restored","force-complete","policy","proven"]]'
diag "$(virt_drain history --actions)"
finish
