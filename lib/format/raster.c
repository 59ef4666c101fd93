/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/raster.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

#include "lib/base/io.h"

/* A picture of more pixels is not decoded: 400 million are 1.6 GB in memory
 * where a format cannot be read row by row. */
#define PIXELS_MAX (UINT64_C(400) * 1000 * 1000)

/*
 * Loaders that strangers' files may reach, by class.  The rest of libvips'
 * loaders (SVG, PDF, ImageMagick, OpenSlide, Matlab ...) stay blocked, and so
 * does JPEG 2000: that of 8.14.1 writes behind its tiles on ordinary files.
 */
static const char *const loaders[] = { "VipsForeignLoadJpeg",
	"VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadTiff",
	"VipsForeignLoadNsgif", "VipsForeignLoadHeif", "VipsForeignLoadPpm" };

static void
autounref(void *p)
{
	g_clear_object((GObject **)p);
}
#define autovips __attribute__((cleanup(autounref)))

/* All classes are built now, so that no worker has to: 4 ms. */
static void *
walk_classes(GType type, void *a, void *b)
{
	g_type_class_ref(type); /* kept for the life of the process */
	return vips_type_map(type, walk_classes, a, b);
}

/*
 * libvips 8.14 loads every module it finds at start: ImageMagick, OpenSlide,
 * poppler, libjxl and 60 libraries behind them.  Sent to an empty prefix it
 * finds none, and the one we want is loaded by hand from beside the library.
 */
static void
load_heif(void)
{
	Dl_info info;
	char path[4096];
	const char *slash;
	int n;

	if (!dladdr((void *)vips_init, &info))
		return;
	slash = strrchr(info.dli_fname, '/');
	if (!slash)
		return;
	n = snprintf(path, sizeof(path), "%.*s/vips-modules-%d.%d/vips-heif.so",
	    (int)(slash - info.dli_fname), info.dli_fname, VIPS_MAJOR_VERSION,
	    VIPS_MINOR_VERSION);
	if (n > 0 && (size_t)n < sizeof(path))
		(void)g_module_open(path, G_MODULE_BIND_LAZY);
}

int
doc_raster_init(struct doc_error *err)
{
	/* ORC would write executable memory, and other bytes on another CPU. */
	if (setenv("VIPSHOME", "/nonexistent", 1) ||
	    setenv("VIPS_NOVECTOR", "1", 1))
		return doc_error_sys(err, "cannot set up libvips");
	if (VIPS_INIT("docpreview"))
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot start libvips: %s", vips_error_buffer());
	load_heif();
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	vips_operation_block_set("VipsForeignLoad", TRUE);
	for (size_t i = 0; i < DOC_LEN(loaders); i++)
		vips_operation_block_set(loaders[i], FALSE);
	walk_classes(g_type_from_name("VipsObject"), NULL, NULL);
	return 0;
}

/* libvips' messages are what it tried and, last, why it gave up. */
static enum doc_code
classify(const char *why, enum doc_code otherwise)
{
	if (strstr(why, "out of memory") || strstr(why, "unable to allocate"))
		return DOC_E_MEMORY;
	if (strstr(why, "exceeds the maximum image size")) /* libheif */
		return DOC_E_PIXELS;
	if (strstr(why, "not supported") || strstr(why, "nsupported"))
		return DOC_E_UNSUPPORTED;
	return otherwise;
}

static int
failed(struct doc_error *err, enum doc_code code, const char *what)
{
	const char *why = vips_error_buffer();
	char line[200];

	g_strlcpy(line, why, sizeof(line));
	g_strdelimit(g_strchomp(line), "\n", ' ');
	doc_error_set(err, classify(why, code), "%s: %s", what, line);
	vips_error_clear();
	return -1;
}

static bool
is_wanted(const char *loader)
{
	for (size_t i = 0; i < DOC_LEN(loaders); i++)
		if (!strncmp(loader, loaders[i], strlen(loaders[i])))
			return true;
	return false;
}

/* What the header says, before any pixel is decoded. */
struct header {
	unsigned pages;
	bool profile;
};

