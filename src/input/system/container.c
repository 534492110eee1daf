/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/system/container.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/file.h"

/* Names of services contain shorter hexadecimal words. */
#define CONTAINER_ID_LEN_MIN 12

/* The text before a container's id in a cgroup path. Without `id`, the text alone is a sign. */
static const struct {
	const char *before, *manager;
	bool id;
} cgroup_signs[] = {
	{"/kubepods", "kubernetes", false},
	{"/docker/", "docker", true},
	{"/docker-", "docker", true},
	{"/libpod-", "podman", true},
	{"/libpod_parent/libpod-", "podman", true},
	{"/lxc.payload.", "lxc", false},
	{"/lxc/", "lxc", false},
};

static bool is_container_id(const char *text)
{
	size_t len = 0;

	while (isxdigit((unsigned char)text[len]))
		len++;
	return len >= CONTAINER_ID_LEN_MIN;
}

static bool sign_is_in(const char *text, const char *before, bool id)
{
	for (const char *at = text; (at = strstr(at, before)); at++) {
		if (!id || is_container_id(at + strlen(before)))
			return true;
	}
	return false;
}

const char *container_of_cgroup(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(cgroup_signs); i++) {
		if (sign_is_in(text, cgroup_signs[i].before, cgroup_signs[i].id))
			return cgroup_signs[i].manager;
	}
	return NULL;
}

/* The name of a manager is one word. */
static size_t word_length(const char *text)
{
	size_t len = 0;

	while (isalnum((unsigned char)text[len]) || (len && text[len] && strchr("-_.", text[len])))
		len++;
	return len;
}

/* A source returns the manager's name, in the pool or static, or NULL. The only error is lack of
 * memory. */
typedef struct error *container_source(struct pool *pool, const char *root, const char **ret);

/* An unreadable file counts as missing. */
static struct error *read_hint(const char *root, const char *path, struct file_bytes *bytes)
{
	struct error *error = file_read(root, path, bytes);

	if (!error || error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return NULL;
}

static struct error *take_word(struct pool *pool, const char *text, const char **ret)
{
	size_t len = word_length(text);

	if (!len)
		return NULL;
	*ret = pool_strndup(pool, text, len);
	return *ret ? NULL : error_no_memory();
}

static struct error *from_service_account(struct pool *pool, const char *root, const char **ret)
{
	(void)pool;
	if (file_exists(root, "/run/secrets/kubernetes.io") ||
		file_exists(root, "/var/run/secrets/kubernetes.io"))
		*ret = "kubernetes";
	return NULL;
}

static struct error *from_cgroup(struct pool *pool, const char *root, const char **ret)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = read_hint(root, "/proc/self/cgroup", &bytes);

	(void)pool;
	if (!error && bytes.data)
		*ret = container_of_cgroup((const char *)bytes.data);
	return error;
}

static struct error *from_systemd(struct pool *pool, const char *root, const char **ret)
{
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = read_hint(root, "/run/systemd/container", &bytes);

	return error || !bytes.data ? error : take_word(pool, (const char *)bytes.data, ret);
}

/* The variable container= of the first process. */
static struct error *from_environ(struct pool *pool, const char *root, const char **ret)
{
	static const char variable[] = "container=";
	_cleanup_file_bytes_ struct file_bytes bytes = {0};
	struct error *error = read_hint(root, "/proc/1/environ", &bytes);

	if (error || !bytes.data)
		return error;
	const char *at = (const char *)bytes.data, *end = at + bytes.size;
	while (at < end && strncmp(at, variable, sizeof(variable) - 1))
		at += strlen(at) + 1;
	return at < end ? take_word(pool, at + sizeof(variable) - 1, ret) : NULL;
}

static struct error *from_marker_files(struct pool *pool, const char *root, const char **ret)
{
	(void)pool;
	if (file_exists(root, "/run/.containerenv"))
		*ret = "podman";
	else if (file_exists(root, "/.dockerenv"))
		*ret = "docker";
	return NULL;
}

/* The most specific first: Kubernetes runs on top of the others. */
static container_source *const sources[] = {
	from_service_account,
	from_cgroup,
	from_systemd,
	from_environ,
	from_marker_files,
};

struct error *load_container(struct pool *pool, const char *root, const char **ret)
{
	const char *manager = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(sources) && !manager; i++) {
		struct error *error = sources[i](pool, root, &manager);
		if (error)
			return error;
	}
	*ret = manager;
	return NULL;
}
