/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"

static const char *const field_words[HELPER_FIELD_CNT] = {
#define HELPER_FIELD_WORDS(name, type, member, bits, words) [HELPER_FIELD_##name] = words,
	HELPER_FIELDS(HELPER_FIELD_WORDS)};

static const char *const capability_names[HELPER_CAPABILITY_CNT] = {
#define HELPER_CAPABILITY_NAME(number, name) [number] = name,
	HELPER_CAPABILITIES(HELPER_CAPABILITY_NAME)};

const char *helper_field_words(enum helper_field field)
{
	return field_words[field];
}

const char *helper_capability_name(unsigned int number)
{
	return number < HELPER_CAPABILITY_CNT ? capability_names[number] : NULL;
}
