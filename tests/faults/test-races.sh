#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The world changes under an order: its migration ends, another job begins on the guest, somebody else acts at the same moment, the guest's owner
# pauses it. The whole program acts on real guests, and stops at its barriers while this test changes the world as virsh does.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
lab_start --hosts 2

busy() { # NAME [MIGRATE-OPTION...]
	local name=$1
	shift
	busy_guest "$name" host1 host2 --bandwidth 3 "$@"
}
# A look at the job of a busy emulated guest takes long: the period gives it time before a guest is said not to migrate.
drain() { timeout 120 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --delay 4 "$@"; }

# ---- orders that wait at a barrier: stop_at NAME PLACE ARGUMENT..., then release NAME..., then answer_of NAME ----
declare -A acting
stop_at() {
	local name=$1 place=$2
	shift 2
	VIRT_DRAIN_BARRIER=$scratch/$name VIRT_DRAIN_BARRIER_AT=$place drain "$@" >"$scratch/$name.said" 2>&1 &
	acting[$name]=$!
	await 60 test -e "$scratch/$name.reached" || diag "$name did not reach its barrier: $(cat "$scratch/$name.said")"
}
release() { (cd "$scratch" && touch "$@"); }
answer_of() { # sets $code and $said
	wait "${acting[$1]}"
	code=$?
	said=$(cat "$scratch/$1.said")
}
abort_with_virsh() {
	virsh_on host1 domjobabort "$1"
	await 30 migration_is_over "$1" host1
}

# ---- the migration ends between the check and the call ----
ended_before_the_pause() {
	busy ended
	stop_at pause before-call force-complete ended --method pause --wait
	abort_with_virsh ended
	release pause
	answer_of pause
	check 'a pause that comes after the end of its migration ends with code 3' same $code 3
	check 'and says what it did about it' contains "$said" 'ended before the pause: it was resumed at once'
	check 'the guest runs' reason_is ended host1 'running (unpaused)'
	check 'nothing is owed to it' same "$(last_intent ended 'stage, owes')" 'failed|0'
}

completed_before_the_pause() {
	busy gone
	stop_at late before-call force-complete gone --method pause --wait
	virsh_on host1 migrate-setmaxdowntime gone 60000
	await 60 migration_is_over gone host1
	release late
	answer_of late
	check 'a pause of a guest that has moved ends with an error' test $code -ge 3
	check 'it runs at its destination' guest_is_only_on gone host2
	check 'nothing is owed to it either' same "$(last_intent gone owes)" 0
	busy sent
	stop_at abort before-call abort sent --wait
	virsh_on host1 migrate-setmaxdowntime sent 60000
	await 60 migration_is_over sent host1
	release abort
	answer_of abort
	check 'an abort of a guest that has moved ends with an error' test $code -ge 3
	check 'and is not said to be proven' test "$(last_intent sent stage)" != proven
	check 'the guest runs at its destination' guest_is_only_on sent host2
}

# ---- another job is there in place of the one that was confirmed ----
begin_backup() {
	echo "<domainbackup mode='pull'><server transport='unix' socket='/run/backup.sock'/></domainbackup>" |
		lab exec host1 tee /run/backup.xml >/dev/null
	virsh_on host1 backup-begin "$1" /run/backup.xml
}
is_backed_up() { virsh_on host1 domjobinfo "$1" | grep -q Backup; }
aborted_beside_a_backup() {
	lab guest disk --on host1 --memory 64 --working-set 48 --dirty-rate 60 --disk 16
	lab migrate disk host2 --copy-storage --bandwidth 2
	await 20 migration_runs disk host1
	stop_at backup before-check abort disk --wait
	abort_with_virsh disk
	check 'a backup begins after the abort was confirmed' begin_backup disk
	release backup
	answer_of backup
	check 'the abort is refused with code 5' same $code 5
	check 'the backup goes on' is_backed_up disk
	check 'and the ledger says that nothing was called' same "$(last_intent disk stage)" refused
	virsh_on host1 domjobabort disk
}

# The same with an operator's screen that does not know yet.
confirmed_beside_a_backup() {
	await 20 eval '! is_backed_up disk'
	lab migrate disk host2 --copy-storage --bandwidth 2
	dashboard_start
	await 30 shows 'disk .*(preparing|pre-copy)'
	press a
	check 'a dialog asks whether to abort' await 10 shows 'cancelled'
	kill -STOP "$dashboard"
	abort_with_virsh disk
	check 'its migration ends, and a backup begins' begin_backup disk
	press y
	kill -CONT "$dashboard"
	check 'the screen learns that the migration has ended' await 20 shows 'not.moved|cancelled|has ended|no such migration'
	press y
	check 'the backup goes on' eval 'sleep 2; is_backed_up disk'
	kill "$dashboard"
	virsh_on host1 domjobabort disk
}

