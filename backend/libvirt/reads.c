/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading calls. They run on call threads, one at a time per thread, and keep nothing beyond their call.
 */
#include "backend/libvirt/reads.h"

#include "backend/libvirt/probe.h"
#include "backend/libvirt/states.h"
#include "backend/libvirt/xml.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

#include <libvirt/virterror.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_PATIENCE ((duration){3000})

static enum err read_error_of(int code, bool is_dead)
{
	if (is_dead)
		return ERR_UNREACHABLE;
	switch (code) {
	case VIR_ERR_OPERATION_DENIED:
	case VIR_ERR_ACCESS_DENIED: return ERR_NOT_PERMITTED;
	case VIR_ERR_NO_DOMAIN: return ERR_NOT_FOUND;
	case VIR_ERR_OPERATION_INVALID: return ERR_INVALID_STATE;
	case VIR_ERR_OPERATION_TIMEOUT: return ERR_TIMEOUT;
	case VIR_ERR_NO_SUPPORT:
	case VIR_ERR_ARGUMENT_UNSUPPORTED: return ERR_UNSUPPORTED;
	case VIR_ERR_NO_CONNECT:
	case VIR_ERR_AUTH_FAILED: return ERR_UNREACHABLE;
	default: return ERR_FAILED; /* a number of theirs */
	}
}

enum err read_error(struct err_info *why, virConnectPtr conn, const char *what, ...)
{
	virErrorPtr error = virGetLastError();
	int code = error ? error->code : 0;
	char text[200], before[200];
	va_list arguments;

	snprintf(text, sizeof text, "%s", error && error->message ? error->message : "no reason was given");
	/* only now: asking whether it is alive erases the error */
	bool is_dead = conn && virConnectIsAlive(conn) == 0;
	va_start(arguments, what);
	vsnprintf(before, sizeof before, what, arguments);
	va_end(arguments);
	return err_set(why, read_error_of(code, is_dead), "libvirt", code, "%s: %s", before, text);
}

int read_error_code(const struct err_info *why)
{
	return why->origin && strcmp(why->origin, "libvirt") == 0 ? why->origin_code : 0;
}

/* A login that asks would need a terminal, which it does not get. */
static void open_add_ssh_advice(struct open_call *open)
{
	struct err_info cause = open->why;

	if (strncmp(open->uri, "qemu+ssh:", 9) == 0)
		open->result = err_set(&open->why, cause.code, cause.origin, cause.origin_code,
				       "%.200s (run \"ssh\" to this host once to see what it asks)", cause.text);
}

static void open_read_host(struct open_call *open)
{
	char text[UUID_TEXT_SIZE + 1];
	mono_time began = clock_mono();

	calls_count(LIBVIRT_CALL_SETUP);
	char *hostname = virConnectGetHostname(open->conn);
	open->latency = mono_since(clock_mono(), began);
	open->hostname = mem_dup(hostname);
	free(hostname);
	calls_count(LIBVIRT_CALL_SETUP);
	char *capabilities = virConnectGetCapabilities(open->conn);
	if (capabilities && xml_text(capabilities, "uuid", text, sizeof text) && !uuid_parse(text, &open->uuid))
		log_write(LOG_LEVEL_WARNING, "host %s tells a UUID that is none", open->name);
	free(capabilities);
}

static void open_fail(struct open_call *open)
{
	if (open->conn)
		virConnectClose(open->conn);
	open->conn = NULL;
}

void open_run(struct call *call)
{
	struct open_call *open = (struct open_call *)call;
	struct probe_target target;

	if (probe_target_of(open->uri, &target)) {
		open->result = probe_connect(&target, PROBE_PATIENCE, &open->why);
		if (open->result != ERR_OK)
			return;
	}
	calls_count(LIBVIRT_CALL_OPEN);
	open->conn = open->is_write ? virConnectOpen(open->uri) : virConnectOpenReadOnly(open->uri);
	if (!open->conn) {
		open->result = read_error(&open->why, NULL, "cannot connect to %s", open->name);
		open_add_ssh_advice(open);
		return;
	}
	/* no keepalive of ours: it would wake a call that waits, see docs/decisions/0005-one-call-per-connection.md */
	if (open->is_write)
		return;
	open->result = subscribe(open->conn, &open->subscriber, &open->subscriptions, &open->why);
	if (open->result == ERR_OK)
		open_read_host(open);
	if (open->result == ERR_OK && virConnectIsAlive(open->conn) == 0) {
		unsubscribe(open->conn, &open->subscriptions);
		subscriptions_done(&open->subscriptions);
		open->result = err_set(&open->why, ERR_UNREACHABLE, "virt-drain", 0, "%s closed the connection at once",
				       open->name);
	}
	if (open->result != ERR_OK)
		open_fail(open);
}

