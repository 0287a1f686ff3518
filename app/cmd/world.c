/* SPDX-License-Identifier: BSD-3-Clause */
#include "cmd/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/namespace.h"
#include "lab/rule.h"

int world_open(struct world *world, const struct lab_settings *settings, struct why *why)
{
	int err;

	*world = (struct world){ 0 };
	err = lab_open(&world->lab, settings, why);
	if (err < 0)
		return err;
	if (settings->ethernet != NULL) {
		err = others_end_open(&world->ends[WHO_OTHERS], &world->lab, why);
	} else {
		err = kernel_end_open(&world->ends[WHO_KERNEL], &world->lab, why);
		if (err == 0)
			err = raw_end_open(&world->ends[WHO_RAW], &world->lab, why);
	}
	if (err == 0) {
		err = lwip_end_open(&world->ends[WHO_LWIP], &world->lab);
		if (err < 0)
			why_set(why, -err, "out of memory for lwIP's end");
	}
	if (err < 0)
		world_close(world);
	return err;
}

void world_close(struct world *world)
{
	for (enum who who = WHO_LWIP; who < WHO_HOSTS; who++)
		if (world->ends[who] != NULL)
			end_close(world->ends[who]);
	lab_close(&world->lab);
	free(world->lwip_options);
}

struct end *world_far_end(const struct world *world)
{
	return world->ends[wire_far_end(&world->lab.wire)];
}

int world_take_guard(struct guard_plan *guard, const char *text, struct why *why)
{
	uint64_t threshold = guard_default_threshold();
	bool off = text != NULL && strcmp(text, "off") == 0;
	int err = 0;

	if (text != NULL && !off)
		err = option_number("--guard", text, 0, UINT16_MAX, &threshold, why);
	guard->on = !off;
	guard->threshold = (unsigned int)threshold;
	return err;
}

int world_take_lwip(struct texts *lwip, const char *text, struct why *why)
{
	struct lwip_option option;
	int err = option_setting(lwip, "--lwip", text, why);

	return err < 0 ? err : lwip_option_parse(text, &option, why);
}

int world_take_rule(struct wire_option rules[WIRE_RULES], unsigned int *count, const char *kind,
		    const char *text, struct why *why)
{
	struct wire_rule rule;
	struct why bad;

	if (*count == WIRE_RULES)
		return why_set(why, EINVAL, "--%s '%s': %d rules for the wire are the most", kind,
			       text, WIRE_RULES);
	if (rule_parse(kind, text, &rule, &bad) < 0)
		return why_set(why, EINVAL, "--%s", bad.text);
	rules[(*count)++] = (struct wire_option){ kind, text };
	return 0;
}

int world_add_rules(struct world *world, const struct wire_option *rules, unsigned int count,
		    struct why *why)
{
	struct wire_rule rule;
	int err = 0;

	for (unsigned int i = 0; i < count && err == 0; i++) {
		err = rule_parse(rules[i].kind, rules[i].text, &rule, why);
		if (err < 0)
			break;
		err = wire_add_standing_rule(&world->lab.wire, &rule);
		if (err == -EHOSTUNREACH)
			err = why_set(why, EHOSTUNREACH, "--%s '%s': " RULE_ABSENT_SENDER,
				      rules[i].kind, rules[i].text, end_name(world_far_end(world)));
		else if (err < 0)
			err = why_set(why, ENOSPC, "%d rules for the wire are the most",
				      WIRE_RULES);
	}
	return err;
}

/*
 * The MTU's range depends on the family, which may come after it. Over IPv6 no link may have less than
 * 1280 (RFC 8200, 5). Over IPv4, 88 have room for the smallest segment that Linux makes (48 bytes with
 * the options, tcp_min_snd_mss); with less it sends fragments. A veth loses frames of more than its
 * MTU, which the third host sends with less than 140. More than 1500 would change nothing:
 * lwIP is built for segments that fit an Ethernet frame (config/lwipopts.h, TCP_MSS).
 */
int world_take_mtu(struct lab_settings *lab, const char *text, struct why *why)
{
	bool packet = lab->netif == DEVICE_PACKET;
	const char *option = packet ? "--mtu over IPv4, with --netif packet," : "--mtu over IPv4";
	uint64_t mtu = 0, least = packet ? 140 : 88;
	int err;

	if (lab->family != 4) {
		option = "--mtu over IPv6";
		least = 1280;
	}
	err = option_number(option, text, least, 1500, &mtu, why);
	lab->mtu = (unsigned int)mtu;
	return err;
}

int world_take_netif(enum device_kind *netif, const char *text, struct why *why)
{
	static const char *const words[] = { "tap", "packet", NULL };
	int word = option_word("--netif", text, words, why);

	if (word >= 0)
		*netif = word == 0 ? DEVICE_TAP : DEVICE_PACKET;
	return word < 0 ? word : 0;
}

int world_set(struct world *world, const struct texts *sysctls, const struct texts *lwip,
	      struct why *why)
{
	int err = 0;

	for (int i = 0; i < sysctls->count && err == 0; i++)
		err = namespace_set(sysctls->text[i], why);
	world->lwip_options = calloc((size_t)lwip->count + 1, sizeof(*world->lwip_options));
	if (world->lwip_options == NULL)
		return why_set(why, ENOMEM, "out of memory for lwIP's settings");
	for (int i = 0; i < lwip->count && err == 0; i++)
		err = lwip_option_parse(lwip->text[i], &world->lwip_options[i], why);
	lwip_end_set(world->ends[WHO_LWIP], world->lwip_options, lwip->count);
	return err;
}
