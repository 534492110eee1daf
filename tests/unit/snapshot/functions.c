/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of functions in a snapshot: what follows from them, and that JSON keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "snapshot/file.h"
#include "render/render.h"
#include "snapshot/snapshot.h"

#define NO_BTF (1u << FUNCTION_SOURCE_NO_BTF)
#define ALL_SOURCES (((1u << FUNCTION_SOURCE_CNT) - 1) & ~NO_BTF)
#define ENTRIES (1u << FUNCTION_SOURCE_ENTRIES)
#define TRACED_ONLY (1u << FUNCTION_SOURCE_TRACED_ONLY)
#define SINGLE_ONLY (1u << FUNCTION_SOURCE_SINGLE_ONLY)

static struct function_caller callers[] = {{"g", "a.c", 2}, {"h", "b.c", 1}, {"lost", NULL, 1}};

static struct function_instance instances[] = {
	{.unit = "a.c", .file = "a.h", .line = 7, .language = "C11", .prototype = "int f(int)",
		.has_address = true, .address = 0x1000, .external = TRISTATE_YES,
		.inlined = FUNCTION_INLINE_SELECTIVE, .direct = callers, .direct_cnt = 3,
		.inline_sites = &callers[1], .inline_site_cnt = 1},
};

static struct function_symbol symbols[] = {
	{.name = "f", .address = 0x1000, .size_bytes = 16, .binding = FUNCTION_BINDING_GLOBAL,
		.section = ".text", .patchable = TRISTATE_YES, .kprobe_refused = TRISTATE_NO,
		.exported = FUNCTION_EXPORT_GPL},
	{.name = "f.cold", .address = 0x2000, .binding = FUNCTION_BINDING_LOCAL,
		.section = ".text.unlikely", .patchable = TRISTATE_NO,
		.kprobe_refused = TRISTATE_YES},
};

static struct function_instance inlined_only = {
	.unit = "a.c", .external = TRISTATE_NO, .inlined = FUNCTION_INLINE_FULL};

static struct kernel_function list[] = {
	{.name = "f", .instances = instances, .instance_cnt = 1, .symbols = symbols, .symbol_cnt = 2},
	{.name = "only_inlined", .instances = &inlined_only, .instance_cnt = 1},
};

static struct kernel_functions functions = {.list = list, .cnt = 2, .sources = ALL_SOURCES};

/* Rules that some test has seen. */
static bool produced[PREDICT_RULE_CNT];

static enum tristate attachable_by(const struct kernel_function *function, uint32_t sources,
	size_t in_btf, enum function_attach attach, enum predict_rule why)
{
	struct function_attachability answer =
		function_attachability(function, sources, in_btf, attach);

	assert_int_equal(answer.rule, why);
	assert_int_equal(answer.reason != NULL, why != PREDICT_NONE);
	produced[why] = true;
	return answer.possible;
}

static enum tristate attachable(
	struct kernel_function function, enum function_attach attach, enum predict_rule why)
{
	return attachable_by(&function, ALL_SOURCES, 1, attach, why);
}

/* Only inlined calls of the one that is attached to matter. */
static void check_inlined_of_several(void)
{
	struct function_symbol two[2] = {symbols[0], symbols[0]};
	struct function_instance each[2] = {instances[0], instances[0]};
	const struct kernel_function function = {.name = "f", .symbols = two, .symbol_cnt = 2,
		.instances = each, .instance_cnt = 2};

	each[1].address = two[1].address = two[0].address + 16;
	for (int first = 0; first < 2; first++) {
		each[0].inlined = first ? FUNCTION_INLINE_SELECTIVE : FUNCTION_INLINE_NO;
		each[1].inlined = first ? FUNCTION_INLINE_NO : FUNCTION_INLINE_SELECTIVE;
		assert_int_equal(
			attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_FIRST_OF_SEVERAL),
			TRISTATE_YES);
		const char *reason =
			function_attachability(&function, ALL_SOURCES, 2, FUNCTION_ATTACH_FENTRY).reason;
		assert_int_equal(strstr(reason, "inlined") != NULL, first);
	}
}

