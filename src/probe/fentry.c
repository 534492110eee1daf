/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/fentry.h"
#include "probe/verdict.h"

struct fentry {
	const struct kernel *kernel;
	const struct probe_context *context;
	struct snapshot *snapshot;
	struct loader loader;
};

static const struct evidence *fentry_evidence(
	struct fentry *fentry, int errnum, const char *rule, const char *line)
{
	struct evidence *evidence = pool_alloc(&fentry->snapshot->pool, sizeof(*evidence));

	if (evidence)
		*evidence = (struct evidence) {.errnum = errnum, .rule = rule, .line = line};
	return evidence;
}

static struct error *fentry_try_one(struct fentry *fentry, struct snapshot_function *function)
{
	const struct kbtf *btf = fentry->kernel->btf;
	struct cell *cell = &function->fentry;

	if (!function->prototype_cnt)
		return NULL;
	if (fentry->context->state != SUPPORT_OK) {
		*cell = (struct cell) {fentry->context->kfuncs.state, false, fentry->context->kfuncs.evidence};
		return NULL;
	}
	struct load_place place = fentry->context->place;
	place.attach_btf_id = kbtf_find(btf, function->name, BTF_KIND_FUNC);
	if (!place.attach_btf_id) {
		*cell = (struct cell) {CELL_UNKNOWN, false,
			fentry_evidence(fentry, 0, "module", "in a module: not tried")};
		return cell->evidence ? NULL : error_no_memory();
	}
	int errnum = loader_try_trivial(&fentry->loader, &place);
	struct verdict verdict = verdict_read(CALL_ATTACH, errnum, fentry->loader.log);
	const char *line = verdict.line
		? pool_strndup(&fentry->snapshot->pool, verdict.line, verdict.line_len)
		: verdict_resource_reason(errnum);
	*cell = (struct cell) {verdict.state, false, fentry_evidence(fentry, errnum, verdict.rule, line)};
	return cell->evidence ? NULL : error_no_memory();
}

struct error *fentry_try(const struct bpf_sys *sys, const struct kernel *kernel,
	const struct probe_context *context, struct snapshot *snapshot)
{
	struct fentry fentry = {.kernel = kernel, .context = context, .snapshot = snapshot};
	struct error *error = loader_init(&fentry.loader, sys);

	for (size_t i = 0; i < snapshot->function_cnt && !error; i++)
		error = fentry_try_one(&fentry, &snapshot->functions[i]);
	loader_deinit(&fentry.loader);
	return error;
}
