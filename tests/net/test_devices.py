#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which devices are gated: classes, exceptions, hot-plug, names, namespaces."""
import contextlib
import fcntl
import json
import os
import pty
import socket
import struct
import termios

import netlab as n

QMP = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                   "../fixtures/qmp")
PLUG_MAC = "52:54:00:00:00:11"
N_SLIP, SIOCGIFNAME = 1, 0x8910
ETH_P_8021Q = 0x8100


def silent(netns=None):
    """No frame leaves the wire towards the peer while the body runs."""
    return n.Sniffer(n.PEER, netns or n.PEER_NS)


def of_mac(sniffer, mac):
    raw = bytes.fromhex(mac.replace(":", ""))
    return [f for f in sniffer.read() if f[6:12] == raw]


def frame(marker, src):
    return (b"\xff" * 6 + bytes.fromhex(src.replace(":", "")) + b"\x88\xb5" +
            marker).ljust(60, b"\0")


def gated_for_real(name, src, netns=None):
    """Its frames do not arrive; the gate counts them."""
    sniffer = silent()
    before = n.device(name, netns)["tx_dropped"]
    n.transmit(n.packet_socket(name, netns, 0), frame(b"gated?", src))
    n.check(n.device(name, netns)["tx_dropped"] > before, "not counted")
    n.equal(sniffer.count(b"gated?"), 0, f"frames of {name}")


class Plugged:
    """A network card that is plugged in while the body runs."""

    def __enter__(self):
        n.run([QMP, "plug", "virtio-net-pci", "hot", "bus=h1",
               f"mac={PLUG_MAC}"])
        self.name = n.until(lambda: n.link_of_mac(PLUG_MAC), "the new card")
        return self.name

    def __exit__(self, *unused):
        n.run([QMP, "unplug", "hot"])
        n.until(lambda: not n.link_of_mac(PLUG_MAC), "the card gone")


def a_plugged_card_is_gated_before_its_first_frame():
    n.close()
    events, sniffer = n.Events(), silent()
    with Plugged() as name:
        n.equal(n.flags(name), {"gated"}, "flags before it was ever up")
        n.ip(f"link set {name} up")
        n.ip(f"addr add 203.0.113.5/24 dev {name}")
        gated_for_real(name, PLUG_MAC)
        n.equal(of_mac(sniffer, PLUG_MAC), [], "frames of the new card")
        n.until(lambda: events.of(name), "an event")
        n.equal(events.of(name), [("gated", "hotplug")], "events")
    n.until(lambda: len(events.of(name)) > 1, "the event of its end")
    n.equal(events.of(name)[1:], [("gone", "hotplug")], "events of its end")
    events.stop()


def a_renamed_link_stays_gated():
    n.close()
    events = n.Events()
    n.rename(n.DEVICE, "lan9")
    try:
        n.ip("link set lan9 up")
        n.equal(n.flags("lan9"), {"gated"}, "flags")
        gated_for_real("lan9", n.DEVICE_MAC)
        n.until(lambda: events.of("lan9"), "an event")
        n.equal(events.of("lan9"), [("gated", "hotplug")], "events")
    finally:
        events.stop()
        n.rename("lan9", n.DEVICE)
        n.ip(f"link set {n.DEVICE} up")


def a_moved_link_stays_gated_and_opens_where_it_is():
    n.ip("netns add away")
    n.close()
    events = n.Events()
    try:
        n.ip(f"link set {n.DEVICE} netns away")
        n.ip(f"link set {n.DEVICE} up", "away")
        n.equal(n.flags(n.DEVICE, "away"), {"gated"}, "flags")
        gated_for_real(n.DEVICE, n.DEVICE_MAC, "away")
        n.until(lambda: events.of(n.DEVICE), "an event")
        n.equal(events.of(n.DEVICE), [("gated", "hotplug")], "events")
        n.release()
        n.equal(n.flags(n.DEVICE, "away"), set(), "flags after release")
        sniffer = silent()
        n.transmit(n.packet_socket(n.DEVICE, "away", 0),
                   frame(b"free", n.DEVICE_MAC))
        n.until(lambda: sniffer.count(b"free"), "a frame after release")
    finally:
        events.stop()
        # The card comes back by itself when its namespace ends.
        n.ip("netns del away")
        n.until(lambda: n.link_of_mac(n.DEVICE_MAC), "the card back")
        n.setup_cards()


def namespaces_come_and_go():
    """The card goes back to the first namespace when the one it is in ends."""
    n.profile(flows=n.SOS_FLOWS)
    try:
        for number in range(12):
            n.close()
            n.ip("netns add churn")
            n.ip(f"link set {n.DEVICE} netns churn")
            n.ip(f"link set {n.DEVICE} up", "churn")
            if number % 2:
                n.release()
                n.equal(n.flags(netns="churn"), set(), "flags while open")
                n.close()
            n.equal(n.flags(netns="churn"), {"gated"}, "flags elsewhere")
            gated_for_real(n.DEVICE, n.DEVICE_MAC, "churn")
            n.ip("netns del churn")
            n.until(lambda: n.link_of_mac(n.DEVICE_MAC), "the card back")
            n.equal(n.flags(), {"gated"}, "flags when it is back")
            if number % 3 == 0:
                n.release()
    finally:
        n.release()
        n.setup_cards()


