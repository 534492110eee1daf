/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/marks.h"
#include "image/image.h"
#include "util/array.h"
#include "util/sort.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#ifndef R_RISCV_RELATIVE
#define R_RISCV_RELATIVE 3
#endif
/* The largest distance of an ftrace entry from the symbol: after endbr64, bti c or stack setup. */
#define ENTRY_BEHIND_BYTES 24
/* -mfentry: only endbr64 is before it. */
#define ENTRY_BEHIND_BYTES_X86_64 5
/* DYNAMIC_FTRACE_WITH_CALL_OPS of arm64 puts a pointer of 8 bytes before the symbol. */
#define ENTRY_BEFORE_BYTES 8
#define ANY_MACHINE 0
#define DENIED_MAX 1024 /* about ten exist */

/* Kprobes refuse a region on all machines, or on the listed ones. */
static const struct {
	const char *word, *begin, *end;
	bool refused;
	uint16_t refused_on[3];
} regions_known[] = {
	/* The generic regions, then those of arch_populate_kprobe_blacklist(). */
	{"kprobes", "__kprobes_text_start", "__kprobes_text_end", true, {0}},
	{"noinstr", "__noinstr_text_start", "__noinstr_text_end", true, {0}},
	{"entry", "__entry_text_start", "__entry_text_end", false, {EM_X86_64, EM_AARCH64, EM_RISCV}},
	{"irqentry", "__irqentry_text_start", "__irqentry_text_end", false,
		{EM_AARCH64, EM_S390, IMAGE_EM_LOONGARCH}},
	{"hyp", "__hyp_text_start", "__hyp_text_end", false, {EM_AARCH64}},
	{"softirqentry", "__softirqentry_text_start", "__softirqentry_text_end", false, {0}},
	{"cpuidle", "__cpuidle_text_start", "__cpuidle_text_end", false, {0}},
	{"init", "_sinittext", "_einittext", false, {0}},
};
#define REGION_CNT ARRAY_SIZE(regions_known)

/* Tables between two marks, or in a section of a module. */
enum table { TABLE_ENTRIES, TABLE_BLACKLIST, TABLE_EXPORTS, TABLE_EXPORTS_GPL, TABLE_FLAGS, TABLE_CNT };
static const struct {
	const char *begin, *end, *sections[2];
} tables_known[TABLE_CNT] = {
	[TABLE_ENTRIES] = {"__start_mcount_loc", "__stop_mcount_loc",
		{"__mcount_loc", "__patchable_function_entries"}},
	[TABLE_BLACKLIST] = {"__start_kprobe_blacklist", "__stop_kprobe_blacklist",
		{"_kprobe_blacklist", NULL}},
	[TABLE_EXPORTS] = {"__start___ksymtab", "__stop___ksymtab", {"__ksymtab", NULL}},
	[TABLE_EXPORTS_GPL] = {"__start___ksymtab_gpl", "__stop___ksymtab_gpl", {"__ksymtab_gpl", NULL}},
	[TABLE_FLAGS] = {"__start___kflagstab", "__stop___kflagstab", {"__kflagstab", NULL}},
};

struct range {
	uint64_t begin, end;
	bool begin_known, end_known;
};

struct reader {
	struct pool *pool;
	const struct image *image;
	const struct code_symbols *symbols;
	struct function_marks *marks;
	struct range tables[TABLE_CNT], regions[REGION_CNT];
	uint64_t denied; /* address of btf_id_deny; 0: unknown */
};

static void marks_take_mark(struct range *range, const char *begin, const char *end,
	const struct code_symbol *symbol)
{
	if (!range->begin_known && !strcmp(symbol->name, begin)) {
		range->begin = symbol->address;
		range->begin_known = true;
	} else if (!range->end_known && !strcmp(symbol->name, end)) {
		range->end = symbol->address;
		range->end_known = true;
	}
}

bool function_mark_is_name(const char *name)
{
	static const char *const others[] = {"_text", "_stext", "_etext", "__exittext_begin",
		"__exittext_end", "__inittext_begin", "__inittext_end", "_sexittext", "_eexittext",
		"__sched_text_start", "__sched_text_end", "__lock_text_start", "__lock_text_end",
		"__static_call_text_start", "__static_call_text_end"};

	for (size_t i = 0; *name == '_' && i < REGION_CNT; i++) {
		if (!strcmp(name, regions_known[i].begin) || !strcmp(name, regions_known[i].end))
			return true;
	}
	for (size_t i = 0; *name == '_' && i < ARRAY_SIZE(others); i++) {
		if (!strcmp(name, others[i]))
			return true;
	}
	return false;
}

