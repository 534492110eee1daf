/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_load.h"
#include "cli/cli.h"

/* The verifier takes some seconds for the largest programs, and ten times that under emulation. */
#define TIMEOUT_S 60

static struct error *load_program(struct check *check, const struct check_object *checked,
	struct check_program *program, bool attach)
{
	const struct proof_request request = {
		.object = checked->object->bytes,
		.object_size_bytes = checked->object->size_bytes,
		.program = program->name,
		.settings = checked->settings,
		.setting_cnt = checked->setting_cnt,
		.attach = attach,
		.timeout_s = TIMEOUT_S,
	};

	return proof_load(&request, &check->pool, &program->proof);
}

struct error *check_load_programs(struct check *check, bool attach)
{
	struct error *error = NULL;

	for (size_t i = 0; i < check->object_cnt && !error; i++) {
		const struct check_object *checked = &check->objects[i];
		cli_progress("loading", (int)(100 * i / check->object_cnt));
		for (size_t k = 0; k < checked->program_cnt && !error; k++) {
			if (!checked->programs[k].off)
				error = load_program(check, checked, &checked->programs[k], attach);
		}
	}
	cli_progress_end();
	return error;
}
