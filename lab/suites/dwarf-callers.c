/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who calls the functions named, by a plain walk of all debugging entries with libdw and nothing of
 * kcompat: "inline CALLEE CALLER" for an inlined body, "direct CALLEE CALLER" for a call site, once each.
 * usage: dwarf-callers VMLINUX NAME... | sort -u
 */
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 256
#define GNU_CALL_SITE 0x4109

struct walk {
	char **names;
	int name_cnt;
	const char *function; /* whose entries these are; NULL: none's */
};

/* The name of what an attribute refers to, through its origins. */
static const char *origin_name(Dwarf_Die *die, unsigned int attribute)
{
	Dwarf_Attribute found;
	Dwarf_Die origin;

	if (!dwarf_attr(die, attribute, &found) || !dwarf_formref_die(&found, &origin))
		return NULL;
	Dwarf_Attribute name;
	const char *text = dwarf_formstring(dwarf_attr_integrate(&origin, DW_AT_name, &name));
	/* What the compiler calls __builtin_strchr is linked as strchr. */
	if (text && !strncmp(text, "__builtin_", 10) &&
		dwarf_attr_integrate(&origin, DW_AT_linkage_name, &name))
		text = dwarf_formstring(&name);
	return text;
}

static void tell(const struct walk *walk, const char *how, const char *callee)
{
	for (int i = 0; callee && walk->function && i < walk->name_cnt; i++) {
		if (!strcmp(walk->names[i], callee))
			printf("%s %s %s\n", how, callee, walk->function);
	}
}

static void visit(struct walk *walk, Dwarf_Die *die, int depth)
{
	const char *outer = walk->function;
	Dwarf_Attribute found;
	Dwarf_Die child;
	int tag = dwarf_tag(die);

	if (tag == DW_TAG_subprogram) {
		/* The abstract form of a function is no code. */
		walk->function = dwarf_hasattr(die, DW_AT_inline)
			? NULL
			: dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &found));
	} else if (tag == DW_TAG_inlined_subroutine) {
		tell(walk, "inline", origin_name(die, DW_AT_abstract_origin));
	} else if (tag == DW_TAG_call_site || tag == GNU_CALL_SITE) {
		const char *callee = origin_name(die, DW_AT_call_origin);
		tell(walk, "direct", callee ? callee : origin_name(die, DW_AT_abstract_origin));
	}
	if (depth < DEPTH_MAX && !dwarf_child(die, &child)) {
		do
			visit(walk, &child, depth + 1);
		while (!dwarf_siblingof(&child, &child));
	}
	walk->function = outer;
}

int main(int argc, char **argv)
{
	struct walk walk = {.names = argv + 2, .name_cnt = argc - 2};
	int fd = argc > 2 ? open(argv[1], O_RDONLY) : -1;
	Dwarf *dwarf = fd < 0 ? NULL : dwarf_begin(fd, DWARF_C_READ);
	Dwarf_CU *cu = NULL;
	Dwarf_Die die;

	if (!dwarf) {
		fprintf(stderr, "usage: dwarf-callers VMLINUX NAME...\n");
		return 2;
	}
	while (!dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &die, NULL))
		visit(&walk, &die, 0);
	return dwarf_end(dwarf);
}
