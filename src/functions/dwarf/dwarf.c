/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/dwarf/dwarf.h"
#include "util/sort.h"

#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Units per handle: opening a handle is cheap, and closing it frees its cache. */
#define SLICE_UNITS 32

struct job {
	const struct image *debug;
	const struct dwarf_options *options;
	Dwarf_Off *units; /* offset of each unit's first DIE */
	size_t unit_cnt, slice_units;
	atomic_size_t next;
	atomic_bool no_memory;
};

struct worker {
	struct job *job;
	struct dwarf_facts facts;
	pthread_t thread;
	bool started;
};

/* One handle of libdw over the image's file. */
struct handle {
	Elf *elf;
	Dwarf *dwarf;
};

static void handle_close(struct handle *handle)
{
	if (handle->dwarf)
		dwarf_end(handle->dwarf);
	if (handle->elf)
		elf_end(handle->elf);
	*handle = (struct handle) {0};
}

/* Opened for reading, libelf writes only to headers of compressed sections. */
static bool handle_open(void *bytes, size_t size, struct handle *ret)
{
	ret->elf = elf_memory(bytes, size);
	if (ret->elf)
		ret->dwarf = dwarf_begin_elf(ret->elf, DWARF_C_READ, NULL);
	return ret->dwarf;
}

static bool is_debug_info(const char *name)
{
	return !strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info");
}

bool dwarf_is_there(const struct image *debug)
{
	bool elf = debug->file_size_bytes > SELFMAG && !memcmp(debug->owned[0], ELFMAG, SELFMAG);

	for (size_t i = 0; elf && i < debug->other_cnt; i++) {
		if (is_debug_info(debug->others[i].name))
			return true;
	}
	return false;
}

static bool has_compressed_sections(const struct image *image)
{
	__attribute__((cleanup(handle_close))) struct handle handle = {
		.elf = elf_memory(image->owned[0], image->file_size_bytes),
	};
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (!handle.elf || elf_getshdrstrndx(handle.elf, &names))
		return false;
	while ((section = elf_nextscn(handle.elf, section))) {
		const char *name = gelf_getshdr(section, &header)
			? elf_strptr(handle.elf, names, header.sh_name)
			: NULL;
		if (name && (!strncmp(name, ".zdebug", 7) ||
				(!strncmp(name, ".debug", 6) && header.sh_flags & SHF_COMPRESSED)))
			return true;
	}
	return false;
}

static struct error *dwarf_bad(const char *what)
{
	return error_create(
		ERROR_INPUT, NULL, "its debug information cannot be read: %s: %s", what, dwarf_errmsg(-1));
}

/* Finds the units. Units after a damaged header cannot be found. */
static struct error *list_units(Dwarf *dwarf, Dwarf_Off **ret, size_t *ret_cnt, bool *damaged)
{
	Dwarf_Off at = 0, next, *list = NULL;
	size_t cnt = 0, cap = 0, header;
	int status;

	while (cnt < DWARF_UNIT_MAX && !(status = dwarf_next_unit(dwarf, at, &next, &header, NULL,
						NULL, NULL, NULL, NULL, NULL))) {
		if (cnt == cap) {
			cap = cap ? cap * 2 : 1024;
			Dwarf_Off *grown = realloc(list, cap * sizeof(*list));
			if (!grown) {
				free(list);
				return error_no_memory();
			}
			list = grown;
		}
		list[cnt++] = at + header;
		if (next <= at)
			break;
		at = next;
	}
	*damaged = status < 0;
	*ret = list;
	*ret_cnt = cnt;
	if (cnt)
		return NULL;
	free(list);
	return status < 0 ? dwarf_bad("no unit") : error_create(ERROR_INPUT, NULL,
						     "its debug information has no unit");
}

static bool dwarf_stopped(const struct job *job)
{
	return atomic_load_explicit(&job->no_memory, memory_order_relaxed) ||
		(job->options->stop &&
			atomic_load_explicit(job->options->stop, memory_order_relaxed));
}

static void walk_slice(struct job *job, struct dwarf_walker *walker, Dwarf *dwarf, size_t begin)
{
	Dwarf_Die die;

	for (size_t i = begin; i < job->unit_cnt && i < begin + job->slice_units && !dwarf_stopped(job); i++) {
		if (dwarf_offdie(dwarf, job->units[i], &die))
			dwarf_walk_unit(walker, &die);
		else
			walker->facts->bad_reference_cnt++;
	}
	if (walker->facts->no_memory)
		atomic_store_explicit(&job->no_memory, true, memory_order_relaxed);
}

static void *dwarf_work(void *argument)
{
	struct worker *worker = argument;
	struct job *job = worker->job;
	struct dwarf_walker walker = {.facts = &worker->facts};

	for (;;) {
		size_t begin = atomic_fetch_add(&job->next, job->slice_units);
		if (begin >= job->unit_cnt || dwarf_stopped(job))
			break;
		struct handle handle = {0};
		if (handle_open(job->debug->owned[0], job->debug->file_size_bytes, &handle))
			walk_slice(job, &walker, handle.dwarf, begin);
		else
			atomic_store_explicit(&job->no_memory, true, memory_order_relaxed);
		handle_close(&handle);
	}
	dwarf_walker_deinit(&walker);
	return NULL;
}

