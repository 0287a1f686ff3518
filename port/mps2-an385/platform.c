/* SPDX-License-Identifier: BSD-3-Clause */
#include "arch/cc.h"
#include "common/entropy.h"
#include "mps2-an385/semihost.h"
#include "mps2-an385/startup.h"
#include "mps2-an385/uart.h"

void platform_assert_failed(const char *message, const char *file, int line)
{
	uart_text("lwIP assertion failed: ");
	uart_text(message);
	uart_text(" (");
	uart_text(file);
	uart_text(":");
	uart_decimal((uint32_t)line);
	uart_text(")\n");
	semihost_exit(STARTUP_EXIT_ASSERT);
}

/* This board has no source of randomness. */
uint32_t entropy_real_u32(void)
{
	platform_assert_failed("no seed: call entropy_seed() before lwip_init()", __FILE__,
			       __LINE__);
}
