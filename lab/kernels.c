/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/kernels.h"
#include "util/lines.h"
#include "util/suggest.h"

#include <fnmatch.h>
#include <string.h>

static const char *const level_words[] = {
#define LAB_LEVEL_WORD(name, word) word,
	LAB_LEVELS(LAB_LEVEL_WORD)
#undef LAB_LEVEL_WORD
};

const char *lab_level_word(enum lab_level level)
{
	return level < LAB_LEVEL_CNT ? level_words[level] : "?";
}

static enum lab_level level_of(const char *word)
{
	size_t level = 0;

	while (level < LAB_LEVEL_CNT && strcmp(level_words[level], word))
		level++;
	return (enum lab_level)level;
}

struct list_reader {
	struct lab_kernels *list;
	size_t line;
	struct error *error;
};

static struct error *lab_kernels_add(struct lab_kernels *list, char *const words[5])
{
	struct lab_kernel kernel = {.suites = words[0],
		.arch = words[1],
		.pattern = words[2],
		.name = words[3],
		.level = level_of(words[4])};

	if (kernel.level == LAB_LEVEL_CNT)
		return error_create(ERROR_INPUT, NULL, "%s: not -, lab or quick", words[4]);
	struct lab_kernel *kernels =
		pool_grow(&list->pool, list->kernels, list->cnt, &list->cap, sizeof(*kernels));
	if (!kernels)
		return error_no_memory();
	list->kernels = kernels;
	kernels[list->cnt++] = kernel;
	return NULL;
}

static bool kernels_read_line(void *context, const char *text, size_t len, bool cut)
{
	struct list_reader *reader = context;
	char *line = pool_strndup(&reader->list->pool, text, len), *state = NULL, *words[6] = {0};
	size_t cnt = 0;

	(void)cut;
	reader->line++;
	if (!line) {
		reader->error = error_no_memory();
		return false;
	}
	while (cnt < 6 && (words[cnt] = strtok_r(cnt ? NULL : line, " \t", &state)))
		cnt++;
	if (!cnt || *words[0] == '#')
		return true;
	reader->error = cnt == 5 ? lab_kernels_add(reader->list, words)
				 : error_create(ERROR_INPUT, NULL, "not five words");
	return !reader->error;
}

struct error *lab_kernels_parse(const char *text, size_t size_bytes, struct lab_kernels *ret)
{
	struct list_reader reader = {.list = ret};
	_cleanup_line_splitter_ struct line_splitter splitter = {
		.each = kernels_read_line, .context = &reader};

	*ret = (struct lab_kernels) {0};
	if (!(line_splitter_feed(&splitter, text, size_bytes) && line_splitter_finish(&splitter))) {
		lab_kernels_deinit(ret);
		return reader.error
			? error_prefix(reader.error, "kernels.txt: line %zu", reader.line)
			: error_no_memory();
	}
	return NULL;
}

void lab_kernels_deinit(struct lab_kernels *kernels)
{
	if (!kernels)
		return;
	pool_destroy(&kernels->pool);
	*kernels = (struct lab_kernels) {0};
}

bool lab_kernel_is(const struct lab_kernel *kernel, const char *word)
{
	return !strcmp(kernel->arch, word) || !fnmatch(word, kernel->name, 0);
}

struct error *lab_kernels_complain(const struct lab_kernels *kernels, const char *word)
{
	struct suggestion near = {0};

	for (size_t i = 0; i < kernels->cnt; i++)
		suggest_consider(&near, word, kernels->kernels[i].name);
	if (near.best)
		return error_create(ERROR_USAGE, NULL, "%s: no such kernel (did you mean '%s'?)",
			word, near.best);
	return error_create(
		ERROR_USAGE, "see kcompat-lab list", "%s: no such kernel and no such file", word);
}