/* Conditions of kprobe events in a kernel that has one of these functions. */
static void take_rule(struct function_marks *marks, const char *name)
{
	if (!strcmp(name, "__within_notrace_func"))
		marks->sources |= 1u << FUNCTION_SOURCE_TRACED_ONLY;
	else if (!strcmp(name, "count_mod_symbols"))
		marks->sources |= 1u << FUNCTION_SOURCE_SINGLE_ONLY;
}

static void find_marks(struct reader *reader)
{
	for (size_t i = 0; i < reader->symbols->cnt; i++) {
		const struct code_symbol *symbol = &reader->symbols->list[i];
		take_rule(reader->marks, symbol->name);
		if (!strcmp(symbol->name, "btf_id_deny"))
			reader->denied = symbol->address;
		if (symbol->name[0] != '_')
			continue;
		for (size_t t = 0; t < TABLE_CNT; t++)
			marks_take_mark(&reader->tables[t], tables_known[t].begin, tables_known[t].end, symbol);
		for (size_t r = 0; r < REGION_CNT; r++)
			marks_take_mark(&reader->regions[r], regions_known[r].begin,
				regions_known[r].end, symbol);
	}
}

static bool range_holds(const struct range *range)
{
	return range->begin_known && range->end_known && range->begin < range->end;
}

static bool refused_here(size_t region, uint16_t machine)
{
	bool refused = regions_known[region].refused;

	for (size_t i = 0; i < 3 && regions_known[region].refused_on[i] != ANY_MACHINE; i++)
		refused |= regions_known[region].refused_on[i] == machine;
	return refused;
}

static void take_regions(struct reader *reader)
{
	struct function_marks *marks = reader->marks;

	for (size_t i = 0; i < REGION_CNT; i++) {
		if (!range_holds(&reader->regions[i]))
			continue;
		marks->regions[marks->region_cnt++] = (struct function_region) {
			.word = regions_known[i].word,
			.begin = reader->regions[i].begin,
			.end = reader->regions[i].end,
			.kprobe_refused = refused_here(i, reader->image->machine),
		};
	}
	if (marks->region_cnt || reader->image->relocatable)
		marks->sources |= 1u << FUNCTION_SOURCE_REGIONS;
}

/* The place of a table: between its marks, else a section. */
static bool marks_find_table(const struct reader *reader, enum table table, struct range *ret)
{
	*ret = reader->tables[table];
	if (range_holds(ret))
		return true;
	for (size_t i = 0; i < 2 && tables_known[table].sections[i]; i++) {
		const struct image_segment *segment =
			image_section(reader->image, tables_known[table].sections[i]);
		if (segment && image_segment_at(reader->image, segment->address) == segment) {
			ret->begin = segment->address;
			ret->end = segment->address + segment->size_bytes;
			return true;
		}
	}
	return false;
}

static uint64_t marks_relative_type(uint16_t machine)
{
	return machine == EM_AARCH64 ? R_AARCH64_RELATIVE
		: machine == EM_S390 ? R_390_RELATIVE
		: machine == EM_RISCV ? R_RISCV_RELATIVE
		: machine == EM_PPC64 ? R_PPC64_RELATIVE
				      : R_X86_64_RELATIVE;
}

/* A position-independent kernel keeps pointers in relocations, with zeros in their place. */
static void take_relocated(
	const struct reader *reader, const struct range *range, uint64_t *values, size_t cnt)
{
	const struct image_segment *table = image_section(reader->image, ".rela.dyn");

	if (!table || reader->image->address_bytes != 8)
		return;
	for (size_t at = 0; table->size_bytes - at >= 24; at += 24) {
		const unsigned char *entry = table->data + at;
		uint64_t place = image_number(reader->image, entry, 8) - range->begin;
		if (place % 8 || place / 8 >= cnt ||
			(uint32_t)image_number(reader->image, entry + 8, 8) !=
				marks_relative_type(reader->image->machine))
			continue;
		values[place / 8] = image_number(reader->image, entry + 16, 8);
	}
}

/* The addresses of a table, sorted, without zeros. None if most are not code. */
static struct error *read_addresses(
	struct reader *reader, enum table table, uint64_t **ret, size_t *ret_cnt)
{
	struct range range;
	size_t width = reader->image->address_bytes, kept = 0, code = 0;

