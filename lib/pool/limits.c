/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/pool/limits.h"

#define AT(member) offsetof(struct doc_limits, member)

const struct doc_opt doc_limits_opts[] = {
	{ 't', "timeout", "D", "total time for one document", DOC_OPT_DURATION,
	    AT(timeout_ms), NULL },
	{ 's', "stall", "D", "longest time without a sign of life",
	    DOC_OPT_DURATION, AT(stall_ms), NULL },
	{ 'c', "cpu", "D", "processor time for one worker", DOC_OPT_DURATION,
	    AT(cpu_ms), NULL },
	{ 'm', "memory", "SIZE", "memory of a worker beyond its engine",
	    DOC_OPT_SIZE, AT(memory), NULL },
	{ 'M', "max-output", "SIZE", "largest result of one document",
	    DOC_OPT_SIZE, AT(max_output), NULL },
	{ 'C', "cage", "MODE", "enforce; trace: name a forbidden call; none",
	    DOC_OPT_CHOICE, AT(cage), "enforce|trace|none" },
	{ 'U', "reuse", "N", "documents per worker, within one tenant",
	    DOC_OPT_NUMBER, AT(reuse), NULL },
	{ 0 },
};

void
doc_limits_default(struct doc_limits *l)
{
	*l = (struct doc_limits){ .timeout_ms = 300000,
		.stall_ms = 60000,
		.cpu_ms = 120000,
		.memory = (uint64_t)1 << 30,
		.max_output = (uint64_t)256 << 20,
		.reuse = 1 };
}
