#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the dialog says that a forced pause costs, against what it costs: 20 guests are paused by the key, at five points of a pass, hot
# sets and sweeps. Prints a row per try, remaining / bandwidth beside it; asserts nothing; three minutes with the lab's real hosts.
# keep=FOLDER keeps the recording of each try there; lanes=N tries at a time (4); rounds=N of all points (2).
set -u
export LC_ALL=C.UTF-8
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
lanes=${lanes:-4}
. "$srcdir/tests/bench/lanes.sh"

lab_name=pauses-$$
rounds=${rounds:-2} points=${points:-5 25 50 75 95} keep=${keep:-$scratch/recordings}
unset TMUX
export TMUX_TMPDIR=$scratch

# Rates and bandwidths in MiB/s. Passes take three to eight seconds, so that a point of one is a moment that a script can meet.
guest_of() { # PATTERN ROUND
	case $1 in
	hot) bandwidth=6 options=(--memory 128 --working-set 96 --dirty-rate 18 --pattern hot) ;;
	sweep) bandwidth=12 options=(--memory 96 --working-set 64 --dirty-rate $(($2 % 2 ? 11 : 13)) --pattern sweep) ;;
	esac
	at_pass=$((3 + ($2 + 1) % 2)) # 3, 4, 3, ...
}

# ---- a try; its variables are those of the functions below

