# SPDX-License-Identifier: BSD-3-Clause
#
# Included by the Makefile: programs that measure lwIP alone, with a peer that has no wire (tests/bench/peer.h),
# each in variants of the bulk profile. $(B)/bench/NAME-VARIANT is of tests/bench/NAME.c.
#
#   plain    with lwIP's own tree
#   off      with the instrumented one, the hook compiled out
#   traced   the hook compiled in
#   ipv4     the hook compiled out, IPv4 alone, one network interface

COST_FLAGS_plain  = $(BULK_FLAGS)
COST_FLAGS_off    = $(BULK_FLAGS)
COST_FLAGS_traced = $(BULK_FLAGS) -UTCP_TRACE -DTCP_TRACE=1
COST_FLAGS_ipv4   = $(BULK_FLAGS) -DLWIP_IPV6=0 -DLWIP_SINGLE_NETIF=1
COST_LWIP_plain   = $(LWIP_SOURCE)/src
COST_LAB          = $(patsubst %,$(B)/app/tcp/%.o,segment frame)
COST_SRC          = port/common/clock.c port/common/entropy.c port/linux/clock.c port/linux/entropy.c \
	port/linux/platform.c port/linux/bulk/buffers.c port/linux/bulk/checksum.c tests/bench/peer.c

define cost
$(B)/cost/$(1)/liblwip.a: $$(LIBLWIP_NEEDS) config/bulk/lwipopts.h config/cost.mk
	$$(say) LWIP $$@
	$$(Q)+$$(MAKE) --no-print-directory -f config/lwip.mk LWIP=$$(or $$(COST_LWIP_$(1)),$$(LWIP)) LIB=$$@ FLAGS=$(B)/flags APPS= \
		COMPILE='$$(CC) $$(ALL_C) $$(LWIP_SANITIZE) $$(COST_FLAGS_$(1)) -Wall -Wno-unused-variable -Iport -Iport/include -Iport/trace -Iconfig \
			-I$$(or $$(COST_LWIP_$(1)),$$(LWIP))/include'

$(B)/cost/$(1)/%.o: %.c $$(LWIP)/.prepared $(B)/flags config/cost.mk
	$$(say) CC $$<
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_C) $$(WARNINGS) $$(COST_FLAGS_$(1)) $$(INCLUDES) -D_GNU_SOURCE -c -o $$@ $$<

$(B)/bench/%-$(1): $(B)/cost/$(1)/tests/bench/%.o $$(patsubst %.c,$(B)/cost/$(1)/%.o,$$(COST_SRC)) $$(COST_LAB) \
		$(B)/cost/$(1)/liblwip.a
	$$(say) LINK $$@
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) $$(BULK_OPT) $$(SANITIZE) -o $$@ $$^
endef
$(foreach variant,plain off traced ipv4,$(eval $(call cost,$(variant))))

-include $(wildcard $(B)/cost/*/port/*/*.d $(B)/cost/*/port/linux/bulk/*.d $(B)/cost/*/tests/bench/*.d)
