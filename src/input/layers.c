/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/layers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input/archive.h"
#include "input/layers_hidden.h"
#include "util/decompress.h"
#include "util/file.h"
#include "util/json.h"
#include "util/pool.h"

/* An index that names an index, for several machines. */
#define INDEX_DEPTH_MAX 4u
#define HEX_DIGITS "0123456789abcdef"
#define DIGEST_DIGITS 64u

struct layer {
	const char *blob; /* path in the tar or directory */
	unsigned int image, rank; /* the lowest layer has rank 1 */
};

struct document {
	const char *blob;
	json_t *json;
};

struct layers {
	struct pool pool;
	const char *path;
	bool directory;
	struct document *documents;
	size_t document_cnt, document_cap;
	struct layer *list;
	size_t cnt, cap;
	unsigned int image_cnt;
	struct layers_hidden *hidden[LAYERS_IMAGE_MAX];
	struct archive_reader *outer; /* the tar; NULL in a directory */
	struct archive_reader *inner; /* the current layer */
	const char *blob;             /* of that */
	size_t next;                  /* layer of a directory */
};

void layers_close(struct layers *layers)
{
	if (!layers)
		return;
	archive_reader_close(layers->inner);
	archive_reader_close(layers->outer);
	for (size_t i = 0; i < layers->document_cnt; i++)
		json_decref(layers->documents[i].json);
	for (size_t i = 0; i < LAYERS_IMAGE_MAX; i++)
		layers_hidden_destroy(layers->hidden[i]);
	pool_destroy(&layers->pool);
	free(layers);
}

static void close_layers(struct layers **layers)
{
	layers_close(*layers);
}

struct archive_reader *layers_reader(struct layers *layers)
{
	return layers->inner;
}

/* Keeps what is JSON. Nothing else is a manifest. */
static struct error *add_document(
	struct layers *layers, const char *blob, const void *data, size_t size)
{
	json_t *json = NULL;
	struct error *error = json_parse(data, size, 0, &json);

	if (error && error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	if (!json)
		return NULL;
	struct document *list = pool_grow(&layers->pool, layers->documents, layers->document_cnt,
		&layers->document_cap, sizeof(*list));
	const char *name = pool_strdup(&layers->pool, blob);
	if (!list || !name) {
		json_decref(json);
		return error_no_memory();
	}
	layers->documents = list;
	list[layers->document_cnt++] = (struct document) {name, json};
	return NULL;
}

static const json_t *find_document(const struct layers *layers, const char *blob)
{
	for (size_t i = 0; i < layers->document_cnt; i++) {
		if (!strcmp(layers->documents[i].blob, blob))
			return layers->documents[i].json;
	}
	return NULL;
}

/* Documents of a directory are read on use. */
static struct error *get_document(struct layers *layers, const char *blob, const json_t **ret)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	const char *path = pool_printf(&layers->pool, "/%s", blob);
	struct error *error = NULL;

	*ret = find_document(layers, blob);
	if (*ret || !layers->directory)
		return NULL;
	if (!path)
		return error_no_memory();
	if (file_exists(layers->path, path))
		error = file_read(layers->path, path, &bytes);
	if (!error && bytes.data && bytes.size <= LAYERS_JSON_MAX_BYTES)
		error = add_document(layers, blob, bytes.data, bytes.size);
	*ret = find_document(layers, blob);
	return error;
}

static struct error *add_layer(struct layers *layers, const char *blob, unsigned int rank)
{
	struct layer *list = pool_grow(
		&layers->pool, layers->list, layers->cnt, &layers->cap, sizeof(*list));

	if (layers->cnt == LAYERS_MAX)
		return error_create(ERROR_INPUT, NULL, "more than %d layers", LAYERS_MAX);
	const char *name = pool_strdup(&layers->pool, blob);
	if (!list || !name)
		return error_no_memory();
	layers->list = list;
	list[layers->cnt++] = (struct layer) {name, layers->image_cnt, rank};
	return NULL;
}

/* "sha256:HEX" is the blob "blobs/sha256/HEX". NULL: no digest, or no memory. */
static const char *blob_of(struct layers *layers, const json_t *descriptor)
{
	const char *digest = json_string_value(json_object_get(descriptor, "digest"));
	const char *colon = digest ? strchr(digest, ':') : NULL;

	if (!colon || strspn(colon + 1, HEX_DIGITS) != strlen(colon + 1) || strpbrk(digest, "/."))
		return NULL;
	return pool_printf(&layers->pool, "blobs/%.*s/%s", (int)(colon - digest), digest, colon + 1);
}

