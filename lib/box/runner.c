/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/lair.h"
#include "lib/base/start.h"
#include "lib/base/tree.h"
#include "lib/box/runner.h"

enum { FILES_MAX = 4096, PROCESSES_MAX = 4096 };

int
doc_runner_parse(struct doc_runner *r, const char *word, struct doc_error *err)
{
	if (doc_runner_find(word, &r->kind, &r->shell, err) < 0)
		return -1;
	snprintf(r->name, sizeof(r->name), "%s", r->shell ? "cmd" : word);
	return 0;
}

/* --- arguments -------------------------------------------------------------*/

/* Words up to a NULL; "%s" in a format is the path given. */
static int
add(struct doc_runner *r, const char *const *words)
{
	for (; *words != NULL; words++)
		if (doc_words_add(&r->command.args, *words) < 0)
			return -1;
	return 0;
}

static int
add_format(struct doc_runner *r, const char *fmt, const char *a, const char *b)
{
	doc_autobuf struct doc_buf word = { 0 };
	const char *s;

	for (; *fmt != '\0'; fmt++)
		if ((fmt[0] == '%' && fmt[1] == 's'
			    ? (fmt++, doc_buf_adds(&word, a))
			    : fmt[0] == '%' && fmt[1] == 't'
			    ? (fmt++, doc_buf_adds(&word, b))
			    : doc_buf_addc(&word, *fmt)) < 0)
			return -1;
	s = doc_buf_str(&word);
	return s == NULL ? -1 : doc_words_add(&r->command.args, s);
}

/* One or two words for each path that may be read. */
static int
add_mounts(struct doc_runner *r, const char *option, const char *value)
{
	for (size_t i = 0; i < r->read_only.n; i++) {
		const char *path = r->read_only.at[i];

		if ((option != NULL &&
			doc_words_add(&r->command.args, option) < 0) ||
		    add_format(r, value, path, path) < 0)
			return -1;
	}
	return 0;
}

static int
add_inside(struct doc_runner *r)
{
	char exe[4200];

	return doc_sibling("docbox", exe, sizeof(exe)) < 0 ||
		doc_words_add(&r->command.args, exe) < 0 ||
		doc_words_add(&r->command.args, "--inside") < 0
	    ? -1
	    : 0;
}

static int
make_bwrap(struct doc_runner *r, const char *spool)
{
	static const char *const begin[] = { "bwrap", "--unshare-all",
		/* Whose uid 0 is root outside may not make namespaces
		 * of its own without CAP_SETFCAP (user_namespaces(7)). */
		"--unshare-user", "--uid", "1000", "--gid", "1000",
		"--die-with-parent", "--new-session", "--cap-drop", "ALL",
		"--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64",
		"/lib64", "--symlink", "usr/bin", "/bin", "--symlink",
		"usr/sbin", "/sbin", "--proc", "/proc", "--dev", "/dev",
		"--tmpfs", "/tmp", "--clearenv", "--chdir", "/", NULL };

	if (add(r, begin) < 0)
		return -1;
	for (size_t i = 0; i < r->read_only.n; i++)
		if (doc_words_add(&r->command.args, "--ro-bind") < 0 ||
		    doc_words_add(&r->command.args, r->read_only.at[i]) < 0 ||
		    doc_words_add(&r->command.args, r->read_only.at[i]) < 0)
			return -1;
	for (size_t i = 0; i < r->env.n; i++) {
		const char *eq = strchr(r->env.at[i], '=');
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)(eq - r->env.at[i]),
		    r->env.at[i]);
		if (doc_words_add(&r->command.args, "--setenv") < 0 ||
		    doc_words_add(&r->command.args, name) < 0 ||
		    doc_words_add(&r->command.args, eq + 1) < 0)
			return -1;
	}
	return doc_words_add(&r->command.args, "--tmpfs") < 0 ||
		doc_words_add(&r->command.args, spool) < 0 ||
		doc_words_add(&r->command.args, "--") < 0
	    ? -1
	    : add_inside(r);
}

