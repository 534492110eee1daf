/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/load_object.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/confine.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_MAX_BYTES (4ull << 30)
#define WORDS_MAX_BYTES 400u
#define KEPT_BYTES (64u << 10) /* of what libbpf says: the end has the verdict */

const char *proof_state_word(enum proof_state state)
{
	static const char *const words[] = {
#define PROOF_WORD(name, word, meaning) [PROOF_##name] = word,
		PROOF_STATES(PROOF_WORD)};

	return words[state];
}

const char *proof_libbpf_version(void)
{
	return libbpf_version_string() + strspn(libbpf_version_string(), "v");
}

/* What the child tells: fixed size, so that one write() is enough. */
struct message {
	enum proof_state load, attach;
	int errnum;
	bool by_libbpf;
	char words[WORDS_MAX_BYTES];
};

/* Of the one load of this process. */
static char *said;
static size_t said_len;

/* Keeps the end. */
static void keep(const char *text, size_t len)
{
	if (len > KEPT_BYTES / 2) {
		text += len - KEPT_BYTES / 2;
		len = KEPT_BYTES / 2;
	}
	if (said_len + len > KEPT_BYTES) {
		memmove(said, said + said_len - KEPT_BYTES / 2, KEPT_BYTES / 2);
		said_len = KEPT_BYTES / 2;
	}
	memcpy(said + said_len, text, len);
	said_len += len;
}

static int listen_to(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text;

	if (level != LIBBPF_WARN)
		return 0;
	int len = vasprintf(&text, format, args);
	if (len < 0)
		return 0;
	keep(text, (size_t)len);
	free(text);
	return len;
}

static bool begins_with(const char *line, size_t len, const char *word)
{
	return len >= strlen(word) && !memcmp(line, word, strlen(word));
}

/* Lines of statistics, and libbpf's own about the failure that they come with. */
static bool says_nothing(const char *line, size_t len)
{
	static const char *const words[] = {"processed ", "verification time ", "stack depth ",
		"-- END", "-- BEGIN", "libbpf: failed to load object", "max_states_per_insn"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (begins_with(line, len, words[i]))
			return true;
	}
	return !len || !line || memmem(line, len, "-- END PROG", 11) ||
		memmem(line, len, "failed to prepare load attributes", 33) ||
		memmem(line, len, "permission error while running as root", 38) ||
		(begins_with(line, len, "libbpf: prog '") &&
			(memmem(line, len, "failed to load", 14) ||
				memmem(line, len, "BPF program load failed", 23)));
}

/* The last line of a part of what was said that says something. */
static void last_words(const char *text, size_t len, char *ret)
{
	while (len) {
		const char *newline = memrchr(text, '\n', len);
		const char *line = newline ? newline + 1 : text;
		size_t line_len = len - (size_t)(line - text);
		if (!says_nothing(line, line_len)) {
			size_t prefix = begins_with(line, line_len, "libbpf: ") ? 8 : 0;
			line += prefix;
			line_len -= prefix;
			line_len = line_len >= WORDS_MAX_BYTES ? WORDS_MAX_BYTES - 1 : line_len;
			memcpy(ret, line, line_len);
			ret[line_len] = '\0';
			return;
		}
		len = newline ? (size_t)(newline - text) : 0;
	}
}

/* The last log of the verifier; its length is 0 if there is none. */
static const char *find_log(size_t *len)
{
	static const char begin[] = "BEGIN PROG LOAD LOG --", end[] = "-- END PROG LOAD LOG";
	char *log = NULL;

	for (char *at = said; (at = memmem(at, (size_t)(said + said_len - at), begin,
				       sizeof(begin) - 1)) != NULL;)
		log = at += sizeof(begin) - 1;
	/* The log was longer than what is kept. */
	if (!log && memmem(said, said_len, end, sizeof(end) - 1))
		log = said;
	*len = 0;
	if (!log)
		return said;
	char *stop = memmem(log, (size_t)(said + said_len - log), end, sizeof(end) - 1);
	*len = (size_t)((stop ? stop : said + said_len) - log);
	return log;
}

static bool is_scarcity(int errnum)
{
	return errnum == ENOMEM || errnum == EAGAIN || errnum == EINTR || errnum == EMFILE ||
		errnum == ENFILE;
}

/* Did libbpf come to ask the kernel about the program? */
static bool asked_kernel(void)
{
	static const char words[] = "BPF program load failed";

	return memmem(said, said_len, words, sizeof(words) - 1) != NULL;
}

