/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/probe.h"
#include "probe/feature/table.h"
#include "util/array.h"

static const struct feature_table *const tables[] = {
	&feature_insns,
	&feature_programs,
	&feature_btf,
	&feature_maps,
	&feature_commands,
};

const struct feature_info *probe_feature_info(size_t index)
{
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (index < tables[i]->cnt)
			return &tables[i]->list[index].info;
		index -= tables[i]->cnt;
	}
	return NULL;
}

static struct error *test(struct kit *kit, const struct feature *feature, struct snapshot *snapshot)
{
	struct kit_verdict verdict = {0};
	struct error *error = kit_interrupted(kit);

	if (error || !kit_wants(kit, feature->info.name))
		return error;
	feature->test(kit, feature, &verdict);
	if (!snapshot_add_feature(snapshot, &snapshot->features, feature->info.name, verdict.state,
		    verdict.errnum, verdict.reason[0] ? verdict.reason : NULL))
		return error_no_memory();
	return NULL;
}

struct error *probe_file_features(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	struct kit kit = {.request = request, .kernel = kernel};
	struct error *error = NULL;

	for (size_t i = 0; !error && i < ARRAY_SIZE(tables); i++) {
		for (size_t j = 0; !error && j < tables[i]->cnt; j++) {
			if (tables[i]->list[j].of_files)
				error = test(&kit, &tables[i]->list[j], snapshot);
		}
	}
	return error;
}

struct error *probe_features(
	const struct probe_request *request, const struct kernel *kernel, struct snapshot *snapshot)
{
	struct kit kit;
	struct error *error = kit_open(&kit, request, kernel);

	for (size_t i = 0; !error && i < ARRAY_SIZE(tables); i++) {
		for (size_t j = 0; !error && j < tables[i]->cnt; j++)
			error = test(&kit, &tables[i]->list[j], snapshot);
	}
	kit_close(&kit);
	return error;
}
