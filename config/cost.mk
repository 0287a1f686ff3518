# SPDX-License-Identifier: BSD-3-Clause
#
# Included by the Makefile: programs that measure lwIP alone, with a peer that has no wire (tests/bench/peer.h),
# each in variants of the bulk profile. $(B)/bench/NAME-VARIANT is of tests/bench/NAME.c, and $(B)/tests/NAME-VARIANT
# of tests/integration/NAME.c.
#
#   plain    with lwIP's own tree
#   off      with the instrumented one, the hook compiled out
#   traced   the hook compiled in
#   ipv4     the hook compiled out, IPv4 alone
#   stock    the hook compiled out, room for 60,000 pcbs
#   hash     the same, with the patch tcp_hash

COST_FLAGS_plain  = $(BULK_FLAGS)
COST_FLAGS_off    = $(BULK_FLAGS)
COST_FLAGS_traced = $(BULK_FLAGS) -UTCP_TRACE -DTCP_TRACE=1
COST_FLAGS_ipv4   = $(BULK_FLAGS) -DLWIP_IPV6=0
COST_FLAGS_stock  = $(BULK_FLAGS) -DMEMP_NUM_TCP_PCB=60000
COST_FLAGS_hash   = $(COST_FLAGS_stock) $(PATCH_FLAGS_tcp_hash)
COST_LWIP_plain   = $(LWIP_SOURCE)/src
COST_LWIP_hash    = $(B)/lwip-hash
COST_TREE_hash    = $(B)/lwip-hash/.prepared
COST_LAB          = $(patsubst %,$(B)/app/tcp/%.o,segment frame)
COST_SRC          = port/common/clock.c port/common/entropy.c port/linux/clock.c port/linux/entropy.c \
	port/linux/platform.c port/linux/bulk/buffers.c port/linux/bulk/checksum.c port/linux/bulk/large.c tests/bench/peer.c tests/bench/service.c
COST_SRC_hash     = port/patches/tcp_hash.c

$(B)/lwip-hash/.prepared: $(LWIP)/.prepared $(call PATCH_FILES,tcp_hash)
	$(say) PATCH $(LWIP_SOURCE)
	$(Q)scripts/lwip-prepare $(LWIP_SOURCE) $(@D) tcp_hash >/dev/null
	@touch $@

define cost_link
$(say) LINK $@
@mkdir -p $(@D)
$(Q)$(CC) $(CFLAGS) $(BULK_OPT) $(SANITIZE) -o $@ $^
endef

define cost
$(B)/cost/$(1)/liblwip.a: $$(LIBLWIP_NEEDS) $$(COST_TREE_$(1)) $(BULK_CORE) config/cost.mk
	$$(say) LWIP $$@
	$$(Q)+$$(MAKE) --no-print-directory -f config/lwip.mk LWIP=$$(or $$(COST_LWIP_$(1)),$$(LWIP)) LIB=$$@ FLAGS=$(B)/flags APPS= \
		COMPILE='$$(CC) $$(ALL_C) $$(LWIP_SANITIZE) $$(COST_FLAGS_$(1)) -Wall -Wno-unused-variable -Wno-unused-but-set-variable -Iport -Iport/include -Iport/trace -Iconfig \
			-I$$(or $$(COST_LWIP_$(1)),$$(LWIP))/include'

$(B)/cost/$(1)/%.o: %.c $$(LWIP)/.prepared $$(COST_TREE_$(1)) $(B)/flags config/cost.mk
	$$(say) CC $$<
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(ALL_C) $$(WARNINGS) $$(COST_FLAGS_$(1)) $$(INCLUDES) -D_GNU_SOURCE -c -o $$@ $$<

COST_NEED_$(1) = $$(patsubst %.c,$(B)/cost/$(1)/%.o,$$(COST_SRC) $$(COST_SRC_$(1))) $$(COST_LAB) $(B)/cost/$(1)/liblwip.a

$(B)/bench/%-$(1): $(B)/cost/$(1)/tests/bench/%.o $$(COST_NEED_$(1))
	$$(cost_link)

$(B)/tests/%-$(1): $(B)/cost/$(1)/tests/integration/%.o $$(COST_NEED_$(1))
	$$(cost_link)
endef
$(foreach variant,plain off traced ipv4 stock hash,$(eval $(call cost,$(variant))))

-include $(wildcard $(B)/cost/*/port/*/*.d $(B)/cost/*/port/linux/bulk/*.d $(B)/cost/*/tests/*/*.d)
