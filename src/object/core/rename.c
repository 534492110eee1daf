/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a member of one kernel is probably called in another: the one at its place. */
#include "object/core/spec.h"
#include "btf/decl.h"

#include <string.h>

#define MEMBERS_MAX 2048u
#define NESTED_MAX 8

struct place {
	const char *name;
	uint32_t type_id;
};

/* The members of a struct in their order; what has no name is replaced by its parts. */
struct places {
	const struct kbtf *btf;
	struct place list[MEMBERS_MAX];
	size_t cnt;
};

static void add_members(struct places *places, uint32_t id, int depth)
{
	const struct btf_type *type = core_skip(places->btf, &id);

	if (!type || !core_is_composite(type) || depth > NESTED_MAX)
		return;
	const struct btf_member *members = kbtf_tail(type);
	for (uint32_t i = 0; i < kbtf_vlen(type) && places->cnt < MEMBERS_MAX; i++) {
		const char *name = kbtf_string(places->btf, members[i].name_off);
		if (*name)
			places->list[places->cnt++] = (struct place) {name, members[i].type};
		else
			add_members(places, members[i].type, depth + 1);
	}
}

static const struct place *find_place(const struct places *places, const char *name)
{
	for (size_t i = 0; i < places->cnt; i++) {
		if (!strcmp(places->list[i].name, name))
			return &places->list[i];
	}
	return NULL;
}

/* The name before or behind a member; `of`: the next one that these places have, too. "": none. */
static const char *name_beside(
	const struct places *places, const struct place *at, int by, const struct places *of)
{
	for (size_t i = (size_t)(at - places->list);;) {
		if ((by < 0 && !i) || (by > 0 && i + 1 >= places->cnt))
			return "";
		i = by < 0 ? i - 1 : i + 1;
		if (!of || find_place(of, places->list[i].name))
			return places->list[i].name;
	}
}

/* 2: next to the same member; 1: with only members between that the other kernel does not have. */
static int closeness(const struct places *had, const struct place *was, const struct places *now,
	const struct place *other, int by)
{
	if (!strcmp(name_beside(had, was, by, NULL), name_beside(now, other, by, NULL)))
		return 2;
	return !strcmp(name_beside(had, was, by, now), name_beside(now, other, by, had));
}

/* Equal but for underscores before and behind: state and __state. */
static bool are_spellings(const char *a, const char *b)
{
	size_t a_len, b_len;

	a += strspn(a, "_");
	b += strspn(b, "_");
	for (a_len = strlen(a); a_len && a[a_len - 1] == '_';)
		a_len--;
	for (b_len = strlen(b); b_len && b[b_len - 1] == '_';)
		b_len--;
	return a_len == b_len && !strncmp(a, b, a_len);
}

static bool have_same_type(const struct places *a, const struct place *x, const struct places *b,
	const struct place *y)
{
	_cleanup_buf_ struct buf left = {0}, right = {0};

	kbtf_print_decl(a->btf, x->type_id, "", &left);
	kbtf_print_decl(b->btf, y->type_id, "", &right);
	return !left.failed && !right.failed && !strcmp(buf_text(&left), buf_text(&right));
}

/* Its place counts, its type, and its spelling; one neighbour alone is too little. */
#define LIKENESS_MIN 3

static int likeness(const struct places *had, const struct place *was, const struct places *now,
	const struct place *other)
{
	return closeness(had, was, now, other, -1) + closeness(had, was, now, other, 1) +
		(have_same_type(had, was, now, other) ? 2 : 0) +
		(are_spellings(was->name, other->name) ? 3 : 0);
}

/* NULL: none, or several. */
static const char *find_likely(
	const struct places *had, const struct place *was, const struct places *now)
{
	const char *best = NULL;
	int best_likeness = 0;

	for (size_t i = 0; i < now->cnt; i++) {
		/* A member that both have is not another one's successor. */
		if (find_place(had, now->list[i].name))
			continue;
		int found = likeness(had, was, now, &now->list[i]);
		if (found == best_likeness)
			best = NULL;
		else if (found >= LIKENESS_MIN && found > best_likeness) {
			best = now->list[i].name;
			best_likeness = found;
		}
	}
	return best;
}

/* The type that has the member of a step, from the step before it. 0: none. */
static uint32_t holder_of(const struct core_spec *spec, int step)
{
	const struct core_step *before = &spec->steps[step - 1];
	const struct btf_type *type = core_type(spec->btf, before->type_id);

	if (!before->name)
		return before->type_id;
	return type && before->index < kbtf_vlen(type)
		? ((const struct btf_member *)kbtf_tail(type))[before->index].type
		: 0;
}

static uint32_t find_root(const struct core_spec *local, const struct kbtf *btf)
{
	const struct btf_type *type = core_type(local->btf, local->root);
	const char *name = kbtf_name(local->btf, type);
	char essential[KBTF_NAME_MAX_BYTES + 1];
	size_t len = core_essential_len(name);

	if (len >= sizeof(essential))
		return 0;
	memcpy(essential, name, len);
	essential[len] = '\0';
	return kbtf_find(btf, essential, kbtf_kind(type));
}

/* The number of the first step that the kernel lacks, with the path before it; 0: none is missing. */
static int missing_step(const struct core_spec *local, const struct kbtf *btf, uint32_t root, struct core_spec *ret)
{
	struct core_spec part = *local, found;

	for (part.len = 1; part.len <= local->len; part.len++) {
		if (core_match(&part, btf, root, &found) <= 0)
			return part.len - 1;
		*ret = found;
	}
	return 0;
}

bool core_find_renamed(const struct kbtf *local_btf, uint32_t type_id, uint32_t kind, const char *access,
	const struct kbtf *had, const struct kbtf *now, struct pool *pool, const char **ret)
{
	struct core_spec local, there, here;
	struct places *places = pool_calloc(pool, 2, sizeof(*places));

	*ret = NULL;
	if (!places)
		return false;
	if (!core_is_field(kind) || core_parse(local_btf, type_id, access, kind, &local))
		return true;
	uint32_t old_root = find_root(&local, had), new_root = find_root(&local, now);
	if (!old_root || !new_root || core_match(&local, had, old_root, &there) <= 0)
		return true;
	int step = missing_step(&local, now, new_root, &here);
	if (step <= 0 || !there.steps[step].name)
		return true;
	places[0].btf = had;
	places[1].btf = now;
	add_members(&places[0], holder_of(&there, step), 0);
	add_members(&places[1], holder_of(&here, step), 0);
	const struct place *was = find_place(&places[0], there.steps[step].name);
	*ret = was ? find_likely(&places[0], was, &places[1]) : NULL;
	return true;
}
