/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/format/meta.h"

/* The longest field is 8 KiB; what follows would be cut anyway. */
#define MAX_VALUE ((size_t)32 << 10)

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void
collapse(struct doc_buf *to, const char *s, size_t n)
{
	size_t before = to->len;
	bool space = false;

	n = DOC_MIN(n, MAX_VALUE);
	for (size_t i = 0; i < n; i++) {
		if (is_blank(s[i])) {
			space = to->len > before;
			continue;
		}
		if (space)
			doc_buf_addc(to, ' ');
		space = false;
		doc_buf_addc(to, s[i]);
	}
}

static bool
is_list(enum doc_field field)
{
	return field == DOC_F_CREATOR || field == DOC_F_KEYWORDS ||
	    field == DOC_F_SUBJECT;
}

/* Exactly `width` digits after `before` (if that is no NUL). */
static bool
take(const char **s, char before, int width, unsigned *v)
{
	const char *p = *s + (before != '\0');
	unsigned n = 0;

	if (before != '\0' && **s != before)
		return false;
	for (int i = 0; i < width; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		n = n * 10 + (unsigned)(p[i] - '0');
	}
	*v = n;
	*s = p + width;
	return true;
}

/* "2011-04-01", "2011-04-01T12:30:05.123+02:00" and what lies between. */
static void
set_time(struct doc_buf *to, const char *s)
{
	unsigned y, mo, d, h = 0, mi = 0, sec = 0;
	char zone[8] = "Z";

	if (!take(&s, '\0', 4, &y) || !take(&s, '-', 2, &mo) ||
	    !take(&s, '-', 2, &d) || mo < 1 || mo > 12 || d < 1 || d > 31)
		return;
	if ((take(&s, 'T', 2, &h) || take(&s, ' ', 2, &h)) &&
	    take(&s, ':', 2, &mi)) {
		take(&s, ':', 2, &sec);
		if (*s == '.' || *s == ',')
			s += 1 + strspn(s + 1, "0123456789");
		if ((*s == '+' || *s == '-') && strlen(s) >= 6 && s[3] == ':')
			snprintf(zone, sizeof(zone), "%.6s", s);
	}
	if (h < 24 && mi < 60 && sec < 61)
		doc_buf_addf(to, "%04u-%02u-%02uT%02u:%02u:%02u%s", y, mo, d, h,
		    mi, sec, zone);
}

void
doc_meta_set(struct doc_meta *m, enum doc_field field, const char *s, size_t n)
{
	doc_autobuf struct doc_buf clean = { 0 };
	struct doc_buf *to = &m->value[field];
	const char *text;

	collapse(&clean, s, n);
	text = doc_buf_str(&clean);
	if (clean.len == 0 || text == NULL)
		return;
	if (field == DOC_F_CREATED || field == DOC_F_MODIFIED) {
		if (to->len == 0)
			set_time(to, text);
		return;
	}
	if (to->len > 0) {
		if (!is_list(field) || to->len > MAX_VALUE)
			return;
		doc_buf_adds(to, "; ");
	}
	doc_buf_adds(to, text);
}

void
doc_meta_time_text(struct doc_buf *text, int64_t unix_s)
{
	char stamp[32];
	time_t t = (time_t)unix_s;
	struct tm tm;

	if (unix_s <= 0 || gmtime_r(&t, &tm) == NULL)
		return;
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	doc_buf_adds(text, stamp);
}

void
doc_meta_begin(struct doc_meta *m, const struct doc_text *text)
{
	m->raw = text->wish.metadata ? text->work : NULL;
}

void
doc_meta_raw(struct doc_meta *m, const char *name, const char *s, size_t n)
{
	doc_autobuf struct doc_buf entry = { 0 };
	size_t before;

	if (m->raw == NULL || *name == '\0')
		return;
	doc_buf_addf(&entry, "%s=", name);
	before = entry.len;
	collapse(&entry, s, n);
	if (entry.len > before)
		doc_work_strn(m->raw, DOC_F_METADATA, entry.data, entry.len);
}

static void
say(struct doc_work *work, enum doc_field field, struct doc_buf *value)
{
	const char *s = doc_buf_str(value);

	if (doc_field_info(field)->type != DOC_T_INT)
		doc_work_strn(work, field, value->data, value->len);
	else if (s != NULL && strspn(s, "0123456789") == value->len &&
	    value->len <= 9 && strtoul(s, NULL, 10) > 0)
		doc_work_int(work, field, strtoul(s, NULL, 10));
}

void
doc_meta_say(struct doc_meta *m, struct doc_work *work)
{
	for (unsigned f = 1; f < DOC_F_COUNT; f++)
		if (m->value[f].len > 0)
			say(work, (enum doc_field)f, &m->value[f]);
}

void
doc_meta_release(struct doc_meta *m)
{
	for (unsigned f = 0; f < DOC_F_COUNT; f++)
		doc_buf_release(&m->value[f]);
	doc_buf_release(&m->name);
	doc_buf_release(&m->leaf);
}
