/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares what two runs have left: the transcripts of two run directories by their names, or two
 * files.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/rundir.h"
#include "show/difference.h"

/* What has come of the comparison until now. */
struct comparison {
	const char *a, *b;
	struct style style;
	int same, different;
	bool trouble;
};

static int trouble(const char *text)
{
	fprintf(stderr, "tcplab diff: %s\n", text);
	return EXIT_TROUBLE;
}

static void compare_files(struct comparison *comparison, const char *name, const char *path_a,
			  const char *path_b)
{
	struct difference difference;
	struct why why;
	char *a = rundir_read(path_a, &why), *b = a == NULL ? NULL : rundir_read(path_b, &why);

	if (b == NULL) {
		trouble(why.text);
		comparison->trouble = true;
	} else if (!transcript_differ(a, b, &difference)) {
		comparison->same++;
	} else {
		comparison->different++;
		printf("%s: the transcripts part at line %zu\n", name, difference.line);
		difference_print(&difference, "A", "B", &comparison->style, stdout);
	}
	free(a);
	free(b);
}

static int is_transcript(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot + 1, RUNDIR_TRANSCRIPT) == 0;
}

static void only_in(struct comparison *comparison, const char *name, const char *dir)
{
	comparison->different++;
	printf("%s: is in %s only\n", name, dir);
}

/* Merges the two sorted lists. */
static void compare_lists(struct comparison *comparison, struct dirent **a, int count_a,
			  struct dirent **b, int count_b)
{
	char path_a[4096], path_b[4096];

	for (int i = 0, j = 0; i < count_a || j < count_b;) {
		int order = i == count_a   ? 1
			    : j == count_b ? -1
					   : strcmp(a[i]->d_name, b[j]->d_name);

		if (order < 0) {
			only_in(comparison, a[i++]->d_name, comparison->a);
		} else if (order > 0) {
			only_in(comparison, b[j++]->d_name, comparison->b);
		} else {
			snprintf(path_a, sizeof(path_a), "%s/%s", comparison->a, a[i]->d_name);
			snprintf(path_b, sizeof(path_b), "%s/%s", comparison->b, b[j]->d_name);
			compare_files(comparison, a[i]->d_name, path_a, path_b);
			i++;
			j++;
		}
	}
}

static void free_list(struct dirent **list, int count)
{
	for (int i = 0; i < count; i++)
		free(list[i]);
	if (count >= 0)
		free(list);
}

static void compare_directories(struct comparison *comparison)
{
	struct dirent **a = NULL, **b = NULL;
	int count_a = scandir(comparison->a, &a, is_transcript, alphasort);
	int count_b = scandir(comparison->b, &b, is_transcript, alphasort);
	struct why why;

	if (count_a <= 0 || count_b <= 0) {
		why_set(&why, ENOENT,
			"there is no transcript in %s; 'tcplab run --out DIR' writes them",
			count_a <= 0 ? comparison->a : comparison->b);
		trouble(why.text);
		comparison->trouble = true;
	} else {
		compare_lists(comparison, a, count_a, b, count_b);
		printf("%d of %d transcripts are the same\n", comparison->same,
		       comparison->same + comparison->different);
	}
	free_list(a, count_a);
	free_list(b, count_b);
}

/* Whether it is a directory; -1: it is not there, which is told. */
static int is_directory(const char *path)
{
	struct stat stat_;

	if (stat(path, &stat_) == 0)
		return S_ISDIR(stat_.st_mode);
	fprintf(stderr, "tcplab diff: cannot read %s: %s\n", path, strerror(errno));
	return -1;
}

int cmd_diff(int argc, char **argv)
{
	struct comparison comparison = { .style = style_of_terminal(STDOUT_FILENO) };
	int a, b;

	if (argc != 3)
		return trouble(
			"takes two run directories, or two transcripts; see 'tcplab help diff'");
	comparison.a = argv[1];
	comparison.b = argv[2];
	a = is_directory(argv[1]);
	b = is_directory(argv[2]);
	if (a < 0 || b < 0)
		return EXIT_TROUBLE;
	if (a != b)
		return trouble("one is a directory and one is a file: there is nothing to compare");
	if (a)
		compare_directories(&comparison);
	else
		compare_files(&comparison, argv[1], argv[1], argv[2]);
	if (comparison.trouble)
		return EXIT_TROUBLE;
	return comparison.different == 0 ? EXIT_HOLDS : EXIT_FAILS;
}
