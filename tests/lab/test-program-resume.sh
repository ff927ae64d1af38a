#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest that a migration left paused: found, told from guests that only look like it, and resumed after both ends were looked at.
set -u
srcdir=${srcdir:-.} builddir=${builddir:-.}
. "$srcdir/tests/lab/lib.sh"
lab_start --hosts 3
ledger=$XDG_STATE_HOME/virt-drain/ledger.sqlite
without() { sed "/\"$1\"/d" "$scratch/virt-drain.conf" >"$scratch/without-$1.conf"; } # HOST: a configuration that does not watch it
drain_without() { # HOST ARGUMENT ...
	local config=$scratch/without-$1.conf
	shift
	timeout 60 "$builddir/virt-drain" --config "$config" "$@"
}
idle() { lab guest "$1" --on host1 --memory 64 --working-set 8 --dirty-rate 5 --pattern hot; } # NAME
left() { [ "$(virsh_on "$2" domstate "$1" --reason)" = 'paused (migrating)' ]; }              # NAME HOST
orphans() { jq -r '[.migrations[] | select(.phase == "orphan") | .name] | sort | join(" ")'; }
orphans_once() { fleet_json | orphans; }
# The newest word of the stream about a guest.
last_word() { jq -rs "[.[] | select(.name? == \"$1\" and .phase)] | last | .$2" "$scratch/stream"; }
kill_watcher() { kill "$1" 2>/dev/null; wait "$1" 2>/dev/null; }

# ---- what is none ----
idle healthy
lab guest moving --on host1 --memory 128 --working-set 64 --dirty-rate 60 --pattern hot
lab migrate moving host2 --bandwidth 10
await 20 migration_runs moving host1
virsh_on host1 suspend moving # as somebody forces it: paused for its migration on both hosts
await 10 left moving host2
check 'a guest that stands still while it migrates is no orphan at either end' same "$(orphans_once)" ''
check 'it stays so over the seconds that an orphan takes to be shown' eval '! virt_drain --stream --json --for 8 | grep -q "\"orphan\""'
check 'a resume of a guest that does not migrate is refused with code 5' refused_with 5 virt_drain resume healthy
if migration_runs moving host1; then
	check 'one of a frozen guest that migrates is refused with code 3' refused_with 3 virt_drain resume moving
fi
await 60 guest_is_only_on moving host2

# ---- watched from its beginning ----
timeout 600 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" --stream --json >"$scratch/stream" 2>&1 &
watcher=$!
more_cleanup() { kill "$watcher" 2>/dev/null; }
await 20 grep -q '"up"' "$scratch/stream"
idle web
lab migrate web host2 --bandwidth 20 --abandon
check 'virsh sees it paused, with no job' left web host1
check 'whoever watches tells it' await 20 eval 'same "$(last_word web phase)" orphan'
check 'once, as critical' eval 'same "$(jq -rs "[.[] | select(.severity? == \"critical\" and (.text | contains(\"orphan\")))] | length" "$scratch/stream")" 1'
check 'its picture is in the cache' await 10 eval 'same "$(virt_drain history --json | jq -r "[.migrations[] | select(.name == \"web\")][0].outcome")" null'
check 'who starts later finds it too' same "$(orphans_once)" web
fleet_json >"$scratch/once.json"
check 'with its identity' jq -e '.migrations[] | select(.name == "web") | .uuid and .source_uuid and .attempt == 1' "$scratch/once.json"
check 'and how long it stands' jq -e '.migrations[] | select(.name == "web") | .frozen_ms > 0 and .is_frozen' "$scratch/once.json"
check 'the text says it' contains "$(virt_drain --once)" 'left paused with no job'
check 'a guest on its way is none' eval 'same "$(jq -r "[.migrations[] | select(.name == \"moving\" and .phase == \"orphan\")] | length" "$scratch/once.json")" 0'

# ---- refused ----
check 'read-only mode refuses it with code 4' refused_with 4 virt_drain --read-only resume web
check 'another action is refused with code 3' refused_with 3 virt_drain abort web
lab fault freeze host2
check 'it is refused while the daemon of the other end is frozen' refused_with 3 virt_drain resume web
said=$(virt_drain resume web 2>&1)
check 'and the reason is told' contains "$said" 'does not answer'
lab fault thaw host2
without host2
check 'it is refused where the other end is not watched' refused_with 3 drain_without host2 resume web
check 'nothing has reached the guest' left web host1

# ---- resumed ----
said=$(virt_drain resume web --wait 2>&1)
code=$?
diag "$said"
check 'it is resumed when both ends were looked at' same "$code" 0
check 'and that is told' contains "$said" 'the guest runs again on its source'
check 'virsh sees it running' guest_is_only_on web host1
check 'whoever watches sees the end' await 10 eval 'same "$(last_word web phase)" not-moved'
check 'the ledger has it proven' same "$(sqlite3 "$ledger" "select group_concat(stage) from intent where action = 'resume' and stage <> 'refused'")" proven
check 'so has the list of actions' eval 'virt_drain history --actions --json | jq -e "[.actions[] | select(.action == \"resume\" and .stage == \"proven\")] | length == 1"'
check 'a second resume is refused with code 5' refused_with 5 virt_drain resume web
kill_watcher "$watcher"

# ---- of a migration that nobody saw, whose other end nobody knows ----
idle stray
lab migrate stray host3 --bandwidth 20 --abandon
check 'it is found by who starts afterwards' same "$(orphans_once)" stray
check 'with an other end that is not known' eval 'same "$(fleet_json | jq -r ".migrations[] | select(.name == \"stray\") | .other_end")" unknown'
check 'it is not resumed on a guess' refused_with 3 virt_drain resume stray
check 'it still stands' left stray host1
check 'a person who has looked may insist' virt_drain resume stray --insist --wait
check 'then it runs' guest_is_only_on stray host1

# ---- a copy elsewhere ----
idle twice
lab migrate twice host2 --bandwidth 20 --abandon
virsh_on host1 dumpxml twice --migratable >"$scratch/twice.xml"
virsh_on host3 create /dev/stdin <"$scratch/twice.xml" >/dev/null 2>&1
check 'a copy runs elsewhere' guest_runs_on twice host3
check 'then it is no orphan' same "$(orphans_once)" ''
check 'and nobody can insist on a second one' refused_with 5 virt_drain resume twice --insist --wait
check 'it still stands' left twice host1
virsh_on host3 destroy twice
check 'when the copy has gone it is one' await 20 eval 'same "$(orphans_once)" twice'
check 'no intent is left open' same "$(sqlite3 "$ledger" "select count(*) from intent where stage in ('asked', 'recorded', 'sent')")" 0
finish
