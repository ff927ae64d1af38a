# SPDX-License-Identifier: GPL-2.0-or-later
# tests/bench: what prints figures, in the order of the table; built and run by make bench alone.
# Programs come first; scripts, which need real hosts, say so and end well where there can be none. make bench-moments runs moments.sh.
bench_programs = tests/bench/bench_frame tests/bench/bench_program tests/bench/bench_fleet tests/bench/bench_store \
	tests/bench/forecast
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
BENCHES += $(bench_programs)
bench_scripts = tests/bench/hosts.sh tests/bench/pauses.sh

measure = tests/bench/measure.c tests/bench/measure.h

# not unit_tui: this program brings a backend of its own for the loop of the screen
tests_bench_bench_frame_SOURCES = tests/bench/bench_frame.c $(measure) \
	tests/support/snapshot_builder.c tests/support/snapshot_builder.h
tests_bench_bench_frame_LDADD = libvd_tui.a libvd_report.a libvd_model.a libvd_base.a $(CURSES_LIBS) $(LIBCONFIG_LIBS) -lm
tests_bench_bench_program_SOURCES = tests/bench/bench_program.c $(measure)
tests_bench_bench_fleet_SOURCES = tests/bench/bench_fleet.c $(measure)
tests_bench_bench_fleet_LDADD = libvd_model.a libvd_base.a -lm
tests_bench_bench_store_SOURCES = tests/bench/bench_store.c
tests_bench_bench_store_LDADD = libvd_store.a libvd_backend.a libvd_model.a libvd_base.a $(SQLITE_LIBS) -lm
forecast_replay = tests/bench/forecast.h tests/bench/forecast_corpus.c tests/bench/forecast_score.c \
	tests/bench/trial.c tests/bench/trial.h
tests_bench_forecast_SOURCES = tests/bench/forecast.c tests/bench/forecast_sim.c $(forecast_replay)
tests_bench_forecast_LDADD = libvd_sim.a libvd_recorded.a libvd_model.a libvd_base.a -lm
