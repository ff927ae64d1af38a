#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A frozen daemon, a host that is cut off, a QEMU that stands still: only their own rows suffer, and all come back.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
command -v tmux >/dev/null || skip_all 'tmux is not installed'
lab_start --hosts 3

screen=vd-$$
tmux_() { tmux -L "$screen" -f /dev/null "$@"; }
more_cleanup() { tmux_ kill-server 2>/dev/null; }
shows() { tmux_ capture-pane -p -t 0 | grep -qE "$1"; }
key() { tmux_ send-keys -t 0 "$1"; }
dashboard_runs() { tmux_ has-session; }
is_over() { ! tmux_ has-session 2>/dev/null; }

slow() { # NAME FROM TO
	lab guest "$1" --on "$2" --memory 128 --working-set 64 --dirty-rate 40 --pattern hot
	lab migrate "$1" "$3" --bandwidth 3
	await 20 migration_runs "$1" "$2"
}
slow alpha host1 host2
slow gamma host1 host2
slow beta host3 host2

tmux_ new-session -d -x 140 -y 35 env LC_ALL=C.UTF-8 "$builddir/virt-drain" --config "$scratch/virt-drain.conf"
all_shown() { shows alpha && shows beta && shows gamma; }
check 'the dashboard shows all three migrations' await 20 all_shown

# ---- ages, read by machine beside the screen ----
timeout 300 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --cache none --stream --json >"$scratch/stream" 2>/dev/null &
stream_pid=$!
more_cleanup() { tmux_ kill-server 2>/dev/null; kill "$stream_pid" 2>/dev/null; }
# The newest thing that the stream said of a guest: jq expression over one object.
last_of() { tac "$scratch/stream" | jq -c "select(.type == \"migration\" and .name == \"$1\")" 2>/dev/null | head -1; }
is_fresh() { # GUEST: a line of it came in the last seven seconds (one comes every five), and it was young
	local line
	line=$(last_of "$1")
	[ -n "$line" ] && [ $(($(date +%s) - $(date -d "$(jq -r .time <<<"$line")" +%s))) -le 7 ] &&
		[ "$(jq .age_ms <<<"$line")" -lt 2000 ]
}
host_is() { [ "$(tac "$scratch/stream" | jq -r "select(.type == \"host\" and .name == \"$1\") | .state" 2>/dev/null | head -1)" = "$2" ]; }
check 'all rows are fresh' await 15 eval 'is_fresh alpha && is_fresh beta && is_fresh gamma'

# ---- a frozen daemon ----
lab fault freeze host3
check 'the screen says that host3 does not answer' await 15 shows 'host3 (stale|down)'
check 'and since when the row of its guest is old' await 10 shows 'beta .*old'
key 2
check 'keys answer: the hosts view opens' await 5 shows 'HOSTS'
key 1
sleep 4 # long enough for a row to grow stale
check 'the rows of another host stay fresh' eval 'is_fresh alpha && is_fresh gamma'
lab fault thaw host3
check 'the thawed host comes back without a restart' await 30 host_is host3 up
check 'and so do the rows of its guests' await 15 is_fresh beta
check 'the dashboard has lived through it' dashboard_runs

# ---- one QEMU of two on a host stands still ----
lab fault freeze alpha@host1
check 'only its own row grows old' await 15 shows 'alpha .*old'
check 'its neighbour on the same host stays fresh' is_fresh gamma
check 'an action on the neighbour leaves' virt_drain abort gamma
check 'and takes effect' await 20 guest_is_only_on gamma host1
lab fault thaw alpha@host1
check 'the guest that stood still is fresh again' await 20 is_fresh alpha

# ---- a host that is cut off ----
lab fault cut host3
check 'the screen says that host3 is gone' await 30 shows 'host3 down'
check 'the rows of another host stay fresh' is_fresh alpha
lab fault heal host3
check 'the healed host is up again' await 60 host_is host3 up
check 'the dashboard has lived through that, too' dashboard_runs
key q
check 'q ends the dashboard' await 5 is_over
finish
