/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/sniff_kind.h"

/* Mails that came a long way have some 10 KiB of Received lines. */
#define MAIL_REACH ((size_t)64 << 10)

/* Where the root element or the doctype has to be. */
#define MARKUP_REACH 8192

struct span {
	const char *p, *end;
};

static bool
starts(const struct span *s, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(s->end - s->p) >= n && strncasecmp(s->p, word, n) == 0;
}

static void
skip_space(struct span *s)
{
	while (s->p < s->end && strchr(" \t\r\n\f", *s->p) != NULL &&
	    *s->p != '\0')
		s->p++;
}

/* Move behind the next `word`, or to the end. */
static void
skip_past(struct span *s, const char *word)
{
	const char *p = memmem(s->p, (size_t)(s->end - s->p), word,
	    strlen(word));

	s->p = p == NULL ? s->end : p + strlen(word);
}

static struct span
next_line(struct span *s)
{
	struct span line = { s->p, s->end };
	const char *nl = memchr(s->p, '\n', (size_t)(s->end - s->p));

	if (nl != NULL)
		line.end = nl;
	s->p = nl == NULL ? s->end : nl + 1;
	while (line.end > line.p && line.end[-1] == '\r')
		line.end--;
	return line;
}

/* Mail.  The header fields that make a text a mail: written by people, and
 * written by the machines it went through. */
static bool
is_one_of(const struct span *line, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (starts(line, names[i]))
			return true;
	return false;
}

struct fields {
	unsigned any, machine;
};

/* Returns false when the line cannot be part of a header. */
static bool
count_field(const struct span *line, struct fields *f)
{
	static const char *const people[] = { "From:", "To:", "Cc:", "Subject:",
		"Date:", "Sender:", "Reply-To:" };
	static const char *const machines[] = { "Received:", "Message-ID:",
		"MIME-Version:", "Return-Path:", "Delivered-To:",
		"DKIM-Signature:", "X-Mailer:", "In-Reply-To:", "References:",
		"Envelope-To:", "X-Received:", "Resent-From:",
		"Content-Type:" };
	const char *p = line->p;

	if (*p == ' ' || *p == '\t')
		return true;
	while (p<line->end && * p> 32 && *p < 127 && *p != ':')
		p++;
	if (p == line->p || p == line->end || *p != ':')
		return false;
	/* A part of a mail, saved by itself, may have nothing but this. */
	if (starts(line, "Content-Type: multipart/"))
		f->any++;
	if (is_one_of(line, machines, DOC_LEN(machines)))
		f->machine++;
	else if (!is_one_of(line, people, DOC_LEN(people)))
		return true;
	f->any++;
	return true;
}

/* A header block that ends well needs two known fields; one that is broken
 * off by another line must have gone through a mail system. */
static bool
is_header(struct span s)
{
	struct fields f = { 0 };

	if (s.p == s.end || *s.p == ' ' || *s.p == '\t')
		return false;
	while (s.p < s.end) {
		struct span line = next_line(&s);

		if (line.p == line.end)
			return f.any >= 2;
		if (!count_field(&line, &f))
			return f.any >= 3 && f.machine >= 1;
	}
	return f.any >= 2;
}

/* RFC 4155: "From ", a sender, a date; then the header. */
static bool
is_mbox(struct span s)
{
	if (!starts(&s, "From "))
		return false;
	(void)next_line(&s);
	while (starts(&s, ">From "))
		(void)next_line(&s);
	return is_header(s);
}

/* Markup. */
static bool
is_root(const struct span *s, const char *name)
{
	size_t n = strlen(name);

	return starts(s, name) && (size_t)(s->end - s->p) > n &&
	    strchr(" \t\r\n/>", s->p[n]) != NULL;
}

/* The value of attribute `name` in the start tag at s. */
static bool
attribute(struct span s, const char *name, char value[static 96])
{
	size_t len;

	skip_past(&s, name);
	skip_space(&s);
	if (s.p == s.end || *s.p != '=')
		return false;
	s.p++;
	skip_space(&s);
	if (s.p == s.end || (*s.p != '"' && *s.p != '\''))
		return false;
	s.p++;
	for (len = 0; s.p + len < s.end && len < 95; len++)
		if (strchr("\"'<>&", s.p[len]) != NULL)
			break;
	(void)snprintf(value, 96, "%.*s", (int)len, s.p);
	return true;
}

