#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lab drain puts one guest of each kind on an empty host and migrates them away, each as its kind does.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3

left_host1() { ! virsh_on host1 list --name | grep -qx "$1"; }
runs_elsewhere() { guest_is_only_on "$1" host2 || guest_is_only_on "$1" host3; }
arrives() { await "$2" left_host1 "$1" && await 10 runs_elsewhere "$1"; }
disk_is_mirrored() { [ -n "$(job_field host1 disk 'File total')" ]; }
host1_is_empty() { [ -z "$(virsh_on host1 list --name)" ]; }

check 'a drain begins' lab drain host1
check 'with a mixture of guests' same "$(lab status | awk '/^GUEST/ { on = 1; next } on { print $1 }' | paste -sd' ')" 'busy disk phased postcopy quick steady'
check 'a disk is mirrored' await 20 disk_is_mirrored
check 'the quick one arrives' arrives quick 60
check 'several are on their way at once' eval '[ "$(lab status | grep -c "running$")" -ge 3 ]'
check 'the one with the disk arrives' arrives disk 60
check 'the steady one converges' arrives steady 90
check 'the busy one does not' eval 'await 60 eval "[ \"\$(job_field host1 busy Iteration)\" -ge 4 ]" && migration_runs busy host1'
check 'the phased one arrives when it is calm' arrives phased 120
check 'the one for post-copy has not arrived by itself' migration_runs postcopy host1
virsh_on host1 migrate-postcopy postcopy
virsh_on host1 suspend busy
check 'but does when it is asked for' arrives postcopy 60
check 'the busy one arrives when it is paused' arrives busy 60
check 'the host is empty' host1_is_empty
check 'a drain moves guests that are there already' eval 'on=$(virsh_on host2 list --name | grep -c .); [ $on -gt 0 ] && lab drain host2 && await 30 eval "[ \$(virsh_on host2 list --name | grep -c .) -lt $on ]"'
finish
