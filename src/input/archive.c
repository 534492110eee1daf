/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/decompress.h"
#include "util/file.h"

#define BLOCK_SIZE_BYTES 65536u
#define ISO_MAGIC 32769u /* the first volume descriptor, in the 16th sector */
#define HEAD_BYTES 36864u /* the header of any package, and of most compressed ones */
/* A header with the names and extended attributes of a member. */
#define HEADER_MAX_BYTES (16u * 1024 * 1024)
#define PIECE_BYTES (256u * 1024)
#define INNER_BYTES 512u /* of a compressed package, so many tell: the header of a tar */

enum package_kind { PACKAGE_DEB, PACKAGE_RPM, PACKAGE_TAR, PACKAGE_CPIO, PACKAGE_ZIP, PACKAGE_ISO };

/* Each stage reads from the one before it, the first one from the file. */
struct archive_reader {
	struct archive *outer;    /* the ar of a .deb; else NULL */
	struct archive *unpacked; /* the bytes of a tar or cpio, without compression; NULL: has_index() */
	struct archive *members;  /* contains the members */
	const unsigned char *piece; /* unpacked bytes that were not given to `members` yet */
	size_t piece_bytes;
	uint64_t header_bytes; /* given since a header began to be read */
	bool in_header;
	char *path;              /* NULL: reads from memory, or from the parent's member */
	struct archive_reader *parent;
	bool parent_used;     /* what the parent had read before was read */
	unsigned char *block; /* of the parent's member */
	enum package_kind kind;
	char name[ARCHIVE_NAME_MAX_BYTES];
	/* The bytes read from the current member. */
	unsigned char *data;
	size_t size, cap;
	bool at_member; /* there is a current member */
	bool at_end;    /* of it */
	size_t member_cnt;
	uint64_t total; /* bytes unpacked so far */
};

const char *archive_reader_format(const struct archive_reader *reader)
{
	static const char *const names[] = {
		[PACKAGE_DEB] = "Debian package",
		[PACKAGE_RPM] = "RPM package",
		[PACKAGE_TAR] = "tar archive",
		[PACKAGE_CPIO] = "initramfs",
		[PACKAGE_ZIP] = "zip archive",
		[PACKAGE_ISO] = "ISO image",
	};

	return names[reader->kind];
}

static struct error *archive_failed(struct archive *archive, const char *what)
{
	const char *why = archive_error_string(archive);

	if (archive_errno(archive) == ENOMEM)
		return error_no_memory();
	return error_create(ERROR_INPUT, NULL, "%s: %s", what, why ? why : "damaged");
}

/* Recognises the first header of a tar, or a package by its magic number. */
static bool kind_of(const unsigned char *head, size_t size, enum package_kind *kind)
{
	static const unsigned char rpm[] = {0xed, 0xab, 0xee, 0xdb};
	static const char ar[] = "!<arch>\ndebian-binary";

	if (size >= sizeof(ar) - 1 && !memcmp(head, ar, sizeof(ar) - 1))
		*kind = PACKAGE_DEB;
	else if (size >= sizeof(rpm) && !memcmp(head, rpm, sizeof(rpm)))
		*kind = PACKAGE_RPM;
	else if (size >= 512 && !memcmp(head + 257, "ustar", 5))
		*kind = PACKAGE_TAR;
	else if (size >= 6 && (!memcmp(head, "070701", 6) || !memcmp(head, "070702", 6)))
		*kind = PACKAGE_CPIO;
	else if (size >= 4 && !memcmp(head, "PK\3\4", 4))
		*kind = PACKAGE_ZIP;
	else if (size >= ISO_MAGIC + 5 && !memcmp(head + ISO_MAGIC, "CD001", 5))
		*kind = PACKAGE_ISO;
	else
		return false;
	return true;
}