def exceptions_by_address_and_by_bus():
    bus = n.device()["bus"]
    slot = os.path.basename(os.path.dirname(os.path.realpath(
        f"/sys/class/net/{n.DEVICE}/device")))
    for key in ({"mac": n.DEVICE_MAC}, {"bus": bus}, {"bus": slot}):
        n.profile(devices=[{**key, "action": "keep"}])
        n.close()
        n.equal(n.flags(), {"exception"}, f"flags with {key}")
        n.release()
    n.profile(net={"wired": "keep"},
              devices=[{"mac": n.DEVICE_MAC, "action": "emergency"}])
    n.close()
    n.equal(n.flags(), {"exception", "gated"}, "flags of a gated exception")


def a_new_profile_applies_while_closed():
    n.close()
    n.equal(n.flags(), {"gated"}, "flags")
    n.profile(net={"wired": "keep"})
    n.equal(n.flags(), set(), "flags once wired is kept")
    n.profile(net={"wired": "down"})
    n.check({"gated", "veto", "downed"} == n.flags(), str(n.flags()))
    n.profile()
    n.equal(n.flags(), {"gated"}, "flags once wired is emergency")
    n.check(n.is_up(n.DEVICE), "the link is not up again")


def sums():
    doc = json.loads(n.run("regiongate device --classes --json"))
    return {(one["kind"], one["class"]): one for one in doc["classes"]}


def classes_are_summed_with_what_has_left():
    n.equal(len(sums()), 14, "classes")
    n.close()
    with Plugged() as name:
        n.ip(f"link set {name} up")
        before = sums()["net", "wired"]
        gated_for_real(name, PLUG_MAC)
        during = sums()["net", "wired"]
    after = sums()["net", "wired"]
    n.check(before["tx_dropped"] < during["tx_dropped"] <= after["tx_dropped"],
            f"dropped: {before} {during} {after}")
    n.equal(after["devices"], before["devices"] - 1, "devices")
    n.equal(after["gated"], before["gated"] - 1, "gated devices")
    n.equal(sums()["net", "loopback"]["gated"], 0, "gated loopback devices")
    code, text = n.run("regiongate device lo --classes", ok=False)
    n.check(code == 2 and "NAME" in text, f"not refused: {code} {text}")


def one_event_for_each_change():
    events = n.Events()
    n.close()
    n.release()
    n.until(lambda: len(events.of(n.DEVICE)) >= 2, "two events")
    n.equal(events.of(n.DEVICE), [("gated", "command"),
                                  ("opened", "command")], "events")
    n.equal(events.of("lo"), [], "events of loopback")
    events.stop()


def loopback_and_its_tunnels_live():
    n.ip("link add gre7 type gre local 127.0.0.1 remote 127.0.0.2")
    try:
        n.ip("link set gre7 up")
        n.close()
        n.equal((n.device("lo")["class"], n.flags("lo")), ("loopback", set()),
                "loopback")
        n.equal((n.device("gre7")["class"], n.flags("gre7")),
                ("virtual", set()), "a tunnel")
        inside, outside = n.udp_socket("127.0.0.1", 7001), n.udp_socket()
        outside.sendto(b"alive", ("127.0.0.1", 7001))
        n.until(lambda: n.drain(inside), "a datagram on loopback")
    finally:
        n.ip("link del gre7")


def virtual_links_are_free():
    kinds = {"dummy0": "dummy", "br7": "bridge", "ifb7": "ifb", "bond7": "bond",
             "ve7": "veth peer name ve8"}
    for name, kind in kinds.items():
        n.ip(f"link add name {name} type {kind}")
    try:
        n.close()
        for name in kinds:
            n.equal((n.device(name)["class"], n.flags(name)),
                    ("virtual", set()), name)
    finally:
        for name in kinds:
            n.ip(f"link del {name}")


def wifi_is_never_gated():
    """Not by its class, not by name, and its tunnels live as well."""
    n.run("modprobe mac80211_hwsim radios=2")
    try:
        name = n.until(lambda: next((d["name"] for d in n.devices()
                                     if d["class"] == "wifi"), None), "Wi-Fi")
        mac = n.device(name)["mac"]
        n.profile(devices=[{"mac": mac, "action": "emergency"},
                           {"bus": n.device(name)["bus"], "action": "down"}])
        n.ip(f"link set {name} up")
        n.ip(f"link add link {name} name over7 type ipvlan")
        n.close()
        n.equal(n.flags(name), set(), "flags of Wi-Fi")
        n.equal(n.flags("over7"), set(), "flags of a link on top")
        n.check(n.is_up(name), "Wi-Fi was set down")
        n.ip(f"link set {name} down")
        n.ip(f"link set {name} up")
        before = n.device(name)
        n.transmit(n.packet_socket(name, None, 0), frame(b"wifi", mac))
        n.equal(n.device(name)["tx_dropped"], before["tx_dropped"], "dropped")
    finally:
        n.release()
        n.run("modprobe -r mac80211_hwsim")


