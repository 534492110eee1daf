/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fixtures/kfunc_image.c compiled for an architecture, with BTF that fits it, and read. */
#ifndef KCOMPAT_TESTS_KFUNC_FIXTURE_H
#define KCOMPAT_TESTS_KFUNC_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btf_builder.h"
#include "load_image_relocate.h"
#include "load_kfunc_sets.h"
#include "load_kfunc_verdicts.h"
#include "util_file.h"

#define FIXTURE_SOURCE "fixtures/kfunc_image.c"
#define FIXTURE_FUNC_CNT 8
#define FIXTURE_PROG_TYPE_CNT 32
#define FIXTURE_ATTACH_TYPE_CNT 62

static const char *const fixture_funcs[FIXTURE_FUNC_CNT] = {"kfunc_one", "kfunc_two", "kfunc_three",
	"kfunc_four", "kfunc_five", "kfunc_six", "kfunc_seven", "kfunc_eight"};

struct fixture {
	struct image *image;
	struct kernel_symbols *symbols;
	struct kbtf *btf;
	uint32_t func_ids[FIXTURE_FUNC_CNT], no_func_id, type_id, ops_id;
	struct kfunc_code *code;
	struct kfunc_verdicts *verdicts;
	struct pool pool;
	struct kernel_kfuncs kfuncs;
};

struct fixture_compiler {
	const char *name, *check, *command;
	/*
	 * Loads do not scale an index: the hook of a kernel whose registering function is inlined
	 * (before 6.3) cannot be seen in them.
	 */
	bool plain_loads;
};

/*
 * The kernel's own compilers and flags, as far as they matter to what is read. Its -pg turns off
 * -fipa-ra: a call keeps what the calling convention says, whatever the callee is seen to do.
 */
/* Conditions in whole fields, as gcc keeps them; single bits of them are not followed. */
#define FIXTURE_PPC_FIELDS "-Xclang -target-feature -Xclang -crbits"

static const struct fixture_compiler fixture_compilers[] = {
#ifdef __x86_64__
	{"gcc x86-64 -O2", "gcc --version",
		"gcc -O2 -mcmodel=kernel -fno-stack-protector -fno-ipa-ra "
		"-fcf-protection=branch", false},
	{"gcc x86-64 -Os", "gcc --version",
		"gcc -Os -mcmodel=kernel -fno-stack-protector -fno-ipa-ra", false},
#endif
	{"clang x86-64 -O2", "clang-19 --version",
		"clang-19 --target=x86_64-linux-gnu -O2 -mcmodel=kernel", false},
	{"clang arm64 -O2", "clang-19 --version", "clang-19 --target=aarch64-linux-gnu -O2", false},
	{"clang arm64 -Os", "clang-19 --version", "clang-19 --target=aarch64-linux-gnu -Os", false},
	{"clang ppc64le -O2", "clang-19 --version",
		"clang-19 --target=powerpc64le-linux-gnu -mcpu=power8 " FIXTURE_PPC_FIELDS " -O2", true},
	{"clang ppc64le -Os", "clang-19 --version",
		"clang-19 --target=powerpc64le-linux-gnu -mcpu=power8 " FIXTURE_PPC_FIELDS
		" -Os -mcmodel=large", true},
	{"clang riscv64 -O2", "clang-19 --version",
		"clang-19 --target=riscv64-linux-gnu -march=rv64gc -mcmodel=medany -O2", true},
	{"clang riscv64 -Os", "clang-19 --version",
		"clang-19 --target=riscv64-linux-gnu -march=rv64g -mno-relax -mcmodel=medany -Os", true},
};
#define FIXTURE_COMPILER_CNT (sizeof(fixture_compilers) / sizeof(fixture_compilers[0]))

struct fixture_member {
	const char *name;
	uint32_t type, offset_bits;
};

