# SPDX-License-Identifier: BSD-3-Clause
#
# The Makefile's part about lwIP for bulk (docs/performance.md): its profile, config/bulk, its drivers, its tests and benches.

# The bulk profile: another lwipopts.h, so other objects of all that includes lwIP; no trace hook.
BULK_SRC   := $(wildcard port/linux/bulk/*.c) port/common/clock.c port/common/entropy.c port/linux/clock.c port/linux/entropy.c port/linux/etherif.c \
	port/linux/packet_ring.c port/linux/packet_socket.c port/linux/platform.c
BULK_OBJ   := $(patsubst %.c,$(B)/bulk/%.o,$(BULK_SRC))
BULK_LAB   := $(patsubst %,$(B)/app/%.o,lab/link lab/namespace lab/why tcp/frame tcp/segment) # without lwIP
BULK_BENCH := $(patsubst %.c,$(B)/bulk/%.o,$(wildcard tests/bench/bulk*.c))
# lwIP's small functions are inlined where they are called, across its files: 12 % fewer instructions. Its loops are too
# short for vectors.
BULK_OPT   := -O3 -fno-tree-vectorize -flto=auto -ffat-lto-objects
BULK_FLAGS := $(BULK_OPT) -UTCP_TRACE -DTCP_TRACE=0 -Iconfig/bulk

# What lwIP's core includes of it.
BULK_CORE  := $(wildcard config/bulk/*.h) port/linux/bulk/large.h

$(B)/bulk/liblwip.a: $(LIBLWIP_NEEDS) $(BULK_CORE)
	$(say) LWIP $@
	$(call liblwip,$(BULK_FLAGS))

$(B)/bulk/%.o: %.c $(LWIP)/.prepared $(B)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_C) $(WARNINGS) $(BULK_FLAGS) $(if $(filter port/%,$<),$(filter-out -Iapp,$(INCLUDES)),$(INCLUDES)) \
		$(PKG_CFLAGS) -Itests/unit -D_GNU_SOURCE -c -o $@ $<

$(B)/bench/bulk: $(BULK_BENCH) $(BULK_OBJ) $(BULK_LAB) $(B)/bulk/liblwip.a
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(BULK_OPT) $(SANITIZE) -o $@ $^ $(LDLIBS) -luring

$(B)/tests/bulk_%: $(B)/bulk/tests/unit/bulk/test_%.o $(BULK_OBJ) $(BULK_LAB) $(B)/bulk/liblwip.a
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(BULK_OPT) $(SANITIZE) -o $@ $^ $(LDLIBS) -luring -lcmocka

# lwIP's own port, as its source package has it: not instrumented, and not our sources to warn about.
UNIX_PORT := $(LWIP_SOURCE)/contrib/ports/unix/port
$(B)/bench/unix_port: tests/bench/unix_port.c $(LWIP_SOURCE)/src/core/tcp.c $(B)/flags
	$(say) LWIP $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -w -D_GNU_SOURCE -I$(LWIP_SOURCE)/contrib/examples/example_app -I$(UNIX_PORT)/include \
		-I$(LWIP_SOURCE)/src/include -o $@ $< $(UNIX_PORT)/sys_arch.c $(UNIX_PORT)/netif/tapif.c \
		$(wildcard $(addprefix $(LWIP_SOURCE)/src/,core/*.c core/ipv4/*.c core/ipv6/*.c api/*.c netif/ethernet.c netif/ppp/*.c \
			netif/ppp/polarssl/*.c)) \
		$(LWIP_SOURCE)/src/apps/lwiperf/lwiperf.c -pthread -lrt

-include $(BULK_OBJ:.o=.d) $(BULK_BENCH:.o=.d) $(patsubst %.c,$(B)/bulk/%.d,$(BULK_UNIT_SRC))
