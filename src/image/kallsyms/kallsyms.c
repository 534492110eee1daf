/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/kallsyms/kallsyms.h"

#include <string.h>

#include "image/kallsyms/addresses.h"
#include "image/kallsyms/tables.h"
#include "kernel/kernel.h"

/* The expanded length of a name; 0: longer than a name can be. */
static size_t expanded_len(const struct kallsyms_tables *tables, size_t at, size_t len)
{
	size_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += tables->token_len_bytes[tables->segment->data[at + i]];
	return sum <= KALLSYMS_NAME_LEN_MAX_BYTES ? sum : 0;
}

/* The bytes of all names, each without its type letter and with a NUL. */
static struct error *measure_names(const struct kallsyms_tables *tables, size_t *ret)
{
	size_t at = tables->names, sum = 0;

	for (uint32_t i = 0; i < tables->cnt; i++) {
		size_t len;
		at = kallsyms_name_at(tables->segment, at, tables->markers, &len);
		size_t name_len = at ? expanded_len(tables, at, len) : 0;
		if (name_len < 2)
			return error_create(ERROR_INPUT, NULL,
				"kallsyms: name %u of %u has an impossible length", i,
				tables->cnt);
		sum += name_len;
		if (sum > KALLSYMS_TEXT_MAX_BYTES)
			return error_create(ERROR_INPUT, NULL,
				"kallsyms: the names are longer than %u MiB",
				KALLSYMS_TEXT_MAX_BYTES >> 20);
		at += len;
	}
	*ret = sum;
	return NULL;
}

static char *expand(const struct kallsyms_tables *tables, size_t at, size_t len, char *out)
{
	const unsigned char *texts = tables->segment->data + tables->token_table;

	for (size_t i = 0; i < len; i++) {
		unsigned char token = tables->segment->data[at + i];
		size_t token_len = tables->token_len_bytes[token];
		memcpy(out, texts + tables->token_at[token], token_len);
		out += token_len;
	}
	return out;
}

static bool is_type(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '?';
}

static bool kallsyms_is_name(const char *text, const char *end)
{
	for (; text < end; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

/* The first token starts with the type letter. Removing it leaves room for the NUL. */
static struct error *kallsyms_read_names(
	const struct kallsyms_tables *tables, char *text, struct kernel_symbol *list)
{
	size_t at = tables->names;

	for (uint32_t i = 0; i < tables->cnt; i++) {
		size_t len = 0;
		at = kallsyms_name_at(tables->segment, at, tables->markers, &len);
		char *end = expand(tables, at, len, text);
		list[i].type = *text;
		if (!is_type(*text) || !kallsyms_is_name(text + 1, end))
			return error_create(ERROR_INPUT, NULL,
				"kallsyms: name %u of %u is not a symbol name", i, tables->cnt);
		memmove(text, text + 1, (size_t)(end - text) - 1);
		end[-1] = '\0';
		list[i].name = text;
		text = end;
		at += len;
	}
	return NULL;
}

static struct error *decode_names(
	const struct kallsyms_tables *tables, struct pool *pool, struct kernel_symbol **ret)
{
	size_t size = 0;
	struct error *error = measure_names(tables, &size);

	if (error)
		return error;
	struct kernel_symbol *list = pool_calloc(pool, tables->cnt, sizeof(*list));
	char *text = pool_alloc(pool, size);
	if (!list || !text)
		return error_no_memory();
	*ret = list;
	return kallsyms_read_names(tables, text, list);
}

/* The end of the kernel, after all data: listed only if data is listed. */
static bool has_data(const struct kernel_symbol *list, size_t cnt)
{
	while (cnt-- > 0) {
		if (!strcmp(list[cnt].name, "_end"))
			return true;
	}
	return false;
}

static void kallsyms_describe(const struct kallsyms_tables *tables, const struct kernel_symbol *list,
	struct kallsyms_layout *layout)
{
	uint64_t begin = tables->segment->address;

	layout->num_syms = begin + tables->num_syms;
	layout->names = begin + tables->names;
	layout->markers = begin + tables->markers;
	layout->token_table = begin + tables->token_table;
	layout->token_index = begin + tables->token_index;
	layout->has_data = has_data(list, tables->cnt);
}

struct error *image_kallsyms(const struct image *image, struct pool *pool,
	struct kernel_symbols **ret, struct kallsyms_layout *layout)
{
	_cleanup_pool_ struct pool memory = {0};
	struct kallsyms_tables tables;
	struct kallsyms_layout found = {0};
	struct kernel_symbol *list = NULL;
	struct error *error = kallsyms_tables_find(image, &tables);

	if (!error)
		error = decode_names(&tables, &memory, &list);
	if (!error)
		error = kallsyms_addresses(&tables, list, &found);
	if (error)
		return error;
	struct kernel_symbols *symbols = pool_alloc(&memory, sizeof(*symbols));
	if (!symbols)
		return error_no_memory();
	symbols_letter_data(list, tables.cnt);
	*symbols = (struct kernel_symbols) {.list = list, .cnt = tables.cnt};
	kallsyms_describe(&tables, list, &found);
	pool_adopt(pool, &memory);
	*ret = symbols;
	if (layout)
		*layout = found;
	return NULL;
}
