/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places and names of records, for another place. */
#include <stdio.h>
#include <string.h>

#include "lib/fleet/line.h"
#include "lib/fleet/rebase.h"
#include "tests/unit/tap.h"

static void
files(const char *json, const char *from, const char *to, const char *want)
{
	doc_autobuf struct doc_buf out = { 0 };
	int rc = doc_rebase_files(json, strlen(json), from, to, &out);

	OK(rc == 0 && strcmp(doc_buf_str(&out), want) == 0, json);
	if (rc == 0 && strcmp(doc_buf_str(&out), want) != 0)
		printf("# got    %s\n# wanted %s\n", out.data, want);
}

static void
names(const char *line, const char *path, const char *want)
{
	doc_autobuf struct doc_buf out = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;
	int rc = doc_record_parse(&rec, line, strlen(line), &err);

	rc = rc < 0 ? rc : doc_rebase_name(&rec, path, &out, &err);
	OK(rc == 0 && strcmp(doc_buf_str(&out), want) == 0, want);
	if (rc == 0 && strcmp(doc_buf_str(&out), want) != 0)
		printf("# got    %s\n# wanted %s\n", out.data, want);
}

/* The id that doclist gives. */
static const char *
id_nth(const char *path, const char *member, uint32_t nth)
{
	static char ids[4][DOC_ID_SIZE];
	static unsigned next;
	char text[64];
	struct doc_buf m = { .data = text };
	struct doc_name n = { .tenant = "default",
		.path = path,
		.path_len = strlen(path),
		.members = &m,
		.nth = &nth,
		.member_count = member != NULL };

	if (member != NULL)
		m.len = (size_t)snprintf(text, sizeof(text), "%s", member);
	next = (next + 1) % 4;
	doc_name_id(&n, ids[next]);
	return ids[next];
}

static const char *
id(const char *path, const char *member)
{
	return id_nth(path, member, 1);
}

/* What no doclist of ours wrote. */
static void
bad_numbers(const char *numbers)
{
	doc_autobuf struct doc_buf out = { 0 };
	struct doc_error err = { 0 };
	struct doc_record rec;
	char line[256];

	snprintf(line, sizeof(line),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"0\",\"tenant\":\"t\","
	    "\"path\":\"a\",\"member\":[\"m\"],\"member_nth\":%s}",
	    numbers);
	OK(doc_record_parse(&rec, line, strlen(line), &err) == 0 &&
		doc_rebase_name(&rec, "b", &out, &err) < 0 &&
		err.code == DOC_E_STREAM,
	    numbers);
}

static void
lines(const char *name)
{
	doc_autobuf struct doc_buf b = { 0 };

	if (doc_line_escape(&b, name, strlen(name)) < 0 ||
	    doc_buf_str(&b) == NULL)
		return;
	OK(strchr(b.data, '\n') == NULL, "one line");
	doc_line_unescape(b.data);
	OK(strcmp(b.data, name) == 0, "and the same again");
}

int
main(void)
{
	char line[512], want[512];

	files("{\"data\":\"/s/a\",\"text\":{\"file\":\"/s/b\"}}", "/s", "spool",
	    "{\"data\":\"spool/a\",\"text\":{\"file\":\"spool/b\"}}");
	files(
	    "{\"p\":{\"pictures\":[{\"file\":\"/s/1\"},{\"file\":\"/s/2\"}]}}",
	    "/s/", "x",
	    "{\"p\":{\"pictures\":[{\"file\":\"x/1\"},"
	    "{\"file\":\"x/2\"}]}}");
	files("{\"ocr\":{\"layout\":\"/s/1\",\"merged\":\"/s/2\","
	      "\"searchable_pdf\":\"/s/3\",\"layout_form\":\"/s/4\"}}",
	    "/s", "x",
	    "{\"ocr\":{\"layout\":\"x/1\",\"merged\":\"x/2\","
	    "\"searchable_pdf\":\"x/3\",\"layout_form\":\"/s/4\"}}");
	/* What a document says of itself is left alone. */
	files("{\"path\":\"/s/a\",\"text\":{\"title\":\"/s/b\"}}", "/s", "x",
	    "{\"path\":\"/s/a\",\"text\":{\"title\":\"/s/b\"}}");
	files("{\"title\":\"\\\"file\\\":\\\"/s/a\",\"file\":\"/sx/a\"}", "/s",
	    "x", "{\"title\":\"\\\"file\\\":\\\"/s/a\",\"file\":\"/sx/a\"}");
	files("{\"file\":\"/s\",\"data\":\"\",\"n\":[\"file\",\"/s/a\"]}", "/s",
	    "x", "{\"file\":\"/s\",\"data\":\"\",\"n\":[\"file\",\"/s/a\"]}");
	/* Names that JSON has to escape. */
	files("{\"file\":\"/a \\\"b\\\"/c\"}", "/a \"b\"", "d\\e",
	    "{\"file\":\"d\\\\e/c\"}");
	files("{}", "/s", "x", "{}");

	snprintf(line, sizeof(line),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"d/1\",\"size\":3,\"mine\":{\"path\":\"d/1\"}}",
	    id("d/1", NULL));
	snprintf(want, sizeof(want),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"/in/a\",\"size\":3,\"mine\":{\"path\":\"d/1\"}}",
	    id("/in/a", NULL));
	names(line, "/in/a", want);
	snprintf(want, sizeof(want),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"\xef\xbf\xbd\",\"path_b64\":\"/w==\",\"size\":3,"
	    "\"mine\":{\"path\":\"d/1\"}}",
	    id("\xff", NULL));
	names(line, "\xff", want);
	snprintf(line, sizeof(line),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"d/1\",\"member\":[\"m\"],\"parent\":\"%s\"}",
	    id("d/1", "m"), id("d/1", NULL));
	snprintf(want, sizeof(want),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"b\",\"member\":[\"m\"],\"parent\":\"%s\"}",
	    id("b", "m"), id("b", NULL));
	names(line, "b", want);
	snprintf(line, sizeof(line),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"d/1\",\"member\":[\"m\"],\"member_nth\":[3],"
	    "\"parent\":\"%s\"}",
	    id_nth("d/1", "m", 3), id("d/1", NULL));
	snprintf(want, sizeof(want),
	    "{\"v\":1,\"type\":\"doc\",\"id\":\"%s\",\"tenant\":\"default\","
	    "\"path\":\"b\",\"member\":[\"m\"],\"member_nth\":[3],"
	    "\"parent\":\"%s\"}",
	    id_nth("b", "m", 3), id("b", NULL));
	names(line, "b", want);
	bad_numbers("[3,1]");
	bad_numbers("[]");
	bad_numbers("[0]");
	bad_numbers("[-1]");
	bad_numbers("[4294967296]");
	bad_numbers("[\"3\"]");
	bad_numbers("3");

	lines("a\nb\\nc\\");
	lines("\\\\n\n");
	return TAP_DONE();
}
