/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/up_options.h"

#include <errno.h>
#include <string.h>

#include "cmd/boards.h"
#include "cmd/door.h"
#include "cmd/ethernet_options.h"

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
	  "least 1280, with -4 88 (140 with --netif packet)" },
	{ "netif", "KIND", '\0', true, OPTION_OWN, 0, 0, 0, WORLD_NETIF_HELP },
	{ "seed", "N", '\0', true, OPTION_NUMBER64, AT(lab.seed), 0, UINT64_MAX,
	  "of all randomness of lwIP, the lab and the wire (default 1); with --packet of\n"
	  "the wire alone" },
	{ "sysctl", "NAME=VALUE", '\0', true, OPTION_SETTING, AT(sysctls), 0, 0,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_fin_timeout=2" },
	{ "lwip", "NAME=VALUE", '\0', true, OPTION_OWN, 0, 0, 0,
	  "a setting of each of the lab's own connections at lwIP:\n" LWIP_OPTION_NAMES },
	WORLD_GUARD_OPTION,
	WORLD_RULE_OPTIONS,
	{ "packet", "IF", '\0', true, OPTION_OWN, 0, 0, 0,
	  "put lwIP on a real Ethernet segment, that of interface IF, beside this host's\n"
	  "own stack; needs --mac, --ip and CAP_NET_RAW" },
	{ "mac", "M", '\0', true, OPTION_OWN, 0, 0, 0,
	  "there: its Ethernet address, as 02:00:00:12:34:56" },
	{ "ip", "A/P", '\0', true, OPTION_OWN, 0, 0, 0,
	  "there: its address and the network's prefix; one of IPv4, IPv6, or both" },
	{ "gateway", "A", '\0', true, OPTION_OWN, 0, 0, 0,
	  "there: its router, IPv4 (default: none)" },
#undef AT
};

static int take_lwip(struct up_options *options, const char *text, struct why *why)
{
	return boards_is_mcu(text)
		       ? why_set(why, EINVAL,
				 "--lwip %s goes with 'tcplab run': the live host's lwIP is in "
				 "this process",
				 text)
		       : world_take_lwip(&options->lwip, text, why);
}

static int take_own(void *context, const struct option_kind *kind, const char *text,
		    struct why *why)
{
	struct up_options *options = context;

	if (strcmp(kind->name, "lwip") == 0)
		return take_lwip(options, text, why);
	if (strcmp(kind->name, "guard") == 0)
		return world_take_guard(&options->guard, text, why);
	if (strcmp(kind->name, "netif") == 0)
		return world_take_netif(&options->lab.netif, text, why);
	if (strcmp(kind->name, "packet") == 0 || strcmp(kind->name, "mac") == 0 ||
	    strcmp(kind->name, "ip") == 0 || strcmp(kind->name, "gateway") == 0)
		return ethernet_options_take(&options->ethernet, kind->name, text, why);
	return world_take_rule(options->rules, &options->rule_count, kind->name, text, why);
}

static void note_given(void *context, const struct option_kind *kind, const char *text)
{
	(void)text;
	texts_add(&((struct up_options *)context)->given, kind->name);
}

static bool is_given(const struct up_options *options, const char *name)
{
	for (int i = 0; i < options->given.count; i++)
		if (strcmp(options->given.text[i], name) == 0)
			return true;
	return false;
}

static const struct option_table table = { kinds, sizeof(kinds) / sizeof(kinds[0]), take_own,
					   note_given, true };

void up_options_help(FILE *out)
{
	option_table_help(&table, out);
}

/* On a segment there is no namespace to run something in or to set up. */
static int take_segment(struct up_options *options, struct why *why)
{
	static const char *const private[] = { "ipv4", "ipv6", "mtu", "netif", "sysctl", NULL };
	int err = ethernet_options_check(&options->ethernet, why);

	for (int i = 0; private[i] != NULL && err == 0; i++)
		if (is_given(options, private[i]))
			err = why_set(why, EINVAL,
				      "--%s is about lwIP's private network: it does not go with "
				      "--packet",
				      private[i]);
	if (err == 0 && options->command != NULL)
		err = why_set(
			why, EINVAL,
			"a command runs inside, and with --packet there is no inside: run it on "
			"another host of the segment");
	if (err < 0)
		return err;
	options->lab.ethernet = &options->ethernet;
	options->lab.family = options->ethernet.ipv6.address.family == 0   ? 4
			      : options->ethernet.ipv4.address.family == 0 ? 6
									   : 0;
	return 0;
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
	if (ethernet_options_given(&options->ethernet))
		return take_segment(options, why);
	if (options->lab.netif == DEVICE_ANY) /* now, as the MTU's range depends on it */
		options->lab.netif = device_choose();
	return options->mtu == NULL ? 0 : world_take_mtu(&options->lab, options->mtu, why);
}

void up_options_free(struct up_options *options)
{
	texts_free(&options->sysctls);
	texts_free(&options->lwip);
	texts_free(&options->given);
}
