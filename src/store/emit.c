/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes BTF apart into the lines of store/form.h. */
#include "store/form.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/pool.h"
#include "util/sort.h"

#define TAGS_MAX 64u /* on one type; kernels have up to 5 */

struct emitter {
	const struct kbtf *btf;
	uint32_t cnt;
	uint32_t *numbers;    /* of types that share a name */
	uint32_t *first_tag;  /* by type: the id of its last decl tag; 0: none */
	uint32_t *next_tag;   /* by decl tag: the one before it */
	bool *used;           /* by type: something refers to it */
	uint32_t index_type;  /* the usual one of arrays */
	struct buf *out;
	struct error *error;  /* the first one */
	unsigned int depth;
};

static void refuse(struct emitter *emitter, const char *why, const char *name)
{
	if (!emitter->error)
		emitter->error = error_create(
			ERROR_INPUT, NULL, "the BTF cannot be stored: %s%s%s", why, *name ? ": " : "", name);
}

static const char *name_of(const struct emitter *emitter, uint32_t id)
{
	return kbtf_name(emitter->btf, kbtf_type(emitter->btf, id));
}

static bool is_named(const struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);

	return type && store_letter(type) && *kbtf_name(emitter->btf, type);
}

static void put_checked(struct emitter *emitter, const char *text, bool (*accepts)(char c))
{
	for (const char *c = text; *c; c++) {
		if (!accepts(*c)) {
			refuse(emitter, "no kernel has such a name", text);
			return;
		}
	}
	buf_puts(emitter->out, text);
}

static void put_name(struct emitter *emitter, uint32_t offset)
{
	put_checked(emitter, kbtf_string(emitter->btf, offset), store_is_name_char);
}

static void put_key(struct emitter *emitter, uint32_t id)
{
	put_checked(emitter, name_of(emitter, id), store_is_name_char);
	if (emitter->numbers[id])
		buf_printf(emitter->out, "#%" PRIu32, emitter->numbers[id]);
}

static void put_content(struct emitter *emitter, uint32_t id);
static void put_type(struct emitter *emitter, uint32_t id);

static void put_array(struct emitter *emitter, const struct btf_type *type)
{
	const struct btf_array *array = kbtf_tail(type);

	buf_printf(emitter->out, "[%" PRIx32, array->nelems);
	if (array->index_type != emitter->index_type) {
		buf_putc(emitter->out, '/');
		put_type(emitter, array->index_type);
	}
	buf_putc(emitter->out, ']');
	put_type(emitter, array->type);
}

static void put_modifier(struct emitter *emitter, const struct btf_type *type, char letter)
{
	buf_putc(emitter->out, letter);
	put_type(emitter, type->type);
}

static void put_type_tag(struct emitter *emitter, const struct btf_type *type)
{
	buf_puts(emitter->out, kbtf_kind_flag(type) ? "@@" : "@");
	put_checked(emitter, kbtf_name(emitter->btf, type), store_is_tag_char);
	put_modifier(emitter, type, ';');
}

/* A type without a name of its own. */
static void put_nameless(struct emitter *emitter, uint32_t id, const struct btf_type *type)
{
	static const char letters[] = {
		[BTF_KIND_PTR] = '*',
		[BTF_KIND_CONST] = 'K',
		[BTF_KIND_VOLATILE] = 'O',
		[BTF_KIND_RESTRICT] = 'R',
		[BTF_KIND_STRUCT] = 'S',
		[BTF_KIND_UNION] = 'U',
		[BTF_KIND_ENUM] = 'N',
		[BTF_KIND_ENUM64] = 'M',
	};
	unsigned int kind = kbtf_kind(type);

	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
		put_modifier(emitter, type, letters[kind]);
		break;
	case BTF_KIND_TYPE_TAG:
		put_type_tag(emitter, type);
		break;
	case BTF_KIND_ARRAY:
		put_array(emitter, type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		buf_putc(emitter->out, letters[kind]);
		put_content(emitter, id);
		break;
	case BTF_KIND_FUNC_PROTO:
		put_content(emitter, id);
		break;
	default:
		refuse(emitter, "a type of this kind needs a name", "");
	}
}

