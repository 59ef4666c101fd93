/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * le - little-endian numbers at any address.
 *
 * Any process; the caller has checked that the bytes are there.
 */
#ifndef DOC_LE_H
#define DOC_LE_H

#include <stdint.h>

static inline unsigned
doc_le16(const void *p)
{
	const unsigned char *u = p;

	return (unsigned)u[0] | (unsigned)u[1] << 8;
}

static inline uint32_t
doc_le32(const void *p)
{
	const unsigned char *u = p;

	return (uint32_t)doc_le16(u) | (uint32_t)doc_le16(u + 2) << 16;
}

static inline uint64_t
doc_le64(const void *p)
{
	const unsigned char *u = p;

	return (uint64_t)doc_le32(u) | (uint64_t)doc_le32(u + 4) << 32;
}

#endif
