/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docprogress - passes records through, or looks at a run, and shows how far
 * it is: to people, to files, to whoever connects.
 *
 * Opens no document and starts no other process.  What it knows of the stages
 * it reads from their gauges (lib/gauge), so that no number of watchers costs
 * the batch anything.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/gauge/server.h"
#include "lib/run/progress.h"
#include "lib/stage/flow.h"
#include "lib/stage/last.h"

struct options {
	int kind;
	uint64_t total, total_bytes, stuck_ms;
	const char *run, *listen, *status, *prom;
	bool wait, allow_net, quiet;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'P', "progress", "WHEN", "a bar (tty), plain lines, JSON, or none",
	    DOC_OPT_CHOICE, AT(kind), "auto|tty|plain|none|json" },
	{ 'n', "total", "N", "inputs to come, for the estimate", DOC_OPT_SIZE,
	    AT(total), NULL },
	{ 'B', "total-bytes", "SIZE", "bytes to come, for the estimate",
	    DOC_OPT_SIZE, AT(total_bytes), NULL },
	{ 'r', "run", "DIR", "look at this run of docrun, read no records",
	    DOC_OPT_STRING, AT(run), NULL },
	{ 'w', "wait", NULL, "with --run: to its end, and end with its status",
	    DOC_OPT_FLAG, AT(wait), NULL },
	{ 'l', "listen", "WHERE", "serve a live page: ADDRESS:PORT, unix:PATH",
	    DOC_OPT_STRING, AT(listen), NULL },
	{ 'a', "allow-net", NULL, "with --listen: other machines, too",
	    DOC_OPT_FLAG, AT(allow_net), NULL },
	{ 's', "status", "FILE", "keep the report in FILE, as JSON",
	    DOC_OPT_STRING, AT(status), NULL },
	{ 'm', "prom", "FILE", "keep metrics in FILE, for node_exporter",
	    DOC_OPT_STRING, AT(prom), NULL },
	{ 'k', "stuck", "D", "tell of documents that take longer",
	    DOC_OPT_DURATION, AT(stuck_ms), NULL },
	{ 'q', "quiet", NULL, "no warnings", DOC_OPT_FLAG, AT(quiet), NULL },
	{ 0 },
};

struct progress {
	struct doc_flow flow; /* first: the flow finds us by cast */
	struct doc_lines in;
	struct doc_meter meter;
	struct doc_server server;
	struct doc_watch timer, asked; /* fd -1: none */
	bool wait;		       /* for the end of the run */
	bool stay; /* and longer: who serves it is told when to stop */
};

/* --- records through -------------------------------------------------------*/

