#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is foretold of real migrations, against what comes of them: one that never ends, one that just ends, one whose guest is slowed
# down, one with a disk, one whose network is cut. All at once, between hosts that the others do not use; virsh is the witness.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 8

stream=$scratch/stream recording=$scratch/recording
watchers=()
more_cleanup() { kill "${watchers[@]}" && wait "${watchers[@]}"; } 2>/dev/null
watch() { # FILE ARGUMENT...
	local file=$1
	shift
	timeout 400 "$builddir/virt-drain" --cache none --stream --json "$@" >"$file" 2>"$file.err" &
	watchers+=($!)
}

# ---- what a stream has said of a guest: the objects of its migration, oldest first, and its notices
of() { jq -c "select(.type == \"$2\" and (${3-true}) and (.name // .subject) == \"$1\") | ${4-.}" "$stream"; } # GUEST TYPE [CONDITION [EXPRESSION]]
has_row() { [ -n "$(of "$1" migration "$2" | head -1)" ]; }
has_no_row() {
	local said
	said=$(of "$1" migration "$2" '[.time, .phase, .pass, .verdict, .reason]')
	[ -z "$said" ] || { echo "$said"; return 1; }
}
first_row() { of "$1" migration "$2" | head -1; }
last_row() { of "$1" migration "$2" | tail -1; }
noticed() { grep -q "^{\"type\":\"notice\".*\"subject\":\"$1\".*\"text\":\"$2" "$stream"; } # GUEST BEGINNING
refute() { ! "$@"; }
is_over() { grep -q "^{\"type\":\"migration\".*\"name\":\"$1\".*\"outcome\":\"" "$stream"; }
ended() { same "$(last_row "$1" true | jq -r .outcome)" completed; }
verdicts() { of "$1" migration '.verdict != null' .verdict | uniq | paste -sd ' '; }
at() { date --date="$1" +%s%3N; }                                                   # TIME OF THE STREAM
notice_at() { at "$(of "$1" notice "(.text | startswith(\"$2\"))" .time | tail -1 | tr -d '"')"; } # GUEST BEGINNING
now() { echo $((${EPOCHREALTIME/./} / 1000)); }

raw() { virsh_on "$2" domjobinfo "$1" --rawstats 2>/dev/null | sed -n "s/^$3: *//p"; } # GUEST HOST KEY
pass_is() { [ "$(raw "$1" "$2" memory_iteration)" = "$3" ]; }
move() { # GUEST TO BANDWIDTH [OPTION...]
	local name=$1 to=$2 bandwidth=$3
	shift 3
	lab migrate "$name" "$to" --bandwidth "$bandwidth" "$@"
}

lab guest never --on host1 --memory 160 --working-set 120 --dirty-rate 36 --pattern random
lab guest border --on host3 --memory 128 --working-set 96 --dirty-rate 12 --pattern sweep
lab guest slowed --on host5 --memory 64 --working-set 48 --dirty-rate 48 --pattern random
lab guest cut --on host7 --memory 160 --working-set 128 --dirty-rate 8 --pattern sweep
lab guest disk --on host3 --memory 96 --working-set 64 --dirty-rate 4 --pattern sweep --disk 160
printf 'hosts = ({ name = "host1"; uri = "%s"; }, { name = "host2"; uri = "%s"; });\nallow_tcp = true;\n' \
	"$(uri_of host1)" "$(uri_of host2)" >"$scratch/two.conf"
watch "$stream" --config "$scratch/virt-drain.conf"
watch "$scratch/recorder" --config "$scratch/two.conf" --record "$recording"
recorder=${watchers[1]}
hosts_up() { [ "$(grep -c '^{"type":"host".*"state":"up"' "$1")" -ge "$2" ]; } # FILE NUMBER
check 'all hosts answer' await 30 eval 'hosts_up "$stream" 8 && hosts_up "$scratch/recorder" 2'
move never host2 12
move cut host8 12
move slowed host6 16 --auto-converge
move border host4 15

# ---- the network between two hosts is cut in the third pass, and comes back
await 60 pass_is cut host7 3
lab fault cut host7 host8
cut_at=$(now)
check 'cut: it is called stalled' await 20 noticed cut stalled
stalled_at=$(notice_at cut stalled)
diag "cut: called stalled after $((stalled_at - cut_at)) ms"
# the goal is five seconds; the deadline leaves room for a machine that does something else
check 'cut: within eight seconds' test $((stalled_at - cut_at)) -lt 8000
check 'cut: its row says for how long' await 10 has_row cut '.no_progress_ms > 0'
check 'cut: it has a reason, and no end' has_no_row cut '.verdict == "stalled" and (.eta_ms != null or (.reason | test("no progress for") | not))'
lab fault heal host7 host8
healed_at=$(now)

# ---- one that never ends: it is said when its third pass has ended
check 'never: it is called hopeless' await 90 noticed never 'will not converge'
check 'never: in the fourth pass, by virsh' pass_is never host1 4
check 'never: its row says so in that pass' await 8 has_row never '.pass == 4 and .verdict == "will not converge"'
told=$(last_row never '.pass == 4 and .verdict == "will not converge"')
diag "never: $(jq -r .reason <<<"$told")"
check 'never: the reason has the peaks' contains "$(jq .reason <<<"$told")" 'passes 2, 3 and 4 began with'
check 'never: no end is told' same "$(jq .eta_ms <<<"$told")" null
check 'never: the price of a pause is told' \
	jq --exit-status '0 < .pause_price_low_ms and .pause_price_low_ms <= .pause_price_ms and .pause_price_ms <= .pause_price_high_ms' <<<"$told"
needed=$(jq '.needed_downtime_ms // 0' <<<"$told")
diag "never: needs a downtime of $needed ms or $(jq '.needed_bandwidth_bytes_per_s // 0' <<<"$told") bytes per second"
check 'never: the bandwidth that it needs is told' jq --exit-status '.needed_bandwidth_bytes_per_s > 12 * 1048576' <<<"$told"
check 'never: the downtime that it needs is told' test "$needed" -gt 300
check 'never: it is not over' refute is_over never
virsh_on host1 migrate-setmaxdowntime never "$needed"
check 'never: with that downtime it ends' await 40 is_over never
check 'never: by itself' ended never

# ---- its recording, said again while the others go on
recorded() { grep -q '^{"type":"notice".*"subject":"never".*"text":"true downtime' "$1"; }
check 'recording: the recorder has the true downtime too' await 10 recorded "$scratch/recorder"
diag "never: $(jq -r 'select(.type == "notice" and .subject == "never").text' "$scratch/recorder" | tail -1)"
kill "$recorder"
wait "$recorder"
watch "$scratch/replay" --demo="$recording"

# ---- one just inside the border
check 'border: it ends' await 90 is_over border
check 'border: by itself' ended border
check 'border: it was never called hopeless' has_no_row border '.verdict == "will not converge"'
check 'border: nor for a moment' refute noticed border 'will not converge'
told=$(first_row border '.pass >= 3 and .eta_ms != null')
if [ -n "$told" ]; then
	left=$(($(at "$(last_row border true | jq -r .time)") - $(at "$(jq -r .time <<<"$told")")))
	# shellcheck disable=SC2016 # of jq
	diag "border: $(jq -r --argjson left "$left" '"its end was told in pass \(.pass): in \(.eta_ms) ms (\(.eta_low_ms) to \(.eta_high_ms)); it came in \($left): "
		+ if .eta_low_ms <= $left and (.eta_high_ms == null or $left <= .eta_high_ms) then "inside" else "MISSED" end' <<<"$told")"
else
	diag 'border: no end was told'
fi
diag "border: $(verdicts border)"

# ---- a disk is mirrored, then memory is copied
move disk host4 12 --copy-storage
bytes=0 grown=0
look_at_disk() { # true once the migration is over; counts how often virsh has seen bytes move
	local processed
	processed=$(raw disk host3 data_processed)
	[ "${processed:-0}" -le "$bytes" ] || { grown=$((grown + 1)); bytes=$processed; }
	is_over disk
}
await 90 look_at_disk
check 'disk: it ends' is_over disk
check 'disk: by itself' ended disk
check 'disk: virsh has seen bytes move' test "$grown" -gt 20
check 'disk: it was in the stream while its disk was mirrored' has_row disk '.phase == "preparing" and .remaining_bytes > 0'
check 'disk: and while its memory was copied' has_row disk '.phase == "pre-copy" and .pass > 0'
gaps() { of disk migration true .time | jq -s 'map(.[0:19] + "Z" | fromdate) | [range(1; length) as $i | .[$i] - .[$i - 1]] | max'; }
check 'disk: all the way' test "$(gaps)" -le 8
check 'disk: it was never called stalled' has_no_row disk '.verdict == "stalled" or .no_progress_ms != null'
check 'disk: nor for a moment' refute noticed disk stalled

# ---- a guest that is slowed down until it converges
check 'slowed: it ends' await 120 is_over slowed
check 'slowed: by itself' ended slowed
check 'slowed: auto-converge did it' has_row slowed '.throttle_percent >= 20'
check 'slowed: and the reason says so' has_row slowed '.reason != null and (.reason | test("auto-converge"))'
# not the last word: on a busy machine the throttle bites and lets go from one pass to the next
check 'slowed: it was said to converge before it did' has_row slowed '.phase == "pre-copy" and .verdict == "converging"'
diag "slowed: $(verdicts slowed)"

# ---- the network is there again
check 'healed: its bytes move again' await 60 noticed cut 'bytes move again'
diag "healed: they do after $(($(notice_at cut 'bytes move again') - healed_at)) ms"
moved_at=$(of cut notice '(.text == "bytes move again")' .time | tail -1)
check 'healed: it was not said to converge while it was cut' has_no_row cut \
	".time > $(of cut notice '(.text | startswith("stalled"))' .time | head -1) and .time < $moved_at and .verdict != \"stalled\""
check 'healed: there is a verdict again' await 60 has_row cut ".time > $moved_at and .verdict != \"stalled\" and .verdict != \"measuring\""
check 'healed: it ends' await 120 is_over cut
check 'healed: by itself' ended cut
diag "healed: $(verdicts cut)"

# ---- what the recording has said
check 'recording: it comes to the same end' await 120 recorded "$scratch/replay"
said_by() { jq -r 'select(.type == "notice" and .subject == "never").text' "$1"; }
check 'recording: all that was said of the guest is said again' same "$(said_by "$scratch/replay")" "$(said_by "$scratch/recorder")"
outcome_by() { jq -c 'select(.type == "migration" and .name == "never" and .outcome != null) | [.outcome, .downtime_ms, .pass]' "$1" | tail -1; }
check 'recording: and the outcome' same "$(outcome_by "$scratch/replay")" "$(outcome_by "$scratch/recorder")"
check 'nothing was written to standard error' eval '! cat "$scratch"/*.err | grep .'
finish
