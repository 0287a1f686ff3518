# SPDX-License-Identifier: BSD-3-Clause
#
# The mistakes of docs/porting.md, a file each in port/mistakes. One is linked into a board that is right without it:
# its __wrap_NAME() takes the place of NAME(), which it reaches as __real_NAME() (ld, --wrap).

MISTAKES := $(patsubst port/mistakes/%.c,%,$(wildcard port/mistakes/*.c))
# The linker's options for one of them.
wraps     = $(shell sed -n 's/.*__wrap_\([a-z0-9_]*\).*/-Wl,--wrap=\1/p' port/mistakes/$(1).c | sort -u)
