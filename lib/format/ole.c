/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-input-memory.h>
#include <gsf/gsf-outfile-msole.h>
#include <gsf/gsf-output-memory.h>
#include <gsf/gsf-utils.h>

#include "lib/format/ole.h"

/* Storages inside each other; Office has three. */
enum { MAX_DEPTH = 16 };

struct doc_ole {
	GsfInfile *root;
};

void
doc_ole_warm(void)
{
	gsf_init();
}

bool
doc_ole_is(const struct doc_input *in)
{
	return in->size >= 512 &&
	    memcmp(in->data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) == 0;
}

int
doc_ole_open(const struct doc_input *in, struct doc_ole **ole,
    struct doc_error *err)
{
	GsfInput *mem;
	GsfInfile *root = NULL;

	if (doc_ole_is(in)) {
		mem = gsf_input_memory_new((const guint8 *)in->data,
		    (gsf_off_t)in->size, FALSE);
		root = gsf_infile_msole_new(mem, NULL);
		g_object_unref(mem);
	}
	if (root == NULL)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "the compound file cannot be opened");
	*ole = g_new0(struct doc_ole, 1);
	(*ole)->root = root;
	return 0;
}

/* What `path` names, or NULL. */
static GsfInput *
find(struct doc_ole *ole, const char *path)
{
	GsfInput *at = g_object_ref(GSF_INPUT(ole->root)), *next;

	for (unsigned i = 0; at != NULL && *path != '\0'; i++) {
		size_t n = strcspn(path, "/");
		char *name = g_strndup(path, n);

		next = GSF_IS_INFILE(at) && i < MAX_DEPTH
		    ? gsf_infile_child_by_name(GSF_INFILE(at), name)
		    : NULL;
		g_free(name);
		g_object_unref(at);
		at = next;
		path += n + (path[n] == '/');
	}
	return at;
}

static int
read_all(GsfInput *stream, struct doc_buf *buf)
{
	gsf_off_t size = gsf_input_size(stream);
	bool cut = size > (gsf_off_t)DOC_OLE_STREAM_MAX;

	size = DOC_MIN(size, (gsf_off_t)DOC_OLE_STREAM_MAX);
	/* Sector by sector: a broken chain costs what is behind the break. */
	while (size > 0) {
		size_t n = (size_t)DOC_MIN(size, (gsf_off_t)512);
		const guint8 *p = gsf_input_read(stream, n, NULL);

		if (p == NULL || doc_buf_add(buf, p, n) < 0)
			return -1;
		size -= (gsf_off_t)n;
	}
	return cut ? -1 : 1;
}

int
doc_ole_read(struct doc_ole *ole, const char *path, struct doc_buf *buf)
{
	GsfInput *stream = find(ole, path);
	int rc;

	if (stream == NULL)
		return 0;
	buf->max = DOC_OLE_STREAM_MAX;
	rc = read_all(stream, buf);
	g_object_unref(stream);
	return rc;
}

bool
doc_ole_entry(struct doc_ole *ole, const char *storage, unsigned i,
    struct doc_buf *name, bool *is_storage)
{
	GsfInput *at = find(ole, storage);
	const char *s = NULL;
	GsfInput *child;

	if (at != NULL && GSF_IS_INFILE(at) &&
	    (int)i < gsf_infile_num_children(GSF_INFILE(at))) {
		s = gsf_infile_name_by_index(GSF_INFILE(at), (int)i);
		child = gsf_infile_child_by_index(GSF_INFILE(at), (int)i);
		*is_storage = child != NULL && GSF_IS_INFILE(child) &&
		    gsf_infile_num_children(GSF_INFILE(child)) >= 0;
		if (child != NULL)
			g_object_unref(child);
	}
	name->len = 0;
	if (s != NULL)
		doc_buf_adds(name, s);
	if (at != NULL)
		g_object_unref(at);
	return s != NULL;
}

/* One copy of a storage. */
struct copy {
	size_t left; /* bytes that may still be written */
	bool whole;
	unsigned depth;
};

/* The properties of the root have 8 reserved bytes more in their header than
 * those of an inner message ([MS-OXMSG] 2.4.1.1, 2.4.1.2). */
