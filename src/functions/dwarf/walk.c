/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "functions/dwarf/walk.h"
#include "kernel/kernel.h"
#include "functions/dwarf/decl.h"
#include "util/array.h"

#include <ctype.h>
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* Missing from the header of elfutils 0.188. */
#define LANGUAGE_C17 0x2c
#define LANGUAGE_C23 0x3e

static const struct {
	int number;
	const char *word;
	bool c;
} languages[] = {
	{DW_LANG_C89, "C89", true},
	{DW_LANG_C, "C", true},
	{DW_LANG_C99, "C99", true},
	{DW_LANG_C11, "C11", true},
	{LANGUAGE_C17, "C17", true},
	{LANGUAGE_C23, "C23", true},
	{DW_LANG_Rust, "Rust", false},
	{DW_LANG_Mips_Assembler, "assembly", false},
	{DW_LANG_C_plus_plus, "C++", false},
	{DW_LANG_C_plus_plus_11, "C++11", false},
	{DW_LANG_C_plus_plus_14, "C++14", false},
};

/* The used attributes of a DIE, read in one pass. */
struct attributes {
	Dwarf_Attribute low_pc, origin, linkage_name, name, decl_file, decl_line;
	bool has_low_pc, has_ranges, has_origin, declaration, external, artificial;
};

/* The place in the tree: the subprogram around it, with code or an abstract one; 0: none. */
struct place {
	uint64_t function, abstract;
	int depth;
};

static void walk_children(struct dwarf_walker *walker, Dwarf_Die *parent, struct place place);

static const char *intern(struct dwarf_walker *walker, const char *text)
{
	const char *copy = text ? pool_intern(&walker->facts->pool, text, strlen(text)) : NULL;

	walker->facts->no_memory |= text && !copy;
	return copy;
}

/* Room for one more; NULL: no memory. */
static void *walk_grow(struct dwarf_facts *facts, void *list, size_t cnt, size_t *cap, size_t size)
{
	if (cnt < *cap)
		return list;
	size_t wanted = *cap ? *cap * 2 : 1024;
	void *grown = realloc(list, wanted * size);
	facts->no_memory |= !grown;
	if (grown)
		*cap = wanted;
	return grown;
}

static void add_edge(struct dwarf_facts *facts, const struct dwarf_edge *edge)
{
	struct dwarf_edge *edges =
		walk_grow(facts, facts->edges, facts->edge_cnt, &facts->edge_cap, sizeof(*edges));

	if (!edges)
		return;
	facts->edges = edges;
	edges[facts->edge_cnt++] = *edge;
}

static bool flag_of(Dwarf_Attribute *attribute)
{
	bool value = false;

	return !dwarf_formflag(attribute, &value) && value;
}

static int take_attribute(Dwarf_Attribute *attribute, void *context)
{
	struct attributes *all = context;

	switch (dwarf_whatattr(attribute)) {
	case DW_AT_name:
		all->name = *attribute;
		break;
	case DW_AT_linkage_name:
	case DW_AT_MIPS_linkage_name:
		all->linkage_name = *attribute;
		break;
	case DW_AT_decl_file:
		all->decl_file = *attribute;
		break;
	case DW_AT_decl_line:
		all->decl_line = *attribute;
		break;
	case DW_AT_low_pc:
		all->low_pc = *attribute;
		all->has_low_pc = true;
		break;
	case DW_AT_ranges:
		all->has_ranges = true;
		break;
	case DW_AT_abstract_origin:
	case DW_AT_specification:
		all->origin = *attribute;
		all->has_origin = true;
		break;
	case DW_AT_declaration:
		all->declaration = flag_of(attribute);
		break;
	case DW_AT_external:
		all->external = flag_of(attribute);
		break;
	case DW_AT_artificial:
		all->artificial = flag_of(attribute);
		break;
	default:
		break;
	}
	return DWARF_CB_OK;
}

