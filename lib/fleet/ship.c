/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/tree.h"
#include "lib/fleet/collect.h"
#include "lib/fleet/commit.h"
#include "lib/fleet/guest.h"
#include "lib/fleet/line.h"
#include "lib/fleet/rebase.h"
#include "lib/fleet/ship.h"
#include "lib/fleet/ssh.h"
#include "lib/fleet/work.h"
#include "lib/spool/spool.h"
#include "lib/stage/open.h"
#include "lib/stage/volumes.h"

enum { CACHED_MAX = 8 << 20 };

struct shipping {
	const struct doc_fleet *f;
	const struct doc_ship *ship;
	const struct doc_slice *slice;
	struct doc_ssh ssh;
	struct doc_wire in;
	struct doc_workdir work;
	struct doc_spool spool;
	char there[4096]; /* its spool */
	uint64_t objects;
};

static int
no_memory(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

/* --- documents go ----------------------------------------------------------*/

enum kind { FILE_, LINK, NONE, ODD };

/* What it is for whom opens it; an odd one cannot be sent as what it is. */
static enum kind
look(const struct doc_slice *s, const char *path, int *fd, struct stat *st)
{
	struct doc_error err = { 0 };

	*fd = doc_open_below(&s->sources, path, st, &err);
	if (*fd >= 0)
		return FILE_;
	if (err.code == DOC_E_NOT_FOUND)
		return NONE;
	if (err.code == DOC_E_SYMLINK && lstat(path, st) == 0 &&
	    S_ISLNK(st->st_mode))
		return LINK;
	return ODD;
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return *name == '\0' || strcmp(name, ".") == 0 ||
		strcmp(name, "..") == 0
	    ? "document"
	    : name;
}

/* When times are trusted they say what the digest would. */
static const char *
digest_of(const struct doc_fleet *f, const struct doc_input_row *row,
    const struct stat *st)
{
	static const char any[] = "****************************************"
				  "************************";
	int64_t mtime = st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec;

	return f->trust_times && row->size == (uint64_t)st->st_size &&
		row->mtime_ns == mtime
	    ? any
	    : row->sha256;
}

/* Is it kept in the folder of the one before?  doclist joins them there. */
static bool
is_beside(const struct doc_slice *slice, size_t i)
{
	return i > 0 &&
	    doc_volumes_same(slice->at[i - 1].path, slice->at[i].path);
}

static int
send_input(struct shipping *s, size_t i, struct doc_error *err)
{
	const struct doc_input_row *row = &s->slice->at[i];
	doc_autobuf struct doc_buf line = { 0 };
	doc_autoclose int fd = -1;
	const char *name = last_part(row->path);
	struct stat st;
	enum kind kind = look(s->slice, row->path, &fd, &st);
	int rc;

	if (kind == ODD)
		return doc_error_set(err, DOC_E_CHANGED,
		    "an input was changed while it was sent");
	if (is_beside(s->slice, i) &&
	    doc_buf_adds(&line, DOC_GUEST_BESIDE "\n") < 0)
		return no_memory(err);
	if (kind == FILE_)
		rc = doc_buf_addf(&line, "file %s %ju %jd ",
		    digest_of(s->f, row, &st), (uintmax_t)st.st_size,
		    (intmax_t)(st.st_mtim.tv_sec * 1000000000LL +
			st.st_mtim.tv_nsec));
	else
		rc = doc_buf_adds(&line, kind == LINK ? "link " : "none ");
	if (rc < 0 || doc_line_escape(&line, name, strlen(name)) < 0 ||
	    doc_buf_addc(&line, '\n') < 0)
		return no_memory(err);
	if (doc_wire_say(s->ssh.to, &line, err) < 0)
		return -1;
	return kind == FILE_
	    ? doc_wire_give(s->ssh.to, fd, (uint64_t)st.st_size, err)
	    : 0;
}

static int
send_all(struct shipping *s, struct doc_error *err)
{
	struct doc_buf go = { .data = (char[]){ "go\n" }, .len = 3 };

	if (doc_guest_ask(s->ssh.to, &s->f->command, s->slice->tenant,
		s->ship->jobs, err) < 0)
		return -1;
	for (size_t i = 0; i < s->slice->n; i++)
		if (send_input(s, i, err) < 0)
			return -1;
	return doc_wire_say(s->ssh.to, &go, err);
}

/* --- records come ----------------------------------------------------------*/

static int
bad(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_STREAM,
	    "its answer is not one of ours");
}

