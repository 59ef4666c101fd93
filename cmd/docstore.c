/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docstore - keeps records in a file that docfind searches.
 *
 * A filter: records come out as they went in, with the member `store`, and
 * only after they are safely on the disk.  Opens no document; reads the texts
 * that doctext and dococr made, and no other file (lib/store/store.h).
 */
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/record/path.h"
#include "lib/spool/spool.h"
#include "lib/stage/end.h"
#include "lib/stage/flow.h"
#include "lib/stage/last.h"
#include "lib/stage/show.h"
#include "lib/store/store.h"

enum {
	GROUP_RECORDS = 64, /* one sync for so many, or after so long */
	GROUP_MS = 100,
	GROUP_BYTES = 4 << 20
};

struct options {
	const char *store, *spool, *tenant;
	uint64_t max_text;
	bool no_text, check, rebuild, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'f', "store", "FILE", "the store (default: see docstore(1))",
	    DOC_OPT_STRING, AT(store), NULL },
	{ 'S', "spool", "DIR", "where the texts are", DOC_OPT_STRING, AT(spool),
	    NULL },
	{ 'T', "tenant", "NAME", "tenant of records that name none",
	    DOC_OPT_STRING, AT(tenant), NULL },
	{ 'n', "no-text", NULL, "keep records only, no index of their text",
	    DOC_OPT_FLAG, AT(no_text), NULL },
	{ 't', "max-text", "SIZE", "index no more of one text", DOC_OPT_SIZE,
	    AT(max_text), NULL },
	{ 'c', "check", NULL, "look if the store is in order", DOC_OPT_FLAG,
	    AT(check), NULL },
	{ 'b', "rebuild", NULL, "make the index anew from the texts",
	    DOC_OPT_FLAG, AT(rebuild), NULL },
	{ 'q', "quiet", NULL, "no warnings", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

struct keeper {
	struct doc_flow flow; /* first: the flow finds us by cast */
	struct doc_lines in;
	struct doc_store store;
	struct doc_spool spool;
	const char *tenant;
	struct doc_buf held; /* lines that wait for the commit */
	unsigned group;	     /* documents among them */
	struct doc_watch timer;
	uint64_t count[DOC_STATUS_COUNT], taken;
	bool ended; /* an end record came */
};

/* --- records ---------------------------------------------------------------*/

/* What is kept is kept: now it may be seen. */
static int
commit(struct keeper *k)
{
	static const struct itimerspec never;

	if (k->held.len == 0)
		return 0;
	if (doc_store_commit(&k->store, &k->flow.err) < 0)
		return -1;
	if (doc_buf_add(&k->flow.sink.buf, k->held.data, k->held.len) < 0)
		return doc_error_set(&k->flow.err, DOC_E_NO_MEMORY,
		    "no memory for the output");
	k->held.len = 0;
	k->group = 0;
	timerfd_settime(k->timer.fd, 0, &never, NULL);
	return 0;
}

static void
time_is_over(struct doc_watch *watch, unsigned events)
{
	struct keeper *k = watch->ctx;
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) == sizeof(times))
		(void)!commit(k);
}

static int
write_result(struct keeper *k, const struct doc_record *rec,
    enum doc_status status, const struct doc_store_lack *lack)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "status", doc_status_name(status));
	if (status == DOC_STATUS_PARTIAL) {
		doc_json_open(&j, "reasons", '[');
		doc_json_str(&j, NULL, doc_reason_name(lack->reason));
		doc_json_close(&j, ']');
	}
	doc_error_write(&lack->err, &j);
	doc_json_close(&j, '}');
	k->count[status]++;
	doc_show_over(&k->flow, status,
	    (uint64_t)doc_record_int(rec, "size", 0));
	return j.failed
	    ? -1
	    : doc_record_append(rec, "store", b.data, b.len, &k->held);
}

