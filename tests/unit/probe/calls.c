/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real calls without a kernel: logs of several kernels, recipes, the table of helpers' arguments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe/calls/helper_args.h"
#include "probe/calls/known.h"
#include "probe/calls/log.h"
#include "probe/calls/objects.h"
#include "probe/calls/types.h"
#include "util/array.h"
#include "util/embed.h"
#include "util/lines.h"
#include "fixture/btf_builder.h"

/* A load of bpf_task_acquire() with a wrong argument, 6.18, level 1. */
static const char log_of_6_18[] =
	"func#0 @0\n"
	"Live regs before insn:\n"
	"      0: .1........ (bf) r6 = r1\n"
	"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n"
	"0: R1=ctx() R10=fp0\n"
	"0: (bf) r6 = r1                       ; R1=ctx() R6=ctx()\n"
	"1: (b7) r1 = 0                        ; R1=0\n"
	"2: (85) call bpf_task_acquire#12345\n"
	"Possibly NULL pointer passed to trusted arg0\n"
	"processed 3 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";

/* 7.3 explains in more lines. */
static const char log_of_7_3[] =
	"1: (85) call bpf_map_lookup_elem#1\n"
	"R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value\n"
	"Suggestion: pass a pointer to the stack\n"
	"processed 2 insns\n";

static void test_refusal(void **state)
{
	(void)state;
	struct log_refusal refusal = log_refusal(log_of_6_18);
	unsigned int argument;

	assert_int_equal(refusal.insn, 2);
	assert_memory_equal(refusal.line, "Possibly NULL", 13);
	assert_false(log_argument(refusal.line, refusal.len, &argument));
	refusal = log_refusal(log_of_7_3);
	assert_int_equal(refusal.insn, 1);
	assert_true(log_argument(refusal.line, refusal.len, &argument));
	assert_int_equal(argument, 1);
	refusal = log_refusal("Sleepable programs can only use array and hash maps\n");
	assert_int_equal(refusal.insn, -1);
	assert_non_null(refusal.line);
	assert_null(log_refusal("").line);
	assert_null(log_refusal("3: (95) exit\n\n").line);
}

