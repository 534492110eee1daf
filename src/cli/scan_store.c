/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/scan_store.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/supervise.h"
#include "snapshot/history/names.h"
#include "util/escape.h"
#include "util/file.h"
#include "util/reading.h"

void scan_store_deinit(struct scan_store *adding)
{
	for (size_t i = 0; i < adding->cnt; i++)
		store_lines_deinit(&adding->list[i].lines);
	pool_destroy(&adding->pool);
	*adding = (struct scan_store) {0};
}

/* As a person reads it: a store is refused if a text in it has a control character. NULL: no memory. */
static const char *text_of(struct pool *pool, const char *text)
{
	_cleanup_buf_ struct buf safe = {0};

	if (text)
		escape_text(&safe, text);
	return safe.failed ? NULL : pool_strdup(pool, buf_text(&safe));
}

/* Debian's releases end with the architecture, others may not. */
static const char *name_of(
	struct pool *pool, const struct kernel_identity *identity, const char *fallback)
{
	const char *release = identity->release, *machine = identity->machine;
	const char *arch = machine ? kernel_arch_name(machine) : NULL;

	if (!release)
		return text_of(pool, fallback);
	const char *name = text_of(pool, release);
	if (!name || !arch || strstr(release, arch) || strstr(release, machine))
		return name;
	return pool_printf(pool, "%s-%s", name, arch);
}

static bool take_identity(struct pool *pool, const struct scanned *scanned,
	const struct snapshot *snapshot, const char *fallback, struct store_kernel *ret)
{
	const struct kernel *kernel = &scanned->kernel;
	const struct kernel_identity *identity = &kernel->identity;

	*ret = (struct store_kernel) {
		.name = name_of(pool, identity, fallback),
		.release = text_of(pool, identity->release),
		.version = text_of(pool, identity->version),
		.machine = text_of(pool, identity->machine),
		.btf_sha256 = text_of(pool, kernel->btf ? identity->btf_sha256 : NULL),
		.no_btf = kernel->btf_absent,
		.sources = pool_calloc(pool, snapshot->input_cnt, sizeof(*ret->sources)),
		.source_cnt = snapshot->input_cnt,
	};
	bool ok = ret->name && ret->release && ret->version && ret->machine && ret->btf_sha256 &&
		ret->sources;
	for (size_t i = 0; ok && i < ret->source_cnt; i++) {
		ret->sources[i].name = text_of(pool, snapshot->inputs[i].name);
		ret->sources[i].sha256 = pool_strdup(pool, snapshot->inputs[i].sha256);
		ok = ret->sources[i].name && ret->sources[i].sha256;
	}
	return ok;
}

/* What is made again must be what was taken apart. */
static struct error *verify(const struct store_addition *addition)
{
	struct store_lines again = {0};
	struct kbtf *btf = NULL;
	struct error *error = store_lines_btf(&addition->lines, &btf);

	if (!error)
		error = store_emit(btf, &again);
	for (size_t i = 0; i < STORE_SECTION_CNT && !error; i++) {
		if ((i == STORE_TYPES || i == STORE_FUNCTIONS) &&
			strcmp(buf_text(&again.text[i]), buf_text(&addition->lines.text[i])))
			error = error_create(ERROR_INPUT, "report it, with the image",
				"%s: its types would change in a store", addition->kernel.name);
	}
	store_lines_deinit(&again);
	kbtf_destroy(btf);
	return error;
}

/* Sections of the file beside a store. */
#define BESIDE                                                                                     \
	(1u << STORE_CALLERS | 1u << STORE_DECLARED | 1u << STORE_INLINERS | 1u << STORE_PROTOTYPES)

/* What debug information has, and what the code and tables of the image have. */
static struct error *take_functions(const struct scanned *scanned, struct store_addition *addition)
{
	const struct kernel_functions *all = scanned->functions;
	const struct kernel_functions *code = scanned->by_code ? scanned->by_code : all;
	bool dwarf = all && all->sources & 1u << FUNCTION_SOURCE_DWARF;
	struct error *error = code ? store_emit_attach(code, all, &addition->lines) : NULL;

	if (!error && dwarf)
		error = store_emit_instances(all, &addition->lines);
	if (code)
		addition->kernel.whole |= 1u << STORE_ATTACH;
	if (dwarf || (code && code->sources & 1u << FUNCTION_SOURCE_CODE))
		addition->kernel.whole |= 1u << STORE_CALLERS;
	if (dwarf)
		addition->kernel.whole |= 1u << STORE_INSTANCES | (BESIDE & ~(1u << STORE_CALLERS));
	return error;
}

