# SPDX-License-Identifier: GPL-2.0-or-later
# backend/: one archive per way to reach or remember the fleet; sources and headers, one per line.
noinst_LIBRARIES += libvd_backend.a libvd_store.a libvd_libvirt.a libvd_sim.a libvd_recorded.a

# collector, queue, mailbox, the door
libvd_backend_a_SOURCES = \
	backend/acting.c \
	backend/backend.c backend/backend.h backend/driver.h \
	backend/collector.c backend/collector.h \
	backend/recording.c \
	backend/mailbox.c backend/mailbox.h \
	backend/queue.c backend/queue.h

# backend/store: recorder, cache, ledger (SQLite)
libvd_store_a_SOURCES =

# backend/libvirt: the real fleet
libvd_libvirt_a_SOURCES =

# backend/sim: the simulated fleet
libvd_sim_a_SOURCES = \
	backend/sim/act.c backend/sim/act.h \
	backend/sim/bitmap.c backend/sim/bitmap.h \
	backend/sim/calls.c backend/sim/calls.h \
	backend/sim/copy.c backend/sim/copy.h \
	backend/sim/draw.h \
	backend/sim/driver.c backend/sim/inside.h backend/sim/sim.h \
	backend/sim/guest.c backend/sim/guest.h \
	backend/sim/job.c backend/sim/job_stats.c backend/sim/job.h \
	backend/sim/roll.c backend/sim/roll.h \
	backend/sim/scenario.c backend/sim/scenario.h \
	backend/sim/script.c backend/sim/script.h \
	backend/sim/share.c backend/sim/share.h \
	backend/sim/watch.c backend/sim/watch.h \
	backend/sim/world.c backend/sim/world.h

# backend/recorded: a cache or a recording, said again
libvd_recorded_a_SOURCES =