static void test_argument(void **state)
{
	static const struct {
		const char *line;
		int index; /* -1: none */
	} lines[] = {
		{"arg#0 pointer type STRUCT sock must point to scalar, or struct with scalar", 0},
		{"kernel function bpf_x args#3 expected pointer to STRUCT task_struct", 3},
		{"R5 type=ctx expected=fp", 4},
		{"R0 !read_ok", -1},
		{"calling kernel function bpf_PR1_x is not allowed", -1},
		{"arg#7 is too far", -1},
		{"arg#", -1},
		{"R", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		unsigned int index = 99;
		bool found = log_argument(lines[i].line, strlen(lines[i].line), &index);
		assert_int_equal(found ? (int)index : -1, lines[i].index);
	}
}

static void expect_pointer(const char *log, unsigned int reg, int32_t insn, const char *type, bool good)
{
	struct log_pointer pointer;

	assert_true(log_next_pointer(&log, reg, &pointer));
	assert_int_equal(pointer.insn, insn);
	assert_int_equal(pointer.type_len, strlen(type));
	assert_memory_equal(pointer.type, type, pointer.type_len);
	assert_int_equal(pointer.trusted || pointer.rcu, good);
	assert_false(log_next_pointer(&log, reg, &pointer));
}

/* The state stands behind the instruction (6.x), below a note (iterators), or in the next line (5.10). */
static void test_pointers(void **state)
{
	(void)state;
	expect_pointer("1: (79) r1 = *(u64 *)(r6 +8)          ; R1=ptr_or_null_bpf_link(id=1) R6=ctx()\n",
		1, 1, "bpf_link", false);
	expect_pointer("7: (79) r2 = *(u64 *)(r1 +1400)       ; R1=trusted_ptr_task_struct() "
		       "R2_w=rcu_ptr_or_null_css_set(id=2)\n",
		2, 7, "css_set", true);
	expect_pointer("1: (79) r1 = *(u64 *)(r6 +0)\n"
		       "func 'bpf_iter_bpf_link' arg0 has btf_id 11882 type STRUCT 'bpf_iter_meta'\n"
		       "2: R1=trusted_ptr_bpf_iter_meta() R6=ctx()\n"
		       "2: (b7) r0 = 0                        ; R0=0\n",
		1, 1, "bpf_iter_meta", true);
	expect_pointer("3: (79) r2 = *(u64 *)(r1 +0)\n"
		       " R0=inv0 R1=ptr_task_struct(id=0,off=0,imm=0) R10=fp0\n"
		       "4: R1=ptr_task_struct(id=0,off=0,imm=0) R2_w=ptr_mm_struct(id=0,off=0,imm=0)\n"
		       "4: (95) exit\n",
		2, 3, "mm_struct", false);
}

static void test_no_pointer(void **state)
{
	static const char *const logs[] = {"", "1: (79) r1 = *(u64 *)(r6 +8)          ; R1=scalar()\n",
		"1: (79) r1", "1: (79) ; R1=", "1: (79) ; R1=ptr_", "1: (79) ; R1=ptr_(",
		"1: (61) r1 = *(u32 *)(r6 +8) ; R1=ptr_sock(\n",
		"99999999999: (79) r1 = *(u64 *)(r6 +8) ; R1=ptr_sock()\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++) {
		const char *at = logs[i];
		struct log_pointer pointer;
		assert_false(log_next_pointer(&at, 1, &pointer));
	}
}

static void test_untrusted(void **state)
{
	const char *log = "1: (79) r1 = *(u64 *)(r6 +8) ; R1_w=untrusted_ptr_sock(off=0)\n";
	struct log_pointer pointer;

	(void)state;
	assert_true(log_next_pointer(&log, 1, &pointer));
	assert_true(pointer.untrusted);
	assert_false(pointer.trusted);
}

static void test_recipe(void **state)
{
	static const char text[] = "call/a0/source=ctx.0->sk+0 after=bpf_task_release";
	_cleanup_buf_ struct buf out = {0};
	_cleanup_pool_ struct pool pool = {0};
	struct recipe recipe, plain;

	(void)state;
	assert_true(recipe_parse(text, strlen(text), &pool, &recipe));
	assert_string_equal(recipe_get(&recipe, "after"), "bpf_task_release");
	recipe_print(&recipe, &out);
	assert_string_equal(buf_text(&out), text);
	assert_true(recipe_parse("plain", 5, &pool, &plain));
	assert_int_equal(plain.cnt, 0);
	assert_false(recipe_equal(&recipe, &plain));
	assert_true(recipe_set(&recipe, "call/a0", "x"));
	recipe_drop_below(&recipe, "call/a0");
	assert_null(recipe_get(&recipe, "call/a0/source"));
	assert_string_equal(recipe_get(&recipe, "call/a0"), "x");
	recipe_drop(&recipe, "after");
	assert_int_equal(recipe.cnt, 1);
	assert_false(recipe_path_is_below("call/a01", "call/a0"));
}

static void test_damaged_recipes(void **state)
{
	static const char *const texts[] = {"", "a", "=b", "a=", "a=b ", "a=b c", " a=b"};
	_cleanup_pool_ struct pool pool = {0};
	struct recipe recipe;
	char *longest = calloc(1, 4096);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strcmp(texts[i], "a=b ") != 0)
			assert_false(recipe_parse(texts[i], strlen(texts[i]), &pool, &recipe));
	}
	memset(longest, 'a', 4095);
	longest[2000] = '=';
	assert_false(recipe_parse(longest, 4095, &pool, &recipe));
	free(longest);
}

/* Every shipped line is a recipe of a function, and a function has no more than a probe tries. */
static void test_shipped_recipes(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct recipe recipe;
	const char *line, *previous = "";
	size_t len, cnt = 0, same = 0, previous_len = 0;

	(void)state;
	for (const char *at = embed_recipes; list_next_line(&at, &line, &len); cnt++) {
		const char *space = memchr(line, ' ', len);
		assert_non_null(space);
		size_t name_len = (size_t)(space - line);
		if (!recipe_parse(space + 1, len - name_len - 1, &pool, &recipe))
			fail_msg("no recipe: %.*s", (int)len, line);
		bool again = name_len == previous_len && !memcmp(line, previous, name_len);
		same = again ? same + 1 : 1;
		assert_true(same <= KNOWN_MAX);
		previous = line;
		previous_len = name_len;
	}
	assert_true(cnt > 100);
}

static void test_known(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct known known = {.cnt = 0};
	struct recipe one = {.cnt = 0}, other = {.list = {{"after", "x"}}, .cnt = 1};

	(void)state;
	assert_non_null(known_add(&known, &one, &pool));
	assert_non_null(known_add(&known, &other, &pool));
	assert_true(recipe_equal(known.list[0].recipe, &other));
	assert_non_null(known_add(&known, &one, &pool));
	assert_int_equal(known.cnt, 2);
	assert_true(recipe_equal(known.list[0].recipe, &one));
	for (size_t i = 0; i < 2 * KNOWN_MAX; i++) {
		struct recipe many = {.list = {{"path", pool_printf(&pool, "%zu", i)}}, .cnt = 1};
		assert_non_null(known_add(&known, &many, &pool));
	}
	assert_int_equal(known.cnt, KNOWN_MAX);
}