static const char *text_of(Dwarf_Attribute *attribute)
{
	return attribute->code ? dwarf_formstring(attribute) : NULL;
}

static uint64_t walk_number_of(Dwarf_Attribute *attribute)
{
	Dwarf_Word number = 0;

	return attribute->code && !dwarf_formudata(attribute, &number) ? number : 0;
}

/* Offset of the referenced DIE; 0: none. */
static uint64_t reference_of(struct dwarf_walker *walker, Dwarf_Attribute *attribute)
{
	Dwarf_Die target;

	if (dwarf_formref_die(attribute, &target))
		return dwarf_dieoffset(&target);
	walker->facts->bad_reference_cnt++;
	return 0;
}

/* Removes the last directory of a path that ends with '/'. False: it is "../", or there is none. */
static bool drop_directory(struct buf *path)
{
	size_t len = path->len;

	if (len < 2 || (len >= 3 && !memcmp(path->data + len - 3, "../", 3)))
		return false;
	for (len--; len && path->data[len - 1] != '/'; len--)
		;
	path->len = len;
	return true;
}

/* Removes "./", "DIRECTORY/../" and the common prefix with the directory of the build. */
static const char *tidy_path(struct dwarf_walker *walker, const char *path)
{
	struct buf *text = &walker->text;
	size_t directory = walker->directory ? strlen(walker->directory) : 0;

	for (const char *at = path; *at; at++) {
		if (iscntrl((unsigned char)*at))
			return NULL;
	}
	if (directory && !strncmp(path, walker->directory, directory) && path[directory] == '/')
		path += directory + 1;
	buf_clear(text);
	for (size_t len, step; *path; path += step) {
		len = strcspn(path, "/");
		step = len + !!path[len];
		if (len == 1 && *path == '.')
			continue;
		if (len != 2 || memcmp(path, "..", 2) || !drop_directory(text))
			buf_add(text, path, step);
	}
	walker->facts->no_memory |= text->failed;
	return text->failed || !text->len
		? NULL
		: pool_intern(&walker->facts->pool, text->data, text->len);
}

/* DWARF 5 has a file 0. */
static const char *path_of(struct dwarf_walker *walker, Dwarf_Attribute *attribute)
{
	uint64_t file = walk_number_of(attribute);

	if (!attribute->code || file >= walker->file_cnt)
		return NULL;
	if (!walker->paths)
		walker->paths = calloc(walker->file_cnt, sizeof(*walker->paths));
	walker->facts->no_memory |= !walker->paths;
	if (!walker->paths || walker->paths[file])
		return walker->paths ? walker->paths[file] : NULL;
	const char *path = dwarf_filesrc(walker->files, file, NULL, NULL);
	/* elfutils returns this for an invalid entry. */
	if (!path || !strcmp(path, "???"))
		return NULL;
	walker->paths[file] = tidy_path(walker, path);
	return walker->paths[file];
}

static void add_start(
	struct dwarf_walker *walker, uint64_t address, uint64_t starts[DWARF_RANGE_MAX], uint32_t *cnt)
{
	if (walker->translate && !walker->translate(walker->context, &address))
		return;
	if (*cnt < DWARF_RANGE_MAX)
		starts[(*cnt)++] = address;
}

/* The starts of the code ranges. The entry need not be in the first range. */
static void take_starts(struct dwarf_walker *walker, Dwarf_Die *die, struct attributes *all,
	struct dwarf_record *record)
{
	uint64_t starts[DWARF_RANGE_MAX];
	uint32_t cnt = 0;
	Dwarf_Addr base, begin, end;

