# SPDX-License-Identifier: BSD-3-Clause
#
# Compiles an instrumented lwIP tree into a library.
#
#   LWIP     the tree, as scripts/lwip-prepare leaves it
#   LIB      the library to make
#   COMPILE  the compiler with all its options

SRC := $(wildcard $(LWIP)/core/*.c $(LWIP)/core/ipv4/*.c $(LWIP)/core/ipv6/*.c) \
	$(LWIP)/netif/ethernet.c
OBJ := $(SRC:.c=.o)

$(LIB): $(OBJ)
	@rm -f $@
	@ar rcs $@ $^

# Everything anew when the library has to be: its flags or options have changed.
%.o: %.c $(wildcard $(dir $(LIB))flags)
	@$(COMPILE) -c -o $@ $<

-include $(OBJ:.o=.d)
