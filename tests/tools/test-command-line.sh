#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The program as a script meets it: bad input is refused with one clear line and the documented exit code, the simulated fleet
# is printed, streamed and acted upon. No host, and a home of its own.
. "$srcdir/tests/support/tap.sh"

program=$builddir/virt-drain
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
unset NO_COLOR

# ends CODE WORDS ARGUMENT...: ends with the code, says one line on standard error that has the words, and nothing else.
ends() {
	local code=$1 words=$2 said rc
	shift 2
	said=$(timeout 30 "$program" "$@" 2>&1 >"$home/out" </dev/null)
	rc=$?
	[ "$rc" -eq "$code" ] || { echo "ended with $rc and said: $said"; return 1; }
	[ "$(printf '%s' "$said" | wc -l)" -eq 0 ] || { echo "more than one line: $said"; return 1; }
	case $said in
	"virt-drain: "*"$words"*) ;;
	*) echo "said: $said"; return 1 ;;
	esac
	[ ! -s "$home/out" ] || { echo "printed: $(head -n 3 "$home/out")"; return 1; }
}

refused() { check "$1 is refused with code $2" ends "$2" "$3" "${@:4}"; }

refused 'an unknown option' 2 'unknown option --frobnicate' --frobnicate
refused 'an option without its value' 2 '--delay needs a value' --delay
refused 'an option for another command' 2 'only for force-complete, abort' --wait host1
refused 'a bad value' 2 '--delay: "soon"' --delay soon --demo --once
refused 'no host at all' 2 'no hosts' --once
refused 'a URI of another hypervisor' 2 'only qemu' --once -c test:///default
refused 'a URI that starts a program' 2 'transport' --once 'qemu+ext://h/system?command=/bin/sh'
refused 'a parameter that starts a program' 2 '"command" is not allowed' --once 'qemu+ssh://h/system?command=/bin/sh'
refused 'tcp without permission' 2 'tcp is not encrypted' --once qemu+tcp://127.0.0.1/system
refused 'a host that would be an option of ssh' 2 'no name for a host' --once -- -oProxyCommand=x
refused 'a password in a URI' 2 'must not hold a password' --once qemu+ssh://root:secret@h/system
refused 'two hosts with one name' 2 'two hosts with the name "h"' --once a@h b@h
refused 'the drain of a host that is not watched' 2 '"host9" is not among the watched hosts' --demo --once --drain host9
refused 'an unknown scenario' 2 'there are drain, stuck, fleet:HOSTS:VMS:MIGRATIONS; nor is there a file' --demo=nosuch --once
refused 'a missing configuration' 2 'No such file' -f "$home/none.conf" --demo --once
refused 'a domain that does not migrate' 5 'no outgoing migration of "nosuch"' -d 0.3 --demo abort nosuch
refused 'an action in read-only mode' 4 'read-only' --demo --read-only abort db-main

printf 'refresh = 1;\nrefersh = 2;\n' >"$home/bad.conf"
refused 'an unknown key, with file and line' 2 "$home/bad.conf:2: unknown key \"refersh\"" -f "$home/bad.conf" --demo --once
echo 'timeout_action_own = "abort";' >"$home/later.conf"
refused 'a key of a later version' 2 "$home/later.conf:1: \"timeout_action_own\" is not supported yet" -f "$home/later.conf" --demo --once
mkdir -p "$home/config/virt-drain" && echo 'read_only = maybe;' >"$home/config/virt-drain/virt-drain.conf"
refused 'a wrong configuration of the user' 2 'virt-drain.conf:1: ' --demo --once
rm "$home/config/virt-drain/virt-drain.conf"