	if (all->has_ranges) {
		ptrdiff_t at = 0;
		for (int i = 0; i < DWARF_RANGE_MAX; i++) {
			ptrdiff_t next = dwarf_ranges(die, at, &base, &begin, &end);
			if (next <= at)
				break;
			at = next;
			if (begin < end)
				add_start(walker, begin, starts, &cnt);
		}
	} else if (all->has_low_pc && !dwarf_formaddr(&all->low_pc, &begin)) {
		add_start(walker, begin, starts, &cnt);
	}
	uint64_t *kept = cnt ? pool_calloc(&walker->facts->pool, cnt, sizeof(*kept)) : NULL;
	walker->facts->no_memory |= cnt && !kept;
	if (!kept)
		return;
	memcpy(kept, starts, cnt * sizeof(*kept));
	record->starts = kept;
	record->start_cnt = cnt;
}

static const char *prototype_of(struct dwarf_walker *walker, Dwarf_Die *die, const char *name)
{
	if (!walker->unit->c || !name)
		return NULL;
	buf_clear(&walker->text);
	dwarf_print_function(die, name, &walker->text);
	walker->facts->no_memory |= walker->text.failed;
	return intern(walker, buf_text(&walker->text));
}

static void fill_record(struct dwarf_walker *walker, Dwarf_Die *die, struct attributes *all,
	struct dwarf_record *record)
{
	const char *name = text_of(&all->name), *linkage = text_of(&all->linkage_name);
	const char *symbol = linkage ? linkage : name;

	if (symbol && !function_name_is_sane(symbol)) {
		walker->facts->bad_name_cnt++;
		symbol = name = NULL;
	}
	*record = (struct dwarf_record) {
		.offset = dwarf_dieoffset(die),
		.unit = walker->unit,
		.name = intern(walker, symbol),
		.line = (uint32_t)walk_number_of(&all->decl_line),
		.declaration = all->declaration,
		.external = all->external,
		.artificial = all->artificial,
	};
	if (all->has_origin)
		record->origin = reference_of(walker, &all->origin);
	if (all->declaration)
		return;
	record->file = path_of(walker, &all->decl_file);
	take_starts(walker, die, all, record);
	/* A copy of an abstract function has parameters without names and types. */
	if (name)
		record->prototype = prototype_of(walker, die, name);
}

static void visit_function(struct dwarf_walker *walker, Dwarf_Die *die, struct place place)
{
	struct dwarf_facts *facts = walker->facts;
	struct attributes all = {0};
	struct dwarf_record *records = walk_grow(
		facts, facts->records, facts->record_cnt, &facts->record_cap, sizeof(*records));

	if (!records)
		return;
	facts->records = records;
	dwarf_getattrs(die, take_attribute, &all, 0);
	struct dwarf_record *record = &records[facts->record_cnt++];
	fill_record(walker, die, &all, record);
	place.function = record->start_cnt ? record->offset : 0;
	place.abstract = record->start_cnt ? 0 : record->offset;
	if (!record->declaration)
		walk_children(walker, die, place);
}

/* An address in the call, which lies before the one that it returns to; 0: unknown. */
static uint64_t site_of(struct dwarf_walker *walker, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Addr back;

	if ((!dwarf_attr(die, DW_AT_call_return_pc, &attribute) &&
		    !dwarf_attr(die, DW_AT_low_pc, &attribute)) ||
		dwarf_formaddr(&attribute, &back) || !back)
		return 0;
	uint64_t site = back - 1;
	return walker->translate && !walker->translate(walker->context, &site) ? 0 : site;
}

static bool has_callee(Dwarf_Die *die, bool inlined, Dwarf_Attribute *ret)
{
	return (!inlined && dwarf_attr(die, DW_AT_call_origin, ret)) ||
		dwarf_attr(die, DW_AT_abstract_origin, ret);
}

/* An inlined body, or a call with a target known at compile time. */
static void visit_edge(
	struct dwarf_walker *walker, Dwarf_Die *die, struct place place, bool inlined)
{
	struct dwarf_edge edge = {.caller = place.function, .inlined = inlined};
	Dwarf_Attribute attribute;

