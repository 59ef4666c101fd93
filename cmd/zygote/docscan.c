/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docscan's engine - libclamav; runs in a cage.  With --engine=clamd it only
 * looks for what clamd passes over.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cmd/options.h"
#include "lib/engine/clamav.h"
#include "lib/engine/unseen.h"
#include "lib/format/dense.h"
#include "lib/pool/zygote.h"

static struct doc_scan_options options;

/* Body of the self-test's signature: random, so that no document can carry it
 * on purpose. */
static unsigned char secret[32];

static int
fact(struct doc_buf *facts, const char *key, const char *value)
{
	if (doc_buf_add(facts, key, strlen(key) + 1) < 0)
		return -1;
	return doc_buf_add(facts, value, strlen(value) + 1);
}

/* What every answer tells: which signatures it is about. */
static char database[DOC_DB_KEY];

static int
tell(struct doc_buf *facts, const struct doc_clamav_info *info)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", info->signatures);
	snprintf(database, sizeof(database), "%s", info->database);
	if (fact(facts, "name", "libclamav") < 0 ||
	    fact(facts, "version", info->version) < 0 ||
	    fact(facts, "signatures", number) < 0 ||
	    fact(facts, "database", info->database) < 0 ||
	    fact(facts, "set", info->test_only ? "test" : "full") < 0)
		return -1;
	return info->files.len == 0 ? 0
				    : fact(facts, "files", info->files.data);
}

static int
load(struct doc_buf *facts, struct doc_error *err)
{
	struct doc_clamav_info info = { .signatures = 0 };
	char hex[2 * sizeof(secret) + 1];
	int rc;

	if (options.engine == DOC_ENGINE_CLAMD)
		return 0;
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return doc_error_sys(err, "cannot get random bytes");
	for (size_t i = 0; i < sizeof(secret); i++)
		snprintf(hex + 2 * i, 3, "%02x", secret[i]);
	rc = doc_clamav_load(options.db, hex, &info, err);
	if (rc == 0 &&
	    (doc_buf_str(&info.files) == NULL || tell(facts, &info) < 0))
		rc = doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_buf_release(&info.files);
	return rc;
}

static int
scan(const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	enum doc_density density = in->unit == DOC_UNIT_SCAN_LISTED
	    ? doc_density(in)
	    : DOC_LOOSE;
	bool apart = density == DOC_DENSE && !options.whole;
	bool part = in->unit == DOC_UNIT_SCAN_PART;
	bool known = (in->unit == DOC_UNIT_SCAN_LISTED || part) &&
	    !options.whole;
	enum doc_scan_depth depth = apart ? DOC_SCAN_BYTES
	    : known			  ? DOC_SCAN_KNOWN
					  : DOC_SCAN_WHOLE;

	if (density == DOC_HIDING)
		doc_work_reason(work, DOC_R_DAMAGED);
	if (apart)
		doc_work_reason(work, DOC_R_CONTAINER);
	if (part)
		doc_work_reason(work, DOC_R_VOLUMES);
	if (options.engine == DOC_ENGINE_CLAMD) {
		/* What its members hide, they say themselves. */
		if (depth == DOC_SCAN_KNOWN && in->size > 0)
			doc_unseen_say(in, work);
		else if (depth == DOC_SCAN_WHOLE && in->size > 0)
			doc_unseen_say_all(in, work);
		return 0;
	}
	doc_work_str(work, DOC_F_DB, database);
	return doc_clamav_scan(in, depth, work, err);
}

/* A zip with one stored member: the bytes of the canary's signature.  (APPNOTE
 * 6.3.10 sections 4.3.7, 4.3.12, 4.3.16; libclamav checks no CRC.) */
static size_t
make_zip(const unsigned char *body, size_t n, unsigned char *zip)
{
	static const unsigned char local[30] = { 'P', 'K', 3, 4, 10 };
	static const unsigned char central[46] = { 'P', 'K', 1, 2, 10, 0, 10 };
	static const unsigned char end[22] = { 'P', 'K', 5,
		6, [8] = 1, [10] = 1, [12] = 47 };
	unsigned char *p = zip;
	size_t dir = sizeof(local) + 1 + n;

	memcpy(p, local, sizeof(local));
	p[18] = p[22] = (unsigned char)n;
	p[26] = 1;
	p += sizeof(local);
	*p++ = 'c';
	memcpy(p, body, n);
	p += n;
	memcpy(p, central, sizeof(central));
	p[20] = p[24] = (unsigned char)n;
	p[28] = 1;
	p += sizeof(central);
	*p++ = 'c';
	memcpy(p, end, sizeof(end));
	p[16] = (unsigned char)dir;
	return (size_t)(p - zip) + sizeof(end);
}

struct seen {
	struct doc_work work; /* first: ops cast */
	bool found;
};

static void
see_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	(void)p;
	(void)n;
	if (field == DOC_F_MATCHES)
		((struct seen *)w)->found = true;
}

/* Under a wrong sandbox libclamav cannot unpack, and says "clean". */
static int
canary(struct doc_work *work, struct doc_error *err)
{
	static const struct doc_work_ops ops = { .field = see_field };
	struct seen seen = {
		.work = { .ops = &ops, .out = -1, .temp = work->temp }
	};
	unsigned char zip[256];
	struct doc_input in = { .fd = -1,
		.data = (const char *)zip,
		.size = make_zip(secret, sizeof(secret), zip),
		.media = "application/zip" };

	if (options.engine == DOC_ENGINE_CLAMD)
		return 0;
	if (doc_clamav_scan(&in, DOC_SCAN_WHOLE, &seen.work, err) < 0)
		return -1;
	if (!seen.found)
		return doc_error_set(err, DOC_E_ENGINE,
		    "the signature of the self-test was not found in a zip");
	return 0;
}

int
main(int argc, char *argv[])
{
	static const struct doc_zygote docscan = {
		.name = "docscan",
		.profile = &doc_profile_scan,
		.opts = { doc_scan_opts, &options },
		.collapse = true,
		.load = load,
		.work = scan,
		.canary = canary,
	};

	return doc_zygote_main(&docscan, argc, argv);
}
