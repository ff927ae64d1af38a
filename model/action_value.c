/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value of an order: what a person wrote, whether it can be, and what would be right instead. Pure.
 */
#include "model/action.h"
#include "model/own_limit.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* QEMU 7.2 migration/migration.c: MAX_MIGRATE_DOWNTIME, 2000 seconds. */
#define DOWNTIME_MAX_MS 2000000
/* A suggestion is rounded up to this, so that it is short to read and still enough. */
#define SUGGESTED_STEP_MS 100
#define MIB (UINT64_C(1) << 20)

bool action_has_value(enum action action)
{
	return *action_value_argument(action) != '\0';
}

const char *action_value_argument(enum action action)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return "DURATION";
	case TAKES_BANDWIDTH: return "MIB_PER_S|none";
	case TAKES_LIMIT: return "DURATION|none";
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return "";
}

static enum err check_downtime(uint64_t ms, struct err_info *why)
{
	if (ms == 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "with 0 no migration would ever end: give 1 ms to 2000 s");
	if (ms > DOWNTIME_MAX_MS)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "QEMU takes no maximum downtime above 2000 s: give 1 ms to 2000 s");
	return ERR_OK;
}

uint64_t action_bandwidth_max(void)
{
	const uint64_t most = INT64_MAX / MIB;

	return most < ULONG_MAX ? most : ULONG_MAX;
}

static enum err check_bandwidth(uint64_t mib, struct err_info *why)
{
	if (mib > action_bandwidth_max())
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "libvirt takes no bandwidth above %" PRIu64 " MiB/s: give less, or none for no limit",
			       action_bandwidth_max());
	return ERR_OK;
}

enum err action_value_check(enum action action, uint64_t value, struct err_info *why)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return check_downtime(value, why);
	case TAKES_BANDWIDTH: return check_bandwidth(value, why);
	case TAKES_LIMIT: return own_limit_check_length(value, why);
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return ERR_OK;
}

static enum err parse_duration(const char *text, uint64_t *out, struct err_info *why)
{
	duration given;
	enum err code = text_parse_duration(text, &given, why);

	if (code == ERR_OK)
		*out = (uint64_t)given.ms;
	return code;
}

/* Bytes to whole MiB/s, which is all that libvirt takes. */
static enum err whole_mib(const char *text, bytes amount, uint64_t *out, struct err_info *why)
{
	if (amount.n == 0)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "with 0 nothing would move: give MiB/s like 100 or 1.5G, or none for no limit");
	if (amount.n % MIB)
		return err_set(why, ERR_USAGE, "virt-drain", 0,
			       "\"%s\" is not a whole number of MiB/s: the next one is %" PRIu64, text,
			       amount.n / MIB + 1);
	*out = amount.n / MIB;
	return ERR_OK;
}

/* Digits, at most one point and a unit: then the only thing wrong with it is that it is too large. */
static bool is_amount(const char *text)
{
	const char *at = text + strspn(text, "0123456789");

	if (at > text && at[0] == '.')
		at += 1 + strspn(at + 1, "0123456789");
	return at > text && strspn(at, "KMGTPEkmgtpeiB") == strlen(at) && strlen(at) <= 3;
}

/* A number alone is MiB/s, as virsh has it; with a unit it is what text_parse_bytes reads. */
static enum err parse_bandwidth(const char *text, uint64_t *out, struct err_info *why)
{
	char with_unit[40];
	bytes amount;

	if (strcmp(text, "none") == 0) {
		*out = 0;
		return ERR_OK;
	}
	bool is_plain = text[strspn(text, "0123456789.")] == '\0';
	snprintf(with_unit, sizeof with_unit, "%s%s", text, is_plain ? "M" : "");
	if (strlen(text) + 2 < sizeof with_unit && text_parse_bytes(with_unit, &amount, NULL) == ERR_OK)
		return whole_mib(text, amount, out, why);
	if (is_amount(text))
		return check_bandwidth(UINT64_MAX, why);
	return err_set(why, ERR_USAGE, "virt-drain", 0,
		       "\"%s\" is no bandwidth: write MiB/s like 100, 100M or 1.5G, or none for no limit", text);
}

enum err action_value_parse(enum action action, const char *text, uint64_t *out, struct err_info *why)
{
	uint64_t value = 0;
	enum err code = ERR_OK;

	switch (action_entry(action)->takes) {
	case TAKES_DURATION: code = parse_duration(text, &value, why); break;
	case TAKES_BANDWIDTH: code = parse_bandwidth(text, &value, why); break;
	case TAKES_LIMIT: code = own_limit_parse(text, &value, why); break;
	case TAKES_NOTHING:
	case TAKES_METHOD:
		code = err_set(why, ERR_USAGE, "virt-drain", 0, "%s takes no value", action_name(action));
		break;
	}
	if (code == ERR_OK)
		code = action_value_check(action, value, why);
	if (code == ERR_OK)
		*out = value;
	return code;
}

static char *duration_text(uint64_t ms, char *buffer, size_t size)
{
	if (ms < 1000 || ms % 100)
		snprintf(buffer, size, "%" PRIu64 "ms", ms);
	else if (ms % 1000)
		snprintf(buffer, size, "%" PRIu64 ".%" PRIu64 "s", ms / 1000, ms % 1000 / 100);
	else
		snprintf(buffer, size, "%" PRIu64 "s", ms / 1000);
	return buffer;
}

static char *bandwidth_number(uint64_t mib, char *buffer, size_t size)
{
	if (mib == 0)
		snprintf(buffer, size, "none");
	else
		snprintf(buffer, size, "%" PRIu64, mib);
	return buffer;
}

char *action_bandwidth_text(uint64_t mib_per_s, char *buffer, size_t size)
{
	if (mib_per_s == 0 || mib_per_s == action_bandwidth_max())
		snprintf(buffer, size, "none");
	else
		snprintf(buffer, size, "%" PRIu64 " MiB/s", mib_per_s);
	return buffer;
}

char *action_value_text(enum action action, uint64_t value, char *buffer, size_t size)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return duration_text(value, buffer, size);
	case TAKES_BANDWIDTH: return bandwidth_number(value, buffer, size);
	case TAKES_LIMIT: return own_limit_text(value, buffer, size);
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	snprintf(buffer, size, "%s", "");
	return buffer;
}

static bool suggest_downtime(const struct forecast *forecast, uint64_t *out)
{
	int64_t needed = forecast->needed_downtime.ms;

	if (needed <= 0 || needed > DOWNTIME_MAX_MS)
		return false;
	*out = ((uint64_t)needed + SUGGESTED_STEP_MS - 1) / SUGGESTED_STEP_MS * SUGGESTED_STEP_MS;
	return true;
}

static bool suggest_bandwidth(const struct forecast *forecast, uint64_t *out)
{
	uint64_t needed = forecast->needed_bandwidth.n;

	if (needed == 0 || needed / MIB >= action_bandwidth_max())
		return false;
	*out = needed / MIB + (needed % MIB != 0);
	return true;
}

bool action_value_suggest(enum action action, const struct forecast *forecast, uint64_t *out)
{
	switch (action_entry(action)->takes) {
	case TAKES_DURATION: return suggest_downtime(forecast, out);
	case TAKES_BANDWIDTH: return suggest_bandwidth(forecast, out);
	case TAKES_LIMIT: /* what is in force says more than the forecast (own_limit_step) */
	case TAKES_NOTHING:
	case TAKES_METHOD: break;
	}
	return false;
}
