/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PDFs written here: text, repairs of it, OCR decisions, pixels, failures. */
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/format/pdf.h"
#include "lib/format/pdf_impl.h"
#include "lib/format/sample.h"
#include "tests/unit/tap.h"

/* What the code under test said, as "key=value" lines. */
static struct doc_buf said;

static void
note_field(struct doc_work *w, enum doc_field field, const void *p, size_t n)
{
	const struct doc_field_info *info = doc_field_info(field);
	uint64_t number;

	(void)w;
	if (info->type == DOC_T_INT) {
		memcpy(&number, p, sizeof(number));
		doc_buf_addf(&said, "%s=%llu\n", info->name,
		    (unsigned long long)number);
		return;
	}
	doc_buf_addf(&said, "%s=%.*s\n", info->name, (int)n, (const char *)p);
}

static void
note_reason(struct doc_work *w, enum doc_reason reason)
{
	(void)w;
	doc_buf_addf(&said, "reason=%s\n", doc_reason_name(reason));
}

static void
note_progress(struct doc_work *w, unsigned done, unsigned total, uint64_t bytes)
{
	(void)w;
	(void)bytes;
	doc_buf_addf(&said, "beat=%u/%u\n", done, total);
}

static const struct doc_work_ops ops = { .field = note_field,
	.reason = note_reason,
	.progress = note_progress };

static bool
was_said(const char *line)
{
	return strstr(doc_buf_str(&said), line) != NULL;
}

/*
 * A PDF of the given objects (NULL ends them): number 1 is the catalog, 2 the
 * page tree, with a table of offsets so that nothing needs repair.
 */
static struct doc_input
make_pdf(struct doc_buf *pdf, const char *trailer, ...)
{
	size_t offsets[32], count = 0, xref;
	const char *object;
	va_list ap;

	doc_buf_release(pdf);
	doc_buf_adds(pdf, "%PDF-1.6\n");
	va_start(ap, trailer);
	while ((object = va_arg(ap, const char *)) && count < 32) {
		offsets[count++] = pdf->len;
		doc_buf_addf(pdf, "%zu 0 obj\n%s\nendobj\n", count, object);
	}
	va_end(ap);
	xref = pdf->len;
	doc_buf_addf(pdf, "xref\n0 %zu\n0000000000 65535 f \n", count + 1);
	for (size_t i = 0; i < count; i++)
		doc_buf_addf(pdf, "%010zu 00000 n \n", offsets[i]);
	doc_buf_addf(pdf,
	    "trailer<</Root 1 0 R/Size %zu%s>>\nstartxref\n%zu\n%%%%EOF\n",
	    count + 1, trailer, xref);
	return (struct doc_input){ .fd = -1,
		.data = pdf->data,
		.size = pdf->len,
		.media = "application/pdf" };
}

/* A stream object in `room`. */
static const char *
stream(char room[static 2048], const char *dict, const char *content)
{
	snprintf(room, 2048, "<<%s/Length %zu>>stream\n%s\nendstream", dict,
	    strlen(content), content);
	return room;
}

/* Text of a document in `out`; what else it says in `said`. */
static int
text_of(const struct doc_input *in, char *out, size_t room,
    struct doc_error *err)
{
	int fd = memfd_create("text", MFD_CLOEXEC);
	struct doc_work work = { .ops = &ops,
		.out = fd,
		.max_output = 1 << 20 };
	struct doc_text text;
	ssize_t n;
	int rc;

