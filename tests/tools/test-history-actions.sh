#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# history --actions on ledgers as they may be found: of an older version, of a newer one, damaged, locked, somebody else's. It reads
# and never writes. No host, and a home of its own.
. "$srcdir/tests/support/tap.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
command -v jq >/dev/null || skip_all 'jq is not installed'

program=$builddir/virt-drain
home=$(mktemp -d) || exit 1
locker=
trap 'exec 3>&-; [ -z "$locker" ] || kill "$locker" 2>/dev/null; rm -rf "$home"' EXIT
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
ledger=$home/state/virt-drain/ledger.sqlite
mkdir -p -m 700 "$home/state" "${ledger%/*}"

# make VERSION: a ledger of this version of the schema with two actions, as docs/cache.md describes the columns.
make() {
	rm -f "$ledger"*
	(umask 077 && sqlite3 "$ledger" >/dev/null) <<-SQL
		PRAGMA application_id = 0x56446c67; PRAGMA user_version = $1;
		CREATE TABLE intent (id INTEGER PRIMARY KEY AUTOINCREMENT, boot_id TEXT NOT NULL, pid INTEGER NOT NULL,
			process_start INTEGER NOT NULL, session INTEGER NOT NULL, order_serial INTEGER NOT NULL, is_late INTEGER NOT NULL,
			user TEXT NOT NULL, login_uid INTEGER, tty TEXT, ssh_client TEXT, program_version TEXT NOT NULL, action TEXT NOT NULL,
			method TEXT, value INTEGER, insisted INTEGER NOT NULL, confirmation TEXT NOT NULL, host_uuid TEXT, domain_uuid TEXT,
			attempt INTEGER NOT NULL, domain_name TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,
			asked_ms INTEGER NOT NULL, asked_mono_ms INTEGER NOT NULL, sent_ms INTEGER, sent_mono_ms INTEGER, closed_ms INTEGER,
			closed_mono_ms INTEGER, stage TEXT NOT NULL, used TEXT, fell_back INTEGER NOT NULL, owes INTEGER NOT NULL,
			result INTEGER NOT NULL, result_text TEXT NOT NULL, text TEXT NOT NULL) STRICT;
		INSERT INTO intent (boot_id, pid, process_start, session, order_serial, is_late, user, program_version, action, method, insisted,
			confirmation, domain_uuid, attempt, domain_name, source, destination, asked_ms, asked_mono_ms, stage, fell_back, owes, result,
			result_text, text)
		VALUES ('b', 11, 1, 1, 1, 0, 'root', '0.1', 'force-complete', 'auto', 0, 'key y', '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', 1, 'web',
				'host1', 'host2', 1769863267123, 5, 'recorded', 0, 0, 0, '', ''),
			('b', 12, 1, 1, 1, 0, 'ann', '0.1', 'abort', NULL, 0, 'command line', '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9', 2, 'web',
				'host1', 'host2', 1769863268123, 6, 'refused', 0, 0, 4, '', 'already post-copy');
	SQL
}

same() { [ "$1" = "$2" ] || { echo "is $1, not $2"; return 1; }; }
contains() { case $1 in *"$2"*) ;; *) echo "said: $1"; return 1 ;; esac }
history() { timeout 30 "$program" history --actions "$@" </dev/null; }

make 1
check 'an older ledger gives its actions, newest first' sh -c '"$0" history --actions --json | jq -e "[.actions[].user] == [\"ann\", \"root\"] and
	all(.actions[]; .seen == null and .recorded == null and .uuid != null) and [.actions[].outcome] == [\"refused\", \"open\"]"' "$program"
check 'and as text' sh -c '"$0" history --actions | grep -q "^2026-01-31T12:41:08  abort  *ann  *refused  web$"' "$program"
check 'no line is wider than 80 cells' sh -c '! "$0" history --actions | grep -q "^.\{81\}"' "$program"
check 'and was not changed by being read' same "$(sqlite3 "$ledger" 'PRAGMA user_version')" 1
check 'no cache is needed for it' sh -c '"$0" --cache none history --actions | grep -q abort' "$program"

# says PART: ends with code 1 and one line of error that has the part.
says() {
	local said rc
	said=$(history 2>&1 >"$home/out")
	rc=$?
	same "$rc" 1 && same "$(wc -l <<<"$said")" 1 && contains "$said" "$1" && [ ! -s "$home/out" ]
}
make 99
check 'a newer ledger is told and not touched' says 'made by a newer virt-drain'
make 1
dd if=/dev/zero of="$ledger" bs=1 seek=100 count=4000 conv=notrunc 2>/dev/null
check 'a damaged ledger is told' says 'ledger'
echo 'Dear mother' >"$ledger"
check 'what is no ledger is told' says 'is not a ledger of virt-drain'

make 1
mkfifo "$home/pipe"
sqlite3 "$ledger" <"$home/pipe" >"$home/locked" &
locker=$!
exec 3>"$home/pipe"
echo 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 1;' >&3
await 20 grep -q 1 "$home/locked"
check 'a locked ledger is told' says 'locked'
echo 'ROLLBACK;' >&3
exec 3>&-
wait "$locker"
locker=
check 'and read again when it is free' sh -c '"$0" history --actions | grep -q abort' "$program"

finish
