#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the processes of one operator know of each other, on real migrations: a limit that a command gives to one of them is obeyed by a
# dashboard that runs, or keeps it from acting; what one process has armed another takes back.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
command -v tmux >/dev/null || skip_all 'tmux is not installed'
lab_start --hosts 4

unset TMUX
export TMUX_TMPDIR=$scratch
tm() { tmux -L "timeout-$$" "$@"; }
waiter=
more_cleanup() {
	tm kill-server 2>/dev/null
	[ -z "$waiter" ] || kill "$waiter" 2>/dev/null
}
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
cache=$XDG_STATE_HOME/virt-drain/cache.sqlite
count() { sqlite3 -readonly "$ledger" "SELECT count(*) FROM intent WHERE $1"; }
said() { sqlite3 -readonly "$cache" "SELECT text FROM event WHERE subject = '$1'" | grep -qF -- "$2"; }
of() { fleet_json | jq -r ".migrations[] | select(.name == \"$1\") | $2"; } # GUEST FILTER
shows() { tm capture-pane -p | grep -qF -- "$1"; }

# A dashboard that would abort what reaches the computed limit of twenty seconds, and one that would do nothing.
dashboard() { # CONFIGURATION
	{
		cat "$scratch/virt-drain.conf"
		echo "$1"
	} >"$scratch/dashboard.conf"
	tm -f /dev/null new-session -d -x 200 -y 50 "$builddir/virt-drain --config $scratch/dashboard.conf 2>$scratch/dashboard.err"
	await 30 shows 'hosts 4/4 up'
}
begin() { # GUEST FROM TO
	lab guest "$1" --on "$2" --memory 128 --working-set 96 --dirty-rate 60 --pattern random
	lab migrate "$1" "$3" --bandwidth 8 --postcopy
	await 20 migration_runs "$1" "$2"
}

# ---- a limit set by a command
dashboard 'timeout_action = "none";'
begin web host1 host2
begin db host3 host4
check 'the dashboard sees both' await 30 eval 'shows "web " && shows "db "'
elapsed=$(of web .elapsed_ms)
limit=$((elapsed / 1000 + 40))
check 'a limit that has passed is refused with code 2' refused_with 2 virt_drain timeout web 1s --timeout-action abort
check 'and one that is no duration' refused_with 2 virt_drain timeout web soon
check 'nothing of it is in the ledger' same "$(count "action = 'timeout'")" 0
check 'read-only mode refuses with code 4' refused_with 4 virt_drain --read-only timeout web 1h
check 'a guest that does not migrate is refused with code 5' refused_with 5 virt_drain timeout nobody 1h
check 'a name that two migrations could bear is not needed: HOST/NAME' virt_drain timeout host3/db none
said=$(virt_drain timeout web "${limit}s" --timeout-action abort --json)
check 'a limit is set, recorded and proven' same "$(jq -r '"\(.stage) \(.exit_code)"' <<<"$said")" 'proven 0'
check 'and is in the ledger with its job' \
	same "$(count "action = 'timeout' AND stage = 'proven' AND value = ${limit}000 AND limit_action = 'abort' AND job_began_ms > 0")" 1
check 'a process that only looks shows it' await 10 eval 'same "$(of web "\"\(.timeout_ms) \(.timeout_action) \(.timeout_is_own)\"")" "${limit}000 abort true"'
check 'the other has none' same "$(of db .timeout_ms)" null
check 'the dashboard has learnt it' await 10 said web 'set by another virt-drain'
check 'it announces what it will do' await 60 said web 'reaches our limit in'
check 'nothing was done by then' migration_runs web host1
check 'then it is aborted' await 60 migration_is_over web host1
check 'by the policy' same "$(count "domain_name = 'web' AND action = 'abort' AND confirmation = 'policy'")" 1
check 'and the guest runs on its source' await 10 guest_runs_on web host1
check 'the other goes on' migration_runs db host3
check 'the limit ended with its job' eval 'lab migrate web host2 --bandwidth 8 --postcopy && await 20 migration_runs web host1 &&
	await 10 eval "same \"\$(of web .timeout_is_own)\" false"'
tm kill-server
await 10 eval '! pgrep -f "virt-drain --config $scratch/dashboard" >/dev/null'

# ---- a limit that keeps a dashboard from acting, and survives it
check 'a limit is taken off' virt_drain timeout web none
dashboard 'timeout_action = "abort"; completion_timeout_per_gib = 10;'
check 'the dashboard that starts later obeys it' await 10 eval 'same "$(of web .timeout_ms)" null'
virsh_on host3 domjobabort db
await 10 migration_is_over db host3
lab migrate db host4 --bandwidth 8
check 'the other, without one, is aborted at the computed limit' await 80 eval 'migration_is_over db host3'
check 'by the policy' await 10 eval 'same "$(count "domain_name = '"'db'"' AND confirmation = '"'policy'"'")" 1'
check 'the one without a limit still migrates' migration_runs web host1

# ---- armed here, disarmed there
virt_drain arm web --method post-copy --wait >"$scratch/armed" 2>&1 &
waiter=$!
await 30 grep -q armed "$scratch/armed"
check 'the dashboard shows who has armed it' await 20 eval 'tm send-keys g; shows "armed by process"'
check 'so does a picture' await 10 eval '[ "$(of web .armed.process)" -gt 0 ]'
check 'one is enough' refused_with 3 virt_drain arm web --method post-copy
said=$(virt_drain disarm web 2>&1)
code=$?
diag "$said"
check 'another process takes it back' same "$code" 0
check 'and says that it never fired' contains "$said" 'never fired'
check 'the ledger shows it closed' same "$(count "action = 'arm' AND stage = 'disarmed'")" 1
wait "$waiter"
check 'the one that had armed it ends' same "$?" 0
check 'and says from where it was disarmed' contains "$(cat "$scratch/armed")" 'disarmed from another virt-drain'
waiter=
check 'nothing is armed any more' await 10 eval 'same "$(of web .armed)" null'
check 'to disarm again is refused with code 5' refused_with 5 virt_drain disarm web
check 'the guest runs on its source' guest_runs_on web host1
check 'and its migration goes on' migration_runs web host1

# ---- the one that has armed it is killed, and nobody else runs
tm kill-server
await 10 eval '! pgrep -f "virt-drain --config $scratch/dashboard" >/dev/null'
virt_drain arm web --method post-copy --wait >"$scratch/armed" 2>&1 &
waiter=$!
await 30 grep -q armed "$scratch/armed"
victim=$(sqlite3 -readonly "$ledger" "SELECT pid FROM intent WHERE stage = 'armed'")
kill -9 "$victim"
wait "$waiter" 2>/dev/null
waiter=
check 'until somebody looks the ledger has it as armed' same "$(count "stage = 'armed'")" 1
said=$(virt_drain disarm web 2>&1)
code=$?
diag "$said"
check 'what a dead process has armed is closed by who asks' same "$code" 0
check 'who says that it never fired' contains "$said" 'never fired'
check 'and the ledger has it closed' await 10 eval 'same "$(count "stage = '"'armed'"'")" 0'

# ---- an order in two processes: the newest limit counts
virt_drain timeout web 2h >/dev/null
virt_drain timeout web 3h --timeout-action force_complete >/dev/null
check 'the newest limit counts, with its action' await 10 eval 'same "$(of web "\"\(.timeout_ms) \(.timeout_action)\"")" "10800000 force_complete"'
check 'an action that is not said stays' eval 'virt_drain timeout web 4h >/dev/null && await 10 eval "same \"\$(of web .timeout_action)\" force_complete"'
finish
