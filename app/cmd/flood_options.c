/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/flood_options.h"

#include <errno.h>
#include <string.h>

#include "cmd/world.h"

#define LWIP_BACKLOG   255 /* its own most */
#define KERNEL_BACKLOG 128 /* as many servers ask for; the kernel's own most is larger */

static const struct option_kind kinds[] = {
#define AT(member) offsetof(struct flood_options, member)
	{ "kind", "KIND", '\0', true, OPTION_OWN, 0, 0, 0,
	  "syn (default), ack (with any acknowledgement number) or data (SYNs with\n"
	  "100 bytes of data)" },
	{ "count", "N", '\0', true, OPTION_NUMBER64, AT(plan.count), 1, 100000000,
	  "segments of the attacker (default 100000)" },
	{ "rate", "N", '\0', true, OPTION_NUMBER, AT(plan.rate), 0, 1000000,
	  "per second of the victim's clock; lwIP's is moved then, so that a minute\n"
	  "takes no minute (default 0: as fast as possible)" },
	{ "real-time", NULL, '\0', true, OPTION_NONE, AT(plan.real_time), 0, 0,
	  "with a rate, let lwIP's clock run with real time: the clients then repeat\n"
	  "SYNs that are lost, and a minute takes a minute" },
	{ "seconds", "N", '\0', true, OPTION_NUMBER, AT(plan.seconds), 0, 86400,
	  "of real time, then the attacker stops (default 0: not before --count)" },
	{ "clients", "N", '\0', true, OPTION_NUMBER, AT(plan.clients), 0, 10000,
	  "legitimate ones, evenly spread over the flood (default 50)" },
	{ "patience", "MS", '\0', true, OPTION_NUMBER, AT(plan.patience_ms), 1, 600000,
	  "a client gives up after so long, by the victim's clock (default 3000)" },
	{ "bytes", "N", '\0', true, OPTION_NUMBER, AT(plan.bytes), 1, 10000000,
	  "that each client sends and wants back (default 1000)" },
	{ "backlog", "N", '\0', true, OPTION_NUMBER, AT(backlog), 1, 1000000,
	  "of the victim's listener (default: lwip 255, its most; kernel 128, and\n"
	  "net.core.somaxconn is its most)" },
	{ "guard", "[=N]", '\0', true, OPTION_OWN, 0, 0, 0,
	  "SYN cookies before lwIP's listener, beyond N half-open connections\n"
	  "(default: a quarter of lwIP's pcbs; 0: for each connection; off)" },
	{ "netif", "KIND", '\0', true, OPTION_OWN, 0, 0, 0, WORLD_NETIF_HELP },
	{ "sysctl", "NAME=VALUE", '\0', true, OPTION_SETTING, AT(sysctls), 0, 0,
	  "a parameter of the kernel, in the private namespace, as\n"
	  "net.ipv4.tcp_syncookies=2" },
	{ "seed", "N", '\0', true, OPTION_NUMBER64, AT(seed), 0, UINT64_MAX,
	  "of all randomness of the attacker and lwIP (default 1)" },
	{ "report", "FILE", '\0', false, OPTION_TEXT, AT(report), 0, 0,
	  "write a report, one HTML file: states and clients over time, the table" },
	{ "svg", "DIR", '\0', false, OPTION_TEXT, AT(svg), 0, 0,
	  "write the course of each flood as a picture into DIR: lwip-none.svg …" },
	{ "format", "FORMAT", '\0', false, OPTION_OWN, 0, 0, 0,
	  "text (default), csv, or json with the course of each flood" },
#undef AT
};

static int take_kind(struct flood_options *options, const char *text, struct why *why)
{
	static const char *const words[] = { "syn", "ack", "data", NULL };
	int kind = option_word("--kind", text, words, why);

	if (kind >= 0)
		options->plan.kind = (enum flood_kind)kind;
	return kind < 0 ? kind : 0;
}

static int take_format(struct flood_options *options, const char *text, struct why *why)
{
	static const char *const words[] = { "text", "csv", "json", NULL };
	int format = option_word("--format", text, words, why);

	if (format >= 0)
		options->format = (enum flood_format)format;
	return format < 0 ? format : 0;
}

static int take_own(void *options, const struct option_kind *kind, const char *text,
		    struct why *why)
{
	if (strcmp(kind->name, "kind") == 0)
		return take_kind(options, text, why);
	if (strcmp(kind->name, "guard") == 0)
		return world_take_guard(&((struct flood_options *)options)->guard, text, why);
	if (strcmp(kind->name, "netif") == 0)
		return world_take_netif(&((struct flood_options *)options)->netif, text, why);
	return take_format(options, text, why);
}

static const struct option_table table = { kinds, sizeof(kinds) / sizeof(kinds[0]), take_own, NULL,
					   false };

void flood_options_help(FILE *out)
{
	option_table_help(&table, out);
}

static int take_victim(struct flood_options *options, const char *text, struct why *why)
{
	for (enum who who = WHO_LWIP; who <= WHO_KERNEL; who++) {
		if (strcmp(text, who_name(who)) != 0)
			continue;
		options->victim[who] = true;
		return 0;
	}
	return why_set(why, EINVAL, "the victim is lwip or kernel, not '%s'", text);
}

int flood_options_parse(struct flood_options *options, int argc, char **argv, struct why *why)
{
	int first, err = 0;

	*options = (struct flood_options){ .seed = 1,
					   .plan = { .kind = FLOOD_SYN,
						     .count = 100000,
						     .clients = 50,
						     .patience_ms = 3000,
						     .bytes = 1000 } };
	first = option_table_parse(&table, options, argc, argv, why);
	if (first < 0)
		return first;
	for (int i = first; i < argc && err == 0; i++)
		err = take_victim(options, argv[i], why);
	options->compare = first == argc;
	if (options->netif == DEVICE_ANY)
		options->netif = device_choose();
	return err;
}

unsigned int flood_options_backlog(const struct flood_options *options, enum who victim)
{
	if (options->backlog > 0)
		return options->backlog;
	return victim == WHO_LWIP ? LWIP_BACKLOG : KERNEL_BACKLOG;
}

void flood_options_free(struct flood_options *options)
{
	texts_free(&options->sysctls);
}
