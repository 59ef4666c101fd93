/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats, on the smallest documents that show a rule. */
#include "lib/format/epub.h"
#include "lib/format/html.h"
#include "lib/format/mail.h"
#include "lib/format/odf.h"
#include "lib/format/ooxml.h"
#include "lib/format/opc.h"
#include "lib/format/rtf.h"
#include "lib/format/xlsx_format.h"
#include "tests/unit/sink.h"
#include "tests/unit/tap.h"
#include "tests/unit/zip.h"

typedef int extractor(const struct doc_input *, struct doc_text *,
    struct doc_error *);

static void
run(struct sink *s, extractor *fn, const char *p, size_t n)
{
	struct doc_input in = { .fd = -1, .data = p, .size = n, .media = "" };

	sink_init(s, 1 << 20);
	if (fn(&in, &s->text, &s->err) < 0)
		doc_buf_addf(&s->said, "error=%s;",
		    doc_error_name(s->err.code));
	sink_text(s);
}

/* Text and, where it matters, what was said. */
static void
check(extractor *fn, const char *p, size_t n, const char *text,
    const char *said, const char *what)
{
	struct sink s;

	run(&s, fn, p, n);
	OK(strcmp(doc_buf_str(&s.out), text) == 0 &&
		(said == NULL || sink_said(&s, said)),
	    what);
	if (strcmp(doc_buf_str(&s.out), text) != 0 ||
	    (said != NULL && !sink_said(&s, said)))
		printf("# got <%s> %s\n", s.out.data, doc_buf_str(&s.said));
	sink_release(&s);
}

#define CHECK(fn, in, text, said, what)                                        \
	check(fn, in, sizeof(in) - 1, text, said, what)

static void
test_html(void)
{
	CHECK(doc_html_text,
	    "<title>A  B</title><meta name=author content=Me>"
	    "<body><p>one<p>two <b>th</b>ree<br>four",
	    "one\ntwo three\nfour\n", "title=A B;creator=Me;", "lines");
	CHECK(doc_html_text,
	    "<table><tr><td><p>a</p><td>b<tr><td><td>d</table>e",
	    "a\tb\n\td\ne\n", NULL, "rows and cells");
	CHECK(doc_html_text,
	    "a<script>x</script><style>y</style><template>z</template>b",
	    "ab\n", NULL, "no scripts and styles");
	CHECK(doc_html_text,
	    "<pre>\n a  b\n c</pre>d <img alt='the  alt'><input value=v>"
	    "<input type=hidden value=h>",
	    "\n a  b\n c\nd the alt v\n", NULL, "pre, alt, values");
	CHECK(doc_html_text, "<p>&eacute;&#8364;&lt;&amp;", "é€<&\n", NULL,
	    "entities");
	CHECK(doc_html_text, "<meta charset=iso-8859-1>\x93\xe9\x94", "“é”\n",
	    "encoding=windows-1252;", "latin1 means windows-1252");
	CHECK(doc_html_text,
	    "<?xml version='1.0' encoding='koi8-r'?><p>\xcb\xcf\xd4</p>",
	    "кот\n", NULL, "charset of an XML declaration");
	CHECK(doc_html_text, "\xff\xfe<\0p\0>\0h\0i\0", "hi\n", NULL, "UTF-16");
	CHECK(doc_html_text,
	    "<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp></ruby>"
	    "<ruby>京<rt>きょう</rt></ruby>",
	    "東 (とう)京 (きょう)\n", NULL, "readings, with brackets or not");
	CHECK(doc_html_text, "<iframe srcdoc='&lt;p&gt;in'>x</iframe>out",
	    "in\nout\n", NULL, "srcdoc");
}

#define W                                                                      \
	"<w:document xmlns:w=\"http://schemas.openxmlformats.org/"             \
	"wordprocessingml/2006/main\" xmlns:mc=\"mc\"><w:body>"
