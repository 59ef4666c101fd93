/* SPDX-License-Identifier: GPL-2.0-or-later */
/* leptonica_pdf - a picture as a page. */
#include <leptonica/allheaders.h>
#include <string.h>

#include "lib/engine/leptonica_impl.h"

/* JPEG, for what was compressed with loss before and has to be coded anew. */
#define QUALITY_AGAIN 90

/* Takes `data`, of lept_calloc. */
static L_COMP_DATA *
take_jpeg(l_uint8 *data, size_t size)
{
	/* It is of the result then, or still ours. */
	L_COMP_DATA *cid = l_generateJpegDataMem(data, size, 0);

	if (!cid)
		lept_free(data);
	return cid;
}

/* A JPEG that lies upright goes in as it is.  Those in CMYK may be inverted,
 * which a PDF would have to say. */
static L_COMP_DATA *
as_it_is(const struct doc_input *in, PIX *pix, bool turned)
{
	L_COMP_DATA *cid;
	l_uint8 *copy;

	if (pixGetInputFormat(pix) != IFF_JFIF_JPEG || turned)
		return NULL;
	copy = lept_calloc(1, in->size);
	if (!copy)
		return NULL;
	memcpy(copy, in->data, in->size);
	cid = take_jpeg(copy, in->size);
	if (cid && cid->spp != 1 && cid->spp != 3)
		l_CIDataDestroy(&cid);
	return cid;
}

static bool
has_losses(PIX *pix)
{
	switch (pixGetInputFormat(pix)) {
	case IFF_JFIF_JPEG:
	case IFF_TIFF_JPEG:
	case IFF_JP2:
	case IFF_WEBP:
		return pixGetDepth(pix) >= 8;
	default:
		return false;
	}
}

/* What a page may hold.  leptonica 1.82 would make a JPEG in a temporary file,
 * and refuses two colours in G4, and in Flate samples of 2 or 16 bits and more
 * than three of them. */
static L_COMP_DATA *
anew(PIX **pix)
{
	L_COMP_DATA *cid = NULL;
	l_uint8 *jpeg = NULL;
	size_t size;

	if (has_losses(*pix)) {
		if (leptonica_plain(pix) ||
		    pixWriteMemJpeg(&jpeg, &size, *pix, QUALITY_AGAIN, 0))
			return NULL;
		return take_jpeg(jpeg, size);
	}
	if (pixGetDepth(*pix) == 1 &&
	    pixGenerateCIData(*pix, L_G4_ENCODE, 0, 0, &cid) == 0)
		return cid;
	if (pixGenerateCIData(*pix, L_FLATE_ENCODE, 0, 0, &cid) == 0)
		return cid;
	if (leptonica_plain(pix) ||
	    pixGenerateCIData(*pix, L_FLATE_ENCODE, 0, 0, &cid))
		return NULL;
	return cid;
}

/* Destroys `pix`. */
static L_COMP_DATA *
encode(const struct doc_input *in, PIX *pix, bool turned)
{
	l_int32 dpi = pixGetXRes(pix);
	L_COMP_DATA *cid = as_it_is(in, pix, turned);

	if (!cid)
		cid = anew(&pix);
	if (cid)
		cid->res = dpi > DOC_DPI_SCREEN ? dpi : DOC_DPI_DEFAULT;
	pixDestroy(&pix);
	return cid;
}

int
doc_leptonica_pdf(const struct doc_input *in, struct doc_buf *pdf,
    struct doc_error *err)
{
	struct leptonica_picture picture;
	L_COMP_DATA *cid;
	l_uint8 *data = NULL;
	size_t size = 0;
	int rc;

	if (leptonica_decode(in, &picture, err))
		return -1;
	cid = encode(in, picture.pix, picture.turned);
	/* This takes cid, whatever comes of it. */
	rc = cid ? cidConvertToPdfData(cid, NULL, &data, &size) : 1;
	if (rc == 0)
		rc = doc_buf_add(pdf, data, size);
	lept_free(data);
	return rc ? doc_error_set(err, DOC_E_MEMORY, "no memory for the page")
		  : 0;
}
