#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The terminal vanishes under the dashboard: while a question is open, while its output is stopped, and when SIGHUP is ignored. The program
# ends each time; that it ends is also what keeps it from spinning. No host is needed.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/term/lib.sh"

# with_dashboard PREFIX SIZE: a dashboard in a terminal of its own; its process is $pid.
with_dashboard() {
	term_start 90 30
	type_line "${1:-} $drain --demo"
	await 15 shown 'pre-copy' || { screen; return 1; }
	pid=$(drain_pid)
	[ -n "$pid" ]
}
# Closing the server's end of the terminal is what a lost ssh connection does.
ends_without_terminal() {
	tm kill-server
	await 10 test ! -e "/proc/$pid" && return
	echo "process $pid is still there, with $(ps -o time= -p "$pid") of CPU time"
	kill -KILL "$pid"
	return 1
}
with_question() { with_dashboard && press a && await 10 shown '[ Cancel ]' && ends_without_terminal; }
check 'while a question is open' with_question
# Ctrl-S is a key like others to the dashboard; whoever has the terminal open can stop its output all the same.
stop_output() { perl -e 'use POSIX; tcflow(fileno(STDIN), TCOOFF) or die "tcflow: $!\n"' <"$(tm display-message -p '#{pane_tty}')"; }
screen_clock() { screen | grep -oE '[0-9]{2}:[0-9]{2}:[0-9]{2}' | head -n 1; }
clock_moved() { [ "$(screen_clock)" != "$1" ]; }
with_stopped_output() {
	with_dashboard && await 10 clock_moved "$(screen_clock)" && stop_output && press C-l || return 1
	! await 3 clock_moved "$(screen_clock)" || { echo 'the output is not stopped'; return 1; }
	ends_without_terminal
}
check 'while its output is stopped' with_stopped_output
# nohup would redirect, the shell's own trap does not: the program then hears of it by the terminal alone
deaf() { with_dashboard "trap '' HUP;" && ends_without_terminal; }
check 'when SIGHUP is ignored' deaf
stopped_twice() {
	with_dashboard && kill -TSTP "$pid" && await 10 shown Stopped && tm kill-server && await 10 test ! -e "/proc/$pid"
}
check 'while it is stopped' stopped_twice

# A stream whose terminal goes away ends as well.
with_stream() {
	term_start 90 30
	type_line "trap '' HUP; $drain --demo --stream"
	await 15 shown 'pre-copy' || { screen; return 1; }
	pid=$(drain_pid) && [ -n "$pid" ] && ends_without_terminal
}
check 'a stream, too' with_stream
finish
