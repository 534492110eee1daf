/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/image.h"
#include "util/array.h"
#include "util/descriptor.h"
#include "util/sort.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct gap {
	size_t begin, end;
};

struct source {
	const char *path;
	int fd;
	Elf *elf;
	size_t size, names; /* size of the file; index of the section name table */
	struct gap *gaps;   /* sorted; malloc'd */
	size_t gap_cnt;
};

static void source_deinit(struct source *source)
{
	if (source->elf)
		elf_end(source->elf);
	free(source->gaps);
}

static bool is_unread(const char *name)
{
	static const char *const names[] = {
		".debug_loc", ".debug_loclists", ".debug_frame", ".debug_aranges"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return !strncmp(name, ".rela.debug_", 12) || !strncmp(name, ".rel.debug_", 11);
}

static int compare_gaps(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	return order_numbers(x->begin, y->begin);
}

/* A malformed header makes no gap: the reader of the image reports it. */
static struct error *find_gaps(struct source *source)
{
	Elf_Scn *section = NULL;
	size_t cnt = 0;
	GElf_Ehdr file;
	GElf_Shdr header;

	if (!gelf_getehdr(source->elf, &file) || (file.e_type != ET_EXEC && file.e_type != ET_DYN) ||
		elf_getshdrnum(source->elf, &cnt) || elf_getshdrstrndx(source->elf, &source->names))
		return NULL;
	source->gaps = calloc(cnt + 1, sizeof(*source->gaps));
	if (!source->gaps)
		return error_no_memory();
	while ((section = elf_nextscn(source->elf, section)) && source->gap_cnt < cnt) {
		const char *name = gelf_getshdr(section, &header)
			? elf_strptr(source->elf, source->names, header.sh_name)
			: NULL;
		if (!name || !is_unread(name) || header.sh_flags & SHF_ALLOC ||
			header.sh_type == SHT_NOBITS || header.sh_offset > source->size ||
			header.sh_size > source->size - header.sh_offset)
			continue;
		source->gaps[source->gap_cnt++] = (struct gap) {
			(size_t)header.sh_offset, (size_t)(header.sh_offset + header.sh_size)};
	}
	qsort(source->gaps, source->gap_cnt, sizeof(*source->gaps), compare_gaps);
	return NULL;
}

static struct error *read_range(
	const struct source *source, unsigned char *data, size_t begin, size_t end)
{
	while (begin < end) {
		ssize_t got = pread(source->fd, data + begin, end - begin, (off_t)begin);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(errno, NULL, "%s", source->path);
		if (!got)
			return error_create(ERROR_INPUT, NULL,
				"%s: truncated while it was read", source->path);
		begin += (size_t)got;
	}
	return NULL;
}

static struct error *read_around(const struct source *source, struct file_bytes *ret)
{
	struct error *error = NULL;
	size_t at = 0;

	/* Not malloc(): gaps are zero, and their pages are never touched. */
	unsigned char *data = calloc(source->size + 1, 1);
	if (!data)
		return error_no_memory();
	for (size_t i = 0; i < source->gap_cnt && !error; i++) {
		if (source->gaps[i].begin > at)
			error = read_range(source, data, at, source->gaps[i].begin);
		if (source->gaps[i].end > at)
			at = source->gaps[i].end;
	}
	if (!error)
		error = read_range(source, data, at, source->size);
	if (error)
		free(data);
	else
		*ret = (struct file_bytes) {data, source->size};
	return error;
}

struct error *elf_file_read(const char *path, struct file_bytes *ret)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? error_errno(errno, NULL, "%s", path) : elf_file_read_open(fd, path, ret);
}

struct error *elf_file_read_open(int fd, const char *name, struct file_bytes *ret)
{
	__attribute__((cleanup(source_deinit))) struct source source = {.path = name, .fd = fd};
	struct stat status;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) ||
		status.st_size < ELF_FILE_SPARSE_MIN_BYTES || status.st_size > FILE_SIZE_MAX_BYTES)
		return file_read_open(fd, name, ret);
	source.size = (size_t)status.st_size;
	elf_version(EV_CURRENT);
	source.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!source.elf || elf_kind(source.elf) != ELF_K_ELF)
		return file_read_open(fd, name, ret);
	struct error *error = find_gaps(&source);
	return error ? error : read_around(&source, ret);
}