static void put_type(struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);

	if (emitter->error)
		return;
	if (id >= emitter->cnt || emitter->depth >= STORE_DEPTH_MAX) {
		refuse(emitter, id >= emitter->cnt ? "a type refers to none" : "a type is nested too deep", "");
		return;
	}
	emitter->depth++;
	if (!id) {
		buf_putc(emitter->out, 'v');
	} else if (is_named(emitter, id)) {
		buf_putc(emitter->out, store_letter(type));
		put_key(emitter, id);
	} else {
		put_nameless(emitter, id, type);
	}
	emitter->depth--;
}

static void put_offset(struct emitter *emitter, uint32_t offset, uint32_t last)
{
	uint32_t by = offset - last;

	if (offset < last)
		buf_printf(emitter->out, "-%" PRIx32, last - offset);
	else if (by % 8)
		buf_printf(emitter->out, "~%" PRIx32, by);
	else if (by)
		buf_printf(emitter->out, "+%" PRIx32, by / 8);
}

static void put_members(struct emitter *emitter, const struct btf_type *type)
{
	const struct btf_member *members = kbtf_tail(type);
	bool flag = kbtf_kind_flag(type);
	uint32_t last = 0;

	buf_printf(emitter->out, "%" PRIx32 "%s{", type->size, flag ? "k" : "");
	for (uint32_t i = 0; i < kbtf_vlen(type) && !emitter->error; i++) {
		uint32_t offset = flag ? members[i].offset & 0xffffff : members[i].offset;
		uint32_t bits = flag ? members[i].offset >> 24 : 0;
		put_name(emitter, members[i].name_off);
		buf_putc(emitter->out, ':');
		put_type(emitter, members[i].type);
		put_offset(emitter, offset, last);
		if (bits)
			buf_printf(emitter->out, "%%%" PRIx32, bits);
		buf_putc(emitter->out, ';');
		last = offset;
	}
	buf_putc(emitter->out, '}');
}

/* As the 32 bits say it: BTF before linux 6.0 does not say whether they are signed. */
static int64_t enumerator_value(const struct btf_type *type, uint32_t index, uint32_t *name_off)
{
	int64_t value = kbtf_enumerator(type, index, name_off);
	bool narrow = kbtf_kind(type) == BTF_KIND_ENUM;

	return narrow && !kbtf_kind_flag(type) ? (int64_t)(uint32_t)value : value;
}

static void put_enumerators(struct emitter *emitter, const struct btf_type *type)
{
	uint64_t expected = 0;

	buf_printf(emitter->out, "%" PRIx32 "%s{", type->size, kbtf_kind_flag(type) ? "k" : "");
	for (uint32_t i = 0; i < kbtf_vlen(type) && !emitter->error; i++) {
		uint32_t name_off;
		int64_t value = enumerator_value(type, i, &name_off);
		put_name(emitter, name_off);
		if ((uint64_t)value != expected)
			buf_printf(emitter->out, "=%" PRId64, value);
		buf_putc(emitter->out, ';');
		expected = (uint64_t)value + 1;
	}
	buf_putc(emitter->out, '}');
}

static void put_prototype(struct emitter *emitter, const struct btf_type *type)
{
	const struct btf_param *params = kbtf_tail(type);

	buf_putc(emitter->out, '(');
	for (uint32_t i = 0; i < kbtf_vlen(type) && !emitter->error; i++) {
		if (i)
			buf_putc(emitter->out, ',');
		put_name(emitter, params[i].name_off);
		buf_putc(emitter->out, ':');
		put_type(emitter, params[i].type);
	}
	put_modifier(emitter, type, ')');
}

static void put_variables(struct emitter *emitter, const struct btf_type *type)
{
	const struct btf_var_secinfo *infos = kbtf_tail(type);
	uint32_t last = 0;

	buf_printf(emitter->out, "%" PRIx32 "{", type->size);
	for (uint32_t i = 0; i < kbtf_vlen(type) && !emitter->error; i++) {
		if (infos[i].offset < last)
			refuse(emitter, "the variables of a section are not in their order", "");
		put_type(emitter, infos[i].type);
		buf_printf(emitter->out, "+%" PRIx32 ",%" PRIx32 ";", infos[i].offset - last, infos[i].size);
		last = infos[i].offset;
	}
	buf_putc(emitter->out, '}');
}

