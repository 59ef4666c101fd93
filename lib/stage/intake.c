/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/stage/end.h"
#include "lib/stage/intake_impl.h"
#include "lib/stage/last.h"
#include "lib/stage/show.h"

/* What find -newer leaves out, and links and devices that --include does not
 * name.  A folder that cannot be entered, and what cannot be looked at, may
 * hide what is wanted. */
static bool
is_unwanted(const struct intake *in, const char *path, const struct stat *st)
{
	const struct doc_select *s = in->setup->select;
	const struct doc_name name = { .path = path, .path_len = strlen(path) };

	if (st->st_mode == 0 || S_ISDIR(st->st_mode))
		return false;
	return doc_select_is_old(s, &st->st_mtim) ||
	    (!S_ISREG(st->st_mode) && !doc_select_includes(s, &name));
}

/* With --tenant-from=dir the first folder below the operand, or of a name that
 * was read. */
static void
choose_tenant(const struct intake *in, const char *root, const char *path,
    char tenant[static DOC_TENANT_SIZE], struct doc_error *err)
{
	const char *rest = path;
	size_t n = strlen(root);

	snprintf(tenant, DOC_TENANT_SIZE, "%s", in->setup->options->tenant);
	if (!in->setup->tenant_from_dir)
		return;
	if (strcmp(root, path) != 0 && strncmp(root, path, n) == 0)
		rest = path + n;
	rest += strspn(rest, "/");
	n = strcspn(rest, "/");
	if (rest[n] == '\0') /* no folder: --tenant */
		return;
	if (n >= DOC_TENANT_SIZE) {
		doc_error_set(err, DOC_E_NAME,
		    "the folder's name is too long for a tenant");
		return;
	}
	memcpy(tenant, rest, n);
	tenant[n] = '\0';
	if (doc_tenant_valid(tenant))
		return;
	doc_error_set(err, DOC_E_NAME,
	    "the folder's name cannot be that of a tenant");
	snprintf(tenant, DOC_TENANT_SIZE, "%s", in->setup->options->tenant);
}

static bool
skip_path(const struct doc_walk *w, void *ctx)
{
	const struct intake *in = ctx;
	struct doc_name name = { .path = w->path.data,
		.path_len = w->path.len };

	return doc_select_excludes(in->setup->select, &name);
}

