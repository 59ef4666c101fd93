/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/base/utf8.h"
#include "lib/gauge/board.h"
#include "lib/gauge/gauge_page.h"
#include "lib/record/tool.h"

#define STAGE_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-_."

/* What a page says may be anything; numbers in JSON end at 2^53. */
#define MOST ((uint64_t)1 << 53)

/* As they stand in a line; what is not ours comes behind, as it started. */
static unsigned
rank(const char *stage)
{
	unsigned i = 0;

	while (doc_tools[i].key && strcmp(doc_tools[i].name, stage) != 0)
		i++;
	return i;
}

/* Asks for no lock, only who has one. */
static bool
is_held(int fd)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static struct doc_board_stage *
stage_of(struct doc_board *b, const char *name)
{
	for (unsigned i = 0; i < b->stages; i++)
		if (strcmp(b->stage[i].stage, name) == 0)
			return &b->stage[i];
	if (b->stages == DOC_BOARD_STAGES)
		return NULL;
	strcpy(b->stage[b->stages].stage, name);
	return &b->stage[b->stages++];
}

/* A writer in the slot is soon out of it again; one that died there is not. */
static bool
read_slot(struct gauge_slot *s, struct doc_board_work *w)
{
	for (int tries = 0; tries < 100; tries++) {
		uint64_t turn = atomic_load_explicit(&s->turn,
		    memory_order_acquire);
		uint32_t len = s->len;

		if (turn & 1)
			continue;
		w->since_ms = s->since_ms;
		len = DOC_MIN(len, (uint32_t)DOC_GAUGE_NAME);
		memcpy(w->name, s->name, len);
		w->name[len] = '\0';
		atomic_thread_fence(memory_order_acquire);
		if (turn ==
		    atomic_load_explicit(&s->turn, memory_order_relaxed))
			return len > 0 && doc_utf8_valid(w->name, len) == len;
	}
	return false;
}

static void
read_work(struct doc_gauge_page *p, unsigned stage, struct doc_board *b)
{
	for (unsigned i = 0; i < DOC_GAUGE_SLOTS; i++) {
		struct doc_board_work w = { .stage = stage };
		unsigned at;

		if (!read_slot(&p->slot[i], &w))
			continue;
		for (at = b->works; at > 0; at--)
			if (b->work[at - 1].since_ms <= w.since_ms)
				break;
		if (at == DOC_BOARD_WORK)
			continue;
		b->works = DOC_MIN(b->works + 1, (unsigned)DOC_BOARD_WORK);
		memmove(&b->work[at + 1], &b->work[at],
		    (b->works - 1 - at) * sizeof(w));
		b->work[at] = w;
	}
}

/* What a dead process said last of this is not so any more. */
static bool
of_now(unsigned count)
{
	return count == DOC_G_BUSY || count == DOC_G_HELD ||
	    count == DOC_G_BLOCKED;
}

static void
add_page(struct doc_board *b, struct doc_gauge_page *p, bool alive)
{
	char name[DOC_GAUGE_STAGE];
	struct doc_board_stage *s;

	memcpy(name, p->stage, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	/* It is printed, and anybody may have written it. */
	if (name[strspn(name, STAGE_CHARS)] != '\0' ||
	    (s = stage_of(b, name)) == NULL)
		return;
	for (unsigned i = 0; i < DOC_G_COUNT; i++)
		if (alive || !of_now(i))
			s->count[i] = DOC_MIN(s->count[i] +
				DOC_MIN(atomic_load_explicit(&p->count[i],
					    memory_order_relaxed),
				    MOST),
			    MOST);
	if (s->processes == 0 || p->started_ms < s->started_ms) {
		s->started_ms = p->started_ms;
		s->started_s = p->started_s;
	}
	s->moved_ms = DOC_MAX(s->moved_ms, p->moved_ms);
	s->processes++;
	s->alive += alive;
	s->lost += !alive && p->count[DOC_G_ENDED] == 0;
	if (alive)
		read_work(p, (unsigned)(s - b->stage), b);
}

static void
read_file(struct doc_board *b, int dir, const char *name, uint64_t since_ms)
{
	doc_autoclose int fd = openat(dir, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct doc_gauge_page *p;
	struct stat st;
	bool alive;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size != sizeof(*p))
		return;
	p = mmap(NULL, sizeof(*p), PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return;
	alive = is_held(fd);
	if (atomic_load_explicit(&p->magic, memory_order_acquire) ==
		GAUGE_MAGIC &&
	    (alive || since_ms == 0 || p->started_ms >= since_ms))
		add_page(b, p, alive);
	munmap(p, sizeof(*p));
}

static int
before(const void *a, const void *b)
{
	const struct doc_board_stage *x = a, *y = b;
	unsigned rx = rank(x->stage), ry = rank(y->stage);

	if (rx != ry)
		return rx < ry ? -1 : 1;
	return (x->started_ms > y->started_ms) -
	    (x->started_ms < y->started_ms);
}

/* In the order of the pipeline; the work keeps pointing at its stage. */
static void
sort_stages(struct doc_board *b)
{
	char was[DOC_BOARD_STAGES][DOC_GAUGE_STAGE];

	for (unsigned i = 0; i < b->stages; i++)
		memcpy(was[i], b->stage[i].stage, sizeof(was[i]));
	qsort(b->stage, b->stages, sizeof(b->stage[0]), before);
	for (unsigned i = 0; i < b->works; i++)
		b->work[i].stage =
		    (unsigned)(stage_of(b, was[b->work[i].stage]) - b->stage);
}

int
doc_board_read(struct doc_board *board, const char *dir, uint64_t since_ms,
    struct doc_error *err)
{
	DIR *d = opendir(dir);

	if (d == NULL)
		return doc_error_sys(err, "cannot open '%s'", dir);
	memset(board, 0, sizeof(*board));
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			read_file(board, dirfd(d), e->d_name, since_ms);
	closedir(d);
	sort_stages(board);
	return 0;
}

const struct doc_board_stage *
doc_board_find(const struct doc_board *board, const char *stage)
{
	for (unsigned i = 0; i < board->stages; i++)
		if (strcmp(board->stage[i].stage, stage) == 0)
			return &board->stage[i];
	return NULL;
}
