/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snapshot/history/names.h"

#include <string.h>

#include "util/array.h"
#include "util/buf.h"
#include "util/glob.h"

/* Parts of a flavor's name that repeat the architecture. */
static const char *const arch_words[] = {"amd64", "arm64", "armmp", "powerpc64le", "ppc64el",
	"s390x", "riscv64", "x86_64", "aarch64", "ppc64le", "686", "loong64", "generic"};

static const char *arch_of(const struct kernel_identity *identity)
{
	const char *machine = identity->machine ? identity->machine : identity->arch;

	return machine ? kernel_arch_name(machine) : "?";
}

static const char *version_of(struct pool *pool, const char *release)
{
	size_t len = release ? strspn(release, "0123456789") : 0;

	if (!len || release[len] != '.')
		return "?";
	len += 1 + strspn(release + len + 1, "0123456789");
	return pool_strndup(pool, release, len);
}

static bool is_arch_word(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(arch_words); i++) {
		if (strlen(arch_words[i]) == len && !strncmp(arch_words[i], word, len))
			return true;
	}
	return false;
}

/* "cloud-amd64" is "cloud", "arm64-16k" is "16k", "powerpc64le" is "generic". */
static const char *flavor_of(struct pool *pool, const char *flavor)
{
	_cleanup_buf_ struct buf text = {0};

	while (flavor && *flavor) {
		size_t len = strcspn(flavor, "-");
		if (!is_arch_word(flavor, len)) {
			if (text.len)
				buf_putc(&text, '-');
			buf_add(&text, flavor, len);
		}
		flavor += len + (flavor[len] == '-');
	}
	return text.len ? pool_strdup(pool, buf_text(&text)) : FLAVOR_GENERIC;
}

bool kernel_name_read(
	struct pool *pool, const struct kernel_identity *identity, struct kernel_name *ret)
{
	*ret = (struct kernel_name) {
		.version = version_of(pool, identity->release),
		.arch = arch_of(identity),
		.flavor = flavor_of(pool, identity->flavor),
	};
	return ret->version && ret->flavor;
}

const char *kernel_name_word(struct pool *pool, const struct kernel_name *name)
{
	return strcmp(name->flavor, FLAVOR_GENERIC)
		? pool_printf(pool, "%s-%s-%s", name->arch, name->version, name->flavor)
		: pool_printf(pool, "%s-%s", name->arch, name->version);
}

const char *kernel_name_label(struct pool *pool, const struct kernel_name *name)
{
	return pool_printf(pool, "%s %s %s", name->version, name->arch, name->flavor);
}

static bool is_text(const char *text, const char *word)
{
	return text && (glob_recognise(word) ? glob_any(&word, 1, text) : !strcmp(text, word));
}

bool kernel_is_called(const char *file, const struct kernel_identity *identity, const char *word)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_name name;

	if (is_text(file, word) || is_text(identity->release, word))
		return true;
	return identity->release && kernel_name_read(&pool, identity, &name) &&
		(is_text(name.version, word) || is_text(kernel_name_word(&pool, &name), word) ||
			is_text(kernel_name_label(&pool, &name), word));
}