static bool recognise(const void *head, size_t size, enum package_kind *kind)
{
	unsigned char inner[INNER_BYTES];
	enum compression compression = compression_detect(head, size);

	if (compression == COMPRESSION_NONE)
		return kind_of(head, size, kind);
	size_t got = decompress_head(compression, head, size, inner, sizeof(inner));
	return kind_of(inner, got, kind) && (*kind == PACKAGE_TAR || *kind == PACKAGE_CPIO);
}

bool archive_recognised(const void *head, size_t size)
{
	enum package_kind kind;

	return recognise(head, size, &kind);
}

bool archive_is_initramfs(const void *head, size_t size)
{
	enum package_kind kind;

	return recognise(head, size, &kind) && kind == PACKAGE_CPIO;
}

static struct archive *new_ar(void)
{
	struct archive *archive = archive_read_new();

	if (archive)
		archive_read_support_format_ar(archive);
	return archive;
}

/* The filters of packages only: others, such as lzop, would start a program. */
static struct archive *new_unpacked(void)
{
	struct archive *archive = archive_read_new();

	if (!archive)
		return NULL;
	archive_read_support_format_raw(archive);
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_lzma(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_rpm(archive);
	return archive;
}

/* Their formats have a list of the members, and read the file at any place. */
static bool has_index(enum package_kind kind)
{
	return kind == PACKAGE_ZIP || kind == PACKAGE_ISO;
}

static struct archive *new_members(enum package_kind kind)
{
	struct archive *archive = archive_read_new();

	if (!archive)
		return NULL;
	if (kind == PACKAGE_ZIP)
		archive_read_support_format_zip(archive);
	if (kind == PACKAGE_ISO)
		archive_read_support_format_iso9660(archive);
	if (has_index(kind))
		return archive;
	archive_read_support_format_tar(archive);
	archive_read_support_format_cpio(archive);
	return archive;
}

static struct error *open_source(
	struct archive_reader *reader, struct archive *archive, const void *data, size_t size)
{
	int status = reader->path
		? archive_read_open_filename(archive, reader->path, BLOCK_SIZE_BYTES)
		: archive_read_open_memory(archive, data, size);

	return status == ARCHIVE_OK ? NULL : archive_failed(archive, "not readable");
}

/* Gives the next block of one stage to the next stage, whose error it sets. */
static la_ssize_t read_block(struct archive *from, struct archive *to, const void **block)
{
	la_int64_t offset;
	size_t size = 0;

	int status = archive_read_data_block(from, block, &size, &offset);
	if (status == ARCHIVE_EOF)
		return 0;
	if (status >= ARCHIVE_WARN)
		return (la_ssize_t)size;
	archive_set_error(to, archive_errno(from), "%s",
		archive_error_string(from) ? archive_error_string(from) : "damaged");
	return -1;
}

/* Reads the compressed tar inside the ar. */
static la_ssize_t read_outer(struct archive *archive, void *context, const void **block)
{
	const struct archive_reader *reader = context;

	return read_block(reader->outer, archive, block);
}

static la_ssize_t refuse_more(struct archive *archive, const char *what, unsigned long long limit)
{
	archive_set_error(archive, EFBIG, "%s more than %llu bytes", what, limit);
	return -1;
}

/*
 * Everything that the formats see comes through here, and is counted. libarchive keeps a header whole in
 * memory, and trusts its claim how long a name is.
 */
static la_ssize_t read_unpacked(struct archive *archive, void *context, const void **block)
{
	struct archive_reader *reader = context;

	if (!reader->piece_bytes) {
		const void *data = NULL;
		la_ssize_t got = read_block(reader->unpacked, archive, &data);
		if (got <= 0)
			return got;
		reader->piece = data;
		reader->piece_bytes = (size_t)got;
	}
	size_t part = reader->piece_bytes < PIECE_BYTES ? reader->piece_bytes : PIECE_BYTES;
	*block = reader->piece;
	reader->piece += part;
	reader->piece_bytes -= part;
	reader->total += part;
	reader->header_bytes += reader->in_header ? part : 0;
	if (reader->header_bytes > HEADER_MAX_BYTES)
		return refuse_more(archive, "the header of a member takes", HEADER_MAX_BYTES);
	if (reader->total > ARCHIVE_TOTAL_MAX_BYTES)
		return refuse_more(archive, "unpacks to", ARCHIVE_TOTAL_MAX_BYTES);
	return (la_ssize_t)part;
}

/* Moves to the member of the ar that contains the files. */
static struct error *find_data(struct archive_reader *reader)
{
	struct archive_entry *entry;
	int status;

