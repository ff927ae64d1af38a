#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Daemons that stand still for ten seconds or are killed while migrations run and a dashboard and a stream are open: both programs live, say so,
# and all rows come back without a restart. libvirt 9.0.0 crashed its clients here (docs/decisions/0005).
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
lab_start --hosts 2

slow_guest alpha host1 host2
slow_guest beta host2 host1

dashboard_start
stream_start
check 'the dashboard shows both migrations' await 20 eval 'shows "alpha .*pre-copy" && shows "beta .*pre-copy"'

last_state() { jq --raw-output --slurp "[.[] | select(.type == \"host\" and .name == \"$1\").state][-1]" "$stream"; }
is_now() { same "$(last_state "$1")" "$2"; }
told() { jq --slurp "[.[] | select(.type == \"migration\" and .name == \"$1\")] | length" "$stream"; }
goes_on() { [ "$(told "$1")" -gt "$2" ]; }
all_live() { kill -0 "$dashboard" && kill -0 "$stream_pid"; }

# stand_still HOST GUEST: GUEST is one whose source is HOST.
stand_still() {
	local before until=$((SECONDS + 10))
	lab fault freeze "$1"
	check "$1 frozen: it is said" await 20 eval "! is_now $1 up && shows '$1.*(stale|down|not answer)'"
	while [ $SECONDS -lt $until ]; do sleep 0.2; done # the fault itself: how long a daemon stands still
	lab fault thaw "$1"
	before=$(told "$2")
	check "$1 thawed: it is up again without a restart" await 60 is_now "$1" up
	check "$1 thawed: the rows go on" await 30 goes_on "$2" "$before"
	check "$1 thawed: both programs live" all_live
}
stand_still host1 alpha
stand_still host2 beta
stand_still host1 alpha

# ---- killed and started again: libvirt gives the migration up, the guest stays ----
lab fault kill host2
check 'host2 killed: it is said' await 20 eval '! is_now host2 up'
lab fault restart host2
check 'host2 started again: it is up' await 60 is_now host2 up
check 'host2 started again: both programs live' all_live
check 'its guest runs where it was' await 20 guest_runs_on beta host2
row_is() { streamed ".type == \"migration\" and .name == \"$1\" and ($2)"; }
check 'its migration is not said to be completed' refute row_is beta '.outcome == "completed"'
check 'its migration is said to be over' await 30 row_is beta '.outcome != null'

press q
check 'q ends the dashboard' await 5 refute kill -0 "$dashboard"
check 'with code 0' same "$(cat "$scratch/dashboard.rc")" 0
finish
