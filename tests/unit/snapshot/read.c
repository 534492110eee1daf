/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Snapshots as they are shipped: packed, with their inputs, and with shared evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zlib.h>

#include "snapshot/file.h"
#include "util/array.h"
#include "util/buf.h"

#define A64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BEGIN "{\"schema\": \"kcompat/snapshot/1\", "
#define SCANNED BEGIN "\"source\": {\"kind\": \"scanned\", \"facts\": [\"btf\"]"

static const char plain[] = SCANNED
	", \"inputs\": [{\"name\": \"b.deb\", \"sha256\": \"" A64 "\"},"
	"               {\"name\": \"a.deb\", \"sha256\": \"" A64 "\"}]},"
	" \"contexts\": [{\"name\": \"xdp\", \"program_type\": \"xdp\", \"state\": \"ok\"},"
	"                {\"name\": \"tc\", \"program_type\": \"sched_cls\", \"state\": \"ok\"}],"
	" \"kfuncs\": [{\"name\": \"k\", \"module\": \"m\", \"cells\": {\"xdp\": \"refused\"}},"
	"              {\"name\": \"l\", \"module\": \"m\", \"cells\": {\"xdp\": \"refused\"}}],"
	" \"helpers\": [{\"name\": \"h\", \"id\": 1, \"cells\": {\"xdp\": \"unknown\"}},"
	"               {\"name\": \"i\", \"id\": 2, \"cells\": {\"xdp\": \"unknown\", \"tc\": \"unknown\"}},"
	"               {\"name\": \"j\", \"id\": 3, \"cells\": {}}],"
	" \"reasons\": ["
	"   {\"errno\": 0, \"line\": \"its own\", \"cells\": [{\"helpers\": [\"h\"], \"contexts\": [\"xdp\"]}]},"
	"   {\"errno\": 0, \"line\": \"of no context\", \"cells\": [{\"helpers\": [\"*\"], \"contexts\": [\"gone\"]}]},"
	"   {\"errno\": 0, \"line\": \"of no such state\", \"cells\": ["
	"     {\"helpers\": [\"*\"], \"contexts\": [\"*\"], \"state\": \"refused\"}]},"
	"   {\"errno\": 0, \"line\": \"of all\", \"cells\": [{\"helpers\": [\"*\"], \"contexts\": [\"xdp\"]}]},"
	"   {\"errno\": 0, \"line\": \"too late\", \"cells\": [{\"helpers\": [\"h\"], \"contexts\": [\"xdp\"]}]}]}";

