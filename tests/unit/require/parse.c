/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "require/require.h"
#include "require/parse.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/suggest.h"

static struct require_list parse_one(const char *text)
{
	struct require_list list = {0};

	assert_null(require_parse_argument(&list, 1, text, NULL));
	return list;
}

static void accepts(void **state)
{
	static const struct {
		const char *text, *spelled, *flag;
	} cases[] = {
		{"kfunc:bpf_loop@xdp", "kfunc:bpf_loop@xdp", "KCOMPAT_KFUNC_BPF_LOOP_XDP"},
		{"kfunc:bpf_rcu_read_lock", "kfunc:bpf_rcu_read_lock",
			"KCOMPAT_KFUNC_BPF_RCU_READ_LOCK"},
		{"kfunc:a@fentry/vfs_read", "kfunc:a@fentry/vfs_read", "KCOMPAT_KFUNC_A_FENTRY_VFS_READ"},
		{"attach:kprobe.multi/tcp_*", "attach:kprobe.multi/tcp_*", "KCOMPAT_ATTACH_KPROBE_MULTI_TCP"},
		{"map:BPF_MAP_TYPE_RINGBUF(4096)", "map:ringbuf(4096)", "KCOMPAT_MAP_RINGBUF_4096"},
		{"all(map:ringbuf(4096), map:hash)", "all(map:ringbuf(4096), map:hash)",
			"KCOMPAT_ALL_MAP_RINGBUF_4096_MAP_HASH"},
		{"lsm:file_open", "lsm:file_open", "KCOMPAT_LSM_FILE_OPEN"},
		{"tracepoint:sched/sched_switch", "tracepoint:sched/sched_switch", "KCOMPAT_TRACEPOINT_SCHED_SCHED_SWITCH"},
		{"kfunc:a@kretprobe/do_exit", "kfunc:a@kretprobe/do_exit", "KCOMPAT_KFUNC_A_KRETPROBE_DO_EXIT"},
		{"kfunc:a@iter/task", "kfunc:a@iter/task", "KCOMPAT_KFUNC_A_ITER_TASK"},
		{"helper:bpf_loop@struct_ops/tcp_congestion_ops",
			"helper:bpf_loop@struct_ops/tcp_congestion_ops",
			"KCOMPAT_HELPER_BPF_LOOP_STRUCT_OPS_TCP_CONGESTION_OPS"},
		{"helper:bpf_loop@uprobe.s", "helper:bpf_loop@uprobe.s",
			"KCOMPAT_HELPER_BPF_LOOP_UPROBE_S"},
		{"context:cgroup/connect4", "context:cgroup/connect4",
			"KCOMPAT_CONTEXT_CGROUP_CONNECT4"},
		{"prog:BPF_PROG_TYPE_NETFILTER", "prog:netfilter", "KCOMPAT_PROG_NETFILTER"},
		{"map:bpf_map_type_ARENA", "map:arena", "KCOMPAT_MAP_ARENA"},
		{"map:BPF_MAP_TYPE_", "map:bpf_map_type_", "KCOMPAT_MAP_BPF_MAP_TYPE"},
		{"link:xdp", "link:xdp", "KCOMPAT_LINK_XDP"},
		{"attach:BPF_TRACE_FENTRY", "attach:trace_fentry", "KCOMPAT_ATTACH_TRACE_FENTRY"},
		{"feature:isa_v4", "feature:isa_v4", "KCOMPAT_FEATURE_ISA_V4"},
		{"tag:__percpu_kptr", "tag:percpu_kptr", "KCOMPAT_TAG_PERCPU_KPTR"},
		{"tag:____kptr", "tag:kptr", "KCOMPAT_TAG_KPTR"},
		{"func:vfs_read.isra.0", "func:vfs_read.isra.0", "KCOMPAT_FUNC_VFS_READ_ISRA_0"},
		{"sysctl:net/core/bpf_jit_enable=1", "sysctl:net.core.bpf_jit_enable=1",
			"KCOMPAT_SYSCTL_NET_CORE_BPF_JIT_ENABLE_1"},
		{"sysctl:net/ipv4/conf/eth0.1/forwarding", "sysctl:net.ipv4.conf.eth0/1.forwarding",
			"KCOMPAT_SYSCTL_NET_IPV4_CONF_ETH0_1_FORWARDING"},
		{"active-lsm:bpf", "active-lsm:bpf", "KCOMPAT_ACTIVE_LSM_BPF"},
		{"cap:CAP_BPF", "cap:CAP_BPF", "KCOMPAT_CAP_CAP_BPF"},
		{"struct:task_struct", "struct:task_struct", "KCOMPAT_STRUCT_TASK_STRUCT"},
		{"struct:task_struct.se.vruntime", "struct:task_struct.se.vruntime",
			"KCOMPAT_STRUCT_TASK_STRUCT_SE_VRUNTIME"},
		{"union:bpf_attr.link_create", "union:bpf_attr.link_create",
			"KCOMPAT_UNION_BPF_ATTR_LINK_CREATE"},
		{"typedef:atomic_t.counter", "typedef:atomic_t.counter",
			"KCOMPAT_TYPEDEF_ATOMIC_T_COUNTER"},
		{"enum:bpf_cmd.BPF_PROG_LOAD", "enum:bpf_cmd.BPF_PROG_LOAD",
			"KCOMPAT_ENUM_BPF_CMD_BPF_PROG_LOAD"},
		{"field:task_struct.se.vruntime", "field:task_struct.se.vruntime",
			"KCOMPAT_FIELD_TASK_STRUCT_SE_VRUNTIME"},
		{"field:task_struct.__state:unsigned  int ", "field:task_struct.__state:unsigned int",
			"KCOMPAT_FIELD_TASK_STRUCT_STATE_UNSIGNED_INT"},
		{"field:a.b:long unsigned int const*", "field:a.b:unsigned long const *",
			"KCOMPAT_FIELD_A_B_UNSIGNED_LONG_CONST"},
		{"field:a.b:signed char[2]", "field:a.b:signed char[2]", "KCOMPAT_FIELD_A_B_SIGNED_CHAR_2"},
		{"field:a.b:int short unsigned", "field:a.b:unsigned short", "KCOMPAT_FIELD_A_B_UNSIGNED_SHORT"},
		{"field:a.b:long long int", "field:a.b:long long", "KCOMPAT_FIELD_A_B_LONG_LONG"},
		{"field:a.b:unsigned", "field:a.b:unsigned int", "KCOMPAT_FIELD_A_B_UNSIGNED_INT"},
		{"all(field:a.b:int(*)(struct f*,long [4]), var:x)",
			"all(field:a.b:int (*)(struct f *, long[4]), var:x)",
			"KCOMPAT_ALL_FIELD_A_B_INT_STRUCT_F_LONG_4_VAR_X"},
		{"var:runqueues", "var:runqueues", "KCOMPAT_VAR_RUNQUEUES"},
		{"config:CONFIG_BPF_LSM", "config:CONFIG_BPF_LSM", "KCOMPAT_CONFIG_CONFIG_BPF_LSM"},
		{"config:CONFIG_BPF_LSM=y", "config:CONFIG_BPF_LSM=y",
			"KCOMPAT_CONFIG_CONFIG_BPF_LSM_Y"},
		{"config:CONFIG_LSM=\"a, b)\"", "config:CONFIG_LSM=\"a, b)\"",
			"KCOMPAT_CONFIG_CONFIG_LSM_A_B"},
		{"  any( map:arena ,\tmap:ringbuf )  ", "any(map:arena, map:ringbuf)",
			"KCOMPAT_ANY_MAP_ARENA_MAP_RINGBUF"},
		{"all (map:a, not(any(map:b, map:c)))", "all(map:a, not(any(map:b, map:c)))",
			"KCOMPAT_ALL_MAP_A_NOT_ANY_MAP_B_MAP_C"},
		{"Arena = map:arena", "map:arena", "KCOMPAT_ARENA"},
		{"kcompat_arena=map:arena", "map:arena", "KCOMPAT_ARENA"},
		{"kfunc = kfunc:a", "kfunc:a", "KCOMPAT_KFUNC"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct require_list list = parse_one(cases[i].text);
		if (list.mistake_cnt)
			fail_msg("%s: %s", cases[i].text, list.mistakes[0]);
		assert_int_equal(list.cnt, 1);
		assert_string_equal(list.list[0].root->text, cases[i].spelled);
		assert_string_equal(list.list[0].flag, cases[i].flag);
		assert_false(list.list[0].optional);
		require_list_deinit(&list);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *mistake;
	} cases[] = {
		{"", "1: found the end, expected a requirement such as kfunc:NAME@CONTEXT"},
		{"map:hash(4096)",
			"9: found '(', expected the end of the requirement (only ringbuf and user_ringbuf have "
			"sizes that depend on the page size)"},
		{"map:ringbuf(4k)", "13: found '4k', expected a size in bytes, such as map:ringbuf(4096)"},
		{"map:ringbuf(4096", "17: found the end, expected ')'"},
		{"kfnc:a", "1: found 'kfnc', expected a kind (did you mean 'kfunc'?)"},
		{"zzzzzz:a",
			"1: found 'zzzzzz', expected a kind (one of kfunc, helper, context, prog, map, "
			"link, attach, tracepoint, raw_tracepoint, lsm, syscall, feature, tag, func, struct, union, typedef, enum, enumerator, field, var, cap, sysctl, active-lsm, config, any, all, "
			"not)"},
		{"kernel:>=6.1",
			"1: found 'kernel', expected a kind (kernel versions are not supported, because "
			"distributions backport: ask for what is needed, such as kfunc: or struct:)"},
		{"kfunc", "6: found the end, expected ':' after 'kfunc'"},
		{"kfunc bpf_loop", "6: found ' ', expected ':' after 'kfunc'"},
		{"kfunc:", "7: found the end, expected the name of a kfunc"},
		{"kfunc: a", "7: found ' ', expected the name of a kfunc"},
		{"kfunc:a@", "9: found the end, expected a context after '@', such as xdp"},
		{"kfunc:a@xpd", "9: found 'xpd', expected a context (did you mean 'xdp'?)"},
		{"kfunc:a@tracepiont.s",
			"9: found 'tracepiont.s', expected a context (did you mean 'tracepoint.s'?)"},
		{"kfunc:a@nowhere_at_all",
			"9: found 'nowhere_at_all', expected a context ('kcompat probe "
			"--only contexts' lists them)"},
		{"kfunc:a@iter",
			"9: found 'iter', expected a context with its target (write iter/NAME: each "
			"has its own answer)"},
		{"context:struct_ops.s",
			"9: found 'struct_ops.s', expected a context with its target (write "
			"struct_ops.s/NAME: each has its own answer)"},
		{"kfunc:bpf_*",
			"11: found '*', expected kfunc:NAME[@CONTEXT][>=loadable] (a requirement has one name; "
			"kcompat probe lists what matches a pattern)"},
		{"bpf_loop", "1: found 'bpf_loop', expected a kind (write kfunc:bpf_loop or helper:bpf_loop)"},
		{"xdp", "1: found 'xdp', expected a kind (write context:xdp or prog:xdp)"},
		{"?lsm = context:lsm",
			"1: found '?', expected the name before '?' (write 'lsm = ?context:lsm')"},
		{"kfunc:bpf_loop@xdp>loadable", "19: found '>', expected '>=loadable'"},
		{"helper:bpf_loop>=permitted", "16: found '>', expected '>=loadable'"},
		{"map:array>=loadable", "10: found '>', expected map:TYPE[(SIZE)]"},
		{"map:arena@xdp", "10: found '@', expected map:TYPE[(SIZE)]"},
		{"map:arena map:hash",
			"11: found 'map', expected the end of the requirement (one requirement "
			"an argument; any(A, B) and all(A, B) combine)"},
		{"map:a,map:b",
			"6: found ',', expected the end of the requirement (one requirement an "
			"argument; any(A, B) and all(A, B) combine)"},
		{"sysctl:../etc", "8: found '../etc', expected a setting such as net.core.bpf_jit_enable"},
		{"sysctl:a..b", "8: found 'a..b', expected a setting such as net.core.bpf_jit_enable"},
		{"sysctl:a/../b", "8: found 'a/../b', expected a setting such as net.core.bpf_jit_enable"},
		{"sysctl:a.", "8: found 'a.', expected a setting such as net.core.bpf_jit_enable"},
		{"field:a", "8: found the end, expected '.' and a member"},
		{"field:a.b:", "11: found the end, expected a type in C, such as field:task_struct.__state:unsigned int"},
		{"field:a.b:int (", "16: found the end, expected ')' or ']' for each '(' and '['"},
		{"field:a.b:int]", "15: found the end, expected ')' or ']' for each '(' and '['"},
		{"field:a.b:int)", "14: found ')', expected the end of the requirement (one requirement "
			"an argument; any(A, B) and all(A, B) combine)"},
		{"struct:a.b:int", "11: found ':', expected struct:NAME[.MEMBER...]"},
		{"struct:a.", "10: found the end, expected a member"},
		{"struct:a..b", "10: found '.b', expected a member"},
		{"enum:a.B.c", "9: found '.c', expected enum:NAME[.VALUE]"},
		{"config:BPF_LSM=y",
			"8: found 'BPF_LSM', expected an option CONFIG_... (did you mean "
			"'CONFIG_BPF_LSM'?)"},
		{"config:CONFIG_=y",
			"8: found 'CONFIG_', expected an option CONFIG_... (did you mean 'CONFIG_CONFIG_'?)"},
		{"config:CONFIG_A=",
			"17: found the end, expected a value: y, m, n, a number or a \"text\""},
		{"config:CONFIG_A=\"x", "19: found the end, expected a closing '\"'"},
		{"config:CONFIG_A!=y",
			"16: found '!', expected config:CONFIG_OPTION[=VALUE] (write "
			"not(config:CONFIG_X=y) for a value it must not have)"},
		{"any map:a", "5: found 'map', expected '(' after 'any'"},
		{"any:map", "4: found ':', expected '(' after 'any'"},
		{"any()", "5: found ')', expected a requirement such as kfunc:NAME@CONTEXT"},
		{"any(map:a", "10: found the end, expected ',' or ')'"},
		{"any(map:a,)", "11: found ')', expected a requirement such as kfunc:NAME@CONTEXT"},
		{"any(map:a, ?map:b)",
			"12: found '?', expected an expression ('?' stands before the whole "
			"requirement, not inside it)"},
		{"not(map:a, map:b)", "10: found ',', expected ')'"},
		{"?", "2: found the end, expected a requirement such as kfunc:NAME@CONTEXT"},
		{"??map:a",
			"2: found '?', expected an expression ('?' stands before the whole requirement, "
			"not inside it)"},
		{"= map:a", "1: found '=', expected a name before '=' (it begins with a letter)"},
		{"9a = map:a",
			"1: found '9a', expected a name before '=' (it begins with a letter)"},
		{"map:\x1b[31m", "5: found '\\x1b', expected a map type"},
		{"map:\xc3\xa4", "5: found '\\xc3', expected a map type"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = map:\n",
			"80: found '\\x0a', expected a map type"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf expected = {0};
		struct require_list list = parse_one(cases[i].text);
		buf_printf(&expected, "requirement 1, column %s", cases[i].mistake);
		if (list.mistake_cnt != 1)
			fail_msg("%s: %zu mistakes", cases[i].text, list.mistake_cnt);
		assert_string_equal(list.mistakes[0], buf_text(&expected));
		assert_int_equal(list.cnt, 0);
		assert_int_equal(list.node_cnt, 0);
		require_list_deinit(&list);
	}
}

static void takes_apart(void **state)
{
	struct require_list list = parse_one("?kfunc:a@xdp");
	const struct requirement *requirement = &list.list[0];

	(void)state;
	assert_true(requirement->optional);
	assert_false(requirement->named);
	assert_int_equal(requirement->root->kind, REQUIRE_KFUNC);
	assert_string_equal(requirement->root->name, "a");
	assert_string_equal(requirement->root->context, "xdp");
	require_list_deinit(&list);

	list = parse_one("X = ?any(struct:a.b.c, config:CONFIG_A=\"b c\")");
	requirement = &list.list[0];
	assert_true(requirement->optional);
	assert_true(requirement->named);
	assert_int_equal(requirement->root->member_cnt, 2);
	assert_int_equal(requirement->root->id, 2);
	assert_string_equal(requirement->root->members[0]->name, "a");
	assert_string_equal(requirement->root->members[0]->member, "b.c");
	assert_string_equal(requirement->root->members[1]->value, "\"b c\"");
	require_list_deinit(&list);
}

static void known_names(void **state)
{
	static const char *const contexts[] = {"warp/in", "warp/out"};
	static const char *const features[] = {"ringbuf", "map_flag:mmapable", "tag:percpu_kptr"};
	const struct require_vocabulary vocabulary = {
		.contexts = contexts,
		.context_cnt = ARRAY_SIZE(contexts),
		.features = features,
		.feature_cnt = ARRAY_SIZE(features)};
	struct require_list list = {0};

	(void)state;
	assert_null(require_parse_argument(&list, 1, "kfunc:a@warp/in", &vocabulary));
	assert_int_equal(list.mistake_cnt, 0);
	assert_null(require_parse_argument(&list, 2, "kfunc:a@warp/on", &vocabulary));
	assert_int_equal(list.mistake_cnt, 1);
	assert_string_equal(list.mistakes[0],
		"requirement 2, column 9: found 'warp/on', expected a "
		"context (did you mean 'warp/in'?)");
	assert_null(require_parse_argument(&list, 3,
		"all(feature:ringbuf, feature:map_flag:mmapable, tag:__percpu_kptr)", &vocabulary));
	assert_int_equal(list.mistake_cnt, 1);
	assert_null(require_parse_argument(&list, 4, "feature:ringbuff", &vocabulary));
	assert_string_equal(list.mistakes[1],
		"requirement 4, column 9: found 'ringbuff', expected the "
		"name of a feature (did you mean 'ringbuf'?)");
	assert_null(require_parse_argument(&list, 5, "tag:percpu_ktpr", &vocabulary));
	assert_string_equal(list.mistakes[2],
		"requirement 5, column 5: found 'percpu_ktpr', expected the "
		"name of a type tag (did you mean 'percpu_kptr'?)");
	assert_null(require_parse_argument(&list, 6, "tag:colour", &vocabulary));
	assert_string_equal(list.mistakes[3],
		"requirement 6, column 5: found 'colour', expected the name of a type tag ('kcompat probe "
		"--only features' lists them)");
	require_list_deinit(&list);
}

/* A kernel that has each type of the first letter of `asked`, and cannot tell about 'u'. */
static enum tristate has_type(void *asked, enum require_kind kind, const char *name)
{
	(void)kind;
	if (*name == 'u')
		return TRISTATE_UNKNOWN;
	return *name == *(const char *)asked ? TRISTATE_YES : TRISTATE_NO;
}

static void types_that_nobody_knows(void **state)
{
	const struct require_vocabulary vocabulary = {.has_type = has_type, .asked = (void *)(uintptr_t)"n"};
	static const char *const fine[] = {"map:arena", "prog:xdp", "link:tcx", "attach:BPF_TCX_INGRESS",
		"map:new_type", "link:unheard", "attach:trace_fentry", "map:hash"};
	static const struct {
		const char *text, *mistake;
	} wrong[] = {
		{"map:areena", "column 5: found 'areena', expected a map type (did you mean 'arena'?)"},
		{"prog:xpd", "column 6: found 'xpd', expected a program type (did you mean 'xdp'?)"},
		{"link:tcxx", "column 6: found 'tcxx', expected a link type (did you mean 'tcx'?)"},
		{"attach:trace_fentri",
			"column 8: found 'trace_fentri', expected an attach type, or a section with its target (did you mean "
			"'trace_fentry'?)"},
		{"attach:kprobe",
			"column 8: found 'kprobe', expected an attach type, or a section with its target (it is "
			"a section: ask 'context:kprobe', or name a target)"},
		{"attach:tc", "(it is a section: ask 'context:tc')"},
		{"map:colourful", "column 5: found 'colourful', expected a map type (neither kcompat nor "
				  "this kernel's enum bpf_map_type has it)"},
	};
	struct require_list list = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fine); i++) {
		assert_null(require_parse_argument(&list, 1, fine[i], &vocabulary));
		assert_int_equal(list.mistake_cnt, 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_null(require_parse_argument(&list, 1, wrong[i].text, &vocabulary));
		assert_int_equal(list.mistake_cnt, i + 1);
		assert_non_null(strstr(list.mistakes[i], wrong[i].mistake));
	}
	require_list_deinit(&list);
}

static struct require_list parse_text(const char *text, size_t size)
{
	struct require_list list = {0};
	char *exact = malloc(size ? size : 1);

	assert_non_null(exact);
	memcpy(exact, text, size);
	assert_null(require_parse_file(&list, "agent.req", exact, size, NULL));
	free(exact);
	return list;
}

static void reads_files(void **state)
{
	static const char text[] = "\xef\xbb\xbf# what the agent needs\r\n"
				   "\r\n"
				   "   \t \n"
				   "arena = map:arena   # zero copy\r\n"
				   "config:CONFIG_LSM=\"a #b\"\n"
				   "#map:hash\n"
				   "?any(map:hash, map:array)";
	struct require_list list = parse_text(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(list.mistake_cnt, 0);
	assert_int_equal(list.cnt, 3);
	assert_string_equal(list.list[0].flag, "KCOMPAT_ARENA");
	assert_string_equal(list.list[0].origin, "agent.req");
	assert_int_equal(list.list[0].line, 4);
	assert_string_equal(list.list[1].root->value, "\"a #b\"");
	assert_int_equal(list.list[2].line, 7);
	assert_true(list.list[2].optional);
	require_list_deinit(&list);
}

static void reports_every_mistake(void **state)
{
	static const char text[] = "map:arena\nmpa:hash\n\nkfunc:a@xpd # why\nmap:a\0b\n"
				   "A = map:a\nmap:x map:y\na = map:b\n";
	static const char *const mistakes[] = {
		"agent.req:2:1: found 'mpa', expected a kind (did you mean 'map'?)",
		"agent.req:4:9: found 'xpd', expected a context (did you mean 'xdp'?)",
		"agent.req:5:6: found '\\x00', expected text",
		("agent.req:7:7: found 'map', expected the end of the requirement (one requirement a line; "
		 "any(A, B) and all(A, B) combine)"),
		"agent.req:8:1: found 'a', expected a name that no other requirement has (line 6 has it)",
	};
	struct require_list list = parse_text(text, sizeof(text) - 1);

	(void)state;
	assert_int_equal(list.cnt, 2);
	assert_int_equal(list.mistake_cnt, ARRAY_SIZE(mistakes));
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++)
		assert_string_equal(list.mistakes[i], mistakes[i]);
	require_list_deinit(&list);
}

static void repeat(struct buf *text, const char *piece, size_t cnt)
{
	while (cnt--)
		buf_puts(text, piece);
}

static void nests_within_limits(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	repeat(&text, "not(", REQUIRE_DEPTH_MAX);
	buf_puts(&text, "map:a");
	repeat(&text, ")", REQUIRE_DEPTH_MAX);
	struct require_list list = parse_one(buf_text(&text));
	assert_int_equal(list.mistake_cnt, 0);
	assert_int_equal(list.node_cnt, REQUIRE_DEPTH_MAX + 1);
	require_list_deinit(&list);

	buf_clear(&text);
	repeat(&text, "any(", 100000);
	list = parse_one(buf_text(&text));
	assert_int_equal(list.mistake_cnt, 1);
	assert_string_equal(list.mistakes[0],
		"requirement 1, column 129: found 'any', expected fewer "
		"any(), all() and not() inside each other (at most 32)");
	require_list_deinit(&list);
}

static void survives_long_text(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	buf_puts(&text, "func:");
	repeat(&text, "n", 600);
	struct require_list list = parse_one(buf_text(&text));
	assert_int_equal(list.cnt, 1);
	assert_int_equal(strlen(list.list[0].root->name), 600);
	require_list_deinit(&list);

	repeat(&text, "@", 1);
	list = parse_one(buf_text(&text));
	assert_string_equal(
		list.mistakes[0], "requirement 1, column 606: found '@', expected func:NAME");
	require_list_deinit(&list);

	buf_clear(&text);
	repeat(&text, "k", 600);
	list = parse_one(buf_text(&text));
	assert_non_null(
		strstr(list.mistakes[0], "found 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...'"));
	require_list_deinit(&list);
}

static void limits_counts(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	repeat(&text, "map:a\n", REQUIRE_CNT_MAX + 100);
	struct require_list list = parse_text(buf_text(&text), text.len);
	assert_int_equal(list.cnt, REQUIRE_CNT_MAX);
	assert_int_equal(list.mistake_cnt, 1);
	assert_string_equal(list.mistakes[0],
		"agent.req:4097:1: found 'map', expected at most 4096 requirements");
	require_list_deinit(&list);

	buf_clear(&text);
	repeat(&text, "?\n", 1000);
	list = parse_text(buf_text(&text), text.len);
	assert_int_equal(list.mistake_cnt, REQUIRE_MISTAKE_MAX);
	require_list_deinit(&list);

	buf_clear(&text);
	buf_puts(&text, "any(map:a");
	repeat(&text, ",map:a", REQUIRE_NODE_MAX);
	buf_puts(&text, ")");
	list = parse_one(buf_text(&text));
	assert_non_null(strstr(list.mistakes[0], "expected fewer expressions (at most 16384)"));
	require_list_deinit(&list);
}

static void flags_are_apart(void **state)
{
	static const struct {
		const char *text, *what;
	} cases[] = {
		{"map:a\nmap:b\n", NULL},
		{"map:a\nmap:a\n", NULL},
		{"A = map:a\nmap:a\n", NULL},
		{"context:fentry.s\nMAP_A = map:x\nmap:a\n",
			"map:a and map:x would both set KCOMPAT_MAP_A"},
		{"A = map:a\nA_UNKNOWN = map:b\n",
			"map:a and map:b would both set KCOMPAT_A_UNKNOWN"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct require_list list = parse_text(cases[i].text, strlen(cases[i].text));
		assert_int_equal(list.mistake_cnt, 0);
		struct error *error = require_flag_check(&list);
		if (!cases[i].what) {
			assert_null(error);
		} else {
			assert_non_null(error);
			assert_int_equal(error->code, ERROR_USAGE);
			assert_string_equal(error->what, cases[i].what);
		}
		error_free(error);
		require_list_deinit(&list);
	}
}

static void measures_near_misses(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"a", "", 1},
		{"", "abc", 3},
		{"xdp", "xdp", 0},
		{"xpd", "xdp", 1},
		{"kitten", "sitting", 3},
		{"ca", "abc", 3},
		{"kfnc", "kfunc", 1},
		{"ab", "ba", 1},
	};
	static const char *const words[] = {"xdp", "tc", "kprobe", "uprobe"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	assert_string_equal(suggest_word("kprbe", words, ARRAY_SIZE(words)), "kprobe");
	assert_string_equal(suggest_word("uprob", words, ARRAY_SIZE(words)), "uprobe");
	assert_null(suggest_word("x", words, ARRAY_SIZE(words)));
	assert_null(suggest_word("lsm", words, ARRAY_SIZE(words)));
	assert_null(suggest_word("", words, ARRAY_SIZE(words)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(takes_apart),
		cmocka_unit_test(known_names),
		cmocka_unit_test(types_that_nobody_knows),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(reports_every_mistake),
		cmocka_unit_test(nests_within_limits),
		cmocka_unit_test(survives_long_text),
		cmocka_unit_test(limits_counts),
		cmocka_unit_test(flags_are_apart),
		cmocka_unit_test(measures_near_misses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
