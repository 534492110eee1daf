/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of helpers' arguments, against struct bpf_func_proto in images. KCOMPAT_IMAGES: paths of
 * vmlinuz or vmlinux files of x86 with colons between them; images of other machines have no pointers
 * before they are relocated. A prototype belongs to the helper of its name: bpf_loop_proto. Those of
 * other names, for single program types, are left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "btf/btf.h"
#include "image/image.h"
#include "image/kallsyms/kallsyms.h"
#include "probe/calls/helper_args.h"
#include "util/array.h"
#include "util/file.h"

#define ARGS_MAX 5
#define BASE_TYPE_MASK 0xffu /* BPF_BASE_TYPE_MASK of include/linux/bpf.h */
#define PROTOS_MIN 120       /* in an image: else its prototypes were not found */

struct protos {
	const struct image *image;
	const struct kbtf *btf;
	/* Offsets in struct bpf_func_proto. */
	uint64_t func, types[ARGS_MAX], ids[ARGS_MAX], sizes[ARGS_MAX];
	const struct btf_type *arg_types, *flags;                 /* enums */
	size_t compared, wrong;
};

/* Words of helper_args.h. Kernels before 5.17 have enumerators for NULL and for other flags. */
static const struct {
	const char *arg, *word;
} words[] = {
	{"ARG_PTR_TO_CTX", "ctx"},
	{"ARG_CONST_MAP_PTR", "map"},
	{"ARG_PTR_TO_MAP_KEY", "key"},
	{"ARG_PTR_TO_MAP_VALUE", "value"},
	{"ARG_PTR_TO_UNINIT_MAP_VALUE", "value"},
	{"ARG_PTR_TO_MEM", "mem"},
	{"ARG_PTR_TO_UNINIT_MEM", "mem"},
	{"ARG_PTR_TO_ALLOC_MEM", "ring-mem"},
	{"ARG_PTR_TO_RINGBUF_MEM", "ring-mem"},
	{"ARG_CONST_SIZE", "size"},
	{"ARG_CONST_SIZE_OR_ZERO", "size"},
	{"ARG_CONST_ALLOC_SIZE_OR_ZERO", "alloc-size"},
	{"ARG_ANYTHING", "any"},
	{"ARG_PTR_TO_SPIN_LOCK", "lock"},
	{"ARG_PTR_TO_SOCK_COMMON", "sock"},
	{"ARG_PTR_TO_BTF_ID_SOCK_COMMON", "sock"},
	{"ARG_PTR_TO_SOCKET", "sock"},
	{"ARG_PTR_TO_PERCPU_BTF_ID", "percpu"},
	{"ARG_PTR_TO_FUNC", "func"},
	{"ARG_PTR_TO_STACK", "stack"},
	{"ARG_PTR_TO_CONST_STR", "str"},
	{"ARG_PTR_TO_TIMER", "timer"},
	{"ARG_KPTR_XCHG_DEST", "kptr"},
	{"ARG_PTR_TO_KPTR", "kptr"},
	{"ARG_PTR_TO_DYNPTR", "dynptr"},
	{"ARG_PTR_TO_INT", "fixed:4"},
	{"ARG_PTR_TO_LONG", "fixed:8"},
};

/* The value of an enumerator, 0 if there is none. */
static uint64_t flag(const struct protos *protos, const char *name)
{
	for (uint32_t i = 0; protos->flags && i < kbtf_vlen(protos->flags); i++) {
		uint32_t name_off;
		int64_t value = kbtf_enumerator(protos->flags, i, &name_off);
		if (!strcmp(kbtf_string(protos->btf, name_off), name))
			return (uint64_t)value;
	}
	return 0;
}

static const char *base_name(const struct protos *protos, uint64_t type)
{
	for (uint32_t i = 0; i < kbtf_vlen(protos->arg_types); i++) {
		uint32_t name_off;
		int64_t value = kbtf_enumerator(protos->arg_types, i, &name_off);
		if ((uint64_t)value == (type & BASE_TYPE_MASK))
			return kbtf_string(protos->btf, name_off);
	}
	return "";
}

/* The struct that an argument points to: its BTF id stands where arg1_btf_id points. */
static const char *struct_of(const struct protos *protos, uint64_t proto, size_t argument)
{
	uint64_t at, id;

	if (!image_read(protos->image, proto + protos->ids[argument], 8, &at) ||
		!image_read(protos->image, at, 4, &id) || !id)
		return "";
	return kbtf_name(protos->btf, kbtf_type(protos->btf, (uint32_t)id));
}

