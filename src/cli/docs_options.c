/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs.h"
#include "cli/supervise.h"

#include <string.h>

struct error *docs_take_options(
	const struct docs_run *run, const char *signature, struct docs_options *ret)
{
	const char *policy = cli_value(run->args, "policy"), *form = cli_value(run->args, "signature");
	enum since_policy wanted = policy ? since_policy_parse(policy) : SINCE_LOADABLE;

	if (wanted == SINCE_POLICY_CNT)
		return error_create(
			ERROR_USAGE, "loadable or hook", "--policy %s: no such policy", policy);
	if (form && strcmp(form, "c") && strcmp(form, "compat"))
		return error_create(
			ERROR_USAGE, "compat or c", "--signature %s: no such form", form);
	ret->c_signatures = !strcmp(form ? form : signature, "c");
	return since_create(run->history, wanted, &ret->since);
}

struct error *docs_print(const struct docs_run *run, const struct buf *out)
{
	const char *path = cli_value(run->args, "output");

	if (out->failed)
		return error_no_memory();
	if (path)
		return supervise_write(path, buf_text(out), out->len);
	if (!out->len)
		return NULL;
	return cli_has(run->args, "diff") ? cli_print_bytes(out) : cli_print(out);
}
