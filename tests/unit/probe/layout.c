/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a struct, the results of loads, and the round trip through a snapshot's JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture/fake_probe.h"
#include "btf/btf.h"
#include "snapshot/file.h"
#include "render/render.h"
#include "util/array.h"

/* struct xdp_md { u32 a; u32 b[2]; union { void *p; u64 :64; }; struct { u16 c; } in; u32 bit:3; } */
static uint32_t add_struct(struct btf_builder *b)
{
	uint32_t u16 = builder_int(b, "u16", 2), u32 = builder_int(b, "u32", 4);
	uint32_t u64 = builder_int(b, "u64", 8), pointer = builder_ptr(b, u32);
	uint32_t pair = builder_array(b, builder_ref(b, BTF_KIND_TYPEDEF, "__u32", u32), 2);
	uint32_t inner = builder_type(b, "inner", BTF_KIND_STRUCT, 1, false, 2);
	builder_member(b, "c", u16, 0);
	uint32_t either = builder_type(b, NULL, BTF_KIND_UNION, 2, true, 8);
	builder_member(b, "p", pointer, 0);
	builder_member(b, NULL, u64, 64u << 24);
	uint32_t id = builder_type(b, "xdp_md", BTF_KIND_STRUCT, 5, true, 40);
	builder_member(b, "a", u32, 0);
	builder_member(b, "b", pair, 32);
	builder_member(b, NULL, either, 128);
	builder_member(b, "in", inner, 192);
	builder_member(b, "bit", u32, 3u << 24 | 208);
	return id;
}

static const struct kbtf_field expected[] = {
	{"a", "u32", 0, 4}, {"b[0]", "__u32", 4, 4}, {"b[1]", "__u32", 8, 4}, {"p", "u32 *", 16, 8},
	{"in.c", "u16", 24, 2}};

