/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/options.h"
#include "util/array.h"

#define TIMEOUT_MAX_S 86400
#define MEMORY_MAX_MIB (1024 * 1024)

/* Modules that register kfuncs or struct_ops and that an idle guest does not load by itself. Also
 * the driver of a device that XDP programs can be bound to. */
static const char *const default_modules[] = {"nf_conntrack", "nf_nat", "nf_flow_table",
	"xfrm_interface", "fou", "tcp_bbr", "tcp_dctcp", "veth"};
static const char *const default_argv[] = {"kcompat", "probe", "--json"};

static const char *options_join(struct pool *pool, const char *const *words, size_t cnt)
{
	const char *all = "";

	for (size_t i = 0; i < cnt && all; i++)
		all = pool_printf(pool, "%s%s%s", all, i ? " " : "", words[i]);
	return all;
}

static struct error *take_numbers(
	const struct cli_args *args, struct lab_task *task, struct lab_setup *setup)
{
	unsigned long timeout, boot_timeout, memory;
	struct error *error = cli_number(args, "timeout", TIMEOUT_MAX_S, 120, &timeout);

	if (!error)
		error = cli_number(
			args, "boot-timeout", TIMEOUT_MAX_S, LAB_BOOT_TIMEOUT_S, &boot_timeout);
	if (!error)
		error = cli_number(args, "memory", MEMORY_MAX_MIB, 1024, &memory);
	if (error)
		return error;
	task->timeout_s = (unsigned)timeout;
	setup->boot_timeout_s = (unsigned)boot_timeout;
	setup->memory_mib = (unsigned)memory;
	return NULL;
}

struct error *lab_options_task(const struct cli_args *args, struct lab_task *task,
	struct lab_setup *setup, struct pool *pool)
{
	size_t cnt;
	const char *const *appends = cli_values(args, "append", &cnt);
	struct error *error = NULL;

	*task = (struct lab_task) {
		.argv = default_argv,
		.argc = ARRAY_SIZE(default_argv),
		.modules = default_modules,
		.module_cnt = ARRAY_SIZE(default_modules),
		.modules_required = cli_has(args, "modules"),
		.user_namespace = cli_has(args, "user-namespace"),
		.unprivileged = cli_has(args, "unprivileged"),
		.guest_dir = cli_value(args, "guest-dir"),
	};
	task->sysctls = cli_values(args, "sysctl", &task->sysctl_cnt);
	task->drops = cli_values(args, "without-cap", &task->drop_cnt);
	*setup = (struct lab_setup) {.append = options_join(pool, appends, cnt)};
	if (!setup->append)
		return error_no_memory();
	if (task->modules_required)
		error = cli_words(args, "modules", pool, &task->modules, &task->module_cnt);
	return error ? error : take_numbers(args, task, setup);
}