static int
read_header(VipsSource *source, struct header *h, struct doc_error *err)
{
	const char *loader = vips_foreign_find_load_source(source);
	autovips VipsImage *im = NULL;
	uint64_t pixels;

	if (!loader || !is_wanted(loader)) {
		vips_error_clear();
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no decoder for this picture");
	}
	im = vips_image_new_from_source(source, "", "access",
	    VIPS_ACCESS_SEQUENTIAL, NULL);
	if (!im)
		return failed(err, DOC_E_DAMAGED, "cannot read the picture");
	pixels = (uint64_t)vips_image_get_width(im) *
	    (uint64_t)vips_image_get_height(im);
	if (pixels > PIXELS_MAX)
		return doc_error_set(err, DOC_E_PIXELS, "%d x %d pixels",
		    vips_image_get_width(im), vips_image_get_height(im));
	h->pages = (unsigned)vips_image_get_n_pages(im);
	h->profile = vips_image_get_typeof(im, VIPS_META_ICC_NAME) != 0;
	return 0;
}

static int
write_out(const void *data, size_t size, struct doc_work *work,
    struct doc_error *err)
{
	if (size > work->max_output)
		return doc_error_set(err, DOC_E_OUTPUT,
		    "the preview takes %zu bytes", size);
	if (doc_write_full(work->out, data, size))
		return doc_error_sys(err, "cannot write the preview");
	return 0;
}

/* Encode `in` and write it.  `in` may still be a pipeline: decoding happens
 * here. */
static int
save(VipsImage *in, enum doc_raster_kind kind, struct doc_work *work,
    struct doc_error *err)
{
	void *data = NULL;
	size_t size = 0;
	int rc = -1;

	switch (kind) {
	case DOC_RASTER_WEBP:
		rc = vips_webpsave_buffer(in, &data, &size, "Q", 75, "strip",
		    TRUE, NULL);
		break;
	case DOC_RASTER_JPEG:
		rc = vips_jpegsave_buffer(in, &data, &size, "Q", 80, "strip",
		    TRUE, NULL);
		break;
	case DOC_RASTER_PNG:
		rc = vips_pngsave_buffer(in, &data, &size, "strip", TRUE, NULL);
		break;
	}
	if (rc)
		return failed(err, DOC_E_DAMAGED, "cannot decode the picture");
	rc = write_out(data, size, work, err);
	g_free(data);
	if (rc)
		return -1;
	doc_work_int(work, DOC_F_WIDTH, (uint64_t)vips_image_get_width(in));
	doc_work_int(work, DOC_F_HEIGHT, (uint64_t)vips_image_get_height(in));
	return 0;
}

/* *image without transparency: on white. */
static int
flatten(VipsImage **image)
{
	VipsArrayDouble *white;
	VipsImage *flat;
	int rc;

	if (!vips_image_hasalpha(*image))
		return 0;
	white = vips_array_double_newv(1, 255.0);
	rc = vips_flatten(*image, &flat, "background", white, NULL);
	vips_area_unref(VIPS_AREA(white));
	if (rc)
		return -1;
	g_object_unref(*image);
	*image = flat;
	return 0;
}

/*
 * Truncated and corrupt files give a picture with a grey rest, and a warning
 * in glib's log, one per row, maybe from libvips' own thread.
 */
static void
note_warning(const gchar *domain, GLogLevelFlags level, const gchar *message,
    gpointer user)
{
	static const char *const losses[] = { "not enough data", "rror in tile",
		"remature end", "nexpected end", "nvalid frame", "orrupt",
		"runcated", "ead error", "past end" };
	bool *broken = user;

	(void)domain;
	(void)level;
	for (size_t i = 0; i < DOC_LEN(losses); i++)
		if (strstr(message, losses[i]))
			__atomic_store_n(broken, true, __ATOMIC_RELAXED);
}

