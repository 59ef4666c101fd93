/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "lib/format/encode_impl.h"

#define QUALITY 80

/* libjpeg's way out is a function that does not return. */
struct leave {
	struct jpeg_error_mgr mgr; /* first: libjpeg knows no more */
	jmp_buf to;
};

static void
leave(j_common_ptr c)
{
	longjmp(((struct leave *)(void *)c->err)->to, 1);
}

static void
quiet(j_common_ptr c)
{
	(void)c;
}

static void
compress(struct jpeg_compress_struct *c, const struct doc_pixels *px)
{
	c->image_width = px->width;
	c->image_height = px->height;
	c->input_components = (int)px->bands;
	c->in_color_space = px->bands == 1 ? JCS_GRAYSCALE : JCS_RGB;
	jpeg_set_defaults(c);
	jpeg_set_quality(c, QUALITY, TRUE);
	c->optimize_coding = TRUE;
	jpeg_start_compress(c, TRUE);
	while (c->next_scanline < c->image_height) {
		JSAMPROW row = px->data + c->next_scanline * px->stride;

		jpeg_write_scanlines(c, &row, 1);
	}
	jpeg_finish_compress(c);
}

/* 0, or -1 after a jump out of libjpeg. */
static int
try_compress(struct jpeg_compress_struct *c, struct leave *err,
    const struct doc_pixels *px)
{
	if (setjmp(err->to))
		return -1;
	compress(c, px);
	return 0;
}

int
doc_jpeg_encode(const struct doc_pixels *px, struct doc_buf *out)
{
	struct jpeg_compress_struct c = { 0 };
	struct leave err;
	unsigned char *data = NULL;
	unsigned long size = 0;
	int rc;

	c.err = jpeg_std_error(&err.mgr);
	err.mgr.error_exit = leave;
	err.mgr.output_message = quiet;
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &data, &size);
	rc = try_compress(&c, &err, px);
	if (rc == 0)
		rc = doc_buf_add(out, data, size);
	jpeg_destroy_compress(&c);
	free(data);
	return rc;
}
