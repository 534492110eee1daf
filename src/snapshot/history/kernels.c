/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/history.h"
#include "snapshot/history/names.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"
#include "util/array.h"
#include "util/decompress.h"
#include "snapshot/snapshot.h"
#include "kernel/kernel.h"
#include "snapshot/documents.h"
#include "snapshot/file.h"

#define HEAD_BYTES 256

/* What kind of kcompat file it is, from its first key. */
enum form { FORM_NONE, FORM_SNAPSHOT, FORM_HISTORY, FORM_FUNCTIONS };

static void entry_deinit(const struct kernel_entry *entry)
{
	function_views_close(entry->functions);
	if (entry->owned)
		snapshot_destroy(entry->snapshot);
}

void kernels_deinit(struct kernels *kernels)
{
	if (!kernels)
		return;
	for (size_t i = 0; i < kernels->cnt; i++)
		entry_deinit(&kernels->list[i]);
	for (size_t i = 0; i < kernels->pack_cnt; i++)
		history_pack_destroy(kernels->packs[i]);
	pool_destroy(&kernels->pool);
	*kernels = (struct kernels) {0};
}

size_t kernels_keep(struct kernels *kernels, size_t first, const char *word)
{
	size_t cnt = first;

	for (size_t i = first; i < kernels->cnt; i++) {
		const struct kernel_entry *entry = &kernels->list[i];
		if (kernel_is_called(entry->name, &entry->snapshot->kernel, word))
			kernels->list[cnt++] = *entry;
		else
			entry_deinit(entry);
	}
	kernels->cnt = cnt;
	return cnt - first;
}

/* The start of a text, unpacked if it is compressed. What is read from a pipe would be lost. */
static size_t kernels_read_head(const char *path, char *head, size_t size_bytes)
{
	unsigned char raw[4096];
	struct stat status;
	FILE *file = !stat(path, &status) && S_ISREG(status.st_mode) ? fopen(path, "re") : NULL;
	size_t got = file ? fread(raw, 1, sizeof(raw), file) : 0;

	if (file)
		fclose(file);
	if (compression_detect(raw, got) == COMPRESSION_GZIP)
		return decompress_head(COMPRESSION_GZIP, raw, got, head, size_bytes);
	got = got < size_bytes ? got : size_bytes;
	memcpy(head, raw, got);
	return got;
}

/* Reads the text after `{ "schema" : "`. Other documents, and snapshots with another order of keys,
 * are recognised by their brace. */
static enum form form_of_text(const char *head, size_t len_bytes)
{
	static const struct {
		const char *schema;
		enum form form;
	} forms[] = {
		{"\"kcompat/history/", FORM_HISTORY}, {"\"kcompat/functions/", FORM_FUNCTIONS},
		{"\"kcompat/snapshot/", FORM_SNAPSHOT},
		{"\"kcompat/", FORM_NONE}, /* a kcompat report, not a kernel */
	};
	size_t at = 0;

	while (at < len_bytes && isspace((unsigned char)head[at]))
		at++;
	if (at == len_bytes || head[at] != '{')
		return FORM_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (memmem(head, len_bytes, forms[i].schema, strlen(forms[i].schema)))
			return forms[i].form;
	}
	return FORM_SNAPSHOT;
}

static enum form kernels_form_of(const char *path)
{
	char head[HEAD_BYTES];

	return form_of_text(head, kernels_read_head(path, head, sizeof(head)));
}

/* A directory of snapshots may also have other JSON files of kcompat. */
static bool is_report(const char *path)
{
	char head[HEAD_BYTES];
	size_t len = kernels_read_head(path, head, sizeof(head));

	return form_of_text(head, len) == FORM_NONE &&
		memmem(head, len, "\"kcompat/", strlen("\"kcompat/"));
}

/* The length of a file's name without its kcompat suffix; 0: no such suffix. */
static size_t stem_length(const char *name)
{
	static const char *const suffixes[] = {
		".functions.gz", ".jsonl.gz", ".json.gz", ".jsonl", ".json"};
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t suffix_len = strlen(suffixes[i]);
		if (len > suffix_len && !strcmp(name + len - suffix_len, suffixes[i]))
			return len - suffix_len;
	}
	return 0;
}

