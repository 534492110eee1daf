/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/file.h"
#include "util/json_write.h"

/* The sizes in the mask, as an array. */
static json_t *write_layout_sizes(unsigned int sum)
{
	json_t *array = json_array();

	for (unsigned int size = 1; size <= LAYOUT_SIZE_MAX; size *= 2) {
		if (sum & size && json_array_append_new(array, json_integer(size))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static json_t *write_layout_unknown(const struct snapshot_layout_field *field)
{
	json_t *object = json_pack("{s:i,s:o}", "errno", field->why->errnum, "line",
		json_text_or_null(field->why->line));
	bool failed = false;

	if (field->why->rule)
		failed |= json_object_set_new(object, "rule", json_text_or_null(field->why->rule)) != 0;
	failed |= json_object_set_new(object, "read", write_layout_sizes(field->unknown_read)) ||
		json_object_set_new(object, "write", write_layout_sizes(field->unknown_write));
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *field_object(const struct snapshot_layout_field *field)
{
	json_t *object = json_pack("{s:o}", "name", json_text_or_null(field->name));
	bool failed = false;

	if (field->type)
		failed |= json_object_set_new(object, "type", json_text_or_null(field->type)) != 0;
	failed |= json_object_set_new(object, "offset", json_integer(field->offset_bytes)) ||
		json_object_set_new(object, "size", json_integer(field->size_bytes)) ||
		json_object_set_new(object, "read", write_layout_sizes(field->read)) ||
		json_object_set_new(object, "write", write_layout_sizes(field->write));
	if (field->why)
		failed |= json_object_set_new(object, "unknown", write_layout_unknown(field)) != 0;
	if (!failed)
		return object;
	json_decref(object);
	return NULL;
}

json_t *render_json_layout_fields(const struct snapshot_layout *layout)
{
	json_t *array = json_array();

	for (size_t i = 0; i < layout->field_cnt; i++) {
		if (json_array_append_new(array, field_object(&layout->fields[i]))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}
