#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways around the network gate."""
import json
import socket

from limits import limit
from gadget import Gadget
import netlab as n

FRAMES = 4
QDISC_BYPASS = 20
MARKS = iter(range(1 << 20))


def frame(mark):
    macs = bytes.fromhex((n.PEER_MAC + n.DEVICE_MAC).replace(":", ""))
    return (macs + b"\x88\xb5" + mark).ljust(60, b"\0")


def raw(name, bypass=False, netns=None):
    sock = n.packet_socket(name, netns, 0)
    if bypass:
        sock.setsockopt(263, QDISC_BYPASS, 1)
    return lambda mark: n.transmit(sock, frame(mark))


def udp(address, port=7001):
    sock = n.udp_socket()

    def send(mark):
        try:
            sock.sendto(mark, (address, port))
        except OSError:
            pass
    return send


def reaching(send):
    """How many of some frames reach the peer, who knows when all had the time."""
    sniffer, sock = n.Sniffer(n.PEER, n.PEER_NS), n.udp_socket()
    mark = b"bypass%06d" % next(MARKS)
    for _ in range(FRAMES):
        send(mark)
    sock.sendto(mark + b"sentinel", (n.SOS4, n.SOS_PORT))
    n.until(lambda: sniffer.count(mark + b"sentinel"), "an emergency datagram")
    count = sniffer.count(mark) - 1
    sniffer.close()
    return count


def closed(**how):
    n.profile(flows=n.SOS_FLOWS, **how)
    n.close()


def stops(send):
    n.equal(reaching(send), 0, "frames that got through")


def test_packet_socket():
    """a packet socket, with and without a queue"""
    closed()
    stops(raw(n.DEVICE))
    stops(raw(n.DEVICE, bypass=True))


def test_link_up():
    """ip link set up, of a link that must be down"""
    n.profile(net={"wired": "down"})
    n.close()
    for _ in range(3):
        n.check(n.run(f"ip link set {n.DEVICE} up", ok=False)[0], "set up")
    n.check(not n.is_up(n.DEVICE), "the link is up")
    n.release()
    n.setup_addresses()


def test_link_again():
    """ip link set down and up, of a gated link"""
    closed()
    n.ip(f"link set {n.DEVICE} down")
    n.ip(f"link set {n.DEVICE} up")
    n.setup_addresses()
    stops(raw(n.DEVICE))


def test_rename():
    """another name, one of Wi-Fi"""
    closed()
    n.rename(n.DEVICE, "wlan0")
    n.ip("link set wlan0 up")
    try:
        n.equal((n.device("wlan0")["class"], n.flags("wlan0")), ("wired", {"gated"}),
                "class and flags")
    finally:
        n.rename("wlan0", n.DEVICE)
        n.ip(f"link set {n.DEVICE} up")
        n.setup_addresses()
    stops(raw(n.DEVICE))


def test_netns():
    """another network namespace"""
    closed()
    n.ip("netns add away")
    try:
        n.ip(f"link set {n.DEVICE} netns away")
        n.ip(f"link set {n.DEVICE} up", "away")
        n.equal(n.flags(n.DEVICE, "away"), {"gated"}, "flags")
        sniffer = n.Sniffer(n.PEER, n.PEER_NS)
        send = raw(n.DEVICE, netns="away")
        for _ in range(FRAMES):
            send(b"from away")
        n.until(lambda: n.device(n.DEVICE, "away")["tx_dropped"] >= FRAMES, "the drops")
        n.equal(sniffer.count(b"from away"), 0, "frames that got through")
    finally:
        n.ip(f"link set {n.DEVICE} netns 1", "away")
        n.ip("netns del away")
        n.ip(f"link set {n.DEVICE} up")
        n.setup_addresses()


def upper(add, name):
    closed()
    n.ip(f"link add {add}")
    try:
        n.quiet(name)
        n.ip(f"link set {name} up")
        stops(raw(name))
    finally:
        n.ip(f"link del {name}")


def test_vlan():
    """a VLAN on a gated link"""
    upper(f"link {n.DEVICE} name dev0.9 type vlan id 9", "dev0.9")