struct error *scan_store_add(struct scan_store *adding, const struct scanned *scanned,
	const struct snapshot *snapshot, const char *fallback)
{
	const struct kernel *kernel = &scanned->kernel;
	struct store_addition *list = pool_grow(
		&adding->pool, adding->list, adding->cnt, &adding->cap, sizeof(*list));
	struct store_addition addition = {0};
	struct error *error = NULL;

	if (!list || !take_identity(&adding->pool, scanned, snapshot, fallback, &addition.kernel))
		return error_no_memory();
	adding->list = list;
	bool symbols = kernel->symbols && kernel_symbols_are_whole(kernel->symbols);
	if (!kernel->btf && !symbols)
		return error_create(ERROR_INPUT, "give the kernel's image, or its BTF",
			"%s: nothing to store: %s", fallback, kernel->btf_missing);
	if (kernel->btf)
		error = store_emit(kernel->btf, &addition.lines);
	if (!error && kernel->btf)
		error = verify(&addition);
	if (!error && symbols)
		error = store_emit_symbols(kernel->symbols, &addition.lines);
	bool data = symbols && symbols_list_data(kernel->symbols);
	if (!error && data)
		error = store_emit_data(kernel->symbols, &addition.lines);
	if (!error)
		error = take_functions(scanned, &addition);
	if (error) {
		store_lines_deinit(&addition.lines);
		return error_prefix(error, "%s", fallback);
	}
	if (kernel->btf)
		addition.kernel.whole |= 1u << STORE_TYPES | 1u << STORE_FUNCTIONS;
	if (symbols)
		addition.kernel.whole |= 1u << STORE_SYMBOLS | (data ? 1u << STORE_DATA : 0);
	/* The same kernel given twice is one. */
	for (size_t i = 0; i < adding->cnt; i++) {
		if (!strcmp(list[i].kernel.name, addition.kernel.name)) {
			store_lines_deinit(&list[i].lines);
			list[i] = addition;
			return NULL;
		}
	}
	list[adding->cnt++] = addition;
	return NULL;
}

static struct error *open_old(const char *path, struct store **ret)
{
	struct stat status;

	if (stat(path, &status))
		return NULL;
	if (supervise_is_left_out(path))
		return error_create(ERROR_INPUT, NULL, "%s: it could not be read, so nothing is added", path);
	reading_begin(path);
	return reading_end(path, store_open(path, ret));
}

/* A store that cannot be read would take all kernels in it away. */
static struct error *check_store(const struct buf *bytes, const char *path)
{
	struct store *store = NULL;
	void *copy = malloc(bytes->len);

	if (!copy)
		return error_no_memory();
	memcpy(copy, bytes->data, bytes->len);
	struct error *error = store_open_bytes(copy, bytes->len, &store);
	store_close(store);
	return error ? error_prefix(error, "%s stays as it is, because what would be written", path) : NULL;
}

/* The same kernels with these sections alone; the texts are borrowed. malloc'd. */
static struct store_addition *only_sections(const struct scan_store *adding, uint32_t sections, size_t *cnt)
{
	struct store_addition *list = calloc(adding->cnt + 1, sizeof(*list));

	*cnt = 0;
	for (size_t i = 0; list && i < adding->cnt; i++) {
		struct store_addition *one = &list[*cnt];
		*one = (struct store_addition) {.kernel = adding->list[i].kernel};
		one->kernel.whole &= sections;
		for (size_t k = 0; k < STORE_SECTION_CNT; k++) {
			if (sections & 1u << k)
				one->lines.text[k] = adding->list[i].lines.text[k];
		}
		*cnt += sections != BESIDE || one->kernel.whole;
	}
	return list;
}

/* Writes what `path` has and these sections of the kernels. */
static struct error *write_sections(const struct scan_store *adding, const char *path, uint32_t sections)
{
	_cleanup_store_ struct store *old = NULL;
	_cleanup_buf_ struct buf bytes = {0};
	size_t cnt;
	struct store_addition *list = only_sections(adding, sections, &cnt);
	struct error *error = list ? open_old(path, &old) : error_no_memory();

	if (!error)
		error = store_write(old, list, cnt, &bytes);
	free(list);
	if (!error)
		error = check_store(&bytes, path);
	return error ? error : supervise_write(path, bytes.data, bytes.len);
}

struct error *scan_store_write(
	const struct scan_store *adding, const char *path, bool callers, struct buf *out)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *beside = store_callers_path(&pool, path);
	struct error *error =
		beside ? write_sections(adding, path, ~(uint32_t)BESIDE) : error_no_memory();

	if (!error && callers)
		error = write_sections(adding, beside, BESIDE);
	for (size_t i = 0; i < adding->cnt && !error; i++) {
		const struct store_addition *addition = &adding->list[i];
		buf_printf(out, "%s: %zu types and variables, %zu functions, %zu symbols\n",
			addition->kernel.name, buf_count_lines(&addition->lines.text[STORE_TYPES]),
			buf_count_lines(&addition->lines.text[STORE_FUNCTIONS]),
			buf_count_lines(&addition->lines.text[STORE_SYMBOLS]));
	}
	return error;
}

static struct error *forget_in(const char *path, const char *const *names, size_t cnt)
{
	_cleanup_store_ struct store *old = NULL;
	_cleanup_buf_ struct buf bytes = {0};

	reading_begin(path);
	struct error *error = reading_end(path, store_open(path, &old));
	if (!error)
		error = store_forget(old, names, cnt, &bytes);
	return error ? error : supervise_write(path, bytes.data, bytes.len);
}

struct error *scan_store_forget(const char *path, const char *const *names, size_t cnt)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *beside = store_callers_path(&pool, path);
	struct error *error = beside ? forget_in(path, names, cnt) : error_no_memory();

	/* It has fewer kernels. */
	for (size_t i = 0; beside && file_exists("", beside) && i < cnt && !error; i++) {
		error = forget_in(beside, &names[i], 1);
		if (error && error->code == ERROR_NOT_FOUND) {
			error_free(error);
			error = NULL;
		}
	}
	return error;
}
