/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/calls/search.h"
#include "probe/calls/log.h"
#include "probe/calls/program.h"
#include "util/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILDS_MAX 150 /* programs that could not be built cost no load */
#define TRIED_MAX 64
#define HELPER_THAT_DOES_NOT_EXIST 0x7fffffff

struct search {
	struct planner *planner;
	const struct callee *callee;
	struct search_result *result;
	struct recipe recipe;
	struct builder *builder;
	bool rcu_tried, rcu_may_help, replaying, quick;
	bool left_out; /* a quick search did not try everything */
};

/* Where to look for the choice to change. */
struct blame {
	const char *path;
	bool after; /* the program ended wrongly, behind the call */
	const char *line;
	size_t len;
};

static bool line_has(const struct blame *blame, const char *const *words, size_t cnt)
{
	for (size_t i = 0; blame->line && i < cnt; i++) {
		if (memmem(blame->line, blame->len, words[i], strlen(words[i])))
			return true;
	}
	return false;
}

static const struct choice *find_choice(const struct builder *builder, const char *path)
{
	for (size_t i = 0; i < builder->choice_cnt; i++) {
		if (!strcmp(builder->choices[i].path, path))
			return &builder->choices[i];
	}
	return NULL;
}

static bool set_choice(struct search *search, const char *path, const char *name)
{
	const char *kept_path = pool_intern(&search->planner->pool, path, strlen(path));
	const char *kept_name = pool_intern(&search->planner->pool, name, strlen(name));

	return kept_path && kept_name && recipe_set(&search->recipe, kept_path, kept_name);
}

/* Everything that was chosen after this choice is open again. */
static void reopen(struct search *search, const char *path)
{
	if (!strncmp(path, "call", 4) || !strcmp(path, "target"))
		recipe_drop(&search->recipe, "consume");
	if (strcmp(path, "after") != 0)
		recipe_drop(&search->recipe, "after");
	if (!strcmp(path, "target"))
		recipe_drop_below(&search->recipe, "call");
	recipe_drop_below(&search->recipe, path);
}

/* The next alternative of the choice. False: there is none. */
static bool advance_choice(struct search *search, const char *path, bool rewind)
{
	const struct choice *choice = find_choice(search->builder, path);

	if (!choice)
		return false;
	if (choice->taken + 1 < choice->cnt || choice->more) {
		bool listed = choice->taken + 1 < choice->cnt;
		const char *next = listed ? choice->names[choice->taken + 1] : RECIPE_MORE;
		reopen(search, path);
		return set_choice(search, path, next);
	}
	if (rewind)
		recipe_drop(&search->recipe, path);
	return false;
}

static bool starts_rcu(struct search *search)
{
	const char *target = recipe_get(&search->recipe, "target");
	const char *load = recipe_get(&search->recipe, RECIPE_LOAD);
	const struct choice *section = find_choice(search->builder, "section");

	if (search->rcu_tried || !section || section->cnt < 2 || section->taken)
		return false;
	search->rcu_tried = true;
	search->recipe.cnt = 0;
	return (!load || set_choice(search, RECIPE_LOAD, load)) &&
		(!target || set_choice(search, "target", target)) && set_choice(search, "section", "rcu");
}

static bool advance_after(struct search *search)
{
	const struct builder *builder = search->builder;

	if (advance_choice(search, "after", true) || advance_choice(search, "consume", true))
		return true;
	for (size_t i = builder->choice_cnt; i-- > 0;) {
		const char *path = builder->choices[i].path, *slash = strrchr(path, '/');
		if (slash && !strcmp(slash, "/release") && advance_choice(search, path, false))
			return true;
	}
	for (size_t i = 0; i < builder->choice_cnt; i++) {
		const char *path = builder->choices[i].path, *slash = strrchr(path, '/');
		if (!strncmp(path, "call/a", 6) && slash == path + 7 &&
			advance_choice(search, path, false))
			return true;
	}
	return false;
}

/* The choices below the blamed path, the last first; then the path itself and those above it. */
static bool advance_before(struct search *search, const struct blame *blame, bool fixed)
{
	const struct builder *builder = search->builder;
	char above[RECIPE_PATH_MAX];
	bool found = false;

	for (size_t i = builder->choice_cnt; i-- > 0 && !fixed;) {
		const char *path = builder->choices[i].path;
		if (!*blame->path || !recipe_path_is_below(path, blame->path))
			continue;
		found = true;
		if (advance_choice(search, path, false))
			return true;
	}
	snprintf(above, sizeof(above), "%s", blame->path);
	while (*above) {
		found |= find_choice(builder, above) != NULL;
		if (advance_choice(search, above, false))
			return true;
		char *slash = strrchr(above, '/');
		*(slash ? slash : above) = '\0';
	}
	for (size_t i = builder->choice_cnt; i-- > 0 && !fixed && !found;) {
		if (!strncmp(builder->choices[i].path, "call/", 5) &&
			advance_choice(search, builder->choices[i].path, false))
			return true;
	}
	return false;
}

