# SPDX-License-Identifier: GPL-2.0-or-later
# lab/: real hosts on one machine. Not installed. The helpers are built here so that warnings are seen; run by hand from a
# checkout without a build, lab/lab compiles them itself. No sanitizers: the helpers are process 1 and a preloaded library.
lab_files = lab/lab lab/common.sh lab/check.sh lab/up.sh lab/guest.sh lab/migrate.sh lab/drain.sh lab/fault.sh lab/status.sh
EXTRA_DIST += $(lab_files) lab/clock.c lab/dirty.S

noinst_PROGRAMS += lab/lab-keeper lab/lab-init
lab_lab_keeper_SOURCES = lab/keeper.c
lab_lab_keeper_CPPFLAGS = -D_GNU_SOURCE
lab_lab_keeper_CFLAGS = $(VD_STD_CFLAGS) $(VD_WARN_CFLAGS)
lab_lab_keeper_LDFLAGS =
lab_lab_init_SOURCES = lab/init.c
lab_lab_init_CPPFLAGS = -D_GNU_SOURCE
lab_lab_init_CFLAGS = $(VD_STD_CFLAGS) $(VD_WARN_CFLAGS)
lab_lab_init_LDFLAGS =

# A preloaded library and a boot sector: automake knows neither.
noinst_DATA = lab/lab-clock.so lab/dirty.bin
CLEANFILES += lab/lab-clock.so lab/dirty.bin lab/dirty.o
lab/lab-clock.so: lab/clock.c lab/lab-init$(EXEEXT)
	$(AM_V_CCLD)$(CC) $(VD_STD_CFLAGS) -D_GNU_SOURCE $(VD_WARN_CFLAGS) -O2 -fPIC -shared -o $@ $(srcdir)/lab/clock.c -ldl
lab/dirty.bin: lab/dirty.S lab/lab-init$(EXEEXT)
	$(AM_V_GEN)as --32 -o lab/dirty.o $(srcdir)/lab/dirty.S && \
	    ld -m elf_i386 -Ttext=0x7c00 --oformat binary -o $@ lab/dirty.o
