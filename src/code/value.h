/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic on values that may be unknown: the part of the walk without state. */
#ifndef KCOMPAT_CODE_VALUE_H
#define KCOMPAT_CODE_VALUE_H

#include "code/code.h"

uint64_t value_mask(unsigned int width_bytes);
/* Extends the low `from_bytes` bytes to 64 bits. */
uint64_t value_extend(uint64_t number, unsigned int from_bytes, bool sign);
struct code_value value_operand(const struct code_state *state, const struct code_operand *operand,
	unsigned int width_bytes);
struct code_value value_alu(
	enum code_alu alu, struct code_value a, struct code_value b, unsigned int width_bytes);
/* Is the condition met? TRISTATE_UNKNOWN: it depends on an unknown value. */
enum tristate value_condition(enum code_condition condition, const struct code_flags *flags);

#endif
