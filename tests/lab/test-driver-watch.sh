#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the libvirt driver says of migrations that somebody else starts, beside what virsh says of the same ones.
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3
. "$srcdir/tests/lab/driver.sh"

lab guest web --on host1 --memory 128 --working-set 64 --dirty-rate 60 --pattern random
lab guest idle --on host1 --memory 64 --working-set 1 --dirty-rate 0
# the first migration to a host waits for its probe of QEMU: not for us
lab migrate idle host2 --wait
driver_start

check 'guests are in the inventory of their hosts' heard 'host1 INVENTORY n=1 web=running'
check 'a guest that does not migrate is told to have no job' await 10 heard 'host1 NO_JOB web running'

lab migrate web host2 --bandwidth 20
check 'its statistics come from the source' await 20 heard 'host1 JOB web '
check 'the destination is told as the receiving end' await 10 heard 'host2 INCOMING web paused \(migration\)'
check 'its facts are told' await 10 heard 'host1 FACTS web max_memory=134217728 owner=""'
check 'the receiving end is never asked for statistics' unheard 'host2 JOB web'

announced=$(when "$(last 'host2 DOMAIN web started-migrated')")
seen=$(when "$(grep -m1 'host1 JOB web' "$told")")
diag "announced by its destination at $announced ms, seen at $seen ms"
check 'it is seen within a second of being announced' test $((seen - announced)) -lt 1000

# what does not move, against virsh on the same migration
raw() { virsh_on host1 domjobinfo web --rawstats | tr -d ' '; }
raw_figure() { sed -n "s/^$1[:=]//p" <<<"$2"; }
await 20 heard 'JOB web .*memory_iteration=2'
theirs=$(raw)
after=$(lines)
await 10 heard 'JOB web' "$after"
ours=$(last 'JOB web ')
for name in memory_total data_total memory_page_size setup_time disk_total disk_remaining; do
	check "constant figure $name equals that of virsh domjobinfo" \
		same "$(figure "$name" "$ours")" "$(raw_figure "$name" "$theirs")"
done

# what moves: one reading of ours between two of virsh
between() { # NAME
	local before ours after mark
	before=$(raw_figure "$1" "$(raw)")
	mark=$(lines)
	await 10 heard 'JOB web' "$mark" || return 1
	ours=$(figure "$1" "$(last 'JOB web ')")
	after=$(raw_figure "$1" "$(raw)")
	[ "$before" -le "$ours" ] && [ "$ours" -le "$after" ] || { echo "$before, $ours, $after"; return 1; }
}
for name in time_elapsed:elapsed memory_processed data_processed memory_normal memory_normal_bytes memory_iteration; do
	ours_name=${name#*:}
	raw_figure() { sed -n "s/^\(${name%%:*}\)[:=]//p" <<<"$2"; }
	check "moving figure ${name%%:*} lies between two readings of virsh" between "$ours_name"
done

passes() { grep -o 'host1 PASS web [0-9]*' "$told" | grep -o '[0-9]*$' | tr '\n' ' '; }
check 'passes are told in order, from the first' await 30 heard 'PASS web 3'
check 'no pass is left out' contains " $(passes)" ' 1 2 3 '
first_pass() { grep 'JOB web .*memory_iteration=1 ' "$told"; }
no_rate_in() { ! first_pass | grep -q memory_dirty_rate; }
check 'the dirty rate is absent in the first pass' no_rate_in
check 'and present later' heard 'JOB web .*memory_dirty_rate=[1-9][0-9]* .*memory_iteration=[2-9]'

virsh_on host1 suspend web >/dev/null
check "somebody's suspend inside the job is told" await 10 heard 'host1 DOMAIN web suspended-migrated paused \(migration\)'
check 'the guest is told to run at the destination' await 60 heard 'host2 DOMAIN web resumed-migrated running \(migrated\)'
check 'and to have left its source' await 20 heard 'host1 DOMAIN web stopped-migrated'
check 'its final statistics come with the true downtime' await 20 heard 'host1 COMPLETED web .*downtime=[1-9]'
downtime=$(virsh_on host2 domjobinfo web --completed --keep-completed --rawstats | tr -d ' ' | sed -n 's/^downtime[:=]//p')
check 'which is that of virsh' same "$(figure downtime "$(last 'COMPLETED web')")" "$downtime"
check 'virsh can still read them: ours did not take them away' test "$downtime" -gt 0
driver_stop
check 'the driver ends well' same "$driver_code" 0

# only the source is watched
driver_start host2
lab migrate web host3 --bandwidth 400
check 'a migration to a host that is not watched is seen by itself' await 20 heard 'host2 JOB web '
virsh_on host2 suspend web >/dev/null 2>&1
check 'and it completes' await 60 heard 'host2 COMPLETED web .*downtime='
driver_stop

# aborted by somebody; owned by somebody
virsh_on host3 metadata web --live --uri http://openstack.org/xmlns/libvirt/nova/1.1 --key nova \
	--set '<instance><name>web-1</name></instance>' >/dev/null
driver_start
lab migrate web host1 --bandwidth 10
await 20 heard 'host3 JOB web '
check 'the owner that the metadata names is told' await 10 heard 'host3 FACTS web .*owner="OpenStack Nova \(web-1\)"'
virsh_on host3 domjobabort web
check "somebody's abort is told: no job, the guest runs" await 20 heard 'host3 NO_JOB web running'
check 'and nothing completed' unheard 'COMPLETED web'

driver_stop

# nothing is asked of guests that do not move
driver_start --sweep 36000000
job_calls() {
	local mark
	mark=$(lines)
	tell counts
	await 10 heard 'COUNTS' "$mark" && figure job "$(last COUNTS)"
}
await 20 heard 'host1 NO_JOB|host3 NO_JOB web'
sleep 1
before=$(job_calls)
sleep 4
check 'idle guests cost no readings between two sweeps' same "$(job_calls)" "$before"
finish
