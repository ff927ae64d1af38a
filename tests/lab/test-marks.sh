#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Actions on marked rows, on real guests: what one question promised happens to each that was marked, as virsh sees it, and to no other.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
lab_start --hosts 2

guests=(one two three four)
for guest in "${guests[@]}"; do slow_guest "$guest" host1 host2; done
state_is() { [ "$(virsh_on host1 domstate "$1" --reason 2>/dev/null)" = "$2" ]; } # GUEST STATE
history_of() { virt_drain history --actions --json | jq -c "[.actions[] | select(.name == \"$1\") | [.action, .outcome]]"; }

# The cursor is moved to the row of a guest, wherever the order of the table has it.
is_at() { shows "^▸.$1 "; }
go_to() {
	local i
	press g
	for i in 1 2 3 4 5; do
		await 2 is_at "$1" && return 0
		press j
	done
	screen
	return 1
}
marks() { # NUMBER GUEST...: marks each
	local guest n=$1
	shift
	for guest; do go_to "$guest" || return 1; press Space; done
	await 5 shows " $n marked" || { screen; return 1; }
}

check 'the dashboard starts' dashboard_start
all_seen() { local guest; for guest in "${guests[@]}"; do shows "$guest .*host1→host2" || return 1; done; }
check 'all four are seen' await 30 all_seen
check 'three are marked' marks 3 one two three

# ---- a pause of three ----
press f
check 'the question is about three of three' await 10 shows 'force-complete: 3 of 3 marked'
press Down
check 'a pause is chosen' await 5 shows '\(\*\) pause'
all_listed() { local guest; for guest in one two three; do shows "$guest +host1 → host2 +pause: " || return 1; done; }
check 'each is listed with what a pause costs' all_listed
check 'and the one without a mark is not' refute shows 'four +host1 → host2 +pause'
sleep 0.4 # a question takes no confirmation before
press y
check 'y without their number does nothing' eval 'shows "3 of 3 marked" && state_is one "running (booted)"'
press 3
await 5 shows 'then y: 3_'
press y
for guest in one two three; do
	check "$guest is paused by its migration, or has moved" await 30 eval "state_is $guest 'paused (migrating)' || guest_is_only_on $guest host2"
done
check 'the fourth runs, and is copied as before' eval 'guest_runs_on four host1 && migration_runs four host1'
check 'one line sums up' await 30 shows 'force-complete: .*3 (sent|took effect)|force-complete: [0-9] sent, [0-9] took effect'
check 'no mark is left' await 10 refute shows ' marked'
for guest in one two three; do
	check "$guest runs at the destination in the end" await 120 guest_is_only_on "$guest" host2
	check "and its history says so" await 10 eval "same '$(history_of "$guest")' '[[\"force-complete\",\"proven\"]]'"
done
check 'the fourth was not touched' eval 'guest_runs_on four host1 && migration_runs four host1 && same "$(history_of four)" "[]"'

# ---- an abort of two, one of which is gone when y is pressed ----
slow_guest five host1 host2
check 'the fifth is seen' await 30 shows 'five .*host1→host2'
check 'two are marked' marks 2 four five
press a
check 'both would be aborted' await 10 shows 'abort: 2 of 2 marked'
press 2
virsh_on host1 domjobabort four
check 'one that ended meanwhile is told in the question' await 20 shows 'abort: 1 of 2 marked'
sleep 0.4
press y
check 'and the number that was typed does not fit any more' eval 'shows "abort: 1 of 2 marked" && migration_runs five host1'
press BSpace 1
await 5 shows 'then y: 1_'
press y
check 'the other is aborted' await 30 migration_is_over five host1
check 'and stays on its source' await 10 guest_is_only_on five host1
check 'the sum names the one that was not' await 20 shows 'abort: 1 (sent|took effect), 1 refused: four: it has ended'
check 'nothing was sent for it' eval 'same "$(history_of four)" "[]"'
# virsh is quicker than the proof, and q asks while an action is open
check 'its history says so' await 20 eval 'history_of five | jq -e "any(.[]; . == [\"abort\", \"proven\"])"'
press q
check 'q leaves' await 15 dashboard_is_over

finish
