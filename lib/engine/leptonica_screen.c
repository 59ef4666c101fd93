/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * leptonica_screen - shades that a printer or a fax made of dots, smoothed.
 *
 * Table cells and boxes with a grey ground come out of black and white scanners
 * as a screen of dots a few pixels apart, and letters on it are lost: no
 * threshold parts them.  The mean of each pixel's surroundings does.
 */
#include <leptonica/allheaders.h>

#include "lib/engine/leptonica_impl.h"

/* Pixels.  Dots of screens at 200 to 300 an inch are no larger, and no farther
 * apart; what is less wide is a row of full stops, or noise; words on it make
 * no larger holes. */
enum { DOT = 4, APART = 13, SHADE = 21, HOLE = 61, BLUR = 2 };

/* Share of the ground that is darker than what becomes white. */
#define GROUND 0.1F

/* Where dots stand close, all of it that hangs together with a piece so wide
 * that it is a ground; NULL: nowhere. */
static PIX *
find_shades(PIX *binary)
{
	PIX *dots = pixSelectBySize(binary, DOT, DOT, 8, L_SELECT_IF_BOTH,
	    L_SELECT_IF_LTE, NULL);
	PIX *close = dots ? pixCloseSafeBrick(NULL, dots, APART, APART) : NULL;
	PIX *wide = close ? pixOpenBrick(NULL, close, SHADE, SHADE) : NULL;
	PIX *shades = NULL;
	l_int32 none = 1;

	if (wide && pixZero(wide, &none) == 0 && !none)
		shades = pixSeedfillBinary(NULL, wide, close, 4);
	pixDestroy(&dots);
	pixDestroy(&close);
	pixDestroy(&wide);
	return shades;
}

/* White where the ground was, and black what is half as light. */
static NUMA *
contrast(PIX *grey, PIX *shades)
{
	NUMA *count = pixGetGrayHistogramMasked(grey, shades, 0, 0, 2);
	NUMA *map = numaCreate(256);
	l_float32 all = 0, sum = 0, n = 0;
	l_int32 ground = 0;

	numaGetSum(count, &all);
	for (; count && ground < 256 && sum < all * GROUND; ground++) {
		numaGetFValue(count, ground, &n);
		sum += n;
	}
	numaDestroy(&count);
	for (l_int32 v = 0; map && v < 256; v++)
		numaAddNumber(map,
		    (l_float32)DOC_MIN(255,
			DOC_MAX(0,
			    (2 * v - ground) * 255 / DOC_MAX(ground, 1))));
	return map;
}

void
leptonica_smooth_shades(PIX *grey, PIX *binary)
{
	PIX *shades = find_shades(binary);
	/* Letters make holes in the ground they stand on. */
	PIX *whole = shades ? pixCloseSafeBrick(NULL, shades, HOLE, HOLE)
			    : NULL;
	PIX *soft = whole ? pixBlockconv(grey, BLUR, BLUR) : NULL;
	NUMA *map = soft ? contrast(soft, shades) : NULL;

	if (map && pixTRCMap(soft, whole, map) == 0)
		pixCombineMasked(grey, soft, whole);
	numaDestroy(&map);
	pixDestroy(&soft);
	pixDestroy(&whole);
	pixDestroy(&shades);
}
