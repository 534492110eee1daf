/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features of BTF: the kinds that BPF_BTF_LOAD accepts, and the contents that a map's value may have. */
#include "probe/feature/table.h"
#include "probe/field_map.h"
#include "probe/fields.h"
#include "probe/maps.h"
#include "util/array.h"

#include <errno.h>
#include <string.h>

#define NO_COMPONENT UINT32_MAX /* a decl tag for the whole, not for a member */

static void build_int(struct blob *blob)
{
	blob_int(blob, "int", 4, true);
}

static void build_func(struct blob *blob)
{
	blob_func(blob, "f", blob_int(blob, "int", 4, true), BTF_FUNC_STATIC);
}

static void build_func_global(struct blob *blob)
{
	blob_func(blob, "f", blob_int(blob, "int", 4, true), BTF_FUNC_GLOBAL);
}

/* static int x; returns its id */
static uint32_t build_variable(struct blob *blob)
{
	uint32_t id = blob_type(blob, "x", BTF_KIND_VAR, 0, false, blob_int(blob, "int", 4, true));

	blob_word(blob, BTF_VAR_STATIC);
	return id;
}

static void build_section(struct blob *blob, const char *name)
{
	uint32_t variable = build_variable(blob);

	blob_type(blob, name, BTF_KIND_DATASEC, 1, false, 4);
	blob_word(blob, variable);
	blob_word(blob, 0);
	blob_word(blob, 4);
}

static void build_datasec(struct blob *blob)
{
	build_section(blob, ".data");
}

static void build_optional_datasec(struct blob *blob)
{
	build_section(blob, "?.data");
}

static void build_float(struct blob *blob)
{
	blob_type(blob, "float", BTF_KIND_FLOAT, 0, false, 4);
}

static void build_decl_tag(struct blob *blob)
{
	blob_type(blob, "tag", BTF_KIND_DECL_TAG, 0, false, build_variable(blob));
	blob_word(blob, NO_COMPONENT);
}

static void build_tagged_pointer(struct blob *blob, bool kind_flag)
{
	uint32_t number = blob_int(blob, "int", 4, true);

	blob_type(blob, NULL, BTF_KIND_PTR, 0, false,
		blob_type(blob, "tag", BTF_KIND_TYPE_TAG, 0, kind_flag, number));
}

static void build_type_tag(struct blob *blob)
{
	build_tagged_pointer(blob, false);
}

static void build_attribute(struct blob *blob)
{
	build_tagged_pointer(blob, true);
}

static void build_enum64(struct blob *blob)
{
	blob_type(blob, "e", BTF_KIND_ENUM64, 1, false, 8);
	blob_word(blob, blob_string(blob, "E"));
	blob_word(blob, 0);
	blob_word(blob, 1);
}

/* An INT (kind 1) has one more info word. Kind 0 has nothing (struct btf_layout). */
static void build_layout(struct blob *blob)
{
	blob_int(blob, "int", 4, true);
	blob->layout[0] = 0;
	blob->layout[1] = 4;
	blob->layout_cnt = 2;
}

static void test_blob(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct blob blob = {0};

	feature->build(&blob);
	blob_judge(kit, blob_load(kit, &blob), verdict);
}

/* struct value { struct TARGET TAG *p; } */
static int create_tagged(struct kit *kit, const char *tag, const char *target, uint32_t flags)
{
	struct blob blob = {0};
	uint32_t key = blob_int(&blob, "int", 4, true);
	uint32_t object = blob_type(&blob, target, BTF_KIND_STRUCT, 1, false, 8);

	blob_member(&blob, "a", key, 0);
	uint32_t tagged = blob_type(&blob, tag, BTF_KIND_TYPE_TAG, 0, false, object);
	uint32_t pointer = blob_type(&blob, NULL, BTF_KIND_PTR, 0, false, tagged);
	uint32_t value = blob_type(&blob, "value", BTF_KIND_STRUCT, 1, false, sizeof(void *));
	blob_member(&blob, "p", pointer, 0);
	return field_map_of_blob(kit, &blob, BPF_MAP_TYPE_ARRAY, key, value, sizeof(void *), flags);
}

