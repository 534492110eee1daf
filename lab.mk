# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: kcompat-lab, what runs in its guests, and all kernels of data/kernels.txt that it boots.
#   make lab-guest ARCH=arm64   build/static-arm64/{init,kcompat}
#   make lab-quick              three kernels of amd64, in a few minutes
#   make lab-settings           one kernel with less privileges, under lockdown, without its JIT
#   make lab-truth              attaching to functions as a scan predicts it, of four kernels; with the debug
#                               information that is unpacked below KCOMPAT_IMAGES
#   make lab [LAB='amd64 arm64-7.2-*'] [LAB_OUTPUT=DIR]
#   make data-probed            the same, and what came of it becomes data/probed/ and docs/lab.md
LAB_SOURCES := $(filter-out lab/lab_main.c,$(wildcard lab/lab_*.c))
LAB_OBJECTS := $(LAB_SOURCES:lab/%.c=$(BUILD)/lab/%.o) $(BUILD)/lab/lab_embed.o
# All of kcompat but its own commands.
LAB_BASE    := $(filter-out $(BUILD)/cmd%.o,$(OBJECTS))
LAB_OUTPUT  ?= $(BUILD)/lab-results
LAB_TESTED  := $(LAB_OBJECTS) $(OBJECTS)

.PHONY: lab lab-quick lab-settings lab-truth data-probed

$(BUILD)/kcompat-lab: $(BUILD)/lab/lab_main.o $(LAB_OBJECTS) $(LAB_BASE)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/lab/%.o: lab/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Ilab $(CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(BUILD)/lab/lab_embed.o: lab/lab_embed.S lab/fetch.sh data/kernels.txt data/packages.sh $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -I. $(DEPFLAGS) -c -o $@ $<

# Of the two rules for a test, make takes the one with more of its name in it.
$(BUILD)/tests/test_lab_%: tests/unit/test_lab_%.c $(LAB_TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests -Ilab $(CFLAGS) $(DEPFLAGS) $(LDFLAGS) -o $@ $< $(LAB_TESTED) $(TEST_LDLIBS) -lcmocka

$(BUILD)/fuzz/fuzz_lab_%: tests/fuzz/fuzz_lab_%.c $(LAB_TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Ilab $(CFLAGS) $(DEPFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(LAB_TESTED) $(TEST_LDLIBS)

$(BUILD)/replay/fuzz_lab_%: tests/fuzz/fuzz_lab_%.c tests/fuzz/replay.c $(LAB_TESTED) $(BUILD)/flags
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Ilab $(CFLAGS) $(DEPFLAGS) $(LDFLAGS) -o $@ $< tests/fuzz/replay.c $(LAB_TESTED) $(TEST_LDLIBS)

build/static-$(ARCH)/init: lab/init.c lab/init_veth.c lab/init_veth.h lab/lab_protocol.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Ilab $(CFLAGS) -static -s -o $@ $(filter %.c,$^) -lz

# Of the architectures that LAB means; where one cannot be built its kernels fail, and the others are asked.
lab: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@for arch in $$($(BUILD)/kcompat-lab list $(LAB) | awk '$$3 ~ /lab|quick/ { print $$2 }' | sort -u); do \
		$(MAKE) --no-print-directory lab-guest ARCH=$$arch || echo "lab: no guest for $$arch" >&2; done
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lab/all.sh $(LAB_OUTPUT) $(LAB)

lab-quick: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lab/all.sh $(LAB_OUTPUT) --quick

data-probed: lab
	@data/update-probed $(LAB_OUTPUT)

lab-settings: $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lab/settings.sh

lab-truth: $(BUILD)/kcompat $(BUILD)/kcompat-lab
	@$(MAKE) --no-print-directory lab-guest ARCH=amd64
	@$(MAKE) --no-print-directory lab-guest ARCH=arm64
	@PATH="$(abspath $(BUILD)):$$PATH" bash tests/lab-functions.sh \
		amd64-6.1-cloud amd64-6.12-cloud amd64-7.2-cloud arm64-6.12-cloud

-include $(wildcard $(BUILD)/lab/*.d)
