/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/file.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "util/decompress.h"
#include "snapshot/lean.h"
#include "snapshot/read_evidence.h"
#include "snapshot/functions_json.h"
#include "util/json.h"
#include "util/argument.h"

#define SHA256_DIGITS 64

#define TEXTS(...)                                                                                 \
	(const struct json_text_field[]) {__VA_ARGS__},                                            \
		sizeof((struct json_text_field[]) {__VA_ARGS__}) / sizeof(struct json_text_field)

static const struct json_place document = {.list = "", .at = JSON_PLACE_ALONE};

struct loader {
	struct snapshot *snapshot;
	json_t *contexts; /* name -> index */
	bool predicted;
	size_t cell_cnt;
	struct cell *none; /* of all rows without cells; NULL: there was none yet */
};

static void json_release(json_t **json)
{
	json_decref(*json);
}
#define _cleanup_json_ __attribute__((cleanup(json_release)))

/*
 * Names become parts of keys ("kfunc/NAME@CONTEXT") and of shell and C text. Allowed are letters,
 * digits, '_' and the characters in `extra`.
 */
static const char *snapshot_read_name(struct json_reader *reader, struct json_place place,
	const json_t *object, const char *key, const char *extra)
{
	const char *name = json_required_text(reader, place, object, key);

	for (const char *c = name; *c; c++) {
		bool word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || *c == '_';
		if (!word && !strchr(extra, *c))
			json_expected(reader, place, key, "a name", json_object_get(object, key));
	}
	return name;
}

static enum support_state read_support(
	struct json_reader *reader, struct json_place place, const json_t *object)
{
	enum support_state state =
		support_state_parse(json_required_text(reader, place, object, "state"));

	if (state < SUPPORT_STATE_CNT)
		return state;
	json_expected(reader, place, "state", "ok, unsupported, blocked or unknown",
		json_object_get(object, "state"));
	return SUPPORT_UNKNOWN;
}

static enum cell_state read_state(
	struct json_reader *reader, struct json_place place, const char *key, const json_t *value)
{
	enum cell_state state =
		json_is_string(value) ? cell_state_parse(json_string_value(value)) : CELL_STATE_CNT;

	if (state < CELL_STATE_CNT)
		return state;
	json_expected(reader, place, key, "a state such as permitted", value);
	return CELL_UNKNOWN;
}

/* true or false. null and a missing key are unknown. */
static enum tristate snapshot_read_tristate(
	struct json_reader *reader, struct json_place place, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	bool flag = json_flag(reader, place, object, key);

	if (!value || json_is_null(value))
		return TRISTATE_UNKNOWN;
	return flag ? TRISTATE_YES : TRISTATE_NO;
}

static void snapshot_read_identity(struct json_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	const json_t *kernel = json_member_object(reader, document, root, "kernel");
	struct json_place place = {.list = "kernel", .at = JSON_PLACE_ALONE};

	json_fill(reader, place, kernel,
		TEXTS({"release", offsetof(struct kernel_identity, release)},
			{"version", offsetof(struct kernel_identity, version)},
			{"machine", offsetof(struct kernel_identity, machine)},
			{"arch", offsetof(struct kernel_identity, arch)},
			{"distribution", offsetof(struct kernel_identity, distribution)},
			{"flavor", offsetof(struct kernel_identity, flavor)},
			{"btf_sha256", offsetof(struct kernel_identity, btf_sha256)}),
		&snapshot->kernel);
}

static void read_input(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_input *input = element;

	(void)context;
	input->name = json_required_text(reader, place, object, "name");
	input->sha256 = json_required_text(reader, place, object, "sha256");
	if (strlen(input->sha256) != SHA256_DIGITS ||
		strspn(input->sha256, "0123456789abcdef") != SHA256_DIGITS)
		json_expected(reader, place, "sha256", "64 hex digits",
			json_object_get(object, "sha256"));
}

static void read_function_sources(
	struct json_reader *reader, const json_t *source, struct snapshot *snapshot)
{
	struct json_place place = {.list = "source.functions", .at = JSON_PLACE_ALONE};
	const json_t *object = json_member_object(
		reader, (struct json_place) {"source", JSON_PLACE_ALONE}, source, "functions");

