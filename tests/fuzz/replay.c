/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over the files named: the corpus as a regression test, without libFuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		return perror(path), 1;
	uint8_t *data = NULL;
	size_t size = 0, got;
	char chunk[65536];

	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		data = realloc(data, size + got);
		if (!data)
			abort();
		for (size_t i = 0; i < got; i++)
			data[size + i] = (uint8_t)chunk[i];
		size += got;
	}
	fclose(file);
	/* An exact allocation, so that the sanitizer sees a read one byte past the end. */
	uint8_t *exact = malloc(size ? size : 1);
	for (size_t i = 0; exact && i < size; i++)
		exact[i] = data[i];
	free(data);
	if (!exact)
		abort();
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]);
	printf("%d inputs replayed\n", argc - 1);
	return failed || argc < 2;
}
