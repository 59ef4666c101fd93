/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/cage/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/io.h"
#include "lib/cage/parts.h"

enum {
	PIDS_MAX = 128,		 /* threads of libvips: some per processor */
	EXTRA_MEMORY = 64 << 20, /* page tables, sockets, pages of the engine */
	ROUNDS = 20,
	ROUND_MS = 5,
};

struct slot {
	bool taken;
	uint64_t oom; /* kills the kernel has counted so far */
};

struct doc_cgroup {
	int base, own; /* fds of the groups */
	char path[DOC_CGROUP_PATH];
	char name[32]; /* of own, in base */
	uint64_t memory;
	struct slot *slots;
	unsigned slot_count;
};

static int
put(int dir, const char *file, const char *text)
{
	doc_autoclose int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return doc_write_full(fd, text, strlen(text));
}

/* Move what is in the group to its leaf.  1: some. */
static int
move_out(int group)
{
	doc_autoclose int leaf = -1;
	char pid[32];
	int moved = 0, fd;
	FILE *f;

	if (mkdirat(group, DOC_CGROUP_MAIN, 0755) < 0 && errno != EEXIST)
		return -1;
	leaf = openat(group, DOC_CGROUP_MAIN, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = openat(group, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	f = fd < 0 ? NULL : fdopen(fd, "r");
	if (f == NULL)
		return -1;
	/* Some end before they are moved. */
	while (fgets(pid, sizeof(pid), f) != NULL)
		moved |= put(leaf, "cgroup.procs", pid) == 0;
	fclose(f);
	return moved;
}

/* A group that divides memory may hold no processes (cgroups(7), "no internal
 * processes"); only what was found may be cleared. */
static int
divide(int group, bool clear)
{
	for (int i = 0; i < ROUNDS; i++) {
		if (doc_cgroup_controls(group, "cgroup.subtree_control",
			"memory") ||
		    put(group, "cgroup.subtree_control", "+memory") == 0) {
			/* Good to have, not more. */
			(void)!put(group, "cgroup.subtree_control", "+pids");
			return 0;
		}
		if (errno != EBUSY || !clear || move_out(group) <= 0)
			return -1;
	}
	return -1;
}

/* The kernel needs a moment to bury what was killed. */
static void
remove_group(int dir, const char *name)
{
	const struct timespec moment = { .tv_nsec = ROUND_MS * 1000000L };

	for (int i = 0; i < ROUNDS; i++) {
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0 || errno != EBUSY)
			return;
		nanosleep(&moment, NULL);
	}
}

/* A pool's group and its slots. */
static void
remove_pool(int base, const char *name)
{
	int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL)
		return;
	(void)!put(fd, "cgroup.kill", "1");
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		if (e->d_type == DT_DIR && e->d_name[0] == 'w')
			remove_group(fd, e->d_name);
	closedir(dir);
	remove_group(base, name);
}

/* What pools that were killed left behind: nobody holds its lock. */
static void
sweep(int base)
{
	int fd = openat(base, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL)
		return;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		doc_autoclose int pool = -1;

		if (strncmp(e->d_name, "docpipe.", 8) != 0 ||
		    strcmp(e->d_name, DOC_CGROUP_MAIN) == 0)
			continue;
		pool = openat(fd, e->d_name,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (pool >= 0 && flock(pool, LOCK_EX | LOCK_NB) == 0)
			remove_pool(fd, e->d_name);
	}
	closedir(dir);
}

/* A sweeper may take it for an abandoned one before it is locked. */
static int
claim(struct doc_cgroup *g)
{
	doc_autoclose int fd = -1;

	if (mkdirat(g->base, g->name, 0755) < 0)
		return -1;
	fd = openat(g->base, g->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 || divide(fd, false) < 0)
		return -1;
	g->own = doc_steal_fd(&fd);
	return 0;
}

static int
make_pool(struct doc_cgroup *g)
{
	for (unsigned n = 0; n < ROUNDS; n++) {
		snprintf(g->name, sizeof(g->name), "docpipe.%ld.%u",
		    (long)getpid(), n);
		if (claim(g) == 0)
			return 0;
		if (errno != EEXIST && errno != ENOENT && errno != ENODEV &&
		    errno != EWOULDBLOCK)
			return -1;
	}
	return -1;
}

/* Each for the file of the same name; what older kernels lack is left out. */
static int
limit(const struct doc_cgroup *g, int slot)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)g->memory);
	if (put(slot, "memory.max", text) < 0)
		return -1;
	(void)!put(slot, "memory.swap.max", "0");
	(void)!put(slot, "memory.oom.group", "1");
	snprintf(text, sizeof(text), "%d", PIDS_MAX);
	(void)!put(slot, "pids.max", text);
	return 0;
}