	/* The inlined bodies of an abstract function are those of its code once more. */
	if (!edge.caller && !inlined) {
		edge.site = place.abstract ? site_of(walker, die) : 0;
		edge.caller = edge.site ? place.abstract : 0;
	}
	if (edge.caller && has_callee(die, inlined, &attribute)) {
		edge.callee = reference_of(walker, &attribute);
		if (edge.callee)
			add_edge(walker->facts, &edge);
	}
	if (inlined)
		walk_children(walker, die, place);
}

static void visit(struct dwarf_walker *walker, Dwarf_Die *die, struct place place)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
		visit_function(walker, die, place);
		break;
	case DW_TAG_inlined_subroutine:
		visit_edge(walker, die, place, true);
		break;
	case DW_TAG_call_site:
	case DW_TAG_GNU_call_site:
		visit_edge(walker, die, place, false);
		break;
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_namespace:
	case DW_TAG_module:
		walk_children(walker, die, place);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_class_type:
	case DW_TAG_enumeration_type:
		/* Methods of other languages. */
		if (!walker->unit->c)
			walk_children(walker, die, place);
		break;
	default:
		break;
	}
}

static void walk_children(struct dwarf_walker *walker, Dwarf_Die *parent, struct place place)
{
	Dwarf_Die child;
	Dwarf_Off before;

	if (place.depth >= DWARF_DEPTH_MAX) {
		walker->facts->too_deep_cnt++;
		return;
	}
	place.depth++;
	if (dwarf_child(parent, &child))
		return;
	do {
		before = dwarf_dieoffset(&child);
		visit(walker, &child, place);
		/* DW_AT_sibling may have any value. Only a later offset ends the walk. */
	} while (!walker->facts->no_memory && !dwarf_siblingof(&child, &child) &&
		dwarf_dieoffset(&child) > before);
}

static const char *language_of(Dwarf_Die *die, struct dwarf_unit *unit)
{
	int number = dwarf_srclang(die);

	for (size_t i = 0; i < ARRAY_SIZE(languages); i++) {
		if (languages[i].number != number)
			continue;
		unit->c = languages[i].c;
		unit->assembly = number == DW_LANG_Mips_Assembler;
		return languages[i].word;
	}
	return NULL;
}

void dwarf_walk_unit(struct dwarf_walker *walker, Dwarf_Die *die)
{
	struct dwarf_facts *facts = walker->facts;
	Dwarf_Attribute attribute;
	int tag = dwarf_tag(die);

	if (tag == DW_TAG_skeleton_unit || dwarf_hasattr(die, DW_AT_GNU_dwo_name)) {
		facts->split_unit_cnt++;
		return;
	}
	if (tag != DW_TAG_compile_unit && tag != DW_TAG_partial_unit)
		return;
	facts->unit_cnt++;
	walker->unit = pool_alloc(&facts->pool, sizeof(*walker->unit));
	facts->no_memory |= !walker->unit;
	if (!walker->unit)
		return;
	walker->directory =
		dwarf_attr(die, DW_AT_comp_dir, &attribute) ? dwarf_formstring(&attribute) : NULL;
	const char *name = dwarf_diename(die);
	walker->unit->name = name ? tidy_path(walker, name) : NULL;
	walker->unit->language = language_of(die, walker->unit);
	walker->file_cnt = 0;
	if (dwarf_getsrcfiles(die, &walker->files, &walker->file_cnt))
		walker->file_cnt = 0;
	walk_children(walker, die, (struct place) {0});
	free(walker->paths);
	walker->paths = NULL;
}

void dwarf_walker_deinit(struct dwarf_walker *walker)
{
	free(walker->paths);
	walker->paths = NULL;
	buf_deinit(&walker->text);
}

void dwarf_facts_deinit(struct dwarf_facts *facts)
{
	if (!facts)
		return;
	free(facts->records);
	free(facts->edges);
	pool_destroy(&facts->pool);
	*facts = (struct dwarf_facts) {0};
}