class Slip:
    """A serial line with a SLIP link on it: class wwan, as dialled links are."""

    def __enter__(self):
        n.run("modprobe slip")
        self.master, self.line = pty.openpty()
        attributes = termios.tcgetattr(self.line)
        attributes[0] = attributes[1] = attributes[3] = 0
        termios.tcsetattr(self.line, termios.TCSANOW, attributes)
        fcntl.ioctl(self.line, termios.TIOCSETD, struct.pack("i", N_SLIP))
        os.set_blocking(self.master, False)
        name = bytearray(16)
        fcntl.ioctl(self.line, SIOCGIFNAME, name)
        self.name = name.split(b"\0")[0].decode()
        n.until(lambda: n.device(self.name), "the SLIP link")
        n.ip(f"addr add 203.0.113.1 peer 203.0.113.2 dev {self.name}")
        n.ip(f"link set {self.name} up")
        n.ip(f"route add 192.0.2.9/32 dev {self.name}")
        return self

    def __exit__(self, *unused):
        os.close(self.line)
        os.close(self.master)

    def sent(self):
        try:
            return os.read(self.master, 65536)
        except BlockingIOError:
            return b""


def false_tag(text):
    """An IPv4 header whose start looks like a VLAN tag, before an allowed flow's."""
    udp = struct.pack("!HHHH", 9, n.SOS_PORT, 8 + len(text), 0) + text
    inner = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0,
                        socket.inet_aton("203.0.113.1"),
                        socket.inet_aton("192.0.2.9")) + udp
    return b"\x45\x00\x08\x00" + inner


def wwan_is_gated_and_never_set_down():
    with Slip() as line:
        n.equal(n.device(line.name)["class"], "wwan", "class")
        n.profile(flows=n.SOS_FLOWS)
        n.close()
        n.equal(n.flags(line.name), {"gated"}, "flags")
        sock, wire = n.udp_socket(), b""
        sock.sendto(b"not this", ("203.0.113.2", 9))
        sock.sendto(b"but this", ("192.0.2.9", n.SOS_PORT))

        def arrived():
            nonlocal wire
            wire += line.sent()
            return b"but this" in wire
        n.until(arrived, "the emergency datagram")
        n.check(b"not this" not in wire, "an ordinary datagram passed")
        n.check(n.is_up(line.name), "the link is down")
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        with contextlib.suppress(OSError):  # a drop is told as ENOBUFS
            raw.sendto(false_tag(b"nor this"), (line.name, ETH_P_8021Q))
        wire = b""
        sock.sendto(b"but this", ("192.0.2.9", n.SOS_PORT))
        n.until(arrived, "the emergency datagram")
        n.check(b"nor this" not in wire, "a packet with a false tag passed")
        n.ip(f"link set {line.name} down")
        n.ip(f"link set {line.name} up")


def wwan_cannot_be_set_down_by_a_profile():
    with Slip() as line:
        code, text = n.run(["sh", "-c",
                            "echo '{\"net\":{\"wwan\":\"down\"}}' >/tmp/w.json;"
                            "regiongate profile set /tmp/w.json"], ok=False)
        n.check(code != 0 and "wwan" in text, f"not refused: {code} {text}")
        n.close()
        n.check(n.is_up(line.name), "the link is down")


def wwan_with_tc_is_leaky_and_stays_up():
    with Slip() as line:
        events = n.Events()
        n.close()
        n.run(f"tc qdisc add dev {line.name} clsact")
        n.run(f"tc filter add dev {line.name} ingress matchall action ok")
        n.until(lambda: "leaky" in n.flags(line.name), "the flag leaky")
        n.check(n.is_up(line.name), "the link is down")
        n.check(("leaky", "hotplug") in events.of(line.name),
                str(events.of(line.name)))
        n.run(f"tc qdisc del dev {line.name} clsact")
        n.until(lambda: n.flags(line.name) == {"gated"}, "not leaky again")
        n.until(lambda: events.of(line.name)[-1] == ("gated", "hotplug"),
                "the event that it is not leaky any more")
        events.stop()


def can_is_kept_unless_named():
    n.run("modprobe vcan")
    n.ip("link add name can7 type vcan")
    try:
        n.close()
        n.equal((n.device("can7")["class"], n.flags("can7")),
                ("other", set()), "CAN")
    finally:
        n.ip("link del can7")


n.setup_cards()
n.main([a_plugged_card_is_gated_before_its_first_frame,
        a_renamed_link_stays_gated,
        a_moved_link_stays_gated_and_opens_where_it_is,
        namespaces_come_and_go, exceptions_by_address_and_by_bus, a_new_profile_applies_while_closed,
        classes_are_summed_with_what_has_left,
        one_event_for_each_change, loopback_and_its_tunnels_live,
        virtual_links_are_free, wifi_is_never_gated,
        wwan_is_gated_and_never_set_down, wwan_cannot_be_set_down_by_a_profile,
        wwan_with_tc_is_leaky_and_stays_up, can_is_kept_unless_named])