static void test_attachability(void **state)
{
	struct function_symbol one = symbols[0], two[2] = {symbols[0], symbols[0]};
	struct kernel_function function = {.name = "f", .symbols = &one, .symbol_cnt = 1};

	(void)state;
	assert_int_equal(attachable(list[0], FUNCTION_ATTACH_FENTRY, PREDICT_INLINED_CALLS), TRISTATE_YES);
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_NONE), TRISTATE_YES);
	assert_null(function_attachability(&function, ALL_SOURCES, 1, FUNCTION_ATTACH_KPROBE).reason);
	assert_int_equal(attachable(list[1], FUNCTION_ATTACH_KPROBE, PREDICT_INLINED), TRISTATE_NO);
	one.patchable = TRISTATE_NO;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_NOT_PATCHABLE), TRISTATE_NO);
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_NOT_PATCHABLE), TRISTATE_NO);
	assert_int_equal(attachable_by(&function, ALL_SOURCES & ~TRACED_ONLY, 1, FUNCTION_ATTACH_KPROBE,
				 PREDICT_NOT_PATCHABLE),
		TRISTATE_UNKNOWN);
	one.kprobe_refused = TRISTATE_YES;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_KPROBE_BLACKLIST), TRISTATE_NO);
	one.kprobe_refused = one.patchable = TRISTATE_UNKNOWN;
	assert_int_equal(attachable_by(&function, ALL_SOURCES & ~ENTRIES, 1, FUNCTION_ATTACH_FENTRY,
				 PREDICT_PLACE_UNKNOWN),
		TRISTATE_UNKNOWN);
	/* The table was read: what it has is not the function's. */
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_PLACE_UNKNOWN), TRISTATE_UNKNOWN);
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_BLACKLIST_UNREAD), TRISTATE_UNKNOWN);
	one.kprobe_refused = TRISTATE_NO;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_PLACE_UNKNOWN), TRISTATE_UNKNOWN);
	one = symbols[0];
	one.region = "init";
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_FREED), TRISTATE_NO);
	one = symbols[1];
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_RENAMED), TRISTATE_NO);
	/* Several of one name; at one address they are the same. */
	function.symbols = two;
	function.symbol_cnt = 2;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_NONE), TRISTATE_YES);
	two[1].address++;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_SEVERAL), TRISTATE_NO);
	assert_int_equal(attachable_by(&function, ALL_SOURCES & ~SINGLE_ONLY, 1, FUNCTION_ATTACH_KPROBE,
				 PREDICT_SEVERAL),
		TRISTATE_UNKNOWN);
	/* Which the kernel has of several to fentry is the first in memory. */
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_FIRST_OF_SEVERAL), TRISTATE_YES);
	two[0].patchable = TRISTATE_NO;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_NOT_PATCHABLE), TRISTATE_NO);
	check_inlined_of_several();
	/* A snapshot without addresses. */
	two[0] = two[1] = symbols[0];
	two[0].address = two[1].address = 0;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_SEVERAL), TRISTATE_NO);
	function = (struct kernel_function) {.name = "f"};
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_NO_SYMBOL), TRISTATE_NO);
	assert_int_equal(attachable_by(&function, 0, 0, FUNCTION_ATTACH_FENTRY,
				 PREDICT_SYMBOLS_UNREAD),
		TRISTATE_UNKNOWN);
	function = list[0];
	assert_int_equal(attachable_by(&function, ALL_SOURCES, 0, FUNCTION_ATTACH_FENTRY,
				 PREDICT_NOT_IN_BTF),
		TRISTATE_NO);
}

/* What keeps one way of attaching, and not the other, from a function whose code would do. */
static void test_attachability_by_name(void **state)
{
	struct function_symbol one = symbols[0];
	struct kernel_function function = {.name = "f", .symbols = &one, .symbol_cnt = 1};

	(void)state;
	function.fentry_doubt = "who knows";
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_FENTRY_UNKNOWN), TRISTATE_UNKNOWN);
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_NONE), TRISTATE_YES);
	function.fentry_refused = "varargs";
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_FENTRY_REFUSED), TRISTATE_NO);
	function.namesake = true;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_KPROBE, PREDICT_SEVERAL), TRISTATE_NO);
	/* A table of symbols may have more than the kernel lists. */
	assert_int_equal(attachable_by(&function, ALL_SOURCES & ~(1u << FUNCTION_SOURCE_SYMBOLS), 1, FUNCTION_ATTACH_KPROBE,
				 PREDICT_DATA_OF_NAME),
		TRISTATE_UNKNOWN);
}

