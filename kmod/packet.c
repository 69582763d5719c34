// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether one packet may pass a gated device.
 *
 * What passes: emergency flows, ICMP errors about them, and the ARP, neighbour
 * discovery and DHCP without which no flow works. Whatever cannot be read with
 * certainty does not pass. An allowlist without flows passes nothing at all.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "flow.h"
#include "packet.h"

/* A customer tag within a service tag; nobody sends more. */
#define RGATE_MAX_VLAN_TAGS	2

/* One of each extension header that is walked, and one spare. */
#define RGATE_MAX_EXT_HEADERS	5

/* RFC 2131 section 4.1 and RFC 8415 section 7.2 */
#define RGATE_DHCP_SERVER	67
#define RGATE_DHCP_CLIENT	68
#define RGATE_DHCPV6_CLIENT	546
#define RGATE_DHCPV6_SERVER	547

/* ff02::1:2, all servers and relays of a link (RFC 8415 section 7.1) */
static const struct in6_addr dhcpv6_servers = {
	.s6_addr = { 0xff, 0x02, [13] = 1, [15] = 2 },
};

/* RFC 4861 section 7.1: any other hop limit came through a router. */
#define RGATE_ND_HOP_LIMIT	255

/* An IPv4 or IPv6 header, read. */
struct rgate_ip {
	struct in6_addr saddr;
	struct in6_addr daddr;
	u8 family;
	u8 proto;
	u8 hop_limit;
	bool fragment;
	bool extended;
	int next;
};

struct rgate_ports {
	__be16 src;
	__be16 dst;
};

/*
 * Options can redirect a packet (source routes), and no emergency call needs
 * any, so only the plain header is known.
 */
static bool read_ipv4(const struct sk_buff *skb, int off, struct rgate_ip *ip)
{
	struct iphdr buf;
	const struct iphdr *iph = skb_header_pointer(skb, off, sizeof(buf),
						     &buf);

	if (!iph || iph->version != 4 || iph->ihl != 5)
		return false;
	/* The ports are in the first fragment only. */
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	memset(ip, 0, sizeof(*ip));
	ip->family = AF_INET;
	ip->saddr.s6_addr32[0] = iph->saddr;
	ip->daddr.s6_addr32[0] = iph->daddr;
	ip->proto = iph->protocol;
	ip->hop_limit = iph->ttl;
	ip->fragment = iph->frag_off & htons(IP_MF);
	ip->next = off + sizeof(*iph);
	return true;
}

/*
 * Step over the extension header at @ip->next; false if it must not pass. Its
 * first two bytes are the next header and, except in a fragment header, its
 * length.
 */
static bool skip_ext_header(const struct sk_buff *skb, struct rgate_ip *ip)
{
	struct frag_hdr buf;
	const struct frag_hdr *frag;
	const struct ipv6_rt_hdr *route;

	frag = skb_header_pointer(skb, ip->next, sizeof(buf), &buf);
	if (!frag)
		return false;
	route = (const struct ipv6_rt_hdr *)frag;
	/* With segments left the header names a hop, not the far end. */
	if (ip->proto == NEXTHDR_ROUTING && route->segments_left)
		return false;
	if (ip->proto == NEXTHDR_FRAGMENT) {
		if (frag->frag_off & htons(IP6_OFFSET))
			return false;
		ip->fragment |= !!(frag->frag_off & htons(IP6_MF));
		ip->next += sizeof(*frag);
	} else {
		ip->next += (route->hdrlen + 1) * 8;
	}
	ip->proto = frag->nexthdr;
	ip->extended = true;
	return true;
}

static bool is_skipped(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_DEST ||
	       proto == NEXTHDR_ROUTING || proto == NEXTHDR_FRAGMENT;
}

static bool read_ipv6(const struct sk_buff *skb, int off, struct rgate_ip *ip)
{
	struct ipv6hdr buf;
	const struct ipv6hdr *iph = skb_header_pointer(skb, off, sizeof(buf),
						       &buf);
	int left = RGATE_MAX_EXT_HEADERS;

	if (!iph || iph->version != 6)
		return false;
	memset(ip, 0, sizeof(*ip));
	ip->family = AF_INET6;
	ip->saddr = iph->saddr;
	ip->daddr = iph->daddr;
	ip->proto = iph->nexthdr;
	ip->hop_limit = iph->hop_limit;
	ip->next = off + sizeof(*iph);
	while (is_skipped(ip->proto))
		if (!left-- || !skip_ext_header(skb, ip))
			return false;
	return ip->proto != NEXTHDR_NONE;
}

