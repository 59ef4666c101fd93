/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "lib/base/io.h"
#include "lib/base/utf8.h"
#include "lib/format/text.h"

/* One write and one heartbeat per this many bytes of text. */
enum { FLUSH_BYTES = 64 << 10 };

void
doc_text_init(struct doc_text *t, struct doc_work *work)
{
	*t = (struct doc_text){ .work = work };
}

static void
flush(struct doc_text *t)
{
	int out = t->work->out;

	if (t->keep != NULL)
		doc_buf_add(t->keep, t->pending.data, t->pending.len);
	else if (out >= 0 && t->sys == 0 &&
	    doc_write_full(out, t->pending.data, t->pending.len) < 0) {
		t->sys = errno;
		t->full = true;
	}
	t->pending.len = 0;
	if (t->sys == 0)
		doc_work_progress(t->work, t->page, t->total, t->bytes);
}

static void
stop(struct doc_text *t)
{
	if (!t->full)
		doc_work_reason(t->work, DOC_R_OUTPUT);
	t->full = true;
}

/* Take up to n bytes; all or none of them unless `split` is allowed. */
static void
emit(struct doc_text *t, const char *s, size_t n, bool split)
{
	uint64_t room = t->work->max_output -
	    DOC_MIN(t->bytes, t->work->max_output);

	if (t->full)
		return;
	if (n > room) {
		stop(t);
		if (!split || room == 0)
			return;
		n = (size_t)room;
	}
	if (doc_buf_add(&t->pending, s, n) < 0) {
		t->sys = ENOMEM;
		t->full = true;
		return;
	}
	t->bytes += n;
	t->last = s[n - 1];
	if (t->pending.len >= FLUSH_BYTES)
		flush(t);
}

static void
pay_feed(struct doc_text *t)
{
	if (!t->feed)
		return;
	t->feed = false;
	t->in_word = false;
	emit(t, "\f", 1, false);
}

static void
count(struct doc_text *t, bool space)
{
	if (space) {
		t->in_word = false;
		return;
	}
	t->chars++;
	if (!t->in_word)
		t->words++;
	t->in_word = true;
}

static size_t
printable_run(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	return i;
}

static void
put_printable(struct doc_text *t, const char *s, size_t n)
{
	while (n > 0 && !t->full) {
		size_t step = DOC_MIN(n, (size_t)FLUSH_BYTES);

		for (size_t i = 0; i < step; i++)
			count(t, s[i] == ' ');
		emit(t, s, step, true);
		s += step;
		n -= step;
	}
}

static void
put_control(struct doc_text *t, char c)
{
	bool was_cr = t->last == '\r';

	if (c != '\t' && c != '\n' && c != '\f' && c != '\r')
		return;
	t->in_word = false;
	if (c == '\n' && was_cr) {
		t->last = '\n';
		return;
	}
	emit(t, c == '\r' ? "\n" : &c, 1, false);
	/* Remembered, so that the LF of a CR LF is not a second line. */
	if (c == '\r' && !t->full)
		t->last = '\r';
}

static bool
is_space(uint32_t r)
{
	return r == 0xa0 || r == 0x1680 || (r >= 0x2000 && r <= 0x200b) ||
	    r == 0x2028 || r == 0x2029 || r == 0x202f || r == 0x205f ||
	    r == 0x3000;
}

/* One byte or sequence that is not printable ASCII; returns its length. */
static size_t
put_special(struct doc_text *t, const char *s, size_t n)
{
	size_t step = doc_utf8_step(s, n);
	uint32_t r;

	if (step == 0) {
		t->repairs++;
		count(t, false);
		emit(t, "\xef\xbf\xbd", 3, false);
		return 1;
	}
	if (step == 1) {
		put_control(t, s[0]);
		return 1;
	}
	r = doc_utf8_rune(s, step);
	if (r == 0x85)
		put_control(t, '\n');
	else if (r >= 0xa0 && !(r == 0xfeff && t->bytes == 0)) {
		count(t, is_space(r));
		emit(t, s, step, false);
	}
	return step;
}

static void
report(struct doc_text *t)
{
	doc_work_int(t->work, DOC_F_WORDS, t->words);
	doc_work_int(t->work, DOC_F_CHARS, t->chars);
	doc_work_int(t->work, DOC_F_REPAIRS, t->repairs);
	if (t->page > 0)
		doc_work_int(t->work, DOC_F_PAGES, t->page);
}

/* An extractor may go on after the limit, for what else it has to tell; a bomb
 * would do so until a clock stops it, and lose what there is. */
static void
drop(struct doc_text *t, size_t n)
{
	t->dropped += n;
	if (t->dropped <= t->work->max_output || t->sys != 0 || t->keep != NULL)
		return;
	flush(t);
	report(t);
	doc_work_enough(t->work);
}

int
doc_text_put(struct doc_text *t, const char *s, size_t n)
{
	if (n > 0)
		pay_feed(t);
	while (n > 0 && !t->full) {
		size_t step = printable_run(s, n);

		if (step > 0)
			put_printable(t, s, step);
		else
			step = put_special(t, s, n);
		s += step;
		n -= step;
	}
	if (t->full)
		drop(t, n);
	return t->full ? -1 : 0;
}

int
doc_text_puts(struct doc_text *t, const char *s)
{
	return doc_text_put(t, s, strlen(s));
}

int
doc_text_line(struct doc_text *t)
{
	if (t->feed || t->last == '\0' || t->last == '\n' || t->last == '\r' ||
	    t->last == '\f')
		return t->full ? -1 : 0;
	return doc_text_put(t, "\n", 1);
}

int
doc_text_page(struct doc_text *t, unsigned total)
{
	doc_text_line(t);
	pay_feed(t);
	t->feed = true;
	t->total = total;
	t->page++;
	flush(t);
	return t->full ? -1 : 0;
}

int
doc_text_finish(struct doc_text *t, struct doc_error *err)
{
	doc_text_line(t);
	flush(t);
	if (t->sys != 0) {
		errno = t->sys;
		return doc_error_sys(err, "cannot write the text");
	}
	report(t);
	return 0;
}

void
doc_text_release(struct doc_text *t)
{
	doc_buf_release(&t->pending);
}

int
doc_text_job(doc_text_fn *read, const struct doc_text_wish *wish,
    const struct doc_input *in, struct doc_work *work, struct doc_error *err)
{
	struct doc_text text;
	int rc;

	if (read == NULL)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no extractor for this media type");
	doc_text_init(&text, work);
	text.wish = *wish;
	rc = read(in, &text, err);
	if (doc_text_finish(&text, rc < 0 ? &(struct doc_error){ 0 } : err) < 0)
		rc = -1;
	if (rc < 0 && text.bytes > 0)
		doc_work_progress(work, text.page ? text.page : 1, 0,
		    text.bytes);
	doc_text_release(&text);
	return rc;
}
