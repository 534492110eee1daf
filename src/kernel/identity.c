/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/kernel.h"
#include "util/array.h"

#include <regex.h>
#include <string.h>

/* uname's fields hold 64 bytes. A captured tree may hold a longer text, which is no release. */
#define UTS_LEN_MAX 256

/* A name that ends with '*' matches a prefix. The first matching row wins. */
static const struct {
	const char *machine, *arch;
} arches[] = {
	{"x86_64", "x86"},
	{"i386", "x86"},
	{"i486", "x86"},
	{"i586", "x86"},
	{"i686", "x86"},
	{"aarch64*", "arm64"},
	{"arm64", "arm64"},
	{"arm*", "arm"},
	{"ppc*", "powerpc"},
	{"s390*", "s390"},
	{"riscv*", "riscv"},
	{"loongarch*", "loongarch"},
	{"mips*", "mips"},
	{"parisc*", "parisc"},
	{"sparc*", "sparc"},
	{"alpha", "alpha"},
	{"arc*", "arc"},
	{"csky", "csky"},
	{"m68k", "m68k"},
	{"microblaze*", "microblaze"},
	{"nios2", "nios2"},
	{"openrisc", "openrisc"},
	{"sh*", "sh"},
	{"xtensa", "xtensa"},
	{"hexagon", "hexagon"},
};

const char *identity_arch(const char *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(arches); i++) {
		const char *row = arches[i].machine;
		size_t len = strlen(row);
		bool prefix = row[len - 1] == '*';
		if (prefix ? !strncmp(machine, row, len - 1) : !strcmp(machine, row))
			return arches[i].arch;
	}
	return NULL;
}

/* uname -m, and Debian's name. */
static const struct {
	const char *machine, *arch;
} debian_arches[] = {
	{"x86_64", "amd64"},
	{"aarch64", "arm64"},
	{"armv7l", "armhf"},
	{"armv6l", "armel"},
	{"armv5tel", "armel"},
	{"ppc64le", "ppc64el"},
	{"i686", "i386"},
	{"loongarch64", "loong64"},
};

const char *kernel_arch_name(const char *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(debian_arches); i++) {
		if (!strcmp(debian_arches[i].machine, machine))
			return debian_arches[i].arch;
	}
	return machine;
}

#define NUMBERS "^[0-9]+\\.[0-9]+(\\.[0-9]+)*"
#define RPM_ARCH "(x86_64|aarch64|ppc64le|ppc64|s390x|i686|armv7hl|riscv64|loongarch64)"
/* Debian's names of its kernels: words, an architecture, more words (page size, "pae"). */
#define DEBIAN_FLAVOR                                                                              \
	"(([a-z]+-)*(amd64|arm64|686|armmp|marvell|rpi|armel|octeon|loongson-3|[45]kc-malta|"      \
	"mips32r[0-9]el|mips64r[0-9]el|powerpc|powerpc64|powerpc64le|s390x|riscv64|loong64|"       \
	"loongarch64|sparc64|sparc64-smp|parisc|parisc64|alpha-generic|alpha-smp|m68k|sh7751r|"    \
	"sh7785lcr|itanium|mckinley)(-[a-z0-9]+)*)$"
/* The plain ABI number, its backport forms, and since 6.5 the full version with a suite. */
#define DEBIAN_BACKPORT "(-0\\.(bpo|deb[0-9]+)\\.[0-9]+|\\+(bpo|deb[0-9]+)[^-]*)"

/*
 * The form of the release, and of the version if the release is ambiguous. `flavor` is the group of
 * the release's expression that holds the flavor; 0: no flavor. `bare` rows match only without a
 * known version. The first matching row wins: common makers come first, and for one maker the
 * specific rows come before the general ones.
 */
