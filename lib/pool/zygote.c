/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/base/tree.h"
#include "lib/cage/fate.h"
#include "lib/pool/build.h"
#include "lib/pool/collapse.h"
#include "lib/pool/frame.h"
#include "lib/pool/seal.h"
#include "lib/pool/worker.h"

/* Which process a worker number of the supervisor is. */
struct child {
	struct child *next;
	uint32_t id;
	pid_t pid;
};

struct state {
	const struct doc_zygote *zygote;
	struct doc_limits limits;
	const char *temp_dir;
	int temp_parent; /* opened before the cage hides it */
	struct doc_cage cage;
	struct child *children;
	int signals; /* signalfd of SIGCHLD */
	bool draining;
	struct doc_frame frame;
};

static void
count_threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = 0;

	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	closedir(d);
	/* A fork copies one thread; the locks of the others stay locked. */
	assert(n == 1);
}

static void
broken(const struct doc_error *err)
{
	struct doc_failure f;

	doc_failure_pack(&f, err);
	doc_frame_send(DOC_ZYGOTE_FD, DOC_FRAME_BROKEN, 0, &f, sizeof(f), NULL);
	exit(1);
}

static void
ready(struct state *z, const struct doc_buf *facts)
{
	struct doc_ready r = { z->cage.missing, z->cage.landlock_abi };
	doc_autobuf struct doc_buf b = { 0 };
	char build[DOC_BUILD_SIZE];

	doc_build_id(build);
	if (doc_buf_add(&b, &r, sizeof(r)) < 0 ||
	    doc_buf_add(&b, facts->data, facts->len) < 0 ||
	    doc_buf_add(&b, "build", sizeof("build")) < 0 ||
	    doc_buf_add(&b, build, sizeof(build)) < 0 ||
	    doc_frame_send(DOC_ZYGOTE_FD, DOC_FRAME_READY, 0, b.data, b.len,
		NULL) < 0)
		exit(1);
}