/* One argument as a word. False: this kernel describes it in another way. */
static bool write_word(
	const struct protos *protos, uint64_t proto, size_t argument, uint64_t type, char *word, size_t size)
{
	const char *base = base_name(protos, type), *found = NULL;
	bool nullable = type & flag(protos, "PTR_MAYBE_NULL");
	uint64_t bytes;

	if (type & flag(protos, "MEM_FIXED_SIZE")) {
		if (!image_read(protos->image, proto + protos->sizes[argument], 8, &bytes))
			return false;
		snprintf(word, size, "fixed:%u", (unsigned int)bytes);
		return true;
	}
	if (!strcmp(base, "ARG_PTR_TO_BTF_ID")) {
		const char *name = struct_of(protos, proto, argument);
		snprintf(word, size, "btf:%s%s", name, nullable ? "?" : "");
		return *name;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words) && !found; i++)
		found = strcmp(words[i].arg, base) ? NULL : words[i].word;
	if (found && !strcmp(found, "dynptr"))
		found = type & flag(protos, "MEM_UNINIT") ? "new-dynptr"
			: type & flag(protos, "OBJ_RELEASE") ? "ring-dynptr"
							     : "dynptr";
	snprintf(word, size, "%s%s", found ? found : "", nullable ? "?" : "");
	return found;
}

/* Is the word one of those between "|" at `kinds`? Older kernels take no NULL where newer ones do. */
static bool has_word(const char *kinds, const char *word)
{
	size_t len = strlen(word);

	while (true) {
		size_t found = strcspn(kinds, "| ");
		if (!strncmp(kinds, word, len) &&
			(found == len || (found == len + 1 && kinds[len] == '?')))
			return true;
		if (kinds[found] != '|')
			return false;
		kinds += found + 1;
	}
}

static void compare_proto(struct protos *protos, const char *helper, uint64_t proto)
{
	const char *kinds = helper_arguments(helper);
	char word[128];
	uint64_t type, func;

	/* kernel/bpf/core.c has empty weak ones of some. */
	if (!kinds || !image_read(protos->image, proto + protos->func, 8, &func) || !func)
		return;
	protos->compared++;
	for (size_t i = 0; i < ARGS_MAX; i++) {
		if (!image_read(protos->image, proto + protos->types[i], 4, &type) || !type) {
			if (*kinds)
				print_error("%s: more arguments than the image: %s\n", helper, kinds);
			protos->wrong += *kinds != '\0';
			return;
		}
		if (write_word(protos, proto, i, type, word, sizeof(word)) && !has_word(kinds, word)) {
			print_error("%s: argument %zu is %s\n", helper, i + 1, word);
			protos->wrong++;
		}
		kinds += strcspn(kinds, " ");
		kinds += *kinds == ' ';
	}
}

static uint64_t offset_of(const struct kbtf *btf, const char *member)
{
	uint32_t type, bits = 0;

	kbtf_find_member(btf, kbtf_find(btf, "bpf_func_proto", BTF_KIND_STRUCT), member, &type, &bits);
	return bits / 8;
}

static uint64_t offset_of_argument(const struct kbtf *btf, size_t argument, const char *what)
{
	char member[32];

	snprintf(member, sizeof(member), "arg%zu_%s", argument + 1, what);
	return offset_of(btf, member);
}

static void compare_image(const char *path)
{
	_cleanup_pool_ struct pool pool = {0};
	struct protos protos = {0};
	struct file_bytes bytes = {0};
	struct image *image;
	struct kernel_symbols *symbols;
	struct kallsyms_layout layout;
	struct kbtf *btf;
	const unsigned char *data;
	size_t size;

	assert_null(file_read("", path, &bytes));
	assert_null(image_create(bytes.data, bytes.size, &image));
	if (image->machine != EM_X86_64) {
		image_destroy(image);
		return;
	}
	assert_null(image_kallsyms(image, &pool, &symbols, &layout));
	assert_true(image_btf(image, &data, &size));
	assert_null(kbtf_create((void *)data, size, KBTF_BORROWED, NULL, &btf));
	protos.image = image;
	protos.btf = btf;
	protos.arg_types = kbtf_type(btf, kbtf_find(btf, "bpf_arg_type", BTF_KIND_ENUM));
	protos.flags = kbtf_type(btf, kbtf_find(btf, "bpf_type_flag", BTF_KIND_ENUM));
	assert_non_null(protos.arg_types);
	protos.func = offset_of(btf, "func");
	for (size_t i = 0; i < ARGS_MAX; i++) {
		protos.types[i] = offset_of_argument(btf, i, "type");
		protos.ids[i] = offset_of_argument(btf, i, "btf_id");
		protos.sizes[i] = offset_of_argument(btf, i, "size");
	}
	for (size_t i = 0; i < symbols->cnt; i++) {
		char *helper = pool_strdup(&pool, symbols->list[i].name);
		size_t len = strlen(helper);
		if (len <= 6 || strcmp(helper + len - 6, "_proto") != 0)
			continue;
		helper[len - 6] = '\0';
		compare_proto(&protos, helper, symbols->list[i].address);
	}
	if (protos.wrong || protos.compared < PROTOS_MIN)
		fail_msg("%s: %zu helpers compared, %zu arguments differ", path, protos.compared,
			protos.wrong);
	kbtf_destroy(btf);
	image_destroy(image);
}

static void test_images(void **state)
{
	const char *paths = getenv("KCOMPAT_IMAGES");
	char *copy = strdup(paths ? paths : ""), *rest = NULL;

	(void)state;
	if (!*copy) {
		free(copy);
		print_message("skip: KCOMPAT_IMAGES names no image\n");
		skip();
	}
	for (char *path = strtok_r(copy, ":", &rest); path; path = strtok_r(NULL, ":", &rest))
		compare_image(path);
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
