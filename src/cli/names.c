/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/names.h"

#include <stdio.h>
#include <string.h>

#include "cli/kernels.h"
#include "kernel/context.h"
#include "probe/probe.h"
#include "require/kind.h"
#include "input/system/system.h"

/* A kernel has 50,000 functions: those of a shorter beginning help nobody. */
#define FUNCTION_PREFIX_MIN 2

#define ALL_SUBJECTS ((1u << SUBJECT_KIND_CNT) - 1)

/* The glob for names that begin with the text. */
static const char *glob_of(struct pool *pool, const char *text)
{
	struct buf glob = {0};

	for (; *text; text++) {
		if (strchr("\\*?[", *text))
			buf_putc(&glob, '\\');
		buf_putc(&glob, *text);
	}
	buf_putc(&glob, '*');
	const char *ret = glob.failed ? NULL : pool_strdup(pool, buf_text(&glob));
	buf_deinit(&glob);
	return ret;
}

static bool is_subject(const struct subjects *subjects, const char *name)
{
	for (size_t i = 0; i < subjects->cnt; i++) {
		if (!strcmp(subjects->list[i].name, name))
			return true;
	}
	return false;
}

/* Of the shipped kernels. `found` lives as long as `opened` and `history`. */
static struct error *find_shipped(
	struct opened *opened, struct history **history, const char *prefix, struct subjects *found)
{
	const char *glob = glob_of(&opened->kernels.pool, prefix);
	const struct history_wanted wanted = {.names = &glob, .name_cnt = 1};

	if (!glob)
		return error_no_memory();
	struct error *error = shipped_add(&opened->kernels, &wanted, false);
	if (!error && opened->kernels.cnt)
		error = history_create(&opened->kernels, NULL, history);
	return error || !*history ? error : subjects_find(*history, &glob, 1, found);
}

static struct error *offer_types(struct completion *completion, unsigned int kinds,
	const char *before, const struct subjects *known)
{
	struct kernel kernel = {0};
	size_t len = strlen(before);
	struct error *error = load_kernel(&kernel, "", LOAD_BTF);

	for (uint32_t id = 1; !error && kernel.btf && id < kbtf_type_cnt(kernel.btf); id++) {
		const struct btf_type *type = kbtf_type(kernel.btf, id);
		const char *name = kbtf_name(kernel.btf, type);

		if (*name && kinds & 1u << kbtf_kind(type) && !strncmp(name, before, len) &&
			!is_subject(known, name))
			complete_offer(completion, name + len, NULL);
	}
	kernel_deinit(&kernel);
	return error;
}

/* Of the mask of kinds; with functions also those of the running kernel. */
static struct error *offer_subjects(struct completion *completion, unsigned int kinds)
{
	_cleanup_opened_ struct opened opened = {0};
	const char *prefix = complete_prefix(completion);
	struct subjects found = {0};
	struct history *history = NULL;
	struct error *error = find_shipped(&opened, &history, prefix, &found);

	for (size_t i = 0; !error && i < found.cnt; i++) {
		if (kinds & 1u << found.list[i].kind)
			complete_offer(completion, found.list[i].name,
				subject_kind_noun(found.list[i].kind));
	}
	if (!error && kinds & 1u << SUBJECT_FUNCTION && strlen(prefix) >= FUNCTION_PREFIX_MIN)
		error = offer_types(completion, 1u << BTF_KIND_FUNC, "", &found);
	subjects_deinit(&found);
	history_destroy(history);
	return error;
}

/* The kernel has the rest of the names of iterators and struct_ops types. */
static bool expands(const struct context_row *row)
{
	return row->target == TARGET_ITER || row->target == TARGET_STRUCT_OPS;
}

static struct error *offer_contexts(struct completion *completion)
{
	const char *prefix = complete_prefix(completion);

	for (size_t i = 0; i < context_row_cnt; i++) {
		const struct context_row *row = &context_rows[i];
		size_t len = strlen(row->name);
		char stem[64];

		snprintf(stem, sizeof(stem), "%s%s", row->name, expands(row) ? "/" : "");
		if (expands(row) && !strncmp(prefix, row->name, len) && prefix[len] == '/')
			return offer_subjects(completion, 1u << SUBJECT_CONTEXT);
		complete_offer(completion, stem, NULL);
	}
	return NULL;
}

static struct error *offer_call(struct completion *completion, unsigned int kinds)
{
	const char *at = strchr(complete_prefix(completion), '@');

	if (!at)
		return offer_subjects(completion, kinds);
	complete_pass(completion, (size_t)(at + 1 - complete_prefix(completion)));
	return offer_contexts(completion);
}

static struct error *offer_capabilities(struct completion *completion)
{
	size_t cnt;
	const char *const *names = environment_capability_names(&cnt);

	complete_offer_words(completion, names, cnt);
	return NULL;
}

