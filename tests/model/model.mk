# SPDX-License-Identifier: GPL-2.0-or-later
# tests/model: the model test of acting. What it puts in the place of clock, queue, recorder and libvirt is found before the archives.
check_PROGRAMS += tests/model/test_acting
TESTS += tests/model/test_acting
tests_model_test_acting_SOURCES = \
	tests/model/model.h \
	tests/model/edges.c \
	tests/model/episode.c \
	tests/model/hypervisor.c \
	tests/model/law.c \
	tests/model/memory.c \
	tests/model/outside.c \
	tests/model/process.c \
	tests/model/test_acting.c \
	tests/model/watcher.c \
	tests/model/world.c
tests_model_test_acting_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=action_check -Wl,--wrap=pthread_create -Wl,--wrap=pthread_join
tests_model_test_acting_LDADD = libvd_libvirt.a libvd_backend.a libvd_model.a libvd_base.a $(LIBVIRT_LIBS) -lm
EXTRA_DIST += tests/model/model.mk
