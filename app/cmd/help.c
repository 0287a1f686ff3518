/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/exec.h"
#include "cmd/flood_options.h"
#include "cmd/options.h"
#include "cmd/up_options.h"
#include "lab/rule.h"

static const char statuses[] =
	"Exit status: 0 all verdicts hold, 1 a verdict fails, 2 usage or environment.\n";

static void print_options(void)
{
	putchar('\n');
	run_options_help(stdout);
	printf("\n%s", statuses);
}

/* What there is to say of a command beside its line. */
static const struct {
	const char *name, *text;
} details[] = {
	{ "sweep",
	  "One or two words of the command line stand for several, in braces: {1..7}, "
	  "{0..3000..500}\n"
	  "or {lwip,kernel}; quote them, or the shell reads them. Each combination is run, beside "
	  "the\n"
	  "others, and the table says for each end what its last state was, what is left there, "
	  "how\n"
	  "many segments it sent again and how long it was in each state. The other options are "
	  "those\n"
	  "of 'tcplab run'; --format csv prints a line for each case and end, --report FILE has "
	  "the\n"
	  "table, too.\n"
	  "\n"
	  "  tcplab sweep --drop '{1..7}' --until-closed close\n"
	  "  tcplab sweep --delay '{100..300..100}ms FIN' close/lwip\n"
	  "  tcplab sweep --cut 'after 6' --sysctl 'net.ipv4.tcp_orphan_retries={1..3}' "
	  "close/lwip\n"
	  "\n"
	  "Exit status: 0 every case came to its end, 1 one died, 2 usage or environment.\n" },
	{ "flood",
	  "The attacker is a third host on the private network of lwIP and the kernel. Its "
	  "segments\n"
	  "pretend to come from 198.18.0.0/15, and never leave that network. The victim listens; "
	  "the\n"
	  "clients are those of the other stack: each connects, sends, wants the same bytes back "
	  "and\n"
	  "closes, and is served when all of that went well. Without a victim there are two "
	  "floods, "
	  "one\n"
	  "of each. Words may stand for several, in braces, as in a sweep: a flood for each "
	  "combination.\n"
	  "\n"
	  "The table says how fast the segments went (by the real time that they took, without "
	  "the\n"
	  "clients'), how many SYN,ACKs came back to the attacker, how many connections were "
	  "half-open\n"
	  "(in SYN_RCVD) at the same time as far as samples show, and what the clients got. Below "
	  "are\n"
	  "lwIP's pool of connections (pcbs), and those of the kernel's counters that have "
	  "changed.\n"
	  "\n"
	  "  tcplab flood --count 20000\n"
	  "  tcplab flood kernel --sysctl 'net.ipv4.tcp_syncookies={0,1,2}'\n"
	  "  tcplab flood lwip --rate 20 --count 2000 --format json\n"
	  "\n"
	  "Exit status: 0 it was measured, 2 usage or environment.\n" },
	{ "up",
	  "lwIP lives at 10.9.0.2 and fd09::2 (\"lwip\"), the kernel at 10.9.0.1 and fd09::1 "
	  "(\"kernel\"),\n"
	  "in namespaces of their own. Each transition of both stacks is printed as it happens, "
	  "whoever\n"
	  "has opened the connection. Of a busy transfer the first segments are printed, then how "
	  "many\n"
	  "more there were. It ends with SIGINT (Ctrl-C) or SIGTERM.\n"
	  "\n"
	  "On a terminal there is a prompt: connect, listen, send, close, cut, warp, expect, save "
	  "and more;\n"
	  "'help' lists them, docs/script.md describes them. A script says the same.\n"
	  "\n"
	  "With -t the connections of both stacks stand side by side in a table, as in top: "
	  "state, time\n"
	  "in it, queues, the timer that is due next. Keys: q quit; arrows, PgUp, PgDn, Home, "
	  "End scroll;\n"
	  "s sort by age, state, queue; l show those, too, that are CLOSED; h help. Below 120 "
	  "columns\n"
	  "ports stand for addresses (v: the version of IP), and of a timer there is only when "
	  "it is due.\n"
	  "What a script has to say comes when the table is gone.\n"
	  "\n"
	  "A COMMAND runs inside, and the host ends with it; put -- before one that has options.\n"
	  "\n"
	  "With --packet, and never without, lwIP is a host of a real Ethernet segment, in no "
	  "namespace of\n"
	  "its own. It says what it will do, and asks the segment first whether somebody has its "
	  "addresses.\n"
	  "Nothing of this host is changed, but that the interface is promiscuous meanwhile "
	  "(docs/up.md).\n"
	  "\n"
	  "  tcplab up\n"
	  "  tcplab up --script docs/scripts/half-close.lab\n"
	  "  tcplab up --shell --log ladder.txt\n"
	  "  tcplab up -t\n"
	  "  tcplab up --drop 'lwip FIN 1' -- ping -c 3 lwip\n"
	  "  tcplab up --packet eth0 --mac 02:00:00:12:34:56 --ip 192.168.1.77/24\n"
	  "\n"
	  "Exit status: the COMMAND's; a script's verdict (1: an expectation failed, 2: an error); "
	  "else 0;\n"
	  "2 usage or environment.\n" },
	{ "exec",
	  "The live host is one of the same user, started by 'tcplab up' elsewhere.\n"
	  "\n"
	  "  tcplab exec\n"
	  "  tcplab exec -- curl http://lwip/\n"
	  "  tcplab exec -- tcpdump -i any tcp port 80\n"
	  "\n"
	  "Exit status: the COMMAND's; 2 when there is no such live host, 126 and 127 as in "
	  "shells.\n" },
	{ "diff",
	  "A and B are directories of 'tcplab run --out DIR', or two transcripts out of them.\n"
	  "\n"
	  "Exit status: 0 the same, 1 different, 2 nothing to compare.\n" },
	{ "replay", "DIR is one of 'tcplab run --out DIR': DIR/command says what is run, with "
		    "which settings.\n"
		    "\n"
		    "Exit status: 0 all transcripts are the same, 1 one is different, 2 usage or "
		    "environment.\n" },
};
#define DETAILS (sizeof(details) / sizeof(details[0]))

