/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/require_object.h"
#include "cli/objects.h"
#include "cli/output.h"

static struct error *write_requirements(struct check *check, const struct cli_args *args)
{
	_cleanup_output_ struct output out = {0};
	size_t cnt;
	const char *const *paths = cli_values(args, "from-object", &cnt);
	struct object_files files = {0};
	struct error *error = object_files_read(&files, paths, cnt);

	if (!error)
		error = object_files_parse(&files, check);
	object_files_deinit(&files);
	if (!error)
		error = check_ask(check, NULL);
	if (!error)
		error = check_render_requirements(check, &out.text);
	return error ? error : output_finish(&out, cli_value(args, "output"));
}

struct error *require_from_objects(const struct cli_args *args)
{
	size_t operand_cnt;

	cli_operands(args, &operand_cnt);
	if (operand_cnt)
		return error_create(ERROR_USAGE,
			"write them into a file, and give both files with -f",
			"--from-object takes no requirements beside it");
	struct check check = {0};
	struct error *error = write_requirements(&check, args);
	check_deinit(&check);
	return error;
}