/*
 * Types for the pointer with the tag. Some tags need kernel types, some need types of the program, and
 * a counted reference needs a type with a destructor. If the type does not fit, the map's creation
 * ignores the tag, in the same way as an unknown tag.
 */
static const char *const targets[] = {"kcompat_object", "task_struct", "prog_test_ref_kfunc"};

/*
 * A map that programs may only read cannot have fields that the kernel manages. The result is EACCES
 * for a known tag, and success for an ignored one (map_check_btf(), kernel/bpf/syscall.c).
 */
static int ask_tag(struct kit *kit, const char *tag)
{
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(targets) && ret >= 0; i++) {
		ret = create_tagged(kit, tag, targets[i], BPF_F_RDONLY_PROG);
		kit_close_fd(ret);
	}
	return ret;
}

/* The control: the kernel must ignore an invented tag. False: *verdict is filled. */
static bool tags_can_be_asked(struct kit *kit, struct kit_verdict *verdict)
{
	int ret = create_tagged(kit, "kcompat_no_such_tag", targets[0], BPF_F_RDONLY_PROG);
	char text[KIT_ERRNO_BYTES];

	kit_close_fd(ret);
	if (ret >= 0)
		return true;
	/* A kernel without type tags cannot know this one. */
	bool no_tags = ret == -EINVAL && blob_control(kit) >= 0;
	struct blob blob = {0};
	build_type_tag(&blob);
	blob_judge(kit, blob_load(kit, &blob), verdict);
	if (no_tags && verdict->state == SUPPORT_UNSUPPORTED)
		return false;
	if (!kit_settle(kit, verdict, ret, "map with an invented tag, which the kernel must ignore"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret,
			"%s for an invented tag, which the kernel must ignore",
			kit_errno_name(-ret, text));
	return false;
}

/*
 * An ignored tag or field is an answer only if the kernel has BTF. Without BTF, the kernel finds no
 * type for a pointer, and the size of a field is unknown.
 */
static void say_ignored(struct kit *kit, const char *what, struct kit_verdict *verdict)
{
	if (kit->kernel->btf)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "the %s is ignored, as an invented one is",
			what);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"the %s is ignored, but that proves nothing without BTF of the kernel", what);
}

static void test_tag(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	if (!tags_can_be_asked(kit, verdict))
		return;
	int ret = ask_tag(kit, feature->text);
	if (ret == -EACCES && tags_can_be_asked(kit, verdict))
		kit_ok(verdict, "%s", "");
	else if (ret == -EACCES)
		return;
	else if (ret >= 0)
		say_ignored(kit, "tag", verdict);
	else if (!kit_settle(kit, verdict, ret, "map with the tag"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to a map with the tag",
			kit_errno_name(-ret, text));
}

/*
 * 6.4 renamed kptr to kptr_untrusted, and kptr_ref to kptr. The tag needs a type with a destructor. An
 * ignored tag therefore proves something only if the kernel knows the new name, or knows neither
 * name.
 */
static void test_tag_kptr_ref(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	test_tag(kit, feature, verdict);
	if (verdict->state != SUPPORT_UNSUPPORTED || verdict->errnum)
		return;
	int untrusted = ask_tag(kit, "kptr_untrusted"), kptr = ask_tag(kit, "kptr");
	if ((untrusted < 0 || kptr < 0) && !tags_can_be_asked(kit, verdict))
		return;
	if (untrusted == -EACCES)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "ignored: this kernel calls it kptr");
	else if (untrusted < 0 || kptr < 0)
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"ignored, but no type with a destructor was found to try it with");
}

/* .text: a tag of vmlinux BTF. The verifier reads it from the kernel's own types. */
static void test_kernel_tag(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	const struct kbtf *btf = kit->kernel->btf;

	if (!btf)
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "no BTF of the kernel");
	else if (kbtf_find(btf, feature->text, feature->type))
		kit_ok(verdict, "%s", "");
	else
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "vmlinux BTF has no such tag");
}

/* .text names the struct. As with tags, the result is EACCES in a map that programs may only read, and
 * success otherwise. */
