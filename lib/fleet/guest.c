/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/io.h"
#include "lib/base/version.h"
#include "lib/fleet/fleet.h"
#include "lib/fleet/guest.h"
#include "lib/fleet/line.h"
#include "lib/fleet/rebase.h"
#include "lib/fleet/work.h"
#include "lib/stage/last.h"

struct guest {
	struct doc_wire in;
	int out;
	char tenant[72];
	unsigned jobs;
	struct doc_words command;
	struct doc_workdir work;
	struct doc_input_row *rows;
	size_t n, room, folder;
	bool beside; /* the next one lies in the folder of the last */
	uint64_t objects;
};

static int
bad(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_STREAM, "this is no bundle of ours");
}

static int
no_memory(struct doc_error *err)
{
	return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
}

int
doc_guest_ask(int to, const struct doc_words *command, const char *tenant,
    unsigned jobs, struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	int rc = doc_buf_addf(&b, "docpipe-shard %s %u %s\n", DOC_VERSION, jobs,
	    tenant);

	for (size_t i = 0; rc == 0 && i < command->n; i++)
		rc = doc_buf_adds(&b, "option ") < 0 ||
			doc_line_escape(&b, command->at[i],
			    strlen(command->at[i])) < 0
		    ? -1
		    : doc_buf_addc(&b, '\n');
	return rc < 0 ? no_memory(err) : doc_wire_say(to, &b, err);
}

/* --- what comes ------------------------------------------------------------*/

static int
greet(struct guest *g, struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };
	char version[48];

	if (doc_wire_line(&g->in, &line, err) < 0)
		return -1;
	if (sscanf(line.data, "docpipe-shard %47s %u %71s", version, &g->jobs,
		g->tenant) != 3 ||
	    !doc_tenant_valid(g->tenant))
		return bad(err);
	if (strcmp(version, DOC_VERSION) != 0)
		return doc_error_set(err, DOC_E_USAGE,
		    "docpipe is %s here, and %s where the run was planned",
		    DOC_VERSION, version);
	return 0;
}

static struct doc_input_row *
new_row(struct guest *g)
{
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 256;
		void *rows = realloc(g->rows, room * sizeof(*g->rows));

		if (rows == NULL)
			return NULL;
		g->rows = rows;
		g->room = room;
	}
	g->rows[g->n] = (struct doc_input_row){ 0 };
	return &g->rows[g->n];
}

/* d/000012/NAME: the last part of its name is all that is known here. */
static int
place(struct guest *g, struct doc_input_row *row, char *name,
    struct doc_error *err)
{
	char folder[64];

	doc_line_unescape(name);
	if (*name == '\0' || strchr(name, '/') != NULL ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return bad(err);
	if (!g->beside)
		g->folder = g->n;
	snprintf(folder, sizeof(folder), "d/%06zu", g->folder);
	if (!g->beside && mkdirat(g->work.fd, folder, 0700) < 0)
		return doc_error_sys(err, "cannot keep a document");
	g->beside = false;
	if (asprintf(&row->path, "%s/%s", folder, name) < 0)
		return no_memory(err);
	g->n++;
	return 0;
}

static int
take_file(struct guest *g, struct doc_input_row *row, struct doc_error *err)
{
	doc_autoclose int fd = openat(g->work.fd, row->path,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ row->mtime_ns / 1000000000, row->mtime_ns % 1000000000 } };
	char hex[DOC_DIGEST_HEX];

	if (fd < 0)
		return doc_error_sys(err, "cannot keep a document");
	if (doc_wire_take(&g->in, row->size, fd, hex, err) < 0)
		return -1;
	return futimens(fd, times) < 0
	    ? doc_error_sys(err, "cannot keep a document")
	    : 0;
}

static int
take_input(struct guest *g, char *line, struct doc_error *err)
{
	struct doc_input_row *row = new_row(g);
	int at = 0;

	if (row == NULL)
		return no_memory(err);
	memset(row->sha256, '-', 64);
	if (strncmp(line, "none ", 5) == 0)
		return place(g, row, line + 5, err);
	if (strncmp(line, "link ", 5) == 0)
		return place(g, row, line + 5, err) < 0 ? -1
		    : symlinkat("nowhere", g->work.fd, row->path) < 0
		    ? doc_error_sys(err, "cannot keep a document")
		    : 0;
	if (sscanf(line, "file %64s %" SCNu64 " %" SCNd64 "%n", row->sha256,
		&row->size, &row->mtime_ns, &at) != 3 ||
	    line[at] != ' ' || strlen(row->sha256) != 64)
		return bad(err);
	return place(g, row, line + at + 1, err) < 0 ? -1
						     : take_file(g, row, err);
}

static int
take_bundle(struct guest *g, struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };

	for (;;) {
		if (doc_wire_line(&g->in, &line, err) < 0)
			return -1;
		if (strcmp(line.data, "go") == 0)
			return 0;
		if (strncmp(line.data, "option ", 7) == 0) {
			doc_line_unescape(line.data + 7);
			if (doc_words_add(&g->command, line.data + 7) < 0)
				return no_memory(err);
		} else if (strcmp(line.data, DOC_GUEST_BESIDE) == 0) {
			g->beside = g->n > 0;
		} else if (take_input(g, line.data, err) < 0) {
			return -1;
		}
	}
}

/* --- what goes -------------------------------------------------------------*/

