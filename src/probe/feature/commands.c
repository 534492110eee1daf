/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Features that are commands of bpf(2), and facts of the environment that decide what BPF can do.
 */
#include "probe/feature/table.h"
#include "probe/insn.h"
#include "probe/links.h"
#include "util/array.h"
#include "util/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_BYTES 64 /* an XDP test run needs at least an Ethernet header */
#define BTF_ENTRIES_MAX 4096

struct test_run_attr {
	uint32_t prog_fd, retval, data_size_in, data_size_out;
	uint64_t data_in, data_out;
	uint32_t repeat, duration;
};

struct info_attr {
	uint32_t fd, info_len;
	uint64_t info;
};

/* The first fields of struct bpf_prog_info. */
struct prog_info {
	uint32_t type, id;
	uint8_t tag[8];
	uint32_t jited_prog_len, xlated_prog_len;
};

/* struct bpf_btf_info as of 5.11. */
struct btf_info {
	uint64_t btf;
	uint32_t btf_size, id;
	uint64_t name;
	uint32_t name_len, kernel_btf;
};

struct query_attr {
	uint32_t target_fd, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t prog_cnt;
};

struct object_attr {
	uint64_t pathname;
	uint32_t bpf_fd, file_flags;
	int32_t path_fd;
};

static int commands_load(struct kit *kit, uint32_t type, int32_t result)
{
	const struct bpf_insn insns[] = {INSN_MOV(BPF_REG_0, result), INSN_EXIT};

	return kit_load_insns(kit, type, insns, ARRAY_SIZE(insns));
}

/*
 * .number is a command. .flag is the place of a descriptor in its request. If the command exists, a
 * wrong descriptor gives EBADF. EINVAL alone is no answer, but BTF's enum bpf_cmd (.text) is.
 */
static void test_command(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	uint32_t attr[8] = {0};
	int64_t value;
	char text[KIT_ERRNO_BYTES];

	attr[feature->flag] = KIT_FD_BAD;
	int ret = kit_call(kit, (int)feature->number, attr, feature->type);
	const char *name = kit_errno_name(-ret, text);
	enum tristate listed = kit_enum(kit->kernel, "bpf_cmd", feature->text, &value);
	if (ret >= 0) {
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "a wrong descriptor was accepted");
		return;
	}
	if (ret == -EBADF && kit_proves(kit, verdict, ret, (int)feature->number))
		kit_ok(verdict, "reached: a wrong descriptor is EBADF");
	else if (ret == -EBADF || kit_settle(kit, verdict, ret, feature->text))
		return;
	else if (listed == TRISTATE_NO && kit_answered(kit_map_control(kit)))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s, and BTF has no %s", name,
			feature->text);
	else if (kit_control_failed(verdict, ret, kit_map_control(kit), "a plain array map"))
		return;
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to a wrong descriptor", name);
}

/* Enabling statistics would change the machine. The kernel's own list of commands answers instead.
 */
static void test_listed(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int64_t value;
	enum tristate listed = kit_enum(kit->kernel, "bpf_cmd", feature->text, &value);

	if (listed == TRISTATE_YES)
		kit_ok(verdict, "BTF has %s; it was not called", feature->text);
	else if (listed == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "BTF has no %s", feature->text);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"no BTF with the list of commands, and calling it would change the machine");
}

/* A path relative to a directory's descriptor. If the kernel knows the flag, a wrong one gives EBADF.
 */
