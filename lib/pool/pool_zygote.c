/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/pool/pool_impl.h"

/* Crashes after which a zygote is replaced: forks share its address layout,
 * and each crash tells an attacker something about it. */
enum { MAX_CRASHES = 3 };

/* Workers in a row that die before they get a job: the machine lost what it
 * had at the self-test, and more forks will not bring it back. */
enum { MAX_STILLBORN = 64 };

/* Starts in a row that come to nothing. */
enum { MAX_STARTS = 3 };

static void zygote_ready(struct doc_watch *watch, unsigned events);

/* What a zygote may know of the environment. */
static const char *const kept[] = { "TMPDIR", "TESSDATA_PREFIX", "ASAN_OPTIONS",
	"UBSAN_OPTIONS", "LSAN_OPTIONS", "DOCPIPE_WORKER_STDERR" };

static int
environment(const struct doc_pool *p, struct doc_words *env)
{
	static const char *const set[] = { "OMP_THREAD_LIMIT=1", "TZ=UTC",
		"MALLOC_ARENA_MAX=1", "LD_BIND_NOW=1", "LC_ALL=C.UTF-8",
		"PATH=/usr/bin:/bin", "HOME=/nonexistent", "VIPS_NOVECTOR=1",
		"ORC_CODE=backup" };
	char line[4200];

	for (size_t i = 0; i < DOC_LEN(set); i++)
		if (doc_words_add(env, set[i]) < 0)
			return -1;
	if (p->config.malloc != NULL) {
		snprintf(line, sizeof(line), "GLIBC_TUNABLES=%s",
		    p->config.malloc);
		if (doc_words_add(env, line) < 0)
			return -1;
	}
	for (size_t i = 0; i < DOC_LEN(kept); i++) {
		const char *v = getenv(kept[i]);

		if (v == NULL)
			continue;
		snprintf(line, sizeof(line), "%s=%s", kept[i], v);
		if (doc_words_add(env, line) < 0)
			return -1;
	}
	return 0;
}

static int
arguments(const struct doc_pool *p, struct doc_words *args)
{
	struct doc_pool_config c = p->config;
	struct doc_opt_group limits = { doc_limits_opts, &c.limits };
	char dir[300];

	snprintf(dir, sizeof(dir), "--temp-dir=%s", p->temp_dir);
	if (doc_words_add(args, c.tool) < 0 || doc_words_add(args, dir) < 0 ||
	    doc_opt_unparse(&limits, args) < 0)
		return -1;
	return c.opts.opts ? doc_opt_unparse(&c.opts, args) : 0;
}

/* In the child: become the zygote.  Only what is safe after fork. */
static void
become(const struct doc_pool *p, int sock, int status, char **argv, char **env,
    pid_t parent)
{
	int saved;

	doc_die_with_parent(parent);
	if (dup2(sock, DOC_ZYGOTE_FD) >= 0 &&
	    fcntl(status, F_DUPFD_CLOEXEC, DOC_ZYGOTE_FD + 1) >= 0) {
		int null = open("/dev/null", O_RDONLY);

		if (null >= 0)
			dup2(null, 0);
		dup2(2, 1);
		close_range(DOC_ZYGOTE_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);
		execve(p->exe, argv, env);
	}
	saved = errno;
	(void)!write(status, &saved, sizeof(saved));
	_exit(127);
}

