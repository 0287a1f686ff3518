# SPDX-License-Identifier: BSD-3-Clause
#
# tcplab. `make lab` and `make test` install what is missing and do everything; `make help` lists
# the rest. V=1 shows the commands. LWIP_DIR=/path/to/lwip builds against another lwIP tree.

.DEFAULT_GOAL := build
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

CC     = gcc
CFLAGS = -O2 -g
V      = 0
Q      := $(if $(filter 1,$(V)),,@)
# The targets that do everything use all processors, unless told otherwise.
JOBS   := $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
say     = $(if $(filter 1,$(V)),@:,@printf '  %-8s %s\n')

# SAN=1 builds everything a second time, with sanitizers, below build/san.
ifeq ($(SAN),1)
B        := build/san
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# lwIP shifts a byte into an int's sign bit when it reads timestamps (tcp_in.c, tcp_parseopt).
LWIP_SANITIZE := -fno-sanitize=shift
else
B        := build
SANITIZE :=
endif

# LWIP_PATCHES=NAME changes lwIP by port/patches/NAME.cocci, and builds everything once more, below a directory of
# that name.
LWIP_PATCHES :=
ifneq ($(LWIP_PATCHES),)
empty    :=
B        := $(B)/$(subst $(empty) $(empty),+,$(sort $(LWIP_PATCHES)))
endif
# Those flags, for patches that are in the tree; their C sources see them.
PATCH_FLAGS_tcp_hash := -DTCP_HASH=1 -DLWIP_TCP_PCB_NUM_EXT_ARGS=2
PATCH_FILES = port/patches/spatch.h $(1:%=port/patches/%.cocci)

LWIP_SOURCE := $(or $(LWIP_DIR),build/lwip)
ifneq ($(LWIP_DIR),)
ifeq ($(wildcard $(LWIP_DIR)/src/core/tcp.c),)
$(error LWIP_DIR=$(LWIP_DIR) is no lwIP source tree: it has no src/core/tcp.c)
endif
endif
LWIP        := $(B)/lwip-traced
# All of it, since a user's own tree may change anywhere.
LWIP_FILES  := $(LWIP_SOURCE)/src/core/tcp.c $(if $(LWIP_DIR),$(shell find $(LWIP_DIR)/src -name '*.[ch]'))

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wundef -Wvla
INCLUDES := -Iapp -Iport -Iport/include -Iport/trace -Iconfig -isystem $(LWIP)/include
# -MD, not -MMD: lwIP's headers count as the system's, and ours are among those that they include.
ALL_C     = -std=c11 -MD -MP $(CFLAGS) $(SANITIZE) -DTCP_TRACE=1 \
	$(foreach patch,$(LWIP_PATCHES),$(PATCH_FLAGS_$(patch)))
PACKAGES := libmnl libtraceevent libedit ncursesw
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
LDLIBS     = $(shell pkg-config --libs $(PACKAGES)) -lm

