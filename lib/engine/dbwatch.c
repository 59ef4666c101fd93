/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "lib/base/log.h"
#include "lib/engine/dbwatch.h"

static void
changed(struct doc_dbwatch *w, const char *key)
{
	struct doc_error err = { 0 };

	if (strcmp(key, w->tried) == 0)
		return;
	if (strcmp(key, w->seen) != 0) {
		memcpy(w->seen, key, sizeof(w->seen));
		return;
	}
	switch (doc_pool_renew(w->pool, &err)) {
	case 1:
		doc_info("the signatures changed; loading them");
		memcpy(w->tried, key, sizeof(w->tried));
		break;
	case 0: /* one is starting already: ask again */
		break;
	default:
		doc_warn("cannot load new signatures: %s", err.msg);
		memcpy(w->tried, key, sizeof(w->tried));
	}
}

static void
look(struct doc_watch *watch, unsigned events)
{
	struct doc_dbwatch *w = watch->ctx;
	const char *loaded = doc_pool_fact(w->pool, "database");
	struct doc_error err = { 0 };
	struct doc_dbset set;
	char key[DOC_DB_KEY];
	uint64_t ticks;

	(void)events;
	if (read(watch->fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	/* Gone for a moment, while it is being replaced. */
	if (doc_dbset_read(w->path, &set, &err) < 0)
		return;
	doc_dbset_key(set.digest, key);
	doc_dbset_release(&set);
	if (loaded != NULL && strcmp(loaded, key) != 0)
		changed(w, key);
}

int
doc_dbwatch_open(struct doc_dbwatch *w, struct doc_loop *loop,
    struct doc_pool *pool, const char *path, struct doc_error *err)
{
	const struct itimerspec second = { .it_interval = { .tv_sec = 1 },
		.it_value = { .tv_sec = 1 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return doc_error_sys(err, "cannot make a timer");
	*w = (struct doc_dbwatch){ .loop = loop, .pool = pool, .path = path };
	w->timer = (struct doc_watch){ .fd = fd, .ready = look, .ctx = w };
	if (timerfd_settime(fd, 0, &second, NULL) < 0)
		return doc_error_sys(err, "cannot set a timer");
	return doc_loop_add(loop, &w->timer, EPOLLIN, err);
}

void
doc_dbwatch_close(struct doc_dbwatch *w)
{
	if (w->loop == NULL)
		return;
	doc_loop_del(w->loop, &w->timer);
	close(w->timer.fd);
	w->loop = NULL;
}
