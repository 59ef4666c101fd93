/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <clamav.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/starved.h"
#include "lib/engine/alert.h"
#include "lib/engine/clamav_impl.h"
#include "lib/engine/layers.h"
#include "lib/engine/unseen.h"

struct scan {
	struct doc_work *work;
	struct doc_layers layers;
	enum doc_scan_depth depth;
	unsigned matches;
	bool rar;	/* inside a rar of which nothing was seen yet */
	unsigned level; /* of that rar */
};

static cl_error_t
scan_bytes(const void *p, size_t n, bool unpack, struct scan *scan,
    const char **name, unsigned long *blocks)
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
	if (doc_clamav.fuzzy)
		options.parse |= CL_SCAN_PARSE_IMAGE_FUZZY_HASH;
	if (!unpack)
		options.parse = 0;
	doc_clamav.complaint[0] = '\0';
	doc_starved_reset();
	rc = cl_scanmap_callback(map, NULL, name, blocks, doc_clamav.engine,
	    &options, scan);
	cl_fmap_close(map);
	return rc;
}

/* Callbacks; without a context the zygote warms. */

static void
on_virus(int fd, const char *name, void *context)
{
	(void)fd;
	if (context != NULL && name != NULL)
		doc_layers_hit(&((struct scan *)context)->layers, name);
}

static cl_error_t
on_member(const char *type, unsigned long packed, const char *name,
    unsigned long size, int encrypted, unsigned position, void *context)
{
	(void)type;
	(void)packed;
	(void)encrypted;
	(void)position;
	if (context != NULL && name != NULL)
		doc_layers_announce(&((struct scan *)context)->layers, name,
		    size);
	return CL_SUCCESS;
}

/* Unrar is no part of Debian's libclamav, and who has no unrar says "clean". */
static void
watch_rar(struct scan *scan, const char *type, unsigned level)
{
	if (scan->rar && level > scan->level)
		scan->rar = false;
	else if (scan->rar)
		doc_work_reason(scan->work, DOC_R_UNSUPPORTED);
	if (strncmp(type, "CL_TYPE_RAR", strlen("CL_TYPE_RAR")) != 0)
		return;
	scan->rar = true;
	scan->level = level;
}

static cl_error_t
on_look(int fd, const char *type, const char **ancestors, size_t parent_size,
    const char *name, size_t size, const char *data, uint32_t level,
    uint32_t attributes, void *context)
{
	struct scan *scan = context;

	(void)fd;
	(void)ancestors;
	(void)parent_size;
	(void)attributes;
	if (scan == NULL)
		return CL_SUCCESS;
	doc_layers_look(&scan->layers, level, name, size);
	if (scan->depth != DOC_SCAN_WHOLE)
		return CL_SUCCESS;
	if (level > 0 && data != NULL)
		doc_unseen_part(data, size, scan->work);
	if (type != NULL)
		watch_rar(scan, type, level);
	return CL_SUCCESS;
}

static cl_error_t
on_enter(int fd, const char *type, void *context)
{
	(void)fd;
	(void)type;
	if (context != NULL)
		doc_layers_enter(&((struct scan *)context)->layers);
	return CL_SUCCESS;
}

static cl_error_t
on_leave(int fd, int result, const char *name, void *context)
{
	(void)fd;
	(void)result;
	(void)name;
	if (context != NULL)
		doc_layers_leave(&((struct scan *)context)->layers);
	return CL_SUCCESS;
}

void
doc_clamav_listen(void)
{
	cl_engine_set_clcb_virus_found(doc_clamav.engine, on_virus);
	cl_engine_set_clcb_meta(doc_clamav.engine, on_member);
	cl_engine_set_clcb_file_inspection(doc_clamav.engine, on_look);
	cl_engine_set_clcb_pre_scan(doc_clamav.engine, on_enter);
	cl_engine_set_clcb_post_scan(doc_clamav.engine, on_leave);
}

void
doc_clamav_warm(const void *p, size_t n)
{
	unsigned long blocks = 0;
	const char *name = NULL;

	(void)scan_bytes(p, n, true, NULL, &name, &blocks);
}

/* name, database and parts, one entry of `found`. */
static void
say_match(struct scan *scan, const struct doc_hit *h)
{
	doc_autobuf struct doc_buf b = { 0 };
	int file = doc_signames_find(&doc_clamav.names, h->name);
	const char *db = file < 0 || (size_t)file >= doc_clamav.set.count
	    ? ""
	    : doc_clamav.set.file[file].name;

	if (doc_buf_addf(&b, "%s%c%s%c%s", h->name, DOC_HIT_SEPARATOR, db,
		DOC_HIT_SEPARATOR, h->where) == 0)
		doc_work_strn(scan->work, DOC_F_FOUND, b.data, b.len);
	scan->matches++;
}

