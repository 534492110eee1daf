/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads one program of a BPF object by libbpf, as a loader would, on the running kernel. Each load
 * has a process of its own with limits of time and memory, which ends before the answer is given:
 * nothing stays loaded or attached, and a fault of libbpf ends only that process.
 */
#ifndef KCOMPAT_PROBE_LOAD_OBJECT_H
#define KCOMPAT_PROBE_LOAD_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/pool.h"

/* X(enumerator, subject, word): what a loader does to an object before it loads it */
#define LOADER_WORDS(X)                                                                            \
	X(RODATA, "rodata", NULL)                                                                  \
	X(MAX_ENTRIES, "map", "max_entries")                                                       \
	X(KEY_SIZE, "map", "key_size")                                                             \
	X(VALUE_SIZE, "map", "value_size")                                                         \
	X(INNER, "map", "inner")                                                                   \
	X(OFF, "program", "off")                                                                   \
	X(ON, "program", "on")                                                                     \
	X(TARGET, "program", "target")                                                             \
	X(SECTION, "program", "section")

enum loader_word {
#define LOADER_WORD_ENUM(name, subject, word) LOADER_##name,
	LOADER_WORDS(LOADER_WORD_ENUM)
#undef LOADER_WORD_ENUM
		LOADER_WORD_CNT
};

struct loader_setting {
	enum loader_word word;
	const char *name;  /* of the variable, map or program */
	const char *value; /* a target, a section or a map; NULL: none */
	uint32_t number;
	/* Of a variable: where it is, and its bytes in the object's order. */
	const char *data_section;
	uint32_t section, start, size_bytes;
	const unsigned char *bytes;
};

/* X(enumerator, word, meaning) */
#define PROOF_STATES(X)                                                                            \
	X(NONE, "none", "it was not tried")                                                        \
	X(DONE, "yes", "the kernel accepted it")                                                   \
	X(REFUSED, "no", "libbpf or the kernel refused it")                                        \
	X(BLOCKED, "blocked",                                                                      \
		"a policy or a missing privilege refused it before it was looked at")              \
	X(UNKNOWN, "unknown", "time, memory or something else ended the attempt")

enum proof_state {
#define PROOF_STATE_ENUM(name, word, meaning) PROOF_##name,
	PROOF_STATES(PROOF_STATE_ENUM)
#undef PROOF_STATE_ENUM
		PROOF_STATE_CNT
};
const char *proof_state_word(enum proof_state state);

/* Strings are in the pool of the request; NULL: there is none. */
struct proof {
	enum proof_state load, attach;
	int errnum;        /* of the refused one */
	const char *words; /* the verifier's last line, or libbpf's */
	bool by_libbpf;    /* libbpf refused it, and did not ask the kernel about the program */
};

struct proof_request {
	const void *object;
	size_t object_size_bytes;
	const char *program; /* its name */
	const struct loader_setting *settings;
	size_t setting_cnt;
	bool attach; /* attaches it, too, for a moment */
	unsigned int timeout_s;
};

/* The only errors are that no process can be started, and lack of memory. */
struct error *proof_load(const struct proof_request *request, struct pool *pool, struct proof *ret);
/* "1.5" */
const char *proof_libbpf_version(void);

#endif
