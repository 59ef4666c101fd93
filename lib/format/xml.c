/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "lib/base/buf.h"
#include "lib/format/charset.h"
#include "lib/format/xml.h"

/* Bytes converted per round. */
enum { PIECE = 16 << 10 };

/* The XML declaration is looked for here; its attributes are short. */
enum { DECLARATION = 256 };

#define MAX_ATTRS 256

/* One parse: the bytes still to read, and where the events go. */
struct stream {
	const char *p;
	size_t left;
	bool ended;
	struct doc_charset *cs;
	struct doc_buf ready; /* UTF-8, not yet taken by libxml2 */
	size_t taken;
	const struct doc_xml_ops *ops;
	void *ctx;
	struct doc_buf values; /* of the attributes, NUL-terminated */
	struct doc_xml_attr attr[MAX_ATTRS];
};

/* libxml2 takes NUL for the end and other C0 controls for a fatal error. */
static void
blank_controls(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 && p[i] != '\n' &&
		    p[i] != '\t' && p[i] != '\r')
			p[i] = ' ';
}

static int
refill(struct stream *s)
{
	size_t n = DOC_MIN(s->left, (size_t)PIECE);

	s->ready.len = s->taken = 0;
	s->ended = n == s->left;
	if (doc_charset_put(s->cs, s->p, n, s->ended, &s->ready) < 0)
		return -1;
	blank_controls(s->ready.data, s->ready.len);
	s->p += n;
	s->left -= n;
	return 0;
}

static int
read_stream(void *ctx, char *buf, int room)
{
	struct stream *s = ctx;
	size_t n;

	while (s->taken == s->ready.len && !s->ended)
		if (refill(s) < 0)
			return -1;
	n = DOC_MIN(s->ready.len - s->taken, (size_t)room);
	if (n > 0)
		memcpy(buf, s->ready.data + s->taken, n);
	s->taken += n;
	return (int)n;
}

static const char *
str(const xmlChar *s)
{
	return s ? (const char *)s : "";
}

/* libxml2 gives values as ranges: {local name, prefix, URI, value, end}. */
static size_t
copy_attrs(struct stream *s, int count, const xmlChar **from)
{
	size_t n = DOC_MIN((size_t)count, (size_t)MAX_ATTRS), need = 0, len;
	char *to;

	s->values.len = 0;
	for (size_t i = 0; i < n; i++)
		need += (size_t)(from[5 * i + 4] - from[5 * i + 3]) + 1;
	if (doc_buf_reserve(&s->values, need + 1) < 0)
		return 0;
	to = s->values.data;
	for (size_t i = 0; i < n; i++) {
		len = (size_t)(from[5 * i + 4] - from[5 * i + 3]);
		memcpy(to, from[5 * i + 3], len);
		to[len] = '\0';
		s->attr[i] = (struct doc_xml_attr){ str(from[5 * i]),
			str(from[5 * i + 2]), to };
		to += len + 1;
	}
	return n;
}

/* libxml2 decides on the parameters. */
static void /* NOLINTNEXTLINE(readability-function-size) */
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int ns_count, const xmlChar **ns, int count,
    int defaulted, const xmlChar **attrs)
{
	struct stream *s = ctx;
	struct doc_xml_node node = { str(name), str(uri), s->attr, 0 };

	(void)prefix;
	(void)ns_count;
	(void)ns;
	(void)defaulted;
	node.attr_count = copy_attrs(s, count, attrs);
	if (s->ops->start != NULL)
		s->ops->start(s->ctx, &node);
}

static void
on_end(void *ctx, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct stream *s = ctx;

	(void)prefix;
	(void)uri;
	if (s->ops->end != NULL)
		s->ops->end(s->ctx, str(name));
}

static void
on_text(void *ctx, const xmlChar *p, int n)
{
	struct stream *s = ctx;

	if (s->ops->text != NULL)
		s->ops->text(s->ctx, str(p), (size_t)n);
}