	if (!marks_find_table(reader, table, &range) || (range.end - range.begin) / width > FUNCTION_MARK_MAX)
		return NULL;
	size_t cnt = (size_t)((range.end - range.begin) / width);
	uint64_t *values = pool_calloc(reader->pool, cnt + 1, sizeof(*values));
	if (!values)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		if (!image_read(reader->image, range.begin + i * width, width, &values[i]))
			return NULL;
	}
	take_relocated(reader, &range, values, cnt);
	for (size_t i = 0; i < cnt; i++) {
		const struct image_segment *segment = image_segment_at(reader->image, values[i]);
		if (!values[i])
			continue;
		code += segment && segment->executable;
		values[kept++] = values[i];
	}
	/* sorttable leaves the offset of the image's start in entries of dropped weak functions. */
	if (code < kept - kept / 10 || !code)
		return NULL;
	qsort(values, kept, sizeof(*values), compare_u64);
	*ret = values;
	*ret_cnt = kept;
	return NULL;
}

/* How a struct kernel_symbol is stored: relative to each field, or absolute. */
static const struct export_form {
	uint8_t fields, width; /* width 0: a pointer's */
	bool relative;
} export_forms[] = {{3, 4, true}, {2, 4, true}, {3, 0, false}, {2, 0, false}};

static uint64_t field_of(const struct image *image, const struct export_form *form, uint64_t at)
{
	size_t width = form->width ? form->width : image->address_bytes;
	uint64_t value;

	if (!image_read(image, at, width, &value))
		return 0;
	if (!form->relative)
		return value;
	value = at + (uint64_t)(int64_t)(int32_t)(uint32_t)value;
	return image->address_bytes == 4 ? (uint32_t)value : value;
}

static const char *marks_text_at(const struct image *image, uint64_t address)
{
	const struct image_segment *segment = image_segment_at(image, address);

	if (!segment)
		return NULL;
	const unsigned char *text = segment->data + (address - segment->address);
	size_t left = segment->size_bytes - (size_t)(address - segment->address);
	return memchr(text, 0, left) ? (const char *)text : NULL;
}

static bool named_at(const struct code_symbols *symbols, uint64_t address, const char *name)
{
	for (size_t i = code_symbols_from(symbols, address);
		i < symbols->cnt && symbols->list[i].address == address; i++) {
		if (!strcmp(symbols->list[i].name, name))
			return true;
	}
	return false;
}

/* Reads a table in one form. Returns how many entries match a symbol's name and address. */
static size_t read_exports(const struct reader *reader, const struct range *range,
	const struct export_form *form, struct function_exported *list, size_t cnt)
{
	size_t width = form->width ? form->width : reader->image->address_bytes, good = 0;

	for (size_t i = 0; i < cnt; i++) {
		uint64_t at = range->begin + i * width * form->fields;
		uint64_t address = field_of(reader->image, form, at);
		const char *name = marks_text_at(reader->image, field_of(reader->image, form, at + width));
		list[i] = (struct function_exported) {.name = name ? name : "", .address = address};
		good += name && named_at(reader->symbols, address, name);
	}
	return good;
}

static void set_licences(
	const struct reader *reader, bool gpl, struct function_exported *list, size_t cnt)
{
	struct range flags;
	bool flagged = !gpl && marks_find_table(reader, TABLE_FLAGS, &flags) && flags.end - flags.begin >= cnt;

	for (size_t i = 0; i < cnt; i++) {
		uint64_t byte = 0;
		/* KSYM_FLAG_GPL_ONLY of linux include/linux/module_symbol.h. */
		if (flagged && image_read(reader->image, flags.begin + i, 1, &byte))
			list[i].gpl = byte & 1;
		else
			list[i].gpl = gpl;
	}
}

static struct error *take_exports(struct reader *reader, enum table table, bool gpl)
{
	struct function_marks *marks = reader->marks;
	struct range range;

	if (!marks_find_table(reader, table, &range) ||
		range.end - range.begin > (uint64_t)FUNCTION_MARK_MAX * 24)
		return NULL;
	size_t bytes = (size_t)(range.end - range.begin);
	for (size_t f = 0; f < ARRAY_SIZE(export_forms); f++) {
		const struct export_form *form = &export_forms[f];
		size_t entry = form->fields * (form->width ? form->width : reader->image->address_bytes);
		size_t cnt = bytes / entry;
		struct function_exported *all = pool_calloc(
			reader->pool, marks->export_cnt + cnt + 1, sizeof(*all));
		if (!all)
			return error_no_memory();
		struct function_exported *list = all + marks->export_cnt;
		if (bytes % entry || read_exports(reader, &range, form, list, cnt) < cnt - cnt / 10)
			continue;
		set_licences(reader, gpl, list, cnt);
		if (marks->export_cnt)
			memcpy(all, marks->exports, marks->export_cnt * sizeof(*all));
		marks->exports = all;
		marks->export_cnt += cnt;
		marks->sources |= 1u << FUNCTION_SOURCE_EXPORTS;
		return NULL;
	}
	return NULL;
}

