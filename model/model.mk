# SPDX-License-Identifier: GPL-2.0-or-later
# model/: sources and headers, one per line.
noinst_LIBRARIES += libvd_model.a
libvd_model_a_SOURCES =