static void
on_html_start(void *ctx, const xmlChar *name, const xmlChar **attrs)
{
	struct stream *s = ctx;
	struct doc_xml_node node = { str(name), "", s->attr, 0 };

	for (; attrs != NULL && attrs[0] != NULL; attrs += 2) {
		if (node.attr_count == MAX_ATTRS)
			break;
		s->attr[node.attr_count++] =
		    (struct doc_xml_attr){ str(attrs[0]), "", str(attrs[1]) };
	}
	if (s->ops->start != NULL)
		s->ops->start(s->ctx, &node);
}

static void
on_html_end(void *ctx, const xmlChar *name)
{
	struct stream *s = ctx;

	if (s->ops->end != NULL)
		s->ops->end(s->ctx, str(name));
}

static struct stream *
stream_new(const char *p, size_t n, const char *charset,
    const struct doc_xml_ops *ops, void *ctx)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	*s = (struct stream){ .p = p, .left = n, .ops = ops, .ctx = ctx };
	s->cs = doc_charset_open(charset);
	if (s->cs == NULL)
		s->cs = doc_charset_open("UTF-8");
	if (s->cs != NULL)
		return s;
	free(s);
	return NULL;
}

static void
stream_free(struct stream *s)
{
	doc_charset_free(s->cs);
	doc_buf_release(&s->ready);
	doc_buf_release(&s->values);
	free(s);
}

/* The charset named by an XML declaration, else UTF-8 (XML 1.0 appendix F). */
static void
declared_charset(const char *p, size_t n, char name[static DOC_CHARSET_NAME])
{
	char head[DECLARATION + 1];
	const char *at;
	size_t len;

	snprintf(name, DOC_CHARSET_NAME, "UTF-8");
	n = DOC_MIN(n, (size_t)DECLARATION);
	memcpy(head, p, n);
	head[n] = '\0';
	at = strncmp(head, "<?xml", 5) == 0 ? strstr(head, "?>") : NULL;
	if (at == NULL)
		return;
	head[at - head] = '\0';
	at = strstr(head, "encoding");
	at = at ? strpbrk(at, "\"'") : NULL;
	len = at ? strcspn(at + 1, "\"'") : 0;
	/* A declaration that can be read byte by byte is not UTF-16. */
	if (len > 0 && len < DOC_CHARSET_NAME &&
	    strncasecmp(at + 1, "utf-16", 6) != 0)
		snprintf(name, DOC_CHARSET_NAME, "%.*s", (int)len, at + 1);
}

static void
xml_charset(const char *p, size_t n, char name[static DOC_CHARSET_NAME],
    size_t *skip)
{
	const char *bom = doc_charset_bom(p, n, skip);

	if (bom == NULL && n >= 4 && memcmp(p, "<\0?\0", 4) == 0)
		bom = "UTF-16LE";
	if (bom == NULL && n >= 4 && memcmp(p, "\0<\0?", 4) == 0)
		bom = "UTF-16BE";
	if (bom != NULL)
		snprintf(name, DOC_CHARSET_NAME, "%s", bom);
	else
		declared_charset(p, n, name);
}

int
doc_xml_parse(const char *p, size_t n, const struct doc_xml_ops *ops, void *ctx)
{
	const int options = XML_PARSE_RECOVER | XML_PARSE_NONET |
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC |
	    XML_PARSE_NOCDATA;
	char charset[DOC_CHARSET_NAME];
	size_t skip = 0;
	xmlParserCtxtPtr parser;
	struct stream *s;
	int rc = -1;

	if (n == 0)
		return 1;
	xml_charset(p, n, charset, &skip);
	s = stream_new(p + skip, n - skip, charset, ops, ctx);
	parser = xmlNewParserCtxt();
	if (s != NULL && parser != NULL) {
		memset(parser->sax, 0, sizeof(*parser->sax));
		parser->sax->initialized = XML_SAX2_MAGIC;
		parser->sax->startElementNs = on_start;
		parser->sax->endElementNs = on_end;
		parser->sax->characters = on_text;
		parser->sax->ignorableWhitespace = on_text;
		parser->userData = s;
		xmlFreeDoc(xmlCtxtReadIO(parser, read_stream, NULL, s, NULL,
		    NULL, options));
		rc = parser->errNo == XML_ERR_NO_MEMORY ? -1
		    : parser->wellFormed		? 0
							: 1;
	}
	xmlFreeParserCtxt(parser);
	if (s != NULL)
		stream_free(s);
	return rc;
}