PORT_SRC := $(wildcard port/common/*.c port/linux/*.c port/trace/*.c port/guard/*.c) $(LWIP_PATCHES:%=port/patches/%.c)
APP_SRC  := $(wildcard app/*/*.c)
LIB_OBJ  := $(patsubst %.c,$(B)/%.o,$(PORT_SRC) $(APP_SRC))
MAIN_OBJ := $(B)/app/main.o
TEMPLATE_SRC := $(wildcard port/template/*.c port/agent/*.c port/common/*.c port/trace/*.c port/guard/*.c) \
	$(LWIP_PATCHES:%=port/patches/%.c)
TEMPLATE_OBJ := $(patsubst %.c,$(B)/template/%.o,$(TEMPLATE_SRC))
include config/mistakes.mk
UNIT_SRC := $(wildcard tests/unit/test_*.c)
BULK_UNIT_SRC := $(wildcard tests/unit/bulk/test_*.c)
UNITS    := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRC)) $(B)/tests/live_host \
	$(patsubst tests/unit/bulk/test_%.c,$(B)/tests/bulk_%,$(BULK_UNIT_SRC)) $(B)/bench/bulk

## build: build/tcplab, and build/template/board, the board that is a program (the default)
build: $(B)/tcplab $(B)/template/board

## mistakes: build/template/board-NAME, for each mistake of docs/porting.md
mistakes: $(MISTAKES:%=$(B)/template/board-%)

## lab: set up this machine, build, run every scenario, report in build/lab/report.html
lab: setup-build
	$(Q)$(MAKE) --no-print-directory $(JOBS) build
	$(Q)$(B)/tcplab run --out $(B)/lab

## lab-full: the same with the scenarios that wait for the kernel's timers
lab-full: setup-build
	$(Q)$(MAKE) --no-print-directory $(JOBS) build
	$(Q)$(B)/tcplab run --slow -j 32 --out $(B)/lab

## test: set up this machine, build with sanitizers, run all tests; those of the Cortex-M3 where it can be had
test: tested
	$(Q)$(PROVE) $(TESTS) $(MCU_TESTS) || $(FAILED)

## test-all: with the Cortex-M3's compiler and emulator (1 GB); fails where that cannot be tried
test-all: tested mcu
	$(Q)status=0; $(PROVE) $(TESTS) || status=1; STRICT=yes $(PROVE) $(MCU_TESTS) || status=1; \
		[ $$status -eq 0 ] || $(FAILED)

MCU_TESTS := $(addprefix tests/integration/,cortex-m3.t size.t mcu.t record.t)
TESTS     := $(patsubst tests/unit/%.c,build/san/tests/%,$(UNIT_SRC)) \
	$(patsubst tests/unit/bulk/test_%.c,build/san/tests/bulk_%,$(BULK_UNIT_SRC)) \
	$(filter-out $(MCU_TESTS),$(wildcard tests/integration/*.t))
PROVE      = CMOCKA_MESSAGE_OUTPUT=TAP prove --timer -e 'tests/tell build/failures' $(if $(filter 1,$(V)),-v)
FAILED     = { echo; cat build/failures; false; }
tested: setup-test
	$(Q)rm -f build/failures
	$(Q)$(MAKE) --no-print-directory $(JOBS) build mistakes
	$(Q)$(MAKE) --no-print-directory $(JOBS) SAN=1 build units
	$(Q)$(MAKE) --no-print-directory $(JOBS) build/bench/guard_cost build/bench/guard_forge $(INSTRUCTIONS) $(SCALE) \
		build/tests/pcb_lists-stock build/tests/pcb_lists-hash
	$(Q)$(MAKE) --no-print-directory $(JOBS) SAN=1 build/san/tests/pcb_lists-hash
	$(Q)$(MAKE) --no-print-directory $(JOBS) LWIP_PATCHES=tcp_hash build

## mcu: the firmware of a Cortex-M3 that obeys the lab: build/mcu, for 'tcplab run --lwip mcu'
mcu: setup-mcu
	$(Q)$(MAKE) --no-print-directory $(JOBS) build/mcu/lab-agent.elf build/mcu/linux-agent.elf

## lab-mcu: every scenario with lwIP on a Cortex-M3 (QEMU), report in build/lab-mcu/report.html; MISTAKE=NAME: some, with a mistake (docs/porting.md)
lab-mcu: mcu
	$(Q)$(MAKE) --no-print-directory $(JOBS) build $(MISTAKE:%=build/mcu/lab-%-agent.elf)
	$(Q)$(B)/tcplab run --lwip mcu$(MISTAKE:%=:lab-%) $(if $(MISTAKE),$(PLAYED),--out $(B)/lab-mcu)

# With a mistake most of what is waited for never comes. These show each of them.
PLAYED = --patience 500 handshake close half-close
ifneq ($(filter-out $(MISTAKES),$(MISTAKE)),)
$(error MISTAKE=$(MISTAKE): there is no such one in port/mistakes; there are $(MISTAKES))
endif

## debug-mcu: gdb at lwIP's first transition in a recorded run on the Cortex-M3 (RUN=DIR/NAME; close/lwip)
debug-mcu: mcu
	$(Q)$(MAKE) --no-print-directory $(JOBS) build
	$(Q)scripts/debug-mcu $(RUN)

## bench: what is fast and what it costs, side by side (6 min): text, build/bench/bench.json, and pictures in build/bench/report.html
BENCHES := bulk life scale instructions
bench:
	$(Q)$(MAKE) --no-print-directory $(BENCHES:%=build-bench-%)
	$(Q)set -e; for bench in $(BENCHES); do $(MAKE) --no-print-directory bench-$$bench; echo; done
	$(Q)tests/bench/report.py build/bench $(BENCHES)

# ROUNDS and SECONDS: other than the benches' own.
bench_options = --json build/bench/$(1).json $(if $(filter-out instructions,$(1)),$(ROUNDS:%=--rounds %)) \
	$(if $(filter bulk scale,$(1)),$(SECONDS:%=--seconds %))

## bench-bulk: bytes per second and round trips: lwIP, the kernel, lwIP's own port (4 min)
BULK := build/bench/bulk $(if $(and $(LWIP_DIR),$(if $(wildcard $(LWIP_DIR)/contrib/ports/unix/port),,no)),,build/bench/unix_port)
build-bench-bulk: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(BULK)
bench-bulk: build-bench-bulk
	$(Q)tests/bench/bulk.py $(call bench_options,bulk)

## bench-life: what an experiment costs on this machine
build-bench-life: setup-test build
bench-life: build-bench-life
	@mkdir -p build/bench
	$(Q)tests/bench/life.py $(call bench_options,life)

## bench-flood: SYNs per second: lwIP, lwIP with its guard, the kernel with and without cookies
bench-flood: build
	$(Q)tests/bench/flood.sh

## bench-guard: instructions that a SYN costs lwIP, and its guard, by callgrind
bench-guard: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(B)/bench/guard_cost
	$(Q)tests/bench/guard.sh

## bench-instructions: instructions for a segment, a SYN, a connection and a transition, by callgrind
INSTRUCTIONS := $(patsubst %,build/bench/instructions-%,plain off traced ipv4)
build-bench-instructions: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(INSTRUCTIONS)
bench-instructions: build-bench-instructions
	$(Q)tests/bench/instructions.py $(call bench_options,instructions)

## bench-scale: connections per second, and instructions, with many others; without and with the patch tcp_hash (3 min)
SCALE := build/bench/scale-stock build/bench/scale-hash
build-bench-scale: setup-test
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(SCALE)
bench-scale: build-bench-scale
	$(Q)tests/bench/scale.py $(call bench_options,scale)

## bench-forge: try all 2^32 acknowledgement numbers on the guard: 16 are a valid cookie (3 min)
bench-forge: build/bench/guard_forge
	$(Q)build/bench/guard_forge all

## size: flash, RAM and stack of the board's firmwares, module by module, for each profile
PROFILES := minimal default lab
SIZED    := $(foreach p,$(PROFILES),$(p) $(p)-trace $(p)-guard)
size: setup-mcu
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(SIZED:%=build/mcu/%.elf)
	$(Q)scripts/size $(SIZED:%=build/mcu/%.map)

## test-board: the board's port, in QEMU; fails where that cannot be tried
test-board: setup-mcu
	$(Q)STRICT=yes prove -e '' $(if $(filter 1,$(V)),-v) tests/integration/cortex-m3.t

## pictures: draw those of docs/pictures anew
pictures: setup-test build
	$(Q)scripts/pictures

## check: static analysis: cppcheck, clang-tidy, clang-format, shellcheck
check: setup-check build
	$(Q)scripts/check

## format: apply the house style to all C sources
format:
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

## setup: install the packages that `make build` needs (SETUP=no: only say what is missing)
setup: setup-build
setup-build:
	$(Q)scripts/setup build
setup-test:
	$(Q)scripts/setup build test
setup-mcu:
	$(Q)scripts/setup build mcu
setup-check:
	$(Q)scripts/setup build test check

## clean: remove what was built; what was downloaded stays
clean:
	$(Q)find build -mindepth 1 -maxdepth 1 ! -name 'lwip' ! -name 'lwip-2.*' -exec rm -rf {} + \
		2>/dev/null || true

## distclean: remove what was downloaded, too
distclean:
	$(Q)rm -rf build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-18s %s\n' "$$name" "$$text"; done

units: $(UNITS) $(B)/template/board mistakes

$(B)/tcplab: $(MAIN_OBJ) $(LIB_OBJ) $(B)/liblwip.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(LDLIBS)

$(B)/tests/%: $(B)/tests/unit/%.o $(LIB_OBJ) $(B)/liblwip.a
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(LDLIBS) -lcmocka

# The agent is a board's; its lines can be read anywhere.
$(B)/tests/test_agent_line: $(B)/template/port/agent/agent_line.o

$(B)/tests/live_host: $(B)/tests/integration/live_host.o $(LIB_OBJ) $(B)/liblwip.a
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^ $(LDLIBS)

$(B)/app/%.o: app/%.c $(LWIP)/.prepared $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(INCLUDES) $(PKG_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

# The assembler reads these into it.
$(B)/app/show/markup.o: $(wildcard app/show/*.css app/show/*.js)

$(B)/port/%.o: port/%.c $(LWIP)/.prepared $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(filter-out -Iapp,$(INCLUDES)) $(PKG_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

$(B)/tests/%.o: tests/%.c $(LWIP)/.prepared $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(INCLUDES) $(PKG_CFLAGS) -D_GNU_SOURCE -c -o $@ $<

# lwIP: obtained, copied and instrumented, compiled. What it consists of is known only then.
build/lwip/src/core/tcp.c: config/lwip.conf | needs
	$(say) FETCH lwIP
	$(Q)scripts/lwip-fetch build/lwip
	@touch $@

$(B)/lwip-source: FORCE
	@mkdir -p $(B)
	@echo '$(LWIP_SOURCE)' | cmp -s - $@ || echo '$(LWIP_SOURCE)' >$@

# What all objects depend on beside their headers: other flags, other objects.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(CC) $(ALL_C) $(WARNINGS)' | cmp -s - $@ || echo '$(CC) $(ALL_C) $(WARNINGS)' >$@

$(LWIP)/.prepared: $(LWIP_FILES) $(B)/lwip-source port/trace/tcp_trace.cocci scripts/lwip-prepare \
		$(if $(LWIP_PATCHES),$(call PATCH_FILES,$(LWIP_PATCHES))) | needs
	$(say) TRACE $(LWIP_SOURCE)
	$(Q)scripts/lwip-prepare $(LWIP_SOURCE) $(LWIP) $(LWIP_PATCHES)
	@touch $@

LIBLWIP_NEEDS = $(LWIP)/.prepared $(B)/flags $(wildcard config/*.h) port/trace/tcp_trace.h \
	port/guard/tcp_guard_hooks.h port/include/arch/cc.h config/lwip.mk \
	$(wildcard port/patches/*.h)
liblwip = $(Q)+$(MAKE) --no-print-directory -f config/lwip.mk LWIP=$(LWIP) LIB=$@ FLAGS=$(B)/flags \
	COMPILE='$(CC) $(ALL_C) $(LWIP_SANITIZE) $(1) -Wall -Wno-unused-variable -Wno-unused-but-set-variable -Iport -Iport/include -Iport/trace -Iconfig -I$(LWIP)/include'

$(B)/liblwip.a: $(LIBLWIP_NEEDS)
	$(say) LWIP $@
	$(call liblwip,)

# The template: with options of its own, which lwIP has to be compiled with once more.
$(B)/template/liblwip.a: $(LIBLWIP_NEEDS) port/template/lwipopts.h
	$(say) LWIP $@
	$(call liblwip,-Iport/template)

$(B)/template/%.o: %.c $(LWIP)/.prepared $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) -Iport/template $(filter-out -Iapp,$(INCLUDES)) -D_GNU_SOURCE -c -o $@ $<

$(B)/template/board: $(TEMPLATE_OBJ) $(B)/template/liblwip.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) -o $@ $^

$(B)/template/board-%: $(TEMPLATE_OBJ) $(B)/template/port/mistakes/%.o $(B)/template/liblwip.a
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(call wraps,$*) -o $@ $^

# For benches: room for thousands of half-open connections.
CROWDED = -DMEMP_NUM_TCP_PCB=4096 -DMEMP_NUM_TCP_SEG=4096
$(B)/bench/liblwip.a: $(LIBLWIP_NEEDS)
	$(say) LWIP $@
	$(call liblwip,$(CROWDED))

$(B)/bench/%: tests/bench/%.c $(LIB_OBJ) $(B)/bench/liblwip.a
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(INCLUDES) -D_GNU_SOURCE $(CROWDED) -o $@ $(filter-out %.h,$^) $(LDLIBS) -lm

# The board's firmwares, by profile and add-ons: build/mcu/lab-trace-guard.elf; see config/mcu.mk.
$(MISTAKES:%=build/mcu/lab-%-agent.elf): build/mcu/lab-agent.elf
build/mcu/%.elf: $(LWIP)/.prepared FORCE | needs-mcu
	$(if $(LWIP_PATCHES),$(error the firmwares are built without LWIP_PATCHES))$(Q)+$(MAKE) --no-print-directory -f config/mcu.mk FIRMWARE=$* LWIP=$(LWIP) V=$(V) WARNINGS='$(WARNINGS)'

include config/bulk.mk
include config/cost.mk

# Without what scripts/setup installs, say so once and clearly, instead of failing somewhere.
needs:
	@SETUP=no scripts/setup build
needs-mcu:
	@SETUP=no scripts/setup build mcu

FORCE:
.PHONY: needs needs-mcu build mistakes lab lab-full lab-mcu mcu debug-mcu test test-all tested bench bench-bulk bench-life bench-flood bench-guard bench-instructions bench-scale bench-forge $(BENCHES:%=build-bench-%) size test-board pictures check format setup setup-build setup-test setup-check setup-mcu clean distclean help units FORCE

-include $(LIB_OBJ:.o=.d) $(TEMPLATE_OBJ:.o=.d) $(MISTAKES:%=$(B)/template/port/mistakes/%.d) $(MAIN_OBJ:.o=.d) $(patsubst %.c,$(B)/%.d,$(UNIT_SRC)) $(B)/tests/integration/live_host.d
