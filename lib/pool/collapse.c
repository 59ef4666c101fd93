/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/io.h"
#include "lib/pool/collapse.h"

#define HUGE ((uintptr_t)2 << 20)

/* The map of a zygote has some hundred lines. */
#define MAPS_MAX ((size_t)1 << 20)

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* The whole of /proc/self/maps at once: it changes while we collapse. */
static int
read_maps(struct doc_buf *maps)
{
	doc_autoclose int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char block[8192];
	ssize_t n;

	if (fd < 0)
		return -1;
	while ((n = doc_read_full(fd, block, sizeof(block))) > 0)
		if (doc_buf_add(maps, block, (size_t)n) < 0)
			return -1;
	return n < 0 ? -1 : 0;
}

/* In steps of one huge page: a larger call fails as a whole when one page of
 * it cannot be had.  EINVAL says either that the kernel is too old or that this
 * page will not do, so go on. */
static void
collapse_range(uintptr_t from, uintptr_t to)
{
	for (from = (from + HUGE - 1) & ~(HUGE - 1); from + HUGE <= to;
	     from += HUGE)
		(void)madvise((void *)from, HUGE, MADV_COLLAPSE);
}

/* A private, writable mapping without a file behind it. */
static bool
parse_line(const char *line, uintptr_t *from, uintptr_t *to)
{
	unsigned long inode;
	char perms[5];

	return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*x %*s %lu", from,
		   to, perms, &inode) == 4 &&
	    inode == 0 && perms[0] == 'r' && perms[1] == 'w' &&
	    perms[3] == 'p' && strstr(line, "[stack]") == NULL;
}

void
doc_collapse_align(void)
{
	uintptr_t end = (uintptr_t)sbrk(0);

	(void)!sbrk((intptr_t)(-end & (HUGE - 1)));
}

void
doc_collapse_heap(void)
{
	doc_autobuf struct doc_buf maps = { .max = MAPS_MAX };
	uintptr_t from, to;
	char *line, *next;

	/* What a worker then allocates is new memory, and not a copy of a page
	 * that the zygote has freed. */
	(void)malloc_trim(0);
	if (read_maps(&maps) < 0 || doc_buf_str(&maps) == NULL)
		return;
	for (line = maps.data; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (parse_line(line, &from, &to))
			collapse_range(from, to);
	}
}