static bool read_ip(const struct sk_buff *skb, __be16 protocol, int off,
		    struct rgate_ip *ip)
{
	if (protocol == htons(ETH_P_IP))
		return read_ipv4(skb, off, ip);
	return read_ipv6(skb, off, ip);
}

/* @far_is_dst: the far end is the destination of this header. */
static bool match_flow(const struct sk_buff *skb, const struct rgate_ip *ip,
		       bool far_is_dst, const struct rgate_flows *flows)
{
	struct rgate_flow_key key = {
		.addr = far_is_dst ? ip->daddr : ip->saddr,
		.family = ip->family,
		.proto = ip->proto,
	};
	struct rgate_ports buf;
	const struct rgate_ports *ports;

	if (rgate_flow_has_ports(ip->proto)) {
		ports = skb_header_pointer(skb, ip->next, sizeof(buf), &buf);
		if (!ports)
			return false;
		key.port = ntohs(far_is_dst ? ports->dst : ports->src);
	}
	return rgate_flows_match(flows, &key);
}

static bool is_icmp_error(const struct rgate_ip *ip, u8 type)
{
	if (ip->family == AF_INET)
		return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETERPROB;
	return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/*
 * An error goes back to who sent the packet that it quotes, so the quoted
 * packet travelled against the error, and its source is the error's
 * destination.
 */
static bool match_quoted(const struct sk_buff *skb, const struct rgate_ip *ip,
			 bool egress, const struct rgate_flows *flows)
{
	__be16 protocol = htons(ip->family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
	struct rgate_ip quoted;

	if (!read_ip(skb, protocol, ip->next + sizeof(struct icmphdr), &quoted))
		return false;
	if (!ipv6_addr_equal(&quoted.saddr, &ip->daddr))
		return false;
	return match_flow(skb, &quoted, !egress, flows);
}

/* Router and neighbour solicitations and advertisements; no redirects. */
static bool is_nd(const struct rgate_ip *ip, const struct icmphdr *icmp)
{
	return ip->family == AF_INET6 && !ip->extended && !icmp->code &&
	       ip->hop_limit == RGATE_ND_HOP_LIMIT &&
	       icmp->type >= NDISC_ROUTER_SOLICITATION &&
	       icmp->type <= NDISC_NEIGHBOUR_ADVERTISEMENT;
}

static bool icmp_passes(const struct sk_buff *skb, const struct rgate_ip *ip,
			bool egress, const struct rgate_flows *flows)
{
	struct icmphdr buf;
	const struct icmphdr *icmp;

	if (ip->proto != (ip->family == AF_INET ? IPPROTO_ICMP :
						  IPPROTO_ICMPV6))
		return false;
	/* The first words of ICMP and ICMPv6 are alike. */
	icmp = skb_header_pointer(skb, ip->next, sizeof(buf), &buf);
	if (!icmp || ip->fragment)
		return false;
	if (is_nd(ip, icmp))
		return true;
	return is_icmp_error(ip, icmp->type) &&
	       match_quoted(skb, ip, egress, flows);
}

/*
 * Questions go to all servers of the link and to no address of anybody's choice,
 * or DHCP's ports would lead anywhere: a renewal that is asked of one server is
 * asked of all a little later. DHCPv6 answers come from the link itself.
 */
static bool is_dhcp_peer(const struct rgate_ip *ip, bool egress)
{
	if (ip->family == AF_INET)
		return !egress ||
		       ip->daddr.s6_addr32[0] == htonl(INADDR_BROADCAST);
	if (!egress)
		return ipv6_addr_type(&ip->saddr) & IPV6_ADDR_LINKLOCAL;
	return ipv6_addr_equal(&ip->daddr, &dhcpv6_servers);
}

/* This device is always the client, and the far end the server. */
static bool is_dhcp(const struct sk_buff *skb, const struct rgate_ip *ip,
		    bool egress)
{
	bool v4 = ip->family == AF_INET;
	u16 client = v4 ? RGATE_DHCP_CLIENT : RGATE_DHCPV6_CLIENT;
	u16 server = v4 ? RGATE_DHCP_SERVER : RGATE_DHCPV6_SERVER;
	struct rgate_ports buf;
	const struct rgate_ports *ports;

	if (ip->proto != IPPROTO_UDP || ip->fragment || ip->extended ||
	    !is_dhcp_peer(ip, egress))
		return false;
	ports = skb_header_pointer(skb, ip->next, sizeof(buf), &buf);
	if (!ports)
		return false;
	return ports->src == htons(egress ? client : server) &&
	       ports->dst == htons(egress ? server : client);
}

/* Questions and answers about IPv4 addresses on Ethernet. */
static bool is_arp(const struct sk_buff *skb, int off)
{
	struct arphdr buf;
	const struct arphdr *arp = skb_header_pointer(skb, off, sizeof(buf),
						      &buf);

	return arp && arp->ar_hrd == htons(ARPHRD_ETHER) &&
	       arp->ar_pro == htons(ETH_P_IP) && arp->ar_hln == ETH_ALEN &&
	       arp->ar_pln == sizeof(__be32) &&
	       (arp->ar_op == htons(ARPOP_REQUEST) ||
		arp->ar_op == htons(ARPOP_REPLY));
}

/* Links that carry IP without a header of their own. */
static bool is_bare_link(const struct net_device *dev)
{
	switch (dev->type) {
	case ARPHRD_NONE:
	case ARPHRD_RAWIP:
	case ARPHRD_PPP:
	case ARPHRD_SLIP:
	case ARPHRD_CSLIP:
	case ARPHRD_SLIP6:
	case ARPHRD_CSLIP6:
	case ARPHRD_ADAPT:
		return true;
	default:
		return false;
	}
}

/*
 * Where the network header is, and of what protocol. Sending, the link header
 * itself is read: a packet socket can write any protocol beside the frame.
 */
static bool find_network(const struct sk_buff *skb,
			 const struct net_device *dev, bool egress,
			 __be16 *protocol, int *off)
{
	struct ethhdr buf;
	const struct ethhdr *eth;

	*protocol = skb->protocol;
	*off = 0;
	/* No tags and no ARP here: what looks like one is part of the packet. */
	if (is_bare_link(dev))
		return *protocol == htons(ETH_P_IP) ||
		       *protocol == htons(ETH_P_IPV6);
	if (dev->type != ARPHRD_ETHER)
		return false;
	if (!egress)
		return true;
	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth)
		return false;
	*protocol = eth->h_proto;
	*off = sizeof(*eth);
	return true;
}

static bool skip_vlan_tags(const struct sk_buff *skb, __be16 *protocol,
			   int *off)
{
	struct vlan_hdr buf;
	const struct vlan_hdr *tag;
	/* The outermost tag may have been taken out of the frame already. */
	int left = RGATE_MAX_VLAN_TAGS - skb_vlan_tag_present(skb);

	while (eth_type_vlan(*protocol)) {
		tag = skb_header_pointer(skb, *off, sizeof(buf), &buf);
		if (!tag || left-- <= 0)
			return false;
		*protocol = tag->h_vlan_encapsulated_proto;
		*off += sizeof(*tag);
	}
	return true;
}

/**
 * rgate_packet_judge() - whether the allowlist lets one packet through
 * @skb: the packet; data at the link header when sent, at the network header
 *	when received
 * @dev: the gated device
 * @egress: the packet is being sent
 * @flows: the allowlist; the caller holds rcu_read_lock()
 *
 * Return: RGATE_PASS, or why not.
 */
enum rgate_drop rgate_packet_judge(const struct sk_buff *skb,
				   const struct net_device *dev, bool egress,
				   const struct rgate_flows *flows)
{
	struct rgate_ip ip;
	__be16 protocol;
	bool passes;
	int off;

	if (rgate_flows_empty(flows))
		return RGATE_DROP_NO_FLOWS;
	if (!find_network(skb, dev, egress, &protocol, &off) ||
	    !skip_vlan_tags(skb, &protocol, &off))
		return RGATE_DROP_LINK;
	if (protocol == htons(ETH_P_ARP))
		return is_arp(skb, off) ? RGATE_PASS : RGATE_DROP_NO_MATCH;
	if (protocol != htons(ETH_P_IP) && protocol != htons(ETH_P_IPV6))
		return RGATE_DROP_PROTOCOL;
	if (!read_ip(skb, protocol, off, &ip))
		return RGATE_DROP_HEADER;
	passes = match_flow(skb, &ip, egress, flows) ||
		 is_dhcp(skb, &ip, egress) ||
		 icmp_passes(skb, &ip, egress, flows);
	return passes ? RGATE_PASS : RGATE_DROP_NO_MATCH;
}
