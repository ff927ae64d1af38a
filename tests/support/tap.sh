# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by every test script: TAP on stdout, one line per sentence, the plan at the end.
#
#   . "$srcdir/tests/support/tap.sh"
#   check 'the guest runs at the destination' guest_runs_at host2     # a command that decides
#   pass 'a sentence'; fail 'a sentence' 'why'; skip 'a sentence' 'why not'
#   skip_all 'why no test of this script can run'
#   finish
#
# A script that ends without finish has no plan, and that is a failure too.
tap_n=0
tap_failed=0

pass() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }

fail() {
	tap_n=$((tap_n + 1)); tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	[ -z "${2-}" ] || diag "$2"
}

skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1 # SKIP $2"; }

# What a person needs to understand a failure.
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

# check SENTENCE COMMAND...: passes when the command does; what it printed is shown when it does not.
check() {
	local sentence=$1 said
	shift
	if said=$("$@" 2>&1); then pass "$sentence"; else fail "$sentence" "$* ended with $?: $said"; fi
}

# await SECONDS COMMAND...: true as soon as the command is; a deadline, never a measurement.
await() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

skip_all() { echo "1..0 # SKIP $1"; exit 0; }

finish() { echo "1..$tap_n"; [ $tap_failed -eq 0 ]; exit; }
