#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Daemons, hosts and guests that hang, die or are cut off: the driver says so of them, and of nobody else.
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3
. "$srcdir/tests/lab/driver.sh"

for guest in a b c; do lab guest $guest --on host1 --memory 64 --working-set 32 --dirty-rate 40 --pattern random; done
lab guest other --on host3 --memory 64 --working-set 32 --dirty-rate 40 --pattern random
driver_start
for guest in a b c; do lab migrate $guest host2 --bandwidth 5; done
lab migrate other host2 --bandwidth 5
for guest in a b c; do await 30 heard "host1 JOB $guest .*memory_total=[1-9]"; done
await 30 heard 'host3 JOB other .*memory_total=[1-9]'

# The longest time between two lines that match, from line FROM on, in ms.
widest_gap() { # PATTERN FROM
	tail -n +"$2" "$told" | grep -E -- "$1" | awk 'NR > 1 && $1 - last > gap { gap = $1 - last } { last = $1 } END { print gap + 0 }'
}
came_often() { [ "$(tail -n +"$2" "$told" | grep -cE -- "$1")" -ge 4 ]; }
keeps_coming() { # PATTERN FROM
	local gap
	await 20 came_often "$@"
	gap=$(widest_gap "$@")
	diag "$1: at most $gap ms without one"
	[ "$gap" -gt 0 ] && [ "$gap" -lt 4000 ]
}

# one QEMU stands still
mark=$(lines)
lab fault freeze b@host1
check 'a guest whose QEMU stands still is told late' await 20 heard 'host1 LATE b late' "$mark"
check 'its host stays up' unheard 'host1 LINK' "$mark"
asked=$(date +%s%N)
reply=$(ordered abort a)
took=$(((${asked} - $(date +%s%N)) / -1000000))
diag "the neighbour's abort was answered after $took ms"
check 'an action on its neighbour is carried out' contains "$reply" 'result="done" called=1'
check 'and leaves at once, not after the 30 seconds of a lock' test "$took" -lt 5000
check 'the other neighbour is told as before' keeps_coming 'host1 JOB c' "$mark"
check 'nobody else is late' unheard 'LATE (a|c|other) late' "$mark"
lab fault thaw b@host1
check 'it answers again' await 60 heard 'host1 LATE b answers' "$mark"
mark=$(lines)
check 'and its statistics come again' await 20 heard 'host1 JOB b' "$mark"

# a daemon stands still
mark=$(lines)
lab fault freeze host1
check 'a host whose daemon stands still is told stale or down' await 20 heard 'host1 LINK (stale|down)' "$mark"
check 'then down, with a reason' await 30 heard 'host1 LINK down "[^"]+"' "$mark"
check 'an action on it is refused: nothing may be done later' contains "$(ordered abort c)" 'host does not answer'
check 'another host is told as before' keeps_coming 'host3 JOB other' "$mark"
check 'no other host is touched' unheard '(host2|host3) LINK' "$mark"
mark=$(lines)
lab fault thaw host1
check 'it comes back by itself' await 90 heard 'host1 LINK up' "$mark"
check 'first its guests, then the statistics of those that still move' await 20 heard 'host1 INVENTORY' "$mark"
check 'the guest that still migrates is told again' await 20 heard 'host1 JOB c' "$mark"

# a daemon dies; with it the migrations that it drives
mark=$(lines)
lab fault kill host3
check 'a host whose daemon died is down at once' await 10 heard 'host3 LINK down' "$mark"
mark=$(lines)
lab fault restart host3
check 'and up again when it was started again' await 60 heard 'host3 LINK up' "$mark"
check 'the end of its migration is told although nobody saw it' await 30 heard 'host3 NO_JOB other running' "$mark"

# a host is cut off
mark=$(lines)
lab fault cut host3
check 'a host that is cut off is told stale or down' await 30 heard 'host3 LINK (stale|down)' "$mark"
check 'then down' await 30 heard 'host3 LINK down' "$mark"
mark=$(lines)
lab fault heal host3
check 'and comes back when it is healed' await 90 heard 'host3 LINK up' "$mark"

# a driver is stopped while a host hangs
lab fault freeze host2
await 20 heard 'host2 LINK stale'
SECONDS=0
driver_stop
check 'a driver whose host hangs stops all the same' test "$SECONDS" -lt 5
check 'and well' same "$driver_code" 0
lab fault thaw host2
finish