static int
give(struct guest *g, const char *what, const char *name, int fd,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return doc_error_sys(err, "cannot read what was made");
	if (doc_buf_addf(&line, "%s %ju%s%s\n", what, (uintmax_t)st.st_size,
		*name ? " " : "", name) < 0)
		return no_memory(err);
	return doc_wire_say(g->out, &line, err) < 0
	    ? -1
	    : doc_wire_give(g->out, fd, (uint64_t)st.st_size, err);
}

/* All below spool/TENANT; at depth 2 stand the files. */
static int
give_objects(struct guest *g, int dir, const char *name, unsigned depth,
    struct doc_error *err)
{
	DIR *d = dir < 0 ? NULL : fdopendir(dir);
	int rc = 0;

	if (d == NULL)
		return doc_error_sys(err, "cannot read the spool");
	for (struct dirent *e; rc == 0 && (e = readdir(d)) != NULL;) {
		char path[512];
		int fd;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%.200s%s%.200s", name,
		    *name ? "/" : "", e->d_name);
		fd = openat(dirfd(d), e->d_name,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
			(depth < 3 ? O_DIRECTORY : 0));
		if (depth < 3) {
			rc = give_objects(g, fd, path, depth + 1, err);
			continue;
		}
		rc = give(g, "object", path, fd, err);
		if (fd >= 0)
			close(fd);
		g->objects++;
	}
	closedir(d);
	return rc;
}

static int
give_all(struct guest *g, const char *spool, struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };
	doc_autoclose int out = openat(g->work.fd, "run/out.ndjson",
	    O_RDONLY | O_CLOEXEC);

	if (doc_buf_adds(&line, "spool ") < 0 ||
	    doc_line_escape(&line, spool, strlen(spool)) < 0 ||
	    doc_buf_addc(&line, '\n') < 0)
		return no_memory(err);
	if (doc_wire_say(g->out, &line, err) < 0 ||
	    give(g, "records", "", out, err) < 0 ||
	    give_objects(g, open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "",
		0, err) < 0)
		return -1;
	line.len = 0;
	if (doc_buf_addf(&line, "done %ju\n", (uintmax_t)g->objects) < 0)
		return no_memory(err);
	return doc_wire_say(g->out, &line, err);
}

static int
work(struct guest *g, struct doc_error *err)
{
	char documents[] = "d";
	struct doc_words roots = { (char *[]){ documents, NULL }, 1 };
	char spool[PATH_MAX];
	struct doc_piece p = { .command = &g->command,
		.work = g->work.path,
		.spool = "spool",
		.tenant = g->tenant,
		.roots = &roots,
		.jobs = g->jobs,
		.lifeline = g->in.fd,
		.signals = doc_piece_signals() };
	int rc = -1;

	/* Names are relative to it. */
	if (fchdir(g->work.fd) < 0 || mkdir("d", 0700) < 0 ||
	    mkdir("spool", 0700) < 0 || realpath("spool", spool) == NULL)
		return doc_error_sys(err, "cannot use '%s'", g->work.path);
	if (take_bundle(g, err) == 0 &&
	    doc_piece_run(&p, g->rows, g->n, err) == 0)
		rc = give_all(g, spool, err);
	/* A folder that we are in can be removed, but ask for no trouble. */
	if (chdir("/") < 0)
		rc = doc_error_sys(err, "cannot leave the folder");
	return rc;
}

static void
release(struct guest *g)
{
	doc_workdir_close(&g->work);
	for (size_t i = 0; i < g->n; i++)
		free(g->rows[i].path);
	free(g->rows);
	doc_words_release(&g->command);
}

/* The hub hears why, too. */
static int
fail(const struct guest *g, const struct doc_error *err)
{
	doc_autobuf struct doc_buf line = { 0 };
	struct doc_error ignored = { 0 };
	int status = doc_last_words(err);

	if (doc_buf_addf(&line, "failed %d %s\n", status, err->msg) == 0)
		(void)!doc_wire_say(g->out, &line, &ignored);
	return status;
}

int
doc_guest(int in, int out)
{
	doc_autofree struct guest *g = calloc(1, sizeof(*g));
	struct doc_error err = { 0 };
	int status = 0;

	if (g == NULL)
		return 3;
	g->in.fd = in;
	g->out = out;
	g->work.fd = -1;
	if (greet(g, &err) < 0 || doc_workdir_open(&g->work, &err) < 0 ||
	    work(g, &err) < 0)
		status = fail(g, &err);
	release(g);
	return status;
}

static void
say_run(const char *run, int out)
{
	doc_autobuf struct doc_buf line = { 0 };
	struct doc_error err = { 0 };
	struct doc_fleet f;

	if (doc_fleet_open(&f, run, &err) == 0 &&
	    doc_buf_addf(&line, "run %s\n", f.sum.digest) == 0)
		(void)!doc_wire_say(out, &line, &err);
	doc_fleet_release(&f);
}

int
doc_guest_check(const char *run, int in, int out)
{
	doc_autofree struct guest *g = calloc(1, sizeof(*g));
	struct doc_facts facts = { 0 };
	struct doc_error err = { 0 };
	int status = 0;

	if (g == NULL)
		return 3;
	g->in.fd = in;
	g->out = out;
	g->work.fd = -1;
	doc_workdir_sweep();
	if (run != NULL)
		say_run(run, out);
	if (greet(g, &err) < 0 || take_bundle(g, &err) < 0 ||
	    doc_fleet_probe(&g->command, &facts, &err) < 0)
		status = fail(g, &err);
	else if (doc_write_full(out, facts.text.data, facts.text.len) < 0)
		status = 3;
	doc_facts_release(&facts);
	release(g);
	return status;
}
