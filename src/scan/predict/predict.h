/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matrix of a kernel that is not running: the verifier's answer to a bare call, for each kfunc,
 * helper and context. It comes from the registrations in the image, its BTF and the context table.
 * The checks have the verifier's order (linux kernel/bpf/verifier.c: add_kfunc_call(), then
 * check_kfunc_call()). Pure: callbacks answer the questions that only code decides.
 *
 * States of a cell here: permitted (registered, filters pass), conditional (sleepable form, bound
 * to a device, CAP_SYS_BOOT: the line names it), refused, impossible, unsupported, unknown. Never
 * ran, loadable or blocked: these need a load. Every cell is `predicted` and has evidence.
 */
#ifndef KCOMPAT_SCAN_PREDICT_PREDICT_H
#define KCOMPAT_SCAN_PREDICT_PREDICT_H

#include <stdatomic.h>

#include "kernel/kernel.h"
#include "snapshot/snapshot.h"
#include "util/error.h"

/* Cells of one kernel, 50 times those of linux 7.3. */
#define PREDICT_CELL_MAX 4000000

struct predict_source {
	struct kernel *kernel; /* BTF and modules, indexed here; symbols if there is no BTF */
	const struct kernel_kfuncs *kfuncs;
	/*
	 * Answers from the image's code. The functions have the form of those in kfunc/verdicts.h.
	 * NULL: every answer is unknown. Errors: no memory.
	 */
	struct error *(*filter_refuses)(void *code, uint64_t filter_address, uint32_t kfunc_id,
		const struct kfunc_place *place, enum tristate *ret);
	struct error *(*is_device_bound)(void *code, uint32_t kfunc_id, enum tristate *ret);
	struct error *(*can_sleep)(
		void *code, uint32_t prog_type, uint32_t attach_type, enum tristate *ret);
	struct error *(*ops_accepts)(void *code, const struct kfunc_struct_ops *ops,
		uint32_t type_id, uint32_t index, bool sleepable, enum tristate *ret);
	/* May programs that sleep refer to a map of the type? May programs of the type write to packets? */
	struct error *(*sleeps_with_map)(void *code, uint32_t map_type, enum tristate *ret);
	/* May tracing programs refer to a map with the field, which enum btf_field_type names? */
	struct error *(*traces_with_field)(void *code, const char *field_type, enum tristate *ret);
	struct error *(*writes_packets)(void *code, uint32_t prog_type, enum tristate *ret);
	void *code;
	/* See kfunc/verdicts.h. NULL likewise. */
	struct error *(*ask_helper)(void *helper_code, uint32_t func_id,
		const struct helper_place *place, struct helper_verdict *ret);
	void *helper_code;
	/* Does the image contain this text with its NUL? NULL: it was not read. */
	bool (*has_text)(const void *texts, const char *text);
	const void *texts;
	const atomic_bool *stop; /* set to stop soon with ERROR_INTERRUPTED; may be NULL */
};

/*
 * Fills contexts, kfuncs, helpers, program_types and attach_types of an empty `snapshot`, and adds
 * the fact "kfunc_sets" if every call that registers was resolved. The caller fills identity and
 * the rest. The result keeps texts of the kernel and of the kfuncs. Errors: no memory; ERROR_INPUT
 * beyond PREDICT_CELL_MAX; interrupted.
 */
struct error *predict_snapshot(const struct predict_source *source, struct snapshot *snapshot);

#endif
