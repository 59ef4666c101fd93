/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/format/jp2.h"

#include <openjpeg.h>
#include <string.h>
#include <strings.h>

bool
doc_jp2_reads(const char *media)
{
	static const char *const types[] = { "image/jp2", "image/jpx",
		"image/jpm", "image/x-jp2-codestream", "image/j2c" };

	for (size_t i = 0; i < DOC_LEN(types); i++)
		if (strcasecmp(types[i], media) == 0)
			return true;
	return false;
}

struct bytes {
	const char *data;
	size_t size, at;
};

static OPJ_SIZE_T
on_read(void *buf, OPJ_SIZE_T n, void *user)
{
	struct bytes *b = user;

	n = DOC_MIN(n, b->size - b->at);
	if (n == 0)
		return (OPJ_SIZE_T)-1;
	memcpy(buf, b->data + b->at, n);
	b->at += n;
	return n;
}

static OPJ_BOOL
on_seek(OPJ_OFF_T at, void *user)
{
	struct bytes *b = user;

	if (at < 0 || (size_t)at > b->size)
		return OPJ_FALSE;
	b->at = (size_t)at;
	return OPJ_TRUE;
}

static OPJ_OFF_T
on_skip(OPJ_OFF_T n, void *user)
{
	struct bytes *b = user;
	OPJ_OFF_T at = (OPJ_OFF_T)b->at + n;

	if (at < 0)
		return -1;
	/* Past the end is where a cut file's last box goes. */
	b->at = DOC_MIN((size_t)at, b->size);
	return n;
}

static opj_stream_t *
open_stream(struct bytes *b)
{
	opj_stream_t *s = opj_stream_create(64 << 10, OPJ_TRUE);

	if (!s)
		return NULL;
	opj_stream_set_read_function(s, on_read);
	opj_stream_set_seek_function(s, on_seek);
	opj_stream_set_skip_function(s, on_skip);
	opj_stream_set_user_data(s, b, NULL);
	opj_stream_set_user_data_length(s, b->size);
	return s;
}

/* Halvings that leave the longer side at box or more. */
static unsigned
choose_reduction(opj_codec_t *codec, const opj_image_t *im, unsigned box)
{
	opj_codestream_info_v2_t *info = opj_get_cstr_info(codec);
	unsigned side = DOC_MAX(im->x1 - im->x0, im->y1 - im->y0);
	unsigned levels = 0, r = 0;

	if (info && info->m_default_tile_info.tccp_info)
		levels = info->m_default_tile_info.tccp_info->numresolutions;
	if (info)
		opj_destroy_cstr_info(&info);
	while (r + 1 < levels && side >> (r + 1) >= box)
		r++;
	return r;
}

/* One sample as 8 bits. */
static unsigned
sample(const opj_image_comp_t *c, unsigned x, unsigned y)
{
	int64_t v =
	    c->data[(size_t)DOC_MIN(y, c->h - 1) * c->w + DOC_MIN(x, c->w - 1)];

	if (c->sgnd)
		v += INT64_C(1) << (c->prec - 1);
	v = c->prec > 8 ? v >> (c->prec - 8)
			: v * 255 / ((INT64_C(1) << c->prec) - 1);
	return v < 0 ? 0 : v > 255 ? 255 : (unsigned)v;
}

static unsigned char
clamp(double v)
{
	return v < 0 ? 0 : v > 255 ? 255 : (unsigned char)(v + 0.5);
}

/* ITU-R BT.601, full range. */
static void
from_ycc(unsigned char *p)
{
	double y = p[0], cb = p[1] - 128.0, cr = p[2] - 128.0;

	p[0] = clamp(y + 1.402 * cr);
	p[1] = clamp(y - 0.344136 * cb - 0.714136 * cr);
	p[2] = clamp(y + 1.772 * cb);
}

static void
from_cmyk(unsigned char *p, unsigned k)
{
	for (unsigned b = 0; b < 3; b++)
		p[b] = (unsigned char)((255U - p[b]) * (255U - k) / 255);
}

/* Which of the components are the colours, and is there an alpha? */
struct plan {
	unsigned colours; /* 1 or 3 */
	const opj_image_comp_t *alpha, *black;
	bool ycc;
};

static struct plan
make_plan(const opj_image_t *im)
{
	const opj_image_comp_t *c = im->comps;
	struct plan p = { .colours = im->numcomps >= 3 ? 3 : 1 };

	if (im->color_space == OPJ_CLRSPC_CMYK && im->numcomps >= 4)
		p.black = &c[3];
	else if (im->numcomps == 4 || (im->numcomps == 2 && c[1].alpha))
		p.alpha = &c[im->numcomps - 1];
	p.ycc = p.colours == 3 &&
	    (im->color_space == OPJ_CLRSPC_SYCC ||
		im->color_space == OPJ_CLRSPC_EYCC ||
		(im->color_space != OPJ_CLRSPC_SRGB && c[0].dx == 1 &&
		    c[1].dx == 2));
	return p;
}

