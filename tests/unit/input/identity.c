/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "kernel/kernel.h"
#include "input/system/system.h"
#include "util/array.h"

#define DEBIAN(version) "#1 SMP PREEMPT_DYNAMIC Debian " version " (2025-08-27)"
#define RPM_DATE "#1 SMP PREEMPT_DYNAMIC Wed Apr 10 10:29:16 EDT 2024"
#define UBUNTU "#31-Ubuntu SMP PREEMPT_DYNAMIC Sat Apr 20 00:40:06 UTC 2024"
#define SUSE "#1 SMP PREEMPT_DYNAMIC Tue Mar 5 05:32:11 UTC 2024 (6b4ea8e)"
#define ARCH "#1 SMP PREEMPT_DYNAMIC Thu, 28 Mar 2024 17:06:35 +0000"

static const struct {
	const char *release, *version, *distribution, *flavor;
} releases[] = {
	/* Debian: the ABI number, since 6.5 the full version, backports, no ABI. */
	{"6.1.0-31-amd64", DEBIAN("6.1.128-1"), "debian", "amd64"},
	{"5.10.0-30-cloud-amd64", "#1 SMP Debian 5.10.218-1 (2024-06-01)", "debian", "cloud-amd64"},
	{"5.10.0-30-686-pae", "#1 SMP Debian 5.10.218-1 (2024-06-01)", "debian", "686-pae"},
	{"6.1.0-31-rt-amd64", DEBIAN("6.1.128-1"), "debian", "rt-amd64"},
	{"6.12.43+deb13-amd64", DEBIAN("6.12.43-1"), "debian", "amd64"},
	{"6.12.43+deb13-cloud-amd64", DEBIAN("6.12.43-1"), "debian", "cloud-amd64"},
	{"6.12.43+deb13-arm64-16k", DEBIAN("6.12.43-1"), "debian", "arm64-16k"},
	{"6.12.43+deb13-powerpc64le-64k", DEBIAN("6.12.43-1"), "debian", "powerpc64le-64k"},
	{"6.12.43+deb13-s390x", DEBIAN("6.12.43-1"), "debian", "s390x"},
	{"6.12.43+deb12-amd64", DEBIAN("6.12.43-1~bpo12+1"), "debian", "amd64"},
	{"6.12.12+bpo-cloud-arm64", DEBIAN("6.12.12-1~bpo12+1"), "debian", "cloud-arm64"},
	{"5.10.0-0.bpo.15-amd64", DEBIAN("5.10.120-1~bpo10+1"), "debian", "amd64"},
	{"6.1.0-0.deb11.21-cloud-amd64", DEBIAN("6.1.90-1~bpo11+1"), "debian", "cloud-amd64"},
	{"6.11.10-686-pae", DEBIAN("6.11.10-1"), "debian", "686-pae"},
	{"7.3-cloud-amd64", DEBIAN("7.3~rc7-1~exp1"), "debian", "cloud-amd64"},
	{"6.13-rc7-amd64", DEBIAN("6.13~rc7-1~exp1"), "debian", "amd64"},
	{"5.10.0-30-armmp-lpae", "#1 SMP Debian 5.10.218-1 (2024-06-01)", "debian", "armmp-lpae"},
	{"6.12.43+deb13-cloud-amd64", NULL, "debian", "cloud-amd64"},
	{"5.10.0-0.bpo.15-rt-amd64", NULL, "debian", "rt-amd64"},
	{"6.1.0-31-cloud-amd64", NULL, "debian", "cloud-amd64"},
	/* If the version lacks "Debian", a custom build may have this name. */
	{"6.1.0-31-amd64", RPM_DATE, NULL, NULL},
	{"6.8.0-1-liquorix-amd64", "#1 ZEN SMP PREEMPT liquorix 6.8-3~bookworm", NULL, NULL},
	{"6.8.0-1-liquorix-amd64", NULL, NULL, NULL},
	{"6.6.20+rpt-rpi-v8", "#1 SMP PREEMPT Debian 1:6.6.20-1+rpt1 (2024-03-07)", "raspberrypi",
		"rpi-v8"},
	{"6.8.4-2-pve", "#1 SMP PREEMPT_DYNAMIC PMX 6.8.4-2 (2024-04-10T17:36Z)", "proxmox", "pve"},
	/* Ubuntu */
	{"6.8.0-31-generic", UBUNTU, "ubuntu", "generic"},
	{"6.8.0-31-generic-64k", UBUNTU, "ubuntu", "generic-64k"},
	{"6.8.0-1008-aws", "#8-Ubuntu SMP Sat Apr 20 00:46:25 UTC 2024", "ubuntu", "aws"},
	{"5.15.0-1061-azure", "#70~20.04.1-Ubuntu SMP Mon Apr 8 15:38:58 UTC 2024", "ubuntu",
		"azure"},
	{"6.8.0-31-lowlatency", "#31.1-Ubuntu SMP PREEMPT_DYNAMIC Sun Apr 21 00:40:06 UTC 2024",
		"ubuntu", "lowlatency"},
	{"5.4.0-1128-aws-fips", "#138+fips1-Ubuntu SMP Thu Jul 4 10:00:00 UTC 2024", "ubuntu",
		"aws-fips"},
	{"6.8.0-31-generic", NULL, NULL, NULL},
	{"6.8.0-060800-generic", "#202403131158 SMP PREEMPT_DYNAMIC Wed Mar 13 12:06:14 UTC 2024",
		NULL, NULL},
	/* The RHEL family */
	{"5.14.0-427.13.1.el9_4.x86_64", RPM_DATE, "rhel", NULL},
	{"5.14.0-427.13.1.el9_4.x86_64+rt", RPM_DATE, "rhel", "rt"},
	{"5.14.0-427.13.1.el9_4.x86_64+rt-debug", RPM_DATE, "rhel", "rt-debug"},
	{"5.14.0-427.13.1.el9_4.x86_64+debug", RPM_DATE, "rhel", "debug"},
	{"5.14.0-427.13.1.el9_4.aarch64+64k", RPM_DATE, "rhel", "64k"},
	{"4.18.0-553.rt7.342.el8_10.x86_64", RPM_DATE, "rhel", "rt"},
	{"4.18.0-553.el8_10.x86_64", NULL, "rhel", NULL},
	{"6.12.0-55.9.1.el10_0.s390x", RPM_DATE, "rhel", NULL},
	{"5.15.0-200.131.27.el9uek.x86_64", "#2 SMP Fri Nov 10 19:09:10 PST 2023", "oracle", "uek"},
	{"6.8.9-1.el9.elrepo.x86_64", RPM_DATE, "elrepo", NULL},
	{"6.8.5-301.fc40.x86_64", RPM_DATE, "fedora", NULL},
	{"6.8.5-301.fc40.x86_64+debug", RPM_DATE, "fedora", "debug"},
	{"6.9.0-0.rc5.20240425git.43.fc41.aarch64+16k", RPM_DATE, "fedora", "16k"},
	/* SUSE */
	{"5.14.21-150500.55.52-default", SUSE, "suse", "default"},
	{"5.14.21-150500.13.43-rt", SUSE, "suse", "rt"},
	{"6.4.0-150600.8.5-azure", NULL, "suse", "azure"},
	{"6.8.5-1-default", SUSE, "suse", "default"},
	{"6.8.5-1-default", RPM_DATE, NULL, NULL},
	/* Clouds and small distributions */
	{"6.1.84-99.169.amzn2023.x86_64", "#1 SMP PREEMPT_DYNAMIC Mon Apr 8 19:19:48 UTC 2024",
		"amazon", NULL},
	{"5.10.214-202.855.amzn2.aarch64", NULL, "amazon", NULL},
	{"5.15.153.1-2.cm2", NULL, "mariner", NULL},
	{"6.6.35.1-4.azl3", NULL, "azurelinux", NULL},
	{"6.1.81-2.ph5-esx", NULL, "photon", "esx"},
	{"5.10.0-153.12.0.92.oe2203sp2.x86_64", NULL, "openeuler", NULL},
	{"6.6.83-flatcar", NULL, "flatcar", NULL},
	{"5.10.198-android13-4-00050-g12f3388846c3-ab11920634", NULL, "android", NULL},
	{"5.15.153.1-microsoft-standard-WSL2", NULL, "wsl", "microsoft-standard-WSL2"},
	{"6.8.2-arch2-1", ARCH, "arch", "arch"},
	{"6.8.2-zen2-1-zen", ARCH, "arch", "zen"},
	{"6.6.23-1-lts", ARCH, "arch", "lts"},
	{"6.6.14-0-lts", "#1-Alpine SMP PREEMPT_DYNAMIC Fri, 26 Jan 2024 11:08:07 +0000", "alpine",
		"lts"},
	{"6.6.23-1-lts", NULL, NULL, NULL},
	{"6.6.30", "#1-NixOS SMP PREEMPT_DYNAMIC Thu May 2 14:32:50 UTC 2024", "nixos", NULL},
	{"6.6.30-gentoo-dist", NULL, "gentoo", "dist"},
	{"6.6.30-gentoo", NULL, "gentoo", NULL},
	/* Unknown makers */
	{"6.9.0-rc1+", "#7 SMP PREEMPT_DYNAMIC Mon Jan 1 00:00:00 UTC 2024", NULL, NULL},
	{"6.18.44", "#1 SMP PREEMPT_DYNAMIC", NULL, NULL},
	{"", "", NULL, NULL},
	{NULL, DEBIAN("6.1.128-1"), NULL, NULL},
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void test_releases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(releases); i++) {
		_cleanup_pool_ struct pool pool = {0};
		struct kernel_identity identity = {
			.distribution = "left over", .flavor = "left over"};
		identity_parse_release(&pool, releases[i].release, releases[i].version, &identity);
		if (!same(identity.distribution, releases[i].distribution) ||
			!same(identity.flavor, releases[i].flavor))
			fail_msg("%s: %s, %s instead of %s, %s", releases[i].release,
				identity.distribution, identity.flavor, releases[i].distribution,
				releases[i].flavor);
	}
}

