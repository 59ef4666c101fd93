/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root folder with nothing in it but places to mount at, and config.json of
 * an OCI bundle (opencontainers/runtime-spec 1.0.2, config.md). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/start.h"
#include "lib/box/runner.h"
#include "lib/record/json.h"

/* mkdir -p, for others than us to pass: inside, an engine may be nobody. */
static int
make_dirs(char *path, struct doc_error *err)
{
	for (char *p = path + 1; p != NULL;) {
		p = strchr(p, '/');
		if (p != NULL)
			*p = '\0';
		if (mkdir(path, 0700) == 0 ? chmod(path, 0755) < 0
					   : errno != EEXIST)
			return doc_error_sys(err,
			    "cannot make a folder for the box");
		if (p != NULL)
			*p++ = '/';
	}
	return 0;
}

/* A folder, or an empty file, for what is mounted there. */
static int
make_place(const char *root, const char *path, bool file, struct doc_error *err)
{
	char at[4700], *slash;
	int n = snprintf(at, sizeof(at), "%s%s", root, path), fd;

	if (n < 0 || (size_t)n >= sizeof(at))
		return doc_error_set(err, DOC_E_NAME, "too long a path");
	if (!file)
		return make_dirs(at, err);
	slash = strrchr(at, '/');
	*slash = '\0';
	if (make_dirs(at, err) < 0)
		return -1;
	*slash = '/';
	fd = open(at, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return doc_error_sys(err, "cannot make a file for the box");
	close(fd);
	return 0;
}

static bool
is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

int
doc_bundle_root(const struct doc_runner *r, const char *spool,
    struct doc_error *err)
{
	static const char *const links[] = { "bin", "sbin", "lib", "lib64" };
	static const char *const places[] = { "/proc", "/dev", "/sys", "/tmp",
		"/run", "/var", "/etc" };
	char root[300], from[320], to[32];

	snprintf(root, sizeof(root), "%s/root", r->dir);
	for (size_t i = 0; i < DOC_LEN(places); i++)
		if (make_place(root, places[i], false, err) < 0)
			return -1;
	for (size_t i = 0; i < DOC_LEN(links); i++) {
		snprintf(from, sizeof(from), "%s/%s", root, links[i]);
		snprintf(to, sizeof(to), "usr/%s", links[i]);
		if (symlink(to, from) < 0)
			return doc_error_sys(err, "cannot make a link");
	}
	for (size_t i = 0; i < r->read_only.n; i++)
		if (make_place(root, r->read_only.at[i],
			is_file(r->read_only.at[i]), err) < 0)
			return -1;
	/* nspawn wants to know what system it is. */
	if (make_place(root, "/etc/os-release", true, err) < 0)
		return -1;
	return make_place(root, spool, false, err);
}

static void
mount_at(struct doc_json *j, const char *to, const char *type, const char *from,
    const char *options)
{
	char word[32];

	doc_json_open(j, NULL, '{');
	doc_json_str(j, "destination", to);
	doc_json_str(j, "type", type);
	doc_json_str(j, "source", from);
	doc_json_open(j, "options", '[');
	for (size_t n; *options != '\0'; options += n + (options[n] == ',')) {
		n = strcspn(options, ",");
		snprintf(word, sizeof(word), "%.*s", (int)n, options);
		doc_json_str(j, NULL, word);
	}
	doc_json_close(j, ']');
	doc_json_close(j, '}');
}

static void
write_mounts(struct doc_json *j, const struct doc_runner *r, const char *spool)
{
	doc_json_open(j, "mounts", '[');
	mount_at(j, "/proc", "proc", "proc", "nosuid,noexec,nodev");
	mount_at(j, "/dev", "tmpfs", "tmpfs",
	    "nosuid,strictatime,mode=755,size=65536k");
	mount_at(j, "/tmp", "tmpfs", "tmpfs", "nosuid,nodev,mode=1777");
	for (size_t i = 0; i < r->read_only.n; i++)
		mount_at(j, r->read_only.at[i], "bind", r->read_only.at[i],
		    "rbind,nosuid,nodev,ro");
	mount_at(j, spool, "tmpfs", "tmpfs", "nosuid,nodev,mode=700");
	doc_json_close(j, ']');
}

static void
write_process(struct doc_json *j, const struct doc_runner *r)
{
	char exe[4200];

	if (doc_sibling("docbox", exe, sizeof(exe)) < 0)
		j->failed = true;
	doc_json_open(j, "process", '{');
	doc_json_open(j, "user", '{');
	doc_json_int(j, "uid", 0);
	doc_json_int(j, "gid", 0);
	doc_json_close(j, '}');
	doc_json_open(j, "args", '[');
	doc_json_str(j, NULL, exe);
	doc_json_str(j, NULL, "--inside");
	doc_json_close(j, ']');
	doc_json_open(j, "env", '[');
	for (size_t i = 0; i < r->env.n; i++)
		doc_json_str(j, NULL, r->env.at[i]);
	doc_json_close(j, ']');
	doc_json_str(j, "cwd", "/");
	doc_json_open(j, "capabilities", '{');
	doc_json_close(j, '}');
	doc_json_bool(j, "noNewPrivileges", true);
	doc_json_close(j, '}');
}

static void
write_mapping(struct doc_json *j, const char *key, unsigned host)
{
	doc_json_open(j, key, '[');
	doc_json_open(j, NULL, '{');
	doc_json_int(j, "containerID", 0);
	doc_json_int(j, "hostID", host);
	doc_json_int(j, "size", 1);
	doc_json_close(j, '}');
	doc_json_close(j, ']');
}

static void
write_linux(struct doc_json *j)
{
	static const char *const kinds[] = { "pid", "network", "ipc", "uts",
		"mount" };
	static const char *const hidden[] = { "/proc/kcore", "/proc/keys",
		"/proc/timer_list", "/sys/firmware" };
	bool rootless = geteuid() != 0;

	doc_json_open(j, "linux", '{');
	doc_json_open(j, "namespaces", '[');
	for (size_t i = 0; i < DOC_LEN(kinds) + rootless; i++) {
		doc_json_open(j, NULL, '{');
		doc_json_str(j, "type", i < DOC_LEN(kinds) ? kinds[i] : "user");
		doc_json_close(j, '}');
	}
	doc_json_close(j, ']');
	if (rootless) {
		write_mapping(j, "uidMappings", geteuid());
		write_mapping(j, "gidMappings", getegid());
	}
	doc_json_open(j, "maskedPaths", '[');
	for (size_t i = 0; i < DOC_LEN(hidden); i++)
		doc_json_str(j, NULL, hidden[i]);
	doc_json_close(j, ']');
	doc_json_close(j, '}');
}

int
doc_bundle_config(const struct doc_runner *r, const char *spool,
    struct doc_error *err)
{
	doc_autobuf struct doc_buf b = { 0 };
	char path[300];
	struct doc_json j;
	int fd, rc;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "ociVersion", "1.0.2");
	write_process(&j, r);
	doc_json_open(&j, "root", '{');
	doc_json_str(&j, "path", "root");
	doc_json_bool(&j, "readonly", true);
	doc_json_close(&j, '}');
	write_mounts(&j, r, spool);
	write_linux(&j);
	doc_json_close(&j, '}');
	if (j.failed)
		return doc_error_set(err, DOC_E_NO_MEMORY, "no memory");
	snprintf(path, sizeof(path), "%s/config.json", r->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	rc = fd < 0 ? -1 : doc_write_full(fd, b.data, b.len);
	if (rc < 0)
		doc_error_sys(err, "cannot write the bundle");
	if (fd >= 0)
		close(fd);
	return rc;
}