static void tell_refusal(struct message *message, int errnum)
{
	size_t len;
	const char *log = find_log(&len);

	message->errnum = errnum;
	message->load = PROOF_REFUSED;
	message->by_libbpf = !asked_kernel();
	if (len)
		last_words(log, len, message->words);
	if (!*message->words)
		last_words(said, said_len, message->words);
	/* A policy refuses before the verifier says anything (TRAPS: EPERM with an empty log). */
	if (errnum == EPERM && !len)
		message->load = PROOF_BLOCKED;
	else if (is_scarcity(errnum))
		message->load = PROOF_UNKNOWN;
}

/* libbpf's own name of a data section's map begins with the object's. */
static struct bpf_map *find_data_map(struct bpf_object *object, const char *section)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map), *dot = strchr(name, '.');
		if (bpf_map__is_internal(map) && dot && !strncmp(dot, section, strlen(dot)))
			return map;
	}
	return NULL;
}

static int set_bytes(struct bpf_object *object, const struct loader_setting *setting)
{
	struct bpf_map *map = find_data_map(object, setting->data_section);
	size_t size = 0;
	char *value = map ? (char *)bpf_map__initial_value(map, &size) : NULL;

	if (!value || setting->start > size || setting->size_bytes > size - setting->start)
		return -ENOENT;
	memcpy(value + setting->start, setting->bytes, setting->size_bytes);
	return 0;
}

static int set_inner(struct bpf_object *object, struct bpf_map *map, const char *name)
{
	struct bpf_map *inner = bpf_object__find_map_by_name(object, name);

	if (!inner)
		return -ENOENT;
	int fd = bpf_map_create(bpf_map__type(inner), NULL, bpf_map__key_size(inner),
		bpf_map__value_size(inner), bpf_map__max_entries(inner), NULL);
	return fd < 0 ? fd : bpf_map__set_inner_map_fd(map, fd);
}

static int set_section(struct bpf_program *program, const char *section)
{
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	int error = libbpf_prog_type_by_name(section, &type, &attach);

	if (!error)
		error = bpf_program__set_type(program, type);
	return error ? error : bpf_program__set_expected_attach_type(program, attach);
}

static int set_program(struct bpf_program *program, const struct loader_setting *setting)
{
	return setting->word == LOADER_TARGET
		? bpf_program__set_attach_target(program, 0, setting->value)
		: set_section(program, setting->value);
}

static int set_map(
	struct bpf_object *object, struct bpf_map *map, const struct loader_setting *setting)
{
	switch (setting->word) {
	case LOADER_MAX_ENTRIES:
		return bpf_map__set_max_entries(map, setting->number);
	case LOADER_KEY_SIZE:
		return bpf_map__set_key_size(map, setting->number);
	case LOADER_VALUE_SIZE:
		return bpf_map__set_value_size(map, setting->number);
	default:
		return set_inner(object, map, setting->value);
	}
}

static int apply(struct bpf_object *object, const struct loader_setting *setting)
{
	struct bpf_map *map;
	struct bpf_program *program;

	switch (setting->word) {
	case LOADER_RODATA:
		return set_bytes(object, setting);
	case LOADER_OFF:
	case LOADER_ON:
		return 0; /* each program is loaded by itself */
	case LOADER_TARGET:
	case LOADER_SECTION:
		program = bpf_object__find_program_by_name(object, setting->name);
		return program ? set_program(program, setting) : -ENOENT;
	default:
		map = bpf_object__find_map_by_name(object, setting->name);
		return map ? set_map(object, map, setting) : -ENOENT;
	}
}

/* Nothing is pinned: it would stay. */
static void forget_pins(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
}

static struct bpf_program *choose(struct bpf_object *object, const char *name)
{
	struct bpf_program *program, *chosen = NULL;

	bpf_object__for_each_program(program, object)
	{
		bool wanted = !strcmp(bpf_program__name(program), name);
		bpf_program__set_autoload(program, wanted);
		chosen = wanted ? program : chosen;
	}
	return chosen;
}