#define P(t)	  "<w:p><w:r><w:t>" t "</w:t></w:r></w:p>"
#define RELS(all) "<Relationships>" all "</Relationships>"
#define REL(id, type, target)                                                  \
	"<Relationship Id='" id "' Type='http://x/" type "' Target='" target   \
	"'/>"

static void
docx_is(const char *body, const char *text, const char *what)
{
	doc_autobuf struct doc_buf xml = { 0 };
	struct zip z = { 0 };

	doc_buf_addf(&xml, "%s%s", W, body);
	zip_add(&z, "_rels/.rels",
	    RELS(REL("a", "officeDocument", "word/document.xml")));
	zip_add(&z, "word/document.xml", doc_buf_str(&xml));
	zip_add(&z, "word/_rels/document.xml.rels",
	    RELS(REL("a", "header", "h.xml") REL("b", "footnotes", "f.xml")));
	zip_add(&z, "word/h.xml", "<w:hdr xmlns:w='w'/>");
	zip_add(&z, "word/f.xml", "<w:footnotes xmlns:w='w'/>");
	zip_end(&z);
	check(doc_ooxml_text, z.out.data, z.out.len, text, NULL, what);
	zip_release(&z);
}

#define DOCX_IS(body, text, what)                                              \
	docx_is(body "</w:body></w:document>", text, what)

static void
test_docx(void)
{
	DOCX_IS(P("one") P("") P("two"), "one\ntwo\n", "paragraphs");
	DOCX_IS("<w:tbl><w:tr><w:tc>" P("a") P("b") "</w:tc><w:tc>" P(
		    "c") "</w:tc></w:tr></w:tbl>" P("d"),
	    "a b\tc\nd\n", "a row is a line");
	DOCX_IS("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>a</w:t>"
		"<w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>",
	    "a\tb\nc\n", "tabs and breaks");
	DOCX_IS("<w:p><w:del><w:r><w:delText>x</w:delText></w:r></w:del><w:ins>"
		"<w:r><w:t>y</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>z</w:t>"
		"</w:r></w:moveFrom></w:p>",
	    "y\n", "deleted out, inserted in");
	DOCX_IS(
	    "<w:p><w:r><w:t>out</w:t><mc:AlternateContent><mc:Choice>"
	    "<w:txbxContent>" P(
		"box") "</w:txbxContent></mc:Choice><mc:Fallback>"
		       "<w:txbxContent>" P(
			   "box") "</w:txbxContent></mc:Fallback>"
				  "</mc:AlternateContent><w:t>er</w:t></w:r></w:p>",
	    "outer\nbox\n", "a text box once, after its paragraph");
	DOCX_IS("<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>1</w:t>"
		"<w:noBreakHyphen/><w:sym w:font='Symbol' w:char='F061'/></w:r>"
		"</w:p>",
	    "1\u2011α\n", "field codes, hyphens, symbols");
	DOCX_IS("<w:p><w:ruby><w:rt><w:r><w:t>とう</w:t></w:r></w:rt>"
		"<w:rubyBase><w:r><w:t>東</w:t></w:r></w:rubyBase></w:ruby>"
		"<w:r><w:t>へ</w:t></w:r></w:p>",
	    "東 (とう)へ\n", "how it is read, behind it");
	DOCX_IS("<w:p><w:r><w:fldChar/><w:instrText> INCLUDEPICTURE \"http:"
		"</w:instrText><w:instrText>//a/b.png\" \\d</w:instrText>"
		"<w:fldChar/><w:t>pic</w:t><w:fldChar/></w:r><w:fldSimple "
		"w:instr='LINK Word.Document \"http://c\"'/><w:fldSimple "
		"w:instr='includepicture http://a/b.png'/><w:fldSimple "
		"w:instr='HYPERLINK \"http://d\"'/></w:p>" P("end"),
	    "pic\nend\nhttp://a/b.png\nhttp://c\n", "what fields load, once");
	DOCX_IS("<w:p><w:r><w:fldChar/><w:instrText>EQ \\* jc2 \\* "
		"&quot;Font:M&quot; \\* hps10 \\o\\ad(\\s\\up 9(と(う),東)"
		"</w:instrText><w:fldChar/></w:r></w:p>",
	    "", "a broken formula");
	DOCX_IS("<w:p><w:r><w:fldChar/><w:instrText>EQ \\o\\ad(\\s\\up 9("
		"とう),東)</w:instrText><w:fldChar/></w:r></w:p>",
	    "東 (とう)\n", "readings as formulas");
	docx_is(P("one") "<w:p><w:r><w:t>cut", "one\ncut\n", "a cut document");
}

