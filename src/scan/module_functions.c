/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/module_functions.h"

#include <elf.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "btf/decl.h"

/* The used fields of Elf32_Sym or Elf64_Sym; both start with the name. */
struct symbol_layout {
	size_t size, info_at, section_at;
};

struct symbol_table {
	const struct image *image;
	struct symbol_layout layout;
	const struct image_segment *entries, *strings;
	const bool *executable; /* by section number, below section_cnt */
	size_t section_cnt;
};

struct table_symbol {
	const char *name;
	unsigned int type, binding;
};

static struct error *module_functions_find_table(const struct image *image, struct symbol_table *table)
{
	static const struct symbol_layout narrow = {
		sizeof(Elf32_Sym), offsetof(Elf32_Sym, st_info), offsetof(Elf32_Sym, st_shndx)};
	static const struct symbol_layout wide = {
		sizeof(Elf64_Sym), offsetof(Elf64_Sym, st_info), offsetof(Elf64_Sym, st_shndx)};

	*table = (struct symbol_table) {
		.image = image,
		.layout = image->address_bytes == 8 ? wide : narrow,
		.entries = image_section(image, ".symtab"),
		.strings = image_section(image, ".strtab"),
	};
	if (!table->entries || !table->strings)
		return error_create(ERROR_INPUT, NULL, "a module without symbols");
	/* Then every name that starts inside also ends inside. */
	if (table->strings->data[table->strings->size_bytes - 1])
		return error_create(ERROR_INPUT, NULL, "its symbol names do not end in NUL");
	if (table->entries->size_bytes % table->layout.size)
		return error_create(ERROR_INPUT, NULL, "its last symbol is cut off");
	return NULL;
}

static struct error *mark_sections(struct symbol_table *table, bool **ret)
{
	const struct image *image = table->image;
	size_t cnt = 0;

	for (size_t i = 0; i < image->segment_cnt; i++) {
		if (image->segments[i].section_index >= cnt)
			cnt = image->segments[i].section_index + (size_t)1;
	}
	bool *executable = calloc(cnt + 1, sizeof(*executable));
	if (!executable)
		return error_no_memory();
	for (size_t i = 0; i < image->segment_cnt; i++)
		executable[image->segments[i].section_index] = image->segments[i].executable;
	table->section_cnt = cnt;
	table->executable = *ret = executable;
	return NULL;
}

/* Mapping symbols ($x, $d.3) and the compiler's labels. */
static bool module_functions_is_label(const char *name)
{
	return !*name || *name == '$' || !strncmp(name, ".L", 2) || !strncmp(name, "L0", 2);
}

/* False: not a function of the module. */
static bool module_functions_read_function(
	const struct symbol_table *table, size_t index, struct table_symbol *symbol)
{
	const unsigned char *at = table->entries->data + index * table->layout.size;
	uint64_t name = image_number(table->image, at, 4);
	size_t section = image_number(table->image, at + table->layout.section_at, 2);

	/* Numbers from SHN_LORESERVE on are not sections. No module has that many. */
	if (section == SHN_UNDEF || section >= table->section_cnt || section >= SHN_LORESERVE ||
		!table->executable[section] || name >= table->strings->size_bytes)
		return false;
	*symbol = (struct table_symbol) {
		.name = (const char *)table->strings->data + name,
		.type = ELF32_ST_TYPE(at[table->layout.info_at]),
		.binding = ELF32_ST_BIND(at[table->layout.info_at]),
	};
	return (symbol->type == STT_FUNC || symbol->type == STT_NOTYPE) && !module_functions_is_label(symbol->name);
}

static struct error *add_symbol(
	struct module_functions *functions, const struct table_symbol *symbol, const char *module)
{
	struct kernel_symbol *list = pool_grow(&functions->pool, functions->symbols,
		functions->symbol_cnt, &functions->symbol_cap, sizeof(*list));
	const char *name = pool_strdup(&functions->pool, symbol->name);

	if (!list || !name)
		return error_no_memory();
	functions->symbols = list;
	list[functions->symbol_cnt++] = (struct kernel_symbol) {
		.name = name,
		.module = module,
		.type = symbol->binding == STB_LOCAL  ? 't'
			: symbol->binding == STB_WEAK ? 'W'
						      : 'T',
	};
	return NULL;
}

/*
 * module_init() makes init_module() a global alias of a static function. If it exists without any
 * static function, strip(1) has removed more than the debug information.
 */
static struct error *add_table(struct module_functions *functions, const struct symbol_table *table,
	const char *module, const struct symbol_filter *filter, bool *stripped)
{
	size_t cnt = table->entries->size_bytes / table->layout.size;
	bool any_static = false, has_entry = false;
	struct table_symbol symbol;

	for (size_t i = 1; i < cnt; i++) {
		if (!module_functions_read_function(table, i, &symbol))
			continue;
		any_static |= symbol.binding == STB_LOCAL;
		has_entry |= !strcmp(symbol.name, "init_module") ||
			!strcmp(symbol.name, "cleanup_module");
		if (!symbol_filter_wants(filter, symbol.name))
			continue;
		struct error *error = add_symbol(functions, &symbol, module);
		if (error)
			return error;
	}
	*stripped = has_entry && !any_static;
	return NULL;
}