# in_conf WHAT WORDS TEXT: a configuration with this text (a format of printf) is refused with its file and WORDS, which begin with the line.
in_conf() {
	# shellcheck disable=SC2059
	printf "$3" >"$home/x.conf"
	refused "$1" 2 "$home/x.conf:$2" -f "$home/x.conf" --once
}
in_conf 'a configuration that cannot be parsed' '2: syntax error' 'refresh = 1;\nsweep = ;\n'
in_conf 'a key that stands twice' '2: duplicate' 'refresh = 1;\nrefresh = 2;\n'
in_conf 'a text that does not end' '2: the text that begins here does not end' '\ndrain = "host1;\n'
in_conf 'a value of a wrong type' '1: read_only must be true or false' 'read_only = 1;\n'
in_conf 'a duration that is none' '3: refresh: "fast" is no duration' '\n\nrefresh = "fast";\n'
in_conf 'a duration out of range' '1: refresh: 0 is out of range' 'refresh = 0;\n'
in_conf 'a configuration that includes another' '1: @include' '@include "other.conf"\n'
in_conf 'an unknown field of the table' '1: columns: ' 'columns = "nosuch";\n'
in_conf 'hosts that are no list' '1: hosts must be a list' 'hosts = "h";\n'
in_conf 'an unknown key of a host' '2: unknown key "nam"' 'hosts = (\n{ nam = "h"; } );\n'
in_conf 'a host without anything' '1: a host needs a name or a uri' 'hosts = ( { group = "g"; } );\n'
in_conf 'a configured URI of another hypervisor' '2: URI "test:///default" is not allowed' 'hosts = (\n{ name = "h"; uri = "test:///default"; } );\n'
in_conf 'a configured URI that starts a program' '2: URI "qemu+ext:' 'hosts = (\n{ name = "h"; uri = "qemu+ext://h/system?command=/bin/sh"; } );\n'
in_conf 'configured tcp without permission' '2: URI "qemu+tcp://h/system": tcp is not encrypted' 'hosts = (\n{ name = "h"; uri = "qemu+tcp://h/system"; } );\n'
in_conf 'two configured hosts with one name' '2: there are two hosts' 'hosts = ( { name = "h"; },\n{ name = "h"; } );\n'
in_conf 'a template that starts a program' '2: uri_template: URI "qemu+ext:' '\nuri_template = "qemu+ext://%%s/x";\n'
in_conf 'a configured drain of a host that is not watched' '2: drain: "host9" is not among' 'hosts = ( { name = "h"; } );\ndrain = "host9";\n'
echo 'drain = "host9";' >"$home/x.conf"
refused 'the drain of the command line comes first' 2 'drain: "host8" is not among' -f "$home/x.conf" --demo --once --drain host8
refused 'a folder as configuration' 2 'Is a directory' -f "$home" --demo --once
printf '\377\376\001' >"$home/x.conf"
refused 'a configuration that is no text' 2 "$home/x.conf" -f "$home/x.conf" --demo --once
install -m 666 /dev/null "$home/x.conf"
refused 'a configuration that everybody may write to' 2 'chmod o-w' -f "$home/x.conf" --demo --once
refused 'an empty host' 2 'is no value' --connect '' --once
refused 'a host with an escape sequence' 2 'h\x1b[31m' --once $'h\e[31m'
refused 'commands at once' 2 'exclude each other' --demo --once --stream
refused 'an action without its domain' 2 'takes one DOMAIN' --demo abort
refused 'a limit without its duration' 2 'and one DURATION|none' --demo timeout db-main
refused 'a limit that is no duration' 2 '"soon" is no duration' --demo timeout db-main soon
refused 'a limit of years' 2 'at most 365 days' --demo timeout db-main 400d
refused 'what is done at a limit that is unknown' 2 '"kill" is none of none, abort, force_complete, configured' --demo timeout db-main 1h --timeout-action kill
refused 'a limit that has passed' 2 'give at least 2m' --demo timeout db-main 100ms --timeout-action abort
refused 'a maximum downtime of 0' 2 'give 1 ms to 2000 s' --demo downtime db-main 0
refused 'a maximum downtime above 2000 s' 2 'give 1 ms to 2000 s' --demo downtime db-main 2001
refused 'a bandwidth that overflows' 2 'above 8796093022207 MiB/s' --demo bandwidth db-main 99999999999999999999
refused 'to disarm where nothing is armed' 5 'no force is armed' --demo disarm db-main

mkdir -p "$home/state/virt-drain" && chmod 777 "$home/state/virt-drain"
refused 'a state folder that others may write to' 2 'others may write' history
rm -r "$home/state/virt-drain"

# gives CODE FILTER ARGUMENT...: ends with the code and prints JSON of which the filter is true.
gives() {
	local code=$1 filter=$2 rc
	shift 2
	timeout 30 "$program" "$@" >"$home/out" 2>"$home/said" </dev/null
	rc=$?
	[ "$rc" -eq "$code" ] || { echo "ended with $rc: $(cat "$home/said")"; return 1; }
	jq -e "$filter" "$home/out" || { head -c 600 "$home/out"; return 1; }
}

