/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pdf_nocolour - no colour transforms, for the executable that only wants
 * text.
 *
 * poppler 22.12 builds four lcms transforms for every page and one for every
 * ICC colour space, 10 % of the time text costs, and text has no colour.  A
 * NULL from cmsCreateTransform means "cannot": poppler then converts colours
 * by formula.  Linked into doctext's zygote with -Wl,--export-dynamic this
 * definition comes before the one in liblcms2 for poppler's calls too.  Never
 * link it into anything that renders.
 */
#include "lib/base/base.h"

/* As in lcms2.h, which is not needed for a function that does nothing. */
void *cmsCreateTransform(void *input, uint32_t input_format, void *output,
    uint32_t output_format, uint32_t intent, uint32_t flags);

void *
cmsCreateTransform(void *input, uint32_t input_format, void *output,
    uint32_t output_format, uint32_t intent, uint32_t flags)
{
	(void)input;
	(void)input_format;
	(void)output;
	(void)output_format;
	(void)intent;
	(void)flags;
	return NULL;
}