	while ((status = archive_read_next_header(reader->outer, &entry)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);
		if (name && !strncmp(name, "data.tar", 8))
			return NULL;
		if (++reader->member_cnt > ARCHIVE_MEMBER_MAX)
			break;
	}
	if (status == ARCHIVE_EOF)
		return error_create(ERROR_INPUT, NULL, "it has no data.tar: truncated?");
	return archive_failed(reader->outer, "damaged");
}

static struct error *open_deb(struct archive_reader *reader, const void *data, size_t size)
{
	struct error *error = open_source(reader, reader->outer, data, size);

	if (!error)
		error = find_data(reader);
	if (error)
		return error;
	if (archive_read_open(reader->unpacked, reader, NULL, read_outer, NULL) != ARCHIVE_OK)
		return archive_failed(reader->unpacked, "data.tar");
	return NULL;
}

/* The last stage, over the bytes without compression. */
static struct error *open_members(struct archive_reader *reader)
{
	struct archive_entry *entry;

	if (archive_read_next_header(reader->unpacked, &entry) != ARCHIVE_OK)
		return archive_failed(reader->unpacked, "not readable");
	reader->in_header = true;
	if (archive_read_open(reader->members, reader, NULL, read_unpacked, NULL) != ARCHIVE_OK)
		return archive_failed(reader->members, archive_reader_format(reader));
	return NULL;
}

static struct error *open_stages(struct archive_reader *reader, const void *data, size_t size)
{
	if (!reader->unpacked)
		return open_source(reader, reader->members, data, size);
	struct error *error = reader->outer ? open_deb(reader, data, size)
					    : open_source(reader, reader->unpacked, data, size);
	return error ? error : open_members(reader);
}

static void close_reader(struct archive_reader **reader)
{
	archive_reader_close(*reader);
}

/* A compressed file may give nothing before its first block is whole. */
static struct error *recognise_file(const char *path, bool *found, enum package_kind *kind)
{
	static const size_t amounts[] = {HEAD_BYTES, DECOMPRESS_BLOCK_MAX_BYTES};

	*found = false;
	for (size_t i = 0; i < ARRAY_SIZE(amounts) && !*found; i++) {
		unsigned char *head = malloc(amounts[i]);
		size_t size = 0;
		struct error *error =
			head ? file_read_head(path, amounts[i], head, &size) : error_no_memory();
		*found = !error && recognise(head, size, kind);
		bool is_enough = error || size < amounts[i] ||
			!decompress_head_is_short(head, size, INNER_BYTES);
		free(head);
		if (is_enough)
			return error;
	}
	return NULL;
}

struct error *archive_recognise_file(const char *path, bool *ret)
{
	enum package_kind kind;

	return recognise_file(path, ret, &kind);
}

static struct error *archive_look(const char *path, const void *data, size_t size, enum package_kind *kind)
{
	bool found = false;
	struct error *error = path ? recognise_file(path, &found, kind) : NULL;

