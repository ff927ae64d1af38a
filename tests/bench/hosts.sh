#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Figures with real hosts: three of them, 30 idle guests, 3 migrating ones. How many calls go to libvirt, how long an action takes while
# another host hangs, and the first frame while no host can be reached. Asserts nothing; about four minutes.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
export srcdir builddir
. "$srcdir/tests/lab/lib.sh"

hosts='host1 host2 host3' idle_per_host=10
refresh=1000 heartbeat=5000 sweep=60000 seconds=60 # the defaults of virt-drain, in milliseconds; one whole sweep is watched
aborts=${aborts:-9}

echo
echo 'With real hosts: 3 hosts, 30 idle guests, 3 migrating guests'
why=$("$lab_tool" check 2>&1) || { echo "skipped, nothing here was measured: ${why#lab: }"; exit 0; }
lab up --with-parent $$ --hosts 3 >/dev/null || { echo 'the lab does not come up'; exit 1; }
lab config >"$scratch/virt-drain.conf"

idle_guests() { # HOST
	local i
	for i in $(seq $idle_per_host); do
		lab guest "idle-$1-$i" --on "$1" --memory 16 --working-set 4 --dirty-rate 0 --fill 0 || return 1
	done
}
# All from or to host1 and host2: what host3 does later concerns none of them. They never end by themselves.
migrate() { # NAME FROM
	local to=host2
	[ "$2" = host2 ] && to=host1
	migration_runs "$1" "$2" || lab migrate "$1" "$to" --bandwidth 1
	await 20 migration_runs "$1" "$2"
}
migrate_all() { migrate moving-1 host1 && migrate moving-2 host2 && migrate moving-3 host1; }
place_all() {
	local host
	for host in $hosts; do idle_guests "$host" || return 1; done
	for guest in moving-1:host1 moving-2:host2 moving-3:host1; do
		lab guest "${guest%:*}" --on "${guest#*:}" --memory 24 --working-set 16 --dirty-rate 8 --pattern sweep || return 1
	done
	migrate_all
}

# ---- calls per second, as the call layer of the driver counts them
count_calls() {
	local uris
	mapfile -t uris < <(lab uris | sed 's/ /=/')
	{ sleep 15; echo counts; sleep "$seconds"; echo counts; sleep 1; echo quit; } |
		"$builddir/tests/lab/driver_say" --refresh $refresh --heartbeat $heartbeat --sweep $sweep "${uris[@]}" |
		grep ' COUNTS ' >"$scratch/counts"
	awk -v hosts=3 -v idle=30 -v migrating=3 -v refresh=$refresh -v heartbeat=$heartbeat -v sweep=$sweep '
		NR == 1 { began = $1; for (i = 4; i <= NF; i++) { split($i, f, "="); first[f[1]] = f[2] } }
		NR == 2 {
			took = ($1 - began) / 1000
			printf "%-56s %9s\n", "calls to libvirt, steady state of " int(took) " s", "per s"
			for (i = 4; i <= NF; i++) {
				split($i, f, "=")
				sum += f[2] - first[f[1]]
				printf "  %-54s %9.3f\n", f[1], (f[2] - first[f[1]]) / took
			}
			formula = 1000 * (migrating / refresh + hosts / heartbeat + idle / sweep)
			printf "  %-54s %9.3f            to hold %7.2f   ratio %5.2f\n", "all", sum / took, formula, sum / took / formula
		}' "$scratch/counts"
}

# ---- from the key that confirms an abort to the return of the call, host3 being frozen. The ledger is durable before the call, and
# has the moment of its return as "sent": the call has left before that.
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
abort_once() {
	local key
	migrate_all || return 1
	key=$("$builddir/tests/bench/bench_program" --abort --config "$scratch/virt-drain.conf" --cache none | tail -1)
	sqlite3 "$ledger" "SELECT sent_mono_ms - $key, sent_mono_ms - asked_mono_ms FROM intent WHERE sent_mono_ms >= $key - 1" |
		tr '|' ' '
}
spread() { # FIELD of the file: median, most
	sort -n -k "$1,$1" "$scratch/aborts" | awk -v field="$1" '{ v[NR] = $field < 0 ? 0 : $field }
		END { if (NR) printf "%d tries, median %.0f, most %.0f ms\n", NR, v[int(NR / 2) + 1], v[NR]; else print "no try succeeded" }'
}
time_aborts() {
	local i
	lab fault freeze host3
	for i in $(seq "$aborts"); do abort_once; done >"$scratch/aborts"
	lab fault thaw host3
	printf '%-56s %s   to hold, until it leaves: under 20 ms\n' 'confirming key to the call'\''s return, another host frozen' "$(spread 1)"
	printf '%-56s %s\n' '  of this, from the order on' "$(spread 2)"
}

place_all || { echo 'the guests do not come up'; exit 1; }
count_calls
echo
time_aborts

# ---- the first frame
for host in $hosts; do lab fault cut "$host"; done
echo
"$builddir/tests/bench/bench_program" --first --config "$scratch/virt-drain.conf" --cache none