def test_macvlan():
    """a macvlan on a gated link"""
    upper(f"link {n.DEVICE} name mac9 type macvlan", "mac9")


def test_bridge():
    """a bridge over a gated link"""
    closed()
    n.ip("link add name br9 type bridge")
    try:
        n.quiet("br9")
        n.ip("link set br9 up")
        n.ip(f"link set {n.DEVICE} master br9")
        send = raw("br9")
        before = n.device()["tx_dropped"]
        sniffer = n.Sniffer(n.PEER, n.PEER_NS)
        for _ in range(FRAMES):
            send(b"over a bridge")
        n.until(lambda: n.device()["tx_dropped"] >= before + FRAMES, "the drops")
        n.equal(sniffer.count(b"over a bridge"), 0, "frames that got through")
    finally:
        n.ip("link del br9")


def test_tunnel():
    """a tunnel whose outer packets are no emergency flow"""
    closed()
    n.ip(f"link add name tun9 type vxlan id 9 dstport 4789 remote {n.V4_PEER} "
         f"local {n.V4}")
    try:
        n.quiet("tun9")
        n.ip("link set tun9 up")
        stops(raw("tun9"))
    finally:
        n.ip("link del tun9")


def test_traffic_control():
    """tc, which sees packets outside the hooks"""
    closed()
    n.run(f"tc qdisc add dev {n.DEVICE} clsact")
    n.run(f"tc filter add dev {n.DEVICE} egress matchall action ok")
    try:
        n.until(lambda: not n.is_up(n.DEVICE), "the link down")
        n.check("veto" in n.flags(), str(n.flags()))
    finally:
        n.run(f"tc qdisc del dev {n.DEVICE} clsact")
    n.until(lambda: n.is_up(n.DEVICE), "the link up once hooks are enough")
    n.setup_addresses()


def test_xdp():
    """XDP, which sees packets before the hooks"""
    closed()
    n.xdp("add")
    try:
        n.until(lambda: not n.is_up(n.DEVICE), "the link down")
        n.check("veto" in n.flags(), str(n.flags()))
    finally:
        n.xdp("del")
    n.until(lambda: n.is_up(n.DEVICE), "the link up once hooks are enough")
    n.setup_addresses()


def test_usb():
    """USB Ethernet that is plugged in and calls itself wlan"""
    # The far end, which is in this machine too.
    closed(devices=[{"bus": "gadget.0", "action": "keep"}])
    before = {dev["name"] for dev in n.devices()}
    with Gadget("ecm") as gadget:
        with open(gadget.function + "/ifname", encoding="ascii") as file:
            far = file.read().strip()
        (name,) = n.until(lambda: {dev["name"] for dev in n.devices()} - before - {far},
                          "the card")
        n.ip(f"link set {name} name wlan9")
        for link in ("wlan9", far):
            n.quiet(link)
            n.ip(f"link set {link} up")
        n.equal((n.device("wlan9")["class"], n.flags("wlan9"), n.flags(far)),
                ("wired", {"gated"}, {"exception"}), "class and flags")
        sniffer, send = n.Sniffer(far), raw("wlan9")
        for _ in range(FRAMES):
            send(b"from USB")
        n.until(lambda: n.device("wlan9")["tx_dropped"] >= FRAMES, "the drops")
        n.release()
        n.until(lambda: send(b"after") or sniffer.count(b"after"), "a frame once it is open")
        n.equal(sniffer.count(b"from USB"), 0, "frames that got through")
        sniffer.close()


def packets(name, way, netns=None):
    """What a link has sent (tx) or received (rx)."""
    (link,) = json.loads(n.ip(f"-j -s link show {name}", netns))
    return link["stats64"][way]["packets"]


