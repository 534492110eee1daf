/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/predict/parts.h"

struct prediction prediction_make(struct predict *predict, enum cell_state state,
	enum predict_rule rule, const char *format, ...)
{
	struct evidence *evidence = pool_alloc(predict->pool, sizeof(*evidence));
	va_list args;

	va_start(args, format);
	const char *line = pool_vprintf(predict->pool, format, args);
	va_end(args);
	if (!evidence || !line) {
		predict->no_memory = true;
		return (struct prediction) {state, NULL};
	}
	*evidence = (struct evidence) {.line = line, .rule = predict_rule_id(rule)};
	return (struct prediction) {state, evidence};
}

struct error *predict_interrupted(const struct predict *predict)
{
	const atomic_bool *stop = predict->source->stop;

	return stop && atomic_load(stop) ? error_create(ERROR_INTERRUPTED, NULL,
						   "interrupted before the prediction was complete")
					 : NULL;
}
