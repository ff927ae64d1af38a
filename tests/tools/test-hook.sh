#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# hook_command with the program: the simulated fleet passes a short limit, and a command is told of it, in read-only mode too, once per
# migration. tests/unit/test_hook.c has what the command may do wrong.
. "$srcdir/tests/support/tap.sh"
command -v jq >/dev/null || skip_all 'jq is not installed'

program=$builddir/virt-drain
home=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$home"' EXIT
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
cat >"$home/hook.conf" <<-CONF
	hook_command = "cat >>'$home/told'";
	completion_timeout_per_gib = 1;
CONF

told() { jq -es "$1" "$home/told"; }

timeout 60 "$program" -f "$home/hook.conf" --demo --read-only --stream >/dev/null 2>"$home/said" </dev/null &
pid=$!
check 'a passed limit is told, in read-only mode too' await 30 told 'any(.[]; .event == "limit-passed")'
check 'a near limit is told' await 30 told 'any(.[]; .event == "limit-near")'
check 'each document says what it is of' told 'all(.[]; .version == 1 and .simulated and (.recording | not) and (.time | length) == 24)'
check 'and has the whole migration' told 'all(.[].migration; .name != null and .uuid != null and .elapsed_ms > 0 and has("source", "phase", "verdict"))'
sleep 3 # long enough for a second telling, three snapshots later
check 'each kind is told once per migration' told '([.[] | "\(.event) \(.migration.uuid) \(.migration.attempt)"] | length == (unique | length))'
kill -TERM "$pid"
wait "$pid"
check 'the stream ends as ever' [ $? -eq 0 ]
pid=

rm -f "$home/told"
check 'one picture tells nobody' sh -c 'timeout 30 "$0" -f "$1/hook.conf" --demo --once >/dev/null && [ ! -e "$1/told" ]' "$program" "$home"
echo 'hook_command = "exit 3";' >"$home/bad.conf"
check 'a command that fails disturbs nothing' sh -c 'timeout 30 "$0" -f "$1/bad.conf" --demo --stream --for 3 | grep -q "db-main: pre-copy, "' \
	"$program" "$home"

finish
