# SPDX-License-Identifier: GPL-2.0-or-later
# report/: sources and headers, one per line.
noinst_LIBRARIES += libvd_report.a
libvd_report_a_SOURCES = \
	report/actions.c \
	report/answer.c \
	report/csv.c \
	report/history.c report/history.h \
	report/json.c report/json.h \
	report/plain.c report/report.h \
	report/report_json.c \
	report/table.c report/table.h \
	report/words.c report/words.h
