/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel played through probe_request.sys: a small BTF, and a bpf(2) that decides every load by a
 * script, remembers what it decided, and can be told to fail, to reword or to run out of things.
 */
#ifndef KCOMPAT_TESTS_FAKE_KERNEL_H
#define KCOMPAT_TESTS_FAKE_KERNEL_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "btf_builder.h"
#include "kernel_context.h"
#include "probe.h"
#include "probe_load.h"

#define FAKE_CNT(array) (sizeof(array) / sizeof((array)[0]))
#define FAKE_RECORDS (1u << 14)
#define FAKE_HELPER_INVALID 0x0fffffff
#define KERNEL_ENOTSUPP 524

static const char *const fake_helpers[] = {NULL, "map_lookup_elem", "ktime_get_ns", "trace_printk",
	"get_prandom_u32", "tail_call", "redirect", "loop", "probe_write_user"};
#define FAKE_HELPER_CNT FAKE_CNT(fake_helpers)
#define FAKE_PROBE_WRITE_USER 8

static const char *const fake_kfuncs[] = {
	"bpf_obj_a", "bpf_obj_b", "bpf_obj_c", "bpf_obj_d", "bpf_obj_e"};
/* No kfuncs by tag: the controls' ordinary ones, what contexts attach to, and one kept secret. */
static const char *const fake_functions[] = {"vfs_read", "schedule", "do_exit", "__x64_sys_getpgid",
	"bpf_lsm_file_open", "bpf_lsm_socket_bind"};
#define FAKE_SECRET "secret_kfunc"
/* A kfunc that takes a number; the JIT is asked about it when that is right. See fake_open_throwing(). */
#define FAKE_THROW "bpf_throw"

/* What the fake says about a call. */
enum fake_answer {
	FAKE_REFUSES,
	FAKE_PERMITS,
	FAKE_LOADS,
	FAKE_WANTS_SLEEP,
	FAKE_ANSWER_CNT,
	FAKE_NOVEL
};

struct fake_key {
	uint32_t prog_type, attach_type, flags, attach_btf_id;
	bool kfunc;
	int32_t id;
};

struct fake_record {
	struct fake_key key;
	enum fake_answer answer; /* of the last load that the script decided */
	size_t cnt;              /* such loads; 0: the slot is free */
};

struct fake {
	struct kernel kernel;
	struct btf_builder builder;
	uint32_t func_ids[16], kfunc_ids[8], secret_id, throw_id, ops_id;

	pthread_mutex_t lock;
	struct fake_record records[FAKE_RECORDS];
	size_t call_cnt, load_cnt;
	int null_fd;

	/* The misbehaviour; all zero: none. */
	int errnum;             /* what fails */
	size_t from_call;       /* from that call on */
	unsigned int per_mille; /* that many of a thousand calls, instead */
	uint32_t seed;
	bool accepts_all, rewords_control, rewords_refusals, never_terminates, small_logs;
	unsigned int busy_before; /* EAGAIN that often before each load */
	unsigned int busy;
	bool refuses_probe_write;
	bool jit_is_off; /* no kfunc may be called */
	const char *jit_says; /* of the call with its number, with ENOTSUPP; NULL: it loads */
	atomic_bool *stop;
	size_t stop_at;
};

static inline uint32_t fake_hash(const struct fake_key *key)
{
	const uint32_t words[] = {key->prog_type, key->attach_type, key->flags, key->attach_btf_id,
		key->kfunc, (uint32_t)key->id};
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < FAKE_CNT(words); i++)
		hash = (hash ^ words[i]) * 16777619u + (hash >> 15);
	return hash;
}

static inline bool fake_same(const struct fake_key *a, const struct fake_key *b)
{
	return a->prog_type == b->prog_type && a->attach_type == b->attach_type &&
		a->flags == b->flags && a->attach_btf_id == b->attach_btf_id &&
		a->kfunc == b->kfunc && a->id == b->id;
}

