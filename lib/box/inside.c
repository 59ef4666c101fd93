/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/base/tree.h"
#include "lib/box/channel.h"
#include "lib/box/inside.h"
#include "lib/run/child.h"

enum {
	STAGE_FULL = 4 << 20, /* bytes the stage has not read: no more frames */
	ENTRIES = 256	      /* documents inside; the window outside is less */
};

/* A document in the stage. */
struct entry {
	int64_t number; /* 0: unused */
	char dir[256];	/* below the spool: TENANT/aa/SHA256; "" none */
};

struct inside {
	struct doc_loop loop;
	struct doc_frames frames;
	struct doc_watch from;
	int to;
	struct doc_child stage;
	struct doc_command command;
	int noise; /* the stage's stderr, and ours */
	struct doc_watch noise_watch;
	char spool[4096];
	struct entry entries[ENTRIES];
	int file; /* being received, -1 */
	char name[512];
	struct doc_error err;
};

static int
say(struct inside *in, enum doc_frame_type type, const void *p, size_t n)
{
	doc_autobuf struct doc_buf b = { .max = 2 * (size_t)DOC_FRAME_MAX };

	if (doc_frame_add(&b, type, p, n) < 0)
		return doc_error_set(&in->err, DOC_E_NO_MEMORY,
		    "no memory for a frame");
	return doc_write_full(in->to, b.data, b.len) < 0
	    ? doc_error_sys(&in->err, "cannot write to the channel")
	    : 0;
}

/* --- what comes ------------------------------------------------------------*/

static int
path_of(const struct inside *in, const char *name, const char *tail, char *path,
    size_t size)
{
	int n = snprintf(path, size, "%s/%s%s", in->spool, name, tail);

	return n > 0 && (size_t)n < size ? 0 : -1;
}

static int
file_begin(struct inside *in, const struct doc_frame *f)
{
	char path[4700], *slash;

	if (in->file >= 0 || f->len == 0 || f->len >= sizeof(in->name) ||
	    memchr(f->data, '\0', f->len) != NULL)
		return doc_error_set(&in->err, DOC_E_PROTOCOL,
		    "a file without a good name");
	snprintf(in->name, sizeof(in->name), "%.*s", (int)f->len, f->data);
	if (path_of(in, in->name, ".part", path, sizeof(path)) < 0)
		return doc_error_set(&in->err, DOC_E_PROTOCOL, "a long name");
	slash = strrchr(path, '/');
	*slash = '\0';
	if (doc_tree_make(path, &in->err) < 0)
		return -1;
	*slash = '/';
	in->file = open(path,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	return in->file < 0 ? doc_error_sys(&in->err, "cannot write a document")
			    : 0;
}

static int
file_end(struct inside *in)
{
	char part[4700], path[4700];
	int rc = in->file < 0 ? -1 : close(in->file);

	in->file = -1;
	if (path_of(in, in->name, ".part", part, sizeof(part)) < 0 ||
	    path_of(in, in->name, "", path, sizeof(path)) < 0)
		return -1;
	return rc < 0 || rename(part, path) < 0
	    ? doc_error_sys(&in->err, "cannot write a document")
	    : 0;
}

static struct entry *
find(struct inside *in, int64_t number)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (in->entries[i].number == number)
			return &in->entries[i];
	return NULL;
}

