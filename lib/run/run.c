/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/review/junit.h"
#include "lib/review/sarif.h"
#include "lib/review/table.h"
#include "lib/run/drop.h"
#include "lib/run/lock.h"
#include "lib/run/run.h"
#include "lib/run/settings.h"
#include "lib/stage/last.h"

/* The one thing a signal handler may do; read by the loop. */
static volatile int signal_seen;

static void
on_signal(int sig)
{
	signal_seen = sig;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void
name_stages(struct doc_batch *b)
{
	struct doc_ledger *l = &b->ledger;

	l->stage_count = 1 + b->stage_count;
	strcpy(l->stages[0].name, "doclist");
	strcpy(l->stages[0].key, "list");
	for (unsigned i = 0; i < b->stage_count; i++) {
		strcpy(l->stages[i + 1].name, b->stages[i].name);
		strcpy(l->stages[i + 1].key, b->stages[i].key);
	}
}

/* Somebody's own out.ndjson, which we must not cut. */
static bool
foreign(const char *dir)
{
	static const char *const ours[] = { "out.ndjson", "journal" };
	struct stat st;
	char path[4200];
	bool any = false;

	for (unsigned i = 0; i < DOC_LEN(ours); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, ours[i]);
		any = any || (stat(path, &st) == 0 && st.st_size > 0);
	}
	snprintf(path, sizeof(path), "%s/run.json", dir);
	return any && access(path, F_OK) < 0;
}

static int
open_drops(struct doc_batch *b, struct doc_error *err)
{
	for (unsigned i = 0; i < b->lister_count; i++) {
		char **sources = b->tenants.at[i]->sources.at;

		if (sources == NULL)
			continue;
		b->names[i].drop = doc_drop_open(sources, b->settle_ms, err);
		if (b->names[i].drop == NULL)
			return -1;
	}
	return 0;
}

int
doc_batch_prepare(struct doc_batch *b, struct doc_error *err)
{
	struct doc_ledger *l = &b->ledger;
	char settings[33], engines[33];
	bool again;

	b->lock = l->spool = -1;
	name_stages(b);
	if (mkdir(b->dir, 0700) < 0 && errno != EEXIST)
		return doc_error_sys(err, "cannot make '%s'", b->dir);
	if (foreign(b->dir))
		return doc_error_set(err, DOC_E_USAGE,
		    "'%s' has records, but is no run directory", b->dir);
	b->lock = doc_lock_take(b->dir, err);
	if (b->lock < 0 || doc_ledger_open(l, b->dir, err) < 0)
		return -1;
	doc_settings_digest(&b->settings, settings);
	doc_settings_digest(&b->engines, engines);
	again = l->session > 0;
	l->keep_absent = b->watch;
	if (again && !b->restart && strcmp(settings, l->settings) != 0)
		return doc_settings_differ(b, err);
	if (again && !b->restart && strcmp(engines, l->engines) != 0) {
		doc_settings_changed(b);
		/* What went through a drop folder is not there any more. */
		b->restart = !b->watch;
	}
	if (b->watch && open_drops(b, err) < 0)
		return -1;
	doc_ledger_session(l, settings, engines, again && b->restart);
	return doc_settings_write(b, err);
}