static int
open_slot(const struct doc_cgroup *g, unsigned slot)
{
	char name[16];

	snprintf(name, sizeof(name), "w%u", slot);
	return openat(g->own, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int
make_slot(struct doc_cgroup *g, unsigned slot)
{
	unsigned count = DOC_MAX(slot + 1, g->slot_count);
	struct slot *more = reallocarray(g->slots, count, sizeof(*more));
	doc_autoclose int fd = -1;
	char name[16];

	if (more == NULL)
		return -1;
	g->slots = more;
	snprintf(name, sizeof(name), "w%u", slot);
	if (mkdirat(g->own, name, 0755) < 0 && errno != EEXIST)
		return -1;
	fd = open_slot(g, slot);
	if (fd < 0 || limit(g, fd) < 0)
		return -1;
	g->slots[slot] = (struct slot){ 0 };
	g->slot_count = count;
	return 0;
}

static int
set_up(struct doc_cgroup *g, const char *where, struct doc_error *err)
{
	g->base = doc_cgroup_find(where, g->path, err);
	if (g->base < 0)
		return -1;
	if (divide(g->base, strcmp(where, "auto") == 0) < 0)
		return doc_error_set(err, DOC_E_SANDBOX,
		    "cannot divide the memory of %s: %s", g->path,
		    errno == EBUSY ? "there are processes in it"
				   : strerror(errno));
	sweep(g->base);
	/* The first slot shows that the others can be made. */
	if (make_pool(g) < 0 || make_slot(g, 0) < 0)
		return doc_error_set(err, DOC_E_SANDBOX,
		    "cannot make a group in %s: %s", g->path, strerror(errno));
	return 0;
}

int
doc_cgroup_open(struct doc_cgroup **out, const char *where, uint64_t memory,
    struct doc_error *err)
{
	struct doc_cgroup *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	g->base = g->own = -1;
	/* Memory and temporary files may each reach their limit; this stops
	 * what those two do not count. */
	if (__builtin_mul_overflow(memory, 2, &g->memory) ||
	    __builtin_add_overflow(g->memory, EXTRA_MEMORY, &g->memory))
		g->memory = INT64_MAX;
	g->memory = DOC_MIN(g->memory, (uint64_t)INT64_MAX);
	if (set_up(g, where, err) < 0) {
		doc_cgroup_close(g);
		return -1;
	}
	*out = g;
	return 0;
}

const char *
doc_cgroup_path(const struct doc_cgroup *g)
{
	return g->path;
}

static uint64_t
number_in(int dir, const char *file, const char *word)
{
	doc_autoclose int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	char text[1024];
	ssize_t n = fd < 0 ? 0 : doc_read_full(fd, text, sizeof(text) - 1);
	const char *at;

	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, word);
	return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

/* A file that its last worker left in a tmpfs (a spool may be in one) counts
 * until it is removed: then the group goes, and the one above it inherits. */
static bool
is_used_up(const struct doc_cgroup *g, unsigned slot)
{
	doc_autoclose int dir = open_slot(g, slot);

	return number_in(dir, "memory.current", "") > g->memory / 4;
}

static int
fresh_slot(struct doc_cgroup *g, unsigned slot)
{
	char name[16];

	if (slot < g->slot_count && !is_used_up(g, slot))
		return 0;
	snprintf(name, sizeof(name), "w%u", slot);
	if (slot < g->slot_count)
		remove_group(g->own, name);
	return make_slot(g, slot);
}

int
doc_cgroup_take(struct doc_cgroup *g, unsigned *slot)
{
	unsigned i = 0;
	doc_autoclose int dir = -1;
	int fd;

	while (i < g->slot_count && g->slots[i].taken)
		i++;
	if (fresh_slot(g, i) < 0)
		return -1;
	dir = open_slot(g, i);
	fd = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	g->slots[i].taken = true;
	*slot = i;
	return fd;
}

bool
doc_cgroup_kill(const struct doc_cgroup *g, unsigned slot)
{
	doc_autoclose int dir = open_slot(g, slot);

	return put(dir, "cgroup.kill", "1") == 0;
}

bool
doc_cgroup_oom(struct doc_cgroup *g, unsigned slot)
{
	doc_autoclose int dir = open_slot(g, slot);
	uint64_t was = g->slots[slot].oom;

	g->slots[slot].oom = number_in(dir, "memory.events", "oom_kill ");
	return g->slots[slot].oom > was;
}

void
doc_cgroup_give(struct doc_cgroup *g, unsigned slot)
{
	g->slots[slot].taken = false;
}

void
doc_cgroup_close(struct doc_cgroup *g)
{
	if (g == NULL)
		return;
	if (g->own >= 0) {
		remove_pool(g->base, g->name);
		close(g->own);
	}
	if (g->base >= 0)
		close(g->base);
	free(g->slots);
	free(g);
}
