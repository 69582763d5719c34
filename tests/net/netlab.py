# SPDX-License-Identifier: GPL-2.0-or-later
"""What the network tests share: the gate by its CLI, the wired peer.

The machine has two network cards on one hub. DEVICE is gated; PEER is moved
into a namespace of its own and kept by a device exception.
"""
import atexit
import ctypes
import errno
import json
import mmap
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures"))

import ktap  # noqa: E402

DEVICE_MAC, PEER_MAC = "52:54:00:00:00:01", "52:54:00:00:00:02"
DEVICE, PEER, PEER_NS = "dev0", "wire", "peer"
V4, V4_PEER = "198.51.100.1", "198.51.100.2"
V6, V6_PEER = "2001:db8:1::1", "2001:db8:1::2"
SOS4, SOS6 = "192.0.2.2", "2001:db8:2::2"
SOS_PORT = 5060
DEADLINE_S = 15
PIN = "/sys/fs/bpf/rgate-test"
BPF_SYSCALL, BPF_PROG_LOAD, BPF_OBJ_PIN, BPF_LINK_CREATE = 321, 5, 6, 28
BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_XDP, BPF_TCX_INGRESS = 3, 6, 46
XDP_PASS, TCX_PASS = 2, 0
SO_BINDTODEVICE, ETH_P_ALL, CLONE_NEWNET = 25, 3, 0x40000000

SOS_FLOWS = [{"to": "192.0.2.0/24", "proto": "udp", "ports": "5060-5061"},
             {"to": "2001:db8:2::/64", "proto": "udp", "ports": "5060-5061"}]

_tcx_links = []
_libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """A test's reason for its failure."""


def check(condition, why):
    if not condition:
        raise Failed(why)


def equal(got, want, what):
    check(got == want, f"{what}: got {got!r}, want {want!r}")


def until(condition, what, seconds=DEADLINE_S):
    return ktap.until(condition, what, seconds)


def run(command, ok=True, feed=None, timeout=60):
    """Output of a command line; with ok=False its (code, output)."""
    done = subprocess.run(command.split() if isinstance(command, str)
                          else command, input=feed, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=timeout, check=False)
    if not ok:
        return done.returncode, done.stdout
    check(done.returncode == 0, f"{command}: {done.stdout.strip()}")
    return done.stdout


def ip(command, netns=None):
    return run(f"ip {f'-n {netns} ' if netns else ''}{command}")


def in_netns(netns, function):
    """Calls function() within a named namespace; sockets it makes stay there."""
    if not netns:
        return function()
    with open("/proc/self/ns/net", encoding="ascii") as here, \
            open(f"/run/netns/{netns}", encoding="ascii") as there:
        check(not _libc.setns(there.fileno(), CLONE_NEWNET), "setns")
        try:
            return function()
        finally:
            _libc.setns(here.fileno(), CLONE_NEWNET)


def link_of_mac(mac, netns=None):
    for link in json.loads(ip("-j link", netns)):
        if link.get("address") == mac and link.get("link_type") == "ether" \
                and "link" not in link:
            return link["ifname"]
    return None


# The gate.

