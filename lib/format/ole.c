/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <gsf/gsf-infile-msole.h>
#include <gsf/gsf-input-memory.h>
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

void
doc_ole_closep(struct doc_ole **ole)
{
	if (*ole == NULL)
		return;
	g_object_unref((*ole)->root);
	g_free(*ole);
	*ole = NULL;
}