static void
test_flat_opc(void)
{
	CHECK(doc_ooxml_text,
	    "<?xml version='1.0'?><pkg:package xmlns:pkg='p' xmlns:w='w'>"
	    "<w:p><w:r><w:t>flat</w:t></w:r></w:p></pkg:package>",
	    "flat\n", NULL, "flat package");
	CHECK(doc_ooxml_text,
	    "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	    "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0",
	    "", "error=encrypted;", "encrypted package");
}

#define R                                                                      \
	"xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/"      \
	"relationships'"

static void
test_xlsx(void)
{
	struct zip z = { 0 };

	zip_add(&z, "_rels/.rels",
	    RELS(REL("a", "officeDocument", "xl/workbook.xml")));
	zip_add(&z, "xl/workbook.xml",
	    "<workbook " R "><sheets><sheet name='Two' r:id='b'/>"
	    "<sheet name='One' r:id='a'/></sheets></workbook>");
	zip_add(&z, "xl/_rels/workbook.xml.rels",
	    RELS(REL("a", "worksheet", "s1.xml") REL("b", "worksheet",
		"/xl/s2.xml") REL("c", "sharedStrings", "ss.xml")
		    REL("d", "styles", "st.xml")));
	zip_add(&z, "xl/ss.xml",
	    "<sst><si><t>zero</t></si><si><r><t>ri</t></r><r><t>ch</t></r>"
	    "<rPh><t>re</t></rPh><rPh><t>ad</t></rPh></si></sst>");
	zip_add(&z, "xl/st.xml",
	    "<styleSheet><numFmts><numFmt numFmtId='170' "
	    "formatCode='d mmm yyyy'/></numFmts><cellStyleXfs><xf "
	    "numFmtId='1'/></cellStyleXfs><cellXfs><xf numFmtId='0'/>"
	    "<xf numFmtId='170'/></cellXfs></styleSheet>");
	zip_add(&z, "xl/s1.xml",
	    "<worksheet><sheetData><row><c r='A1' t='s'><v>1</v></c>"
	    "<c r='C1' t='b'><v>1</v></c><c r='D1'><v>0.10000000000000001</v>"
	    "</c></row><row><c r='A2' s='1'><f>TODAY()</f><v>44270</v></c>"
	    "<c t='inlineStr'><is><t>in_x000A_line</t></is></c>"
	    "<c t='e'><v>#N/A</v></c><c><f>SUM(A1:D1)</f></c>"
	    "<c t='str'><f>T(B1)</f><v></v></c></row></sheetData><headerFooter>"
	    "<oddHeader>&amp;L&amp;\"Arial\"&amp;12Left&amp;RP&amp;P"
	    "</oddHeader></headerFooter></worksheet>");
	zip_add(&z, "xl/s2.xml", "<worksheet><sheetData/></worksheet>");
	zip_end(&z);
	check(doc_ooxml_text, z.out.data, z.out.len,
	    "Two\n\fOne\nrich read\t\tTRUE\t0.1\n15 Mar 2021\tin line\t#N/A"
	    "\t=SUM(A1:D1)\n"
	    "Left P\n",
	    "pages=2;", "sheets in order, cells as shown");
	zip_release(&z);
}

