/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors, buffers, pools, files, wrapping, suggestions. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/descriptor.h"
#include "util/file.h"
#include "util/replace.h"
#include "util/argument.h"
#include "util/json_write.h"
#include "util/lines.h"
#include "util/pool.h"
#include "util/suggest.h"
#include "util/wrap.h"

static void test_error_codes_follow_errno(void **state)
{
	static const struct {
		int errnum;
		enum error_code code;
	} cases[] = {
		{EPERM, ERROR_DENIED},
		{EACCES, ERROR_DENIED},
		{ENOENT, ERROR_NOT_FOUND},
		{ENOTDIR, ERROR_NOT_FOUND},
		{ENOMEM, ERROR_NO_MEMORY},
		{EINTR, ERROR_INTERRUPTED},
		{ENOSPC, ERROR_SYSTEM},
		{EIO, ERROR_SYSTEM},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_error_ struct error *error =
			error_errno(cases[i].errnum, "try", "%s %d", "file", 7);
		char expected[128];
		snprintf(expected, sizeof(expected), "file 7: %s", strerror(cases[i].errnum));
		assert_int_equal(error->code, cases[i].code);
		assert_int_equal(error->errnum, cases[i].errnum);
		assert_string_equal(error->what, expected);
		assert_string_equal(error->todo, "try");
	}
}

static void test_error_prefix(void **state)
{
	(void)state;
	_cleanup_error_ struct error *error = error_create(ERROR_INPUT, NULL, "100%% wrong");
	error = error_prefix(error_prefix(error, "line %d", 3), "file");
	assert_string_equal(error->what, "file: line 3: 100% wrong");
	assert_null(error->todo);
	assert_null(error_prefix(NULL, "nothing"));
	assert_ptr_equal(error_prefix(error_no_memory(), "x"), error_no_memory());
	assert_string_equal(error_no_memory()->what, "out of memory");
	error_free(error_no_memory());
	error_free(NULL);
}

static void test_buf(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_clear(&buf);
	buf_puts(&buf, "");
	buf_putc(&buf, 'a');
	buf_add(&buf, "b\0c", 3);
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf_text(&buf), "ab\0c", 5);
	buf_clear(&buf);
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, "%d,", i % 10);
	assert_int_equal(buf.len, 20000);
	assert_int_equal(strlen(buf_text(&buf)), 20000);
	buf_clear(&buf);
	buf_pad(&buf, '-', 3);
	assert_string_equal(buf_text(&buf), "---");
	assert_false(buf.failed);
	buf_deinit(NULL);
}

/* Lack of memory is a sticky failure, and the text so far stays readable. */
static void test_buf_without_memory(void **state)
{
	_cleanup_buf_ struct buf buf = {0};

	(void)state;
	buf_puts(&buf, "before");
	buf_add(&buf, "", SIZE_MAX);
	assert_true(buf.failed);
	buf_puts(&buf, "after");
	buf_printf(&buf, "%d", 1);
	assert_true(buf.failed);
	assert_string_equal(buf_text(&buf), "before");
}

static void test_pool_alignment_and_zeroes(void **state)
{
	_cleanup_pool_ struct pool pool = {0};

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		char *text = pool_strndup(&pool, "odd", size % 4);
		unsigned char *memory = pool_alloc(&pool, size);
		assert_int_equal(strlen(text), size % 4);
		assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
}

static void test_pool_keeps_what_it_gave(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	static char *texts[20000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		texts[i] = pool_printf(&pool, "text %zu", i);
		/* Some pieces are larger than a block. */
		if (i % 1000 == 0)
			memset(pool_alloc(&pool, 200000), 0xaa, 200000);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char expected[32];
		snprintf(expected, sizeof(expected), "text %zu", i);
		assert_string_equal(texts[i], expected);
	}
}

static void test_pool_limits(void **state)
{
	_cleanup_pool_ struct pool pool = {0};

	(void)state;
	assert_null(pool_calloc(&pool, SIZE_MAX, 2));
	assert_null(pool_calloc(&pool, SIZE_MAX / 2, 3));
	assert_null(pool_alloc(&pool, SIZE_MAX));
	assert_null(pool_strdup(&pool, NULL));
	assert_non_null(pool_calloc(&pool, 0, 8));
	assert_non_null(pool_calloc(&pool, 8, 0));
	assert_non_null(pool_alloc(&pool, 1));
	pool_destroy(NULL);
}

