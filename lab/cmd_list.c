/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/arch.h"
#include "lab/commands.h"
#include "lab/embed.h"
#include "lab/kernels.h"

static void cmd_list_add_row(struct buf *out, const struct lab_kernel *kernel)
{
	buf_printf(out, "%-22s %-8s %-6s %-24s %s\n", kernel->name, kernel->arch,
		lab_arch_named(kernel->arch) ? lab_level_word(kernel->level) : "scan",
		kernel->suites, kernel->pattern);
}

static bool is_meant(const struct lab_kernel *kernel, const char *const *words, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		if (lab_kernel_is(kernel, words[i]))
			return true;
	}
	return !cnt;
}

/* Each word selects some kernel. */
static struct error *check_words(
	const struct lab_kernels *kernels, const char *const *words, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		size_t k = 0;
		while (k < kernels->cnt && !lab_kernel_is(&kernels->kernels[k], words[i]))
			k++;
		if (k == kernels->cnt)
			return lab_kernels_complain(kernels, words[i]);
	}
	return NULL;
}

static struct error *cmd_list_run(const struct cli_args *args, int *status)
{
	_cleanup_buf_ struct buf out = {0};
	struct lab_kernels kernels = {0};
	size_t word_cnt;
	const char *const *words = cli_operands(args, &word_cnt);
	struct error *error = lab_kernels_parse(
		embed_lab_kernels, (size_t)(embed_lab_kernels_end - embed_lab_kernels), &kernels);

	if (!error)
		error = check_words(&kernels, words, word_cnt);
	for (size_t i = 0; i < kernels.cnt && !error; i++) {
		if (is_meant(&kernels.kernels[i], words, word_cnt))
			cmd_list_add_row(&out, &kernels.kernels[i]);
	}
	lab_kernels_deinit(&kernels);
	*status = STATUS_OK;
	return error ? error : cli_print(&out);
}

const struct command lab_cmd_list = {
	.name = "list",
	.summary = "list the named kernels",
	.usage = "[KERNEL]...",
	.description =
		"Prints a line for each kernel: name, architecture, level, the suites to search for its "
		"package, and the pattern of its package. Levels: quick (booted by `make lab` and `make "
		"lab-quick`), lab (booted by `make lab`), - (booted only by name), scan (only scanned). KERNEL "
		"is a name, a glob of names, or an architecture.",
	.operand = "KERNEL",
	.run = cmd_list_run,
};
