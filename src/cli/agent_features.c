/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/agent_features.h"

#include "require/require.h"
#include "util/array.h"

/* All of the requirements must hold. The first that decides says why. */
static const struct {
	const char *label;
	const char *requirements[2];
} features[] = {
	{"BTF (CO-RE)", {"feature:vmlinux_btf"}},
	{"ring buffer", {"map:ringbuf"}},
	{"bounded loops", {"feature:bounded_loops"}},
	/* A program that loads may still not attach. */
	{"fentry", {"context:fentry", "feature:trampoline"}},
	{"LSM active", {"feature:bpf_lsm"}},
	{"LSM programs", {"feature:bpf_lsm", "context:lsm"}},
	{"struct_ops", {"prog:struct_ops", "map:struct_ops"}},
	{"sched_ext", {"context:struct_ops/sched_ext_ops"}},
	{"arena", {"map:arena"}},
	{"tokens", {"feature:token"}},
};

static struct error *answer_one(const char *text, const struct require_scope *scope,
	struct pool *pool, enum tristate *value, const char **why)
{
	struct require_list list = {0};
	struct require_answer answer = {0};
	struct error *error = require_parse_argument(&list, 1, text, NULL);

	if (!error && !list.cnt)
		error = error_create(ERROR_NOT_FOUND, NULL, "%s", list.mistakes[0]);
	if (!error)
		error = require_evaluate(&list, scope, &answer);
	if (!error) {
		const struct require_verdict *verdict =
			require_verdict_of(&answer, list.list[0].root);
		const char *reason = scope->kernel || verdict->value != TRISTATE_UNKNOWN
			? verdict->reason
			: "files do not show it: only a load does";
		*value = verdict->value;
		*why = pool_strdup(pool, verdict->line ? verdict->line : reason);
		error = *why ? NULL : error_no_memory();
	}
	require_answer_deinit(&answer);
	require_list_deinit(&list);
	return error;
}

static struct error *answer_all(const char *const requirements[2],
	const struct require_scope *scope, struct pool *pool, struct summary_answer *ret)
{
	struct error *error = NULL;

	ret->value = TRISTATE_YES;
	for (size_t i = 0; i < 2 && requirements[i] && !error; i++) {
		enum tristate value = TRISTATE_UNKNOWN;
		const char *why = NULL;
		error = answer_one(requirements[i], scope, pool, &value, &why);
		if (!ret->why || value == TRISTATE_NO ||
			(value == TRISTATE_UNKNOWN && ret->value == TRISTATE_YES)) {
			ret->value = value;
			ret->why = why;
		}
		if (ret->value == TRISTATE_NO)
			break;
	}
	return error;
}

struct error *agent_features_answer(const struct snapshot *snapshot, const struct kernel *kernel,
	struct pool *pool, struct summary_answer **ret, size_t *cnt)
{
	const bool loaded = snapshot_has_fact(snapshot, "probe");
	const struct require_scope scope = {
		.snapshot = snapshot, .kernel = loaded ? kernel : NULL, .files = kernel};
	struct summary_answer *list = pool_calloc(pool, ARRAY_SIZE(features), sizeof(*list));
	struct error *error = list ? NULL : error_no_memory();

	for (size_t i = 0; i < ARRAY_SIZE(features) && !error; i++) {
		list[i].label = features[i].label;
		error = answer_all(features[i].requirements, &scope, pool, &list[i]);
	}
	if (error)
		return error;
	*ret = list;
	*cnt = ARRAY_SIZE(features);
	return NULL;
}
