/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store/form.h"

#include <stdlib.h>
#include <string.h>

#define BTF_SECTIONS (1u << STORE_TYPES | 1u << STORE_FUNCTIONS)

struct error *store_lines_btf(const struct store_lines *all, struct kbtf **ret)
{
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf text = {0};
	struct store_line *lines = NULL;
	size_t cnt = 0;

	for (size_t i = 0; i < STORE_SECTION_CNT; i++) {
		if (BTF_SECTIONS & 1u << i)
			buf_add(&text, buf_text(&all->text[i]), all->text[i].len);
	}
	struct error *error =
		text.failed ? error_no_memory() : store_split_lines(&text, &pool, &lines, &cnt);
	return error ? error : store_regenerate(lines, cnt, false, ret);
}

/* The lines of a block that the kernel has, in one piece of the pool. */
static struct error *take_block(const struct store *store, const struct store_block *block, size_t kernel,
	struct pool *pool, struct store_line *lines, size_t *cnt)
{
	size_t bytes = 0;

	for (size_t i = 0; i < block->cnt; i++) {
		if (store_mask_has(store_mask(store, block->masks[i]), kernel))
			bytes += block->lines[i].len;
	}
	char *at = pool_alloc(pool, bytes + 1);
	if (!at)
		return error_no_memory();
	for (size_t i = 0; i < block->cnt; i++) {
		const struct store_line *line = &block->lines[i];
		if (!store_mask_has(store_mask(store, block->masks[i]), kernel))
			continue;
		lines[(*cnt)++] = (struct store_line) {at, line->len};
		at = mempcpy(at, line->text, line->len);
	}
	return NULL;
}

static size_t count_lines(const struct store_index *index)
{
	size_t cnt = 0;

	for (size_t i = 0; i < index->cnt; i++)
		cnt += index->blocks[i].line_cnt;
	return cnt;
}

/* All lines with BTF, without text around them: 5 MB are not copied twice and searched for newlines. */
static struct error *take_lines(
	const struct store *store, size_t kernel, struct pool *pool, struct store_line **ret, size_t *cnt)
{
	size_t all = count_lines(store_section_index(store, STORE_FUNCTIONS)) +
		count_lines(store_section_index(store, STORE_TYPES));
	struct store_line *lines = *ret = calloc(all + 1, sizeof(*lines));
	struct error *error = lines ? NULL : error_no_memory();

	for (enum store_section section = 0; section < STORE_SECTION_CNT; section++) {
		const struct store_index *index = store_section_index(store, section);
		for (size_t i = 0; BTF_SECTIONS & 1u << section && i < index->cnt && !error; i++) {
			_cleanup_block_ struct store_block block = {0};
			error = store_read_block(store, section, i, &block);
			if (!error)
				error = take_block(store, &block, kernel, pool, lines, cnt);
		}
	}
	return error;
}

struct error *store_btf(const struct store *store, size_t kernel, struct kbtf **ret)
{
	const struct store_kernel *entry = store_kernel(store, kernel);
	_cleanup_pool_ struct pool pool = {0};
	struct store_line *lines = NULL;
	size_t cnt = 0;

	if ((entry->whole & BTF_SECTIONS) != BTF_SECTIONS)
		return error_create(ERROR_NOT_FOUND, NULL, "the store has no BTF of %s", entry->name);
	struct error *error = take_lines(store, kernel, &pool, &lines, &cnt);
	if (!error)
		error = store_regenerate(lines, cnt, false, ret);
	free(lines);
	return error;
}

static const char *text_or_null(struct pool *pool, const char *text)
{
	return *text ? pool_strdup(pool, text) : NULL;
}

void store_identify(const struct store_kernel *kernel, struct kernel *ret)
{
	struct kernel_identity *identity = &ret->identity;

	identity->release = text_or_null(&ret->pool, kernel->release);
	identity->version = text_or_null(&ret->pool, kernel->version);
	identity->machine = text_or_null(&ret->pool, kernel->machine);
	identity->arch = identity->machine ? identity_arch(identity->machine) : NULL;
	identity->btf_sha256 = text_or_null(&ret->pool, kernel->btf_sha256);
	identity_parse_release(&ret->pool, identity->release, identity->version, identity);
}

/* Why a kernel has no BTF. */
static void say_no_btf(const struct store_kernel *entry, struct kernel *ret)
{
	ret->btf_absent = entry->no_btf;
	ret->btf_missing = entry->no_btf ? "the image has no BTF" : "the store does not have its BTF";
}

static struct error *take_symbols(
	const struct store_kernel *entry, const struct buf *text, struct kernel *ret)
{
	ret->symbols_missing = "the store has no symbols";
	return entry->whole & 1u << STORE_SYMBOLS ? store_read_symbols(text, &ret->pool, &ret->symbols) : NULL;
}

struct error *store_load_on_demand(
	const struct store *store, size_t kernel, bool symbols, struct kernel *ret)
{
	const struct store_kernel *entry = store_kernel(store, kernel);
	struct error *error = store_btf_on_demand(store, kernel, &ret->btf);

	store_identify(entry, ret);
	if (error && error->code == ERROR_NOT_FOUND) {
		error_free(error);
		say_no_btf(entry, ret);
		error = NULL;
	}
	ret->symbols_missing = "the symbols were not read";
	if (error || !symbols)
		return error;
	ret->symbols_missing = "the store has no symbols";
	return entry->whole & 1u << STORE_SYMBOLS
		? store_symbols_on_demand(store, kernel, &ret->pool, &ret->symbols)
		: NULL;
}

/* The lines of these names that the kernel has in a section. */
static struct error *find_lines(const struct store *store, enum store_section section, size_t kernel,
	const char *const *names, size_t name_cnt, struct pool *pool, struct buf *text)
{
	struct error *error = NULL;

	for (size_t i = 0; i < name_cnt && !error; i++) {
		struct store_records found = {0};
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= !strcmp(names[k], names[i]);
		error = again ? NULL : store_find(store, section, names[i], pool, &found);
		for (size_t k = 0; k < found.cnt && !error; k++) {
			if (store_record_is_of(&found.list[k], kernel)) {
				buf_printf(text, "%s\t", found.list[k].key);
				buf_puts(text, found.list[k].body);
				buf_putc(text, '\n');
			}
		}
	}
	return error || !text->failed ? error : error_no_memory();
}

struct error *store_find_symbols(const struct store *store, size_t kernel, const char *const *names,
	size_t name_cnt, struct kernel *ret)
{
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf symbols = {0};
	struct error *error =
		find_lines(store, STORE_SYMBOLS, kernel, names, name_cnt, &pool, &symbols);

	return error ? error : take_symbols(store_kernel(store, kernel), &symbols, ret);
}

struct error *store_load_functions(const struct store *store, size_t kernel,
	const char *const *names, size_t name_cnt, struct kernel *ret)
{
	const struct store_kernel *entry = store_kernel(store, kernel);
	_cleanup_pool_ struct pool pool = {0};
	_cleanup_buf_ struct buf text = {0};
	struct store_line *lines = NULL;
	size_t cnt = 0;

	store_identify(entry, ret);
	struct error *error = store_find_symbols(store, kernel, names, name_cnt, ret);
	if (!error && !(entry->whole & 1u << STORE_FUNCTIONS)) {
		say_no_btf(entry, ret);
		return NULL;
	}
	if (!error)
		error = find_lines(store, STORE_FUNCTIONS, kernel, names, name_cnt, &pool, &text);
	if (!error)
		error = store_split_lines(&text, &pool, &lines, &cnt);
	return error ? error : store_regenerate(lines, cnt, true, &ret->btf);
}