static int
take_records(struct shipping *s, uint64_t size, struct doc_error *err)
{
	doc_autoclose int fd = openat(s->work.fd, "out.ndjson",
	    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char hex[DOC_DIGEST_HEX];

	if (fd < 0)
		return doc_error_sys(err, "cannot keep the records");
	return doc_wire_take(&s->in, size, fd, hex, err);
}

/* TENANT/aa/SHA256/NAME, of this tenant, and NAME such as we would choose. */
static bool
object_name(const struct shipping *s, const char *path, char sha[static 65],
    const char **name)
{
	size_t n = strlen(s->slice->tenant);
	const char *p = path + n + 1;

	if (strncmp(path, s->slice->tenant, n) != 0 || path[n] != '/' ||
	    strlen(p) < 3 + 64 + 2 || p[2] != '/' || p[67] != '/' ||
	    strncmp(p, p + 3, 2) != 0)
		return false;
	snprintf(sha, 65, "%.64s", p + 3);
	*name = p + 68;
	for (const char *c = *name; *c != '\0'; c++)
		if (!islower((unsigned char)*c) &&
		    !isdigit((unsigned char)*c) &&
		    (c == *name || (*c != '.' && *c != '-')))
			return false;
	return doc_digest_is_hex(sha) && strlen(*name) < 80;
}

/* A kept result names files: there, and now here. */
static int
translate(struct shipping *s, int fd, struct doc_error *err)
{
	doc_autobuf struct doc_buf was = { 0 }, is = { 0 };
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size > CACHED_MAX)
		return bad(err);
	if (doc_buf_reserve(&was, (size_t)st.st_size + 1) < 0)
		return no_memory(err);
	if (doc_pread_full(fd, was.data, (size_t)st.st_size, 0) != st.st_size)
		return doc_error_sys(err, "cannot read what came");
	if (doc_rebase_files(was.data, (size_t)st.st_size, s->there,
		s->spool.path, &is) < 0)
		return no_memory(err);
	return lseek(fd, 0, SEEK_SET) < 0 || ftruncate(fd, 0) < 0 ||
		doc_write_full(fd, is.data, is.len) < 0
	    ? doc_error_sys(err, "cannot write to the spool")
	    : 0;
}

/* What is there already stays: a host has no say in it. */
static int
keep(struct shipping *s, struct doc_spool_file *file, const char *sha,
    const char *name, struct doc_error *err)
{
	doc_autofree char *path = doc_spool_path(&s->spool, s->slice->tenant,
	    sha, name);
	doc_autofree char *made = NULL;

	if (path != NULL && access(path, F_OK) == 0)
		return 0;
	return doc_spool_commit(&s->spool, file, s->slice->tenant, sha, name,
	    &made, err);
}

static int
take_object(struct shipping *s, uint64_t size, const char *path,
    struct doc_error *err)
{
	struct doc_spool_file file = { 0 };
	char sha[65], hex[DOC_DIGEST_HEX];
	const char *name, *dot;
	int rc, fd;

	if (!object_name(s, path, sha, &name))
		return bad(err);
	fd = doc_spool_create(&s->spool, &file, err);
	if (fd < 0)
		return -1;
	rc = doc_wire_take(&s->in, size, fd, hex, err);
	if (rc == 0 && strcmp(name, "data") == 0 && strcmp(hex, sha) != 0)
		rc = bad(err);
	dot = strrchr(name, '.');
	if (rc == 0 && dot != NULL && strcmp(dot, ".json") == 0)
		rc = translate(s, fd, err);
	close(fd);
	if (rc == 0)
		rc = keep(s, &file, sha, name, err);
	doc_spool_drop(&s->spool, &file);
	s->objects++;
	return rc;
}

/* What it says went wrong; the status tells if it is for good. */
static int
failed(const char *text, struct doc_error *err)
{
	int status = 3, at = 0;

	sscanf(text, "%d %n", &status, &at);
	return doc_error_set(err,
	    status == 2	      ? DOC_E_USAGE
		: status == 4 ? DOC_E_SANDBOX
			      : DOC_E_STREAM,
	    "%.200s", text + at);
}

static int
take_all(struct shipping *s, struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };

	for (;;) {
		uint64_t n = 0;
		int at = 0;

		if (doc_wire_line(&s->in, &line, err) < 0)
			return -1;
		if (strncmp(line.data, "spool /", 7) == 0) {
			doc_line_unescape(line.data + 6);
			snprintf(s->there, sizeof(s->there), "%s",
			    line.data + 6);
		} else if (strncmp(line.data, "failed ", 7) == 0) {
			return failed(line.data + 7, err);
		} else if (sscanf(line.data, "records %" SCNu64 "%n", &n,
			       &at) == 1) {
			if (take_records(s, n, err) < 0)
				return -1;
		} else if (sscanf(line.data, "object %" SCNu64 " %n", &n,
			       &at) == 1 &&
		    at > 0) {
			if (take_object(s, n, line.data + at, err) < 0)
				return -1;
		} else {
			return sscanf(line.data, "done %" SCNu64, &n) == 1 &&
				n == s->objects && s->there[0] != '\0'
			    ? 0
			    : bad(err);
		}
	}
}

/* As the guest calls them. */
static struct doc_input_row *
guest_rows(const struct doc_slice *slice)
{
	struct doc_input_row *rows = calloc(slice->n + 1, sizeof(*rows));
	size_t folder = 0;

	for (size_t i = 0; rows != NULL && i < slice->n; i++) {
		if (!is_beside(slice, i))
			folder = i;
		if (asprintf(&rows[i].path, "d/%06zu/%s", folder,
			last_part(slice->at[i].path)) < 0) {
			rows[i].path = NULL;
			return rows;
		}
	}
	return rows;
}

