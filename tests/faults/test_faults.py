#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each allocation of each command fails in turn: what stands afterwards is the state
before or the state after, never one between, and what it says is true.
"""
import contextlib
import ctypes
import errno
import glob
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("fixtures", "input")]

import failnth  # noqa: E402
import rgdev as d  # noqa: E402
import rggate as g  # noqa: E402
import rgnl  # noqa: E402
from tracepoints import Trace  # noqa: E402
from rgnl import N, NOTICE, OPEN, RESTRICTED, nest, num, raw  # noqa: E402

# A command asks for memory some dozen times; beyond this something never ends.
MOST = 400
# One more or less than in the try before, in some cache of the kernel's, and a try
# passes over an allocation of ours.
TURNS = 2
LIBC = ctypes.CDLL(None, use_errno=True)
FINIT_MODULE, DELETE_MODULE = 313, 176
NETDEVSIM = "/sys/bus/netdevsim/"
NO_MEMORY = (errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN)


def write(path, text):
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text)
    finally:
        os.close(fd)


def links():
    return set(os.listdir("/sys/class/net"))


class Lab:
    """Devices of both halves, and a client whose commands can lack memory."""

    def __init__(self, threads):
        self.gate = g.Gate()
        self.keyboard = d.keyboard("keyboard without memory")
        self.reader = d.StrictReader(self.keyboard)
        self.hid = d.Uhid("HID without memory")
        self.client = rgnl.Client()
        self.client.sock = failnth.FailingSocket(self.client.sock, threads)
        self.look = rgnl.Client()
        # Without a listener no events would be made.
        self.listener = rgnl.Client(listen=True)
        known = links()
        write(NETDEVSIM + "new_device", b"5 1")
        for link in links() - known:
            subprocess.run(["ip", "link", "set", link, "up"], check=True)
        self.profiles = [self.profile(held) for held in ("keyboard", "pointer")]

    def close(self):
        write(NETDEVSIM + "del_device", b"5")
        for client in self.client, self.look, self.listener:
            client.close()

    @staticmethod
    def profile(held):
        """One of two profiles that share nothing; the second is strict."""
        first = held == "keyboard"
        body = [nest(N["A_PROFILE_INPUT"], num(N["A_INPUT_ACTION_CLASS"], value),
                     num(N["A_INPUT_ACTION_ACTION"],
                         g.EMERGENCY if name == held or (name, first) == ("button", False)
                         else g.KEEP))
                for name, value in g.CLASS.items()]
        body.append(nest(N["A_PROFILE_NET"],
                         num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_WIRED"]),
                         num(N["A_NET_ACTION_ACTION"],
                             g.EMERGENCY if first else N["ACTION_DOWN"])))
        body += [num(N["A_PROFILE_KEY"], key) for key in
                 ((d.KEY_POWER, d.KEY_SOS) if first else
                  (d.KEY_POWER, d.KEY_SOS, d.KEY_INFO))]
        for host in range(1, 5):
            body.append(nest(N["A_PROFILE_FLOW"],
                             raw(N["A_FLOW_ADDR"], bytes([192, 0, 2, host])),
                             num(N["A_FLOW_PREFIX"], 32, "B"),
                             num(N["A_FLOW_PROTO"], 17, "B"),
                             num(N["A_FLOW_PORT_MIN"], 5060, "H"),
                             num(N["A_FLOW_PORT_MAX"], 5060 + host, "H")))
        if not first:
            body.append(raw(N["A_PROFILE_STRICT"], b""))
        return b"".join(body)

    def types(self):
        """Whether a letter arrives."""
        self.reader.events()
        if not self.reader.reader and d.has_node(self.keyboard):
            self.reader.reader = d.Reader(self.keyboard.node())
        self.keyboard.tap(d.KEY_A)
        return bool(self.reader.events())

    def nodes_are_back(self):
        """A strict profile gives them back by itself, also where that lacked memory."""
        d.wait_for(lambda: self.hid.hidraws() and all(
            map(d.has_node, (self.keyboard, self.hid))), "all nodes again")

    def view(self):
        """All that a command could change, but for the generation."""
        state = rgnl.standing(self.look.get())
        if state["MODE"] == OPEN:
            self.nodes_are_back()
        generation = state.pop("GENERATION")
        profile = [pair for pair in rgnl.split(self.look.request(N["CMD_PROFILE_GET"]))
                   if pair[0] != N["A_PROFILE_GENERATION"]]
        devices = sorted(map(self.device, self.look.dump(shape=g.attrs)[0]))
        return generation, (state, profile, devices, self.types())

    @staticmethod
    def device(dev):
        """What of it may not vary. A link whose hooks lacked memory is set down."""
        flags = g.number(dev, "A_DEVICE_FLAGS")
        return (*(g.number(dev, "A_DEVICE_" + name)
                  for name in ("KIND", "ID", "NETNS", "ACTION")),
                bool(flags & g.FLAG_GATED))

    def told(self):
        """The generations that the listener was told of since it was asked last, or
        None if it was told that it missed something."""
        try:
            return {state["GENERATION"] for _, state in
                    self.listener.pending(N["CMD_GATE_NTF"])}
        except OSError as why:
            assert why.errno == errno.ENOBUFS, why
            self.told()
            return None

    def reset(self):
        self.look.command("EMERGENCY_SET", emergency=0)
        self.look.release()
        self.nodes_are_back()
        self.look.request(N["CMD_PROFILE_SET"], self.profiles[0])


def attempt(lab, command, nth):
    """'done', 'refused' or, where even the answer lacked memory, 'unknown'."""
    lab.client.sock.nth, lab.client.sock.hit = nth, False
    try:
        command(lab.client)
    except rgnl.Refused as why:
        assert why.number in NO_MEMORY, f"refused with {why.number}: {why}"
        return "refused"
    except OSError as why:
        assert why.errno in NO_MEMORY, why
        return "unknown"
    return "done"


def check(before, wanted, after, result, told):
    moved = after[0] - before[0]
    assert after[1] in (before[1], wanted[1]), \
        f"{told}: between the states\n{before}\n{after}\n{wanted}"
    if result == "done":
        assert after[1] == wanted[1], f"{told}: said done, is not\n{before}\n{after}"
        assert moved == wanted[2], f"{told}: generation moved by {moved}"
    if result == "refused":
        assert after[1] == before[1] and not moved, \
            f"{told}: said refused, yet\n{before}\n{after}"


def each_allocation(lab, name, prepare, command):
    """Returns how many allocations the command has."""
    lab.reset()
    prepare(lab.look)
    before = lab.view()
    command(lab.look)
    after = lab.view()
    wanted = (*after, after[0] - before[0])
    for nth in range(1, MOST):
        lab.reset()
        prepare(lab.look)
        before = lab.view()
        lab.told()
        result = attempt(lab, command, nth)
        hit, after, told = lab.client.sock.hit, lab.view(), lab.told()
        check(before, wanted, after, result, f"{name}, allocation {nth}, {result}")
        assert after[0] == before[0] or told is None or after[0] in told, \
            f"{name}, allocation {nth}: of generation {after[0]} nobody was told, only of {told}"
        if not hit:
            assert result == "done", f"{name}: {result} with all memory"
            lab.reset()
            return nth - 1
    raise AssertionError(f"{name}: more than {MOST} allocations")


def restrict(**how):
    return lambda client: client.restrict(evidence=["gnss: CU", "cell: CU"], **how)


def several(*commands):
    def run(client):
        for command in commands:
            command(client)
    return run


def set_profile(lab, number):
    return lambda client: client.request(N["CMD_PROFILE_SET"], lab.profiles[number])


def nothing(client):
    del client


def window(start):
    return lambda client: client.command("EMERGENCY_SET", emergency=start)


def release(client):
    client.release()


def commands(lab):
    """(name, what comes before it, the command)"""
    other = set_profile(lab, 1)
    return [
        ("restrict", nothing, restrict()),
        ("restrict with down", other, restrict()),
        ("announce", nothing, restrict(notice=60000)),
        ("announce again", restrict(notice=60000), restrict(notice=90000, rule="rule-2")),
        ("renew", restrict(), restrict(lease=500000)),
        ("replace", restrict(), restrict(rule="rule-2", confirm=60000)),
        ("confirm", restrict(confirm=60000), lambda client: client.command(
            "GATE_CONFIRM", generation=lab.look.get()["GENERATION"])),
        ("release", restrict(), release),
        ("release with down", several(other, restrict()), release),
        ("profile while open", nothing, other),
        ("profile while restricted", restrict(), other),
        ("window", restrict(), window(1)),
        ("window's end", several(restrict(), window(1)), window(0)),
        ("get", restrict(), lambda client: client.get()),
        ("profile-get", nothing, lambda client: client.request(N["CMD_PROFILE_GET"])),
        ("dump", restrict(), lambda client: client.dump()),
        ("sums", restrict(), lambda client: client.request(
            N["CMD_CLASS_GET"], num(N["A_CLASS_NET_CLASS"], N["NET_CLASS_WIRED"]))),
    ]


def run(threads):
    lab = Lab(threads)
    for name, prepare, command in TURNS * commands(lab):
        print(f"# {name}: {each_allocation(lab, name, prepare, command)} allocations")
    lab.close()


def test_caller():
    """each allocation of each command, made by the caller"""
    run(failnth.Caller())


def test_workers():
    """each allocation of each command, made by a worker that the caller waits for"""
    run(failnth.Workers())


def test_notice_end():
    """each allocation at a notice's end: it closes then or a moment later"""
    lab, workers = Lab(failnth.Caller()), failnth.Workers()
    for nth in range(1, MOST):
        lab.reset()
        restrict(notice=1000)(lab.look)
        workers.arm(nth)
        d.wait_for(lambda: lab.look.get()["MODE"] == RESTRICTED, "the restriction")
        hit = workers.disarm()
        assert not lab.types(), f"allocation {nth}: a letter arrives"
        if not hit:
            print(f"# {nth - 1} allocations")
            break
    lab.reset()
    lab.close()


