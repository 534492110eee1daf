/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does an ELF file have the function or the USDT mark that a uprobe names? */
#include "inventory/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#define NT_STAPSDT 3 /* <sys/sdt.h> of systemtap: addresses, provider, name, arguments */

struct elf_target {
	const char *file, *name;
	const char *provider; /* of a USDT mark; NULL: a function */
};

static bool symbol_fits(const struct elf_target *target, Elf *elf, size_t names, const GElf_Sym *symbol)
{
	unsigned int type = GELF_ST_TYPE(symbol->st_info);
	const char *name = elf_strptr(elf, names, symbol->st_name);

	return name && (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol->st_shndx != SHN_UNDEF &&
		!fnmatch(target->name, name, 0);
}

static bool section_has_symbol(const struct elf_target *target, Elf *elf, Elf_Scn *scn, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t cnt = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;
	GElf_Sym symbol;

	for (size_t i = 0; i < cnt; i++) {
		if (gelf_getsym(data, (int)i, &symbol) &&
			symbol_fits(target, elf, header->sh_link, &symbol))
			return true;
	}
	return false;
}

/* "PROVIDER\0NAME\0..." after three addresses of the file's class. */
static bool mark_fits(const struct elf_target *target, const char *text, size_t size, size_t address_bytes)
{
	size_t provider_len, skip = 3 * address_bytes;

	if (size < skip)
		return false;
	text += skip;
	size -= skip;
	provider_len = strnlen(text, size);
	if (provider_len + 1 >= size)
		return false;
	const char *name = text + provider_len + 1;
	size_t name_size = size - provider_len - 1;
	return strnlen(name, name_size) < name_size && !strcmp(text, target->provider) &&
		!strcmp(name, target->name);
}

static bool section_has_mark(const struct elf_target *target, Elf *elf, Elf_Scn *scn)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t name_at, text_at, at = 0, next;
	GElf_Nhdr note;
	size_t address_bytes = gelf_getclass(elf) == ELFCLASS64 ? 8 : 4;

	for (; data && (next = gelf_getnote(data, at, &note, &name_at, &text_at)) > 0; at = next) {
		const char *bytes = data->d_buf;
		if (note.n_type == NT_STAPSDT && note.n_namesz == sizeof("stapsdt") &&
			!memcmp(bytes + name_at, "stapsdt", sizeof("stapsdt")) &&
			mark_fits(target, bytes + text_at, note.n_descsz, address_bytes))
			return true;
	}
	return false;
}

static bool file_has(const struct elf_target *target, Elf *elf, bool *symbols)
{
	GElf_Shdr header;

	for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
		if (!gelf_getshdr(scn, &header))
			continue;
		bool table = header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM;
		*symbols |= header.sh_type == SHT_SYMTAB;
		if (target->provider ? header.sh_type == SHT_NOTE && section_has_mark(target, elf, scn)
				     : table && section_has_symbol(target, elf, scn, &header))
			return true;
	}
	return false;
}

static struct error *elf_look(struct hooks *hooks, const struct elf_target *target, int fd,
	struct hook_answer *ret)
{
	elf_version(EV_CURRENT);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	bool symbols = false, is_elf = elf && elf_kind(elf) == ELF_K_ELF;
	bool found = is_elf && file_has(target, elf, &symbols);

	elf_end(elf);
	if (found)
		return hook_yes(ret);
	if (!is_elf)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET, "%s is no ELF file", target->file);
	if (target->provider)
		return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET, "%s has no mark %s:%s",
			target->file, target->provider, target->name);
	if (!symbols)
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"%s exports no function %s, and its other symbols are stripped", target->file,
			target->name);
	return hook_say(hooks, ret, TRISTATE_NO, HOOK_NEED_TARGET, "%s has no function %s",
		target->file, target->name);
}

static bool elf_split(struct hooks *hooks, const char *text, bool mark, struct elf_target *ret)
{
	char *copy = pool_strdup(hooks->pool, text);
	char *colon = copy ? strrchr(copy, ':') : NULL;

	*ret = (struct elf_target) {.file = copy};
	if (!colon)
		return false;
	*colon = '\0';
	colon[1 + strcspn(colon + 1, "+")] = '\0';
	ret->name = colon + 1;
	char *before = mark ? strrchr(copy, ':') : NULL;
	if (before) {
		*before = '\0';
		ret->provider = before + 1;
	}
	return !mark || before;
}

struct error *hook_in_file(
	struct hooks *hooks, const struct section *section, struct hook_answer *ret)
{
	bool mark = section->kind == SECTION_USDT;
	struct elf_target target;

	if (!elf_split(hooks, section->target, mark, &target))
		return target.file ? hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
					     "no file is given: %s", mark ? "/FILE:PROVIDER:NAME" : "/FILE:FUNCTION")
				   : error_no_memory();
	if (target.file[0] != '/')
		return hook_say(hooks, ret, TRISTATE_UNKNOWN, HOOK_NEED_TARGET,
			"the file must be given with its whole path, after a second '/'");
	int fd = open(target.file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return hook_say(hooks, ret, errno == ENOENT ? TRISTATE_NO : TRISTATE_UNKNOWN,
			HOOK_NEED_TARGET, "%s: %s", target.file, strerror(errno));
	struct error *error = elf_look(hooks, &target, fd, ret);
	close(fd);
	return error;
}