/* Fork and exec; a failure travels back on a close-on-exec pipe. */
static int
launch(struct doc_pool *p, int sock, pid_t *pid, struct doc_error *err)
{
	struct doc_words args = { 0 }, env = { 0 };
	int status[2], sys = 0;
	pid_t self = getpid();

	if (arguments(p, &args) < 0 || environment(p, &env) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (pipe2(status, O_CLOEXEC) < 0)
		return doc_error_sys(err, "cannot make a pipe");
	*pid = fork();
	if (*pid == 0) {
		/* Above the fd the socket goes to. */
		int up = fcntl(status[1], F_DUPFD_CLOEXEC, 10);

		become(p, sock, up, args.at, env.at, self);
	}
	close(status[1]);
	doc_words_release(&args);
	doc_words_release(&env);
	if (*pid > 0 && read(status[0], &sys, sizeof(sys)) > 0)
		errno = sys;
	else
		sys = *pid < 0;
	close(status[0]);
	if (sys == 0)
		return 0;
	if (*pid > 0)
		waitpid(*pid, NULL, 0);
	return doc_error_set(err, DOC_E_SPAWN, "cannot start %s: %s", p->exe,
	    strerror(errno));
}

int
zlink_start(struct doc_pool *p, struct doc_error *err)
{
	struct zlink *z = calloc(1, sizeof(*z));
	int pair[2];

	if (z == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		free(z);
		return doc_error_sys(err, "cannot make a socket");
	}
	*z = (struct zlink){ .pool = p, .sock = pair[0], .scratch = -1 };
	z->watch = (struct doc_watch){ .fd = z->sock,
		.ready = zygote_ready,
		.ctx = z };
	if (launch(p, pair[1], &z->pid, err) < 0 ||
	    doc_loop_add(p->loop, &z->watch, EPOLLIN, err) < 0) {
		close(pair[0]);
		close(pair[1]);
		free(z);
		return -1;
	}
	close(pair[1]);
	p->starts++;
	z->next = p->zygotes;
	p->zygotes = z;
	return 0;
}

struct zlink *
zlink_live(const struct doc_pool *p)
{
	for (struct zlink *z = p->zygotes; z != NULL; z = z->next)
		if (z->state == Z_LIVE)
			return z;
	return NULL;
}

static bool
starting(const struct doc_pool *p)
{
	for (struct zlink *z = p->zygotes; z != NULL; z = z->next)
		if (z->state == Z_STARTING || z->state == Z_TESTING)
			return true;
	return false;
}

/* The pool has no engine any more: every job fails from here on. */
static void
give_up(struct doc_pool *p, const struct doc_error *err)
{
	if (zlink_live(p) != NULL || starting(p))
		return;
	p->failed = true;
	if (p->why.code == DOC_E_NONE)
		p->why = *err;
}

int
doc_pool_renew(struct doc_pool *p, struct doc_error *err)
{
	if (starting(p) || p->failed)
		return 0;
	return zlink_start(p, err) < 0 ? -1 : 1;
}

static void
dead(struct zlink *z, const struct doc_error *err)
{
	struct doc_pool *p = z->pool;
	struct doc_error again = { 0 };
	bool was_live = z->state == Z_LIVE;
	bool was_new = z->state == Z_STARTING || z->state == Z_TESTING;

	if (z->state == Z_DEAD)
		return;
	z->state = Z_DEAD;
	doc_loop_del(p->loop, &z->watch);
	close(z->sock);
	z->sock = -1;
	kill(z->pid, SIGKILL);
	waitpid(z->pid, NULL, 0);
	wlink_orphan_all(z);
	/* One that came up before will again; and one that was killed while it
	 * came up, as by a machine short of memory, may. */
	if (!starting(p) &&
	    (was_live ||
		(err->code == DOC_E_SPAWN && p->starts < MAX_STARTS))) {
		doc_warn("the engine process died; starting it again");
		if (zlink_start(p, &again) < 0)
			give_up(p, &again);
	} else {
		if (was_new && zlink_live(p) != NULL)
			doc_warn("going on with the old engine process: %s",
			    err->msg);
		give_up(p, err);
	}
}

static void
canary_done(struct doc_job *job)
{
	struct zlink *z = job->ctx;
	struct doc_error err = { 0 };

	if (z->scratch >= 0)
		close(z->scratch);
	z->scratch = -1;
	doc_answer_release(&job->answer);
	if (job->err.code != DOC_E_NONE) {
		enum doc_code code = job->err.code == DOC_E_SANDBOX
		    ? DOC_E_SANDBOX
		    : job->err.code == DOC_E_KILLED ? DOC_E_SPAWN
						    : DOC_E_ENGINE;

		doc_error_set(&err, code, "self-test failed: %s (%s)",
		    job->err.msg, doc_error_name(job->err.code));
		dead(z, &err);
		return;
	}
	for (struct zlink *o = z->pool->zygotes; o != NULL; o = o->next)
		if (o->state == Z_LIVE) {
			doc_info("the new engine takes over");
			o->state = Z_DRAINING;
			doc_frame_send(o->sock, DOC_FRAME_DRAIN, 0, NULL, 0,
			    NULL);
		}
	z->state = Z_LIVE;
	z->pool->starts = 0;
	z->pool->came_up = true;
	z->pool->missing = z->ready.missing;
	pool_fill(z->pool);
}

/* Inside the cage, each generation must find its built-in sample: a library
 * under a wrong sandbox says "clean", or nothing, with success. */
static void
test(struct zlink *z)
{
	static const struct doc_job_ops ops = { .done = canary_done };
	struct wlink *w = wlink_spawn(z);

	z->state = Z_TESTING;
	z->scratch = memfd_create("canary", MFD_CLOEXEC);
	z->canary = (struct doc_job){ .ops = &ops,
		.ctx = z,
		.tenant = "",
		.fd = z->scratch,
		.out = z->scratch,
		.media = "",
		.unit = DOC_UNIT_CANARY };
	if (w == NULL || z->scratch < 0) {
		struct doc_error err = { 0 };

		doc_error_set(&err, DOC_E_SPAWN, "cannot start a worker");
		dead(z, &err);
		return;
	}
	wlink_submit(w, &z->canary);
}

static void
loaded(struct zlink *z, const struct doc_frame *f)
{
	struct doc_pool *p = z->pool;
	struct doc_error err = { 0 };
	size_t n = sizeof(z->ready);

	if (f->head.len < n)
		return;
	memcpy(&z->ready, f->data, n);
	/* --require was asked of the first; a later one must not have less
	 * because the machine was short of something while it tried. */
	if (p->came_up && (z->ready.missing & ~p->missing) != 0) {
		doc_error_set(&err, DOC_E_SPAWN,
		    "the new engine process has a weaker cage");
		dead(z, &err);
		return;
	}
	/* Without its versions its results would be kept under other names. */
	z->facts.len = 0;
	if (doc_buf_add(&z->facts, f->data + n, f->head.len - n) < 0) {
		doc_error_set(&err, DOC_E_NO_MEMORY,
		    "no memory for what the engine says of itself");
		dead(z, &err);
		return;
	}
	test(z);
}

static void
zygote_ready(struct doc_watch *watch, unsigned events)
{
	struct zlink *z = watch->ctx;
	struct doc_frame *f = &z->pool->frame;
	struct doc_error err = { 0 };
	struct doc_exited end;
	int got = doc_frame_recv(z->sock, f);

	(void)events;
	if (got <= 0) {
		doc_error_set(&err, DOC_E_SPAWN, "the engine process died");
		dead(z, &err);
		return;
	}
	doc_frame_close_fds(f);
	if (f->head.type == DOC_FRAME_READY && z->state == Z_STARTING)
		loaded(z, f);
	else if (f->head.type == DOC_FRAME_BROKEN &&
	    doc_failure_unpack(f->data, f->head.len, &err) == 0)
		dead(z, &err);
	else if (f->head.type == DOC_FRAME_EXITED &&
	    f->head.len == sizeof(end)) {
		memcpy(&end, f->data, sizeof(end));
		wlink_exited(z->pool, f->head.id, &end);
	}
}

void
zlink_crashed(struct zlink *z)
{
	struct doc_error err = { 0 };

	if (++z->crashes != MAX_CRASHES || z->state != Z_LIVE)
		return;
	if (!starting(z->pool) && zlink_start(z->pool, &err) < 0)
		doc_warn("cannot renew the engine process: %s", err.msg);
}

void
zlink_stillborn(struct zlink *z)
{
	struct doc_error err = z->pool->why;

	if (++z->stillborn != MAX_STILLBORN || z->state != Z_LIVE)
		return;
	doc_error_set(&err, DOC_E_SPAWN, "workers die before they get work");
	z->pool->failed = true;
	z->pool->why = err;
}

void
zlink_stop_all(struct doc_pool *p)
{
	while (p->zygotes != NULL) {
		struct zlink *z = p->zygotes;

		p->zygotes = z->next;
		if (z->state != Z_DEAD) {
			doc_loop_del(p->loop, &z->watch);
			/* Seeing its end, it kills its workers and leaves;
			 * while it loads it sees nothing. */
			close(z->sock);
			if (z->state == Z_STARTING)
				kill(z->pid, SIGKILL);
			waitpid(z->pid, NULL, 0);
		}
		if (z->scratch >= 0)
			close(z->scratch);
		doc_buf_release(&z->facts);
		free(z);
	}
}