def test_starved_notice_end():
    """a notice that ends without memory says so, and closes once there is some"""
    lab, log = Lab(failnth.Caller()), d.kernel_log()
    lab.reset()
    restrict(notice=1000)(lab.look)
    with failnth.Starved() as workers:
        d.wait_for(lambda: workers.mark() or d.kernel_said(
            log, "closing at the end of the notice failed"), "the failure")
        assert lab.look.get()["MODE"] == NOTICE
    d.wait_for(lambda: lab.look.get()["MODE"] == RESTRICTED, "the restriction")
    assert not lab.types(), "a letter arrives"
    lab.reset()
    lab.close()


def appears(path, text, gone, gated):
    """A device is made with each allocation failing; it is gated or does not exist."""
    thread = failnth.Thread("/proc/thread-self/fail-nth")
    try:
        for nth in range(1, 3000):
            thread.arm(nth)
            try:
                write(path, text)
                made = True
            except OSError:
                made = False
            hit = thread.disarm()
            if made:
                assert gated(), f"allocation {nth}: a device appeared ungated"
                gone()
            if not hit:
                assert made
                return nth - 1
    finally:
        thread.close()
    raise AssertionError("it never ends")


def test_hotplug():
    """a link that appears without memory is gated, or does not appear"""
    lab = Lab(failnth.Caller())
    lab.reset()
    restrict()(lab.look)
    known = links()

    def gated():
        new = links() - known
        flags = [g.number(dev, "A_DEVICE_FLAGS") for dev in lab.look.dump(shape=g.attrs)[0]
                 if dev[N["A_DEVICE_NAME"]][0].rstrip(b"\0").decode() in new]
        return len(flags) == len(new) and all(flag & g.FLAG_GATED for flag in flags)

    # Not a device of its own: without memory netdevsim frees that twice.
    ports = NETDEVSIM + "devices/netdevsim5/"
    count = appears(ports + "new_port", b"7", lambda: write(ports + "del_port", b"7"), gated)
    print(f"# {count} allocations")
    lab.reset()
    lab.close()