try_row() { # PATTERN POINT ROUND
	local pattern=$1 point=$2 round=$3 name=$1-$2-$3 bandwidth options at_pass ok=1
	local why='the guest does not start' pass=0 began=() pass_at='' pass_ms=0 began_with=0 suspended_at='' said='' froze='' history=''
	local socket=vd-pauses-$$-${work##*lane} is_open=''
	guest_of "$pattern" "$round"
	export XDG_STATE_HOME=$work/$name # none of the others is in its table
	if lab guest "$name" --on "$source" "${options[@]}" && watch && follow act_in_time && settle; then ok=0; fi
	unwatch
	lab remove "$name"
	if [ $ok = 0 ]; then annotate; tell; else printf '%-6s %d %4d %%   no figures: %s\n' "$pattern" "$at_pass" "$point" "$why"; fi
} 2>>"$work/errors"

# The dashboard, as a person has it, and virsh.
watch() {
	why='the dashboard does not reach its hosts'
	rm -f "$keep/$name.rec" # it is not written over
	tm new-session -d -x 120 -y 35 "$builddir/virt-drain" --config "$work/conf" --record "$keep/$name.rec"
	hear_begin
	await 20 shows '2/2 up'
}
tm() { tmux -L "$socket" -f /dev/null "$@"; }
screen() { tm capture-pane -p; }
shows() { screen | grep -qE -- "$1"; }
is_gone() { ! tm has-session; }

unwatch() {
	tm send-keys q && await 5 is_gone || tm kill-server
	hear_end
}

# The dialog is opened a pass before the one that counts.
act_in_time() {
	if [ -z "$is_open" ] && [ "$pass" -eq $((at_pass - 1)) ]; then
		open_dialog || { why='the dialog does not open'; return 1; }
		is_open=yes
	fi
	[ -n "$pass_at" ] || [ "$pass" != "$at_pass" ] || look_at_pass
	if [ -z "$said" ] && is_due; then
		pause || { why='the dialog has no price'; return 1; }
	fi
}

# How much this pass has to send, and how long that takes: it is over when what is left fits into the downtime, which is QEMU's default.
look_at_pass() {
	pass_at=${began[pass]}
	began_with=$(virsh --quiet --connect "$uri" domjobinfo "$name" --rawstats | sed -n 's/^memory_remaining: *//p')
	began_with=$((began_with + (${EPOCHREALTIME/./} / 1000 - pass_at) * (bandwidth << 20) / 1000))
	pass_ms=$((began_with * 1000 / (bandwidth << 20) - 300))
}
is_due() { ((pass > at_pass || (pass == at_pass && ${EPOCHREALTIME/./} / 1000 >= pass_at + pass_ms * point / 100))); }

open_dialog() {
	tm send-keys f
	await 5 shows 'force-complete: ' || return 1
	tm send-keys Down
	await 5 shows '\(\*\) pause'
}
pause() {
	said=$(screen | sed -n 's/.*(\*) pause  *stands still ~\([0-9.]*\) s (\([0-9.]*\) to \([0-9.]*\)).*/\1 \2 \3/p')
	tm send-keys y
	[ -n "$said" ]
}

# How long the guest has stood still: as virsh has it, and as the history has it.
settle() {
	why='what it took is not told'
	froze=$(true_freeze)
	await 10 history_has_it || return 1
	history=$(history_of)
	[ -n "$suspended_at" ] && [ -n "$froze" ]
}
history_of() { "$builddir/virt-drain" --config "$work/conf" history --json | jq "[.migrations[] | select(.name == \"$name\").downtime_ms][0] // empty"; }
history_has_it() { [ -n "$(history_of)" ]; }

# What happened, as tests/replay/README.md has it, so that the recording can be judged like the corpus.
annotate() { sed -i '/^started /r /dev/stdin' "$keep/$name.rec" < <(notes | sed 's/^/note /'); }
notes() {
	local started
	started=$(sed -n 's/^started //p;/^host /q' "$keep/$name.rec")
	echo 'ended forced-pause'
	echo "froze_ms $froze"
	echo "paused_at_ms $((suspended_at - started))"
	printf 'paused_at %d.%02d\n' "$at_pass" "$point"
	echo 'converges no'
	echo "said $said"
	echo "guest ${options[*]}"
	echo "migrate --bandwidth $bandwidth"
}

# A row for people, and one for the sums: inside, error of the dialog, error of the rival, seconds frozen. What the dialog has rounded is
# compared with the truth in the same number of digits.
tell() {
	# shellcheck disable=SC2086 # three words
	set -- $said
	awk -v pattern="$pattern" -v pass="$at_pass" -v point="$point" -v best="$1" -v low="$2" -v high="$3" -v froze="$froze" \
		-v history="$history" -v rival="$((began_with * 1000 / (bandwidth << 20) - (suspended_at - pass_at)))" \
		-v truly="$(((suspended_at - pass_at) * 100 / pass_ms))" -v sums="$scratch/sums" '
		function digits(text) { return text ~ /[.]/ ? length(text) - index(text, ".") : 0 }
		function rounded(x, as) { return sprintf("%.*f", digits(as), x) + 0 }
		function off(x) { return x < 0 ? -x : x }
		BEGIN {
			said_by_history = history == froze ? "" : "   history has " history " ms"
			froze /= 1000; rival = rival < 0 ? 0 : rival / 1000
			inside = rounded(froze, low) >= low + 0 && rounded(froze, high) <= high + 0
			printf "%-6s %d %4d %% %4d %%   %5s  %5s to %-5s  %6.2f  %-6s  %6.2f %6.2f   %6.2f%s\n", pattern, pass, point, truly, best, low, high,
				froze, inside ? "yes" : "NO", off(best - froze), rival, off(rival - froze),
				said_by_history
			print inside, off(best - froze), off(rival - froze), froze >>sums
		}'
}

summary() { # COLUMN NAME
	sort -n -k "$1,$1" "$scratch/sums" | awk -v c="$1" '{ e[NR] = $c } END { printf "%6.2f s %6.2f s", e[int((NR + 1) / 2)], e[int(NR * 0.9 + 0.999)] }'
	awk -v c="$1" '{ print 100 * $c / $4 }' "$scratch/sums" | sort -n |
		awk '{ e[NR] = $1 } END { printf "  %6.1f %% %6.1f %%\n", e[int((NR + 1) / 2)], e[int(NR * 0.9 + 0.999)] }'
}

# ---- all of it

lanes_cleanup() {
	local i
	for ((i = 1; i <= lanes; i++)); do tmux -L "vd-pauses-$$-$i" kill-server; done
}

echo
echo "What the dialog says of a pause, at five points of a pass: $rounds rounds of a hot set and a sweep"
lanes_needed
command -v tmux >/dev/null || { echo 'skipped, nothing here was measured: tmux is not installed'; exit 0; }
mkdir -p "$keep"
echo 'pattern, pass, point, truly at    said      range, s   froze  inside   error   rem/bw   error'
run_lanes < <(
	for ((round = 1; round <= rounds; round++)); do
		for point in $points; do printf '%s\n' "hot $point $round" "sweep $point $round"; done
	done
)
[ -s "$scratch/sums" ] || { echo 'no try succeeded'; exit 1; }
awk '{ n += $1 } END { printf "inside what was said: %d of %d   to hold: 16 of 20\n", n, NR }' "$scratch/sums"
echo "error, median and 90th percentile: the dialog        $(summary 2)"
echo "                                   remaining / bandwidth $(summary 3)"
