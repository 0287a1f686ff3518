# SPDX-License-Identifier: BSD-3-Clause
#
# Compiles an instrumented lwIP tree into a library.
#
#   LWIP     the tree, as scripts/lwip-prepare leaves it
#   LIB      the library to make; its objects are put beside it, into a directory of its name
#   FLAGS    a file that changes when the flags do
#   COMPILE  the compiler with all its options

SRC  := $(wildcard $(LWIP)/core/*.c $(LWIP)/core/ipv4/*.c $(LWIP)/core/ipv6/*.c) \
	$(LWIP)/netif/ethernet.c
OBJS := $(LIB:.a=)
OBJ  := $(SRC:$(LWIP)/%.c=$(OBJS)/%.o)

$(LIB): $(OBJ)
	@rm -f $@
	@ar rcs $@ $^

# Everything anew when the library has to be: its flags or options have changed.
$(OBJS)/%.o: $(LWIP)/%.c $(FLAGS)
	@mkdir -p $(@D)
	@$(COMPILE) -c -o $@ $<

-include $(OBJ:.o=.d)
