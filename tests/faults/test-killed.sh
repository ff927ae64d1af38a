#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# virt-drain is killed with SIGKILL around a pause: between the ledger's intent and the call, and right after the call. No guest stays paused
# for it, the ledger tells what was meant, and the next start works and claims nothing.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
lab_start --hosts 2
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
intent() { sqlite3 -readonly "$ledger" "SELECT $2 FROM intent WHERE domain_name = '$1' ORDER BY id DESC LIMIT 1"; }
stage_is() { same "$(intent "$1" stage)" "$2"; }

# ---- between the intent and the call: the daemon stands still, so that the call cannot leave ----
slow_guest early host1 host2
dashboard_start
check 'the dashboard shows the migration' await 20 shows 'early .*pre-copy'
press f
await 10 shows 'stands still until all is copied'
press Down
check 'the dialog is there, with a pause chosen' await 10 shows '\(\*\) pause'
lab fault freeze host1
check 'the intent is in the ledger before the call' await 10 confirmed stage_is early recorded
kill -KILL "$dashboard"
check 'it is killed' await 5 dashboard_is_over
lab fault thaw host1
tmux_ kill-server 2>/dev/null

check 'the daemon thawed: the guest runs at its source' await 10 guest_runs_on early host1
check 'its migration goes on' migration_runs early host1
check 'the ledger is sound' same "$(sqlite3 "$ledger" 'PRAGMA integrity_check')" ok
check 'the ledger still says recorded, not sent' stage_is early recorded
check 'it names the guest, both hosts and the method' same "$(intent early 'source, destination, method')" 'host1|host2|pause'

dashboard_start
check 'the next dashboard tells what was left open' await 20 shows 'early:? .*an earlier virt-drain .*force-complete'
check 'it shows the migration as it is' await 20 shows 'early .*pre-copy'
press q
check 'it ends with code 0' await 5 eval 'dashboard_is_over && same "$(cat "$scratch/dashboard.rc")" 0'
check 'a picture claims nothing of it' await 20 fleet_says '.migrations[] | select(.name == "early") |
	.phase == "pre-copy" and .outcome == null and .frozen_ms == null'

# ---- right after the call: the one that would see to it is killed ----
slow_guest late host2 host1 16
await 20 eval '[ "$(virsh_on host2 domjobinfo late --rawstats | sed -n "s/^memory_iteration: *//p")" -ge 2 ]'
"$builddir/virt-drain" --config "$scratch/virt-drain.conf" force-complete late --method pause --wait >"$scratch/said" 2>&1 &
acting=$!
was_paused() { [[ $(intent late stage) =~ ^(sent|proven)$ ]] && [ "$(guest_state host2 late)" = paused ]; }
check 'a pause was sent and the guest stands still' await 20 was_paused
kill -KILL $acting
wait $acting 2>/dev/null
check 'the guest runs at the destination in the end' await 60 guest_is_only_on late host1
check 'the next action works' virt_drain abort early --wait
check 'and the first guest stays at its source' await 10 guest_is_only_on early host1
finish
