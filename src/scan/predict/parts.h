/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types and functions that the parts of a prediction share. */
#ifndef KCOMPAT_SCAN_PREDICT_PARTS_H
#define KCOMPAT_SCAN_PREDICT_PARTS_H

#include "inventory/contexts.h"
#include "scan/predict/predict.h"

/* The prediction of one cell. Equal cells share the texts. */
struct prediction {
	enum cell_state state;
	const struct evidence *evidence;
};

/* The number of answers about helpers whose texts are kept. */
#define PREDICT_KEPT_CNT 8

struct predict_context {
	struct probe_context base; /* name, row, type_id, member; state and reason are set here */
	const char *target;
	uint32_t prog_type; /* the type that selects the hook: freplace has its target's */
	uint32_t hook;      /* or KFUNC_HOOK_NONE, KFUNC_HOOK_UNKNOWN */
	const struct kfunc_struct_ops *ops;
	struct kfunc_place *places; /* one place; for a whole struct_ops type, one per function */
	size_t place_cnt;
	enum predict_rule rule;    /* the reason if the context is not ok */
	struct prediction blocked; /* the prediction of every cell if the context is not ok */
	struct prediction unregistered, unsure;
	/* For calls that require a sleepable program; for a helper: might_sleep. */
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
	bool fmodret_only;             /* attach targets: not a kfunc */
	const uint32_t *registrations; /* indexes */
	size_t registration_cnt;
	enum tristate device_bound;
	struct prediction never; /* no program can call it; state CELL_NONE: none known */
	/* No program of its sets can call it, and others are refused first; CELL_NONE: callable */
	struct prediction damaged;
	/* The JIT lacks support for it, or this is unknown; CELL_NONE: supported */
	struct prediction jitless;
};

struct predict_filter {
	uint64_t address;
	const char *name;
	const char *module;
	struct prediction refused, unknown, partly; /* partly: of a whole struct_ops type */
};

/* Answers about the kfunc of the current row: many contexts need the same answer. */
struct predict_answer {
	size_t filter;
	struct kfunc_place place; /* without the attach target */
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
	enum tristate *anywhere; /* [filter_cnt]: for every program */
	struct predict_answer *answers;
	size_t answer_cnt, answer_cap;
	uint32_t *filter_of_set;       /* index into filters; UINT32_MAX: none */
	struct prediction *registered; /* by registration */
	struct prediction destructive, device_bound, device_unsure;
	struct prediction helper_partly, helper_unknown, tail_call; /* of struct_ops types */
	struct prediction never; /* no program can call any kfunc; state CELL_NONE: some may */
	bool no_memory; /* stays set; there are many texts */
};

/* Without memory: sets no_memory, and evidence is NULL. */
struct prediction prediction_make(struct predict *predict, enum cell_state state,
	enum predict_rule rule, const char *format, ...) __attribute__((format(printf, 4, 5)));

struct error *predict_contexts(struct predict *predict);
/* May a program implement the `index`th member of the context's struct_ops type? */
bool predict_may_implement(
	const struct predict *predict, const struct predict_context *context, uint32_t index);
uint32_t predict_member_bytes(const struct kbtf *btf, uint32_t type_id, uint32_t index);
struct error *predict_kfuncs_find(struct predict *predict);
struct error *predict_filters_init(struct predict *predict);
/* The cell by the filters alone: permitted as registered, refused, unknown, conditional. */
struct error *predict_filtered(struct predict *predict, const struct predict_context *context,
	const struct predict_kfunc *kfunc, const struct kfunc_registration *registration,
	struct prediction *ret);
/* One row of the matrix. */
struct error *predict_cells(
	struct predict *predict, const struct predict_kfunc *kfunc, struct cell *cells);
/* ERROR_INTERRUPTED if the caller requests a stop; NULL: continue. */
struct error *predict_interrupted(const struct predict *predict);
/* All rows of helpers; none without BTF. */
struct error *predict_helpers(struct predict *predict);
/*
 * Changes permitted cells of calls that need a field of a map's value, after all rows are filled: see
 * kernel/map_fields.h. Uses the verifier's own texts. A timer that no program may use is a feature.
 */
struct error *predict_fields(struct predict *predict);
/*
 * Changes permitted cells of calls that the verifier refuses whatever their arguments are, after
 * predict_fields(): see kernel/call_rules.h.
 */
struct error *predict_calls(struct predict *predict);
/* Has the verifier of the image this message? False also without the texts of an image. NULL: false. */
bool predict_verifier_says(struct predict *predict, const char *text);
/* Were the verifier's messages read? */
bool predict_texts_are_known(struct predict *predict);

#endif
