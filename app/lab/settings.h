/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an experiment's outcome depends on beside its scenario: parameters of the kernel's TCP in
 * the private namespace, options that lwIP was compiled with.
 */
#ifndef APP_LAB_SETTINGS_H
#define APP_LAB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

/** A parameter of the kernel, and what it is about. */
struct parameter {
	const char *path; /**< below /proc/sys */
	const char *about;
};
#define SETTINGS_COUNT 22
extern const struct parameter settings_parameters[SETTINGS_COUNT];

#define SETTING_STRLEN 40
/** Their values; empty where this kernel has no such parameter. */
struct settings {
	char value[SETTINGS_COUNT][SETTING_STRLEN];
};

/** Reads them as they are in the namespace that the process is in. */
void settings_read(struct settings *settings);

/** @return the value of the parameter of this path; empty when it is not one of them */
const char *settings_value(const struct settings *settings, const char *path);

/** An option of lwIP, and what it is about. Ends with a name of NULL. */
struct option_of_lwip {
	const char *name;
	uint32_t compiled; /**< its value there; of a pool, which one (memp_t) */
	bool is_pool;
	const char *about;
};
extern const struct option_of_lwip settings_lwip[];

/** @return its value: as compiled, or what the lab has left of a pool (pools.h) */
uint32_t settings_lwip_value(const struct option_of_lwip *option);

/** @return lwIP's version, as "2.2.1" */
const char *settings_lwip_version(void);

#endif
