/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * docrun verify - is a run directory what it says it is?
 *
 * Reads records and journal, and the files of the spool they name; changes
 * nothing.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/docrun/told.h"
#include "cmd/docrun/verbs.h"
#include "lib/base/log.h"
#include "lib/base/opt.h"
#include "lib/base/start.h"
#include "lib/base/units.h"
#include "lib/base/utf8.h"
#include "lib/fleet/fleet.h"
#include "lib/fleet/proof.h"
#include "lib/record/path.h"
#include "lib/run/verify.h"
#include "lib/stage/last.h"

struct options {
	bool quick;
	struct docrun_told told;
};

#define AT(member) offsetof(struct options, member)

static const struct doc_opt table[] = {
	{ 'Q', "quick", NULL, "files by their size, not by their digest",
	    DOC_OPT_FLAG, AT(quick), NULL },
	{ 0 },
};

struct verifier {
	struct doc_verify verify; /* first: it finds us by cast */
	const struct options *o;
	struct doc_sink sink;
};

static int
put_json(const char *where, const struct doc_record *rec, const char *what,
    struct doc_buf *out)
{
	doc_autobuf struct doc_buf text = { 0 };
	struct doc_json j;

	if (doc_utf8_repair(&text, what, strlen(what)) < 0)
		return -1;
	doc_json_begin(&j, out);
	doc_json_open(&j, NULL, '{');
	doc_json_int(&j, "v", 1);
	doc_json_str(&j, "type", "problem");
	doc_json_str(&j, "where", where);
	doc_json_strn(&j, "what", text.data, text.len);
	if (rec != NULL)
		doc_record_copy_name(rec, &j);
	doc_json_close(&j, '}');
	return j.failed ? -1 : doc_buf_addc(out, '\n');
}

static int
put_text(const char *where, const struct doc_record *rec, const char *what,
    struct doc_buf *out)
{
	doc_autobuf struct doc_buf label = { 0 };

	doc_buf_addf(out, "%s: ", where);
	if (rec != NULL && doc_record_label(rec, &label) == 0 &&
	    doc_utf8_printable(out, label.data ? label.data : "", label.len) ==
		0)
		doc_buf_adds(out, ": ");
	if (doc_utf8_printable(out, what, strlen(what)) < 0)
		return -1;
	return doc_buf_addc(out, '\n');
}

static int
tell(struct doc_verify *verify, const char *where, const struct doc_record *rec,
    const char *what, struct doc_error *err)
{
	struct verifier *v = (struct verifier *)verify;

	if (v->o->told.quiet)
		return 0;
	if ((v->o->told.json ? put_json(where, rec, what, &v->sink.buf)
			     : put_text(where, rec, what, &v->sink.buf)) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	return doc_sink_flush(&v->sink, err);
}

static int
put_end(struct verifier *v, struct doc_error *err)
{
	const struct doc_verify *it = &v->verify;
	struct doc_json j;
	char size[16];

	if (v->o->told.quiet)
		return 0;
	if (v->o->told.json) {
		doc_json_begin(&j, &v->sink.buf);
		doc_json_open(&j, NULL, '{');
		doc_json_int(&j, "v", 1);
		doc_json_str(&j, "type", "verified");
		doc_json_int(&j, "documents", (int64_t)it->documents);
		doc_json_int(&j, "files", (int64_t)it->files);
		doc_json_int(&j, "bytes", (int64_t)it->bytes);
		doc_json_int(&j, "problems", (int64_t)it->problems);
		doc_json_bool(&j, "complete", it->complete);
		doc_json_close(&j, '}');
		doc_buf_addc(&v->sink.buf, '\n');
	} else {
		doc_size_format(it->bytes, size);
		doc_buf_addf(&v->sink.buf,
		    "%ju documents, %ju files of %s: %ju problems%s\n",
		    (uintmax_t)it->documents, (uintmax_t)it->files, size,
		    (uintmax_t)it->problems,
		    it->complete ? "" : "; the run is not complete");
	}
	return doc_sink_flush(&v->sink, err);
}

int
docrun_verify(int argc, char *argv[])
{
	struct options o = { 0 };
	struct doc_cmd cmd = { .name = "docrun verify",
		.usage = "[options] RUN",
		.about = "Looks if a run directory is what it says it is.",
		.groups = { { table, &o }, { docrun_told_opts, &o.told } } };
	struct verifier v = { .o = &o };
	struct doc_error err = { 0 };
	int first = doc_opt_parse(&cmd, argc, argv), status = -1;

	if (first + 1 != argc)
		doc_usage(&cmd, "needs one run directory");
	v.verify.dir = argv[first];
	v.verify.quick = o.quick;
	v.verify.tell = tell;
	v.sink.fd = doc_start_stdout();
	if ((doc_fleet_planned(v.verify.dir)
		    ? doc_proof(&v.verify, &err)
		    : doc_verify_run(&v.verify, &err)) == 0 &&
	    put_end(&v, &err) == 0)
		status = v.verify.problems ? 1 : v.verify.complete ? 0 : 3;
	doc_buf_release(&v.sink.buf);
	return status < 0 ? doc_last_words(&err) : status;
}
