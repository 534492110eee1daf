/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/module.h"
#include "btf/btf.h"
#include "image/image.h"
#include "kfunc/sets.h"
#include "scan/module_functions.h"
#include "scan/module_list.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THREADS_MAX 16

/* One thread at a time reads from a package or adds to the result. Unpacking runs in parallel.
 */
struct module_job {
	struct scanned *scanned;
	const struct input_kernel *input;
	const struct scan_options *options;
	const struct symbol_filter *filter;
	size_t next_input, module_cnt, module_cap;
	struct module_census census;
	struct error *error; /* the first error; ends all threads. With `adding` held */
	atomic_bool failed;  /* there is one */
	pthread_mutex_t reading, adding;
};

struct module_worker {
	struct module_job *job;
	struct module_functions *functions; /* private to this worker */
	pthread_t thread;
};

static bool module_stopped(struct module_job *job)
{
	return atomic_load(&job->failed) || (job->options->stop && atomic_load(job->options->stop));
}

/* A root directory has modules of several releases. Modules of another release stay compressed. */
static bool is_of_another(const struct module_job *job, const struct input_item *item)
{
	const struct input_kernel *input = job->input;

	return input->release && item->claimed_release &&
		strcmp(input->release, item->claimed_release);
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
		if (!error && *ret && is_of_another(job, *ret)) {
			input_item_destroy(*ret);
			*ret = NULL;
		}
	}
	job->module_cnt += *ret != NULL;
	return error;
}

static struct error *module_add_module(struct module_job *job, const char *name, struct kbtf *btf)
{
	struct kernel *kernel = &job->scanned->kernel;
	struct kernel_module *modules = pool_grow(&kernel->pool, kernel->modules,
		kernel->module_cnt, &job->module_cap, sizeof(*modules));

	if (!modules) {
		kbtf_destroy(btf);
		return error_no_memory();
	}
	kernel->modules = modules;
	modules[kernel->module_cnt++] = (struct kernel_module) {.name = name, .btf = btf};
	return NULL;
}

/* malloc'd: a module's BTF outlives its image. NULL: no memory. */
static void *copy_bytes(const void *data, size_t size)
{
	void *copy = malloc(size ? size : 1);

	if (copy && size)
		memcpy(copy, data, size);
	return copy;
}

/* A module for several builds of a kernel has the base of its BTF with it. */
static struct error *copy_distilled(
	const struct image_segment *base, const void *data, size_t size, struct kbtf **ret)
{
	void *copy = copy_bytes(data, size), *base_copy = copy_bytes(base->data, base->size_bytes);

	if (!copy || !base_copy) {
		free(copy);
		free(base_copy);
		return error_no_memory();
	}
	return kbtf_create_distilled(copy, size, base_copy, base->size_bytes, ret);
}

static struct error *copy_btf(
	const struct kernel *kernel, const struct image *image, struct kbtf **ret)
{
	const struct image_segment *base = image_section(image, ".BTF.base");
	const unsigned char *data;
	size_t size;

	*ret = NULL;
	if (!image_btf(image, &data, &size))
		return NULL;
	if (base)
		return copy_distilled(base, data, size, ret);
	void *copy = copy_bytes(data, size);
	if (!copy)
		return error_no_memory();
	struct error *error = kbtf_create(copy, size, KBTF_MALLOC, kernel->btf, ret);
	/* Builds of the same release can have different BTF. */
	if (!error && kernel->btf)
		error = kbtf_split_check(*ret, kernel->btf);
	if (error) {
		kbtf_destroy(*ret);
		*ret = NULL;
	}
	return error;
}

/* If the code cannot be followed, the BTF tags still name a module's kfuncs. */
static bool tags_kfuncs(const struct kbtf *btf)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		if (kbtf_kind(type) == BTF_KIND_DECL_TAG &&
			!strcmp(kbtf_name(btf, type), "bpf_kfunc"))
			return true;
	}
	return false;
}

/* With job->adding held. *kept: the kernel now owns `btf`, because some functions are kfuncs.
 */
static struct error *module_take_sets(
	struct module_job *job, struct image *image, const char *name, struct kbtf *btf, bool *kept)
{
	struct scanned *scanned = job->scanned;
	struct kernel_symbols *symbols = NULL;
	struct kfunc_code *code = NULL;
	size_t before = scanned->kfuncs.registration_cnt;

	struct error *error = image_relocate_module(image, &symbols);
	struct kfunc_image source = {
		.image = image, .symbols = symbols, .btf = btf, .module = name};
	if (!error)
		error = kfunc_code_create(&source, &code);
	if (!error)
		error = kfunc_sets_load(code, &scanned->kernel.pool, &scanned->kfuncs);
	kfunc_code_destroy(code);
	/* Otherwise the BTF is not needed: thousands of modules have BTF, about ten have kfuncs. */
	if (scanned->kfuncs.registration_cnt == before && !tags_kfuncs(btf))
		return error;
	*kept = true;
	struct error *lost = module_add_module(job, name, btf);
	if (!lost)
		return error;
	error_free(error);
	return lost;
}

static struct error *read_btf(
	struct module_worker *worker, struct image *image, const char *name, bool *functions_read)
{
	struct module_job *job = worker->job;
	struct error *error = NULL, *lost = NULL;
	struct kbtf *btf = NULL;
	bool kept = false;

	if (job->scanned->kernel.btf)
		error = copy_btf(&job->scanned->kernel, image, &btf);
	*functions_read = !error;
	if (!btf)
		return error;
	/* A module without id sets registers no kfunc. */
	if (image_section(image, ".BTF_ids")) {
		pthread_mutex_lock(&job->adding);
		error = module_take_sets(job, image, name, btf, &kept);
		pthread_mutex_unlock(&job->adding);
	}
	if (!kept) {
		lost = module_functions_add_prototypes(worker->functions, btf, name, job->filter);
		kbtf_destroy(btf);
	}
	if (!lost)
		return error;
	error_free(error);
	return lost;
}