def clone_of(dev):
    """Whether the UI device of a touch screen is there; uniq names its source."""
    for path in glob.glob("/sys/class/input/input*/uniq"):
        with contextlib.suppress(OSError):
            with open(path, encoding="utf-8") as file:
                if file.read().strip() == dev.sysname:
                    return True
    return False


def each_touch(lab, threads, look):
    """Makes touch screens, each with another allocation failing; look(dev) is called
    while that is so."""
    for nth in range(1, MOST):
        threads.arm(nth)
        try:
            dev = d.touch(f"touch without memory {nth}")
        except OSError:  # with whatever error the input core chooses
            dev = None
        if dev:
            look(dev)
        hit = threads.disarm()
        if dev:
            assert lab.gate.device(dev).flags & g.FLAG_GATED, f"allocation {nth}: not gated"
            dev.close()
        if not hit:
            assert dev, "not made with all memory"
            return nth - 1
    raise AssertionError(f"more than {MOST} allocations")


def test_hotplug_input():
    """a touch screen that appears without memory is gated, or does not appear"""
    lab = Lab(failnth.Caller())
    lab.reset()
    lab.gate.profile(gated=("touch",))
    restrict()(lab.look)
    log = d.kernel_log()

    def settled(dev):
        """It has its UI device, or it was said that there is no memory for one."""
        d.wait_for(lambda: clone_of(dev) or d.kernel_said(log, "no UI device for"), "either")

    for _ in range(TURNS):
        print("#", each_touch(lab, failnth.Caller(), lambda dev: None), "allocations")
    print("#", each_touch(lab, failnth.Workers(), settled), "allocations of workers")
    lab.reset()
    lab.close()


