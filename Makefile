# SPDX-License-Identifier: GPL-2.0-or-later
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build/release
ifeq ($(origin CC),default)
CC      := gcc
endif
# once NAME,COMMAND: what COMMAND prints. It runs when NAME is first used, and a user's NAME takes its place.
once = $(eval $(1) := $$(shell $(2)))$($(1))
# The clang for the programs in bpf/: tools/bpf-compiler says which versions can build them.
BPF_CC  ?= $(call once,BPF_CC,tools/bpf-compiler 2>/dev/null)
VERSION := 0.1.0

OPT      ?= -O2 -g
WARN     := -Wall -Wextra
CPPFLAGS += -D_GNU_SOURCE -DKCOMPAT_VERSION='"$(VERSION)"' -Isrc -I$(BUILD)
# tests/lint/hardening.sh reads these off the program. A sanitizer checks more than FORTIFY, which hides calls from it.
HARDENING ?= $(if $(findstring -fsanitize,$(EXTRA_CFLAGS)),,$(call once,HARDENING,tools/hardening $(CC)))
HARDENED_LINK := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
CFLAGS   += -std=c17 -fPIE $(OPT) $(WARN) $(HARDENING) $(EXTRA_CFLAGS)
# These are static where that links: the shared libarchive pulls in libxml2, ICU and libstdc++ and doubles the time
# that a gate needs to start, as the tables of the shared capstone do, and the shared libdw adds a third. The static
# libdw of some systems does not link.
LIBARCHIVE ?= $(call once,LIBARCHIVE,tools/libraries choose archive $(BUILD) $(CC))
LIBDW    ?= $(call once,LIBDW,tools/libraries choose dw $(BUILD) $(CC))
LIBCAPSTONE ?= $(call once,LIBCAPSTONE,tools/libraries choose capstone $(BUILD) $(CC))
# capstone supports more architectures than kcompat needs. Without these two symbols, the linker takes no code of
# an architecture, and capstone reports that it was built without it.
NO_CODE := ARM BPF EVM M680X M68K MOS65XX Mips SH Sparc TMS320C64x TRICORE WASM XCore
LESS_CODE := -Wl,--gc-sections $(foreach name,$(NO_CODE),-Wl,--defsym=$(name)_global_init=0,--defsym=$(name)_option=0)
# zlib comes before libelf.a, which has its own crc32 of another type, and again after it for libelf's other calls.
libraries = -lbpf -ljansson $(1) -lnettle $(3) $(2) -lz -lelf -lz -llzma -lzstd -llz4 -lbz2 -llzo2 -pthread
LDLIBS    = $(call libraries,$(LIBARCHIVE),$(LIBDW),$(LIBCAPSTONE))
# Tests write archives too. For that the static libarchive needs everything that the shared one loads.
TEST_LDLIBS = $(call libraries,-larchive,$(LIBDW),-lcapstone)
DEPFLAGS  = -MMD -MP
# bpf/ uses the system's headers of this architecture, because a perf event's context contains its registers.
# mk/static.mk sets MACHINE and SYSROOT for another architecture.
MACHINE   := $(subst ppc64le,powerpc64le,$(shell uname -m))
BPF_ARCH  := $(shell echo $(MACHINE) | sed 's/x86_64/x86/;s/aarch64/arm64/;s/^armv.*/arm/;s/^p.*pc64.*/powerpc/;s/s390x/s390/;s/^riscv.*/riscv/')
BPF_ORDER := $(if $(filter s390x ppc64,$(MACHINE)),bpfeb,bpfel)
BPF_FLAGS := -target $(BPF_ORDER) -mcpu=v3 -O2 -g -Wall -Werror -D__TARGET_ARCH_$(BPF_ARCH) -Ibpf $(SYSROOT:%=--sysroot=%) \
	$(addprefix -idirafter ,$(firstword $(wildcard \
		$(SYSROOT)/usr/include/$(MACHINE)-linux-gnu* $(SYSROOT)/usr/include/*-linux-gnu*)))

# The emulator is used if its headers are installed below UNICORN. Without it, `scan` leaves the cells of helpers
# unknown. Its library is opened on first use: linking it would make every start of a gate a third slower.
UNICORN  ?= $(SYSROOT)/usr
EMULATOR := $(wildcard $(UNICORN)/include/unicorn/unicorn.h)
CPPFLAGS += $(if $(UNICORN:/usr=),-isystem $(UNICORN)/include)

# src/fleet/none.c is of the static program: libsqlite3 is opened on first use, and a build needs no headers of it.
SOURCES := $(filter-out src/fleet/none.c $(if $(EMULATOR),src/code/emulate/none.c,src/code/emulate/emulate.c src/code/emulate/unicorn.c), \
	$(wildcard src/*/*.c src/*/*/*.c)) bpf/perf_event_user.c
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/src/util/embed.o
LIBRARY := $(BUILD)/libkcompat.a
BPF     := $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(wildcard bpf/*.bpf.c))
DATA    := $(wildcard data/lists/*.txt) data/recipes.txt data/examples.txt
SITE    := $(wildcard site/*)
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/tests/%, \
	$(filter-out $(if $(EMULATOR),,tests/unit/code/unicorn.c),$(wildcard tests/unit/*/*.c)))
