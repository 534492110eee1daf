/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decisions of an image's verifier, from its code: the filter functions of kfunc sets, and
 * which programs may sleep. The code is followed with the program's properties as constants. If the
 * outcome depends on anything else, the answer is unknown.
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
 * Does the filter at `filter_address` refuse the kfunc? `place` NULL: in every program. The answer
 * is no if the filter does not check this kfunc. Errors: no memory.
 */
struct error *kfunc_filter_refuses(struct kfunc_verdicts *verdicts, uint64_t filter_address,
	uint32_t kfunc_id, const struct kfunc_place *place, enum tristate *ret);

/*
 * Is it a metadata kfunc that needs a device-bound program in every context? Follows
 * bpf_dev_bound_kfunc_id() of the image. No, if the image lacks that function. Errors: no memory.
 */
struct error *kfunc_is_device_bound(
	struct kfunc_verdicts *verdicts, uint32_t kfunc_id, enum tristate *ret);

/*
 * May a program, sleepable or not, implement the `index`th member of the ops' BTF struct `type_id`?
 * Follows check_member() of the ops, if it exists. Errors: no memory.
 */
struct error *kfunc_ops_accepts(struct kfunc_verdicts *verdicts, const struct kfunc_struct_ops *ops,
	uint32_t type_id, uint32_t index, bool sleepable, enum tristate *ret);

/*
 * May a program of that kind be loaded with BPF_F_SLEEPABLE? Follows can_be_sleepable() (before 6.3
 * a condition in check_attach_btf_id(); kernel/bpf/verifier.c). The message behind the check
 * locates it. The first call reads the code. Later calls use the stored result.
 */
struct error *kfunc_can_sleep(struct kfunc_verdicts *verdicts, uint32_t prog_type,
	uint32_t attach_type, enum tristate *ret);

/*
 * May a program that sleeps refer to a map of that type? Follows check_map_prog_compatibility(), in the
 * same way. Errors: no memory.
 */
struct error *kfunc_sleeps_with_map(
	struct kfunc_verdicts *verdicts, uint32_t map_type, enum tristate *ret);

/*
 * May a tracing program refer to a map whose values have a field of that type of enum btf_field_type, as
 * "BPF_RES_SPIN_LOCK"? Follows the check behind the words about locks, in the same way: other words may still
 * refuse the map. Errors: no memory.
 */
struct error *kfunc_traces_with_field(
	struct kfunc_verdicts *verdicts, const char *field_type, enum tristate *ret);

/*
 * May programs of that type write to packets? Follows may_access_direct_pkt_data() of the image.
 * Unknown without a function of exactly that name. Errors: no memory.
 */
struct error *kfunc_writes_packets(
	struct kfunc_verdicts *verdicts, uint32_t prog_type, enum tristate *ret);

/*
 * Which programs may use which helpers. An emulator (code/emulate/emulate.h) runs the image's own
 * get_func_proto(), once for each combination of values in the program members that the code reads.
 *
 * Calls of the code to certain functions get the answer of the most permissive kernel: every
 * capability is present, and lockdown is off. A second run without the capability, or under
 * lockdown, shows whether the answer depends on it. Locks and messages are skipped. All other
 * functions run. If they write to memory, or read data that a running kernel may have changed, the
 * answer is unknown.
 */

struct helper_verdicts;

/* `code` (of vmlinux) must outlive the result. Errors: no memory. */
struct error *helper_verdicts_create(const struct kfunc_code *code, struct helper_verdicts **ret);
void helper_verdicts_destroy(struct helper_verdicts *verdicts); /* NULL-safe */

/* Texts of *ret live as long as `verdicts`, or as the symbols of the image. Errors: no memory. */
struct error *helper_verdict_ask(struct helper_verdicts *verdicts, uint32_t func_id,
	const struct helper_place *place, struct helper_verdict *ret);

#endif