	for (int i = 0; object && i < FUNCTION_FACT_CNT; i++) {
		const char *word = json_text(
			reader, place, object, function_fact_word((enum function_fact)i));
		snapshot->function_sources |= word ? function_source_mask(word) : 0;
	}
}

static void read_source(struct json_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	const json_t *source = json_member_object(reader, document, root, "source");
	struct json_place place = {.list = "source", .at = JSON_PLACE_ALONE};

	snapshot->source_kind = json_required_text(reader, place, source, "kind");
	if (strcmp(snapshot->source_kind, "probed") && strcmp(snapshot->source_kind, "scanned"))
		json_expected(reader, place, "kind", "probed or scanned",
			json_object_get(source, "kind"));
	snapshot->facts = json_texts(reader, place, source, "facts", &snapshot->fact_cnt);
	snapshot->inputs = json_objects(reader, place, source, "inputs", sizeof(*snapshot->inputs),
		read_input, NULL, &snapshot->input_cnt);
	read_function_sources(reader, source, snapshot);
}

static void read_limit(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct kernel_limit *limit = element;

	(void)context;
	limit->what = json_required_text(reader, place, object, "what");
	limit->remedy = json_text(reader, place, object, "remedy");
}

static void read_environment(
	struct json_reader *reader, const json_t *root, struct kernel_environment *environment)
{
	const json_t *object = json_member_object(reader, document, root, "environment");
	struct json_place place = {.list = "environment", .at = JSON_PLACE_ALONE};

	json_fill(reader, place, object,
		TEXTS({"lockdown", offsetof(struct kernel_environment, lockdown)},
			{"jit", offsetof(struct kernel_environment, jit)},
			{"unprivileged_bpf_disabled",
				offsetof(struct kernel_environment, unprivileged_bpf_disabled)},
			{"kptr_restrict", offsetof(struct kernel_environment, kptr_restrict)},
			{"container", offsetof(struct kernel_environment, container)},
			{"config_source", offsetof(struct kernel_environment, config_source)}),
		environment);
	environment->capabilities =
		json_texts(reader, place, object, "capabilities", &environment->capability_cnt);
	environment->lsm = json_texts(reader, place, object, "lsm", &environment->lsm_cnt);
	environment->limits = json_objects(reader, place, object, "limits",
		sizeof(*environment->limits), read_limit, NULL, &environment->limit_cnt);
	environment->limit_cap = environment->limit_cnt;
}

static int compare_options(const void *a, const void *b)
{
	return strcmp(((const struct kernel_config_option *)a)->name,
		((const struct kernel_config_option *)b)->name);
}

static void read_config(struct json_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	json_t *config = (json_t *)json_member_object(reader, document, root, "config");
	struct json_place place = {.list = "config", .at = JSON_PLACE_ALONE};
	const char *name;
	json_t *value;

	snapshot->config =
		pool_calloc(reader->pool, json_object_size(config), sizeof(*snapshot->config));
	if (!snapshot->config)
		json_no_memory(reader);
	json_object_foreach(config, name, value)
	{
		struct kernel_config_option option = {
			.name = pool_strdup(reader->pool, name),
			.value = json_required_text(reader, place, config, name),
		};
		if (!option.name)
			json_no_memory(reader);
		if (reader->error)
			return;
		snapshot->config[snapshot->config_cnt++] = option;
	}
	if (snapshot->config_cnt)
		qsort(snapshot->config, snapshot->config_cnt, sizeof(*snapshot->config),
			compare_options);
}

static void read_attach(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_context *context)
{
	const json_t *one = json_object_get(object, "attach");

	if (!one || json_is_null(one))
		return;
	if (!json_is_object(one)) {
		json_expected(reader, place, "attach", "an object", one);
		return;
	}
	struct snapshot_attach *attach = pool_calloc(reader->pool, 1, sizeof(*attach));
	if (!attach) {
		json_no_memory(reader);
		return;
	}
	*attach = (struct snapshot_attach) {
		.possible = snapshot_read_tristate(reader, place, one, "possible"),
		.missing = json_text(reader, place, one, "missing"),
		.reason = json_text(reader, place, one, "reason"),
		.errnum = json_errno(reader, place, one, "errno"),
		.observed = json_flag(reader, place, one, "observed"),
		.match_cnt = (size_t)json_number(reader, place, one, "matches", UINT32_MAX),
	};
	context->attach = attach;
}

