/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the verifier of an image would decide, read off its code: the filter functions of kfunc
 * sets, and which programs may sleep. The code is followed with the program's properties as
 * constants; where the outcome depends on anything else the answer is unknown.
 */
#ifndef KCOMPAT_KFUNC_VERDICTS_H
#define KCOMPAT_KFUNC_VERDICTS_H

#include "kernel/kernel.h"
#include "kfunc/sets.h"

struct kfunc_verdicts;

/* `code` (of vmlinux) must outlive the result. Errors: no memory. */
struct error *kfunc_verdicts_create(struct kfunc_code *code, struct kfunc_verdicts **ret);
void kfunc_verdicts_destroy(struct kfunc_verdicts *verdicts); /* NULL-safe */

/*
 * Does the filter at `filter_address` refuse the kfunc? `place` NULL: in any program whatever; a
 * filter that does not concern itself with the kfunc says no. Errors: no memory.
 */
struct error *kfunc_filter_refuses(struct kfunc_verdicts *verdicts, uint64_t filter_address,
	uint32_t kfunc_id, const struct kfunc_place *place, enum tristate *ret);

/*
 * Is it one of the metadata kfuncs that need a device-bound program, in whatever context?
 * bpf_dev_bound_kfunc_id() of the image; no in an image without that function. Errors: no memory.
 */
struct error *kfunc_is_device_bound(
	struct kfunc_verdicts *verdicts, uint32_t kfunc_id, enum tristate *ret);

/*
 * May a program, sleepable or not, implement the `index`th member of the ops' BTF struct `type_id`?
 * The ops' check_member(), where there is one. Errors: no memory.
 */
struct error *kfunc_ops_accepts(struct kfunc_verdicts *verdicts, const struct kfunc_struct_ops *ops,
	uint32_t type_id, uint32_t index, bool sleepable, enum tristate *ret);

/*
 * May a program of that kind be loaded with BPF_F_SLEEPABLE? From can_be_sleepable() (before
 * 6.3 a condition in check_attach_btf_id(); kernel/bpf/verifier.c), found by the message that
 * stands behind it. The first call reads it, the others look it up.
 */
struct error *kfunc_can_sleep(struct kfunc_verdicts *verdicts, uint32_t prog_type,
	uint32_t attach_type, enum tristate *ret);

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

struct helper_verdicts;

/* `code` (of vmlinux) must outlive the result. Errors: no memory. */
struct error *helper_verdicts_create(const struct kfunc_code *code, struct helper_verdicts **ret);
void helper_verdicts_destroy(struct helper_verdicts *verdicts); /* NULL-safe */

/* Texts of *ret live as long as `verdicts`, or as the symbols of the image. Errors: no memory. */
struct error *helper_verdict_ask(struct helper_verdicts *verdicts, uint32_t func_id,
	const struct helper_place *place, struct helper_verdict *ret);

#endif