static void test_intern(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	static const char *names[5000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char name[32];
		int len = snprintf(name, sizeof(name), "name%zu", i);
		names[i] = pool_intern(&pool, name, (size_t)len);
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char name[32];
		snprintf(name, sizeof(name), "name%zu and more", i);
		assert_ptr_equal(pool_intern(&pool, name, strcspn(name, " ")), names[i]);
		assert_true(!i || names[i] != names[i - 1]);
	}
	assert_int_equal(pool.interned_cnt, ARRAY_SIZE(names));
	/* Prefixes are distinct, and a NUL ends a name. */
	assert_true(pool_intern(&pool, "name1", 4) != pool_intern(&pool, "name1", 5));
	assert_ptr_equal(pool_intern(&pool, "ab\0cd", 5), pool_intern(&pool, "ab", 2));
	assert_ptr_equal(pool_intern(&pool, "", 0), pool_intern(&pool, "", 0));
}

static void test_grow(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	size_t cap = 0;
	int *list = NULL;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		list = pool_grow(&pool, list, i, &cap, sizeof(*list));
		assert_true(cap > i);
		list[i] = (int)i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list[i], i);
}

static void test_adopt(void **state)
{
	_cleanup_pool_ struct pool into = {0}, from = {0}, empty = {0};

	(void)state;
	char *ours = pool_strdup(&into, "ours"), *theirs = pool_strdup(&from, "theirs");
	const char *interned = pool_intern(&from, "interned", 8);
	pool_adopt(&into, &from);
	pool_adopt(&into, &empty);
	assert_null(from.blocks);
	assert_string_equal(ours, "ours");
	assert_string_equal(theirs, "theirs");
	assert_string_equal(interned, "interned");
	pool_adopt(&empty, &into);
	assert_string_equal(theirs, "theirs");
}

static char directory[] = "/tmp/kcompat-test-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static const char *path_in(const char *name)
{
	static char paths[4][PATH_MAX];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

static size_t entries_of(const char *path)
{
	char command[PATH_MAX + 32];
	size_t cnt = 0;

	snprintf(command, sizeof(command), "ls -A %s | wc -l", path);
	FILE *pipe = popen(command, "r");
	assert_int_equal(fscanf(pipe, "%zu", &cnt), 1);
	pclose(pipe);
	return cnt;
}

static void check_content(const char *path, const char *expected)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};

	assert_null(file_read("", path, &bytes));
	assert_int_equal(bytes.size, strlen(expected));
	assert_memory_equal(bytes.data, expected, bytes.size);
	assert_int_equal(bytes.data[bytes.size], 0);
}

static void test_write_and_read(void **state)
{
	const char *path = path_in("out.json");
	struct stat status;
	mode_t mask = umask(027);

	(void)state;
	assert_null(file_write_atomic(path, "first", 5));
	check_content(path, "first");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	/* An existing file keeps its mode, without the bits that make a program another user's. */
	assert_int_equal(chmod(path, 07604), 0);
	assert_null(file_write_atomic(path, "second and longer", 17));
	check_content(path, "second and longer");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
	assert_null(file_write_atomic(path, "", 0));
	check_content(path, "");
	assert_int_equal(entries_of(directory), 1);
	umask(mask);
	unlink(path);
}

/* A link makes room for the file. Where it led, nothing changes, and nothing is taken from there. */
static void test_write_to_a_link(void **state)
{
	const char *path = path_in("link"), *target = path_in("target");
	struct stat status;

	(void)state;
	assert_null(file_write_atomic(target, "a program", 9));
	assert_int_equal(chmod(target, 04755), 0);
	assert_int_equal(symlink("target", path), 0);
	mode_t mask = umask(022);
	assert_null(file_write_atomic(path, "new", 3));
	umask(mask);
	check_content(target, "a program");
	check_content(path, "new");
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0644);
	assert_int_equal(stat(target, &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 04755);
	unlink(path);
	assert_int_equal(symlink("nothing", path), 0);
	assert_null(file_write_atomic(path, "new", 3));
	check_content(path, "new");
	assert_int_equal(access(path_in("nothing"), F_OK), -1);
	unlink(path);
	/* A device behind a link is neither written nor replaced. */
	assert_int_equal(symlink("/dev/null", path), 0);
	_cleanup_error_ struct error *device = file_write_atomic(path, "new", 3);
	assert_int_equal(device->code, ERROR_INPUT);
	assert_int_equal(lstat(path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	unlink(path);
	unlink(target);
	assert_int_equal(entries_of(directory), 0);
}

/* /dev/stdout is a link to a file that is open: what was written before stays. */
static void test_write_to_an_open_file(void **state)
{
	const char *path = path_in("opened");
	char link[64];
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "before ", 7), 7);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	assert_null(file_write_atomic(link, "after", 5));
	close(fd);
	check_content(path, "before after");
	unlink(path);
}

