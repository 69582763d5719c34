// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether one packet may pass a gated device.
 *
 * What passes: emergency flows, ICMP errors about them, and the ARP, neighbour
 * discovery and DHCP without which no flow works. Whatever cannot be read with
 * certainty does not pass.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "flow.h"
#include "packet.h"

/*
 * How much of a packet is read. Tags, headers, an ICMP error and what it quotes
 * take 120 bytes, and no emergency call needs longer extension headers than fit.
 */
#define RGATE_HEAD_LEN		256

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

/*
 * The start of a packet in one piece, and whether it is being sent. Offsets
 * count from there. @cut: something beyond it was asked for.
 */
struct rgate_head {
	const u8 *data;
	unsigned int len;
	bool egress;
	bool cut;
};

/* An IPv4 or IPv6 header, read. */
struct rgate_ip {
	const u8 *saddr;
	const u8 *daddr;
	bool v6;
	u8 proto;
	u8 hop_limit;
	bool fragment;
	bool extended;
	unsigned int next;
};

struct rgate_ports {
	__be16 src;
	__be16 dst;
};

/* NULL if not all of it is there. */
static __always_inline const void *read_at(struct rgate_head *head,
					   unsigned int off, unsigned int size)
{
	if (likely(off + size <= head->len))
		return head->data + off;
	head->cut = true;
	return NULL;
}

/*
 * Options can redirect a packet (source routes), and no emergency call needs
 * any, so only the plain header is known.
 */
static __always_inline bool read_ipv4(struct rgate_head *head,
				      unsigned int off, struct rgate_ip *ip)
{
	const struct iphdr *iph = read_at(head, off, sizeof(*iph));

	if (!iph || iph->version != 4 || iph->ihl != 5)
		return false;
	/* The ports are in the first fragment only. */
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	ip->v6 = false;
	ip->saddr = (const u8 *)&iph->saddr;
	ip->daddr = (const u8 *)&iph->daddr;
	ip->proto = iph->protocol;
	ip->hop_limit = iph->ttl;
	ip->fragment = iph->frag_off & htons(IP_MF);
	ip->extended = false;
	ip->next = off + sizeof(*iph);
	return true;
}

/*
 * Step over the extension header at @ip->next; false if it must not pass. Its
 * first two bytes are the next header and, except in a fragment header, its
 * length.
 */
