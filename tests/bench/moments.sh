#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What it brings to force at the best moment: guests that never converge are paused at a moment drawn at random, and others are armed at
# the same moment of their migration; both distributions of the true freeze are printed, per pattern. Asserts nothing; real hosts.
# TRIES=N of each kind per pattern (20); seed=N for the same moments again; lanes=N tries at a time (2); patterns='...' for some of them.
set -u
export LC_ALL=C.UTF-8
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
lanes=${lanes:-2}
. "$srcdir/tests/bench/lanes.sh"

lab_name=moments-$$
tries=${TRIES:-20} seed=${seed:-$((EPOCHSECONDS % 30000))} patterns=${patterns:-hot sweep slow random}
from_pass=3 # in which the moment lies: the pass before is the first that is as long as all that follow

# Rates and bandwidths in MiB/s; passes take two to five seconds. All write to the same pages again within a pass, but for the slow sweep, which
# goes round just as fast as the link sends: there all moments cost about the same.
guest_of() { # PATTERN
	case $1 in
	hot) bandwidth=6 options=(--memory 96 --working-set 64 --dirty-rate 18 --fill 24 --pattern hot) ;;
	sweep) bandwidth=16 options=(--memory 64 --working-set 48 --dirty-rate 32 --pattern sweep) ;;
	slow) bandwidth=12 options=(--memory 80 --working-set 64 --dirty-rate 13 --pattern sweep) ;;
	random) bandwidth=16 options=(--memory 64 --working-set 48 --dirty-rate 48 --pattern random) ;;
	esac
}

# ---- a try; its variables are those of the functions below

try_row() { # PATTERN NUMBER arm|force-complete PERMILLE
	local pattern=$1 number=$2 action=$3 point=$4 name=$1-$2-${3%%-*} bandwidth options order='' code='' ok=1
	local why='the guest does not start' pass=0 began=() pass_ms='' suspended_at='' froze=''
	guest_of "$pattern"
	export XDG_STATE_HOME=$work/$name # none of the others is in its ledger
	if lab guest "$name" --on "$source" "${options[@]}" && hear_begin && follow decide_in_time && settle; then ok=0; fi
	[ -z "$order" ] || [ -n "$code" ] || { kill "$order"; wait "$order"; }
	hear_end
	lab remove "$name"
	if [ $ok = 0 ]; then tell; else printf '%-8s %3d %-15s no figures: %s\n' "$pattern" "$number" "$action" "$why"; fi
} 2>>"$work/errors"

# Both orders are given at the same moment of the migration. The host is named, so that no other is waited for: else a pause would follow a
# look at the statistics, and those come whole seconds after a pass has begun.
decide_in_time() {
	if [ -n "$order" ]; then
		kill -0 "$order" 2>/dev/null || end_order
	elif ((pass >= from_pass)); then
		look_at_pass && { ! is_due || give_order; }
	fi
}
# The moment is drawn from a pass that is as long as the one before.
look_at_pass() {
	[ -z "$pass_ms" ] || return 0
	why="virsh has not told when pass $((from_pass - 1)) and $from_pass began"
	[ -n "${began[from_pass - 1]-}" ] && [ -n "${began[from_pass]-}" ] && pass_ms=$((began[from_pass] - began[from_pass - 1]))
}
is_due() { ((${EPOCHREALTIME/./} / 1000 >= began[from_pass] + pass_ms * point / 1000)); }
give_order() {
	"$builddir/virt-drain" --config "$work/conf" "$action" "source/$name" --method pause --wait >"$work/said" 2>&1 &
	order=$!
	echo "$order" >>"$work/pids"
}
end_order() {
	[ -n "$code" ] || { wait "$order"; code=$?; }
	why="the order ended with code $code: $(tail -n 1 "$work/said")"
	[ "$code" = 0 ]
}
settle() {
	why="it ended by itself in pass $pass"
	[ -n "$order" ] && [ -n "$suspended_at" ] || return 1
	end_order || return 1
	why='what it took is not told'
	froze=$(true_freeze)
	[ -n "$froze" ]
}

# A row for people, and one for the sums.
tell() {
	local lag
	find_lag
	printf '%-8s %3d %-15s decided at %d.%03d  stopped %5d ms after pass %2d began   froze %6d ms\n' "$pattern" "$number" "$action" \
		"$from_pass" "$point" "$lag" "$pass" "$froze"
	echo "$pattern $number $action $froze $lag" >>"$scratch/sums"
}
# From the beginning of the pass to the stop. That pass is not the last one: the switch-over begins another.
find_lag() {
	local number
	for number in "${!began[@]}"; do
		[ "${began[number]}" -gt "$suspended_at" ] || pass=$number
	done
	lag=$((suspended_at - began[pass]))
}

