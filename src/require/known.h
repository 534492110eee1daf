/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of types and functions that may be meant: kcompat's tables and the kernel asked. */
#ifndef KCOMPAT_REQUIRE_KNOWN_H
#define KCOMPAT_REQUIRE_KNOWN_H

#include "kernel/kernel.h"
#include "require/kind.h"
#include "snapshot/snapshot.h"
#include "util/buf.h"
#include "util/suggest.h"

/* prog:, map:, link: and attach:, whose names stand in an enum of the kernel. */
bool require_is_type(enum require_kind kind);
/* The kernel's enum and the prefix of its enumerators; only for the kinds above. */
const char *require_type_enum(enum require_kind kind);
const char *require_type_prefix(enum require_kind kind);
/* The kernel's enumerator of a type, in `pool`: "BPF_MAP_TYPE_ARENA" for arena. NULL: no memory. */
const char *require_type_enumerator(struct pool *pool, enum require_kind kind, const char *name);

/* Is it in kcompat's table of the kind? */
bool require_type_is_known(enum require_kind kind, const char *name);
/* What is said about a name that neither the table nor the kernel has. */
void require_type_hint(enum require_kind kind, const char *name, struct buf *out);
void require_type_near(enum require_kind kind, const char *name, struct suggestion *near);

/*
 * Does the kernel have the type, by the enum in its BTF (a running kernel) or by the list of a
 * snapshot? Unknown: it has no BTF, or the list is not complete. Either may be NULL.
 */
enum tristate require_type_in_kernel(const struct kernel *kernel, const struct snapshot *snapshot,
	enum require_kind kind, const char *name);

#endif