static void
date_is(double v, const char *code, const char *want)
{
	doc_autobuf struct doc_buf out = { 0 };

	OK(doc_xlsx_is_date(code) && doc_xlsx_date(&out, v, code, false) == 0 &&
		strcmp(doc_buf_str(&out), want) == 0,
	    want);
}

static void
test_dates(void)
{
	date_is(44270.5, "yyyy-mm-dd hh:mm", "2021-03-15 12:00");
	date_is(44270.75, "[$-409]dddd, mmmm d, yyyy h:mm AM/PM;@",
	    "Monday, March 15, 2021 6:00 PM");
	date_is(1, "d/m/yy", "1/1/00");
	date_is(61, "d/m/yyyy", "1/3/1900");
	date_is(1.5, "[h]:mm:ss", "36:00:00");
	date_is(0.5 + 1.25 / 86400, "mm:ss.0", "00:01.2");
	date_is(44270.999999, "d.m.yyyy \"at\" h", "16.3.2021 at 0");
	OK(!doc_xlsx_is_date("0.00\" days\"") && !doc_xlsx_is_date("General") &&
		!doc_xlsx_is_date("[Red]#,##0"),
	    "numbers are no dates");
}

#define A "xmlns:a='a' xmlns:p='p' "

#define ITEM_ON(level, t)                                                      \
	"<a:p><a:pPr lvl='" level "'><a:buAutoNum type='arabicParenR'/>"       \
	"</a:pPr><a:r><a:t>" t "</a:t></a:r></a:p>"

static void
test_pptx(void)
{
	struct zip z = { 0 };

	zip_add(&z, "_rels/.rels",
	    RELS(REL("a", "officeDocument", "ppt/presentation.xml")));
	zip_add(&z, "ppt/presentation.xml",
	    "<p:presentation " A R "><p:sldIdLst><p:sldId id='1' r:id='y'/>"
	    "<p:sldId id='2' r:id='x'/></p:sldIdLst></p:presentation>");
	zip_add(&z, "ppt/_rels/presentation.xml.rels",
	    RELS(REL("x", "slide", "s1.xml") REL("y", "slide", "s2.xml")));
	zip_add(&z, "ppt/s1.xml",
	    "<p:sld " A " show='0'><p:txBody>" ITEM_ON("0", "one")
		ITEM_ON("1", "deep") ITEM_ON("0",
		    "two") "<a:p><a:r><a:t>last</a:t></a:r></a:p>" ITEM_ON("0",
		    "new") "</p:txBody></p:sld>");
	zip_add(&z, "ppt/s2.xml",
	    "<p:sld " A "><a:p><a:r><a:t>first</a:t></a:r></a:p><a:tbl><a:tr>"
	    "<a:tc><a:p><a:r><a:t>a</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r>"
	    "<a:t>b</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:sld>");
	zip_add(&z, "ppt/_rels/s2.xml.rels",
	    RELS(REL("n", "notesSlide", "n.xml")));
	zip_add(&z, "ppt/n.xml",
	    "<p:notes " A "><a:p><a:r><a:t>note</a:t></a:r><a:fld "
	    "type='slidenum'><a:t>1</a:t></a:fld></a:p></p:notes>");
	zip_end(&z);
	check(doc_ooxml_text, z.out.data, z.out.len,
	    "first\na\tb\nnote\n\f1) one\n1) deep\n2) two\nlast\n1) new\n",
	    "hidden=slide 2;", "slides in order, numbers, hidden");
	zip_release(&z);
}

#define O                                                                      \
	"<office:document xmlns:office='urn:office' xmlns:text='urn:text' "    \
	"xmlns:table='urn:table' xmlns:draw='urn:drawing' "                    \
	"xmlns:dc='dc'><office:body>"

