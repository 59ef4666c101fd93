/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <strings.h>

#include "lib/format/opc.h"
#include "lib/format/xml.h"

/* Workbooks with a thousand sheets exist; this many relations do not. */
enum { MAX_RELS = 16384 };

/* Append one path, taking "." and ".." away as they come. */
static void
append_path(struct doc_buf *name, const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = 0;

		while (i + len < n && p[i + len] != '/')
			len++;
		if (len == 2 && memcmp(p + i, "..", 2) == 0) {
			while (name->len > 0 && name->data[--name->len] != '/')
				;
		} else if (len > 0 && !(len == 1 && p[i] == '.')) {
			if (name->len > 0)
				doc_buf_addc(name, '/');
			doc_buf_add(name, p + i, len);
		}
		i += len + 1;
	}
}

int
doc_part_resolve(const char *base, const char *target, struct doc_buf *name)
{
	const char *slash = strrchr(base, '/');
	doc_autobuf struct doc_buf plain = { 0 };
	size_t n = strcspn(target, "?#");

	for (size_t i = 0; i < n; i++) {
		char c = target[i];

		if (c == '%' && i + 2 < n &&
		    doc_hex_digit(target[i + 1]) >= 0 &&
		    doc_hex_digit(target[i + 2]) >= 0) {
			c = (char)(doc_hex_digit(target[i + 1]) << 4 |
			    doc_hex_digit(target[i + 2]));
			i += 2;
		}
		if (c == '\\')
			c = '/';
		doc_buf_addc(&plain, c);
	}
	name->len = 0;
	if (plain.len > 0 && plain.data[0] != '/' && slash != NULL)
		append_path(name, base, (size_t)(slash - base));
	if (plain.len > 0)
		append_path(name, plain.data, plain.len);
	return doc_buf_str(name) ? 0 : -1;
}

void
doc_opc_damaged(struct doc_opc *opc)
{
	if (!opc->damaged)
		doc_work_reason(opc->flow.text->work, DOC_R_DAMAGED);
	opc->damaged = true;
}

int
doc_opc_read(struct doc_opc *opc, const char *part, struct doc_buf *buf,
    struct doc_error *err)
{
	struct doc_error why = { 0 };
	int rc;

	buf->len = 0;
	buf->max = DOC_OPC_PART_MAX;
	rc = doc_package_read(opc->pkg, part, buf, &why);
	if (rc > 0)
		return 0;
	if (rc == 0)
		return -1;
	if (why.code == DOC_E_DAMAGED && buf->len > 0) {
		doc_opc_damaged(opc);
		return 0;
	}
	return err ? doc_error_set(err, why.code, "%s", why.msg) : -1;
}

struct reader {
	struct doc_rels *rels;
	const char *base;
};

static char *
last_segment(const char *uri)
{
	const char *slash = strrchr(uri, '/');

	return strdup(slash ? slash + 1 : uri);
}

static int
add(struct doc_rels *rels, const char *id, const char *type, const char *target)
{
	struct doc_rel *p = reallocarray(rels->rel, rels->count + 1,
	    sizeof(*p));

	if (p == NULL)
		return -1;
	rels->rel = p;
	p += rels->count;
	*p = (struct doc_rel){ strdup(id), last_segment(type), strdup(target),
		false };
	rels->count++;
	if (p->id != NULL && p->type != NULL && p->target != NULL)
		return 0;
	free(p->id);
	free(p->type);
	free(p->target);
	rels->count--;
	return -1;
}

static void
on_start(void *ctx, const struct doc_xml_node *node)
{
	struct reader *r = ctx;
	const char *id = doc_xml_attr(node, "Id");
	const char *type = doc_xml_attr(node, "Type");
	const char *target = doc_xml_attr(node, "Target");
	const char *mode = doc_xml_attr(node, "TargetMode");
	doc_autobuf struct doc_buf name = { 0 };

	bool outside = mode != NULL && strcasecmp(mode, "External") == 0;

	if (id == NULL || type == NULL || target == NULL ||
	    r->rels->count == MAX_RELS)
		return;
	if (outside)
		doc_buf_adds(&name, target);
	else if (doc_part_resolve(r->base, target, &name) < 0)
		return;
	if (doc_buf_str(&name) != NULL &&
	    add(r->rels, id, type, name.data) == 0)
		r->rels->rel[r->rels->count - 1].outside = outside;
}

void
doc_rels_read(struct doc_opc *opc, const char *part, struct doc_rels *rels)
{
	static const struct doc_xml_ops ops = { .start = on_start };
	struct reader r = { rels, part };
	const char *slash = strrchr(part, '/');
	const char *file = slash ? slash + 1 : part;
	doc_autobuf struct doc_buf name = { 0 }, xml = { 0 };

	doc_buf_addf(&name, "%.*s_rels/%s.rels", (int)(file - part), part,
	    file);
	if (doc_buf_str(&name) == NULL ||
	    doc_opc_read(opc, name.data, &xml, NULL) < 0)
		return;
	if (doc_xml_parse(xml.data, xml.len, &ops, &r) != 0)
		doc_opc_damaged(opc);
}

const struct doc_rel *
doc_rels_find(const struct doc_rels *rels, const char *id)
{
	for (size_t i = 0; id != NULL && i < rels->count; i++)
		if (!rels->rel[i].outside && strcmp(rels->rel[i].id, id) == 0)
			return &rels->rel[i];
	return NULL;
}

const struct doc_rel *
doc_rels_next(const struct doc_rels *rels, const char *type, size_t *at)
{
	while (*at < rels->count) {
		const struct doc_rel *rel = &rels->rel[(*at)++];

		if (!rel->outside && strcmp(rel->type, type) == 0)
			return rel;
	}
	return NULL;
}

void
doc_rels_put_outside(struct doc_opc *opc, const struct doc_rels *rels)
{
	for (size_t i = 0; i < rels->count; i++) {
		const struct doc_rel *rel = &rels->rel[i];

		if (!rel->outside || strcmp(rel->type, "hyperlink") == 0)
			continue;
		doc_layout_line(&opc->flow);
		doc_layout_puts(&opc->flow, rel->target);
		doc_layout_line(&opc->flow);
	}
}

void
doc_rels_release(struct doc_rels *rels)
{
	for (size_t i = 0; i < rels->count; i++) {
		free(rels->rel[i].id);
		free(rels->rel[i].type);
		free(rels->rel[i].target);
	}
	free(rels->rel);
	rels->rel = NULL;
	rels->count = 0;
}