static void snapshot_read_context(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_context *ret = element;
	struct loader *loader = context;

	ret->name = snapshot_read_name(reader, place, object, "name", "./-+:*?[]$");
	ret->program_type = json_required_text(reader, place, object, "program_type");
	ret->attach_type = json_text(reader, place, object, "attach_type");
	ret->target = json_text(reader, place, object, "target");
	ret->sleepable = json_flag(reader, place, object, "sleepable");
	ret->state = read_support(reader, place, object);
	ret->reason = json_text(reader, place, object, "reason");
	ret->rule = json_text(reader, place, object, "rule");
	ret->errnum = json_errno(reader, place, object, "errno");
	read_attach(reader, place, object, ret);
	if (place.at >= SNAPSHOT_CONTEXT_MAX)
		json_expected(reader, place, NULL, "fewer contexts", object);
	if (reader->error)
		return;
	if (json_object_get(loader->contexts, ret->name))
		json_expected(reader, place, "name", "a name that no other context has",
			json_object_get(object, "name"));
	else if (json_object_set_new(
			 loader->contexts, ret->name, json_integer((json_int_t)place.at)))
		json_no_memory(reader);
}

/* SIZE_MAX with an error: no such context. */
static size_t context_index(struct json_reader *reader, struct json_place place,
	const struct loader *loader, const char *name)
{
	const json_t *index = json_object_get(loader->contexts, name);

	if (index)
		return (size_t)json_integer_value(index);
	json_expected_key(reader, place, "cells", "the name of one of the contexts", name);
	return SIZE_MAX;
}

static struct cell *snapshot_read_cells(struct json_reader *reader, struct json_place place,
	const json_t *object, struct loader *loader)
{
	json_t *states = (json_t *)json_member_object(reader, place, object, "cells");
	size_t cnt = loader->snapshot->context_cnt;
	const char *name;
	json_t *value;

	loader->cell_cnt += cnt;
	if (loader->cell_cnt > SNAPSHOT_CELL_MAX)
		json_expected(reader, place, "cells", "fewer contexts and functions", object);
	if (!json_object_size(states) && loader->none)
		return loader->none;
	struct cell *cells = reader->error ? NULL : pool_calloc(reader->pool, cnt, sizeof(*cells));
	if (!json_object_size(states))
		loader->none = cells;
	if (!cells) {
		json_no_memory(reader);
		return NULL;
	}
	json_object_foreach(states, name, value)
	{
		size_t at = context_index(reader, place, loader, name);
		enum cell_state state = read_state(reader, place, "cells", value);
		if (reader->error)
			break;
		cells[at] = (struct cell) {.state = state, .predicted = loader->predicted};
	}
	return cells;
}

static unsigned int read_sources(
	struct json_reader *reader, struct json_place place, const json_t *object)
{
	size_t cnt;
	const char **words = json_texts(reader, place, object, "found_by", &cnt);
	unsigned int mask = 0;

	for (size_t i = 0; i < cnt; i++) {
		unsigned int source = 0;
		while (source < KFUNC_SOURCE_CNT && strcmp(kfunc_source_word(source), words[i]))
			source++;
		if (source == KFUNC_SOURCE_CNT)
			json_expected(reader, place, "found_by",
				"decl_tag, list, discover, kfunc_set or argument",
				json_array_get(json_object_get(object, "found_by"), i));
		mask |= 1u << source;
	}
	return mask;
}

static void read_kfunc(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_kfunc *kfunc = element;

	kfunc->name = snapshot_read_name(reader, place, object, "name", ".$");
	kfunc->module = snapshot_read_name(reader, place, object, "module", ".-");
	kfunc->prototype = json_text(reader, place, object, "prototype");
	kfunc->flags = json_texts(reader, place, object, "flags", &kfunc->flag_cnt);
	kfunc->sets = json_texts(reader, place, object, "sets", &kfunc->set_cnt);
	kfunc->found_by = read_sources(reader, place, object);
	kfunc->cells = snapshot_read_cells(reader, place, object, context);
}

static void read_helper(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_helper *helper = element;

	helper->name = snapshot_read_name(reader, place, object, "name", "");
	helper->id = (uint32_t)json_number(reader, place, object, "id", UINT32_MAX);
	helper->cells = snapshot_read_cells(reader, place, object, context);
}