static void
copy_stream(struct copy *c, GsfInput *from, GsfOutput *to, bool properties)
{
	static const guint8 reserved[8];
	doc_autobuf struct doc_buf b = { .max = c->left };
	size_t head = 0;

	if (read_all(from, &b) < 0)
		c->whole = false;
	if (properties && b.len >= 24) {
		head = 24;
		gsf_output_write(to, head, (const guint8 *)b.data);
		gsf_output_write(to, sizeof(reserved), reserved);
	}
	if (b.len > head)
		gsf_output_write(to, b.len - head,
		    (const guint8 *)b.data + head);
	c->left -= DOC_MIN(c->left, b.len);
}

static void
copy_storage(struct copy *c, GsfInfile *from, GsfOutfile *to)
{
	int n = gsf_infile_num_children(from);

	if (++c->depth > MAX_DEPTH)
		c->whole = false;
	for (int i = 0; i < n && c->depth <= MAX_DEPTH; i++) {
		const char *name = gsf_infile_name_by_index(from, i);
		GsfInput *child = gsf_infile_child_by_index(from, i);
		bool folder = child != NULL && GSF_IS_INFILE(child) &&
		    gsf_infile_num_children(GSF_INFILE(child)) >= 0;
		GsfOutput *new = child != NULL &&name != NULL
		    ? gsf_outfile_new_child(to, name, folder)
		    : NULL;

		if (new == NULL)
			c->whole = false;
		else if (folder)
			copy_storage(c, GSF_INFILE(child), GSF_OUTFILE(new));
		else
			copy_stream(c, child, new,
			    c->depth == 1 &&
				strcmp(name, "__properties_version1.0") == 0);
		if (new != NULL) {
			gsf_output_close(new);
			g_object_unref(new);
		}
		g_clear_object(&child);
	}
	c->depth--;
}

/* What the named properties are called is told once, in the root (2.2.3). */
static void
copy_names(struct copy *c, struct doc_ole *ole, GsfOutfile *to)
{
	static const char name[] = "__nameid_version1.0";
	GsfInput *from = find(ole, name);
	GsfOutput *new;

	if (from == NULL)
		return;
	if (GSF_IS_INFILE(from)) {
		new = gsf_outfile_new_child(to, name, TRUE);
		c->depth++;
		copy_storage(c, GSF_INFILE(from), GSF_OUTFILE(new));
		c->depth--;
		gsf_output_close(new);
		g_object_unref(new);
	}
	g_object_unref(from);
}

int
doc_ole_save_message(struct doc_ole *ole, const char *storage,
    struct doc_buf *out, struct doc_error *err)
{
	/* CLSID of a message, 00020D0B-0000-0000-C000-000000000046. */
	static const guint8 class[16] = { 0x0b, 0x0d, 2, 0, 0, 0, 0, 0, 0xc0, 0,
		0, 0, 0, 0, 0, 0x46 };
	struct copy c = { .left = DOC_OLE_STREAM_MAX, .whole = true };
	GsfInput *from = find(ole, storage);
	GsfOutput *memory = gsf_output_memory_new();
	GsfOutfile *to = gsf_outfile_msole_new(memory);
	int rc = 0;

	gsf_outfile_msole_set_class_id(GSF_OUTFILE_MSOLE(to), class);
	if (from != NULL && GSF_IS_INFILE(from))
		copy_storage(&c, GSF_INFILE(from), to);
	else
		c.whole = false;
	copy_names(&c, ole, to);
	if (!gsf_output_close(GSF_OUTPUT(to)))
		c.whole = false;
	if (doc_buf_add(out,
		gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory)),
		(size_t)gsf_output_size(memory)) < 0)
		rc = doc_error_set(err, DOC_E_MEMORY, "message");
	else if (!c.whole)
		rc = doc_error_set(err, DOC_E_DAMAGED, "message is cut short");
	g_object_unref(to);
	g_object_unref(memory);
	g_clear_object(&from);
	return rc;
}

void
doc_ole_closep(struct doc_ole **ole)
{
	if (*ole == NULL)
		return;
	g_object_unref((*ole)->root);
	g_free(*ole);
	*ole = NULL;
}