void close_run(struct call *call)
{
	struct close_call *close = (struct close_call *)call;

	if (close->conn)
		unsubscribe(close->conn, &close->subscriptions);
	for (size_t i = 0; i < close->n_domains; i++)
		virDomainFree(close->domain[i]);
	free(close->domain);
	if (close->conn) {
		calls_count(LIBVIRT_CALL_OPEN);
		virConnectClose(close->conn);
	}
	subscriptions_done(&close->subscriptions);
}

static bool record_read(const virDomainStatsRecord *record, struct found_domain *found)
{
	int state = 0, reason = 0;

	if (virDomainGetUUID(record->dom, found->uuid.byte) < 0 || virDomainRef(record->dom) < 0)
		return false;
	found->handle = record->dom;
	found->name = mem_dup(virDomainGetName(record->dom));
	/* a daemon that leaves them out leaves the state unknown */
	if (virTypedParamsGetInt(record->params, record->nparams, "state.state", &state) < 0 ||
	    virTypedParamsGetInt(record->params, record->nparams, "state.reason", &reason) < 0)
		log_write(LOG_LEVEL_DEBUG, "a domain came without its state");
	found->state = state_of(state, reason);
	return true;
}

static void read_survey(struct read_call *read)
{
	virDomainStatsRecordPtr *record = NULL;

	calls_count(LIBVIRT_CALL_SURVEY);
	int n = virConnectGetAllDomainStats(read->conn, VIR_DOMAIN_STATS_STATE, &record,
					    VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE |
						    VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT);
	if (n < 0) {
		read->result = read_error(&read->why, read->conn, "cannot list the guests of %s", read->name);
		return;
	}
	read->found = mem_new((size_t)n + 1, sizeof *read->found);
	for (int i = 0; i < n; i++)
		if (record_read(record[i], &read->found[read->n_found]))
			read->n_found++;
	virDomainStatsRecordListFree(record);
}

static void read_ping(struct read_call *read)
{
	unsigned long version;

	/* high priority at the daemon and no lock of any guest */
	calls_count(LIBVIRT_CALL_PING);
	if (virConnectGetLibVersion(read->conn, &version) < 0)
		read->result = read_error(&read->why, read->conn, "%s does not answer", read->name);
}

static void read_state(struct read_call *read)
{
	int state, reason;

	calls_count(LIBVIRT_CALL_STATE);
	if (virDomainGetState(read->domain, &state, &reason, 0) < 0) {
		struct err_info why;
		/* gone: that is a state too */
		if (read_error(&why, read->conn, "cannot read the state of %s", read->name) != ERR_NOT_FOUND)
			return;
		state = VIR_DOMAIN_SHUTOFF;
		reason = VIR_DOMAIN_SHUTOFF_UNKNOWN;
	}
	read->has_state = true;
	read->state = state_of(state, reason);
}

/* One that cannot be read leaves the statistics as they are: the forecast has QEMU's default then. */
static void read_limit(struct read_call *read)
{
	unsigned long long ms = 0;

	calls_count(LIBVIRT_CALL_LIMIT);
	if (virDomainMigrateGetMaxDowntime(read->domain, &ms, 0) < 0 || ms == 0 || ms > INT64_MAX)
		return;
	read->params.stats.downtime_limit.ms = (int64_t)ms;
	job_mark(&read->params.stats, JOB_DOWNTIME_LIMIT);
}

