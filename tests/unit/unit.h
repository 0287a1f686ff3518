/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every unit test begins with.
 */
#ifndef UNIT_H
#define UNIT_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"

/* app/cmd/help.c names the table in app/main.c, which no test is linked with. */
__attribute__((weak)) const struct command commands[] = { { NULL, NULL, NULL, NULL } };

#define TEST(name)    static void name(void **unit_state __attribute__((unused)))
#define FIXTURE(name) static int name(void **unit_state __attribute__((unused)))

/** The text contains each of the words, in this order. */
#define assert_words(text, ...) \
	unit_assert_words((text), (const char *const[]){ __VA_ARGS__, NULL }, __FILE__, __LINE__)

static inline void unit_assert_words(const char *text, const char *const *words, const char *file,
				     int line)
{
	const char *at = text;

	for (; *words != NULL; words++) {
		at = strstr(at, *words);
		if (at == NULL) {
			print_error("'%s' is not there, or not in its place, in:\n%s\n", *words,
				    text);
			_fail(file, line);
			return;
		}
		at += strlen(*words);
	}
}

/**
 * Runs something in a process of its own: what it does to the process stays there, and neither its
 * crash nor an endless loop (10 s) ends the test.
 *
 * @return its exit status; -1 when it died
 */
static inline int in_child(int (*run)(void *context), void *context)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(10);
		_exit(run(context));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/** Skips the whole program, for a reason; with STRICT=yes that is a failure. @return for main() */
static inline int skip_all(const char *reason)
{
	const char *strict = getenv("STRICT");

	if (strict != NULL && strcmp(strict, "yes") == 0) {
		printf("1..1\nnot ok 1 - STRICT=yes, and skipped: %s\n", reason);
		return 1;
	}
	printf("1..0 # SKIP %s\n", reason);
	return 0;
}

#endif
