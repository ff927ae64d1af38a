#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion as a shell does it: what is offered for a line with the cursor at its end, and that every shell can read its script.
# A home of its own, with a theme in it.
. "$srcdir/tests/support/tap.sh"

program=$builddir/virt-drain
home=$(mktemp -d) || exit 1
trap 'rm -rf "$home"' EXIT
export LC_ALL=C HOME=$home XDG_CONFIG_HOME=$home/config XDG_STATE_HOME=$home/state
mkdir -p "$XDG_CONFIG_HOME/virt-drain/themes" "$home/work"
: >"$XDG_CONFIG_HOME/virt-drain/themes/sunrise.theme"
: >"$home/work/a tape"
for shell in bash zsh fish; do
	"$program" --completion=$shell >"$home/$shell" || { echo "Bail out! no completion for $shell"; exit 1; }
done
# a wrong configuration must break no shell
echo 'refersh = 2;' >"$XDG_CONFIG_HOME/virt-drain/virt-drain.conf"
check 'a wrong configuration does not matter' "$program" --completion bash

# readable SHELL: its parser takes the script.
readable() {
	local sentence="$1 can read its script"
	if ! command -v "$1" >/dev/null; then skip "$sentence" "$1 is not installed"; else check "$sentence" "$1" -n "$home/$1"; fi
}
readable bash
readable zsh
readable fish
if command -v shellcheck >/dev/null; then check 'shellcheck finds nothing in that of bash' shellcheck "$home/bash"; else
	skip 'shellcheck finds nothing in that of bash' 'shellcheck is not installed'
fi

# names_all WHAT WORD...: all words are in the script of each shell; options as fish writes them ("-l delay") there.
names_all() {
	local shell word
	for shell in bash zsh fish; do
		for word in "${@:2}"; do
			[ $shell != fish ] || word=${word/#--/-l }
			grep -qw -- "$word" "$home/$shell" || { echo "$shell lacks $word"; return 1; }
		done
	done
	[ $# -gt "$1" ] || { echo "only $# words"; return 1; }
}
# of --help, which a unit test holds against the tables
mapfile -t options < <("$program" --help | sed -n 's/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p')
mapfile -t commands < <("$program" --help | sed -n 's/^  virt-drain \[options\] \([a-z][a-z-]*\).*/\1/p' | sort -u)
check 'every option is in the script of each shell' names_all 20 "${options[@]}"
check 'every command is in the script of each shell' names_all 7 "${commands[@]}"

# What bash offers, a line each, for the words of the line; the last one is begun. "=" is a word of its own there.
offered() {
	(
		cd "$home/work" || exit 1
		# shellcheck disable=SC1091
		. "$home/bash"
		COMP_WORDS=(virt-drain "$@") COMP_CWORD=$#
		_virt_drain
		printf '%s\n' "${COMPREPLY[@]}"
	)
}
# offers SENTENCE EXPECTED WORD...: exactly these, sorted, with commas between.
offers() {
	local said
	said=$(offered "${@:3}" | sort | paste -sd,)
	if [ "$said" = "$2" ]; then pass "$1"; else fail "$1" "offered: $said"; fi
}
offers 'commands' abort,arm a
offers 'the methods' auto,pause,post-copy --method ''
offers 'the methods after a sign' pause,post-copy --method = p
offers 'right behind the sign' auto,pause,post-copy force-complete web --method =
offers 'what is done at a limit' abort timeout web 1h --timeout-action a
offers 'fields' -dirty,-dirty-pages --sort -dir
offers 'themes of the user beside others' sunrise --theme su
offers 'the themes that are compiled in' mono --theme mon
offers 'files' 'a tape' --config a
offers 'the word and the files of the cache' none --cache n
offers 'scenarios and recordings behind a sign' 'a tape,drain,stuck' --demo = ''
offers 'no scenario in a word of its own, which would be a host' '' --demo s
offers 'the shells' bash --completion b
offers 'a value that takes away a limit' none bandwidth web ''
offers 'no command where one stands already' '' abort a
offers 'no command behind a host' '' host1 a
offers 'the command behind the value of an option' abort -d 2 ab
offers 'an option that the command takes' --wait abort web --wa
offers 'none that it would refuse' '' abort web --meth
offers 'none of an action for a picture' '' --once --wa
offers 'one of a stream behind its hosts' --filter,--for --stream host1 --f
offers 'nothing for a number' '' --delay ''
offers 'nothing behind the sign of a flag' '' --wait = ''

all_are_options() {
	local known
	known=$(printf '%s\n' "${options[@]}" | sort)
	[ "$(offered -- | sort)" = "$known" ]
}
check 'without a command all options, and no others' all_are_options

offered_scenarios_exist() {
	local word
	for word in $(offered --demo = ''); do
		[ "$word" = 'a' ] || [ "$word" = 'tape' ] || timeout 30 "$program" -f /dev/null --demo="$word" --once >/dev/null || return 1
	done
}
check 'the scenarios exist' offered_scenarios_exist

if command -v fish >/dev/null; then
	fish_offers() { # EXPECTED LINE
		local said
		said=$(fish --no-config -c "source '$home/fish'; complete -C '$2'" | cut -f1 | sort | paste -sd,)
		[ "$said" = "$1" ] || { echo "offered: $said"; return 1; }
	}
	check 'fish offers the methods' fish_offers auto,pause,post-copy 'virt-drain force-complete --method '
	check 'fish offers what takes away a limit' fish_offers none 'virt-drain bandwidth web '
	check 'fish offers options of the command' fish_offers --wait 'virt-drain abort --wa'
	check 'fish offers none that it would refuse' fish_offers '' 'virt-drain abort --meth'
else
	skip 'what fish offers' 'fish is not installed'
fi

finish
