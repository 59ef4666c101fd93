/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of a value: types, strings, walks, and what is no value. */
#include <string.h>

#include "lib/record/value.h"
#include "tests/unit/tap.h"

static struct doc_value *
tree(const char *s)
{
	return doc_value_parse(s, strlen(s));
}

static bool
good(const char *s)
{
	struct doc_value *v = tree(s);
	bool is = v != NULL;

	doc_value_free(v);
	return is;
}

static void
test_types(void)
{
	doc_autovalue struct doc_value *v = tree(
	    " {\"s\":\"x\",\"i\":-12,\"d\":2.5e1,\"b\":true,\"n\":null,"
	    "\"l\":[1,[2,3],{\"k\":4}],\"o\":{\"i\":7},\"e\":[],\"i2\":0} ");
	const struct doc_value *l = doc_value_get(v, "l");

	OK(strcmp(doc_value_get_str(v, "s"), "x") == 0, "a string");
	OK(doc_value_int(doc_value_get(v, "i"), 0) == -12, "an integer");
	OK(doc_value_int(doc_value_get(v, "d"), 9) == 9, "25.0 is none");
	OK(doc_value_number(doc_value_get(v, "d"), 0) == 25, "but a number");
	OK(doc_value_number(doc_value_get(v, "i"), 0) == -12, "as it is");
	OK(doc_value_int(doc_value_get(v, "s"), 9) == 9, "a string is none");
	OK(doc_value_int(doc_value_get(v, "b"), 9) == 9, "nor is true");
	OK(doc_value_str(doc_value_get(v, "i")) == NULL, "12 is no string");
	OK(doc_value_get(v, "n") == NULL, "null is nothing");
	OK(doc_value_get(v, "x") == NULL, "what is not there, too");
	OK(doc_value_get(l, "k") == NULL, "an array has no members");
	OK(doc_value_count(l) == 3, "three elements, not six");
	OK(doc_value_int(doc_value_at(doc_value_at(l, 1), 1), 0) == 3,
	    "an element of an element");
	OK(doc_value_int(doc_value_get(doc_value_at(l, 2), "k"), 0) == 4,
	    "a member of an element");
	OK(doc_value_at(l, 3) == NULL, "no fourth");
	OK(doc_value_count(doc_value_get(v, "e")) == 0, "an empty array");
	OK(doc_value_is_array(doc_value_get(v, "e")), "which is one");
	OK(!doc_value_is_array(v), "an object is none");
	OK(doc_value_int(doc_value_get(doc_value_get(v, "o"), "i"), 0) == 7,
	    "a member of a member");
	OK(doc_value_int(doc_value_get(v, "i2"), 1) == 0, "the last one");
	OK(doc_value_get(NULL, "x") == NULL && doc_value_count(NULL) == 0,
	    "nothing has nothing");
}

static void
test_strings(void)
{
	doc_autovalue struct doc_value *v = tree("[\"\\\"\\\\\\/\\b\\f\\n\\r"
						 "\\t\",\"\\u00e9\\u20ac"
						 "\\ud83d\\ude00\xc3\xa9\","
						 "\"a\\u0000b\",\"\"]");
	size_t n = 9;

	OK(strcmp(doc_value_str(doc_value_at(v, 0)), "\"\\/\b\f\n\r\t") == 0,
	    "all short escapes");
	OK(strcmp(doc_value_str(doc_value_at(v, 1)),
	       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9") == 0,
	    "escapes of two, three and four bytes");
	OK(doc_value_str(doc_value_at(v, 2)) == NULL, "a NUL inside");
	OK(memcmp(doc_value_strn(doc_value_at(v, 2), &n), "a\0b", 4) == 0 &&
		n == 3,
	    "and with its length");
	OK(strcmp(doc_value_strn(doc_value_at(v, 3), &n), "") == 0 && n == 0,
	    "an empty string");
}

static void
test_keys(void)
{
	doc_autovalue struct doc_value *v = tree(
	    "{\"a\":1,\"\\u0061\":2,\"a\\u0000\":3,\"ab\":4,\"\":5}");

	OK(doc_value_int(doc_value_get(v, "a"), 0) == 2,
	    "the last of a name counts, however it is written");
	OK(doc_value_int(doc_value_get(v, "ab"), 0) == 4, "a longer name");
	OK(doc_value_int(doc_value_get(v, ""), 0) == 5, "an empty name");
}

static void
test_numbers(void)
{
	doc_autovalue struct doc_value *v = tree("[9223372036854775807,"
						 "9223372036854775808,"
						 "-99999999999999999999,0,7]");
	doc_autovalue struct doc_value *bare = tree("42");

	OK(doc_value_int(doc_value_at(v, 0), 0) == INT64_MAX, "the largest");
	OK(doc_value_int(doc_value_at(v, 1), 0) == INT64_MAX, "and beyond");
	OK(doc_value_int(doc_value_at(v, 2), 0) == INT64_MIN, "below it all");
	OK(doc_value_int(doc_value_at(v, 4), 0) == 7, "the last element");
	OK(doc_value_int(bare, 0) == 42, "a number alone");
}

static int
note(const char *key, const char *string, void *ctx)
{
	char *out = ctx;

	strcat(strcat(out, key), "=");
	strcat(strcat(out, string ? string : "?"), ";");
	return strcmp(key, "stop") == 0;
}

static void
test_walks(void)
{
	doc_autovalue struct doc_value *v = tree(
	    "{\"a\":[\"1\",[\"2\"],{\"b\":\"3\",\"n\":0}],\"c\":\"\\u0000\","
	    "\"stop\":\"4\",\"d\":\"5\"}");
	doc_autovalue struct doc_value *holes = tree("[null,1,null]");
	char out[100] = "";
	size_t n = 0;

	OK(doc_value_strings(v, "", note, out) == 1, "stops when told");
	OK(strcmp(out, "a=1;a=2;b=3;c=?;stop=4;") == 0,
	    "each string with the name above it");
	doc_value_each (element, holes)
		n++;
	OK(n == 3 && doc_value_count(holes) == 3, "null is an element");
	OK(doc_value_at(holes, 0) == NULL, "of which there is nothing to get");
	OK(doc_value_next(NULL, NULL) == NULL, "no walk over nothing");
}

static void
test_no_values(void)
{
	static const char *const bad[] = { "", " ", "null", "{", "[1,]",
		"{\"a\"}", "\"\\x\"", "\"\\ud800\"", "01", "1 2", "tru",
		"{\"a\":1}x", "\"\xff\"", "NaN", "'a'", "[1 2]", "\"a\nb\"" };
	char deep[200];
	size_t wrong = 0;

	for (size_t i = 0; i < DOC_LEN(bad); i++)
		wrong += good(bad[i]);
	OK(wrong == 0, "what is no value");
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	OK(doc_value_parse(deep, 200) == NULL, "too deep");
	OK(doc_value_parse("[1]\0", 4) == NULL, "a NUL behind it");
}

int
main(void)
{
	test_types();
	test_strings();
	test_keys();
	test_numbers();
	test_walks();
	test_no_values();
	return TAP_DONE();
}
