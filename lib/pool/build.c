/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/pool/build.h"

/* The notes of one segment; returns whether a build id was among them. */
static bool
add_notes(struct doc_digest *d, const char *at, size_t left)
{
	const ElfW(Nhdr) * note;

	while (left >= sizeof(*note)) {
		size_t name, desc;

		note = (const ElfW(Nhdr) *)(const void *)at;
		name = (note->n_namesz + 3U) & ~3U;
		desc = (note->n_descsz + 3U) & ~3U;
		if (sizeof(*note) + name + desc > left)
			return false;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    memcmp(at + sizeof(*note), "GNU", 4) == 0) {
			doc_digest_field(d, at + sizeof(*note) + name,
			    note->n_descsz);
			return true;
		}
		at += sizeof(*note) + name + desc;
		left -= sizeof(*note) + name + desc;
	}
	return false;
}

static int
add_object(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct doc_digest *d = ctx;

	(void)size;
	/* The kernel's own changes with the kernel. */
	if (strncmp(info->dlpi_name, "linux-vdso", 10) == 0)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_NOTE &&
		    add_notes(d, (const char *)at, p->p_memsz))
			return 0;
	}
	/* Built without one: the name has to do. */
	doc_digest_field(d, info->dlpi_name, strlen(info->dlpi_name));
	return 0;
}

void
doc_build_id(char out[static DOC_BUILD_SIZE])
{
	struct doc_digest d;
	char hex[DOC_DIGEST_HEX];

	doc_digest_init(&d);
	dl_iterate_phdr(add_object, &d);
	doc_digest_hex(&d, hex);
	snprintf(out, DOC_BUILD_SIZE, "%.16s", hex);
}