processed() { virsh_on "$2" domjobinfo "$1" --rawstats | sed -n 's/^data_processed: *//p'; }
has_sent_much() { [ "$(processed "$1" host1)" -gt 20000000 ]; }
aborted_beside_another_migration() {
	busy twice
	await 60 has_sent_much twice
	stop_at again before-check abort twice --wait
	abort_with_virsh twice
	lab migrate twice host2 --bandwidth 1
	await 30 copies twice host1
	release again
	answer_of again
	check 'an abort of a migration after which another began ends with code 5' same $code 5
	check 'the other migration goes on' migration_runs twice host1
	check 'nothing was called' same "$(last_intent twice stage)" refused
	virsh_on host1 domjobabort twice
}

# ---- an abort and post-copy at the same moment, from two processes ----
judge_both() { # NAME: where the guest is decides which of both is true
	local force_code is_here=1 is_there=0
	answer_of "abort-$1"
	abort_code=$code abort_said=$said
	diag "abort: $code: $said"
	answer_of "force-$1"
	force_code=$code
	diag "post-copy: $code: $said"
	await 60 eval "guest_is_only_on $1 host1 || guest_is_only_on $1 host2"
	guest_is_only_on "$1" host1 >/dev/null || is_here=0 is_there=1
	diag "the guest is on host$((1 + is_there))"
	check "$1: the guest runs on one host and only there" guest_is_only_on "$1" "host$((1 + is_there))"
	check "$1: the abort's answer is true" same "$((abort_code == 0))" $is_here
	check "$1: that of post-copy too" same "$((force_code == 0))" $is_there
	check "$1: the ledger's of the abort" same "$(proven "$1" abort)" $is_here
	check "$1: the ledger's of post-copy" same "$(proven "$1" force-complete)" $is_there
}
proven() { asked "SELECT stage = 'proven' FROM intent WHERE domain_name = '$1' AND action = '$2'"; }
stop_both() { # NAME
	busy "$1" --postcopy --postcopy-bandwidth 8
	stop_at "abort-$1" before-call abort "$1" --wait
	stop_at "force-$1" before-call force-complete "$1" --method post-copy --wait
}
both_at_once() { # NAME FIRST SECOND
	stop_both "$1"
	release "$2-$1" "$3-$1"
	judge_both "$1"
}
abort_after_the_switch() {
	stop_both switched
	release force-switched
	await 30 reason_is switched host1 'paused (post-copy)'
	release abort-switched
	judge_both switched
	check 'an abort after the switch ends with code 3' same $abort_code 3
	check 'and says why' contains "$abort_said" 'post-copy cannot be aborted'
}

# ---- a guest that its owner pauses ----
paused_by_owner_before() {
	lab guest owned --on host1 --memory 64 --working-set 48 --dirty-rate 60
	await 30 has_written owned
	virsh_on host1 suspend owned
	lab migrate owned host2 --bandwidth 2
	await 30 copies owned host1
	for method in pause auto; do
		said=$(drain force-complete owned --method $method --wait 2>&1)
		check "$method: a guest that its owner paused is not forced" same $? 3
		check "$method: the reason is told" contains "$said" 'paused by its owner'
	done
	check 'its pause is none of ours' same "$(asked "SELECT count(*) FROM intent WHERE domain_name = 'owned' AND (owes OR sent_ms)")" 0
	virsh_on host1 migrate-setspeed owned 1000
	check 'it moves by itself' await 60 migration_is_over owned host1
	check 'and stays paused there, as its owner wants it' await 10 eval '[ "$(guest_state host2 owned)" = paused ]'
}

paused_by_owner_during() {
	busy held
	virsh_on host1 suspend held
	said=$(drain force-complete held --method pause --wait 2>&1)
	check 'a guest that somebody paused during its migration is not paused again' same $? 3
	check 'the reason is told' contains "$said" 'paused already'
	check 'its pause is none of ours' same "$(asked "SELECT count(*) FROM intent WHERE domain_name = 'held' AND (owes OR sent_ms)")" 0
	abort_with_virsh held
	check 'libvirt itself resumes it when its migration is aborted' await 10 reason_is held host1 'running (migration canceled)'
}

ended_before_the_pause
completed_before_the_pause
aborted_beside_a_backup
confirmed_beside_a_backup
aborted_beside_another_migration
both_at_once abort-first abort force
both_at_once force-first force abort
abort_after_the_switch
paused_by_owner_before
paused_by_owner_during

# ---- the audit ----
check 'every action has its outcome' await 30 nothing_is_open
check 'the history tells all of them' same "$(actions '.actions | length')" "$(asked 'SELECT count(*) FROM intent')"
check 'and none of them is open or owes' same "$(actions '[.actions[] | select(.outcome == "open" or .owes)]')" '[]'
check 'an action that is done was called, and says what it brought' \
	same "$(actions '[.actions[] | select(.outcome == "proven" and (.sent == null or .closed == null or .text == null))]')" '[]'
check 'and each of the others says why not' same "$(actions '[.actions[] | select(.outcome != "proven" and (.result == null or .text == null))]')" '[]'
diag "$(virt_drain history --actions)"
finish
