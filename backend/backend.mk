# SPDX-License-Identifier: GPL-2.0-or-later
# backend/: one archive per way to reach or remember the fleet; sources and headers, one per line.
noinst_LIBRARIES += libvd_backend.a libvd_store.a libvd_libvirt.a libvd_sim.a libvd_recorded.a

# collector, queue, mailbox, the door
libvd_backend_a_SOURCES = \
	backend/acting.c \
	backend/arming.c \
	backend/backend.c backend/backend.h backend/driver.h \
	backend/collector.c backend/collector.h \
	backend/judging.c \
	backend/recording.c \
	backend/mailbox.c backend/mailbox.h \
	backend/queue.c backend/queue.h

# backend/store: recorder, cache, ledger (SQLite)
libvd_store_a_SOURCES = \
	backend/store/cache.c backend/store/cache.h backend/store/cache_thin.c \
	backend/store/cache_file.c backend/store/cache_file.h \
	backend/store/columns.c backend/store/columns.h \
	backend/store/db.c backend/store/db.h \
	backend/store/db_path.c backend/store/db_path.h \
	backend/store/ledger.c backend/store/ledger_adopt.c backend/store/ledger.h \
	backend/store/ledger_watch.c backend/store/ledger_watch.h \
	backend/store/memory.c backend/store/memory.h \
	backend/store/read.c \
	backend/store/recorder.c backend/store/recorder.h \
	backend/store/recorder_audit.c backend/store/recorder_cache.c backend/store/recorder_debts.c backend/store/recorder_ledger.c \
	backend/store/schema.c backend/store/schema.h \
	backend/store/store.h

# backend/libvirt: the real fleet
libvd_libvirt_a_SOURCES = \
	backend/libvirt/libvirt.h backend/libvirt/hosts.h \
	backend/libvirt/act.c backend/libvirt/act.h backend/libvirt/act_private.h \
	backend/libvirt/act_facts.c \
	backend/libvirt/calls.c backend/libvirt/calls.h \
	backend/libvirt/connection.c \
	backend/libvirt/discover.c \
	backend/libvirt/domains.c \
	backend/libvirt/driver.c \
	backend/libvirt/endings.c \
	backend/libvirt/errands.c \
	backend/libvirt/host.c \
	backend/libvirt/link.c backend/libvirt/link.h \
	backend/libvirt/loop.c backend/libvirt/loop.h \
	backend/libvirt/params.c backend/libvirt/params.h \
	backend/libvirt/poll.c backend/libvirt/poll.h \
	backend/libvirt/probe.c backend/libvirt/probe.h \
	backend/libvirt/readings.c \
	backend/libvirt/reads.c backend/libvirt/reads.h \
	backend/libvirt/states.c backend/libvirt/states.h \
	backend/libvirt/subscribe.c backend/libvirt/subscribe.h \
	backend/libvirt/timers.c backend/libvirt/timers.h \
	backend/libvirt/xml.c backend/libvirt/xml.h

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
	backend/sim/tell.c backend/sim/tell.h \
	backend/sim/watch.c backend/sim/watch.h \
	backend/sim/world.c backend/sim/world.h

# backend/recorded: recordings, made and said again
libvd_recorded_a_SOURCES = \
	backend/recorded/driver.c backend/recorded/recorded.h \
	backend/recorded/figures.c backend/recorded/figures.h \
	backend/recorded/format.c backend/recorded/format.h backend/recorded/format_private.h \
	backend/recorded/format_put.c backend/recorded/format_take.c \
	backend/recorded/recording.c backend/recorded/recording.h \
	backend/recorded/spool.c backend/recorded/spool.h \
	backend/recorded/tap.c backend/recorded/tap.h \
	backend/recorded/words.c backend/recorded/words.h
