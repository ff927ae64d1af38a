/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of job parameters (docs/glossary.md). Names are strings in the protocol, so a field that our libvirt headers
 * do not know is written as text. Pure.
 */
#include "backend/libvirt/params.h"

#include "base/array.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum target { TARGET_U64, TARGET_DURATION, TARGET_PERCENT };

struct param_row {
	const char *name;
	int type; /* VIR_TYPED_PARAM_* */
	enum target target;
	enum job_field field;
	size_t offset;
};

#define ROW(name, type, target, field, member)                                                                         \
	{                                                                                                              \
		name, VIR_TYPED_PARAM_##type, target, field, offsetof(struct job_stats, member)                        \
	}

static const struct param_row param_table[] = {
	ROW(VIR_DOMAIN_JOB_TIME_ELAPSED, ULLONG, TARGET_DURATION, JOB_ELAPSED, elapsed),
	ROW(VIR_DOMAIN_JOB_DOWNTIME, ULLONG, TARGET_DURATION, JOB_DOWNTIME, downtime),
	ROW(VIR_DOMAIN_JOB_SETUP_TIME, ULLONG, TARGET_DURATION, JOB_SETUP_TIME, setup_time),
	ROW(VIR_DOMAIN_JOB_DATA_TOTAL, ULLONG, TARGET_U64, JOB_DATA_TOTAL, data_total),
	ROW(VIR_DOMAIN_JOB_DATA_PROCESSED, ULLONG, TARGET_U64, JOB_DATA_PROCESSED, data_processed),
	ROW(VIR_DOMAIN_JOB_DATA_REMAINING, ULLONG, TARGET_U64, JOB_DATA_REMAINING, data_remaining),
	ROW(VIR_DOMAIN_JOB_MEMORY_TOTAL, ULLONG, TARGET_U64, JOB_MEMORY_TOTAL, memory_total),
	ROW(VIR_DOMAIN_JOB_MEMORY_PROCESSED, ULLONG, TARGET_U64, JOB_MEMORY_PROCESSED, memory_processed),
	ROW(VIR_DOMAIN_JOB_MEMORY_REMAINING, ULLONG, TARGET_U64, JOB_MEMORY_REMAINING, memory_remaining),
	ROW(VIR_DOMAIN_JOB_MEMORY_BPS, ULLONG, TARGET_U64, JOB_MEMORY_THROUGHPUT, memory_throughput),
	ROW(VIR_DOMAIN_JOB_MEMORY_CONSTANT, ULLONG, TARGET_U64, JOB_MEMORY_CONSTANT, memory_constant),
	ROW(VIR_DOMAIN_JOB_MEMORY_NORMAL, ULLONG, TARGET_U64, JOB_MEMORY_NORMAL, memory_normal),
	ROW(VIR_DOMAIN_JOB_MEMORY_NORMAL_BYTES, ULLONG, TARGET_U64, JOB_MEMORY_NORMAL_BYTES, memory_normal_bytes),
	ROW(VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE, ULLONG, TARGET_U64, JOB_DIRTY_RATE, dirty_rate),
	ROW(VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE, ULLONG, TARGET_U64, JOB_PAGE_SIZE, page_size),
	ROW(VIR_DOMAIN_JOB_MEMORY_ITERATION, ULLONG, TARGET_U64, JOB_PASS, pass),
	ROW(VIR_DOMAIN_JOB_MEMORY_POSTCOPY_REQS, ULLONG, TARGET_U64, JOB_POSTCOPY_REQUESTS, postcopy_requests),
	ROW(VIR_DOMAIN_JOB_DISK_TOTAL, ULLONG, TARGET_U64, JOB_DISK_TOTAL, disk_total),
	ROW(VIR_DOMAIN_JOB_DISK_PROCESSED, ULLONG, TARGET_U64, JOB_DISK_PROCESSED, disk_processed),
	ROW(VIR_DOMAIN_JOB_DISK_REMAINING, ULLONG, TARGET_U64, JOB_DISK_REMAINING, disk_remaining),
	ROW(VIR_DOMAIN_JOB_DISK_BPS, ULLONG, TARGET_U64, JOB_DISK_THROUGHPUT, disk_throughput),
	ROW(VIR_DOMAIN_JOB_AUTO_CONVERGE_THROTTLE, INT, TARGET_PERCENT, JOB_THROTTLE, throttle_percent),
};

