# SPDX-License-Identifier: GPL-2.0-or-later
# docs/: man pages into dist_man_MANS, pages for readers into dist_doc_DATA, the rest into EXTRA_DIST.
