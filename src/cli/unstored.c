/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/unstored.h"

#include <string.h>

#include "require/require.h"
#include "util/array.h"

/* What a kernel is asked, and what the user may ask of it. */
static const struct {
	const char *asked, *said;
	bool is_function; /* asked is a function in BTF; a requirement would also demand that a program loads */
} questions[] = {
	{"struct:%s", "struct:%s", false},
	{"union:%s", "union:%s", false},
	{"enum:%s", "enum:%s", false},
	{"typedef:%s", "typedef:%s", false},
	{"enumerator:%s", "enumerator:%s", false},
	{"field:%s", "field:%s", false},
	{"var:%s", "var:%s", false},
	{"typedef:btf_trace_%s", "context:tp_btf/%s", false},
	{"bpf_lsm_%s", "lsm:%s", true},
	{"syscall:%s", "syscall:%s", false},
};

static struct error *put_question(struct pool *pool, const char *form, const char *name, const char **ret)
{
	_cleanup_buf_ struct buf text = {0};
	const char *place = strstr(form, "%s");

	buf_add(&text, form, (size_t)(place - form));
	buf_puts(&text, name);
	*ret = text.failed ? NULL : pool_strdup(pool, buf_text(&text));
	return *ret ? NULL : error_no_memory();
}

/* A name that is none in a requirement is no type either. */
static struct error *satisfies(
	const struct kernel *kernel, const struct snapshot *snapshot, const char *text, enum tristate *ret)
{
	const struct require_scope scope = {.snapshot = snapshot, .files = kernel};
	struct require_list list = {0};
	struct require_answer answer = {0};
	struct error *error = require_parse_argument(&list, 1, text, NULL);

	*ret = TRISTATE_NO;
	if (error && error->code == ERROR_USAGE) {
		error_free(error);
		error = NULL;
	} else if (!error && list.cnt) {
		error = require_evaluate(&list, &scope, &answer);
		*ret = error ? TRISTATE_UNKNOWN : require_verdict_of(&answer, list.list[0].root)->value;
	}
	require_answer_deinit(&answer);
	require_list_deinit(&list);
	return error;
}

static struct error *ask_kernel(const struct opened *opened, const struct kernel_entry *entry, const char *name,
	struct pool *pool, struct unstored *ret)
{
	const struct kernel *kernel = entry->live ? opened_live_files(opened) : opened_files(opened, entry->snapshot);
	struct error *error = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(questions) && kernel && !entry->store && !error && !ret->requirement; i++) {
		const char *asked, *said;
		enum tristate has = TRISTATE_NO;
		error = put_question(pool, questions[i].asked, name, &asked);
		if (!error)
			error = put_question(pool, questions[i].said, name, &said);
		if (!error && questions[i].is_function)
			has = kernel->btf && kbtf_find(kernel->btf, asked, BTF_KIND_FUNC) ? TRISTATE_YES : TRISTATE_NO;
		else if (!error)
			error = satisfies(kernel, entry->snapshot, asked, &has);
		ret->may_be_variable |= !error && has == TRISTATE_UNKNOWN && !strncmp(said, "var:", 4);
		if (!error && has == TRISTATE_YES)
			*ret = (struct unstored) {.requirement = said, .kernel = pool_strdup(pool, entry->name)};
	}
	return error || !ret->requirement || ret->kernel ? error : error_no_memory();
}

struct error *unstored_find(const struct opened *opened, const char *name, struct pool *pool, struct unstored *ret)
{
	struct error *error = NULL;

	*ret = (struct unstored) {0};
	for (size_t i = 0; i < opened->kernels.cnt && !error && !ret->requirement; i++)
		error = ask_kernel(opened, &opened->kernels.list[i], name, pool, ret);
	return error;
}