static void
convert_pixel(const opj_image_t *im, const struct plan *plan, unsigned x,
    unsigned y, unsigned char *to)
{
	const opj_image_comp_t *first = &im->comps[0];

	for (unsigned b = 0; b < 3; b++) {
		const opj_image_comp_t *c =
		    &im->comps[plan->colours == 3 ? b : 0];

		/* Components may be stored at half the size. */
		to[b] = (unsigned char)sample(c,
		    (unsigned)((uint64_t)x * c->w / first->w),
		    (unsigned)((uint64_t)y * c->h / first->h));
	}
	if (plan->ycc)
		from_ycc(to);
	if (plan->black)
		from_cmyk(to, sample(plan->black, x, y));
	if (plan->alpha)
		to[3] = (unsigned char)sample(plan->alpha, x, y);
}

static int
check_parts(const opj_image_t *im)
{
	for (unsigned i = 0; i < im->numcomps; i++) {
		const opj_image_comp_t *c = &im->comps[i];

		if (!c->data || c->w == 0 || c->h == 0 || c->prec < 1 ||
		    c->prec > 31)
			return -1;
	}
	return im->numcomps > 0 ? 0 : -1;
}

static int
convert(opj_image_t *im, struct doc_jp2 *jp2, struct doc_error *err)
{
	struct plan plan;
	struct doc_pixels px = { 0 };

	if (check_parts(im) < 0)
		return doc_error_set(err, DOC_E_DAMAGED,
		    "components without samples");
	plan = make_plan(im);
	px.width = im->comps[0].w;
	px.height = im->comps[0].h;
	px.bands = plan.alpha ? 4 : 3;
	if (doc_pixels_alloc(&px) < 0)
		return doc_error_set(err, DOC_E_MEMORY,
		    "no memory for %u x %u pixels", px.width, px.height);
	for (unsigned y = 0; y < px.height; y++)
		for (unsigned x = 0; x < px.width; x++)
			convert_pixel(im, &plan, x, y,
			    px.data + y * px.stride + (size_t)x * px.bands);
	jp2->px = px;
	/* A profile fits what was stored, not what we made of it. */
	if (im->icc_profile_buf && im->icc_profile_len > 0 && !plan.ycc &&
	    !plan.black && plan.colours == 3) {
		jp2->icc = malloc(im->icc_profile_len);
		if (jp2->icc)
			memcpy(jp2->icc, im->icc_profile_buf,
			    im->icc_profile_len);
		jp2->icc_size = jp2->icc ? im->icc_profile_len : 0;
	}
	return 0;
}

struct decoder {
	opj_codec_t *codec;
	opj_stream_t *stream;
	opj_image_t *image;
};

static void
release_decoder(struct decoder *d)
{
	opj_image_destroy(d->image);
	opj_destroy_codec(d->codec);
	if (d->stream)
		opj_stream_destroy(d->stream);
}

static int
run(struct decoder *d, unsigned box, uint64_t max_pixels, bool *cut,
    struct doc_error *err)
{
	opj_dparameters_t params;
	uint64_t width, height;

	opj_set_default_decoder_parameters(&params);
	if (!opj_setup_decoder(d->codec, &params) ||
	    !opj_decoder_set_strict_mode(d->codec, OPJ_FALSE) ||
	    !opj_read_header(d->stream, d->codec, &d->image))
		return doc_error_set(err, DOC_E_DAMAGED,
		    "cannot read the header");
	width = (uint64_t)d->image->x1 - d->image->x0;
	height = (uint64_t)d->image->y1 - d->image->y0;
	if (width * height > max_pixels)
		return doc_error_set(err, DOC_E_PIXELS, "%ju x %ju pixels",
		    (uintmax_t)width, (uintmax_t)height);
	if (!opj_set_decoded_resolution_factor(d->codec,
		choose_reduction(d->codec, d->image, box)) ||
	    !opj_decode(d->codec, d->stream, d->image))
		return doc_error_set(err, DOC_E_DAMAGED,
		    "cannot decode the picture");
	*cut = !opj_end_decompress(d->codec, d->stream);
	return 0;
}

int
doc_jp2_decode(const struct doc_input *in, unsigned box, uint64_t max_pixels,
    struct doc_jp2 *jp2, struct doc_error *err)
{
	__attribute__((cleanup(release_decoder))) struct decoder d = { 0 };
	struct bytes b = { in->data, in->size, 0 };
	struct doc_jp2 made = { 0 };
	/* A bare codestream begins with its SOC marker (T.800 A.4.1). */
	bool bare = in->size >= 4 &&
	    memcmp(in->data, "\xff\x4f\xff\x51", 4) == 0;

	if (in->size == 0)
		return doc_error_set(err, DOC_E_DAMAGED, "empty file");
	d.codec = opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2);
	d.stream = open_stream(&b);
	if (!d.codec || !d.stream)
		return doc_error_set(err, DOC_E_MEMORY, "no memory to decode");
	if (run(&d, box, max_pixels, &made.cut, err) < 0 ||
	    convert(d.image, &made, err) < 0)
		return -1;
	*jp2 = made;
	return 0;
}

void
doc_jp2_release(struct doc_jp2 *jp2)
{
	doc_pixels_release(&jp2->px);
	free(jp2->icc);
	jp2->icc = NULL;
}
