/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A profile: what a loader does to an object before it loads it, one statement a line. With one,
 * what it does not name is as the object has it.
 */
#include "object/check/parts.h"
#include "util/array.h"
#include "util/glob.h"
#include "util/lines.h"
#include "util/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 5
#define STRING_MAX_BYTES 4096u

struct profile {
	struct check *check;
	const char *origin;
	size_t line;
	const char *words[WORDS_MAX];
	size_t cnt;
};

static const struct {
	const char *subject, *word;
} forms[] = {
#define FORM(name, subject, word) [LOADER_##name] = {subject, word},
	LOADER_WORDS(FORM)
#undef FORM
};

#define FORMS                                                                                      \
	"lines are 'rodata NAME = VALUE', 'map NAME max_entries|key_size|value_size = NUMBER', "   \
	"'map NAME inner = MAP', 'program NAME off|on', 'program NAME target|section = WORD' and " \
	"'loader libbpf|cilium'"

static struct error *mistake(const struct profile *profile, const char *what_to_do,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
static struct error *mistake(
	const struct profile *profile, const char *what_to_do, const char *format, ...)
{
	va_list args;
	_cleanup_buf_ struct buf text = {0};

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	return error_create(ERROR_USAGE, what_to_do, "%s:%zu: %s", profile->origin, profile->line,
		buf_text(&text));
}

/* No number; *ret: 0 ... of `bytes` bytes, or a negative one. */
static bool parse_number(const char *text, uint32_t bytes, uint64_t *ret)
{
	char *end;

	if (!strcmp(text, "true") || !strcmp(text, "false")) {
		*ret = *text == 't';
		return true;
	}
	if (!*text || !strchr("-0123456789", *text))
		return false;
	errno = 0;
	*ret = *text == '-' ? (uint64_t)strtoll(text, &end, 0) : strtoull(text, &end, 0);
	if (errno || *end || end == text)
		return false;
	if (bytes >= 8)
		return true;
	return *text == '-' ? (int64_t)*ret >= -((int64_t)1 << (8 * bytes - 1))
			    : *ret >> (8 * bytes) == 0;
}

static struct error *add(
	struct check *check, struct check_object *checked, const struct loader_setting *setting)
{
	struct loader_setting *settings = pool_grow(&check->pool, checked->settings,
		checked->setting_cnt, &checked->setting_cap, sizeof(*settings));

	if (!settings)
		return error_no_memory();
	settings[checked->setting_cnt++] = *setting;
	checked->settings = settings;
	return NULL;
}

/* The bytes of a number in the object's order. */
static void put_number(const struct object *object, uint64_t number, unsigned char *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[object->big_endian ? size - 1 - i : i] = (unsigned char)(number >> (8 * i));
}

static struct error *make_bytes(const struct profile *profile, const struct object *object,
	const struct object_variable *variable, const unsigned char **ret)
{
	const char *value = profile->words[3];
	uint64_t number;
	size_t len = strlen(value), size = variable->size_bytes;
	unsigned char *bytes = pool_calloc(&profile->check->pool, size ? size : 1, 1);

	*ret = bytes;
	if (!bytes)
		return error_no_memory();
	if (len >= 2 && *value == '"' && value[len - 1] == '"') {
		if (len - 2 >= size)
			return mistake(profile, NULL, "%s has %zu bytes: the text does not fit",
				variable->name, size);
		memcpy(bytes, value + 1, len - 2);
		return NULL;
	}
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return mistake(profile, "only numbers and texts in quotes can be stated",
			"%s has %zu bytes", variable->name, size);
	if (!parse_number(value, variable->size_bytes, &number))
		return mistake(profile, NULL, "%s is no value for the %zu bytes of %s", value, size,
			variable->name);
	put_number(object, number, bytes, size);
	return NULL;
}

static struct error *add_variable(
	const struct profile *profile, struct check_object *checked, bool *found)
{
	const struct object *object = checked->object;
	const struct object_variable *variable =
		object_find_variable(object, ".rodata", profile->words[1]);
	struct loader_setting setting = {.word = LOADER_RODATA, .name = profile->words[1]};

	if (!variable)
		return NULL;
	*found = true;
	setting.data_section = object->sections[variable->section].name;
	setting.section = variable->section;
	setting.start = variable->start;
	setting.size_bytes = variable->size_bytes;
	struct error *error = make_bytes(profile, object, variable, &setting.bytes);
	return error ? error : add(profile->check, checked, &setting);
}

static bool has_map(const struct object *object, const char *name)
{
	for (uint32_t i = 0; i < object->map_cnt; i++) {
		if (!strcmp(object->maps[i].name, name))
			return true;
	}
	return false;
}

static struct error *add_map(const struct profile *profile, enum loader_word word,
	struct check_object *checked, bool *found)
{
	struct loader_setting setting = {.word = word, .name = profile->words[1]};
	const char *value = profile->words[4];
	uint64_t number;

	if (!has_map(checked->object, setting.name))
		return NULL;
	*found = true;
	if (word == LOADER_INNER) {
		if (!has_map(checked->object, value))
			return mistake(profile, "name the map that the inner ones are like",
				"%s is no map of the object", value);
		setting.value = value;
	} else if (!parse_number(value, 4, &number) || *value == '-')
		return mistake(profile, NULL, "%s is no number for %s", value, profile->words[2]);
	else
		setting.number = (uint32_t)number;
	return add(profile->check, checked, &setting);
}

static struct error *add_program(const struct profile *profile, enum loader_word word,
	struct check_object *checked, bool *found)
{
	const struct object *object = checked->object;
	const char *const glob = profile->words[1];
	struct error *error = NULL;

	for (uint32_t i = 0; i < object->function_cnt && !error; i++) {
		const struct object_function *function = &object->functions[i];
		const struct loader_setting setting = {
			.word = word,
			.name = function->name,
			.value = profile->cnt > 4 ? profile->words[4] : NULL,
		};
		if (!function->is_program || !glob_any(&glob, 1, function->name))
			continue;
		*found = true;
		error = add(profile->check, checked, &setting);
	}
	return error;
}

/* The nearest name that some object has. */
static const char *near_name(const struct profile *profile)
{
	const char *subject = profile->words[0], *name = profile->words[1];
	struct suggestion near = {0};

	for (size_t i = 0; i < profile->check->object_cnt; i++) {
		const struct object *object = profile->check->objects[i].object;
		for (size_t k = 0; k < object->variable_cnt && *subject == 'r'; k++) {
			if (!strncmp(object->sections[object->variables[k].section].name, ".rodata",
				    7))
				suggest_consider(&near, name, object->variables[k].name);
		}
		for (uint32_t k = 0; k < object->map_cnt && *subject == 'm'; k++)
			suggest_consider(&near, name, object->maps[k].name);
		for (uint32_t k = 0; k < object->function_cnt && *subject == 'p'; k++) {
			if (object->functions[k].is_program)
				suggest_consider(&near, name, object->functions[k].name);
		}
	}
	return near.best;
}

static struct error *unknown_name(const struct profile *profile)
{
	const char *subject = profile->words[0], *near = near_name(profile);

	return mistake(profile, NULL, "no object has the %s %s%s%s%s",
		*subject == 'r' ? "variable of .rodata" : subject, profile->words[1],
		near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static struct error *add_statement(const struct profile *profile, enum loader_word word)
{
	struct check *check = profile->check;
	struct error *error = NULL;
	bool found = false;

	for (size_t i = 0; i < check->object_cnt && !error; i++) {
		struct check_object *checked = &check->objects[i];
		error = *profile->words[0] == 'r'   ? add_variable(profile, checked, &found)
			: *profile->words[0] == 'm' ? add_map(profile, word, checked, &found)
						    : add_program(profile, word, checked, &found);
	}
	return error || found ? error : unknown_name(profile);
}

static bool takes_value(enum loader_word word)
{
	return word != LOADER_OFF && word != LOADER_ON;
}

/* A variable has no word, and its value stands behind the name. */
static struct error *read_statement(const struct profile *profile)
{
	bool is_variable = !strcmp(profile->words[0], "rodata");

	for (enum loader_word word = 0; word < LOADER_WORD_CNT; word++) {
		size_t cnt = is_variable ? 4 : takes_value(word) ? 5 : 3;
		if (strcmp(forms[word].subject, profile->words[0]))
			continue;
		if (!is_variable &&
			(profile->cnt < 3 || strcmp(forms[word].word, profile->words[2])))
			continue;
		if (profile->cnt != cnt || (cnt > 3 && strcmp(profile->words[cnt - 2], "=")))
			break;
		return add_statement(profile, word);
	}
	return mistake(profile, FORMS, "no such statement");
}

static struct error *read_loader(const struct profile *profile)
{
	const char *word = profile->cnt == 2 ? profile->words[1] : "";

	if (strcmp(word, "libbpf") && strcmp(word, "cilium"))
		return mistake(profile, "libbpf or cilium", "no such loader");
	profile->check->other_loader = *word != 'l';
	return NULL;
}

/* A word, or a text in quotes; *at moves behind it. */
static char *next_word(struct pool *pool, const char **at, const char *end)
{
	const char *from = *at, *to;

	while (from < end && (*from == ' ' || *from == '\t' || *from == '\r'))
		from++;
	if (from == end || *from == '#')
		return NULL;
	to = from + 1;
	if (*from == '"') {
		while (to < end && *to != '"')
			to++;
		to += to < end;
	} else if (*from != '=') {
		while (to < end && !strchr(" \t\r=", *to))
			to++;
	}
	*at = to;
	return pool_strndup(pool, from, (size_t)(to - from));
}

static struct error *read_line(struct profile *profile, const char *line, size_t len)
{
	const char *word, *at = line, *end = line + len;

	profile->cnt = 0;
	if (memchr(line, '\0', len))
		return mistake(profile, "give a text file", "a NUL in the line");
	while ((word = next_word(&profile->check->pool, &at, end))) {
		if (profile->cnt == WORDS_MAX)
			return mistake(profile, FORMS, "too many words");
		profile->words[profile->cnt++] = word;
	}
	if (!profile->cnt)
		return NULL;
	return strcmp(profile->words[0], "loader") ? read_statement(profile) : read_loader(profile);
}

struct error *check_read_profile(
	struct check *check, const char *origin, const char *text, size_t len)
{
	struct profile profile = {.check = check, .origin = origin};
	const char *end = text + len;
	struct error *error = NULL;

	check->has_profile = true;
	while (text < end && !error) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		profile.line++;
		error = read_line(&profile, text, (size_t)(stop - text));
		text = stop + 1;
	}
	return error;
}

const struct loader_setting *check_setting(
	const struct check_object *checked, enum loader_word word, const char *name)
{
	/* The last one holds. */
	for (size_t i = checked->setting_cnt; i-- > 0;) {
		const struct loader_setting *setting = &checked->settings[i];
		if (setting->word == word && !strcmp(setting->name, name))
			return setting;
	}
	return NULL;
}

/* "fentry/tc" with the target vfs_read is fentry/vfs_read. */
static const char *aimed_section(struct pool *pool, const char *section, const char *target)
{
	return pool_printf(pool, "%.*s/%s", (int)strcspn(section, "/"), section, target);
}

struct error *check_apply_profile(
	struct check *check, const struct check_object *checked, struct check_program *program)
{
	const struct loader_setting *section =
		check_setting(checked, LOADER_SECTION, program->name);
	const struct loader_setting *target = check_setting(checked, LOADER_TARGET, program->name);

	/* The last one of off and on holds. */
	for (size_t i = 0; i < checked->setting_cnt; i++) {
		const struct loader_setting *setting = &checked->settings[i];
		if ((setting->word == LOADER_OFF || setting->word == LOADER_ON) &&
			!strcmp(setting->name, program->name))
			program->off = program->optional = setting->word == LOADER_OFF;
	}
	if (section)
		program->section = section->value;
	if (target)
		program->section = aimed_section(&check->pool, program->section, target->value);
	return program->section ? NULL : error_no_memory();
}