/* `names`: paths (docker) or descriptors (OCI), the lowest layer first. */
static struct error *add_image(struct layers *layers, const json_t *names)
{
	struct error *error = NULL;

	if (layers->image_cnt == LAYERS_IMAGE_MAX)
		return error_create(ERROR_INPUT, NULL, "more than %d images", LAYERS_IMAGE_MAX);
	for (size_t i = 0; i < json_array_size(names) && !error; i++) {
		const json_t *name = json_array_get(names, i);
		const char *blob = json_is_string(name) ? json_string_value(name)
							: blob_of(layers, name);
		if (blob)
			error = add_layer(layers, blob, (unsigned int)i + 1);
	}
	layers->image_cnt++;
	return error;
}

/* An index names manifests or other indexes, a manifest names layers. */
static struct error *follow(struct layers *layers, const json_t *json, unsigned int depth)
{
	const json_t *manifests = json_object_get(json, "manifests");
	const json_t *own = json_object_get(json, "layers");
	struct error *error = own ? add_image(layers, own) : NULL;

	for (size_t i = 0; i < json_array_size(manifests) && !error && depth; i++) {
		const char *blob = blob_of(layers, json_array_get(manifests, i));
		const json_t *inner = NULL;
		if (blob)
			error = get_document(layers, blob, &inner);
		if (!error && inner)
			error = follow(layers, inner, depth - 1);
	}
	return error;
}

/* docker's manifest.json has all that its index has. */
static struct error *read_manifests(struct layers *layers)
{
	const json_t *docker = NULL, *index = NULL;
	struct error *error = get_document(layers, "manifest.json", &docker);

	for (size_t i = 0; i < json_array_size(docker) && !error; i++)
		error = add_image(layers, json_object_get(json_array_get(docker, i), "Layers"));
	if (error || layers->cnt)
		return error;
	error = get_document(layers, "index.json", &index);
	return error ? error : follow(layers, index, INDEX_DEPTH_MAX);
}

/* How the tar of such an image starts. Any other tar is not read twice. */
static bool is_blob_name(const char *name)
{
	return !strncmp(name, "blobs/", 6) || !strcmp(name, "oci-layout") ||
		!strcmp(name, "index.json") || !strcmp(name, "manifest.json") ||
		!strcmp(name, "repositories") || strspn(name, HEX_DIGITS) == DIGEST_DIGITS;
}

static struct error *open_outer(struct layers *layers)
{
	archive_reader_close(layers->outer);
	layers->outer = NULL;
	return archive_reader_open(layers->path, NULL, 0, &layers->outer);
}

/* Reads the documents of the tar. */
static struct error *read_documents(struct layers *layers, bool *other)
{
	struct error *error = open_outer(layers);
	const unsigned char *head;
	const char *name = NULL;
	bool first = true;
	size_t size;

	while (!error && !(error = archive_reader_next(layers->outer, &name)) && name) {
		if (first && !is_blob_name(name)) {
			*other = true;
			return NULL;
		}
		first = false;
		error = archive_reader_peek(layers->outer, 1, &head, &size);
		if (error || !size || (*head != '{' && *head != '['))
			continue;
		error = archive_reader_peek(
			layers->outer, LAYERS_JSON_MAX_BYTES + 1, &head, &size);
		if (!error && size <= LAYERS_JSON_MAX_BYTES)
			error = add_document(layers, name, head, size);
	}
	return error;
}

static bool is_layer(const struct layers *layers, const char *blob)
{
	for (size_t i = 0; i < layers->cnt; i++) {
		if (!strcmp(layers->list[i].blob, blob))
			return true;
	}
	return false;
}

/* What is no archive, such as an attestation, has no files. */
static struct error *enter_outer(struct layers *layers, const char *name)
{
	const unsigned char *head;
	size_t size;

	if (!is_layer(layers, name))
		return NULL;
	struct error *error =
		archive_reader_peek(layers->outer, DECOMPRESS_BLOCK_MAX_BYTES, &head, &size);
	if (error || !archive_recognised(head, size))
		return error;
	layers->blob = pool_strdup(&layers->pool, name);
	return layers->blob ? archive_reader_enter(layers->outer, &layers->inner)
			    : error_no_memory();
}