static int compare_exported(const void *a, const void *b)
{
	const struct function_exported *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : order_numbers(x->address, y->address);
}

/* struct btf_id_set of linux include/linux/btf_ids.h: a count, then that many sorted ids. */
static struct error *take_denied(struct reader *reader)
{
	struct function_marks *marks = reader->marks;
	uint64_t cnt;

	if (!reader->denied || !image_read(reader->image, reader->denied, 4, &cnt) ||
		cnt > DENIED_MAX)
		return NULL;
	marks->denied = pool_calloc(reader->pool, (size_t)cnt + 1, sizeof(*marks->denied));
	if (!marks->denied)
		return error_no_memory();
	for (size_t i = 0; i < cnt; i++) {
		if (!image_read(reader->image, reader->denied + 4 + i * 4, 4, &marks->denied[i]))
			return NULL;
	}
	marks->denied_cnt = (size_t)cnt;
	qsort(marks->denied, marks->denied_cnt, sizeof(*marks->denied), compare_u64);
	return NULL;
}

/* A module without the section has an empty table. */
static uint32_t empty_tables(const struct image *image)
{
	static const struct {
		enum table table;
		enum function_source source;
	} of_modules[] = {
		{TABLE_ENTRIES, FUNCTION_SOURCE_ENTRIES},
		{TABLE_BLACKLIST, FUNCTION_SOURCE_BLACKLIST},
		{TABLE_EXPORTS, FUNCTION_SOURCE_EXPORTS},
	};
	uint32_t mask = 0;

	if (!image->relocatable || image->no_code || !image->segment_cnt ||
		image->segments[0].address < MODULE_ADDRESS)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(of_modules); i++) {
		const char *const *sections = tables_known[of_modules[i].table].sections;
		if (!image_section(image, sections[0]) &&
			(!sections[1] || !image_section(image, sections[1])))
			mask |= 1u << of_modules[i].source;
	}
	if (image_section(image, tables_known[TABLE_EXPORTS_GPL].sections[0]))
		mask &= ~(1u << FUNCTION_SOURCE_EXPORTS);
	return mask;
}

/* Do most entries lie this many bytes before a function? */
static bool are_before(const struct function_marks *marks, const struct code_symbols *symbols)
{
	size_t before = 0;

	for (size_t i = 0; i < marks->entry_cnt; i++) {
		uint64_t address = marks->entries[i] + ENTRY_BEFORE_BYTES;
		size_t at = code_symbols_from(symbols, address);
		while (at < symbols->cnt && symbols->list[at].address == address &&
			!symbols->list[at].function)
			at++;
		before += at < symbols->cnt && symbols->list[at].address == address;
	}
	return before > marks->entry_cnt / 2;
}

struct error *function_marks_load(struct pool *pool, const struct image *image,
	const struct code_symbols *symbols, struct function_marks *ret)
{
	struct reader reader = {.pool = pool, .image = image, .symbols = symbols, .marks = ret};

	*ret = (struct function_marks) {0};
	find_marks(&reader);
	take_regions(&reader);
	struct error *error =
		read_addresses(&reader, TABLE_ENTRIES, &ret->entries, &ret->entry_cnt);
	if (!error)
		error = read_addresses(
			&reader, TABLE_BLACKLIST, &ret->blacklist, &ret->blacklist_cnt);
	if (!error)
		error = take_denied(&reader);
	if (!error)
		error = take_exports(&reader, TABLE_EXPORTS, false);
	if (!error)
		error = take_exports(&reader, TABLE_EXPORTS_GPL, true);
	if (error)
		return error;
	if (ret->export_cnt)
		qsort(ret->exports, ret->export_cnt, sizeof(*ret->exports), compare_exported);
	ret->entries_before = are_before(ret, symbols);
	ret->entry_within_bytes =
		image->machine == EM_X86_64 ? ENTRY_BEHIND_BYTES_X86_64 : ENTRY_BEHIND_BYTES;
	ret->sources |= empty_tables(image);
	ret->sources |= ret->entry_cnt ? 1u << FUNCTION_SOURCE_ENTRIES : 0;
	ret->sources |= ret->blacklist_cnt ? 1u << FUNCTION_SOURCE_BLACKLIST : 0;
	return NULL;
}