static void
test_odf(void)
{
	CHECK(doc_odf_text,
	    O "<text:h>H</text:h><text:p> a  b<text:s text:c='2'/>c<text:tab/>"
	      "d<text:line-break/>e</text:p>",
	    "H\na b  c\td\ne\n", "reason=damaged;", "spaces, tabs, breaks");
	CHECK(doc_odf_text,
	    O "<text:tracked-changes><text:p>x</text:p></text:tracked-changes>"
	      "<text:p>a<text:note><text:note-citation>1</text:note-citation>"
	      "<text:note-body><text:p>note</text:p></text:note-body>"
	      "</text:note>b</text:p></office:body></office:document>",
	    "ab\nnote\n", NULL, "changes out, notes behind");
	CHECK(doc_odf_text,
	    O
	    "<office:spreadsheet><table:table table:name='S'><table:table-row>"
	    "<table:table-cell table:number-columns-repeated='2'><text:p>x"
	    "</text:p></table:table-cell><table:table-cell "
	    "table:number-columns-repeated='3'/><table:table-cell "
	    "table:value='5'/><table:table-cell "
	    "table:number-columns-repeated='16000'/></table:table-row>"
	    "<table:table-row table:number-rows-repeated='2'>"
	    "<table:table-cell><text:p>r</text:p></table:table-cell>"
	    "</table:table-row><table:table-row "
	    "table:number-rows-repeated='1000000'><table:table-cell/>"
	    "</table:table-row></table:table></office:spreadsheet>"
	    "</office:body></office:document>",
	    "S\nx\tx\t\t\t\t5\nr\nr\n", "pages=1;", "repeated cells, rows");
}

#define ODF(styles, body)                                                      \
	"<office:document xmlns:office='o' xmlns:text='t' xmlns:style='s' "    \
	"xmlns:table='b' xmlns:draw='d' xmlns:presentation='p'>"               \
	"<office:automatic-styles>" styles                                     \
	"</office:automatic-styles><office:body>" body                         \
	"</office:body></office:document>"
#define LEVEL(n, format, more)                                                 \
	"<text:list-level-style-number text:level='" n                         \
	"' style:num-format='" format "' " more "/>"
#define ITEM(t)	  "<text:list-item>" t "</text:list-item>"
#define PARA(t)	  "<text:p>" t "</text:p>"
#define SUFFIX(s) "style:num-suffix='" s "'"

static void
test_odf_lists(void)
{
	CHECK(doc_odf_text,
	    ODF("<text:list-style style:name='L'>" LEVEL("1", "I",
		    SUFFIX(".")) LEVEL("2", "a",
		    SUFFIX(
			")") " text:display-levels='2'") "</text:list-style>",
		"<text:list text:style-name='L'>" ITEM(PARA("one") PARA(
		    "more")) ITEM(PARA("two") "<text:list>" ITEM(PARA("deep"))
			ITEM(PARA("deeper")) "</text:list>")
		    ITEM(PARA("three")) "</text:list><text:list text:style-name='L'>" ITEM(
			PARA(
			    "again")) "</text:list><text:list text:style-name='L' "
				      "text:continue-numbering='true'>" ITEM(
					  PARA(
					      "on")) "</text:list>" PARA("end")),
	    "I. one\nmore\nII. two\nII.a) deep\nII.b) deeper\nIII. three\n"
	    "I. again\nII. on\nend\n",
	    NULL, "items are numbered as their styles say");
	CHECK(doc_odf_text,
	    ODF("",
		"<text:p><text:ruby><text:ruby-base>東</text:ruby-base>"
		"<text:ruby-text>とう</text:ruby-text></text:ruby>へ"
		"</text:p>"),
	    "東 (とう)へ\n", NULL, "readings");
	CHECK(doc_odf_text,
	    ODF("<text:outline-style><text:outline-level-style text:level='1' "
		"style:num-format='1'/></text:outline-style>"
		"<text:list-style style:name='B'><text:list-level-style-bullet "
		"text:level='1'/></text:list-style>",
		"<text:h text:outline-level='1'>In</text:h><text:list "
		"text:style-name='B'>" ITEM(
		    PARA("dot")) "</text:list>"
				 "<text:h text:outline-level='1'>Out</text:h>"),
	    "1 In\ndot\n2 Out\n", NULL, "chapters; bullets are no text");
}

