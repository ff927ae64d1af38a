#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The terminal is as it was found after q, after signals and after a crash; Ctrl-Z stops and fg comes back; a terminal that
# vanishes ends the program.
. "$srcdir/tests/term/lib.sh"

modes() { type_line "stty -g >$term_dir/$1; echo told-$1"; await 10 shown "told-$1"; }

# as_found WHAT STATUS: the shell is back, told STATUS, on its own screen, with its own modes.
as_found() {
	await 10 shown "status=$2 ready>" || { screen; return 1; }
	await 5 test "$(state)" = "$before" || { echo "$1: $(state), was $before"; return 1; }
	modes "after-$1"
	cmp "$term_dir/before" "$term_dir/after-$1"
}

ends_with_key() { run_demo && press "$1" && as_found "key-$2" 0; }

ends_with_signal() {
	run_demo || return 1
	[ "$(state)" != "$before" ] || { echo 'the dashboard did not take the screen'; return 1; }
	kill -"$1" "$(drain_pid)"
	as_found "$1" "$2"
}

term_start 90 30
before=$(state)
modes before
type_line 'ulimit -c 0; clear'

check 'q gives the terminal back' ends_with_key q q
type_line clear
check 'Ctrl-C gives it back and never acts' ends_with_key C-c c
for each in TERM:143 INT:130 HUP:129 SEGV:139 ABRT:134 BUS:135 QUIT:131; do
	type_line clear
	check "SIG${each%:*} gives it back" ends_with_signal "${each%:*}" "${each#*:}"
done

stops_and_goes_on() {
	type_line clear
	run_demo || return 1
	press "$@"
	await 10 shown 'Stopped' || { screen; return 1; }
	[ "$(state)" = "$before" ] || { echo "stopped with $(state)"; return 1; }
	type_line fg
	await 10 shown 'pre-copy' || { screen; return 1; }
	press q
	await 10 shown 'status=0 ready>'
}
check 'Ctrl-Z gives the shell back, fg the dashboard' stops_and_goes_on C-z

stops_by_signal() {
	type_line clear
	run_demo || return 1
	kill -TSTP "$(drain_pid)"
	await 10 shown 'Stopped' || { screen; return 1; }
	type_line fg
	await 10 shown 'pre-copy' || { screen; return 1; }
	press q
	await 10 shown 'status=0 ready>'
}
check 'TSTP from outside does the same' stops_by_signal

stopped_hard() {
	local pid
	type_line clear
	run_demo || return 1
	pid=$(drain_pid)
	kill -STOP "$pid"
	await 10 shown 'Stopped' || { screen; return 1; }
	type_line clear
	type_line fg
	await 10 shown 'pre-copy' || { screen; return 1; }
	press l
	await 10 shown 'LOG' || { screen; return 1; }
	press q
	await 10 shown 'status=0 ready>'
}
check 'a STOP that nobody hears is survived too' stopped_hard

ends_with_its_terminal() {
	local pid
	type_line clear
	run_demo || return 1
	pid=$(drain_pid)
	[ -n "$pid" ] || return 1
	tm kill-server
	await 5 test ! -e "/proc/$pid"
}
check 'a vanished terminal ends the program' ends_with_its_terminal

finish
