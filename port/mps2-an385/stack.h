/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much of the stack has ever been in use: it is painted at reset, and the paint that is left
 * is counted from its far end. A function that reserves bytes and never writes them leaves them
 * painted, so the figure is a lower bound of what was reserved, and exact for what was written.
 */
#ifndef PORT_MPS2_AN385_STACK_H
#define PORT_MPS2_AN385_STACK_H

#include <stdbool.h>
#include <stdint.h>

/* From the linker script. */
extern uint32_t stack_bottom[], stack_top[];

/** Paints what lies below the caller's own frame. For reset alone. */
void stack_paint(void);

/** From now on it is a fault to go below the stack's end (the memory protection unit watches 64 KB there). */
void stack_guard(void);

/** @return bytes of the stack that were in use at once, at most, since reset; interrupts included */
uint32_t stack_used(void);

/** @return bytes that the stack has */
uint32_t stack_size_bytes(void);

/** @return whether an address lies in the stack */
bool stack_contains(const uint32_t *address);

#endif