static void test_path_fd(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	struct object_attr attr = {.pathname = (uintptr_t) "kcompat-no-such-object"};
	const size_t size = offsetof(struct object_attr, path_fd) + sizeof(attr.path_fd);
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	int control = kit_call(kit, BPF_OBJ_GET, &attr, size);
	attr.file_flags = UAPI_BPF_F_PATH_FD;
	attr.path_fd = (int32_t)KIT_FD_BAD;
	int ret = kit_call(kit, BPF_OBJ_GET, &attr, size);
	const char *name = kit_errno_name(-ret, text);
	/* Without the flag again: the errno must come from the flag. */
	attr.file_flags = 0;
	attr.path_fd = 0;
	if (control == -ENOENT)
		control = kit_call(kit, BPF_OBJ_GET, &attr, size);
	if (control == -ENOENT && ret == -EBADF)
		kit_ok(verdict, "reached: a wrong descriptor is EBADF");
	else if (control == -ENOENT && (ret == -E2BIG || ret == -EINVAL))
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret,
			"%s with the flag, looked up without it", name);
	else if (!kit_settle(kit, verdict, control == -ENOENT ? ret : control, "BPF_OBJ_GET"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to a wrong descriptor", name);
}

static void load_failed(struct kit *kit, int ret, struct kit_verdict *verdict)
{
	char text[KIT_ERRNO_BYTES];

	if (!kit_settle(kit, verdict, ret, "program load"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to a trivial program",
			kit_errno_name(-ret, text));
}

static void commands_test_run(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	unsigned char packet[PACKET_BYTES] = {0};
	_cleanup_fd_ int prog = commands_load(kit, BPF_PROG_TYPE_XDP, XDP_PASS);
	struct test_run_attr attr = {.prog_fd = (uint32_t)prog,
		.data_size_in = sizeof(packet),
		.data_in = (uintptr_t)packet,
		.repeat = 1};
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	if (prog < 0) {
		load_failed(kit, prog, verdict);
		return;
	}
	int ret = kit_call(kit, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	if (ret >= 0 && attr.retval == XDP_PASS)
		kit_ok(verdict, "an XDP program ran and returned what it should");
	else if (ret >= 0)
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "an XDP program that returns %u returned %u",
			XDP_PASS, attr.retval);
	else if (ret == -EOPNOTSUPP || ret == -ENOTSUPP)
		kit_judge_command(kit, verdict, ret, BPF_PROG_TEST_RUN, "BPF_PROG_TEST_RUN",
			"BPF_PROG_TEST_RUN");
	else if (!kit_settle(kit, verdict, ret, "BPF_PROG_TEST_RUN"))
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s to a test run of an XDP program",
			kit_errno_name(-ret, text));
}

/* Does a loaded program have machine code? */
static void test_jit(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int prog = commands_load(kit, BPF_PROG_TYPE_SOCKET_FILTER, 0);
	struct prog_info info = {0};
	struct info_attr attr = {
		.fd = (uint32_t)prog, .info_len = sizeof(info), .info = (uintptr_t)&info};
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	if (prog < 0) {
		load_failed(kit, prog, verdict);
		return;
	}
	int ret = kit_call(kit, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
	if (ret < 0) {
		if (!kit_settle(kit, verdict, ret, "BPF_OBJ_GET_INFO_BY_FD"))
			kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s from a query of a program",
				kit_errno_name(-ret, text));
	} else if (info.jited_prog_len)
		kit_ok(verdict, "a trivial program became %u bytes of machine code",
			info.jited_prog_len);
	else if (info.xlated_prog_len)
		kit_say(verdict,
			kit_jit_is_off(kit->kernel)           ? SUPPORT_BLOCKED
				: kit_has_no_jit(kit->kernel) ? SUPPORT_UNSUPPORTED
							      : SUPPORT_UNKNOWN,
			0, "a program was loaded and has no machine code (bpf_jit_enable is %s)",
			kit->kernel->environment.jit ? kit->kernel->environment.jit : "not known");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0,
			"the kernel gives no information about a program's code");
}

static void test_jit_kallsyms(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	char *value = NULL;
	struct error *error = file_read_line("", "/proc/sys/net/core/bpf_jit_kallsyms", &value);

	(void)feature;
	if (error && kit_has_no_jit(kit->kernel))
		kit_say(verdict, SUPPORT_UNSUPPORTED, error->errnum,
			"this kernel has no BPF JIT (CONFIG_BPF_JIT)");
	else if (error)
		kit_say(verdict, error->code == ERROR_DENIED ? SUPPORT_BLOCKED : SUPPORT_UNKNOWN,
			error->errnum, "%s", error->what);
	else if (!strcmp(value, "1"))
		kit_ok(verdict, "bpf_jit_kallsyms is 1, for those with CAP_SYSLOG");
	else if (!strcmp(value, "0"))
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "bpf_jit_kallsyms is 0");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "bpf_jit_kallsyms is %.20s", value);
	error_free(error);
	free(value);
}

static void test_lsm(struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	enum tristate active = kernel_has_lsm(kit->kernel, "bpf");

	(void)feature;
	if (active == TRISTATE_YES)
		kit_ok(verdict, "bpf is in the list of active LSMs");
	else if (active == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"bpf is not in the list of active LSMs: LSM programs would never run");
	else if (kit_config(kit->kernel, "CONFIG_BPF_LSM") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "CONFIG_BPF_LSM is not set");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "the list of active LSMs could not be read");
}

static void test_vmlinux_btf(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	const struct kernel *kernel = kit->kernel;

	(void)feature;
	if (kernel->btf)
		kit_ok(verdict, "%u types", kbtf_type_cnt(kernel->btf));
	else if (kit_config(kernel, "CONFIG_DEBUG_INFO_BTF") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0, "CONFIG_DEBUG_INFO_BTF is not set");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "%s",
			kernel->btf_missing ? kernel->btf_missing : "not loaded");
}

/* -1: the directory cannot be read. */
static int count_module_btf(void)
{
	DIR *dir = opendir("/sys/kernel/btf");
	struct dirent *entry;
	int cnt = 0;

	if (!dir)
		return -1;
	while (cnt < BTF_ENTRIES_MAX && (entry = readdir(dir)))
		cnt += entry->d_name[0] != '.' && strcmp(entry->d_name, "vmlinux");
	closedir(dir);
	return cnt;
}

/*
 * BTF has names since modules have BTF (5.11). A request with room for a name is too long for older
 * kernels. `fields` is the size of the part of struct bpf_btf_info that is sent.
 */