static int
copy_line(struct progress *p, const char *line, size_t len)
{
	struct doc_error why = { 0 };
	struct doc_record rec;

	if (doc_record_parse(&rec, line, len, &why) < 0)
		return doc_error_set(&p->flow.err, DOC_E_STREAM, "line %ju: %s",
		    (uintmax_t)p->in.number, why.msg);
	doc_meter_count(&p->meter, &rec);
	if (doc_record_append(&rec, NULL, NULL, 0, &p->flow.sink.buf) < 0)
		return doc_error_set(&p->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a line");
	return 1;
}

static int
pull_line(struct doc_flow *flow)
{
	struct progress *p = (struct progress *)flow;
	bool *waits = flow->input.ctx;
	const char *line;
	size_t len;
	int rc = doc_lines_next(&p->in, &line, &len, &flow->err);

	if (rc > 0)
		return copy_line(p, line, len);
	if (rc < 0)
		return -1;
	if (p->in.eof) {
		flow->ended = true;
		return -1;
	}
	if (*waits)
		return 0;
	*waits = true;
	return doc_lines_fill(&p->in, &flow->err) < 0 ? -1 : 1;
}

/* Nothing comes; the run ends, or was only to be looked at. */
static int
pull_nothing(struct doc_flow *flow)
{
	struct progress *p = (struct progress *)flow;

	flow->ended = !p->stay &&
	    (!p->wait || p->meter.report.state != DOC_REPORT_RUNNING);
	return flow->ended ? -1 : 0;
}

/* --- now and then ----------------------------------------------------------*/

static void
tick(struct doc_watch *watch, unsigned events)
{
	struct progress *p = watch->ctx;
	uint64_t times;

	(void)events;
	if (read(watch->fd, &times, sizeof(times)) < 0)
		return;
	doc_meter_draw(&p->meter);
	doc_server_tick(&p->server, false);
}

/* SIGUSR1, as dd(1) has it. */
static void
asked(struct doc_watch *watch, unsigned events)
{
	struct progress *p = watch->ctx;
	struct signalfd_siginfo si;

	(void)events;
	if (read(watch->fd, &si, sizeof(si)) != sizeof(si))
		return;
	doc_meter_look(&p->meter);
	doc_meter_line(&p->meter);
}

static int
watch_time(struct progress *p, struct doc_error *err)
{
	struct itimerspec every = { .it_value.tv_nsec = DOC_METER_STEP_MS *
		    1000000L,
		.it_interval.tv_nsec = DOC_METER_STEP_MS * 1000000L };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p->timer = (struct doc_watch){ .fd = timerfd_create(CLOCK_MONOTONIC,
					   TFD_NONBLOCK | TFD_CLOEXEC),
		.ready = tick,
		.ctx = p };
	p->asked = (struct doc_watch){ .fd = signalfd(-1, &set,
					   SFD_NONBLOCK | SFD_CLOEXEC),
		.ready = asked,
		.ctx = p };
	if (p->timer.fd < 0 || p->asked.fd < 0 ||
	    timerfd_settime(p->timer.fd, 0, &every, NULL) < 0)
		return doc_error_sys(err, "cannot make a timer");
	if (doc_loop_add(&p->flow.loop, &p->timer, EPOLLIN, err) < 0)
		return -1;
	return doc_loop_add(&p->flow.loop, &p->asked, EPOLLIN, err);
}

/* --- the whole -------------------------------------------------------------*/

static int
start(struct progress *p, const struct options *o, int out,
    struct doc_error *err)
{
	if (doc_flow_open(&p->flow, out, 1, err) < 0 || watch_time(p, err) < 0)
		return -1;
	doc_meter_start(&p->meter);
	if (o->run != NULL) {
		doc_meter_look(&p->meter);
		if (p->meter.report.board.stages == 0 &&
		    p->meter.report.whole.processes == 0 && !p->wait)
			return doc_error_set(err, DOC_E_NOT_FOUND,
			    "'%s' shows no run", o->run);
	}
	if (o->listen == NULL)
		return 0;
	if (doc_server_open(&p->server, &p->flow.loop, o->listen, o->allow_net,
		err) < 0)
		return -1;
	doc_warn("listening at %s", p->server.where);
	return 0;
}

/* Who listens gets the last event, if he takes it within a second. */
static void
say_goodbye(struct progress *p)
{
	uint64_t end = doc_clock_ms() + 1000;

	doc_server_tick(&p->server, true);
	while (!doc_server_idle(&p->server) && doc_clock_ms() < end)
		doc_loop_once(&p->flow.loop, DOC_METER_STEP_MS);
}

/* What a single look shows goes to stdout. */
static int
print_once(struct progress *p)
{
	const struct doc_report *r = &p->meter.report;
	struct doc_buf *out = &p->flow.sink.buf;
	int rc = p->meter.kind == DOC_PROGRESS_JSON
	    ? doc_report_json(r, out) | doc_buf_addc(out, '\n')
	    : doc_report_table(r, out);

	if (rc < 0)
		return doc_error_set(&p->flow.err, DOC_E_NO_MEMORY,
		    "no memory");
	return doc_flow_flush(&p->flow);
}

static int
finish(struct progress *p, const struct options *o)
{
	const struct doc_report *r = &p->meter.report;
	int status = 0;

	if (doc_flow_flush(&p->flow) < 0)
		return -1;
	if (o->run == NULL && !p->meter.ended)
		doc_warn(DOC_NO_END);
	if (o->run == NULL || o->wait)
		doc_meter_finish(&p->meter);
	else if (print_once(p) < 0)
		return -1;
	doc_meter_end(&p->meter, 0);
	say_goodbye(p);
	if (p->wait && r->state == DOC_REPORT_LOST) {
		doc_fatal("the run was killed");
		status = 3;
	} else if (p->wait) {
		status = (int)r->whole.count[DOC_G_STATUS];
	}
	return status;
}

static int
run(struct progress *p, const struct options *o)
{
	struct doc_error err = { 0 };
	bool input_waits = true;
	int status;

	doc_lines_init(&p->in, 0, '\n', DOC_LINE_MAX);
	if (start(p, o, doc_start_stdout(), &err) < 0) {
		status = doc_last_words(&err);
	} else {
		p->flow.input.fd = o->run ? -1 : 0;
		p->flow.input.ctx = &input_waits;
		status = doc_flow_run(&p->flow);
		if (status == 0 && p->flow.signal == 0)
			status = finish(p, o);
		if (status < 0)
			status = doc_last_words(&p->flow.err);
	}
	doc_server_close(&p->server);
	doc_flow_close(&p->flow);
	doc_lines_release(&p->in);
	if (p->flow.signal != 0)
		doc_die_of(p->flow.signal);
	return status;
}

static void
check(const struct doc_cmd *cmd, const struct options *o)
{
	if (o->wait && o->run == NULL)
		doc_usage(cmd, "--wait needs --run");
	if (o->run != NULL && (o->total || o->total_bytes))
		doc_usage(cmd, "--total is for records on standard input");
	if (o->run == NULL && isatty(0))
		doc_usage(cmd, "standard input is a terminal");
}

int
main(int argc, char *argv[])
{
	struct options o = { .stuck_ms = 30000 };
	struct doc_cmd cmd = { .name = "docprogress",
		.usage = "[options] < records | --run=DIR",
		.about = "Passes records through, or looks at a run, and shows "
			 "how far it is.",
		.groups = { { table, &o } } };
	struct progress p = { .server = { .listener.fd = -1 },
		.timer.fd = -1,
		.asked.fd = -1 };
	char board[4200];

	doc_start(cmd.name);
	if (doc_opt_parse(&cmd, argc, argv) != argc)
		doc_usage(&cmd, "takes records on standard input only");
	check(&cmd, &o);
	doc_log_level(o.quiet ? -1 : 0);
	snprintf(board, sizeof(board), "%s/.progress", o.run ? o.run : "");
	p.stay = o.run != NULL && o.listen != NULL && !o.wait;
	p.wait = p.stay || o.wait;
	p.flow.pull = o.run ? pull_nothing : pull_line;
	p.meter = (struct doc_meter){ .kind = (enum doc_progress_kind)o.kind,
		.total = o.total,
		.total_bytes = o.total_bytes,
		.board = o.run ? board : getenv(DOC_GAUGE_ENV),
		.status = o.status,
		.prom = o.prom,
		.viewer = o.run != NULL,
		.report = { .run = o.run, .stuck_ms = o.stuck_ms } };
	p.server.report = &p.meter.report;
	return run(&p, &o);
}