static int
take(struct intake *in, struct doc_origin from, const char *path,
    const struct stat *st, const struct doc_error *err)
{
	char tenant[DOC_TENANT_SIZE];
	struct doc_error bad = *err;
	struct item *it;

	if (st != NULL && is_unwanted(in, path, st))
		return 1;
	choose_tenant(in, from.root, path, tenant, &bad);
	from.tenant = tenant;
	it = item_top(in, &from, path, st, &bad);

	if (it == NULL)
		return doc_error_set(&in->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a name");
	in->in++;
	doc_show_came(&in->flow, it->size);
	doc_flow_add(&in->flow, &it->task);
	return 1;
}

static int
pull_operand(struct doc_flow *flow)
{
	struct intake *in = (struct intake *)flow;
	char **operands = in->setup->operands;
	struct doc_error err = { 0 };
	struct stat st;
	const char *path;

	if (!in->walking) {
		if (operands[in->operand] == NULL) {
			flow->ended = true;
			return -1;
		}
		doc_walk_start(&in->walk, operands[in->operand++]);
		in->walk.one_file_system = in->setup->select->one_file_system;
		in->walk.skip = skip_path;
		in->walk.ctx = in;
		in->walking = true;
	}
	if (doc_walk_next(&in->walk, &path, &st, &err) == 0) {
		doc_walk_release(&in->walk);
		in->walking = false;
		return 1;
	}
	if (path == NULL) {
		flow->err = err;
		return -1;
	}
	return take(in,
	    (struct doc_origin){ .root = operands[in->operand - 1] }, path, &st,
	    &err);
}

static void
free_mark(struct doc_task *t)
{
	doc_buf_release(&t->line);
	free(t);
}

static int
take_mark(struct intake *in)
{
	struct doc_task *t = calloc(1, sizeof(*t));

	if (t == NULL || doc_buf_adds(&t->line, DOC_MARK "\n") < 0) {
		free(t);
		return doc_error_set(&in->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a mark");
	}
	t->state = DOC_TASK_DONE;
	t->free = free_mark;
	doc_flow_add(&in->flow, t);
	return 1;
}

/* A name on stdin names one file; what it is shows when it is opened. */
static int
take_name(struct intake *in, const char *name, size_t len)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_error err = { 0 };
	const char *path, *digest = NULL;

	if (len == 0 && in->marks)
		return take_mark(in);
	if (len == 0 && in->names.end == '\n')
		return 1;
	if (in->setup->digests) {
		if (len < DOC_NAME_DIGEST || name[DOC_NAME_DIGEST - 1] != ' ')
			return doc_error_set(&in->flow.err, DOC_E_STREAM,
			    "name %ju has no digest before it",
			    (uintmax_t)in->names.number);
		digest = name;
		name += DOC_NAME_DIGEST;
		len -= DOC_NAME_DIGEST;
	}
	if (doc_select_excludes(in->setup->select,
		&(struct doc_name){ .path = name, .path_len = len }))
		return 1;
	if (memchr(name, '\0', len) != NULL || len == 0)
		doc_error_set(&err, DOC_E_NAME,
		    "an empty name, or one with a NUL");
	/* What no system call takes is recorded as far as one would. */
	if (len >= PATH_MAX) {
		doc_error_set(&err, DOC_E_NAME, "a name of %zu bytes", len);
		len = PATH_MAX;
	}
	if (doc_buf_add(&b, name, len) < 0 || (path = doc_buf_str(&b)) == NULL)
		return doc_error_set(&in->flow.err, DOC_E_NO_MEMORY,
		    "no memory for a name");
	return take(in, (struct doc_origin){ .root = path, .digest = digest },
	    path, NULL, &err);
}

static int
pull_name(struct doc_flow *flow)
{
	struct intake *in = (struct intake *)flow;
	bool *waits = flow->input.ctx;
	const char *name;
	size_t len;
	int rc = doc_lines_next(&in->names, &name, &len, &flow->err);

	if (rc > 0)
		return take_name(in, name, len);
	if (rc < 0)
		return -1;
	if (in->names.eof) {
		flow->ended = true;
		return -1;
	}
	if (*waits)
		return 0;
	*waits = true;
	return doc_lines_fill(&in->names, &flow->err) < 0 ? -1 : 1;
}

/* What the three engines have in common. */
static struct doc_pool_config
config_of(const struct intake *in, const char *tool)
{
	const struct doc_intake_setup *s = in->setup;

	return (struct doc_pool_config){ .tool = tool,
		.field_stages = DOC_FOR_LIST,
		.stop = &in->flow.signal,
		.cgroup = s->options->cgroup,
		.allow_degraded = s->options->allow_degraded,
		.limits = *s->limits };
}

/* One that opens documents. */
static struct doc_pool_config
opener(const struct intake *in, const char *tool)
{
	struct doc_pool_config config = config_of(in, tool);

	config.beats = true;
	config.opts = in->setup->opts;
	return config;
}

int
intake_attach(struct intake *in)
{
	const struct doc_intake_setup *s = in->setup;
	struct doc_pool_config config = opener(in, "docattach");
	struct doc_flow *f = &in->flow;
	struct doc_pool **pool = &f->pool[POOL_ATTACH];
	struct doc_error err = { 0 };

	if (*pool != NULL)
		return 0;
	if (doc_pool_open(pool, &f->loop, &f->share, &config, &err) == 0 &&
	    doc_end_require(*pool, (enum doc_level)s->options->require,
		s->options->allow_degraded, &err) == 0)
		return 0;
	f->err = err;
	return -1;
}

static int
start(struct intake *in, const struct doc_intake_setup *s, int out,
    struct doc_error *err)
{
	struct doc_pool_config sniff = config_of(in, "docsniff");
	struct doc_pool_config open = opener(in, "doclist");
	enum doc_level require = (enum doc_level)s->options->require;
	struct doc_flow *f = &in->flow;

	/* A batch is what a worker gets, and then it goes. */
	sniff.limits.reuse = 1;
	/* So that the heads of libmagic's expressions lie together
	 * (format/sniff.c). */
	sniff.malloc = "glibc.malloc.tcache_count=512";
	in->types = item_types_new();
	in->kinds = item_kinds_new();
	in->first = doc_seen_new(DOC_ID_SIZE);
	if (in->types == NULL || in->kinds == NULL || in->first == NULL)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	doc_gauge_open(&f->gauge, "doclist");
	if (doc_spool_open(&in->spool, s->options->spool, err) < 0 ||
	    doc_flow_open(f, out, s->options->jobs, err) < 0 ||
	    doc_pool_open(&f->pool[POOL_SNIFF], &f->loop, &f->share, &sniff,
		err) < 0 ||
	    doc_pool_open(&f->pool[POOL_OPEN], &f->loop, &f->share, &open,
		err) < 0)
		return -1;
	if (*s->operands == NULL)
		doc_lines_init(&in->names, in->input, s->null ? '\0' : '\n',
		    DOC_LINE_MAX);
	for (int i = 0; i < POOL_ATTACH; i++)
		if (doc_end_require(f->pool[i], require,
			s->options->allow_degraded, err) < 0)
			return -1;
	return 0;
}

static int
finish(struct intake *in)
{
	struct doc_end end = { .stage = "doclist",
		.in = in->out,
		.out = in->out,
		.count = in->count,
		.pool = in->flow.pool[POOL_OPEN],
		.other = in->flow.pool[POOL_SNIFF],
		.third = in->flow.pool[POOL_ATTACH] };

	if (doc_end_write(&end, &in->flow.sink.buf) < 0)
		return doc_error_set(&in->flow.err, DOC_E_NO_MEMORY,
		    "no memory");
	if (doc_flow_flush(&in->flow) < 0)
		return -1;
	doc_gauge_set(&in->flow.gauge, DOC_G_ENDED, 1);
	return 0;
}

static void
stop(struct intake *in)
{
	doc_flow_close(&in->flow);
	batches_free(in);
	doc_walk_release(&in->walk);
	if (in->input > 0)
		close(in->input);
	doc_lines_release(&in->names);
	doc_spool_close(&in->spool);
	doc_seen_free(in->types);
	free(in->kinds);
	doc_seen_free(in->first);
}

int
doc_intake_main(const struct doc_intake_setup *s)
{
	bool input_waits = true;
	struct intake in = { .setup = s,
		.marks = getenv("DOCPIPE_MARKS") != NULL,
		.flow = { .pull = *s->operands ? pull_operand : pull_name,
		    .unordered = s->options->unordered } };
	struct doc_error err = { 0 };
	int status;

	if (doc_stage_options_settle(s->options, &err) < 0)
		return doc_last_words(&err);
	if (doc_select_settle(s->select, &err) < 0)
		return doc_last_words(&err);
	if (s->files_from != NULL && *s->operands != NULL)
		doc_usage(s->cmd, "--files-from, or files; not both");
	if (s->files_from != NULL && strcmp(s->files_from, "-") != 0)
		in.input = open(s->files_from, O_RDONLY | O_CLOEXEC);
	if (in.input < 0)
		doc_usage(s->cmd, "--files-from: cannot open '%s'",
		    s->files_from);
	if (*s->operands == NULL && isatty(in.input))
		doc_usage(s->cmd,
		    "no file given, and standard input is a "
		    "terminal");
	if (start(&in, s, doc_start_stdout(), &err) < 0) {
		stop(&in);
		if (in.flow.signal != 0)
			doc_die_of(in.flow.signal);
		return doc_last_words(&err);
	}
	in.flow.input.fd = *s->operands ? -1 : in.input;
	in.flow.input.ctx = &input_waits;
	status = doc_flow_run(&in.flow) < 0 ||
		(in.flow.signal == 0 && finish(&in) < 0)
	    ? doc_last_words(&in.flow.err)
	    : 0;
	stop(&in);
	if (in.flow.signal != 0)
		doc_die_of(in.flow.signal);
	if (status != 0)
		return status;
	return in.count[DOC_STATUS_PARTIAL] + in.count[DOC_STATUS_ERROR] > 0;
}
