/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/engine/tesseract.h"

#include <stdio.h>
#include <string.h>
#include <tesseract/capi.h>

#include "lib/engine/leptonica.h"
#include "lib/engine/ocr_split.h"
#include "lib/format/sample.h"

/* Words between two signs of life. */
#define BEAT_WORDS 4

/* The engine with its models, made in the zygote, inherited by workers.  One
 * for each process: the models are most of its memory. */
static TessBaseAPI *engine;

/* Debian spells the language code chi_sim as tesseract-ocr-chi-sim. */
static int
missing_model(const char *lang, size_t n, struct doc_error *err)
{
	char package[64];
	size_t i;

	for (i = 0; i < n && i + 1 < sizeof(package); i++) {
		package[i] = lang[i];
		if (lang[i] == '_')
			package[i] = '-';
	}
	package[i] = '\0';
	return doc_error_set(err, DOC_E_ENGINE,
	    "no model '%.*s': install tesseract-ocr-%s", (int)n, lang, package);
}

/* Tesseract goes on without a model it cannot find, if it has another. */
static int
check_models(const char *lang, struct doc_error *err)
{
	char **loaded = TessBaseAPIGetLoadedLanguagesAsVector(engine);
	int rc = 0;

	while (*lang && rc == 0) {
		size_t n = strcspn(lang, "+");
		bool found = lang[0] == '~'; /* "not this one" */

		for (char **l = loaded; l && *l && !found; l++)
			found = strlen(*l) == n && !memcmp(*l, lang, n);
		if (n > 0 && !found)
			rc = missing_model(lang, n, err);
		lang += n + (lang[n] == '+');
	}
	if (loaded)
		TessDeleteTextArray(loaded);
	return rc;
}

