/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sample - tiny documents with a known content, for canaries and warming up.
 *
 * Any process; constants.  Each fails in the way the cage would make real
 * documents fail: without /usr/share/poppler a text comes out empty, without
 * memory a picture has no words.
 */
#ifndef DOC_SAMPLE_H
#define DOC_SAMPLE_H

#include "lib/base/base.h"

struct doc_sample {
	const char *name;
	const void *data;
	size_t size;	    /* bytes */
	const char *expect; /* what must be found, see each */
};

/* A PDF whose text, `expect`, needs two of poppler's data files: the CMap
 * 90ms-RKSJ-H and the map from Adobe-Japan1 to Unicode. */
extern const struct doc_sample doc_sample_pdf_cjk;

/* A colour PNG of 96 x 64 pixels.  `expect` is its size shrunk into a box of
 * 48 pixels. */
extern const struct doc_sample doc_sample_picture;

/* A black and white PNG that shows the word `expect`. */
extern const struct doc_sample doc_sample_word;

/* A store of Outlook, as zlib packs it, with one message.  `expect` is its body
 * in base64. */
extern const struct doc_sample doc_sample_store;

#endif
