#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a profile may say: never against Wi-Fi, the emergency path or keys."""
import errno
import socket
import struct

import rgtap
import rgnl
from rgtap import ktap
from rgnl import N, RESTRICTED, nest, num, raw

c = rgtap.fresh()
KEEP, EMERGENCY, DOWN = (N["ACTION_" + a] for a in ("KEEP", "EMERGENCY", "DOWN"))
POWER, SOS, BTN_LEFT = 116, 0x27f, 0x110
KEYS = (POWER, SOS)
TCP, UDP, ICMP = 6, 17, 1


def net(name, action):
    return nest(N["A_PROFILE_NET"],
                num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_" + name]),
                num(N["A_NET_ACTION_ACTION"], action))


def inp(name, action):
    return nest(N["A_PROFILE_INPUT"],
                num(N["A_INPUT_ACTION_CLASS"], N["INPUT_CLASS_" + name]),
                num(N["A_INPUT_ACTION_ACTION"], action))


def keys(*codes):
    return b"".join(num(N["A_PROFILE_KEY"], code) for code in codes)


def flow(addr, prefix, proto=UDP, low=None, high=None):
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    parts = [raw(N["A_FLOW_ADDR"], socket.inet_pton(family, addr)),
             num(N["A_FLOW_PREFIX"], prefix, "B"),
             num(N["A_FLOW_PROTO"], proto, "B")]
    if low is not None:
        parts.append(num(N["A_FLOW_PORT_MIN"], low, "H"))
    if high is not None:
        parts.append(num(N["A_FLOW_PORT_MAX"], high, "H"))
    return nest(N["A_PROFILE_FLOW"], *parts)


def chord(key=POWER, times=3, within=2000):
    return nest(N["A_PROFILE_CHORD"], num(N["A_CHORD_KEY"], key),
                num(N["A_CHORD_TIMES"], times),
                num(N["A_CHORD_WITHIN"], within, "Q"))


def bus(name):
    return raw(N["A_EXCEPTION_BUS"], name.encode() + b"\0")


def hwaddr(text):
    return raw(N["A_EXCEPTION_HWADDR"], bytes.fromhex(text))


def input_id(*numbers):
    return nest(N["A_EXCEPTION_INPUT_ID"], *(
        num(N["A_INPUT_ID_" + name], value, "H")
        for name, value in zip(("BUSTYPE", "VENDOR", "PRODUCT"), numbers)))


def exception(*names, action=KEEP):
    parts = list(names)
    if action is not None:
        parts.append(num(N["A_EXCEPTION_ACTION"], action))
    return nest(N["A_PROFILE_EXCEPTION"], *parts)


def window(name):
    return num(N["A_PROFILE_WINDOW"], N["NET_CLASS_" + name])


def length(ms):
    return num(N["A_PROFILE_WINDOW_LENGTH"], ms, "Q")


def put(*parts, with_keys=True):
    c.request(N["CMD_PROFILE_SET"],
              b"".join(parts) + (keys(*KEYS) if with_keys else b""))


def shown():
    return rgtap.profile_body(c)


def refused(word, *parts, with_keys=True, number=errno.EINVAL):
    """Refused, and neither profile nor generation changed."""
    before, count = shown(), c.get()["GENERATION"]
    rgtap.refused(lambda: put(*parts, with_keys=with_keys), word, number)
    assert shown() == before and c.get()["GENERATION"] == count


def test_default():
    """a fresh module gates links and input, and keeps Wi-Fi and the keys"""
    want = {net(n, KEEP) for n in ("LOOPBACK", "WIFI", "VIRTUAL", "OTHER")}
    want |= {net(n, EMERGENCY) for n in ("WWAN", "WIRED", "BLUETOOTH")}
    want |= {inp(n, EMERGENCY) for n in ("KEYBOARD", "POINTER", "TOUCH")}
    want |= {inp(n, KEEP) for n in ("BUTTON", "SWITCH", "SENSOR", "OTHER")}
    want |= {keys(POWER), keys(SOS), window("WWAN"), length(300000),
             chord(POWER, 5, 3000)}
    flag = rgnl.NLA_F_NESTED
    nested = {N["A_PROFILE_" + n] for n in ("NET", "INPUT", "CHORD")}
    got = {raw(k | (flag if k in nested else 0), v)
           for k, v in rgnl.split(shown())}
    assert got == want


