# SPDX-License-Identifier: GPL-2.0-or-later

SHELL := /bin/bash
TOP := $(CURDIR)
KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
DATADIR ?= $(PREFIX)/share/regiongate
INSTALL ?= install
# Each folder installs from its own place, so a relative one would be several.
ifneq ($(DESTDIR),)
override DESTDIR := $(shell realpath -ms -- '$(DESTDIR)')
endif
export PREFIX SYSCONFDIR LOCALSTATEDIR DATADIR DESTDIR

USERDIRS := $(patsubst %/Makefile,%,$(wildcard tools/Makefile \
	user/helper/Makefile user/screen/Makefile))
KREL = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' \
	'$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
# One object folder a kernel, filled with links to the sources: two kernels'
# builds never share an object.
KOBJ = $(TOP)/build/kmod/$(KREL)
KMAKE = $(MAKE) --no-print-directory -C '$(KDIR)' M='$(KOBJ)' \
	$(if $(KCC),CC=$(KCC)) $(if $(KW),KCFLAGS='$(KW)')

.PHONY: all modules user user-lib install user-install modules_install clean \
	help generate demo check bench check-debug check-fresh shell kobj kdir setup
.PHONY: $(USERDIRS)

all: modules user

kdir:
	@[ -n "$(KREL)" ] || { echo "make: no kernel headers at $(KDIR); name a" \
		"kernel's build folder with KDIR=, or build only userspace" \
		"with 'make user'" >&2; exit 1; }

kobj: kdir
	@mkdir -p '$(KOBJ)'
	@find Kbuild kmod include -type d -printf '$(KOBJ)/%p\0' | xargs -0 mkdir -p
	@find Kbuild kmod include -type f '(' -name '*.[chS]' -o -name Kbuild ')' | \
		while read -r f; do [ '$(KOBJ)'/"$$f" -ef "$$f" ] || \
			ln -sfn "$(TOP)/$$f" '$(KOBJ)'/"$$f"; done
	@find '$(KOBJ)' -xtype l -delete

modules: kobj
	@set -o pipefail; $(KMAKE) modules 2>&1 | sed 's|$(KOBJ)/||g'

user-lib:
	@$(MAKE) --no-print-directory -C user/lib

$(USERDIRS): user-lib
	@$(MAKE) --no-print-directory -C $@

user: user-lib $(USERDIRS)

# All is built before the first file is installed.
install: all
	@$(MAKE) --no-print-directory user-install modules_install

user-install: user
	@set -e; for d in $(USERDIRS) $(patsubst %/Makefile,%,$(wildcard dist/Makefile)); do \
		$(MAKE) --no-print-directory -C $$d install \
			DESTDIR='$(DESTDIR)'; done
	@set -e; for d in data policy; do [ -d $$d ] || continue; \
		find $$d -type f ! -name Makefile ! -name '*.md' -printf '%P\n' | \
		while read -r f; do to="$(DESTDIR)$(DATADIR)/$${d/data/}/$$f"; \
			$(INSTALL) -D -m 644 "$$d/$$f" "$$to"; done; done

modules_install: modules
	$(INSTALL) -D -m 644 '$(KOBJ)/regiongate.ko' \
		'$(DESTDIR)/lib/modules/$(KREL)/updates/regiongate.ko'
	$(if $(DESTDIR),,depmod '$(KREL)')

generate:
	@source=$$(tests/vm/source) && spec/generate "$$source"

setup:
	@tests/setup

demo: setup
	@tests/demo/run $(if $(KERNEL),--kernel '$(KERNEL)')

check: setup
	@tests/check $(KERNELS)

bench: setup
	@{ command -v node && command -v npm; } >/dev/null || tests/setup setup-bench.packages
	@tests/bench/run

check-debug:
	@tests/setup setup-debug.packages
	@tests/check-debug

check-fresh:
	@tests/fresh/run $(if $(FRESH_USER),--user) '$(SUITE)' '$(or $(TARGET),demo)'

shell: setup
	@tests/vm/run --shell

clean:
	rm -rf build

help:
	@sed -n 's/^#: \?//p' Makefile

#: make                  build the module (against KDIR) and the programs
#: make modules | user   only the module | only the programs
#: make install          install both; modules_install, user-install: one of them
#: make demo             show it all in a virtual machine (about two minutes)
#: make check            static checks and all tests, those of the module on 6.1 and 6.12
#: make bench            what all of it costs, beside what else does the same: a table,
#:                       bench/results.json and results.svg (about 15 minutes)
#: make check-debug      the tests on Debian's newest kernel and on debug kernels, which
#:                       are built first; lack of memory, fuzzing, stress, scenarios of
#:                       a device among real daemons, and which lines of kmod/ ran
#: make check-fresh SUITE=bookworm|trixie [TARGET=demo|check|check-debug]
#:                       the same on a freshly made minimal Debian, as root or,
#:                       with FRESH_USER=1, as a user who may use sudo
#: make shell            a virtual machine with the module and programs, to try
#: make generate         rebuild the generated files from spec/
#: make clean            remove what was built (build/)
#:
#: KERNEL=6.1            the demo's kernel (default 6.12)
#: KERNELS='6.1 newest'  the kernels of make check (default: 6.12 6.1)
#: KDIR=DIR              kernel to build for (default: the running kernel's headers)
#: PREFIX=DIR            where programs go (default /usr/local); DESTDIR=DIR stages
#: SYSCONFDIR=DIR        configuration in DIR/regiongate (default /etc)
#: SANITIZE=1            programs with ASan and UBSan, in their own object folder
#: V=1                   show each command