static const struct maker {
	const char *distribution;
	const char *release;
	const char *version; /* NULL: any, also none */
	unsigned char flavor;
	bool bare;
} makers[] = {
	{"ubuntu", NUMBERS "-[0-9]+-([a-z][a-z0-9-]*)$", "^#[^ ]*-Ubuntu ", 2, false},
	{"debian", NUMBERS "(-rc[0-9]+)?(-[0-9]+|" DEBIAN_BACKPORT ")?-" DEBIAN_FLAVOR,
		"(^| )Debian [0-9]", 7, false},
	{"debian", NUMBERS DEBIAN_BACKPORT "-" DEBIAN_FLAVOR, NULL, 5, true},
	{"debian",
		NUMBERS "-[0-9]+-(((cloud|rt)-)?(amd64|arm64|686|686-pae|s390x|powerpc64le)"
			"(-16k|-64k)?)$",
		NULL, 2, true},
	{"rhel", NUMBERS "-.*\\.(rt)[0-9.]+\\.el[0-9]+[_0-9]*\\." RPM_ARCH "$", NULL, 2, false},
	{"rhel", "^[0-9]+\\.[0-9]+\\.0-.*\\.el[0-9]+[_0-9]*\\." RPM_ARCH "([+.]([a-z0-9-]+))?$",
		NULL, 3, false},
	{"fedora", NUMBERS "-.*\\.fc[0-9]+\\." RPM_ARCH "(\\+([a-z0-9-]+))?$", NULL, 4, false},
	{"amazon", NUMBERS "-.*\\.amzn[0-9]+(\\." RPM_ARCH ")?$", NULL, 0, false},
	{"suse", NUMBERS "-1[0-9]{5}\\.[0-9.]+-([a-z0-9]+)$", NULL, 2, false},
	{"suse", NUMBERS "-[0-9.]+-([a-z0-9]+)$", " \\([0-9a-f]{7,40}(/[a-z]+)?\\)$", 2, false},
	{"wsl", "-(microsoft-standard(-WSL2)?\\+?)$", NULL, 1, false},
	{"android", NUMBERS "-android[0-9]+-[0-9]+(-|$)", NULL, 0, false},
	{"oracle", NUMBERS "-.*\\.el[0-9]+(uek)(\\.|$)", NULL, 2, false},
	{"elrepo", NUMBERS "-.*\\.el[0-9]+\\.elrepo(\\.|$)", NULL, 0, false},
	{"mariner", NUMBERS "-[0-9]+\\.cm[0-9]+$", NULL, 0, false},
	{"azurelinux", NUMBERS "-[0-9]+\\.azl[0-9]+$", NULL, 0, false},
	{"photon", NUMBERS "-[0-9]+\\.ph[0-9]+(-([a-z]+))?$", NULL, 3, false},
	{"openeuler", NUMBERS "-.*\\.oe[0-9]+(sp[0-9]+)?\\." RPM_ARCH "$", NULL, 0, false},
	{"proxmox", NUMBERS "-[0-9]+-(pve)$", NULL, 2, false},
	{"flatcar", NUMBERS "-flatcar$", NULL, 0, false},
	{"talos", NUMBERS "-talos$", NULL, 0, false},
	{"manjaro", NUMBERS "-[0-9]+-MANJARO$", NULL, 0, false},
	{"cachyos", NUMBERS "-[0-9]+-(cachyos[a-z0-9-]*)$", NULL, 2, false},
	{"gentoo", NUMBERS "-gentoo(-(dist(-hardened)?))?$", NULL, 3, false},
	{"nixos", NUMBERS, "^#[0-9]+-NixOS ", 0, false},
	{"alpine", NUMBERS "-[0-9]+-([a-z]+)$", "^#[0-9]+-Alpine ", 2, false},
	{"raspberrypi", NUMBERS "\\+rpt-(rpi-[a-z0-9-]+)$", NULL, 2, false},
	{"arch", NUMBERS "-(arch)[0-9]+-[0-9]+$", NULL, 2, false},
	{"arch", NUMBERS "-(zen)[0-9]+-[0-9]+-zen$", NULL, 2, false},
	{"arch", NUMBERS "-(hardened)[0-9]+-[0-9]+-hardened$", NULL, 2, false},
	/* Alpine's release has the same form. Only Arch writes the build time in RFC 5322 form. */
	{"arch", NUMBERS "-[0-9]+-(lts|rt-lts|rt)$",
		"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]+ \\+0000$", 2, false},
};

/* Group 0..9 of a match into `group`. False: no match, or no memory. */
static bool identity_matches(const char *expression, const char *text, unsigned int group, regmatch_t *ret)
{
	regmatch_t groups[10];
	regex_t regex;

	if (regcomp(&regex, expression, REG_EXTENDED))
		return false;
	bool matched = !regexec(&regex, text, ARRAY_SIZE(groups), groups, 0);
	regfree(&regex);
	if (matched && ret)
		*ret = groups[group];
	return matched;
}

static bool maker_matches(
	const struct maker *maker, const char *release, const char *version, regmatch_t *flavor)
{
	if (maker->version ? !version : maker->bare && version)
		return false;
	return identity_matches(maker->release, release, maker->flavor, flavor) &&
		(!maker->version || identity_matches(maker->version, version, 0, NULL));
}

void identity_parse_release(struct pool *pool, const char *release, const char *version,
	struct kernel_identity *identity)
{
	regmatch_t flavor;

	identity->distribution = NULL;
	identity->flavor = NULL;
	if (!release || strlen(release) > UTS_LEN_MAX || (version && strlen(version) > UTS_LEN_MAX))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if (!maker_matches(&makers[i], release, version, &flavor))
			continue;
		identity->distribution = makers[i].distribution;
		if (makers[i].flavor && flavor.rm_so >= 0 && flavor.rm_eo > flavor.rm_so)
			identity->flavor = pool_strndup(pool, release + flavor.rm_so,
				(size_t)(flavor.rm_eo - flavor.rm_so));
		return;
	}
}