def profile(net=None, flows=(), devices=(), window=("wwan",)):
    doc = {"net": {"wired": "emergency", "wwan": "emergency", **(net or {})},
           "input": {}, "flows": list(flows), "window": list(window),
           "devices": [*devices, {"mac": PEER_MAC, "action": "keep"}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(doc, file)
        file.flush()
        run(["regiongate", "profile", "set", file.name])


def close():
    run(["regiongate", "restrict", "--region", "CU", "--rule", "test",
         "--text", "A test.", "--contact", "root", "--lease", "1h"])


def release():
    run("regiongate release")


def devices():
    doc = json.loads(run("regiongate device --json"))
    return [d for d in doc["devices"] if d["kind"] == "net"]


def device(name=DEVICE, netns=None):
    """What the gate says of a link, or None."""
    inode = None
    path = f"/run/netns/{netns}" if netns else "/proc/self/ns/net"
    inode = os.stat(path).st_ino
    for dev in devices():
        if dev["name"] == name and dev["netns"] == inode:
            return dev
    return None


def flags(name=DEVICE, netns=None):
    dev = device(name, netns)
    check(dev, f"no device {name}")
    return set(dev["flags"])


def is_up(name, netns=None):
    (link,) = json.loads(ip(f"-j link show dev {name}", netns))
    return "UP" in link["flags"]


class Events:
    """Device events of one link name, from the moment of its making."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["regiongate", "monitor", "--json"], stdout=subprocess.PIPE)
        self.rest = b""
        self.lines = []
        # The monitor prints the state once it listens.
        until(self._more, "the monitor")

    def _more(self):
        while select.select([self.process.stdout], [], [], 0)[0]:
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                break
            self.rest += data
        *lines, self.rest = self.rest.split(b"\n")
        self.lines += [json.loads(line) for line in lines]
        return self.lines

    def of(self, name):
        """[(event, initiator)] of a link so far."""
        self._more()
        return [(d["device"]["event"], d["device"]["initiator"])
                for d in self.lines if d["event"] == "device"
                and d["device"]["name"] == name]

    def stop(self):
        self.process.kill()
        self.process.wait()


# Frames and sockets.

def packet_socket(name, netns=None, proto=ETH_P_ALL):
    def make():
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                             socket.htons(proto))
        sock.bind((name, proto))
        sock.setblocking(False)
        return sock
    return in_netns(netns, make)


def transmit(sock, frame):
    """Sends a frame; the gate's drop shows as ENOBUFS, which is no error."""
    try:
        sock.send(frame)
    except OSError as error:
        if error.errno != errno.ENOBUFS:
            raise


class Pieces:
    """Sends frames whose headers, but for the link's, lie in another piece."""

    SOL_PACKET, PACKET_TX_RING, SEND_REQUEST = 263, 13, 1
    # A frame's own header comes before it; each place is used once.
    FRAMES, SIZE, HEADER = 256, 2048, 32

    def __init__(self, name, netns=None, proto=0):
        self.sock = packet_socket(name, netns, proto)
        self.sock.setsockopt(self.SOL_PACKET, self.PACKET_TX_RING, struct.pack(
            "IIII", 2 * self.SIZE, self.FRAMES // 2, self.SIZE, self.FRAMES))
        self.ring = mmap.mmap(self.sock.fileno(), self.FRAMES * self.SIZE)
        self.at = 0

    def send(self, frame):
        start = self.at + self.HEADER
        self.ring[start:start + len(frame)] = frame
        struct.pack_into("LII", self.ring, self.at, self.SEND_REQUEST, len(frame), 0)
        # A frame that is dropped leaves its place to the next one.
        self.sock.send(b"")
        self.at += self.SIZE


class Sniffer:
    """Frames that arrived on a link (not those that it sent)."""

    def __init__(self, name, netns=None):
        self.sock = packet_socket(name, netns)
        self.frames = []

    def read(self):
        while True:
            try:
                frame, address = self.sock.recvfrom(65536)
            except BlockingIOError:
                return self.frames
            if address[2] != socket.PACKET_OUTGOING:
                self.frames.append(frame)

    def count(self, marker):
        return sum(marker in frame for frame in self.read())

    def close(self):
        self.sock.close()


def udp_socket(address=None, port=0, netns=None, v6=False):
    def make():
        family = socket.AF_INET6 if v6 else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address:
            sock.bind((address, port))
        sock.setblocking(False)
        return sock
    return in_netns(netns, make)


def drain(sock):
    """All datagrams that are here now."""
    out = []
    while True:
        try:
            out.append(sock.recv(65536))
        except BlockingIOError:
            return out


# XDP.

def _bpf(command, attributes):
    buffer = ctypes.create_string_buffer(attributes, 128)
    got = _libc.syscall(BPF_SYSCALL, command, buffer, len(buffer))
    check(got >= 0, f"bpf: {os.strerror(ctypes.get_errno())}")
    return got


def _bpf_returning(kind, value):
    """A program that returns a value for each frame."""
    code = ctypes.create_string_buffer(
        struct.pack("<BBhi", 0xb7, 0, 0, value) + struct.pack("<BBhi", 0x95, 0, 0, 0))
    name = ctypes.create_string_buffer(b"GPL")
    return _bpf(BPF_PROG_LOAD, struct.pack("<IIQQ", kind, 2, ctypes.addressof(code),
                                           ctypes.addressof(name)))


def tcx(verb):
    """Links a program that passes all frames to the device, without tc, or ends that."""
    if verb == "del":
        os.close(_tcx_links.pop())
        return
    if os.uname().release.startswith("6.1."):
        raise ktap.Skip("this kernel has no tcx")
    prog = _bpf_returning(BPF_PROG_TYPE_SCHED_CLS, TCX_PASS)
    _tcx_links.append(_bpf(BPF_LINK_CREATE, struct.pack(
        "<IIII", prog, socket.if_nametoindex(DEVICE), BPF_TCX_INGRESS, 0)))
    os.close(prog)


def xdp(verb):
    """Attaches a program that passes all frames to the device, or takes it off."""
    if verb == "del":
        ip(f"link set dev {DEVICE} xdpgeneric off")
        os.unlink(PIN)
        return
    if not os.path.ismount("/sys/fs/bpf"):
        run("mount -t bpf bpf /sys/fs/bpf")
    prog = _bpf_returning(BPF_PROG_TYPE_XDP, XDP_PASS)
    path = ctypes.create_string_buffer(PIN.encode())
    _bpf(BPF_OBJ_PIN, struct.pack("<QI", ctypes.addressof(path), prog))
    os.close(prog)
    ip(f"link set dev {DEVICE} xdpgeneric pinned {PIN}")


# The wired lab.

def quiet(name, netns=None):
    """Nothing leaves this link by itself, except what is asked for."""
    in_netns(netns, lambda: _write(
        f"/proc/sys/net/ipv6/conf/{name}/accept_ra", "0"))
    in_netns(netns, lambda: _write(
        f"/proc/sys/net/ipv6/conf/{name}/addr_gen_mode", "1"))


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def write(path, text):
    _write(path, text)


def rename(old, new):
    """Leaves the link down: not every kernel renames one that is up."""
    ip(f"link set {old} down")
    ip(f"link set {old} name {new}")


def setup_cards():
    """Names the cards and puts the peer into its namespace; down, no address."""
    run("modprobe regiongate")
    release()
    mine = until(lambda: link_of_mac(DEVICE_MAC), "the device's card")
    if mine != DEVICE:
        rename(mine, DEVICE)
    if PEER_NS not in run("ip netns"):
        theirs = until(lambda: link_of_mac(PEER_MAC), "the peer's card")
        ip(f"netns add {PEER_NS}")
        ip(f"link set {theirs} netns {PEER_NS} name {PEER}")
        ip("link set lo up", PEER_NS)
    ip(f"link set {DEVICE} down")
    ip(f"link set {PEER} down", PEER_NS)
    ip(f"addr flush dev {DEVICE}")
    ip(f"addr flush dev {PEER}", PEER_NS)
    quiet(DEVICE)
    quiet(PEER, PEER_NS)
    ip(f"link set {DEVICE} up")
    ip(f"link set {PEER} up", PEER_NS)


def setup_addresses():
    """Addresses, routes and neighbours that no packet is needed for."""
    for name, ns, own4, own6, far4, far6, far_mac in (
            (DEVICE, None, V4, V6, V4_PEER, V6_PEER, PEER_MAC),
            (PEER, PEER_NS, V4_PEER, V6_PEER, V4, V6, DEVICE_MAC)):
        ip(f"addr replace {own4}/24 dev {name}", ns)
        ip(f"addr replace {own6}/64 dev {name} nodad", ns)
        ip(f"neigh replace {far4} lladdr {far_mac} nud permanent dev {name}", ns)
        ip(f"neigh replace {far6} lladdr {far_mac} nud permanent dev {name}", ns)
    ip(f"addr replace {SOS4}/32 dev {PEER}", PEER_NS)
    ip(f"addr replace {SOS6}/128 dev {PEER} nodad", PEER_NS)
    ip(f"route replace 192.0.2.0/24 via {V4_PEER} dev {DEVICE}")
    ip(f"route replace 2001:db8:2::/64 via {V6_PEER} dev {DEVICE}")


def without_timers(value):
    if isinstance(value, dict):
        return {key: without_timers(item) for key, item in value.items()
                if not key.endswith("_timer")}
    if isinstance(value, list):
        return [without_timers(item) for item in value]
    return value


def state():
    """Every link, address, route and permanent neighbour, as lines."""
    out = set()
    for what in ("-d link", "addr", "-4 route show table all",
                 "-6 route show table all", "neigh show nud permanent"):
        for item in without_timers(json.loads(ip(f"-j {what}"))):
            out.add(f"{what}: {json.dumps(item, sort_keys=True)}")
    return out


def main(tests):
    """Runs the tests, each from an open gate with the plain profile."""
    def plain():
        release()
        profile()
    atexit.register(release)
    ktap.main(tests, before=plain)
