/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every experiment needs: the lab with its three ends, and what the command line asks of the
 * stacks.
 */
#ifndef APP_CMD_WORLD_H
#define APP_CMD_WORLD_H

#include "cmd/option_table.h"
#include "end/guard.h"
#include "end/lwip_option.h"
#include "end/raw.h"

/** A rule of the wire as it was given: --drop 'lwip FIN 2'. */
struct wire_option {
	const char *kind; /**< "drop"; rule_parse() knows which there are */
	const char *text; /**< "lwip FIN 2"; within argv */
};

struct world {
	struct lab lab;
	struct end *ends[WHO_HOSTS]; /**< NULL: this world has none such */
	struct lwip_option *lwip_options;
};

/**
 * Opens a lab with its ends. Once per process.
 *
 * @return 0; a negative errno with the reason in why, and nothing to be closed
 */
int world_open(struct world *world, const struct lab_settings *settings, struct why *why);
void world_close(struct world *world);

/** @return the end that lwIP talks to: the kernel's, or that of an Ethernet segment's other hosts */
struct end *world_far_end(const struct world *world);

/**
 * Takes the value of --guard.
 *
 * @param text  NULL: there is none
 * @return 0; -EINVAL with the reason in why
 */
int world_take_guard(struct guard_plan *guard, const char *text, struct why *why);

/** What --netif is, for the help. */
#define WORLD_NETIF_HELP                                                           \
	"tap or packet: lwIP's way to the kernel is a TAP device, or a packet\n"   \
	"socket on a veth pair, which needs no /dev/net/tun (default: tap where\n" \
	"/dev/net/tun can be opened)"

/**
 * Takes the value of --netif.
 *
 * @return 0; -EINVAL with the reason in why
 */
int world_take_netif(enum device_kind *netif, const char *text, struct why *why);

/** What the rows of --lwip, --guard and the wire's rules say. The command's own() takes their values. */
#define WORLD_GUARD_OPTION                                                                      \
	{                                                                                       \
		"guard", "[=N]", '\0', true, OPTION_OWN, 0, 0, 0,                               \
			"SYN cookies before lwIP's listeners, beyond N half-open connections\n" \
			"(default: a quarter of lwIP's pcbs; 0: for each connection)"           \
	}
#define WORLD_RULE_OPTION(name, argument, help)                       \
	{                                                             \
		name, argument, '\0', true, OPTION_OWN, 0, 0, 0, help \
	}
#define WORLD_RULE_OPTIONS                                                                      \
	WORLD_RULE_OPTION("drop", "SEGMENTS",                                                   \
			  "lose these segments; this and the next: as often as you like, and\n" \
			  "'tcplab help wire' explains how to name them"),                      \
		WORLD_RULE_OPTION("dup", "SEGMENTS", "let them arrive twice"),                  \
		WORLD_RULE_OPTION("corrupt", "SEGMENTS", "change their last byte"),             \
		WORLD_RULE_OPTION("reorder", "SEGMENTS", "let the next one pass them"),         \
		WORLD_RULE_OPTION("delay", "SEGMENTS", "let them arrive later"),                \
		WORLD_RULE_OPTION("hold", "SEGMENTS", "keep them"),                             \
		WORLD_RULE_OPTION("cut", "WHEN", "pull the cable")

/** Takes a value of --lwip, NAME=VALUE. @return 0; -EINVAL with the reason in why */
int world_take_lwip(struct texts *lwip, const char *text, struct why *why);

/**
 * Takes one more rule of the wire, which is read only to see that it can be.
 *
 * @param kind  "drop": rule_parse() knows which there are
 * @return 0; -EINVAL with the reason in why
 */
int world_take_rule(struct wire_option rules[WIRE_RULES], unsigned int *count, const char *kind,
		    const char *text, struct why *why);

/** Takes the value of --mtu, when the family is known. @return 0; -EINVAL with the reason in why */
int world_take_mtu(struct lab_settings *lab, const char *text, struct why *why);

/** Puts the command line's rules on the wire. @return 0; a negative errno with the reason in why */
int world_add_rules(struct world *world, const struct wire_option *rules, unsigned int count,
		    struct why *why);

/**
 * Applies what the command line asks of the stacks: after the lab's own settings, so that it
 * prevails.
 *
 * @param sysctls  "net.ipv4.tcp_rfc1337=1", or with slashes
 * @param lwip     "keep_idle=5000": end/lwip_option.h
 * @return 0; a negative errno with the reason in why
 */
int world_set(struct world *world, const struct texts *sysctls, const struct texts *lwip,
	      struct why *why);

#endif
