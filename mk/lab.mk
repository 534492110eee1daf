# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: kcompat-lab, what runs in its guests, and all kernels of data/kernels.txt that it boots.
#   make lab-guest ARCH=arm64   build/static-arm64/{init,kcompat}
#   make lab-quick              three kernels of amd64, in a few minutes
#   make lab-settings           one kernel with fewer privileges, under lockdown, without its JIT
#   make lab-truth              attaches to functions of four kernels and compares with the scan; uses the debug
#                               information that is unpacked below KCOMPAT_IMAGES
#   make lab-check [LAB='amd64-6.12-cloud'] [OUTPUT=DIR]   loads the programs of BPF objects and compares with check
#   make lab-calls [LAB='amd64-7.2-cloud']   plans real calls on kernels; results in LAB_CALLS
#   make data-calls             the same, and stores the results in data/calls.jsonl, data/recipes.txt and docs/lab.md
#   make lab [LAB='amd64 arm64-7.2-*'] [LAB_OUTPUT=DIR]
#   make data-probed            the same, and stores the results in data/probed/ and docs/lab.md
LAB_SOURCES := $(filter-out lab/main.c,$(wildcard lab/*.c lab/compare/*.c))
LAB_OBJECTS := $(LAB_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/lab/embed.o
LAB_LIBRARY := $(BUILD)/liblab.a
LAB_OUTPUT  ?= $(BUILD)/lab-results
LAB_CALLS   ?= $(BUILD)/lab-calls
# One kernel of each kind: a real call depends on the version, the architecture and PREEMPT_RT.
CALLS_KERNELS = $(or $(LAB),amd64-5.10-cloud amd64-6.1-cloud amd64-6.12-cloud amd64-7.2-cloud amd64-7.3-cloud \
	amd64-7.2-rt arm64-6.12-cloud)

.PHONY: lab lab-check lab-calls lab-quick lab-settings lab-truth data-calls data-probed

$(BUILD)/kcompat-lab: $(BUILD)/lab/main.o $(LAB_LIBRARY) $(LIBRARY)
	$(Q)$(CC) $(CFLAGS) $(HARDENED_LINK) -pie $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(LAB_LIBRARY): $(LAB_OBJECTS)

$(BUILD)/lab/%.o: lab/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -I. $(CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(BUILD)/lab/embed.o: lab/embed.S lab/fetch.sh data/kernels.txt tools/debian-packages.sh $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -I. $(DEPFLAGS) -c -o $@ $<

$(STATIC)/init: lab/guest/init.c lab/guest/veth.c lab/guest/veth.h lab/guest/protocol.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -I. $(CFLAGS) -static -s -o $@ $(filter %.c,$^) -lz

# Guests for the architectures in LAB. If one cannot be built, its kernels fail, and the others still run.
lab: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@for arch in $$($(BUILD)/kcompat-lab list $(LAB) | awk '$$3 ~ /lab|quick/ { print $$2 }' | sort -u); do \
		$(MAKE) --no-print-directory lab-guest ARCH=$$arch || echo "lab: no guest for $$arch" >&2; done
	@PATH="$(abspath $(BUILD)):$$PATH" bash lab/suites/all.sh $(LAB_OUTPUT) $(LAB)

lab-quick: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@PATH="$(abspath $(BUILD)):$$PATH" bash lab/suites/all.sh $(LAB_OUTPUT) --quick

data-probed: lab
	@tools/update-probed $(LAB_OUTPUT)

lab-calls: $(BUILD)/kcompat-lab
	@for arch in $$($(BUILD)/kcompat-lab list $(CALLS_KERNELS) | awk '{ print $$2 }' | sort -u); do \
		$(MAKE) --no-print-directory lab-guest ARCH=$$arch || exit; done
	@PATH="$(abspath $(BUILD)):$$PATH" bash lab/suites/calls.sh $(LAB_CALLS) \
		$$($(BUILD)/kcompat-lab list $(CALLS_KERNELS) | awk '{ print $$1 }')

data-calls: lab-calls
	@tools/update-recipes $(LAB_CALLS)/*.json
	@tools/update-calls $(LAB_CALLS)

lab-settings: $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@PATH="$(abspath $(BUILD)):$$PATH" bash lab/suites/settings.sh

lab-check: $(BUILD)/kcompat $(BUILD)/kcompat-lab $(BUILD)/oracle/relocations
	@BUILD=$(BUILD) lab/suites/check.sh

lab-truth: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@$(MAKE) --no-print-directory lab-guest ARCH=arm64
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lab/functions-all.sh \
		amd64-6.1-cloud amd64-6.12-cloud amd64-7.2-cloud arm64-6.12-cloud

-include $(wildcard $(LAB_OBJECTS:.o=.d) $(BUILD)/lab/main.d)