static int
shrink(VipsSource *source, unsigned box, bool profile, VipsImage **small)
{
	int side = (int)box;

	/* With no profile inside, export_profile would only cost time. */
	if (profile)
		return vips_thumbnail_source(source, small, side, "height",
		    side, "size", VIPS_SIZE_DOWN, "export_profile", "srgb",
		    NULL);
	return vips_thumbnail_source(source, small, side, "height", side,
	    "size", VIPS_SIZE_DOWN, NULL);
}

static int
thumbnail(const struct doc_input *in, unsigned box, enum doc_raster_kind kind,
    struct doc_work *work, struct doc_error *err)
{
	autovips VipsSource *source = NULL;
	autovips VipsImage *small = NULL;
	struct header h = { 0 };

	source = vips_source_new_from_memory(in->data, in->size);
	if (!source)
		return failed(err, DOC_E_MEMORY, "cannot read the picture");
	if (read_header(source, &h, err))
		return -1;
	if (shrink(source, box, h.profile, &small) ||
	    (kind == DOC_RASTER_JPEG && flatten(&small)))
		return failed(err, DOC_E_DAMAGED, "cannot shrink the picture");
	if (save(small, kind, work, err))
		return -1;
	doc_work_int(work, DOC_F_PAGES, h.pages);
	return 0;
}

int
doc_raster_thumbnail(const struct doc_input *in, unsigned box,
    enum doc_raster_kind kind, struct doc_work *work, struct doc_error *err)
{
	bool broken = false;
	unsigned watch;
	int rc;

	if (!in->data || in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	watch = g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, note_warning,
	    &broken);
	rc = thumbnail(in, box, kind, work, err);
	g_log_remove_handler("VIPS", watch);
	if (rc == 0 && __atomic_load_n(&broken, __ATOMIC_RELAXED))
		doc_work_reason(work, DOC_R_DAMAGED);
	return rc;
}

/* Rows without gaps, as libvips wants them. */
static VipsImage *
copy_rows(const struct doc_pixels *px)
{
	size_t row = (size_t)px->width * px->bands;
	unsigned char *packed = malloc(row * px->height);
	VipsImage *im;

	if (!packed)
		return NULL;
	for (unsigned y = 0; y < px->height; y++)
		memcpy(packed + y * row, px->data + y * px->stride, row);
	im = vips_image_new_from_memory_copy(packed, row * px->height,
	    (int)px->width, (int)px->height, (int)px->bands, VIPS_FORMAT_UCHAR);
	free(packed);
	return im;
}

/* px as libvips sees it: grey or colour, not just numbers. */
static VipsImage *
wrap(const struct doc_pixels *px)
{
	size_t row = (size_t)px->width * px->bands;
	autovips VipsImage *raw = NULL;
	VipsImage *im = NULL;

	if (px->stride == row)
		raw = vips_image_new_from_memory(px->data, row * px->height,
		    (int)px->width, (int)px->height, (int)px->bands,
		    VIPS_FORMAT_UCHAR);
	else
		raw = copy_rows(px);
	if (!raw ||
	    vips_copy(raw, &im, "interpretation",
		px->bands == 1 ? VIPS_INTERPRETATION_B_W
			       : VIPS_INTERPRETATION_sRGB,
		NULL))
		return NULL;
	return im;
}

int
doc_raster_encode(const struct doc_pixels *px, enum doc_raster_kind kind,
    struct doc_work *work, struct doc_error *err)
{
	autovips VipsImage *im = wrap(px);

	if (!im)
		return failed(err, DOC_E_MEMORY, "cannot encode the picture");
	return save(im, kind, work, err);
}

int
doc_raster_shrink(const struct doc_pixels *px, unsigned box,
    enum doc_raster_kind kind, struct doc_work *work, struct doc_error *err)
{
	autovips VipsImage *im = wrap(px);
	autovips VipsImage *small = NULL;

	if (!im ||
	    vips_thumbnail_image(im, &small, (int)box, "height", (int)box,
		"size", VIPS_SIZE_DOWN, NULL))
		return failed(err, DOC_E_MEMORY, "cannot shrink the picture");
	return save(small, kind, work, err);
}
