#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lab migrate, with each of its options.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 2

counts_on() { # GUEST: it goes on counting
	local before
	before=$(pages_of "$1")
	await 10 eval "[ \$(pages_of $1) -gt $before ]"
}
job_has_moved() { [ "$(job_field host1 "$1" 'Memory processed' | cut -d. -f1 | grep -c .)" = 1 ] && [[ $(job_field host1 "$1" 'Memory processed') == *MiB ]]; }
in_state() { [[ $(virsh_on "$1" domstate --reason "$2" 2>/dev/null) == "$3" ]]; } # HOST GUEST STATE

lab guest quick --on host1 --memory 64 --working-set 32 --dirty-rate 4 --pattern hot
check 'a quick guest migrates' lab migrate quick host2 --wait
check 'and is only there' guest_is_only_on quick host2
check 'and goes on counting' counts_on quick
check 'its source has forgotten it' eval '! virsh_on host1 dominfo quick'
check 'it comes back with a definition left behind' eval 'lab migrate quick host1 --keep-source --wait && same "$(guest_state host2 quick)" "shut off"'
completed=$(virsh_on host2 domjobinfo quick --completed --keep-completed)
check 'so that what it took can be asked for' contains "$completed" 'Total downtime:'
check 'all of its working set was sent' eval "[ $(sed -n 's/^Normal pages: *//p' <<<"$completed") -ge 8192 ]"
check 'a guest is not migrated to where it is' refused_with 1 lab migrate quick host1
check 'nor to a host that there is not' refused_with 2 lab migrate quick host9
check 'nor one that there is not' refused_with 2 lab migrate slow host1

lab guest busy --on host1 --memory 128 --working-set 64 --dirty-rate 200 --pattern random
check 'a migration goes on in the background' eval 'lab migrate busy host2 --bandwidth 10 && migration_runs busy host1'
check 'a guest is not migrated twice at once' refused_with 1 lab migrate busy host2
check 'it moves bytes' await 10 job_has_moved busy
check 'no faster than its bandwidth allows' await 10 eval '[[ $(job_field host1 busy "Memory bandwidth") =~ ^(9|10)\.[0-9]+\ MiB/s$ ]]'
check 'a guest that dirties more than can be sent does not converge' await 40 eval '[ "$(job_field host1 busy Iteration)" -ge 3 ]'
check 'the guest counts during the migration' counts_on busy
virsh_on host1 domjobabort busy
check 'when it is aborted the guest stays' eval 'await 10 migration_is_over busy host1 && await 10 guest_is_only_on busy host1'
check 'post-copy is refused where it was not asked for' eval 'lab migrate busy host2 --bandwidth 10; ! virsh_on host1 migrate-postcopy busy'
virsh_on host1 domjobabort busy
await 10 guest_is_only_on busy host1

lab migrate busy host2 --bandwidth 20 --postcopy --postcopy-bandwidth 10
await 10 job_has_moved busy
check 'post-copy starts where it was permitted' virsh_on host1 migrate-postcopy busy
check 'the guest runs at its destination' await 10 in_state host2 busy 'running (post-copy)'
check 'and waits at its source' in_state host1 busy 'paused (post-copy)'
check 'and arrives' eval 'await 30 guest_is_only_on busy host2 && counts_on busy'

check 'with auto-converge it is slowed down' eval 'lab migrate busy host1 --bandwidth 40 --auto-converge && await 60 eval "[ -n \"\$(job_field host2 busy \"Auto converge throttle\")\" ] || guest_is_only_on busy host1"'
check 'and arrives' await 100 guest_is_only_on busy host1

lab guest disk --on host1 --memory 64 --working-set 8 --dirty-rate 2 --pattern hot --disk 64
check 'a guest with a disk of its own needs --copy-storage' refused_with 1 lab migrate disk host2
check 'and migrates with it' lab migrate disk host2 --copy-storage --bandwidth 40 --wait
check 'all of its disk was copied' same "$(lab exec host2 sha256sum /run/virt-drain-lab/$lab_name/live/disks/disk.img)" "$(lab exec host1 sha256sum /run/virt-drain-lab/$lab_name/live/disks/disk.img)"
check 'into another file' eval '! [ "$(lab exec host1 stat -c %i /run/virt-drain-lab/$lab_name/live/disks/disk.img)" = "$(lab exec host2 stat -c %i /run/virt-drain-lab/$lab_name/live/disks/disk.img)" ]'

check 'a working set larger than the memory is refused' refused_with 2 lab guest big --on host1 --memory 64 --working-set 64
check 'a pattern that there is not is refused' refused_with 2 lab guest odd --on host1 --pattern zigzag
check 'phases that are none are refused' refused_with 2 lab guest odd --on host1 --phases 10
check 'and no such guest is left' eval '! lab status | grep -E "^(big|odd) "'
finish
