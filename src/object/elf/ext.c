/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .BTF.ext: CO-RE relocations and line information (struct btf_ext_header of tools/lib/bpf/btf.h).
 * A part is a record size, and then for each section its name, a count, and that many records.
 */
#include "object/elf/parts.h"

#include <linux/bpf.h>
#include <stdlib.h>

#define HEADER_BYTES 24u      /* up to the line information */
#define HEADER_CORE_BYTES 32u /* with the CO-RE relocations */
#define RECORD_MIN_BYTES 16u  /* of both kinds that are read */
#define LINE_OF(column) ((column) >> 10)

struct part {
	const struct object *object;
	const unsigned char *at, *end;
	uint32_t record_bytes;
};

/* The records of one section. */
struct records {
	uint32_t section; /* 0: the object has none of that name */
	uint32_t cnt;
	const unsigned char *at;
};

static const char *ext_string(const struct object *object, uint32_t offset)
{
	return kbtf_string(object->btf, offset);
}

/* False: no more, or the rest is damaged. */
static bool next_records(struct part *part, struct records *ret)
{
	if (part->end - part->at < 8)
		return false;
	ret->section = object_find_section(
		part->object, ext_string(part->object, object_word(part->object, part->at)));
	ret->cnt = object_word(part->object, part->at + 4);
	ret->at = part->at + 8;
	if (ret->cnt > (uint64_t)(part->end - ret->at) / part->record_bytes)
		return false;
	part->at = ret->at + (size_t)ret->cnt * part->record_bytes;
	if (ret->section && !part->object->sections[ret->section].insns)
		ret->section = 0;
	return true;
}

static bool part_open(const struct object *object, const unsigned char *data, size_t size,
	uint32_t header_bytes, uint32_t field, struct part *ret)
{
	uint32_t offset = object_word(object, data + field),
		 len = object_word(object, data + field + 4);

	if (len < sizeof(uint32_t) || offset > size - header_bytes ||
		len > size - header_bytes - offset)
		return false;
	const unsigned char *at = data + header_bytes + offset;
	*ret = (struct part) {object, at + sizeof(uint32_t), at + len, object_word(object, at)};
	return ret->record_bytes >= RECORD_MIN_BYTES;
}

static size_t count_records(struct part part)
{
	struct records records;
	size_t cnt = 0;

	while (next_records(&part, &records))
		cnt += records.cnt;
	return cnt;
}

static void read_core(struct object *object, const struct records *records, const unsigned char *at)
{
	uint32_t insn = object_word(object, at) / (uint32_t)sizeof(struct bpf_insn);

	if (!records->section || insn >= object->sections[records->section].insn_cnt)
		return;
	object->cores[object->core_cnt++] = (struct object_core) {
		.section = records->section,
		.insn = insn,
		.type_id = object_word(object, at + 4),
		.access = ext_string(object, object_word(object, at + 8)),
		.kind = object_word(object, at + 12),
	};
}

static void read_line(struct object *object, const struct records *records, const unsigned char *at)
{
	uint32_t insn = object_word(object, at) / (uint32_t)sizeof(struct bpf_insn);

	if (!records->section || insn >= object->sections[records->section].insn_cnt)
		return;
	object->lines[object->line_cnt++] = (struct object_line) {
		.section = records->section,
		.insn = insn,
		.file = ext_string(object, object_word(object, at + 4)),
		.text = ext_string(object, object_word(object, at + 8)),
		.line = LINE_OF(object_word(object, at + 12)),
	};
}

typedef void read_record(
	struct object *object, const struct records *records, const unsigned char *at);

static void read_part(struct object *object, struct part part, read_record *each)
{
	struct records records;

	while (next_records(&part, &records)) {
		for (uint32_t i = 0; i < records.cnt; i++)
			each(object, &records, records.at + (size_t)i * part.record_bytes);
	}
}

static int compare_lines(const void *a, const void *b)
{
	const struct object_line *x = a, *y = b;

	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return x->insn != y->insn ? (x->insn < y->insn ? -1 : 1) : 0;
}

static struct error *read_lines(struct object *object, const struct part *part)
{
	object->lines = pool_calloc(&object->pool, count_records(*part), sizeof(*object->lines));
	if (!object->lines)
		return error_no_memory();
	read_part(object, *part, read_line);
	if (object->line_cnt)
		qsort(object->lines, object->line_cnt, sizeof(*object->lines), compare_lines);
	return NULL;
}

static struct error *read_cores(struct object *object, const struct part *part)
{
	object->cores = pool_calloc(&object->pool, count_records(*part), sizeof(*object->cores));
	if (!object->cores)
		return error_no_memory();
	read_part(object, *part, read_core);
	return NULL;
}

struct error *object_read_ext(struct object *object)
{
	const struct object_section *section =
		&object->sections[object_find_section(object, ".BTF.ext")];
	const unsigned char *data = section->data;
	struct error *error = NULL;
	struct part part;

	/* All names in it are strings of .BTF. */
	if (!data || !object->btf || section->size_bytes < HEADER_BYTES)
		return NULL;
	uint32_t header_bytes = object_word(object, data + 4);
	if (header_bytes < HEADER_BYTES || header_bytes > section->size_bytes)
		return object_bad(".BTF.ext has no header");
	if (part_open(object, data, section->size_bytes, header_bytes, 16, &part))
		error = read_lines(object, &part);
	if (!error && header_bytes >= HEADER_CORE_BYTES &&
		part_open(object, data, section->size_bytes, header_bytes, 24, &part))
		error = read_cores(object, &part);
	return error;
}