static unsigned int dwarf_thread_cnt(const struct dwarf_options *options)
{
	long online = options->threads ? (long)options->threads : sysconf(_SC_NPROCESSORS_ONLN);

	return online < 1 ? 1 : online > DWARF_THREAD_MAX ? DWARF_THREAD_MAX : (unsigned int)online;
}

static void *dwarf_joined(const void *one, size_t one_cnt, const void *two, size_t two_cnt, size_t size)
{
	char *all = malloc((one_cnt + two_cnt + 1) * size);

	if (all && one_cnt)
		memcpy(all, one, one_cnt * size);
	if (all && two_cnt)
		memcpy(all + one_cnt * size, two, two_cnt * size);
	return all;
}

/* Moves the results of one worker to the common results. */
static bool dwarf_take_facts(struct dwarf_facts *into, struct dwarf_facts *from)
{
	struct dwarf_record *records = dwarf_joined(into->records, into->record_cnt, from->records,
		from->record_cnt, sizeof(*records));
	struct dwarf_edge *edges =
		dwarf_joined(into->edges, into->edge_cnt, from->edges, from->edge_cnt, sizeof(*edges));

	if (!records || !edges) {
		free(records);
		free(edges);
		return false;
	}
	free(into->records);
	free(into->edges);
	into->records = records;
	into->edges = edges;
	into->record_cnt = into->record_cap = into->record_cnt + from->record_cnt;
	into->edge_cnt = into->edge_cap = into->edge_cnt + from->edge_cnt;
	into->bad_reference_cnt += from->bad_reference_cnt;
	into->bad_name_cnt += from->bad_name_cnt;
	into->too_deep_cnt += from->too_deep_cnt;
	into->split_unit_cnt += from->split_unit_cnt;
	into->unit_cnt += from->unit_cnt;
	pool_adopt(&into->pool, &from->pool);
	return true;
}

static struct error *walk_on_threads(struct job *job, struct dwarf_facts *ret)
{
	struct worker workers[DWARF_THREAD_MAX] = {0};
	unsigned int cnt = job->slice_units < job->unit_cnt ? dwarf_thread_cnt(job->options) : 1;
	bool failed = false;

	for (unsigned int i = 0; i < cnt; i++) {
		workers[i].job = job;
		workers[i].started =
			i && !pthread_create(&workers[i].thread, NULL, dwarf_work, &workers[i]);
	}
	dwarf_work(&workers[0]);
	for (unsigned int i = 0; i < cnt; i++) {
		if (workers[i].started)
			pthread_join(workers[i].thread, NULL);
		failed |= !dwarf_take_facts(ret, &workers[i].facts);
		dwarf_facts_deinit(&workers[i].facts);
	}
	return failed || atomic_load(&job->no_memory) ? error_no_memory() : NULL;
}

static struct error *load_linked(
	const struct image *debug, const struct dwarf_options *options, struct dwarf_facts *ret)
{
	struct job job = {.debug = debug, .options = options, .slice_units = SLICE_UNITS};
	__attribute__((cleanup(handle_close))) struct handle handle = {0};
	bool damaged = false;

	if (!handle_open(debug->owned[0], debug->file_size_bytes, &handle))
		return dwarf_bad("sections");
	struct error *error = list_units(handle.dwarf, &job.units, &job.unit_cnt, &damaged);
	if (error)
		return error;
	handle_close(&handle);
	error = walk_on_threads(&job, ret);
	ret->bad_reference_cnt += damaged;
	free(job.units);
	return error;
}

static int find_nothing(Dwfl_Module *module, void **data, const char *name, Dwarf_Addr base,
	const char *file, const char *link, GElf_Word crc, char **debug)
{
	(void)module, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)debug;
	return -1;
}

/* Reads all units with one handle on this thread. */
static struct error *walk_alone(Dwarf *dwarf, const struct dwarf_options *options,
	struct dwarf_walker *walker)
{
	struct job job = {.options = options};
	bool damaged = false;

	struct error *error = list_units(dwarf, &job.units, &job.unit_cnt, &damaged);
	if (error)
		return error;
	job.slice_units = job.unit_cnt;
	walk_slice(&job, walker, dwarf, 0);
	free(job.units);
	walker->facts->bad_reference_cnt += damaged;
	return walker->facts->no_memory ? error_no_memory() : NULL;
}

static void *copy_of(const struct image *image)
{
	void *copy = malloc(image->file_size_bytes);

	if (copy)
		memcpy(copy, image->owned[0], image->file_size_bytes);
	return copy;
}

/* ELFCOMPRESS_ZSTD, missing from the headers of Debian 12. */
#define COMPRESSED_ZSTD 2

