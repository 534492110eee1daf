/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was predicted of each program, beside what its load on the running kernel gave. */
#include "object/check/parts.h"
#include "util/colour.h"
#include "util/escape.h"
#include "util/wrap.h"

#include <string.h>

#define PREDICTED_WIDTH 11u
#define LOAD_WIDTH 9u

/* X(enumerator, words) */
#define OUTCOMES(X)                                                                                \
	X(AS_PREDICTED, "as predicted")                                                            \
	X(OPEN, "that had no prediction")                                                          \
	X(VERIFIER, "refused for a reason that is no need")                                        \
	X(UNPROVEN, "that could not be tried")                                                     \
	X(WRONG, "loaded against the prediction")

enum outcome {
#define OUTCOME_ENUM(name, words) OUTCOME_##name,
	OUTCOMES(OUTCOME_ENUM)
#undef OUTCOME_ENUM
		OUTCOME_CNT
};

static enum outcome outcome_of(const struct check_program *program)
{
	enum check_state predicted = program->cells[0].load;
	enum proof_state load = program->proof.load;

	if (load == PROOF_BLOCKED || load == PROOF_UNKNOWN)
		return predicted == CHECK_BLOCKED ? OUTCOME_AS_PREDICTED : OUTCOME_UNPROVEN;
	if (predicted == CHECK_UNMET)
		return load == PROOF_DONE ? OUTCOME_WRONG : OUTCOME_AS_PREDICTED;
	if (predicted != CHECK_MET)
		return OUTCOME_OPEN;
	return load == PROOF_DONE ? OUTCOME_AS_PREDICTED : OUTCOME_VERIFIER;
}

static void put_proof(enum proof_state state, size_t width, bool colour, struct buf *out)
{
	const char *word = proof_state_word(state);

	if (colour)
		buf_puts(out,
			state == PROOF_DONE              ? COLOUR_GOOD
				: state == PROOF_REFUSED ? COLOUR_BAD
							 : COLOUR_DOUBT);
	buf_puts(out, word);
	if (colour)
		buf_puts(out, COLOUR_END);
	if (strlen(word) < width)
		buf_pad(out, ' ', width - strlen(word));
}

static void put_row(const struct check_program *program, size_t names, bool colour, struct buf *out)
{
	const struct proof *proof = &program->proof;

	buf_puts(out, program->optional ? " ?" : "  ");
	check_put_padded(out, program->name, names - 2);
	buf_puts(out, "  ");
	check_put_padded(out, check_cell_word(&program->cells[0]), PREDICTED_WIDTH);
	put_proof(proof->load, proof->attach == PROOF_NONE ? 0 : LOAD_WIDTH, colour, out);
	if (proof->attach != PROOF_NONE)
		put_proof(proof->attach, 0, colour, out);
	buf_putc(out, '\n');
}

static void put_wrapped(const struct buf *text, size_t width, struct buf *out)
{
	out->failed |= text->failed;
	buf_puts(out, "  ");
	wrap_escaped(out, buf_text(text), 2, 4, width);
	buf_putc(out, '\n');
}

/* What the prediction rests on, and what the kernel or libbpf said. */
static void put_words(const struct check_program *program, size_t width, struct buf *out)
{
	const struct check_need *first = program->cells[0].first;
	const struct proof *proof = &program->proof;
	_cleanup_buf_ struct buf predicted = {0}, said = {0};

	if (first && outcome_of(program) != OUTCOME_OPEN) {
		buf_printf(&predicted, "%s: predicted: %s %s %s: %s", program->name,
			check_kind_word(first->kind), first->name, check_state_word(first->state),
			first->reason);
		put_wrapped(&predicted, width, out);
	}
	if (!proof->words && !proof->errnum)
		return;
	buf_printf(&said, "%s: %s: %s", program->name, proof->by_libbpf ? "libbpf" : "kernel",
		proof->words ? proof->words : "the verifier said nothing");
	if (proof->errnum)
		buf_printf(&said, " (errno %d, %s)", proof->errnum, strerror(proof->errnum));
	put_wrapped(&said, width, out);
}

static void put_object(
	const struct check_object *checked, size_t width, bool colour, struct buf *out)
{
	size_t names = check_name_width(checked);
	bool attached = false;

	for (size_t i = 0; i < checked->program_cnt; i++)
		attached |= checked->programs[i].proof.attach != PROOF_NONE;
	check_put_padded(out, checked->name, names);
	buf_puts(out, attached ? "  predicted  loads    attaches\n" : "  predicted  loads\n");
	for (size_t i = 0; i < checked->program_cnt; i++) {
		if (!checked->programs[i].off)
			put_row(&checked->programs[i], names, colour, out);
	}
	for (size_t i = 0; i < checked->program_cnt; i++) {
		if (!checked->programs[i].off)
			put_words(&checked->programs[i], width, out);
	}
	buf_putc(out, '\n');
}

void check_render_proofs(const struct check *check, size_t width, bool colour, struct buf *out)
{
	static const char *const words[] = {
#define OUTCOME_WORDS(name, words) [OUTCOME_##name] = words,
		OUTCOMES(OUTCOME_WORDS)};
	size_t cnts[OUTCOME_CNT] = {0}, cnt = 0;

	for (size_t i = 0; i < check->object_cnt; i++) {
		const struct check_object *checked = &check->objects[i];
		put_object(checked, width, colour, out);
		for (size_t k = 0; k < checked->program_cnt; k++) {
			if (checked->programs[k].off)
				continue;
			cnts[outcome_of(&checked->programs[k])]++;
			cnt++;
		}
	}
	buf_printf(out, "%zu program%s by libbpf %s", cnt, cnt == 1 ? "" : "s",
		proof_libbpf_version());
	for (size_t i = 0; i < OUTCOME_CNT; i++) {
		if (cnts[i])
			buf_printf(out, ", %zu %s", cnts[i], words[i]);
	}
	buf_puts(out, ".\n");
}

static enum check_state state_of_proof(enum proof_state state)
{
	return state == PROOF_DONE || state == PROOF_NONE ? CHECK_MET
		: state == PROOF_REFUSED                  ? CHECK_UNMET
		: state == PROOF_BLOCKED                  ? CHECK_BLOCKED
							  : CHECK_UNKNOWN;
}

enum check_state check_settle_proofs(const struct check *check, const struct check_policy *policy)
{
	enum check_state worst = CHECK_MET;

	for (size_t i = 0; i < check->object_cnt; i++) {
		for (size_t k = 0; k < check->objects[i].program_cnt; k++) {
			const struct check_program *program = &check->objects[i].programs[k];
			enum check_state load = state_of_proof(program->proof.load);
			enum check_state attach = state_of_proof(program->proof.attach);
			if (program->optional)
				continue;
			worst = load > worst ? load : worst;
			if (!policy->ignore_attach && attach > worst)
				worst = attach;
		}
	}
	return worst;
}