# ---- what comes of it

# Per pattern: quartiles of both, all values, the ratio of the medians with the interval in which nine of ten lie of those that are drawn again
# from the same tries (bootstrap), and the sign test of the pairs: how likely it is that so many favour one side if neither is better.
# shellcheck disable=SC2016 # awk's
summary='
	function sorted(v, n,   i, j, x) {
		for (i = 2; i <= n; i++) {
			x = v[i]
			for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]
			v[j + 1] = x
		}
	}
	function quantile(v, n, share,   at, low) {
		at = 1 + (n - 1) * share; low = int(at)
		return v[low] + (at - low) * ((low < n ? v[low + 1] : v[low]) - v[low])
	}
	function row(name, v, n,   i) {
		printf "%-7s %-16s", pattern, name
		for (i = 1; i <= 6; i++) printf "%7.2f", quantile(v, n, share[i]) / 1000
		printf "\n     "
		for (i = 1; i <= n; i++) printf " %.2f", v[i] / 1000
		print ""
	}
	function median_of_drawn(v, n,   drawn, i) {
		for (i = 1; i <= n; i++) drawn[i] = v[1 + int(rand() * n)]
		sorted(drawn, n)
		return quantile(drawn, n, 0.5)
	}
	function sign_test(k, n,   i, c, sum) { # two-sided
		if (k < n - k) k = n - k
		c = 1
		for (i = 0; i <= n; i++) {
			if (i >= k) sum += c
			c = c * (n - i) / (i + 1)
		}
		sum = 2 * sum / 2 ^ n
		return sum > 1 ? 1 : sum
	}
	BEGIN { split("0 0.25 0.5 0.75 0.9 1", share, " "); srand(seed) }
	$1 == pattern && $3 == "arm" { armed[++n_armed] = $4; lag[n_armed] = $5; arm_of[$2] = $4 }
	$1 == pattern && $3 != "arm" { forced[++n_forced] = $4; force_of[$2] = $4 }
	END {
		if (!n_armed || !n_forced) { print pattern ": too few tries succeeded"; exit }
		for (i in arm_of) if (i in force_of && arm_of[i] != force_of[i]) { n_pairs++; n_better += arm_of[i] < force_of[i] }
		sorted(armed, n_armed); sorted(forced, n_forced); sorted(lag, n_armed)
		row("a random moment", forced, n_forced)
		row("the best moment", armed, n_armed)
		for (i = 1; i <= 2000; i++) ratio[i] = median_of_drawn(armed, n_armed) / median_of_drawn(forced, n_forced)
		sorted(ratio, 2000)
		printf "      ratio of the medians %.2f (%.2f to %.2f), shorter in %d of %d pairs (p = %.2g)\n",
			quantile(armed, n_armed, 0.5) / quantile(forced, n_forced, 0.5), quantile(ratio, 2000, 0.05), quantile(ratio, 2000, 0.95),
			n_better, n_pairs, sign_test(n_better, n_pairs)
		printf "      the armed ones stopped %d ms after a pass began (median), at most %d ms\n\n", quantile(lag, n_armed, 0.5), lag[n_armed]
	}'

# ---- all of it

# Pairs whose moment is the same, in turn of all patterns, now the one and now the other first.
rows() {
	local number pattern point both
	RANDOM=$seed
	for ((number = 1; number <= tries; number++)); do
		for pattern in $patterns; do
			point=$((RANDOM * 1000 / 32768)) both=(arm force-complete)
			((RANDOM % 2)) || both=(force-complete arm)
			printf '%s\n' "$pattern $number ${both[0]} $point" "$pattern $number ${both[1]} $point"
		done
	done
}

echo
echo "Forced at the best moment and at a random one: $tries tries of each per pattern, seed $seed"
lanes_needed
run_lanes < <(rows)
[ -s "$scratch/sums" ] || { echo 'no try succeeded'; exit 1; }
echo
echo 'seconds frozen              min   25 % median   75 %   90 %   most      to hold: ratio of the medians at most 1'
for pattern in $patterns; do awk -v pattern="$pattern" -v seed="$seed" "$summary" "$scratch/sums"; done