/* Is one of the sorted numbers in [begin, end)? */
static bool has_between(const uint64_t *list, size_t cnt, uint64_t begin, uint64_t end)
{
	size_t low = 0, high = cnt;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list[middle] < begin)
			low = middle + 1;
		else
			high = middle;
	}
	return low < cnt && list[low] < end;
}

bool function_marks_denied(const struct function_marks *marks, uint32_t func_id)
{
	return has_between(marks->denied, marks->denied_cnt, func_id, (uint64_t)func_id + 1);
}

static bool has_entry(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol)
{
	uint64_t size = symbol->size_bytes && symbol->size_bytes < marks->entry_within_bytes
		? symbol->size_bytes
		: marks->entry_within_bytes;
	size_t next = code_symbols_from(symbols, symbol->address + 1);

	if (marks->entries_before)
		return symbol->address >= ENTRY_BEFORE_BYTES &&
			has_between(marks->entries, marks->entry_cnt,
				symbol->address - ENTRY_BEFORE_BYTES, symbol->address);
	/* Entries after the next symbol belong to that symbol. */
	for (; next < symbols->cnt && !symbols->list[next].function; next++)
		;
	if (next < symbols->cnt && symbols->list[next].address - symbol->address < size)
		size = symbols->list[next].address - symbol->address;
	return has_between(
		marks->entries, marks->entry_cnt, symbol->address, symbol->address + size);
}

/* Is there an entry in unnamed code before the next symbol of any kind? */
static bool has_stray_entry(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol)
{
	uint64_t shift = marks->entries_before ? ENTRY_BEFORE_BYTES : 0;
	size_t next = symbol->address == UINT64_MAX
		? symbols->cnt
		: code_symbols_from(symbols, symbol->address + 1);

	if (next == symbols->cnt || symbols->list[next].address < shift)
		return false;
	return has_between(marks->entries, marks->entry_cnt, symbol->address,
		symbols->list[next].address - shift);
}

static enum tristate is_patchable(const struct function_marks *marks,
	const struct code_symbols *symbols, const struct code_symbol *symbol)
{
	if (!(marks->sources & 1u << FUNCTION_SOURCE_ENTRIES))
		return TRISTATE_UNKNOWN;
	if (has_entry(marks, symbols, symbol))
		return TRISTATE_YES;
	return has_stray_entry(marks, symbols, symbol) ? TRISTATE_UNKNOWN : TRISTATE_NO;
}

static enum tristate known(const struct function_marks *marks, enum function_source source, bool yes)
{
	if (!(marks->sources & 1u << source))
		return TRISTATE_UNKNOWN;
	return yes ? TRISTATE_YES : TRISTATE_NO;
}

static enum function_export export_of(
	const struct function_marks *marks, const struct code_symbol *symbol)
{
	struct function_exported key = {.name = symbol->name, .address = symbol->address};

	if (!(marks->sources & 1u << FUNCTION_SOURCE_EXPORTS))
		return FUNCTION_EXPORT_UNKNOWN;
	const struct function_exported *found = bsearch(
		&key, marks->exports, marks->export_cnt, sizeof(key), compare_exported);
	if (!found)
		return FUNCTION_EXPORT_NO;
	return found->gpl ? FUNCTION_EXPORT_GPL : FUNCTION_EXPORT_YES;
}

/* Sections that are freed after boot, in the kernel and in modules. */
static const char *region_of_section(const char *section)
{
	if (section && !strncmp(section, ".init.text", 10))
		return "init";
	if (section && !strncmp(section, ".exit.text", 10))
		return "exit";
	if (section && !strncmp(section, ".noinstr.text", 13))
		return "noinstr";
	return NULL;
}

void function_marks_apply(const struct function_marks *marks, const struct code_symbols *symbols,
	const struct code_symbol *symbol, struct function_symbol *ret)
{
	bool refused = has_between(
		marks->blacklist, marks->blacklist_cnt, symbol->address, symbol->address + 1);

	ret->section = symbol->section;
	ret->region = region_of_section(symbol->section);
	for (size_t i = 0; i < marks->region_cnt; i++) {
		const struct function_region *region = &marks->regions[i];
		if (symbol->address < region->begin || symbol->address >= region->end)
			continue;
		ret->region = ret->region ? ret->region : region->word;
		refused |= region->kprobe_refused;
	}
	ret->patchable = is_patchable(marks, symbols, symbol);
	/* A refusal holds even if other tables were not read. */
	ret->kprobe_refused = refused ? TRISTATE_YES : known(marks, FUNCTION_SOURCE_BLACKLIST, false);
	ret->exported = export_of(marks, symbol);
}
