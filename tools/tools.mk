# SPDX-License-Identifier: GPL-2.0-or-later
# tools/: what checks and prepares the tree, and the commands at its top.
EXTRA_DIST += tools/packages tools/install-packages tools/check-layers tools/check-banned tools/screen-picture tools/draw-pictures tools/lib/Code.pm tools/lint tools/unicode-ranges \
	.clang-format .clang-tidy .ci/run check quickstart

# make lint LINT=--quick: without the one that takes minutes
.PHONY: lint
lint: config.h
	@$(top_srcdir)/tools/lint $(LINT) -I$(abs_top_builddir) -I$(abs_top_srcdir) $(AM_CPPFLAGS) $(VD_STD_CFLAGS)