static void read_feature(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_feature *feature = element;

	(void)context;
	feature->name = json_required_text(reader, place, object, "name");
	feature->state = read_support(reader, place, object);
	feature->reason = json_text(reader, place, object, "reason");
	feature->errnum = json_errno(reader, place, object, "errno");
}

static void read_features(struct json_reader *reader, const json_t *root, const char *key,
	struct snapshot_features *features)
{
	features->list = json_objects(reader, document, root, key, sizeof(*features->list),
		read_feature, NULL, &features->cnt);
	features->cap = features->cnt;
}

static void snapshot_read_symbol(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_symbol *symbol = element;
	const char *type = json_text(reader, place, object, "type");
	const char *address = json_text(reader, place, object, "address");

	(void)context;
	symbol->name = json_required_text(reader, place, object, "name");
	symbol->module = json_required_text(reader, place, object, "module");
	symbol->type = type && *type ? *type : '?';
	symbol->address = address ? strtoull(address, NULL, 16) : 0;
}

static void read_function_state(struct json_reader *reader, struct json_place place,
	const json_t *object, struct snapshot_function *function)
{
	function->state = json_required_text(reader, place, object, "state");
	if (strcmp(function->state, "present") && strcmp(function->state, "absent") &&
		strcmp(function->state, "unknown"))
		json_expected(reader, place, "state", "present, absent or unknown",
			json_object_get(object, "state"));
}

static void snapshot_read_fentry(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_function *function)
{
	const json_t *state = json_object_get(object, "fentry");

	const json_t *evidence = json_object_get(object, "fentry_evidence");

	if (state && !json_is_null(state))
		function->fentry.state = read_state(reader, place, "fentry", state);
	if (evidence && !json_is_null(evidence))
		function->fentry.evidence =
			load_evidence(reader, place, "fentry_evidence", evidence);
}

static void read_attached(struct json_reader *reader, struct json_place place,
	const json_t *object, struct snapshot_function *function)
{
	const json_t *attached = json_object_get(object, "attached");

	if (!attached || json_is_null(attached))
		return;
	function->attached =
		pool_calloc(reader->pool, FUNCTION_ATTACH_CNT, sizeof(*function->attached));
	if (!function->attached)
		json_no_memory(reader);
	for (int i = 0; function->attached && i < FUNCTION_ATTACH_CNT; i++) {
		const char *word = function_attach_word((enum function_attach)i);
		const json_t *one = json_object_get(attached, word);
		if (!json_is_object(one)) {
			json_expected(reader, place, word, "an object", one);
			continue;
		}
		function->attached[i] = (struct snapshot_attachment) {
			.possible = snapshot_read_tristate(reader, place, one, "possible"),
			.errnum = json_errno(reader, place, one, "errno"),
			.reason = json_text(reader, place, one, "reason"),
		};
	}
}

static void snapshot_read_facts(struct json_reader *reader, struct json_place place, const json_t *object,
	struct snapshot_function *function)
{
	struct kernel_function *facts = pool_calloc(reader->pool, 1, sizeof(*facts));

	if (!facts) {
		json_no_memory(reader);
		return;
	}
	facts->name = function->name;
	functions_parse_facts(reader, place, object, facts);
	facts->prototype = function->prototype_cnt == 1 ? function->prototypes[0] : NULL;
	function->facts = facts;
}

static void snapshot_read_function(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_function *function = element;

	(void)context;
	function->name = json_required_text(reader, place, object, "name");
	read_function_state(reader, place, object, function);
	function->reason = json_text(reader, place, object, "reason");
	function->symbols = json_objects(reader, place, object, "symbols",
		sizeof(*function->symbols), snapshot_read_symbol, NULL, &function->symbol_cnt);
	function->prototypes =
		json_texts(reader, place, object, "prototypes", &function->prototype_cnt);
	function->collision = json_flag(reader, place, object, "collision");
	function->traceable = snapshot_read_tristate(reader, place, object, "traceable");
	function->kprobe_blacklisted = snapshot_read_tristate(reader, place, object, "kprobe_blacklisted");
	snapshot_read_fentry(reader, place, object, function);
	read_attached(reader, place, object, function);
	if (json_object_get(object, "kind"))
		snapshot_read_facts(reader, place, object, function);
}

