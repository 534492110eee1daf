# SPDX-License-Identifier: GPL-2.0-or-later
# `make install [PREFIX=/usr/local] [DESTDIR=ROOT]`, and `make uninstall` with the same two, from one list. Guests of the
# lab are installed if `make lab-guest` built them.
SHARED  := $(PREFIX)/share
# Distributions have other places for it.
ZSHDIR  ?= $(SHARED)/zsh/site-functions
GUESTS   = $(foreach init,$(wildcard build/static-*/init),$(patsubst build/static-%/init,%,$(init)))
CONTRIB  = $(sort $(shell find contrib -type f))
# SOURCE:MODE:TARGET
INSTALLED = \
	$(BUILD)/kcompat:755:$(PREFIX)/bin/kcompat \
	$(BUILD)/kcompat-lab:755:$(PREFIX)/bin/kcompat-lab \
	$(foreach guest,$(GUESTS),$(foreach file,init kcompat, \
		build/static-$(guest)/$(file):755:$(PREFIX)/lib/kcompat/static-$(guest)/$(file))) \
	$(foreach page,$(wildcard docs/man/*.8),$(page):644:$(SHARED)/man/man8/$(notdir $(page))) \
	$(foreach program,kcompat kcompat-lab, \
		docs/completion/kcompat.bash:644:$(SHARED)/bash-completion/completions/$(program) \
		docs/completion/kcompat.fish:644:$(SHARED)/fish/vendor_completions.d/$(program).fish) \
	docs/completion/_kcompat:644:$(ZSHDIR)/_kcompat \
	$(foreach kind,snapshots probed checks,$(foreach file,$(wildcard data/$(kind)/*.gz), \
		$(file):644:$(SHARED)/kcompat/$(kind)/$(notdir $(file)))) \
	$(foreach file,$(wildcard data/kernels.kts data/kernels-callers.kts),$(file):644:$(SHARED)/kcompat/$(notdir $(file))) \
	$(foreach file,$(wildcard docs/schema/*.json),$(file):644:$(SHARED)/kcompat/schema/$(notdir $(file))) \
	$(foreach file,$(CONTRIB),$(file):$(if $(findstring /kcompat-scan,$(file)),755,644):$(SHARED)/doc/kcompat/$(file))

.PHONY: install uninstall
install: all
	@set -e; for row in $(INSTALLED); do \
		target=$${row#*:}; install -D -m $${target%%:*} $${row%%:*} $(DESTDIR)$${target#*:}; done

# Also what an older version installed below the directories that are kcompat's alone.
uninstall:
	@for row in $(INSTALLED); do rm -f $(DESTDIR)$${row##*:}; done
	@rm -rf $(DESTDIR)$(SHARED)/kcompat $(DESTDIR)$(SHARED)/doc/kcompat/contrib $(DESTDIR)$(PREFIX)/lib/kcompat
	@doc=$(DESTDIR)$(SHARED)/doc/kcompat; [ ! -d $$doc ] || rmdir --ignore-fail-on-non-empty $$doc
