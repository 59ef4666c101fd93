/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/base/lair.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/base/tree.h"
#include "lib/fleet/collect.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/drive.h"
#include "lib/fleet/hosts.h"
#include "lib/fleet/merge.h"
#include "lib/fleet/ssh.h"
#include "lib/run/lock.h"
#include "lib/stage/last.h"

enum {
	RETRIES = 3,	    /* of parallel, on other hosts */
	FRUITLESS = 3,	    /* rounds in which nothing was committed */
	END_MS = 20000,	    /* for parallel to end its jobs */
	PATIENCE_MS = 2000, /* before hosts that failed are asked again */
	STEP_MS = DOC_METER_STEP_MS
};

/* What parallel takes for ssh.  It is called with [-l USER] [-p PORT] HOST --
 * COMMAND; names with a port are not in our lists. */
#define HERE                                                                   \
	"/bin/sh -c 'user=; if [ \"$1\" = -l ]; then user=$2@; shift 2; fi;"   \
	" DOCPIPE_HOST=$user$1; export DOCPIPE_HOST; shift;"                   \
	" [ \"$1\" = -- ] && shift; exec /bin/sh -c \"$*\"' docrun"

struct driving {
	const struct doc_fleet *f;
	const struct doc_drive *d;
	const char *program;
	struct doc_hosts hosts;
	struct doc_meter meter;
	uint8_t *counted; /* shards in the meter */
	uint32_t committed;
	char own[4200]; /* RUN/.hosts */
	char control[64];
	int control_lock; /* as long as it is ours */
	int shards;	  /* fd */
	int signals;
	FILE *log; /* what `docrun shard --on` wrote, read on */
	bool stopped;
};

/* --- what is done ----------------------------------------------------------*/

static int
count_shard(uint32_t k, void *ctx)
{
	struct driving *g = ctx;
	struct doc_error err = { 0 };
	struct doc_shard shard;
	struct doc_shard_sum sum;
	uint64_t *c = g->meter.report.whole.count;
	doc_autoclose int fd = -1;

	if (k >= g->f->sum.shards || (g->counted[k / 8] >> k % 8 & 1))
		return 0;
	fd = doc_committed(g->f->dir, k, &err);
	if (fd < 0 || doc_shard_sum(fd, &sum, &err) < 0 ||
	    doc_shard_find(g->shards, k, &shard, &err) < 0)
		return 0; /* merge will tell */
	g->counted[k / 8] |= (uint8_t)(1U << k % 8);
	g->committed++;
	c[DOC_G_OUT] += sum.documents;
	c[DOC_G_OUT_BYTES] += DOC_MAX(sum.bytes, shard.bytes);
	c[DOC_G_MEMBERS] += sum.documents - DOC_MIN(sum.documents, sum.inputs);
	c[DOC_G_MEMBER_BYTES] += DOC_MAX(sum.bytes, shard.bytes) - shard.bytes;
	c[DOC_G_ERROR] += sum.errors;
	c[DOC_G_PARTIAL] += sum.partial;
	c[DOC_G_FINDINGS] += sum.infected;
	return 0;
}

/* --- files of the round ----------------------------------------------------*/

