/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which programs may use which helpers, by running the image's own get_func_proto() in an emulator
 * (code/emulate/emulate.h). A run is made once for each value of the members of the program that it looked
 * at.
 *
 * What the code asks elsewhere is answered as a kernel would answer that gives all it can: every
 * capability is there and lockdown is off; then once more without the capability, or locked down,
 * so that it is seen where the answer depends on it. Locks and messages are left out. Other
 * functions are run; when they write anywhere, or look at data that a running kernel may have
 * changed, the answer is unknown.
 */
#ifndef KCOMPAT_KFUNC_HELPER_VERDICTS_H
#define KCOMPAT_KFUNC_HELPER_VERDICTS_H

#include "kernel/helpers.h"
#include "kfunc/sets.h"

struct helper_verdicts;

/* `code` (of vmlinux) must outlive the result. Errors: no memory. */
struct error *helper_verdicts_create(const struct kfunc_code *code, struct helper_verdicts **ret);
void helper_verdicts_destroy(struct helper_verdicts *verdicts); /* NULL-safe */

/* Texts of *ret live as long as `verdicts`, or as the symbols of the image. Errors: no memory. */
struct error *helper_verdict_ask(struct helper_verdicts *verdicts, uint32_t func_id,
	const struct helper_place *place, struct helper_verdict *ret);

#endif
