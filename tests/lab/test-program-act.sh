#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The actions by the command line, on real guests, each to its true end as virsh sees it.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3

# An operator's other terminal watches and writes the cache all the while.
timeout 600 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --stream >"$scratch/stream" 2>&1 &
watcher=$!
more_cleanup() { kill "$watcher" 2>/dev/null; }

# A guest whose copy ends only when somebody acts, on its way from host1 to host2.
stuck() { # NAME [MIGRATE-OPTION...]
	local name=$1
	shift
	lab guest "$name" --on host1 --memory 128 --working-set 64 --dirty-rate 60 --pattern hot
	lab migrate "$name" host2 --bandwidth 10 "$@"
	await 20 migration_runs "$name" host1 || diag "the migration of $name did not begin"
}
passes() { virsh_on host1 domjobinfo "$1" --rawstats | sed -n 's/^memory_iteration: *//p'; }
copies() { [ "$(passes "$1")" -ge 1 ]; }
over() { await 60 migration_is_over "$1" host1; }
last_of() { virt_drain history --json | jq -r "[.migrations[] | select(.name == \"$1\")][0].$2"; }

# ---- pause ----
stuck paused
await 20 copies paused
said=$(virt_drain force-complete paused --method pause --wait --json)
check 'a pause is accepted and followed to its end' same "$(jq -r '"\(.stage) \(.method) \(.outcome) \(.exit_code)"' <<<"$said")" \
	'proven pause completed 0'
check 'and its document has the number of the ledger' test "$(jq .id <<<"$said")" -gt 0
check 'then the guest runs at the destination' await 30 guest_is_only_on paused host2
check 'and its history says completed' await 5 eval 'same "$(last_of paused outcome)" completed'
check 'with its true downtime' await 5 eval '[ "$(last_of paused downtime_ms)" -gt 0 ]'

# ---- post-copy ----
stuck moved --postcopy --postcopy-bandwidth 5
await 20 copies moved
check 'post-copy is accepted' virt_drain force-complete moved --method post-copy
check 'the source shows post-copy' await 10 eval '[ "$(virsh_on host1 domstate moved --reason)" = "paused (post-copy)" ]'
check 'an abort in post-copy is refused with code 3' refused_with 3 virt_drain abort moved
check 'the guest runs at the destination in the end' await 60 guest_is_only_on moved host2

# ---- post-copy that the migration does not permit ----
stuck plain
await 20 copies plain
check 'a chosen post-copy is refused with code 3' refused_with 3 virt_drain force-complete plain --method post-copy
said=$(virt_drain force-complete plain --method post-copy 2>&1)
check 'and the reason is told' contains "$said" post-copy
check 'the guest still runs on its source' guest_runs_on plain host1
check 'an automatic force falls back to a pause' virt_drain force-complete plain --wait
check 'and the guest runs at the destination' await 30 guest_is_only_on plain host2

# ---- abort ----
stuck kept
await 20 copies kept
said=$(virt_drain abort kept --wait 2>&1)
check 'an abort is followed to its end' contains "$said" 'kept: cancelled'
check 'the guest stays on its source and runs' guest_is_only_on kept host1
# Who only watched is not told by libvirt why the job is gone, unless a look fell into the moment when it was.
check 'a watcher says that it did not move' await 5 eval '[[ $(last_of kept outcome) =~ ^(cancelled|not-moved)$ ]]'
check 'an abort without a job is refused with code 5' refused_with 5 virt_drain abort kept
for action in 'abort nobody' 'force-complete nobody' 'arm nobody' 'disarm nobody' 'timeout nobody 1h' 'downtime nobody 1s' 'bandwidth nobody none'; do
	# shellcheck disable=SC2086
	check "a guest that does not exist is refused with code 5: $action" refused_with 5 virt_drain $action
done

# ---- abort after a pause ----
lab migrate kept host2 --bandwidth 2
await 20 copies kept
check 'a slow copy is paused' virt_drain force-complete kept --method pause
check 'virsh sees it paused' await 10 eval '[ "$(virsh_on host1 domstate kept)" = paused ]'
check 'a maximum downtime for a frozen guest is refused with code 3' refused_with 3 virt_drain downtime kept 1s
check 'a second pause is refused with code 3' refused_with 3 virt_drain force-complete kept --method pause
check 'the frozen guest can be aborted' virt_drain abort kept --wait
check 'and runs again on its source' await 10 guest_is_only_on kept host1

# ---- the maximum downtime ----
stuck eased
await 20 copies eased
limit_of() { virsh_on host1 migrate-getmaxdowntime "$1"; }
check 'a maximum downtime of 0 is refused with code 2' refused_with 2 virt_drain downtime eased 0
check 'one above 2000 s too' refused_with 2 virt_drain downtime eased 2001
check 'and one that is no duration' refused_with 2 virt_drain downtime eased soon
check 'and none at all' refused_with 2 virt_drain downtime eased
check 'nothing of it reached the guest' same "$(limit_of eased)" 300
said=$(virt_drain downtime eased 456ms --wait 2>&1)
check 'a maximum downtime is read back' contains "$said" 'eased: the maximum downtime is 456 ms now'
check 'and virsh says the same' same "$(limit_of eased)" 456
check 'without --wait too' virt_drain downtime eased 789ms
check 'virsh sees it' await 10 eval 'same "$(limit_of eased)" 789'
check 'one that is enough is set' virt_drain downtime eased 15s --wait
check 'and lets it end by itself' await 60 guest_is_only_on eased host2
check 'as completed' await 5 eval 'same "$(last_of eased outcome)" completed'
check 'then it is refused with code 5' refused_with 5 virt_drain downtime eased 1s

