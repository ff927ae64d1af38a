#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the cache holds after a drain of real guests, looked at with sqlite3, and the picture of a second start whose hosts do not answer.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
lab_start --hosts 2

cache=$scratch/state/virt-drain/cache.sqlite
stream_pid=
more_cleanup() {
	[ -z "$stream_pid" ] || kill "$stream_pid" 2>/dev/null
	tmux -L "$lab_name" kill-server 2>/dev/null
}
stream_start() {
	"$builddir/virt-drain" --config "$scratch/virt-drain.conf" --stream --for 180 >"$scratch/stream" 2>&1 &
	stream_pid=$!
}
stream_stop() { kill "$1" "$stream_pid"; wait "$stream_pid" 2>/dev/null; stream_pid=; }
asked() { sqlite3 -readonly "$cache" "$1" 2>&1; }
answers() { same "$(asked "$1")" "$2"; }
is_sound() { same "$(sqlite3 "$cache" 'PRAGMA integrity_check')" ok; }

lab guest quick --on host1 --memory 64 --working-set 8 --dirty-rate 2 --pattern random --fill 48
lab guest stuck --on host1 --memory 128 --working-set 64 --dirty-rate 100 --pattern hot
stream_start
lab migrate quick host2 --bandwidth 12 # some seconds: it must be seen on its way, also on a busy machine
lab migrate stuck host2 --bandwidth 10
check 'the first guest arrives' await 60 guest_is_only_on quick host2
outcome="SELECT outcome FROM migration WHERE name = 'quick'"
check 'its outcome is in the cache' await 20 answers "$outcome" completed
check 'its true downtime is in the cache' await 20 answers "SELECT downtime_ms >= 0 FROM migration WHERE name = 'quick'" 1
check 'two passes of the other are in the cache' \
	await 60 answers "SELECT count(*) >= 2 FROM pass JOIN migration m ON m.id = migration WHERE name = 'stuck'" 1

# ---- killed and started again: the same migration stays the same row ----
first_seen=$(asked "SELECT first_seen_ms FROM migration WHERE name = 'stuck'")
stream_stop -KILL
check 'the cache of a killed program is sound' is_sound
stream_start
samples=$(asked 'SELECT max(id) FROM sample')
check 'samples come after the second start' await 20 answers "SELECT max(id) > $samples FROM sample" 1
check 'the running migration has one row still' answers "SELECT count(*) FROM migration WHERE name = 'stuck'" 1
check 'it is the old row' answers "SELECT first_seen_ms FROM migration WHERE name = 'stuck'" "$first_seen"
virsh_on host1 domjobabort stuck
check 'its end is in the cache' await 20 answers "SELECT outcome IN ('cancelled', 'not-moved') FROM migration WHERE name = 'stuck'" 1
stream_stop -TERM
check 'there is one row per migration' answers 'SELECT count(*) FROM migration' 2
check 'each has its host and its destination' \
	answers "SELECT count(*) FROM migration WHERE source = 'host1' AND destination = 'host2'" 2
check 'each has passes' answers 'SELECT count(DISTINCT migration) FROM pass' 2
check 'each has a curve of at most 200 points' \
	answers 'SELECT count(*) = 2 AND max(n) <= 200 FROM (SELECT count(*) AS n FROM curve GROUP BY migration)' 1
check 'no sample is without its migration' \
	answers 'SELECT count(*) FROM sample WHERE migration NOT IN (SELECT id FROM migration)' 0
check 'both hosts are there' answers 'SELECT count(*) FROM host WHERE uuid NOT NULL' 2
check 'what was told is in the event log' answers "SELECT count(*) > 0 FROM event WHERE subject = 'quick'" 1
check 'the history has both' same "$(virt_drain history --json | jq '.migrations | length')" 2

# ---- a picture without any host ----
if command -v tmux >/dev/null; then
	lab migrate stuck host2 --bandwidth 10
	stream_start
	await 20 answers "SELECT count(*) FROM migration WHERE name = 'stuck' AND outcome IS NULL" 1
	stream_stop -TERM
	lab fault freeze host1
	lab fault freeze host2
	screen() { tmux -L "$lab_name" capture-pane -p -t main; }
	shows() { screen | grep -q -- "$1"; }
	tmux -L "$lab_name" new-session -d -s main -x 120 -y 35 "XDG_STATE_HOME='$XDG_STATE_HOME' '$builddir/virt-drain' --config '$scratch/virt-drain.conf' 2>'$scratch/err'; sleep 60"
	check 'the dashboard shows the guest although no host answers' await 20 shows stuck
	row=$(screen | grep -m 1 stuck)
	diag "$row"
	check 'the row says that it is old' grep -qE 'cache|old|ago|stale|last known' <<<"$row"
else
	skip 'the dashboard shows the guest although no host answers' 'tmux is not installed'
fi
finish
