/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/raster.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <vips/vips.h>

/*
 * Loaders that strangers' files may reach, by class.  The rest of libvips'
 * loaders (SVG, PDF, ImageMagick, OpenSlide, Matlab ...) stay blocked, and so
 * does JPEG 2000: that of 8.14.1 writes behind its tiles on ordinary files.
 * SVG, JPEG 2000, BMP and icons have modules of their own beside this one.
 */
static const char *const loaders[] = { "VipsForeignLoadJpeg",
	"VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadTiff",
	"VipsForeignLoadNsgif", "VipsForeignLoadHeif", "VipsForeignLoadJxl",
	"VipsForeignLoadPpm" };

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
 * finds none, and those we want are loaded by hand from beside the library.
 */
static void
load_module(const char *name)
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
	n = snprintf(path, sizeof(path), "%.*s/vips-modules-%d.%d/vips-%s.so",
	    (int)(slash - info.dli_fname), info.dli_fname, VIPS_MAJOR_VERSION,
	    VIPS_MINOR_VERSION, name);
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
	if (VIPS_INIT("docraster"))
		return doc_error_set(err, DOC_E_ENGINE,
		    "cannot start libvips: %s", vips_error_buffer());
	load_module("heif");
	load_module("jxl");
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
	bool wide; /* samples that have no white: 32 bits, floats */
};

/* libvips' own words for which page to load: "[page=3]". */
static void
page_option(char *buf, size_t size, unsigned page)
{
	buf[0] = '\0';
	if (page > 1)
		snprintf(buf, size, "[page=%u]", page - 1);
}

static int
read_header(VipsSource *source, unsigned page, struct header *h,
    struct doc_error *err)
{
	const char *loader = vips_foreign_find_load_source(source);
	autovips VipsImage *im = NULL;
	uint64_t pixels;
	char option[32];

	if (!loader || !is_wanted(loader)) {
		vips_error_clear();
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no decoder for this picture");
	}
	page_option(option, sizeof(option), page);
	im = vips_image_new_from_source(source, option, "access",
	    VIPS_ACCESS_SEQUENTIAL, NULL);
	if (!im)
		return failed(err, DOC_E_DAMAGED, "cannot read the picture");
	pixels = (uint64_t)vips_image_get_width(im) *
	    (uint64_t)vips_image_get_height(im);
	if (pixels > DOC_RASTER_PIXELS)
		return doc_error_set(err, DOC_E_PIXELS, "%d x %d pixels",
		    vips_image_get_width(im), vips_image_get_height(im));
	h->pages = (unsigned)vips_image_get_n_pages(im);
	h->profile = vips_image_get_typeof(im, VIPS_META_ICC_NAME) != 0;
	h->wide = vips_image_get_format(im) != VIPS_FORMAT_UCHAR &&
	    vips_image_get_format(im) != VIPS_FORMAT_USHORT;
	return 0;
}

/* Put `next` in the place of *image. */
static int
step(VipsImage **image, VipsImage *next, int rc)
{
	if (rc)
		return -1;
	g_object_unref(*image);
	*image = next;
	return 0;
}

/* *image as 8-bit grey, RGB or RGBA in sRGB. */
static int
to_srgb(VipsImage **image)
{
	VipsInterpretation is = vips_image_guess_interpretation(*image);
	bool grey = is == VIPS_INTERPRETATION_B_W ||
	    is == VIPS_INTERPRETATION_GREY16;
	VipsInterpretation want = grey && !vips_image_hasalpha(*image)
	    ? VIPS_INTERPRETATION_B_W
	    : VIPS_INTERPRETATION_sRGB;
	VipsImage *next;
	int rc = 0;

	if (is != want) {
		rc = vips_colourspace(*image, &next, want, "source_space", is,
		    NULL);
		rc = step(image, next, rc);
	}
	if (rc == 0 && vips_image_get_format(*image) != VIPS_FORMAT_UCHAR) {
		rc = vips_cast_uchar(*image, &next, NULL);
		rc = step(image, next, rc);
	}
	/* More bands than we know: a multispectral TIFF.  The first counts. */
	if (rc == 0 &&
	    (vips_image_get_bands(*image) == 2 ||
		vips_image_get_bands(*image) > 4)) {
		rc = vips_extract_band(*image, &next, 0, NULL);
		rc = step(image, next, rc);
	}
	return rc;
}

static void
on_strip(VipsImage *image, VipsProgress *progress, gpointer beat)
{
	(void)image;
	(void)progress;
	doc_beat(beat);
}

/* `image` may still be a pipeline: decoding happens here. */
static int
to_pixels(VipsImage **image, struct doc_beat *beat, struct doc_pixels *px,
    struct doc_error *err)
{
	size_t size;
	void *data;

