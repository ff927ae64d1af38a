# SPDX-License-Identifier: GPL-2.0-or-later
# docs/: man pages into dist_man_MANS; pages for readers are distributed, not installed.
EXTRA_DIST += $(call tree,docs)
dist_man_MANS += docs/virt-drain.1
dist_doc_DATA += docs/virt-drain.conf.example