static struct error *enter_file(struct layers *layers, const char *blob)
{
	const char *path = pool_printf(&layers->pool, "%s/%s", layers->path, blob);
	bool archive = false;

	if (!path)
		return error_no_memory();
	struct error *error = archive_recognise_file(path, &archive);
	layers->blob = blob;
	return error || !archive ? error : archive_reader_open(path, NULL, 0, &layers->inner);
}

/* Is the blob of this layer also that of an earlier one? */
static bool is_repeated(const struct layers *layers, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (!strcmp(layers->list[i].blob, layers->list[index].blob))
			return true;
	}
	return false;
}

/* Enters the next layer; layers->inner is NULL at the end. */
static struct error *next_layer(struct layers *layers)
{
	struct error *error = NULL;
	const char *name;

	archive_reader_close(layers->inner);
	layers->inner = NULL;
	while (!error && !layers->inner && layers->directory && layers->next < layers->cnt) {
		size_t at = layers->next++;
		if (!is_repeated(layers, at))
			error = enter_file(layers, layers->list[at].blob);
	}
	while (!error && !layers->inner && !layers->directory) {
		error = archive_reader_next(layers->outer, &name);
		if (error || !name)
			break;
		error = enter_outer(layers, name);
	}
	return error;
}

static struct error *note_entry(struct layers *layers, const char *name, bool is_directory)
{
	struct error *error = NULL;

	for (size_t i = 0; i < layers->cnt && !error; i++) {
		const struct layer *layer = &layers->list[i];
		if (!strcmp(layer->blob, layers->blob))
			error = layers_hidden_note(
				layers->hidden[layer->image], name, layer->rank, is_directory);
	}
	return error;
}

static struct error *note_all(struct layers *layers)
{
	struct error *error = layers->directory ? NULL : open_outer(layers);
	bool is_directory;
	const char *name;

	for (unsigned int i = 0; i < layers->image_cnt && !error; i++)
		error = layers_hidden_create(&layers->hidden[i]);
	while (!error && !(error = next_layer(layers)) && layers->inner) {
		while (!(error = archive_reader_next_entry(layers->inner, &name, &is_directory)) &&
			name) {
			error = note_entry(layers, name, is_directory);
			if (error)
				return error;
		}
	}
	layers->next = 0;
	return error || layers->directory ? error : open_outer(layers);
}

/* A file that one of the images shows. */
static bool is_visible(const struct layers *layers, const char *name)
{
	for (size_t i = 0; i < layers->cnt; i++) {
		const struct layer *layer = &layers->list[i];
		if (!strcmp(layer->blob, layers->blob) &&
			layers_hidden_shows(layers->hidden[layer->image], name, layer->rank))
			return true;
	}
	return false;
}

struct error *layers_next(struct layers *layers, const char **name)
{
	for (;;) {
		struct error *error = NULL;
		*name = NULL;
		if (!layers->inner)
			error = next_layer(layers);
		if (error || !layers->inner)
			return error;
		error = archive_reader_next(layers->inner, name);
		if (error || (*name && is_visible(layers, *name)))
			return error;
		if (*name)
			continue;
		archive_reader_close(layers->inner);
		layers->inner = NULL;
	}
}

bool layers_recognise_directory(const char *path)
{
	return file_exists(path, "/oci-layout");
}

struct error *layers_open(const char *path, struct layers **ret)
{
	__attribute__((cleanup(close_layers))) struct layers *layers = calloc(1, sizeof(*layers));
	struct stat status;
	bool other = false;

	*ret = NULL;
	if (!layers)
		return error_no_memory();
	layers->path = pool_strdup(&layers->pool, path);
	if (!layers->path)
		return error_no_memory();
	layers->directory = !stat(path, &status) && S_ISDIR(status.st_mode);
	if (layers->directory && !layers_recognise_directory(path))
		return NULL;
	struct error *error = layers->directory ? NULL : read_documents(layers, &other);
	if (!error && !other)
		error = read_manifests(layers);
	if (error || !layers->cnt)
		return error;
	error = note_all(layers);
	if (error)
		return error;
	*ret = layers;
	layers = NULL;
	return NULL;
}