static struct place place_of(const char *path)
{
	struct place place;

	assert_null(place_open(path, &place));
	return place;
}

/* What was read is replaced, or nothing. */
static void test_replace_what_was_read(void **state)
{
	const char *path = path_in("page"), *other = path_in("other");
	const struct place place = place_of(path);
	_cleanup_fd_ int held = place.directory;
	struct stat old;

	(void)state;
	(void)held;
	assert_null(file_write_atomic(path, "read", 4));
	assert_null(file_write_atomic(other, "of root", 7));
	assert_int_equal(stat(path, &old), 0);
	assert_null(place_replace(&place, &old, "filled", 6));
	check_content(path, "filled");

	_cleanup_error_ struct error *stale = place_replace(&place, &old, "again", 5);
	assert_int_equal(stale->code, ERROR_INPUT);
	check_content(path, "filled");
	assert_int_equal(stat(path, &old), 0);
	unlink(path);
	_cleanup_error_ struct error *gone = place_replace(&place, &old, "again", 5);
	assert_int_equal(gone->code, ERROR_INPUT);
	assert_int_equal(symlink("other", path), 0);
	_cleanup_error_ struct error *linked = place_replace(&place, &old, "again", 5);
	assert_int_equal(linked->code, ERROR_INPUT);
	check_content(other, "of root");
	unlink(path);
	unlink(other);
	assert_int_equal(entries_of(directory), 0);
}

/* No link on the way to a page of a tree. */
static void test_places_below(void **state)
{
	struct place place;
	_cleanup_fd_ int top = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(mkdir(path_in("real"), 0755), 0);
	assert_int_equal(symlink("real", path_in("linked")), 0);
	assert_null(place_open_below(top, "real/page", "shown", &place));
	assert_string_equal(place.name, "page");
	close(place.directory);
	_cleanup_error_ struct error *error = place_open_below(top, "linked/page", "shown", &place);
	assert_int_equal(error->errnum, ENOTDIR);
	assert_non_null(strstr(error->what, "shown"));
	assert_int_equal(place.directory, -1);
	unlink(path_in("linked"));
	rmdir(path_in("real"));
}

static void test_write_where_nothing_can_be_written(void **state)
{
	const char *missing = path_in("no/such/directory/out.json");

	(void)state;
	_cleanup_error_ struct error *error = file_write_atomic(missing, "x", 1);
	assert_int_equal(error->code, ERROR_NOT_FOUND);
	assert_non_null(strstr(error->what, missing));
	_cleanup_error_ struct error *is_directory = file_write_atomic(directory, "x", 1);
	assert_non_null(is_directory);
	assert_int_equal(entries_of(directory), 0);
}

/* Not a regular file: written in place, with an error if that fails. */
static void test_full_device(void **state)
{
	struct stat status;

	(void)state;
	if (stat("/dev/full", &status) || !S_ISCHR(status.st_mode)) {
		print_message("skip: there is no /dev/full\n");
		skip();
	}
	_cleanup_error_ struct error *error = file_write_atomic("/dev/full", "x", 1);
	assert_int_equal(error->errnum, ENOSPC);
	assert_int_equal(stat("/dev/full", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	assert_null(file_write_atomic("/dev/null", "x", 1));
}

/* A disk with 64 KiB: the old file is unchanged, and no temporary file is left. */
static void test_full_disk(void **state)
{
	static char large[256 * 1024];
	const char *path;

	(void)state;
	if (mount("none", directory, "tmpfs", 0, "size=65536")) {
		print_message("skip: a tmpfs of its own cannot be mounted: %s\n", strerror(errno));
		skip();
	}
	path = path_in("out.json");
	struct error *first = file_write_atomic(path, "first", 5);
	struct error *full = file_write_atomic(path, large, sizeof(large));
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *read = file_read("", path, &bytes);
	size_t entries = entries_of(directory);
	int errnum = full ? full->errnum : 0;
	bool advice = full && full->todo;
	error_free(full);
	assert_int_equal(umount(directory), 0);
	assert_null(first);
	assert_int_equal(errnum, ENOSPC);
	assert_true(advice);
	assert_null(read);
	assert_int_equal(bytes.size, 5);
	assert_int_equal(entries, 1);
}

static void test_read_below_a_root(void **state)
{
	char *line = NULL;

	(void)state;
	assert_null(file_write_atomic(path_in("release"), "6.1.0\n \n", 8));
	assert_null(file_read_line(directory, "/release", &line));
	assert_string_equal(line, "6.1.0");
	free(line);
	assert_true(file_exists(directory, "/release"));
	assert_false(file_exists(directory, "/nothing"));
	struct file_bytes bytes = {0};
	_cleanup_error_ struct error *missing = file_read(directory, "/nothing", &bytes);
	assert_int_equal(missing->code, ERROR_NOT_FOUND);
	_cleanup_error_ struct error *is_directory = file_read("", directory, &bytes);
	assert_int_equal(is_directory->errnum, EISDIR);
	assert_null(bytes.data);
	unlink(path_in("release"));
	file_bytes_deinit(NULL);
}

/* Files of /proc have no size, and one read does not return everything. */
static void test_read_files_of_any_size(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 4095, 4096, 4097, 16384, 16385, 100000, 1 << 20};
	const char *path = path_in("sized");
	char *data = malloc(1 << 20);

	(void)state;
	for (size_t i = 0; i < 1 << 20; i++)
		data[i] = (char)(i * 7);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		_cleanup_file_bytes_ struct file_bytes bytes = {0};
		assert_null(file_write_atomic(path, data, sizes[i]));
		assert_null(file_read("", path, &bytes));
		assert_int_equal(bytes.size, sizes[i]);
		assert_memory_equal(bytes.data, data, sizes[i]);
	}
	free(data);
	unlink(path);
	_cleanup_file_bytes_ struct file_bytes proc = {0};
	assert_null(file_read("", "/proc/self/status", &proc));
	assert_non_null(strstr((char *)proc.data, "\nPid:"));
	assert_int_equal(strlen((char *)proc.data), proc.size);
}

