/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fixtures/helper_image.c compiled for an architecture, with BTF that fits it. */
#ifndef KCOMPAT_TESTS_HELPER_FIXTURE_H
#define KCOMPAT_TESTS_HELPER_FIXTURE_H

#include "kfunc_fixture.h"
#include "load_helper_verdicts.h"

#define HELPER_FIXTURE_SOURCE "fixtures/helper_image.c"

struct helper_fixture {
	struct fixture base; /* image, symbols, btf, code */
	uint32_t kept_id, other_id;
	struct helper_verdicts *verdicts;
};

static inline void helper_fixture_types(struct helper_fixture *fixture, struct btf_builder *builder)
{
	uint32_t int_id = builder_int(builder, "int", 4);
	uint32_t pointer = builder_ptr(builder, builder_proto(builder, 0, NULL, 0));

	FIXTURE_STRUCT(builder, "bpf_prog", 32, {"gpl_compatible", int_id, 0},
		{"sleepable", int_id, 1}, {"type", int_id, 32},
		{"expected_attach_type", int_id, 64}, {"aux", pointer, 128},
		{"hidden", int_id, 192});
	FIXTURE_STRUCT(builder, "bpf_prog_aux", 32, {"attach_btf_id", int_id, 0},
		{"hidden", int_id, 32}, {"attach_func_name", pointer, 64}, {"st_ops", pointer, 128},
		{"attach_st_ops_member_off", int_id, 192});
	FIXTURE_STRUCT(builder, "bpf_func_proto", 24, {"func", pointer, 0},
		{"gpl_only", int_id, 64}, {"might_sleep", int_id, 72}, {"allowed", pointer, 128});
	FIXTURE_STRUCT(builder, "bpf_verifier_ops", 16, {"get_func_proto", pointer, 0},
		{"is_valid_access", pointer, 64});
	FIXTURE_STRUCT(builder, "seq_operations", 32, {"start", pointer, 0}, {"stop", pointer, 64},
		{"next", pointer, 128}, {"show", pointer, 192});
	uint32_t info = FIXTURE_STRUCT(builder, "bpf_iter_seq_info", 24, {"seq_ops", int_id, 0},
		{"init_seq_private", pointer, 64}, {"fini_seq_private", pointer, 128});
	FIXTURE_STRUCT(builder, "bpf_iter_reg", 48, {"target", int_id, 0},
		{"attach_target", pointer, 64}, {"detach_target", pointer, 128},
		{"get_func_proto", pointer, 192}, {"ctx_arg_info_size", int_id, 256},
		{"feature", int_id, 288}, {"seq_info", info, 320});
	fixture->kept_id = FIXTURE_STRUCT(builder, "kept", 4, {"value", int_id, 0});
	fixture->other_id = FIXTURE_STRUCT(builder, "other", 4, {"value", int_id, 0});
	fixture_enum(builder, "bpf_prog_type", "BPF_PROG_TYPE_", FIXTURE_PROG_TYPE_CNT);
}

static inline struct error *helper_fixture_btf(struct helper_fixture *fixture)
{
	struct btf_builder builder;

	builder_init(&builder);
	helper_fixture_types(fixture, &builder);
	struct error *error = builder_create(&builder, NULL, &fixture->base.btf);
	builder_deinit(&builder);
	return error;
}

static inline struct error *helper_fixture_compile(
	const struct fixture_compiler *compiler, const char *path)
{
	_cleanup_buf_ struct buf command = {0};

	buf_printf(&command,
		"%s -ffreestanding -fno-pic -fno-stack-protector -c -o %s " HELPER_FIXTURE_SOURCE,
		compiler->command, path);
	return system(buf_text(&command))
		? error_create(ERROR_INPUT, NULL, "%s failed", compiler->name)
		: NULL;
}

static inline struct error *helper_fixture_image(
	struct helper_fixture *fixture, const struct fixture_compiler *compiler)
{
	char path[] = "/tmp/kcompat-helpers-XXXXXX";
	struct file_bytes bytes = {0};
	int fd = mkstemp(path);

	if (fd < 0)
		return error_errno(errno, NULL, "%s", path);
	close(fd);
	struct error *error = helper_fixture_compile(compiler, path);
	if (!error)
		error = file_read("", path, &bytes);
	unlink(path);
	if (!error)
		error = image_create(bytes.data, bytes.size, &fixture->base.image);
	if (!error)
		error = image_relocate_module(fixture->base.image, &fixture->base.symbols);
	return error;
}

/* Zeroed before, helper_fixture_close() after. */
static inline struct error *helper_fixture_open(
	struct helper_fixture *fixture, const struct fixture_compiler *compiler)
{
	struct fixture *base = &fixture->base;
	struct error *error = helper_fixture_btf(fixture);

	if (!error)
		error = helper_fixture_image(fixture, compiler);
	const struct kfunc_image source = {base->image, base->symbols, base->btf, NULL};
	if (!error)
		error = kfunc_code_create(&source, &base->code);
	return error ? error : helper_verdicts_create(base->code, &fixture->verdicts);
}

static inline void helper_fixture_close(struct helper_fixture *fixture)
{
	helper_verdicts_destroy(fixture->verdicts);
	fixture_close(&fixture->base);
}

#endif
