/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/gauge/gauge_page.h"

/* Held as long as we live, so that a reader knows a process from its number
 * used again. */
static int
hold(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &lock);
}

static int
open_file(const char *dir, const char *stage, struct doc_error *err)
{
	char path[4200];
	int fd;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return doc_error_sys(err, "cannot make '%s'", dir);
	snprintf(path, sizeof(path), "%s/%s.%ld", dir, stage, (long)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return doc_error_sys(err, "cannot write '%s'", path);
	/* Reserved, not only sized: a store into a hole of a full disk would
	 * be a SIGBUS. */
	errno = posix_fallocate(fd, 0, sizeof(struct doc_gauge_page));
	if (errno != 0 || hold(fd) < 0) {
		doc_error_sys(err, "cannot write '%s'", path);
		unlink(path);
		close(fd);
		return -1;
	}
	return fd;
}

int
doc_gauge_open_in(struct doc_gauge *g, const char *dir, const char *stage,
    struct doc_error *err)
{
	struct doc_gauge_page *p;
	int fd = open_file(dir, stage, err);

	if (fd < 0)
		return -1;
	p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		doc_error_sys(err, "cannot map a file of '%s'", dir);
		close(fd);
		return -1;
	}
	p->started_s = (int64_t)time(NULL);
	p->started_ms = doc_clock_ms();
	p->moved_ms = p->started_ms;
	p->pid = getpid();
	snprintf(p->stage, sizeof(p->stage), "%s", stage);
	atomic_store_explicit(&p->magic, GAUGE_MAGIC, memory_order_release);
	*g = (struct doc_gauge){ .page = p, .fd = fd };
	return 0;
}

void
doc_gauge_open(struct doc_gauge *g, const char *stage)
{
	const char *dir = getenv(DOC_GAUGE_ENV);
	struct doc_error err = { 0 };

	if (dir != NULL && *dir != '\0' &&
	    doc_gauge_open_in(g, dir, stage, &err) < 0)
		doc_warn("no progress is shown: %s", err.msg);
}

void
doc_gauge_close(struct doc_gauge *g)
{
	if (g->page == NULL)
		return;
	munmap(g->page, sizeof(*g->page));
	close(g->fd);
	g->page = NULL;
}

void
doc_gauge_set(struct doc_gauge *g, enum doc_gauge_count which, uint64_t n)
{
	if (g->page != NULL)
		atomic_store_explicit(&g->page->count[which], n,
		    memory_order_relaxed);
}

void
doc_gauge_move(struct doc_gauge *g)
{
	if (g->page != NULL)
		atomic_store_explicit(&g->page->moved_ms, doc_clock_ms(),
		    memory_order_relaxed);
}

void
doc_gauge_add(struct doc_gauge *g, enum doc_gauge_count which, uint64_t n)
{
	struct doc_gauge_page *p = g->page;

	if (p == NULL)
		return;
	doc_gauge_set(g, which,
	    n + atomic_load_explicit(&p->count[which], memory_order_relaxed));
	if (which == DOC_G_OUT)
		doc_gauge_move(g);
}

/* The end of a long name tells more than its beginning. */
static uint32_t
copy_name(char to[static DOC_GAUGE_NAME], const char *name, size_t n)
{
	static const char dots[] = "\xe2\x80\xa6"; /* an ellipsis */
	size_t skip;

	if (n <= DOC_GAUGE_NAME) {
		memcpy(to, name, n);
		return (uint32_t)n;
	}
	skip = n - (DOC_GAUGE_NAME - 3);
	while (skip < n && ((unsigned char)name[skip] & 0xc0) == 0x80)
		skip++;
	memcpy(to, dots, 3);
	memcpy(to + 3, name + skip, n - skip);
	return (uint32_t)(3 + n - skip);
}

/* One writer: plain loads of what only we store. */
static void
write_slot(struct gauge_slot *s, const char *name, size_t n)
{
	uint64_t turn = atomic_load_explicit(&s->turn, memory_order_relaxed);

	atomic_store_explicit(&s->turn, turn + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	s->since_ms = doc_clock_ms();
	s->len = copy_name(s->name, name, n);
	atomic_store_explicit(&s->turn, turn + 2, memory_order_release);
}

unsigned
doc_gauge_begin(struct doc_gauge *g, const char *name, size_t n)
{
	if (g->page == NULL || n == 0)
		return 0;
	for (unsigned i = 0; i < DOC_GAUGE_SLOTS; i++)
		if (g->page->slot[i].len == 0) {
			write_slot(&g->page->slot[i], name, n);
			return i + 1;
		}
	return 0;
}

void
doc_gauge_end(struct doc_gauge *g, unsigned slot)
{
	if (g->page != NULL && slot != 0)
		write_slot(&g->page->slot[slot - 1], "", 0);
}

void
doc_gauge_sweep(const char *dir)
{
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
}