static int ask_btf_name(struct kit *kit, size_t fields)
{
	struct blob blob = {0};
	char name[16] = "";
	struct btf_info info = {.name = (uintptr_t)name, .name_len = sizeof(name)};
	struct info_attr attr = {.info_len = (uint32_t)fields, .info = (uintptr_t)&info};

	blob_int(&blob, "int", 4, true);
	_cleanup_fd_ int btf = blob_load(kit, &blob);
	if (btf < 0)
		return btf;
	attr.fd = (uint32_t)btf;
	return kit_call(kit, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

/* Possibly no module with BTF is loaded at the moment, so a missing entry proves nothing. */
static void test_module_btf(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	int cnt = count_module_btf();
	enum tristate set = kit_config(kit->kernel, "CONFIG_DEBUG_INFO_BTF_MODULES");
	int named = ask_btf_name(kit, sizeof(struct btf_info));
	int control = ask_btf_name(kit, offsetof(struct btf_info, name));

	(void)feature;
	if (cnt > 0)
		kit_ok(verdict, "of %d modules", cnt);
	else if (set == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, 0,
			"CONFIG_DEBUG_INFO_BTF_MODULES is not set");
	else if (control >= 0 && named == -E2BIG)
		kit_say(verdict, SUPPORT_UNSUPPORTED, E2BIG,
			"E2BIG: BTF of this kernel has no names, so modules have none");
	else if (kit_settle(kit, verdict, named, "query of BTF"))
		return;
	else if (cnt == 0 && named >= 0 && set == TRISTATE_YES)
		kit_ok(verdict, "built in; no module with BTF is loaded");
	else
		kit_say(verdict, SUPPORT_UNKNOWN, named < 0 ? -named : 0, "%s",
			cnt < 0 ? "/sys/kernel/btf cannot be read"
				: "no module with BTF is loaded");
}

/* Queries the attached programs. The query attaches nothing. */
static void test_cgroup_attach(
	struct kit *kit, const struct feature *feature, struct kit_verdict *verdict)
{
	_cleanup_fd_ int root = probe_link_cgroup_root();
	struct query_attr attr = {
		.target_fd = (uint32_t)root, .attach_type = BPF_CGROUP_INET_INGRESS};
	const size_t size = offsetof(struct query_attr, prog_cnt) + sizeof(attr.prog_cnt);
	char text[KIT_ERRNO_BYTES];

	(void)feature;
	if (root < 0) {
		kit_say(verdict, SUPPORT_UNKNOWN, 0, "no cgroup v2 hierarchy is mounted here");
		return;
	}
	int ret = kit_call(kit, BPF_PROG_QUERY, &attr, size);
	const char *name = kit_errno_name(-ret, text);
	if (ret >= 0)
		kit_ok(verdict, "%s", "");
	else if (kit_settle(kit, verdict, ret, "BPF_PROG_QUERY of the cgroup root"))
		return;
	else if (kit_config(kit->kernel, "CONFIG_CGROUP_BPF") == TRISTATE_NO)
		kit_say(verdict, SUPPORT_UNSUPPORTED, -ret, "%s, and CONFIG_CGROUP_BPF is not set",
			name);
	else
		kit_say(verdict, SUPPORT_UNKNOWN, -ret, "%s from a query of the cgroup root",
			name);
}

#define COMMAND(name, meaning, since, command, enumerator, place, size)                            \
	{                                                                                          \
		{name, meaning, since}, .test = test_command, .number = command,                   \
					.text = enumerator, .flag = place, .type = size            \
	}

/* clang-format off */
static const struct feature list[] = {
	{{"vmlinux_btf", "BTF of the kernel", "5.2"}, .test = test_vmlinux_btf, .of_files = true},
	{{"module_btf", "BTF of modules", "5.11"}, .test = test_module_btf},
	{{"jit", "programs become machine code", NULL}, .test = test_jit},
	{{"jit_kallsyms", "programs are listed among the kernel's symbols", "4.11"}, .test = test_jit_kallsyms},
	{{"bpf_lsm", "BPF is an active LSM: LSM programs run", "5.7"}, .test = test_lsm, .of_files = true},
	{{"cgroup_attach", "programs can be attached to cgroups", "4.10"}, .test = test_cgroup_attach},
	{{"prog_test_run", "a program can be run for a test", "4.12"}, .test = commands_test_run},
	{{"run_stats", "time and number of a program's runs", "5.8"}, .test = test_listed, .of_files = true, .text = "BPF_ENABLE_STATS"},
	{{"obj_path_fd", "pinned objects by directory and name", "6.5"}, .test = test_path_fd},
	COMMAND("token", "delegation of privileges to user namespaces", "6.9", UAPI_BPF_TOKEN_CREATE, "BPF_TOKEN_CREATE", 1, 8),
	COMMAND("streams", "text streams of programs", "6.17", UAPI_BPF_PROG_STREAM_READ_BY_FD, "BPF_PROG_STREAM_READ_BY_FD", 4, 20),
	COMMAND("struct_ops_assoc", "programs that belong to a struct_ops map", "7.0", UAPI_BPF_PROG_ASSOC_STRUCT_OPS,
		"BPF_PROG_ASSOC_STRUCT_OPS", 1, 12),
};
/* clang-format on */

const struct feature_table feature_commands = {list, ARRAY_SIZE(list)};
