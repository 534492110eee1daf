/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/program/object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/context.h"
#include "probe/insn.h"
#include "util/array.h"
#include "util/buf.h"

/* libbpf marks unresolved calls with helper numbers that no kernel has. */
#define HELPER_NONSENSE 1000000

struct captured {
	char *name;
	struct bpf_insn *insns;
	struct bpf_load_attr attr;
};

struct program_object {
	struct bpf_object *libbpf;
	struct captured *programs;
	size_t program_cnt;
	void *globals; /* the mapped map of .bss; NULL: the object has none */
	size_t globals_bytes;
};

/* The sections in use. While an object is opened, a handler for each replaces libbpf's own. */
static const char *const sections[] = {"xdp", "tc", "syscall", "perf_event", "iter+"};
#define SECTION_CNT ARRAY_SIZE(sections)

static struct buf *complaints;

static int keep_complaint(enum libbpf_print_level level, const char *format, va_list args)
{
	char line[512];

	if (level != LIBBPF_WARN || !complaints)
		return 0;
	vsnprintf(line, sizeof(line), format, args);
	/* libbpf tries to raise the limit even if that is not needed, so this is not the cause. */
	if (!strstr(line, "bump RLIMIT_MEMLOCK"))
		buf_puts(complaints, line);
	return 0;
}

/* libbpf repeats a failure on each level. The first line is the cause. */
static struct error *complaint_error(int errnum, const char *name, const struct buf *text)
{
	const char *line = buf_text(text);

	if (!strncmp(line, "libbpf: ", 8))
		line += 8;
	int len = (int)strcspn(line, "\n");
	enum error_code code = errnum == EPERM || errnum == EACCES ? ERROR_DENIED : ERROR_SYSTEM;
	struct error *error = len ? error_create(code, NULL, "%s: libbpf: %.*s", name, len, line)
				  : error_errno(errnum, NULL, "%s: libbpf", name);
	/* error_no_memory() is shared. */
	if (error->code == code)
		error->errnum = errnum;
	return error;
}

static bool capture(struct program_object *object, struct bpf_program *program,
	const struct bpf_prog_load_opts *opts)
{
	size_t cnt = bpf_program__insn_cnt(program);
	struct captured *list =
		realloc(object->programs, (object->program_cnt + 1) * sizeof(*list));

	if (!list)
		return false;
	object->programs = list;
	struct captured *captured = &list[object->program_cnt];
	*captured = (struct captured) {
		.name = strdup(bpf_program__name(program)),
		.insns = malloc(cnt * sizeof(*captured->insns)),
	};
	object->program_cnt++;
	if (!captured->name || !captured->insns)
		return false;
	memcpy(captured->insns, bpf_program__insns(program), cnt * sizeof(*captured->insns));
	captured->attr = (struct bpf_load_attr) {
		.insn_cnt = (uint32_t)cnt,
		.insns = (uintptr_t)captured->insns,
		.license = (uintptr_t) "GPL",
		.prog_name = PROGRAM_NAME,
		.prog_btf_fd = opts->prog_btf_fd,
		.func_info_rec_size = opts->func_info_rec_size,
		.func_info = (uintptr_t)opts->func_info,
		.func_info_cnt = opts->func_info_cnt,
		.line_info_rec_size = opts->line_info_rec_size,
		.line_info = (uintptr_t)opts->line_info,
		.line_info_cnt = opts->line_info_cnt,
	};
	return true;
}

/* libbpf calls this after it resolved a program. Keeps the program, and lets libbpf load a trivial one
 * that the kernel does not refuse. */
static int before_load(struct bpf_program *program, struct bpf_prog_load_opts *opts, long cookie)
{
	struct bpf_insn nothing[] = {INSN_MOV(BPF_REG_0, 0), INSN_EXIT};

	if (!capture((struct program_object *)cookie, program, opts))
		return -ENOMEM;
	opts->prog_btf_fd = 0;
	opts->func_info = opts->line_info = NULL;
	opts->func_info_cnt = opts->line_info_cnt = 0;
	opts->func_info_rec_size = opts->line_info_rec_size = 0;
	return bpf_program__set_insns(program, nothing, ARRAY_SIZE(nothing));
}

static int choose(struct bpf_object *libbpf, const struct program_object_source *source)
{
	struct bpf_program *program;
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_program(program, libbpf)
	{
		bool wanted = source->wanted(source->context, bpf_program__name(program));

		bpf_program__set_autoload(program, wanted);
	}
	bpf_object__for_each_map(map, libbpf)
	{
		if (!err && (int)bpf_map__type(map) == UAPI_BPF_MAP_TYPE_ARENA &&
			source->arena_fd >= 0)
			err = bpf_map__reuse_fd(map, source->arena_fd);
	}
	return err;
}

static int open_with_handlers(
	const struct program_object_source *source, struct program_object *object)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = source->name);

	object->libbpf = bpf_object__open_mem(source->data, source->size_bytes, &opts);
	if (!object->libbpf)
		return -errno;
	int err = choose(object->libbpf, source);
	return err ? err : bpf_object__load(object->libbpf);
}

/*
 * A permanent handler that matches no section: libbpf 1.1 frees its list with the last handler and
 * then uses it again.
 */
