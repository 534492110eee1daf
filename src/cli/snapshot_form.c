/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/snapshot_form.h"

#include "util/array.h"

struct error *cli_check_snapshot_form(const struct cli_args *args)
{
	static const char *const names[] = {"brief", "evidence", "no-config"};
	const char *evidence = cli_value(args, "evidence");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!cli_prints_json(args) && cli_has(args, names[i]))
			return error_create(ERROR_USAGE, "give --json",
				"--%s: only JSON has such a form", names[i]);
		if (i && cli_has(args, "brief") && cli_has(args, names[i]))
			return error_create(ERROR_USAGE, NULL,
				"--%s: --brief leaves out evidence and configuration", names[i]);
	}
	if (evidence && evidence_kept_parse(evidence) == EVIDENCE_KEPT_CNT)
		return error_create(ERROR_USAGE, "all, interesting, none or packed",
			"--evidence=%s: no such word", evidence);
	return NULL;
}

struct error *cli_snapshot_json(
	const struct cli_args *args, struct snapshot *snapshot, bool several, struct buf *out)
{
	const char *evidence = cli_value(args, "evidence");
	struct render_json_options options = {
		.one_line = several || cli_format(args) == CLI_FORMAT_JSONL,
		.addresses = cli_has(args, "addresses"),
		.evidence = evidence ? evidence_kept_parse(evidence) : EVIDENCE_KEPT_ALL,
	};

	if (cli_has(args, "brief"))
		return render_brief(snapshot, &options, out);
	if (cli_has(args, "no-config") && !snapshot_forget_config(snapshot))
		return error_no_memory();
	return render_json(snapshot, &options, out);
}
