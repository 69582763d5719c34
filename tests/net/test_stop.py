#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a gated link stops, sending and receiving, and that it works again."""
import socket

import netlab as n

FRAMES = 5
SOL_PACKET, PACKET_QDISC_BYPASS = 263, 20
VLAN4, MACVLAN4, INNER4 = "198.51.101.1", "198.51.102.1", "198.51.103.2"


def raw_frame(marker, dst=n.PEER_MAC, src=n.DEVICE_MAC):
    macs = bytes.fromhex((dst + src).replace(":", ""))
    return (macs + b"\x88\xb5" + marker).ljust(60, b"\0")


def send_udp(to, v6=False, netns=None):
    sock = n.udp_socket(netns=netns, v6=v6)

    def send(marker):
        try:
            sock.sendto(marker, (to, 7001))
        except OSError:
            pass
    return send


def send_raw(name, netns=None, bypass=False, dst=n.PEER_MAC, src=n.DEVICE_MAC):
    sock = n.packet_socket(name, netns, 0)
    if bypass:
        sock.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)

    def send(marker):
        n.transmit(sock, raw_frame(marker, dst, src))
    return send


def sniff(name, netns=None):
    sniffer = n.Sniffer(name, netns)
    return sniffer.count


def receive_udp(address, v6=False):
    sock = n.udp_socket(address, 7001, v6=v6)
    got = []

    def count(marker):
        got.extend(n.drain(sock))
        return got.count(marker)
    return count


def sos_out():
    """Sends an emergency datagram; when it is there, all before it are."""
    sniffer, sock = n.Sniffer(n.PEER, n.PEER_NS), n.udp_socket()
    sock.sendto(b"sos-sentinel", (n.SOS4, n.SOS_PORT))
    n.until(lambda: sniffer.count(b"sos-sentinel"), "an emergency datagram out")


def sos_in():
    inside = n.udp_socket(n.V4, 7002)
    outside = n.udp_socket(n.SOS4, n.SOS_PORT, n.PEER_NS)
    outside.sendto(b"sos-sentinel", (n.V4, 7002))
    n.until(lambda: n.drain(inside), "an emergency datagram in")
    inside.close()
    outside.close()


def stops(send, count, sentinel):
    """Open: all frames arrive. Closed: none. Open again: all."""
    for step, want in ("open", FRAMES), ("closed", 0), ("reopened", FRAMES):
        if want:
            n.release()
        else:
            n.profile(flows=n.SOS_FLOWS)
            n.close()
        marker = f"marker-{step}".encode()
        for _ in range(FRAMES):
            send(marker)
        if want:
            n.until(lambda m=marker: count(m) == FRAMES, f"frames while {step}")
        else:
            sentinel()
            n.equal(count(marker), 0, "frames through a closed gate")


def out_stops(send, where=n.PEER):
    stops(send, sniff(where, n.PEER_NS), sos_out)


def in_stops(send, count):
    stops(send, count, sos_in)


def udp4_out():
    out_stops(send_udp(n.V4_PEER))


def udp6_out():
    out_stops(send_udp(n.V6_PEER, True))


def packet_socket_out():
    out_stops(send_raw(n.DEVICE))


def packet_socket_past_the_qdisc_out():
    out_stops(send_raw(n.DEVICE, bypass=True))


def udp4_in():
    in_stops(send_udp(n.V4, netns=n.PEER_NS), receive_udp(n.V4))


def udp6_in():
    in_stops(send_udp(n.V6, True, n.PEER_NS), receive_udp(n.V6, True))


def tcp_out():
    server = n.in_netns(n.PEER_NS, lambda: listen(n.V4_PEER))
    connects_stop(None, n.V4_PEER, server)


def tcp_in():
    connects_stop(n.PEER_NS, n.V4, listen(n.V4))


def listen(address):
    server = socket.create_server((address, 7003))
    server.setblocking(False)
    return server


def connects(netns, to, seconds):
    def attempt():
        client = socket.socket()
        client.settimeout(seconds)
        try:
            client.connect((to, 7003))
            return True
        except TimeoutError:
            return False
        finally:
            client.close()
    return n.in_netns(netns, attempt)


