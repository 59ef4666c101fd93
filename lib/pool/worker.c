/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/starved.h"
#include "lib/cage/fate.h"
#include "lib/pool/frame.h"
#include "lib/pool/worker.h"

/* Fields collected before they are sent, well below DOC_FRAME_MAX. */
enum { FIELDS_FULL = 16 << 10 };

struct worker {
	struct doc_work work; /* first: ops get a doc_work and cast */
	int sock;
	uint32_t job;
	bool in_member; /* fields go with the member, not the document */
	struct doc_buf fields;
	struct doc_buf member;
	struct doc_frame frame; /* the last one received */
};

static struct worker *
of(struct doc_work *w)
{
	return (struct worker *)w;
}

/* The supervisor is gone, or memory is: nobody to tell. */
static void
send_or_die(struct worker *w, enum doc_frame_type type, const void *p, size_t n)
{
	if (doc_frame_write(w->sock, type, w->job, p, n) < 0)
		_exit(0);
}

static void
flush_fields(struct worker *w)
{
	if (w->fields.len > 0)
		send_or_die(w, DOC_FRAME_FIELDS, w->fields.data, w->fields.len);
	w->fields.len = 0;
}

static void
op_field(struct doc_work *work, enum doc_field field, const void *p, size_t n)
{
	struct worker *w = of(work);
	bool member = doc_field_info(field)->stages == DOC_FOR_MEMBER;
	struct doc_buf *b = member ? &w->member : &w->fields;

	if (doc_field_put(b, field, p, n) < 0)
		_exit(DOC_EXIT_MEMORY);
	/* The digest goes before a parser can have a hand in it. */
	if (field == DOC_F_SHA256 || w->fields.len > FIELDS_FULL)
		flush_fields(w);
}

static void
op_reason(struct doc_work *work, enum doc_reason reason)
{
	uint32_t r = reason;

	send_or_die(of(work), DOC_FRAME_REASON, &r, sizeof(r));
}

static void
op_progress(struct doc_work *work, unsigned done, unsigned total,
    uint64_t bytes)
{
	struct doc_progress p = { done, total, bytes };

	flush_fields(of(work));
	send_or_die(of(work), DOC_FRAME_PROGRESS, &p, sizeof(p));
}

static int
op_member_open(struct doc_work *work, struct doc_error *err)
{
	struct worker *w = of(work);

	send_or_die(w, DOC_FRAME_MEMBER_OPEN, NULL, 0);
	if (doc_frame_recv(w->sock, &w->frame) != 1)
		_exit(0);
	if (w->frame.head.type == DOC_FRAME_MEMBER_FD) {
		memcpy(&work->max_member, w->frame.data,
		    sizeof(work->max_member));
		w->in_member = true;
		return w->frame.fds[0];
	}
	if (doc_failure_unpack(w->frame.data, w->frame.head.len, err) < 0)
		_exit(0);
	return -1;
}

static void
op_member_close(struct doc_work *work, const struct doc_error *err,
    enum doc_reason reason)
{
	static const struct doc_error none = { 0 };
	struct worker *w = of(work);
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_failure f;

	doc_failure_pack(&f, err ? err : &none);
	f.reason = reason;
	if (doc_buf_add(&b, &f, sizeof(f)) < 0 ||
	    doc_buf_add(&b, w->member.data, w->member.len) < 0)
		_exit(DOC_EXIT_MEMORY);
	/* Before it is told: then it is the supervisor's alone. */
	if (w->in_member)
		doc_frame_close_fds(&w->frame);
	w->in_member = false;
	send_or_die(w, DOC_FRAME_MEMBER_CLOSE, b.data, b.len);
	w->member.len = 0;
}

/* The only thing that comes unasked is that the budget is spent. */
static int
check_budget(struct worker *w, struct doc_error *err)
{
	int got = doc_frame_try(w->sock, &w->frame);

	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got != 1 || w->frame.head.type != DOC_FRAME_MEMBER_NO ||
	    doc_failure_unpack(w->frame.data, w->frame.head.len, err) < 0)
		_exit(0);
	return -1;
}

static int
op_member_put(struct doc_work *work, const void *p, size_t n,
    struct doc_error *err)
{
	struct worker *w = of(work);
	uint32_t fields = (uint32_t)w->member.len;
	doc_autobuf struct doc_buf b = { 0 };

	assert(n <= DOC_FRAME_CONTENT);
	if (doc_buf_add(&b, &fields, sizeof(fields)) < 0 ||
	    doc_buf_add(&b, w->member.data, fields) < 0 ||
	    doc_buf_add(&b, p, n) < 0)
		_exit(DOC_EXIT_MEMORY);
	w->member.len = 0;
	send_or_die(w, DOC_FRAME_MEMBER_PUT, b.data, b.len);
	return check_budget(w, err);
}

static void
answer(struct worker *w, const struct doc_error *err)
{
	struct doc_failure f;

	if (err->code == DOC_E_NONE) {
		send_or_die(w, DOC_FRAME_DONE, w->fields.data, w->fields.len);
		w->fields.len = 0;
		return;
	}
	flush_fields(w);
	doc_failure_pack(&f, err);
	send_or_die(w, DOC_FRAME_FAIL, &f, sizeof(f));
}

static void
op_enough(struct doc_work *work)
{
	static const struct doc_error none = { 0 };

	if (work->out >= 0)
		close(work->out);
	answer(of(work), &none);
	_exit(0);
}

static const struct doc_work_ops ops = { op_field, op_reason, op_progress,
	op_member_open, op_member_close, op_member_put, op_enough };

_Static_assert((int)DOC_WORK_CONTENT == (int)DOC_FRAME_CONTENT,
    "what the short way takes");