static void test_field(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];
	int control = field_map_create(kit, "kcompat_no_such_field", BPF_F_RDONLY_PROG);
	int ret = field_map_create(kit, feature->text, BPF_F_RDONLY_PROG);
	int plain = field_map_create(kit, feature->text, 0);

	kit_close_fd(control);
	kit_close_fd(ret);
	kit_close_fd(plain);
	if (control < 0) {
		if (!kit_settle(kit, verdict, control, "map with an invented field"))
			kit_say(verdict, SUPPORT_UNKNOWN, -control,
				"%s to a map with an invented field",
				kit_errno_name(-control, text));
	} else if (ret == -EACCES && plain >= 0)
		kit_ok(verdict, "%s", "");
	else if (ret >= 0)
		say_ignored(kit, "field", verdict);
	else if (!kit_settle(kit, verdict, ret == -EACCES ? plain : ret, "map with the field"))
		kit_say(verdict, SUPPORT_UNKNOWN, ret == -EACCES ? -plain : -ret,
			"%s to a map with the field",
			kit_errno_name(ret == -EACCES ? -plain : -ret, text));
}

/* A map may have a timer that no program may call with: the call is tried too. */
static void test_timer(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	test_field(kit, feature, verdict);
	if (verdict->state == SUPPORT_OK)
		field_timer_refused(kit, verdict);
}

/*
 * struct node { struct NODE node; }; struct value { struct bpf_spin_lock lock; struct ROOT root; }
 * with the root's declaration tag "contains:node:node". If the names are NULL, both types are invented,
 * so the value only has the lock.
 */
static int create_graph(struct kit *kit, const char *root, const char *node)
{
	struct blob blob = {0};
	uint32_t root_size = root ? field_size(kit->kernel, root, 16) : 16;
	uint32_t node_size = node ? field_size(kit->kernel, node, 24) : 24;
	uint32_t key = blob_int(&blob, "u64", 8, false);
	uint32_t lock = blob_type(&blob, "bpf_spin_lock", BTF_KIND_STRUCT, 0, false, 4);
	uint32_t root_id = blob_type(
		&blob, root ? root : "kcompat_root", BTF_KIND_STRUCT, 0, false, root_size);
	uint32_t node_id = blob_type(
		&blob, node ? node : "kcompat_node", BTF_KIND_STRUCT, 0, false, node_size);

	blob_type(&blob, "node", BTF_KIND_STRUCT, 1, false, node_size);
	blob_member(&blob, "node", node_id, 0);
	uint32_t value = blob_type(&blob, "value", BTF_KIND_STRUCT, 2, false, 8 + root_size);
	blob_member(&blob, "lock", lock, 0);
	blob_member(&blob, "root", root_id, 8);
	blob_type(&blob, "contains:node:node", BTF_KIND_DECL_TAG, 0, false, value);
	blob_word(&blob, 1);
	return field_map_of_blob(kit, &blob, BPF_MAP_TYPE_CGROUP_STORAGE, key, value, 8 + root_size, 0);
}

/*
 * .text is the root; .number is 1 for trees and 0 for lists. Both need a lock in the value, and the
 * lock alone makes the kernel refuse a read-only map. Cgroup storage accepts a lock, and refuses lists
 * and trees with EOPNOTSUPP.
 */