/* *functions_read: its functions are known, even if reading its kfuncs failed. */
static struct error *read_module(
	struct module_worker *worker, struct input_item *item, bool *functions_read)
{
	struct module_job *job = worker->job;
	struct error *error = input_module_unpack(item);
	bool stripped = false;

	if (!error)
		error = input_module_belongs(job->input, item);
	if (error || item->kind != INPUT_MODULE)
		return error;
	const char *name = module_name(&worker->functions->pool, item);
	if (!name)
		return error_no_memory();
	error = module_functions_add_symbols(
		worker->functions, item->image, name, job->filter, &stripped);
	if (error)
		return error;
	error = read_btf(worker, item->image, name, functions_read);
	if (!*functions_read)
		return error;
	pthread_mutex_lock(&job->adding);
	struct error *lost =
		module_census_add(&job->census, &job->scanned->kernel.pool, name, stripped);
	pthread_mutex_unlock(&job->adding);
	if (!lost)
		return error;
	error_free(error);
	return lost;
}

/* Stops all threads. With job->adding held. */
static void fail(struct module_job *job, struct error *error)
{
	if (job->error)
		error_free(error);
	else
		job->error = error;
	atomic_store(&job->failed, true);
}

/* A damaged module adds a limit; the others are still read. */
static void module_settle(struct module_job *job, const struct input_item *item, struct error *error,
	bool functions_read)
{
	if (!error)
		return;
	pthread_mutex_lock(&job->adding);
	if (error->code == ERROR_INPUT) {
		job->census.kfuncs_unread_cnt++;
		job->census.functions_unread_cnt += !functions_read;
		error = error_prefix(error, "%s", item->name);
		kernel_add_limit(&job->scanned->kernel, error->what, "its kfuncs are not seen");
		error_free(error);
	} else {
		fail(job, error);
	}
	pthread_mutex_unlock(&job->adding);
}

static void *module_work(void *argument)
{
	struct module_worker *worker = argument;
	struct module_job *job = worker->job;

	for (;;) {
		struct input_item *item = NULL;
		bool functions_read = false;
		pthread_mutex_lock(&job->reading);
		struct error *error = module_stopped(job) ? NULL : next_module(job, &item);
		pthread_mutex_unlock(&job->reading);
		if (error) {
			pthread_mutex_lock(&job->adding);
			fail(job, error);
			pthread_mutex_unlock(&job->adding);
		}
		if (!item)
			return NULL;
		error = read_module(worker, item, &functions_read);
		module_settle(job, item, error, functions_read);
		input_item_destroy(item);
	}
}

/* An earlier kernel has read the directory or package to its end. */
static struct error *begin_again(const struct input_kernel *input)
{
	struct error *error = NULL;

	for (size_t i = 0; i < input->module_input_cnt && !error; i++) {
		if (input_modules_ended(input->module_inputs[i]))
			error = input_rewind(input->module_inputs[i]);
	}
	return error;
}

/* Reads all modules with one thread for each processor. */
static struct error *module_read_all(struct module_job *job)
{
	struct kernel *kernel = &job->scanned->kernel;
	struct module_functions functions[THREADS_MAX] = {0};
	struct module_worker workers[THREADS_MAX];
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	size_t cnt = 1;

	for (size_t i = 0; i < THREADS_MAX; i++)
		workers[i] = (struct module_worker) {.job = job, .functions = &functions[i]};
	while ((long)cnt < online && cnt < THREADS_MAX &&
		!pthread_create(&workers[cnt].thread, NULL, module_work, &workers[cnt]))
		cnt++;
	module_work(&workers[0]);
	for (size_t i = 1; i < cnt; i++)
		pthread_join(workers[i].thread, NULL);
	struct error *error = module_functions_publish(functions, cnt, kernel);
	if (kernel->module_cnt)
		qsort(kernel->modules, kernel->module_cnt, sizeof(*kernel->modules),
			kernel_compare_modules);
	if (!error)
		return job->error;
	error_free(job->error);
	return error;
}

static struct error *say_what_is_missing(struct module_job *job)
{
	struct kernel *kernel = &job->scanned->kernel;
	struct module_verdict verdict = {0};
	struct error *error = module_census_conclude(
		&job->census, kernel, job->input, job->options->no_modules, &verdict);

	if (error)
		return error;
	job->scanned->modules_read = !verdict.kfuncs_missing;
	if (kernel->symbols) {
		kernel->symbols->modules_missing = verdict.functions_missing;
		kernel->symbols->module_filter = job->filter;
	}
	const char *missing =
		verdict.kfuncs_missing ? verdict.kfuncs_missing : verdict.functions_missing;
	if (missing && job->input->image)
		kernel_add_limit(kernel,
			pool_printf(&kernel->pool, "%s: some modules and their kfuncs are unknown",
				missing),
			verdict.remedy);
	return NULL;
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
	struct symbol_filter *filter;
	struct error *error = symbol_filter_create(
		&scanned->kernel.pool, options->functions, options->function_cnt, &filter);

	if (error)
		return error;
	job.filter = filter;
	if (!options->no_modules && input->module_input_cnt) {
		error = begin_again(input);
		if (!error)
			error = module_read_all(&job);
	}
	*module_cnt += job.module_cnt;
	if (!error && options->stop && atomic_load(options->stop))
		return error_create(
			ERROR_INTERRUPTED, NULL, "interrupted before all modules were read");
	return error ? error : say_what_is_missing(&job);
}
