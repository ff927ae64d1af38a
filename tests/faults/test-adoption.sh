#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# virt-drain is killed at every failpoint of a pause, a post-copy and an abort of real guests. What it left is adopted by one of the next two
# that start: no guest stays paused, every intent gets its outcome. KILLS=200 goes on until so many died.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/faults/lib.sh"
command -v sqlite3 >/dev/null || skip_all 'sqlite3 is not installed'
lab_start --hosts 2
points='after-record before-call after-call before-proof before-close'
KILLS=${KILLS:-12} kills=0
streams=()
more_cleanup() {
	local pid
	for pid in "${streams[@]}"; do kill "$pid" 2>/dev/null; done
}

something_is_open() { ! nothing_is_open; }
runs_somewhere() { guest_runs_on "$1" host1 || guest_runs_on "$1" host2; }
# Guests that are copied until somebody acts, all at once: busy MIGRATE-OPTION ... -- NAME ...
busy() {
	local options=() name pids=()
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	for name; do busy_guest "$name" host1 host2 --bandwidth 3 "${options[@]}" & pids+=($!); done
	wait "${pids[@]}"
}
forget() {
	local name
	for name; do lab remove "$name"; done
}

# died_at POINT ARGUMENT ...: the program ends there by SIGKILL. A look at the job of a busy emulated guest takes the better part of a second, and
# the first looks come two at a time: a long period gives them time before a guest is said not to migrate.
died_at() {
	local point=$1
	shift
	VIRT_DRAIN_FAILPOINT=$point timeout 60 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --delay 4 "$@"
	same $? 137
}

# ---- the next starts: two at once, of which one adopts each intent ----
rescue_start() {
	local i
	streams=()
	for i in 1 2; do
		"$builddir/virt-drain" --config "$scratch/virt-drain.conf" --cache none --stream --json >"$scratch/rescue.$i" 2>&1 &
		streams+=($!)
	done
}
rescue_end() {
	kill "${streams[@]}"
	wait "${streams[@]}"
	streams=()
}
adopted() { cat "$scratch"/rescue.? | grep -c 'looked after from here'; }

# round METHOD ARGUMENT ...: one guest and one kill per failpoint, all at once.
round() {
	local method=$1 command=$2 point left first guests options=()
	local -A pid
	shift 2
	[ "$method" != postcopy ] || options=(--postcopy --postcopy-bandwidth 20)
	first=$(asked 'SELECT coalesce(max(id), 0) FROM intent')
	mapfile -t guests < <(printf "$method-%s\n" $points)
	busy "${options[@]}" -- "${guests[@]}"
	for point in $points; do
		died_at "$point" "$command" "host1/$method-$point" "$@" --wait >"$scratch/said.$point" 2>&1 &
		pid[$point]=$!
	done
	for point in $points; do
		if wait "${pid[$point]}"; then pass "$method: killed at $point"; else fail "$method: killed at $point" "$(cat "$scratch/said.$point")"; fi
		kills=$((kills + 1))
	done
	left=$(asked "SELECT count(*) FROM intent WHERE stage IN ('asked', 'recorded', 'sent') OR owes")
	# one that lives a little longer may have taken over what another left
	check "$method: intents are left open" test "$left" -ge 1
	rescue_start
	check "$method: every intent gets an outcome" await 60 nothing_is_open ||
		diag "$(asked 'SELECT domain_name, stage, owes, text FROM intent ORDER BY id DESC LIMIT 5')"
	check "$method: each was adopted once" same "$(adopted)" "$left"
	check "$method: what the dead left was adopted" \
		test "$(asked "SELECT count(*) FROM intent WHERE id > $first AND adopted_ms IS NOT NULL")" -ge 4
	for point in $points; do
		check "$method: the guest of $point runs" await 30 runs_somewhere "$method-$point"
	done
	check "$method: an effect is said to be of an earlier virt-drain" contains "$(last_intent "$method-after-call" text)" 'by an earlier virt-drain'
	check "$method: where no call was made nothing is claimed" same "$(last_intent "$method-before-call" stage)" unproven
	check "$method: nothing was sent again" migration_runs "$method-before-call" host1
	rescue_end
	forget "${guests[@]}"
}

rounds() {
	round pause force-complete --method pause
	round postcopy force-complete --method post-copy
	round abort abort
}

# ---- the job ends, the pause comes, and its maker dies before it sees why: only adoption saves the guest ----
stand_still() { # NAME
	busy -- "$1"
	rm -f "$scratch"/barrier*
	VIRT_DRAIN_BARRIER=$scratch/barrier died_at after-call force-complete "host1/$1" --method pause --wait >"$scratch/said" 2>&1 &
	local acting=$!
	await 30 test -e "$scratch/barrier.reached"
	virsh_on host1 domjobabort "$1"
	await 30 migration_is_over "$1" host1
	touch "$scratch/barrier"
	wait $acting
	kills=$((kills + 1))
}
stream_for() { # SECONDS [ARGUMENT ...]
	local seconds=$1
	shift
	timeout 60 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --cache none --stream --json --for "$seconds" "$@" >"$stream" 2>&1
}

ended_early() {
	stand_still late || diag "$(cat "$scratch/said")"
	check 'the job ended before the pause: the guest is left paused' reason_is late host1 'paused (user)'
	check 'its intent is open, and tells that the guest ran' same "$(last_intent late 'stage, was_running')" 'recorded|1'
	VIRT_DRAIN_FAILPOINT=no-adoption stream_for 12
	check 'without adoption this would fail: the guest is still paused' reason_is late host1 'paused (user)'
	check 'and its intent open' something_is_open
	stream_for 6 --read-only
	check 'in read-only mode nothing is done' reason_is late host1 'paused (user)'
	printf 'allow_tcp = true;\nhosts = ({ name = "host1"; uri = "%s"; });\n' "$(uri_of host1)" >"$scratch/one.conf"
	timeout 60 "$builddir/virt-drain" --config "$scratch/one.conf" --cache none --stream --json --for 12 >"$stream" 2>&1
	check 'where the other end is not seen the guest is left alone' reason_is late host1 'paused (user)'
	check 'and that is told as critical' streamed '.severity == "critical" and (.text | test("look at both hosts, then virsh resume"))'
	check 'killed right after the resume' died_at resume-after-call --cache none --stream
	kills=$((kills + 1))
	check 'the guest runs again' await 10 guest_is_only_on late host1
	rescue_start
	check 'the next start closes it' await 30 nothing_is_open
	rescue_end
	check 'with the truth' same "$(last_intent late stage)" unproven
	stand_still again || diag "$(cat "$scratch/said")"
	check 'a second one is left paused' reason_is again host1 'paused (user)'
	rescue_start
	check 'it is resumed' await 30 guest_is_only_on again host1
	check 'and its intent closed' await 30 nothing_is_open
	rescue_end
	check 'which says so' contains "$(last_intent again text)" 'the guest was resumed'
	forget late again
}

ended_early
while [ $kills -lt "$KILLS" ] || [ $kills -lt 10 ]; do rounds; done
check 'the ledger is sound' same "$(sqlite3 "$ledger" 'PRAGMA integrity_check')" ok
diag "$kills kills"
finish