static int
to_stage(struct inside *in, const char *line, size_t len)
{
	if (doc_buf_add(&in->stage.out, line, len) < 0 ||
	    doc_buf_addc(&in->stage.out, '\n') < 0)
		return doc_error_set(&in->err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	doc_child_write(&in->stage);
	return 0;
}

static int
take_record(struct inside *in, struct doc_frame *f)
{
	const char *number = doc_frame_string(f), *dir = doc_frame_string(f);
	struct entry *e = find(in, 0);

	if (number == NULL || dir == NULL || e == NULL ||
	    strlen(dir) >= sizeof(e->dir))
		return doc_error_set(&in->err, DOC_E_PROTOCOL,
		    "a record without its place");
	e->number = strtoll(number, NULL, 10);
	strcpy(e->dir, dir);
	return to_stage(in, f->data, f->len);
}

static int
start_stage(struct inside *in, struct doc_frame *f)
{
	const char *word = doc_frame_string(f);

	if (word == NULL || in->stage.pid != 0 ||
	    strlen(word) >= sizeof(in->spool))
		return doc_error_set(&in->err, DOC_E_PROTOCOL,
		    "no stage to run");
	strcpy(in->spool, word);
	while ((word = doc_frame_string(f)) != NULL)
		if (doc_words_add(&in->command.args, word) < 0)
			return doc_error_set(&in->err, DOC_E_NO_MEMORY,
			    "no memory");
	if (in->command.args.n == 0)
		return doc_error_set(&in->err, DOC_E_PROTOCOL,
		    "no stage to run");
	snprintf(in->command.name, sizeof(in->command.name), "%.31s",
	    in->command.args.at[0]);
	if (doc_tree_make(in->spool, &in->err) < 0)
		return -1;
	in->stage.loop = &in->loop;
	return doc_child_start(&in->stage, &in->command, &in->err);
}

static int
take(struct inside *in, struct doc_frame *f)
{
	if (in->stage.pid == 0 && f->type != DOC_FRAME_ARGV)
		return doc_error_set(&in->err, DOC_E_PROTOCOL,
		    "no stage was named");
	switch (f->type) {
	case DOC_FRAME_ARGV:
		return start_stage(in, f);
	case DOC_FRAME_FILE:
		return file_begin(in, f);
	case DOC_FRAME_DATA:
		return in->file >= 0 &&
			doc_write_full(in->file, f->data, f->len) == 0
		    ? 0
		    : doc_error_sys(&in->err, "cannot write a document");
	case DOC_FRAME_CLOSE:
		return file_end(in);
	case DOC_FRAME_RECORD:
		return take_record(in, f);
	case DOC_FRAME_LINE:
		return to_stage(in, f->data, f->len);
	case DOC_FRAME_END:
		doc_child_end(&in->stage);
		return 0;
	case DOC_FRAME_NOISE:
	case DOC_FRAME_EXIT:
		break;
	}
	return doc_error_set(&in->err, DOC_E_PROTOCOL, "not for the inside");
}

/* --- what goes -------------------------------------------------------------*/

static int
send_file(struct inside *in, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char chunk[64 << 10];
	ssize_t n = 0;
	int rc = say(in, DOC_FRAME_FILE, name, strlen(name));

	while (rc == 0 && fd >= 0 &&
	    (n = doc_read_full(fd, chunk, sizeof(chunk))) > 0)
		rc = say(in, DOC_FRAME_DATA, chunk, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (fd < 0 || n < 0)
		return doc_error_sys(&in->err, "cannot read a result");
	return rc < 0 ? -1 : say(in, DOC_FRAME_CLOSE, NULL, 0);
}

static bool
shared(const struct inside *in, const struct entry *e)
{
	for (unsigned i = 0; i < ENTRIES; i++)
		if (&in->entries[i] != e && in->entries[i].number != 0 &&
		    strcmp(in->entries[i].dir, e->dir) == 0)
			return true;
	return false;
}

/* All the stage made of it, and then nothing of it stays. */
static int
send_entry(struct inside *in, struct entry *e)
{
	char path[4700];
	DIR *dir;
	struct dirent *d;
	int rc = 0;

	/* Without a place of its own it had no document either. */
	if (e->dir[0] == '\0') {
		e->number = 0;
		return 0;
	}
	if (path_of(in, e->dir, "", path, sizeof(path)) < 0)
		return -1;
	dir = opendir(path);
	while (rc == 0 && dir != NULL && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && strcmp(d->d_name, "data") != 0 &&
		    d->d_type == DT_REG)
			rc = send_file(in, dirfd(dir), d->d_name);
	if (dir != NULL)
		closedir(dir);
	if (!shared(in, e))
		doc_tree_remove(path);
	e->number = 0;
	return rc;
}

static int
send_line(struct inside *in, const char *line, size_t len)
{
	struct doc_record rec;
	struct entry *e;
	int64_t number;

	if (doc_record_parse(&rec, line, len, &in->err) < 0)
		return -1;
	if (rec.type != DOC_TYPE_DOC)
		return say(in, DOC_FRAME_LINE, line, len);
	number = doc_record_int(&rec, DOC_BOX_KEY, 0);
	e = number > 0 ? find(in, number) : NULL;
	if (e != NULL && send_entry(in, e) < 0)
		return -1;
	return say(in, DOC_FRAME_RECORD, line, len);
}

static int
send_noise(struct inside *in)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(in->noise, chunk, sizeof(chunk))) > 0)
		if (say(in, DOC_FRAME_NOISE, chunk, (size_t)n) < 0)
			return -1;
	return 0;
}

