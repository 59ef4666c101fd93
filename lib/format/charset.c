/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>
#include <unicode/udata.h>
#include <unicode/utf16.h>

#include "lib/base/utf8.h"
#include "lib/format/charset.h"

/* UTF-16 units per round of a conversion. */
enum { UNITS = 4096 };

/* Below this ICU's first guess is no better than none (0 to 100). */
enum { MIN_CONFIDENCE = 15 };

struct doc_charset {
	UConverter *cnv; /* NULL: UTF-8, which needs no ICU */
	char name[DOC_CHARSET_NAME];
	char tail[4]; /* UTF-8: begun sequence of the last call */
	size_t tail_len;
	UChar lead; /* a surrogate that UTF-7 began with the last call, or 0 */
	uint64_t repairs;
};

/* What ICU would read otherwise than browsers do. */
static const struct {
	const char *label, *charset;
} aliases[] = {
	{ "ansi_x3.4-1968", "windows-1252" },
	{ "ascii", "windows-1252" },
	{ "big5-hkscs", "Big5-HKSCS" },
	{ "chinese", "GB18030" },
	{ "cp1252", "windows-1252" },
	{ "cp819", "windows-1252" },
	{ "cp936", "GB18030" },
	{ "csgb2312", "GB18030" },
	{ "euc-kr", "windows-949" },
	{ "gb2312", "GB18030" },
	{ "gb_2312-80", "GB18030" },
	{ "gbk", "GB18030" },
	{ "iso-8859-1", "windows-1252" },
	{ "iso-8859-11", "windows-874-2000" },
	{ "iso-8859-9", "windows-1254" },
	{ "iso8859-1", "windows-1252" },
	{ "iso88591", "windows-1252" },
	{ "iso_8859-1", "windows-1252" },
	{ "korean", "windows-949" },
	{ "ks_c_5601-1987", "windows-949" },
	{ "ksc5601", "windows-949" },
	{ "l1", "windows-1252" },
	{ "latin-1", "windows-1252" },
	{ "latin1", "windows-1252" },
	{ "latin5", "windows-1254" },
	{ "ms_kanji", "windows-31j" },
	{ "shift-jis", "windows-31j" },
	{ "shift_jis", "windows-31j" },
	{ "sjis", "windows-31j" },
	{ "tis-620", "windows-874-2000" },
	{ "tis620", "windows-874-2000" },
	{ "unicode-1-1-utf-8", "UTF-8" },
	{ "us-ascii", "windows-1252" },
	{ "utf8", "UTF-8" },
	{ "windows-874", "windows-874-2000" },
	{ "x-gbk", "GB18030" },
	{ "x-sjis", "windows-31j" },
};

/* Blanks, quotes and the like around a label are dropped. */
static bool
clean_label(const char *label, char out[static DOC_CHARSET_NAME])
{
	size_t n;

	label += strspn(label, " \t\r\n\"'");
	n = strcspn(label, " \t\r\n\"';,");
	if (n == 0 || n >= DOC_CHARSET_NAME)
		return false;
	memcpy(out, label, n);
	out[n] = '\0';
	for (size_t i = 0; i < DOC_LEN(aliases); i++)
		if (strcasecmp(out, aliases[i].label) == 0)
			snprintf(out, DOC_CHARSET_NAME, "%s",
			    aliases[i].charset);
	return true;
}

/* ICU's own callback writes U+001A for the bad bytes of some charsets. */
static void
bad_bytes(const void *ctx, UConverterToUnicodeArgs *args, const char *units,
    int32_t length, UConverterCallbackReason reason, UErrorCode *status)
{
	static const UChar replacement = 0xfffd;
	struct doc_charset *cs;

	(void)units;
	(void)length;
	if (reason > UCNV_IRREGULAR)
		return;
	/* ICU gives back as const what was not. */
	memcpy(&cs, &ctx, sizeof(ctx));
	*status = U_ZERO_ERROR;
	cs->repairs++;
	ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

static void
set_name(struct doc_charset *cs)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *own = ucnv_getName(cs->cnv, &status);
	const char *name = ucnv_getStandardName(own, "IANA", &status);

	if (name == NULL)
		name = ucnv_getStandardName(own, "MIME", &status);
	snprintf(cs->name, sizeof(cs->name), "%s", name ? name : own);
}