	memset(err, 0, sizeof(*err));
	doc_buf_release(&said);
	doc_text_init(&text, &work);
	rc = doc_pdf_text(in, &text, err);
	if (rc == 0)
		rc = doc_text_finish(&text, err);
	doc_text_release(&text);
	n = pread(fd, out, room - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	close(fd);
	return rc;
}

#define CATALOG	 "<</Type/Catalog/Pages 2 0 R>>"
#define ONE_PAGE "<</Type/Pages/Kids[3 0 R]/Count 1>>"
#define FONT                                                                   \
	"<</Type/Font/Subtype/Type1/BaseFont/Helvetica"                        \
	"/Encoding/WinAnsiEncoding>>"
#define PAGE(more)                                                             \
	"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R"       \
	"/Resources<</Font<</F 5 0 R>>/XObject<</I 6 0 R>>>>" more ">>"

static char out[8192], room[2048];
static struct doc_buf pdf;
static struct doc_error err;

static void
test_plain(void)
{
	struct doc_input in = make_pdf(&pdf, "/Info 6 0 R", CATALOG,
	    "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>", PAGE(""),
	    stream(room, "", "BT /F 12 Tf 20 100 Td (Hello page) Tj ET"), FONT,
	    "<</Title(A title)/Author(Someone)/CreationDate"
	    "(D:20201231235900+01'00')>>",
	    NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0, "two pages");
	OK(!strcmp(out, "Hello page\n\fHello page\n") ||
		!strcmp(out, "Hello page\fHello page"),
	    "text with a form feed between");
	OK(was_said("title=A title\n"), "title");
	OK(was_said("creator=Someone\n"), "author");
	OK(was_said("created=2020-12-31T22:59:00Z\n"), "time in UTC");
	OK(was_said("pages=2\n"), "pages counted");
	OK(!was_said("reason="), "nothing to complain about");
	OK(!was_said("ocr_pages"), "no OCR needed");
}

static void
test_crop(void)
{
	struct doc_input in = make_pdf(&pdf, "", CATALOG, ONE_PAGE,
	    PAGE("/CropBox[0 50 300 200]"),
	    stream(room, "",
		"BT /F 12 Tf 20 100 Td (visible) Tj 0 -80 Td (slug) Tj ET"),
	    FONT, NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strstr(out, "visible") && !strstr(out, "slug"),
	    "only what the crop box shows");
}

static void
test_table(void)
{
	char cells[1500] = "BT /F 10 Tf ";
	struct doc_input in;

	for (int row = 0; row < 4; row++)
		for (int col = 0; col < 3; col++) {
			size_t n = strlen(cells);

			snprintf(cells + n, sizeof(cells) - n,
			    "1 0 0 1 %d %d Tm (cell%d%d) Tj ", 20 + col * 90,
			    150 - row * 25, row, col);
		}
	snprintf(cells + strlen(cells), sizeof(cells) - strlen(cells), "ET");
	in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "", cells), FONT, NULL);
	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strstr(out, "cell10\tcell11\tcell12\n"),
	    "a table row is a line, its cells have tabs between");
}

/* 0.3 points between all letters, 0.96 where kerning adds to them. */
static void
test_tracked(void)
{
	struct doc_input in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "",
		"BT /F 9 Tf 0.3 Tc 20 100 Td [(Harbour, Co) -75 (ncurring in P)"
		" -75 (art and 10) -130 (mm away)] TJ ET"),
	    FONT, NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strstr(out, "Harbour, Concurring in Part and 10 mm away\n"),
	    "letter-spaced words are whole");
	in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "",
		"BT /F 20 Tf 1 0 0 1 20 60 Tm (True) Tj "
		"/F 24 Tf 1 0 0 1 58 60 Tm (Over) Tj ET"),
	    FONT, NULL);
	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strstr(out, "True\tOver"),
	    "texts painted over each other are two");
}

static bool
ordered(const char *from, bool leftwards, const char *to)
{
	doc_autobuf struct doc_buf b = { 0 };

	doc_buf_adds(&b, "# ");
	doc_buf_adds(&b, from);
	return doc_pdf_order(&b, 2, leftwards) == 0 &&
	    strcmp(doc_buf_str(&b) + 2, to) == 0;
}

/* Letters a to z are the Hebrew ones from alef. */
static void
test_leftwards(void)
{
	char map[2048];
	struct doc_input in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "",
		"BT /F 12 Tf 200 150 Td (cba fed) Tj 20 -20 Td (ihg) Tj "
		"-30 -20 Td (AB CD lkj) Tj ET"),
	    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
	    stream(map, "",
		"begincmap 1 begincodespacerange <00> <FF> endcodespacerange "
		"2 beginbfrange <20> <5A> <0020> <61> <7A> <05D0> endbfrange "
		"endcmap"),
	    NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strcmp(out,
		    "\u05d3\u05d4\u05d5 \u05d0\u05d1\u05d2\n"
		    "\u05d6\u05d7\u05d8\n"
		    "AB CD \u05d9\u05da\u05db\n") == 0,
	    "all of a Hebrew page, in order");
	OK(ordered("\u05d1 17 big dog \u05d0", false,
	       "\u05d0 big dog 17 \u05d1") &&
		ordered("\u05d0 17 dog big \u05d1", true,
		    "\u05d0 17 big dog \u05d1"),
	    "numbers and Latin words in a Hebrew line");
	OK(ordered("a \u05d1 \u05d0 b c", false, "a \u05d0 \u05d1 b c") &&
		ordered("c b \u05d0 \u05d1 a", true, "a \u05d0 \u05d1 b c"),
	    "Hebrew words in a Latin line");
	OK(ordered("", true, "") && ordered("a", true, "a") &&
		ordered("a\tb  c ", false, "a\tb  c "),
	    "nothing to turn");
}