static void put_linkage(struct emitter *emitter, uint32_t linkage, uint32_t type)
{
	if (linkage > 9)
		refuse(emitter, "an unknown linkage", "");
	buf_printf(emitter->out, "%" PRIu32, linkage);
	put_type(emitter, type);
}

static void put_content(struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);
	const uint32_t *tail = kbtf_tail(type);

	switch (kbtf_kind(type)) {
	case BTF_KIND_INT:
		buf_printf(emitter->out, "%" PRIx32 ",%" PRIx32, type->size, *tail);
		break;
	case BTF_KIND_FLOAT:
		buf_printf(emitter->out, "%" PRIx32, type->size);
		break;
	case BTF_KIND_TYPEDEF:
		put_type(emitter, type->type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		put_members(emitter, type);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		put_enumerators(emitter, type);
		break;
	case BTF_KIND_FUNC_PROTO:
		put_prototype(emitter, type);
		break;
	case BTF_KIND_FUNC:
		put_linkage(emitter, kbtf_vlen(type), type->type);
		break;
	case BTF_KIND_VAR:
		put_linkage(emitter, *tail, type->type);
		break;
	case BTF_KIND_DATASEC:
		put_variables(emitter, type);
		break;
	default:
		break;
	}
	if (emitter->first_tag[id] && !is_named(emitter, id))
		refuse(emitter, "a type without a name has a tag", "");
}

/* "!contains:node_data:node@2" */
static void put_tags(struct emitter *emitter, uint32_t id)
{
	_cleanup_pool_ struct pool pool = {0};
	const char *texts[TAGS_MAX];
	size_t cnt = 0;

	for (uint32_t tag = emitter->first_tag[id]; tag; tag = emitter->next_tag[tag]) {
		const struct btf_type *type = kbtf_type(emitter->btf, tag);
		const char *name = kbtf_name(emitter->btf, type), *flag = kbtf_kind_flag(type) ? "!" : "";
		int32_t index = *(const int32_t *)kbtf_tail(type);
		const char *text = index == -1 ? pool_printf(&pool, "!%s%s", flag, name)
					       : pool_printf(&pool, "!%s%s@%" PRId32, flag, name, index);
		if (!text || cnt == TAGS_MAX || index < -1) {
			refuse(emitter, "too many tags, or a bad one", name);
			return;
		}
		texts[cnt++] = text;
		for (; *name; name++) {
			if (!store_is_tag_char(*name))
				refuse(emitter, "no kernel has such a tag", "");
		}
	}
	qsort(texts, cnt, sizeof(*texts), compare_texts);
	for (size_t i = 0; i < cnt; i++)
		buf_puts(emitter->out, texts[i]);
}

static void note_use(struct emitter *emitter, uint32_t id)
{
	if (id < emitter->cnt)
		emitter->used[id] = true;
}

static void note_uses(struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);
	const uint32_t *tail = kbtf_tail(type);
	unsigned int kind = kbtf_kind(type);
	uint32_t vlen = kbtf_vlen(type);

	switch (kind) {
	case BTF_KIND_ARRAY:
		note_use(emitter, tail[0]);
		note_use(emitter, tail[1]);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (uint32_t i = 0; i < vlen; i++)
			note_use(emitter, tail[3 * (size_t)i + 1]);
		break;
	case BTF_KIND_DATASEC:
		for (uint32_t i = 0; i < vlen; i++)
			note_use(emitter, tail[3 * (size_t)i]);
		break;
	case BTF_KIND_FUNC_PROTO:
		note_use(emitter, type->type);
		for (uint32_t i = 0; i < vlen; i++)
			note_use(emitter, tail[2 * (size_t)i + 1]);
		break;
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		break;
	default:
		note_use(emitter, type->type);
	}
	if (kind == BTF_KIND_DECL_TAG && type->type < emitter->cnt) {
		emitter->next_tag[id] = emitter->first_tag[type->type];
		emitter->first_tag[type->type] = id;
	}
}