	if (to_srgb(image))
		return failed(err, DOC_E_DAMAGED, "cannot read the colours");
	/* Emitted by the thread that waits for those that decode: this one. */
	vips_image_set_progress(*image, TRUE);
	g_signal_connect(*image, "eval", G_CALLBACK(on_strip), beat);
	data = vips_image_write_to_memory(*image, &size);
	if (!data)
		return failed(err, DOC_E_DAMAGED, "cannot decode the picture");
	*px = (struct doc_pixels){
		.width = (unsigned)vips_image_get_width(*image),
		.height = (unsigned)vips_image_get_height(*image),
		.bands = (unsigned)vips_image_get_bands(*image),
		.data = data, /* g_malloc is malloc since glib 2.46 */
	};
	px->stride = (size_t)px->width * px->bands;
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
shrink(VipsSource *source, const struct doc_raster *how, bool profile,
    VipsImage **small)
{
	int side = (int)how->box;
	char option[32];

	page_option(option, sizeof(option), how->page);
	/* With no profile inside, export_profile would only cost time.  Every
	 * profile has the perceptual intent; the relative one is missing in
	 * those of JPEGs in XYB. */
	if (profile)
		return vips_thumbnail_source(source, small, side, "height",
		    side, "size", VIPS_SIZE_DOWN, "export_profile", "srgb",
		    "intent", VIPS_INTENT_PERCEPTUAL, "option_string", option,
		    NULL);
	return vips_thumbnail_source(source, small, side, "height", side,
	    "size", VIPS_SIZE_DOWN, "option_string", option, NULL);
}

/* Measurements rather than a picture: the least is black, the greatest white.
 */
static int
shrink_wide(VipsSource *source, const struct doc_raster *how, VipsImage **small)
{
	autovips VipsImage *all = NULL, *scaled = NULL;
	char option[32];

	page_option(option, sizeof(option), how->page);
	all = vips_image_new_from_source(source, option, NULL);
	if (!all || vips_scale(all, &scaled, NULL))
		return -1;
	return vips_thumbnail_image(scaled, small, (int)how->box, "height",
	    (int)how->box, "size", VIPS_SIZE_DOWN, NULL);
}

static int
thumbnail(const void *data, size_t size, const struct doc_raster *how,
    struct doc_pixels *px, unsigned *pages, struct doc_error *err)
{
	autovips VipsSource *source = NULL;
	autovips VipsImage *small = NULL;
	struct header h = { 0 };

	source = vips_source_new_from_memory(data, size);
	if (!source)
		return failed(err, DOC_E_MEMORY, "cannot read the picture");
	if (read_header(source, how->page, &h, err))
		return -1;
	if (h.wide ? shrink_wide(source, how, &small)
		   : shrink(source, how, h.profile, &small))
		return failed(err, DOC_E_DAMAGED, "cannot shrink the picture");
	if (to_pixels(&small, how->beat, px, err))
		return -1;
	*pages = h.pages;
	return 0;
}

int
doc_raster_pixels(const void *data, size_t size, const struct doc_raster *how,
    struct doc_pixels *px, unsigned *pages, struct doc_work *work,
    struct doc_error *err)
{
	bool broken = false;
	unsigned watch;
	int rc;

	if (!data || size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	watch = g_log_set_handler("VIPS", G_LOG_LEVEL_MASK, note_warning,
	    &broken);
	rc = thumbnail(data, size, how, px, pages, err);
	g_log_remove_handler("VIPS", watch);
	if (rc == 0 && __atomic_load_n(&broken, __ATOMIC_RELAXED))
		doc_work_reason(work, DOC_R_DAMAGED);
	return rc;
}

/* px as libvips sees it: grey or colour, not just numbers. */
static VipsImage *
wrap(const struct doc_pixels *px, const struct doc_profile_icc *icc)
{
	autovips VipsImage *raw = vips_image_new_from_memory(px->data,
	    px->stride * px->height, (int)px->width, (int)px->height,
	    (int)px->bands, VIPS_FORMAT_UCHAR);
	VipsImage *im = NULL;

	if (!raw ||
	    vips_copy(raw, &im, "interpretation",
		px->bands == 1 ? VIPS_INTERPRETATION_B_W
			       : VIPS_INTERPRETATION_sRGB,
		NULL))
		return NULL;
	if (icc && icc->size > 0)
		vips_image_set_blob_copy(im, VIPS_META_ICC_NAME, icc->data,
		    icc->size);
	return im;
}

int
doc_raster_shrink(const struct doc_pixels *px,
    const struct doc_profile_icc *icc, unsigned box, struct doc_pixels *small,
    struct doc_error *err)
{
	autovips VipsImage *im = wrap(px, icc);
	autovips VipsImage *thumb = NULL;
	bool profile = icc && icc->size > 0;

	if (!im ||
	    vips_thumbnail_image(im, &thumb, (int)box, "height", (int)box,
		"size", VIPS_SIZE_DOWN, "intent", VIPS_INTENT_PERCEPTUAL,
		profile ? "export_profile" : NULL, "srgb", NULL))
		return failed(err, DOC_E_MEMORY, "cannot shrink the picture");
	return to_pixels(&thumb, NULL, small, err);
}
