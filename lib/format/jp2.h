/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jp2 - JPEG 2000, boxed and bare codestreams (OpenJPEG).
 *
 * Runs in the worker.  Decodes at the smallest resolution in the file that is
 * enough, which is what makes large maps and scans cheap.
 */
#ifndef DOC_JP2_H
#define DOC_JP2_H

#include "lib/format/pixels.h"
#include "lib/pool/work.h"

/* Is this a media type of ours? */
bool doc_jp2_reads(const char *media);

struct doc_jp2 {
	struct doc_pixels px; /* 1, 3 or 4 bands, rows without gaps */
	void *icc;	      /* the profile its colours are in; NULL: sRGB */
	size_t icc_size;
	bool cut; /* the file ends early, and so does the picture */
};

/* Decode with the longer side at least `box` where the file has that.  0, or
 * -1 with DAMAGED, PIXELS, UNSUPPORTED, MEMORY. */
int doc_jp2_decode(const struct doc_input *in, unsigned box,
    uint64_t max_pixels, struct doc_jp2 *jp2,
    struct doc_error *err) DOC_MUST_CHECK;

void doc_jp2_release(struct doc_jp2 *jp2);

#endif
