# SPDX-License-Identifier: GPL-2.0-or-later
# lab/: real hosts on one machine. Not installed; what must be compiled goes into check_PROGRAMS, the rest into EXTRA_DIST.
