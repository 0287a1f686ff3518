/* SPDX-License-Identifier: BSD-3-Clause */
#include "show/diagnosis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "end/lwip_table.h"

/* Prints a command as one would type it, and its output. */
static void run(const char *command, const char *tool, const char *package, FILE *out)
{
	char line[512], shell[512];
	FILE *output;
	int status;

	fprintf(out, "    $ %s\n", command);
	snprintf(shell, sizeof(shell), "command -v %s >/dev/null || exit 127; %s 2>&1", tool,
		 command);
	output = popen(shell, "re");
	if (output == NULL) {
		fprintf(out, "    cannot be run: %s\n", strerror(errno));
		return;
	}
	while (fgets(line, sizeof(line), output) != NULL)
		fprintf(out, "    %s", line);
	status = pclose(output);
	if (status >= 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		fprintf(out, "    not on this machine: apt install %s\n", package);
	putc('\n', out);
}

/* A number of /proc/net/sockstat: "TCP", "tw" of "TCP: inuse 2 orphan 0 tw 1 alloc 3 mem 0". */
static unsigned int sockstat(const char *protocol, const char *name)
{
	char line[256];
	unsigned int value = 0;
	FILE *file = fopen("/proc/thread-self/net/sockstat", "re");

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL) {
		char *word, *rest = line;

		if (strncmp(line, protocol, strlen(protocol)) != 0)
			continue;
		while ((word = strsep(&rest, " :\n")) != NULL)
			if (strcmp(word, name) == 0 && rest != NULL)
				sscanf(rest, "%u", &value);
	}
	fclose(file);
	return value;
}

/* What sar's first sample of this moment would be; sar itself takes a second for one. */
static void print_sar(FILE *out)
{
	fprintf(out, "    as sar -n SOCK:\n");
	fprintf(out, "    %9s %9s %9s %9s %9s %9s\n", "totsck", "tcpsck", "udpsck", "rawsck",
		"ip-frag", "tcp-tw");
	fprintf(out, "    %9u %9u %9u %9u %9u %9u\n\n", sockstat("sockets", "used"),
		sockstat("TCP", "inuse"), sockstat("UDP", "inuse"), sockstat("RAW", "inuse"),
		sockstat("FRAG", "inuse"), sockstat("TCP", "tw"));
}

void diagnosis_lwip(FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	char *rest, *line;

	if (memory == NULL)
		return;
	lwip_table_print(memory);
	fclose(memory);
	fprintf(out, "    lwIP's own table:\n");
	for (rest = text; (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
		fprintf(out, "    %s\n", line);
	putc('\n', out);
	free(text);
}

void diagnosis_connections(FILE *out)
{
	run("ss -tano", "ss", "iproute2", out);
	diagnosis_lwip(out);
}

void diagnosis_print(const char *what, FILE *out)
{
	char lsof[80];

	fprintf(out, "  At this moment: %s\n\n", what);
	run("ss -tano", "ss", "iproute2", out);
	run("netstat -nat", "netstat", "net-tools", out);
	run("netstat -nat | awk '/^tcp/ { print $6 }' | sort | uniq -c", "netstat", "net-tools",
	    out);
	snprintf(lsof, sizeof(lsof), "lsof -nP -a -i TCP -p %d", (int)getpid());
	run(lsof, "lsof", "lsof", out);
	print_sar(out);
	diagnosis_lwip(out);
}
