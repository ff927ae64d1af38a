# SPDX-License-Identifier: GPL-2.0-or-later
# tests/fuzz: fuzz_TARGET.c looks at one input, corpus/TARGET/ has inputs. Two ways to build each: with replay.c a test of make check
# that needs no fuzzer, and by `make fuzz TARGET=...` with libFuzzer (clang), which looks for more.
fuzz_support = tests/fuzz/fuzz.c tests/fuzz/fuzz.h
fuzz_replay = tests/fuzz/replay.c $(fuzz_support)

fuzz_programs =

fuzz_programs += tests/fuzz/fuzz_conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c $(fuzz_replay)
tests_fuzz_fuzz_conf_LDADD = $(unit_app)
fuzz_programs += tests/fuzz/fuzz_filter
tests_fuzz_fuzz_filter_SOURCES = tests/fuzz/fuzz_filter.c $(fuzz_replay)
tests_fuzz_fuzz_filter_LDADD = $(unit_model)
fuzz_programs += tests/fuzz/fuzz_key
tests_fuzz_fuzz_key_SOURCES = tests/fuzz/fuzz_key.c $(fuzz_replay) \
	tests/support/snapshot_builder.c tests/support/snapshot_builder.h
tests_fuzz_fuzz_key_LDADD = $(unit_tui)
fuzz_programs += tests/fuzz/fuzz_name
tests_fuzz_fuzz_name_SOURCES = tests/fuzz/fuzz_name.c $(fuzz_replay)
tests_fuzz_fuzz_name_LDADD = $(unit_tui)
fuzz_programs += tests/fuzz/fuzz_recording
tests_fuzz_fuzz_recording_SOURCES = tests/fuzz/fuzz_recording.c $(fuzz_replay)
tests_fuzz_fuzz_recording_LDADD = libvd_recorded.a $(unit_model)
fuzz_programs += tests/fuzz/fuzz_theme
tests_fuzz_fuzz_theme_SOURCES = tests/fuzz/fuzz_theme.c $(fuzz_replay)
tests_fuzz_fuzz_theme_LDADD = $(unit_tui)

check_PROGRAMS += $(fuzz_programs)
TESTS += $(fuzz_programs)

# All of ours but main and the lab, instrumented; the linker leaves out what a target does not use.
fuzz_libraries = $(libvd_app_a_SOURCES) $(libvd_tui_a_SOURCES) $(libvd_report_a_SOURCES) $(libvd_libvirt_a_SOURCES) \
	$(libvd_sim_a_SOURCES) $(libvd_recorded_a_SOURCES) $(libvd_store_a_SOURCES) $(libvd_backend_a_SOURCES) \
	$(libvd_model_a_SOURCES) $(libvd_base_a_SOURCES)
fuzz_flags = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CC = clang
FUZZ_SECONDS = 600

# One object per source, so that a second target and a changed file are quick.
fuzz-build/%.o: %.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(FUZZ_CC) $(VD_STD_CFLAGS) -pthread $(fuzz_flags) -fsanitize=fuzzer-no-link -I. $(AM_CPPFLAGS) \
		-MMD -MP -c -o $@ $<
-include $(wildcard fuzz-build/*/*.d fuzz-build/*/*/*.d)

fuzz_objects = $(patsubst %.c,fuzz-build/%.o,$(filter %.c,$(1)))
fuzz-build/libours.a: $(call fuzz_objects,$(fuzz_libraries))
	$(AM_V_AR)rm -f $@ && $(AR) $(ARFLAGS) $@ $^

fuzz-build/fuzz_$(TARGET): $(call fuzz_objects,tests/fuzz/fuzz_$(TARGET).c tests/fuzz/fuzz.c tests/support/snapshot_builder.c) fuzz-build/libours.a
	$(AM_V_CCLD)$(FUZZ_CC) -pthread $(fuzz_flags) -fsanitize=fuzzer -o $@ $^ \
		$(LIBVIRT_LIBS) $(CURSES_LIBS) $(LIBCONFIG_LIBS) $(SQLITE_LIBS) -lm

# New inputs stay in fuzz-build/TARGET; what is worth keeping goes small into the corpus by hand (docs/testing.md).
.PHONY: fuzz
fuzz: $(if $(TARGET),fuzz-build/fuzz_$(TARGET))
	@test -n '$(TARGET)' || { echo 'make fuzz TARGET=$(subst tests/fuzz/fuzz_,,$(fuzz_programs))' >&2; exit 2; }
	$(MKDIR_P) fuzz-build/$(TARGET)
	cd fuzz-build && LSAN_OPTIONS=suppressions='$(abs_top_srcdir)/tests/support/lsan.supp':print_suppressions=0 \
		./fuzz_$(TARGET) -max_total_time=$(FUZZ_SECONDS) -max_len=1000 -timeout=10 -print_final_stats=1 \
		-artifact_prefix=found-$(TARGET)- $(TARGET) '$(abs_top_srcdir)/tests/fuzz/corpus/$(TARGET)'

EXTRA_DIST += $(sort $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/tests/fuzz/corpus/*/*)))