static void read_program(struct json_reader *reader, struct json_place place, const json_t *object,
	void *element, void *context)
{
	struct snapshot_program *program = element;

	(void)context;
	program->name = json_required_text(reader, place, object, "name");
	program->context = json_required_text(reader, place, object, "context");
	program->method = json_text(reader, place, object, "method");
	program->state = read_state(reader, place, "state", json_object_get(object, "state"));
	program->reason = json_text(reader, place, object, "reason");
	program->errnum = json_errno(reader, place, object, "errno");
}

static void read_matrix(struct json_reader *reader, const json_t *root, struct loader *loader)
{
	struct snapshot *snapshot = loader->snapshot;

	snapshot->contexts = json_objects(reader, document, root, "contexts",
		sizeof(*snapshot->contexts), snapshot_read_context, loader, &snapshot->context_cnt);
	snapshot->kfuncs = json_objects(reader, document, root, "kfuncs", sizeof(*snapshot->kfuncs),
		read_kfunc, loader, &snapshot->kfunc_cnt);
	snapshot->helpers = json_objects(reader, document, root, "helpers",
		sizeof(*snapshot->helpers), read_helper, loader, &snapshot->helper_cnt);
	if (reader->error)
		return;
	if (snapshot->kfunc_cnt)
		qsort(snapshot->kfuncs, snapshot->kfunc_cnt, sizeof(*snapshot->kfuncs),
			snapshot_compare_kfuncs);
	if (snapshot->helper_cnt)
		qsort(snapshot->helpers, snapshot->helper_cnt, sizeof(*snapshot->helpers),
			snapshot_compare_helpers);
}

static void read_function_glob(struct json_reader *reader, struct json_place place,
	const json_t *object, void *element, void *context)
{
	struct snapshot_function_glob *glob = element;

	(void)context;
	glob->glob = json_required_text(reader, place, object, "glob");
	glob->state = json_required_text(reader, place, object, "state");
	if (strcmp(glob->state, "absent") && strcmp(glob->state, "unknown"))
		json_expected(reader, place, "state", "absent or unknown", json_object_get(object, "state"));
	glob->reason = json_text(reader, place, object, "reason");
}

static void read_lists(struct json_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	read_features(reader, root, "program_types", &snapshot->program_types);
	read_features(reader, root, "map_types", &snapshot->map_types);
	read_features(reader, root, "attach_types", &snapshot->attach_types);
	read_features(reader, root, "link_types", &snapshot->link_types);
	read_features(reader, root, "features", &snapshot->features);
	snapshot->functions = json_objects(reader, document, root, "functions",
		sizeof(*snapshot->functions), snapshot_read_function, NULL, &snapshot->function_cnt);
	snapshot->function_globs = json_objects(reader, document, root, "function_globs",
		sizeof(*snapshot->function_globs), read_function_glob, NULL,
		&snapshot->function_glob_cnt);
	snapshot->programs = json_objects(reader, document, root, "programs",
		sizeof(*snapshot->programs), read_program, NULL, &snapshot->program_cnt);
	if (!reader->error && snapshot->function_cnt)
		qsort(snapshot->functions, snapshot->function_cnt, sizeof(*snapshot->functions),
			snapshot_compare_functions);
}

static void read_meta(struct json_reader *reader, const json_t *root, struct snapshot *snapshot)
{
	const json_t *meta = json_member_object(reader, document, root, "meta");
	struct json_place place = {.list = "meta", .at = JSON_PLACE_ALONE};

	snapshot->unrecognised =
		(size_t)json_number(reader, place, meta, "unrecognised", SNAPSHOT_CELL_MAX);
}

static void check_schema(struct json_reader *reader, const json_t *root)
{
	if (!json_is_object(root))
		json_expected(reader, document, NULL, "a snapshot, an object", root);
	const char *schema = json_required_text(reader, document, root, "schema");
	if (strcmp(schema, SNAPSHOT_SCHEMA))
		json_expected(reader, document, "schema", SNAPSHOT_SCHEMA,
			json_object_get(root, "schema"));
}

static struct error *read_document(const json_t *root, struct snapshot *snapshot)
{
	_cleanup_json_ json_t *contexts = json_object();
	struct json_reader reader = {.pool = &snapshot->pool};
	struct loader loader = {.snapshot = snapshot, .contexts = contexts};