static inline uint32_t fixture_struct(struct btf_builder *builder, const char *name, uint32_t size,
	const struct fixture_member *members, uint32_t cnt)
{
	uint32_t id = builder_type(builder, name, BTF_KIND_STRUCT, cnt, false, size);

	for (uint32_t i = 0; i < cnt; i++)
		builder_member(builder, members[i].name, members[i].type, members[i].offset_bits);
	return id;
}

static inline void fixture_enum(
	struct btf_builder *builder, const char *name, const char *prefix, uint32_t cnt)
{
	char enumerator[64];

	builder_type(builder, name, BTF_KIND_ENUM, cnt, false, 4);
	for (uint32_t i = 0; i < cnt; i++) {
		snprintf(enumerator, sizeof(enumerator), "%s%u", prefix, i);
		builder_pair(builder, enumerator, i);
	}
}

static inline void fixture_hooks(struct btf_builder *builder)
{
	static const char *const hooks[] = {
		"COMMON", "XDP", "TC", "STRUCT_OPS", "TRACING", "SYSCALL", "FMODRET", "MAX"};
	char enumerator[64];

	builder_type(builder, "btf_kfunc_hook", BTF_KIND_ENUM, 8, false, 4);
	for (uint32_t i = 0; i < 8; i++) {
		snprintf(enumerator, sizeof(enumerator), "BTF_KFUNC_HOOK_%s", hooks[i]);
		builder_pair(builder, enumerator, i);
	}
}

#define FIXTURE_STRUCT(builder, name, size, ...)                                                   \
	fixture_struct(builder, name, size, (const struct fixture_member[]) {__VA_ARGS__},         \
		sizeof((const struct fixture_member[]) {__VA_ARGS__}) /                            \
			sizeof(struct fixture_member))

/* The structs as kfunc_image.c declares them. */
static inline void fixture_types(struct fixture *fixture, struct btf_builder *builder)
{
	uint32_t int_id = builder_int(builder, "int", 4);
	uint32_t proto = builder_proto(builder, 0, NULL, 0);
	uint32_t pointer = builder_ptr(builder, proto);

	fixture->no_func_id = int_id;
	uint32_t pair =
		FIXTURE_STRUCT(builder, "btf_id_pair", 8, {"id", int_id, 0}, {"flags", int_id, 32});
	uint32_t pairs = builder_array(builder, pair, 0);
	FIXTURE_STRUCT(builder, "btf_id_set8", 8, {"cnt", int_id, 0}, {"flags", int_id, 32},
		{"pairs", pairs, 64});
	FIXTURE_STRUCT(builder, "btf_kfunc_id_set", 24, {"owner", pointer, 0}, {"set", pointer, 64},
		{"filter", pointer, 128});
	FIXTURE_STRUCT(builder, "bpf_prog", 24, {"sleepable", int_id, 33}, {"type", int_id, 64},
		{"expected_attach_type", int_id, 96}, {"aux", pointer, 128});
	FIXTURE_STRUCT(builder, "bpf_prog_aux", 24, {"attach_btf_id", int_id, 32},
		{"st_ops", pointer, 64}, {"attach_st_ops_member_off", int_id, 128});
	FIXTURE_STRUCT(builder, "bpf_verifier_env", 16, {"prog", pointer, 64});
	FIXTURE_STRUCT(builder, "bpf_struct_ops", 24, {"check_member", pointer, 0},
		{"name", pointer, 64}, {"cfi_stubs", pointer, 128});
	fixture->ops_id = FIXTURE_STRUCT(builder, "small_ops", 32, {"first", pointer, 0},
		{"second", pointer, 64}, {"third", pointer, 128}, {"fourth", pointer, 192});
	FIXTURE_STRUCT(builder, "bpf_struct_ops_small_ops", 40, {"lock", int_id, 0},
		{"data", fixture->ops_id, 64});
	fixture->type_id = FIXTURE_STRUCT(builder, "kept_object", 4, {"value", int_id, 0});
	for (size_t i = 0; i < FIXTURE_FUNC_CNT; i++)
		fixture->func_ids[i] = builder_func(builder, fixture_funcs[i], proto);
}

