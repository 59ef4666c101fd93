/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leptonica - picture files decoded. */
#include <leptonica/allheaders.h>
#include <stdio.h>
#include <string.h>

#include "lib/engine/leptonica_impl.h"
#include "lib/format/exif.h"

/* As many as a page of A0 at 300 dpi, nearly; four bytes each here. */
#define PIXELS_MAX (UINT64_C(150) * 1000 * 1000)

static void
drop(PIX **pix)
{
	pixDestroy(pix);
}
#define autopix __attribute__((cleanup(drop)))

/* What is known before decoding. */
struct picture {
	const l_uint8 *data;
	size_t size;
	l_int32 format;
	l_int32 width, height;
	l_int32 pages;
};

static bool
is_wanted(l_int32 format)
{
	switch (format) {
	case IFF_BMP:
	case IFF_JFIF_JPEG:
	case IFF_PNG:
	case IFF_PNM:
	case IFF_GIF:
	case IFF_JP2:
	case IFF_WEBP:
		return true;
	default:
		return L_FORMAT_IS_TIFF(format);
	}
}

static l_int32
count_tiff_pages(const struct picture *pic)
{
	FILE *f = fopenReadFromMemory(pic->data, pic->size);
	l_int32 n = 0;

	if (!f)
		return 0;
	if (tiffGetCount(f, &n))
		n = 0;
	fclose(f);
	return n;
}

/* leptonica decodes a whole GIF or BMP to learn its size. */
static bool
read_size_directly(struct picture *pic)
{
	const l_uint8 *p = pic->data;

	if (pic->format == IFF_GIF && pic->size > 10) {
		pic->width = p[6] | p[7] << 8;
		pic->height = p[8] | p[9] << 8;
		return true;
	}
	if (pic->format == IFF_BMP && pic->size > 26 && p[14] >= 40) {
		int32_t w, h;

		memcpy(&w, p + 18, sizeof(w));
		memcpy(&h, p + 22, sizeof(h));
		pic->width = w;
		pic->height = h < 0 && h > INT32_MIN ? -h : h;
		return true;
	}
	return false;
}

static int
read_header(struct picture *pic, const struct doc_input *in,
    struct doc_error *err)
{
	l_int32 page = in->page ? (l_int32)in->page - 1 : 0;
	int bad;

	pic->data = (const l_uint8 *)in->data;
	pic->size = in->size;
	pic->pages = 1;
	/* Twelve bytes are what it compares. */
	if (in->size < 12 || findFileFormatBuffer(pic->data, &pic->format) ||
	    !is_wanted(pic->format))
		return doc_error_set(err, DOC_E_UNSUPPORTED,
		    "no decoder for this picture");
	if (L_FORMAT_IS_TIFF(pic->format)) {
		pic->pages = count_tiff_pages(pic);
		bad = page >= pic->pages ||
		    readHeaderMemTiff(pic->data, pic->size, page, &pic->width,
			&pic->height, NULL, NULL, NULL, NULL, NULL);
	} else {
		bad = page > 0 ||
		    (!read_size_directly(pic) &&
			pixReadHeaderMem(pic->data, pic->size, NULL,
			    &pic->width, &pic->height, NULL, NULL, NULL));
	}
	if (bad || pic->width <= 0 || pic->height <= 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "cannot read the picture's header");
	if ((uint64_t)pic->width * (uint64_t)pic->height > PIXELS_MAX)
		return doc_error_set(err, DOC_E_PIXELS, "%d x %d pixels",
		    pic->width, pic->height);
	return 0;
}

/* Replace *pix by what an operation made of it; the operation failed if that
 * is NULL. */
static int
advance(PIX **pix, PIX *made)
{
	if (!made)
		return -1;
	pixDestroy(pix);
	*pix = made;
	return 0;
}

/* Orientation as in TIFF 6.0: 2-4 mirror and turn, 5-8 lie on their side. */
static int
turn_upright(PIX **pix, const struct picture *pic)
{
	static const int quads[] = { 0, 0, 0, 2, 2, 1, 1, 3, 3 };
	unsigned o = 1;

	if (pic->format == IFF_JFIF_JPEG)
		o = doc_exif_orientation(pic->data, pic->size);
	if (quads[o] && advance(pix, pixRotateOrth(*pix, quads[o])))
		return -1;
	if (o == 2 || o == 4 || o == 5 || o == 7)
		return advance(pix, pixFlipLR(NULL, *pix));
	return 0;
}

int
leptonica_plain(PIX **pix)
{
	if (pixGetColormap(*pix) &&
	    advance(pix, pixRemoveColormap(*pix, REMOVE_CMAP_BASED_ON_SRC)))
		return -1;
	if (pixGetDepth(*pix) == 32 && pixGetSpp(*pix) == 4 &&
	    advance(pix, pixAlphaBlendUniform(*pix, 0xffffff00)))
		return -1;
	if (pixGetDepth(*pix) != 32 && pixGetDepth(*pix) != 8)
		return advance(pix, pixConvertTo8(*pix, 0));
	return 0;
}

