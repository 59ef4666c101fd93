/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iconv(3) of some engine programs, by ICU.
 *
 * glibc's converters are a library for each charset: 31 of them, loaded before
 * the fork because a worker may load no code, are 155 mappings that every fork
 * copies, a quarter of what a small document costs.  ICU, which is there for
 * libxml2 anyway, has all of its charsets in one.  Linked by name into those
 * programs only, in front of glibc; their workers are where libclamav, gmime
 * and libarchive call it.
 */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

#include "lib/base/base.h"

enum {
	PIVOT = 1024,
	WIDEST = 16 /* bytes that one byte of input can make, and a mark */
};

struct span {
	char *at, *end;
};

struct converter {
	UConverter *from, *to;
	UChar pivot[PIVOT];
	UChar *read, *write; /* what is in pivot */
};

/* Without "//TRANSLIT" and its kin. */
static UConverter *
open_one(const char *charset)
{
	UErrorCode status = U_ZERO_ERROR;
	char name[64];
	size_t n = strcspn(charset, "/");
	UConverter *cnv;

	if (n == 0 || n >= sizeof(name))
		return NULL;
	memcpy(name, charset, n);
	name[n] = '\0';
	cnv = ucnv_open(name, &status);
	return U_FAILURE(status) ? NULL : cnv;
}

static void
set_strict(struct converter *c)
{
	UErrorCode status = U_ZERO_ERROR;

	ucnv_setToUCallBack(c->from, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL,
	    &status);
	ucnv_setFromUCallBack(c->to, UCNV_FROM_U_CALLBACK_STOP, NULL, NULL,
	    NULL, &status);
}

static void
drop(struct converter *c)
{
	if (c->from != NULL)
		ucnv_close(c->from);
	if (c->to != NULL)
		ucnv_close(c->to);
	free(c);
}

iconv_t
iconv_open(const char *to, const char *from)
{
	struct converter *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return (iconv_t)-1;
	c->read = c->write = c->pivot;
	c->from = open_one(from);
	c->to = open_one(to);
	if (c->from == NULL || c->to == NULL) {
		drop(c);
		errno = EINVAL;
		return (iconv_t)-1;
	}
	set_strict(c);
	return c;
}

int
iconv_close(iconv_t cd)
{
	struct converter *c = cd;

	if (c == NULL || cd == (iconv_t)-1) {
		errno = EBADF;
		return -1;
	}
	drop(c);
	return 0;
}

static void
reset(struct converter *c)
{
	ucnv_reset(c->from);
	ucnv_reset(c->to);
	c->read = c->write = c->pivot;
}

/* ICU is behind bad bytes when it stops; iconv(3) is in front of them. */
static void
step_back(const struct converter *c, char *start, char **at)
{
	UErrorCode status = U_ZERO_ERROR;
	char bad[32];
	int8_t n = sizeof(bad);

	ucnv_getInvalidChars(c->from, bad, &n, &status);
	if (U_SUCCESS(status) && n > 0 && *at - start >= n)
		*at -= n;
}

/* A character that is cut short stays with the caller. */
static bool
give_back(struct converter *c, char *start, char **at)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t n = ucnv_toUCountPending(c->from, &status);

	if (U_FAILURE(status) || n <= 0 || *at - start < n)
		return false;
	*at -= n;
	ucnv_resetToUnicode(c->from);
	return true;
}

static size_t
fail(int why)
{
	errno = why;
	return (size_t)-1;
}

/* At most n bytes of input. */
static UErrorCode
convert(struct converter *c, struct span *in, size_t n, struct span *out)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *source = in->at;

	ucnv_convertEx(c->to, c->from, &out->at, out->end, &source, in->at + n,
	    c->pivot, &c->read, &c->write, c->pivot + PIVOT, false, false,
	    &status);
	in->at += source - in->at;
	return status;
}

static void
swap(struct converter *c, UConverter *from, UConverter *to)
{
	ucnv_close(c->from);
	ucnv_close(c->to);
	c->from = from;
	c->to = to;
	c->read = c->write = c->pivot;
}

/* On to a boundary between characters. */
static UErrorCode
finish(struct converter *c, struct span *in, struct span *out)
{
	UErrorCode status = U_ZERO_ERROR, ignored = U_ZERO_ERROR;

	while (U_SUCCESS(status) && in->at < in->end &&
	    ucnv_toUCountPending(c->from, &ignored) > 0)
		status = convert(c, in, 1, out);
	return status;
}

/* One character, where it is not sure that what it makes has room.  If not, it
 * was never looked at. */
static UErrorCode
convert_one(struct converter *c, struct span *in, struct span *out)
{
	UErrorCode status = U_ZERO_ERROR;
	struct span in_before = *in, out_before = *out;
	UConverter *from = ucnv_clone(c->from, &status);
	UConverter *to = ucnv_clone(c->to, &status);

	if (U_SUCCESS(status))
		status = convert(c, in, 1, out);
	if (U_SUCCESS(status))
		status = finish(c, in, out);
	if (status != U_BUFFER_OVERFLOW_ERROR) {
		ucnv_close(from);
		ucnv_close(to);
		return status;
	}
	swap(c, from, to);
	*in = in_before;
	*out = out_before;
	return status;
}

/* iconv(3) takes no input that it has no room for; ICU does, and keeps the
 * output.  Callers look at what is left of the input to see if they are done
 * (gmime: half a subject was lost).  So it gets what surely fits. */
static UErrorCode
convert_all(struct converter *c, struct span *in, struct span *out)
{
	UErrorCode status = U_ZERO_ERROR;

	while (U_SUCCESS(status) && in->at < in->end) {
		size_t fits = (size_t)(out->end - out->at) / WIDEST;
		size_t left = (size_t)(in->end - in->at);

		if (fits < 2) {
			status = convert_one(c, in, out);
			continue;
		}
		status = convert(c, in, DOC_MIN(fits - 1, left), out);
		if (U_SUCCESS(status))
			status = finish(c, in, out);
	}
	return status;
}

size_t
iconv(iconv_t cd, char **restrict in, size_t *restrict in_left,
    char **restrict out, size_t *restrict out_left)
{
	struct converter *c = cd;
	struct span from, to;
	UErrorCode status;
	bool cut;

	if (in == NULL || *in == NULL) {
		reset(c);
		return 0;
	}
	from = (struct span){ *in, *in + *in_left };
	to = (struct span){ *out, *out + *out_left };
	status = convert_all(c, &from, &to);
	if (status == U_ILLEGAL_CHAR_FOUND || status == U_INVALID_CHAR_FOUND ||
	    status == U_ILLEGAL_ESCAPE_SEQUENCE)
		step_back(c, *in, &from.at);
	cut = U_SUCCESS(status) && give_back(c, *in, &from.at);
	*in = from.at;
	*in_left = (size_t)(from.end - from.at);
	*out = to.at;
	*out_left = (size_t)(to.end - to.at);
	if (cut)
		return fail(EINVAL);
	if (U_SUCCESS(status))
		return 0;
	if (status == U_BUFFER_OVERFLOW_ERROR)
		return fail(E2BIG);
	ucnv_resetToUnicode(c->from);
	return fail(EILSEQ);
}
