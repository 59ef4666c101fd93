/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/le.h"
#include "lib/format/number.h"
#include "lib/format/xlsx_format.h"

/* Longest section that is followed, bytes; digits of a value. */
enum { MAX_SECTION = 255, MAX_DECIMALS = 30 };

const char *
doc_number_builtin(unsigned id)
{
	static const struct {
		unsigned first, last;
		const char *code;
	} table[] = {
		{ 1, 1, "0" },
		{ 2, 2, "0.00" },
		{ 3, 3, "#,##0" },
		{ 4, 4, "#,##0.00" },
		{ 5, 6, "\"$\"#,##0_);(\"$\"#,##0)" },
		{ 7, 8, "\"$\"#,##0.00_);(\"$\"#,##0.00)" },
		{ 9, 9, "0%" },
		{ 10, 10, "0.00%" },
		{ 11, 11, "0.00E+00" },
		{ 14, 14, "yyyy-mm-dd" },
		{ 15, 15, "d-mmm-yy" },
		{ 16, 16, "d-mmm" },
		{ 17, 17, "mmm-yy" },
		{ 18, 18, "h:mm AM/PM" },
		{ 19, 19, "h:mm:ss AM/PM" },
		{ 20, 20, "h:mm" },
		{ 21, 21, "h:mm:ss" },
		{ 22, 22, "yyyy-mm-dd h:mm" },
		{ 27, 31, "yyyy-mm-dd" },
		{ 32, 32, "h:mm" },
		{ 33, 33, "h:mm:ss" },
		{ 34, 36, "yyyy-mm-dd" },
		{ 37, 38, "#,##0_);(#,##0)" },
		{ 39, 40, "#,##0.00_);(#,##0.00)" },
		{ 41, 41, "#,##0_);(#,##0);\"-\"" },
		{ 42, 42, "\"$\"#,##0_);\"$\"(#,##0);\"$-\"" },
		{ 43, 43, "#,##0.00_);(#,##0.00);\"-\"" },
		{ 44, 44, "\"$\"#,##0.00_);\"$\"(#,##0.00);\"$-\"" },
		{ 45, 45, "mm:ss" },
		{ 46, 46, "[h]:mm:ss" },
		{ 47, 47, "mm:ss.0" },
		{ 48, 48, "##0.0E+0" },
		{ 50, 54, "yyyy-mm-dd" },
		{ 55, 55, "h:mm" },
		{ 56, 56, "h:mm:ss" },
		{ 57, 58, "yyyy-mm-dd" },
	};

	for (size_t i = 0; i < DOC_LEN(table); i++)
		if (id >= table[i].first && id <= table[i].last)
			return table[i].code;
	return NULL;
}

void
doc_number_plain(struct doc_buf *out, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.15g", value);
	doc_xlsx_number(out, text);
}

/* What a section asks for. */
struct shape {
	unsigned whole, whole_min;	 /* places before the point; zeros */
	unsigned decimals, decimals_min; /* behind it */
	unsigned percent, thousands;	 /* times 100, through 1,000 */
	unsigned exponent;		 /* digits; 0: none */
	bool grouped, fraction, date, text;
};

static bool
is_place(char c)
{
	return c == '0' || c == '#' || c == '?';
}

/* Commas between places group; behind the last they divide. */
static void
count_comma(struct shape *shape, const char *s)
{
	size_t n = strspn(s, ",");

	if (is_place(s[n]))
		shape->grouped = true;
	else
		shape->thousands++;
}

static void
count_place(struct shape *shape, char c, bool point)
{
	if (point) {
		shape->decimals++;
		if (c == '0')
			shape->decimals_min = shape->decimals;
	} else {
		shape->whole++;
		if (c == '0' || shape->whole_min > 0)
			shape->whole_min++;
	}
}

static struct shape
measure(const char *s)
{
	struct shape shape = { 0 };
	bool point = false;

	while (*s != '\0') {
		size_t n = doc_xlsx_literal(s);

		if (n > 0) {
			s += n;
			continue;
		}
		if (is_place(*s) && shape.exponent == 0)
			count_place(&shape, *s, point);
		else if (*s == '.')
			point = true;
		else if (*s == ',' && shape.whole > 0)
			count_comma(&shape, s);
		else if (*s == '%')
			shape.percent++;
		else if ((*s == 'E' || *s == 'e') &&
		    (s[1] == '+' || s[1] == '-'))
			shape.exponent = (unsigned)strspn(s + 2, "0#?");
		else if (*s == '/')
			shape.fraction = true;
		else if (*s == '@')
			shape.text = true;
		s++;
	}
	return shape;
}

