/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts in the charsets people used, read again without being told which. */
#include <iconv.h>
#include <string.h>

#include "lib/format/guess.h"
#include "lib/format/survey.h"
#include "lib/format/wide.h"
#include "tests/unit/tap.h"

static const struct {
	const char *charset, *text;
} rows[] = {
	{ "CP1252",
	    "Alle Menschen sind frei und gleich an Würde und Rechten "
	    "geboren. Sie sind mit Vernunft begabt – „fürwahr“." },
	{ "CP850",
	    "Alle Menschen sind frei und gleich an Würde und Rechten "
	    "geboren. Größe und Mühe, sagte der schöne Müller." },
	{ "MACINTOSH",
	    "Tous les êtres humains naissent libres et égaux en "
	    "dignité et en droits. L’été dernier, à la liberté." },
	{ "CP1250",
	    "Wszyscy ludzie rodzą się wolni i równi pod względem swej "
	    "godności i swych praw. Źdźbło trawy, żółw i łódź." },
	{ "CP852",
	    "Všichni lidé rodí se svobodní a sobě rovní co do "
	    "důstojnosti a práv. Jsou nadáni rozumem a svědomím." },
	{ "CP1257",
	    "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. "
	    "Jiems suteiktas protas ir sąžinė." },
	{ "CP1257",
	    "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā "
	    "un tiesībās. Viņi ir apveltīti ar sirdsapziņu." },
	{ "CP1252",
	    "Hver maður er borinn frjáls og jafn öðrum að virðingu og "
	    "réttindum. Menn eru gæddir vitsmunum og samvisku." },
	{ "CP1254",
	    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit "
	    "doğarlar. Akıl ve vicdana sahiptirler." },
	{ "CP1258",
	    "Tất cả mọi người sinh ra đều được tự do và bình đẳng về "
	    "nhân phẩm và quyền lợi." },
	{ "CP1251",
	    "Все люди рождаются свободными и равными в своём "
	    "достоинстве и правах. Они наделены разумом и совестью." },
	{ "CP866",
	    "Все люди рождаются свободными и равными в своём "
	    "достоинстве и правах. Они наделены разумом и совестью." },
	{ "MAC-CYRILLIC",
	    "Все люди рождаются свободными и равными в своём "
	    "достоинстве и правах. Они наделены разумом." },
	{ "KOI8-R",
	    "Все люди рождаются свободными и равными в своём "
	    "достоинстве и правах. Они наделены разумом и совестью." },
	{ "KOI8-U",
	    "Всі люди народжуються вільними і рівними у своїй гідності "
	    "та правах. Вони наділені розумом і совістю." },
	{ "ISO-8859-7",
	    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην "
	    "αξιοπρέπεια και τα δικαιώματα." },
	{ "CP1253",
	    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι. Άλλοι "
	    "είναι προικισμένοι με λογική και συνείδηση." },
	{ "CP737",
	    "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην "
	    "αξιοπρέπεια και τα δικαιώματα." },
	{ "CP737", "Πρακτικά" },
	{ "CP862", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם." },
	{ "CP862", "הצעת מחיר" },
	{ "CP857",
	    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit "
	    "doğarlar. Akıl ve vicdana sahiptirler." },
	{ "CP1255", "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם." },
	{ "CP1256", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق." },
	{ "TIS-620", "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์" },
	{ "EUC-KR",
	    "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 "
	    "동등하다." },
	{ "SHIFT_JIS",
	    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と"
	    "権利とについて平等である。" },
	{ "SHIFT_JIS", "請求書" },
	{ "SHIFT_JIS", "マニュアル" },
	{ "CP850", "Élèves" },
	{ "EUC-JP",
	    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利"
	    "とについて平等である。" },
	{ "ISO-2022-JP",
	    "すべての人間は、生まれながらにして自由であり、平等で"
	    "ある。" },
	{ "ISO-2022-KR", "모든 인간은 태어날 때부터 자유로우며 동등하다." },
	{ "GB18030",
	    "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。" },
	{ "BIG5", "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心。" },
	{ "UTF-16LE",
	    "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心。" },
	{ "UTF-16BE", "Все люди рождаются свободными и равными." },
	{ "UTF-16LE", "يولد جميع الناس أحرارا متساوين في الكرامة" },
	{ "UTF-16BE", "All human beings are born free and equal." },
};

/* `text` in a charset; returns its length. */
static size_t
encode(const char *charset, const char *text, char *out, size_t room)
{
	iconv_t cd = iconv_open(charset, "UTF-8");
	char copy[512], *from = copy, *to = out;
	size_t n = strlen(text), left = room;

	if (cd == (iconv_t)-1 || n >= sizeof(copy))
		return 0;
	memcpy(copy, text, n + 1);
	if (iconv(cd, &from, &n, &to, &left) == (size_t)-1 ||
	    iconv(cd, NULL, NULL, &to, &left) == (size_t)-1)
		left = room;
	iconv_close(cd);
	return room - left;
}

static bool
reads_again(const char *charset, const char *text)
{
	doc_autobuf struct doc_buf out = { 0 };
	char bytes[1024], again[1024], name[DOC_CHARSET_NAME] = "";
	size_t n = encode(charset, text, bytes, sizeof(bytes)), back;
	struct doc_charset *cs;
	bool same = false;

	doc_survey_choose("", bytes, n, name);
	cs = doc_charset_open(name);
	/* Compared as bytes: marks may have been put together differently. */
	if (n > 0 && cs != NULL &&
	    doc_charset_put(cs, bytes, n, true, &out) == 0 &&
	    doc_buf_str(&out) != NULL) {
		back = encode(charset, out.data, again, sizeof(again));
		same = back == n && memcmp(bytes, again, n) == 0 &&
		    doc_charset_repairs(cs) == 0;
	}
	if (!same)
		printf("# %s taken for %s: %s\n", charset, name,
		    out.len ? out.data : "");
	doc_charset_free(cs);
	return same;
}

static void
test_seven_bits(void)
{
	static const char hz[] =
	    "~{HKHKIz6xWTSI~},~{TZWpQO:MH(@{IOR;BIF=5H~}\n";
	static const char not_hz[] = "a ~{ b ~} in code\n";
	char name[DOC_CHARSET_NAME];

	doc_survey_choose("", hz, sizeof(hz) - 1, name);
	OK(strcmp(name, "HZ") == 0, "HZ");
	doc_survey_choose("", not_hz, sizeof(not_hz) - 1, name);
	OK(strcmp(name, "US-ASCII") == 0, "not HZ");
}

static void
test_wide(void)
{
	static const char code[] = "int main(void)\n{\n\treturn 0;\n}\n";
	static const char table[] = "\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x08\0\x09\0";

	OK(doc_wide_guess(code, sizeof(code) - 1) == NULL, "ASCII is not wide");
	OK(doc_wide_guess(table, sizeof(table) - 1) == NULL,
	    "nor are small numbers");
	OK(doc_wide_guess("a", 1) == NULL, "nor is a byte");
}

int
main(void)
{
	for (size_t i = 0; i < DOC_LEN(rows); i++)
		OK(reads_again(rows[i].charset, rows[i].text), rows[i].charset);
	test_seven_bits();
	test_wide();
	return TAP_DONE();
}