struct error *module_functions_add_symbols(struct module_functions *functions,
	const struct image *image, const char *module, const struct symbol_filter *filter,
	bool *stripped)
{
	struct symbol_table table;
	bool *executable = NULL;
	struct error *error = module_functions_find_table(image, &table);

	if (!error)
		error = mark_sections(&table, &executable);
	if (!error)
		error = add_table(functions, &table, module, filter, stripped);
	free(executable);
	return error;
}

struct error *module_functions_add_prototypes(struct module_functions *functions,
	const struct kbtf *btf, const char *module, const struct symbol_filter *filter)
{
	for (uint32_t id = kbtf_first_id(btf); id < kbtf_type_cnt(btf); id++) {
		const struct btf_type *type = kbtf_type(btf, id);
		_cleanup_buf_ struct buf text = {0};
		if (kbtf_kind(type) != BTF_KIND_FUNC ||
			!symbol_filter_wants(filter, kbtf_name(btf, type)))
			continue;
		struct kernel_prototype *list = pool_grow(&functions->pool, functions->prototypes,
			functions->prototype_cnt, &functions->prototype_cap, sizeof(*list));
		kbtf_print_func(btf, id, &text);
		const struct kernel_prototype prototype = {
			.function = pool_strdup(&functions->pool, kbtf_name(btf, type)),
			.module = module,
			.text = pool_strdup(&functions->pool, buf_text(&text)),
		};
		if (!list || !prototype.function || !prototype.text)
			return error_no_memory();
		functions->prototypes = list;
		list[functions->prototype_cnt++] = prototype;
	}
	return NULL;
}

static int module_functions_compare_symbols(const void *a, const void *b)
{
	const struct kernel_symbol *one = a, *two = b;
	int order = strcmp(one->module, two->module);

	if (!order)
		order = strcmp(one->name, two->name);
	return order ? order : one->type - two->type;
}

static int compare_prototypes(const void *a, const void *b)
{
	const struct kernel_prototype *one = a, *two = b;
	int order = strcmp(one->function, two->function);

	if (!order)
		order = strcmp(one->module, two->module);
	return order ? order : strcmp(one->text, two->text);
}

static struct error *publish_symbols(
	const struct module_functions *functions, size_t cnt, size_t new_cnt, struct kernel *kernel)
{
	struct kernel_symbols *before = kernel->symbols;
	struct kernel_symbols *symbols = pool_alloc(&kernel->pool, sizeof(*symbols));
	struct kernel_symbol *list =
		pool_calloc(&kernel->pool, before->cnt + new_cnt, sizeof(*list));

	if (!symbols || !list)
		return error_no_memory();
	/* Makes a new list, because results from the image's code point into the old one. */
	*symbols = *before;
	symbols->list = list;
	memcpy(list, before->list, before->cnt * sizeof(*list));
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i].symbol_cnt)
			memcpy(list + symbols->cnt, functions[i].symbols,
				functions[i].symbol_cnt * sizeof(*list));
		symbols->cnt += functions[i].symbol_cnt;
	}
	qsort(list + before->cnt, new_cnt, sizeof(*list), module_functions_compare_symbols);
	kernel->symbols = symbols;
	return NULL;
}

static struct error *publish_prototypes(
	const struct module_functions *functions, size_t cnt, size_t new_cnt, struct kernel *kernel)
{
	struct kernel_prototype *list = pool_calloc(&kernel->pool, new_cnt, sizeof(*list));

	if (!list)
		return error_no_memory();
	kernel->prototypes = list;
	for (size_t i = 0; i < cnt; i++) {
		if (functions[i].prototype_cnt)
			memcpy(list + kernel->prototype_cnt, functions[i].prototypes,
				functions[i].prototype_cnt * sizeof(*list));
		kernel->prototype_cnt += functions[i].prototype_cnt;
	}
	qsort(list, new_cnt, sizeof(*list), compare_prototypes);
	return NULL;
}

struct error *module_functions_publish(
	struct module_functions *functions, size_t cnt, struct kernel *kernel)
{
	size_t symbol_cnt = 0, prototype_cnt = 0;
	struct error *error = NULL;

	for (size_t i = 0; i < cnt; i++) {
		symbol_cnt += functions[i].symbol_cnt;
		prototype_cnt += functions[i].prototype_cnt;
	}
	if (kernel->symbols && symbol_cnt)
		error = publish_symbols(functions, cnt, symbol_cnt, kernel);
	if (!error && prototype_cnt)
		error = publish_prototypes(functions, cnt, prototype_cnt, kernel);
	for (size_t i = 0; i < cnt; i++)
		pool_adopt(&kernel->pool, &functions[i].pool);
	return error;
}