/* Where texts and members go: as much on the disk as the records. */
static void
open_spool(struct doc_batch *b)
{
	mkdir(b->spool, 0700);
	b->ledger.spool = open(b->spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What is to come, for the estimate.  Looks at names only. */
static void
count_inputs(const struct doc_batch *b, struct doc_meter *m)
{
	for (unsigned i = 0; i < b->lister_count; i++) {
		struct doc_names names = { .operands = b->names[i].operands };
		struct doc_found f;
		struct doc_error err = { 0 };

		while (doc_names_next(&names, &f, &err) > 0) {
			m->total++;
			m->total_bytes += f.size;
		}
		doc_names_release(&names);
	}
}

/* What was asked for besides the records, made from these alone, so that a run
 * that was gone on with reports like one that was not. */
static int
write_reports(const struct doc_batch *b, int out)
{
	struct doc_error err = { 0 };
	struct doc_records r;
	int rc = 0;

	if (!b->summary && !b->junit && !b->sarif)
		return 0;
	if (doc_records_open(&r, b->dir, &err) < 0)
		return doc_last_words(&err);
	if ((b->summary && doc_table_print(&r, out, &err) < 0) ||
	    (b->junit &&
		doc_junit_write(&r, b->gates, b->junit, out, &err) < 0) ||
	    (b->sarif && doc_sarif_write(&r, b->sarif, out, &err) < 0))
		rc = doc_last_words(&err);
	doc_records_close(&r);
	return rc;
}

static int
write_bill(const struct doc_batch *b, struct doc_error *err)
{
	doc_autobuf struct doc_buf text = { 0 };
	doc_autoclose int fd = -1;
	char path[4200];

	snprintf(path, sizeof(path), "%s/bill.ndjson", b->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0 || doc_tenants_bill(&b->tenants, &text) < 0 ||
	    doc_write_full(fd, text.data, text.len) < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	return 0;
}

/* What the records say, against what was asked to be a failure. */
static int
judge(const struct doc_batch *b)
{
	const struct doc_ledger *l = &b->ledger;
	unsigned found = l->infected > 0 ? DOC_GATE_INFECTED : 0;

	for (unsigned i = 0; i < l->stage_count; i++) {
		const uint64_t *count = l->stages[i].count;

		if (count[DOC_STATUS_ERROR] > 0)
			found |= DOC_GATE_ERROR;
		if (count[DOC_STATUS_PARTIAL] > 0)
			found |= DOC_GATE_PARTIAL;
	}
	return (found & b->gates) != 0;
}

static int
conclude(struct doc_batch *b, const struct doc_hub *hub, int out)
{
	struct doc_error err = { 0 };

	if (doc_ledger_close(&b->ledger, &err) < 0 || write_bill(b, &err) < 0)
		return doc_last_words(&err);
	doc_info("%ju inputs done, %ju were done already; %ju documents",
	    (uintmax_t)hub->inputs, (uintmax_t)hub->skipped,
	    (uintmax_t)b->ledger.documents);
	if (write_reports(b, out) != 0)
		return 3;
	return judge(b);
}

static int
stopped(struct doc_batch *b, const struct doc_hub *hub, int out)
{
	struct doc_error err = { 0 };

	if (doc_ledger_stop(&b->ledger, &err) < 0)
		return doc_last_words(&err);
	if (signal_seen == 0)
		(void)write_reports(b, out);
	if (hub->unended)
		doc_fatal(DOC_NO_END "; all that came is done (a filter should "
				     "let records of type end by)");
	else if (hub->timed_out)
		doc_fatal("the time of the run is over; to go on: docrun "
			  "--resume %s",
		    b->dir);
	else if (isatty(2))
		doc_warn("stopped; to go on: docrun --resume %s", b->dir);
	if (signal_seen != 0) {
		doc_batch_release(b);
		doc_die_of(signal_seen);
	}
	return 3;
}

int
doc_batch_run(struct doc_batch *b, int out)
{
	struct doc_broker broker;
	struct doc_ear ear;
	struct doc_meter meter = { .kind = (enum doc_progress_kind)b->progress,
		.events = b->events.fd < 0 ? NULL : &b->events };
	struct doc_hub hub = { .stages = b->stages,
		.stage_count = b->stage_count,
		.listers = b->listers,
		.names = b->names,
		.lister_count = b->lister_count,
		.records = b->records,
		.watches = b->watch,
		.selects = b->selects,
		.tenant = b->tenant,
		.tenants = &b->tenants,
		.ledger = &b->ledger,
		.broker = &broker,
		.ear = &ear,
		.meter = &meter,
		.signal = &signal_seen,
		.stall_ms = b->stall_ms };
	struct doc_error err = { 0 };
	char jobs[4200], bill[4200];
	int status;

	snprintf(jobs, sizeof(jobs), "%s/.jobs", b->dir);
	if (doc_broker_open(&broker, jobs, b->jobs, &err) < 0)
		return doc_last_words(&err);
	if (b->strict)
		setenv("DOCPIPE_TOKENS", "strict", 1);
	snprintf(bill, sizeof(bill), "%s/.bill", b->dir);
	if (doc_ear_open(&ear, bill, &b->tenants, &err) < 0)
		return doc_last_words(&err);
	open_spool(b);
	catch_signals();
	if (b->deadline_ms != 0)
		hub.deadline_ms = doc_clock_ms() + b->deadline_ms;
	setenv("DOCPIPE_MARKS", "1", 1);
	if (!b->watch &&
	    (b->progress == DOC_PROGRESS_TTY ||
		(b->progress == DOC_PROGRESS_AUTO && isatty(2))))
		count_inputs(b, &meter);
	if (doc_meter_open(&meter, b->dir, &err) < 0)
		return doc_last_words(&err);
	status = doc_hub_run(&hub, &err);
	doc_broker_close(&broker);
	doc_ear_close(&ear);
	if (signal_seen != 0 || hub.timed_out || (status == 0 && hub.unended)) {
		doc_meter_end(&meter, 3);
		return stopped(b, &hub, out);
	}
	if (status != 0) {
		struct doc_error ignored = { 0 };

		(void)!doc_ledger_stop(&b->ledger, &ignored);
		doc_fatal("%s", err.msg);
		(void)write_reports(b, out);
	} else {
		status = conclude(b, &hub, out);
	}
	doc_meter_end(&meter, status);
	doc_buf_release(&hub.why);
	return status;
}

void
doc_batch_release(struct doc_batch *b)
{
	doc_events_close(&b->events);
	doc_ledger_release(&b->ledger);
	if (b->ledger.spool >= 0)
		close(b->ledger.spool);
	doc_lock_free(b->lock);
	b->lock = -1;
}