static FILE *
create(const struct driving *g, const char *name, struct doc_error *err)
{
	char path[4300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", g->own, name);
	f = fopen(path, "we");
	if (f == NULL)
		doc_error_sys(err, "cannot write '%s'", path);
	return f;
}

/* parallel reads it again when it changed. */
static int
write_list(const struct driving *g, struct doc_error *err)
{
	char from[4300], to[4300];
	FILE *f = create(g, "list.new", err);

	if (f == NULL)
		return -1;
	for (unsigned i = 0; i < g->hosts.n; i++)
		if (g->hosts.at[i].live)
			fprintf(f, "%u/%s\n", g->hosts.at[i].slots,
			    g->hosts.at[i].name);
	snprintf(from, sizeof(from), "%s/list.new", g->own);
	snprintf(to, sizeof(to), "%s/list", g->own);
	return fclose(f) != 0 || rename(from, to) < 0
	    ? doc_error_sys(err, "cannot write '%s'", to)
	    : 0;
}

static int
write_todo(const struct driving *g, const uint32_t *list, size_t n,
    struct doc_error *err)
{
	FILE *f = create(g, "todo", err);

	if (f == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%" PRIu32 "\n", list[i]);
	return fclose(f) != 0 ? doc_error_sys(err, "cannot write the list") : 0;
}

/* What each job is, for a shell. */
static int
job(const struct driving *g, struct doc_buf *b)
{
	char here[4096];

	if (doc_sibling("docrun", here, sizeof(here)) < 0 ||
	    doc_ssh_quote(b, here) < 0 ||
	    doc_buf_adds(b, " shard --run=") < 0 ||
	    doc_ssh_quote(b, g->f->dir) < 0 ||
	    doc_buf_adds(b, " --on=\"$DOCPIPE_HOST\" --remote=") < 0 ||
	    doc_ssh_quote(b, g->program) < 0 ||
	    (doc_hosts_shared(&g->hosts) && doc_buf_adds(b, " --shared") < 0) ||
	    (g->d->quiet && doc_buf_adds(b, " --quiet") < 0) ||
	    doc_buf_addf(b, " --jobs=%u {}", g->d->jobs) < 0 ||
	    doc_buf_str(b) == NULL)
		return -1;
	return 0;
}

/* --- one round -------------------------------------------------------------*/

static void
become_parallel(const struct driving *g, const char *command)
{
	char list[4300], todo[4300], joblog[4300], timeout[32], retries[8];
	char home[4300];
	const char *argv[] = { "parallel", "--will-cite", "--sshloginfile",
		list, "--retries", retries, "--timeout", timeout, "--joblog",
		joblog, "-a", todo, "--", command, NULL };
	sigset_t none;

	snprintf(list, sizeof(list), "%s/list", g->own);
	snprintf(todo, sizeof(todo), "%s/todo", g->own);
	snprintf(joblog, sizeof(joblog), "%s/joblog", g->own);
	snprintf(home, sizeof(home), "%s/parallel", g->own);
	snprintf(retries, sizeof(retries), "%d", RETRIES);
	snprintf(timeout, sizeof(timeout), "%ju",
	    (uintmax_t)DOC_MAX(g->d->timeout_ms / 1000, (uint64_t)1));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Neither the user's own settings, nor his shell. */
	setenv("PARALLEL_HOME", home, 1);
	setenv("PARALLEL_SHELL", "/bin/sh", 1);
	setenv("SHELL", "/bin/sh", 1);
	setenv("PARALLEL_SSH", HERE, 1);
	unsetenv("PARALLEL");
	dup2(2, 1);
	execvp(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

static pid_t
start_parallel(const struct driving *g, struct doc_error *err)
{
	doc_autobuf struct doc_buf command = { 0 };
	pid_t parent = getpid(), pid;

	if (job(g, &command) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	pid = fork();
	if (pid < 0)
		return doc_error_sys(err, "cannot fork");
	if (pid == 0) {
		/* When we are killed it lets its jobs end, and starts no more.
		 */
		if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
			_exit(127);
		setpgid(0, 0);
		become_parallel(g, command.data);
	}
	return pid;
}

/* Lines "HOST STATUS SHARD" that came since the last look. */
static int
read_log(struct driving *g, struct doc_error *err)
{
	char line[512], host[256];
	bool dropped = false;
	uint32_t k;
	int status;

	clearerr(g->log);
	while (fgets(line, sizeof(line), g->log) != NULL) {
		if (sscanf(line, "%255s %d %" SCNu32, host, &status, &k) != 3)
			continue;
		dropped = doc_hosts_note(&g->hosts, host, status == 0) ||
		    dropped;
		if (status == 0)
			count_shard(k, g);
	}
	return dropped ? write_list(g, err) : 0;
}

static bool
any_live(const struct doc_hosts *h)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->at[i].live)
			return true;
	return false;
}

/* Twice: "start no more", "end those that run". */
static void
end_parallel(pid_t pid, int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	kill(pid, SIGTERM);
	if (poll(&p, 1, 200) > 0)
		return;
	kill(pid, SIGTERM);
	if (poll(&p, 1, END_MS) <= 0)
		kill(-pid, SIGKILL);
}

static int
watch(struct driving *g, pid_t pid, struct doc_error *err)
{
	doc_autoclose int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int rc = 0, ws = 0;

	for (;;) {
		struct pollfd p[] = { { .fd = pidfd, .events = POLLIN },
			{ .fd = g->signals, .events = POLLIN } };
		bool over;

		(void)!poll(p, 2, STEP_MS);
		over = p[0].revents != 0;
		rc = read_log(g, err);
		doc_meter_draw(&g->meter);
		g->stopped = g->stopped || p[1].revents != 0;
		if (over)
			break;
		if (g->stopped || rc < 0 || !any_live(&g->hosts)) {
			end_parallel(pid, pidfd);
			break;
		}
	}
	while (waitpid(pid, &ws, 0) < 0 && errno == EINTR)
		;
	if (rc == 0)
		rc = read_log(g, err);
	if (WIFEXITED(ws) && WEXITSTATUS(ws) == 127)
		return doc_error_set(err, DOC_E_SPAWN,
		    "cannot start parallel (GNU parallel is needed for "
		    "--hosts)");
	return rc;
}

/* 1: there is more to do; 0: all is done; -1. */
static int
round_(struct driving *g, struct doc_error *err)
{
	doc_autofree uint32_t *list = NULL;
	size_t n;
	pid_t pid;

	if (doc_todo(g->f->dir, g->f->sum.shards, &list, &n, err) < 0)
		return -1;
	if (n == 0 || g->stopped)
		return n > 0;
	if (doc_hosts_check(&g->hosts, g->f, g->program) == 0)
		return doc_error_set(err, DOC_E_STREAM, "no host is left");
	if (write_list(g, err) < 0 || write_todo(g, list, n, err) < 0)
		return -1;
	pid = start_parallel(g, err);
	if (pid < 0 || watch(g, pid, err) < 0 ||
	    doc_commits(g->f->dir, count_shard, g, err) < 0)
		return -1;
	return 1;
}

static int
rounds(struct driving *g, struct doc_error *err)
{
	unsigned fruitless = 0;
	int rc;

	for (;;) {
		uint32_t before = g->committed;
		struct pollfd p = { .fd = g->signals, .events = POLLIN };

		rc = round_(g, err);
		if (rc <= 0 || g->stopped)
			return rc;
		fruitless = g->committed > before ? 0 : fruitless + 1;
		if (fruitless == FRUITLESS)
			return doc_error_set(err, DOC_E_STREAM,
			    "%" PRIu32 " shards are not done, and none was in "
			    "the last %d rounds",
			    g->f->sum.shards - g->committed, FRUITLESS);
		if (g->committed < g->f->sum.shards &&
		    poll(&p, 1, PATIENCE_MS) > 0)
			g->stopped = true;
	}
}

/* --- all of it -------------------------------------------------------------*/

static int
prepare(struct driving *g, struct doc_error *err)
{
	static const struct doc_lair_kind kind = { .word = "docrun-ssh" };
	char path[4300];
	int fd;

	snprintf(g->own, sizeof(g->own), "%s/.hosts", g->f->dir);
	doc_tree_remove(g->own);
	if (mkdir(g->own, 0700) < 0)
		return doc_error_sys(err, "cannot make '%s'", g->own);
	snprintf(path, sizeof(path), "%s/log", g->own);
	fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
	g->log = fd < 0 ? NULL : fdopen(fd, "r");
	if (g->log == NULL)
		return doc_error_sys(err, "cannot make '%s'", path);
	/* The name of a socket has a hundred bytes at most. */
	g->control_lock = doc_lair_open("/tmp", &kind, g->control,
	    sizeof(g->control), err);
	if (g->control_lock < 0)
		return -1;
	if (setenv("DOCPIPE_SSH_CONTROL", g->control, 1) < 0)
		return doc_error_sys(err, "cannot make '%s'", g->control);
	snprintf(path, sizeof(path), "%s/shards", g->f->dir);
	g->shards = open(path, O_RDONLY | O_CLOEXEC);
	g->counted = calloc(g->f->sum.shards / 8 + 1, 1);
	if (g->shards < 0 || g->counted == NULL)
		return doc_error_sys(err, "cannot read '%s'", path);
	g->meter.kind = (enum doc_progress_kind)g->d->progress;
	g->meter.total = g->f->sum.inputs;
	g->meter.total_bytes = g->f->sum.bytes;
	if (doc_meter_open(&g->meter, g->f->dir, err) < 0)
		return -1;
	doc_meter_start(&g->meter);
	return doc_commits(g->f->dir, count_shard, g, err);
}

static void
release(struct driving *g)
{
	for (unsigned i = 0; i < g->hosts.n && g->control_lock >= 0; i++)
		doc_ssh_leave(g->hosts.at[i].name);
	if (g->control_lock >= 0) {
		doc_tree_remove(g->control);
		close(g->control_lock);
	}
	if (g->log != NULL)
		fclose(g->log);
	if (g->shards >= 0)
		close(g->shards);
	if (g->signals >= 0)
		close(g->signals);
	free(g->counted);
	doc_tree_remove(g->own);
	doc_hosts_release(&g->hosts);
}

static int
conclude(struct driving *g, struct doc_error *err)
{
	struct doc_merge m = { 0 };

	for (unsigned i = 0; i < g->hosts.n; i++)
		doc_info("%s did %u shards, %u failed", g->hosts.at[i].name,
		    g->hosts.at[i].done, g->hosts.at[i].failed);
	if (doc_merge(g->f, &m, err) < 0)
		return doc_last_words(err);
	return doc_merge_judge(&m, g->d->gates);
}

int
doc_drive(const struct doc_fleet *f, const struct doc_drive *d)
{
	struct driving g = { .f = f,
		.d = d,
		.shards = -1,
		.signals = -1,
		.control_lock = -1 };
	struct doc_error err = { 0 };
	char here[4096];
	int lock, status, rc;

	if (doc_sibling("docrun", here, sizeof(here)) < 0)
		return 3;
	g.program = d->program ? d->program : here;
	if (doc_hosts_read(&g.hosts, d->hosts, &err) < 0)
		return doc_last_words(&err);
	lock = doc_lock_take(f->dir, &err);
	if (lock < 0) {
		doc_hosts_release(&g.hosts);
		return doc_last_words(&err);
	}
	signal(SIGPIPE, SIG_IGN);
	g.signals = doc_piece_signals();
	rc = prepare(&g, &err) < 0 ? -1 : rounds(&g, &err);
	if (rc == 0)
		status = conclude(&g, &err);
	else if (rc < 0)
		status = doc_last_words(&err);
	else
		status = 3;
	if (rc > 0)
		doc_warn("stopped; to go on: docrun --resume %s", f->dir);
	doc_meter_finish(&g.meter);
	doc_meter_end(&g.meter, status);
	release(&g);
	doc_lock_free(lock);
	return status;
}
