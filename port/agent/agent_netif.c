/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of the netif, and the report of each frame that it sends.
 */
#include <string.h>

#include "agent/agent.h"
#include "agent/agent_command.h"
#include "agent/agent_line.h"
#include "common/neighbour.h"
#include "lwip/netif.h"
#include "lwip/priv/tcp_priv.h" /* the lists of pcbs */
#include "lwip/prot/ethernet.h"

#define LEAST_MTU 68         /* RFC 791, 3.2 */
#define DATA_TYPE 0x88, 0xb5 /* IEEE Std 802, Local Experimental Ethertype 1 */

static struct netif *netif;
static struct neighbours neighbours;
static netif_linkoutput_fn driver_output;

static err_t output(struct netif *to, struct pbuf *p)
{
	err_t err = driver_output(to, p);

	if (err == ERR_OK) {
		agent_report("! frame");
		line_say_number(p->tot_len);
		line_end();
	}
	return err;
}

/* -- Data for the agent come in frames of their own, since a serial line is slow. */

static uint8_t data[AGENT_DATA];
static uint32_t data_size;

static void keep_data(const struct pbuf *p)
{
	uint16_t size = (uint16_t)(p->tot_len - SIZEOF_ETH_HDR);

	if (size > sizeof(data) - data_size)
		size = (uint16_t)(sizeof(data) - data_size);
	data_size += pbuf_copy_partial(p, data + data_size, size, SIZEOF_ETH_HDR);
}

const void *agent_netif_data(uint16_t size)
{
	bool is_there = size <= data_size;

	data_size = 0;
	return is_there ? data : NULL;
}

static netif_input_fn stack_input;

static err_t input(struct pbuf *p, struct netif *from)
{
	const uint8_t type[] = { DATA_TYPE };

	if (p->tot_len < SIZEOF_ETH_HDR ||
	    pbuf_memcmp(p, SIZEOF_ETH_HDR - sizeof(type), type, sizeof(type)) != 0)
		return stack_input(p, from);
	keep_data(p);
	pbuf_free(p);
	return ERR_OK;
}

/* Nobody speaks before an experiment begins: groups of multicast are not reported. */
void agent_netif_attach(struct netif *added)
{
	netif = added;
	netif->flags &= (u8_t) ~(NETIF_FLAG_IGMP | NETIF_FLAG_MLD6);
	driver_output = netif->linkoutput;
	netif->linkoutput = output;
	stack_input = netif->input;
	netif->input = input;
	neighbour_attach(&neighbours, netif);
}

static err_t obey_mac(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	memcpy(netif->hwaddr, arg[0].as.hwaddr, sizeof(arg[0].as.hwaddr));
	board_set_hwaddr(arg[0].as.hwaddr);
	return ERR_OK;
}

#if LWIP_IPV6
/* lwIP takes the first 64 bits for the network, always (nd6.c). */
static err_t set_ipv6(const struct agent_arg *address, const struct agent_arg *gateway)
{
	s8_t slot = -1;
	err_t err;

	if (address->prefix != 64 || gateway->is_given)
		return ERR_ARG;
	err = netif_add_ip6_address(netif, ip_2_ip6(&address->address), &slot);
	if (err == ERR_OK)
		netif_ip6_addr_set_state(netif, slot, IP6_ADDR_PREFERRED);
	return err;
}
#endif

static err_t set_ipv4(const struct agent_arg *address, const struct agent_arg *gateway)
{
	ip4_addr_t netmask, none = { 0 };

	if (gateway->is_given && !IP_IS_V4(&gateway->address))
		return ERR_ARG;
	ip4_addr_set_u32(&netmask, address->prefix == 0
					   ? 0
					   : lwip_htonl(0xffffffffu << (32 - address->prefix)));
	netif_set_addr(netif, ip_2_ip4(&address->address), &netmask,
		       gateway->is_given ? ip_2_ip4(&gateway->address) : &none);
	return ERR_OK;
}

/* lwIP aborts who has the old address, and the err callback must not abort the next one then: nobody may be there. */
static err_t obey_address(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	if (tcp_active_pcbs != NULL || tcp_bound_pcbs != NULL)
		return ERR_ISCONN;
#if LWIP_IPV6
	if (IP_IS_V6(&arg[0].address))
		return set_ipv6(&arg[0], &arg[1]);
#endif
	return set_ipv4(&arg[0], &arg[1]);
}

static err_t obey_gateway(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	if (!arg[0].is_given) {
		netif_set_default(NULL);
		return ERR_OK;
	}
	if (!IP_IS_V4(&arg[0].address))
		return ERR_ARG;
	netif_set_gw(netif, ip_2_ip4(&arg[0].address));
	return ERR_OK;
}

static err_t obey_mtu(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	if (arg[0].as.number < LEAST_MTU)
		return ERR_ARG;
	netif->mtu = (u16_t)arg[0].as.number;
#if LWIP_IPV6 && LWIP_ND6_ALLOW_RA_UPDATES
	netif->mtu6 = netif->mtu;
#endif
	return ERR_OK;
}

static err_t obey_neighbour(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	return neighbour_add(&neighbours, &arg[0].address, arg[1].as.hwaddr);
}

static err_t obey_up(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)arg;
	(void)answer;
	netif_set_default(netif);
	netif_set_up(netif);
	return ERR_OK;
}

static err_t obey_frames(const struct agent_arg *arg, struct agent_answer *answer)
{
	(void)answer;
	/* How many are left, modulo 2^32; those that it has had already are none. */
	while ((int32_t)((uint32_t)arg[0].as.number - board_frames()) > 0)
		if (!board_take_frame())
			return ERR_TIMEOUT;
	return ERR_OK;
}

const struct agent_command agent_netif_commands[] = {
	{ "mac", "h", obey_mac, false },
	{ "address", "xg", obey_address, true },
	{ "gateway", "g", obey_gateway, false },
	{ "mtu", "w", obey_mtu, false },
	{ "neighbour", "ah", obey_neighbour, false },
	{ "up", "", obey_up, false },
	{ "frames", "n", obey_frames, true },
	{ NULL, NULL, NULL, false },
};
