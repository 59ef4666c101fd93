/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <clamav.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/io.h"
#include "lib/base/starved.h"
#include "lib/engine/clamav.h"
#include "lib/engine/clamav_warm.h"
#include "lib/engine/sigdb.h"
#include "lib/format/archive.h"
#include "lib/record/media.h"

/* libclamav 1.4 counts file sizes in int. */
#define MAX_FILE ((size_t)INT_MAX - 2)

/* All that one document unpacks to; its clocks and its temporary space end
 * most bombs before. */
#define MAX_SCAN ((long long)4 << 30)

/* Depth as docpipe's default depth of containers; files as clamd's default. */
#define MAX_RECURSION 17
#define MAX_FILES     10000

/* Distinct names of one document that are kept. */
#define MAX_NAMES 64

/* The engine is made once, in the zygote, and is what fork is there to share.
 * libclamav's message callback has no dependable context, so what it said
 * last goes through here as well. */
static struct cl_engine *engine;
static bool fuzzy;
static char complaint[200]; /* first message at error level */

static void
on_message(enum cl_msg severity, const char *full, const char *msg,
    void *context)
{
	char *path;

	(void)full;
	(void)context;
	if (severity < CL_MSG_ERROR || complaint[0] != '\0')
		return;
	(void)snprintf(complaint, sizeof(complaint), "%s", msg);
	complaint[strcspn(complaint, "\n")] = '\0';
	/* Nothing that a record shows may hold a path. */
	path = strstr(complaint, " /");
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
		if (cl_engine_set_num(engine, limits[i].field,
			limits[i].value) != CL_SUCCESS)
			return doc_error_set(err, DOC_E_ENGINE,
			    "libclamav refuses limit %zu", i);
	return 0;
}