static void
test_form_and_notes(void)
{
	struct doc_input in = make_pdf(&pdf, "",
	    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]"
	    "/DA(/F 10 Tf)/DR<</Font<</F 5 0 R>>>>>>>>",
	    ONE_PAGE, PAGE("/Annots[6 0 R 7 0 R 8 0 R]"),
	    stream(room, "", "BT /F 12 Tf 20 100 Td (Name) Tj ET"), FONT,
	    "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Typed value)"
	    "/Rect[60 95 200 115]/P 3 0 R/DA(/F 10 Tf)>>",
	    "<</Type/Annot/Subtype/FreeText/Contents(Written across)"
	    "/Rect[10 10 100 30]/DA(/F 10 Tf)>>",
	    "<</Type/Annot/Subtype/Text/Contents(Hidden remark)/F 2"
	    "/Rect[10 40 20 50]>>",
	    NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strstr(out, "Name Typed value\n"),
	    "value of a form field, where it stands");
	OK(strstr(out, "Written across") != NULL, "free text annotation");
	OK(!strstr(out, "Hidden remark"), "no hidden annotation");
}

#define LETTERS                                                                \
	"/Type/XObject/Subtype/Form/BBox[0 0 200 40]"                          \
	"/Resources<</Font<</F 5 0 R>>>>"

/* What only an appearance says; values stand where they are seen, once. */
static void
test_appearances(void)
{
	char sign[2048], value[2048];
	struct doc_input in = make_pdf(&pdf, "",
	    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]"
	    "/DA(/F 10 Tf)/DR<</Font<</F 5 0 R>>>>>>>>",
	    ONE_PAGE, PAGE("/Annots[6 0 R 7 0 R 8 0 R]"),
	    stream(room, "",
		"BT /F 10 Tf 20 100 Td (Name) Tj 0 -60 Td (End) Tj ET"),
	    FONT,
	    "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Typed  value)"
	    "/Rect[60 90 260 130]/P 3 0 R/DA(/F 10 Tf)/AP<</N 9 0 R>>>>",
	    "<</Type/Annot/Subtype/Widget/FT/Sig/T(sig)/Rect[20 50 220 90]"
	    "/P 3 0 R/AP<</N 10 0 R>>>>",
	    "<</Type/Annot/Subtype/Stamp/F 2/Rect[20 0 220 40]/P 3 0 R"
	    "/AP<</N 10 0 R>>>>",
	    stream(value, LETTERS, "BT /F 10 Tf 2 10 Td (Typed value) Tj ET"),
	    stream(sign, LETTERS, "BT /F 10 Tf 2 10 Td (Signed by) Tj ET"),
	    NULL);

	OK(text_of(&in, out, sizeof(out), &err) == 0 &&
		strcmp(out, "Name\nTyped value\nSigned by\nEnd\n") == 0,
	    "signature, and the value in its place");
}

static void
test_ocr_pages(void)
{
	char scan[2048], empty[2048], lines[2048], number[2048];
	struct doc_input in;

#define KID(content)                                                           \
	"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents " content    \
	" 0 R/Resources<</Font<</F 5 0 R>>/XObject<</I 4 0 R>>>>>>"
	in = make_pdf(&pdf, "", CATALOG,
	    "<</Type/Pages/Kids[10 0 R 10 0 R 11 0 R 12 0 R 13 0 R 3 0 R]"
	    "/Count 6>>",
	    KID("9"),
	    stream(room,
		"/Type/XObject/Subtype/Image/Width 2/Height 2"
		"/ColorSpace/DeviceGray/BitsPerComponent 8",
		"abcd"),
	    FONT, stream(scan, "", "q 300 0 0 200 0 0 cm /I Do Q"),
	    stream(empty, "", " "), stream(lines, "", "20 20 200 100 re f"),
	    stream(number, "",
		"q 300 0 0 200 0 0 cm /I Do Q BT /F 12 Tf 20 100 Td "
		"(Stamped on the scan) Tj ET"),
	    KID("6"), KID("7"), KID("8"), KID("6"), NULL);
	OK(text_of(&in, out, sizeof(out), &err) == 0, "scans");
	OK(was_said("ocr_pages=no-text:1-2\n"), "pictures, a run");
	OK(!was_said("no-text:3"), "a blank page needs no OCR");
	OK(was_said("ocr_pages=no-text:4-5\n"), "outlines, then a picture");
	OK(was_said("ocr_pages=image-dominant:6\n"), "a scan with a stamp");
	OK(was_said("beat=6/6\n"), "heartbeat");
}

