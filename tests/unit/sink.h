/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink - a doc_work for tests of formats: text, fields and members as strings.
 */
#ifndef DOC_SINK_H
#define DOC_SINK_H

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/buf.h"
#include "lib/format/text.h"

struct sink {
	struct doc_work work;
	struct doc_text text;
	struct doc_buf said; /* "title=x;reason=damaged;member=x;" */
	struct doc_buf out;  /* the text */
	struct doc_error err;
	int member;
};

static struct sink *
sink_of(struct doc_work *w)
{
	return w->ctx;
}

static void
sink_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);
	uint64_t v;

	doc_buf_addf(&sink_of(w)->said, "%s=", info->name);
	if (info->type == DOC_T_INT) {
		memcpy(&v, p, sizeof(v));
		doc_buf_addf(&sink_of(w)->said, "%llu", (unsigned long long)v);
	} else {
		doc_buf_add(&sink_of(w)->said, p, n);
	}
	doc_buf_addc(&sink_of(w)->said, ';');
}

static void
sink_reason(struct doc_work *w, enum doc_reason reason)
{
	doc_buf_addf(&sink_of(w)->said, "reason=%s;", doc_reason_name(reason));
}

static void
sink_progress(struct doc_work *w, unsigned done, unsigned total, uint64_t bytes)
{
	(void)w;
	(void)done;
	(void)total;
	(void)bytes;
}

static int
sink_member_open(struct doc_work *w, struct doc_error *err)
{
	(void)err;
	return sink_of(w)->member = memfd_create("member", MFD_CLOEXEC);
}

static void
sink_read(int fd, struct doc_buf *to)
{
	char buf[4096];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
		doc_buf_add(to, buf, (size_t)n);
		at += n;
	}
}

static void
sink_member_close(struct doc_work *w, const struct doc_error *err,
    enum doc_reason reason)
{
	(void)reason;
	doc_buf_adds(&sink_of(w)->said, err ? "bad=" : "member=");
	sink_read(sink_of(w)->member, &sink_of(w)->said);
	doc_buf_addc(&sink_of(w)->said, ';');
	close(sink_of(w)->member);
}

static const struct doc_work_ops sink_ops = { sink_field, sink_reason,
	sink_progress, sink_member_open, sink_member_close, NULL, NULL };

static void
sink_init(struct sink *s, uint64_t max_output)
{
	memset(s, 0, sizeof(*s));
	s->work.ops = &sink_ops;
	s->work.ctx = s;
	s->work.out = memfd_create("out", MFD_CLOEXEC);
	s->work.max_output = max_output;
	doc_text_init(&s->text, &s->work);
}

/* The text so far; the sink is finished. */
static const char *
sink_text(struct sink *s)
{
	struct doc_error err = { 0 };

	if (doc_text_finish(&s->text, &err) < 0)
		return "finish failed";
	s->out.len = 0;
	sink_read(s->work.out, &s->out);
	return doc_buf_str(&s->out);
}

static bool
sink_said(struct sink *s, const char *what)
{
	return strstr(doc_buf_str(&s->said), what) != NULL;
}

static void
sink_release(struct sink *s)
{
	close(s->work.out);
	doc_text_release(&s->text);
	doc_buf_release(&s->said);
	doc_buf_release(&s->out);
}

#endif