def connects_stop(netns, to, server):
    n.check(connects(netns, to, n.DEADLINE_S), "no connection while open")
    n.profile(flows=n.SOS_FLOWS)
    n.close()
    n.check(not connects(netns, to, 1.5), "a connection through a closed gate")
    n.release()
    n.check(connects(netns, to, n.DEADLINE_S), "no connection after release")
    server.close()


class Upper:
    """Links on both cards, deleted afterwards."""

    def __init__(self, *commands):
        self.commands = commands

    def __enter__(self):
        for netns, add in self.commands:
            n.ip(f"link add {add}", netns)
            name = add.split("name ")[1].split()[0]
            n.quiet(name, netns)
            n.ip(f"link set {name} up", netns)

    def __exit__(self, *unused):
        for netns, add in self.commands:
            n.ip(f"link del {add.split('name ')[1].split()[0]}", netns)


def vlan():
    return Upper((None, f"link {n.DEVICE} name dev0.7 type vlan id 7"),
                 (n.PEER_NS, f"link {n.PEER} name wire.7 type vlan id 7"))


def vlan_out():
    with vlan():
        out_stops(send_raw("dev0.7"), "wire.7")


def vlan_in():
    with vlan():
        in_stops(send_raw("wire.7", n.PEER_NS, dst=n.DEVICE_MAC,
                          src=n.PEER_MAC), sniff("dev0.7"))


MACVLAN_MAC = "52:54:00:00:01:01"


def macvlan():
    return Upper((None, f"link {n.DEVICE} name mac0 address {MACVLAN_MAC}"
                  " type macvlan mode bridge"))


def macvlan_out():
    with macvlan():
        out_stops(send_raw("mac0", src=MACVLAN_MAC))


def macvlan_in():
    with macvlan():
        in_stops(send_raw(n.PEER, n.PEER_NS, dst=MACVLAN_MAC, src=n.PEER_MAC),
                 sniff("mac0"))


class Bridge(Upper):
    """A bridge that takes the device's address over; its port forwards."""

    def __init__(self):
        super().__init__((None, "name br0 type bridge"),
                         (None, "name tap0 type veth peer name tap1"))

    def __enter__(self):
        super().__enter__()
        n.ip("link set tap1 up")
        n.ip("link set tap0 master br0")
        n.ip(f"link set {n.DEVICE} master br0")

    def __exit__(self, *unused):
        n.ip(f"link set {n.DEVICE} nomaster")
        super().__exit__()


def no_sentinel():
    """On a bridge the device itself has no addresses that work."""
    n.until(lambda: n.device()["tx_dropped"] + n.device()["rx_dropped"]
            >= FRAMES, "the counters of a closed gate")


def fresh_counters():
    """A new record of the device: its counters start at zero."""
    n.run("modprobe -r regiongate")
    n.run("modprobe regiongate")
    n.profile()


def bridge_out():
    fresh_counters()
    with Bridge():
        stops(send_raw("br0"), sniff(n.PEER, n.PEER_NS), no_sentinel)


def bridge_in():
    fresh_counters()
    with Bridge():
        stops(send_raw(n.PEER, n.PEER_NS, dst="ff:ff:ff:ff:ff:ff",
                       src=n.PEER_MAC), sniff("tap1"), no_sentinel)


class Bond(Upper):
    """A bond that takes the device's address over."""

    def __init__(self):
        n.run("modprobe bonding max_bonds=0")
        super().__init__((None, "name bond7 type bond mode active-backup miimon 50"))

    def __enter__(self):
        n.ip(f"link set {n.DEVICE} down")
        super().__enter__()
        n.ip(f"link set {n.DEVICE} master bond7")
        n.ip(f"link set {n.DEVICE} up")

    def __exit__(self, *unused):
        n.ip(f"link set {n.DEVICE} nomaster")
        super().__exit__()
        n.ip(f"link set {n.DEVICE} up")
        n.setup_addresses()


def bond_out():
    fresh_counters()
    with Bond():
        stops(send_raw("bond7"), sniff(n.PEER, n.PEER_NS), no_sentinel)


def bond_in():
    fresh_counters()
    with Bond():
        stops(send_raw(n.PEER, n.PEER_NS, dst=n.DEVICE_MAC, src=n.PEER_MAC),
              sniff("bond7"), no_sentinel)


