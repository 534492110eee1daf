/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe_run() against the fake, and the way back from a snapshot's context to how the fake saw it.
 */
#ifndef KCOMPAT_TESTS_FAKE_PROBE_H
#define KCOMPAT_TESTS_FAKE_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake_kernel.h"

#define CELL_PARTS                                                                                 \
	(1u << PROBE_CONTEXTS | 1u << PROBE_KFUNCS | 1u << PROBE_HELPERS |                         \
		1u << PROBE_PROGRAM_TYPES | 1u << PROBE_ATTACH_TYPES)
/* libbpf has its own way to the kernel, which the fake does not stand in. */
#define SEAM_PARTS (((1u << PROBE_PART_CNT) - 1) & ~(1u << PROBE_PROGRAMS))

static inline void snapshot_cleanup(struct snapshot **snapshot)
{
	snapshot_destroy(*snapshot);
}
#define _cleanup_snapshot_ __attribute__((cleanup(snapshot_cleanup)))

static inline struct probe_request request_of(struct fake *fake, unsigned int parts)
{
	return (struct probe_request) {
		.parts = parts, .full = true, .threads = 2, .sys = fake_sys(fake)};
}

/* Runs, and sees to it that nothing stays open. */
static inline struct snapshot *observe(
	struct fake *fake, const struct probe_request *request, struct probe_stats *stats)
{
	struct snapshot *snapshot = NULL;
	size_t before = count_descriptors();

	fake_forget(fake);
	_cleanup_error_ struct error *error = probe_run(request, &fake->kernel, &snapshot, stats);
	if (error)
		print_error("%s\n", error->what);
	assert_null(error);
	assert_int_equal(count_descriptors(), before);
	return snapshot;
}

/* The row of "struct_ops/tcp_ops/init" is "struct_ops". */
static inline const struct context_row *row_of(const struct snapshot_context *context)
{
	size_t len = strlen(context->name);

	for (; len; len--) {
		for (size_t i = 0; i < context_row_cnt; i++) {
			const char *name = context_rows[i].name;
			if (strlen(name) == len && !strncmp(name, context->name, len))
				return &context_rows[i];
		}
	}
	return NULL;
}

static inline uint32_t target_id(const struct fake *fake, const char *target)
{
	uint32_t id = kbtf_find(fake->kernel.btf, target, BTF_KIND_FUNC);

	return id ? id : kbtf_find(fake->kernel.btf, target, BTF_KIND_TYPEDEF);
}

/* How the fake saw loads in the context. */
static inline struct fake_key place_of(
	const struct fake *fake, const struct snapshot_context *context)
{
	const struct context_row *row = row_of(context);
	struct fake_key key = {.prog_type = row->prog_type, .flags = row->prog_flags};

	if (row->attach_type != ATTACH_NONE)
		key.attach_type = (uint32_t)row->attach_type;
	if (row->target == TARGET_STRUCT_OPS && context->target) {
		key.attach_btf_id = fake->ops_id;
		key.attach_type = strcmp(context->target, "tcp_ops.init") ? 1 : 0;
	} else if (context->target) {
		key.attach_btf_id = target_id(fake, context->target);
	}
	return key;
}

static inline void count_states(const struct snapshot *snapshot, size_t cnt[CELL_STATE_CNT])
{
	memset(cnt, 0, CELL_STATE_CNT * sizeof(*cnt));
	for (size_t c = 0; c < snapshot->context_cnt; c++) {
		for (size_t i = 0; i < snapshot->kfunc_cnt; i++)
			cnt[snapshot->kfuncs[i].cells[c].state]++;
		for (size_t i = 0; i < snapshot->helper_cnt; i++)
			cnt[snapshot->helpers[i].cells[c].state]++;
	}
}

#endif
