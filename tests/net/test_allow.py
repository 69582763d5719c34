#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What passes a gated link for the emergency flows' sake, frame by frame.

Both cards are without addresses, so that nothing else is on the wire; the
counters of the gate and the peer's wire must agree.
"""
import atexit

import netlab as n
from frames import (ARP, DEST, ESP, FAR4, FAR6, FRAG, HOP, ICMP, ICMP6, IP, IP6, NONE, QINQ,
                    ROUTE, TCP, UDP, VLAN, arp, eth, ext, frag6, icmp, ip4, ip6, pair, ports,
                    sos, v4, v6)
from tracepoints import Trace

OTHER4, OTHER6 = "198.51.100.9", "2001:db8:9::9"
BRIDGE = "br0"
FLOWS = n.SOS_FLOWS + [
    {"to": "203.0.113.7/32", "proto": "tcp", "ports": "443"},
    {"to": "203.0.113.8/32", "proto": "icmp"}]


def quoted4(out, far=FAR4, **more):
    """The packet that an error on its way out (or in) is about."""
    return v4(not out, far, **more)


def quoted6(out, far=FAR6):
    return v6(not out, far)


def flow_frames(out):
    """(name, frame, whether it passes)"""
    def port(number):
        return sos(out, far_port=number)

    yield "UDP4 in the prefix", eth(IP, v4(out), out), True
    yield "UDP4, last address", eth(IP, v4(out, "192.0.2.255"), out), True
    yield "UDP4, one before", eth(IP, v4(out, "192.0.1.255"), out), False
    yield "UDP4, one after", eth(IP, v4(out, "192.0.3.0"), out), False
    yield "UDP4, last port", eth(IP, v4(out, payload=port(5061)), out), True
    yield "UDP4, port below", eth(IP, v4(out, payload=port(5059)), out), False
    yield "UDP4, port above", eth(IP, v4(out, payload=port(5062)), out), False
    yield "UDP4, near port only", eth(IP, v4(
        out, payload=sos(out, n.SOS_PORT, 9)), out), False
    yield "UDP4, near address only", eth(IP, v4(
        out, OTHER4, near=FAR4), out), False
    yield "TCP4, UDP's flow", eth(IP, v4(out, proto=TCP), out), False
    yield "TCP4 of its own flow", eth(IP, v4(
        out, "203.0.113.7", TCP, port(443)), out), True
    yield "UDP4 on TCP's flow", eth(IP, v4(
        out, "203.0.113.7", UDP, port(443)), out), False
    yield "ICMP4 echo of its flow", eth(IP, v4(
        out, "203.0.113.8", ICMP, icmp(8)), out), True
    yield "ICMP4 echo of no flow", eth(IP, v4(out, FAR4, ICMP, icmp(8)),
                                       out), False
    yield "UDP6 in the prefix", eth(IP6, v6(out), out), True
    yield "UDP6, last address", eth(IP6, v6(
        out, "2001:db8:2:0:ffff:ffff:ffff:ffff"), out), True
    yield "UDP6, one after", eth(IP6, v6(out, "2001:db8:2:1::"), out), False
    yield "UDP6, one before", eth(IP6, v6(
        out, "2001:db8:1:ffff:ffff:ffff:ffff:ffff"), out), False
    yield "UDP6, port above", eth(IP6, v6(out, payload=port(5062)),
                                  out), False
    yield "ESP4", eth(IP, v4(out, proto=ESP), out), False


def odd_frames(out):
    yield "first fragment", eth(IP, v4(out, frag=0x2000), out), True
    yield "later fragment", eth(IP, v4(out, frag=0x0001), out), False
    yield "last fragment", eth(IP, v4(out, frag=0x2010), out), False
    yield "first fragment without ports", eth(IP, v4(
        out, payload=b"\x9c\x40", frag=0x2000), out, ()), False
    yield "source route", eth(IP, v4(
        out, options=b"\x83\x07\x04" + b"\xc6\x33\x64\x09" + b"\0"),
        out), False
    yield "hop-by-hop", eth(IP6, v6(out, proto=HOP, payload=ext(
        UDP) + sos(out)), out), True
    yield "destination options", eth(IP6, v6(out, proto=DEST, payload=ext(
        UDP, b"\0" * 14, 1) + sos(out)), out), True
    yield "routing, done", eth(IP6, v6(out, proto=ROUTE, payload=ext(
        UDP) + sos(out)), out), True
    yield "routing, segments left", eth(IP6, v6(out, proto=ROUTE, payload=ext(
        UDP, b"\0\1" + b"\0" * 4) + sos(out)), out), False
    yield "first fragment 6", eth(IP6, v6(out, proto=FRAG, payload=frag6(
        UDP, 0, True) + sos(out)), out), True
    yield "later fragment 6", eth(IP6, v6(out, proto=FRAG, payload=frag6(
        UDP, 1) + sos(out)), out), False
    yield "no next header", eth(IP6, v6(out, proto=NONE), out), False
    yield "extension headers without end", eth(IP6, v6(
        out, proto=HOP, payload=ext(HOP) * 6 + ext(UDP) + sos(out)),
        out), False
    yield "header that ends early", eth(IP6, v6(
        out, proto=HOP, payload=ext(UDP, b"\0" * 6, 200)), out), False
    yield "header beyond the end", eth(IP6, v6(
        out, proto=HOP, payload=ext(DEST, b"\0" * 6, 200)), out), False
    for eights, passes in (24, True), (27, False):
        yield f"headers of {8 * eights} bytes more", eth(IP6, v6(
            out, proto=HOP, payload=ext(UDP, b"\0" * (8 * eights - 2), eights - 1)
            + sos(out)), out), passes
    yield "VLAN", eth(IP, v4(out), out, (VLAN,)), True
    yield "VLAN, no flow", eth(IP, v4(out, OTHER4), out, (VLAN,)), False
    yield "VLAN in VLAN", eth(IP6, v6(out), out, (QINQ, VLAN)), True
    yield "three VLANs", eth(IP, v4(out), out, (QINQ, VLAN, VLAN)), False
    yield "IPv6 named IPv4", eth(IP, v6(out), out), False
    yield "IPv4 named IPv6", eth(IP6, v4(out), out), False
    yield "unknown type", eth(0x88b5, v4(out), out), False
    yield "802.3 length", eth(46, b"\x42\x42\x03" + v4(out), out), False


def icmp_frames(out):
    def error4(kind, quoted, to=n.V4):
        src, dst = pair(out, to, OTHER4)
        return eth(IP, ip4(src, dst, ICMP, icmp(kind, 4, quoted)), out)

    def error6(kind, quoted, to=n.V6):
        src, dst = pair(out, to, OTHER6)
        return eth(IP6, ip6(src, dst, ICMP6, icmp(kind, 0, quoted)), out)

    if out:
        def error4(kind, quoted, to=FAR4):
            return eth(IP, ip4(n.V4, to, ICMP, icmp(kind, 4, quoted)), out)

        def error6(kind, quoted, to=FAR6):
            return eth(IP6, ip6(n.V6, to, ICMP6, icmp(kind, 0, quoted)), out)

    for kind, name in (3, "unreachable"), (11, "time exceeded"), (12, "bad"):
        yield f"ICMP4 {name}", error4(kind, quoted4(out)), True
    yield "ICMP4 about no flow", error4(3, quoted4(out, OTHER4)), False
    yield "ICMP4 redirect", error4(5, quoted4(out)), False
    yield "ICMP4 about the way back", error4(3, v4(out)), False
    yield "ICMP4 to somebody else", error4(3, quoted4(out), OTHER4), False
    yield "ICMP4 about a later fragment", error4(
        3, quoted4(out, frag=1)), False
    yield "ICMP4 cut off", error4(3, quoted4(out)[:22]), False
    yield "ICMP4, first fragment", eth(IP, v4(
        out, FAR4, ICMP, icmp(3, 4, quoted4(out)), frag=0x2000), out), False
    for kind in range(1, 5):
        yield f"ICMP6 error {kind}", error6(kind, quoted6(out)), True
    yield "ICMP6 about no flow", error6(2, quoted6(out, OTHER6)), False
    yield "ICMP6 error 5", error6(5, quoted6(out)), False


def helper_frames(out):
    def nd(kind, hops=255, code=0):
        return eth(IP6, ip6("fe80::1", "ff02::1", ICMP6, icmp(
            kind, code, b"\0" * 20), hops), out)

    def dhcp(client, server, family=4, src=None, dst=None, **more):
        payload = ports(*pair(out, client, server))
        if family == 4:
            return eth(IP, ip4(src or "0.0.0.0", dst or "255.255.255.255", UDP,
                               payload, **more), out)
        return eth(IP6, ip6(src or "fe80::1", dst or "ff02::1:2", UDP, payload),
                   out)

    for kind in range(133, 137):
        yield f"ND {kind}", nd(kind), True
        yield f"ND {kind} through a router", nd(kind, 254), False
    yield "ND redirect", nd(137), False
    yield "ND with a code", nd(135, code=1), False
    yield "MLD", nd(143), False
    yield "ARP question", eth(ARP, arp(), out), True
    yield "ARP answer", eth(ARP, arp(operation=2), out), True
    yield "reverse ARP", eth(ARP, arp(operation=3), out), False
    yield "ARP for something else", eth(ARP, arp(protocol=0x8137), out), False
    yield "ARP cut off", eth(ARP, arp()[:6], out)[:20], False
    yield "DHCP", dhcp(68, 67), True
    yield "DHCP as a server", dhcp(67, 68), False
    yield "DHCP fragment", dhcp(68, 67, frag=0x2000), False
    yield "DHCP with one address", dhcp(68, 67, dst="203.0.113.9"), not out
    yield "DHCPv6", dhcp(546, 547, family=6), True
    yield "DHCPv6 to one address", dhcp(546, 547, 6, dst="2001:db8:9::9"), not out
    yield "DHCPv6 from afar", dhcp(546, 547, 6, src="2001:db8:9::9"), out
    yield "DHCPv6 as a server", dhcp(547, 546, family=6), False
    yield "UDP of nobody", dhcp(1068, 1067), False


def counters(out):
    dev = n.device()
    way = "tx" if out else "rx"
    return dev[f"{way}_passed"], dev[f"{way}_dropped"]


MARK = b"rgmark%04d"


def marked(name, frame, number):
    """Padding that tells frames apart, except where the end is the matter."""
    return frame if "cut off" in name else frame + MARK % number


def marks(sniffer):
    return {frame[at:at + 10] for frame in sniffer.read()
            if (at := frame.rfind(b"rgmark")) >= 0}


def judge(frames, out, sockets=n.packet_socket):
    """Sends all frames past the gate; compares which arrive, and the counters.

    What the gate lets in arrives on a bridge on top of the device.
    """
    sender = sockets(*((n.DEVICE, None, 0) if out else (n.PEER, n.PEER_NS, 0)))
    sniffer = n.Sniffer(*((n.PEER, n.PEER_NS) if out else (BRIDGE, None)))
    before = counters(out)
    names = {}
    for number, (name, frame, passes) in enumerate(frames):
        n.transmit(sender, marked(name, frame, number))
        names[MARK % number] = name, passes
    want = {mark for mark, (_, passes) in names.items() if passes}

    def counted():
        now = counters(out)
        return (now[0] - before[0], now[1] - before[1]) \
            if sum(now) - sum(before) >= len(names) else None
    passed, dropped = n.until(counted, "every frame counted")
    got = n.until(lambda: len(found := marks(sniffer)) >= passed and found,
                  "every passed frame arrived")
    wrong = [f"{names[mark][0]} {'arrived' if mark in got else 'was dropped'}"
             for mark in sorted(got ^ want)]
    n.check(not wrong, "\n".join(wrong))
    n.equal((passed, dropped), (len(want), len(names) - len(want)),
            "(passed, dropped)")


class Bridged:
    """The device is a port of the bridge."""

    def __enter__(self):
        n.ip(f"link set {n.DEVICE} master {BRIDGE}")

    def __exit__(self, *unused):
        n.ip(f"link set {n.DEVICE} nomaster")


def both_ways(frames, flows=FLOWS):
    n.profile(flows=flows)
    n.close()
    judge(list(frames(True)), True)
    with Bridged():
        judge(list(frames(False)), False)


def flows_match_address_protocol_and_port():
    both_ways(flow_frames)


def fragments_headers_and_tags():
    both_ways(odd_frames)


def icmp_errors_about_flows():
    both_ways(icmp_frames)


def arp_nd_and_dhcp():
    both_ways(helper_frames)


def frames_in_pieces():
    """They are judged as others are whose headers are in one piece."""
    n.profile(flows=FLOWS)
    n.close()
    for frames in flow_frames, odd_frames, icmp_frames, helper_frames:
        judge(list(frames(True)), True, n.Pieces)
        with Bridged():
            judge(list(frames(False)), False, n.Pieces)


def a_lying_packet_socket_is_seen_through():
    n.profile(flows=FLOWS)
    n.close()
    for claimed in (ARP, IP, IP6):
        sock = n.packet_socket(n.DEVICE, proto=0)
        before = counters(True)
        try:
            sock.sendto(eth(0x88b5, v4(True)), (n.DEVICE, claimed))
        except OSError:
            pass
        after = counters(True)
        n.equal((after[0] - before[0], after[1] - before[1]), (0, 1),
                f"a frame claimed to be {claimed:#x}")


def sixty_four_flows_side_by_side():
    """All 64 at once, and each of them by itself."""
    flows = [{"to": f"10.{i}.0.0/16", "proto": "udp", "ports": f"{1000 + i}"}
             for i in range(62)]
    flows += [{"to": "0.0.0.0/0", "proto": "tcp", "ports": "65535"},
              {"to": "::/0", "proto": "tcp", "ports": "0-65535"}]

    def frames(out):
        for i in range(62):
            yield f"flow {i}", eth(IP, v4(
                out, f"10.{i}.255.255", UDP, sos(out, 9, 1000 + i)), out), True
            yield f"port of flow {i + 1}", eth(IP, v4(
                out, f"10.{i}.0.0", UDP, sos(out, 9, 1001 + i)), out), False
        yield "any address, last port", eth(IP, v4(
            out, "255.255.255.255", TCP, sos(out, 9, 65535)), out), True
        yield "any address, other port", eth(IP, v4(
            out, "255.255.255.255", TCP, sos(out, 9, 65534)), out), False
        yield "last IPv6 address", eth(IP6, v6(
            out, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", TCP,
            sos(out, 9, 0)), out), True
    both_ways(frames, flows)


def drops_are_traced_with_their_reason():
    frames = {
        "protocol": eth(0x88b5, b"\0" * 46),
        "link-header": eth(0x8100, b"\0" * 42, tags=(0x8100, 0x8100)),
        "header": eth(IP, v4(True, frag=1)),
        "no-match": eth(IP, v4(True, "203.0.113.99"))}
    n.profile(flows=FLOWS)
    n.close()
    sender = n.packet_socket(n.DEVICE, None, 0)
    with Trace("rgate_net_drop", "skb/kfree_skb") as trace:
        for frame in frames.values():
            n.transmit(sender, frame)
        # The kernel's own reason, for tools that know nothing of this module.
        n.until(lambda: sum("NETFILTER_DROP" in line for line in trace.lines("kfree_skb"))
                >= len(frames), "the kernel's drop reason of each frame")
        n.profile()
        n.transmit(sender, eth(IP, v4(True)))
        want = [*frames, "no-flows"]
        n.until(lambda: len(trace.lines("rgate_net_drop")) >= len(want),
                "a line for each drop")
        got = trace.lines("rgate_net_drop")
    n.check(all(f"({n.DEVICE}) tx " in line for line in got), str(got))
    n.equal([line.split("reason=")[1] for line in got], want, "reasons")


n.setup_cards()
# Also frames of VLANs that no card knows.
n.ip(f"link set {n.DEVICE} promisc on")
n.ip(f"link set {n.PEER} promisc on", n.PEER_NS)
n.ip(f"link add name {BRIDGE} type bridge mcast_snooping 0")
n.quiet(BRIDGE)
n.ip(f"link set {BRIDGE} up")


def cleanup():
    n.ip(f"link del {BRIDGE}")
    n.ip(f"link set {n.DEVICE} promisc off")
    n.ip(f"link set {n.PEER} promisc off", n.PEER_NS)


atexit.register(cleanup)
n.main([flows_match_address_protocol_and_port, fragments_headers_and_tags,
        icmp_errors_about_flows, arp_nd_and_dhcp, frames_in_pieces,
        a_lying_packet_socket_is_seen_through,
        sixty_four_flows_side_by_side,
        drops_are_traced_with_their_reason])