static void test_input(void **state)
{
	_cleanup_buf_ struct buf text = {0};
	const char *path = path_in("input");

	(void)state;
	assert_null(file_write_atomic(path, "twelve bytes", 12));
	buf_puts(&text, "kept ");
	assert_null(input_read(path, 12, &text));
	assert_string_equal(buf_text(&text), "kept twelve bytes");
	_cleanup_error_ struct error *larger = input_read(path, 11, &text);
	assert_int_equal(larger->code, ERROR_INPUT);
	_cleanup_error_ struct error *missing = input_read(path_in("nothing"), 11, &text);
	assert_int_equal(missing->code, ERROR_NOT_FOUND);
	assert_string_equal(input_name("-"), "standard input");
	assert_string_equal(input_name("a"), "a");
	unlink(path);
}

/* Nothing is waited for: no writer opens the FIFO. A pipe is read to its end. */
static void test_input_of_fifo(void **state)
{
	_cleanup_buf_ struct buf text = {0};
	const char *path = path_in("fifo");
	char of_pipe[32];
	int pipe_fds[2];

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	_cleanup_error_ struct error *error = input_read(path, 11, &text);
	assert_int_equal(error->code, ERROR_INPUT);
	assert_non_null(strstr(error->what, "a FIFO"));
	unlink(path);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(write(pipe_fds[1], "piped", 5), 5);
	close(pipe_fds[1]);
	snprintf(of_pipe, sizeof(of_pipe), "/dev/fd/%d", pipe_fds[0]);
	assert_null(input_read(of_pipe, 11, &text));
	assert_string_equal(buf_text(&text), "piped");
	close(pipe_fds[0]);
}

/* Written member by member, an object has the bytes of a library that has all of it. */
static void test_json_members(void **state)
{
	(void)state;
	for (int one_line = 0; one_line < 2; one_line++) {
		_cleanup_buf_ struct buf whole = {0}, parts = {0};
		struct json_members members = {.out = &parts, .one_line = one_line};
		json_t *root = json_pack("{s:{s:[i,i]},s:[],s:s,s:[{s:[]},i],s:{}}", "a", "b", 1, 2, "empty",
			"text", "line\nand \u202e", "list", "deep", 3, "nothing");
		json_members_begin(&members);
		json_members_put(&members, "a", json_incref(json_object_get(root, "a")));
		json_members_list(&members, "empty");
		json_members_list_end(&members);
		json_members_put(&members, "text", json_incref(json_object_get(root, "text")));
		json_members_list(&members, "list");
		for (size_t i = 0; i < 2; i++)
			json_members_element(&members, json_incref(json_array_get(json_object_get(root, "list"), i)));
		json_members_list_end(&members);
		json_members_put(&members, "nothing", json_incref(json_object_get(root, "nothing")));
		json_members_end(&members);
		assert_false(members.failed);
		assert_true(json_write(root, one_line ? JSON_COMPACT : JSON_INDENT(2), &whole));
		assert_string_equal(buf_text(&parts), buf_text(&whole));
	}
}