/* Known and of no use to us: not worth a line in the log. */
static const char *const param_ignored[] = {
	VIR_DOMAIN_JOB_TIME_ELAPSED_NET,
	VIR_DOMAIN_JOB_TIME_REMAINING,
	VIR_DOMAIN_JOB_DOWNTIME_NET,
	VIR_DOMAIN_JOB_COMPRESSION_CACHE,
	VIR_DOMAIN_JOB_COMPRESSION_BYTES,
	VIR_DOMAIN_JOB_COMPRESSION_PAGES,
	VIR_DOMAIN_JOB_COMPRESSION_CACHE_MISSES,
	VIR_DOMAIN_JOB_COMPRESSION_OVERFLOW,
	VIR_DOMAIN_JOB_SUCCESS,
	VIR_DOMAIN_JOB_ERRMSG,
	VIR_DOMAIN_JOB_DISK_TEMP_USED,
	VIR_DOMAIN_JOB_DISK_TEMP_TOTAL,
	"vfio_data_transferred",
};

_Static_assert(sizeof(bytes) == sizeof(uint64_t) && sizeof(pages_per_s) == sizeof(uint64_t), "units are one uint64_t");

/* False where the value makes no sense for its place. */
static bool row_store(const struct param_row *row, struct job_stats *stats, const virTypedParameter *param)
{
	char *place = (char *)stats + row->offset;

	switch (row->target) {
	case TARGET_U64: {
		uint64_t value = param->value.ul;
		memcpy(place, &value, sizeof value);
		return true;
	}
	case TARGET_DURATION: {
		if (param->value.ul > INT64_MAX)
			return false;
		duration value = {(int64_t)param->value.ul};
		memcpy(place, &value, sizeof value);
		return true;
	}
	case TARGET_PERCENT: {
		if (param->value.i < 0 || param->value.i > 100)
			return false;
		uint32_t value = (uint32_t)param->value.i;
		memcpy(place, &value, sizeof value);
		return true;
	}
	}
	return false;
}

static bool param_is_ignored(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(param_ignored); i++)
		if (strcmp(param_ignored[i], name) == 0)
			return true;
	return false;
}

static void params_read_one(struct params_read *out, const virTypedParameter *param)
{
	char name[VIR_TYPED_PARAM_FIELD_LENGTH + 1];

	snprintf(name, sizeof name, "%.*s", VIR_TYPED_PARAM_FIELD_LENGTH, param->field);
	for (size_t i = 0; i < ARRAY_LEN(param_table); i++) {
		if (strcmp(param_table[i].name, name) != 0)
			continue;
		if (param->type == param_table[i].type && row_store(&param_table[i], &out->stats, param))
			job_mark(&out->stats, param_table[i].field);
		else
			out->n_wrong_type++;
		return;
	}
	if (strcmp(name, VIR_DOMAIN_JOB_OPERATION) == 0) {
		out->has_operation = param->type == VIR_TYPED_PARAM_INT;
		out->operation = out->has_operation ? param->value.i : 0;
		out->n_wrong_type += !out->has_operation;
	} else if (!param_is_ignored(name) && out->n_unknown++ == 0) {
		snprintf(out->unknown, sizeof out->unknown, "%.*s", (int)sizeof out->unknown - 1, name);
	}
}

void params_read(struct params_read *out, const virTypedParameter *param, int n)
{
	*out = (struct params_read){0};
	for (int i = 0; i < n; i++)
		params_read_one(out, &param[i]);
	/* before the second bitmap sync QEMU has no rate, and libvirt says 0: that is unknown, not zero */
	if (!job_has(&out->stats, JOB_PASS) || out->stats.pass <= 1)
		job_unmark(&out->stats, JOB_DIRTY_RATE);
}
