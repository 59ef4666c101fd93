/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a journal says, read when a run goes on.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/run/ledger_impl.h"

static uint8_t
nibble(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15;
}

void
ledger_id(const char *hex, uint8_t id[static 16])
{
	for (unsigned i = 0; i < 16; i++)
		id[i] = (uint8_t)(nibble(hex[2 * i]) << 4 |
		    nibble(hex[2 * i + 1]));
}

/* The ids are digests: their first bytes are as good as any hash. */
static size_t
place(const uint8_t id[static 16], size_t room)
{
	uint64_t h;

	memcpy(&h, id, sizeof(h));
	return (size_t)h & (room - 1);
}

/* Twice the room, at least `least` places; `size` each, moved by `move`. */
#define GROW(table, count, room, least)                                        \
	do {                                                                   \
		size_t new_room = (room) ? (room)*2 : (least);                 \
		__typeof__(table) old = (table);                               \
		__typeof__(table) new = calloc(new_room, sizeof(*new));        \
		if (new == NULL)                                               \
			return -1;                                             \
		for (size_t i = 0; i < (room); i++) {                          \
			size_t to = place(old[i].id, new_room);                \
			if (old[i].n == 0)                                     \
				continue;                                      \
			while (new[to].n != 0)                                 \
				to = (to + 1) & (new_room - 1);                \
			new[to] = old[i];                                      \
		}                                                              \
		free(old);                                                     \
		(table) = new;                                                 \
		(room) = new_room;                                             \
	} while (0)

struct known *
ledger_find(const struct doc_ledger *l, const char *hex)
{
	uint8_t id[16];
	size_t at;

	if (l->input_room == 0)
		return NULL;
	ledger_id(hex, id);
	for (at = place(id, l->input_room); l->inputs[at].n != 0;
	     at = (at + 1) & (l->input_room - 1))
		if (memcmp(l->inputs[at].id, id, sizeof(id)) == 0)
			return &l->inputs[at];
	return NULL;
}

/* The next one with the same id: the same name may be given twice. */
struct known *
ledger_find_next(const struct doc_ledger *l, const struct known *k)
{
	size_t at = (size_t)(k - l->inputs);

	while (l->inputs[at = (at + 1) & (l->input_room - 1)].n != 0)
		if (memcmp(l->inputs[at].id, k->id, sizeof(k->id)) == 0)
			return &l->inputs[at];
	return NULL;
}

/* Room for what is known of number n. */
int
ledger_number(struct doc_ledger *l, uint32_t n)
{
	size_t more = ((size_t)n + 1) * 2;
	uint8_t *flags;

	l->next_n = DOC_MAX(l->next_n, n + 1);
	if (n < l->flag_room)
		return 0;
	flags = realloc(l->flags, more);
	if (flags == NULL)
		return -1;
	memset(flags + l->flag_room, 0, more - l->flag_room);
	l->flags = flags;
	l->flag_room = more;
	return 0;
}

static int
add_input(struct doc_ledger *l, const struct ledger_line *line)
{
	struct known *k = ledger_find(l, line->id);
	size_t at;
	uint8_t id[16];

	/* Given again by a later session; or changed between sessions. */
	for (; k != NULL; k = ledger_find_next(l, k)) {
		if (k->n == line->n)
			return 0;
		if (k->session != l->session &&
		    !(l->flags[k->n] & KNOWN_STALE)) {
			l->flags[k->n] |= KNOWN_STALE;
			break;
		}
	}
	if (l->input_count * 2 >= l->input_room)
		GROW(l->inputs, l->input_count, l->input_room, 1024);
	ledger_id(line->id, id);
	at = place(id, l->input_room);
	while (l->inputs[at].n != 0)
		at = (at + 1) & (l->input_room - 1);
	l->inputs[at] = (struct known){ .n = line->n,
		.sig = line->sig,
		.session = l->session };
	memcpy(l->inputs[at].id, id, sizeof(id));
	l->input_count++;
	return ledger_number(l, line->n);
}

static struct mark *
find_mark(const struct doc_ledger *l, uint32_t n, const char *hex)
{
	uint8_t id[16];
	size_t at;

	ledger_id(hex, id);
	for (at = place(id, l->mark_room); l->marks[at].n != 0;
	     at = (at + 1) & (l->mark_room - 1))
		if (l->marks[at].n == n &&
		    memcmp(l->marks[at].id, id, sizeof(id)) == 0)
			break;
	return &l->marks[at];
}

static int
add_mark(struct doc_ledger *l, const struct ledger_line *line)
{
	struct mark *m;

	if (l->mark_count * 2 >= l->mark_room)
		GROW(l->marks, l->mark_count, l->mark_room, 1024);
	m = find_mark(l, line->n, line->id);
	if (m->n == 0) {
		ledger_id(line->id, m->id);
		m->n = line->n;
		l->mark_count++;
	}
	m->done = m->done || strcmp(line->word, "done") == 0;
	m->tries += strcmp(line->word, "try") == 0;
	m->lone += strcmp(line->word, "lone") == 0;
	return 0;
}

void
doc_ledger_past(const struct doc_ledger *l, uint32_t n, const char *id,
    struct doc_past *past)
{
	const struct mark *m = l->mark_room ? find_mark(l, n, id) : NULL;

