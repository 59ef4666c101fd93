/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/engine/alert.h"

static bool
begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

enum doc_alert
doc_alert_of(const char *name, enum doc_reason *reason)
{
	/* The first that fits. */
	static const struct {
		const char *prefix;
		enum doc_reason reason;
	} unseen[] = {
		{ "Heuristics.Limits.Exceeded.MaxFiles", DOC_R_FILES },
		{ "Heuristics.Limits.Exceeded.MaxRecursion", DOC_R_RECURSION },
		{ "Heuristics.Limits.Exceeded.MaxScanTime", DOC_R_TIME },
		{ "Heuristics.Limits.Exceeded", DOC_R_SIZE },
		{ "Heuristics.Encrypted.", DOC_R_ENCRYPTED },
	};
	/* MaxFileSize begins as MaxFiles does. */
	bool size = begins(name, "Heuristics.Limits.Exceeded.MaxFileSize");

	if (!begins(name, "Heuristics."))
		return DOC_ALERT_MATCH;
	for (size_t i = size ? 3 : 0; i < DOC_LEN(unseen); i++)
		if (begins(name, unseen[i].prefix)) {
			*reason = unseen[i].reason;
			return DOC_ALERT_UNSEEN;
		}
	return DOC_ALERT_HEURISTIC;
}