static bool is_kind(const char *word, size_t len)
{
	static const char *const kinds[] = {"ctx", "map", "key", "value", "mem", "size", "any",
		"alloc-size", "sock", "percpu", "func", "stack", "str", "lock", "timer", "kptr",
		"dynptr", "new-dynptr", "ring-dynptr", "ring-mem", "null"};

	if (len && word[len - 1] == '?')
		len--;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i]) == len && !strncmp(kinds[i], word, len))
			return true;
	}
	return (len > 4 && !strncmp(word, "btf:", 4)) ||
		(len > 6 && !strncmp(word, "fixed:", 6) && atoi(word + 6) > 0);
}

/* A socket may come from a map, but no map is needed for it. */
static void test_maps(void **state)
{
	(void)state;
	assert_true(helper_needs_map("bpf_get_stackid"));
	assert_true(helper_needs_map("bpf_ringbuf_submit"));
	assert_true(helper_needs_map("bpf_tail_call"));
	assert_false(helper_needs_map("bpf_skc_to_tcp_sock"));
	assert_false(helper_needs_map("bpf_task_acquire"));
}

/* The table has every helper of the shipped list, with words that the planner knows. */
static void test_helpers(void **state)
{
	const char *line;
	char name[128];
	size_t len;

	(void)state;
	for (const char *at = embed_helpers; list_next_line(&at, &line, &len);) {
		const char *space = memchr(line, ' ', len);
		assert_non_null(space);
		snprintf(name, sizeof(name), "%.*s", (int)(len - (size_t)(space + 1 - line)), space + 1);
		const char *arguments = helper_arguments(name);
		if (!arguments)
			fail_msg("%s is not in the table", name);
		for (const char *word = arguments; *word;) {
			size_t word_len = strcspn(word, " |");
			if (!is_kind(word, word_len))
				fail_msg("%s: %.*s", name, (int)word_len, word);
			word += word_len + (word[word_len] != '\0');
		}
	}
	assert_null(helper_arguments("bpf_no_such_helper"));
	assert_string_equal(helper_maps("bpf_tail_call"), "prog_array");
	assert_null(helper_maps("bpf_map_update_elem"));
	for (size_t i = 0; objects_map_name(i); i++)
		assert_int_equal(strcspn(objects_map_name(i), " :@"), strlen(objects_map_name(i)));
}

/* struct pt_regs of newer kernels has unions. The verifier takes any memory for it all the same. */
static void test_scalar_structs(void **state)
{
	struct btf_builder builder;
	struct kbtf *btf;

	(void)state;
	builder_init(&builder);
	uint32_t number = builder_int(&builder, "u64", 8);
	uint32_t either = builder_type(&builder, NULL, BTF_KIND_UNION, 2, false, 8);
	builder_member(&builder, "cs", number, 0);
	builder_member(&builder, "csx", number, 0);
	uint32_t regs = builder_type(&builder, "pt_regs", BTF_KIND_STRUCT, 2, false, 16);
	builder_member(&builder, "ip", number, 0);
	builder_member(&builder, NULL, either, 64);
	uint32_t pointer = builder_ptr(&builder, number);
	uint32_t mixed = builder_type(&builder, NULL, BTF_KIND_UNION, 2, false, 8);
	builder_member(&builder, "n", number, 0);
	builder_member(&builder, "p", pointer, 0);
	uint32_t owner = builder_type(&builder, "owner", BTF_KIND_STRUCT, 1, false, 8);
	builder_member(&builder, NULL, mixed, 0);
	assert_null(builder_create(&builder, NULL, &btf));
	assert_true(type_is_scalar_struct(btf, regs));
	assert_false(type_is_scalar_struct(btf, owner));
	assert_false(type_is_scalar_struct(btf, number));
	kbtf_destroy(btf);
	builder_deinit(&builder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_argument),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_no_pointer),
		cmocka_unit_test(test_untrusted),
		cmocka_unit_test(test_recipe),
		cmocka_unit_test(test_damaged_recipes),
		cmocka_unit_test(test_shipped_recipes),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_helpers),
		cmocka_unit_test(test_scalar_structs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
