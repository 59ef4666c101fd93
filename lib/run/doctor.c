/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/run/doctor.h"
#include "lib/base/log.h"
#include "lib/base/start.h"
#include "lib/cage/cage.h"
#include "lib/record/json.h"

static const char *
yes(bool v)
{
	return v ? "yes" : "no";
}

static void
print_text(const struct doc_probe *p, enum doc_level level, FILE *to)
{
	fprintf(to, "level reached     %s (default requirement: %s)\n",
	    doc_level_name(level), doc_level_name(DOC_LEVEL_FILES));
	for (unsigned bit = 1; doc_mechanism_name(bit) != NULL; bit <<= 1)
		fprintf(to, "%-17s %s\n", doc_mechanism_name(bit),
		    yes((p->missing & bit) == 0));
	fprintf(to, "%-17s %d\n", "landlock abi", p->landlock_abi);
	fprintf(to, "%-17s %s\n", "kill process", yes(p->seccomp_kill_process));
	fprintf(to, "%-17s %s\n", "openat2", yes(p->openat2));
	fprintf(to, "%-17s %s\n", "pidfd", yes(p->pidfd));
	fprintf(to, "%-17s %s\n", "huge pages", yes(p->collapse));
	fprintf(to, "%-17s %s\n", "control group", p->cgroup);
}

static int
print_json(const struct doc_probe *p, enum doc_level level, FILE *to)
{
	doc_autobuf struct doc_buf b = { 0 };
	struct doc_json j;

	doc_json_begin(&j, &b);
	doc_json_open(&j, NULL, '{');
	doc_json_str(&j, "level", doc_level_name(level));
	doc_json_open(&j, "missing", '[');
	for (unsigned bit = 1; doc_mechanism_name(bit) != NULL; bit <<= 1)
		if (p->missing & bit)
			doc_json_str(&j, NULL, doc_mechanism_name(bit));
	doc_json_close(&j, ']');
	doc_json_int(&j, "landlock_abi", p->landlock_abi);
	doc_json_bool(&j, "kill_process", p->seccomp_kill_process);
	doc_json_bool(&j, "openat2", p->openat2);
	doc_json_bool(&j, "pidfd", p->pidfd);
	doc_json_bool(&j, "huge_pages", p->collapse);
	doc_json_str(&j, "cgroup", p->cgroup);
	doc_json_close(&j, '}');
	if (j.failed)
		return -1;
	fwrite(b.data, 1, b.len, to);
	putc('\n', to);
	return 0;
}

int
doc_doctor(bool json, FILE *to)
{
	struct doc_probe probe;
	struct doc_error err = { 0 };
	enum doc_level level;

	if (doc_cage_probe(&probe, &err) < 0) {
		doc_fatal("%s", err.msg);
		return 3;
	}
	level = doc_cage_level(probe.missing, probe.landlock_abi);
	if (!json)
		print_text(&probe, level, to);
	else if (print_json(&probe, level, to) < 0)
		return 3;
	if (doc_printed(to) != 0)
		return 3;
	return level >= DOC_LEVEL_FILES ? 0 : 4;
}
