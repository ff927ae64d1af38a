#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Each fault of the lab does what it says, and is healed again.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3

address_of() { uri_of "$1" | sed 's,.*//\(.*\)/system,\1,'; }
answers() { same "$(timeout 3 virsh --quiet --connect "$(uri_of "$1")" hostname 2>/dev/null)" "$1"; }
is_silent() { ! answers "$1"; }
# A connection from one host to another; a refusal would come at once, a lost packet never.
reaches() { lab exec "$1" timeout 2 bash -c "exec 3<>/dev/tcp/$(address_of "$2")/16509" 2>/dev/null; }
reaches_not() { reaches "$1" "$2"; same $? 124; }
elapsed() { job_field host1 web 'Time elapsed' | cut -d' ' -f1; }
shows() { lab status | grep -E "^$1 " | grep -qF "$2"; } # ROW TEXT
stands_still() { lab status | grep -qE '^web .*QEMU is frozen +50 +0 '; } # asked 50, true 0

lab guest web --on host1 --memory 96 --working-set 64 --dirty-rate 50 --pattern random

# daemons
lab fault freeze host2
check 'a frozen daemon does not answer' is_silent host2
check 'status says that it is frozen' shows host2 frozen
check 'the others answer' eval 'answers host1 && answers host3'
lab fault thaw host2
check 'thawed, it answers' await 10 answers host2
pid_before=$(lab exec host1 cat /run/libvirtd.pid)
lab fault kill host1
check 'a killed daemon refuses' is_silent host1
check 'status says that it is dead' shows host1 dead
check 'its guest runs on' eval 'before=$(pages_of web); await 10 eval "[ \$(pages_of web) -gt $before ]"'
check 'a dead daemon cannot be frozen' refused_with 1 lab fault freeze host1
check 'restarted, it answers' eval 'lab fault restart host1 && await 10 answers host1'
check 'as another process' eval '[ "$(lab exec host1 cat /run/libvirtd.pid)" != "$pid_before" ]'
check 'and has its guest' await 10 guest_runs_on web host1
check 'a running daemon can be restarted too' eval 'lab fault restart host1 && await 10 guest_runs_on web host1'

# guests
lab fault freeze web
check 'a frozen guest counts no further' await 10 stands_still
lab fault thaw web
check 'thawed, it does' await 10 eval '! stands_still'
lab fault kill web
check 'a killed guest is gone' await 10 same "$(sleep 0.2; guest_state host1 web)" 'shut off'
lab exec host1 virsh --quiet start web
check 'a guest is restarted' eval 'lab fault restart web && await 20 eval "[ \$(lab count web | cut -d\" \" -f1) -lt 500 ]" && guest_runs_on web host1'

# links
check 'hosts reach one another' eval 'reaches host1 host2 && reaches host2 host1 && reaches host1 host3'
lab fault cut host1 host2
check 'two that are cut off do not' eval 'reaches_not host1 host2 && reaches_not host2 host1'
check 'but reach the third' eval 'reaches host1 host3 && reaches host2 host3'
check 'and answer the operator' eval 'answers host1 && answers host2'
lab fault heal host1 host2
check 'healed, they do' eval 'reaches host1 host2 && reaches host2 host1'
lab fault cut host3
check 'a host that is cut off reaches nobody' eval 'reaches_not host3 host1 && reaches_not host1 host3'
check 'and does not answer the operator' is_silent host3
check 'status says so' shows host3 'no way to operator'
lab fault heal host3
check 'healed, it answers' eval 'answers host3 && reaches host3 host1'
check 'and no fault is left in the status' eval '! lab status | grep "no way"'

# One way: what host1 says of its own accord arrives at host2, what host2 says does not arrive at host1.
packets_of() { lab exec "$1" awk '$1 == "Tcp:" && $11 ~ /^[0-9]/ { print $11 }' /proc/net/snmp; } # TCP segments received
lab fault cut-oneway host2 host1
received=$(packets_of host2)
check 'cut one way, a connection fails' reaches_not host1 host2
check 'but its packets arrive' eval '[ "$(packets_of host2)" -gt "$received" ]'
received=$(packets_of host1)
check 'and those of the other way do not' eval 'reaches_not host2 host1; same "$(packets_of host1)" "$received"'
lab fault heal host2 host1
check 'healed, both do' eval 'reaches host1 host2 && reaches host2 host1'

# A migration over a slow link.
lab fault slow host2 16mbit
lab migrate web host2
check 'a slow link slows a migration down' await 20 eval '[[ $(job_field host1 web "Memory bandwidth") =~ ^[12]\.[0-9]+\ MiB/s$ ]]'
check 'status says that it is slow' shows host2 'slow 16mbit'

# The clock, of the same migration: it is read from the daemon, so it steps with its clock.
before=$(elapsed)
lab fault clock host1 600
check 'with the clock 600 s ahead a migration looks 600 s older' eval "after=\$(elapsed); [ \$after -ge $((before + 600000)) ] && [ \$after -lt $((before + 660000)) ]"
check 'status says that the clock is off' shows host1 'clock 600 s'
lab fault clock host1 -86400
check 'a day behind, it has not begun' same "$(elapsed)" 0
lab fault clock host1 0
check 'right again, it is as old as it is' eval "after=\$(elapsed); [ \$after -ge $before ] && [ \$after -lt $((before + 120000)) ]"
check 'the clock of the machine and of the other hosts is right' eval 'same "$(lab exec host2 date +%Y-%m-%d)" "$(date +%Y-%m-%d)"'

lab fault slow host2 off
check 'without the limit it goes fast again' await 20 eval 'guest_is_only_on web host2 || [[ $(job_field host1 web "Memory bandwidth") =~ ^[0-9]{2,}\. ]]'
await 60 guest_is_only_on web host2

# Two QEMUs of one guest, while it migrates.
lab migrate web host3 --bandwidth 5
check 'of a migrating guest it must be said which end is meant' refused_with 1 lab fault freeze web
check 'its destination can be killed' lab fault kill web@host3
check 'and the guest stays at its source' eval 'await 20 migration_is_over web host2 && await 10 guest_is_only_on web host2'

check 'a fault that there is not is refused' refused_with 2 lab fault flood host1
check 'a host that there is not is refused' refused_with 2 lab fault cut host9
check 'a rate that is none is refused' refused_with 2 lab fault slow host1 fast
finish