/* Flat OpenDocument says what it is in its root (ODF 1.3 part 3, 3.1.2);
 * "-flat-xml" is the suffix that freedesktop.org's database uses. */
static bool
flat_odf(const struct span *s, char media[128])
{
	static const char family[] = "application/vnd.oasis.opendocument.";
	char value[96];
	size_t n = strlen(family);

	if (!attribute(*s, "office:mimetype", value) ||
	    strncmp(value, family, n) != 0 ||
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyz-./")] != '\0')
		return false;
	(void)snprintf(media, 128, "%s-flat-xml", value);
	return true;
}

static bool
say(char media[128], const char *type)
{
	(void)snprintf(media, 128, "%s", type);
	return true;
}

/* s is behind the '<' of the root element; `xml`: there was a declaration. */
static bool
by_root(const struct span *s, bool xml, char media[128])
{
	if (is_root(s, "html"))
		return say(media, xml ? "application/xhtml+xml" : "text/html");
	if (is_root(s, "head") || is_root(s, "body"))
		return say(media, "text/html");
	if (is_root(s, "svg"))
		return say(media, "image/svg+xml");
	if (is_root(s, "FictionBook"))
		return say(media, "application/x-fictionbook+xml");
	if (is_root(s, "rss"))
		return say(media, "application/rss+xml");
	if (is_root(s, "feed"))
		return say(media, "application/atom+xml");
	if (is_root(s, "office:document"))
		return flat_odf(s, media);
	return xml && say(media, "text/xml");
}

/* Names of elements that documents without a declaration begin with: only in
 * HTML may that be left out. */
static bool
is_xml_doctype(const struct span *s)
{
	static const char *const names[] = { "article", "book", "chapter",
		"set", "reference", "concept", "topic", "task", "TEI.2" };
	struct span name = *s;

	name.p += strlen("<!doctype");
	skip_space(&name);
	for (size_t i = 0; i < DOC_LEN(names); i++)
		if (is_root(&name, names[i]))
			return true;
	return false;
}

static bool
is_markup(struct span s, char media[128])
{
	bool xml = false;

	for (;;) {
		skip_space(&s);
		if (starts(&s, "<!doctype html"))
			return say(media,
			    xml ? "application/xhtml+xml" : "text/html");
		if (starts(&s, "<?")) {
			xml = xml || starts(&s, "<?xml");
			skip_past(&s, "?>");
		} else if (starts(&s, "<!--")) {
			skip_past(&s, "-->");
		} else if (starts(&s, "<!")) {
			xml = xml ||
			    (starts(&s, "<!doctype") && is_xml_doctype(&s));
			skip_past(&s, ">");
		} else {
			break;
		}
	}
	if (s.p == s.end || *s.p != '<')
		return false;
	s.p++;
	return by_root(&s, xml, media);
}

/* Markup is ASCII, so for UTF-16 every other byte will do. */
static struct span
narrow(const struct doc_input *in, char buf[static MARKUP_REACH])
{
	struct span s = { in->data,
		in->data + DOC_MIN(in->size, (size_t)MARKUP_REACH) };
	const char *p;
	size_t n = 0;
	bool big;

	if (starts(&s, "\xef\xbb\xbf"))
		s.p += 3;
	if (s.end - s.p < 4)
		return s;
	big = s.p[0] == '\0' || memcmp(s.p, "\xfe\xff", 2) == 0;
	if (!big && s.p[1] != '\0' && memcmp(s.p, "\xff\xfe", 2) != 0)
		return s;
	p = s.p + ((s.p[0] & 0x80) ? 2 : 0) + (big ? 1 : 0);
	for (; p < s.end; p += 2)
		buf[n++] = *p;
	return (struct span){ buf, buf + n };
}

bool
doc_sniff_text(const struct doc_input *in, char media[128])
{
	struct span s = { in->data, in->data + DOC_MIN(in->size, MAIL_REACH) };
	char buf[MARKUP_REACH];

	if (starts(&s, "\xef\xbb\xbf"))
		s.p += 3;
	if (is_mbox(s))
		return say(media, "application/mbox");
	if (is_header(s))
		return say(media, "message/rfc822");
	return is_markup(narrow(in, buf), media);
}

bool
doc_sniff_is_tagged(const struct doc_input *in)
{
	char buf[MARKUP_REACH];
	struct span s = narrow(in, buf);

	skip_space(&s);
	return s.p < s.end && *s.p == '<';
}