static void
test_odf_hidden(void)
{
	CHECK(doc_odf_text,
	    ODF("<style:style style:name='a'><style:table-properties "
		"table:display='false'/></style:style>",
		"<office:spreadsheet><table:table table:name='S1' "
		"table:style-name='a'/><table:table table:name='S2'/>"
		"</office:spreadsheet>"),
	    "S1\n\fS2\n", "hidden=S1;", "a hidden sheet");
	CHECK(doc_odf_text,
	    ODF("<style:style style:name='a'><style:drawing-page-properties "
		"presentation:visibility='hidden'/></style:style>",
		"<draw:page/><draw:page draw:style-name='a'/>"),
	    "\f", "hidden=slide 2;", "a hidden slide");
}

static void
test_odf_package(void)
{
	struct zip z = { 0 };

	zip_add(&z, "content.xml",
	    O "<text:p>body</text:p></office:body></office:document>");
	zip_add(&z, "meta.xml",
	    "<m xmlns:dc='dc' xmlns:meta='m'><dc:title>T</dc:title>"
	    "<meta:creation-date>2006-03-01T13:39:00.12</meta:creation-date>"
	    "<dc:creator>C</dc:creator></m>");
	zip_add(&z, "styles.xml",
	    "<s xmlns:style='s' xmlns:text='t'><style:style><text:p>no</text:p>"
	    "</style:style><style:master-page><style:footer><text:p>foot"
	    "</text:p></style:footer></style:master-page></s>");
	zip_end(&z);
	check(doc_odf_text, z.out.data, z.out.len, "body\nfoot\n",
	    "title=T;creator=C;contributor=C;created=2006-03-01T13:39:00Z;",
	    "odt");
	zip_release(&z);
	zip_add(&z, "META-INF/manifest.xml", "<manifest:encryption-data/>");
	zip_add(&z, "content.xml", "garbage");
	zip_end(&z);
	check(doc_odf_text, z.out.data, z.out.len, "", "error=encrypted;",
	    "encrypted odt");
	zip_release(&z);
}

static void
test_epub(void)
{
	struct zip z = { 0 };

	zip_add(&z, "META-INF/container.xml",
	    "<container><rootfile full-path='O/b.opf'/></container>");
	zip_add(&z, "O/b.opf",
	    "<package xmlns:dc='dc'><dc:title>Book</dc:title><manifest>"
	    "<item id='1' href='a%20b.xhtml'/><item id='2' href='../c.html'/>"
	    "</manifest><spine><itemref idref='2'/><itemref idref='1'/></spine>"
	    "</package>");
	zip_add(&z, "O/a b.xhtml",
	    "<html><head><title>x</title><script src='y'/></head><body><p>"
	    "second</p></body></html>");
	zip_add(&z, "c.html", "<p>first");
	zip_end(&z);
	check(doc_epub_text, z.out.data, z.out.len, "first\n\fsecond\n",
	    "title=Book;", "spine order");
	zip_release(&z);
}