/* Was the same signature, or alert, reported for another part before? */
static bool
is_repeated(const struct doc_layers *l, unsigned i)
{
	for (unsigned k = 0; k < i; k++)
		if (strcmp(l->hit[k].name, l->hit[i].name) == 0)
			return true;
	return false;
}

static void
say_all(struct scan *scan)
{
	struct doc_layers *l = &scan->layers;

	doc_layers_settle(l);
	for (unsigned i = 0; i < l->hits; i++) {
		const char *name = l->hit[i].name;
		enum doc_reason reason = DOC_R_NONE;
		enum doc_alert alert = doc_alert_of(name, &reason);
		bool again = is_repeated(l, i);

		if (alert == DOC_ALERT_UNSEEN)
			doc_work_reason(scan->work, reason);
		else if (alert == DOC_ALERT_HEURISTIC && !again)
			doc_work_str(scan->work, DOC_F_HEURISTICS, name);
		else if (alert == DOC_ALERT_MATCH && !again)
			doc_work_str(scan->work, DOC_F_MATCHES, name);
		if (alert == DOC_ALERT_MATCH)
			say_match(scan, &l->hit[i]);
	}
	if (scan->rar)
		doc_work_reason(scan->work, DOC_R_UNSUPPORTED);
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
	return strcasestr(doc_clamav.complaint, what) != NULL;
}

/* Of the document, not of the machine. */
static bool
complained_of_damage(void)
{
	return complained_of("premature end") || complained_of("corrupt") ||
	    complained_of("truncated");
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

/* What the end of a scan means.  A doc_clamav.complaint at error level is never
 * clean, whatever the status says: libclamav answers "clean" when it cannot
 * make its temporary files (clamav issue 1353), or has no memory for a
 * decompressor. */
static int
judge(struct scan *scan, cl_error_t rc, struct doc_error *err)
{
	enum doc_reason reason = reason_of_status(rc);

	if (rc == CL_SUCCESS || rc == CL_VIRUS || rc == CL_VERIFIED ||
	    reason != DOC_R_NONE) {
		if (reason != DOC_R_NONE)
			doc_work_reason(scan->work, reason);
		if (complained_of_damage() && !doc_starved()) {
			doc_work_reason(scan->work, DOC_R_DAMAGED);
			return 0;
		}
		if (doc_clamav.complaint[0] == '\0' && !doc_starved())
			return 0;
		rc = doc_starved() ? CL_EMEM : CL_ERROR;
	}
	if (scan->matches > 0) {
		/* A match stands, whatever went wrong elsewhere. */
		doc_work_reason(scan->work, DOC_R_ERRORS);
		return 0;
	}
	return doc_error_set(err, code_of_status(rc), "libclamav: %s",
	    doc_clamav.complaint[0] != '\0' ? doc_clamav.complaint
					    : cl_strerror(rc));
}

/* The engine proper, on all bytes of `in`. */
static int
run(const struct doc_input *in, struct scan *scan, struct doc_error *err)
{
	unsigned long blocks = 0;
	const char *name = NULL;
	cl_error_t rc = scan_bytes(in->data, in->size,
	    scan->depth != DOC_SCAN_BYTES, scan, &name, &blocks);

	if (rc == CL_VIRUS && name != NULL && scan->layers.hits == 0)
		doc_layers_hit(&scan->layers, name);
	say_all(scan);
	doc_work_int(scan->work, DOC_F_SCANNED,
	    DOC_MAX((uint64_t)in->size, (uint64_t)blocks * CL_COUNT_PRECISION));
	doc_layers_release(&scan->layers);
	return judge(scan, rc, err);
}

int
doc_clamav_scan(const struct doc_input *in, enum doc_scan_depth depth,
    struct doc_work *work, struct doc_error *err)
{
	static struct scan scan; /* too large for the stack of a library */

	if (work->temp == NULL)
		return doc_error_set(err, DOC_E_ENGINE,
		    "no private directory for temporary files");
	if (in->size == 0 || in->size > MAX_FILE) {
		if (in->size > 0)
			doc_work_reason(work, DOC_R_SIZE);
		doc_work_int(work, DOC_F_SCANNED, 0);
		return 0;
	}
	if (cl_engine_set_str(doc_clamav.engine, CL_ENGINE_TMPDIR,
		work->temp) != CL_SUCCESS)
		return doc_error_set(err, DOC_E_MEMORY, "libclamav");
	scan = (struct scan){ .work = work, .depth = depth };
	if (depth != DOC_SCAN_BYTES)
		doc_unseen_say(in, work);
	return run(in, &scan, err);
}