/* Changes one choice of the recipe. False: nothing is left to try. */
static bool advance(struct search *search, const struct blame *blame)
{
	static const char *const about_rcu[] = {"rcu pointer", "RCU CS", "RCU critical",
		"must be referenced or trusted", "rcu_ptr_", "untrusted_ptr_"};
	static const char *const about_section[] = {"RCU CS", "RCU critical"};
	static const char *const about_device[] = {SEARCH_NEEDS_DEVICE};
	/* Words that no argument changes: only another way to the argument helps. */
	static const char *const fixed[] = {"RCU CS", "RCU critical", "is only allowed",
		"does not allow", "program of this type cannot", "is not allowed"};

	if (line_has(blame, about_device, ARRAY_SIZE(about_device)))
		return advance_choice(search, RECIPE_LOAD, false);
	search->rcu_may_help |= line_has(blame, about_rcu, ARRAY_SIZE(about_rcu));
	if (line_has(blame, about_section, ARRAY_SIZE(about_section)) &&
		!strcmp(blame->path, "call") && starts_rcu(search))
		return true;
	if (blame->after ? advance_after(search)
			 : advance_before(search, blame, line_has(blame, fixed, ARRAY_SIZE(fixed))))
		return true;
	if (advance_choice(search, "target", false))
		return true;
	return search->rcu_may_help && starts_rcu(search);
}

/* What the choices were, without those that are the first anyway. */
static void describe(const struct builder *builder, struct planner *planner, struct recipe *recipe)
{
	*recipe = (struct recipe) {.cnt = 0};
	for (size_t i = 0; i < builder->choice_cnt; i++) {
		const struct choice *choice = &builder->choices[i];
		if ((!choice->taken && !choice->is_named) || choice->taken >= choice->cnt)
			continue;
		const char *name = choice->names[choice->taken];
		const char *path = pool_intern(&planner->pool, choice->path, strlen(choice->path));
		name = pool_intern(&planner->pool, name, strlen(name));
		if (path && name)
			recipe_set(recipe, path, name);
	}
}

static bool build(struct search *search)
{
	builder_deinit(search->builder);
	builder_init(search->builder, search->planner, &search->recipe, NULL);
	search->builder->replaying = search->replaying;
	search->builder->no_surveys = search->quick || search->replaying;
	program_build(search->builder, search->callee);
	search->left_out |= search->builder->left_out;
	return !search->builder->failed;
}

