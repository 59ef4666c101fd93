/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/clock.h"
#include "lib/base/io.h"
#include "lib/run/ledger_impl.h"

enum {
	GROUP = 64,	  /* documents to a sync, at least */
	GROUP_MS = 100,	  /* or this long */
	SYNC_SHARE = 10,  /* a sync may take a tenth of the time */
	HELD = 256 << 10, /* bytes written at once */
};

int
ledger_path(const struct doc_ledger *l, const char *name, char *out,
    size_t size)
{
	int n = snprintf(out, size, "%s/%s", l->dir, name);

	return n < 0 || (size_t)n >= size ? -1 : 0;
}

static int
open_file(const struct doc_ledger *l, const char *name, struct doc_error *err)
{
	char path[4200];
	int fd;

	ledger_path(l, name, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? doc_error_sys(err, "cannot write '%s'", path) : fd;
}

int
doc_ledger_open(struct doc_ledger *l, const char *dir, struct doc_error *err)
{
	snprintf(l->dir, sizeof(l->dir), "%s", dir);
	l->out = l->journal = -1;
	l->records.max = l->lines.max = (size_t)1 << 30;
	l->synced_ms = doc_clock_ms();
	l->journal = open_file(l, "journal", err);
	if (l->journal < 0 || ledger_recover(l, err) < 0)
		return -1;
	l->out = open_file(l, "out.ndjson", err);
	return l->out < 0 ? -1 : ledger_load(l, err);
}

/* What a killed docrun left in the page cache is on the disk first. */
static int
tidy(struct doc_ledger *l, struct doc_error *err)
{
	if ((l->spool >= 0 && syncfs(l->spool) < 0) || fdatasync(l->out) < 0)
		return doc_error_sys(err, "cannot write to '%s'", l->dir);
	return ledger_compact(l, err);
}

int
doc_ledger_begin(struct doc_ledger *l, struct doc_error *err)
{
	char boot[40];

	if (l->begun)
		return 0;
	if (ftruncate(l->out, (off_t)l->out_len) < 0 ||
	    ftruncate(l->journal, (off_t)l->journal_len) < 0 ||
	    lseek(l->out, 0, SEEK_END) < 0 ||
	    lseek(l->journal, 0, SEEK_END) < 0)
		return doc_error_sys(err, "cannot cut the records of '%s'",
		    l->dir);
	if ((ledger_is_loose(l) || (l->keep_absent && l->stale)) &&
	    !l->forget && tidy(l, err) < 0)
		return -1;
	ledger_boot(boot);
	l->begun = true;
	if (doc_journal_line(&l->lines, "open %d %s %s %s", DOC_LEDGER_VERSION,
		boot, l->settings, l->engines) < 0 ||
	    (l->forget && doc_journal_line(&l->lines, "forget") < 0))
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return 0;
}

void
doc_ledger_session(struct doc_ledger *l, const char *settings,
    const char *engines, bool forget)
{
	l->forget = forget;
	if (forget)
		ledger_forget(l);
	l->session++;
	snprintf(l->settings, sizeof(l->settings), "%s", settings);
	snprintf(l->engines, sizeof(l->engines), "%s", engines);
}

enum doc_met
doc_ledger_meet(struct doc_ledger *l, const char *id, uint64_t sig, uint32_t *n)
{
	struct known *k = ledger_find(l, id);

	for (; k != NULL; k = ledger_find_next(l, k)) {
		uint8_t *flags = &l->flags[k->n];

		if (k->sig != sig || (*flags & (KNOWN_MET | KNOWN_STALE)))
			continue;
		*flags |= KNOWN_MET;
		*n = k->n;
		return *flags & KNOWN_WHOLE ? DOC_MET_WHOLE : DOC_MET_PART;
	}
	*n = l->next_n++;
	return DOC_MET_NEW;
}

/* What goes on for ever forgets nothing: the name may come again, changed. */
static int
supersede(struct doc_ledger *l, uint32_t n, const char *id, uint64_t sig)
{
	struct known *k = ledger_find(l, id);

	for (; k != NULL; k = ledger_find_next(l, k)) {
		if (k->n == n)
			return 0;
		if (l->flags[k->n] & KNOWN_STALE)
			continue;
		l->flags[k->n] |= KNOWN_STALE;
		if (doc_journal_line(&l->lines, "drop %" PRIu32, k->n) < 0)
			return -1;
	}
	if (ledger_remember(l, n, id, sig) < 0)
		return -1;
	l->flags[n] |= KNOWN_MET;
	return 0;
}

int
doc_ledger_in(struct doc_ledger *l, uint32_t n, const char *id, uint64_t sig)
{
	if (l->keep_absent && supersede(l, n, id, sig) < 0)
		return -1;
	return doc_journal_line(&l->lines, "in %" PRIu32 " %s %" PRIx64, n, id,
	    sig);
}

int
doc_ledger_try(struct doc_ledger *l, uint32_t n, const char *id, bool lone,
    uint32_t listed)
{
	return doc_journal_line(&l->lines, "%s %" PRIu32 " %s %" PRIx32,
	    lone ? "lone" : "try", n, id, listed);
}

int
doc_ledger_anew(struct doc_ledger *l, uint32_t *n, const char *id, uint64_t sig)
{
	struct known *k = ledger_find(l, id);
	uint32_t old = *n;

	while (k != NULL && k->n != old)
		k = ledger_find_next(l, k);
	if (k == NULL && ledger_remember(l, old, id, sig) < 0)
		return -1;
	l->flags[old] |= KNOWN_STALE;
	if (doc_journal_line(&l->lines, "drop %" PRIu32, old) < 0)
		return -1;
	*n = l->next_n++;
	return doc_ledger_in(l, *n, id, sig);
}

int
doc_ledger_whole(struct doc_ledger *l, uint32_t n)
{
	return doc_journal_line(&l->lines, "whole %" PRIu32, n);
}

int
doc_ledger_facts(struct doc_ledger *l, const char *stage, const char *json,
    size_t len)
{
	return doc_journal_line(&l->lines, "facts %s %.*s", stage, (int)len,
	    json);
}

int
doc_ledger_done(struct doc_ledger *l, const struct doc_flight *f,
    struct doc_error *err)
{
	char states[DOC_LEDGER_STAGES + 1];
	struct doc_record rec;

	if (doc_record_parse(&rec, f->line.data, f->line.len - 1, err) < 0)
		return -1;
	ledger_states(l, &rec, states);
	/* Both or none: the journal counts the bytes of the records. */
	if (doc_buf_add(&l->records, f->line.data, f->line.len) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	if (doc_journal_line(&l->lines, "done %" PRIu32 " %s %zu %s %08x",
		f->entry->n, f->id, f->line.len, states,
		doc_crc32c(f->line.data, f->line.len)) < 0) {
		l->records.len -= f->line.len;
		return doc_error_set(err, DOC_E_NO_MEMORY,
		    "no memory for a record");
	}
	if (l->unsynced++ == 0)
		l->first_ms = doc_clock_ms();
	return 0;
}

/* The records first: a line of the journal is a promise. */
static int
write_out(struct doc_ledger *l, struct doc_error *err)
{
	if (doc_write_full(l->out, l->records.data, l->records.len) < 0 ||
	    doc_write_full(l->journal, l->lines.data, l->lines.len) < 0)
		return doc_error_sys(err, "cannot write to '%s'", l->dir);
	l->out_len += l->records.len;
	l->records.len = l->lines.len = 0;
	return 0;
}

/* What the records name lies in the spool, on the same disk or another. */
static int
sync_all(struct doc_ledger *l, struct doc_error *err)
{
	uint64_t start = doc_clock_ms();

	if (write_out(l, err) < 0)
		return -1;
	if ((l->spool >= 0 && syncfs(l->spool) < 0) || fdatasync(l->out) < 0 ||
	    doc_journal_line(&l->lines, "sync") < 0 || write_out(l, err) < 0 ||
	    fdatasync(l->journal) < 0)
		return doc_error_sys(err, "cannot write to '%s'", l->dir);
	l->unsynced = 0;
	l->synced_ms = doc_clock_ms();
	l->sync_cost_ms = l->synced_ms - start;
	return 0;
}

int
doc_ledger_tick(struct doc_ledger *l, struct doc_error *err)
{
	uint64_t now = doc_clock_ms(), due;

	if (!l->begun)
		return -1;
	if (l->records.len + l->lines.len > 0 && write_out(l, err) < 0)
		return -2;
	if (l->unsynced == 0)
		return -1;
	due = l->unsynced >= GROUP ? now : l->first_ms + GROUP_MS;
	due = DOC_MAX(due, l->synced_ms + SYNC_SHARE * l->sync_cost_ms);
	if (due > now)
		return (int)DOC_MIN(due - now, 60000U);
	return sync_all(l, err) < 0 ? -2 : -1;
}

int
doc_ledger_stop(struct doc_ledger *l, struct doc_error *err)
{
	return l->begun ? sync_all(l, err) : 0;
}

/* Mark what no walk came across. */
static bool
mark_gone(struct doc_ledger *l)
{
	bool any = false;

	for (size_t i = 0; i < l->input_room; i++) {
		uint32_t n = l->inputs[i].n;

		if (n != 0 && !(l->flags[n] & KNOWN_MET) && !l->keep_absent)
			l->flags[n] |= KNOWN_STALE;
		any = any || (n != 0 && (l->flags[n] & KNOWN_STALE));
	}
	return any;
}

/* Are the end records where they belong, and nothing else behind them? */
static bool
ends_there(const struct doc_ledger *l, const struct doc_buf *ends)
{
	doc_autobuf struct doc_buf there = { 0 };
	ssize_t n = doc_buf_reserve(&there, ends->len + 1) < 0
	    ? -1
	    : doc_pread_full(l->out, there.data, ends->len + 1,
		  (off_t)l->out_len);

	return n == (ssize_t)ends->len &&
	    memcmp(there.data, ends->data, ends->len) == 0;
}

static int
write_ends(struct doc_ledger *l, const struct doc_buf *ends,
    struct doc_error *err)
{
	if (doc_write_full(l->out, ends->data, ends->len) < 0 ||
	    doc_journal_line(&l->lines, "close") < 0)
		return doc_error_sys(err, "cannot write to '%s'", l->dir);
	return sync_all(l, err);
}

int
doc_ledger_close(struct doc_ledger *l, struct doc_error *err)
{
	doc_autobuf struct doc_buf ends = { 0 };
	bool gone = mark_gone(l);
	/* Nothing new, nothing gone: the files stay as they are. */
	bool same = !l->begun && !gone && l->closed;

	if (!same &&
	    (doc_ledger_begin(l, err) < 0 || sync_all(l, err) < 0 ||
		(gone && ledger_compact(l, err) < 0)))
		return -1;
	if (ledger_tally(l, err) < 0)
		return -1;
	if (ledger_ends(l, &ends) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (same && ends_there(l, &ends))
		return 0;
	return doc_ledger_begin(l, err) < 0 ? -1 : write_ends(l, &ends, err);
}

void
doc_ledger_release(struct doc_ledger *l)
{
	if (l->out >= 0)
		close(l->out);
	if (l->journal >= 0)
		close(l->journal);
	free(doc_steal(&l->inputs));
	free(doc_steal(&l->marks));
	free(doc_steal(&l->flags));
	doc_buf_release(&l->records);
	doc_buf_release(&l->lines);
	for (unsigned i = 0; i < l->stage_count; i++)
		doc_buf_release(&l->stages[i].facts);
	l->out = l->journal = -1;
}
