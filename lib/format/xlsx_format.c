/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/format/xlsx_format.h"

/* 31 December 9999, the last day there is. */
#define MAX_SERIAL 2958466.0

/* Days from 1 January 1970 back to serial 0 of the two calendars. */
enum { EPOCH_1900 = 25569, EPOCH_1904 = 24107 };

static const char *const months[] = { "January", "February", "March", "April",
	"May", "June", "July", "August", "September", "October", "November",
	"December" };
static const char *const weekdays[] = { "Sunday", "Monday", "Tuesday",
	"Wednesday", "Thursday", "Friday", "Saturday" };

struct moment {
	long year;
	unsigned month, day, weekday; /* month and day from 1 */
	unsigned hour, minute, second, milli;
	double value; /* days */
};

size_t
doc_xlsx_literal(const char *s)
{
	size_t n;

	switch (*s) {
	case '"':
		n = strcspn(s + 1, "\"");
		return n + 1 + (s[n + 1] == '"');
	case '\\':
	case '_':
	case '*':
		return s[1] != '\0' ? 2 : 1;
	case '[':
		/* [h], [mm], [s]: elapsed time. */
		if (strchr("hHmMsS", s[1]) != NULL && s[1] != '\0')
			return 0;
		n = strcspn(s, "]");
		return n + (s[n] == ']');
	default:
		return 0;
	}
}

bool
doc_xlsx_is_date(const char *code)
{
	size_t n;

	if (strcasecmp(code, "General") == 0)
		return false;
	while (*code != '\0' && *code != ';') {
		n = doc_xlsx_literal(code);
		if (n == 0 && strchr("ymdhsYMDHS", *code) != NULL)
			return true;
		code += n > 0 ? n : 1;
	}
	return false;
}

/* Days since 1970 to the calendar (Howard Hinnant's days algorithm). */
static void
civil(long days, struct moment *t)
{
	long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;

	t->day = doy - (153 * mp + 2) / 5 + 1;
	t->month = mp < 10 ? mp + 3 : mp - 9;
	t->year = (long)yoe + era * 400 + (t->month <= 2);
	t->weekday = (unsigned)(((days + 4) % 7 + 7) % 7);
}

static void
split(double value, bool from1904, bool millis, struct moment *t)
{
	double day = floor(value);
	double unit = millis ? 86400000.0 : 86400.0;
	long n = lround((value - day) * unit);
	long days = (long)day;

	if (n >= lround(unit)) {
		n = 0;
		days++;
	}
	/* Serial 60 is a 29 February 1900 that never was. */
	if (!from1904 && days < 60 && days > 0)
		days++;
	civil(days - (from1904 ? EPOCH_1904 : EPOCH_1900), t);
	t->milli = millis ? (unsigned)(n % 1000) : 0;
	n = millis ? n / 1000 : n;
	t->hour = (unsigned)(n / 3600);
	t->minute = (unsigned)(n / 60 % 60);
	t->second = (unsigned)(n % 60);
	t->value = value;
}

static void
put_month(struct doc_buf *out, const struct moment *t, size_t n)
{
	const char *name = months[t->month - 1];

	if (n == 5)
		doc_buf_addc(out, name[0]);
	else if (n >= 4)
		doc_buf_adds(out, name);
	else if (n == 3)
		doc_buf_addf(out, "%.3s", name);
	else
		doc_buf_addf(out, "%0*u", (int)n, t->month);
}

static void
put_day(struct doc_buf *out, const struct moment *t, size_t n)
{
	if (n >= 4)
		doc_buf_adds(out, weekdays[t->weekday]);
	else if (n == 3)
		doc_buf_addf(out, "%.3s", weekdays[t->weekday]);
	else
		doc_buf_addf(out, "%0*u", (int)n, t->day);
}

static void
put_elapsed(struct doc_buf *out, const struct moment *t, char unit)
{
	double per_day = unit == 'h' ? 24 : unit == 'm' ? 1440 : 86400;

	doc_buf_addf(out, "%.0f", floor(t->value * per_day + 1e-6));
}

/* State while a format code is worked through. */
struct render {
	struct doc_buf *out;
	const struct moment *t;
	bool half_day;	 /* there is an AM/PM */
	bool after_hour; /* an m now means minutes */
};

/* Are the letters behind s, past punctuation, seconds? */
static bool
seconds_follow(const char *s)
{
	while (*s != '\0' && !isalpha((unsigned char)*s) && *s != ';')
		s++;
	return *s == 's' || *s == 'S';
}

