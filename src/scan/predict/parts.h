/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of a prediction share. */
#ifndef KCOMPAT_SCAN_PREDICT_PARTS_H
#define KCOMPAT_SCAN_PREDICT_PARTS_H

#include "inventory/contexts.h"
#include "scan/predict/predict.h"

/* One cell's worth: the texts are shared by all cells that it holds for. */
struct prediction {
	enum cell_state state;
	const struct evidence *evidence;
};

/* Answers about helpers whose words are kept. */
#define PREDICT_KEPT_CNT 8

struct predict_context {
	struct probe_context base; /* name, row, type_id, member; state and reason are set here */
	const char *target;
	uint32_t prog_type; /* whose hook counts: freplace has its target's */
	uint32_t hook;      /* or KFUNC_HOOK_NONE, KFUNC_HOOK_UNKNOWN */
	const struct kfunc_struct_ops *ops;
	struct kfunc_place *places; /* one; of a whole struct_ops type one for each function */
	size_t place_cnt;
	enum predict_rule rule;    /* why the context is not ok */
	struct prediction blocked; /* state not ok: that of every cell */
	struct prediction unregistered, unsure;
	/* Of calls for which a program must sleep; of a helper: might_sleep. */
	struct prediction sleepless, css_task, might_sleep;
	struct {
		struct helper_verdict verdict;
		struct prediction prediction;
	} kept[PREDICT_KEPT_CNT]; /* state CELL_NONE: free */
	size_t kept_cnt;
};

struct predict_kfunc {
	const char *name, *module_name; /* NULL: vmlinux */
	const struct kernel_module *module;
	uint32_t btf_id, flags;
	unsigned int found_by;
	bool fmodret_only;             /* attach targets: no kfunc at all */
	const uint32_t *registrations; /* indexes */
	size_t registration_cnt;
	enum tristate device_bound;
	struct prediction never; /* no program can call it; state CELL_NONE: none known */
	/* No program that its sets are for can, and the others are refused first; CELL_NONE: can */
	struct prediction damaged;
	/* What the JIT lacks for it, or that this could not be told; CELL_NONE: nothing */
	struct prediction jitless;
};

struct predict_filter {
	uint64_t address;
	const char *name;
	const char *module;
	struct prediction refused, unknown, partly; /* partly: of a whole struct_ops type */
};

/* Answers about the kfunc whose row is being filled: many contexts put the same question. */
struct predict_answer {
	size_t filter;
	struct kfunc_place place; /* without what it attaches to */
	enum tristate refuses;
};

struct predict {
	const struct predict_source *source;
	struct snapshot *snapshot;
	struct pool *pool; /* the snapshot's */
	struct predict_context *contexts;
	size_t context_cnt;
	struct predict_kfunc *kfuncs;
	size_t kfunc_cnt;
	struct predict_filter *filters; /* one a function */
	size_t filter_cnt;
	bool *filter_on_hook; /* [filter_cnt][hook_cnt] */
	const struct predict_kfunc *answers_of;
	enum tristate *anywhere; /* [filter_cnt]: whatever the program */
	struct predict_answer *answers;
	size_t answer_cnt, answer_cap;
	uint32_t *filter_of_set;       /* index into filters; UINT32_MAX: none */
	struct prediction *registered; /* by registration */
	struct prediction destructive, device_bound, device_unsure;
	struct prediction helper_partly, helper_unknown, tail_call; /* of struct_ops types */
	struct prediction never; /* no program can call any kfunc; state CELL_NONE: some may */
	bool no_memory; /* sticky; texts of predictions are many */
};

/* Sets no_memory and gives evidence NULL when memory ends. */
struct prediction prediction_make(struct predict *predict, enum cell_state state,
	enum predict_rule rule, const char *format, ...) __attribute__((format(printf, 4, 5)));

struct error *predict_contexts(struct predict *predict);
/* Of the context's struct_ops type: may a program implement the `index`th member? */
bool predict_may_implement(
	const struct predict *predict, const struct predict_context *context, uint32_t index);
uint32_t predict_member_bytes(const struct kbtf *btf, uint32_t type_id, uint32_t index);
struct error *predict_kfuncs_find(struct predict *predict);
struct error *predict_filters_init(struct predict *predict);
/* The cell as far as filters decide: permitted as registered, refused, unknown, conditional. */
struct error *predict_filtered(struct predict *predict, const struct predict_context *context,
	const struct predict_kfunc *kfunc, const struct kfunc_registration *registration,
	struct prediction *ret);
/* One row of the matrix. */
struct error *predict_cells(
	struct predict *predict, const struct predict_kfunc *kfunc, struct cell *cells);
/* ERROR_INTERRUPTED when the caller wants no more; NULL: go on. */
struct error *predict_interrupted(const struct predict *predict);
/* All rows of helpers; nothing where there is no BTF. */
struct error *predict_helpers(struct predict *predict);

#endif
