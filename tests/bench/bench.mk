# SPDX-License-Identifier: GPL-2.0-or-later
# tests/bench: programs that print figures; built and run by make bench alone.
bench_programs = tests/bench/bench_fleet tests/bench/bench_store
EXTRA_PROGRAMS += $(bench_programs)
BENCHES += $(bench_programs)
CLEANFILES += $(bench_programs)

tests_bench_bench_fleet_SOURCES = tests/bench/bench_fleet.c
tests_bench_bench_fleet_LDADD = libvd_model.a libvd_base.a -lm
tests_bench_bench_store_SOURCES = tests/bench/bench_store.c
tests_bench_bench_store_LDADD = libvd_store.a libvd_backend.a libvd_model.a libvd_base.a $(SQLITE_LIBS) -lm

# not unit_tui: this program brings a backend of its own for the loop of the screen
bench_programs += tests/bench/bench_frame
tests_bench_bench_frame_SOURCES = tests/bench/bench_frame.c \
	tests/support/snapshot_builder.c tests/support/snapshot_builder.h
tests_bench_bench_frame_LDADD = libvd_tui.a libvd_report.a libvd_model.a libvd_base.a $(CURSES_LIBS) $(LIBCONFIG_LIBS) -lm
