/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool input_is_debug_path(const char *name)
{
	return !strncmp(name, "usr/lib/debug/", 14) || strstr(name, "/usr/lib/debug/");
}

struct error *input_add_problem(struct input *input, struct error *error)
{
	if (!error || error->code == ERROR_NO_MEMORY)
		return error;
	const char **list = pool_grow(&input->pool, input->problems, input->problem_cnt,
		&input->problem_cap, sizeof(*list));
	const char *text = pool_strdup(&input->pool, error->what);
	error_free(error);
	if (!list || !text)
		return error_no_memory();
	input->problems = list;
	list[input->problem_cnt++] = text;
	return NULL;
}

static struct error *append_to(struct input *input, struct input_item ***list, size_t *cnt,
	size_t *cap, struct input_item *item)
{
	struct input_item **grown = pool_grow(&input->pool, *list, *cnt, cap, sizeof(*grown));

	if (!grown) {
		input_item_destroy(item);
		return error_no_memory();
	}
	*list = grown;
	grown[(*cnt)++] = item;
	return NULL;
}

struct error *input_append(struct input *input, struct input_item *item)
{
	if (item->kind == INPUT_MODULE_LIST)
		return append_to(input, &input->lists, &input->list_cnt, &input->list_cap, item);
	input->image_seen |= item->kind == INPUT_IMAGE;
	return append_to(input, &input->items, &input->item_cnt, &input->item_cap, item);
}

static struct error *not_known(const struct input_item *item)
{
	if (item->image)
		return error_create(ERROR_INPUT, NULL,
			"%s: an ELF file, but not a kernel: it has no linux_banner and no .BTF",
			item->name);
	return error_create(ERROR_INPUT, NULL, "%s: unrecognised file type", item->name);
}

struct error *input_add(struct input *input, const char *name, enum input_kind kind,
	unsigned char *data, size_t size, bool alone)
{
	struct input_item *item = input_item_create(name);

	if (!item) {
		free(data);
		return error_no_memory();
	}
	struct error *error = error_prefix(input_item_fill(item, kind, data, size), "%s", name);
	/* A vDSO beside a kernel is not a problem. */
	if (!error && item->kind != INPUT_NONE)
		return input_append(input, item);
	if (!error && (alone || input_is_kernel_name(name)))
		error = not_known(item);
	input_item_destroy(item);
	return alone ? error : input_add_problem(input, error);
}

void input_close(struct input *input)
{
	if (!input)
		return;
	for (size_t i = 0; i < input->item_cnt; i++)
		input_item_destroy(input->items[i]);
	for (size_t i = 0; i < input->list_cnt; i++)
		input_item_destroy(input->lists[i]);
	for (size_t i = 0; i < input->spool_cnt; i++)
		input_item_destroy(input->spool[i]);
	input_item_destroy(input->first_module);
	for (size_t i = 0; i < input->boot_cnt; i++)
		input_close(input->boots[i]);
	if (input->top >= 0)
		close(input->top);
	members_close(input->reader);
	pool_destroy(&input->pool);
	free(input);
}