class Routed:
    """A namespace behind this machine, whose packets are forwarded."""

    def __enter__(self):
        n.ip("netns add inner")
        n.ip("link add in0 type veth peer name in1 netns inner")
        n.ip("addr add 198.51.103.1/24 dev in0")
        n.ip("link set in0 up")
        n.ip(f"addr add {INNER4}/24 dev in1", "inner")
        n.ip("link set in1 up", "inner")
        n.ip("route add default via 198.51.103.1", "inner")
        n.ip(f"route add 198.51.103.0/24 via {n.V4}", n.PEER_NS)
        n.write("/proc/sys/net/ipv4/ip_forward", "1")

    def __exit__(self, *unused):
        n.write("/proc/sys/net/ipv4/ip_forward", "0")
        n.ip("route del 198.51.103.0/24", n.PEER_NS)
        n.ip("netns del inner")


def forwarded_out():
    with Routed():
        out_stops(send_udp(n.V4_PEER, netns="inner"))


def forwarded_in():
    with Routed():
        in_stops(send_udp(INNER4, netns=n.PEER_NS), sniff("in1", "inner"))


def no_flows_pass_nothing():
    n.close()
    before = n.device()
    sniffer, sock = n.Sniffer(n.PEER, n.PEER_NS), n.udp_socket()
    sock.sendto(b"sos-sentinel", (n.SOS4, n.SOS_PORT))
    arp = bytes.fromhex("ff" * 6 + n.DEVICE_MAC.replace(":", "") + "0806" +
                        "0001080006040001" + n.DEVICE_MAC.replace(":", "") +
                        "c6336401" + "00" * 6 + "c6336402").ljust(60, b"\0")
    n.transmit(n.packet_socket(n.DEVICE, proto=0), arp)
    after = n.device()
    n.equal(after["tx_dropped"] - before["tx_dropped"], 2, "dropped")
    n.equal(after["tx_passed"] - before["tx_passed"], 0, "passed")
    n.equal(sniffer.read(), [], "frames with an empty allowlist")


def queued_frames_are_purged():
    n.run(f"tc qdisc add dev {n.DEVICE} root tbf rate 1kbit burst 1540 "
          "limit 1000000")
    try:
        sniffer = n.Sniffer(n.PEER, n.PEER_NS)
        send = send_raw(n.DEVICE)
        for _ in range(100):
            send(b"marker-queued")
        queued = n.run(f"tc -s qdisc show dev {n.DEVICE}")
        n.check("backlog 0b" not in queued, f"no backlog: {queued}")
        n.profile(flows=n.SOS_FLOWS)
        n.close()
        before = sniffer.count(b"marker-queued")
        queued = n.run(f"tc -s qdisc show dev {n.DEVICE}")
        n.check("backlog 0b 0p" in queued, f"a backlog stayed: {queued}")
        n.check("tbf" in queued, "the qdisc itself is lost")
        n.run(f"tc qdisc change dev {n.DEVICE} root tbf rate 1gbit "
              "burst 100000 limit 1000000")
        sos_out()
        n.equal(sniffer.count(b"marker-queued"), before, "frames of the queue")
    finally:
        n.run(f"tc qdisc del dev {n.DEVICE} root")


def open_window_lets_the_class_through():
    n.profile(flows=n.SOS_FLOWS, window=["wired"])
    n.close()
    send, count = send_raw(n.DEVICE), sniff(n.PEER, n.PEER_NS)
    n.run("regiongate emergency start")
    n.equal(n.flags(), {"window"}, "flags in the window")
    send(b"marker-window")
    n.until(lambda: count(b"marker-window") == 1, "a frame in the window")
    n.run("regiongate emergency stop")
    n.equal(n.flags(), {"gated"}, "flags after the window")
    send(b"marker-after")
    sos_out()
    n.equal(count(b"marker-after"), 0, "frames after the window")


n.setup_cards()
n.setup_addresses()
n.main([udp4_out, udp6_out, tcp_out, packet_socket_out,
        packet_socket_past_the_qdisc_out, vlan_out, macvlan_out, bridge_out,
        bond_out, forwarded_out, udp4_in, udp6_in, tcp_in, vlan_in, macvlan_in,
        bridge_in, bond_in, forwarded_in, no_flows_pass_nothing,
        queued_frames_are_purged, open_window_lets_the_class_through])