static bool skip_ext_header(struct rgate_head *head, struct rgate_ip *ip)
{
	const struct frag_hdr *frag = read_at(head, ip->next, sizeof(*frag));
	const struct ipv6_rt_hdr *route = (const struct ipv6_rt_hdr *)frag;

	if (!frag)
		return false;
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

static __always_inline bool is_skipped(u8 proto)
{
	return proto == NEXTHDR_HOP || proto == NEXTHDR_DEST ||
	       proto == NEXTHDR_ROUTING || proto == NEXTHDR_FRAGMENT;
}

static __always_inline bool read_ipv6(struct rgate_head *head,
				      unsigned int off, struct rgate_ip *ip)
{
	const struct ipv6hdr *iph = read_at(head, off, sizeof(*iph));
	int left = RGATE_MAX_EXT_HEADERS;

	if (!iph || iph->version != 6)
		return false;
	ip->v6 = true;
	ip->saddr = iph->saddr.s6_addr;
	ip->daddr = iph->daddr.s6_addr;
	ip->proto = iph->nexthdr;
	ip->hop_limit = iph->hop_limit;
	ip->fragment = false;
	ip->extended = false;
	ip->next = off + sizeof(*iph);
	while (is_skipped(ip->proto))
		if (!left-- || !skip_ext_header(head, ip))
			return false;
	return ip->proto != NEXTHDR_NONE;
}

static bool read_ip(struct rgate_head *head, unsigned int off, bool v6,
		    struct rgate_ip *ip)
{
	return v6 ? read_ipv6(head, off, ip) : read_ipv4(head, off, ip);
}

/* @far_is_dst: the far end is the destination of this header. */
static __always_inline bool match_flow(struct rgate_head *head,
				       const struct rgate_ip *ip,
				       bool far_is_dst,
				       const struct rgate_flows *flows)
{
	const u8 *far = far_is_dst ? ip->daddr : ip->saddr;
	const struct rgate_ports *ports;
	u16 port = 0;
	u64 set;

	set = ip->v6 ? rgate_flows_of_v6(flows, ip->proto, far) :
		       rgate_flows_of_v4(flows, ip->proto, far);
	if (!set)
		return false;
	if (rgate_flow_has_ports(ip->proto)) {
		ports = read_at(head, ip->next, sizeof(*ports));
		if (!ports)
			return false;
		port = ntohs(far_is_dst ? ports->dst : ports->src);
	}
	return set & rgate_flows_of_port(flows, port);
}

static bool is_icmp_error(const struct rgate_ip *ip, u8 type)
{
	if (!ip->v6)
		return type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETERPROB;
	return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/*
 * An error goes back to who sent the packet that it quotes, so the quoted
 * packet travelled against the error, and its source is the error's
 * destination.
 */
static bool match_quoted(struct rgate_head *head,
			 const struct rgate_ip *ip,
			 const struct rgate_flows *flows)
{
	struct rgate_ip quoted;

	if (!read_ip(head, ip->next + sizeof(struct icmphdr), ip->v6, &quoted))
		return false;
	if (memcmp(quoted.saddr, ip->daddr, ip->v6 ? 16 : 4))
		return false;
	return match_flow(head, &quoted, !head->egress, flows);
}

/* Router and neighbour solicitations and advertisements; no redirects. */
static bool is_nd(const struct rgate_ip *ip, const struct icmphdr *icmp)
{
	return ip->v6 && !ip->extended && !icmp->code &&
	       ip->hop_limit == RGATE_ND_HOP_LIMIT &&
	       icmp->type >= NDISC_ROUTER_SOLICITATION &&
	       icmp->type <= NDISC_NEIGHBOUR_ADVERTISEMENT;
}

/* Reads the header again, so that those of most packets stay in registers. */
static noinline bool icmp_passes(struct rgate_head *head,
				 unsigned int off, bool v6,
				 const struct rgate_flows *flows)
{
	const struct icmphdr *icmp = NULL;
	struct rgate_ip ip;

	/* The first words of ICMP and ICMPv6 are alike. */
	if (read_ip(head, off, v6, &ip))
		icmp = read_at(head, ip.next, sizeof(*icmp));
	if (!icmp || ip.fragment)
		return false;
	if (is_nd(&ip, icmp))
		return true;
	return is_icmp_error(&ip, icmp->type) && match_quoted(head, &ip, flows);
}

/*
 * Questions go to all servers of the link and to no address of anybody's choice,
 * or DHCP's ports would lead anywhere: a renewal that is asked of one server is
 * asked of all a little later. DHCPv6 answers come from the link itself.
 */
static __always_inline bool is_dhcp_peer(const struct rgate_ip *ip, bool egress)
{
	if (!ip->v6)
		return !egress ||
		       *(const __be32 *)ip->daddr == htonl(INADDR_BROADCAST);
	if (!egress)
		return ip->saddr[0] == 0xfe && (ip->saddr[1] & 0xc0) == 0x80;
	return !memcmp(ip->daddr, &dhcpv6_servers, sizeof(dhcpv6_servers));
}

/* This device is always the client, and the far end the server. */
static __always_inline bool is_dhcp(struct rgate_head *head,
				    const struct rgate_ip *ip)
{
	u16 client = ip->v6 ? RGATE_DHCPV6_CLIENT : RGATE_DHCP_CLIENT;
	u16 server = ip->v6 ? RGATE_DHCPV6_SERVER : RGATE_DHCP_SERVER;
	const struct rgate_ports *ports;

	if (ip->fragment || ip->extended || !is_dhcp_peer(ip, head->egress))
		return false;
	ports = read_at(head, ip->next, sizeof(*ports));
	if (!ports)
		return false;
	return ports->src == htons(head->egress ? client : server) &&
	       ports->dst == htons(head->egress ? server : client);
}

static __always_inline bool ip_passes(struct rgate_head *head,
				      unsigned int off,
				      const struct rgate_ip *ip,
				      const struct rgate_flows *flows)
{
	if (match_flow(head, ip, head->egress, flows))
		return true;
	if (ip->proto == IPPROTO_UDP)
		return is_dhcp(head, ip);
	if (ip->proto == (ip->v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return icmp_passes(head, off, ip->v6, flows);
	return false;
}

/* Questions and answers about IPv4 addresses on Ethernet. */
static bool is_arp(struct rgate_head *head, unsigned int off)
{
	const struct arphdr *arp = read_at(head, off, sizeof(*arp));

	return arp && arp->ar_hrd == htons(ARPHRD_ETHER) &&
	       arp->ar_pro == htons(ETH_P_IP) && arp->ar_hln == ETH_ALEN &&
	       arp->ar_pln == sizeof(__be32) &&
	       (arp->ar_op == htons(ARPOP_REQUEST) ||
		arp->ar_op == htons(ARPOP_REPLY));
}

/* Links that carry IP without a header of their own. */
static __always_inline bool is_bare_link(const struct net_device *dev)
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
static __always_inline bool find_network(struct rgate_head *head,
					 const struct sk_buff *skb,
					 const struct net_device *dev,
					 __be16 *protocol, unsigned int *off)
{
	const struct ethhdr *eth;

	*protocol = skb->protocol;
	*off = 0;
	if (dev->type != ARPHRD_ETHER)
		/* No tags and no ARP: what looks like one is of the packet. */
		return is_bare_link(dev) && (*protocol == htons(ETH_P_IP) ||
					     *protocol == htons(ETH_P_IPV6));
	if (!head->egress)
		return true;
	eth = read_at(head, 0, sizeof(*eth));
	if (!eth)
		return false;
	*protocol = eth->h_proto;
	*off = sizeof(*eth);
	return true;
}

static __always_inline bool skip_vlan_tags(struct rgate_head *head,
					   const struct sk_buff *skb,
					   __be16 *protocol, unsigned int *off)
{
	/* The outermost tag may have been taken out of the frame already. */
	int left = RGATE_MAX_VLAN_TAGS - skb_vlan_tag_present(skb);
	const struct vlan_hdr *tag;

	while (eth_type_vlan(*protocol)) {
		tag = read_at(head, *off, sizeof(*tag));
		if (!tag || left-- <= 0)
			return false;
		*protocol = tag->h_vlan_encapsulated_proto;
		*off += sizeof(*tag);
	}
	return true;
}

static __always_inline enum rgate_drop
judge_ip(struct rgate_head *head, unsigned int off, bool v6,
	 const struct rgate_flows *flows)
{
	struct rgate_ip ip;

	if (!(v6 ? read_ipv6(head, off, &ip) : read_ipv4(head, off, &ip)))
		return RGATE_DROP_HEADER;
	return ip_passes(head, off, &ip, flows) ? RGATE_PASS :
						  RGATE_DROP_NO_MATCH;
}

static __always_inline enum rgate_drop
judge_head(struct rgate_head *head, const struct sk_buff *skb,
	   const struct net_device *dev, const struct rgate_flows *flows)
{
	unsigned int off;
	__be16 protocol;

	if (!find_network(head, skb, dev, &protocol, &off) ||
	    !skip_vlan_tags(head, skb, &protocol, &off))
		return RGATE_DROP_LINK;
	if (protocol == htons(ETH_P_IP))
		return judge_ip(head, off, false, flows);
	if (protocol == htons(ETH_P_IPV6))
		return judge_ip(head, off, true, flows);
	if (protocol == htons(ETH_P_ARP))
		return is_arp(head, off) ? RGATE_PASS : RGATE_DROP_NO_MATCH;
	return RGATE_DROP_PROTOCOL;
}

/* The headers lie in several pieces. */
static noinline enum rgate_drop judge_copy(const struct sk_buff *skb,
					   const struct net_device *dev,
					   bool egress,
					   const struct rgate_flows *flows)
{
	u8 buf[NET_IP_ALIGN + RGATE_HEAD_LEN] __aligned(8);
	/* An Ethernet header of 14 bytes comes before IP when sent. */
	bool shifted = egress && dev->type == ARPHRD_ETHER;
	u8 *data = buf + (shifted ? NET_IP_ALIGN : 0);
	struct rgate_head head = {
		.data = data,
		.len = min_t(unsigned int, skb->len, RGATE_HEAD_LEN),
		.egress = egress,
	};

	if (skb_copy_bits(skb, 0, data, head.len))
		return RGATE_DROP_HEADER;
	return judge_head(&head, skb, dev, flows);
}

/**
 * rgate_packet_judge() - whether the allowlist lets one packet through
 * @skb: the packet; data at the link header when sent, at the network header
 *	when received
 * @dev: the gated device
 * @egress: the packet is being sent
 * @flows: the allowlist, not NULL; the caller holds rcu_read_lock()
 *
 * Return: RGATE_PASS, or why not.
 */
enum rgate_drop rgate_packet_judge(const struct sk_buff *skb,
				   const struct net_device *dev, bool egress,
				   const struct rgate_flows *flows)
{
	struct rgate_head head = {
		.data = skb->data,
		.len = min_t(unsigned int, skb_headlen(skb), RGATE_HEAD_LEN),
		.egress = egress,
	};
	enum rgate_drop drop = judge_head(&head, skb, dev, flows);

	if (unlikely(head.cut) && drop && skb_is_nonlinear(skb) &&
	    head.len < RGATE_HEAD_LEN)
		drop = judge_copy(skb, dev, egress, flows);
	return drop;
}