int
doc_html_parse(const char *p, size_t n, const char *charset,
    const struct doc_xml_ops *ops, void *ctx, uint64_t *repairs)
{
	const int options = HTML_PARSE_RECOVER | HTML_PARSE_NONET |
	    HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC;
	struct stream *s;
	htmlParserCtxtPtr parser;
	int rc = -1;

	*repairs = 0;
	if (n == 0)
		return 0;
	s = stream_new(p, n, charset, ops, ctx);
	parser = htmlNewParserCtxt();
	if (s != NULL && parser != NULL) {
		memset(parser->sax, 0, sizeof(*parser->sax));
		parser->sax->startElement = on_html_start;
		parser->sax->endElement = on_html_end;
		parser->sax->characters = on_text;
		parser->sax->ignorableWhitespace = on_text;
		parser->userData = s;
		xmlFreeDoc(htmlCtxtReadIO(parser, read_stream, NULL, s, NULL,
		    "UTF-8", options));
		rc = parser->errNo == XML_ERR_NO_MEMORY ? -1 : 0;
		*repairs = doc_charset_repairs(s->cs);
	}
	htmlFreeParserCtxt(parser);
	if (s != NULL)
		stream_free(s);
	return rc;
}

const char *
doc_xml_attr(const struct doc_xml_node *node, const char *name)
{
	return doc_xml_attr_in(node, "", name);
}

const char *
doc_xml_attr_in(const struct doc_xml_node *node, const char *tail,
    const char *name)
{
	size_t want = strlen(tail);

	for (size_t i = 0; i < node->attr_count; i++) {
		const struct doc_xml_attr *a = &node->attr[i];
		size_t have = strlen(a->ns);

		if (strcmp(a->name, name) == 0 && have >= want &&
		    strcmp(a->ns + have - want, tail) == 0)
			return a->value;
	}
	return NULL;
}

static void
root_start(void *ctx, const struct doc_xml_node *node)
{
	char *name = ctx;

	if (name[0] == '\0')
		snprintf(name, 64, "%s", node->name);
}

void
doc_xml_root(const char *p, size_t n, char name[static 64])
{
	static const struct doc_xml_ops ops = { .start = root_start };

	name[0] = '\0';
	/* That the piece ends in the middle is no news. */
	if (doc_xml_parse(p, DOC_MIN(n, (size_t)PIECE), &ops, name) < 0)
		name[0] = '\0';
}

static int
token_cmp(const void *key, const void *row)
{
	return strcmp(key, ((const struct doc_xml_token *)row)->name);
}

int
doc_xml_find(const struct doc_xml_token *table, size_t count, const char *name)
{
	const struct doc_xml_token *row = bsearch(name, table, count,
	    sizeof(*table), token_cmp);

	return row ? row->token : 0;
}

static xmlParserInputPtr
no_entity(const char *url, const char *id, xmlParserCtxtPtr parser)
{
	(void)url;
	(void)id;
	(void)parser;
	return NULL;
}

int
doc_xml_warm(struct doc_error *err)
{
	char name[64];

	xmlInitParser();
	xmlSetExternalEntityLoader(no_entity);
	doc_xml_root("<a/>", 4, name);
	if (strcmp(name, "a") != 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "libxml2 cannot parse one element");
	return 0;
}