static void try_to_attach(struct bpf_program *program, struct message *message)
{
	said_len = 0;
	struct bpf_link *link = bpf_program__attach(program);
	int errnum = errno;

	if (link) {
		bpf_link__destroy(link);
		message->attach = PROOF_DONE;
		return;
	}
	message->errnum = errnum;
	/* libbpf says EOPNOTSUPP for sections such as xdp: their device is not in the object. */
	message->attach = errnum == EPERM || errnum == EACCES ? PROOF_BLOCKED
		: errnum == EOPNOTSUPP || is_scarcity(errnum) ? PROOF_UNKNOWN
							      : PROOF_REFUSED;
	last_words(said, said_len, message->words);
}

static void load_chosen(
	struct bpf_object *object, const struct proof_request *request, struct message *message)
{
	struct bpf_program *program = choose(object, request->program);
	int error = program ? 0 : -ENOENT;

	forget_pins(object);
	for (size_t i = 0; i < request->setting_cnt && !error; i++)
		error = apply(object, &request->settings[i]);
	if (!error)
		error = bpf_object__load(object);
	if (error) {
		tell_refusal(message, -error);
		return;
	}
	message->load = PROOF_DONE;
	if (request->attach)
		try_to_attach(program, message);
}

static void limit(int resource, uint64_t value)
{
	const struct rlimit rlimit = {value, value};

	setrlimit(resource, &rlimit);
}

/* bpf(2) is needed, so what is left to give up is to write files. A uprobe's file may be anywhere.
 */
static void bound(const struct proof_request *request)
{
	static const char *const all_files = "/", *const control = "/sys/kernel";
	const struct confinement confinement = {
		.readable = &all_files,
		.readable_cnt = 1,
		.writable = &control,
		.writable_cnt = request->attach, /* tracefs, for kprobes of old kernels */
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CPU, request->timeout_s);
#ifndef __SANITIZE_ADDRESS__
	limit(RLIMIT_AS, MEMORY_MAX_BYTES);
#endif
	/* Before 5.11 maps and programs are locked memory. */
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	setrlimit(RLIMIT_MEMLOCK, &all);
	confine_files(&confinement);
}

static void tell(int fd, const struct message *message)
{
	if (write(fd, message, sizeof(*message)) != sizeof(*message))
		_exit(2);
}

/* Never returns: libbpf and what it made end with this process. */
static void run_child(const struct proof_request *request, int fd)
{
	struct message message = {.load = PROOF_UNKNOWN};
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "o");

	bound(request);
	said = malloc(KEPT_BYTES);
	if (!said)
		_exit(2);
	libbpf_set_print(listen_to);
	struct bpf_object *object =
		bpf_object__open_mem(request->object, request->object_size_bytes, &options);
	if (object)
		load_chosen(object, request, &message);
	else
		tell_refusal(&message, errno);
	tell(fd, &message);
	_exit(0);
}

/* False: it did not answer in time. */
static bool wait_for_answer(int fd, unsigned int timeout_s, struct message *ret)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&poll_fd, 1, (int)timeout_s * 1000);
	while (ready < 0 && errno == EINTR);
	return ready > 0 && read(fd, ret, sizeof(*ret)) == sizeof(*ret);
}

static struct error *take_answer(pid_t child, int fd, const struct proof_request *request,
	struct pool *pool, struct proof *ret)
{
	struct message message = {.load = PROOF_UNKNOWN};
	int status = 0;

	if (!wait_for_answer(fd, request->timeout_s, &message)) {
		kill(child, SIGKILL);
		message = (struct message) {.load = PROOF_UNKNOWN};
		snprintf(message.words, sizeof(message.words),
			"no answer within %u seconds, or libbpf crashed", request->timeout_s);
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	message.words[sizeof(message.words) - 1] = '\0';
	*ret = (struct proof) {.load = message.load,
		.attach = message.attach,
		.errnum = message.errnum,
		.by_libbpf = message.by_libbpf};
	if (*message.words)
		ret->words = pool_strdup(pool, message.words);
	return *message.words && !ret->words ? error_no_memory() : NULL;
}

struct error *proof_load(const struct proof_request *request, struct pool *pool, struct proof *ret)
{
	int fds[2];

	if (pipe(fds))
		return error_errno(errno, NULL, "cannot make a pipe");
	pid_t child = fork();
	if (!child) {
		close(fds[0]);
		run_child(request, fds[1]);
	}
	int errnum = errno;
	close(fds[1]);
	struct error *error = child < 0 ? error_errno(errnum, NULL, "cannot start a process")
					: take_answer(child, fds[0], request, pool, ret);
	close(fds[0]);
	return error;
}