static int is_ours(const struct dirent *item)
{
	return item->d_name[0] != '.' && stem_length(item->d_name) > 0;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

bool kernels_recognise(const char *path)
{
	struct dirent **items;

	if (!is_directory(path))
		return kernels_form_of(path) != FORM_NONE;
	/* The index.json of an OCI image layout is no snapshot. */
	if (file_exists(path, "/oci-layout"))
		return false;
	int cnt = scandir(path, &items, is_ours, NULL);
	for (int i = 0; i < cnt; i++)
		free(items[i]);
	if (cnt >= 0)
		free(items);
	return cnt > 0;
}

bool kernels_holds_several(const char *path)
{
	if (!strcmp(path, "-"))
		return false;
	/* A directory may also have the files of one kernel. */
	return is_directory(path) ? kernels_recognise(path) : kernels_form_of(path) == FORM_HISTORY;
}

static struct error *kernels_add_entry(struct kernels *kernels, const struct kernel_entry *entry)
{
	struct kernel_entry *list = pool_grow(
		&kernels->pool, kernels->list, kernels->cnt, &kernels->cap, sizeof(*list));

	if (!list)
		return error_no_memory();
	kernels->list = list;
	list[kernels->cnt++] = *entry;
	snapshot_note_order(entry->snapshot);
	return NULL;
}

struct error *kernels_add_snapshot(
	struct kernels *kernels, const char *name, struct snapshot *snapshot, bool live)
{
	struct kernel_entry entry = {
		.name = pool_strdup(&kernels->pool, name),
		.snapshot = snapshot,
		.live = live,
		.owned = true,
	};
	struct error *error = entry.name ? kernels_add_entry(kernels, &entry) : error_no_memory();

	if (error)
		snapshot_destroy(snapshot);
	return error;
}

struct error *kernels_add_shared(
	struct kernels *kernels, const char *name, struct snapshot *snapshot)
{
	const struct kernel_entry entry = {
		.name = pool_strdup(&kernels->pool, name), .snapshot = snapshot};

	return entry.name ? kernels_add_entry(kernels, &entry) : error_no_memory();
}

const char *kernels_stem(struct pool *pool, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t len = stem_length(name);

	return pool_strndup(pool, name, len ? len : strlen(name));
}

static const char *stem_of(struct kernels *kernels, const char *path)
{
	return kernels_stem(&kernels->pool, path);
}

static struct error *load_document(const char *text, size_t len_bytes,
	const struct history_wanted *wanted, struct snapshot **ret)
{
	return wanted->lists
		? load_snapshot_bytes_of(text, len_bytes, wanted->names, wanted->name_cnt, ret)
		: load_snapshot_bytes(text, len_bytes, ret);
}

struct adding {
	struct kernels *kernels;
	const char *path;
	const struct history_wanted *wanted;
};

static struct error *add_document(void *context, const char *text, size_t len_bytes, size_t number)
{
	const struct adding *adding = context;
	struct kernels *kernels = adding->kernels;
	struct kernel_entry entry = {
		.name = stem_of(kernels, adding->path),
		.path = pool_strdup(&kernels->pool, adding->path),
		.owned = true,
	};
	struct error *error = entry.name && entry.path
		? load_document(text, len_bytes, adding->wanted, &entry.snapshot)
		: error_no_memory();

	(void)number;
	if (error)
		return error;
	error = kernels_add_entry(kernels, &entry);
	if (error)
		snapshot_destroy(entry.snapshot);
	return error;
}

static struct error *add_snapshots(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted)
{
	struct adding adding = {kernels, path, wanted};

	return documents_each(path, SNAPSHOT_SIZE_MAX_BYTES, add_document, &adding);
}

static struct error *add_pack(struct kernels *kernels, struct history_pack *pack)
{
	struct history_pack **packs = pool_grow(&kernels->pool, kernels->packs, kernels->pack_cnt,
		&kernels->pack_cap, sizeof(*packs));

	if (!packs) {
		history_pack_destroy(pack);
		return error_no_memory();
	}
	kernels->packs = packs;
	packs[kernels->pack_cnt++] = pack;
	return NULL;
}

static struct error *load_pack(struct kernels *kernels, const char *path,
	const struct history_wanted *wanted, struct history_pack **ret)
{
	struct error *error = history_load(path, wanted, ret);

	return error ? error : add_pack(kernels, *ret);
}

static struct error *add_packed(
	struct kernels *kernels, const struct history_kernel *kernel, const char *path)
{
	const struct kernel_entry entry = {
		.name = kernel->name,
		.path = path,
		.snapshot = kernel->snapshot,
	};

	return kernels_add_entry(kernels, &entry);
}

static struct error *add_history(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted)
{
	struct history_pack *pack = NULL;
	struct error *error = load_pack(kernels, path, wanted, &pack);

	for (size_t i = 0; !error && i < pack->cnt; i++)
		error = add_packed(kernels, &pack->list[i], NULL);
	return error;
}

/* A snapshot with only the identity that the file of functions has. */
static struct snapshot *blank(const struct functions_file *file)
{
	struct snapshot *snapshot = snapshot_create();

	if (snapshot) {
		snapshot->source_kind = "scanned";
		snapshot->kernel.release = function_views_release(file);
		snapshot->kernel.machine = function_views_machine(file);
		identity_parse_release(
			&snapshot->pool, snapshot->kernel.release, NULL, &snapshot->kernel);
	}
	return snapshot;
}

/* Adds functions to the kernel of that name if it has none yet, otherwise as a new kernel. */
static struct error *kernels_add_functions(struct kernels *kernels, const char *path)
{
	struct kernel_entry entry = {.name = stem_of(kernels, path), .owned = true};
	struct error *error =
		entry.name ? function_views_open(path, &entry.functions) : error_no_memory();

	if (error)
		return error;
	for (size_t i = 0; i < kernels->cnt; i++) {
		if (!kernels->list[i].functions && !strcmp(kernels->list[i].name, entry.name)) {
			kernels->list[i].functions = entry.functions;
			return NULL;
		}
	}
	entry.snapshot = blank(entry.functions);
	error = entry.snapshot ? kernels_add_entry(kernels, &entry) : error_no_memory();
	if (error) {
		snapshot_destroy(entry.snapshot);
		function_views_close(entry.functions);
	}
	return error;
}

static struct error *add_file(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted)
{
	switch (strcmp(path, "-") ? kernels_form_of(path) : FORM_SNAPSHOT) {
	case FORM_HISTORY:
		return add_history(kernels, path, wanted);
	case FORM_FUNCTIONS:
		return kernels_add_functions(kernels, path);
	default:
		return add_snapshots(kernels, path, wanted);
	}
}

struct error *kernels_identify(
	const char *path, uint64_t *size_bytes, char tail[HISTORY_TAIL_DIGITS + 1])
{
	unsigned char bytes[HISTORY_TAIL_DIGITS / 2] = {0};
	FILE *file = fopen(path, "re");
	bool ok = file && !fseek(file, 0, SEEK_END);
	long size = ok ? ftell(file) : -1;

	if (size >= (long)sizeof(bytes))
		ok = !fseek(file, -(long)sizeof(bytes), SEEK_END) &&
			fread(bytes, 1, sizeof(bytes), file) == sizeof(bytes);
	int saved = errno;
	if (file)
		fclose(file);
	if (!ok || size < 0)
		return error_errno(saved, NULL, "%s", path);
	*size_bytes = (uint64_t)size;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(tail + 2 * i, 3, "%02x", bytes[i]);
	return NULL;
}

/* The entry that was made from exactly this file; NULL: none. */
static const struct history_kernel *entry_of(
	const struct history_pack *pack, const char *path, const char *file)
{
	char tail[HISTORY_TAIL_DIGITS + 1];
	uint64_t size;

	for (size_t i = 0; pack && i < pack->cnt; i++) {
		const struct history_kernel *kernel = &pack->list[i];
		if (!kernel->file || strcmp(kernel->file, file) || !kernel->tail)
			continue;
		struct error *error = kernels_identify(path, &size, tail);
		bool same = !error && size == kernel->size_bytes && !strcmp(tail, kernel->tail);
		error_free(error);
		return same ? kernel : NULL;
	}
	return NULL;
}

/* A bad file does not stop the others. */
static struct error *note_problem(struct kernels *kernels, struct error *error)
{
	if (!error || error->code == ERROR_NO_MEMORY || error->code == ERROR_INTERRUPTED)
		return error;
	const char **problems = pool_grow(&kernels->pool, kernels->problems, kernels->problem_cnt,
		&kernels->problem_cap, sizeof(*problems));
	char *text = pool_strdup(&kernels->pool, error->what);
	error_free(error);
	if (!problems || !text)
		return error_no_memory();
	kernels->problems = problems;
	problems[kernels->problem_cnt++] = text;
	return NULL;
}

static struct error *kernels_add_member(struct kernels *kernels, const char *directory,
	const char *file, const struct history_pack *pack, const struct history_wanted *wanted)
{
	const char *path = pool_printf(&kernels->pool, "%s/%s", directory, file);
	const struct history_kernel *kernel = path ? entry_of(pack, path, file) : NULL;

	if (!path)
		return error_no_memory();
	if (kernel)
		return add_packed(kernels, kernel, path);
	/* A file with a damaged start is a problem. It is not skipped. */
	return is_report(path) ? NULL : note_problem(kernels, add_file(kernels, path, wanted));
}

static struct error *load_directory_pack(struct kernels *kernels, const char *directory,
	const struct history_wanted *wanted, struct history_pack **ret)
{
	const char *path = pool_printf(&kernels->pool, "%s/%s", directory, HISTORY_FILE);

	if (!path)
		return error_no_memory();
	return access(path, R_OK) ? NULL
				  : note_problem(kernels, load_pack(kernels, path, wanted, ret));
}

static bool is_functions(const char *file)
{
	size_t stem = stem_length(file);

	return stem && !strcmp(file + stem, ".functions.gz");
}

bool kernels_is_document(const char *directory, const char *file)
{
	char path[PATH_MAX];

	if (*file == '.' || !stem_length(file) || is_functions(file) || !strcmp(file, HISTORY_FILE))
		return false;
	snprintf(path, sizeof(path), "%s/%s", directory, file);
	return !is_report(path);
}

static struct error *kernels_add_directory(
	struct kernels *kernels, const char *directory, const struct history_wanted *wanted)
{
	struct dirent **items;
	struct history_pack *pack = NULL;
	int cnt = scandir(directory, &items, is_ours, alphasort);
	struct error *error = cnt < 0 ? error_errno(errno, NULL, "%s", directory)
				      : load_directory_pack(kernels, directory, wanted, &pack);

	/* Functions come last, because they need the snapshot that they belong to. */
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < cnt && !error; i++) {
			const char *file = items[i]->d_name;
			if (is_functions(file) == (pass == 1) && strcmp(file, HISTORY_FILE))
				error = kernels_add_member(kernels, directory, file, pack, wanted);
		}
	}
	for (int i = 0; i < cnt; i++)
		free(items[i]);
	if (cnt >= 0)
		free(items);
	return error;
}

