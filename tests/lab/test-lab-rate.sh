#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest dirties as much as it was told, by the machine's clock and in its own memory, in the pattern it was told.
set -u
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)} builddir=${builddir:-$srcdir}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 1
seconds=4
measuring=()

# Waits for the guest to say a new count, and prints it with the machine's time: "NANOSECONDS PAGES".
next_count() { # GUEST
	local before now
	before=$(pages_of "$1")
	while now=$(pages_of "$1"); [ "$now" = "$before" ]; do sleep 0.05; done
	echo "$(date +%s%N) $now"
}

# The guest's rate in KiB/s over some seconds of the machine's clock.
measure() { # GUEST
	local from until pages_from pages_until
	read -r from pages_from < <(next_count "$1")
	while read -r until pages_until < <(next_count "$1"); [ $((until - from)) -lt $((seconds * 1000000000)) ]; do :; done
	echo $(((pages_until - pages_from) * 4 * 1000000 / ((until - from) / 1000)))
}

within_20_percent() { # GUEST MIB/S
	local is
	is=$(measure "$1")
	echo "$is KiB/s instead of $(($2 * 1024))"
	[ $((is * 100)) -ge $(($2 * 1024 * 80)) ] && [ $((is * 100)) -le $(($2 * 1024 * 120)) ]
}

# The pages of the first N MiB of a guest's working set, each as the number of the write that was its last (0: only filled).
last_writes() { # GUEST MIB
	local file=/run/virt-drain-lab/$lab_name/live/guests/memory
	virsh_on host1 qemu-monitor-command "$1" >/dev/null \
		"{\"execute\":\"pmemsave\",\"arguments\":{\"val\":1048576,\"size\":$(($2 * 1048576)),\"filename\":\"$file\"}}"
	lab exec host1 od -A n -v -t u4 -w4096 "$file" | awk '{ print $1 }'
	lab exec host1 rm "$file"
}

# How many different pages the guest's last N writes went to, and how far up the highest of all is.
different() { # GUEST MIB N
	last_writes "$1" "$2" | awk -v n="$3" '
		{ page[NR] = $1; if ($1 > last) last = $1; if ($1 > 0) highest = NR }
		END { for (i in page) if (page[i] > last - n) count++; print count + 0, highest }'
}
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || { echo "$1 is not between $2 and $3"; return 1; }; }

for pattern in hot sweep random; do
	for rate in 200 20; do
		lab guest $pattern-$rate --on host1 --memory 96 --working-set 64 --dirty-rate $rate --pattern $pattern
	done
done
# Six at once: so many fit on two cores.
for guest in {hot,sweep,random}-{200,20}; do
	{ within_20_percent $guest ${guest#*-} || echo wrong; } >"$scratch/$guest" &
	measuring+=($!)
done
wait "${measuring[@]}"
for guest in {hot,sweep,random}-{200,20}; do
	check "${guest%-*} at ${guest#*-} MiB/s is within 20 %" eval "! grep -h . $scratch/$guest | tee /dev/stderr | grep -q wrong"
	diag "$(head -n 1 "$scratch/$guest")"
	virsh_on host1 destroy $guest
done

# 16 MiB are 4096 pages. Of 2048 writes, a sweep goes to as many pages; a hot guest to 512 hot ones and 256 of its slow
# sweep, some of which are hot; a random one to 4096 x (1 - e^(-1/2)) = 1612.
for pattern in hot sweep random; do
	lab guest $pattern --on host1 --memory 64 --working-set 16 --dirty-rate 40 --pattern $pattern --fill 24
done
await 10 eval '[ $(pages_of hot) -gt 40000 ] && [ $(pages_of sweep) -gt 40000 ] && [ $(pages_of random) -gt 40000 ]'
read -r n highest < <(different sweep 24 2048)
check 'a sweep writes to one page after the other' between "$n" 2000 2048
check 'over its whole working set and no further' same "$highest" 4096
read -r n highest < <(different hot 24 2048)
check 'a hot guest writes to few pages over and over' between "$n" 700 780
check 'and sometimes to all of its working set, no further' same "$highest" 4096
read -r n highest < <(different random 24 2048)
check 'a random guest writes to any page' between "$n" 1500 1720
check 'of its working set and no other' between "$highest" 4080 4096
filled=$(lab exec host1 sh -c "virsh -q qemu-monitor-command sweep --hmp 'xp /1wx 0x18ff008'; virsh -q qemu-monitor-command sweep --hmp 'xp /1wx 0x1900008'" | tr -d '\r' | awk 'NF { print $2 }' | paste -sd,)
check 'memory is filled as far as asked' same "$filled" 0x64726961,0x00000000

lab guest phased --on host1 --memory 64 --working-set 32 --pattern random --phases 5:40,5:4:8
# Both rates, each within 20 %: what the guest counted itself stands before its pages.
rates_seen() {
	lab status | awk '$1 == "phased" { for (i = NF; i > 1; i--) if ($i ~ /^[0-9]+$/ && $(i - 1) ~ /^[0-9]+$/) { print $(i - 1); exit } }' \
		>>"$scratch/phases"
	awk '$1 >= 32 && $1 <= 48 { high = 1 } $1 >= 3 && $1 <= 5 { low = 1 } END { exit !(high && low) }' "$scratch/phases"
}
check 'phases follow one another' await 60 rates_seen
check 'and begin again' eval ': >"$scratch/phases"; await 60 rates_seen'
finish
