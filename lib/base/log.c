/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/log.h"

/* The one mutable global of lib/: a process has one stderr. */
static struct {
	const char *name;
	int level;
} log_state = { "docpipe", 0 };

void
doc_log_open(const char *name, int level)
{
	log_state.name = name;
	log_state.level = level;
}

void
doc_log_level(int level)
{
	log_state.level = level;
}

/* One write per line, so that the stages of a pipeline do not tear each
 * other's lines. */
DOC_PRINTF(1, 0) static void say(const char *fmt, va_list ap)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "%s: ", log_state.name);
	int room = (int)sizeof(line) - n - 1;
	int m = vsnprintf(line + n, (size_t)room, fmt, ap);
	ssize_t done;

	n += m < room ? m : room - 1;
	line[n++] = '\n';
	done = write(2, line, (size_t)n);
	(void)done;
}

void
doc_warn(const char *fmt, ...)
{
	va_list ap;

	if (log_state.level < 0)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
doc_info(const char *fmt, ...)
{
	va_list ap;

	if (log_state.level < 1)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void
doc_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}
