/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/pool/pool_impl.h"

/* Workers that have answered and are not gone, besides two for each slot. */
enum { LINGERING = 16 };

static void worker_ready(struct doc_watch *watch, unsigned events);

/* Its end of the socket and, where there are groups, a slot for it. */
static int
send_spawn(struct wlink *w, int sock)
{
	struct doc_cgroup *group = w->pool->cgroup;
	doc_autoclose int slot = -1;

	if (group != NULL && (slot = doc_cgroup_take(group, &w->slot)) < 0)
		return -1;
	if (doc_frame_send(w->zygote->sock, DOC_FRAME_SPAWN, w->id, NULL, 0,
		(int[]){ sock, slot }) == 0)
		return 0;
	if (group != NULL)
		doc_cgroup_give(group, w->slot);
	return -1;
}

struct wlink *
wlink_spawn(struct zlink *z)
{
	struct doc_pool *p = z->pool;
	struct wlink *w = calloc(1, sizeof(*w));
	struct doc_error err = { 0 };
	int pair[2];

	if (w == NULL)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		free(w);
		return NULL;
	}
	*w = (struct wlink){ .pool = p,
		.zygote = z,
		.id = ++p->next_id,
		.sock = pair[0],
		.syscall = -1 };
	w->watch = (struct doc_watch){ .fd = w->sock,
		.ready = worker_ready,
		.ctx = w };
	/* A worker that does not read must not make us wait for it. */
	if (doc_fd_nonblock(w->sock, true) < 0 ||
	    doc_loop_add(p->loop, &w->watch, EPOLLIN, &err) < 0 ||
	    send_spawn(w, pair[1]) < 0) {
		doc_loop_del(p->loop, &w->watch);
		close(pair[0]);
		close(pair[1]);
		free(w);
		return NULL;
	}
	close(pair[1]);
	w->next = p->workers;
	p->workers = w;
	return w;
}

static bool
suits(const struct wlink *w, const char *tenant)
{
	return w->state == W_READY && !w->eof && w->zygote->state == Z_LIVE &&
	    (w->tenant[0] == '\0' || tenant == NULL ||
		strcmp(w->tenant, tenant) == 0);
}

struct wlink *
wlink_ready(const struct doc_pool *p, const char *tenant)
{
	for (struct wlink *w = p->workers; w != NULL; w = w->next)
		if (suits(w, tenant))
			return w;
	return NULL;
}

static int
add_number(struct doc_buf *b, enum doc_field field, uint64_t n)
{
	return doc_field_put(b, field, &n, sizeof(n));
}

static int
send_job(struct wlink *w, const struct doc_job *job)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_field_put(&b, DOC_F_MEDIA, job->media, strlen(job->media)) <
		0 ||
	    add_number(&b, DOC_F_PAGE, job->page) < 0 ||
	    add_number(&b, DOC_F_UNIT, job->unit) < 0 ||
	    (job->sized && add_number(&b, DOC_F_SIZE, job->size) < 0) ||
	    add_number(&b, DOC_F_VOLUMES, job->volumes) < 0 ||
	    add_number(&b, DOC_F_DEPTH, job->depth) < 0)
		return -1;
	return doc_frame_send(w->sock, DOC_FRAME_JOB, w->id, b.data, b.len,
	    (int[]){ job->fd, job->out });
}

/* When the zygote cannot be told, the clocks ask again. */
void
wlink_kill(struct wlink *w, enum doc_kill why)
{
	if (w->kill != DOC_KILL_NONE || w->exited)
		return;
	if (w->pool->cgroup != NULL)
		doc_cgroup_kill(w->pool->cgroup, w->slot);
	if (w->zygote->state == Z_DEAD ||
	    doc_frame_send(w->zygote->sock, DOC_FRAME_KILL, w->id, NULL, 0,
		NULL) == 0)
		w->kill = why;
}

bool
wlink_lingers(const struct wlink *w)
{
	return !w->exited && w->job == NULL && w->kill == DOC_KILL_NONE &&
	    (w->state == W_OVER || (w->state == W_READY && w->eof));
}

/* An honest worker ends when it has answered.  One that does not is ended by
 * the clock (pool.c); but many may answer until then, and are the older ones.
 */
static void
see_off(struct doc_pool *p)
{
	unsigned most = LINGERING + 2 * p->share->slots, n = 0;

	for (struct wlink *w = p->workers; w != NULL; w = w->next)
		if (wlink_lingers(w) && ++n > most)
			wlink_kill(w, DOC_KILL_STOP);
}

