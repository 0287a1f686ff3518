/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/up_options.h"

#include <errno.h>
#include <string.h>

#include "cmd/door.h"

#define KEEP_MIB 256

static const struct option_kind kinds[] = {
#define AT(member) offsetof(struct up_options, member)
	{ "name", "NAME", '\0', false, OPTION_TEXT, AT(name), 0, 0,
	  "of this live host, for 'tcplab exec' (default: " DOOR_NAME ")" },
	{ "shell", NULL, '\0', false, OPTION_NONE, AT(shell), 0, 0,
	  "run $SHELL inside, on this terminal; the host ends with it" },
	{ "top", NULL, 't', false, OPTION_NONE, AT(top), 0, 0,
	  "show a table of both stacks' connections that fills the screen, and no ladder;\n"
	  "off a terminal print it when it changes, once a second at most" },
	{ "log", "FILE", '\0', false, OPTION_TEXT, AT(log), 0, 0,
	  "write the ladder into FILE (default: the standard output; with a command,\n"
	  "--shell or -t, nowhere)" },
	{ "script", "FILE", '\0', false, OPTION_TEXT, AT(script), 0, 0,
	  "carry out the commands in FILE (docs/script.md; -: of standard input), each as\n"
	  "it comes; with the last one the host ends, and its verdict is the exit status" },
	{ "verbose", NULL, 'v', false, OPTION_COUNT, AT(verbose), 0, 0,
	  "print every event, and each segment of a busy transfer" },
	{ "keep", "MIB", '\0', false, OPTION_NUMBER, AT(keep), 0, 1u << 20,
	  "memory for the record, in MiB (default 256; 0: no limit); when it is\n"
	  "full, segments that bring nothing about are not recorded any more" },
	{ "ipv4", NULL, '4', true, OPTION_MIN, AT(lab.family), 4, 4, "IPv4 alone" },
	{ "ipv6", NULL, '6', true, OPTION_MIN, AT(lab.family), 6, 6, "IPv6 alone (default: both)" },
	{ "mtu", "N", '\0', true, OPTION_TEXT, AT(mtu), 0, 0,
	  "of the link between lwIP and the kernel, in bytes: at most 1500, and at\n"
	  "least 1280, with -4 88" },
	{ "seed", "N", '\0', true, OPTION_NUMBER64, AT(lab.seed), 0, UINT64_MAX,
	  "of all randomness of lwIP, the lab and the wire (default 1)" },
	{ "sysctl", "NAME=VALUE", '\0', true, OPTION_SETTING, AT(sysctls), 0, 0,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_fin_timeout=2" },
	{ "lwip", "NAME=VALUE", '\0', true, OPTION_OWN, 0, 0, 0,
	  "a setting of each of the lab's own connections at lwIP:\n" LWIP_OPTION_NAMES },
	{ "guard", "[=N]", '\0', true, OPTION_OWN, 0, 0, 0,
	  "SYN cookies before lwIP's listeners, beyond N half-open connections\n"
	  "(default: a quarter of lwIP's pcbs; 0: for each connection)" },
	{ "drop", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0,
	  "lose these segments; this and the next: as often as you like, and\n"
	  "'tcplab help wire' explains how to name them" },
	{ "dup", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0, "let them arrive twice" },
	{ "corrupt", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0, "change their last byte" },
	{ "reorder", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0, "let the next one pass them" },
	{ "delay", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0, "let them arrive later" },
	{ "hold", "SEGMENTS", '\0', true, OPTION_OWN, 0, 0, 0, "keep them" },
	{ "cut", "WHEN", '\0', true, OPTION_OWN, 0, 0, 0, "pull the cable" },
#undef AT
};

static int take_lwip(struct up_options *options, const char *text, struct why *why)
{
	struct lwip_option option;
	int err = option_setting(&options->lwip, "--lwip", text, why);

	return err < 0 ? err : lwip_option_parse(text, &option, why);
}

static int take_own(void *context, const struct option_kind *kind, const char *text,
		    struct why *why)
{
	struct up_options *options = context;

	if (strcmp(kind->name, "lwip") == 0)
		return take_lwip(options, text, why);
	if (strcmp(kind->name, "guard") == 0)
		return world_take_guard(&options->guard, text, why);
	return world_take_rule(options->rules, &options->rule_count, kind->name, text, why);
}

static const struct option_table table = { kinds, sizeof(kinds) / sizeof(kinds[0]), take_own, NULL,
					   true };

void up_options_help(FILE *out)
{
	option_table_help(&table, out);
}

int up_options_parse(struct up_options *options, int argc, char **argv, struct why *why)
{
	static char *shell[] = { NULL };
	int first;

	*options = (struct up_options){ .name = DOOR_NAME,
					.keep = KEEP_MIB,
					.lab = { .seed = 1, .family = 0, .live = true } };
	first = option_table_parse(&table, options, argc, argv, why);
	if (first < 0)
		return first;
	if (first < argc && options->shell)
		return why_set(why, EINVAL,
			       "--shell runs $SHELL: it does not go with a command, '%s'",
			       argv[first]);
	if (options->script != NULL && (options->shell || first < argc))
		return why_set(why, EINVAL,
			       "--script ends the host with its last line: it does not go with a "
			       "command or --shell");
	if (options->top && (options->shell || first < argc))
		return why_set(why, EINVAL,
			       "-t fills the screen: it does not go with a command or --shell; run "
			       "that from another terminal with 'tcplab exec'");
	if (options->shell)
		options->command = shell;
	else if (first < argc)
		options->command = argv + first;
	return options->mtu == NULL ? 0 : world_take_mtu(&options->lab, options->mtu, why);
}

void up_options_free(struct up_options *options)
{
	texts_free(&options->sysctls);
	texts_free(&options->lwip);
}
