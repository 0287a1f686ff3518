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

#define TEST(name)    static void name(void **unit_state __attribute__((unused)))
#define FIXTURE(name) static int name(void **unit_state __attribute__((unused)))

/** @return the first of the words that is not in the text, or not in its place; NULL: all are */
static inline const char *missing_word(const char *text, const char *const *words)
{
	while (*words != NULL && (text = strstr(text, *words)) != NULL)
		text += strlen(*words++);
	return *words;
}

/** The text contains each of the words, in this order. */
#define assert_words(text, ...) \
	unit_assert_words((text), (const char *const[]){ __VA_ARGS__, NULL }, __FILE__, __LINE__)

static inline void unit_assert_words(const char *text, const char *const *words, const char *file,
				     int line)
{
	const char *missing = missing_word(text, words);

	if (missing != NULL) {
		print_error("'%s' is not there, or not in its place, in:\n%s\n", missing, text);
		_fail(file, line);
	}
}

/** For interfaces that do not say const. */
static inline void *unconst(const void *pointer)
{
	union {
		const void *from;
		void *to;
	} both = { pointer };

	return both.to;
}

/**
 * Runs something in a process of its own: what it does to the process stays there, and neither its
 * crash nor an endless loop (10 s) ends the test. It must not assert: the test is the parent's.
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