/* Functions without a symbol, and a kernel whose BTF was not read. */
static void test_attachability_without(void **state)
{
	struct kernel_function function = {.name = "f", .kind = FUNCTION_KIND_DECLARATION};
	struct function_instance gone = {.unit = "a.c", .inlined = FUNCTION_INLINE_GONE};

	(void)state;
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_NOT_DEFINED), TRISTATE_NO);
	function = (struct kernel_function) {.name = "f", .instances = &gone, .instance_cnt = 1};
	assert_int_equal(attachable(function, FUNCTION_ATTACH_FENTRY, PREDICT_COMPILED_AWAY), TRISTATE_NO);
	function = (struct kernel_function) {.name = "f", .symbols = symbols, .symbol_cnt = 1};
	assert_int_equal(attachable_by(&function, ALL_SOURCES & ~(1u << FUNCTION_SOURCE_BTF), 0,
				 FUNCTION_ATTACH_FENTRY, PREDICT_BTF_UNREAD),
		TRISTATE_UNKNOWN);
	assert_int_equal(attachable_by(&function, (ALL_SOURCES & ~(1u << FUNCTION_SOURCE_BTF)) | NO_BTF, 0,
				 FUNCTION_ATTACH_FENTRY, PREDICT_NO_BTF),
		TRISTATE_NO);
	assert_int_equal(attachable_by(&function, ALL_SOURCES | NO_BTF, 0, FUNCTION_ATTACH_KPROBE,
				 PREDICT_NONE),
		TRISTATE_YES);
}

