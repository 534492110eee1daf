/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/docs.h"
#include "cli/near.h"
#include "cli/output.h"
#include "cli/supervise.h"
#include "util/array.h"

#include <string.h>

bool docs_is(const struct cli_args *args, const char *action)
{
	return !strcmp(cli_action(args)->name, action);
}

struct error *docs_take_options(
	const struct docs_run *run, const char *signature, struct docs_options *ret)
{
	const char *policy = cli_value(run->args, "policy"), *form = cli_value(run->args, "signature");
	enum since_policy wanted = policy ? since_policy_parse(policy) : SINCE_LOADABLE;

	static const char *const forms[] = {"compat", "c"};
	const char *policies[SINCE_POLICY_CNT];

	for (size_t i = 0; i < SINCE_POLICY_CNT; i++)
		policies[i] = since_policy_word(i);
	if (wanted == SINCE_POLICY_CNT)
		return near_error(policy, policies, SINCE_POLICY_CNT, NULL,
			"--policy %s: no such policy", policy);
	if (form && strcmp(form, "c") && strcmp(form, "compat"))
		return near_error(
			form, forms, ARRAY_SIZE(forms), NULL, "--signature %s: no such form", form);
	ret->c_signatures = !strcmp(form ? form : signature, "c");
	return since_create(run->history, wanted, &ret->since);
}

struct error *docs_print(const struct docs_run *run, const struct buf *out)
{
	const char *path = cli_value(run->args, "output");

	if (out->failed)
		return error_no_memory();
	if (path)
		return output_write(path, buf_text(out), out->len);
	if (!out->len)
		return NULL;
	return cli_format(run->args) == CLI_FORMAT_DIFF ? cli_print_bytes(out) : cli_print(out);
}
