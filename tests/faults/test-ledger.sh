#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Files that cannot be used while real migrations run: without a ledger an action is refused with one clear line and done when the operator
# insists, on the screen as on the command line; a bad cache is said on the screen; rows go on all the while.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
lab_start --hosts 2
state=$XDG_STATE_HOME/virt-drain ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
small=$scratch/small
more_cleanup() {
	tmux_ kill-server 2>/dev/null
	[ -z "$stream_pid" ] || kill "$stream_pid" 2>/dev/null
	umount "$small" 2>/dev/null
}

slow_guest web host1 host2
await 20 eval '[ "$(virsh_on host1 domjobinfo web --rawstats | sed -n "s/^memory_iteration: *//p")" -ge 1 ]'
(umask 077 && mkdir -p "$state")

# refuses PART: an abort ends with code 1 and one line that has PART, and web migrates on.
refuses() {
	local said rc
	said=$(virt_drain abort web 2>&1)
	rc=$?
	same "$rc" 1 && same "$(wc -l <<<"$said")" 1 && contains "$said" 'nothing was done: the ledger' && contains "$said" "$1" &&
		contains "$said" 'insist' && migration_runs web host1
}
mkdir "$ledger"
check 'a folder for a ledger: the action is refused' refuses 'is not a file'
rmdir "$ledger"
echo 'Dear mother' >"$ledger"
check 'a text for a ledger: the action is refused' refuses 'is not a ledger'
check 'and not a byte of it was changed' same "$(cat "$ledger")" 'Dear mother'
rm "$ledger"
ln -s "$scratch/elsewhere" "$ledger"
check 'a symbolic link for a ledger: the action is refused' refuses 'symbolic link'
check 'and nothing is made where it points' test ! -e "$scratch/elsewhere"
rm "$ledger"
refused_with 5 virt_drain abort nobody >/dev/null 2>&1
refused_with 3 virt_drain force-complete web --method post-copy >/dev/null 2>&1 # begins a sound ledger
has_intents() { [ "$(sqlite3 -readonly "$ledger" 'SELECT count(*) > 0 FROM intent')" = 1 ]; }
check 'there is a sound ledger' await 10 has_intents
mkfifo "$scratch/sql"
sqlite3 "$ledger" <"$scratch/sql" >"$scratch/locked" 2>&1 &
exec 9>"$scratch/sql"
echo "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'held';" >&9
await 10 grep -q held "$scratch/locked"
check 'a locked ledger: the action is refused' refuses 'locked'
exec 9>&-
wait

# ---- on the screen ----
rm -f "$ledger"*
mkdir "$ledger"
dashboard_start --cache "$scratch"
check 'the screen says that the ledger cannot be used' await 20 shows 'ledger: .*is not a file'
check 'the rows go on' await 20 shows 'web .*pre-copy'
press f
check 'the question names the key that insists' await 10 shows 'Press i to act without a record'
press Down
for _ in 1 2 3 4; do confirmed true; done
check 'without it the confirming key does nothing' shows '\(\*\) pause'
check 'the guest runs' guest_runs_on web host1
press i
await 5 refute shows 'Press i to act'
is_paused() { [ "$(guest_state host1 web)" = paused ]; }
check 'with it the guest is paused' await 20 confirmed is_paused
press q
await 5 dashboard_is_over
check 'the abort of the frozen guest is refused without a ledger' refuses 'is not a file'
check 'and done when the operator insists' virt_drain --insist abort web --wait
check 'the guest runs on its source' await 10 guest_is_only_on web host1
rmdir "$ledger"

# ---- caches, on the screen ----
lab migrate web host2 --bandwidth 4
cache_said() { # PART CACHE: the dashboard says it and shows the row all the same
	dashboard_start --cache "$2"
	await 20 shows "cache: .*$1" && await 20 shows 'web .*pre-copy' || screen
	press q
	await 5 dashboard_is_over && same "$(cat "$scratch/dashboard.rc")" 0
}
check 'a folder for a cache is said' cache_said 'is not a file' "$scratch"
echo 'Dear mother' >"$scratch/text"
check 'a text for a cache is said' cache_said 'left alone' "$scratch/text"
ln -s "$scratch/elsewhere" "$scratch/link"
check 'a symbolic link for a cache is said' cache_said 'symbolic link' "$scratch/link"
check 'a folder that is not there is said' cache_said 'going on in memory' /proc/none/cache
timeout 60 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --stream >"$scratch/first" 2>&1 &
first=$!
await 20 test -s "$scratch/first"
check 'a second dashboard says that another one writes' cache_said "another virt-drain" "$state/cache.sqlite"
kill $first
wait $first 2>/dev/null

# ---- a disk that fills up while a stream of real migrations is written ----
mkdir "$small"
if mount -t tmpfs -o size=1m,mode=0700 tmpfs "$small" 2>"$scratch/why"; then
	"$builddir/virt-drain" --config "$scratch/virt-drain.conf" --cache "$small/cache" --stream --json >"$stream" 2>&1 &
	stream_pid=$!
	await 20 streamed '.type == "migration"'
	dd if=/dev/zero of="$small/ballast" bs=4096 status=none 2>/dev/null
	check 'a disk that fills up is said' await 20 streamed '.type == "notice" and (.text | test("until there is space"))'
	lines=$(grep -c '"migration"' "$stream")
	check 'the stream goes on' await 20 eval '[ "$(grep -c "\"migration\"" "$stream")" -gt "$lines" ]'
	rm "$small/ballast"
	samples() { sqlite3 -readonly "$small/cache" 'SELECT count(*) FROM sample'; }
	before=$(samples)
	check 'with space it is written again' await 40 eval '[ "$(samples)" -gt "$before" ]'
	kill $stream_pid
	wait $stream_pid
	check 'the stream ends with code 0' same $? 0
	stream_pid=
	check 'the cache is sound' same "$(sqlite3 "$small/cache" 'PRAGMA integrity_check')" ok
else
	skip 'a disk that fills up' "no right to mount: $(cat "$scratch/why")"
fi
finish