/* Half away from zero, on the 15 digits people see: 1.005 is 1.01. */
static void
round_to(double v, unsigned decimals, char *digits, size_t size)
{
	double scale = pow(10, decimals), scaled = v * scale;

	if (scaled < 1e15)
		v = floor(scaled * (1 + 4e-16) + 0.5) / scale;
	snprintf(digits, size, "%.*f", (int)decimals, v);
}

/* The symbol in [$€-407]; other brackets are colours and conditions. */
static void
put_bracket(struct doc_buf *out, const char *s, size_t n)
{
	size_t len;

	if (n < 3 || s[1] != '$')
		return;
	len = strcspn(s + 2, "-]");
	doc_buf_add(out, s + 2, DOC_MIN(len, n - 3));
}

static void
put_literal(struct doc_buf *out, const char *s, size_t n)
{
	if (*s == '"')
		doc_buf_add(out, s + 1, n - 1 - (n > 1 && s[n - 1] == '"'));
	else if (*s == '\\' && n == 2)
		doc_buf_addc(out, s[1]);
	else if (*s == '_')
		doc_buf_addc(out, ' ');
	else if (*s == '[')
		put_bracket(out, s, n);
}

/* A number being laid over the places of its section. */
struct laying {
	struct doc_buf *out;
	const struct shape *shape;
	const char *whole; /* its digits */
	unsigned length;
	const char *decimals; /* those that are shown */
	unsigned shown;
	unsigned place; /* next of `whole` */
	int power;
	bool point;
};

/* The digits that stand at the next place; the first has all that are too
 * many. */
static void
put_whole(struct laying *l)
{
	unsigned places = l->shape->whole, at = l->place++;
	unsigned from = at + l->length < places ? l->length
						: at + l->length - places;
	unsigned to = at + l->length < places ? from : from + 1;

	if (at == 0 && l->length >= places) {
		from = 0;
		to = l->length - places + 1;
	}
	for (unsigned i = from; i < to && i < l->length; i++) {
		unsigned left = l->length - i - 1;

		doc_buf_addc(l->out, l->whole[i]);
		if (l->shape->grouped && left > 0 && left % 3 == 0)
			doc_buf_addc(l->out, ',');
	}
}

static void
put_point(struct laying *l)
{
	while (l->place < l->shape->whole)
		put_whole(l);
	if (l->shape->whole == 0 && !l->point)
		doc_buf_add(l->out, l->whole, l->length);
	l->point = true;
	if (l->shown > 0)
		doc_buf_addc(l->out, '.');
	doc_buf_add(l->out, l->decimals, l->shown);
}

/* One element of the section; returns its length. */
static size_t
put_element(struct laying *l, const char *s)
{
	size_t n = doc_xlsx_literal(s);

	if (n > 0) {
		put_literal(l->out, s, n);
		return n;
	}
	if ((*s == 'E' || *s == 'e') && (s[1] == '+' || s[1] == '-')) {
		doc_buf_addf(l->out, "E%s%0*d",
		    l->power < 0      ? "-"
			: s[1] == '+' ? "+"
				      : "",
		    (int)l->shape->exponent, abs(l->power));
		return 2 + strspn(s + 2, "0#?");
	}
	if (*s == '.')
		put_point(l);
	else if (is_place(*s) && !l->point)
		put_whole(l);
	else if (!is_place(*s) && *s != ',')
		doc_buf_addc(l->out, *s);
	return 1;
}

static void
lay(struct doc_buf *out, double v, const struct shape *shape, const char *s)
{
	char digits[400], whole[400];
	struct laying l = { .out = out, .shape = shape, .whole = whole };
	unsigned decimals = DOC_MIN(shape->decimals, (unsigned)MAX_DECIMALS);
	char *point;

	v *= pow(100, shape->percent);
	v /= pow(1000, shape->thousands);
	if (shape->exponent > 0 && v != 0) {
		int step = (int)DOC_MAX(shape->whole, 1u);

		l.power = (int)floor(log10(v) / step) * step;
		v /= pow(10, l.power);
	}
	round_to(v, decimals, digits, sizeof(digits));
	point = strchr(digits, '.');
	l.decimals = point ? point + 1 : "";
	l.shown = point ? decimals : 0;
	while (l.shown > shape->decimals_min && l.decimals[l.shown - 1] == '0')
		l.shown--;
	if (point != NULL)
		*point = '\0';
	if (strcmp(digits, "0") == 0)
		digits[0] = '\0';
	snprintf(whole, sizeof(whole), "%0*d", (int)shape->whole_min, 0);
	l.length = (unsigned)strlen(digits);
	if (l.length < shape->whole_min) {
		memcpy(whole + shape->whole_min - l.length, digits, l.length);
		l.length = shape->whole_min;
	} else {
		memcpy(whole, digits, l.length + 1);
	}
	while (*s != '\0')
		s += put_element(&l, s);
}

