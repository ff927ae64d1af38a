# SPDX-License-Identifier: GPL-2.0-or-later
# tools/: what checks and prepares the tree.