static int
copy_rows(PIX *pix, struct doc_pixels *px)
{
	size_t words = (size_t)pixGetWpl(pix);

	/* leptonica keeps rows in words of the machine's order. */
	if (pixGetDepth(pix) == 8 && pixEndianByteSwap(pix))
		return -1;
	for (unsigned y = 0; y < px->height; y++) {
		const l_uint32 *from = pixGetData(pix) + y * words;
		unsigned char *to = px->data + y * px->stride;

		if (px->bands == 1) {
			memcpy(to, from, px->width);
			continue;
		}
		for (unsigned x = 0; x < px->width; x++, to += 3) {
			to[0] = (unsigned char)(from[x] >> L_RED_SHIFT);
			to[1] = (unsigned char)(from[x] >> L_GREEN_SHIFT);
			to[2] = (unsigned char)(from[x] >> L_BLUE_SHIFT);
		}
	}
	return 0;
}

static int export(PIX *pix, struct doc_pixels *px, struct doc_error *err)
{
	struct doc_pixels made = {
		.width = (unsigned)pixGetWidth(pix),
		.height = (unsigned)pixGetHeight(pix),
		.bands = pixGetDepth(pix) == 32 ? 3 : 1,
	};
	l_int32 dpi = pixGetXRes(pix);

	made.dpi = dpi > 0 ? (unsigned)dpi : 0;
	made.stride = (size_t)made.width * made.bands;
	made.data = malloc(made.stride * made.height);
	if (!made.data || copy_rows(pix, &made)) {
		doc_pixels_release(&made);
		return doc_error_set(err, DOC_E_MEMORY, "%u x %u pixels",
		    made.width, made.height);
	}
	*px = made;
	return 0;
}

/* leptonica only says that it failed. */
static int
decode_failed(const struct picture *pic, struct doc_error *err)
{
	size_t need = ((size_t)16 << 20) +
	    (size_t)pic->width * (size_t)pic->height * 5;
	void *p = malloc(need);

	if (!p)
		return doc_error_set(err, DOC_E_MEMORY, "%d x %d pixels",
		    pic->width, pic->height);
	free(p);
	return doc_error_set(err, DOC_E_DAMAGED, "cannot decode the picture");
}

/*
 * leptonica 1.82 refuses a bitmap with anything behind its rows, in the file
 * or by its header; Photoshop counts two bytes more.
 */
static PIX *
decode_bmp(const struct picture *pic)
{
	uint32_t offset;
	uint16_t depth;
	uint64_t end;
	l_uint8 *copy;
	PIX *pix;

	if (pic->size < 54) /* both headers */
		return NULL;
	memcpy(&offset, pic->data + 10, sizeof(offset));
	memcpy(&depth, pic->data + 28, sizeof(depth));
	end = offset +
	    ((uint64_t)pic->width * depth + 31) / 32 * 4 *
		(uint64_t)pic->height;
	if (end < 54 || end > pic->size)
		return NULL;
	copy = malloc((size_t)end);
	if (!copy)
		return NULL;
	memcpy(copy, pic->data, (size_t)end);
	memset(copy + 34, 0, 4); /* size of the rows: not said */
	pix = pixReadMem(copy, (size_t)end);
	free(copy);
	return pix;
}

static PIX *
decode(const struct picture *pic, unsigned page)
{
	if (L_FORMAT_IS_TIFF(pic->format))
		return pixReadMemTiff(pic->data, pic->size,
		    page ? (l_int32)page - 1 : 0);
	if (pic->format == IFF_BMP)
		return decode_bmp(pic);
	return pixReadMem(pic->data, pic->size);
}

int
leptonica_decode(const struct doc_input *in, struct leptonica_picture *picture,
    struct doc_error *err)
{
	autopix PIX *pix = NULL;
	struct picture pic = { 0 };
	l_int32 format;

	setMsgSeverity(L_SEVERITY_NONE);
	if (read_header(&pic, in, err))
		return -1;
	pix = decode(&pic, in->page);
	if (!pix)
		return decode_failed(&pic, err);
	format = pixGetInputFormat(pix);
	picture->turned = pic.format == IFF_JFIF_JPEG &&
	    doc_exif_orientation(pic.data, pic.size) > 1;
	if (turn_upright(&pix, &pic))
		return doc_error_set(err, DOC_E_MEMORY, "%d x %d pixels",
		    pic.width, pic.height);
	pixSetInputFormat(pix, format); /* of what was turned, none */
	picture->pages = (unsigned)pic.pages;
	picture->pix = pix;
	pix = NULL;
	return 0;
}

int
doc_leptonica_pixels(const struct doc_input *in, struct doc_pixels *px,
    unsigned *pages, struct doc_error *err)
{
	struct leptonica_picture picture;
	autopix PIX *pix = NULL;

	if (leptonica_decode(in, &picture, err))
		return -1;
	pix = picture.pix;
	if (leptonica_plain(&pix))
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for the picture");
	if (export(pix, px, err))
		return -1;
	*pages = picture.pages;
	return 0;
}