static void
test_survey(void)
{
	struct doc_work work = { .ops = &ops, .out = -1 };
	struct doc_input in = { .data = pdf.data, .size = pdf.len };

	doc_buf_release(&said);
	memset(&err, 0, sizeof(err));
	OK(doc_pdf_survey(&in, false, &work, &err) == 0 &&
		was_said("pages=6\n") && was_said("ocr_pages=no-text:1-2\n") &&
		was_said("beat=6/6\n"),
	    "survey says the same without text");
}

static void
test_garbled(void)
{
	struct doc_pdf_stats good = { 0 }, shifted = { 0 }, private = { 0 };
	const char *german = "Die Wuerde des Menschen ist unantastbar. Sie zu "
			     "achten und zu schuetzen ist Verpflichtung aller "
			     "staatlichen Gewalt. ";
	char text[800];

	for (int i = 0; i < 4; i++)
		doc_pdf_count(german, strlen(german), &good);
	OK(!doc_pdf_garbled(&good), "German is no gibberish");
	snprintf(text, sizeof(text), "%s%s%s", german, german, german);
	for (char *p = text; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)('a' + (*p - 'a' + 3) % 26);
	doc_pdf_count(text, strlen(text), &shifted);
	OK(doc_pdf_garbled(&shifted), "shifted letters are");
	for (int i = 0; i < 30; i++)
		doc_pdf_count("\xef\x80\xa1", 3, &private);
	OK(private.chars == 30 && private.bad == 30, "private characters");
	OK(doc_pdf_garbled(&private), "they are gibberish");
}

static void
test_runs(void)
{
	struct doc_work work = { .ops = &ops };
	struct doc_pdf_runs runs = { .work = &work };
	unsigned entries = 0;

	doc_buf_release(&said);
	for (unsigned page = 1; page <= 1000; page++)
		doc_pdf_runs_add(&runs, page,
		    page % 2 ? DOC_R_NO_TEXT : DOC_R_HAS_TEXT);
	doc_pdf_runs_end(&runs);
	for (const char *p = doc_buf_str(&said); (p = strchr(p, '\n')); p++)
		entries++;
	OK(entries == 256, "no more entries than the field takes");
	OK(was_said("ocr_pages=no-text:511-999\n"),
	    "the last one takes all that is left");
}

static void
test_failures(void)
{
	struct doc_input in = { .fd = -1, .data = "%PDF-1.4 but not really" };
	char zeros[65];

	in.size = strlen(in.data);
	OK(text_of(&in, out, sizeof(out), &err) < 0 &&
		err.code == DOC_E_DAMAGED,
	    "not a PDF");
	in.size = 0;
	OK(text_of(&in, out, sizeof(out), &err) < 0 &&
		err.code == DOC_E_DAMAGED,
	    "empty file");
	memset(zeros, '0', 64);
	zeros[64] = '\0';
	snprintf(room, sizeof(room),
	    "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4"
	    "/O<%s>/U<%s>>>",
	    zeros, zeros);
	in = make_pdf(&pdf, room, CATALOG, ONE_PAGE, PAGE(""),
	    "<</Length 1>>stream\n \nendstream", FONT, NULL);
	OK(text_of(&in, out, sizeof(out), &err) < 0 &&
		err.code == DOC_E_ENCRYPTED,
	    "a password is needed");
	in = make_pdf(&pdf, "", CATALOG,
	    "<</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>>", PAGE(""),
	    stream(room, "", "BT /F 12 Tf 20 100 Td (Here) Tj ET"), FONT, NULL);
	OK(text_of(&in, out, sizeof(out), &err) == 0 && strstr(out, "Here") &&
		was_said("reason=damaged\n"),
	    "a page that is not there");
}

static unsigned
pixel(const struct doc_pixels *px, unsigned x, unsigned y)
{
	return px->data[y * px->stride + (size_t)x * px->bands];
}