static int
send_exit(struct inside *in)
{
	int ws = doc_child_reap(&in->stage);
	uint8_t word[4];

	for (unsigned i = 0; i < 4; i++)
		word[i] = (uint8_t)((unsigned)ws >> 8 * i);
	return send_noise(in) < 0 ? -1 : say(in, DOC_FRAME_EXIT, word, 4);
}

/* --- the loop --------------------------------------------------------------*/

static void
frames_wait(struct doc_watch *w, unsigned events)
{
	struct inside *in = w->ctx;

	(void)events;
	if (doc_frames_fill(&in->frames, &in->err) == 1 && in->frames.eof)
		doc_error_set(&in->err, DOC_E_STREAM, "nobody is outside");
}

static void
noise_waits(struct doc_watch *w, unsigned events)
{
	(void)events;
	(void)!send_noise(w->ctx);
}

/* One round.  1 to go on, 0 when the stage has ended, -1. */
static int
turn(struct inside *in)
{
	bool full = in->stage.out.len > STAGE_FULL;
	struct doc_frame f;
	const char *line;
	size_t len;
	int rc = 0;

	while (!full && in->err.code == DOC_E_NONE &&
	    (rc = doc_frames_next(&in->frames, &f, &in->err)) > 0) {
		if (take(in, &f) < 0)
			return -1;
		full = in->stage.out.len > STAGE_FULL;
	}
	if (rc < 0 || in->err.code != DOC_E_NONE)
		return -1;
	while (in->stage.pid != 0 &&
	    (rc = doc_lines_next(&in->stage.lines, &line, &len, &in->err)) > 0)
		if (send_line(in, line, len) < 0)
			return -1;
	if (rc < 0)
		return -1;
	if (in->stage.pid != 0 && in->stage.lines.eof)
		return send_exit(in);
	if (full)
		doc_loop_del(&in->loop, &in->from);
	else if (doc_loop_add(&in->loop, &in->from, EPOLLIN, &in->err) < 0)
		return -1;
	doc_loop_once(&in->loop, -1);
	return 1;
}

/* What we and the stage say on stderr goes through the channel, for there may
 * be no other way out. */
static int
take_stderr(struct inside *in)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return doc_error_sys(&in->err, "cannot make a pipe");
	in->noise = fds[0];
	in->noise_watch =
	    (struct doc_watch){ .fd = fds[0], .ready = noise_waits, .ctx = in };
	if (dup2(fds[1], 2) < 0 || doc_fd_nonblock(fds[0], true) < 0)
		return doc_error_sys(&in->err, "cannot set stderr aside");
	close(fds[1]);
	return doc_loop_add(&in->loop, &in->noise_watch, EPOLLIN, &in->err);
}

int
doc_inside(int from, int to, struct doc_error *err)
{
	struct inside in = { .to = to, .file = -1, .noise = -1 };
	int rc = -1;

	doc_frames_init(&in.frames, from);
	in.from =
	    (struct doc_watch){ .fd = from, .ready = frames_wait, .ctx = &in };
	if (doc_loop_open(&in.loop, &in.err) == 0 && take_stderr(&in) == 0 &&
	    say(&in, DOC_FRAME_NOISE, NULL, 0) == 0) /* we are there */
		do
			rc = turn(&in);
		while (rc > 0);
	doc_child_kill(&in.stage, SIGKILL);
	if (in.stage.pid != 0)
		doc_child_reap(&in.stage);
	doc_frames_release(&in.frames);
	doc_command_release(&in.command);
	doc_loop_close(&in.loop);
	if (rc < 0)
		doc_error_set(err, in.err.code ? in.err.code : DOC_E_IO, "%s",
		    in.err.msg);
	return rc;
}
