/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/scan.h"
#include "input/system/system.h"
#include "kernel/kernel.h"
#include "image/image.h"
#include "image/kallsyms/kallsyms.h"
#include "kfunc/sets.h"
#include "scan/functions.h"
#include "scan/module.h"
#include "util/array.h"
#include "util/clock.h"

#include <stdlib.h>
#include <string.h>

static void take_identity(struct scanned *scanned, const struct input_kernel *input)
{
	struct kernel *kernel = &scanned->kernel;
	struct kernel_identity *identity = &kernel->identity;
	const struct image *image = input->image ? input->image->image : NULL;

	identity->release = pool_strdup(&kernel->pool, image && image->release ? image->release : input->release);
	if (image) {
		identity->version = pool_strdup(&kernel->pool, image->version);
		identity->machine = pool_strdup(&kernel->pool, image->machine_name);
		identity->arch = identity->machine ? identity_arch(identity->machine) : NULL;
	}
	identity_parse_release(&kernel->pool, identity->release, identity->version, identity);
}

/* For a file. Symbols of an image are complete or missing. */
static void limit_symbols(struct kernel *kernel, const char *name)
{
	const char *what = kernel->symbols->cut
		? pool_printf(&kernel->pool,
			  "%s: truncated (it has no _end): a function that is not listed may be in the rest",
			  name)
		: NULL;

	add_odd_lines_limit(kernel, name, kernel->symbols->odd_lines);
	if (what)
		kernel_add_limit(kernel, what, "give the whole file");
}

static struct error *scan_take_symbols(struct scanned *scanned, const struct input_kernel *input)
{
	struct kernel *kernel = &scanned->kernel;
	struct image *image = input->image ? input->image->image : NULL;
	struct kallsyms_layout layout = {0};
	struct error *error = NULL;

	if (image && !image->no_code) {
		error = scan_settle(scanned, input->image->name,
			image_kallsyms(image, &kernel->pool, &kernel->symbols, &layout));
		if (!error && kernel->symbols && image->address_is_offset && layout.link_known)
			image_set_link_address(image, layout.link_address);
		if (!error)
			image_relocate_raw(image);
	}
	if (!error && !kernel->symbols && input->symbols)
		error = scan_settle(scanned, input->symbols->name,
			system_map_parse(&kernel->pool, input->symbols->data,
				input->symbols->size_bytes, &kernel->symbols));
	if (kernel->symbols && input->symbols)
		limit_symbols(kernel, input->symbols->name);
	if (!kernel->symbols)
		kernel->symbols_missing = "the inputs have no readable symbols";
	return error;
}

/* "PACKAGE: MEMBER" and paths without the directories of this machine. */
static const char *scan_base_name(const char *name)
{
	const char *member = strstr(name, ": ");
	const char *base = name;

	for (const char *at = name; *at && at != member; at++) {
		if (*at == '/' && at[1])
			base = at + 1;
	}
	return base;
}

/*
 * Whole BTF of a kernel describes the verifier, which needs that BTF itself (DEBUG_INFO_BTF depends
 * on BPF_SYSCALL). What `bpftool gen min_core_btf` keeps for one program, a module's .BTF.base and
 * the BTF of a BPF program have no functions of the kernel.
 */
static bool is_whole(const struct kbtf *btf)
{
	return kbtf_find(btf, "bpf_check", BTF_KIND_FUNC);
}

/* A section of an image says so by its name. */
static bool is_named(const struct input_kernel *input)
{
	const struct input_item *const items[] = {input->image, input->debug};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		if (items[i] && items[i]->image && image_section(items[i]->image, ".BTF"))
			return true;
	}
	return false;
}

