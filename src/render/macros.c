/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A header in the form of `bpftool feature probe macros`, with the same names for the same facts.
 */
#include <ctype.h>
#include <string.h>

#include "render/render.h"
#include "util/array.h"

/* "XDP_PROG_TYPE"; what no name in C can have becomes '_'. */
static void put_name(struct buf *out, const char *name, const char *end)
{
	for (; *name; name++)
		buf_putc(out,
			isalnum((unsigned char)*name) ? (char)toupper((unsigned char)*name) : '_');
	buf_puts(out, end);
}

static void put_feature(
	struct buf *out, enum support_state state, const char *name, const char *end)
{
	if (state == SUPPORT_OK)
		buf_puts(out, "#define HAVE_");
	else if (state == SUPPORT_UNSUPPORTED)
		buf_puts(out, "#define NO_HAVE_");
	else
		buf_puts(out, "/* unknown: HAVE_");
	put_name(out, name, end);
	buf_puts(out, state == SUPPORT_OK || state == SUPPORT_UNSUPPORTED ? "\n" : " */\n");
}

/* bpftool's name of a feature, where it differs. */
static const char *macro_name(const char *feature)
{
	static const char *const names[][2] = {
		{"large_insns", "LARGE_INSN_LIMIT"},
		{"isa_v2", "V2_ISA_EXTENSION"},
		{"isa_v3", "V3_ISA_EXTENSION"},
		{"isa_v4", "V4_ISA_EXTENSION"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(feature, names[i][0]))
			return names[i][1];
	}
	return feature;
}

static void put_features(struct buf *out, const char *title,
	const struct snapshot_features *features, const char *end)
{
	if (features->cnt)
		buf_printf(out, "/*** %s ***/\n", title);
	for (size_t i = 0; i < features->cnt; i++)
		put_feature(out, features->list[i].state, macro_name(features->list[i].name), end);
	if (features->cnt)
		buf_putc(out, '\n');
}

static bool is_identifier(const char *name)
{
	return *name && !isdigit((unsigned char)*name) &&
		name[strspn(name,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] == '\0';
}

/* What the contexts of one program type say together. */
struct answer {
	bool asked, usable, unknown;
};

static void add_cells(const struct snapshot *snapshot, const char *type, const struct cell *cells,
	struct answer *answer)
{
	for (size_t i = 0; cells && i < snapshot->context_cnt; i++) {
		if (cells[i].state == CELL_NONE || strcmp(snapshot->contexts[i].program_type, type))
			continue;
		answer->asked = true;
		answer->usable |= cell_state_usable(cells[i].state);
		answer->unknown |= !cell_state_definite(cells[i].state);
	}
}

static void put_call(struct buf *out, const char *type, const char *kind, const char *name,
	const struct answer *answer)
{
	if (!answer->asked || !is_identifier(name))
		return;
	buf_printf(out, "#define BPF__PROG_TYPE_%s__%s_%s %d\n", type, kind, name, answer->usable);
	if (answer->unknown && !answer->usable)
		buf_printf(out, "#define BPF__PROG_TYPE_%s__%s_%s_UNKNOWN 1\n", type, kind, name);
}

static void put_helpers(struct buf *out, const struct snapshot *snapshot, const char *type)
{
	for (size_t i = 0; i < snapshot->helper_cnt; i++) {
		struct answer answer = {0};
		add_cells(snapshot, type, snapshot->helpers[i].cells, &answer);
		put_call(out, type, "HELPER", snapshot->helpers[i].name, &answer);
	}
}

/* Several modules may have a kfunc of one name: they stand side by side. */
static void put_kfuncs(struct buf *out, const struct snapshot *snapshot, const char *type)
{
	for (size_t i = 0, next; i < snapshot->kfunc_cnt; i = next) {
		struct answer answer = {0};
		for (next = i; next < snapshot->kfunc_cnt &&
			!strcmp(snapshot->kfuncs[next].name, snapshot->kfuncs[i].name);
			next++)
			add_cells(snapshot, type, snapshot->kfuncs[next].cells, &answer);
		put_call(out, type, "KFUNC", snapshot->kfuncs[i].name, &answer);
	}
}

static void put_calls(struct buf *out, const struct snapshot *snapshot, const char *kind,
	const char *word, void (*put)(struct buf *, const struct snapshot *, const char *))
{
	buf_printf(out,
		"/*** eBPF %ss ***/\n"
		"/* #if HAVE_PROG_TYPE_%s(xdp, NAME): an XDP program can call it in at least one context. */\n"
		"#define HAVE_PROG_TYPE_%s(prog_type, name) BPF__PROG_TYPE_ ## prog_type ## __%s_ ## name\n",
		word, kind, kind, kind);
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		const char *type = snapshot->contexts[i].program_type;
		bool again = !is_identifier(type);
		for (size_t k = 0; k < i && !again; k++)
			again = !strcmp(snapshot->contexts[k].program_type, type);
		if (!again)
			put(out, snapshot, type);
	}
	buf_putc(out, '\n');
}

static bool accepts_programs(const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->context_cnt; i++) {
		if (snapshot->contexts[i].state == SUPPORT_OK)
			return true;
	}
	return false;
}

struct error *render_macros(const struct snapshot *snapshot, struct buf *out)
{
	buf_puts(out, "/* What a kernel can do, as kcompat observed it. */\n\n");
	if (accepts_programs(snapshot))
		buf_puts(out, "/*** System call availability ***/\n#define HAVE_BPF_SYSCALL\n\n");
	put_features(out, "eBPF program types", &snapshot->program_types, "_PROG_TYPE");
	put_features(out, "eBPF map types", &snapshot->map_types, "_MAP_TYPE");
	put_features(out, "eBPF attach types", &snapshot->attach_types, "_ATTACH_TYPE");
	put_features(out, "eBPF link types", &snapshot->link_types, "_LINK_TYPE");
	if (snapshot->helper_cnt)
		put_calls(out, snapshot, "HELPER", "helper function", put_helpers);
	if (snapshot->kfunc_cnt)
		put_calls(out, snapshot, "KFUNC", "kernel function", put_kfuncs);
	put_features(out, "eBPF misc features", &snapshot->features, "");
	return out->failed ? error_no_memory() : NULL;
}
