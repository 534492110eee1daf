/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/scan.h"

#include "inventory/inventory.h"
#include "scan/predict/code.h"
#include "snapshot/snapshot.h"

static struct error *predict(struct scanned *scanned, struct snapshot *snapshot)
{
	struct predict_source source = {.kernel = &scanned->kernel, .kfuncs = &scanned->kfuncs,
		.stop = scanned->stop};

	predict_ask_code(&source, scanned->verdicts);
	predict_ask_helpers(&source, scanned->helpers);
	predict_ask_texts(&source, scanned->code ? scanned->code->source.image : NULL);
	return predict_snapshot(&source, snapshot);
}

static struct error *snapshot_find_functions(struct scanned *scanned, const char *const *names,
	size_t name_cnt, struct snapshot *snapshot)
{
	const struct kernel_functions *facts = scanned->functions;

	if (facts && !snapshot_function_names(facts, !scanned->kernel.symbols, &snapshot->pool,
			     &names, &name_cnt))
		return error_no_memory();
	struct error *error = functions_find(&scanned->kernel, names, name_cnt, snapshot);
	if (!error && facts && !snapshot_take_functions(snapshot, facts))
		error = error_no_memory();
	return error;
}

struct error *scanned_describe(struct scanned *scanned, const char *const *names, size_t name_cnt,
	struct snapshot *snapshot)
{
	bool ok = snapshot_take_kernel(snapshot, &scanned->kernel, "scanned");

	if (scanned->modules_read)
		ok &= snapshot_add_fact(snapshot, "modules");
	if (!ok)
		return error_no_memory();
	struct error *error = predict(scanned, snapshot);
	return error ? error : snapshot_find_functions(scanned, names, name_cnt, snapshot);
}
