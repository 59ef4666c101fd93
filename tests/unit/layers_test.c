/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/engine/alert.h"
#include "lib/engine/layers.h"
#include "lib/engine/signames.h"
#include "tests/unit/tap.h"

static void
into(struct doc_layers *l, unsigned level, const char *name, size_t size)
{
	doc_layers_look(l, level, name, size);
	doc_layers_enter(l);
}

static bool
is_hit(const struct doc_layers *l, unsigned i, const char *name,
    const char *where)
{
	return i < l->hits && strcmp(l->hit[i].name, name) == 0 &&
	    strcmp(l->hit[i].where, where) == 0;
}

/* Its own temp files have other names each time. */
static void
test_temp_name(void)
{
	static struct doc_layers l;

	into(&l, 0, NULL, 900);
	into(&l, 1, "/t/clamav-0123456789abcdef0123456789abcdef.tmp", 10);
	into(&l, 2, "clamav-notes.tmp", 5);
	doc_layers_hit(&l, "S");
	OK(l.hits == 1 && is_hit(&l, 0, "S", "clamav-notes.tmp\x1f"),
	    "no name of libclamav's own");
	doc_layers_release(&l);
}

static void
test_layers(void)
{
	static struct doc_layers l;

	into(&l, 0, NULL, 900);
	doc_layers_announce(&l, "a/x", 10);
	doc_layers_announce(&l, "b/x", 20);
	doc_layers_announce(&l, "c/y", 30);
	into(&l, 1, "x", 10);
	doc_layers_leave(&l);
	into(&l, 1, "x", 20);
	doc_layers_hit(&l, "S");
	doc_layers_hit(&l, "S");
	doc_layers_leave(&l);
	into(&l, 1, "y", 30);
	into(&l, 2, "deep", 5);
	doc_layers_hit(&l, "S");
	doc_layers_leave(&l);
	doc_layers_hit(&l, "S"); /* the same bytes, stored */
	doc_layers_leave(&l);
	/* The zip in the zip's own bytes, one nameless level down. */
	into(&l, 2, "deep", 5);
	doc_layers_hit(&l, "S");
	doc_layers_leave(&l);
	doc_layers_hit(&l, "S");
	doc_layers_hit(&l, "T");
	doc_layers_leave(&l);
	doc_layers_leave(&l); /* once too often does no harm */
	doc_layers_settle(&l);
	OK(l.hits == 3, "each place once");
	OK(is_hit(&l, 0, "S", "b/x\x1f"), "the folder by its size");
	OK(is_hit(&l, 1, "S", "c/y\037deep\037"), "the deepest part counts");
	OK(is_hit(&l, 2, "T", ""), "what only the whole has");
	doc_layers_release(&l);
}

static bool
means(const char *name, enum doc_alert alert, enum doc_reason reason)
{
	enum doc_reason r = DOC_R_NONE;

	return doc_alert_of(name, &r) == alert && r == reason;
}

static void
test_alerts(void)
{
	OK(means("Win.X", DOC_ALERT_MATCH, DOC_R_NONE), "a signature");
	OK(means("Heuristics.Phishing.Email", DOC_ALERT_HEURISTIC, DOC_R_NONE),
	    "a guess");
	OK(means("Heuristics.Limits.Exceeded.MaxFileSize", DOC_ALERT_UNSEEN,
	       DOC_R_SIZE),
	    "a limit of size");
	OK(means("Heuristics.Limits.Exceeded.MaxFiles", DOC_ALERT_UNSEEN,
	       DOC_R_FILES),
	    "a limit of number");
	OK(means("Heuristics.Encrypted.Zip", DOC_ALERT_UNSEEN, DOC_R_ENCRYPTED),
	    "a password");
}

static void
test_names(void)
{
	struct doc_signames s = { .count = 0 };
	char name[16];
	int rc = 0;

	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "Sig.%u", i);
		rc |= doc_signames_add(&s, name);
		if (i % 2500 == 2499)
			rc |= doc_signames_next(&s);
	}
	OK(rc == 0, "names are kept");
	OK(doc_signames_find(&s, "Sig.0") == 0 &&
		doc_signames_find(&s, "Sig.2499.UNOFFICIAL") == 0,
	    "in the first file");
	OK(doc_signames_find(&s, "Sig.2500") == 1 &&
		doc_signames_find(&s, "YARA.Sig.4999.UNOFFICIAL") == 1,
	    "in the second");
	OK(doc_signames_find(&s, "Sig.5000") == -1, "in none");
	free(s.hash);
	free(s.end);
}

int
main(void)
{
	test_temp_name();
	test_layers();
	test_alerts();
	test_names();
	return TAP_DONE();
}