static void test_overlong_release(void **state)
{
	_cleanup_pool_ struct pool pool = {0};
	struct kernel_identity identity = {0};
	char release[2000];

	(void)state;
	snprintf(release, sizeof(release), "6.%0*d.0-31-amd64", 1900, 1);
	identity_parse_release(&pool, release, NULL, &identity);
	assert_null(identity.distribution);
	assert_null(identity.flavor);
}

static void test_arches(void **state)
{
	static const struct {
		const char *machine, *arch;
	} machines[] = {
		{"x86_64", "x86"},
		{"i386", "x86"},
		{"i686", "x86"},
		{"aarch64", "arm64"},
		{"aarch64_be", "arm64"},
		{"armv7l", "arm"},
		{"armv8l", "arm"},
		{"ppc64le", "powerpc"},
		{"ppc", "powerpc"},
		{"s390x", "s390"},
		{"riscv64", "riscv"},
		{"riscv32", "riscv"},
		{"loongarch64", "loongarch"},
		{"mips64", "mips"},
		{"sparc64", "sparc"},
		{"pdp11", NULL},
		{"x86_64_v3", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (!same(identity_arch(machines[i].machine), machines[i].arch))
			fail_msg("%s: %s", machines[i].machine, identity_arch(machines[i].machine));
	}
	assert_string_equal(kernel_arch_name("x86_64"), "amd64");
	assert_string_equal(kernel_arch_name("ppc64le"), "ppc64el");
	assert_string_equal(kernel_arch_name("s390x"), "s390x");
}

static void test_trees(void **state)
{
	static const struct {
		const char *root, *release, *machine, *arch, *distribution, *flavor;
	} trees[] = {
		{"tests/fixtures/roots/debian-6.1-cloud", "6.1.0-56-cloud-amd64", "x86_64", "x86",
			"debian", "cloud-amd64"},
		{"tests/fixtures/roots/debian-5.10-container", "5.10.0-46-cloud-amd64", "x86_64", "x86",
			"debian", "cloud-amd64"},
		{"tests/fixtures/roots/vm-6.18", "6.18.44-fc-v657", "x86_64", "x86", NULL, NULL},
		{"tests/fixtures/roots/hostile", "../../../../etc/passwd", "pdp11", NULL, NULL, NULL},
		/* uname(2) is not used for a captured tree. */
		{"tests/fixtures/roots/none", NULL, NULL, NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		struct kernel kernel = {0};
		const struct kernel_identity *identity = &kernel.identity;
		assert_null(load_identity(&kernel, trees[i].root));
		assert_true(same(identity->release, trees[i].release));
		assert_true(same(identity->machine, trees[i].machine));
		assert_true(same(identity->arch, trees[i].arch));
		assert_true(same(identity->distribution, trees[i].distribution));
		assert_true(same(identity->flavor, trees[i].flavor));
		kernel_deinit(&kernel);
	}
}

static void test_this_machine(void **state)
{
	struct kernel kernel = {0};
	struct utsname names;

	(void)state;
	assert_return_code(uname(&names), 0);
	assert_null(load_identity(&kernel, ""));
	assert_string_equal(kernel.identity.release, names.release);
	assert_string_equal(kernel.identity.version, names.version);
	assert_non_null(kernel.identity.machine);
	kernel_deinit(&kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_overlong_release),
		cmocka_unit_test(test_arches),
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