static inline struct error *fixture_btf(struct fixture *fixture)
{
	struct btf_builder builder;

	builder_init(&builder);
	fixture_types(fixture, &builder);
	fixture_enum(&builder, "bpf_prog_type", "BPF_PROG_TYPE_", FIXTURE_PROG_TYPE_CNT);
	fixture_enum(&builder, "bpf_attach_type", "BPF_ATTACH_", FIXTURE_ATTACH_TYPE_CNT);
	fixture_hooks(&builder);
	struct error *error = builder_create(&builder, NULL, &fixture->btf);
	builder_deinit(&builder);
	return error;
}

/* False: the compiler is not here, which is said. */
static inline bool fixture_has(const struct fixture_compiler *compiler)
{
	char command[256];

	snprintf(command, sizeof(command), "%s >/dev/null 2>&1", compiler->check);
	if (!system(command))
		return true;
	fprintf(stderr, "skip: no %s\n", compiler->name);
	return false;
}

static inline struct error *fixture_compile(const struct fixture *fixture,
	const struct fixture_compiler *compiler, const char *flags, const char *path)
{
	static const char *const names[FIXTURE_FUNC_CNT] = {
		"ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT"};
	_cleanup_buf_ struct buf command = {0};

	buf_printf(&command, "%s -ffreestanding -fno-pic %s -DID_NO_FUNC=%u -DID_TYPE=%u",
		compiler->command, flags, fixture->no_func_id, fixture->type_id);
	for (size_t i = 0; i < FIXTURE_FUNC_CNT; i++)
		buf_printf(&command, " -DID_%s=%u", names[i], fixture->func_ids[i]);
	buf_printf(&command, " -c -o %s " FIXTURE_SOURCE, path);
	return system(buf_text(&command))
		? error_create(ERROR_INPUT, NULL, "%s failed", compiler->name)
		: NULL;
}

static inline struct error *fixture_read(
	struct fixture *fixture, const struct fixture_compiler *compiler, const char *flags)
{
	char path[] = "/tmp/kcompat-kfuncs-XXXXXX";
	struct file_bytes bytes = {0};
	int fd = mkstemp(path);

	if (fd < 0)
		return error_errno(errno, NULL, "%s", path);
	close(fd);
	struct error *error = fixture_compile(fixture, compiler, flags, path);
	if (!error)
		error = file_read("", path, &bytes);
	unlink(path);
	if (!error)
		error = image_create(bytes.data, bytes.size, &fixture->image);
	if (!error)
		error = image_relocate_module(fixture->image, &fixture->symbols);
	return error;
}

/* Reads all there is; zeroed before, fixture_close() after. */
static inline struct error *fixture_open(
	struct fixture *fixture, const struct fixture_compiler *compiler, const char *flags)
{
	struct error *error = fixture_btf(fixture);

	kernel_kfuncs_init(&fixture->kfuncs);
	if (!error)
		error = fixture_read(fixture, compiler, flags);
	const struct kfunc_image source = {fixture->image, fixture->symbols, fixture->btf, NULL};
	if (!error)
		error = kfunc_code_create(&source, &fixture->code);
	if (!error)
		error = kfunc_sets_load(fixture->code, &fixture->pool, &fixture->kfuncs);
	if (!error)
		error = kfunc_verdicts_create(fixture->code, &fixture->verdicts);
	kernel_kfuncs_finish(&fixture->kfuncs);
	return error;
}

static inline void fixture_close(struct fixture *fixture)
{
	kfunc_verdicts_destroy(fixture->verdicts);
	kfunc_code_destroy(fixture->code);
	kbtf_destroy(fixture->btf);
	image_destroy(fixture->image);
	pool_destroy(&fixture->pool);
}

#endif
