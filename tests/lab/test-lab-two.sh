#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two labs stand side by side on one machine.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
other() { "$lab_tool" --name "$lab_name-other" "$@"; }
more_cleanup() { other down >/dev/null 2>&1; }
lab_needed

# Both at the same time, so that they choose their networks against each other.
lab up --hosts 2 --with-parent $$ 2>"$scratch/first" &
first=$!
other up --hosts 2 --with-parent $$ 2>"$scratch/second" &
second=$!
wait $first
check 'one comes up' eval "same $? 0 || { cat $scratch/first; false; }"
wait $second
check 'the other comes up' eval "same $? 0 || { cat $scratch/second; false; }"
uri=$(uri_of host1)
other_uri=$(other uris | sed -n 's/^host1 //p')
check 'they have networks of their own' eval '[ -n "$uri" ] && [ -n "$other_uri" ] && [ "$uri" != "$other_uri" ]'

check 'guests of the same name run in both' eval 'lab guest web --on host1 --memory 64 --working-set 8 --dirty-rate 1 && other guest web --on host1 --memory 64 --working-set 8 --dirty-rate 1'
check 'a guest migrates in one' lab migrate web host2 --wait
check 'and did not move in the other' same "$(virsh --quiet --connect "$other_uri" domstate web)" running
check 'it migrates in the other too' other migrate web host2 --wait
lab fault cut host1
check 'a cut in one does not reach the other' same "$(timeout 10 virsh --quiet --connect "$other_uri" hostname)" host1
check 'one goes down' lab down
check 'and the other goes on' same "$(timeout 10 virsh --quiet --connect "$other_uri" hostname)" host1
check 'the other goes down' other down
finish