	*past = (struct doc_past){ 0 };
	if (m != NULL && m->n != 0)
		*past = (struct doc_past){ m->done, m->tries, m->lone };
}

bool
ledger_parse(const char *line, struct ledger_line *out)
{
	int at = 0;

	*out = (struct ledger_line){ 0 };
	if (sscanf(line, "%7[a-z]%n", out->word, &at) != 1)
		return false;
	out->rest = line + at + (line[at] == ' ');
	if (strcmp(out->word, "in") == 0)
		return sscanf(out->rest, "%" SCNu32 " %32[0-9a-f] %" SCNx64,
			   &out->n, out->id, &out->sig) == 3;
	if (strcmp(out->word, "done") == 0)
		return sscanf(out->rest,
			   "%" SCNu32 " %32[0-9a-f] %" SCNu64 " %16[a-zA-Z-]",
			   &out->n, out->id, &out->len, out->states) == 4;
	if (strcmp(out->word, "try") == 0 || strcmp(out->word, "lone") == 0)
		return sscanf(out->rest, "%" SCNu32 " %32[0-9a-f]", &out->n,
			   out->id) == 2;
	if (strcmp(out->word, "whole") == 0)
		return sscanf(out->rest, "%" SCNu32, &out->n) == 1;
	return true;
}

/* This boot's name: the page cache of another one is gone. */
void
ledger_boot(char out[static 40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, out, 36);

	out[n > 0 ? n : 0] = '\0';
	if (n <= 0)
		strcpy(out, "unknown");
	if (fd >= 0)
		close(fd);
}

/* How much of both files counts. */
static int
measure(struct doc_ledger *l, struct doc_journal *j, struct doc_error *err)
{
	char boot[40], now[40] = "";
	struct stat st;
	uint64_t out = 0, synced_out = 0, synced = 0;
	struct ledger_line line;
	const char *text;
	int version = 0;

	ledger_boot(now);
	strcpy(boot, now);
	if (fstat(l->out, &st) < 0)
		return doc_error_sys(err, "cannot look at the records");
	while ((text = doc_journal_next(j)) != NULL) {
		if (!ledger_parse(text, &line))
			break;
		if (strcmp(line.word, "open") == 0 &&
		    (sscanf(line.rest, "%d %39s %32s %32s", &version, boot,
			 l->settings, l->engines) != 4 ||
			version != DOC_LEDGER_VERSION))
			return doc_error_set(err, DOC_E_USAGE,
			    "'%s' was made by another version of docrun",
			    l->dir);
		if (out + line.len > (uint64_t)st.st_size)
			break;
		out += line.len;
		l->journal_len = j->at;
		l->out_len = out;
		if (strcmp(line.word, "sync") == 0) {
			synced = j->at;
			synced_out = out;
		}
	}
	if (strcmp(boot, now) != 0) {
		l->journal_len = synced;
		l->out_len = synced_out;
	}
	return 0;
}

void
ledger_forget(struct doc_ledger *l)
{
	for (size_t n = 0; n < l->flag_room && n < l->next_n; n++)
		l->flags[n] |= KNOWN_STALE;
}

static int
note_input(struct doc_ledger *l, const struct ledger_line *line)
{
	if (strcmp(line->word, "open") == 0)
		l->session++;
	if (strcmp(line->word, "forget") == 0)
		ledger_forget(l);
	l->closed = strcmp(line->word, "close") == 0 ||
	    (l->closed && strcmp(line->word, "sync") == 0);
	if (strcmp(line->word, "in") == 0)
		return add_input(l, line);
	if (strcmp(line->word, "whole") == 0) {
		if (ledger_number(l, line->n) < 0)
			return -1;
		l->flags[line->n] |= KNOWN_WHOLE;
	}
	return 0;
}

/* Only of what is to be gone on with; of the rest the number says enough. */
static int
note_document(struct doc_ledger *l, const struct ledger_line *line)
{
	if (strcmp(line->word, "done") != 0 && strcmp(line->word, "try") != 0 &&
	    strcmp(line->word, "lone") != 0)
		return 0;
	if (ledger_number(l, line->n) < 0)
		return -1;
	return l->flags[line->n] ? 0 : add_mark(l, line);
}

static int
each_line(struct doc_ledger *l, struct doc_journal *j,
    int (*note)(struct doc_ledger *, const struct ledger_line *),
    struct doc_error *err)
{
	struct ledger_line line;
	const char *text;

	doc_journal_rewind(j);
	while (j->at < l->journal_len && (text = doc_journal_next(j)) != NULL)
		if (ledger_parse(text, &line) && note(l, &line) < 0)
			return doc_error_set(err, DOC_E_NO_MEMORY,
			    "no memory for the journal");
	return 0;
}

int
ledger_load(struct doc_ledger *l, struct doc_error *err)
{
	struct doc_journal j;
	int rc = -1;

	l->next_n = 1;
	if (doc_journal_open(&j, l->journal, err) < 0)
		return -1;
	if (measure(l, &j, err) == 0 && each_line(l, &j, note_input, err) == 0)
		rc = each_line(l, &j, note_document, err);
	doc_journal_close(&j);
	return rc;
}
