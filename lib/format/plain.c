/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/base/io.h"
#include "lib/format/plain.h"
#include "lib/format/survey.h"

/* Read in pieces rather than through the mapping: the pages of a mapping stay
 * in the worker's resident set, and a 1 GB log must not. */
enum { PIECE = 128 << 10 };

struct pieces {
	const struct doc_input *in;
	uint64_t size, at;
	char buf[PIECE];
};

/* The next piece; length 0 at the end, -1 with errno. */
static ssize_t
next_piece(struct pieces *ps, const char **p)
{
	size_t n = (size_t)DOC_MIN(ps->size - ps->at, (uint64_t)PIECE);
	ssize_t got = (ssize_t)n;

	*p = ps->buf;
	if (ps->in->fd < 0)
		*p = ps->in->data + ps->at;
	else
		got = doc_pread_full(ps->in->fd, ps->buf, n, (off_t)ps->at);
	if (got > 0)
		ps->at += (uint64_t)got;
	return got;
}

static int
look(struct pieces *ps, struct doc_survey *s, struct doc_error *err)
{
	const char *p;
	ssize_t n;

	while ((n = next_piece(ps, &p)) > 0)
		doc_survey_put(s, p, (size_t)n);
	return n < 0 ? doc_error_sys(err, "cannot read the document") : 0;
}

static int
convert(struct pieces *ps, struct doc_charset *cs, struct doc_text *text,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf out = { 0 };
	const char *p;
	ssize_t n;

	do {
		n = next_piece(ps, &p);
		if (n < 0)
			return doc_error_sys(err, "cannot read the document");
		out.len = 0;
		if (doc_charset_put(cs, p, (size_t)n, n == 0, &out) < 0)
			return doc_error_set(err, DOC_E_MEMORY,
			    "no memory to convert from %s",
			    doc_charset_name(cs));
		if (doc_text_put(text, out.data, out.len) < 0)
			break;
	} while (n > 0);
	text->repairs += doc_charset_repairs(cs);
	return 0;
}

int
doc_plain_text(const struct doc_input *in, struct doc_text *text,
    struct doc_error *err)
{
	doc_autosurvey struct doc_survey survey = { 0 };
	char name[DOC_CHARSET_NAME];
	/* Where it does not fit, only its head is mapped. */
	struct pieces ps = { .in = in,
		.size = in->fd < 0 ? in->size : DOC_MAX(in->whole, in->size) };
	struct doc_charset *cs;
	int rc;

	if (look(&ps, &survey, err) < 0)
		return -1;
	doc_survey_charset(&survey, name);
	if (doc_survey_binary(&survey, name))
		return doc_error_set(err, DOC_E_UNSUPPORTED, "not text");
	cs = doc_charset_open(name);
	if (cs == NULL)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no converter for %s", name);
	doc_work_str(text->work, DOC_F_ENCODING, name);
	ps.at = 0;
	rc = convert(&ps, cs, text, err);
	doc_charset_free(cs);
	return rc;
}