static void test_graph(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int ret =
		create_graph(kit, feature->text, feature->number ? "bpf_rb_node" : "bpf_list_node");
	int control = create_graph(kit, NULL, NULL);
	char text[KIT_ERRNO_BYTES];

	kit_close_fd(control);
	kit_close_fd(ret);
	if (control < 0) {
		struct blob blob = {0};
		build_decl_tag(&blob);
		blob_judge(kit, blob_load(kit, &blob), verdict);
		/* Without declaration tags there are no lists: the tag names the list's content. */
		if (verdict->state != SUPPORT_UNSUPPORTED &&
			!kit_settle(kit, verdict, control, "cgroup storage with a lock"))
			kit_say(verdict, SUPPORT_UNKNOWN, -control,
				"%s to cgroup storage with a lock", kit_errno_name(-control, text));
	} else if (ret == -EOPNOTSUPP)
		kit_ok(verdict, "%s", "");
	else if (ret >= 0)
		say_ignored(kit, "field", verdict);
	else if (!kit_settle(kit, verdict, ret, "cgroup storage with the field"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to cgroup storage with the field",
			kit_errno_name(-ret, text));
}

#define BLOB(name, meaning, since, function)                                                       \
	{                                                                                          \
		{name, meaning, since}, .test = test_blob, .build = function                       \
	}
#define TAG(tag, meaning, since)                                                                   \
	{                                                                                          \
		{"tag:" tag, meaning, since}, .test = test_tag, .text = tag                        \
	}
#define FIELD(name, meaning, since, field)                                                         \
	{                                                                                          \
		{name, meaning, since}, .test = test_field, .text = field                          \
	}

/* clang-format off */
static const struct feature list[] = {
	BLOB("btf", "BTF of programs and maps", "4.18", build_int),
	BLOB("btf_func", "BTF: functions", "5.0", build_func),
	BLOB("btf_func_global", "BTF: linkage of functions", "5.6", build_func_global),
	BLOB("btf_datasec", "BTF: variables and sections", "5.2", build_datasec),
	BLOB("btf_qmark_datasec", "BTF: section names beginning with ?", "6.9", build_optional_datasec),
	BLOB("btf_float", "BTF: floating point", "5.13", build_float),
	BLOB("btf_decl_tag", "BTF: declaration tags", "5.16", build_decl_tag),
	BLOB("btf_type_tag", "BTF: type tags", "5.17", build_type_tag),
	BLOB("btf_enum64", "BTF: enums of 64 bits", "6.0", build_enum64),
	BLOB("btf_attribute_tag", "BTF: tags that stand for any attribute (kind_flag)", "6.15", build_attribute),
	BLOB("btf_layout", "BTF: layout of kinds", "7.1", build_layout),
	TAG("kptr", "map values hold pointers to kernel objects", "5.19"),
	{{"tag:kptr_ref", "counted pointers under their name before 6.4", "5.19"}, .test = test_tag_kptr_ref,
		.text = "kptr_ref"},
	TAG("kptr_untrusted", "pointers that are not counted", "6.4"),
	TAG("percpu_kptr", "map values hold per-CPU objects", "6.7"),
	TAG("uptr", "map values hold pointers to user memory", "6.13"),
	{{"tag:user", "vmlinux BTF marks pointers to user memory", "5.18"}, .test = test_kernel_tag, .of_files = true, .text = "user",
		.type = BTF_KIND_TYPE_TAG},
	{{"tag:percpu", "vmlinux BTF marks per-CPU pointers", "5.18"}, .test = test_kernel_tag, .of_files = true, .text = "percpu",
		.type = BTF_KIND_TYPE_TAG},
	{{"tag:rcu", "vmlinux BTF marks pointers under RCU", "6.2"}, .test = test_kernel_tag, .of_files = true, .text = "rcu",
		.type = BTF_KIND_TYPE_TAG},
	{{"tag:bpf_kfunc", "vmlinux BTF marks kfuncs", "pahole 1.26"}, .test = test_kernel_tag, .of_files = true, .text = "bpf_kfunc",
		.type = BTF_KIND_DECL_TAG},
	FIELD("spin_lock", "locks in map values", "5.1", "bpf_spin_lock"),
	FIELD("res_spin_lock", "locks that cannot deadlock", "6.15", "bpf_res_spin_lock"),
	{{"timer", "timers in map values", "5.15"}, .test = test_timer, .text = "bpf_timer"},
	FIELD("workqueue", "work queues in map values", "6.10", "bpf_wq"),
	FIELD("task_work", "work in a task's context", "6.18", "bpf_task_work"),
	FIELD("refcount", "counted own objects", "6.4", "bpf_refcount"),
	{{"linked_list", "lists of own objects", "6.2"}, .test = test_graph, .text = "bpf_list_head"},
	{{"rbtree", "trees of own objects", "6.3"}, .test = test_graph, .text = "bpf_rb_root", .number = 1},
};
/* clang-format on */

const struct feature_table feature_btf = {list, ARRAY_SIZE(list)};
