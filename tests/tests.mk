# SPDX-License-Identifier: GPL-2.0-or-later
# tests/: everything says TAP. Programs are listed in tests/unit/unit.mk; scripts are found by their name:
#   tests/term/test-*.sh                          run by make check
#   tests/lab/test-*.sh, tests/faults/test-*.sh   run by make check-long
# A script gets $srcdir (the source tree) and $builddir (where ./virt-drain is) in its environment.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = bash
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; builddir='$(abs_top_builddir)'; CMOCKA_MESSAGE_OUTPUT=TAP; \
	export srcdir builddir CMOCKA_MESSAGE_OUTPUT;

# $(call scripts,FOLDER): its test scripts, as names that VPATH finds.
scripts = $(sort $(patsubst $(srcdir)/%,%,$(wildcard $(srcdir)/$(1)/test-*.sh)))
# $(call tree,FOLDER): every file below it that belongs into the tarball.
tree = $(sort $(patsubst $(srcdir)/%,%,$(shell find $(srcdir)/$(1) -type f ! -name '*.o' ! -name '*.log' ! -name '*.trs' ! -name '.dirstamp' ! -name '*.pyc')))

include tests/unit/unit.mk

# not $(call scripts,tests/term), because automake would split it at the blank
TESTS += @TERM_SCRIPTS@
LONG_TESTS += $(call scripts,tests/lab) $(call scripts,tests/faults)

.PHONY: check-long bench
check-long: all $(check_PROGRAMS)
	$(MAKE) check-TESTS TESTS='$(LONG_TESTS)'

bench: all $(BENCHES)
	@for b in $(BENCHES); do ./$$b || exit 1; done