static int
keep(struct keeper *k, const struct doc_record *rec)
{
	struct doc_store_lack lack = { 0 };
	enum doc_status status = DOC_STATUS_ERROR;
	struct doc_entry e;

	k->taken++;
	doc_show_came(&k->flow, (uint64_t)doc_record_int(rec, "size", 0));
	if (doc_entry_make(&e, rec, k->tenant, &lack.err) == 0) {
		int rc = doc_store_begin(&k->store, &k->flow.err);

		if (rc == 0)
			rc = doc_store_put(&k->store, &e, &lack, &k->flow.err);
		doc_entry_release(&e);
		if (rc < 0)
			return -1;
		status = lack.reason == DOC_R_NONE ? DOC_STATUS_OK
						   : DOC_STATUS_PARTIAL;
	}
	k->group++;
	return write_result(k, rec, status, &lack);
}

static int
take_line(struct keeper *k, const char *line, size_t len)
{
	static const struct itimerspec soon = { .it_value.tv_nsec = GROUP_MS *
		    1000000L };
	struct doc_error why = { 0 };
	struct doc_record rec;
	int rc;

	if (doc_record_parse(&rec, line, len, &why) < 0)
		return doc_error_set(&k->flow.err, DOC_E_STREAM, "line %ju: %s",
		    (uintmax_t)k->in.number, why.msg);
	k->ended = k->ended || rec.type == DOC_TYPE_END;
	if (k->held.len == 0)
		timerfd_settime(k->timer.fd, 0, &soon, NULL);
	rc = rec.type == DOC_TYPE_DOC
	    ? keep(k, &rec)
	    : doc_record_append(&rec, NULL, NULL, 0, &k->held);
	if (rc < 0)
		return doc_error_set(&k->flow.err, DOC_E_NO_MEMORY,
		    "no memory for line %ju", (uintmax_t)k->in.number);
	if (k->group >= GROUP_RECORDS || k->held.len >= GROUP_BYTES)
		return commit(k) < 0 ? -1 : 1;
	return 1;
}

static int
pull(struct doc_flow *flow)
{
	struct keeper *k = (struct keeper *)flow;
	bool *waits = flow->input.ctx;
	const char *line;
	size_t len;
	int rc = doc_lines_next(&k->in, &line, &len, &flow->err);

	if (rc > 0)
		return take_line(k, line, len);
	if (rc < 0)
		return -1;
	if (k->in.eof) {
		flow->ended = true;
		return -1;
	}
	if (*waits)
		return 0;
	*waits = true;
	return doc_lines_fill(&k->in, &flow->err) < 0 ? -1 : 1;
}

/* --- the whole -------------------------------------------------------------*/

static int
start(struct keeper *k, int out, struct doc_error *err)
{
	doc_gauge_open(&k->flow.gauge, "docstore");
	if (doc_flow_open(&k->flow, out, 1, err) < 0)
		return -1;
	k->timer = (struct doc_watch){ .fd = timerfd_create(CLOCK_MONOTONIC,
					   TFD_NONBLOCK | TFD_CLOEXEC),
		.ready = time_is_over,
		.ctx = k };
	if (k->timer.fd < 0)
		return doc_error_sys(err, "cannot make a timer");
	return doc_loop_add(&k->flow.loop, &k->timer, EPOLLIN, err);
}

static int
finish(struct keeper *k)
{
	struct doc_end end = { .stage = "docstore",
		.in = k->taken,
		.out = k->taken,
		.count = k->count };

	if (commit(k) < 0)
		return -1;
	if (!k->ended)
		doc_warn(DOC_NO_END);
	if (doc_end_write(&end, &k->flow.sink.buf) < 0)
		return doc_error_set(&k->flow.err, DOC_E_NO_MEMORY,
		    "no memory");
	if (doc_flow_flush(&k->flow) < 0)
		return -1;
	doc_gauge_set(&k->flow.gauge, DOC_G_ENDED, 1);
	return 0;
}

