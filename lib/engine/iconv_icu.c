/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * iconv(3) of docscan's engine program, by ICU.
 *
 * glibc's converters are a library for each charset: 31 of them, loaded before
 * the fork because a worker may load no code, are 155 mappings that every fork
 * copies, a quarter of what a small document costs.  ICU, which is there for
 * libxml2 anyway, has all of its charsets in one.  Linked by name into that
 * program only, in front of glibc; its workers are where libclamav, libxml2
 * and libarchive call it.
 */
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

enum { PIVOT = 1024 };

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

size_t
iconv(iconv_t cd, char **restrict in, size_t *restrict in_left,
    char **restrict out, size_t *restrict out_left)
{
	struct converter *c = cd;
	UErrorCode status = U_ZERO_ERROR;
	const char *source;
	char *start, *target, *stop;

	if (in == NULL || *in == NULL) {
		reset(c);
		return 0;
	}
	start = *in;
	source = start;
	target = *out;
	stop = start + *in_left;
	ucnv_convertEx(c->to, c->from, &target, target + *out_left, &source,
	    stop, c->pivot, &c->read, &c->write, c->pivot + PIVOT, false, false,
	    &status);
	*in = start + (source - start);
	if (status == U_ILLEGAL_CHAR_FOUND || status == U_INVALID_CHAR_FOUND ||
	    status == U_ILLEGAL_ESCAPE_SEQUENCE)
		step_back(c, start, in);
	*out_left -= (size_t)(target - *out);
	*out = target;
	if (U_SUCCESS(status) && give_back(c, start, in)) {
		*in_left = (size_t)(stop - *in);
		return fail(EINVAL);
	}
	*in_left = (size_t)(stop - *in);
	if (U_SUCCESS(status))
		return 0;
	if (status == U_BUFFER_OVERFLOW_ERROR)
		return fail(E2BIG);
	ucnv_resetToUnicode(c->from);
	return fail(EILSEQ);
}
