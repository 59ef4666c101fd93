/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/engine/found.h"
#include "lib/engine/layers.h"

/* An entry of `found`, as the engine's worker sends it: signature, database,
 * parts. */
static void
write_found(struct doc_json *j, char *entry)
{
	char separator[] = { DOC_HIT_SEPARATOR, '\0' };
	const char *name = strsep(&entry, separator);
	const char *db = entry ? strsep(&entry, separator) : NULL;

	doc_json_open(j, NULL, '{');
	doc_json_str(j, "name", name);
	if (db != NULL && *db != '\0')
		doc_json_str(j, "db", db);
	if (entry != NULL && *entry != '\0') {
		doc_json_open(j, "part", '[');
		while (entry != NULL && *entry != '\0')
			doc_json_str(j, NULL, strsep(&entry, separator));
		doc_json_close(j, ']');
	}
	doc_json_close(j, '}');
}

void
doc_found_write(struct doc_json *j, const struct doc_answer *a)
{
	const struct doc_buf *b = &a->value[DOC_F_FOUND];
	size_t at = 0;

	if (b->len == 0)
		return;
	doc_json_open(j, "found", '[');
	while (at < b->len) {
		size_t n = strlen(b->data + at) + 1;
		char *entry = strdup(b->data + at);

		if (entry == NULL)
			j->failed = true;
		else
			write_found(j, entry);
		free(entry);
		at += n;
	}
	doc_json_close(j, ']');
}

/* One line of the fact `files`: name, version, signatures, time. */
static void
write_database(struct doc_json *j, char *line)
{
	const char *part[4] = { NULL };
	char built[DOC_TIME_SIZE];
	int64_t when;

	for (size_t i = 0; i < DOC_LEN(part); i++)
		part[i] = line ? strsep(&line, "\t") : NULL;
	if (part[3] == NULL)
		return;
	when = strtoll(part[3], NULL, 10);
	doc_json_open(j, NULL, '{');
	doc_json_str(j, "name", part[0]);
	if (strcmp(part[1], "0") != 0)
		doc_json_int(j, "version", strtoll(part[1], NULL, 10));
	doc_json_int(j, "signatures", strtoll(part[2], NULL, 10));
	if (doc_time_format(when, built) == 0)
		doc_json_str(j, "built", built);
	doc_json_int(j, "age_days",
	    DOC_MAX((int64_t)time(NULL) - when, (int64_t)0) / 86400);
	doc_json_close(j, '}');
}

void
doc_databases_write(struct doc_json *j, const char *files)
{
	char *copy = strdup(files), *at = copy, *line;

	if (copy == NULL) {
		j->failed = true;
		return;
	}
	doc_json_open(j, "databases", '[');
	while ((line = strsep(&at, "\n")) != NULL)
		write_database(j, line);
	doc_json_close(j, ']');
	free(copy);
}