static void
put_letters(struct render *r, const char *s, size_t n)
{
	const struct moment *t = r->t;
	unsigned hour = t->hour;
	char c = (char)tolower((unsigned char)*s);
	bool minutes = c == 'm' && n <= 2 &&
	    (r->after_hour || seconds_follow(s + n));

	if (c == 'y')
		doc_buf_addf(r->out, n <= 2 ? "%02ld" : "%04ld",
		    n <= 2 ? t->year % 100 : t->year);
	else if (minutes)
		doc_buf_addf(r->out, "%0*u", (int)n, t->minute);
	else if (c == 'm')
		put_month(r->out, t, n);
	else if (c == 'd')
		put_day(r->out, t, n);
	else if (c == 's')
		doc_buf_addf(r->out, "%0*u", (int)DOC_MIN(n, (size_t)2),
		    t->second);
	else if (r->half_day)
		doc_buf_addf(r->out, "%0*u", (int)DOC_MIN(n, (size_t)2),
		    hour % 12 == 0 ? 12 : hour % 12);
	else
		doc_buf_addf(r->out, "%0*u", (int)DOC_MIN(n, (size_t)2), hour);
	r->after_hour = c == 'h';
}

static void
put_literal(struct render *r, const char *s, size_t n)
{
	if (*s == '"')
		doc_buf_add(r->out, s + 1, n - 1 - (s[n - 1] == '"' && n > 1));
	else if (*s == '\\' && n == 2)
		doc_buf_addc(r->out, s[1]);
	else if (*s == '_')
		doc_buf_addc(r->out, ' ');
}

/* One element of the code at s; returns its length. */
static size_t
put_element(struct render *r, const char *s)
{
	size_t n = doc_xlsx_literal(s);

	if (n > 0) {
		put_literal(r, s, n);
		return n;
	}
	if (*s == '[') {
		put_elapsed(r->out, r->t, (char)tolower((unsigned char)s[1]));
		r->after_hour = s[1] == 'h' || s[1] == 'H';
		n = strcspn(s, "]");
		return n + (s[n] == ']');
	}
	if (strncasecmp(s, "AM/PM", 5) == 0) {
		doc_buf_adds(r->out, r->t->hour < 12 ? "AM" : "PM");
		return 5;
	}
	if (strncasecmp(s, "A/P", 3) == 0) {
		doc_buf_adds(r->out, r->t->hour < 12 ? "A" : "P");
		return 3;
	}
	if (strchr("ymdhsYMDHS", *s) != NULL) {
		while (tolower((unsigned char)s[n]) ==
		    tolower((unsigned char)s[0]))
			n++;
		put_letters(r, s, n);
		return n;
	}
	if (*s == '.' && s[1] == '0') {
		n = strspn(s + 1, "0");
		n = DOC_MIN(n, (size_t)3);
		doc_buf_addf(r->out, ".%0*u", (int)n,
		    r->t->milli /
			(n == 1		 ? 100
				: n == 2 ? 10
					 : 1));
		return n + 1;
	}
	if (*s != '@')
		doc_buf_addc(r->out, *s);
	return 1;
}

int
doc_xlsx_date(struct doc_buf *out, double value, const char *code,
    bool from1904)
{
	struct moment t;
	struct render r = { .out = out, .t = &t };
	const char *end = code;

	if (!(value >= 0 && value < MAX_SERIAL))
		return -1;
	while (*end != '\0' && *end != ';') {
		size_t n = doc_xlsx_literal(end);

		if (n == 0 &&
		    (strncasecmp(end, "AM/PM", 5) == 0 ||
			strncasecmp(end, "A/P", 3) == 0))
			r.half_day = true;
		end += n > 0 ? n : 1;
	}
	split(value, from1904, strstr(code, ".0") != NULL, &t);
	while (code < end)
		code += put_element(&r, code);
	return 0;
}

/* At most 15 digits in plain notation: already as short as it gets, unless
 * there are zeros to drop. */
static bool
is_short(const char *s)
{
	size_t n, m;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (n == 0 || n > 15 || (s[0] == '0' && n > 1))
		return false;
	if (s[n] == '\0')
		return true;
	m = s[n] == '.' ? strspn(s + n + 1, "0123456789") : 0;
	return m > 0 && n + m <= 15 && s[n + 1 + m] == '\0' && s[n + m] != '0';
}

void
doc_xlsx_number(struct doc_buf *out, const char *s)
{
	char *end, text[40];
	double v;

	if (is_short(s)) {
		doc_buf_adds(out, s);
		return;
	}
	v = strtod(s, &end);
	if (end == s || *end != '\0' || !isfinite(v) ||
	    strpbrk(s, "xX") != NULL) {
		doc_buf_adds(out, s);
		return;
	}
	snprintf(text, sizeof(text), "%.15G", v);
	doc_buf_adds(out, text);
}
