# SPDX-License-Identifier: GPL-2.0-or-later
# tools/: what checks and prepares the tree, and the commands at its top.
EXTRA_DIST += tools/packages tools/install-packages tools/check-layers tools/check-banned tools/lib/Code.pm