	if (!contexts)
		return error_no_memory();
	check_schema(&reader, root);
	read_meta(&reader, root, snapshot);
	snapshot_read_identity(&reader, root, snapshot);
	read_source(&reader, root, snapshot);
	read_environment(&reader, root, &snapshot->environment);
	read_config(&reader, root, snapshot);
	loader.predicted = snapshot->source_kind && !strcmp(snapshot->source_kind, "scanned");
	read_matrix(&reader, root, &loader);
	load_evidences(&reader, root, snapshot, contexts);
	load_layouts(&reader, root, snapshot, contexts);
	read_lists(&reader, root, snapshot);
	return reader.error;
}

struct error *load_snapshot_document(const json_t *root, struct snapshot **ret)
{
	struct snapshot *snapshot = snapshot_create();
	struct error *error = snapshot ? read_document(root, snapshot) : error_no_memory();

	if (error)
		snapshot_destroy(snapshot);
	else
		*ret = snapshot;
	return error;
}

static struct error *read_load_text(const void *data, size_t size_bytes, struct snapshot **ret)
{
	_cleanup_json_ json_t *root = NULL;
	struct error *error = json_parse(data, size_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &root);

	if (error)
		return error_advise(error, "a snapshot is what 'kcompat probe --json' writes");
	return load_snapshot_document(root, ret);
}

/* Unpacks one stream. Data after it is an error, because the file may be damaged or joined. */
static struct error *read_unpack(const void *data, size_t size_bytes, struct decompressed *ret)
{
	struct error *error =
		decompress(COMPRESSION_GZIP, data, size_bytes, 0, SNAPSHOT_SIZE_MAX_BYTES, ret);

	if (error || ret->consumed_bytes == size_bytes)
		return error;
	return error_create(ERROR_INPUT, NULL, "gzip: %zu bytes after the end of the stream",
		size_bytes - ret->consumed_bytes);
}

/* Which names are asked; NULL: all. */
struct asked {
	const char *const *names;
	size_t cnt;
};

static struct error *load_asked(
	const char *text, size_t size_bytes, const struct asked *asked, struct snapshot **ret)
{
	_cleanup_buf_ struct buf lean = {0};

	if (!asked)
		return read_load_text(text, size_bytes, ret);
	lean_text(text, size_bytes, asked->names, asked->cnt, &lean);
	if (lean.failed)
		return error_no_memory();
	struct error *error = read_load_text(buf_text(&lean), lean.len, ret);
	if (!error || error->code != ERROR_INPUT)
		return error;
	/* The error names a place of the whole text. */
	error_free(error);
	return read_load_text(text, size_bytes, ret);
}

static struct error *load_bytes(
	const void *data, size_t size_bytes, const struct asked *asked, struct snapshot **ret)
{
	struct decompressed unpacked = {0};

	if (compression_detect(data, size_bytes) != COMPRESSION_GZIP)
		return load_asked(data, size_bytes, asked, ret);
	struct error *error = read_unpack(data, size_bytes, &unpacked);
	if (!error)
		error = load_asked(unpacked.data ? (const char *)unpacked.data : "",
			unpacked.size_bytes, asked, ret);
	free(unpacked.data);
	return error;
}

struct error *load_snapshot_bytes(const void *data, size_t size_bytes, struct snapshot **ret)
{
	return load_bytes(data, size_bytes, NULL, ret);
}

struct error *load_snapshot_bytes_of(const void *data, size_t size_bytes, const char *const *names,
	size_t name_cnt, struct snapshot **ret)
{
	const struct asked asked = {names, name_cnt};

	return load_bytes(data, size_bytes, &asked, ret);
}

static struct error *load_file(const char *path, const struct asked *asked, struct snapshot **ret)
{
	_cleanup_buf_ struct buf bytes = {0};
	struct error *error = input_read_kernel(path, SNAPSHOT_SIZE_MAX_BYTES, &bytes);

	if (error)
		return error;
	return error_prefix(load_bytes(buf_text(&bytes), bytes.len, asked, ret), "%s", input_name(path));
}

struct error *load_snapshot(const char *path, struct snapshot **ret)
{
	return load_file(path, NULL, ret);
}

struct error *load_snapshot_of(
	const char *path, const char *const *names, size_t name_cnt, struct snapshot **ret)
{
	const struct asked asked = {names, name_cnt};

	return load_file(path, &asked, ret);
}