static bool has_zstd_sections(const struct handle *handle)
{
	Elf_Scn *section = NULL;
	GElf_Chdr header;

	while ((section = elf_nextscn(handle->elf, section))) {
		if (gelf_getchdr(section, &header) && header.ch_type == COMPRESSED_ZSTD)
			return true;
	}
	return false;
}

/* libdw leaves out the sections that it cannot unpack: elfutils before 0.189, or built without zstd. */
static struct error *explain_zstd(const struct handle *handle, struct error *error)
{
	if (!error || error->code != ERROR_INPUT || !has_zstd_sections(handle))
		return error;
	error_free(error);
	return error_create(ERROR_INPUT, "unpack it: objcopy --decompress-debug-sections",
		"its debug information is packed with zstd, which the libdw of this kcompat cannot unpack");
}

/*
 * Each handle would unpack the sections again. libelf also marks them as unpacked in the file's own
 * headers, so a second handle on the same bytes would read them wrongly.
 */
static struct error *load_compressed(
	const struct image *debug, const struct dwarf_options *options, struct dwarf_facts *ret)
{
	__attribute__((cleanup(handle_close))) struct handle handle = {0};
	struct dwarf_walker walker = {.facts = ret};
	void *copy = copy_of(debug);

	if (!copy)
		return error_no_memory();
	struct error *error = handle_open(copy, debug->file_size_bytes, &handle)
		? walk_alone(handle.dwarf, options, &walker)
		: dwarf_bad("sections");
	error = explain_zstd(&handle, error);
	dwarf_walker_deinit(&walker);
	handle_close(&handle);
	free(copy);
	return error;
}

/* A module: libdwfl applies the relocations of its debug sections, in a copy of the file. */
struct module {
	const struct image *code;
	Dwfl *dwfl;
	Dwfl_Module *module;
	Dwarf_Addr bias;
	char *copy;
};

static void module_close(struct module *module)
{
	if (module->dwfl)
		dwfl_end(module->dwfl);
	free(module->copy);
}

/* Translates addresses from libdwfl's layout of sections to the image's. */
static bool translate(void *context, uint64_t *address)
{
	struct module *module = context;
	Dwarf_Addr offset = *address + module->bias;
	GElf_Word index;

	int section = dwfl_module_relocate_address(module->module, &offset);
	if (section < 0)
		return false;
	const char *name = dwfl_module_relocation_info(module->module, (unsigned int)section, &index);
	const struct image_segment *segment = name ? image_section(module->code, name) : NULL;
	if (!segment || offset >= segment->size_bytes)
		return false;
	*address = segment->address + offset;
	return true;
}

static struct error *dwarf_open_module(const struct image *debug, struct module *module, Dwarf **ret)
{
	static const Dwfl_Callbacks callbacks = {
		.find_debuginfo = find_nothing,
		.section_address = dwfl_offline_section_address,
	};

	module->copy = copy_of(debug);
	module->dwfl = dwfl_begin(&callbacks);
	if (!module->copy || !module->dwfl)
		return error_no_memory();
	module->module = dwfl_report_offline_memory(
		module->dwfl, "module", "module", module->copy, debug->file_size_bytes);
	dwfl_report_end(module->dwfl, NULL, NULL);
	*ret = module->module ? dwfl_module_getdwarf(module->module, &module->bias) : NULL;
	return *ret ? NULL
		    : error_create(ERROR_INPUT, NULL, "its debug information cannot be read: %s",
			      dwfl_errmsg(-1));
}

static struct error *load_relocatable(const struct image *debug, const struct image *code,
	const struct dwarf_options *options, struct dwarf_facts *ret)
{
	__attribute__((cleanup(module_close))) struct module module = {.code = code};
	struct dwarf_walker walker = {.facts = ret, .translate = translate, .context = &module};
	Dwarf *dwarf;

	struct error *error = dwarf_open_module(debug, &module, &dwarf);
	if (!error)
		error = walk_alone(dwarf, options, &walker);
	dwarf_walker_deinit(&walker);
	return error;
}

static int compare_record(const void *a, const void *b)
{
	const struct dwarf_record *x = a, *y = b;

	return order_numbers(x->offset, y->offset);
}

struct error *dwarf_facts_load(const struct image *debug, const struct image *code,
	const struct dwarf_options *options, struct dwarf_facts *ret)
{
	*ret = (struct dwarf_facts) {0};
	if (!dwarf_is_there(debug))
		return error_create(ERROR_NOT_FOUND, NULL, "it has no debug information");
	elf_version(EV_CURRENT);
	struct error *error = debug->relocatable ? load_relocatable(debug, code, options, ret)
		: has_compressed_sections(debug) ? load_compressed(debug, options, ret)
						 : load_linked(debug, options, ret);
	if (!error && options->stop && atomic_load(options->stop))
		error = error_create(ERROR_INTERRUPTED, NULL, "interrupted");
	if (error) {
		dwarf_facts_deinit(ret);
		return error;
	}
	if (ret->record_cnt)
		qsort(ret->records, ret->record_cnt, sizeof(*ret->records), compare_record);
	return NULL;
}
