/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <clamav.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/engine/clamav_impl.h"
#include "lib/engine/clamav_warm.h"
#include "lib/engine/sigdb.h"

/* All that one document unpacks to; its clocks and its temporary space end
 * most bombs before. */
#define MAX_SCAN ((long long)4 << 30)

/* Depth as docpipe's default depth of containers; files as clamd's default. */
#define MAX_RECURSION 17
#define MAX_FILES     10000

struct doc_clamav doc_clamav;

static void
on_message(enum cl_msg severity, const char *full, const char *msg,
    void *context)
{
	char *path;

	(void)full;
	(void)context;
	if (severity < CL_MSG_ERROR || doc_clamav.complaint[0] != '\0')
		return;
	(void)snprintf(doc_clamav.complaint, sizeof(doc_clamav.complaint), "%s",
	    msg);
	doc_clamav.complaint[strcspn(doc_clamav.complaint, "\n")] = '\0';
	/* Nothing that a record shows may hold a path. */
	path = strstr(doc_clamav.complaint, " /");
	if (path != NULL)
		*path = '\0';
}

/* Loading. */

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static int
set_limits(struct doc_error *err)
{
	static const struct {
		enum cl_engine_field field;
		long long value;
	} limits[] = {
		{ CL_ENGINE_MAX_SCANSIZE, MAX_SCAN },
		{ CL_ENGINE_MAX_FILESIZE, (long long)MAX_FILE },
		{ CL_ENGINE_MAX_RECURSION, MAX_RECURSION },
		{ CL_ENGINE_MAX_FILES, MAX_FILES },
		{ CL_ENGINE_MAX_SCANTIME, 0 },
	};

	for (size_t i = 0; i < DOC_LEN(limits); i++)
		if (cl_engine_set_num(doc_clamav.engine, limits[i].field,
			limits[i].value) != CL_SUCCESS)
			return doc_error_set(err, DOC_E_ENGINE,
			    "libclamav refuses limit %zu", i);
	return 0;
}

static int
load_path(const char *path, unsigned *count, struct doc_error *err)
{
	const char *slash = strrchr(path, '/');
	cl_error_t rc;

	doc_clamav.complaint[0] = '\0';
	rc = cl_load(path, doc_clamav.engine, count, CL_DB_STDOPT);
	if (rc == CL_SUCCESS)
		return 0;
	return doc_error_set(err, DOC_E_ENGINE,
	    "cannot load signatures of '%s': %s%s%s",
	    slash != NULL ? slash + 1 : path, cl_strerror(rc),
	    doc_clamav.complaint[0] != '\0' ? ": " : "", doc_clamav.complaint);
}

/* libclamav reads signatures from files only, and knows their kind by the
 * name. */
static int
load_text(const char *dir, const struct doc_buf *ndb, unsigned *count,
    struct doc_error *err)
{
	char path[PATH_MAX + sizeof("/docpipe.ndb")];
	int fd, rc;

	if (ndb->len == 0)
		return 0;
	(void)snprintf(path, sizeof(path), "%s/docpipe.ndb", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return doc_error_sys(err, "cannot write test signatures");
	rc = doc_write_full(fd, ndb->data, ndb->len);
	if (close(fd) < 0 || rc < 0)
		return doc_error_sys(err, "cannot write test signatures");
	rc = load_path(path, count, err);
	(void)unlink(path);
	return rc;
}

static int
on_signature(const char *type, const char *name, unsigned custom, void *ctx)
{
	(void)type;
	(void)custom;
	(void)ctx;
	/* A name that is not kept is a database that is not told. */
	(void)doc_signames_add(&doc_clamav.names, name);
	return 0; /* load it */
}

/* File by file, to know which signature is from where. */
static int
load_set(struct doc_clamav_info *info, struct doc_error *err)
{
	char path[PATH_MAX];

	cl_engine_set_clcb_sigload(doc_clamav.engine, on_signature, NULL);
	for (size_t i = 0; i < doc_clamav.set.count; i++) {
		const struct doc_dbfile *f = &doc_clamav.set.file[i];
		unsigned n = 0;

		if (doc_dbset_path(&doc_clamav.set, i, path, sizeof(path)) < 0)
			return doc_error_set(err, DOC_E_NAME, "name too long");
		if (load_path(path, &n, err) < 0)
			return -1;
		if (doc_signames_next(&doc_clamav.names) < 0 ||
		    doc_buf_addf(&info->files, "%s\t%u\t%u\t%lld\n", f->name,
			f->version, n, (long long)f->built) < 0)
			return doc_error_set(err, DOC_E_MEMORY, "signatures");
		info->signatures += n;
	}
	cl_engine_set_clcb_sigload(doc_clamav.engine, NULL, NULL);
	return 0;
}

static int
load_all(const char *dir, const char *canary, struct doc_clamav_info *info,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf ndb = { 0 };
	unsigned own = 0;

	if (doc_sigdb_ndb(&ndb, info->test_only, canary) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "signatures");
	if (!info->test_only && load_set(info, err) < 0)
		return -1;
	if (load_text(dir, &ndb, &own, err) < 0)
		return -1;
	if (info->test_only)
		info->signatures = own - (canary != NULL);
	return 0;
}

static int
build(const char *dir, const char *canary, struct doc_clamav_info *info,
    struct doc_error *err)
{
	cl_error_t rc;

	cl_set_clcb_msg(on_message);
	rc = cl_init(CL_INIT_DEFAULT);
	if (rc != CL_SUCCESS)
		return doc_error_set(err, DOC_E_ENGINE, "libclamav: %s",
		    cl_strerror(rc));
	doc_clamav.engine = cl_engine_new();
	if (doc_clamav.engine == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	if (cl_engine_set_str(doc_clamav.engine, CL_ENGINE_TMPDIR, dir) !=
	    CL_SUCCESS)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	if (set_limits(err) < 0 || load_all(dir, canary, info, err) < 0)
		return -1;
	rc = cl_engine_compile(doc_clamav.engine);
	if (rc != CL_SUCCESS)
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot compile signatures: %s", cl_strerror(rc));
	return 0;
}

static int
choose(const char *db, struct doc_clamav_info *info, struct doc_error *err)
{
	char digest[DOC_DIGEST_HEX];

	info->test_only = db == NULL;
	if (db == NULL)
		doc_sigdb_builtin(digest);
	else if (doc_dbset_read(db, &doc_clamav.set, err) < 0 ||
	    doc_sigdb_fuzzy(&doc_clamav.set, &doc_clamav.fuzzy, err) < 0)
		return -1;
	info->fuzzy = doc_clamav.fuzzy;
	doc_dbset_key(db == NULL ? digest : doc_clamav.set.digest,
	    info->database);
	(void)snprintf(info->version, sizeof(info->version), "%s", cl_retver());
	return 0;
}

int
doc_clamav_load(const char *db, const char *canary,
    struct doc_clamav_info *info, struct doc_error *err)
{
	const char *tmp = getenv("TMPDIR");
	char dir[PATH_MAX];
	int rc;

	if (choose(db, info, err) < 0)
		return -1;
	(void)snprintf(dir, sizeof(dir), "%s/docscan.XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return doc_error_sys(err, "cannot make a temporary directory");
	rc = build(dir, canary, info, err);
	if (rc == 0) {
		doc_clamav_charsets();
		doc_clamav_listen();
		doc_clamav_samples(doc_clamav_warm);
	}
	(void)nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	return rc;
}
