/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lab's hosts have names in its namespace: "lwip", "kernel".
 */
#ifndef APP_LAB_NAMES_H
#define APP_LAB_NAMES_H

#include "lab/lab.h"

/**
 * Covers /etc/hosts, in the process's private mount namespace, with a copy to which the lab's hosts
 * are added; all of /etc where that is no file of its own: a link, or not there. The host's own files
 * are not touched.
 *
 * @return 0; a negative errno with the reason in why: there is no /etc, or it cannot be read
 */
int names_add(const struct lab *lab, struct why *why);

#endif
