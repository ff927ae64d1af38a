# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the real terminal: a tmux of one's own with a shell in it, in which virt-drain --demo runs.
. "$srcdir/tests/support/tap.sh"
command -v tmux >/dev/null || skip_all 'tmux is not installed'

term_dir=$(mktemp -d)
term_n=0 # each shell has a server of its own: one that is dying would take a new session with it
drain=$builddir/virt-drain
unset NO_COLOR TMUX
# crashes are ours to see here, not the sanitizer's
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0:handle_sigbus=0:handle_abort=0"
export XDG_STATE_HOME=$term_dir XDG_CONFIG_HOME=$term_dir TMUX_TMPDIR=$term_dir

tm() { tmux -L "vd-term-$$-$term_n" "$@"; }
# All of them: a check runs in a shell of its own, and the number of a server that it started is lost with it.
term_end() {
	local socket
	for socket in "$term_dir"/tmux-*/*; do
		[ ! -S "$socket" ] || tmux -S "$socket" kill-server 2>/dev/null
	done
	rm -rf "$term_dir"
}
trap term_end EXIT

# term_start WIDTH HEIGHT [NAME=VALUE...]: a shell whose prompt is "ready>", which says the exit status of each command.
term_start() {
	local w=$1 h=$2
	shift 2
	tm kill-server 2>/dev/null
	term_n=$((term_n + 1))
	tm -f /dev/null new-session -d -x "$w" -y "$h" \
		"env LC_ALL=C.UTF-8 $* PS1='status=\$? ready>' bash --norc --noprofile -i"
	await 10 shown 'ready>'
}

screen() { tm capture-pane -p; }
shown() { screen | grep -qF -- "$1"; }
gone() { ! shown "$1"; }
type_line() { tm send-keys -l "$1"; tm send-keys Enter; }
press() { tm send-keys "$@"; }

# run_demo [ARGUMENTS]: starts the dashboard and waits for its first row.
run_demo() {
	type_line "$drain --demo $* 2>$term_dir/err"
	await 15 shown 'pre-copy'
}

# The process in the pane that is virt-drain.
drain_pid() {
	local shell
	shell=$(tm display-message -p '#{pane_pid}')
	pgrep -P "$shell" -x virt-drain
}

state() { tm display-message -p '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_cursor_flag} #{keypad_flag}'; }
