#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# quickstart without a terminal, on the program of this build: what it shows, how it ends, what it leaves.
. "$srcdir/tests/support/tap.sh"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
export QUICKSTART_BUILD=$builddir QUICKSTART_SECONDS=12

no_lab_of() { ! compgen -G "/run/virt-drain-lab/quickstart-$1" >/dev/null; }
ends_with_2() { "$srcdir/quickstart" --nonsense </dev/null; [ $? -eq 2 ]; }
told() { grep -q "$1" "$scratch/said"; }

check 'an argument that it does not know ends it with 2' ends_with_2

"$srcdir/quickstart" --demo </dev/null >"$scratch/said" 2>&1
check 'the simulated fleet in a pipe ends with 0' [ $? -eq 0 ]
check 'and shows a migration' told 'pre-copy'

if ! why=$("$srcdir/lab/lab" check 2>&1); then
	skip 'a drain of real hosts in a pipe' "$why"
	finish
fi
"$srcdir/quickstart" </dev/null >"$scratch/said" 2>&1 &
pid=$!
wait $pid
rc=$?
if told 'this machine runs guests already'; then
	skip 'a drain of real hosts in a pipe' "$(grep -o 'this machine runs guests already.*' "$scratch/said")"
	finish
fi
check 'a drain of real hosts in a pipe ends with 0' [ $rc -eq 0 ]
check 'and shows a guest that leaves host1' told 'host1.*host[23]'
check 'and shows pre-copy' told 'pre-copy'
check 'and leaves no lab behind' no_lab_of $pid
[ $tap_failed -eq 0 ] || diag "$(tail -n 20 "$scratch/said")"

QUICKSTART_SECONDS=600 "$srcdir/quickstart" </dev/null >"$scratch/said" 2>&1 &
pid=$!
check 'it gets as far as showing the drain' await 60 told 'pre-copy'
kill -TERM $pid
wait $pid
check 'a TERM ends it with 143' [ $? -eq 143 ]
check 'and that leaves no lab behind either' await 20 no_lab_of $pid
finish
