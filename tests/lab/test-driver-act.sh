#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the driver's actions do when the world changes between the check and the call, when the guest was paused by its
# owner, and when the daemon itself has to refuse.
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 2
. "$srcdir/tests/lab/driver.sh"

act() { "$builddir/tests/lab/driver_act" "$@"; }
home=$(uri_of host1)
lab guest warm --on host1 --memory 64 --working-set 1 --dirty-rate 0
lab migrate warm host2 --wait
# A guest that migrates and will not end by itself: busy GUEST [OPTION ...]
busy() {
	local name=$1
	shift
	lab guest "$name" --on host1 --memory 96 --working-set 48 --dirty-rate 60 --pattern random
	lab migrate "$name" host2 --bandwidth 5 "$@"
	await 30 copies "$name"
}
copies() { virsh_on host1 domjobinfo "$1" --rawstats | tr -d ' ' | grep -Eq '^memory_processed[:=][1-9]'; }
idles() { ! virsh_on host1 domjobinfo "$1" | grep -q Outgoing; }
reason() { virsh_on "$2" domstate "$1" --reason; }
reason_is() { same "$(reason "$1" "$2")" "$3"; }

# An action that stops before its call, so that the test can step in: act_stopping WHERE GUEST WHAT; then step_over.
act_stopping() {
	rm -f "$scratch/go"
	mkfifo "$scratch/go"
	act "--stop-$1" "$home" "$2" "$3" <"$scratch/go" >"$scratch/reply" &
	act_pid=$!
	exec 7>"$scratch/go"
	await 30 grep -qx "$1" "$scratch/reply" || diag "it did not stop: $(cat "$scratch/reply")"
}
step_over() {
	echo >&7
	exec 7>&-
	wait "$act_pid"
	reply=$(tail -n 1 "$scratch/reply")
}

# the job ends between check and suspend
busy web
act_stopping before web pause
virsh_on host1 domjobabort web
await 30 idles web
step_over
check 'a job that ended between check and pause is told' contains "$reply" 'result="invalid in this state"'
check 'the guest was resumed at once' contains "$reply" 'resumed=1'
check 'nothing is owed' contains "$reply" 'froze=0'
check 'no guest is left paused' reason_is web host1 'running (unpaused)'

# the job ends right after the suspend
lab migrate web host2 --bandwidth 5
await 30 copies web
act_stopping after web pause
check 'inside the job the guest is paused by its migration' reason_is web host1 'paused (migrating)'
virsh_on host1 domjobabort web
await 30 idles web
step_over
check 'libvirt itself resumed the guest' reason_is web host1 'running (migration canceled)'

# a guest that its owner paused
lab migrate web host2 --bandwidth 5
await 30 copies web
virsh_on host1 domjobabort web
await 30 idles web
virsh_on host1 suspend web >/dev/null
lab migrate web host2 --bandwidth 5
await 30 copies web
reply=$(act "$home" web pause)
check 'a guest that its owner paused is not paused again' contains "$reply" 'called=0'
check 'and nothing of it is owed' contains "$reply" 'froze=0'
virsh_on host1 domjobabort web
await 30 idles web
reply=$(act "$home" web abort)
check 'an abort without a migration is not found' contains "$reply" 'called=0'
check 'the owner'"'"'s pause is still there' reason_is web host1 'paused (user)'

# the debt: a guest that is paused without a job
check 'a debt is paid by a resume' contains "$(act "$home" web debt)" 'result="done"'
check 'the guest runs' guest_runs_on web host1
check 'a guest that runs owes nothing' contains "$(act "$home" web debt)" 'called=0'
lab migrate web host2 --bandwidth 5
await 30 copies web
virsh_on host1 suspend web >/dev/null
check 'a guest with a job is not resumed' contains "$(act "$home" web debt)" 'called=0'
virsh_on host1 domjobabort web
await 30 idles web

# a backup is a job too, and virDomainAbortJob would end it
lab guest disk --on host1 --memory 64 --working-set 1 --dirty-rate 0 --disk 16
echo "<domainbackup mode='pull'><server transport='unix' socket='/run/backup.sock'/></domainbackup>" |
	lab exec host1 tee /run/backup.xml >/dev/null
check 'a backup begins' virsh_on host1 backup-begin disk /run/backup.xml
reply=$(act "$home" disk abort)
check 'a backup is not aborted' contains "$reply" 'result="not found" called=0'
backs_up() { virsh_on host1 domjobinfo disk | grep -q Backup; }
check 'it goes on' backs_up
driver_start
check 'and is not told as a migration' unheard 'host1 JOB disk'
driver_stop
virsh_on host1 domjobabort disk

virsh_on host1 resume web >/dev/null 2>&1
# read-only: the daemon itself refuses, our own check left out
lab migrate web host2 --bandwidth 5 --postcopy
await 30 copies web
for what in pause post-copy abort lift downtime=1000; do
	reply=$(act --read-only-connection --no-check "$home" web $what)
	check "over a read-only connection the daemon itself refuses: $what" contains "$reply" 'result="not permitted" called=1'
done
check 'the guest still migrates and runs' guest_runs_on web host1
check 'and its job goes on' copies web

# and the driver refuses before that, without a connection for it
driver_start --read-only
for order in 'force web auto' 'force web pause' 'force web post-copy' 'abort web' 'bandwidth web 0' 'downtime web 1000' 'debt web'; do
	reply=$(ordered $order)
	check "a read-only driver refuses: $order" contains "$reply" 'result="not permitted" called=0'
done
tell counts
await 10 heard COUNTS
check 'and has made no call for it' same "$(figure act "$(last COUNTS)")" 0
driver_stop

# post-copy, and no abort of it
driver_start
reply=$(ordered force host1/web auto)
check 'automatic force takes post-copy where it is permitted' contains "$reply" 'result="done" called=1 used=post-copy'
check 'the guest runs at the destination' await 20 heard 'host2 DOMAIN web resumed-postcopy'
check 'its end comes' await 60 heard 'host1 DOMAIN web stopped-migrated'
check 'the guest runs there and only there' guest_is_only_on web host2
finish