static int
make_podman(struct doc_runner *r, const char *spool)
{
	static const char *const begin[] = { "podman", "--runtime", "runc",
		"--cgroup-manager", "cgroupfs", "run", "--rm", "-i",
		"--network", "none", "--read-only", "--cap-drop", "all",
		"--security-opt", "no-new-privileges", "--log-driver", "none",
		"--ulimit", NULL };
	char root[300], limit[64];

	snprintf(root, sizeof(root), "%s/root", r->dir);
	snprintf(limit, sizeof(limit), "nofile=%u:%u", FILES_MAX, FILES_MAX);
	if (add(r, begin) < 0 || doc_words_add(&r->command.args, limit) < 0)
		return -1;
	snprintf(limit, sizeof(limit), "nproc=%u:%u", PROCESSES_MAX,
	    PROCESSES_MAX);
	if (doc_words_add(&r->command.args, "--ulimit") < 0 ||
	    doc_words_add(&r->command.args, limit) < 0 ||
	    add_mounts(r, "-v", "%s:%t:ro") < 0 ||
	    add_format(r, "--tmpfs=%s:rw,nosuid,nodev,mode=0700", spool, "") <
		0)
		return -1;
	for (size_t i = 0; i < r->env.n; i++)
		if (doc_words_add(&r->command.args, "-e") < 0 ||
		    doc_words_add(&r->command.args, r->env.at[i]) < 0)
			return -1;
	return doc_words_add(&r->command.args, "--rootfs") < 0 ||
		doc_words_add(&r->command.args, root) < 0
	    ? -1
	    : add_inside(r);
}

static int
make_nspawn(struct doc_runner *r, const char *spool)
{
	static const char *const begin[] = { "systemd-nspawn", "-q",
		"--register=no", "--keep-unit", "--pipe", "--private-network",
		"--read-only", "--as-pid2", "--timezone=off",
		/* Its filter of version 252 knows no Landlock. */
		"--system-call-filter=landlock_create_ruleset "
		"landlock_add_rule landlock_restrict_self",
		"-D", NULL };
	char root[300];

	snprintf(root, sizeof(root), "%s/root", r->dir);
	if (add(r, begin) < 0 || doc_words_add(&r->command.args, root) < 0 ||
	    add_mounts(r, NULL, "--bind-ro=%s") < 0 ||
	    add_format(r, "--tmpfs=%s:mode=0700", spool, "") < 0)
		return -1;
	for (size_t i = 0; i < r->env.n; i++)
		if (add_format(r, "--setenv=%s", r->env.at[i], "") < 0)
			return -1;
	return add_inside(r);
}

static int
make_oci(struct doc_runner *r, const char *first, const char *const *options)
{
	const char *const run[] = { "run", "--bundle", r->dir, r->id, NULL };

	return doc_words_add(&r->command.args, first) < 0 ||
		add(r, options) < 0 || add(r, run) < 0
	    ? -1
	    : 0;
}

static int
make_command(struct doc_runner *r, const char *spool)
{
	static const char *const none[] = { NULL };
	char state[300];
	const char *const gvisor[] = { "--platform=ptrace", "--network=none",
		"--ignore-cgroups", "--root", state, NULL };
	/* Rootless runc keeps its state where it may write. */
	const char *const runc[] = { "--root", state, NULL };

	snprintf(state, sizeof(state), "%s/state", r->dir);
	switch (r->kind) {
	case DOC_RUNNER_BWRAP:
		return make_bwrap(r, spool);
	case DOC_RUNNER_PODMAN:
		return make_podman(r, spool);
	case DOC_RUNNER_NSPAWN:
		return make_nspawn(r, spool);
	case DOC_RUNNER_RUNC:
		return make_oci(r, "runc", geteuid() == 0 ? none : runc);
	case DOC_RUNNER_GVISOR:
		return make_oci(r, "runsc", gvisor);
	case DOC_RUNNER_CMD:
		r->command.shell = r->shell;
		return 0;
	case DOC_RUNNER_COUNT:
		break;
	}
	return -1;
}

/* --- folders ---------------------------------------------------------------*/

static const char *
temp_dir(void)
{
	const char *t = getenv("TMPDIR");

	return t != NULL && *t == '/' ? t : "/tmp";
}