refuses_connection() {
	local out rc
	out=$(timeout 30 "$program" --allow-tcp --once h=qemu+tcp://127.0.0.1:1/system 2>/dev/null </dev/null)
	rc=$?
	[ $rc -eq 6 ] && grep -q '^0 of 1 hosts up$' <<<"$out" && grep -q '^  h down for .*: ..*' <<<"$out" ||
		{ echo "ended with $rc: $out"; return 1; }
}
check 'a host that refuses is a row with its reason, and code 6' refuses_connection

check '--version names the libraries' sh -c '"$0" --version | grep -q "^libvirt [0-9]" && "$0" --version | grep -q "^SQLite [0-9]"' "$program"
check '--help says the options' sh -c '"$0" --help | grep -q -- --read-only' "$program"
check 'one picture as text' sh -c 'timeout 30 "$0" --demo --once | grep -q "^db-main .* pre-copy "' "$program"
check 'one picture as comma-separated values' sh -c 'timeout 30 "$0" --demo --once --csv | grep -q "^2.*,fresh,\"db-main\".*,\"pre-copy\","' "$program"

if command -v jq >/dev/null; then
	check 'one picture as JSON' gives 0 '.version == 1 and .is_simulated and (.hosts | length > 0) and
		any(.migrations[]; .phase == "pre-copy" and .throughput_bytes_per_s > 0 and .verdict == "measuring" and .eta_ms == null)' --demo --once --json
	check 'the JSON of a host that refuses is whole' gives 6 '.hosts[0] | .state == "down" and (.reason | length > 0)' \
		--allow-tcp --once --json h=qemu+tcp://127.0.0.1:1/system
	check 'what came of an abort is one document' gives 0 '.version == 1 and .action == "abort" and .stage == "proven" and
		.target.name == "db-main" and .outcome == "cancelled" and .exit_code == 0 and .id == null' --demo abort db-main --wait --json
	check 'without --wait it tells that it was accepted, and by which method' gives 0 '.method == "pause" and .exit_code == 0 and
		(.text | contains("force-complete accepted"))' --demo force-complete db-main --method pause --json
	check 'a name that matches nothing is a document too, with the exit code' gives 5 '.exit_code == 5 and .stage == null and
		.target.asked == "nosuch" and .target.uuid == null and (.result | length > 0)' -d 0.3 --demo abort nosuch --json
	check 'and one that is refused' gives 4 '.exit_code == 4 and .stage == "refused"' --demo --read-only abort db-main --json
	check 'a limit is set and told' gives 0 '.stage == "proven" and (.text | contains("our limit is 45m now, then: it will be aborted"))' \
		--demo timeout db-main 45m --timeout-action abort --json
	check 'an armed force is a document when it is armed' gives 0 '.stage == "armed" and .action == "arm"' --demo arm db-main --json
	check 'a stream of JSON is one object per line' gives 0 'has("type", "time")' --demo --stream --json --for 3
	check 'a history that nobody has written yet is empty' gives 0 '.version == 1 and .migrations == []' history --json
	check 'a ledger that nobody has written yet is empty' gives 0 '.version == 1 and .actions == [] and (.time | length) == 24' \
		history --actions --json
	check 'and was not made by being read' test ! -e "$home/state/virt-drain/ledger.sqlite"
else
	skip 'JSON' 'jq is not installed'
fi

# has_path WHAT STATE PATH ARGUMENT...: --paths has this line; blanks between are those of its columns.
has_path() {
	local line
	printf -v line '%-28s %-10s %s' "$1" "$2" "$3"
	"$program" --paths "${@:4}" >"$home/out" 2>"$home/said"
	grep -qxF -- "$line" "$home/out" || { cat "$home/out"; return 1; }
}
mkdir -p "$home/empty" "$home/mine/virt-drain/themes"
echo 'cache = "/var/none/other.sqlite";' >"$home/mine/virt-drain/virt-drain.conf"
export XDG_CONFIG_HOME=$home/mine
check 'the configuration that is there' has_path 'configuration of the user' there "$home/mine/virt-drain/virt-drain.conf"
check 'the folder of themes' has_path 'themes of the user' there "$home/mine/virt-drain/themes"
check 'the cache that the configuration names' has_path cache 'not there' /var/none/other.sqlite
check 'the cache that the command line names comes first' has_path cache 'not there' "$home/x.sqlite" --cache "$home/x.sqlite"
check 'a cache that is off' has_path cache off - --cache none
check 'the only configuration that is read' has_path configuration there "$home/mine/virt-drain/virt-drain.conf" \
	-f "$home/mine/virt-drain/virt-drain.conf"
check 'no other then' sh -c '! grep -q " of the user .*conf$" "$0"' "$home/out"
export XDG_CONFIG_HOME=$home/config
check 'a configuration that is not there' has_path 'configuration of the user' 'not there' "$home/config/virt-drain/virt-drain.conf"
XDG_STATE_HOME=$home/empty check 'the ledger' has_path 'ledger of actions' 'not there' "$home/empty/virt-drain/ledger.sqlite" --demo
check 'nothing was made by asking' test ! -e "$home/empty/virt-drain"
check 'the log without a home' env -u HOME -u XDG_STATE_HOME sh -c '"$0" --paths | grep -qx "log  *no home  *-"' "$program"
every_path_is_in_the_manual() {
	local path
	for path in $(XDG_CONFIG_HOME=/C XDG_STATE_HOME=/S "$program" --paths | awk '{ print $NF }'); do
		case $path in
		/C/*) path=\$XDG_CONFIG_HOME${path#/C} ;;
		/S/*) path=\$XDG_STATE_HOME${path#/S} ;;
		*) path=virt-drain/${path##*virt-drain/} ;;
		esac
		sed 's/\\-/-/g' "$srcdir/docs/virt-drain.1" | sed -n '/^.SH FILES/,/^.SH TERM/p' | grep -qF -- "$path" || { echo "the manual lacks $path"; return 1; }
	done
}
check 'every path is in the manual' every_path_is_in_the_manual
wrong_conf_is_found() {
	"$program" --paths -f "$home/bad.conf" >"$home/out" 2>"$home/said"
	[ $? -eq 2 ] && grep -q "there  *$home/bad.conf$" "$home/out" && grep -q 'bad.conf:2: unknown key' "$home/said"
}
check 'a wrong configuration is named, and then what is wrong' wrong_conf_is_found

check 'the simulated fleet is recorded' sh -c 'timeout 30 "$0" --demo --once --record "$1/tape" >/dev/null && tail -n 1 "$1/tape" | grep -q " end$"' \
	"$program" "$home"
check 'a recording is shown again' sh -c 'timeout 30 "$0" --demo="$1/tape" --once | grep -q "^db-main .* pre-copy "' "$program" "$home"
check 'a recording in the folder needs no path' sh -c 'cd "$1" && timeout 30 "$0" --demo=tape --once | grep -q ", a recording$"' \
	"$(realpath "$program")" "$home"
check 'a full disk under a recording is told, and the picture is whole' sh -c \
	'timeout 30 "$0" --demo --once --record /dev/full 2>"$1/said" | grep -q "^db-main " && grep -q "/dev/full stops here" "$1/said"' "$program" "$home"
refused 'a recording over another' 2 'never overwrites' --demo --once --record "$home/tape"
refused 'an action on a recording' 1 'this is a recording' --demo="$home/tape" abort db-main
refused 'a recording that is not there' 1 'No such file' --demo="$home/none" --once
refused 'a file that is no recording' 2 "$home/x.conf:1: " --demo="$home/x.conf" --once

check 'a stream ends by itself' sh -c 'timeout 30 "$0" --demo --stream --for 3 | grep -q "db-main: pre-copy, "' "$program"
check 'in whole words' sh -c 'timeout 30 "$0" --demo --stream --for 3 | grep -q " gibibytes left, .*seconds\\? elapsed of 2 hours; "' "$program"

# heard WORDS ARGUMENT...: a line of the output has the words, and none has what a voice cannot say: columns, brackets, units, clocks of h:mm.
heard() {
	timeout 30 "$program" --demo "${@:2}" >"$home/out" || return 1
	grep -q "$1" "$home/out" || { cat "$home/out"; return 1; }
	! sed 's/^[0-9][0-9]:[0-9][0-9]:[0-9][0-9]//' "$home/out" | grep -E '  |[~()/|]|[KMGT]i?B?( |$)|[0-9]:[0-9]'
}
check 'a plain picture is heard' heard '^db-main: pre-copy, cobalt-1 to cobalt-2, pass 1, ' --once --plain
check 'plain alone is a stream that is heard' heard ' db-main: pre-copy, cobalt-1 to cobalt-2, pass 1, ' --plain --for 8
told_once() { [ "$(grep -c 'db-main: pre-copy' "$home/out")" -eq 1 ]; }
check 'with figures when it is first seen, and not every few seconds' told_once
refused 'plain words in JSON' 2 '--plain and --json exclude each other' --demo --plain --json

check 'a stream ends with its reader' sh -c '{ timeout 30 "$0" --demo --stream; echo $? >"$1"; } | head -n 1 >/dev/null; [ "$(cat "$1")" = 0 ]' \
	"$program" "$home/rc"
check 'a disk that is full is told' sh -c '! timeout 30 "$0" --demo --once >/dev/full 2>"$1" && grep -q "cannot write the output" "$1"' \
	"$program" "$home/rc"

stream_ends_at_a_signal() {
	local pid
	rm -f "$home/out"
	"$program" --demo --stream >"$home/out" 2>"$home/said" &
	pid=$!
	await 20 test -s "$home/out" || { kill -9 $pid; return 1; }
	kill -TERM $pid
	wait $pid
}
check 'a stream ends at TERM with code 0' stream_ends_at_a_signal

aborts() {
	local out
	out=$(timeout 60 "$program" --demo abort db-main --wait 2>&1) && grep -q 'db-main: cancelled' <<<"$out" || { echo "$out"; return 1; }
}
check 'an abort that waits tells how it ended' aborts
check 'a chosen post-copy or a pause is accepted' sh -c 'timeout 60 "$0" --demo force-complete db-main --method pause | grep -q "force-complete accepted"' \
	"$program"

finish