struct job {
	struct doc_input in;
	char media[128];
	int out;
};

static uint64_t
number(const struct doc_field_view *v)
{
	uint64_t n;

	memcpy(&n, v->p, sizeof(n));
	return n;
}

/* From the supervisor: trusted, so malformed is a bug. */
static void
read_job(const struct doc_frame *frame, struct job *job)
{
	const char *at = frame->data, *end = at + frame->head.len;
	struct doc_field_view v;

	*job = (struct job){ .in = { .fd = frame->fds[0],
				 .media = job->media,
				 .size = SIZE_MAX },
		.out = frame->fds[1] };
	while (doc_field_next(&at, end, &v) > 0) {
		if (v.field == DOC_F_PAGE)
			job->in.page = (unsigned)number(&v);
		else if (v.field == DOC_F_UNIT)
			job->in.unit = (unsigned)number(&v);
		else if (v.field == DOC_F_SIZE)
			job->in.size = (size_t)number(&v);
		else if (v.field == DOC_F_DEPTH)
			job->in.depth = (unsigned)number(&v);
		else if (v.field == DOC_F_VOLUMES)
			job->in.volumes = (unsigned)number(&v);
		else if (v.field == DOC_F_MEDIA)
			memcpy(job->media, v.p,
			    DOC_MIN(v.n, sizeof(job->media) - 1));
	}
}

static int
map(struct doc_input *in, size_t head, struct doc_error *err)
{
	struct stat st;
	void *p;

	if (fstat(in->fd, &st) < 0)
		return doc_error_sys(err, "cannot look at the document");
	/* What grew since it was listed is not part of the document. */
	in->size = DOC_MIN(in->size, (size_t)st.st_size);
	in->whole = in->size;
	if (in->size == 0)
		return 0;
	p = mmap(NULL, in->size, PROT_READ, MAP_PRIVATE, in->fd, 0);
	if (p == MAP_FAILED && errno == ENOMEM && head > 0 && head < in->size) {
		in->size = head;
		p = mmap(NULL, head, PROT_READ, MAP_PRIVATE, in->fd, 0);
	}
	if (p == MAP_FAILED && errno == ENOMEM)
		return doc_error_set(err, DOC_E_MEMORY,
		    "%zu bytes do not fit the memory limit", in->size);
	if (p == MAP_FAILED)
		return doc_error_sys(err, "cannot map the document");
	in->data = p;
	return 0;
}

/* What a library made of a failed allocation is not the document's fault: its
 * "damaged" means the limit, and of its success something may be missing. */
static void
own_up(struct worker *w, struct doc_error *err)
{
	if (!doc_starved())
		return;
	if (err->code == DOC_E_NONE) {
		op_reason(&w->work, DOC_R_MEMORY);
	} else if (doc_error_class(err->code) == DOC_CLASS_INPUT) {
		*err = (struct doc_error){ 0 };
		doc_error_set(err, DOC_E_MEMORY,
		    "the memory limit was hit while it was read");
	}
}

static void
run_job(struct worker *w, const struct doc_zygote *zygote,
    const struct doc_limits *limits)
{
	struct doc_error err = { 0 };
	struct job job;

	w->job = w->frame.head.id;
	read_job(&w->frame, &job);
	for (size_t i = 0; i < DOC_FRAME_FDS; i++)
		w->frame.fds[i] = -1;
	w->work.out = job.out;
	w->work.max_output = limits->max_output;
	doc_starved_reset();
	if (job.in.unit == DOC_UNIT_CANARY)
		(void)zygote->canary(&w->work, &err);
	else if (map(&job.in, zygote->head, &err) == 0)
		(void)zygote->work(&job.in, &w->work, &err);
	own_up(w, &err);
	if (job.in.data != NULL)
		munmap((void *)(uintptr_t)job.in.data, job.in.size);
	if (job.in.fd >= 0)
		close(job.in.fd);
	if (job.out >= 0)
		close(job.out);
	answer(w, &err);
}

/* The socket on a low fd; doc_cage_enter closes all others. */
static int
only_socket(int null, int sock)
{
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    (getenv("DOCPIPE_WORKER_STDERR") == NULL && dup2(null, 2) < 0))
		return -1;
	return sock == DOC_ZYGOTE_FD ? 0 : dup2(sock, DOC_ZYGOTE_FD);
}

void
doc_worker_run(const struct doc_zygote *zygote, struct doc_cage *cage,
    const struct doc_limits *limits, int sock)
{
	static struct worker w;
	struct doc_cage_limits room = { .memory = limits->memory,
		.output = limits->max_output,
		.temp = limits->memory,
		.cpu_s = (unsigned)DOC_MAX(limits->cpu_ms / 1000 *
			DOC_MAX(limits->reuse, 1U),
		    (uint64_t)1) };
	struct doc_error err = { 0 };

	/* A file at its limit is EFBIG, an error that can be told. */
	signal(SIGXFSZ, SIG_IGN);
	/* Not the whole: it is zero, and untouched costs a worker no page. */
	w.sock = DOC_ZYGOTE_FD;
	w.work.ops = &ops;
	if (only_socket(cage->null_fd, sock) < 0)
		_exit(DOC_EXIT_SANDBOX);
	if (doc_cage_enter(cage, &room, w.sock, &err) < 0) {
		answer(&w, &err);
		_exit(DOC_EXIT_SANDBOX);
	}
	w.work.temp = cage->temp[0] ? cage->temp : NULL;
	for (unsigned n = 0; n < DOC_MAX(limits->reuse, 1U); n++) {
		if (doc_frame_recv(w.sock, &w.frame) != 1)
			break;
		run_job(&w, zygote, limits);
	}
	_exit(0);
}