static inline struct fake_record *fake_slot(struct fake *fake, const struct fake_key *key)
{
	uint32_t at = fake_hash(key) % FAKE_RECORDS;

	while (fake->records[at].cnt && !fake_same(&fake->records[at].key, key))
		at = (at + 1) % FAKE_RECORDS;
	return &fake->records[at];
}

/* The script: a kfunc or helper of the snapshot by place and id. */
static inline enum fake_answer fake_decides(const struct fake *fake, const struct fake_key *key)
{
	struct fake_key place = *key;

	for (size_t i = 0; key->kfunc && i < FAKE_CNT(fake_functions); i++) {
		if ((uint32_t)key->id == fake->func_ids[i])
			return FAKE_REFUSES;
	}
	if (!key->kfunc && key->id == FAKE_PROBE_WRITE_USER && fake->refuses_probe_write)
		return FAKE_REFUSES;
	if (key->kfunc && fake->throw_id && (uint32_t)key->id == fake->throw_id)
		return fake_hash(&place) / 7 % 2 ? FAKE_PERMITS : FAKE_REFUSES;
	/* Whether something sleeps is its own property, not the place's. */
	if (key->id % 4 == 0)
		return key->flags & CONTEXT_F_SLEEPABLE ? FAKE_LOADS : FAKE_WANTS_SLEEP;
	return fake_hash(&place) / 7 % FAKE_WANTS_SLEEP;
}

static inline bool fake_can_sleep(uint32_t prog_type)
{
	return prog_type == PROG_TYPE_KPROBE || prog_type == PROG_TYPE_TRACING ||
		prog_type == PROG_TYPE_LSM || prog_type == PROG_TYPE_SYSCALL ||
		prog_type == PROG_TYPE_STRUCT_OPS;
}

static inline void fake_say(
	const struct fake *fake, const struct bpf_load_attr *attr, const char *text)
{
	char *log = (char *)(uintptr_t)attr->log_buf;

	if (!log || !attr->log_size)
		return;
	if (fake->never_terminates)
		memset(log, 'x', attr->log_size);
	else
		snprintf(log, attr->log_size, "%s\nprocessed 1 insns (limit 1000000)\n", text);
}

/* What a program alone meets, before any call: 0 or an errno. */
static inline int fake_place(const struct fake *fake, const struct bpf_load_attr *attr)
{
	if (attr->prog_type == PROG_TYPE_LIRC_MODE2)
		return EINVAL;
	if (attr->prog_type == PROG_TYPE_EXT)
		return EPERM;
	if (attr->prog_type == PROG_TYPE_NETFILTER) {
		fake_say(fake, attr, "the moon is in the wrong phase");
		return EINVAL;
	}
	if (attr->prog_type == PROG_TYPE_FLOW_DISSECTOR)
		return ENOMEM;
	if (attr->prog_flags & CONTEXT_F_SLEEPABLE && !fake_can_sleep(attr->prog_type)) {
		fake_say(fake, attr, "Program of this type cannot be sleepable");
		return EINVAL;
	}
	return 0;
}

static inline int fake_answer_call(
	struct fake *fake, const struct bpf_load_attr *attr, const struct fake_key *key)
{
	char text[128];
	enum fake_answer answer = fake_decides(fake, key);
	struct fake_record *record = fake_slot(fake, key);

	*record = (struct fake_record) {*key, answer, record->cnt + 1};
	switch (answer) {
	case FAKE_REFUSES:
		snprintf(text, sizeof(text),
			key->kfunc
				? (fake->rewords_refusals
						  ? "kernel function f%d is off limits"
						  : "calling kernel function f%d is not allowed")
				: (fake->rewords_refusals
						  ? "helper h#%d is off limits"
						  : "program of this type cannot use helper h#%d"),
			key->id);
		fake_say(fake, attr, text);
		return key->kfunc ? EACCES : EINVAL;
	case FAKE_PERMITS:
		fake_say(fake, attr, "R1 type=ctx expected=map_ptr");
		return EACCES;
	case FAKE_WANTS_SLEEP:
		snprintf(text, sizeof(text),
			key->kfunc ? "program must be sleepable to call sleepable kfunc f%d"
				   : "sleepable helper h#%d in non-sleepable prog",
			key->id);
		fake_say(fake, attr, text);
		return key->kfunc ? EACCES : EINVAL;
	default:
		return 0;
	}
}

