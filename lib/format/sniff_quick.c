/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types that begin with a signature nothing else begins with, and of which
 * libmagic would say no more: two documents of three, at a tenth of the cost.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/le.h"
#include "lib/format/sniff_kind.h"

#define SIGN(s) s, sizeof(s) - 1

/* Whatever the first bytes say, these would make it an image of a tape or of a
 * disk to libmagic, too: polyglots are its to judge. */
static bool
is_polyglot(const struct doc_input *in)
{
	static const struct {
		size_t at;
		const char *sign;
	} others[] = { { 257, "ustar" }, { 32769, "CD001" },
		{ 32769, "NSR0" } };

	for (size_t i = 0; i < DOC_LEN(others); i++) {
		size_t n = strlen(others[i].sign);

		if (in->size >= others[i].at + n &&
		    memcmp(in->data + others[i].at, others[i].sign, n) == 0)
			return true;
	}
	return false;
}

static bool
begins(const struct doc_input *in, const char *sign, size_t n)
{
	return in->size >= n && memcmp(in->data, sign, n) == 0;
}

static bool
by_signature(const struct doc_input *in, char media[128])
{
	static const struct {
		const char *sign;
		size_t n;
		const char *media;
	} table[] = {
		{ SIGN("%PDF-1."), "application/pdf" },
		{ SIGN("\xff\xd8\xff\xe0"), "image/jpeg" },
		{ SIGN("\xff\xd8\xff\xe1"), "image/jpeg" },
		{ SIGN("\xff\xd8\xff\xdb"), "image/jpeg" },
		{ SIGN("GIF89a"), "image/gif" },
		{ SIGN("GIF87a"), "image/gif" },
		{ SIGN("{\\rtf1"), "text/rtf" },
		{ SIGN("7z\xbc\xaf\x27\x1c"), "application/x-7z-compressed" },
		{ SIGN("\xfd\x37zXZ\0"), "application/x-xz" },
		{ SIGN("\x1f\x8b\x08"), "application/gzip" },
		/* Containers that libmagic does not name, or takes for
		 * something we could open. */
		{ SIGN("\x89LZO\0\r\n\x1a\n"), "application/x-lzop" },
		{ SIGN("LRZI"), "application/x-lrzip" },
		{ SIGN("!BDN"), "application/vnd.ms-outlook-pst" },
		{ SIGN("ITSF\3\0\0\0"), "application/vnd.ms-htmlhelp" },
		{ SIGN("hsqs"), "application/x-squashfs" },
	};

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (begins(in, table[i].sign, table[i].n)) {
			(void)snprintf(media, 128, "%s", table[i].media);
			return true;
		}
	return false;
}

/* A file system of optical discs without the ISO 9660 that bridges to it: among
 * the volume descriptors from sector 16 on (ECMA-167 2/8.3, 3/9.1). */
static bool
is_udf(const struct doc_input *in)
{
	for (size_t sector = 16; sector < 24; sector++) {
		size_t at = sector * 2048 + 1;

		if (in->size < at + 5 || memcmp(in->data + at, "CD001", 5) == 0)
			return false;
		if (memcmp(in->data + at, "NSR0", 4) == 0)
			return true;
	}
	return false;
}

/* An animated one has another type: its chunk stands before the first IDAT. */
static bool
is_still_png(const struct doc_input *in)
{
	size_t reach = DOC_MIN(in->size, (size_t)64 << 10);

	return begins(in, SIGN("\x89PNG\r\n\x1a\n\0\0\0\rIHDR")) &&
	    memmem(in->data, reach, "acTL", 4) == NULL;
}

/* A window as encoders make them: a power of two, or one and a half. */
static bool
is_window(uint32_t n)
{
	uint32_t low = n & -n, rest = n - low;

	return n == UINT32_MAX || (n >= 4096 && (rest == 0 || rest == low * 2));
}

/* Properties, window, length, and the coder's first bytes: 0, and a number in
 * the lower half, for the first thing is always a literal (lzma-specification,
 * LZMA SDK).  libmagic 5.44 knows the usual properties with large windows. */
bool
doc_sniff_lzma(const struct doc_input *in, char media[128])
{
	const unsigned char *p = (const unsigned char *)in->data;
	uint64_t size;

	if (in->size < 18 || p[0] >= 225 || p[0] % 9 + p[0] / 9 % 5 > 4 ||
	    !is_window(doc_le32(p + 1)))
		return false;
	size = doc_le64(p + 5);
	if ((size != UINT64_MAX && (size == 0 || size >> 38 != 0)) ||
	    p[13] != 0 || p[14] >= 0x80 || doc_le32(p + 14) == 0)
		return false;
	(void)snprintf(media, 128, "application/x-lzma");
	return true;
}

bool
doc_sniff_quick(const struct doc_input *in, char media[128])
{
	if (is_udf(in)) {
		(void)snprintf(media, 128, "application/x-udf-image");
		return true;
	}
	if (is_polyglot(in))
		return false;
	if (begins(in, SIGN("PK\3\4")))
		return doc_sniff_zip(in, media);
	if (begins(in, SIGN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
		return doc_sniff_ole(in, media);
	if (is_still_png(in)) {
		(void)snprintf(media, 128, "image/png");
		return true;
	}
	return by_signature(in, media);
}