def test_round_trip():
    """what is set is what is shown, to the largest profile"""
    flows = [flow(f"198.51.100.{i}", 32, UDP, 1000 + i, 2000 + i)
             for i in range(32)]
    flows += [flow(f"2001:db8:{i:x}::", 48, TCP, 1, 65535) for i in range(30)]
    flows += [flow("192.0.2.0", 24, ICMP), flow("::", 0, TCP, 443, 443)]
    odd = [exception(bus("b" * 60 + f"{i:04}"), action=DOWN)
           for i in range(62)]
    odd += [exception(hwaddr("525400000001")),
            exception(input_id(3, 0x46d, 0xc31c), action=EMERGENCY)]
    codes = list(range(1, 31)) + [POWER, SOS]
    classes = [net(n[len("NET_CLASS_"):], KEEP) for n in sorted(
        (n for n in N if n.startswith("NET_CLASS_") and n[-3:] != "MAX"),
        key=N.get)]
    classes += [inp(n[len("INPUT_CLASS_"):], EMERGENCY) for n in sorted(
        (n for n in N if n.startswith("INPUT_CLASS_") and n[-3:] != "MAX"),
        key=N.get)]
    body = b"".join(classes + [keys(*codes), window("WWAN"), window("WIRED"),
                               length(3600000), chord()] + flows + odd)
    put(body, with_keys=False)
    mine, seen = rgnl.split(body), rgnl.split(shown())
    for kind in {k for k, _ in mine}:
        assert [v for k, v in mine if k == kind] == [
            v for k, v in seen if k == kind], kind


def test_wifi_and_loopback():
    """loopback, Wi-Fi and virtual links cannot be gated"""
    for action in (EMERGENCY, DOWN):
        refused("loopback is never", net("LOOPBACK", action))
        refused("Wi-Fi is never", net("WIFI", action))
        refused("never gated", net("VIRTUAL", action))
    put(net("LOOPBACK", KEEP), net("WIFI", KEEP), net("VIRTUAL", KEEP))


def test_wwan_never_down():
    """a wwan link cannot be set down"""
    refused("wwan is never set down", net("WWAN", DOWN))
    put(net("WWAN", EMERGENCY), net("WIRED", DOWN))


def test_input_never_down():
    """input cannot be set down, by class or by id"""
    refused("input cannot", inp("KEYBOARD", DOWN))
    refused("input cannot", exception(input_id(3, 1, 2), action=DOWN))


def test_keys():
    """the emergency keys hold the power and SOS keys, and are keys"""
    for codes in ((), (POWER,), (SOS,), (30, 31)):
        refused("KEY_POWER and KEY_SOS", keys(*codes), with_keys=False)
    for code in (0, 99, BTN_LEFT, 0x14a, 0x220, 0x2c0, 0x2ff + 1, 2 ** 32 - 1):
        refused("not a key code", keys(code))
    refused("named twice", keys(30, 30))
    refused("at most 32", keys(*range(1, 32)))


def test_classes():
    """a class is named once, with an action that exists"""
    refused("named twice", net("WIRED", KEEP), net("WIRED", EMERGENCY))
    refused("named twice", inp("TOUCH", KEEP), inp("TOUCH", KEEP))
    refused("named twice", window("WWAN"), window("WWAN"))
    refused("", net("WIRED", 3), number=errno.ERANGE)
    refused("needs a class", nest(N["A_PROFILE_NET"],
                                  num(N["A_NET_ACTION_ACTION"], KEEP)))
    refused("needs a class", nest(N["A_PROFILE_INPUT"],
                                  num(N["A_INPUT_ACTION_ACTION"], KEEP)))
    refused("needs an action", nest(N["A_PROFILE_NET"],
                                    num(N["A_NET_ACTION_CLASS"], N["NET_CLASS_WIRED"])))
    refused("needs an action", nest(N["A_PROFILE_INPUT"],
                                    num(N["A_INPUT_ACTION_CLASS"], 0)))


