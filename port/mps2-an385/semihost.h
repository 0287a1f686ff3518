/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way out of the emulator (Arm, "Semihosting for AArch32 and AArch64", release 2.0): QEMU with
 * -semihosting-config enable=on ends with the code given here.
 */
#ifndef PORT_MPS2_AN385_SEMIHOST_H
#define PORT_MPS2_AN385_SEMIHOST_H

/**
 * Ends the emulator. On a board without a debugger the breakpoint is a fault: it stops there.
 *
 * @param code  the emulator's exit status, 0 to 255
 */
void semihost_exit(int code) __attribute__((noreturn));

#endif