def in_kernel():
    return os.path.exists("/sys/module/regiongate")


def load(file):
    return LIBC.syscall(FINIT_MODULE, file, b"", 0) == 0


def unload():
    assert LIBC.syscall(DELETE_MODULE, b"regiongate", os.O_NONBLOCK) == 0


def before_init(file):
    """About how many allocations the kernel makes before it calls the module's init."""
    with Trace("kmem/kmalloc", "kmem/kmem_cache_alloc", "initcall/initcall_start") as trace:
        assert load(file)
        told = trace.names()
    unload()
    return told.index("initcall_start")


def try_load(file, nth):
    """Whether an allocation failed, and whether the module's init was called."""
    thread = failnth.Thread("/proc/thread-self/fail-nth")
    with Trace("initcall/initcall_start") as trace:
        thread.arm(nth)
        loaded = load(file)
        hit = thread.disarm()
        called = bool(trace.names())
    thread.close()
    assert loaded == in_kernel(), f"allocation {nth}: loaded: {loaded}"
    if loaded:
        unload()
    assert hit or loaded, "it is not loaded with all memory"
    assert not d.input_named("regiongate", True), f"allocation {nth}: devices stay"
    return hit, called


def test_load():
    """the module is loaded wholly or leaves nothing behind"""
    subprocess.run(["modprobe", "-r", "regiongate"], check=True)
    path = subprocess.run(["modinfo", "-n", "regiongate"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()
    file = os.open(path, os.O_RDONLY)
    try:
        # Down to the module's own first one: before it, the tracing core warns of a
        # lack of memory, which is an error here.
        middle = first = last = before_init(file)
        while try_load(file, first)[1]:
            first -= 1
        while try_load(file, last)[0]:
            last += 1
        assert first < middle < last < middle + MOST, (first, middle, last)
        print(f"# {last - first - 1} allocations")
    finally:
        os.close(file)
        g.load()


if not os.path.isdir(failnth.FAILSLAB):
    print("1..0 # SKIP the kernel cannot let allocations fail; the debug kernel can")
    sys.exit(4)
g.load()
subprocess.run(["modprobe", "netdevsim"], check=True)
failnth.setup()
d.run([test_caller, test_workers, test_notice_end, test_starved_notice_end, test_hotplug,
       test_hotplug_input, test_load], g.Gate)