struct doc_charset *
doc_charset_open(const char *label)
{
	char name[DOC_CHARSET_NAME];
	UErrorCode status = U_ZERO_ERROR;
	struct doc_charset *cs;

	if (label == NULL || !clean_label(label, name))
		return NULL;
	cs = calloc(1, sizeof(*cs));
	if (cs == NULL)
		return NULL;
	snprintf(cs->name, sizeof(cs->name), "UTF-8");
	if (strcasecmp(name, "UTF-8") == 0)
		return cs;
	cs->cnv = ucnv_open(name, &status);
	if (U_SUCCESS(status))
		ucnv_setToUCallBack(cs->cnv, bad_bytes, cs, NULL, NULL,
		    &status);
	if (U_FAILURE(status)) {
		doc_charset_free(cs);
		return NULL;
	}
	set_name(cs);
	return cs;
}

const char *
doc_charset_name(const struct doc_charset *cs)
{
	return cs->name;
}

uint64_t
doc_charset_repairs(const struct doc_charset *cs)
{
	return cs->repairs;
}

void
doc_charset_free(struct doc_charset *cs)
{
	if (cs == NULL)
		return;
	if (cs->cnv != NULL)
		ucnv_close(cs->cnv);
	free(cs);
}

bool
doc_charset_same(const char *a, const char *b)
{
	char x[DOC_CHARSET_NAME], y[DOC_CHARSET_NAME];

	if (!clean_label(a, x) || !clean_label(b, y))
		return false;
	return strcasecmp(x, y) == 0 || ucnv_compareNames(x, y) == 0;
}

static int
repair(struct doc_charset *cs, const char *p, size_t n, struct doc_buf *out)
{
	int64_t repairs = doc_utf8_repair(out, p, n);

	if (repairs < 0)
		return -1;
	cs->repairs += (uint64_t)repairs;
	return 0;
}

/* Length of what may be the begin of a sequence at the end of p[0..n). */
static size_t
open_tail(const char *p, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)p[n - back];
		size_t want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

		if (c >= 0xc0)
			return want > back ? back : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

static int
put_utf8(struct doc_charset *cs, const char *p, size_t n, bool last,
    struct doc_buf *out)
{
	size_t tail;

	while (cs->tail_len > 0 && n > 0) {
		cs->tail[cs->tail_len++] = *p++;
		n--;
		if (open_tail(cs->tail, cs->tail_len) == cs->tail_len)
			continue;
		if (repair(cs, cs->tail, cs->tail_len, out) < 0)
			return -1;
		cs->tail_len = 0;
	}
	tail = last || cs->tail_len > 0 ? 0 : open_tail(p, n);
	if (repair(cs, p, n - tail, out) < 0)
		return -1;
	if (tail > 0) {
		memcpy(cs->tail, p + n - tail, tail);
		cs->tail_len = tail;
	}
	if (!last || cs->tail_len == 0)
		return 0;
	tail = cs->tail_len;
	cs->tail_len = 0;
	return repair(cs, cs->tail, tail, out);
}

/* Returns how many units are left over: a surrogate whose other half is in the
 * next round.  -1 when `out` is full. */
static int
put_units(UChar *u, int n, struct doc_buf *out)
{
	int i = 0;

	if (doc_buf_reserve(out, (size_t)n * 3) < 0)
		return -1;
	while (i < n) {
		uint32_t r = u[i++];

		if (U16_IS_LEAD(r)) {
			if (i == n) {
				u[0] = (UChar)r;
				return 1;
			}
			if (U16_IS_TRAIL(u[i]))
				r = 0x10000 + ((r & 0x3ff) << 10) +
				    (u[i++] & 0x3ffu);
		}
		if (doc_utf8_put(out, r) < 0)
			return -1;
	}
	return 0;
}

int
doc_charset_put(struct doc_charset *cs, const char *p, size_t n, bool last,
    struct doc_buf *out)
{
	UChar units[UNITS] = { cs->lead };
	const char *end = p + n;
	UErrorCode status;
	int held = cs->lead != 0;

