#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The dashboard in a real terminal: sizes, keys by their real bytes, pasting, and terminals that can little.
. "$srcdir/tests/term/lib.sh"

term_start 80 24
check 'the demo says DEMO and ACTIONS ON' eval 'run_demo && shown DEMO && shown "ACTIONS ON"'

resized() { tm resize-window -x "$1" -y "$2"; await 10 shown "$3"; }
check '120x35 has the curve' resized 120 35 'remaining memory'
check '200x60 has the hosts beside' resized 200 60 'GUESTS'
check '40x10 is compact' resized 40 10 'NAME'
alive() { [ -n "$(drain_pid)" ]; }
tiny() { local s; for s in 20:5 2:2 1:1 3:1; do tm resize-window -x "${s%:*}" -y "${s#*:}"; alive || return 1; done; }
check 'no size ends it' tiny
check 'and 80x24 is whole again' resized 80 24 'TIME/LIMIT'

seen_after() { local text=$1; shift; press "$@"; await 10 shown "$text" || { screen; return 1; }; }
check '? shows the keys' seen_after 'one line up' '?'
check 'Esc goes back' seen_after 'REMAIN' Escape
check '2 shows the hosts' seen_after 'GUESTS' 2
check 'Esc goes back from there' seen_after 'REMAIN' Escape
check 'Enter shows the detail' seen_after 'watch the peaks' Enter
check 'Esc goes back from the detail' seen_after 'REMAIN' Escape
check 'a filter is typed' seen_after 'filter: xyzzy' / x y z z y Enter
check 'and dropped with \' seen_after 'pre-copy' '\'

cursor_line() { screen | grep -n '^▸' | cut -d: -f1; }
cursor_is_not() { [ "$(cursor_line)" != "$1" ]; }
arrows() {
	local first
	press Home
	first=$(cursor_line)
	[ -n "$first" ] || return 1
	press Down
	await 5 cursor_is_not "$first"
}
check 'arrow keys move' arrows

pasted_is_nothing() {
	tm set-buffer 'faqyyq'
	tm paste-buffer -p
	press l
	await 10 shown 'LOG' || { screen; return 1; }
	alive
}
check 'pasted text triggers nothing' pasted_is_nothing
press Escape
press q
await 10 shown 'status=0 ready>'

# Not by a clock, which a busy machine would bend: the wait for the rest of a key is seen where it is asked for.
escape_waits_25_ms() {
	type_line clear
	type_line "strace -o $term_dir/trace -e trace=poll $drain --demo"
	await 15 shown 'pre-copy' || { screen; return 1; }
	press l
	await 10 shown 'LOG' || { screen; return 1; }
	press Escape
	await 10 shown 'REMAIN' || { screen; return 1; }
	press q
	await 10 shown 'status=0 ready>' || { screen; return 1; }
	grep -E '^poll\(.*, 25\) += 0' "$term_dir/trace" || { cat "$term_dir/trace"; return 1; }
}
if strace -o /dev/null true 2>/dev/null; then
	check 'Escape waits 25 ms for the rest of a key' escape_waits_25_ms
else
	skip 'Escape waits 25 ms for the rest of a key' 'strace cannot trace here'
fi

ascii_only() { screen | LC_ALL=C grep -q '[^ -~]' && { screen; return 1; }; return 0; }
no_colour() { tm capture-pane -pe | grep -qE $'\033\\[[0-9;]*(3[0-7]|4[0-7]|38;|48;)' && return 1; return 0; }

term_start 80 24 LC_ALL=C
check 'without UTF-8 the screen is ASCII' eval 'run_demo && ascii_only'
term_start 80 24 NO_COLOR=1
check 'NO_COLOR is kept' eval 'run_demo && no_colour'
term_start 80 24 TERM=vt100
check 'a vt100 gets no colours' eval 'run_demo && no_colour && shown TIME/LIMIT'
term_start 80 24
check 'others get them' eval 'run_demo && ! no_colour'

printf 'roles = {\n  crit = { fg = "loud"; };\n};\n' >"$term_dir/bad.theme"
term_start 80 24
check 'a bad theme is told with its line, and the default one used' eval 'run_demo --theme $term_dir/bad.theme && shown bad.theme:2'

refused() { "$@" </dev/null >"$term_dir/out" 2>&1; [ $? -eq 1 ] && grep -q -- --stream "$term_dir/out" || { cat "$term_dir/out"; return 1; }; }
check 'without a terminal it names --stream' refused "$drain" --demo
without_term() { term_start 80 24; type_line "env -u TERM $drain --demo"; await 10 shown -- '--stream'; }
check 'without TERM too' without_term
dumb() { term_start 80 24; type_line "TERM=dumb $drain --demo"; await 10 shown -- '--stream'; }
check 'and with one that cannot place the cursor' dumb

finish