static int register_keeper(void)
{
	static bool registered;

	if (registered)
		return 0;
	int handler = libbpf_register_prog_handler("kcompat-none", BPF_PROG_TYPE_UNSPEC, 0, NULL);
	registered = handler >= 0;
	return registered ? 0 : handler;
}

static int open_object(const struct program_object_source *source, struct program_object *object)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .cookie = (long)object,
		.prog_prepare_load_fn = before_load);
	int handlers[SECTION_CNT], err = register_keeper();
	size_t cnt = 0;

	while (cnt < SECTION_CNT && !err) {
		handlers[cnt] = libbpf_register_prog_handler(
			sections[cnt], BPF_PROG_TYPE_SOCKET_FILTER, 0, &opts);
		if (handlers[cnt] < 0)
			err = handlers[cnt];
		else
			cnt++;
	}
	if (!err)
		err = open_with_handlers(source, object);
	while (cnt)
		libbpf_unregister_prog_handler(handlers[--cnt]);
	return err;
}

static struct bpf_map *find_globals(const struct bpf_object *libbpf)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, libbpf)
	{
		const char *name = bpf_map__name(map);
		size_t len = strlen(name);

		if (bpf_map__is_internal(map) && len >= 4 && !strcmp(name + len - 4, ".bss"))
			return map;
	}
	return NULL;
}

static int map_globals(struct program_object *object)
{
	struct bpf_map *map = find_globals(object->libbpf);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!map)
		return 0;
	size_t size = (bpf_map__value_size(map) + page - 1) / page * page;
	void *globals = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (globals == MAP_FAILED)
		return -errno;
	object->globals = globals;
	object->globals_bytes = size;
	return 0;
}

struct error *program_object_open(
	const struct program_object_source *source, struct program_object **ret)
{
	_cleanup_program_object_ struct program_object *object = calloc(1, sizeof(*object));
	_cleanup_buf_ struct buf text = {0};

	if (!object)
		return error_no_memory();
	complaints = &text;
	libbpf_print_fn_t previous = libbpf_set_print(keep_complaint);
	int err = open_object(source, object);
	if (!err)
		err = map_globals(object);
	libbpf_set_print(previous);
	complaints = NULL;
	if (err)
		return complaint_error(-err, source->name, &text);
	*ret = object;
	object = NULL;
	return NULL;
}

void program_object_close(struct program_object *object)
{
	if (!object)
		return;
	if (object->globals)
		munmap(object->globals, object->globals_bytes);
	for (size_t i = 0; i < object->program_cnt; i++) {
		free(object->programs[i].name);
		free(object->programs[i].insns);
	}
	free(object->programs);
	bpf_object__close(object->libbpf);
	free(object);
}

static const struct captured *find(const struct program_object *object, const char *program)
{
	for (size_t i = 0; i < object->program_cnt; i++) {
		if (!strcmp(object->programs[i].name, program))
			return &object->programs[i];
	}
	return NULL;
}

const struct bpf_load_attr *program_object_find(
	const struct program_object *object, const char *program)
{
	const struct captured *captured = find(object, program);

	return captured ? &captured->attr : NULL;
}

static bool object_is_call(const struct bpf_insn *insn, unsigned int kind)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == kind;
}

bool program_object_unresolved(const struct program_object *object, const char *program)
{
	const struct captured *captured = find(object, program);

	for (size_t i = 0; captured && i < captured->attr.insn_cnt; i++) {
		const struct bpf_insn *insn = &captured->insns[i];

		if (object_is_call(insn, BPF_PSEUDO_KFUNC_CALL) && insn->imm <= 0)
			return true;
		if (object_is_call(insn, 0) && insn->imm >= HELPER_NONSENSE)
			return true;
	}
	return false;
}

bool program_object_calls(
	const struct program_object *object, const char *program, bool kfunc, uint32_t id)
{
	const struct captured *captured = find(object, program);

	for (size_t i = 0; captured && i < captured->attr.insn_cnt; i++) {
		const struct bpf_insn *insn = &captured->insns[i];

		if (object_is_call(insn, kfunc ? BPF_PSEUDO_KFUNC_CALL : 0) && (uint32_t)insn->imm == id)
			return true;
	}
	return false;
}

int program_object_map(const struct program_object *object, const char *name)
{
	return bpf_object__find_map_fd_by_name(object->libbpf, name);
}

volatile uint64_t *program_object_global(const struct program_object *object, const char *name)
{
	const struct btf *btf = bpf_object__btf(object->libbpf);
	int32_t id = btf ? btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC) : -1;

	if (id < 0 || !object->globals)
		return NULL;
	const struct btf_type *section = btf__type_by_id(btf, (uint32_t)id);
	const struct btf_var_secinfo *variable = btf_var_secinfos(section);
	for (int i = 0; i < btf_vlen(section); i++, variable++) {
		const struct btf_type *type = btf__type_by_id(btf, variable->type);

		if (variable->size == sizeof(uint64_t) &&
			!strcmp(btf__name_by_offset(btf, type->name_off), name))
			return (volatile uint64_t *)((char *)object->globals + variable->offset);
	}
	return NULL;
}

void program_object_clear(struct program_object *object)
{
	if (object->globals)
		memset(object->globals, 0, object->globals_bytes);
}
