# SPDX-License-Identifier: GPL-2.0-or-later
# base/: sources and headers, one per line.
noinst_LIBRARIES += libvd_base.a
libvd_base_a_SOURCES = \
	base/array.c base/array.h \
	base/buffer.c base/buffer.h \
	base/clock.c base/clock.h \
	base/config_text.c base/config_text.h \
	base/err.c base/err.h \
	base/failpoint.c base/failpoint.h \
	base/log.c base/log.h \
	base/mask.c base/mask.h \
	base/text.c base/text.h \
	base/text_clean.c \
	base/text_ranges.c base/text_ranges.h \
	base/units.c base/units.h
