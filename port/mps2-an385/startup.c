/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From reset to main(): the vector table, memory as C expects it, and what happens when the
 * processor itself finds something wrong (ARMv7-M Architecture Reference Manual, B1.5).
 */
#include <string.h>

#include "mps2-an385/cpu.h"
#include "mps2-an385/semihost.h"
#include "mps2-an385/stack.h"
#include "mps2-an385/startup.h"
#include "mps2-an385/uart.h"

#define SYSTICK   15
#define FIRST_IRQ 16 /* B1.5.2: exceptions 0 to 15 are the processor's own */
#define IRQS      32

/* System Control Block, B3.2.2 */
#define SCB_ICSR       ((volatile uint32_t *)0xe000ed04u)
#define SCB_CFSR       ((volatile uint32_t *)0xe000ed28u)
#define SCB_HFSR       ((volatile uint32_t *)0xe000ed2cu)
#define SCB_MMFAR      ((volatile uint32_t *)0xe000ed34u)
#define SCB_BFAR       ((volatile uint32_t *)0xe000ed38u)
#define CFSR_BFARVALID (1u << 15)

/* From the linker script. */
extern uint32_t data_start[], data_end[], data_image[], bss_start[], bss_end[];

int main(void);
void reset(void);
void fault(void);
void fault_report(const uint32_t *frame) __attribute__((noreturn, used));

/* The stack may be what is wrong: the report has its own. */
static uint32_t fault_stack[128] __attribute__((used));

/* The registers that the processor has put on the stack (B1.5.6), in order. */
enum frame { FRAME_LR = 5, FRAME_PC = 6 };

void fault_report(const uint32_t *frame)
{
	uart_text("fault: exception ");
	uart_decimal(*SCB_ICSR & 0x1ff);
	uart_text(", CFSR ");
	uart_hex(*SCB_CFSR);
	uart_text(", HFSR ");
	uart_hex(*SCB_HFSR);
	uart_text(", address ");
	uart_hex(*SCB_CFSR & CFSR_BFARVALID ? *SCB_BFAR : *SCB_MMFAR);
	/* Where the stack was overflown the frame could not be written. */
	if (stack_contains(frame + FRAME_PC)) {
		uart_text(", pc ");
		uart_hex(frame[FRAME_PC]);
		uart_text(", lr ");
		uart_hex(frame[FRAME_LR]);
	} else {
		uart_text(", stack overflow");
	}
	uart_text("\n");
	semihost_exit(STARTUP_EXIT_FAULT);
}

/* Faults, and each interrupt without a handler. */
__attribute__((naked)) void fault(void)
{
	__asm volatile("mrs r0, msp\n\t"
		       "ldr r1, =fault_stack + 512\n\t"
		       "msr msp, r1\n\t"
		       "b fault_report\n\t"
		       ".ltorg");
}

/*
 * The processor has loaded the stack pointer from the vector table. Nothing is in the RAM yet; the
 * stack is painted here, where little of it is in use (stack.h).
 */
void reset(void)
{
	stack_paint();
	memcpy(data_start, data_image, (size_t)((char *)data_end - (char *)data_start));
	memset(bss_start, 0, (size_t)((char *)bss_end - (char *)bss_start));
	stack_guard();
	semihost_exit(main());
}

/* B1.5.3: the initial stack pointer, then the handlers by their numbers. */
#define UART     (FIRST_IRQ + CPU_IRQ_UART0_RX)
#define ETHERNET (FIRST_IRQ + CPU_IRQ_ETHERNET)
#define LAST     (FIRST_IRQ + IRQS - 1)
__attribute__((section(".vectors"), used)) static void (*const vectors[])(void) = {
	[0] = (void (*)(void))stack_top, [1] = reset,
	[2 ... SYSTICK - 1] = fault,     [SYSTICK] = systick_interrupt,
	[UART] = uart_interrupt,         [UART + 1 ... ETHERNET - 1] = fault,
	[ETHERNET] = ethernet_interrupt, [ETHERNET + 1 ... LAST] = fault,
};
