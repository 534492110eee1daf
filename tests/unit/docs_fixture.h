/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels 6.1, 6.6, 6.12 and 7.0 with four contexts, the kfuncs bpf_f and bpf_g and the helper bpf_h:
 *
 *              xdp   tc  perf_event  syscall
 *   bpf_f 6.1    .    .       .         .
 *         6.6    -    P       -         P
 *         6.12   P    P       x         P     x: it would have to sleep
 *         7.0    P    -       P         ?
 *   bpf_g 6.12   -    -       -         -     left out of that kernel, since nobody may call it
 *         7.0    -    -       ?         x
 *   bpf_h 6.1    -    P       P         P
 *         later  P    P       P         P
 */
#ifndef KCOMPAT_TESTS_DOCS_FIXTURE_H
#define KCOMPAT_TESTS_DOCS_FIXTURE_H

#include <stdlib.h>

#include "render_docs.h"

#define FIXTURE_CONTEXTS 4

struct docs_fixture {
	struct kernels kernels;
	struct history *history;
};

static const struct evidence fixture_refusal = {13, "calling kernel function is not allowed", "kfunc-not-allowed"};
static const struct evidence fixture_sleep = {13, "program must be sleepable", "sleepable"};
static const struct evidence fixture_argument = {22, "R1 is not a scalar", "argument"};

static struct cell fixture_cell(char letter)
{
	switch (letter) {
	case 'P':
		return (struct cell) {CELL_PERMITTED, false, &fixture_argument};
	case '-':
		return (struct cell) {CELL_REFUSED, false, &fixture_refusal};
	case 'x':
		return (struct cell) {CELL_IMPOSSIBLE, false, &fixture_sleep};
	default:
		return (struct cell) {CELL_UNKNOWN, false, NULL};
	}
}

static struct cell *fixture_cells(struct snapshot *snapshot, const char *letters)
{
	struct cell *cells = pool_calloc(&snapshot->pool, FIXTURE_CONTEXTS, sizeof(*cells));

	for (size_t i = 0; cells && i < FIXTURE_CONTEXTS; i++)
		cells[i] = fixture_cell(letters[i]);
	if (!cells)
		abort();
	return cells;
}

static void fixture_contexts(struct snapshot *snapshot)
{
	static const char *const names[FIXTURE_CONTEXTS][2] = {{"xdp", "xdp"}, {"tc", "sched_cls"},
		{"perf_event", "perf_event"}, {"syscall", "syscall"}};

	snapshot->contexts = pool_calloc(&snapshot->pool, FIXTURE_CONTEXTS, sizeof(*snapshot->contexts));
	snapshot->context_cnt = FIXTURE_CONTEXTS;
	for (size_t i = 0; i < FIXTURE_CONTEXTS; i++)
		snapshot->contexts[i] = (struct snapshot_context) {
			.name = names[i][0], .program_type = names[i][1], .state = SUPPORT_OK};
}

static void fixture_kfunc(struct snapshot *snapshot, const char *name, const char *letters)
{
	static const char *flags[] = {"KF_ACQUIRE", "KF_RET_NULL"};

	if (letters)
		snapshot->kfuncs[snapshot->kfunc_cnt++] = (struct snapshot_kfunc) {
			.name = name,
			.module = "vmlinux",
			.prototype = "struct node *bpf_f(struct node *n, bool (*less)(struct node *, enum way))",
			.flags = flags,
			.flag_cnt = 2,
			.found_by = 1u << KFUNC_SOURCE_SET,
			.cells = fixture_cells(snapshot, letters),
		};
}

static void fixture_kernel(struct docs_fixture *fixture, const char *release, const char *f,
	const char *g, const char *h)
{
	struct snapshot *snapshot = snapshot_create();

	if (!snapshot || !snapshot_add_fact(snapshot, "kfunc_tags") || !snapshot_add_fact(snapshot, "btf"))
		abort();
	snapshot->source_kind = "probed";
	snapshot->kernel = (struct kernel_identity) {
		.release = release, .machine = "x86_64", .flavor = "amd64", .version = "#1"};
	fixture_contexts(snapshot);
	snapshot->kfuncs = pool_calloc(&snapshot->pool, 2, sizeof(*snapshot->kfuncs));
	fixture_kfunc(snapshot, "bpf_f", f);
	fixture_kfunc(snapshot, "bpf_g", g);
	snapshot->helpers = pool_calloc(&snapshot->pool, 1, sizeof(*snapshot->helpers));
	snapshot->helpers[0] = (struct snapshot_helper) {"bpf_h", 1, fixture_cells(snapshot, h)};
	snapshot->helper_cnt = 1;
	if (kernels_add_snapshot(&fixture->kernels, release, snapshot, false))
		abort();
}

static inline void fixture_init(struct docs_fixture *fixture)
{
	*fixture = (struct docs_fixture) {0};
	fixture_kernel(fixture, "6.1.0-amd64", NULL, NULL, "-PPP");
	fixture_kernel(fixture, "6.6.0-amd64", "-P-P", NULL, "PPPP");
	fixture_kernel(fixture, "6.12.0-amd64", "PPxP", "----", "PPPP");
	fixture_kernel(fixture, "7.0.0-amd64", "P-P?", "--?x", "PPPP");
	if (history_create(&fixture->kernels, NULL, &fixture->history))
		abort();
}

static inline void fixture_deinit(struct docs_fixture *fixture)
{
	history_destroy(fixture->history);
	kernels_deinit(&fixture->kernels);
}

#endif