struct error *kernels_add(
	struct kernels *kernels, const char *path, const struct history_wanted *wanted)
{
	return is_directory(path) ? kernels_add_directory(kernels, path, wanted)
				  : add_file(kernels, path, wanted);
}

struct error *kernels_read_environment(
	const struct kernel_entry *entry, const char *const *names, size_t name_cnt)
{
	struct snapshot *snapshot = entry->snapshot, *head = NULL;

	if (entry->owned || !entry->path)
		return NULL;
	struct error *error = load_snapshot_head(entry->path, names, name_cnt, &head);
	if (error)
		return error;
	snapshot->environment = head->environment;
	snapshot->config = head->config;
	snapshot->config_cnt = head->config_cnt;
	pool_adopt(&snapshot->pool, &head->pool);
	snapshot_destroy(head);
	return NULL;
}

const char *kernels_shipped(struct pool *pool)
{
	static const char *const places[] = {"../share/kcompat/snapshots", "../../data/snapshots"};
	const char *given = getenv("KCOMPAT_DATA");
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (given)
		return *given ? pool_strdup(pool, given) : NULL;
	program[len > 0 ? len : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *path = pool_printf(pool, "%s/%s", program, places[i]);
		if (path && is_directory(path))
			return path;
	}
	return NULL;
}
