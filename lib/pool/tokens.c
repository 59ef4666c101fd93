/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/pool/tokens.h"

/*
 * Our own open file description, so that O_NONBLOCK is not switched on under
 * make's feet, who shares the inherited one.
 */
static int
reopen(int fd, int flags)
{
	char path[40];
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC | O_NONBLOCK);
}

static void
join_fifo(struct doc_tokens *t, const char *path, size_t len)
{
	char name[4096];

	if (len >= sizeof(name))
		return;
	memcpy(name, path, len);
	name[len] = '\0';
	/* Read-write, so that the fifo never reports end of file. */
	t->in = open(name, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	t->out = t->in < 0 ? -1 : dup(t->in);
}

void
doc_tokens_join(struct doc_tokens *t)
{
	const char *flags = getenv("MAKEFLAGS");
	const char *auth = NULL, *all = getenv("DOCPIPE_TOKENS");
	int r, w;

	*t = (struct doc_tokens){ .in = -1, .out = -1 };
	t->strict = all != NULL && strcmp(all, "strict") == 0;
	t->own_free = !t->strict && (all == NULL || strcmp(all, "all") != 0);
	/* The last one counts (make manual). */
	for (const char *p = flags; p != NULL;) {
		p = strstr(p, "--jobserver-auth=");
		if (p != NULL)
			auth = p += strlen("--jobserver-auth=");
	}
	if (auth == NULL)
		return;
	if (strncmp(auth, "fifo:", 5) == 0)
		join_fifo(t, auth + 5, strcspn(auth + 5, " "));
	else if (sscanf(auth, "%d,%d", &r, &w) == 2 && r >= 0 && w >= 0) {
		t->in = reopen(r, O_RDONLY);
		t->out = t->in < 0 ? -1 : reopen(w, O_WRONLY);
	}
	if (t->out < 0 && t->in >= 0) {
		close(t->in);
		t->in = -1;
	}
}

bool
doc_tokens_take(struct doc_tokens *t)
{
	if (t->in < 0)
		return true;
	if (t->own_free) {
		t->own_free = false;
		return true;
	}
	if (t->held == sizeof(t->bytes) ||
	    read(t->in, &t->bytes[t->held], 1) != 1)
		return false;
	t->held++;
	return true;
}

void
doc_tokens_give(struct doc_tokens *t)
{
	if (t->in < 0)
		return;
	if (t->held == 0) {
		t->own_free = true;
		return;
	}
	t->held--;
	if (doc_write_full(t->out, &t->bytes[t->held], 1) < 0)
		t->held++;
}

void
doc_tokens_close(struct doc_tokens *t)
{
	while (t->in >= 0 && t->held > 0)
		doc_tokens_give(t);
	if (t->in >= 0) {
		close(t->in);
		close(t->out);
	}
	t->in = t->out = -1;
}

void
doc_share_open(struct doc_share *s, unsigned slots)
{
	*s = (struct doc_share){ .slots = slots };
	doc_tokens_join(&s->tokens);
}

void
doc_share_close(struct doc_share *s)
{
	doc_share_idle(s);
	doc_tokens_close(&s->tokens);
}

bool
doc_share_free(struct doc_share *s)
{
	if (s->busy >= s->slots)
		return false;
	if (!s->token_held)
		s->token_held = doc_tokens_take(&s->tokens);
	return s->token_held;
}

bool
doc_share_guest(struct doc_share *s)
{
	if (s->token_held)
		return true;
	if (s->tokens.strict || s->busy >= 2 * s->slots)
		return false;
	s->guests++;
	s->token_held = s->guest_held = true;
	return true;
}

void
doc_share_take(struct doc_share *s)
{
	assert(s->token_held);
	s->token_held = s->guest_held = false;
	s->busy++;
}

/* Whose place it was does not matter, as long as there are guests. */
static void
give(struct doc_share *s)
{
	if (s->guests > 0)
		s->guests--;
	else
		doc_tokens_give(&s->tokens);
}

void
doc_share_give(struct doc_share *s)
{
	s->busy--;
	give(s);
}

void
doc_share_idle(struct doc_share *s)
{
	if (s->token_held && s->guest_held)
		s->guests--;
	else if (s->token_held)
		doc_tokens_give(&s->tokens);
	s->token_held = s->guest_held = false;
}

int
doc_tokens_serve(const char *path, unsigned n, struct doc_error *err)
{
	char flags[4200];
	int fd;

	if (mkfifo(path, 0600) < 0)
		return doc_error_sys(err, "cannot make the job fifo");
	fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return doc_error_sys(err, "cannot open the job fifo");
	for (unsigned i = 0; i < n; i++)
		if (doc_write_full(fd, "+", 1) < 0) {
			doc_error_sys(err, "cannot fill the job fifo");
			close(fd);
			return -1;
		}
	snprintf(flags, sizeof(flags), " -j%u --jobserver-auth=fifo:%s", n,
	    path);
	if (setenv("MAKEFLAGS", flags, 1) < 0 ||
	    setenv("DOCPIPE_TOKENS", "all", 1) < 0) {
		close(fd);
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	}
	return fd;
}
