#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad caches under the program itself, as a stream of lines: each is told with a sentence, none stops it. No host is needed: the only one
# refuses the connection, which the program has to say as well, whatever the cache does.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/support/tap.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'

scratch=$(mktemp -d)
export XDG_STATE_HOME=$scratch/state XDG_CONFIG_HOME=$scratch/config HOME=$scratch
umask 077
mkdir "$scratch/own"
cache=$scratch/own/cache said=$scratch/said
pids=()
cleanup() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null; done
	umount "$scratch/small" 2>/dev/null
	rm -rf "$scratch"
}
trap cleanup EXIT

# A port where nobody listens: refused at once.
streaming=(timeout -k 5 60 "$builddir/virt-drain" --allow-tcp --connect qemu+tcp://127.0.0.1:1/system --stream)
stream_for() { "${streaming[@]}" --for "$1" --cache "$2"; }
history_of() { timeout -k 5 60 "$builddir/virt-drain" history --cache "$1"; }
stream_start() { # OUTPUT CACHE
	"${streaming[@]}" --cache "$2" >"$1" 2>&1 9>&- &
	pids+=($!)
	stream=$!
}
stream_end() { # PID: the program ends by itself when it is asked to
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}
says() { grep -qF -- "$2" "$1"; }
refute() { ! "$@"; }
same() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; return 1; }; }
sound() { same "$(sqlite3 "$1" 'PRAGMA integrity_check' 2>&1)" ok; }
is_ours() { [ "$(sqlite3 "$1" 'PRAGMA application_id' 2>/dev/null)" = 1447322472 ]; }
asides() { find "${1%/*}" -name '*.corrupt-*' ! -name '*-wal' ! -name '*-shm' | wc -l; }
ends_with() { # CODE COMMAND...
	local code=$1
	shift
	"$@" >"$scratch/out" 2>&1
	same "$?" "$code"
}

# told NAME PART: with this cache the stream says PART, and the host's line comes all the same.
told() {
	stream_start "$said" "$cache"
	check "$1: it is said" await 20 says "$said" "$2"
	check "$1: monitoring goes on" await 20 says "$said" 'Connection refused'
	stream_end "$stream"
}
fresh() { rm -rf "$scratch/own"; mkdir "$scratch/own"; }

# ---- sound ----
stream_start "$said" "$cache"
check 'a cache is begun where there is none' await 20 is_ours "$cache"
await 20 says "$said" 'Connection refused'
stream_end "$stream"
check 'it is private' same "$(stat -c %a "$cache")" 600
check 'it is sound' sound "$cache"
check 'its notices are in the event log' test "$(sqlite3 "$cache" 'SELECT count(*) FROM event')" -ge 1
check 'its history is empty and no error' ends_with 0 history_of "$cache"
check 'without a cache nothing is written' ends_with 6 stream_for 1 none
check 'no cache was begun elsewhere' test ! -e "$XDG_STATE_HOME/virt-drain/cache.sqlite"

# ---- damaged ----
dd if=/dev/zero of="$cache" bs=4096 count=1 conv=notrunc status=none
check 'the history of a damaged cache is an error' ends_with 1 history_of "$cache"
told 'a damaged cache' 'kept as'
check 'a damaged cache: the old one is kept' same "$(asides "$cache")" 1
check 'a damaged cache: the new one is sound' sound "$cache"

# ---- not ours ----
left_alone() { # NAME PART
	local before
	before=$(sha256sum <"$cache")
	told "$1" "$2"
	check "$1: not a byte was changed" same "$(sha256sum <"$cache")" "$before"
	check "$1: it was not moved" same "$(asides "$cache")" 0
	check "$1: its history is an error" ends_with 1 history_of "$cache"
}
fresh
echo 'Dear mother' >"$cache"
left_alone 'a text file' 'left alone'
fresh
sqlite3 "$cache" 'CREATE TABLE migration (name); INSERT INTO migration VALUES (1)'
left_alone 'the database of another program' 'left alone'
fresh
sqlite3 "$cache" 'PRAGMA application_id = 1447322472; PRAGMA user_version = 99; CREATE TABLE t (a)'
left_alone 'a newer cache' 'newer virt-drain'
fresh
ln -s "$scratch/elsewhere" "$cache"
told 'a symbolic link' 'symbolic link'
check 'a symbolic link: nothing is made where it points' test ! -e "$scratch/elsewhere"

# ---- locked ----
fresh
stream_for 1 "$cache" >/dev/null 2>&1
mkfifo "$scratch/sql"
sqlite3 "$cache" <"$scratch/sql" >"$scratch/locked" 2>&1 &
pids+=($!)
exec 9>"$scratch/sql"
echo "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'held';" >&9
await 10 says "$scratch/locked" held
stream_start "$said" "$cache"
check 'a locked cache: it is said' await 20 says "$said" 'is locked'
check 'a locked cache: monitoring goes on' await 20 says "$said" 'Connection refused'
check 'a locked cache: the history says so' ends_with 1 history_of "$cache"
exec 9>&-
notices() { [ "$(sqlite3 "$cache" 'SELECT count(*) FROM event' 2>/dev/null)" -gt "$1" ]; }
check 'a locked cache: it is written when it is free' await 20 notices 1
stream_end "$stream"

# ---- two at once ----
fresh
stream_start "$said" "$cache"
first=$stream
await 20 is_ours "$cache"
stream_start "$scratch/said2" "$cache"
check 'a second one says that the first writes' await 20 says "$scratch/said2" 'another virt-drain, process'
check 'a second one goes on without' await 20 says "$scratch/said2" 'Connection refused'
stream_end "$stream"
stream_end "$first"

# ---- deleted, killed ----
fresh
stream_start "$said" "$cache"
await 20 is_ours "$cache"
rm "$cache"
check 'a deleted cache: it is said' await 20 says "$said" 'removed while in use'
check 'a deleted cache: it is begun again' await 20 is_ours "$cache"
kill -KILL "$(pgrep -P "$stream" -x virt-drain)" 2>/dev/null
wait "$stream" 2>/dev/null
check 'a killed writer leaves a sound cache' sound "$cache"
check 'a killed writer leaves no lock' ends_with 6 stream_for 2 "$cache"
check 'the next one does not speak of another writer' refute says "$scratch/out" 'another virt-drain'

# ---- full ----
mkdir "$scratch/small"
if mount -t tmpfs -o size=1m,mode=0700 tmpfs "$scratch/small" 2>"$scratch/why"; then
	cache=$scratch/small/cache
	stream_for 1 "$cache" >/dev/null 2>&1
	dd if=/dev/zero of="$scratch/small/ballast" bs=4096 status=none 2>/dev/null
	told 'a full disk' 'until there is space'
	rm "$scratch/small/ballast"
	check 'a full disk: with space it is written again' ends_with 6 stream_for 2 "$cache"
	check 'a full disk: nothing is broken' sound "$cache"
	mount -o remount,ro "$scratch/small"
	told 'a read-only file system' 'going on in memory'
else
	skip 'a full disk and a read-only file system' "no right to mount: $(cat "$scratch/why")"
fi
finish