	if (!path)
		found = recognise(data, size, kind);
	return error || found ? error : error_create(ERROR_INPUT, NULL, "not a package");
}

struct error *archive_reader_open(
	const char *path, const void *data, size_t size, struct archive_reader **ret)
{
	__attribute__((cleanup(close_reader))) struct archive_reader *reader =
		calloc(1, sizeof(*reader));
	enum package_kind kind;

	if (!reader)
		return error_no_memory();
	struct error *error = archive_look(path, data, size, &kind);
	if (error)
		return error;
	reader->kind = kind;
	reader->path = path ? strdup(path) : NULL;
	reader->outer = kind == PACKAGE_DEB ? new_ar() : NULL;
	reader->unpacked = has_index(kind) ? NULL : new_unpacked();
	reader->members = new_members(kind);
	if ((kind == PACKAGE_DEB && !reader->outer) || (!has_index(kind) && !reader->unpacked) ||
		!reader->members || (path && !reader->path))
		return error_no_memory();
	error = open_stages(reader, data, size);
	if (error)
		return error;
	*ret = reader;
	reader = NULL;
	return NULL;
}

void archive_reader_close(struct archive_reader *reader)
{
	if (!reader)
		return;
	/* The last stage first: it reads from the others. */
	if (reader->members)
		archive_read_free(reader->members);
	if (reader->unpacked)
		archive_read_free(reader->unpacked);
	if (reader->outer)
		archive_read_free(reader->outer);
	free(reader->path);
	free(reader->block);
	free(reader->data);
	free(reader);
}

static void forget_member(struct archive_reader *reader)
{
	free(reader->data);
	reader->data = NULL;
	reader->size = reader->cap = 0;
	reader->at_member = reader->at_end = false;
}

static bool keep_name(struct archive_reader *reader, const char *name)
{
	while (name && (*name == '/' || !strncmp(name, "./", 2)))
		name += *name == '/' ? 1 : 2;
	if (!name || !*name || strlen(name) >= sizeof(reader->name))
		return false;
	strcpy(reader->name, name);
	return true;
}

/* Before the next header is read, so that the bytes do not count as its own. */
static struct error *skip_rest(struct archive_reader *reader)
{
	if (!reader->at_member || reader->at_end ||
		archive_read_data_skip(reader->members) >= ARCHIVE_WARN)
		return NULL;
	return archive_failed(reader->members, reader->name);
}

/* Moves to the next entry with a name that can be kept; NULL: the end. */
static struct error *next_entry(struct archive_reader *reader, struct archive_entry **ret)
{
	*ret = NULL;
	for (;;) {
		struct archive_entry *entry;
		struct error *error = skip_rest(reader);
		forget_member(reader);
		if (error)
			return error;
		reader->in_header = true;
		int status = archive_read_next_header(reader->members, &entry);
		reader->in_header = false;
		reader->header_bytes = 0;
		if (status == ARCHIVE_EOF)
			return NULL;
		if (status < ARCHIVE_WARN)
			return archive_failed(reader->members, archive_reader_format(reader));
		if (++reader->member_cnt > ARCHIVE_MEMBER_MAX)
			return error_create(
				ERROR_INPUT, NULL, "more than %d members", ARCHIVE_MEMBER_MAX);
		reader->at_member = true;
		if (!keep_name(reader, archive_entry_pathname(entry)))
			continue;
		*ret = entry;
		return NULL;
	}
}

struct error *archive_reader_next(struct archive_reader *reader, const char **name)
{
	struct archive_entry *entry;
	struct error *error;

	do {
		error = next_entry(reader, &entry);
	} while (!error && entry &&
		(archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry)));
	*name = error || !entry ? NULL : reader->name;
	return error;
}

struct error *archive_reader_next_entry(
	struct archive_reader *reader, const char **name, bool *is_directory)
{
	struct archive_entry *entry;
	struct error *error = next_entry(reader, &entry);

	*name = error || !entry ? NULL : reader->name;
	*is_directory = *name && archive_entry_filetype(entry) == AE_IFDIR;
	return error;
}

