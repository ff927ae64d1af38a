#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The layers check and the list of banned functions: this tree passes, and a tree with one violation is caught.
: "${srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
. "$srcdir/tests/support/tap.sh"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# A small tree that breaks no rule.
new_tree() {
	rm -rf "$scratch/tree"
	mkdir -p "$scratch"/tree/{base,model,backend/libvirt,backend/store,report,tui,app}
	cd "$scratch/tree" || exit 1
	echo '#include <stdint.h>' >base/err.h
	printf '#include "base/err.h"\n/* virDomainSuspend() and strcpy() are only words here */\n' >model/event.h
	echo '#include "model/event.h"' >backend/backend.h
	printf '#include <libvirt/libvirt.h>\nint f(virDomainPtr d) { return virDomainSuspend(d); }\n' >backend/libvirt/act.c
	printf '#include <libvirt/libvirt.h>\nint g(virDomainPtr d) { return virDomainGetState(d, 0, 0, 0); }\n' >backend/libvirt/link.c
	echo '#include <sqlite3.h>' >backend/store/cache.c
	printf '#include <curses.h>\n#include "backend/backend.h"\n' >tui/term.c
	printf '#include "backend/backend.h"\n#include "tui/none.h"\n' >app/main.c
	echo 'const char *s = "strcpy(";' >tui/none.h
}

# caught TOOL FILE LINE SENTENCE: a clean tree with this line added to this file is refused, and the sentence is said.
caught() {
	local said
	new_tree
	printf '%s\n' "$3" >>"$2"
	said=$("$srcdir/tools/$1" "$scratch/tree") && { echo "it passed"; return 1; }
	grep -qF "$2:" <<<"$said" && grep -qF -- "$4" <<<"$said" || { echo "it said: $said"; return 1; }
}

check 'this tree keeps its layers' "$srcdir/tools/check-layers" "$srcdir"
check 'this tree names no banned function' "$srcdir/tools/check-banned" "$srcdir"
new_tree
check 'a clean tree passes the layers check' "$srcdir/tools/check-layers" "$scratch/tree"
check 'a clean tree passes the list of banned functions' "$srcdir/tools/check-banned" "$scratch/tree"

layers() { check "$1" caught check-layers "$2" "$3" "$4"; }
layers 'base may include nothing above it' base/err.h '#include "model/event.h"' 'base may not include "model/event.h"'
layers 'model may not include a backend' model/event.h '#include "backend/backend.h"' 'model may not include'
layers 'backend may not include tui' backend/backend.h '#include "tui/none.h"' 'backend may not include'
layers 'report may not include tui' report/plain.c '#include "tui/none.h"' 'report may not include'
layers 'tui sees one header of backend only' tui/none.h '#include "backend/libvirt/act.c"' 'tui may not include'
layers 'nobody includes app' tui/none.h '#include "app/main.c"' 'tui may not include'
layers 'an include that is not there is said' model/event.h '#include "err.h"' 'is not in the tree'
layers 'a header of ours is not a system header' model/event.h '#include <base/err.h>' 'is a file of the project'
layers 'curses belongs to tui/term.c' tui/view.c '#include <curses.h>' 'only tui/term.c'
layers 'ncursesw belongs to tui/term.c' tui/view.c '#include <ncursesw/ncurses.h>' 'only tui/term.c'
layers 'libconfig belongs to themes and configuration' app/main.c '#include <libconfig.h>' 'only tui/theme'
layers 'sqlite belongs to store' backend/collector.c '#include <sqlite3.h>' 'only backend/store'
layers 'libvirt belongs to its driver' app/main.c '#include <libvirt/libvirt.h>' 'only backend/libvirt'
layers 'threads belong to backend and app' tui/view.c '#include <pthread.h>' 'only backend and app'
layers 'model has no clock' model/event.h '#include <time.h>' 'pure'
layers 'model does no I/O' model/fleet.c 'void f(void) { puts("x"); }' 'puts() asks the machine'
for name in virDomainSuspend virDomainResume virDomainAbortJob virDomainAbortJobFlags virDomainMigrateStartPostCopy \
	virDomainMigrateSetMaxDowntime virDomainMigrateToURI3 virDomainDestroyFlags virDomainSetMetadata virDomainReboot \
	virDomainReset virDomainShutdownFlags virDomainCreate virDomainUndefine virDomainBlockJobAbort virDomainSnapshotDelete; do
	layers "only act.c may name $name" backend/libvirt/link.c "int h(void *d) { return $name(d); }" "may name $name"
done
layers 'a pointer to a mutating function counts too' backend/libvirt/link.c 'void *p = virDomainSuspend;' 'may name virDomainSuspend'

banned() { check "$1" caught check-banned "$2" "$3" "$4"; }
banned 'strcpy is caught' base/text.c 'void f(char *a) { strcpy(a, "b"); }' 'strcpy()'
banned 'sprintf is caught' tui/view.c 'void f(char *a) { sprintf(a, "b"); }' 'sprintf()'
banned 'a shell is caught' app/hook.c 'void f(void) { system("ls"); }' 'system()'
banned 'a lower layer that prints is caught' backend/store/cache.c 'void f(void) { perror("x"); }' 'perror()'
banned 'a wait for a time is caught' backend/libvirt/link.c 'void f(void) { sleep(1); }' 'sleep()'
banned 'signal() is caught' app/signals.c 'void f(void) { signal(2, 0); }' 'signal()'
new_tree
echo 'void f(void) { signal(1, SIG_IGN); }' >>"$scratch/tree/app/main.c"
check 'to ignore a signal is no handler' "$srcdir/tools/check-banned" "$scratch/tree"
finish