/* Section number `i` into `to`; false when there is none. */
static bool
section(const char *code, unsigned i, char to[static MAX_SECTION + 1])
{
	size_t n = 0, step;

	for (;;) {
		n = 0;
		while (code[n] != '\0' && code[n] != ';') {
			step = doc_xlsx_literal(code + n);
			n += step > 0 ? step : 1;
		}
		if (i-- == 0)
			break;
		if (code[n] == '\0')
			return false;
		code += n + 1;
	}
	n = DOC_MIN(n, (size_t)MAX_SECTION);
	memcpy(to, code, n);
	to[n] = '\0';
	return true;
}

/* The condition of a section, [>=100]; *is: does it hold? */
static bool
condition(const char *s, double v, bool *is)
{
	double limit;
	char op[3] = "";

	while (*s == '[') {
		size_t n = strspn(s + 1, "<>=");

		if (n >= 1 && n <= 2) {
			memcpy(op, s + 1, n);
			limit = strtod(s + 1 + n, NULL);
			*is = (strchr(op, '=') != NULL && v == limit) ||
			    (strchr(op, '<') != NULL && v < limit) ||
			    (strchr(op, '>') != NULL && v > limit);
			return true;
		}
		s += strcspn(s, "]");
		s += *s == ']';
	}
	return false;
}

/* The section for a value; its sign goes with those of their own. */
static bool
choose(const char *code, double *v, char to[static MAX_SECTION + 1], bool *sign)
{
	char first[MAX_SECTION + 1], second[MAX_SECTION + 1];
	bool two = section(code, 1, second), is = false;
	unsigned which = 0;

	if (!section(code, 0, first))
		return false;
	if (condition(first, *v, &is))
		which = is				       ? 0
		    : two && condition(second, *v, &is) && !is ? 2
							       : 1;
	else if (*v < 0 && two)
		which = 1;
	else if (*v == 0)
		which = 2;
	/* Two sections: the first is for zeros, too. */
	if (!section(code, which, to) && !section(code, 0, to))
		return false;
	*sign = *v < 0 && !(two && which == 1);
	*v = fabs(*v);
	return true;
}

int
doc_number_show(struct doc_buf *out, double value, const char *code,
    bool from1904)
{
	char to[MAX_SECTION + 1];
	struct shape shape;
	double v = value;
	bool sign = false;

	if (!isfinite(value) || !choose(code, &v, to, &sign) ||
	    strncasecmp(to, "General", 7) == 0)
		return -1;
	if (doc_xlsx_is_date(to))
		return doc_xlsx_date(out, value, to, from1904);
	shape = measure(to);
	if (shape.fraction || shape.text || v >= 1e300)
		return -1;
	if (shape.whole + shape.decimals == 0 && *to != '\0' &&
	    strpbrk(to, "\"\\[") == NULL)
		return -1;
	if (shape.whole > 40 || shape.exponent > 8)
		return -1;
	if (sign)
		doc_buf_addc(out, '-');
	lay(out, v, &shape, to);
	return 0;
}

double
doc_number_rk(const char *p)
{
	uint32_t n = doc_le32(p);
	uint64_t bits = (uint64_t)(n & ~3u) << 32;
	double v;

	/* An integer or the upper half of a double, perhaps times 100. */
	if (n & 2)
		v = (double)((int32_t)n >> 2);
	else
		memcpy(&v, &bits, sizeof(v));
	return n & 1 ? v / 100 : v;
}

const char *
doc_number_error(unsigned code)
{
	static const struct {
		unsigned code;
		const char *text;
	} errors[] = { { 0, "#NULL!" }, { 7, "#DIV/0!" }, { 15, "#VALUE!" },
		{ 23, "#REF!" }, { 29, "#NAME?" }, { 36, "#NUM!" },
		{ 42, "#N/A" } };

	for (size_t i = 0; i < DOC_LEN(errors); i++)
		if (errors[i].code == code)
			return errors[i].text;
	return "";
}
