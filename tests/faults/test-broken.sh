#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a migration runs on breaks: the source's daemon is killed with our pause in force, the destination's daemon, the destination's QEMU, the
# network in pre-copy and in post-copy. Each on a pair of hosts of its own, side by side, and each ends as virsh sees it at both ends.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
lab_start --hosts 12

drain() { timeout 300 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --delay 4 "$@"; }
# order NAME ARGUMENT...: an order that is followed to its end in the background; then answer_of NAME.
declare -A acting
order() {
	local name=$1
	shift
	drain "$@" --wait >"$scratch/$name.said" 2>&1 &
	acting[$name]=$!
}
answer_of() { # sets $code and $said
	wait "${acting[$1]}"
	code=$?
	said=$(cat "$scratch/$1.said")
	diag "$1: $code: $said"
}
row_is() { streamed ".type == \"migration\" and .name == \"$1\" and ($2)"; }
outcome_of() { jq --slurp --raw-output "[.[] | select(.type == \"migration\" and .name == \"$1\" and .outcome != null).outcome][-1]" "$stream"; }
has_ended() { [ "$(outcome_of "$1")" != null ]; }
host_is_gone() { [ "$(jq --slurp --raw-output "[.[] | select(.type == \"host\" and .name == \"$1\").state][-1]" "$stream")" != up ]; }
stayed() { [[ $(outcome_of "$1") =~ ^(not-moved|failed|cancelled)$ ]] || { echo "its outcome is $(outcome_of "$1")"; return 1; }; }

stream_start
beginning=()
busy_guest frozen host1 host2 --bandwidth 1 &
beginning+=($!)
busy_guest lonely host3 host4 --bandwidth 1 &
beginning+=($!)
busy_guest shot host5 host6 --bandwidth 1 &
beginning+=($!)
busy_guest cut host7 host8 --bandwidth 1 &
beginning+=($!)
busy_guest split host9 host10 --bandwidth 3 --postcopy --postcopy-bandwidth 1 &
beginning+=($!)
busy_guest beheaded host11 host12 --bandwidth 3 --postcopy --postcopy-bandwidth 1 &
beginning+=($!)
busy_guest rootless host11 host12 --bandwidth 3 --postcopy --postcopy-bandwidth 1 &
beginning+=($!)
wait "${beginning[@]}"
for guest in frozen lonely shot cut split beheaded rootless; do
	check "$guest is seen" await 30 row_is "$guest" '.phase == "pre-copy"'
done

# ---- the faults, all under way at once ----
order split force-complete split --method post-copy
await 30 reason_is split host9 'paused (post-copy)'
check 'split: it is in post-copy' reason_is split host9 'paused (post-copy)'
lab fault cut host9 host10
lab fault cut host7 host8
order frozen force-complete frozen --method pause
order shot force-complete shot --method pause
check 'frozen: our pause is in force' await 30 reason_is frozen host1 'paused (migrating)'
check 'shot: our pause is in force' await 30 reason_is shot host5 'paused (migrating)'
await 30 eval '[ "$(last_intent frozen "owes > 0")$(last_intent shot "owes > 0")" = 11 ]'

# ---- the source's daemon, with our pause in force ----
lab fault kill host1
check 'frozen: its host is said not to answer' await 20 host_is_gone host1
check 'frozen: the guest is still owed' same "$(last_intent frozen 'owes > 0')" 1
lab fault restart host1
check 'frozen: libvirt gives the migration up and the guest runs' await 60 reason_is frozen host1 'running (migration canceled)'
check 'frozen: and only there' await 30 guest_is_only_on frozen host1
check 'frozen: its migration is said to be over' await 60 has_ended frozen
check 'frozen: and not completed' stayed frozen
answer_of frozen
check 'frozen: the order ends with code 1' same $code 1
check 'frozen: and tells the truth' contains "$said" 'was paused, but the migration did not complete'
check 'frozen: nothing is owed any more' await 10 eval '[ "$(last_intent frozen owes)" = 0 ]'
check 'frozen: as the ledger tells' contains "$(last_intent frozen text)" 'the guest runs on its source again'

# ---- the destination's QEMU, with our pause in force ----
lab fault kill shot@host6
check 'shot: libvirt resumes the guest at its source' await 60 reason_is shot host5 'running (migration canceled)'
check 'shot: it is only there' await 30 guest_is_only_on shot host5
check 'shot: its migration is said to be over' await 60 has_ended shot
check 'shot: and not completed' stayed shot
answer_of shot
check 'shot: the order ends with code 1' same $code 1
check 'shot: nothing is owed any more' await 10 eval '[ "$(last_intent shot owes)" = 0 ]'
check 'shot: as the ledger tells' contains "$(last_intent shot text)" 'the guest runs on its source again'

# ---- either QEMU in post-copy: half of the guest's memory is gone for good ----
torn() { # GUEST HOST: the end that goes
	order "$1" force-complete "$1" --method post-copy
	check "$1: it is in post-copy" await 30 reason_is "$1" host11 'paused (post-copy)'
	lab fault kill "$1@$2"
}
torn beheaded host12
torn rootless host11
for guest in beheaded rootless; do
	check "$guest: it is said to be lost" await 60 eval "[ \"\$(outcome_of $guest)\" = lost ]"
	answer_of $guest
	check "$guest: the order ends with code 1" same $code 1
done

# ---- the destination's daemon ----
lab fault kill host4
check 'lonely: its migration is said to be over' await 90 has_ended lonely
check 'lonely: and not completed' stayed lonely
check 'lonely: the guest runs at its source' guest_runs_on lonely host3
lab fault restart host4
check 'lonely: the daemon that is back has nothing of it' await 30 guest_is_only_on lonely host3
check 'lonely: an abort finds no migration' refused_with 5 drain abort lonely --wait

# ---- the network in pre-copy ----
check 'cut: it is said that nothing moves' await 60 row_is cut '.verdict == "stalled"'
check 'cut: in the end libvirt gives up and the migration is said to be over' await 120 has_ended cut
check 'cut: and not completed' stayed cut
check 'cut: the guest runs at its source' guest_runs_on cut host7
lab fault heal host7 host8
check 'cut: healed, it is only there' await 60 guest_is_only_on cut host7

# ---- the network in post-copy ----
check 'split: post-copy is said to be broken' await 120 row_is split '.phase == "post-copy-failed"'
check 'split: as virsh says at the source' reason_is split host9 'paused (post-copy failed)'
check 'split: and at the destination, which knows of nothing' reason_is split host10 'running (post-copy)'
check 'split: and how it is recovered' streamed '.severity == "critical" and (.text | test("--postcopy-resume recovers it"))'
check 'split: it is not said to be over' refute has_ended split
check 'split: an abort is refused with code 3' refused_with 3 drain abort split --wait
check 'split: with the same advice' contains "$(drain abort split --wait 2>&1)" 'virsh migrate --postcopy-resume'
check 'split: a pause too' refused_with 3 drain force-complete split --method pause --wait
lab fault heal host9 host10
check 'split: healed, it is said that memory moves again' await 120 streamed '.text | strings | test("memory moves again")'
check 'split: it completes' await 240 row_is split '.outcome == "completed"'
check 'split: it runs at its destination and only there' await 30 guest_is_only_on split host10
answer_of split
check 'split: the order ends with code 0' same $code 0
check 'split: it was said once that it was broken' same "$(jq --slurp '[.[] | select(.subject == "split" and (.text | test("post-copy is broken")))] | length' "$stream")" 1

# ---- the audit ----
check 'every action has its outcome' await 30 nothing_is_open
diag "$(virt_drain history --actions)"
for guest in frozen lonely shot cut split beheaded rootless; do diag "$guest: $(outcome_of "$guest")"; done
finish