/* A language is part of a file name. */
static bool
is_sane(const char *lang)
{
	return *lang && !strstr(lang, "..") && lang[0] != '/' &&
	    lang[strspn(lang,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-+~/")] == '\0';
}

static int
load(const char *lang, struct doc_error *err)
{
	engine = TessBaseAPICreate();
	if (!engine)
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "cannot create the OCR engine");
	if (TessBaseAPIInit2(engine, NULL, lang, OEM_LSTM_ONLY))
		return missing_model(lang, strcspn(lang, "+"), err);
	if (check_models(lang, err))
		return -1;
	return 0;
}

/* What the first page would set up is set up before the fork. */
static int
warm(struct doc_error *err)
{
	const struct doc_input in = { .fd = -1,
		.data = doc_sample_word.data,
		.size = doc_sample_word.size };
	doc_autopixels struct doc_pixels px = { 0 };
	unsigned pages;

	if (doc_leptonica_pixels(&in, &px, &pages, err))
		return -1;
	TessBaseAPISetImage(engine, px.data, (int)px.width, (int)px.height,
	    (int)px.bands, (int)px.stride);
	TessBaseAPISetSourceResolution(engine, DOC_DPI_DEFAULT);
	if (TessBaseAPIRecognize(engine, NULL))
		return doc_error_set(err, DOC_E_ENGINE,
		    "OCR of the sample failed");
	TessBaseAPIClear(engine);
	return 0;
}

int
doc_tesseract_init(const char *lang, struct doc_error *err)
{
	const char *threads = getenv("OMP_THREAD_LIMIT");

	/* libgomp has read it before main(); setting it now has no effect. */
	if (!threads || strcmp(threads, "1") != 0)
		return doc_error_set(err, DOC_E_ENGINE,
		    "OMP_THREAD_LIMIT=1 is not in the environment");
	if (!is_sane(lang))
		return doc_error_set(err, DOC_E_ENGINE, "bad OCR language");
	if (load(lang, err) || warm(err)) {
		if (engine)
			TessBaseAPIDelete(engine);
		engine = NULL;
		return -1;
	}
	return 0;
}

/* A page of small print takes a minute: tell that it moves. */
struct beat {
	struct doc_work *work;
	unsigned words;
};

static bool
beat(void *user, int words)
{
	struct beat *b = user;

	(void)words;
	if (++b->words % BEAT_WORDS == 0)
		doc_work_progress(b->work, 0, 0, 0);
	return false; /* do not cancel */
}

static int
recognize(struct doc_work *work)
{
	struct beat b = { .work = work };
	ETEXT_DESC *monitor = TessMonitorCreate();
	int rc;

	if (!monitor)
		return -1;
	TessMonitorSetCancelFunc(monitor, beat);
	TessMonitorSetCancelThis(monitor, &b);
	rc = TessBaseAPIRecognize(engine, monitor);
	TessMonitorDelete(monitor);
	return rc;
}

/* Is there anything to read?  Paper is even, ink is not. */
static bool
has_ink(const struct doc_pixels *px)
{
	unsigned char low = 255, high = 0;

	for (unsigned y = 0; y < px->height; y++) {
		const unsigned char *row = px->data + y * px->stride;

		for (size_t x = 0; x < (size_t)px->width * px->bands; x++) {
			low = DOC_MIN(low, row[x]);
			high = DOC_MAX(high, row[x]);
		}
	}
	return high - low > 64;
}

/*
 * Without memory Tesseract 5.3 gives no text and reports success.  If it found
 * nothing where there is ink, and what a page needs cannot be had now (it has
 * freed what it got), it ran out.  64 MB do for a page, 16 do not.
 */
static bool
ran_out(const struct doc_pixels *px)
{
	size_t need = ((size_t)48 << 20) +
	    (size_t)px->width * px->height * (px->bands + 1);
	void *p;

	if (!has_ink(px))
		return false;
	p = malloc(need);
	free(p);
	return !p;
}

static int
set_image(const struct doc_pixels *px, struct doc_error *err)
{
	/* Tesseract counts pixels in 16 bits. */
	if (px->width > INT16_MAX || px->height > INT16_MAX)
		return doc_error_set(err, DOC_E_PIXELS, "%u x %u pixels",
		    px->width, px->height);
	TessBaseAPISetImage(engine, px->data, (int)px->width, (int)px->height,
	    (int)px->bands, (int)px->stride);
	if (!TessBaseAPIGetInputImage(engine))
		return doc_error_set(err, DOC_E_MEMORY, "%u x %u pixels",
		    px->width, px->height);
	/* On scans marked 96 this finds 83 to 86 % of the words and takes 40 %
	 * less time; marked 1200, a fourth of the letters would be wrong. */
	TessBaseAPISetSourceResolution(engine,
	    px->dpi > DOC_DPI_SCREEN && px->dpi <= DOC_DPI_MOST
		? (int)px->dpi
		: DOC_DPI_DEFAULT);
	return 0;
}

/* One word, or the two it is on the page. */
static int
put_word(const struct doc_pixels *px, const struct doc_ocr_word *w, char *s,
    struct doc_ocr_words *words)
{
	struct doc_ocr_word first = *w, second = *w;
	int column;
	size_t cut = doc_ocr_split(px, &w->box, s, &column);
	char c;

	if (cut == 0)
		return doc_ocr_words_add(words, w, s);
	first.box.right = second.box.left = column;
	c = s[cut];
	s[cut] = '\0';
	if (doc_ocr_words_add(words, &first, s))
		return -1;
	s[cut] = c;
	return doc_ocr_words_add(words, &second, s + cut);
}

static int
add_word(TessResultIterator *it, const struct doc_pixels *px,
    struct doc_ocr_word *w, struct doc_ocr_words *words)
{
	const TessPageIterator *at = TessResultIteratorGetPageIteratorConst(it);
	struct doc_box *box = &w->box;
	char *s = TessResultIteratorGetUTF8Text(it, RIL_WORD);
	int rc = 0;

	if (words->count > 0) {
		w->line += TessPageIteratorIsAtBeginningOf(at, RIL_TEXTLINE) !=
		    0;
		w->block += TessPageIteratorIsAtBeginningOf(at, RIL_PARA) != 0;
	}
	w->confidence = TessResultIteratorConfidence(it, RIL_WORD);
	if (s && s[strspn(s, " \t\r\n\f")] != '\0' &&
	    TessPageIteratorBoundingBox(at, RIL_WORD, &box->left, &box->top,
		&box->right, &box->bottom))
		rc = put_word(px, w, s, words);
	TessDeleteText(s);
	return rc;
}

static int
take_words(const struct doc_pixels *px, struct doc_ocr_words *words)
{
	TessResultIterator *it = TessBaseAPIGetIterator(engine);
	struct doc_ocr_word w = { 0 };
	int rc = 0;

	if (!it)
		return 0;
	do
		rc = add_word(it, px, &w, words);
	while (rc == 0 && TessResultIteratorNext(it, RIL_WORD));
	TessResultIteratorDelete(it);
	return rc;
}

int
doc_tesseract_read(const struct doc_pixels *px, enum doc_ocr_layout layout,
    struct doc_work *work, struct doc_ocr_words *words, struct doc_error *err)
{
	static const TessPageSegMode modes[] = { [DOC_LAYOUT_AUTO] = PSM_AUTO,
		[DOC_LAYOUT_BLOCK] = PSM_SINGLE_BLOCK,
		[DOC_LAYOUT_SPARSE] = PSM_SPARSE_TEXT };
	struct doc_ocr_words got = { 0 };
	int rc = -1;

	if (!engine)
		return doc_error_set(err, DOC_E_ENGINE, "no OCR engine");
	TessBaseAPISetPageSegMode(engine, modes[layout]);
	if (set_image(px, err))
		rc = -1;
	else if (recognize(work) || take_words(px, &got))
		doc_error_set(err, DOC_E_MEMORY, "OCR failed");
	else if (got.count == 0 && ran_out(px))
		doc_error_set(err, DOC_E_MEMORY,
		    "OCR found no text for lack of memory");
	else
		rc = 0;
	TessBaseAPIClear(engine);
	if (rc == 0)
		*words = got;
	else
		doc_ocr_words_release(&got);
	return rc;
}