static void tell_no_btf(struct kernel *kernel, const struct input_kernel *input)
{
	kernel->btf_absent = input->image && !input->image->image->no_code;
	kernel->btf_missing = kernel->btf_absent ? "the image has no BTF" : "no image and no BTF was given";
	if (kernel->btf_absent)
		kernel_add_limit(kernel, "the image has no BTF: no kfunc can be called, and types are unknown",
			"use a kernel with CONFIG_DEBUG_INFO_BTF=y");
	else
		kernel_add_limit(kernel, "no image and no BTF was given: kfuncs and types are unknown",
			"give the kernel's image too");
}

/* An image without sections may have the BTF of its own BPF programs only. */
static void drop_part(struct kernel *kernel, const struct input_kernel *input,
	const unsigned char *data, const char *name)
{
	kbtf_destroy(kernel->btf);
	kernel->btf = NULL;
	if (!input->btf || data != input->btf->data) {
		tell_no_btf(kernel, input);
		return;
	}
	kernel->btf_missing =
		"the BTF that was given is not a whole kernel's: it does not describe bpf_check()";
	kernel_add_limit(kernel,
		pool_printf(&kernel->pool,
			"%s: not the BTF of a whole kernel (it does not describe bpf_check()): "
			"kfuncs and types are unknown",
			scan_base_name(name)),
		"give the kernel's image, or its /sys/kernel/btf/vmlinux");
}

static struct error *take_btf(struct scanned *scanned, const struct input_kernel *input)
{
	struct kernel *kernel = &scanned->kernel;
	const unsigned char *data = NULL;
	const char *name = NULL;
	size_t size = 0;

	if (!input_kernel_btf(input, &data, &size, &name)) {
		tell_no_btf(kernel, input);
		return NULL;
	}
	struct error *error = scan_settle(
		scanned, name, kbtf_create((void *)data, size, KBTF_BORROWED, NULL, &kernel->btf));
	if (error)
		return error;
	if (!kernel->btf)
		kernel->btf_missing = "the image's BTF is damaged";
	else if (!is_named(input) && !is_whole(kernel->btf))
		drop_part(kernel, input, data, name);
	error = kernel->btf ? kbtf_index(kernel->btf) : NULL;
	return error ? error : load_btf_digest(kernel);
}

/* The file name is the module's name, as in a build. */
static const char *split_name(struct pool *pool, const struct input_item *item)
{
	static const char suffix[] = ".btf";
	const char *member = strstr(item->name, ": ");
	const char *name = scan_base_name(member ? member + 2 : item->name);
	size_t len = strlen(name), suffix_len = sizeof(suffix) - 1;

	if (len > suffix_len && !strcmp(name + len - suffix_len, suffix))
		len -= suffix_len;
	return pool_strndup(pool, name, len);
}

/* Split BTF of modules without code. inputs_join() has checked that it fits this kernel. */
static struct error *take_splits(struct scanned *scanned, const struct input_kernel *input)
{
	struct kernel *kernel = &scanned->kernel;
	struct error *error = NULL;

	if (!input->split_cnt || !kernel->btf)
		return NULL;
	kernel->modules =
		pool_calloc(&kernel->pool, input->split_cnt, sizeof(*kernel->modules));
	if (!kernel->modules)
		return error_no_memory();
	for (size_t i = 0; i < input->split_cnt && !error; i++) {
		struct input_item *item = input->splits[i];
		struct kernel_module *module = &kernel->modules[kernel->module_cnt];
		module->name = split_name(&kernel->pool, item);
		error = module->name ? kbtf_create(item->data, item->size_bytes, KBTF_BORROWED,
					       kernel->btf, &module->btf)
				     : error_no_memory();
		kernel->module_cnt += !error;
	}
	return error;
}

/* A file that was given is more than what the image has in itself (CONFIG_IKCONFIG). */
static bool find_config(
	const struct input_kernel *input, const unsigned char **data, size_t *size, const char **name)
{
	const struct input_item *item = input->config ? input->config : input->image;

	if (!item)
		return false;
	*name = item->name;
	if (!input->config)
		return image_config(item->image, data, size);
	*data = item->data;
	*size = item->size_bytes;
	return true;
}