static void
test_mail(void)
{
	CHECK(doc_mail_text,
	    "From: =?utf-8?q?J=C3=BCrgen?= <j@x>\nTo: a@x, B <b@x>\n"
	    "Subject: =?iso-8859-1?q?caf=E9?=\n\nhi\n",
	    "From: Jürgen <j@x>\nTo: a@x, B <b@x>\nSubject: café\n\nhi\n",
	    "title=café;", "headers");
	CHECK(doc_mail_text,
	    "Content-Type: multipart/alternative; boundary=b\n\n--b\n"
	    "Content-Type: text/plain\n\nplain\n--b\n"
	    "Content-Type: text/html\n\n<p>html\n--b--\n",
	    "plain\n\nhtml\n", NULL, "plain text first, then what HTML says");
	CHECK(doc_mail_text,
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: text/html; charset=koi8-r\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n<b>=CB=CF=D4</b>\n"
	    "--b\nContent-Type: image/png; name=\"p.png\"\n\nPNG\n--b--\n",
	    "кот\n", "attachments=p.png;", "HTML, charset, attachments");
	CHECK(doc_mail_text,
	    "Content-Type: text/plain; format=flowed\n\na \nb\n> q \n> r\n"
	    " From\n-- \nsig\n",
	    "a b\n> q r\nFrom\n-- \nsig\n", NULL, "flowed text");
	CHECK(doc_mail_text,
	    "Content-Type: application/rtf\n\n{\\rtf1 rich\\par text}\n",
	    "rich\ntext\n", "", "a body that is RTF");
	CHECK(doc_mail_text, "Content-Type: text; charset=x\n\nplain\n",
	    "plain\n", "", "a type that is none");
	CHECK(doc_mail_text,
	    "Content-Type: multipart/alternative\n\nno boundary\n",
	    "no boundary\n", "reason=damaged;", "alternatives without parts");
	CHECK(doc_mail_text,
	    "Content-Type: multipart/mixed; boundary=a\n\nlost part\n",
	    "lost part\n", "reason=damaged;", "no part found");
}

static void
list_is(const char *mail, const char *said, const char *what)
{
	struct doc_input in = { .fd = -1, .data = mail, .size = strlen(mail) };
	struct sink s;

	sink_init(&s, 1000);
	OK(doc_mail_list(&in, &s.work, &s.err) == 0 && sink_said(&s, said),
	    what);
	if (!sink_said(&s, said))
		printf("# %s\n", doc_buf_str(&s.said));
	sink_release(&s);
}

static void
test_mail_list(void)
{
	list_is("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbody\n"
		"--b\nContent-Type: text/csv; name=t.csv\n"
		"Content-Transfer-Encoding: base64\n\neCx5\n--b\n"
		"Content-Type: message/rfc822\n\nSubject: in\n\nner\n--b--\n",
	    "name=t.csv;member=x,y;name=part-2.eml;member=Subject: in\n\n"
	    "ner;members=2;refused=0;",
	    "attachments and messages");
	list_is("Content-Type: multipart/mixed; boundary=b\n\n--b\n"
		"Content-Type: text/rtf\n\n{\\rtf1 body}\n--b\n"
		"Content-Type: text/rtf; name=a.rtf\n\n{\\rtf1 a}\n--b--\n",
	    "name=a.rtf;member={\\rtf1 a};members=1;",
	    "RTF is a body, or a file by its name");
	list_is("From a@x Sat Jan  3 01:05:34 1996\nSubject: 1\n\n"
		"From here on\n>From there\n\n"
		"From b@x Sat Jan  3 01:05:34 1996\nSubject: 2\n\nb\n",
	    "member=Subject: 1\n\nFrom here on\nFrom there\n\n;"
	    "name=message-2.eml;member=Subject: 2\n\nb\n;members=2;",
	    "messages of a mailbox");
	list_is("From - \nSubject: 1\n\nFrom \nhere on\n\n"
		"From \r\nSubject: 2\n\nb\n",
	    "member=Subject: 1\n\nFrom \nhere on\n\n;"
	    "name=message-2.eml;member=Subject: 2\n\nb\n;members=2;",
	    "separators without a date");
	list_is("Content-Type: message/partial; id=a; number=1; total=2\n\n"
		"Subject: in\n\nsome\n",
	    "reason=volumes;name=part-1;", "a piece of a message");
}

static void
test_rtf_fields(void)
{
	CHECK(doc_rtf_text,
	    "{\\rtf1 a{\\field{\\*\\fldinst{ INCLUDEPICTURE \"http://x/y\" "
	    "\\\\d}}{\\fldrslt pic}}b{\\field{\\*\\fldinst EQ \\\\o\\\\ad("
	    "\\\\s\\\\up 9({\\u12392 ?}),{\\u26481 ?})}{\\fldrslt}}\\par end}",
	    "apicb東 (と)\nend\nhttp://x/y\n", NULL, "fields of RTF");
}

