/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/snapshot_form.h"

#include <string.h>

#include "cli/near.h"
#include "util/array.h"

/* The words of --without. */
enum left_out { WITHOUT_CONFIG = 1 << 0, WITHOUT_EVIDENCE = 1 << 1 };
static const char *const parts[] = {"config", "evidence"};

static struct error *add_part(const char *word, unsigned int *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!strcmp(word, parts[i])) {
			*ret |= 1u << i;
			return NULL;
		}
	}
	return near_error(word, parts, ARRAY_SIZE(parts), NULL, "--without=%s: no such part", word);
}

/* Mask of enum left_out. */
static struct error *read_without(const struct cli_args *args, unsigned int *ret)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *const *words;
	size_t cnt;
	struct error *error = cli_words(args, "without", &pool, &words, &cnt);

	*ret = 0;
	for (size_t i = 0; i < cnt && !error; i++)
		error = add_part(words[i], ret);
	if (!error && !cnt && cli_has(args, "without"))
		error = near_error("", parts, ARRAY_SIZE(parts), NULL, "--without=: no part given");
	return error;
}

static struct error *check_evidence(const struct cli_args *args, unsigned int without)
{
	const char *word = cli_value(args, "evidence");

	if (!word)
		return NULL;
	if (without & WITHOUT_EVIDENCE)
		return error_create(
			ERROR_USAGE, NULL, "--evidence: --without=evidence leaves it out");
	if (evidence_kept_parse(word) == EVIDENCE_KEPT_NONE)
		return error_create(
			ERROR_USAGE, "give --without=evidence", "--evidence=none: no such word");
	return evidence_kept_parse(word) < EVIDENCE_KEPT_CNT
		? NULL
		: error_create(ERROR_USAGE, "all, interesting or packed",
			  "--evidence=%s: no such word", word);
}

struct error *cli_check_snapshot_form(const struct cli_args *args)
{
	static const char *const names[] = {"brief", "evidence", "without"};
	unsigned int without = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!cli_prints_json(args) && cli_has(args, names[i]))
			return error_create(ERROR_USAGE, "give --json",
				"--%s: only JSON has such a form", names[i]);
		if (i && cli_has(args, "brief") && cli_has(args, names[i]))
			return error_create(ERROR_USAGE, NULL,
				"--%s: --brief leaves out evidence and configuration", names[i]);
	}
	struct error *error = read_without(args, &without);
	return error ? error : check_evidence(args, without);
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
	unsigned int without;
	struct error *error = read_without(args, &without);

	if (error)
		return error;
	if (cli_has(args, "brief"))
		return render_brief(snapshot, &options, out);
	if (without & WITHOUT_EVIDENCE)
		options.evidence = EVIDENCE_KEPT_NONE;
	if (without & WITHOUT_CONFIG && !snapshot_forget_config(snapshot))
		return error_no_memory();
	return render_json(snapshot, &options, out);
}
