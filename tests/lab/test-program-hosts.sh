#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A frozen daemon, a host that is cut off, a QEMU that stands still: only their own rows suffer, and all come back.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3

screen=vd-$$
tmux_() { tmux -L "$screen" -f /dev/null "$@"; }
more_cleanup() { tmux_ kill-server 2>/dev/null; }
shot() { tmux_ capture-pane -p -t 0; }
shows() { shot | grep -qE "$1"; }
row() { shot | grep -E "^.{0,4}$1 "; }

slow() { # NAME FROM TO
	lab guest "$1" --on "$2" --memory 128 --working-set 64 --dirty-rate 40 --pattern hot
	lab migrate "$1" "$3" --bandwidth 4
	await 20 migration_runs "$1" "$2"
}
slow alpha host1 host3
slow beta host2 host3
slow gamma host1 host2

tmux_ new-session -d -x 140 -y 35 env XDG_STATE_HOME="$XDG_STATE_HOME" LC_ALL=C.UTF-8 \
	"$builddir/virt-drain" --config "$scratch/virt-drain.conf"
check 'the dashboard shows all three migrations' await 20 eval 'shows alpha && shows beta && shows gamma'

# ---- ages, read by machine beside the screen ----
age() { fleet_json | jq "[.migrations[] | select(.name == \"$1\" and .outcome == null)][0].age_ms"; }
is_fresh() { local a; a=$(age "$1"); [ "$a" != null ] && [ "$a" -lt 2000 ]; }
host_state() { fleet_json | jq -r ".hosts[] | select(.name == \"$1\").state"; }

# ---- a frozen daemon ----
lab fault freeze host2
check 'the screen says that host2 does not answer' await 20 shows 'host2.*(down|stale|not answer|unreachable)'
check 'keys answer: the hosts view opens' eval 'tmux_ send-keys -t 0 2; await 5 shows "host2.*(down|stale|connecting)"'
tmux_ send-keys -t 0 1
check 'the rows of another host stay fresh' is_fresh alpha
lab fault thaw host2
check 'the thawed host comes back without a restart' await 60 eval '[ "$(shot | grep -cE "beta")" -ge 1 ] && is_fresh beta'
check 'and the dashboard still runs' tmux_ has-session

# ---- a host that is cut off ----
lab fault cut host2
check 'the screen says that it is gone' await 30 shows 'host2.*(down|stale|not answer|unreachable)'
check 'the rows of another host stay fresh' is_fresh alpha
lab fault heal host2
check 'the healed host is up again' await 90 eval '[ "$(host_state host2)" = up ]'

# ---- one QEMU of two on a host stands still ----
lab fault freeze alpha@host1
check 'the neighbour on the same host stays fresh' await 15 is_fresh gamma
check 'an action on the neighbour leaves at once' virt_drain abort gamma
check 'and takes effect' await 20 guest_is_only_on gamma host1
lab fault thaw alpha@host1
check 'the guest that was stopped is fresh again' await 40 is_fresh alpha
tmux_ send-keys -t 0 q
check 'q ends the dashboard' await 5 eval "! tmux_ has-session"
finish