static void
unlink_worker(struct wlink *w)
{
	for (struct wlink **at = &w->pool->workers; *at; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	if (w->pool->cgroup != NULL) {
		/* Of an engine that died: its workers are dying. */
		if (!w->exited)
			doc_cgroup_kill(w->pool->cgroup, w->slot);
		doc_cgroup_give(w->pool->cgroup, w->slot);
	}
	doc_loop_del(w->pool->loop, &w->watch);
	if (w->sock >= 0)
		close(w->sock);
	free(w);
}

static void
hang_up(struct wlink *w)
{
	doc_loop_del(w->pool->loop, &w->watch);
	close(w->sock);
	w->sock = -1;
	w->eof = true;
}

/* How it ended without an answer, as the error of its job. */
static void
fate_of(const struct wlink *w, struct doc_error *err)
{
	struct doc_fate fate = { .wstatus = w->end.wstatus,
		.kill = w->kill,
		.syscall = w->syscall,
		.cpu_ms = w->end.cpu_ms,
		.cpu_limit_ms = (unsigned)w->pool->config.limits.cpu_ms };

	if (w->pool->cgroup != NULL && WIFSIGNALED(fate.wstatus) &&
	    WTERMSIG(fate.wstatus) == SIGKILL)
		fate.oom = doc_cgroup_oom(w->pool->cgroup, w->slot);
	doc_fate_error(&fate, err);
}

/* Take the job off the worker.  Whoever ends a job does this first, then all
 * that is to be done with the worker, and tells the job last: its owner may
 * bring down the zygote, and the worker with it. */
static struct doc_job *
detach(struct wlink *w, const struct doc_error *err)
{
	struct doc_job *job = w->job;

	w->job = NULL;
	w->state = W_OVER;
	if (err->code != DOC_E_NONE)
		job->err = *err;
	job->cpu_ms = w->end.cpu_ms;
	job->faults = w->end.minor_faults;
	return job;
}

/* `TENANT CPU_MS BUSY_MS`; a reader that is behind misses one. */
static void
bill(const struct wlink *w)
{
	char line[160];
	int n;

	if (w->pool->bill < 0 || w->tenant[0] == '\0')
		return;
	n = snprintf(line, sizeof(line), "%s %u %ju\n", w->tenant,
	    w->end.cpu_ms, (uintmax_t)(doc_clock_ms() - w->started_ms));
	(void)!write(w->pool->bill, line, (size_t)n);
}

static void
count_end(struct wlink *w)
{
	int sig = WIFSIGNALED(w->end.wstatus) ? WTERMSIG(w->end.wstatus) : 0;

	bill(w);
	if (sig != 0 && w->kill == DOC_KILL_NONE)
		zlink_crashed(w->zygote);
	/* One that had a job may have been taken over, and speaks for none. */
	if (w->state == W_READY && w->jobs_done == 0)
		zlink_stillborn(w->zygote);
	else
		w->zygote->stillborn = 0;
}

/* Both ends seen: the socket's and the process's.  They race, so an error is
 * only told when there is nothing more to come. */
static void
settle(struct wlink *w)
{
	struct doc_pool *p = w->pool;
	struct doc_job *job = NULL;
	struct doc_error err = { 0 };

	if (!w->eof || !w->exited)
		return;
	count_end(w);
	if (w->job != NULL) {
		if (w->answered)
			err = w->answer;
		else
			fate_of(w, &err);
		job = detach(w, &err);
	}
	unlink_worker(w);
	if (job != NULL)
		pool_job_done(p, job);
}

/* Done with it, whatever it may still say; its job fails with *err. */
static void
cut_off(struct wlink *w, enum doc_kill why, const struct doc_error *err)
{
	struct doc_pool *p = w->pool;
	struct doc_job *job = w->job ? detach(w, err) : NULL;

	wlink_kill(w, why);
	hang_up(w);
	settle(w);
	if (job != NULL)
		pool_job_done(p, job);
}

void
wlink_submit(struct wlink *w, struct doc_job *job)
{
	struct doc_error err = { 0 };

	doc_answer_release(&job->answer);
	job->progress = (struct doc_progress){ 0 };
	job->err = (struct doc_error){ 0 };
	job->attempts++;
	w->job = job;
	w->in_member = w->told = false;
	w->state = W_BUSY;
	w->started_ms = w->beat_ms = doc_clock_ms();
	snprintf(w->tenant, sizeof(w->tenant), "%s", job->tenant);
	/* A worker that is gone already shows at its socket's end. */
	if (send_job(w, job) < 0 && errno != EPIPE && errno != ECONNRESET) {
		doc_error_sys(&err, "cannot give a worker its document");
		cut_off(w, DOC_KILL_STOP, &err);
	}
}

/* A worker that does not fetch its files fills its socket, which must not stop
 * us: our end does not block. */
static int
member_open(struct wlink *w, struct doc_error *err)
{
	struct doc_job *job = w->job;
	struct doc_error spent = { 0 };
	struct doc_failure f;
	int rc, fd = job->ops->member_open(job, &spent);

	w->in_member = fd >= 0;
	doc_failure_pack(&f, &spent);
	if (fd >= 0)
		rc = doc_frame_send(w->sock, DOC_FRAME_MEMBER_FD, 0, &job->room,
		    sizeof(job->room), (int[]){ fd, -1 });
	else
		rc = doc_frame_send(w->sock, DOC_FRAME_MEMBER_NO, 0, &f,
		    sizeof(f), NULL);
	if (fd >= 0)
		close(fd);
	if (rc < 0 && errno == EAGAIN)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker does not take what it asks for");
	if (rc < 0 && errno != EPIPE && errno != ECONNRESET)
		return doc_error_sys(err, "cannot give a worker a file");
	return 0;
}

static int
member_close(struct wlink *w, const struct doc_frame *f, struct doc_error *err)
{
	struct doc_answer a = { 0 };
	struct doc_error why;
	struct doc_failure fail;
	int rc;

	if (doc_failure_unpack(f->data, f->head.len, &why) < 0)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker sent a malformed member");
	memcpy(&fail, f->data, sizeof(fail));
	if (fail.reason >= DOC_R_COUNT)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker gave an unknown reason");
	/* Without content, something must tell why. */
	if (w->job->ops->member_close == NULL ||
	    (!w->in_member && w->job->ops->member_open != NULL &&
		why.code == DOC_E_NONE && fail.reason == DOC_R_NONE))
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker sent a member without content or reason");
	rc = doc_answer_add(&a, DOC_FOR_MEMBER, f->data + sizeof(fail),
	    f->head.len - sizeof(fail), err);
	if (rc == 0 &&
	    w->job->ops->member_close(w->job, &a, &why,
		(enum doc_reason)fail.reason) < 0)
		rc = doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker keeps a file that it said was written");
	w->in_member = false;
	doc_answer_release(&a);
	return rc;
}

/* Tell the worker that its budget is spent; it may send more before it looks,
 * and is told once. */
static int
member_put(struct wlink *w, const struct doc_frame *f, struct doc_error *err)
{
	struct doc_job *job = w->job;
	struct doc_answer a = { 0 };
	struct doc_error spent = { 0 };
	struct doc_failure fail;
	uint32_t fields = UINT32_MAX;
	size_t len = f->head.len;
	int rc;

	if (len >= sizeof(fields))
		memcpy(&fields, f->data, sizeof(fields));
	if (job->ops->member_put == NULL || w->in_member ||
	    fields > len - sizeof(fields) ||
	    len - sizeof(fields) - fields > DOC_FRAME_CONTENT)
		return doc_error_set(err, DOC_E_PROTOCOL,
		    "the worker sent a malformed member");
	len -= sizeof(fields) + fields;
	rc = doc_answer_add(&a, DOC_FOR_MEMBER, f->data + sizeof(fields),
	    fields, err);
	if (rc == 0 && !w->told &&
	    job->ops->member_put(job, &a, f->data + sizeof(fields) + fields,
		len, &spent) < 0) {
		doc_failure_pack(&fail, &spent);
		w->told = true;
		(void)!doc_frame_send(w->sock, DOC_FRAME_MEMBER_NO, 0, &fail,
		    sizeof(fail), NULL);
	}
	doc_answer_release(&a);
	return rc;
}

static int
note(struct wlink *w, const struct doc_frame *f, struct doc_error *err)
{
	uint32_t reason;
	struct doc_progress pr;

	if (f->head.type == DOC_FRAME_REASON && f->head.len == sizeof(reason)) {
		memcpy(&reason, f->data, sizeof(reason));
		if (reason < DOC_R_COUNT) {
			doc_answer_reason(&w->job->answer,
			    (enum doc_reason)reason);
			return 0;
		}
	}
	if (f->head.type == DOC_FRAME_PROGRESS && f->head.len == sizeof(pr)) {
		memcpy(&pr, f->data, sizeof(pr));
		/* Pages and bytes do not go back. */
		if (pr.done >= w->job->progress.done &&
		    pr.bytes >= w->job->progress.bytes) {
			w->job->progress = pr;
			return 0;
		}
	}
	return doc_error_set(err, DOC_E_PROTOCOL,
	    "the worker sent a frame that makes no sense");
}

static int
add_fields(struct wlink *w, const struct doc_frame *f, struct doc_error *err)
{
	return doc_answer_add(&w->job->answer, w->pool->config.field_stages,
	    f->data, f->head.len, err);
}

/* Answered: the worker goes, or waits for more of the same tenant.  Whoever
 * wants to know what it cost waits for its end. */
static void
answered(struct wlink *w, const struct doc_error *err)
{
	struct doc_pool *p = w->pool;
	unsigned reuse = DOC_MAX(p->config.limits.reuse, 1U);
	struct doc_job *job;

	if (p->config.stats && reuse == 1) {
		w->answered = true;
		w->answer = *err;
		w->state = W_OVER;
		return;
	}
	job = detach(w, err);
	if (++w->jobs_done < reuse && w->kill == DOC_KILL_NONE && !w->eof)
		w->state = W_READY;
	else
		see_off(p);
	pool_job_done(p, job);
	pool_fill(p);
}

static void
busy_frame(struct wlink *w, const struct doc_frame *f)
{
	struct doc_error err = { 0 };
	int rc = 0;

	w->beat_ms = doc_clock_ms();
	switch (f->head.type) {
	case DOC_FRAME_DONE:
		if (w->in_member)
			rc = doc_error_set(&err, DOC_E_PROTOCOL,
			    "the worker ended in the middle of a member");
		else
			rc = add_fields(w, f, &err);
		if (rc == 0) {
			answered(w, &err);
			return;
		}
		break;
	case DOC_FRAME_FAIL:
		if (doc_failure_unpack(f->data, f->head.len, &err) == 0 &&
		    err.code != DOC_E_NONE) {
			answered(w, &err);
			return;
		}
		rc = doc_error_set(&err, DOC_E_PROTOCOL,
		    "the worker sent a malformed failure");
		break;
	case DOC_FRAME_FIELDS:
		rc = add_fields(w, f, &err);
		break;
	case DOC_FRAME_MEMBER_OPEN:
		if (!w->in_member && w->job->ops->member_open != NULL)
			rc = member_open(w, &err);
		else
			rc = doc_error_set(&err, DOC_E_PROTOCOL,
			    "the worker opened a member where none can be");
		break;
	case DOC_FRAME_MEMBER_CLOSE:
		rc = member_close(w, f, &err);
		break;
	case DOC_FRAME_MEMBER_PUT:
		rc = member_put(w, f, &err);
		break;
	default:
		rc = note(w, f, &err);
	}
	if (rc < 0)
		cut_off(w, DOC_KILL_PROTOCOL, &err);
}

static void
worker_ready(struct doc_watch *watch, unsigned events)
{
	struct wlink *w = watch->ctx;
	struct doc_frame *f = &w->pool->frame;
	struct doc_error err = { 0 };
	int got = doc_frame_recv(w->sock, f);

	(void)events;
	/* A worker that died with unread frames of ours: its own last frame
	 * comes with the next look (Linux reports the reset first). */
	if (got < 0 && (errno == EAGAIN || errno == ECONNRESET))
		return;
	if (got < 0 && errno != EPROTO && errno != EPIPE) {
		doc_error_sys(&err, "cannot hear a worker");
		cut_off(w, DOC_KILL_STOP, &err);
		return;
	}
	if (got == 0 || (got < 0 && errno == EPIPE)) {
		hang_up(w);
		settle(w);
		return;
	}
	if (got > 0)
		doc_frame_close_fds(f);
	if (got < 0) {
		doc_error_set(&err, DOC_E_PROTOCOL,
		    "the worker sent something that is not a frame");
		cut_off(w, DOC_KILL_PROTOCOL, &err);
	} else if (f->head.type == DOC_FRAME_TRACE &&
	    f->head.len == sizeof(w->syscall)) {
		memcpy(&w->syscall, f->data, sizeof(w->syscall));
	} else if (w->state == W_BUSY && f->head.id == w->id) {
		busy_frame(w, f);
	} else if (f->head.type == DOC_FRAME_FAIL && w->state == W_READY &&
	    w->jobs_done == 0 &&
	    doc_failure_unpack(f->data, f->head.len, &err) == 0) {
		/* It could not lock its cage: nobody's document is hurt. */
		w->pool->why = err;
		hang_up(w);
		settle(w);
	} else {
		doc_error_set(&err, DOC_E_PROTOCOL,
		    "the worker spoke out of turn");
		cut_off(w, DOC_KILL_PROTOCOL, &err);
	}
}

void
wlink_exited(struct doc_pool *p, uint32_t id, const struct doc_exited *end)
{
	for (struct wlink *w = p->workers; w != NULL; w = w->next)
		if (w->id == id) {
			w->exited = true;
			w->end = *end;
			settle(w);
			return;
		}
}

void
wlink_orphan_all(struct zlink *z)
{
	struct wlink *next;

	for (struct wlink *w = z->pool->workers; w != NULL; w = next) {
		struct doc_job *job = w->job;
		struct doc_pool *p = z->pool;

		next = w->next;
		if (w->zygote != z)
			continue;
		w->job = NULL;
		unlink_worker(w);
		if (job != NULL && job != &z->canary)
			pool_job_orphaned(p, job);
	}
}

void
wlink_free_all(struct doc_pool *p)
{
	while (p->workers != NULL)
		unlink_worker(p->workers);
}
