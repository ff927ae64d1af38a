# SPDX-License-Identifier: GPL-2.0-or-later
# docs/: man pages into dist_man_MANS; pages for readers are distributed, not installed.
EXTRA_DIST += $(call tree,docs)