static int
commit(struct shipping *s, uint32_t number, struct doc_error *err)
{
	char out[4200];
	struct doc_input_row *rows = guest_rows(s->slice);
	struct doc_collect c = { .out = out,
		.spool = s->there,
		.tenant = s->slice->tenant,
		.rows = rows,
		.names = s->slice->at,
		.n = s->slice->n,
		.shard = number };
	int rc = 0;

	snprintf(out, sizeof(out), "%s/out.ndjson", s->work.path);
	for (size_t i = 0; i < c.n; i++)
		if (rows == NULL || rows[i].path == NULL)
			rc = no_memory(err);
	if (rc == 0)
		rc = doc_fleet_commit(s->f, &c, err);
	for (size_t i = 0; rows != NULL && i < c.n; i++)
		free(rows[i].path);
	free(rows);
	doc_collect_release(&c);
	return rc;
}

static int
exchange(struct shipping *s, uint32_t number, struct doc_error *err)
{
	char verb[] = "shard", guest[] = "--guest";
	struct doc_words words = { (char *[]){ verb, guest, NULL }, 2 };
	int rc;

	if (doc_ssh_start(&s->ssh, s->ship->host, s->ship->program, &words,
		err) < 0)
		return -1;
	s->in.fd = s->ssh.from;
	/* One that refuses says why before it hangs up. */
	rc = send_all(s, err);
	if (rc == 0 || err->code == DOC_E_STREAM) {
		struct doc_error why = { 0 };

		if (take_all(s, &why) < 0)
			rc = -1;
		if (why.code != DOC_E_NONE)
			*err = why;
	}
	doc_ssh_end(&s->ssh);
	return rc == 0 ? commit(s, number, err) : -1;
}

/* --- either way ------------------------------------------------------------*/

static int
far(const struct doc_fleet *f, const struct doc_ship *ship, uint32_t number,
    struct doc_error *err)
{
	char verb[] = "shard", run[4200], k[32], jobs[32];
	struct doc_words words = { (char *[]){ verb, run, jobs, k, NULL }, 4 };
	struct doc_ssh ssh;
	int status;

	snprintf(run, sizeof(run), "--run=%s", f->dir);
	snprintf(jobs, sizeof(jobs), "--jobs=%u", ship->jobs);
	snprintf(k, sizeof(k), "%" PRIu32, number);
	if (doc_ssh_start(&ssh, ship->host, ship->program, &words, err) < 0)
		return -1;
	status = doc_ssh_end(&ssh);
	return status == 0 ? 1
			   : doc_error_set(err, DOC_E_STREAM,
				 "shard %" PRIu32 " on %s: status %d", number,
				 ship->host, status);
}

static bool
has_odd(const struct doc_slice *slice)
{
	for (size_t i = 0; i < slice->n; i++) {
		doc_autoclose int fd = -1;
		struct stat st;

		if (look(slice, slice->at[i].path, &fd, &st) == ODD)
			return true;
	}
	return false;
}

static int
bundle(struct shipping *s, uint32_t number, struct doc_error *err)
{
	int rc = -1;

	if (doc_workdir_open(&s->work, err) < 0)
		return -1;
	if (doc_spool_open(&s->spool, s->f->spool, err) == 0) {
		rc = exchange(s, number, err);
		doc_spool_close(&s->spool);
	}
	doc_workdir_close(&s->work);
	return rc;
}

int
doc_ship(const struct doc_fleet *f, const struct doc_ship *ship,
    uint32_t number, struct doc_error *err)
{
	struct doc_slice slice = { 0 };
	struct shipping *s;
	struct doc_shard shard;
	doc_autoclose int shards = -1,
			  done = doc_committed(f->dir, number, err);
	char path[4200];
	int rc = -1;

	if (done >= 0 || err->code != DOC_E_NONE)
		return done >= 0 ? 0 : -1;
	if (ship->shared)
		return far(f, ship, number, err);
	snprintf(path, sizeof(path), "%s/shards", f->dir);
	shards = open(path, O_RDONLY | O_CLOEXEC);
	if (shards < 0)
		return doc_error_sys(err, "cannot read '%s'", path);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return no_memory(err);
	*s = (struct shipping){ .f = f,
		.ship = ship,
		.slice = &slice,
		.work.fd = -1 };
	if (doc_shard_find(shards, number, &shard, err) == 0 &&
	    doc_slice_read(&slice, f->dir, &shard, err) == 0)
		rc = has_odd(&slice) ? doc_fleet_shard(f, number, 0, err)
				     : bundle(s, number, err);
	doc_slice_release(&slice);
	free(s);
	return rc;
}

void
doc_ship_log(const struct doc_fleet *f, const char *host, uint32_t number,
    int rc)
{
	char path[4200], line[512];
	doc_autoclose int fd = -1;
	int n = snprintf(line, sizeof(line), "%.255s %d %" PRIu32 "\n", host,
	    rc < 0, number);

	/* Made by who reads it; one write, so that lines stay whole. */
	snprintf(path, sizeof(path), "%s/.hosts/log", f->dir);
	fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, line, (size_t)n);
}
