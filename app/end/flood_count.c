/* SPDX-License-Identifier: BSD-3-Clause */
#include "end/flood_count.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETSTAT "/proc/net/netstat"
#define SNMP    "/proc/net/snmp"

static const struct {
	const char *name, *group;
} wanted[FLOOD_COUNTERS] = {
	{ "SyncookiesSent", "TcpExt" },   { "SyncookiesRecv", "TcpExt" },
	{ "SyncookiesFailed", "TcpExt" }, { "TCPReqQFullDoCookies", "TcpExt" },
	{ "TCPReqQFullDrop", "TcpExt" },  { "ListenOverflows", "TcpExt" },
	{ "ListenDrops", "TcpExt" },      { "PassiveOpens", "Tcp" },
	{ "AttemptFails", "Tcp" },
};

/* Both files as one text, to be freed; NULL with the reason in why. */
static char *read_counters(struct why *why)
{
	static const char *const paths[] = { NETSTAT, SNMP };
	char *text = NULL;
	size_t size = 0;
	FILE *all = open_memstream(&text, &size);
	char chunk[4096];
	int error = all == NULL ? ENOMEM : 0;

	for (int i = 0; i < 2 && error == 0; i++) {
		FILE *file = fopen(paths[i], "re");
		size_t length;

		if (file == NULL) {
			error = errno;
			why_set(why, error, "cannot read the kernel's counters: %s: %s", paths[i],
				strerror(error));
			break;
		}
		while ((length = fread(chunk, 1, sizeof(chunk), file)) > 0)
			fwrite(chunk, 1, length, all);
		fclose(file);
	}
	if (all == NULL || fclose(all) != 0)
		error = why_set(why, ENOMEM, "out of memory for the kernel's counters");
	if (error == 0)
		return text;
	free(text);
	return NULL;
}

/* The next line that begins with "GROUP: ", behind that; NULL: there is none. */
static const char *line_of(const char *text, const char *group)
{
	size_t length = strlen(group);

	while (*text != '\0') {
		if (strncmp(text, group, length) == 0 && strncmp(text + length, ": ", 2) == 0)
			return text + length + 2;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return NULL;
}

bool flood_count_find(const char *text, const char *group, const char *name, uint64_t *value)
{
	const char *names = line_of(text, group);
	const char *values = names == NULL ? NULL : line_of(names, group);
	size_t length = strlen(name);
	char *end;

	if (values == NULL)
		return false;
	while (strcspn(names, " \n") != length || strncmp(names, name, length) != 0) {
		names += strcspn(names, " \n");
		values += strcspn(values, " \n");
		if (*names != ' ' || *values != ' ')
			return false;
		names++;
		values++;
	}
	*value = strtoull(values, &end, 10);
	return end != values;
}

int flood_count_begin(struct flood_counter counter[FLOOD_COUNTERS], struct why *why)
{
	char *text = read_counters(why);
	int count = 0;

	if (text == NULL)
		return -EIO;
	for (int i = 0; i < FLOOD_COUNTERS; i++) {
		counter[count] = (struct flood_counter){ .name = wanted[i].name };
		count += flood_count_find(text, wanted[i].group, wanted[i].name,
					  &counter[count].before);
	}
	free(text);
	return count;
}

static const char *group_of(const char *name)
{
	int i = 0;

	while (strcmp(wanted[i].name, name) != 0)
		i++;
	return wanted[i].group;
}

int flood_count_end(struct flood_counter *counter, unsigned int count, struct why *why)
{
	char *text = read_counters(why);

	if (text == NULL)
		return -EIO;
	for (unsigned int i = 0; i < count; i++)
		flood_count_find(text, group_of(counter[i].name), counter[i].name,
				 &counter[i].after);
	free(text);
	return 0;
}
