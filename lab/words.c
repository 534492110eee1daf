/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/words.h"

#include <string.h>

#include "lab/arch.h"
#include "lab/embed.h"
#include "lab/kernels.h"
#include "input/system/system.h"
#include "util/array.h"

/* Names, architectures, and files of kernels. */
static struct error *offer_kernels(struct completion *completion)
{
	struct lab_kernels kernels = {0};
	const char *last = "";
	struct error *error = lab_kernels_parse(
		embed_lab_kernels, (size_t)(embed_lab_kernels_end - embed_lab_kernels), &kernels);

	if (error)
		return error;
	for (size_t i = 0; i < kernels.cnt; i++) {
		complete_offer(completion, kernels.kernels[i].name,
			lab_level_word(kernels.kernels[i].level));
		if (lab_arch_named(kernels.kernels[i].arch) &&
			strcmp(kernels.kernels[i].arch, last) != 0)
			complete_offer(completion, kernels.kernels[i].arch, "its kernels");
		last = kernels.kernels[i].arch;
	}
	complete_offer_names(completion, false);
	lab_kernels_deinit(&kernels);
	return NULL;
}

static struct error *offer_program(struct completion *completion)
{
	complete_offer(completion, "kcompat", "the one for the guest");
	complete_offer_names(completion, false);
	return NULL;
}

static struct error *offer_capabilities(struct completion *completion)
{
	size_t cnt;
	const char *const *names = environment_capability_names(&cnt);

	complete_offer_words(completion, names, cnt);
	return NULL;
}

static struct error *offer_parameters(struct completion *completion)
{
	static const char *const words[] = {
		"lockdown=integrity", "lockdown=confidentiality", "lsm="};

	complete_offer_words(completion, words, ARRAY_SIZE(words));
	return NULL;
}

static struct error *offer_settings(struct completion *completion)
{
	complete_offer(completion, "net.core.bpf_jit_enable=", NULL);
	return NULL;
}

const struct completion_row lab_completions[] = {
	{"KERNEL", offer_kernels},
	{"PROGRAM", offer_program},
	{"CAP_NAME", offer_capabilities},
	{"WORDS", offer_parameters},
	{"NAME=VALUE", offer_settings},
	{NULL, NULL},
};