	if (cs->cnv == NULL)
		return put_utf8(cs, p, n, last, out);
	do {
		UChar *u = units + held;

		status = U_ZERO_ERROR;
		ucnv_toUnicode(cs->cnv, &u, units + UNITS, &p, end, NULL,
		    last ? 1 : 0, &status);
		held = put_units(units, (int)(u - units), out);
		if (held < 0)
			return -1;
	} while (status == U_BUFFER_OVERFLOW_ERROR);
	cs->lead = held && !last ? units[0] : 0;
	if (held && last && doc_utf8_put(out, units[0]) < 0)
		return -1;
	return U_FAILURE(status) ? -1 : 0;
}

const char *
doc_charset_bom(const char *p, size_t n, size_t *skip)
{
	static const struct {
		const char *name, *mark;
		size_t len;
	} boms[] = { { "UTF-8", "\xef\xbb\xbf", 3 },
		{ "UTF-32LE", "\xff\xfe\0\0", 4 },
		{ "UTF-32BE", "\0\0\xfe\xff", 4 },
		{ "UTF-16LE", "\xff\xfe", 2 }, { "UTF-16BE", "\xfe\xff", 2 },
		{ "GB18030", "\x84\x31\x95\x33", 4 } };

	for (size_t i = 0; i < DOC_LEN(boms); i++)
		if (n >= boms[i].len &&
		    memcmp(p, boms[i].mark, boms[i].len) == 0) {
			*skip = boms[i].len;
			return boms[i].name;
		}
	*skip = 0;
	return NULL;
}

/* Of ICU's guesses, those that documents have: EBCDIC is not among them, and
 * UTF-8 and UTF-16 were looked at before with all bytes. */
static bool
plausible(const char *name)
{
	return name != NULL && strncmp(name, "IBM42", 5) != 0 &&
	    strncmp(name, "UTF-", 4) != 0;
}

int
doc_charset_detect(const char *p, size_t n, char name[static DOC_CHARSET_NAME])
{
	UErrorCode status = U_ZERO_ERROR;
	UCharsetDetector *det = ucsdet_open(&status);
	const UCharsetMatch **found = NULL;
	int32_t count = 0, confidence = 0;
	bool ok = false;

	if (U_FAILURE(status))
		return -1;
	ucsdet_setText(det, p, (int32_t)n, &status);
	if (U_SUCCESS(status))
		found = ucsdet_detectAll(det, &count, &status);
	for (int32_t i = 0; i < count && U_SUCCESS(status) && !ok; i++) {
		const char *guess = ucsdet_getName(found[i], &status);

		confidence = ucsdet_getConfidence(found[i], &status);
		if (confidence < MIN_CONFIDENCE)
			break;
		ok = plausible(guess) && clean_label(guess, name);
	}
	ucsdet_close(det);
	return ok ? confidence : -1;
}

int
doc_charset_warm(struct doc_error *err)
{
	static const char *const common[] = { "windows-1252", "UTF-16LE",
		"windows-31j", "GB18030", "Big5", "windows-949", "EUC-JP",
		"ISO-2022-JP", "KOI8-R", "windows-1251", "IBM866",
		"windows-1258", "IBM850", "macintosh" };
	char name[DOC_CHARSET_NAME];
	UErrorCode status = U_ZERO_ERROR;

	/* All data is in the library; a cage would kill who opens a file. */
	udata_setFileAccess(UDATA_NO_FILES, &status);
	if (U_FAILURE(status))
		return doc_error_set(err, DOC_E_ENGINE, "cannot set up ICU: %s",
		    u_errorName(status));
	for (size_t i = 0; i < DOC_LEN(common); i++) {
		struct doc_charset *cs = doc_charset_open(common[i]);

		if (cs == NULL)
			return doc_error_set(err, DOC_E_ENGINE,
			    "ICU has no converter for %s", common[i]);
		doc_charset_free(cs);
	}
	(void)doc_charset_detect("d\xe9j\xe0 vu", 7, name);
	return 0;
}
