/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/db.h"
#include "cli/supervise.h"
#include "fleet/fleet.h"
#include "snapshot/documents.h"
#include "snapshot/history/history.h"
#include "util/escape.h"
#include "util/reading.h"
#include "util/sha256.h"

struct adding {
	const struct cli_args *args;
	struct fleet *fleet;
	struct pool pool;
	const char *host; /* of --host; NULL: not given */
	const char *path; /* of the file that is read */
	int64_t at;       /* when it was made */
	size_t number;    /* of its last document; 0: it has one */
	size_t added, known;
	size_t done, total; /* files, for the progress */
};

/* `number` of a line; 0: the file has nothing else. In the pool; NULL: no memory. */
static const char *name_of(struct adding *adding, size_t number)
{
	const char *name =
		!strcmp(adding->path, "-") ? "stdin" : kernels_stem(&adding->pool, adding->path);

	if (adding->host)
		return adding->host;
	return name && number ? pool_printf(&adding->pool, "%s:%zu", name, number) : name;
}

static struct fleet_origin origin_of(struct adding *adding, size_t number)
{
	return (struct fleet_origin) {
		.host = adding->host || cli_has(adding->args, "hosts"),
		.name = name_of(adding, number),
		.at = adding->at,
	};
}

static void count_added(struct adding *adding, enum fleet_added added)
{
	adding->added += added == FLEET_ADDED;
	adding->known += added == FLEET_KNOWN;
}

static struct error *add_document(void *context, const char *text, size_t len_bytes, size_t number)
{
	struct adding *adding = context;
	const struct fleet_origin origin = origin_of(adding, number);
	enum fleet_added added = FLEET_KNOWN;

	if (!origin.name)
		return error_no_memory();
	if (number > 1 && origin.host)
		return error_create(ERROR_USAGE, "give the lines of one host alone",
			"several snapshots, and one host");
	if (cli_stop)
		return error_create(ERROR_INTERRUPTED, NULL, "interrupted");
	struct error *error = fleet_add(adding->fleet, &origin, text, len_bytes, &added);
	if (!error)
		count_added(adding, added);
	adding->number = number;
	return error;
}

/* A file that was added before is not unpacked again. *digest is empty for what is no regular file.
 */
static struct error *add_known(
	struct adding *adding, const char *path, char digest[DIGEST_TEXT_BYTES], bool *known)
{
	const struct fleet_origin origin = origin_of(adding, 0);
	enum fleet_added added = FLEET_KNOWN;
	struct error *error = digest_file(path, digest);

	*known = false;
	if (!error && !origin.name)
		error = error_no_memory();
	if (!error && *digest)
		error = fleet_add_file(adding->fleet, &origin, digest, known, &added);
	if (!error && *known)
		count_added(adding, added);
	return error;
}

/* Unless somebody writes to it. */
static struct error *note_file(struct adding *adding, const char *path, const char *digest)
{
	char again[DIGEST_TEXT_BYTES];
	struct error *error = digest_file(path, again);

	if (!error && !strcmp(digest, again))
		error = fleet_note_file(adding->fleet, digest);
	return error;
}

static struct error *read_file(struct adding *adding, const char *path)
{
	char digest[DIGEST_TEXT_BYTES] = "";
	bool known = false;
	struct error *error = strcmp(path, "-") ? add_known(adding, path, digest, &known) : NULL;

	if (error || known)
		return error;
	error = documents_each(path, FLEET_DOCUMENT_MAX_BYTES, add_document, adding);
	if (!error && *digest && !adding->number)
		error = note_file(adding, path, digest);
	return error;
}

/* A snapshot has no time. That of its file is what is known; a stream is of now. */
static struct error *add_file(struct adding *adding, const char *path)
{
	struct stat status;

	cli_progress("adding snapshots", (int)(100 * adding->done++ / adding->total));
	adding->path = path;
	adding->at = strcmp(path, "-") && !stat(path, &status) ? status.st_mtime : time(NULL);
	reading_begin(path);
	return reading_end(path, read_file(adding, path));
}

static struct error *add_directory(struct adding *adding, const char *directory)
{
	struct dirent **items = NULL;
	int cnt = scandir(directory, &items, NULL, alphasort);
	struct error *error = cnt < 0 ? error_errno(errno, NULL, "%s", directory) : NULL;
	bool some = false;

	adding->total += cnt > 0 ? (size_t)cnt : 0;
	for (int i = 0; i < cnt; i++) {
		const char *file = items[i]->d_name,
			   *path = pool_printf(&adding->pool, "%s/%s", directory, file);
		if (!error && kernels_is_document(directory, file)) {
			error = path ? add_file(adding, path) : error_no_memory();
			some = true;
		}
		free(items[i]);
	}
	free(items);
	return error || some
		? error
		: error_create(ERROR_NOT_FOUND, NULL, "%s: no snapshot in it", directory);
}

static struct error *add_operand(struct adding *adding, const char *path)
{
	struct stat status;
	bool is_directory = strcmp(path, "-") && !stat(path, &status) && S_ISDIR(status.st_mode);

	if (adding->host && is_directory)
		return error_create(ERROR_USAGE, "give --hosts", "--host: %s is a directory", path);
	if (!strcmp(path, "-") && cli_has(adding->args, "hosts"))
		return error_create(
			ERROR_USAGE, "give --host=NAME", "--hosts: standard input has no name");
	return is_directory ? add_directory(adding, path) : add_file(adding, path);
}

static struct error *report(struct adding *adding, const char *path)
{
	_cleanup_buf_ struct buf out = {0};
	struct fleet_counts counts = {0};
	struct error *error = fleet_count(adding->fleet, &counts);

	if (error)
		return error;
	escape_text(&out, path);
	buf_printf(&out,
		": %zu added, %zu known: it has %lld hosts and %lld files, %lld different snapshots of %lld kernels\n",
		adding->added, adding->known, (long long)counts.hosts, (long long)counts.files,
		(long long)counts.answers, (long long)counts.kernels);
	return cli_print(&out);
}

/* What adds nothing writes nothing. */
static struct error *write_store(struct adding *adding, const char *path)
{
	_cleanup_buf_ struct buf bytes = {0};

	if (!adding->added)
		return NULL;
	struct error *error = fleet_write(adding->fleet, &bytes);
	return error ? error : supervise_write(path, bytes.data, bytes.len);
}

struct error *db_add(const struct cli_args *args, int *status)
{
	struct adding adding = {.args = args, .host = cli_value(args, "host")};
	size_t cnt;
	const char *const *operands = cli_operands(args, &cnt);

	reading_begin(operands[0]);
	struct error *error =
		reading_end(operands[0], fleet_open_to_add(operands[0], &adding.fleet));
	if (!error && adding.host && cnt > 2)
		error = error_create(ERROR_USAGE, "give one, or --hosts",
			"--host: several snapshots, and one host");
	adding.total = cnt;
	for (size_t i = 1; i < cnt && !error; i++)
		error = add_operand(&adding, operands[i]);
	if (!error)
		error = write_store(&adding, operands[0]);
	cli_progress_end();
	if (!error)
		error = report(&adding, operands[0]);
	fleet_close(adding.fleet);
	pool_destroy(&adding.pool);
	if (!error)
		*status = STATUS_OK;
	return error;
}
