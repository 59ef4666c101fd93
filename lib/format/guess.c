/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/guess.h"
#include "lib/format/letters.h"
#include "lib/format/uchardet.h"

/* ICU's confidence, 0 to 100.  Below LOW it did not know the language: of
 * texts in 40 languages and charsets none that it knew got less. */
enum { LOW = 25, SURE = 60 };

/* Of DOS and Macintosh in the West neither detector knows anything: they are
 * tried, and have to be better by this much. */
enum { CLEARLY = 6 };

struct sample {
	const char *p;
	size_t n;
};

static bool
is_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_ascii_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Letters of DOS, read as Cyrillic. */
struct dos {
	size_t letters, other; /* other: what would be no letter of a word */
	size_t small;	       /* of the first half of the alphabet */
	size_t crooked;	       /* a capital behind a small letter */
};

static struct dos
count_dos(const struct sample *s)
{
	struct dos d = { 0 };
	bool small = false;

	for (size_t i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];

		if ((c >= 0x80 && c < 0xb0) || (c >= 0xe0 && c < 0xf2)) {
			if (i > 0 && is_ascii_letter(s->p[i - 1]))
				d.other++;
			d.letters++;
			d.small += c >= 0xa0 && c < 0xb0;
			d.crooked += c < 0xa0 && small;
			small = c >= 0xa0;
			continue;
		}
		if (c >= 0xb0 && c != 0xff && (c < 0xb3 || c > 0xda))
			d.other++;
		small = false;
	}
	return d;
}

/*
 * Cyrillic of DOS, which ICU does not know: letters in 80-AF and E0-EF, while
 * B0-DF are line drawing.  In windows-1251 and KOI8-R nearly all letters are
 * in C0-FF; in the Latin charsets of DOS most stand beside ASCII.  Greek of DOS
 * is in the same places, but has its small letters from 98 on.
 */
static const char *
dos_of_east(const struct sample *s)
{
	struct dos d = count_dos(s);

	if (d.letters < 6 || d.other * 20 >= d.letters)
		return NULL;
	if (d.small > 0 && d.crooked * 8 >= d.letters)
		return "IBM737";
	return d.letters >= 8 && d.small * 4 > d.letters ? "IBM866" : NULL;
}

/* Hebrew of DOS is in 80-9A, where Cyrillic has capitals.  Five of its letters
 * stand at the end of a word only. */
static bool
is_cp862(const struct sample *s)
{
	size_t letters = 0;

	for (size_t i = 0; i < s->n; i++) {
		unsigned char c = (unsigned char)s->p[i];
		unsigned char next = i + 1 < s->n ? (unsigned char)s->p[i + 1]
						  : ' ';

		if (c < 0x80)
			continue;
		if (c > 0x9a || is_ascii_letter((char)next) ||
		    (i > 0 && is_ascii_letter(s->p[i - 1])) ||
		    (is_in((char)c, "\x8a\x8d\x8f\x93\x95") && next >= 0x80))
			return false;
		letters++;
	}
	return letters >= 8;
}

/* Turkish has letters inside of words where DOS in the West has a florin, a
 * times sign and ordinals. */
static bool
is_cp857(const struct sample *s)
{
	size_t inside = 0;

	for (size_t i = 1; i + 1 < s->n; i++)
		inside += is_in(s->p[i], "\x9e\x9f\xa6\xa7") &&
		    is_ascii_letter(s->p[i - 1]) &&
		    is_ascii_letter(s->p[i + 1]);
	return inside > 0;
}

/* The length of a character of Shift JIS that is in use every day: kana, their
 * signs, and the ideographs of the first level (JIS X 0208). */
static size_t
common_japanese(const unsigned char *p, size_t n)
{
	if (n < 2 || p[1] < 0x40 || p[1] == 0x7f || p[1] > 0xfc)
		return 0;
	if (p[0] >= 0x81 && p[0] <= 0x83)
		return 2;
	if (p[0] >= 0x88 && p[0] <= 0x97)
		return p[0] > 0x88 || p[1] >= 0x9f ? 2 : 0;
	return p[0] == 0x98 && p[1] <= 0x72 ? 2 : 0;
}

/* A few words of Japanese, too few for ICU: nothing but such characters beyond
 * ASCII, which keep together.  The letters of others that fit stand alone among
 * ASCII, or are taken together with it. */
