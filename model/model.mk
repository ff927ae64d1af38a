# SPDX-License-Identifier: GPL-2.0-or-later
# model/: sources and headers, one per line.
noinst_LIBRARIES += libvd_model.a
libvd_model_a_SOURCES = \
	model/action.c model/action.h \
	model/action_value.c \
	model/adopted.c model/adopted.h \
	model/alert.c model/alert.h \
	model/arming.c model/arming.h \
	model/domain.c model/domain.h \
	model/drain_end.c \
	model/event.c model/event.h \
	model/field.c model/field.h \
	model/field_name.c \
	model/filter.c model/filter.h \
	model/filter_read.c \
	model/filter_value.c \
	model/fleet.c model/fleet.h model/fleet_private.h \
	model/fleet_drain.c \
	model/fleet_events.c \
	model/fleet_forecast.c \
	model/fleet_freeze.c \
	model/fleet_hosts.c \
	model/fleet_intents.c \
	model/fleet_jobs.c \
	model/fleet_log.c \
	model/fleet_lookup.c \
	model/fleet_shared.c \
	model/fleet_sight.c \
	model/fleet_migrations.c \
	model/fleet_orphan.c \
	model/fleet_outcome.c \
	model/fleet_policy.c \
	model/forecast.c model/forecast.h model/forecast_private.h \
	model/forecast_at.c \
	model/forecast_course.c \
	model/forecast_learn.c \
	model/forecast_price.c \
	model/forecast_reason.c \
	model/forecast_sent.c \
	model/intent.c model/intent.h \
	model/job_stats.c model/job_stats.h \
	model/migration.c model/migration.h \
	model/outlook.c model/outlook.h \
	model/own_limit.c model/own_limit.h \
	model/outlook_price.c \
	model/passes.c model/passes.h \
	model/policy.c model/policy.h \
	model/precopy.c model/precopy.h \
	model/proof.c model/proof.h \
	model/query.c model/query.h \
	model/record.c model/record.h \
	model/shared.c model/shared.h \
	model/snapshot.c model/snapshot.h \
	model/timeout.c model/timeout.h \
	model/writing.c model/writing.h