# ---- the bandwidth ----
stuck hurried --postcopy --postcopy-bandwidth 5
await 20 copies hurried
speed_of() { virsh_on host1 migrate-getspeed "$@"; }
check 'a bandwidth of 0 is refused with code 2' refused_with 2 virt_drain bandwidth hurried 0
check 'one that overflows too' refused_with 2 virt_drain bandwidth hurried 8796093022208
check 'with the largest that is possible' contains "$(virt_drain bandwidth hurried 8796093022208 2>&1)" 8796093022207
check 'and one that is none' refused_with 2 virt_drain bandwidth hurried fast
check 'nothing of it reached the guest' same "$(speed_of hurried)" 10
said=$(virt_drain bandwidth hurried 12M --wait 2>&1)
check 'a bandwidth is read back' contains "$said" 'hurried: the bandwidth limit is 12 MiB/s now'
check 'and virsh says the same' same "$(speed_of hurried)" 12
check 'without --wait too' virt_drain bandwidth hurried 11
check 'virsh sees it' await 10 eval 'same "$(speed_of hurried)" 11'
check 'post-copy begins' virt_drain force-complete hurried --method post-copy
await 10 eval '[ "$(virsh_on host1 domstate hurried --reason)" = "paused (post-copy)" ]'
check 'the limit of post-copy can be set' virt_drain bandwidth hurried 7 --wait
check 'and virsh says the same of it' same "$(speed_of hurried --postcopy)" 7
check 'and lifted' virt_drain bandwidth hurried none --wait
check 'so that it ends' await 60 guest_is_only_on hurried host2
stuck rescued
await 20 copies rescued
check 'a copy is paused' virt_drain force-complete rescued --method pause
check 'the frozen guest gets all of the link' virt_drain bandwidth rescued none --wait
check 'and runs at the destination' await 30 guest_is_only_on rescued host2

# ---- force at the best moment ----
lab exec host1 timeout 120 virsh --quiet event --all --loop --timestamp >"$scratch/events" 2>&1 &
stuck armed
said=$(virt_drain arm armed --method pause --wait 2>&1)
armed_code=$?
diag "$said"
check 'an armed pause is followed to its end' same "$armed_code" 0
check 'it says when it fired' contains "$said" 'fired when pass'
check 'the guest runs at the destination' await 30 guest_is_only_on armed host2
# From the newest beginning of a pass to the moment when the guest stood still, in ms, as the source's daemon tells both.
lag_ms() {
	perl -MTime::Piece -ne '
		next unless /^(\d+-\d+-\d+ \d+:\d+:\d+)\.(\d+)\S*: event .(\S+?).? for domain .?armed/;
		my $at = Time::Piece->strptime($1, "%Y-%m-%d %H:%M:%S")->epoch * 1000 + $2;
		$pass = $at if $3 eq "migration-iteration";
		$lag //= $at - $pass if /Suspended Migrated/ || /Suspended Paused/;
		END { print $lag // "unknown" }' "$scratch/events"
}
diag "from the beginning of the pass to the pause: $(lag_ms) ms"
check 'it fired within a second of the beginning of a pass' test "$(lag_ms)" -lt 1000
stuck waiting --postcopy
said=$(virt_drain arm waiting 2>&1)
check 'an armed force that is left behind says how to take it back' contains "$said" 'virt-drain disarm takes it back'
pid=$(sed -n 's/.*process \([0-9]*\) waits.*/\1/p' <<<"$said")
check 'the end of its process disarms it too' kill "$pid"
check 'and the ledger says so' await 10 eval 'same "$(sqlite3 "$XDG_STATE_HOME/virt-drain/ledger.sqlite" "select stage from intent where domain_name = '"'waiting'"' and action = '"'arm'"'")" disarmed'
check 'the guest still runs on its source' guest_runs_on waiting host1
virt_drain arm waiting --wait >"$scratch/armed" 2>&1 &
waiter=$!
await 10 grep -q armed "$scratch/armed"
check 'its migration is aborted' virt_drain abort waiting --wait
wait "$waiter"
check 'then the armed force ends with code 3' same $? 3
check 'and says that it never fired' contains "$(cat "$scratch/armed")" 'never fired'

# ---- read-only ----
lab migrate kept host2 --bandwidth 2
await 20 copies kept
for action in 'force-complete kept' 'force-complete kept --method pause' 'force-complete kept --method post-copy' 'abort kept' 'downtime kept 1s' 'bandwidth kept none' 'arm kept' 'disarm kept' 'timeout kept 1h'; do
	# shellcheck disable=SC2086
	check "read-only mode refuses: $action" refused_with 4 virt_drain --read-only $action
done
check 'the guest still runs on its source' guest_runs_on kept host1
check 'and its migration goes on' migration_runs kept host1

# ---- a guest that its owner had paused ----
virt_drain abort kept --wait >/dev/null
await 10 migration_is_over kept host1
virsh_on host1 suspend kept
lab migrate kept host2 --bandwidth 2
await 20 copies kept
check 'a pause of a paused guest is refused with code 3' refused_with 3 virt_drain force-complete kept --method pause
check 'the guest is aborted' virt_drain abort kept --wait
check 'it stays paused, as its owner wants it' same "$(virsh_on host1 domstate kept | head -1)" paused

# ---- the ledger ----
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
count() { sqlite3 "$ledger" "select count(*) from intent where $1"; }
check 'the ledger has the intents' test "$(count "domain_name = 'plain'")" -ge 1
check 'with their values' same "$(count "domain_name = 'eased' and action = 'downtime' and value in (456, 789) and stage = 'proven'")" 2
check 'no intent is left open' same "$(count "stage in ('asked', 'recorded')")" 0
check 'no debt is left open' same "$(count 'owes <> 0')" 0
check 'read-only mode made no intent' same "$(count "text like '%read-only%'")" 0
finish