static bool
is_shift_jis(const struct sample *s)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t all = 0, together = 0, high = 0, step;
	bool before = false;

	for (size_t i = 0; i < s->n; i += step) {
		step = 1;
		if (p[i] < 0x80) {
			before = false;
			continue;
		}
		step = common_japanese(p + i, s->n - i);
		if (step == 0)
			return false;
		all++;
		together += before;
		high += p[i + 1] >= 0x80;
		before = true;
	}
	return all >= 2 && together * 3 >= all && high * 8 >= all && high > 0;
}

static bool
is_koi8_letter(char c)
{
	return (unsigned char)c >= 0xc0;
}

/* Ukrainian differs from KOI8-R in letters where that has line drawing. */
static bool
is_koi8_u(const struct sample *s)
{
	for (size_t i = 1; i + 1 < s->n; i++)
		if (is_in(s->p[i], "\xa4\xa6\xa7\xad\xb4\xb6\xb7\xbd") &&
		    (is_koi8_letter(s->p[i - 1]) ||
			is_koi8_letter(s->p[i + 1])))
			return true;
	return false;
}

/* Vietnamese of Windows has marks of their own behind vowels, in places where
 * others have capitals. */
static bool
is_vietnamese(const struct sample *s)
{
	size_t marks = 0;

	for (size_t i = 1; i < s->n; i++)
		marks += is_in(s->p[i], "\xcc\xd2\xde") &&
		    is_in(s->p[i - 1], "aeiouy\xe2\xe3\xea\xf4\xf5\xfd");
	return marks >= 3;
}

/* The Baltic languages have s and z with carons where Icelandic has eth and
 * thorn, and nobody else has letters.  The vowels tell the two apart. */
static bool
is_baltic(const struct sample *s)
{
	size_t carons = 0, baltic = 0, icelandic = 0;

	for (size_t i = 0; i < s->n; i++) {
		carons += is_in(s->p[i], "\xf0\xfe");
		baltic += is_in(s->p[i], "\xe0\xe2\xe7\xeb\xee\xf5\xf8\xfb");
		icelandic += is_in(s->p[i], "\xe9\xf3\xf6\xfa\xfd");
	}
	return carons > 0 && baltic > 2 * icelandic;
}

/* Where ISO 8859-13 has quotes and windows-1257 nothing. */
static bool
has_iso_quotes(const struct sample *s)
{
	return s->n > 0 &&
	    (memchr(s->p, 0xa1, s->n) != NULL ||
		memchr(s->p, 0xa5, s->n) != NULL);
}

/* The alpha with an accent that Greek begins words with, where ISO 8859-7 has a
 * closing quote. */
static bool
is_greek_of_windows(const struct sample *s)
{
	for (size_t i = 0; i + 1 < s->n; i++)
		if (s->p[i] == '\xa2' && (unsigned char)s->p[i + 1] >= 0xdc)
			return true;
	return false;
}

/* How natural the sample is in a Latin charset. */
static int
score(const struct sample *s, const char *charset)
{
	doc_autobuf struct doc_buf text = { 0 };
	struct doc_charset *cs = doc_charset_open(charset);
	int points = -1000000;

	if (cs != NULL && doc_charset_put(cs, s->p, s->n, true, &text) == 0)
		points = doc_letters_score(text.data, text.len);
	doc_charset_free(cs);
	return points;
}

static bool
is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (doc_charset_same(name, list[i]))
			return true;
	return false;
}

static bool
is_latin(const char *name)
{
	static const char *const latin[] = { "windows-1250", "windows-1252",
		"windows-1254", "windows-1257", "windows-1258", "ISO-8859-2",
		"ISO-8859-3", "ISO-8859-4", "ISO-8859-10", "ISO-8859-13",
		"ISO-8859-15", "ISO-8859-16", "IBM852", "macce" };

	return is_one_of(name, latin, DOC_LEN(latin));
}

/* The most natural of what was guessed and of what nobody guesses. */
static void
choose_latin(const struct sample *s, const char *second,
    char name[static DOC_CHARSET_NAME])
{
	/* Of equals the first wins: the Macintosh in the West has the letters
	 * of the one in Central Europe, DOS not. */
	bool dos = doc_charset_same(second, "IBM852");
	const char *candidate[] = { dos ? second : "IBM850",
		dos ? "IBM850" : "macintosh",
		dos		       ? "macintosh"
		    : is_latin(second) ? second
				       : name,
		"IBM852" };
	int best = score(s, name) + CLEARLY - 1;

	for (size_t i = 0; i < DOC_LEN(candidate); i++) {
		int points = score(s, candidate[i]);

		if (points <= best)
			continue;
		best = points;
		memmove(name, candidate[i], strlen(candidate[i]) + 1);
	}
	if (doc_charset_same(name, "IBM850") && is_cp857(s))
		snprintf(name, DOC_CHARSET_NAME, "IBM857");
}

