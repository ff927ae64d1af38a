#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The wall clock of the source steps by ten minutes in the middle of a migration: libvirt's elapsed time steps with it, ours does not, and it is
# the same attempt. Beside it: all that the program does on real hosts asks nothing of this machine's own libvirt.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
lab_start --hosts 2
slow_guest web host1 host2
stream_start
rows() { jq --slurp '[.[] | select(.type == "migration" and .name == "web")]' "$stream"; }
row_count() { rows | jq length; }
has_rows() { [ "$(row_count)" -ge "$1" ]; }
libvirt_elapsed() { virsh_on host1 domjobinfo web --rawstats | sed -n 's/^time_elapsed: *//p'; }
libvirt_is_ahead() { [ "$(libvirt_elapsed)" -gt 600000 ]; }

check 'the migration is seen' await 20 has_rows 1
lab fault clock host1 600
check "libvirt's elapsed time has jumped" await 10 libvirt_is_ahead
check 'the rows go on' await 20 has_rows $(($(row_count) + 2))
check 'ours has not' same "$(rows | jq 'all(.[]; .elapsed_ms < 300000)')" true
lab fault clock host1 0
check 'and back' await 20 has_rows $(($(row_count) + 1))
check 'ours never goes back' same "$(rows | jq '[.[].elapsed_ms] | . == sort')" true
check 'it is one attempt throughout' same "$(rows | jq -c '[.[].attempt] | unique')" '[1]'
check 'it never ended' same "$(rows | jq 'all(.[]; .outcome == null)')" true
kill "$stream_pid"
wait "$stream_pid" 2>/dev/null
stream_pid=

# ---- this machine's own libvirt ----
# The sockets of a libvirt daemon, the system's or a user's, whichever name the run folder has.
own_sockets='sun_path="[^"]*/libvirt/'
traced() { strace -f -qq -e trace=connect -o "$scratch/trace" timeout 60 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" "$@"; }
asks_hosts_alone() {
	traced "$@" >"$scratch/said" 2>&1 || { cat "$scratch/said"; return 1; }
	grep -q 'sin_port=htons(16509)' "$scratch/trace" || { echo 'it connected to no host: nothing was seen'; return 1; }
	! grep -E "$own_sockets" "$scratch/trace"
}
if command -v strace >/dev/null && strace -qq true 2>/dev/null; then
	check 'a picture leaves the own libvirt alone' asks_hosts_alone --once
	check 'a stream does' asks_hosts_alone --stream --for 3
	check 'an action does' asks_hosts_alone abort web --wait
else
	skip "the machine's own libvirt" 'strace is not installed or not allowed'
fi
finish
