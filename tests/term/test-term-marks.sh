#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two migrations are marked and aborted by one question, in a real terminal: a story with its end seen on both rows.
. "$srcdir/tests/term/lib.sh"

seen_after() { local text=$1; shift; press "$@"; await 10 shown "$text" || { screen; return 1; }; }

term_start 120 35
check 'the demo runs' run_demo
three_run() { [ "$(screen | grep -cE 'pre-copy|converging|will not')" -ge 3 ]; }
check 'three migrations run' await 20 three_run
press g
check 'Space marks a row and goes on' seen_after '1 marked' Space
check 'and the next' seen_after '2 marked' Space
marked=$(screen | sed -n 's/^.●\([^ ]*\) .*/\1/p' | sort)
check 'one question is about both' seen_after 'abort: 2 of 2 marked' a
listed() { local name; for name in $marked; do screen | grep -qE "│ +$name .*wastes" || { screen; return 1; }; done; }
check 'it lists both, with what is lost' listed
check 'it asks how many' shown 'type how many it will be (2), then y: _'

sleep 0.4 # the guard against keys that repeat
press y
tm set-buffer '2y'
tm paste-buffer -p
press 3
await 5 shown 'then y: 3_'
press y
check 'neither y alone nor what is pasted nor a wrong number does it' shown "abort: 2 of 2 marked"
press BSpace
check 'the number is typed' seen_after 'then y: 2_' 2
press y
ended() { local name; for name in $marked; do screen | grep -qE "^..$name .*cancelled" || return 1; done; }
check 'both rows end as cancelled' await 20 ended
check 'one line sums up' await 10 shown 'abort: 2 took effect'
check 'no mark is left' gone ' marked'
press l
logged() { local name; for name in $marked; do screen | grep -qE "$name .*abort" || { screen; return 1; }; done; }
check 'and the log has each' await 10 logged
press q
check 'nothing is open: q leaves without a question' await 10 shown 'status=0 ready>'

finish
