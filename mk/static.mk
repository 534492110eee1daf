# SPDX-License-Identifier: GPL-2.0-or-later
# `make static [ARCH=...]`: build/static-ARCH/kcompat, one file without dependencies, for Debian's architecture
# ARCH. For this machine's architecture, it is linked from the objects of $(BUILD) and installed static libraries.
# Another architecture needs a compiler and a root directory: CROSS_COMPILE= and SYSROOT=, if one of them is given,
# else tools/sysroot unpacks both from Debian's packages.
MACHINES := amd64:x86_64 arm64:aarch64 ppc64el:powerpc64le s390x:s390x riscv64:riscv64
machine   = $(patsubst $(1):%,%,$(filter $(1):%,$(MACHINES)))
ARCH     ?= $(patsubst %:$(MACHINE),%,$(filter %:$(MACHINE),$(MACHINES)))
UNPACKED  = $(or $(KCOMPAT_CACHE),$(HOME)/.cache/kcompat)/static/$(ARCH)

# A static program at any address needs a compiler that knows such programs (gcc 12 of riscv64 does not) and rcrt1.o of
# the C library (Debian has none for ppc64el).
static_pie     = $(shell program=$$(mktemp) && echo 'int main(void) { return 0; }' | $(CC) -fPIE -static-pie -x c -o "$$program" - \
	2>/dev/null && echo -static-pie || echo -static -no-pie; rm -f "$$program")
STATIC_LDFLAGS = $(static_pie) -s $(LESS_CODE) $(HARDENED_LINK)

# Another directory, and objects or libraries that come before the installed ones: `make lab-check` links another libbpf.
STATIC   ?= build/static-$(ARCH)
STATIC_EXTRA ?=

.PHONY: static lab-guest
ifeq ($(call machine,$(ARCH)),)
static lab-guest:
	$(error no static build for ARCH=$(ARCH), only for $(foreach pair,$(MACHINES),$(firstword $(subst :, ,$(pair)))))
else ifeq ($(call machine,$(ARCH)),$(MACHINE))
static: $(STATIC)/kcompat
lab-guest: $(STATIC)/kcompat $(STATIC)/init
else ifneq ($(CROSS_COMPILE)$(SYSROOT),)
static lab-guest:
	@$(MAKE) --no-print-directory BUILD=build/static-$(ARCH)/objects MACHINE=$(call machine,$(ARCH)) \
		CC='$(CROSS_COMPILE)gcc $(SYSROOT:%=--sysroot=%)' $@
else
static lab-guest: $(UNPACKED)/packages
	@$(MAKE) --no-print-directory BUILD=build/static-$(ARCH)/objects MACHINE=$(call machine,$(ARCH)) \
		CC='$(UNPACKED)/cc' SYSROOT='$(UNPACKED)/root' $@

$(UNPACKED)/packages: tools/sysroot
	$(Q)tools/sysroot $(ARCH)
endif

# A static program opens no library at run time, and the emulator's static library has 20 MB: built without it.
OPENING_OBJECTS := $(addprefix $(BUILD)/src/,code/emulate/emulate.o code/emulate/unicorn.o fleet/sqlite.o)
CLOSED_OBJECTS := $(addprefix $(BUILD)/src/,code/emulate/none.o fleet/none.o)
STATIC_LDLIBS := $(call libraries,-l:libarchive.a,-l:libdw.a,-lcapstone)
$(STATIC)/kcompat: $(BUILD)/src/main.o $(CLOSED_OBJECTS) \
		$(filter-out $(OPENING_OBJECTS) $(CLOSED_OBJECTS),$(OBJECTS)) build/static-$(ARCH)/libeu.a
	@tools/libraries static $(CC) -- $(STATIC_LDLIBS)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(STATIC_LDFLAGS) -o $@ $(filter %.o,$^) $(STATIC_EXTRA) $(STATIC_LDLIBS) $(filter %.a,$^)

# The linker takes the stand-in where no library before it has these functions.
build/static-$(ARCH)/libeu.a: build/static-$(ARCH)/eu_search.o
build/static-$(ARCH)/eu_search.o: mk/eu_search.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