TARGETS := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
FUZZERS := $(TARGETS:%=$(BUILD)/fuzz/%)
REPLAYS := $(TARGETS:%=$(BUILD)/replay/%)

# `make V=1` shows the commands, `make -s` nothing.
ifeq ($(V),)
Q = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,echo "  $@";)
endif

.DELETE_ON_ERROR:
.PHONY: all probe test check check-oracle fresh fuzz bench data data-store data-tools history docs clean format lint units replays fuzzers

all: $(BUILD)/kcompat $(BUILD)/kcompat-lab

$(BUILD)/kcompat: $(BUILD)/src/main.o $(LIBRARY)
	$(Q)$(CC) $(CFLAGS) $(HARDENED_LINK) $(if $(filter -l:%,$(LIBCAPSTONE)),$(LESS_CODE)) -pie $(LDFLAGS) \
		-o $@ $^ $(LDLIBS)

# The linker takes only called objects from an archive: the lab has none of kcompat's commands, and tests are small.
%.a:
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
$(LIBRARY): $(OBJECTS)

include mk/static.mk
include mk/lab.mk
include mk/install.mk

# The settings of a build: another compiler or flag rebuilds everything.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS) $(BPF_CC) $(BPF_FLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS) $(BPF_CC) $(BPF_FLAGS)' > $@
FORCE:

$(BUILD)/src/%.o: src/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(DEPFLAGS) -c -o $@ $<