static inline int fake_call_insn(
	struct fake *fake, const struct bpf_load_attr *attr, const struct bpf_insn *insn)
{
	struct fake_key key = {attr->prog_type, attr->expected_attach_type, attr->prog_flags,
		attr->attach_btf_id, insn->src_reg == BPF_PSEUDO_KFUNC_CALL, insn->imm};

	if (key.kfunc && fake->jit_is_off) {
		fake_say(fake, attr, "JIT is required for calling kernel function");
		return KERNEL_ENOTSUPP;
	}
	if (!key.kfunc && key.id == FAKE_HELPER_INVALID) {
		fake_say(fake, attr,
			fake->rewords_control ? "there is no such helper"
					      : "invalid func unknown#268435455");
		return EINVAL;
	}
	for (size_t i = 0; key.kfunc && i < FAKE_CNT(fake_functions); i++) {
		if ((uint32_t)key.id == fake->func_ids[i] && fake->rewords_control) {
			fake_say(fake, attr, "that function is nobody's business");
			return EACCES;
		}
	}
	return fake_answer_call(fake, attr, &key);
}

/* R1 = 0; call */
static inline bool is_call_with_number(const struct bpf_insn *insns)
{
	return insns[0].code == (BPF_ALU64 | BPF_MOV | BPF_K) && insns[0].dst_reg == BPF_REG_1 &&
		insns[1].code == (BPF_JMP | BPF_CALL) && insns[1].src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static inline int fake_call_with_number(
	struct fake *fake, const struct bpf_load_attr *attr, const struct bpf_insn *insn)
{
	struct fake_key key = {attr->prog_type, attr->expected_attach_type, attr->prog_flags,
		attr->attach_btf_id, true, insn->imm};

	if ((uint32_t)insn->imm != fake->throw_id || fake_decides(fake, &key) != FAKE_PERMITS)
		return fake_call_insn(fake, attr, insn);
	fake_say(fake, attr, fake->jit_says ? fake->jit_says : "");
	return fake->jit_says ? KERNEL_ENOTSUPP : 0;
}

/* Through R1: a read of 4 bytes below 16, a write of 4 at 8 but for XDP programs with fragments. */
static inline int fake_access(
	const struct fake *fake, const struct bpf_load_attr *attr, const struct bpf_insn *insn)
{
	char text[64];
	bool write = BPF_CLASS(insn->code) == BPF_STX, whole = BPF_SIZE(insn->code) == BPF_W;

	if (whole && (write ? insn->off == 8 && !attr->prog_flags : insn->off < 16))
		return 0;
	snprintf(text, sizeof(text), "invalid bpf_context access off=%d size=4", insn->off);
	fake_say(fake, attr, fake->rewords_refusals ? "that place is off limits" : text);
	return EACCES;
}

static inline bool is_access(const struct bpf_insn *insn)
{
	return (BPF_CLASS(insn->code) == BPF_STX && insn->dst_reg == BPF_REG_1) ||
		(BPF_CLASS(insn->code) == BPF_LDX && insn->src_reg == BPF_REG_1);
}

static inline int fake_load(struct fake *fake, const struct bpf_load_attr *attr)
{
	const struct bpf_insn *insns = (const struct bpf_insn *)(uintptr_t)attr->insns;

	fake->load_cnt++;
	if (fake->small_logs && attr->log_size && attr->log_size < 100000)
		return -ENOSPC;
	if (fake->busy_before && fake->busy++ % (fake->busy_before + 1) != fake->busy_before)
		return -EAGAIN;
	int errnum = fake_place(fake, attr);
	bool calls = attr->insn_cnt == 3 && insns[0].code == (BPF_JMP | BPF_CALL);
	if (!errnum && calls)
		errnum = fake_call_insn(fake, attr, &insns[0]);
	if (!errnum && attr->insn_cnt == 4 && is_call_with_number(insns))
		errnum = fake_call_with_number(fake, attr, &insns[1]);
	if (!errnum && attr->insn_cnt == 4 && is_access(&insns[1]))
		errnum = fake_access(fake, attr, &insns[1]);
	return errnum ? -errnum : dup(fake->null_fd);
}

static inline bool fake_fails(struct fake *fake)
{
	if (!fake->errnum)
		return false;
	if (!fake->per_mille)
		return fake->call_cnt >= fake->from_call;
	fake->seed = fake->seed * 1664525u + 1013904223u;
	return (fake->seed >> 8) % 1000 < fake->per_mille;
}

/*
 * A descriptor where the command makes one, else 0. Nothing is pinned, and commands newer than 6.1
 * do not exist.
 */
static inline int fake_accept(const struct fake *fake, int command)
{
	static const int makers[] = {BPF_MAP_CREATE, BPF_PROG_LOAD, BPF_PROG_GET_FD_BY_ID,
		BPF_MAP_GET_FD_BY_ID, BPF_RAW_TRACEPOINT_OPEN, BPF_BTF_LOAD, BPF_BTF_GET_FD_BY_ID,
		BPF_LINK_CREATE, BPF_LINK_GET_FD_BY_ID, BPF_ENABLE_STATS, BPF_ITER_CREATE};

	if (command == BPF_OBJ_GET)
		return -ENOENT;
	if (command > BPF_PROG_BIND_MAP)
		return -EINVAL;
	for (size_t i = 0; i < FAKE_CNT(makers); i++) {
		if (makers[i] == command)
			return dup(fake->null_fd);
	}
	return 0;
}

static inline int fake_decide(struct fake *fake, int command, void *attr)
{
	if (fake_fails(fake))
		return -fake->errnum;
	if (fake->accepts_all)
		return fake_accept(fake, command);
	switch (command) {
	case BPF_PROG_LOAD:
		return fake_load(fake, attr);
	case BPF_BTF_LOAD:
	case BPF_MAP_CREATE:
		return dup(fake->null_fd);
	default:
		return -EINVAL;
	}
}

static inline int fake_call(void *context, int command, void *attr, size_t size)
{
	struct fake *fake = context;
	struct bpf_load_attr whole = {0};

	/* What the caller did not send is zero to a kernel. */
	memcpy(&whole, attr, size < sizeof(whole) ? size : sizeof(whole));
	pthread_mutex_lock(&fake->lock);
	fake->call_cnt++;
	if (fake->stop && fake->call_cnt == fake->stop_at)
		atomic_store(fake->stop, true);
	int ret = fake_decide(fake, command, command == BPF_PROG_LOAD ? &whole : attr);
	pthread_mutex_unlock(&fake->lock);
	return ret;
}

static inline void fake_add_enums(struct fake *fake)
{
	struct btf_builder *b = &fake->builder;
	char name[64];

	builder_type(b, "bpf_attach_type", BTF_KIND_ENUM, ATTACH_TYPE_CNT, false, 4);
	for (uint32_t i = 0; i < ATTACH_TYPE_CNT; i++)
		builder_pair(b, attach_type_enumerator((enum attach_type)i), i);
	builder_type(b, "bpf_func_id", BTF_KIND_ENUM, FAKE_HELPER_CNT + 1, false, 4);
	builder_pair(b, "BPF_FUNC_unspec", 0);
	for (uint32_t i = 1; i < FAKE_HELPER_CNT; i++) {
		snprintf(name, sizeof(name), "BPF_FUNC_%s", fake_helpers[i]);
		builder_pair(b, name, i);
	}
	builder_pair(b, "__BPF_FUNC_MAX_ID", FAKE_HELPER_CNT);
}

static inline void fake_add_functions(struct fake *fake, bool throws)
{
	struct btf_builder *b = &fake->builder;
	uint32_t i = builder_int(b, "int", 4);
	uint32_t meta =
		builder_ptr(b, builder_type(b, "bpf_iter_meta", BTF_KIND_STRUCT, 0, false, 0));
	const struct builder_param params[] = {{"meta", meta}};
	uint32_t proto = builder_proto(b, i, params, 1), callback = builder_ptr(b, proto);

	for (size_t k = 0; k < FAKE_CNT(fake_functions); k++)
		fake->func_ids[k] = builder_func(b, fake_functions[k], proto);
	for (size_t k = 0; k < FAKE_CNT(fake_kfuncs); k++) {
		fake->kfunc_ids[k] = builder_func(b, fake_kfuncs[k], proto);
		builder_decl_tag(b, "bpf_kfunc", fake->kfunc_ids[k], -1);
	}
	if (throws) {
		fake->throw_id = builder_func(b, FAKE_THROW, proto);
		builder_decl_tag(b, "bpf_kfunc", fake->throw_id, -1);
	}
	fake->secret_id = builder_func(b, FAKE_SECRET, proto);
	builder_func(b, "bpf_iter_task", proto);
	builder_ref(b, BTF_KIND_TYPEDEF, "btf_trace_sys_enter", callback);
	fake->ops_id = builder_type(b, "tcp_ops", BTF_KIND_STRUCT, 2, false, 16);
	builder_member(b, "init", callback, 0);
	builder_member(b, "release", callback, 64);
	builder_type(b, "bpf_struct_ops_tcp_ops", BTF_KIND_STRUCT, 1, false, 16);
	builder_member(b, "data", fake->ops_id, 0);
}

/* A fake that behaves; false: no memory. Too large for the stack. */
static inline struct fake *fake_open_either(bool throws)
{
	static const char *capabilities[] = {
		"CAP_SYS_ADMIN", "CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"};
	struct fake *fake = calloc(1, sizeof(*fake));

	pthread_mutex_init(&fake->lock, NULL);
	fake->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	fake->kernel.environment = (struct kernel_environment) {
		.capabilities = capabilities,
		.capability_cnt = FAKE_CNT(capabilities),
		.lockdown = "none",
	};
	builder_init(&fake->builder);
	fake_add_enums(fake);
	fake_add_functions(fake, throws);
	error_free(builder_create(&fake->builder, NULL, &fake->kernel.btf));
	return fake;
}

static inline struct fake *fake_open(void)
{
	return fake_open_either(false);
}

/* The same with a kfunc FAKE_THROW, permitted in some places and refused in others. */
static inline struct fake *fake_open_throwing(void)
{
	return fake_open_either(true);
}

static inline void fake_close(struct fake *fake)
{
	close(fake->null_fd);
	kernel_deinit(&fake->kernel);
	builder_deinit(&fake->builder);
	pthread_mutex_destroy(&fake->lock);
	free(fake);
}

static inline void fake_cleanup(struct fake **fake)
{
	fake_close(*fake);
}
#define _cleanup_fake_ __attribute__((cleanup(fake_cleanup)))

/* The run begins anew: nothing has been asked. */
static inline void fake_forget(struct fake *fake)
{
	memset(fake->records, 0, sizeof(fake->records));
	fake->call_cnt = fake->load_cnt = 0;
}

static inline struct bpf_sys fake_sys(struct fake *fake)
{
	return (struct bpf_sys) {.call = fake_call, .context = fake};
}

/* Open descriptors of this process. */
static inline size_t count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t cnt = 0;

	while (directory && readdir(directory))
		cnt++;
	if (directory)
		closedir(directory);
	return cnt;
}

#endif