static int
filter(struct keeper *k, int out)
{
	struct doc_error err = { 0 };
	bool input_waits = true;
	int status = 0;

	doc_lines_init(&k->in, 0, '\n', DOC_LINE_MAX);
	if (start(k, out, &err) < 0) {
		status = doc_last_words(&err);
	} else {
		k->flow.pull = pull;
		k->flow.input.fd = 0;
		k->flow.input.ctx = &input_waits;
		if (doc_flow_run(&k->flow) < 0 ||
		    (k->flow.signal == 0 && finish(k) < 0))
			status = doc_last_words(&k->flow.err);
	}
	doc_flow_close(&k->flow);
	doc_lines_release(&k->in);
	doc_buf_release(&k->held);
	if (status == 0)
		status = k->count[DOC_STATUS_PARTIAL] > 0 ||
		    k->count[DOC_STATUS_ERROR] > 0;
	return status;
}

/* --check: 0 when all is well, 1 with what is wrong on stdout. */
static int
check(struct keeper *k, int out)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	int64_t documents, texts;
	bool bad;

	if (doc_store_check(&k->store, &b, &err) < 0)
		return doc_last_words(&err);
	bad = b.len > 0;
	if (!bad && doc_store_count(&k->store, &documents, &texts, &err) < 0)
		return doc_last_words(&err);
	if (!bad)
		doc_buf_addf(&b, "%jd documents, %jd texts in the index\n",
		    (intmax_t)documents, (intmax_t)texts);
	if (doc_write_full(out, b.data, b.len) < 0) {
		doc_error_sys(&err, "cannot write to standard output");
		return doc_last_words(&err);
	}
	return bad;
}

static int
rebuild(struct keeper *k)
{
	struct doc_error err = { 0 };
	uint64_t lost;

	if (doc_store_rebuild(&k->store, k->tenant, &lost, &err) < 0)
		return doc_last_words(&err);
	if (lost > 0)
		doc_warn("%ju documents of which a text could not be read; "
			 "none of its words is found now",
		    (uintmax_t)lost);
	return lost > 0;
}

static int
open_all(struct keeper *k, const struct options *o, struct doc_error *err)
{
	doc_autobuf struct doc_buf path = { 0 };

	if (doc_spool_open(&k->spool, o->spool, err) < 0 ||
	    doc_store_path(o->store, &path, err) < 0)
		return -1;
	k->store = (struct doc_store){ .spool = k->spool.path,
		.index = !o->no_text,
		.max_text = o->max_text };
	k->tenant = o->tenant;
	return doc_store_open(&k->store, path.data, err);
}

int
main(int argc, char *argv[])
{
	struct options o = { .tenant = "default",
		.max_text = (uint64_t)16 << 20 };
	struct doc_cmd cmd = { .name = "docstore",
		.usage = "[options] < records | --check | --rebuild",
		.about = "Keeps records in a file that docfind searches.",
		.groups = { { table, &o } } };
	struct keeper k = { .timer.fd = -1, .spool.dir = -1 };
	struct doc_error err = { 0 };
	int out, status;

	doc_start(cmd.name);
	if (doc_opt_parse(&cmd, argc, argv) != argc)
		doc_usage(&cmd, "takes records on standard input only");
	if (!doc_tenant_valid(o.tenant))
		doc_usage(&cmd,
		    "--tenant: letters, digits, '.', '_' and '-', at most 64");
	if (o.max_text == 0 || o.max_text > (uint64_t)16 << 20)
		doc_usage(&cmd, "--max-text: from 1 to 16M");
	if (!o.check && !o.rebuild && isatty(0))
		doc_usage(&cmd, "standard input is a terminal");
	doc_log_level(o.quiet ? -1 : 0);
	out = doc_start_stdout();
	if (open_all(&k, &o, &err) < 0)
		status = doc_last_words(&err);
	else
		status = o.rebuild ? rebuild(&k)
		    : o.check	   ? check(&k, out)
				   : filter(&k, out);
	doc_store_close(&k.store);
	doc_spool_close(&k.spool);
	if (k.flow.signal != 0)
		doc_die_of(k.flow.signal);
	return status;
}