/* Each rule of attachments was produced by a test above. */
static void test_every_attach_rule(void **state)
{
	(void)state;
#define CHECK_PRODUCED(name, id, meaning, source)                                                  \
	if (!produced[PREDICT_##name])                                                             \
		fail_msg("no test produces the rule %s", id);
	PREDICT_ATTACH_RULES(CHECK_PRODUCED)
#undef CHECK_PRODUCED
}

static void test_sources(void **state)
{
	uint32_t code = function_source_mask("code");

	(void)state;
	assert_string_equal(function_fact_source(FUNCTION_FACT_DIRECT_CALLERS, ALL_SOURCES), "dwarf");
	assert_string_equal(function_fact_source(FUNCTION_FACT_DIRECT_CALLERS, code), "code");
	assert_null(function_fact_source(FUNCTION_FACT_INLINE, code));
	assert_int_equal(function_source_mask("hearsay"), 0);
}

/* A snapshot of f, by its plain symbol alone, of only_inlined, and of one without facts. */
static struct snapshot *make(void)
{
	struct snapshot *snapshot = snapshot_create();
	struct snapshot_function *three = pool_calloc(&snapshot->pool, 3, sizeof(*three));
	struct snapshot_symbol *plain = pool_calloc(&snapshot->pool, 1, sizeof(*plain));

	*plain = (struct snapshot_symbol) {"f", "vmlinux", 'T', 0x1000};
	three[0] = (struct snapshot_function) {
		.name = "f", .state = "present", .symbols = plain, .symbol_cnt = 1};
	three[1] = (struct snapshot_function) {
		.name = "only_inlined", .state = "absent", .reason = "neither here nor there"};
	three[2] = (struct snapshot_function) {
		.name = "other", .state = "unknown", .reason = "not asked"};
	three[0].attached = pool_calloc(&snapshot->pool, FUNCTION_ATTACH_CNT, sizeof(*three->attached));
	three[0].attached[FUNCTION_ATTACH_FENTRY] =
		(struct snapshot_attachment) {TRISTATE_NO, EBUSY, "attach: EBUSY"};
	three[0].attached[FUNCTION_ATTACH_KPROBE].possible = TRISTATE_YES;
	snapshot->source_kind = "scanned";
	snapshot->functions = three;
	snapshot->function_cnt = 3;
	assert_true(snapshot_take_functions(snapshot, &functions));
	return snapshot;
}

static void check_taken(const struct snapshot *snapshot)
{
	const struct snapshot_function *f = &snapshot->functions[0];
	const struct snapshot_function *inlined = &snapshot->functions[1];

	assert_true(snapshot_has_fact(snapshot, "dwarf"));
	assert_int_equal(f->symbol_cnt, 2);
	assert_string_equal(f->symbols[1].name, "f.cold");
	assert_int_equal(f->symbols[1].type, 't');
	assert_int_equal(snapshot_symbol_facts(f, &f->symbols[0])->size_bytes, 16);
	assert_string_equal(inlined->state, "absent");
	assert_non_null(strstr(inlined->reason, "no code of its own"));
	assert_int_equal(function_inline(inlined->facts), FUNCTION_INLINE_FULL);
	assert_null(snapshot->functions[2].facts);
}

static struct snapshot *round_trip(const struct snapshot *snapshot, bool addresses)
{
	const struct render_json_options options = {.addresses = addresses};
	_cleanup_buf_ struct buf text = {0};
	struct snapshot *ret = NULL;

	assert_null(render_json(snapshot, &options, &text));
	struct error *error = load_snapshot_bytes(text.data, text.len, &ret);
	if (error)
		fail_msg("%s", error->what);
	return ret;
}

static void check_instance(const struct function_instance *instance, bool addresses)
{
	assert_string_equal(instance->unit, "a.c");
	assert_string_equal(instance->file, "a.h");
	assert_int_equal(instance->line, 7);
	assert_string_equal(instance->prototype, "int f(int)");
	assert_int_equal(instance->has_address, addresses);
	assert_int_equal(instance->external, TRISTATE_YES);
	assert_int_equal(instance->direct_cnt, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(instance->direct[i].function, callers[i].function);
		assert_int_equal(instance->direct[i].cnt, callers[i].cnt);
	}
	assert_string_equal(instance->direct[0].unit, "a.c");
	assert_null(instance->direct[2].unit);
	assert_string_equal(instance->inline_sites->unit, "b.c");
}

static void test_json(void **state)
{
	struct snapshot *snapshot = make();

	(void)state;
	for (int addresses = 0; addresses < 2; addresses++) {
		struct snapshot *again = round_trip(snapshot, addresses);
		check_taken(again);
		assert_string_equal(again->functions[0].attached->reason, "attach: EBUSY");
		assert_int_equal(again->functions[0].facts->symbol_cnt, 2);
		check_instance(again->functions[0].facts->instances, addresses);
		/* Words that several sources share name the first of them. */
		assert_true(again->function_sources & 1u << FUNCTION_SOURCE_DWARF);
		assert_string_equal(function_fact_source(FUNCTION_FACT_REGION, again->function_sources),
			"regions");
		_cleanup_buf_ struct buf first = {0}, second = {0};
		const struct render_json_options options = {.addresses = addresses};
		assert_null(render_json(snapshot, &options, &first));
		assert_null(render_json(again, &options, &second));
		assert_string_equal(buf_text(&first), buf_text(&second));
		snapshot_destroy(again);
	}
	snapshot_destroy(snapshot);
}

static void test_taken(void **state)
{
	struct snapshot *snapshot = make();
	const struct render_text_options options = {.width = 200, .functions = true};
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	check_taken(snapshot);
	assert_null(render_text(snapshot, &options, &text));
	assert_non_null(strstr(buf_text(&text), "a.c:g (2 times) b.c:h"));
	assert_non_null(strstr(buf_text(&text), "f.cold t (vmlinux) in .text.unlikely, a part of it"));
	snapshot_destroy(snapshot);
}

static void test_names(void **state)
{
	const char *const given[] = {"f", "*_inlined"};
	const char *const *names = given;
	_cleanup_pool_ struct pool pool = {0};
	size_t cnt = 2;

	(void)state;
	assert_true(snapshot_function_names(&functions, false, &pool, &names, &cnt));
	assert_int_equal(cnt, 3);
	assert_string_equal(names[1], "*_inlined");
	assert_string_equal(names[2], "only_inlined");
	const char *const all[] = {"*"};
	names = all;
	cnt = 1;
	assert_true(snapshot_function_names(&functions, true, &pool, &names, &cnt));
	assert_int_equal(cnt, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attachability),
		cmocka_unit_test(test_attachability_by_name),
		cmocka_unit_test(test_attachability_without),
		cmocka_unit_test(test_every_attach_rule), /* behind the three above */
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