static void test_wrap(void **state)
{
	static const struct {
		const char *text;
		size_t column, indent, width;
		const char *wrapped;
	} cases[] = {
		{"", 0, 0, 10, ""},
		{"word", 0, 2, 10, "word"},
		{"one two three", 0, 2, 8, "one two\n  three"},
		{"one two", 0, 0, 7, "one two"},
		{"one two", 0, 0, 6, "one\ntwo"},
		{"one two", 4, 4, 7, "one\n    two"},
		{"unbreakable words", 0, 1, 3, "unbreakable\n words"},
		{"a\nb c", 0, 2, 20, "a\n  b c"},
		{"a b", 0, 50, 1,
			"a\n"
			"                                                  b"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf out = {0};
		wrap_text(&out, cases[i].text, cases[i].column, cases[i].indent, cases[i].width);
		assert_string_equal(buf_text(&out), cases[i].wrapped);
	}
}

static void test_list(void **state)
{
	static const char *const expected[] = {"1 one", "two"};
	const char *at = "# a comment\n1 one\n\n#\ntwo", *line;
	size_t len, cnt = 0;

	(void)state;
	for (; list_next_line(&at, &line, &len); cnt++) {
		assert_true(cnt < ARRAY_SIZE(expected));
		assert_int_equal(len, strlen(expected[cnt]));
		assert_memory_equal(line, expected[cnt], len);
	}
	assert_int_equal(cnt, ARRAY_SIZE(expected));
	assert_int_equal(*at, '\0');
}

/* Words of a few letters, so that many are near each other. */
static void make_word(unsigned int number, char *word)
{
	size_t len = 2 + number % 9;

	for (size_t i = 0; i < len; i++, number = number * 1103515245u + 12345u)
		word[i] = "abc_"[number >> 16 & 3];
	word[len] = '\0';
}

/* The short ways to a no agree with the whole distance. */
static void test_near_words(void **state)
{
	size_t near = 0;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		char text[16], word[16];
		struct suggestion suggestion = {0};
		make_word(i * 7919u, text);
		make_word(i * 104729u + 1, word);
		size_t distance = suggest_distance(text, word), len = strlen(text);
		size_t limit = (len + 1) / 3 < 3 ? (len + 1) / 3 : 3;
		suggest_consider(&suggestion, text, word);
		assert_int_equal(suggestion.best != NULL, distance <= limit && distance < len);
		near += suggestion.best != NULL;
	}
	assert_true(near > 500);
}

static void test_suggestions(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} cases[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "acb", 1},
		{"kfunc", "kfnuc", 1},
		{"helper", "helpers", 1},
		{"prog", "map", 4},
		{"kitten", "sitting", 3},
	};
	static const char *const words[] = {"kfunc", "helper", "prog", "map", "feature"};
	char longer[SUGGEST_LENGTH_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
		assert_int_equal(suggest_distance(cases[i].b, cases[i].a), cases[i].distance);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(suggest_distance(longer, "a"), SUGGEST_LENGTH_MAX + 1);
	assert_string_equal(suggest_word("helpr", words, ARRAY_SIZE(words)), "helper");
	assert_string_equal(suggest_word("kfnuc", words, ARRAY_SIZE(words)), "kfunc");
	/* "feat" is too many edits away from "feature", but "feature" begins with it. */
	assert_string_equal(suggest_word("feat", words, ARRAY_SIZE(words)), "feature");
	assert_null(suggest_word("f", words, ARRAY_SIZE(words)));
	assert_null(suggest_word("features_of", words, ARRAY_SIZE(words)));
	assert_null(suggest_word("zebra", words, ARRAY_SIZE(words)));
	assert_null(suggest_word("", words, ARRAY_SIZE(words)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_codes_follow_errno),
		cmocka_unit_test(test_error_prefix),
		cmocka_unit_test(test_buf),
		cmocka_unit_test(test_buf_without_memory),
		cmocka_unit_test(test_pool_alignment_and_zeroes),
		cmocka_unit_test(test_pool_keeps_what_it_gave),
		cmocka_unit_test(test_pool_limits),
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_write_where_nothing_can_be_written),
		cmocka_unit_test(test_full_device),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_write_to_a_link),
		cmocka_unit_test(test_write_to_an_open_file),
		cmocka_unit_test(test_replace_what_was_read),
		cmocka_unit_test(test_places_below),
		cmocka_unit_test(test_read_below_a_root),
		cmocka_unit_test(test_read_files_of_any_size),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_input_of_fifo),
		cmocka_unit_test(test_json_members),
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_suggestions),
		cmocka_unit_test(test_near_words),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