static int
make_dir(struct doc_runner *r, struct doc_error *err)
{
	static const struct doc_lair_kind kind = { .word = "docbox" };

	r->lock = doc_lair_open(temp_dir(), &kind, r->dir, sizeof(r->dir), err);
	if (r->lock < 0)
		return -1;
	snprintf(r->id, sizeof(r->id), "docbox-%d-%s", (int)getpid(),
	    strrchr(r->dir, '.') + 1);
	return 0;
}

/* What is there, once: what the box may read. */
static int
add_path(struct doc_runner *r, const char *path)
{
	size_t n;

	if (path == NULL || *path != '/' || access(path, F_OK) < 0)
		return 0;
	for (size_t i = 0; i < r->read_only.n; i++) {
		n = strlen(r->read_only.at[i]);
		if (strncmp(r->read_only.at[i], path, n) == 0 &&
		    (path[n] == '\0' || path[n] == '/'))
			return 0;
	}
	return doc_words_add(&r->read_only, path);
}

static int
add_env(struct doc_runner *r, const char *name, const char *value)
{
	doc_autobuf struct doc_buf word = { 0 };
	const char *s;

	if (value == NULL)
		return 0;
	return doc_buf_addf(&word, "%s=%s", name, value) < 0 ||
		(s = doc_buf_str(&word)) == NULL ||
		doc_words_add(&r->env, s) < 0
	    ? -1
	    : 0;
}

/* The system first, for what lies below it needs no mount of its own; the
 * caller's paths stand before all of them. */
static int
settle(struct doc_runner *r)
{
	static const char *const system[] = { "/usr", "/etc/fonts",
		"/etc/ld.so.cache", "/etc/alternatives",
		"/var/cache/fontconfig" };
	static const char *const env[] = { "DOCPIPE_LIBEXEC", "TESSDATA_PREFIX",
		"DOCPIPE_WORKER_STDERR", "ASAN_OPTIONS", "UBSAN_OPTIONS" };
	struct doc_words given = r->read_only;
	char prefix[4200], *slash;
	int rc = 0;

	r->read_only = (struct doc_words){ 0 };
	for (size_t i = 0; rc == 0 && i < DOC_LEN(system); i++)
		rc = add_path(r, system[i]);
	if (rc == 0 && doc_sibling("", prefix, sizeof(prefix)) == 0) {
		slash = strstr(prefix, "/bin/");
		if (slash != NULL && slash != prefix)
			*slash = '\0';
		rc = add_path(r, prefix);
	}
	for (size_t i = 0; rc == 0 && i < given.n; i++)
		rc = add_path(r, given.at[i]);
	doc_words_release(&given);
	rc = rc < 0 ? -1 : add_env(r, "PATH", "/usr/bin:/bin");
	for (size_t i = 0; rc == 0 && i < DOC_LEN(env); i++) {
		rc = add_env(r, env[i], getenv(env[i]));
		if (rc == 0 && i < 2)
			rc = add_path(r, getenv(env[i]));
	}
	return rc;
}

int
doc_runner_make(struct doc_runner *r, const char *spool, struct doc_error *err)
{
	bool folder = r->kind >= DOC_RUNNER_RUNC &&
	    r->kind <= DOC_RUNNER_GVISOR;

	r->lock = -1;
	r->command.path = r->command.group = true;
	snprintf(r->command.name, sizeof(r->command.name), "%s", r->name);
	if (settle(r) < 0)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	if (folder &&
	    (make_dir(r, err) < 0 || doc_bundle_root(r, spool, err) < 0))
		return -1;
	if ((r->kind == DOC_RUNNER_RUNC || r->kind == DOC_RUNNER_GVISOR) &&
	    doc_bundle_config(r, spool, err) < 0)
		return -1;
	return make_command(r, spool) < 0
	    ? doc_error_set(err, DOC_E_NO_MEMORY, "no memory")
	    : 0;
}

void
doc_runner_release(struct doc_runner *r)
{
	if (r->lock >= 0) {
		doc_tree_remove(r->dir);
		close(r->lock);
	}
	doc_words_release(&r->read_only);
	doc_words_release(&r->env);
	doc_command_release(&r->command);
}