static void read_job(struct read_call *read)
{
	virTypedParameterPtr param = NULL;
	int type = VIR_DOMAIN_JOB_NONE, n = 0;

	calls_count(LIBVIRT_CALL_JOB);
	if (virDomainGetJobStats(read->domain, &type, &param, &n, 0) < 0) {
		read->result = read_error(&read->why, read->conn, "cannot read job statistics of %s", read->name);
		if (read_error_code(&read->why) == VIR_ERR_OPERATION_UNSUPPORTED) {
			read->is_incoming = true;
			read->result = ERR_OK;
		} else if (read->result == ERR_NOT_FOUND || read->result == ERR_INVALID_STATE) {
			read_state(read);
			read->result = read->has_state ? ERR_OK : read->result;
		}
		return;
	}
	params_read(&read->params, param, n);
	virTypedParamsFree(param, n);
	bool is_ours = type != VIR_DOMAIN_JOB_NONE && read->params.operation == VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT;
	read->has_job = is_ours && (type == VIR_DOMAIN_JOB_UNBOUNDED || type == VIR_DOMAIN_JOB_BOUNDED);
	read->is_ending = is_ours && !read->has_job;
	if (is_ours && type == VIR_DOMAIN_JOB_CANCELLED)
		read->how = JOB_END_CANCELLED;
	if (is_ours && type == VIR_DOMAIN_JOB_FAILED)
		read->how = JOB_END_FAILED;
	if (!is_ours && read->wants_state)
		read_state(read);
	if (read->has_job && read->wants_limit)
		read_limit(read);
}

static void read_owner(struct read_call *read)
{
	static const char *const spaces[] = {"http://openstack.org/xmlns/libvirt/nova/1.1",
					     "http://openstack.org/xmlns/libvirt/nova/1.0"};

	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		calls_count(LIBVIRT_CALL_FACTS);
		char *element = virDomainGetMetadata(read->domain, VIR_DOMAIN_METADATA_ELEMENT, spaces[i], 0);
		if (!element)
			continue;
		owner_text(element, read->owner, sizeof read->owner);
		free(element);
		return;
	}
}

static void read_facts(struct read_call *read)
{
	virDomainInfo info;

	calls_count(LIBVIRT_CALL_FACTS);
	if (virDomainGetInfo(read->domain, &info) < 0) {
		read->result = read_error(&read->why, read->conn, "cannot read the memory size of %s", read->name);
		return;
	}
	read->max_memory.n = u64_mul(info.maxMem, 1024);
	read_owner(read);
}

/* KEEP always: without it the record is destroyed for everybody else (and read-only does not prevent that). */
static void read_completed(struct read_call *read)
{
	virTypedParameterPtr param = NULL;
	int type = VIR_DOMAIN_JOB_NONE, n = 0;

	if (read->wants_state) {
		read_state(read);
		if (!read->has_state || read->state.run != DOMAIN_SHUT_OFF || read->state.reason != REASON_MIGRATED)
			return;
	}
	calls_count(LIBVIRT_CALL_COMPLETED);
	if (virDomainGetJobStats(read->domain, &type, &param, &n,
				 VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED) < 0) {
		read->result = read_error(&read->why, read->conn, "cannot read the last job of %s", read->name);
		return;
	}
	params_read(&read->params, param, n);
	virTypedParamsFree(param, n);
	read->has_job = type == VIR_DOMAIN_JOB_COMPLETED && read->params.operation == read->operation;
}

static bool read_look_up(struct read_call *read)
{
	if (read->domain || read->kind == READ_SURVEY || read->kind == READ_PING)
		return true;
	calls_count(LIBVIRT_CALL_COMPLETED);
	read->domain = virDomainLookupByUUID(read->conn, read->uuid.byte);
	if (!read->domain)
		read->result = read_error(&read->why, read->conn, "%s is not there", read->name);
	return read->domain != NULL;
}

static void (*const read_by_kind[])(struct read_call *read) = {
	[READ_SURVEY] = read_survey, [READ_PING] = read_ping,           [READ_JOB] = read_job,
	[READ_FACTS] = read_facts,   [READ_COMPLETED] = read_completed,
};

void read_run(struct call *call)
{
	struct read_call *read = (struct read_call *)call;

	read->asked = clock_mono();
	if (read_look_up(read))
		read_by_kind[read->kind](read);
	read->is_dead = read->result != ERR_OK && virConnectIsAlive(read->conn) == 0;
	read->at = clock_stamp();
	if (read->domain)
		virDomainFree(read->domain);
	read->domain = NULL;
	if (read->n_found > 0)
		return; /* those found hold the connection too: its receiver decides where they are released */
	virConnectClose(read->conn);
	read->conn = NULL;
}

void read_call_free(struct read_call *call)
{
	for (size_t i = 0; i < call->n_found; i++)
		free(call->found[i].name);
	free(call->found);
	free(call);
}