def test_flows():
    """a flow has clean addresses and ports where there are any"""
    refused("beyond its prefix", flow("192.0.2.1", 24))
    refused("beyond its prefix", flow("192.0.2.1", 0))
    refused("beyond its prefix", flow("2001:db8::1", 64))
    refused("at most 32", flow("192.0.2.0", 33))
    refused("", flow("2001:db8::", 129), number=errno.ERANGE)
    refused("have ports", flow("192.0.2.0", 24, ICMP, 1, 2))
    refused("greater than the last", flow("192.0.2.0", 24, UDP, 2, 1))
    refused("both its first", flow("192.0.2.0", 24, UDP, 2))
    refused("both its first", flow("192.0.2.0", 24, UDP, None, 2))
    refused("4 bytes", nest(N["A_PROFILE_FLOW"],
                            raw(N["A_FLOW_ADDR"], b"12345"),
                            num(N["A_FLOW_PREFIX"], 0, "B"),
                            num(N["A_FLOW_PROTO"], UDP, "B")))
    for missing in ("address", "prefix", "protocol"):
        parts = {"address": raw(N["A_FLOW_ADDR"], b"\0" * 4),
                 "prefix": num(N["A_FLOW_PREFIX"], 0, "B"),
                 "protocol": num(N["A_FLOW_PROTO"], UDP, "B")}
        del parts[missing]
        refused(missing, nest(N["A_PROFILE_FLOW"], *parts.values()))
    refused("at most 64", *[flow(f"192.0.2.{i}", 32) for i in range(65)])


def test_chord_and_window():
    """chord and window have sane bounds"""
    refused("not a key code", chord(key=BTN_LEFT))
    refused("", chord(times=1), number=errno.ERANGE)
    refused("", chord(times=17), number=errno.ERANGE)
    refused("60 seconds", chord(within=60001))
    refused("key, times and within", nest(N["A_PROFILE_CHORD"],
                                          num(N["A_CHORD_KEY"], POWER)))
    for ms in (0, 9999, 3600001, 2 ** 64 - 1):
        refused("10 seconds to 1 hour", length(ms))


def test_exceptions():
    """an exception names one device in one way, with an action"""
    refused("exactly one", exception())
    refused("exactly one", exception(bus("a"), hwaddr("52")))
    refused("needs an action", exception(bus("a"), action=None))
    refused("bus path", exception(bus("")))
    refused("bus path", exception(bus("a\n")))
    refused("1 to 32 bytes", exception(hwaddr("")))
    refused("1 to 32 bytes", exception(hwaddr("52" * 33)))
    refused("bustype, vendor", exception(input_id(3, 4)))
    refused("the same device", exception(bus("a")),
            exception(bus("a"), action=EMERGENCY))
    refused("at most 64", *[exception(bus(f"b{i}")) for i in range(65)])


def test_while_restricted():
    """it is in force at once while restricted, and told to the listeners"""
    def action(name):
        devices, _ = c.dump(num(N["A_DEVICE_KIND"], 0))
        return {struct.unpack("I", d[N["A_DEVICE_ACTION"]])[0]
                for d in devices if struct.unpack(
                    "I", d[N["A_DEVICE_NET_CLASS"]])[0] ==
                N["NET_CLASS_" + name]}
    if not action("WIRED") and not rgtap.wired():
        raise ktap.Skip("no wired link")
    c.restrict()
    assert action("WIRED") == {EMERGENCY}
    ear = rgnl.Client(listen=True)
    put(net("WIRED", KEEP))
    assert action("WIRED") == {KEEP}
    got = ear.pending(N["CMD_GATE_NTF"])
    assert len(got) == 1 and got[0][1]["MODE"] == RESTRICTED
    assert got[0][1]["GENERATION"] == c.get()["GENERATION"]


rgtap.main(globals())
