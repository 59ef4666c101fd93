/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a journal says, read when a run goes on.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/run/ledger_impl.h"

enum { LEAST_LINE = 14 }; /* bytes of `sync`, with its sum */

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
static int
room_for(struct doc_ledger *l, uint32_t n)
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

int
ledger_remember(struct doc_ledger *l, uint32_t n, const char *hex, uint64_t sig)
{
	uint8_t id[16];
	size_t at;

	if (l->input_count * 2 >= l->input_room)
		GROW(l->inputs, l->input_count, l->input_room, 1024);
	ledger_id(hex, id);
	at = place(id, l->input_room);
	while (l->inputs[at].n != 0)
		at = (at + 1) & (l->input_room - 1);
	l->inputs[at] =
	    (struct known){ .n = n, .sig = sig, .session = l->session };
	memcpy(l->inputs[at].id, id, sizeof(id));
	l->input_count++;
	return room_for(l, n);
}

static int
add_input(struct doc_ledger *l, const struct ledger_line *line)
{
	struct known *k = ledger_find(l, line->id);

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
	return ledger_remember(l, line->n, line->id, line->sig);
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
	if (line->summed) {
		m->sum = line->sum;
		m->summed = true;
	}
	m->done += strcmp(line->word, "done") == 0;
	m->tries += strcmp(line->word, "try") == 0;
	m->lone += strcmp(line->word, "lone") == 0;
	return 0;
}

void
doc_ledger_past(struct doc_ledger *l, uint32_t n, const char *id,
    struct doc_past *past)
{
	struct mark *m = l->mark_room ? find_mark(l, n, id) : NULL;

	*past = (struct doc_past){ 0 };
	if (m == NULL || m->n == 0)
		return;
	*past = (struct doc_past){ m->done > 0, m->tries, m->lone, m->summed,
		m->sum };
	m->done -= m->done > 0;
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
			   "%" SCNu32 " %32[0-9a-f] %" SCNu64
			   " %16[a-zA-Z-] %" SCNx32,
			   &out->n, out->id, &out->len, out->states,
			   &out->sum) == 5;
	if (strcmp(out->word, "try") == 0 || strcmp(out->word, "lone") == 0) {
		at = sscanf(out->rest, "%" SCNu32 " %32[0-9a-f] %" SCNx32,
		    &out->n, out->id, &out->sum);
		out->summed = at == 3;
		return at >= 2;
	}
	if (strcmp(out->word, "whole") == 0 || strcmp(out->word, "drop") == 0)
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

/* Both files as far as they were read: what counts, and what of it was synced.
 */
struct extent {
	uint64_t journal, out, synced, synced_out;
	char boot[40]; /* of the session that wrote the line */
};

static int
opened(struct doc_ledger *l, const struct ledger_line *line, struct extent *e,
    struct doc_error *err)
{
	int version = 0;

	if (sscanf(line->rest, "%d", &version) == 1 &&
	    version == DOC_LEDGER_VERSION &&
	    sscanf(line->rest, "%*d %39s %32s %32s", e->boot, l->settings,
		l->engines) == 3)
		return 0;
	return doc_error_set(err, DOC_E_USAGE,
	    "'%s' was made by another version of docrun", l->dir);
}

/* Is the record where the line says, and what it says? */
static bool
record_there(const struct ledger_line *line, const char *out, uint64_t size,
    uint64_t at)
{
	return line->len == 0 ||
	    (line->len <= size - at &&
		doc_crc32c(out + at, line->len) == line->sum);
}

/* A torn end is what a kill leaves; anything else was somebody else. */
static void
complain(const struct doc_ledger *l, const struct doc_journal *j,
    const struct extent *e)
{
	if (memchr(j->data + e->journal, '\n', j->len - e->journal) != NULL)
		doc_warn("'%s': the journal from byte %ju on and the records "
			 "from byte %ju on do not agree; what comes there is "
			 "done again",
		    l->dir, (uintmax_t)e->journal, (uintmax_t)e->out);
}

static int
walk_extent(struct doc_ledger *l, struct doc_journal *j, struct extent *e,
    struct doc_journal *out, struct doc_error *err)
{
	struct ledger_line line;
	const char *text;

	while ((text = doc_journal_next(j)) != NULL) {
		if (!ledger_parse(text, &line) ||
		    !record_there(&line, out->data, out->len, e->out))
			break;
		if (strcmp(line.word, "open") == 0 &&
		    opened(l, &line, e, err) < 0)
			return -1;
		e->out += line.len;
		doc_journal_leave(out, e->out);
		e->journal = j->at;
		if (strcmp(line.word, "sync") == 0) {
			e->synced = e->journal;
			e->synced_out = e->out;
		}
	}
	return 0;
}

/* How much of both files counts. */
static int
measure(struct doc_ledger *l, struct doc_journal *j, struct doc_error *err)
{
	char now[40] = "";
	struct extent e = { 0 };
	struct doc_journal out;
	int rc;

	ledger_boot(now);
	if (doc_journal_open(&out, l->out, err) < 0)
		return -1;
	rc = walk_extent(l, j, &e, &out, err);
	/* The page cache of another boot is gone, and what it held is torn. */
	if (e.boot[0] != '\0' && strcmp(e.boot, now) != 0) {
		e.journal = e.synced;
		e.out = e.synced_out;
	} else if (rc == 0 && e.journal < j->len) {
		complain(l, j, &e);
	}
	doc_journal_close(&out);
	l->journal_len = e.journal;
	l->out_len = e.out;
	return rc;
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
	if (strcmp(line->word, "whole") == 0 ||
	    strcmp(line->word, "drop") == 0) {
		if (room_for(l, line->n) < 0)
			return -1;
		l->flags[line->n] |= line->word[0] == 'w' ? KNOWN_WHOLE
							  : KNOWN_STALE;
	}
	return 0;
}

/* Only of what is to be gone on with; of the rest the number says enough. */
static int
note_document(struct doc_ledger *l, const struct ledger_line *line)
{
	if (ledger_is_slack(l, line))
		l->slack += LEAST_LINE + strlen(line->rest);
	if (strcmp(line->word, "in") == 0 && (l->flags[line->n] & KNOWN_STALE))
		l->stale = true;
	if (strcmp(line->word, "done") != 0 && strcmp(line->word, "try") != 0 &&
	    strcmp(line->word, "lone") != 0)
		return 0;
	if (room_for(l, line->n) < 0)
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