# The user space of a program of bpf/.
$(BUILD)/bpf/perf_event_user.o: bpf/perf_event_user.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(BUILD)/src/util/embed.o: src/util/embed.S bpf/perf_event_user.c $(BPF) $(DATA) $(SITE) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -I. $(DEPFLAGS) -c -o $@ $<

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c $(wildcard bpf/*.h) $(BUILD)/flags
	@tools/bpf-compiler $(BPF_CC) >/dev/null
	@mkdir -p $(@D)
	$(Q)$(BPF_CC) $(BPF_FLAGS) -c -o $@ $<

# Tests and fuzz targets also include headers of lab/ and fixture/NAME.h of tests/unit.
TEST_CPPFLAGS := -I. -Itests/unit
TESTED        := $(LAB_LIBRARY) $(LIBRARY)
$(BUILD)/tests/%: tests/unit/%.c $(TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CPPFLAGS) $(CFLAGS) $(DEPFLAGS) $(LDFLAGS) -o $@ $< $(TESTED) $(TEST_LDLIBS) -lcmocka

# A fuzz target is a file with LLVMFuzzerTestOneInput. It is linked to libFuzzer, or to a main() that replays files.
$(BUILD)/fuzz/%: tests/fuzz/%.c $(TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CPPFLAGS) $(CFLAGS) $(DEPFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(TESTED) $(TEST_LDLIBS)

$(BUILD)/replay/%: tests/fuzz/%.c tests/fuzz/replay.c $(TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CPPFLAGS) $(CFLAGS) $(DEPFLAGS) $(LDFLAGS) -o $@ $< tests/fuzz/replay.c $(TESTED) $(TEST_LDLIBS)

# Programs that compare with another implementation: tools/core-oracle builds and runs them.
$(BUILD)/oracle/%: tests/oracle/%.c $(TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CPPFLAGS) $(CFLAGS) $(DEPFLAGS) $(LDFLAGS) -o $@ $< $(TESTED) $(TEST_LDLIBS)

units: $(UNITS)
replays: $(REPLAYS)
fuzzers: $(FUZZERS)

# Installs missing packages, builds, and probes this kernel.
probe:
	@.ci/packages build
	@$(MAKE) --no-print-directory all
	@$(BUILD)/kcompat probe

# Installs the packages for tests and runs every test.
test:
	@.ci/packages test
	@$(MAKE) --no-print-directory check

SANITIZE := -fsanitize=address,undefined -fno-omit-frame-pointer
BUILD_TIMES := build/check-times
# A stage of a build, named before it begins, with its time behind it.
begin = @mkdir -p build; echo "== building $(1)"; begin=$$(date +%s);
spent = && echo "$$(($$(date +%s) - begin)) building $(1)" >>$(BUILD_TIMES)
check:
	@rm -f $(BUILD_TIMES)
	$(call begin,build/check-release: gcc) \
	$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build/check-release EXTRA_CFLAGS=-Werror \
		all $(if $(filter x86_64,$(MACHINE)),lab-guest) $(call spent,build/check-release)
	$(call begin,build/check-asan: gcc with ASan and UBSan) \
	$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build/check-asan OPT='-O1 -g' \
		EXTRA_CFLAGS='-Werror $(SANITIZE)' LDFLAGS='$(SANITIZE)' all units replays $(call spent,build/check-asan)
	$(call begin,build/check-clang: clang) \
	$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build/check-clang CC=clang OPT='-O1 -g' \
		EXTRA_CFLAGS=-Werror all $(call spent,build/check-clang)
	@BUILD_TIMES=$(BUILD_TIMES) tests/run build/check-release build/check-asan

# The two commands above on a fresh Debian 12 and 13: needs root and debootstrap, and takes two whole test runs.
fresh:
	@tools/fresh

# Fuzzes every target, or TARGETS='btf archive', for MINUTES each.
MINUTES ?= 1
fuzz:
	$(call begin,build/fuzz: clang with libFuzzer) \
	$(MAKE) --no-print-directory -s -j$$(nproc) BUILD=build/fuzz CC=clang OPT='-O1 -g' \
		EXTRA_CFLAGS='-fsanitize=fuzzer-no-link $(SANITIZE)' LDFLAGS='$(SANITIZE)' fuzzers $(call spent,build/fuzz)
	@tools/fuzz $(MINUTES) $(TARGETS)

# Compares each CO-RE relocation of a corpus of programs with libbpf's, on the running kernel and on images.
ORACLE_KERNELS ?= amd64-5.10-cloud amd64-6.12-cloud
check-oracle: all $(BUILD)/oracle/relocations
	@BUILD=$(BUILD) KERNELS='$(ORACLE_KERNELS)' tools/core-oracle

bench: all $(BUILD)/tests/store/speed
	@tests/bench $(BUILD)/kcompat

# The programs of Debian's libbpf-tools on the shipped kernels.
data-tools: all
	@KCOMPAT=$(BUILD)/kcompat tools/libbpf-tools-page >$(BUILD)/libbpf-tools.md
	@mv $(BUILD)/libbpf-tools.md docs/libbpf-tools.md

# Makes data/snapshots/ again, of all kernels or of KERNELS='*-6.12* *-7.2*'.
data: all
	@KCOMPAT=$(BUILD)/kcompat tools/update-snapshots $(foreach kernel,$(KERNELS),'$(kernel)')
	@$(MAKE) --no-print-directory BUILD=$(BUILD) history
	@$(MAKE) --no-print-directory BUILD=$(BUILD) data-tools

# Adds the types of the same kernels to data/kernels.kts, and lists what it has.
data-store: all
	@KCOMPAT=$(BUILD)/kcompat tools/update-store $(foreach kernel,$(KERNELS),'$(kernel)')
	@$(BUILD)/kcompat kernels --store data/kernels.kts --output data/kernels-store.txt
	@$(BUILD)/kcompat kernels --store data/kernels-callers.kts >>data/kernels-store.txt

# `show` reads this file instead of all snapshots. If a snapshot has changed since, it reads that snapshot.
# It is made without the old one, which may have another form.
history: all
	$(Q)for directory in $(wildcard data/snapshots data/probed); do \
		rm -f $$directory/history.jsonl.gz && \
		$(BUILD)/kcompat show --pack --kernel $$directory --output $(BUILD)/history.jsonl && \
		gzip -9 -n <$(BUILD)/history.jsonl >$$directory/history.jsonl.gz || exit; done

# The shipped snapshots as a site: build/site/index.html.
docs: all
	@$(BUILD)/kcompat docs site build/site

clean:
	rm -rf build

format:
	clang-format -i $$(git ls-files '*.[ch]')

lint: all
	@bash tests/lint/layers.sh
	@bash tests/lint/style.sh
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lint/hardening.sh

-include $(wildcard $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(UNITS:%=%.d) $(FUZZERS:%=%.d) $(REPLAYS:%=%.d))