/* What has no command of its own. */
static const struct {
	const char *name, *help, *text;
} topics[] = {
	{ "wire", "rules for the wire: --drop, --delay and their like", rule_help },
};
#define TOPICS (sizeof(topics) / sizeof(topics[0]))

static int help_about(const char *name)
{
	for (const struct command *command = commands; command->name != NULL; command++) {
		if (strcmp(command->name, name) != 0)
			continue;
		printf("tcplab %s %s\n    %s\n", command->name, command->usage, command->help);
		if (strcmp(name, "run") == 0)
			print_options();
		if (strcmp(name, "flood") == 0) {
			putchar('\n');
			flood_options_help(stdout);
		}
		if (strcmp(name, "up") == 0) {
			putchar('\n');
			up_options_help(stdout);
		}
		if (strcmp(name, "exec") == 0) {
			putchar('\n');
			exec_options_help(stdout);
		}
		for (size_t i = 0; i < DETAILS; i++)
			if (strcmp(details[i].name, name) == 0)
				printf("\n%s", details[i].text);
		return EXIT_HOLDS;
	}
	for (size_t i = 0; i < TOPICS; i++) {
		if (strcmp(topics[i].name, name) != 0)
			continue;
		printf("%s", topics[i].text);
		return EXIT_HOLDS;
	}
	fprintf(stderr, "tcplab help: there is no command '%s'; see 'tcplab help'\n", name);
	return EXIT_TROUBLE;
}

int cmd_help(int argc, char **argv)
{
	if (argc > 1)
		return help_about(argv[1]);
	printf("tcplab: lwIP's TCP against the host kernel's, every state transition with its "
	       "cause\n\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("  tcplab %-8s %-30s %s\n", command->name, command->usage, command->help);
	for (size_t i = 0; i < TOPICS; i++)
		printf("  tcplab help %-34s %s\n", topics[i].name, topics[i].help);
	printf("\n%s", statuses);
	return EXIT_HOLDS;
}