static void pack(const void *data, size_t size, struct buf *out)
{
	z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
	unsigned char chunk[4096];
	int status = Z_OK;

	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	while (status == Z_OK) {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		status = deflate(&z, Z_FINISH);
		buf_add(out, chunk, sizeof(chunk) - z.avail_out);
	}
	assert_int_equal(status, Z_STREAM_END);
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static struct snapshot *load(const void *data, size_t size)
{
	struct snapshot *snapshot = NULL;
	struct error *error = load_snapshot_bytes(data, size, &snapshot);

	if (error)
		fail_msg("%s", error->what);
	return snapshot;
}

/* Of a copy without a byte to spare, so that the sanitizer sees a read too far. */
static struct error *refuse(const char *data, size_t size)
{
	struct snapshot *snapshot = NULL;
	char *exact = malloc(size ? size : 1);

	assert_non_null(exact);
	memcpy(exact, data, size);
	struct error *error = load_snapshot_bytes(exact, size, &snapshot);
	free(exact);
	assert_non_null(error);
	assert_null(snapshot);
	return error;
}

static void render(const struct snapshot *snapshot, struct buf *out)
{
	const struct render_json_options options = {0};

	assert_null(render_json(snapshot, &options, out));
}

static void reads_gzip_as_plain(void **state)
{
	_cleanup_buf_ struct buf packed = {0}, first = {0}, second = {0};

	(void)state;
	pack(plain, sizeof(plain) - 1, &packed);
	struct snapshot *snapshot = load(plain, sizeof(plain) - 1);
	render(snapshot, &first);
	snapshot_destroy(snapshot);
	snapshot = load(packed.data, packed.len);
	render(snapshot, &second);
	snapshot_destroy(snapshot);
	assert_string_equal(buf_text(&first), buf_text(&second));
}

static void reads_a_packed_file(void **state)
{
	/* Without a suffix: the content decides. */
	char path[] = "/tmp/kcompat-test-XXXXXX";
	_cleanup_buf_ struct buf packed = {0};
	struct snapshot *snapshot = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	pack(plain, sizeof(plain) - 1, &packed);
	assert_int_equal(write(fd, packed.data, packed.len), packed.len);
	assert_null(load_snapshot(path, &snapshot));
	assert_int_equal(snapshot->helper_cnt, 3);
	snapshot_destroy(snapshot);
	snapshot = NULL;

	assert_int_equal(ftruncate(fd, (off_t)packed.len / 2), 0);
	close(fd);
	struct error *error = load_snapshot(path, &snapshot);
	unlink(path);
	assert_non_null(error);
	assert_null(snapshot);
	assert_memory_equal(error->what, path, strlen(path));
	assert_non_null(strstr(error->what, ": gzip: "));
	error_free(error);
}

static void refuses_every_cut(void **state)
{
	_cleanup_buf_ struct buf packed = {0};

	(void)state;
	pack(plain, sizeof(plain) - 1, &packed);
	for (size_t len = 0; len < packed.len; len++) {
		struct error *error = refuse(packed.data, len);
		assert_int_equal(error->code, ERROR_INPUT);
		error_free(error);
	}
}

/* The checksum at the end guards the text, the length that of a text which is a snapshot as well.
 */
static void refuses_damage(void **state)
{
	_cleanup_buf_ struct buf packed = {0};

	(void)state;
	pack(plain, sizeof(plain) - 1, &packed);
	for (size_t at = packed.len - 8; at < packed.len; at++) {
		packed.data[at] ^= 1;
		struct error *error = refuse(packed.data, packed.len);
		assert_memory_equal(error->what, "gzip: ", 6);
		error_free(error);
		packed.data[at] ^= 1;
	}
}

static void refuses_what_stands_behind(void **state)
{
	_cleanup_buf_ struct buf packed = {0};

	(void)state;
	pack(plain, sizeof(plain) - 1, &packed);
	pack(plain, sizeof(plain) - 1, &packed);
	struct error *error = refuse(packed.data, packed.len);
	assert_non_null(strstr(error->what, "bytes after the end of the stream"));
	error_free(error);
}

static void refuses_gzip_of_nothing_and_of_gzip(void **state)
{
	_cleanup_buf_ struct buf empty = {0}, once = {0}, twice = {0};

	(void)state;
	pack("", 0, &empty);
	struct error *error = refuse(empty.data, empty.len);
	assert_int_equal(error->code, ERROR_INPUT);
	error_free(error);
	pack(plain, sizeof(plain) - 1, &once);
	pack(once.data, once.len, &twice);
	error = refuse(twice.data, twice.len);
	assert_int_equal(error->code, ERROR_INPUT);
	error_free(error);
}

static void refuses_a_bomb(void **state)
{
	_cleanup_buf_ struct buf packed = {0};
	size_t size = SNAPSHOT_SIZE_MAX_BYTES + 1;
	char *blanks = malloc(size);

	(void)state;
	assert_non_null(blanks);
	memset(blanks, ' ', size);
	pack(blanks, size, &packed);
	free(blanks);
	assert_true(packed.len < 4 * 1024 * 1024);
	struct error *error = refuse(packed.data, packed.len);
	assert_int_equal(error->code, ERROR_INPUT);
	assert_memory_equal(error->what, "gzip: ", 6);
	assert_non_null(strstr(error->what, "268435456"));
	error_free(error);
}

static void reads_inputs(void **state)
{
	struct snapshot *snapshot = load(plain, sizeof(plain) - 1);

	(void)state;
	assert_int_equal(snapshot->input_cnt, 2);
	assert_string_equal(snapshot->inputs[0].name, "b.deb");
	assert_string_equal(snapshot->inputs[0].sha256, A64);
	assert_string_equal(snapshot->inputs[1].name, "a.deb");
	snapshot_destroy(snapshot);
}

static void refuses_odd_inputs(void **state)
{
	static const struct {
		const char *inputs, *what;
	} cases[] = {
		{"{}", "source.inputs: expected an array, found an object"},
		{"[1]", "inputs[0]: expected an object, found a number"},
		{"[{\"sha256\": \"" A64 "\"}]", "inputs[0].name: expected a text, found nothing"},
		{"[{\"name\": \"a\"}]", "inputs[0].sha256: expected a text, found nothing"},
		{"[{\"name\": \"a\", \"sha256\": \"12\"}]",
			"inputs[0].sha256: expected 64 hex digits, found '12'"},
		{"[{\"name\": \"a\", \"sha256\": \"" A64 "0\"}]",
			"inputs[0].sha256: expected 64 hex digits, found '0123"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_buf_ struct buf text = {0};
		buf_printf(&text, SCANNED ", \"inputs\": %s}}", cases[i].inputs);
		struct error *error = refuse(buf_text(&text), text.len);
		assert_int_equal(error->code, ERROR_INPUT);
		assert_memory_equal(error->what, cases[i].what, strlen(cases[i].what));
		error_free(error);
	}
}

static const char *line(
	const struct snapshot *snapshot, const struct cell *cells, const char *context)
{
	size_t at = (size_t)(snapshot_find_context(snapshot, context) - snapshot->contexts);

	return cells[at].evidence ? cells[at].evidence->line : NULL;
}

static void shares_evidence(void **state)
{
	struct snapshot *snapshot = load(plain, sizeof(plain) - 1);
	const struct snapshot_helper *helpers = snapshot->helpers;

	(void)state;
	assert_string_equal(line(snapshot, helpers[0].cells, "xdp"), "its own");
	assert_string_equal(line(snapshot, helpers[1].cells, "xdp"), "of all");
	/* Other contexts, cells that were not asked about, and kfuncs get nothing of it. */
	assert_null(line(snapshot, helpers[1].cells, "tc"));
	assert_null(line(snapshot, helpers[2].cells, "xdp"));
	assert_null(line(snapshot, snapshot->kfuncs[0].cells, "xdp"));
	snapshot_destroy(snapshot);
}

/* However often a document speaks of the same cells, reading it takes no longer than it is long. */
static void refuses_evidence_without_end(void **state)
{
	_cleanup_buf_ struct buf text = {0};

	(void)state;
	buf_puts(&text, SCANNED "}, \"contexts\": [{\"name\": \"xdp\", \"program_type\": \"xdp\", \"state\": \"ok\"}],"
		" \"helpers\": [{\"name\": \"h\", \"id\": 1, \"cells\": {\"xdp\": \"unknown\"}}],"
		" \"reasons\": [{\"line\": \"l\", \"cells\": [");
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, i ? ", {\"helpers\": [\"*\"], \"contexts\": [\"*\"]}"
				  : "{\"helpers\": [\"*\"], \"contexts\": [\"*\"]}");
	buf_puts(&text, "]}]}");
	struct error *error = refuse(buf_text(&text), text.len);
	assert_int_equal(error->code, ERROR_INPUT);
	assert_non_null(strstr(error->what, "reasons: expected groups of different cells"));
	error_free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_evidence_without_end),
		cmocka_unit_test(reads_gzip_as_plain),
		cmocka_unit_test(reads_a_packed_file),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(refuses_what_stands_behind),
		cmocka_unit_test(refuses_gzip_of_nothing_and_of_gzip),
		cmocka_unit_test(refuses_a_bomb),
		cmocka_unit_test(reads_inputs),
		cmocka_unit_test(refuses_odd_inputs),
		cmocka_unit_test(shares_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
