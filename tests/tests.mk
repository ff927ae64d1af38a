# SPDX-License-Identifier: GPL-2.0-or-later
# tests/: everything says TAP. Programs are listed in tests/unit/unit.mk; scripts are found by their name:
#   tests/tools/test-*.sh, tests/term/test-*.sh   run by make check
#   tests/lab/test-*.sh, tests/faults/test-*.sh   run by make check-long
# A script gets $srcdir (the source tree) and $builddir (where ./virt-drain is) in its environment, and sources
# tests/support/tap.sh. A test program gets the same two variables.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
# What a test says on standard error, a sanitizer above all, belongs into its log.
AM_LOG_DRIVER_FLAGS = --merge
AM_SH_LOG_DRIVER_FLAGS = --merge
SH_LOG_COMPILER = bash
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; builddir='$(abs_top_builddir)'; CMOCKA_MESSAGE_OUTPUT=TAP; \
	XDG_STATE_HOME='$(abs_top_builddir)/tests/state'; XDG_CONFIG_HOME='$(abs_top_builddir)/tests/config'; \
	export srcdir builddir CMOCKA_MESSAGE_OUTPUT XDG_STATE_HOME XDG_CONFIG_HOME;

# $(call scripts,FOLDERS): their test scripts, as names that VPATH finds.
scripts = $(sort $(patsubst $(srcdir)/%,%,$(wildcard $(patsubst %,$(srcdir)/%/test-*.sh,$(1)))))
# $(call tree,FOLDER): every file below it that belongs into the tarball (not what a build in the tree leaves there).
tree = $(sort $(patsubst $(srcdir)/%,%,$(shell find $(srcdir)/$(1) -type f -name '*.*' ! -name '*.o' ! -name '*.log' ! -name '*.trs' ! -name '.*' 2>/dev/null)))

include tests/unit/unit.mk
include tests/model/model.mk
include tests/term/term.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk

# not $(call scripts,…), because automake would split it at the blank; configure.ac has the expression
TESTS += @QUICK_SCRIPTS@
LONG_TESTS += $(call scripts,tests/lab tests/faults)

# What the tests with real hosts start; built by make check-long.
lab_programs = tests/lab/driver_say tests/lab/driver_act
EXTRA_PROGRAMS += $(lab_programs)
CLEANFILES += $(lab_programs)
tests_lab_driver_say_SOURCES = tests/lab/driver_say.c
tests_lab_driver_say_LDADD = libvd_libvirt.a libvd_backend.a libvd_model.a libvd_base.a $(LIBVIRT_LIBS) -lm
tests_lab_driver_act_SOURCES = tests/lab/driver_act.c
tests_lab_driver_act_LDADD = $(tests_lab_driver_say_LDADD)

if HAVE_CMOCKA
lab_programs += tests/lab/contract_lab
tests_lab_contract_lab_SOURCES = tests/lab/contract_lab.c $(contract_sources)
tests_lab_contract_lab_LDADD = $(tests_lab_driver_say_LDADD) $(CMOCKA_LIBS)
endif

.PHONY: check-unit check-long bench bench-moments
check-unit: $(filter-out tests/term/%,$(check_PROGRAMS))
	$(MAKE) check-TESTS TESTS='$(filter-out tests/term/%,$(check_PROGRAMS))'

# KILLS: how often virt-drain is killed in tests/faults/test-adoption.sh; ./check asks for a dozen
check-long: all $(check_PROGRAMS) $(lab_programs)
	KILLS=$${KILLS:-200} $(MAKE) check-TESTS TESTS='$(LONG_TESTS)'

bench: all $(BENCHES) $(lab_programs)
	@srcdir='$(abs_top_srcdir)'; builddir='$(abs_top_builddir)'; export srcdir builddir; \
	for b in $(BENCHES); do ./$$b || exit 1; done; \
	for b in $(bench_scripts); do bash "$$srcdir/$$b" || exit 1; done

# not part of bench: it takes half an hour
bench-moments: all
	@srcdir='$(abs_top_srcdir)' builddir='$(abs_top_builddir)' bash '$(abs_top_srcdir)/tests/bench/moments.sh'

EXTRA_DIST += $(call tree,tests/support) $(call tree,tests/tools) $(call tree,tests/golden) \
	$(call tree,tests/term) $(call tree,tests/lab) $(call tree,tests/faults) $(call tree,tests/bench) \
	$(call tree,tests/replay) tests/replay/matrix tests/replay/record

# What tests that know no better folder have written.
clean-local:
	-rm -rf tests/state tests/config fuzz-build
