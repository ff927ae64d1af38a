# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by every test with real hosts, after $srcdir and $builddir are set (by make, or by hand):
#
#   srcdir=${srcdir:-.} builddir=${builddir:-.}
#   . "$srcdir/tests/lab/lib.sh"
#   lab_start --hosts 2                      # a lab of this test's own; gone when the script ends, however it ends
#   lab guest web --on host1 --dirty-rate 50
#   virsh_on host1 domstate web
#   check 'it is seen' await 10 fleet_says '.migrations[0].name == "web"'
#   finish
#
# $scratch is a folder that is removed at the end. Everything of tests/support/tap.sh is there too.

. "$srcdir/tests/support/tap.sh"

export LAB_HELPERS=${LAB_HELPERS:-$builddir/lab}
lab_tool=$srcdir/lab/lab
lab_name=test-$$
scratch=$(mktemp -d)
export XDG_STATE_HOME=$scratch/state XDG_CONFIG_HOME=$scratch/config

lab() { "$lab_tool" --name "$lab_name" "$@"; }

# Skips the whole script where no lab can run.
lab_needed() {
	local why
	why=$("$lab_tool" check 2>&1) || skip_all "${why#lab: }"
}

# Starts this test's lab, tied to this script, or ends the script as failed.
lab_start() {
	lab_needed
	lab up --with-parent $$ "$@" || { fail 'the lab comes up' "lab up $* failed"; finish; }
	lab config >"$scratch/virt-drain.conf"
}

# A script may add to what is cleaned up by defining more_cleanup.
more_cleanup() { :; }
cleanup() {
	more_cleanup
	lab down >/dev/null 2>&1
	rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# virsh as a host itself: no network of the lab between. A daemon that hangs fails after ten seconds.
virsh_on() {
	local host=$1
	shift
	lab exec "$host" timeout 10 virsh --quiet "$@"
}

# virsh over the network, as an operator has it.
virsh_to() {
	local host=$1
	shift
	timeout 10 virsh --quiet --connect "$(uri_of "$host")" "$@"
}

uri_of() { lab uris | sed -n "s/^$1 //p"; }

# virt-drain as an operator of this lab starts it, with a state folder of the test's own.
virt_drain() { timeout 60 "$builddir/virt-drain" --config "$scratch/virt-drain.conf" "$@"; }

# The fleet as JSON, once; and whether a jq expression is true of it.
fleet_json() { virt_drain --once --json; }
fleet_says() { fleet_json | jq --exit-status "$1"; }

# refused_with CODE COMMAND ...
refused_with() {
	local code=$1
	shift
	"$@"
	same $? "$code"
}
same() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; return 1; }; }
contains() { [[ $1 == *"$2"* ]] || { echo "\"$2\" is not in \"$1\""; return 1; }; }

# One field of `virsh domjobinfo`: job_field host1 web 'Time elapsed'. Empty where there is none.
job_field() { virsh_on "$1" domjobinfo "$2" 2>/dev/null | sed -n "s/^$3: *//p"; }

guest_state() { virsh_on "$1" domstate "$2" 2>/dev/null || echo gone; }
guest_runs_on() { [ "$(guest_state "$2" "$1")" = running ]; }
guest_is_only_on() { # GUEST HOST
	local host
	while read -r host _; do
		if [ "$host" = "$2" ]; then
			guest_runs_on "$1" "$host" || { echo "$1 does not run on $host"; return 1; }
		elif virsh_on "$host" list --name | grep -qx "$1"; then
			echo "$1 is on $host too"
			return 1
		fi
	done < <(lab uris)
}
migration_runs() { [ -n "$(job_field "$2" "$1" 'Operation' | grep Outgoing)" ]; } # GUEST SOURCE
migration_is_over() { ! migration_runs "$1" "$2"; }

# How many pages a guest has written, as it says itself once a second.
pages_of() { lab count "$1" | cut -d' ' -f2; }