/* What follows the colon of a requirement. */
static struct error *offer_required(struct completion *completion, enum require_kind kind)
{
	static const struct {
		unsigned int subjects, types; /* masks: of enum subject_kind, of BTF_KIND_* */
		const char *before;
	} sources[REQUIRE_KIND_CNT] = {
		[REQUIRE_PROG] = {.subjects = 1u << SUBJECT_PROGRAM_TYPE},
		[REQUIRE_MAP] = {.subjects = 1u << SUBJECT_MAP_TYPE},
		[REQUIRE_LINK] = {.subjects = 1u << SUBJECT_LINK_TYPE},
		[REQUIRE_ATTACH] = {.subjects = 1u << SUBJECT_ATTACH_TYPE},
		[REQUIRE_FEATURE] = {.subjects = 1u << SUBJECT_FEATURE},
		[REQUIRE_FUNC] = {.subjects = 1u << SUBJECT_FUNCTION},
		[REQUIRE_RAW_TRACEPOINT] = {.types = 1u << BTF_KIND_TYPEDEF,
			.before = "btf_trace_"},
		[REQUIRE_LSM] = {.types = 1u << BTF_KIND_FUNC, .before = "bpf_lsm_"},
		[REQUIRE_STRUCT] = {.types = 1u << BTF_KIND_STRUCT, .before = ""},
		[REQUIRE_UNION] = {.types = 1u << BTF_KIND_UNION, .before = ""},
		[REQUIRE_FIELD] = {.types = 1u << BTF_KIND_STRUCT | 1u << BTF_KIND_UNION, .before = ""},
		[REQUIRE_VAR] = {.types = 1u << BTF_KIND_VAR, .before = ""},
		[REQUIRE_TYPEDEF] = {.types = 1u << BTF_KIND_TYPEDEF, .before = ""},
		[REQUIRE_ENUM] = {.types = 1u << BTF_KIND_ENUM | 1u << BTF_KIND_ENUM64,
			.before = ""},
	};
	static const struct subjects none;

	if (kind == REQUIRE_KFUNC || kind == REQUIRE_HELPER)
		return offer_call(completion,
			kind == REQUIRE_KFUNC ? 1u << SUBJECT_KFUNC : 1u << SUBJECT_HELPER);
	if (kind == REQUIRE_CONTEXT)
		return offer_contexts(completion);
	if (kind == REQUIRE_CAP)
		return offer_capabilities(completion);
	if (sources[kind].subjects)
		return offer_subjects(completion, sources[kind].subjects);
	return sources[kind].types
		? offer_types(completion, sources[kind].types, sources[kind].before, &none)
		: NULL;
}

/* Only the last part of any(A, B) is completed, and what follows '?'. */
static struct error *offer_requirements(struct completion *completion)
{
	char word[32];

	for (size_t len; *(complete_prefix(completion) +
				 (len = strcspn(complete_prefix(completion), "(,? "))) != '\0';)
		complete_pass(completion, len + 1);
	for (int kind = 0; kind < REQUIRE_WORD_CNT; kind++) {
		bool group = kind >= REQUIRE_KIND_CNT;

		snprintf(word, sizeof(word), "%s%c", require_kind_word(kind), group ? '(' : ':');
		if (!group && !strncmp(complete_prefix(completion), word, strlen(word))) {
			complete_pass(completion, strlen(word));
			return offer_required(completion, kind);
		}
		complete_offer(completion, word, group ? NULL : require_kind_shape(kind));
	}
	return NULL;
}

static struct error *offer_named(struct completion *completion)
{
	_cleanup_shipped_ struct shipped shipped = {0};
	struct error *error = shipped_read(&shipped);

	for (size_t i = 0; !error && i < shipped.cnt; i++)
		complete_offer(completion, shipped.list[i].name,
			shipped_first(&shipped.list[i])->snapshot->kernel.release);
	if (!error || error->code == ERROR_NO_MEMORY)
		return error;
	error_free(error);
	return NULL;
}

static struct error *offer_kernels(struct completion *completion)
{
	complete_offer(completion, "live", "the running kernel");
	complete_offer(completion, "shipped", "the kernels that kcompat knows");
	complete_offer_names(completion, false);
	return offer_named(completion);
}

static struct error *offer_files(struct completion *completion)
{
	complete_offer_names(completion, false);
	return NULL;
}

static struct error *offer_parts(struct completion *completion)
{
	for (int part = 0; part < PROBE_PART_CNT; part++)
		complete_offer(completion, probe_part_word(part), NULL);
	return NULL;
}

static struct error *offer_calls(struct completion *completion)
{
	return offer_call(completion, 1u << SUBJECT_KFUNC | 1u << SUBJECT_HELPER);
}

static struct error *offer_all(struct completion *completion)
{
	return offer_subjects(completion, ALL_SUBJECTS);
}

const struct completion_row names_completions[] = {
	{"CONTEXT", offer_contexts},
	{"KERNEL", offer_kernels},
	{"NAME", offer_all},
	{"NAME@CONTEXT", offer_calls},
	{"PART", offer_parts},
	{"REQUIREMENT", offer_requirements},
	{"SHIPPED", offer_named},
	{"SNAPSHOT", offer_files},
	{NULL, NULL},
};
