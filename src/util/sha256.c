/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/sha256.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <sys/stat.h>

static void sha256_finish(struct sha256_ctx *context, char text[DIGEST_TEXT_BYTES])
{
	unsigned char digest[SHA256_DIGEST_SIZE];

	sha256_digest(context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void digest_bytes(const void *data, size_t size, char text[DIGEST_TEXT_BYTES])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, size, data);
	sha256_finish(&context, text);
}

static struct error *digest_stream(FILE *file, const char *path, char text[DIGEST_TEXT_BYTES])
{
	struct sha256_ctx context;
	unsigned char piece[65536];
	size_t got;

	sha256_init(&context);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		sha256_update(&context, got, piece);
	if (ferror(file))
		return error_errno(errno, NULL, "%s", path);
	sha256_finish(&context, text);
	return NULL;
}

struct error *digest_file(const char *path, char text[DIGEST_TEXT_BYTES])
{
	struct stat status;

	text[0] = '\0';
	if (stat(path, &status) || !S_ISREG(status.st_mode))
		return NULL;
	FILE *file = fopen(path, "rbe");
	if (!file)
		return error_errno(errno, NULL, "%s", path);
	struct error *error = digest_stream(file, path, text);
	fclose(file);
	return error;
}
