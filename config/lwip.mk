# SPDX-License-Identifier: BSD-3-Clause
#
# Compiles an instrumented lwIP tree into a library: its core, and some of its apps.
#
#   LWIP     the tree, as scripts/lwip-prepare leaves it
#   LIB      the library to make; its objects are put beside it, into a directory of its name
#   FLAGS    a file that changes when the flags do
#   COMPILE  the compiler with all its options
#   AR       the archiver, if not the machine's own
#   APPS     the apps' sources, if not those that the live host runs

APPS := $(LWIP)/apps/http/httpd.c $(LWIP)/apps/http/fs.c $(LWIP)/apps/lwiperf/lwiperf.c \
	$(wildcard $(LWIP)/apps/mdns/*.c)
SRC  := $(wildcard $(LWIP)/core/*.c $(LWIP)/core/ipv4/*.c $(LWIP)/core/ipv6/*.c) \
	$(LWIP)/netif/ethernet.c $(APPS)
OBJS := $(LIB:.a=)
OBJ  := $(SRC:$(LWIP)/%.c=$(OBJS)/%.o)

$(LIB): $(OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

# Everything anew when the library has to be: its flags or options have changed.
$(OBJS)/%.o: $(LWIP)/%.c $(FLAGS)
	@mkdir -p $(@D)
	@$(COMPILE) $(EXTRA) -c -o $@ $<

# It takes for granted that somebody has declared htonl(): lwIP has one of its own.
$(OBJS)/apps/lwiperf/lwiperf.o: EXTRA = -Dhtonl=lwip_htonl

-include $(OBJ:.o=.d)
