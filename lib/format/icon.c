/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/icon.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *media;
	const char *type; /* gdk-pixbuf's word */
} types[] = {
	{ "image/bmp", "bmp" },
	{ "image/x-ms-bmp", "bmp" },
	{ "image/x-bmp", "bmp" },
	{ "image/vnd.microsoft.icon", "ico" },
	{ "image/x-icon", "ico" },
	{ "image/x-win-bitmap", "ico" }, /* libmagic's for cursors */
	{ "image/x-icns", "icns" },
	{ "image/x-tga", "tga" },
	{ "image/x-xbitmap", "xbm" },
	{ "image/x-xbm", "xbm" },
};

static const char *
find_type(const char *media)
{
	for (size_t i = 0; i < DOC_LEN(types); i++)
		if (strcasecmp(types[i].media, media) == 0)
			return types[i].type;
	return NULL;
}

bool
doc_icon_reads(const char *media)
{
	return find_type(media) != NULL;
}

void
doc_icon_init(void)
{
	for (size_t i = 0; i < DOC_LEN(types); i++) {
		GdkPixbufLoader *l =
		    gdk_pixbuf_loader_new_with_type(types[i].type, NULL);

		if (!l)
			continue;
		gdk_pixbuf_loader_close(l, NULL);
		g_object_unref(l);
	}
}

struct guard {
	uint64_t max_pixels;
	int width, height;
	bool over;
	uint64_t decoded; /* pixels; some decoders count them twice */
};

/* The header was read, and nothing is decoded yet. */
static void
on_size(GdkPixbufLoader *l, gint width, gint height, gpointer user)
{
	struct guard *g = user;

	g->width = width;
	g->height = height;
	g->over = (uint64_t)width * (uint64_t)height > g->max_pixels;
	if (g->over)
		gdk_pixbuf_loader_set_size(l, 1, 1);
}

static void
on_area(GdkPixbufLoader *l, gint x, gint y, gint width, gint height,
    gpointer user)
{
	(void)l;
	(void)x;
	(void)y;
	((struct guard *)user)->decoded += (uint64_t)width * (uint64_t)height;
}

static int
copy(const GdkPixbuf *pb, struct doc_pixels *px, struct doc_error *err)
{
	size_t stride = (size_t)gdk_pixbuf_get_rowstride(pb);
	const unsigned char *data = gdk_pixbuf_read_pixels(pb);

	*px = (struct doc_pixels){
		.width = (unsigned)gdk_pixbuf_get_width(pb),
		.height = (unsigned)gdk_pixbuf_get_height(pb),
		.bands = (unsigned)gdk_pixbuf_get_n_channels(pb),
	};
	if (doc_pixels_alloc(px) < 0)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for %u x %u pixels", px->width, px->height);
	for (unsigned y = 0; y < px->height; y++)
		memcpy(px->data + y * px->stride, data + y * stride,
		    px->stride);
	return 0;
}

static int
feed(GdkPixbufLoader *l, const struct doc_input *in, const struct guard *g,
    GError **why)
{
	size_t at = 0;

	while (at < in->size && !g->over) {
		size_t n = DOC_MIN(in->size - at, (size_t)64 << 10);

		if (!gdk_pixbuf_loader_write(l, (const guchar *)in->data + at,
			n, why))
			return -1;
		at += n;
	}
	return 0;
}

/* What the decoder made of it, and what is missing. */
static int
conclude(GdkPixbufLoader *l, const struct guard *g, const GError *why,
    struct doc_pixels *px, struct doc_work *work, struct doc_error *err)
{
	const GdkPixbuf *pb = gdk_pixbuf_loader_get_pixbuf(l);

	if (g->over)
		return doc_error_set(err, DOC_E_PIXELS, "%d x %d pixels",
		    g->width, g->height);
	if (!pb || g->decoded == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "cannot decode: %s",
		    why ? why->message : "no picture in it");
	if (copy(pb, px, err) < 0)
		return -1;
	if (why || g->decoded < (uint64_t)px->width * px->height)
		doc_work_reason(work, DOC_R_DAMAGED);
	return 0;
}

int
doc_icon_pixels(const struct doc_input *in, uint64_t max_pixels,
    struct doc_pixels *px, struct doc_work *work, struct doc_error *err)
{
	const char *type = find_type(in->media);
	struct guard guard = { .max_pixels = max_pixels };
	GError *why = NULL;
	GdkPixbufLoader *l = type ? gdk_pixbuf_loader_new_with_type(type, NULL)
				  : NULL;
	int rc;

	if (!l)
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no decoder for this picture");
	g_signal_connect(l, "size-prepared", G_CALLBACK(on_size), &guard);
	g_signal_connect(l, "area-updated", G_CALLBACK(on_area), &guard);
	rc = feed(l, in, &guard, &why);
	(void)gdk_pixbuf_loader_close(l, rc < 0 ? NULL : &why);
	rc = conclude(l, &guard, why, px, work, err);
	g_clear_error(&why);
	g_object_unref(l);
	return rc;
}
