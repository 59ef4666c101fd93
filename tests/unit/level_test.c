/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Levels, names, the probe, and the table of system calls. */
#include <string.h>

#include "lib/cage/parts.h"
#include "tests/unit/tap.h"

static void
test_levels(void)
{
	const unsigned cgroup = DOC_MECH_CGROUP;

	OK(doc_cage_level(0, 7) == DOC_LEVEL_MEMORY, "everything: memory");
	OK(doc_cage_level(cgroup, 7) == DOC_LEVEL_NETWORK, "network");
	OK(doc_cage_level(cgroup | DOC_MECH_SCOPE, 2) == DOC_LEVEL_NETWORK,
	    "Debian 12's kernel: network by namespace");
	OK(doc_cage_level(cgroup | DOC_MECH_NETNS | DOC_MECH_SCOPE, 4) ==
		DOC_LEVEL_NETWORK,
	    "no namespace, Landlock 4: network");
	OK(doc_cage_level(cgroup | DOC_MECH_NETNS | DOC_MECH_SCOPE, 3) ==
		DOC_LEVEL_FILES,
	    "no namespace, Landlock 3: files");
	OK(doc_cage_level(cgroup | DOC_MECH_LANDLOCK | DOC_MECH_SCOPE, 0) ==
		DOC_LEVEL_NETWORK,
	    "no Landlock, private root: network");
	OK(doc_cage_level(DOC_MECH_LANDLOCK | DOC_MECH_MOUNTNS, 0) ==
		DOC_LEVEL_SYSCALLS,
	    "neither: syscalls");
	OK(doc_cage_level(DOC_MECH_SECCOMP, 7) == DOC_LEVEL_LIMITS,
	    "without seccomp nothing else counts");
	OK(doc_cage_level(DOC_MECH_RLIMIT, 7) == DOC_LEVEL_NONE, "none");
	for (int i = 0; i < DOC_LEVEL_COUNT; i++)
		OK(doc_level_parse(doc_level_name((enum doc_level)i)) == i,
		    doc_level_name((enum doc_level)i));
	OK(doc_level_parse("strict") == -1, "no such level");
	for (unsigned bit = 1; bit <= DOC_MECH_CGROUP; bit <<= 1)
		OK(doc_mechanism_name(bit) != NULL, "a mechanism has a name");
	OK(doc_mechanism_name(3) == NULL, "two bits have none");
}

static void
test_probe(void)
{
	struct doc_error err = { 0 };
	struct doc_probe probe = { 0 };

	OK(doc_cage_probe(&probe, &err) == 0, "probe");
	OK(!(probe.missing & DOC_MECH_CGROUP) == (probe.cgroup[0] == '/'),
	    probe.cgroup);
}

/* One call must not be both refused and allowed by accident of order. */
static void
test_rules(void)
{
	bool twice = false;

	for (size_t i = 0; i < doc_rule_count; i++)
		for (size_t k = i + 1; k < doc_rule_count; k++)
			if (strcmp(doc_rules[i].name, doc_rules[k].name) == 0 &&
			    (doc_rules[i].argc == 0 || doc_rules[k].argc == 0))
				twice = true;
	OK(!twice, "an unconditional rule is the only one of its call");
}

int
main(void)
{
	test_levels();
	test_rules();
	test_probe();
	return TAP_DONE();
}
