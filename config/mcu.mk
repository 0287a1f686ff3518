# SPDX-License-Identifier: BSD-3-Clause
#
# Builds a firmware for the board, port/mps2-an385, with a cross-compiler: $(B).elf, and $(B).map, its
# link map, from objects in $(O).
#
#   FIRMWARE  PROFILE[-trace][-guard]: the demonstration; the profile's lwipopts.h is in config/PROFILE; trace and
#             guard are compiled in if named. PROFILE-agent: the board in the lab, with both;
#             PROFILE-MISTAKE-agent: the same, with a mistake of port/mistakes
#   LWIP      the instrumented tree, as scripts/lwip-prepare leaves it
#   WARNINGS  those of our own sources

.DEFAULT_GOAL := firmware
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SECONDARY:

CROSS   = arm-none-eabi-
CC      = $(CROSS)gcc
AR      = $(CROSS)ar
MCU     = -mcpu=cortex-m3 -mthumb
CFLAGS  = -Os -g
V      := 0
Q      := $(if $(filter 1,$(V)),,@)
say     = $(if $(filter 1,$(V)),@:,@printf '  %-8s %s\n')

include config/mistakes.mk
WORDS   := $(subst -, ,$(FIRMWARE))
PROFILE := $(firstword $(WORDS))
B       := build/mcu/$(FIRMWARE)
BOARD   := port/mps2-an385

ifeq ($(wildcard config/$(PROFILE)/lwipopts.h),)
$(error there is no profile '$(PROFILE)': config/ has minimal, default and lab)
endif
AGENT    := $(filter agent,$(WORDS))
# Not called MISTAKE: what is given to 'make lab-mcu' goes for all that it makes.
PLANTED  := $(if $(AGENT),$(filter $(MISTAKES),$(WORDS)))
# Objects: a mistake is but one more, and the same for all the others.
O        := $(if $(PLANTED),$(subst -$(PLANTED)-,-,$(B)),$(B))
ifneq ($(filter-out trace guard agent $(PLANTED),$(wordlist 2,9,$(WORDS))),)
$(error '$(FIRMWARE)' is no firmware: after the profile come -trace, -guard or both, or -agent, before which may come \
	a mistake: $(MISTAKES))
endif

ALL_C    = $(MCU) -std=c11 -MD -MP $(CFLAGS) -ffunction-sections -fdata-sections -fno-common --specs=nano.specs \
	-DTCP_TRACE=$(words $(filter trace agent,$(WORDS))) -DTCP_GUARD=$(words $(filter guard agent,$(WORDS)))
# The UART's receiver has room for one character, the Ethernet controller's for many lines.
ALL_C   += $(if $(AGENT),-DAGENT_LINES_IN_FRAMES=1)
INCLUDES := -Iport -Iport/include -Iport/trace -Iconfig/$(PROFILE) -Iconfig
# What the two firmwares do not share.
MAIN     := $(if $(AGENT),$(BOARD)/lab.c $(wildcard port/agent/*.c port/trace/*.c port/common/*.c) $(PLANTED:%=port/mistakes/%.c), \
	$(BOARD)/demo.c $(BOARD)/services.c $(BOARD)/trace.c port/common/clock.c port/common/entropy.c)
SRC      := $(filter-out %/lab.c %/demo.c %/services.c %/trace.c,$(wildcard $(BOARD)/*.c)) $(wildcard port/guard/*.c) $(MAIN)
OBJ      := $(SRC:%.c=$(O)/%.o)
HEADERS  := config/mcu.h config/lwip_hooks.h config/$(PROFILE)/lwipopts.h port/trace/tcp_trace.h \
	port/guard/tcp_guard_hooks.h port/include/arch/cc.h

firmware: $(B).elf

$(B).elf: $(OBJ) $(O)/liblwip.a $(BOARD)/mps2-an385.ld
	$(say) LINK $@
	$(Q)$(CC) $(MCU) $(CFLAGS) --specs=nano.specs -nostartfiles -T $(BOARD)/mps2-an385.ld -Wl,--gc-sections \
		-Wl,--fatal-warnings -Wl,--no-warn-rwx-segments -Wl,-Map=$(B).map \
		$(if $(PLANTED),$(call wraps,$(PLANTED))) -o $@ $(OBJ) $(O)/liblwip.a

$(O)/port/%.o: port/%.c $(LWIP)/.prepared $(O)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(INCLUDES) -isystem $(LWIP)/include -c -o $@ $<

$(O)/flags: FORCE
	@mkdir -p $(O)
	@echo '$(CC) $(ALL_C) $(WARNINGS)' | cmp -s - $@ || echo '$(CC) $(ALL_C) $(WARNINGS)' >$@

$(O)/liblwip.a: $(LWIP)/.prepared $(O)/flags $(HEADERS) config/lwip.mk
	$(say) LWIP $@
	$(Q)+$(MAKE) --no-print-directory -f config/lwip.mk LWIP=$(LWIP) LIB=$@ FLAGS=$(O)/flags AR=$(AR) APPS= \
		COMPILE='$(CC) $(ALL_C) -Wall -Wno-unused-variable $(INCLUDES) -I$(LWIP)/include'

FORCE:
.PHONY: firmware FORCE

-include $(OBJ:.o=.d)