static void
test_alternatives(void)
{
	static const char mail[] =
	    "Content-Type: multipart/alternative; "
	    "boundary=b\n\n--b\nContent-Type: text/html\n"
	    "\n<p>rich\n--b\nContent-Type: text/plain\n\n"
	    "plain\n--b--\n";
	struct doc_input in = { .fd = -1,
		.data = mail,
		.size = sizeof(mail) - 1,
		.media = "" };
	struct sink s;

	CHECK(doc_mail_text, mail, "plain\n\nrich\n", NULL,
	    "all forms, the best first");
	sink_init(&s, 1 << 20);
	s.text.wish.one = true;
	OK(doc_mail_text(&in, &s.text, &s.err) == 0, "read");
	sink_text(&s);
	OK(strcmp(doc_buf_str(&s.out), "plain\n") == 0, "one of them");
	sink_release(&s);
}

static void
test_parts(void)
{
	doc_autobuf struct doc_buf name = { 0 };

	doc_part_resolve("a/b/c.xml", "../d/./e.xml#f", &name);
	OK(strcmp(name.data, "a/d/e.xml") == 0, "relative part");
	doc_part_resolve("a/b.xml", "/c%41.xml", &name);
	OK(strcmp(name.data, "cA.xml") == 0, "absolute part");
	doc_part_resolve("a/b.xml", "../../../x", &name);
	OK(strcmp(name.data, "x") == 0, "never above the root");
}

/* A drawing of Visio, a macro of OpenDocument. */
static void
test_others(void)
{
	struct zip v = { 0 }, m = { 0 };

	zip_add(&v, "_rels/.rels",
	    RELS(REL("a", "document", "visio/document.xml")));
	zip_add(&v, "visio/document.xml", "<VisioDocument/>");
	zip_add(&v, "visio/_rels/document.xml.rels",
	    RELS(REL("p", "pages", "pages/pages.xml")));
	zip_add(&v, "visio/pages/pages.xml",
	    "<Pages " R "><Page Name='Plan'><Rel r:id='x'/></Page></Pages>");
	zip_add(&v, "visio/pages/_rels/pages.xml.rels",
	    RELS(REL("x", "page", "page1.xml")));
	zip_add(&v, "visio/pages/page1.xml",
	    "<PageContents><Shape><Text>A <cp IX='0'/>cog</Text></Shape>"
	    "<Shape><Text>Two</Text><Cell V='no'/></Shape></PageContents>");
	zip_end(&v);
	check(doc_ooxml_text, v.out.data, v.out.len, "Plan\nA cog\nTwo\n",
	    "pages=1;", "vsdx");
	zip_release(&v);

	zip_add(&m, "content.xml",
	    "<office:document-content xmlns:office='o'/>");
	zip_add(&m, "Basic/Standard/M.xml",
	    "<s:module xmlns:s='s'>Sub Main\nEnd Sub</s:module>");
	zip_add(&m, "Basic/Standard/script-lb.xml", "<x>no</x>");
	zip_end(&m);
	check(doc_odf_text, m.out.data, m.out.len, "Sub Main\nEnd Sub\n", NULL,
	    "macros of an ODF package");
	zip_release(&m);
}

int
main(void)
{
	struct doc_error err = { 0 };

	OK(doc_mail_warm(&err) == 0, "warm");
	test_html();
	test_docx();
	test_flat_opc();
	test_xlsx();
	test_dates();
	test_pptx();
	test_odf();
	test_odf_lists();
	test_odf_hidden();
	test_odf_package();
	test_epub();
	test_mail();
	test_mail_list();
	test_rtf_fields();
	test_alternatives();
	test_parts();
	test_others();
	return TAP_DONE();
}