/* The index type that most arrays have. */
static struct error *find_index_type(struct emitter *emitter)
{
	uint32_t *counts = calloc(emitter->cnt, sizeof(*counts)), best = 0;

	if (!counts)
		return error_no_memory();
	for (uint32_t id = 1; id < emitter->cnt; id++) {
		const struct btf_type *type = kbtf_type(emitter->btf, id);
		const struct btf_array *array = kbtf_tail(type);
		if (kbtf_kind(type) != BTF_KIND_ARRAY || array->index_type >= emitter->cnt)
			continue;
		if (++counts[array->index_type] > best) {
			best = counts[array->index_type];
			emitter->index_type = array->index_type;
		}
	}
	free(counts);
	return NULL;
}

/* "~" and the name of its first member, which keeps lines of different kernels apart. */
static void put_unused(struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);
	unsigned int kind = kbtf_kind(type);
	bool has_names = kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
		kind == BTF_KIND_ENUM64;

	buf_putc(emitter->out, STORE_KEY_NAMELESS);
	if (has_names && kbtf_vlen(type))
		put_name(emitter, *(const uint32_t *)kbtf_tail(type));
	buf_puts(emitter->out, "\t~");
	put_type(emitter, id);
}

static void put_line(struct emitter *emitter, uint32_t id)
{
	const struct btf_type *type = kbtf_type(emitter->btf, id);

	if (is_named(emitter, id)) {
		put_key(emitter, id);
		buf_printf(emitter->out, "\t%c", store_letter(type));
		put_content(emitter, id);
		put_tags(emitter, id);
	} else {
		put_unused(emitter, id);
	}
	buf_putc(emitter->out, '\n');
}

static void put_lines(struct emitter *emitter, struct buf text[STORE_SECTION_CNT])
{
	emitter->out = &text[STORE_TYPES];
	buf_puts(emitter->out, STORE_KEY_USUAL_INDEX "\t ");
	put_type(emitter, emitter->index_type);
	buf_putc(emitter->out, '\n');
	for (uint32_t id = 1; id < emitter->cnt && !emitter->error; id++) {
		unsigned int kind = kbtf_kind(kbtf_type(emitter->btf, id));
		if (kind == BTF_KIND_DECL_TAG || (!is_named(emitter, id) && emitter->used[id]))
			continue;
		emitter->out = &text[kind == BTF_KIND_FUNC ? STORE_FUNCTIONS : STORE_TYPES];
		put_line(emitter, id);
	}
}

static struct error *emit_all(struct emitter *emitter, struct store_lines *ret)
{
	struct store_lines text = {0};
	struct error *error = NULL;

	for (uint32_t id = 1; id < emitter->cnt; id++)
		note_uses(emitter, id);
	error = find_index_type(emitter);
	if (!error) {
		put_lines(emitter, text.text);
		error = emitter->error;
	}
	for (size_t i = 0; i < STORE_SECTION_CNT && !error; i++)
		error = store_sort_lines(&text.text[i], &ret->text[i]);
	store_lines_deinit(&text);
	return error;
}

struct error *store_emit(const struct kbtf *btf, struct store_lines *ret)
{
	struct emitter emitter = {.btf = btf, .cnt = kbtf_type_cnt(btf)};
	struct store_lines lines = {0};

	if (!kbtf_references_hold(btf))
		return error_create(ERROR_INPUT, NULL, "the BTF cannot be stored: a type refers to none");
	emitter.first_tag = calloc(emitter.cnt, sizeof(*emitter.first_tag));
	emitter.next_tag = calloc(emitter.cnt, sizeof(*emitter.next_tag));
	emitter.used = calloc(emitter.cnt, sizeof(*emitter.used));
	struct error *error = emitter.first_tag && emitter.next_tag && emitter.used
		? store_number_types(btf, &emitter.numbers)
		: error_no_memory();
	if (!error)
		error = emit_all(&emitter, &lines);
	free(emitter.first_tag);
	free(emitter.next_tag);
	free(emitter.used);
	free(emitter.numbers);
	if (error)
		store_lines_deinit(&lines);
	else
		*ret = lines;
	return error;
}
