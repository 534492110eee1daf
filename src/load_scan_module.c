/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load_scan_module.h"
#include "load_image_btf.h"
#include "load_image_relocate.h"
#include "load_kfunc_sets.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX 16

/* Reading on in a package and adding to the result are for one thread at a time, unpacking is not. */
struct module_job {
	struct scanned *scanned;
	const struct input_kernel *input;
	const struct scan_options *options;
	size_t next_input, module_cnt, module_cap;
	struct error *error; /* the first; ends all */
	pthread_mutex_t reading, adding;
};

static bool stopped(struct module_job *job)
{
	return job->error || (job->options->stop && atomic_load(job->options->stop));
}

/* The next module of any input; NULL at the end. With job->reading held. */
static struct error *next_module(struct module_job *job, struct input_item **ret)
{
	struct error *error = NULL;

	*ret = NULL;
	while (!error && !*ret && job->next_input < job->input->module_input_cnt) {
		error = input_next_module(job->input->module_inputs[job->next_input], ret);
		if (!error && !*ret)
			job->next_input++;
	}
	job->module_cnt += *ret != NULL;
	return error;
}

static struct error *add_module(
	struct module_job *job, const char *name, struct kbtf *btf, const struct kernel_module **ret)
{
	struct kernel *kernel = &job->scanned->kernel;
	struct kernel_module *modules = pool_grow(&kernel->pool, kernel->modules, kernel->module_cnt,
		&job->module_cap, sizeof(*modules));

	if (!modules) {
		kbtf_destroy(btf);
		return error_no_memory();
	}
	kernel->modules = modules;
	modules[kernel->module_cnt] = (struct kernel_module) {.name = name, .btf = btf};
	*ret = &modules[kernel->module_cnt++];
	return NULL;
}

/* The module's BTF outlives its image, so it is a copy. */
static struct error *copy_btf(
	const struct kernel *kernel, const struct image *image, struct kbtf **ret)
{
	const unsigned char *data;
	size_t size;

	*ret = NULL;
	if (!image_btf(image, &data, &size))
		return NULL;
	void *copy = malloc(size);
	if (!copy)
		return error_no_memory();
	memcpy(copy, data, size);
	return kbtf_create(copy, size, KBTF_MALLOC, kernel->btf, ret);
}

/* Where the code cannot be followed the tags still name a module's kfuncs. */
static bool tags_kfuncs(const struct kbtf *btf)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) == BTF_KIND_DECL_TAG && !strcmp(kbtf_name(btf, type), "bpf_kfunc"))
			return true;
	}
	return false;
}

static struct error *take_sets(struct module_job *job, struct image *image, const char *name, struct kbtf *btf)
{
	struct scanned *scanned = job->scanned;
	struct kernel_symbols *symbols = NULL;
	struct kfunc_code *code = NULL;
	const struct kernel_module *module;
	size_t before = scanned->kfuncs.registration_cnt;

	struct error *error = add_module(job, name, btf, &module);
	if (!error)
		error = image_relocate_module(image, &symbols);
	struct kfunc_image source = {.image = image, .symbols = symbols, .btf = btf, .module = name};
	if (!error)
		error = kfunc_code_create(&source, &code);
	if (!error)
		error = kfunc_sets_load(code, &scanned->kernel.pool, &scanned->kfuncs);
	kfunc_code_destroy(code);
	/* Nothing of it is needed then: thousands of modules have BTF, some ten have kfuncs. */
	if (!error && scanned->kfuncs.registration_cnt == before && !tags_kfuncs(btf)) {
		kbtf_destroy(btf);
		scanned->kernel.module_cnt--;
	}
	return error;
}

static struct error *read_module(struct module_job *job, struct input_item *item)
{
	struct kernel *kernel = &job->scanned->kernel;
	struct kbtf *btf = NULL;
	struct error *error = input_module_unpack(item);

	if (!error)
		error = input_module_belongs(job->input, item);
	/* Without id sets it registers no kfunc. */
	if (error || item->kind != INPUT_MODULE || !image_section(item->image, ".BTF_ids"))
		return error;
	error = copy_btf(kernel, item->image, &btf);
	if (error || !btf)
		return error;
	pthread_mutex_lock(&job->adding);
	const char *name = image_modinfo(item->image, "name");
	name = pool_strdup(&kernel->pool, name ? name : item->name);
	error = name ? take_sets(job, item->image, name, btf) : error_no_memory();
	if (!name)
		kbtf_destroy(btf);
	pthread_mutex_unlock(&job->adding);
	return error;
}

/* A damaged module is a limit, and the others go on. */
static void settle(struct module_job *job, const struct input_item *item, struct error *error)
{
	if (!error)
		return;
	pthread_mutex_lock(&job->adding);
	if (error->code == ERROR_INPUT) {
		kernel_add_limit(&job->scanned->kernel,
			error_prefix(error, "%s", item->name)->what, "its kfuncs are not seen");
		error_free(error);
	} else if (!job->error) {
		job->error = error;
	} else {
		error_free(error);
	}
	pthread_mutex_unlock(&job->adding);
}

static void *work(void *argument)
{
	struct module_job *job = argument;
	struct input_item *item;

	for (;;) {
		pthread_mutex_lock(&job->reading);
		struct error *error = stopped(job) ? NULL : next_module(job, &item);
		bool end = stopped(job) || error || !item;
		if (error && !job->error)
			job->error = error;
		pthread_mutex_unlock(&job->reading);
		if (end)
			return NULL;
		settle(job, item, read_module(job, item));
		input_item_destroy(item);
	}
}

static int compare_modules(const void *a, const void *b)
{
	return strcmp(((const struct kernel_module *)a)->name, ((const struct kernel_module *)b)->name);
}

struct error *scan_modules(struct scanned *scanned, const struct input_kernel *input,
	const struct scan_options *options, size_t *module_cnt)
{
	struct module_job job = {
		.scanned = scanned,
		.input = input,
		.options = options,
		.reading = PTHREAD_MUTEX_INITIALIZER,
		.adding = PTHREAD_MUTEX_INITIALIZER,
	};
	pthread_t threads[THREADS_MAX];
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cnt = 0;

	while (input->module_input_cnt && (long)cnt + 1 < online && cnt < THREADS_MAX &&
		!pthread_create(&threads[cnt], NULL, work, &job))
		cnt++;
	work(&job);
	while (cnt)
		pthread_join(threads[--cnt], NULL);
	*module_cnt += job.module_cnt;
	if (scanned->kernel.module_cnt)
		qsort(scanned->kernel.modules, scanned->kernel.module_cnt,
			sizeof(*scanned->kernel.modules), compare_modules);
	if (!job.error && options->stop && atomic_load(options->stop))
		return error_create(ERROR_INTERRUPTED, NULL, "interrupted before all modules were read");
	return job.error;
}
