# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared rules of every userspace folder. A sub-makefile is just:
#
#	PKGS := libmnl jansson			# pkg-config names, may be empty
#	PROGS := regiongate			# or LIBRARY := libregiongate.a
#	include ../user/common.mk		# path to this file; defines "all"
#
# It compiles every *.c of its folder (set SRCS to say otherwise) into one
# program or one library. Several programs of one file each: PROGS := a b with
# SRCS := (empty) takes a.c and b.c. Nothing is ever built in the source tree:
#
#	O		object directory, build/user (build/user-asan with SANITIZE=1)
#	OUT		$(O)/<folder>, where this folder's objects and programs go
#	LIBRG		$(O)/user/lib/libregiongate.a, built first; every program
#			links it (set NO_LIBRG=1 not to)
#	LIBRG_PKGS	what the library itself needs (edit here when it grows)
#
# Knobs: SANITIZE=1 (ASan + UBSan, stops at the first report), RG_WERROR=1,
# EXTRA_CFLAGS, EXTRA_LDLIBS, PREFIX, SYSCONFDIR, LOCALSTATEDIR, DESTDIR, V=1.
# Programs see RG_DATADIR, RG_SYSCONFDIR, RG_STATEDIR and RG_VERSION as strings.

RG_COMMON := $(abspath $(lastword $(MAKEFILE_LIST)))
TOP := $(patsubst %/user/common.mk,%,$(RG_COMMON))

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
LOCALSTATEDIR ?= /var
BINDIR ?= $(PREFIX)/bin
SBINDIR ?= $(PREFIX)/sbin
DATADIR ?= $(PREFIX)/share/regiongate
VERSION := 0.1

ifeq ($(SANITIZE),1)
O ?= $(TOP)/build/user-asan
else
O ?= $(TOP)/build/user
endif
override O := $(abspath $(O))
FOLDER := $(patsubst $(TOP)/%,%,$(CURDIR))
OUT := $(O)/$(FOLDER)

LIBRG := $(O)/user/lib/libregiongate.a
LIBRG_PKGS ?= libmnl jansson libcrypto libevdev

PKG_CONFIG ?= pkg-config
RG_PKGS = $(sort $(PKGS) $(LIBRG_PKGS))
ifneq ($(filter-out clean,$(or $(MAKECMDGOALS),all)),)
rg-exists = $(shell $(PKG_CONFIG) --exists $(1) >/dev/null 2>&1 && echo yes)
ifeq ($(if $(RG_PKGS),$(call rg-exists,$(RG_PKGS)),yes),)
$(error $(PKG_CONFIG) does not find $(foreach p,$(RG_PKGS),$(if $(call \
	rg-exists,$(p)),,$(p))): 'make setup' installs what is needed, \
	tests/setup.packages lists it)
endif
endif
RG_PKG_CFLAGS := $(if $(RG_PKGS),$(shell $(PKG_CONFIG) --cflags $(RG_PKGS)))
RG_PKG_LIBS := $(if $(RG_PKGS),$(shell $(PKG_CONFIG) --libs $(RG_PKGS)))

CFLAGS ?= -O2 -g
RG_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -Wno-missing-field-initializers \
	-I$(TOP)/include/uapi -I$(TOP)/user/lib \
	-DRG_DATADIR='"$(DATADIR)"' -DRG_SYSCONFDIR='"$(SYSCONFDIR)/regiongate"' \
	-DRG_STATEDIR='"$(LOCALSTATEDIR)/lib/regiongate"' \
	-DRG_VERSION='"$(VERSION)"' $(RG_PKG_CFLAGS)
ifeq ($(RG_WERROR),1)
RG_CFLAGS += -Werror
endif
ifeq ($(SANITIZE),1)
RG_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
endif
RG_ALL_CFLAGS = $(CFLAGS) $(CPPFLAGS) $(RG_CFLAGS) $(RG_SAN) $(EXTRA_CFLAGS)

Q := $(if $(V),,@)
rg-say = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-7s %s\n' '$(1)' '$(patsubst $(TOP)/%,%,$(2))')

SRCS ?= $(sort $(wildcard *.c))
OBJS := $(SRCS:%.c=$(OUT)/%.o)
ifeq ($(SRCS),)
SOLO := $(PROGS)
endif

.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all clean install FORCE
# Keep the objects of single-file programs.
.SECONDARY:

all: $(addprefix $(OUT)/,$(LIBRARY) $(PROGS))

# Objects are rebuilt when the compiler or its flags change (PREFIX is one).
$(OUT)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(RG_ALL_CFLAGS))' >$@.$$$$ && \
		if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi

$(OUT)/%.o: %.c $(OUT)/.flags
	$(call rg-say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(RG_ALL_CFLAGS) -MMD -MP -c -o $@ $<

ifneq ($(LIBRARY),)
# Built aside and renamed: a reader never sees half an archive.
$(OUT)/$(LIBRARY): $(OBJS)
	$(call rg-say,AR,$@)
	$(Q)rm -f $@.tmp && $(AR) rcs $@.tmp $(OBJS) && mv $@.tmp $@
endif

ifneq ($(PROGS),)
RG_LIBS := $(if $(NO_LIBRG),,$(LIBRG))
ifneq ($(SOLO),)
$(addprefix $(OUT)/,$(SOLO)): $(OUT)/%: $(OUT)/%.o $(RG_LIBS)
else
$(addprefix $(OUT)/,$(PROGS)): $(OBJS) $(RG_LIBS)
endif
	$(call rg-say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(RG_SAN) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) \
		$(RG_PKG_LIBS) -lm $(LDLIBS) $(EXTRA_LDLIBS)
endif

# The library knows best whether it is current.
ifneq ($(CURDIR),$(TOP)/user/lib)
$(LIBRG): FORCE
	@$(MAKE) --no-print-directory -C $(TOP)/user/lib O=$(O) SANITIZE=$(SANITIZE)
endif

# Programs go to INSTALL_DIR (BINDIR unless the folder says otherwise).
INSTALL ?= install
INSTALL_DIR ?= $(BINDIR)
install: all
	$(Q)$(foreach p,$(PROGS),$(INSTALL) -D -m 755 $(OUT)/$(p) \
		'$(DESTDIR)$(INSTALL_DIR)/$(p)' &&) :

clean:
	rm -rf $(OUT)

-include $(patsubst %.o,%.d,$(OBJS)) $(SOLO:%=$(OUT)/%.d)
