/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/db.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/supervise.h"
#include "util/array.h"
#include "util/file.h"

static const struct cli_option options[] = {
	{0, "host", "NAME", "of add: the snapshot is of this host"},
	{0, "hosts", NULL,
		"of add: each file is of the host that it is named after, as web1 of web1.json"},
	{0, "by", "all|core|asked",
		"of groups: hosts are together whose answers are all the same (the default), are the same without "
		"modules, or are the same for the requirements of --file (implied by it)"},
	{'f', "file", "FILE...", "of groups: read requirements, as of kcompat require"},
	CLI_FORMAT_OPTION("text|json|jsonl",
		"of groups: text (the default), json (schema kcompat/groups/1) or jsonl (the same on one line)"),
	CLI_JSON_OPTION,
	CLI_OUTPUT_OPTION,
	CLI_VERBOSE_OPTION,
};

static const struct cli_clash clashes[] = {
	{"hosts", (const char *const[]) {"host", NULL}},
};

static const struct cli_action actions[] = {
	{"add", {"FILE", "SNAPSHOT..."},
		"add snapshots to FILE.db, which is made if there is none: files, directories of files, - for standard "
		"input; one document each, or JSON Lines",
		NULL, (const char *const[]) {"host", "hosts", NULL}},
	{"groups", {"FILE"}, "print which hosts and files of FILE.db have the same answers",
		"text|json|jsonl",
		(const char *const[]) {"by", "file", "format", "json", "output", NULL}},
	{0},
};

static bool adds(const struct cli_args *args)
{
	return !strcmp(cli_action(args)->name, "add");
}

/*
 * Two that add at once would each replace what the other one wrote. The file is replaced as a
 * whole, so its directory is locked: until this process ends. A file system without locks has none.
 * What cannot be written is said before anything is read.
 */
static struct error *lock_directory(struct pool *pool, const char *path)
{
	const char *base = path_base(path);
	const char *directory = base > path ? pool_strndup(pool, path, (size_t)(base - path)) : ".";
	int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!directory)
		return error_no_memory();
	if (fd < 0 || access(directory, W_OK))
		return error_errno(errno, NULL, "%s", path);
	while (flock(fd, LOCK_EX) && errno == EINTR && !cli_stop)
		continue;
	return NULL;
}

static struct error *db_reads(const struct cli_args *args, struct foreign *foreign)
{
	size_t cnt, file_cnt;
	const char *const *operands = cli_operands(args, &cnt);
	const char *const *files = cli_values(args, "file", &file_cnt);
	struct error *error = NULL;

	if (adds(args))
		error = lock_directory(&foreign->pool, operands[0]);
	for (size_t i = 0; i < cnt && !error; i++)
		error = foreign_add_input(foreign, operands[i]);
	for (size_t i = 0; i < file_cnt && !error; i++)
		error = foreign_add(foreign, &foreign->inputs, files[i]);
	if (!error)
		error = foreign_add(foreign, &foreign->outputs,
			adds(args) ? operands[0] : cli_value(args, "output"));
	return error;
}

static struct error *db_run(const struct cli_args *args, int *status)
{
	return adds(args) ? db_add(args, status) : db_groups(args, status);
}

const struct command cmd_db = {
	.name = "db",
	.summary = "collect the snapshots of many hosts and packages in one file",
	.usage = "ACTION [OPTION]... FILE.db [SNAPSHOT]...",
	.description =
		"Collects snapshots of hosts and packages in a file of SQLite, for require -k FILE.db and for questions in "
		"SQL. The file can be made again from its snapshots at any time. The name of a host comes from --host, or "
		"with --hosts from the name of the file, never from a snapshot.",
	.options = options,
	.option_cnt = ARRAY_SIZE(options),
	.clashes = clashes,
	.clash_cnt = ARRAY_SIZE(clashes),
	.actions = actions,
	.epilog =
		"Exit status: 0 added, or printed; 2 error, and FILE.db is as it was.\n\n"
		"Examples:\n"
		"  ssh web1 kcompat probe --format=jsonl | kcompat db add fleet.db --host web1 -\n"
		"  kcompat db add fleet.db --hosts hosts/*.json\n"
		"  kcompat db add packages.db all.jsonl\n"
		"  kcompat db groups fleet.db --file agent.req\n"
		"  kcompat require -k fleet.db -f agent.req\n"
		"  kcompat show -k fleet.db:host=web1 bpf_loop\n",
	.run = db_run,
	.reads = db_reads,
};