static void
test_pixels(void)
{
	struct doc_pdf_render how = { .page = 1, .box = 150 };
	struct doc_pixels px = { 0 };
	struct doc_input in = make_pdf(&pdf, "", CATALOG, ONE_PAGE,
	    PAGE("/Rotate 90"), stream(room, "", "0 0 150 200 re f"), FONT,
	    NULL);
	unsigned pages = 0;

	memset(&err, 0, sizeof(err));
	OK(doc_pdf_pixels(&in, &how, &px, &pages, &err) == 0 && pages == 1,
	    "render");
	OK(px.width == 100 && px.height == 150 && px.bands == 3,
	    "fits the box, turned");
	OK(pixel(&px, 50, 10) == 0 && pixel(&px, 50, 140) == 255,
	    "black above, white below");
	doc_pixels_release(&px);
	how = (struct doc_pdf_render){ .page = 1,
		.dpi = 720,
		.grey = true,
		.max_pixels = 60000 };
	OK(doc_pdf_pixels(&in, &how, &px, &pages, &err) == 0 && px.bands == 1 &&
		px.width * px.height <= 61000 && px.dpi == 72,
	    "grey, resolution lowered to the pixel limit");
	OK(pixel(&px, 100, 10) == 0 && pixel(&px, 100, 290) == 255,
	    "the same picture");
	doc_pixels_release(&px);
	how.page = 2;
	OK(doc_pdf_pixels(&in, &how, &px, &pages, &err) < 0, "no such page");
}

/* Pixels of a page, 300 points long, to be read; a picture of `dots` dots is
 * all of it. */
static unsigned
read_side(unsigned dots)
{
	static const struct doc_pdf_render how = { .page = 1 };
	char dict[256], body[2048] = "", picture[2048];
	struct doc_pixels px = { 0 };
	struct doc_input in;
	unsigned pages, side;

	snprintf(dict, sizeof(dict),
	    "/Type/XObject/Subtype/Image/Width %u/Height 2/BitsPerComponent 1"
	    "/ColorSpace/DeviceGray/Filter/ASCIIHexDecode",
	    dots);
	memset(body, 'f', dots / 2 & ~1U);
	in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "", "q 300 0 0 200 0 0 cm /I Do Q"), FONT,
	    stream(picture, dict, body), NULL);
	memset(&err, 0, sizeof(err));
	if (doc_pdf_pixels(&in, &how, &px, &pages, &err) < 0)
		return 0;
	side = px.width;
	doc_pixels_release(&px);
	return side;
}

/* 300 an inch are 1250 pixels. */
static void
test_reading(void)
{
	OK(read_side(600) == 1250, "144 dots an inch are read at 300");
	OK(read_side(80) == 240, "few dots grow three times");
	OK(read_side(3200) == 3200, "dot for dot what a small page hides");
}

/* poppler draws nothing, with success. */
static void
test_lost_picture(void)
{
	struct doc_work work = { .ops = &ops };
	const struct doc_pdf_render how = { .page = 1,
		.box = 64,
		.work = &work };
	struct doc_pixels px = { 0 };
	char picture[2048];
	struct doc_input in = make_pdf(&pdf, "", CATALOG, ONE_PAGE, PAGE(""),
	    stream(room, "", "q 300 0 0 200 0 0 cm /I Do Q"), FONT,
	    stream(picture,
		"/Type/XObject/Subtype/Image/Width 8/Height 8"
		"/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode",
		"This is not a picture at all."),
	    NULL);
	unsigned pages;

	memset(&err, 0, sizeof(err));
	doc_buf_release(&said);
	OK(doc_pdf_pixels(&in, &how, &px, &pages, &err) == 0 &&
		was_said("reason=damaged\n"),
	    "a picture that is lost is not passed over");
	doc_pixels_release(&px);
}

int
main(void)
{
	struct doc_input cjk = { .fd = -1,
		.data = doc_sample_pdf_cjk.data,
		.size = doc_sample_pdf_cjk.size };

	OK(doc_pdf_warm(&err) == 0, "warm up");
	test_plain();
	test_crop();
	test_table();
	test_tracked();
	test_leftwards();
	test_form_and_notes();
	test_appearances();
	test_ocr_pages();
	test_survey();
	test_garbled();
	test_runs();
	test_failures();
	test_pixels();
	test_reading();
	test_lost_picture();
	OK(text_of(&cjk, out, sizeof(out), &err) == 0 &&
		strstr(out, doc_sample_pdf_cjk.expect),
	    "Japanese without embedded font");
	doc_buf_release(&said);
	doc_buf_release(&pdf);
	return TAP_DONE();
}