static int
open_parent(const char *path)
{
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/..", path);
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Fontconfig, of root and where there is no root of our own, mends the
 * machine's caches of fonts: others must be able to read these afterwards. What
 * is ours lies in a folder that is for us alone. */
static int
load(const struct state *z, struct doc_buf *facts, struct doc_error *err)
{
	mode_t mask = umask(022);
	int rc = z->zygote->load(facts, err);

	umask(mask);
	return rc;
}

static void
set_up(struct state *z)
{
	struct doc_error err = { 0 };
	doc_autobuf struct doc_buf facts = { 0 };

	z->temp_parent = open_parent(z->temp_dir);
	if (doc_cage_open(&z->cage, z->zygote->profile,
		(enum doc_cage_mode)z->limits.cage, z->temp_dir, &err) < 0 ||
	    load(z, &facts, &err) < 0)
		broken(&err);
	count_threads();
	if (z->zygote->collapse)
		doc_collapse_heap();
	if (doc_cage_prepare(&z->cage, &err) < 0)
		broken(&err);
	doc_seal_heap();
	ready(z, &facts);
}

static void
reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The worker: everything it takes from here on is counted. */
static void
join(int slot)
{
	if (slot >= 0 && write(slot, "0", 1) != 1)
		_exit(DOC_EXIT_SANDBOX);
}

static void
spawn(struct state *z)
{
	struct child *c = malloc(sizeof(*c));
	pid_t self = getpid();
	struct doc_error err = { 0 };
	int sock = z->frame.fds[0];

	if (c == NULL || sock < 0)
		exit(1);
	c->id = z->frame.head.id;
	c->pid = fork();
	if (c->pid == 0) {
		reset_signals();
		doc_die_with_parent(self);
		join(z->frame.fds[1]);
		doc_worker_run(z->zygote, &z->cage, &z->limits, sock);
	}
	doc_frame_close_fds(&z->frame);
	if (c->pid < 0) {
		doc_error_sys(&err, "cannot fork a worker");
		broken(&err);
	}
	c->next = z->children;
	z->children = c;
}

/* The supervisor is gone, perhaps killed: nothing of ours stays behind. */
static void
leave(const struct state *z)
{
	for (const struct child *c = z->children; c != NULL; c = c->next)
		kill(c->pid, SIGKILL);
	while (wait(NULL) > 0)
		;
	if (unlinkat(z->temp_parent, basename(z->temp_dir), AT_REMOVEDIR) < 0)
		doc_tree_remove(z->temp_dir);
	/* Not exit(3): destructors of the engine only cost time and chatter. */
	_exit(0);
}

static void
report(const struct state *z, uint32_t id, int wstatus, const struct rusage *ru)
{
	uint64_t cpu = (uint64_t)(ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) *
		1000 +
	    (uint64_t)(ru->ru_utime.tv_usec + ru->ru_stime.tv_usec) / 1000;
	struct doc_exited e = { wstatus, (uint32_t)cpu, (uint32_t)ru->ru_minflt,
		(uint32_t)ru->ru_majflt };

	if (doc_frame_send(DOC_ZYGOTE_FD, DOC_FRAME_EXITED, id, &e, sizeof(e),
		NULL) < 0)
		leave(z);
}

static void
reap(struct state *z)
{
	struct rusage ru;
	int wstatus;
	pid_t pid;

	while ((pid = wait4(-1, &wstatus, WNOHANG, &ru)) > 0)
		for (struct child **p = &z->children; *p; p = &(*p)->next) {
			struct child *c = *p;

			if (c->pid != pid)
				continue;
			report(z, c->id, wstatus, &ru);
			*p = c->next;
			free(c);
			break;
		}
}

static void
kill_child(const struct state *z, uint32_t id)
{
	/* Only unreaped children are in the list: no pid can be another's. */
	for (const struct child *c = z->children; c != NULL; c = c->next)
		if (c->id == id)
			kill(c->pid, SIGKILL);
}

static void
command(struct state *z)
{
	int got = doc_frame_recv(DOC_ZYGOTE_FD, &z->frame);

	if (got <= 0)
		leave(z);
	switch (z->frame.head.type) {
	case DOC_FRAME_SPAWN:
		spawn(z);
		break;
	case DOC_FRAME_KILL:
		kill_child(z, z->frame.head.id);
		break;
	case DOC_FRAME_DRAIN:
		z->draining = true;
		break;
	default:
		doc_frame_close_fds(&z->frame);
	}
}

static void
serve(struct state *z)
{
	while (!z->draining || z->children != NULL) {
		struct pollfd p[2] = { { .fd = DOC_ZYGOTE_FD,
					   .events = POLLIN },
			{ .fd = z->signals, .events = POLLIN } };
		struct signalfd_siginfo si;

		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents && read(z->signals, &si, sizeof(si)) > 0)
			reap(z);
		if (p[0].revents)
			command(z);
	}
	_exit(0);
}

static void
options(struct state *z, int argc, char *argv[])
{
	static const struct doc_opt own[] = {
		{ 'Z', "temp-dir", "DIR", "where private directories go",
		    DOC_OPT_STRING, offsetof(struct state, temp_dir), NULL },
		{ 0 },
	};
	struct doc_cmd cmd = { .name = z->zygote->name,
		.usage = "(started by its stage, never by hand)",
		.about = "the engine of a stage",
		.groups = { { own, z }, { doc_limits_opts, &z->limits },
		    z->zygote->opts } };

	doc_limits_default(&z->limits);
	if (doc_opt_parse(&cmd, argc, argv) != argc || z->temp_dir == NULL)
		doc_usage(&cmd, "not to be started by hand");
	/* What the engine writes while it loads goes when all else goes, also
	 * when it is killed. */
	setenv("TMPDIR", z->temp_dir, 1);
}

int
doc_zygote_main(const struct doc_zygote *zygote, int argc, char *argv[])
{
	static struct state z;
	sigset_t child;

	if (zygote->collapse)
		doc_collapse_align();
	doc_start(zygote->name);
	z.zygote = zygote;
	options(&z, argc, argv);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	z.signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (z.signals < 0)
		return 1;
	/* Ctrl-C reaches the whole foreground group; the supervisor decides
	 * when the workers end. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	set_up(&z);
	/* From here on the end of the socket tells, and leaves time to clear
	 * up: see leave(). */
	prctl(PR_SET_PDEATHSIG, 0);
	serve(&z);
	return 0;
}