/* Where the second opinion is worth more than ICU's. */
static bool
knows_better(const struct sample *s, const char *first, int confidence,
    const char *second)
{
	static const char *const baltic[] = { "windows-1257", "ISO-8859-4",
		"ISO-8859-10", "ISO-8859-13" };
	static const char *const always[] = { "windows-874", "maccy",
		"ISO-2022-KR", "HZ" };
	static const char *const central[] = { "windows-1250", "ISO-8859-2" };

	if (*second == '\0' || confidence >= 100)
		return false;
	if (is_one_of(second, always, DOC_LEN(always)))
		return true;
	if (is_one_of(first, central, DOC_LEN(central)))
		return is_one_of(second, central, DOC_LEN(central));
	if (is_one_of(second, baltic, DOC_LEN(baltic)) && !is_baltic(s))
		return false;
	return confidence <= LOW && !doc_charset_same(second, "macce") &&
	    !doc_charset_same(second, "windows-1252");
}

/* What is known is the script: which of its charsets is it? */
static void
refine(const struct sample *s, const char *second,
    char name[static DOC_CHARSET_NAME])
{
	const char *better = NULL;

	if (is_latin(name) && is_vietnamese(s))
		better = "windows-1258";
	else if (doc_charset_same(name, "windows-1252") && is_baltic(s))
		better = "windows-1257";
	else if (doc_charset_same(name, "ISO-8859-13") && !has_iso_quotes(s))
		better = "windows-1257"; /* the same letters */
	else if (is_latin(name))
		choose_latin(s, second, name);
	else if (doc_charset_same(name, "KOI8-R") && is_koi8_u(s))
		better = "KOI8-U";
	else if (strncasecmp(name, "ISO-8859-8", 10) == 0)
		better = "windows-1255"; /* all of it, and more */
	else if (doc_charset_same(name, "ISO-8859-7") && is_greek_of_windows(s))
		better = "windows-1253";
	if (better != NULL)
		snprintf(name, DOC_CHARSET_NAME, "%s", better);
}

/* What is told by where its letters stand, or NULL. */
static const char *
by_places(const struct sample *s, const char *second)
{
	if (doc_charset_same(second, "windows-874"))
		return NULL;
	if (is_shift_jis(s))
		return "windows-31j";
	return is_cp862(s) ? "IBM862" : dos_of_east(s);
}

bool
doc_guess(const char *p, size_t n, char name[static DOC_CHARSET_NAME])
{
	const struct sample s = { p, n };
	char second[DOC_CHARSET_NAME] = "";
	int confidence = doc_charset_detect(p, n, name);
	const char *surely;

	if (confidence >= SURE && !is_latin(name)) {
		refine(&s, second, name);
		return true;
	}
	(void)doc_uchardet(p, n, second);
	surely = by_places(&s, second);
	if (surely != NULL) {
		snprintf(name, DOC_CHARSET_NAME, "%s", surely);
		return true;
	}
	if (knows_better(&s, confidence < 0 ? "" : name, confidence, second)) {
		snprintf(name, DOC_CHARSET_NAME, "%s", second);
		confidence = LOW;
	}
	if (confidence < 0)
		return false;
	refine(&s, second, name);
	return true;
}

bool
doc_guess_few(const char *p, size_t n, char name[static DOC_CHARSET_NAME])
{
	const struct sample s = { p, n };
	char second[DOC_CHARSET_NAME] = "";
	const char *surely;

	(void)doc_uchardet(p, n, second);
	surely = by_places(&s, second);
	if (surely == NULL)
		return doc_guess(p, n, name);
	(void)snprintf(name, DOC_CHARSET_NAME, "%s", surely);
	return true;
}

bool
doc_guess_is_hz(const char *p, size_t n)
{
	char name[DOC_CHARSET_NAME];

	return memmem(p, n, "~{", 2) != NULL && memmem(p, n, "~}", 2) != NULL &&
	    doc_uchardet(p, n, name) && strncmp(name, "HZ", 2) == 0;
}