/* Can the call be dead code? Only if a branch stands before it. */
static bool may_be_skipped(const struct builder *builder)
{
	for (size_t i = 0; i < builder->call_at; i++) {
		uint8_t class = BPF_CLASS(builder->insns[i].code);
		uint8_t op = BPF_OP(builder->insns[i].code);
		if ((class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT)
			return true;
	}
	return false;
}

/* The control: with a helper that does not exist in its place, the program must be refused. */
static bool is_live(struct search *search)
{
	struct builder *builder = search->builder;
	struct bpf_insn *call = &builder->insns[builder->call_at], kept = *call;

	if (!may_be_skipped(builder))
		return true;
	*call = (struct bpf_insn)INSN_HELPER(HELPER_THAT_DOES_NOT_EXIST);
	int errnum = planner_load(search->planner, builder, 0);
	*call = kept;
	search->result->load_cnt++;
	return errnum;
}

static void found(struct search *search)
{
	search->result->end = SEARCH_FOUND;
	search->result->insn_cnt = (uint32_t)search->builder->insn_cnt;
	describe(search->builder, search->planner, &search->result->recipe);
}

/* Is this rule, about words at this place, the answer for the call that is searched for? */
static bool rule_decides(const struct search *search, const struct verdict_rule *rule, bool at_call)
{
	static const struct {
		const char *name;
		enum call_rule rule;
		bool anywhere; /* the words stand at another instruction, or before the first */
	} rules[] = {
		{RULE_TRAP, CALL_RULE_TRAP, false},
		{RULE_PACKET_WRITE, CALL_RULE_PACKET_WRITE, false},
		{RULE_NO_KERNEL_CONTEXT, CALL_RULE_NO_KERNEL_CONTEXT, false},
		{RULE_CSS_TASK_ITER, CALL_RULE_CSS_TASK_ITER, true},
		{RULE_SLEEPABLE_MAP, CALL_RULE_SLEEPABLE_MAP, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (!strcmp(rules[i].name, rule->name))
			return (at_call || rules[i].anywhere) &&
				call_rule_is_about(rules[i].rule, search->callee->name);
	}
	/* Before 6.2, the verifier looks at the arguments first. */
	return at_call && !strcmp(rule->name, RULE_SLEEPABLE);
}

static void take_words(
	struct search *search, int errnum, const struct log_refusal *refusal, bool at_call)
{
	struct search_words *words = &search->result->words;
	const struct verdict_rule *rule = refusal->line
		? verdict_rule_find(REAL_CALL, errnum, refusal->line, refusal->len)
		: NULL;

	words->other |= !rule || (rule->state == CELL_PERMITTED && strcmp(rule->name, RULE_MAP_TYPE) != 0);
	if (!rule || rule->state == CELL_PERMITTED)
		return;
	words->rule = rule;
	words->errnum = errnum;
	words->line = pool_intern(&search->planner->pool, refusal->line, refusal->len);
	words->decides = rule_decides(search, rule, at_call);
}

/* Words before the first instruction are about a map: the last one that the program refers to. */
static const char *owner_of_map(const struct builder *builder)
{
	for (size_t i = builder->insn_cnt; i-- > 0;) {
		const struct bpf_insn *insn = &builder->insns[i];
		if (insn->code == (BPF_LD | BPF_DW | BPF_IMM) &&
			(insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_VALUE))
			return builder->owners[i];
	}
	return "";
}

static struct blame read_refusal(struct search *search, int errnum)
{
	const struct builder *builder = search->builder;
	struct log_refusal refusal = log_refusal(search->planner->loader.log);
	struct blame blame = {.path = "", .line = refusal.line, .len = refusal.len};
	size_t at = refusal.insn < 0 ? 0 : (size_t)refusal.insn;
	unsigned int argument;

	take_words(search, errnum, &refusal, refusal.insn >= 0 && at == builder->call_at);
	search->result->last = refusal.line
		? pool_intern(&search->planner->pool, refusal.line, refusal.len)
		: NULL;
	if (refusal.insn < 0)
		blame.path = owner_of_map(builder);
	else if (at < builder->insn_cnt)
		blame.path = builder->owners[at];
	if (at == builder->call_at)
		blame.path = refusal.line && log_argument(refusal.line, refusal.len, &argument)
			? pool_printf(&search->builder->pool, "call/a%u", argument)
			: "call";
	blame.after = at > builder->call_at || !strcmp(blame.path ? blame.path : "", "exit");
	if (at >= builder->call_at && refusal.line) {
		search->result->errnum = errnum;
		search->result->line = search->result->last;
	}
	if (!blame.path)
		blame.path = "call";
	return blame;
}

static void give_up(struct search *search)
{
	search->result->end = search->result->line ? SEARCH_REFUSED : SEARCH_NO_WAY;
	describe(search->builder, search->planner, &search->result->recipe);
}

static void run(struct search *search, unsigned int loads_max)
{
	unsigned int builds = 0;

	while (search->result->load_cnt < loads_max) {
		if (!build(search)) {
			const struct blame blame = {.path = search->builder->failed_at};
			search->result->missing =
				pool_strdup(&search->planner->pool, search->builder->missing);
			if (++builds > BUILDS_MAX || !advance(search, &blame)) {
				give_up(search);
				return;
			}
			continue;
		}
		int errnum = planner_load(search->planner, search->builder, 1);
		search->result->load_cnt++;
		if (!errnum && is_live(search)) {
			found(search);
			return;
		}
		struct blame blame = errnum ? read_refusal(search, errnum) : (struct blame) {.path = "call"};
		if (search->result->words.decides || !advance(search, &blame)) {
			give_up(search);
			return;
		}
	}
	give_up(search);
	search->result->end = SEARCH_BUDGET;
}

static bool start(struct search *search)
{
	search->builder = malloc(sizeof(*search->builder));
	if (!search->builder) {
		search->planner->no_memory = true;
		return false;
	}
	builder_init(search->builder, search->planner, &search->recipe, NULL);
	return true;
}

static void end(struct search *search)
{
	builder_deinit(search->builder);
	free(search->builder);
}

void search_call(struct planner *planner, const struct callee *callee, bool quick,
	struct search_result *result)
{
	struct search search = {
		.planner = planner, .callee = callee, .result = result, .quick = quick};


	*result = (struct search_result) {.end = SEARCH_NO_WAY};
	if (!start(&search))
		return;
	run(&search, quick ? SEARCH_LOADS_QUICK : SEARCH_LOADS_MAX);
	if (search.left_out && result->end != SEARCH_FOUND && !result->words.decides)
		result->end = SEARCH_BUDGET;
	end(&search);
}

bool search_replay(struct planner *planner, const struct callee *callee,
	const struct recipe *recipe, bool controlled, struct search_result *result)
{
	struct search search = {
		.planner = planner, .callee = callee, .result = result, .recipe = *recipe, .replaying = true};

	*result = (struct search_result) {.end = SEARCH_REFUSED};
	if (!start(&search))
		return false;
	if (build(&search)) {
		result->load_cnt++;
		if (!planner_load(planner, search.builder, 0) && (controlled || is_live(&search)))
			found(&search);
	}
	end(&search);
	return result->end == SEARCH_FOUND;
}
