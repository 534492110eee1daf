/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/file.h"
#include "snapshot/read_evidence.h"
#include "util/sort.h"

#include <stdlib.h>

struct loader {
	const json_t *contexts; /* name -> index */
};

/* The sum of an array of sizes. */
static unsigned int read_sizes(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *array = json_member_array(reader, place, object, key), *value;
	unsigned int sum = 0;
	size_t i;

	json_array_foreach(array, i, value)
	{
		json_int_t size = json_is_integer(value) ? json_integer_value(value) : 0;
		if (size != 1 && size != 2 && size != 4 && size != LAYOUT_SIZE_MAX)
			json_expected(reader, place, key, "1, 2, 4 or 8", value);
		else
			sum |= (unsigned int)size;
	}
	return sum;
}

static void read_layout_read_field(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_layout_field *field = element;
	const json_t *unknown = json_member_object(reader, place, object, "unknown");

	(void)context;
	field->name = json_required_text(reader, place, object, "name");
	field->type = json_text(reader, place, object, "type");
	field->offset_bytes = (uint32_t)json_number(reader, place, object, "offset", INT16_MAX);
	field->size_bytes = (uint32_t)json_number(reader, place, object, "size", INT16_MAX);
	field->read = read_sizes(reader, place, object, "read");
	field->write = read_sizes(reader, place, object, "write");
	if (!unknown || reader->error)
		return;
	field->unknown_read = read_sizes(reader, place, unknown, "read");
	field->unknown_write = read_sizes(reader, place, unknown, "write");
	field->why = load_evidence(reader, place, "unknown", unknown);
}

void load_layout_fields(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_layout *layout)
{
	layout->fields = json_objects(reader, place, object, "fields", sizeof(*layout->fields),
		read_layout_read_field, NULL, &layout->field_cnt);
}

static int compare_indices(const void *a, const void *b)
{
	return order_numbers(*(const size_t *)a, *(const size_t *)b);
}

static int compare_layouts(const void *a, const void *b)
{
	const struct snapshot_layout *left = a, *right = b;

	return compare_indices(left->contexts, right->contexts);
}

struct error *layouts_settle(struct snapshot *snapshot)
{
	bool *seen = calloc(snapshot->context_cnt + 1, sizeof(*seen));
	struct error *error = seen ? NULL : error_no_memory();

	if (snapshot->layout_cnt)
		qsort(snapshot->layouts, snapshot->layout_cnt, sizeof(*snapshot->layouts),
			compare_layouts);
	for (size_t i = 0; i < snapshot->layout_cnt && !error; i++) {
		const struct snapshot_layout *layout = &snapshot->layouts[i];
		for (size_t k = 0; k < layout->context_cnt && !error; k++) {
			bool *one = &seen[layout->contexts[k]];
			if (*one)
				error = error_create(ERROR_INPUT, NULL, "layouts: %s has two",
					snapshot->contexts[layout->contexts[k]].name);
			*one = true;
		}
	}
	free(seen);
	return error;
}

static void read_layout_read_layout(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_layout *layout = element;
	const struct loader *loader = context;
	size_t cnt;
	const char **names = json_texts(reader, place, object, "contexts", &cnt);

	layout->type = json_required_text(reader, place, object, "struct");
	layout->contexts = pool_calloc(reader->pool, cnt + 1, sizeof(*layout->contexts));
	if (!layout->contexts)
		return json_no_memory(reader);
	for (size_t i = 0; i < cnt && !reader->error; i++) {
		const json_t *index = json_object_get(loader->contexts, names[i]);
		if (index)
			layout->contexts[layout->context_cnt++] = (size_t)json_integer_value(index);
		else
			json_expected_key(reader, place, "contexts",
				"the name of one of the contexts", names[i]);
	}
	if (!layout->context_cnt)
		json_expected(reader, place, "contexts", "a context", json_object_get(object, "contexts"));
	if (reader->error)
		return;
	qsort(layout->contexts, layout->context_cnt, sizeof(*layout->contexts), compare_indices);
	load_layout_fields(reader, place, object, layout);
}

void load_layouts(struct json_reader *reader, const json_t *root, struct snapshot *snapshot,
	const json_t *contexts)
{
	struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};
	struct loader loader = {.contexts = contexts};

	if (reader->error)
		return;
	snapshot->has_layouts = json_is_array(json_object_get(root, "layouts"));
	snapshot->layouts = json_objects(reader, document, root, "layouts",
		sizeof(*snapshot->layouts), read_layout_read_layout, &loader, &snapshot->layout_cnt);
	if (!reader->error)
		reader->error = layouts_settle(snapshot);
}