static struct error *take_config(struct scanned *scanned, const struct input_kernel *input)
{
	struct kernel *kernel = &scanned->kernel;
	const unsigned char *data;
	const char *name;
	size_t size;

	if (!find_config(input, &data, &size, &name)) {
		kernel_add_limit(kernel, "no configuration was given: options are unknown",
			"give the config-RELEASE file or its package too");
		return NULL;
	}
	struct error *error = scan_settle(scanned, name,
		config_parse(&kernel->pool, data, size, &kernel->config, &kernel->config_cnt));
	if (!error && kernel->config_cnt)
		kernel->environment.config_source = pool_strdup(&kernel->pool, scan_base_name(name));
	return error;
}

static struct error *scan_take_sets(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options)
{
	struct kernel *kernel = &scanned->kernel;

	kernel_kfuncs_init(&scanned->kfuncs);
	if (!kernel->btf) {
		scanned->kfuncs.incomplete = kernel->btf_missing;
		return NULL;
	}
	if (options->no_code || !input->image || input->image->image->no_code) {
		scanned->kfuncs.incomplete = "no code was given, only BTF or debug information";
		return NULL;
	}
	if (!kernel->symbols) {
		scanned->kfuncs.incomplete = "the symbols of the image could not be read";
		return NULL;
	}
	struct kfunc_image source = {
		.image = input->image->image, .symbols = kernel->symbols, .btf = kernel->btf};
	struct error *error = kfunc_code_create(&source, &scanned->code);
	if (!error)
		error = kfunc_sets_load(scanned->code, &kernel->pool, &scanned->kfuncs);
	if (!error)
		error = kfunc_verdicts_create(scanned->code, &scanned->verdicts);
	return error ? error : helper_verdicts_create(scanned->code, &scanned->helpers);
}

static struct error *load_parts(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options, struct scan_times *times)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	struct error *error = scan_take_symbols(scanned, input);

	times->kallsyms_ns += clock_ns(CLOCK_MONOTONIC) - start;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!error)
		error = take_btf(scanned, input);
	if (!error && !options->no_modules)
		error = take_splits(scanned, input);
	if (!error)
		error = take_config(scanned, input);
	times->btf_ns += clock_ns(CLOCK_MONOTONIC) - start;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!error)
		error = scan_functions(scanned, input, options);
	times->functions_ns += clock_ns(CLOCK_MONOTONIC) - start;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!error)
		error = scan_take_sets(scanned, input, options);
	times->sets_ns += clock_ns(CLOCK_MONOTONIC) - start;
	start = clock_ns(CLOCK_MONOTONIC);
	if (!error)
		error = scan_modules(scanned, input, options, &times->module_cnt);
	times->modules_ns += clock_ns(CLOCK_MONOTONIC) - start;
	if (!error)
		kernel_kfuncs_finish(&scanned->kfuncs);
	return error;
}

struct error *scan_load(const struct input_kernel *input, const struct scan_options *options,
	struct scan_times *times, struct scanned **ret)
{
	struct scanned *scanned = calloc(1, sizeof(*scanned));

	if (!scanned)
		return error_no_memory();
	scanned->stop = options->stop;
	take_identity(scanned, input);
	for (size_t i = 0; i < input->note_cnt; i++)
		kernel_add_limit(&scanned->kernel, input->notes[i], NULL);
	struct error *error = load_parts(scanned, input, options, times);
	if (error)
		scanned_destroy(scanned);
	else
		*ret = scanned;
	return error;
}

void scanned_destroy(struct scanned *scanned)
{
	if (!scanned)
		return;
	helper_verdicts_destroy(scanned->helpers);
	kfunc_verdicts_destroy(scanned->verdicts);
	kfunc_code_destroy(scanned->code);
	kernel_functions_destroy(scanned->functions);
	kernel_functions_destroy(scanned->by_code);
	kernel_deinit(&scanned->kernel);
	free(scanned);
}