static void test_fields(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct btf_builder builder;
	struct kbtf_field *fields;
	struct kbtf *btf;
	size_t cnt;

	(void)state;
	builder_init(&builder);
	uint32_t id = add_struct(&builder);
	assert_null(builder_create(&builder, NULL, &btf));
	assert_null(kbtf_fields(btf, id, &pool, &fields, &cnt));
	assert_int_equal(cnt, ARRAY_SIZE(expected));
	for (size_t i = 0; i < cnt; i++) {
		assert_string_equal(fields[i].name, expected[i].name);
		assert_string_equal(fields[i].type, expected[i].type);
		assert_int_equal(fields[i].offset_bytes, expected[i].offset_bytes);
		assert_int_equal(fields[i].size_bytes, expected[i].size_bytes);
	}
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

/* An array of arrays of a large struct, and a struct that holds itself. */
static void test_fields_without_end(void **state)
{
	struct btf_builder builder;
	struct kbtf *btf;

	(void)state;
	builder_init(&builder);
	uint32_t u8 = builder_int(&builder, "u8", 1);
	uint32_t many = builder_array(&builder, u8, KBTF_FIELDS_MAX + 1);
	uint32_t wide = builder_type(&builder, "wide", BTF_KIND_STRUCT, 1, false, KBTF_FIELDS_MAX + 1);
	builder_member(&builder, "many", many, 0);
	uint32_t itself = builder_type(&builder, "itself", BTF_KIND_STRUCT, 2, false, 8);
	builder_member(&builder, "l", itself, 0);
	builder_member(&builder, "r", itself, 0);
	uint32_t endless = builder_array(&builder, u8, 0xffffffff);
	uint32_t huge = builder_type(&builder, "huge", BTF_KIND_STRUCT, 1, false, 0xffffffff);
	builder_member(&builder, "all", endless, 0);
	const uint32_t ids[] = {wide, itself};
	assert_null(builder_create(&builder, NULL, &btf));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct kbtf_field *fields;
		size_t cnt;
		_cleanup_error_ struct error *error = kbtf_fields(btf, ids[i], &pool, &fields, &cnt);
		assert_non_null(error);
		assert_int_equal(error->code, ERROR_INPUT);
	}
	_cleanup_pool_ struct pool pool = {0};
	struct kbtf_field *fields;
	size_t cnt;
	_cleanup_error_ struct error *error = kbtf_fields(btf, huge, &pool, &fields, &cnt);
	assert_non_null(error);
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

static struct fake *open_fake(void)
{
	struct fake *fake = fake_open();
	struct btf_builder *b = &fake->builder;
	uint32_t id = add_struct(b), nothing = builder_ptr(b, 0);

	builder_type(b, "bpf_ctx_convert", BTF_KIND_STRUCT, 2, false, 48);
	builder_member(b, "BPF_PROG_TYPE_XDP_prog", id, 0);
	builder_member(b, "BPF_PROG_TYPE_SYSCALL_prog", nothing, 320);
	kbtf_destroy(fake->kernel.btf);
	fake->kernel.btf = NULL;
	assert_null(builder_create(b, NULL, &fake->kernel.btf));
	return fake;
}

static struct snapshot *observe_layout(struct fake *fake)
{
	struct probe_request request = request_of(fake, 1u << PROBE_CONTEXTS);

	request.layout = true;
	return observe(fake, &request, NULL);
}

static const struct snapshot_layout *layout_of(const struct snapshot *snapshot, const char *context)
{
	for (size_t i = 0; i < snapshot->layout_cnt; i++) {
		const struct snapshot_layout *layout = &snapshot->layouts[i];
		for (size_t k = 0; k < layout->context_cnt; k++) {
			if (!strcmp(snapshot->contexts[layout->contexts[k]].name, context))
				return layout;
		}
	}
	return NULL;
}

/* The fake: bytes up to 16 are read 4 at a time; b[1] is written; where frags are, nothing is. */
static void test_what_loads_prove(void **state)
{
	_cleanup_fake_ struct fake *fake = open_fake();
	_cleanup_snapshot_ struct snapshot *snapshot = observe_layout(fake);
	const struct snapshot_layout *xdp = layout_of(snapshot, "xdp");

	(void)state;
	assert_true(snapshot->has_layouts);
	assert_int_equal(snapshot->layout_cnt, 2);
	assert_non_null(xdp);
	assert_ptr_equal(layout_of(snapshot, "xdp/devmap"), xdp);
	assert_ptr_not_equal(layout_of(snapshot, "xdp.frags"), xdp);
	assert_null(layout_of(snapshot, "syscall"));
	assert_null(layout_of(snapshot, "tc"));
	assert_string_equal(xdp->type, "xdp_md");
	assert_int_equal(xdp->field_cnt, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(xdp->fields[i].name, expected[i].name);
		assert_string_equal(xdp->fields[i].type, expected[i].type);
		assert_int_equal(xdp->fields[i].read, expected[i].offset_bytes < 16 ? 4 : 0);
		assert_int_equal(xdp->fields[i].write, i == 2 ? 4 : 0);
		assert_null(xdp->fields[i].why);
		assert_int_equal(layout_of(snapshot, "xdp.frags")->fields[i].write, 0);
	}
}

static void test_words_that_no_rule_knows(void **state)
{
	_cleanup_fake_ struct fake *fake = open_fake();

	(void)state;
	fake->rewords_refusals = true;
	_cleanup_snapshot_ struct snapshot *snapshot = observe_layout(fake);
	const struct snapshot_layout *xdp = layout_of(snapshot, "xdp");
	assert_int_equal(xdp->fields[0].read, 4);
	assert_int_equal(xdp->fields[0].unknown_read, 1 | 2 | 8);
	assert_int_equal(xdp->fields[0].unknown_write, 1 | 2 | 4 | 8);
	assert_string_equal(xdp->fields[0].why->rule, "unrecognised");
	assert_string_equal(xdp->fields[0].why->line, "that place is off limits");
}

static void test_not_asked(void **state)
{
	_cleanup_fake_ struct fake *fake = open_fake(), *without = fake_open();
	struct probe_request request = request_of(fake, 1u << PROBE_CONTEXTS);
	_cleanup_snapshot_ struct snapshot *snapshot = observe(fake, &request, NULL);
	_cleanup_snapshot_ struct snapshot *nothing = observe_layout(without);

	(void)state;
	assert_false(snapshot->has_layouts);
	assert_int_equal(nothing->layout_cnt, 0);
}

static void test_json_is_read_back(void **state)
{
	const struct render_json_options options = {.one_line = true};
	const struct render_text_options text_options = {.width = 80};
	_cleanup_fake_ struct fake *fake = open_fake();
	_cleanup_buf_ struct buf first = {0}, second = {0}, text = {0};

	(void)state;
	for (int reworded = 0; reworded < 2; reworded++) {
		struct snapshot *read = NULL;
		fake->rewords_refusals = reworded;
		_cleanup_snapshot_ struct snapshot *snapshot = observe_layout(fake);
		first.len = second.len = text.len = 0;
		assert_null(render_json(snapshot, &options, &first));
		assert_null(load_snapshot_bytes(first.data, first.len, &read));
		assert_int_equal(read->layout_cnt, 2);
		assert_null(render_json(read, &options, &second));
		assert_int_equal(first.len, second.len);
		assert_memory_equal(first.data, second.data, first.len);
		assert_null(render_text(read, &text_options, &text));
		assert_non_null(strstr(buf_text(&text), reworded
			? "       8    4  1? 2? 4 8? 1? 2? 4 8? b[1] (unknown: that place is off limits)\n"
			: "       8    4  4        4        b[1]\n"));
		snapshot_destroy(read);
	}
}

static void test_refuses_odd_layouts(void **state)
{
#define BEGIN                                                                                      \
	"{\"schema\": \"kcompat/snapshot/1\", \"source\": {\"kind\": \"probed\"}, \"contexts\": [{\"name\": \"xdp\", \"program_type\": "   \
	"\"xdp\", \"state\": \"ok\"}], \"layouts\": "
	static const struct {
		const char *text, *what;
	} cases[] = {
		{BEGIN "{}}", "layouts: expected an array, found an object"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"tc\"], \"fields\": []}]}",
			"layouts[0].contexts: expected the name of one of the contexts, found 'tc'"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"xdp\"], \"fields\": [{\"name\": \"f\", \"read\": [3]}]}]}",
			"fields[0].read: expected 1, 2, 4 or 8, found a number"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"xdp\"], \"fields\": [{\"name\": \"f\", \"offset\": -1}]}]}",
			"fields[0].offset: expected a number in range, found a number"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"xdp\"], \"fields\": [{\"name\": \"f\", \"type\": 4}]}]}",
			"fields[0].type: expected a text, found a number"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [], \"fields\": []}]}",
			"layouts[0].contexts: expected a context, found an array"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"xdp\", \"xdp\"], \"fields\": []}]}",
			"layouts: xdp has two"},
		{BEGIN "[{\"struct\": \"s\", \"contexts\": [\"xdp\"], \"fields\": []}, "
			"{\"struct\": \"t\", \"contexts\": [\"xdp\"], \"fields\": []}]}",
			"layouts: xdp has two"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct snapshot *snapshot = NULL;
		_cleanup_error_ struct error *error =
			load_snapshot_bytes(cases[i].text, strlen(cases[i].text), &snapshot);
		assert_non_null(error);
		assert_string_equal(error->what, cases[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_without_end),
		cmocka_unit_test(test_what_loads_prove),
		cmocka_unit_test(test_words_that_no_rule_knows),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_json_is_read_back),
		cmocka_unit_test(test_refuses_odd_layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