static int
load_path(const char *path, unsigned *count, struct doc_error *err)
{
	cl_error_t rc;

	complaint[0] = '\0';
	rc = cl_load(path, engine, count, CL_DB_STDOPT);
	if (rc == CL_SUCCESS)
		return 0;
	return doc_error_set(err, DOC_E_ENGINE,
	    "cannot load signatures: %s%s%s", cl_strerror(rc),
	    complaint[0] != '\0' ? ": " : "", complaint);
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
load_all(const char *dir, const char *db, const char *canary, unsigned *count,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf ndb = { 0 };
	unsigned own = 0;

	if (doc_sigdb_ndb(&ndb, db == NULL, canary) < 0)
		return doc_error_set(err, DOC_E_MEMORY, "signatures");
	if (db != NULL && load_path(db, count, err) < 0)
		return -1;
	if (load_text(dir, &ndb, &own, err) < 0)
		return -1;
	if (db == NULL)
		*count = own - (canary != NULL);
	return 0;
}

static int
build(const char *dir, const char *db, const char *canary, unsigned *count,
    struct doc_error *err)
{
	cl_error_t rc;

	cl_set_clcb_msg(on_message);
	rc = cl_init(CL_INIT_DEFAULT);
	if (rc != CL_SUCCESS)
		return doc_error_set(err, DOC_E_ENGINE, "libclamav: %s",
		    cl_strerror(rc));
	engine = cl_engine_new();
	if (engine == NULL)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	if (cl_engine_set_str(engine, CL_ENGINE_TMPDIR, dir) != CL_SUCCESS)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	if (set_limits(err) < 0 || load_all(dir, db, canary, count, err) < 0)
		return -1;
	rc = cl_engine_compile(engine);
	if (rc != CL_SUCCESS)
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot compile signatures: %s", cl_strerror(rc));
	return 0;
}

/* Scanning. */

struct scan {
	struct doc_work *work;
	struct doc_buf names; /* said so far, each with its NUL */
	unsigned count, matches;
};

static cl_error_t
scan_bytes(const void *p, size_t n, struct scan *scan, const char **name,
    unsigned long *blocks)
{
	struct cl_scan_options options = {
		.general = CL_SCAN_GENERAL_ALLMATCHES |
		    CL_SCAN_GENERAL_HEURISTICS,
		.parse = ~(uint32_t)CL_SCAN_PARSE_IMAGE_FUZZY_HASH,
		.heuristic = CL_SCAN_HEURISTIC_EXCEEDS_MAX |
		    CL_SCAN_HEURISTIC_ENCRYPTED_ARCHIVE |
		    CL_SCAN_HEURISTIC_ENCRYPTED_DOC,
	};
	cl_fmap_t *map = cl_fmap_open_memory(p, n);
	cl_error_t rc;

	if (map == NULL)
		return CL_EMEM;
	if (fuzzy)
		options.parse |= CL_SCAN_PARSE_IMAGE_FUZZY_HASH;
	complaint[0] = '\0';
	doc_starved_reset();
	rc = cl_scanmap_callback(map, NULL, name, blocks, engine, &options,
	    scan);
	cl_fmap_close(map);
	return rc;
}

static bool
begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* What libclamav reports as viruses but only says what it did not look at. */
static enum doc_reason
reason_of_name(const char *name)
{
	static const struct {
		const char *prefix;
		enum doc_reason reason;
	} table[] = {
		{ "Heuristics.Limits.Exceeded.MaxFiles", DOC_R_FILES },
		{ "Heuristics.Limits.Exceeded.MaxRecursion", DOC_R_RECURSION },
		{ "Heuristics.Limits.Exceeded.MaxScanTime", DOC_R_TIME },
		{ "Heuristics.Limits.Exceeded", DOC_R_SIZE },
		{ "Heuristics.Encrypted.", DOC_R_ENCRYPTED },
	};

	if (strcmp(name, "Heuristics.Limits.Exceeded.MaxFileSize") == 0)
		return DOC_R_SIZE;
	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (begins(name, table[i].prefix))
			return table[i].reason;
	return DOC_R_NONE;
}

/* Was this name said before?  If not, it is now. */
static bool
is_known(struct scan *scan, const char *name)
{
	size_t len = strlen(name) + 1;
	const char *said = scan->names.data;

	for (size_t i = 0; i < scan->names.len; i += strlen(said + i) + 1)
		if (strcmp(said + i, name) == 0)
			return true;
	if (scan->count == MAX_NAMES ||
	    doc_buf_add(&scan->names, name, len) < 0)
		return true;
	scan->count++;
	return false;
}

static void
found(struct scan *scan, const char *name)
{
	enum doc_reason reason = reason_of_name(name);

	if (is_known(scan, name))
		return;
	if (reason != DOC_R_NONE) {
		doc_work_reason(scan->work, reason);
	} else if (begins(name, "Heuristics.")) {
		doc_work_str(scan->work, DOC_F_HEURISTICS, name);
	} else {
		scan->matches++;
		doc_work_str(scan->work, DOC_F_MATCHES, name);
	}
}

static void
on_virus(int fd, const char *name, void *context)
{
	(void)fd;
	if (context != NULL && name != NULL)
		found(context, name);
}

static void
warm_one(const void *p, size_t n)
{
	unsigned long blocks = 0;
	const char *name = NULL;

	(void)scan_bytes(p, n, NULL, &name, &blocks);
}

int
doc_clamav_load(const char *db, const char *canary,
    struct doc_clamav_info *info, struct doc_error *err)
{
	const char *tmp = getenv("TMPDIR");
	struct doc_sigdb sigdb = { .fuzzy = false };
	unsigned count = 0;
	char dir[PATH_MAX];
	int rc;

	if (db == NULL)
		doc_sigdb_builtin(&sigdb);
	else if (doc_sigdb_survey(db, &sigdb, err) < 0)
		return -1;
	(void)snprintf(dir, sizeof(dir), "%s/docscan.XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return doc_error_sys(err, "cannot make a temporary directory");
	fuzzy = sigdb.fuzzy;
	rc = build(dir, db, canary, &count, err);
	if (rc == 0) {
		doc_clamav_charsets();
		doc_clamav_samples(warm_one);
		cl_engine_set_clcb_virus_found(engine, on_virus);
	}
	(void)nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	if (rc < 0)
		return -1;
	*info = (struct doc_clamav_info){
		.signatures = count,
		.test_only = db == NULL,
		.fuzzy = fuzzy,
	};
	(void)snprintf(info->version, sizeof(info->version), "%s", cl_retver());
	/* Half of the digest is enough for a cache key. */
	(void)snprintf(info->database, sizeof(info->database), "%.32s",
	    sigdb.digest);
	return 0;
}

/* Ends that are not the engine's fault but the document's. */
static enum doc_reason
reason_of_status(cl_error_t rc)
{
	switch ((int)rc) {
	case CL_EMAXREC:
		return DOC_R_RECURSION;
	case CL_EMAXSIZE:
		return DOC_R_SIZE;
	case CL_EMAXFILES:
		return DOC_R_FILES;
	case CL_ETIMEOUT:
		return DOC_R_TIME;
	case CL_EFORMAT:
	case CL_EPARSE:
	case CL_EUNPACK:
		return DOC_R_DAMAGED;
	default:
		return DOC_R_NONE;
	}
}

static bool
complained_of(const char *what)
{
	return strcasestr(complaint, what) != NULL;
}

static enum doc_code
code_of_status(cl_error_t rc)
{
	if (complained_of("No space") || complained_of("temporary"))
		return DOC_E_TEMP;
	if (complained_of("allocate memory"))
		return DOC_E_MEMORY;
	switch ((int)rc) {
	case CL_EMEM:
	case CL_EMAP:
		return DOC_E_MEMORY;
	case CL_EWRITE:
	case CL_ECREAT:
	case CL_ETMPFILE:
	case CL_ETMPDIR:
		return DOC_E_TEMP;
	default:
		return DOC_E_ENGINE;
	}
}

/* What the end of a scan means.  A complaint at error level is never clean,
 * whatever the status says: libclamav answers "clean" when it cannot make its
 * temporary files (clamav issue 1353), or has no memory for a decompressor. */
static int
judge(struct scan *scan, cl_error_t rc, struct doc_error *err)
{
	enum doc_reason reason = reason_of_status(rc);

	if (rc == CL_SUCCESS || rc == CL_VIRUS || rc == CL_VERIFIED ||
	    reason != DOC_R_NONE) {
		if (reason != DOC_R_NONE)
			doc_work_reason(scan->work, reason);
		if (complaint[0] == '\0' && !doc_starved())
			return 0;
		rc = doc_starved() ? CL_EMEM : CL_ERROR;
	}
	if (scan->matches > 0) {
		/* A match stands, whatever went wrong elsewhere. */
		doc_work_reason(scan->work, DOC_R_ERRORS);
		return 0;
	}
	return doc_error_set(err, code_of_status(rc), "libclamav: %s",
	    complaint[0] != '\0' ? complaint : cl_strerror(rc));
}

/* What libclamav 1.4 passes over without a word: Office documents with a
 * password, and parts of zip packages in ways that it does not know.  Packages
 * that doclist opens are not meant: their members are scanned one by one. */
static void
say_unseen(const struct doc_input *in, struct doc_work *work)
{
	struct doc_error err = { 0 };
	struct doc_package *pkg;

	if (strcmp(in->media, "application/encrypted") == 0)
		doc_work_reason(work, DOC_R_ENCRYPTED);
	if (in->size < 4 || memcmp(in->data, "PK\3\4", 4) != 0 ||
	    (doc_media_flags(in->media) & DOC_MEDIA_CONTAINER) ||
	    doc_package_open(in, &pkg, &err) < 0)
		return;
	if (!doc_package_is_plain(pkg))
		doc_work_reason(work, DOC_R_UNSUPPORTED);
	doc_package_free(pkg);
}

int
doc_clamav_scan(const struct doc_input *in, struct doc_work *work,
    struct doc_error *err)
{
	struct scan scan = { .work = work };
	unsigned long blocks = 0;
	const char *name = NULL;
	cl_error_t rc;
	int result;

	if (work->temp == NULL)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no private directory for temporary files");
	if (in->size == 0 || in->size > MAX_FILE) {
		if (in->size > 0)
			doc_work_reason(work, DOC_R_SIZE);
		doc_work_int(work, DOC_F_SCANNED, 0);
		return 0;
	}
	if (cl_engine_set_str(engine, CL_ENGINE_TMPDIR, work->temp) !=
	    CL_SUCCESS)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	rc = scan_bytes(in->data, in->size, &scan, &name, &blocks);
	if (rc == CL_VIRUS && name != NULL)
		found(&scan, name);
	say_unseen(in, work);
	result = judge(&scan, rc, err);
	doc_work_int(work, DOC_F_SCANNED,
	    DOC_MAX((uint64_t)in->size, (uint64_t)blocks * CL_COUNT_PRECISION));
	doc_buf_release(&scan.names);
	return result;
}