/* What was already read of the outer member comes first. */
static la_ssize_t read_parent(struct archive *archive, void *context, const void **block)
{
	struct archive_reader *reader = context, *parent = reader->parent;

	*block = parent->data;
	if (!reader->parent_used) {
		reader->parent_used = true;
		if (parent->size)
			return (la_ssize_t)parent->size;
	}
	*block = reader->block;
	la_ssize_t got = archive_read_data(parent->members, reader->block, BLOCK_SIZE_BYTES);
	if (got >= 0)
		return got;
	const char *why = archive_error_string(parent->members);
	archive_set_error(archive, archive_errno(parent->members), "%s", why ? why : "damaged");
	return -1;
}

struct error *archive_reader_enter(struct archive_reader *parent, struct archive_reader **ret)
{
	__attribute__((cleanup(close_reader))) struct archive_reader *reader =
		calloc(1, sizeof(*reader));

	if (!reader)
		return error_no_memory();
	reader->kind = PACKAGE_TAR;
	reader->parent = parent;
	reader->block = malloc(BLOCK_SIZE_BYTES);
	reader->unpacked = new_unpacked();
	reader->members = new_members(reader->kind);
	if (!reader->unpacked || !reader->members || !reader->block)
		return error_no_memory();
	if (archive_read_open(reader->unpacked, reader, NULL, read_parent, NULL) != ARCHIVE_OK)
		return archive_failed(reader->unpacked, parent->name);
	struct error *error = open_members(reader);
	if (error)
		return error;
	*ret = reader;
	reader = NULL;
	return NULL;
}

static struct error *reserve(struct archive_reader *reader, size_t more)
{
	size_t wanted = reader->size + more + 1;

	if (wanted <= reader->cap)
		return NULL;
	size_t cap = reader->cap ? reader->cap : BLOCK_SIZE_BYTES;
	while (cap < wanted)
		cap *= 2;
	unsigned char *data = realloc(reader->data, cap);
	if (!data)
		return error_no_memory();
	reader->data = data;
	reader->cap = cap;
	return NULL;
}

/* Reads until `want` bytes of the member are there, or the whole member. */
static struct error *archive_fill(struct archive_reader *reader, size_t want)
{
	while (reader->size < want && !reader->at_end) {
		size_t part = want - reader->size;
		part = part < 4 * BLOCK_SIZE_BYTES ? part : 4 * BLOCK_SIZE_BYTES;
		struct error *error = reserve(reader, part);
		if (error)
			return error;
		la_ssize_t got =
			archive_read_data(reader->members, reader->data + reader->size, part);
		if (got < 0)
			return archive_failed(reader->members, reader->name);
		reader->at_end = !got;
		reader->size += (size_t)got;
		reader->total += reader->unpacked ? 0 : (uint64_t)got;
		if (reader->total > ARCHIVE_TOTAL_MAX_BYTES)
			return error_create(ERROR_INPUT, NULL, "unpacks to more than %llu bytes",
				(unsigned long long)ARCHIVE_TOTAL_MAX_BYTES);
	}
	return NULL;
}

struct error *archive_reader_peek(
	struct archive_reader *reader, size_t want, const unsigned char **head, size_t *got)
{
	struct error *error = archive_fill(reader, want);

	if (error)
		return error;
	*head = reader->data;
	*got = reader->size < want ? reader->size : want;
	return NULL;
}

struct error *archive_reader_take(struct archive_reader *reader, unsigned char **data, size_t *size)
{
	struct error *error = archive_fill(reader, (size_t)ARCHIVE_TAKE_MAX_BYTES + 1);

	if (error)
		return error;
	if (reader->size > ARCHIVE_TAKE_MAX_BYTES)
		return error_create(ERROR_INPUT, NULL, "%s: larger than %u bytes", reader->name,
			ARCHIVE_TAKE_MAX_BYTES);
	error = reserve(reader, 0);
	if (error)
		return error;
	reader->data[reader->size] = '\0';
	/* What doubling reserved and the member did not need would stay in the budget of the run. */
	unsigned char *whole = realloc(reader->data, reader->size + 1);
	*data = whole ? whole : reader->data;
	*size = reader->size;
	reader->data = NULL;
	reader->size = reader->cap = 0;
	return NULL;
}
