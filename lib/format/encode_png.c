/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <png.h>

#include "lib/format/encode_impl.h"

static void
append(png_structp png, png_bytep p, size_t n)
{
	if (doc_buf_add(png_get_io_ptr(png), p, n) < 0)
		png_error(png, "full");
}

static void
flush(png_structp png)
{
	(void)png;
}

static void
quiet(png_structp png, png_const_charp message)
{
	(void)png;
	(void)message;
}

static void DOC_NORETURN
leave(png_structp png, png_const_charp message)
{
	(void)message;
	png_longjmp(png, 1);
}

static int
write_png(png_structp png, png_infop info, const struct doc_pixels *px)
{
	static const int colour[] = { [1] = PNG_COLOR_TYPE_GRAY,
		[3] = PNG_COLOR_TYPE_RGB,
		[4] = PNG_COLOR_TYPE_RGB_ALPHA };

	if (setjmp(png_jmpbuf(png)))
		return -1;
	png_set_IHDR(png, info, px->width, px->height, 8, colour[px->bands],
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
	    PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (unsigned y = 0; y < px->height; y++)
		png_write_row(png, px->data + y * px->stride);
	png_write_end(png, NULL);
	return 0;
}

int
doc_png_encode(const struct doc_pixels *px, struct doc_buf *out)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
	    leave, quiet);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int rc = -1;

	if (info) {
		png_set_write_fn(png, out, append, flush);
		rc = write_png(png, info, px);
	}
	png_destroy_write_struct(&png, &info);
	return rc;
}