def test_intermediate():
    """an intermediate device (ifb), set up before the gate closed"""
    n.ip("link add name ifb9 type ifb")
    n.quiet("ifb9")
    n.ip("link set ifb9 up")
    n.run(f"tc qdisc add dev {n.DEVICE} clsact")
    n.run(f"tc filter add dev {n.DEVICE} ingress matchall action mirred egress redirect "
          "dev ifb9")
    sock = n.packet_socket(n.PEER, n.PEER_NS, 0)
    out = frame(b"to the device")
    out = out[6:12] + out[:6] + out[12:]
    try:
        n.transmit(sock, out)
        n.until(lambda: packets("ifb9", "rx"), "a frame behind the redirect")
        closed()
        n.until(lambda: not n.is_up(n.DEVICE), "the link down")
        behind = packets("ifb9", "rx")
        sent = packets(n.PEER, "tx", n.PEER_NS)
        for _ in range(FRAMES):
            n.transmit(sock, out)
        n.until(lambda: packets(n.PEER, "tx", n.PEER_NS) >= sent + FRAMES, "the frames sent")
        n.equal(packets("ifb9", "rx"), behind, "frames behind the redirect")
    finally:
        n.run(f"tc qdisc del dev {n.DEVICE} clsact")
        n.ip("link del ifb9")
    n.until(lambda: n.is_up(n.DEVICE), "the link up once hooks are enough")
    n.setup_addresses()


@limit("Redirects by tc or XDP into it")
def test_redirect():
    """a redirect by tc from another link passes below the hooks"""
    closed()
    n.ip("link add name red0 type veth peer name red1")
    for name in ("red0", "red1"):
        n.quiet(name)
        n.ip(f"link set {name} up")
    try:
        n.run("tc qdisc add dev red0 clsact")
        n.run("tc filter add dev red0 ingress matchall action mirred egress redirect "
              f"dev {n.DEVICE}")
        n.equal(reaching(raw("red1")), FRAMES, "frames through the redirect")
    finally:
        n.ip("link del red0")


@limit("packet taps still see what arrives")
def test_tap():
    """a packet tap on a gated link sees what arrives, and nobody else does"""
    closed()
    tap = n.Sniffer(n.DEVICE)
    sock = n.udp_socket(n.V4, 7002)
    peer = n.udp_socket(netns=n.PEER_NS)
    peer.sendto(b"to the tap", (n.V4, 7002))
    n.until(lambda: tap.count(b"to the tap"), "the datagram at the tap")
    n.equal(n.drain(sock), [], "datagrams that were delivered")


def test_privileged_port():
    """DHCP's ports, to an address of one's choice"""
    closed()
    sock = n.udp_socket("0.0.0.0", 68)
    sock.setsockopt(socket.SOL_SOCKET, n.SO_BINDTODEVICE, n.DEVICE.encode())

    def send(mark):
        sock.sendto(mark, (n.V4_PEER, 67))
    stops(send)


def test_driver():
    """a driver that leaves its card and takes it again"""
    closed()
    bus = n.device()["bus"]
    path = "/sys/bus/virtio/drivers/virtio_net/"
    n.write(path + "unbind", bus)
    n.check(not n.link_of_mac(n.DEVICE_MAC), "the link is still there")
    n.write(path + "bind", bus)
    name = n.until(lambda: n.link_of_mac(n.DEVICE_MAC), "the link again")
    n.rename(name, n.DEVICE)
    n.quiet(n.DEVICE)
    n.ip(f"link set {n.DEVICE} up")
    n.setup_addresses()
    n.equal(n.flags(), {"gated"}, "flags")
    stops(raw(n.DEVICE))


def test_namespace_root():
    """root of a user namespace"""
    n.profile(net={"wired": "down"}, flows=n.SOS_FLOWS)
    n.close()
    for words in (["ip", "link", "set", n.DEVICE, "up"],
                  ["ip", "link", "set", n.DEVICE, "netns", "1"],
                  ["regiongate", "release"], ["rmmod", "regiongate"]):
        n.check(n.run(["unshare", "-U", "-r", *words], ok=False)[0], " ".join(words))
    n.check(not n.is_up(n.DEVICE), "the link is up")
    n.release()
    n.setup_addresses()


if __name__ == "__main__":
    n.setup_cards()
    n.setup_addresses()
    # Also frames of VLANs that the peer does not know.
    n.ip(f"link set {n.PEER} promisc on", n.PEER_NS)
    n.main([test for name, test in list(globals().items()) if name.startswith("test_")])
