#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No restriction without its reason; every refusal with a sentence."""
import errno

import rgtap
import rgnl
from rgnl import N, NOTICE, OPEN, RESTRICTED

c = rgtap.fresh()


def refused(word, number=errno.EINVAL, **how):
    """The set is refused from open and from restricted, without a trace."""
    error = None
    for begin in (c.release, c.restrict):
        begin()
        before = rgnl.standing(c.get())
        error = rgtap.refused(lambda: c.restrict(**how), word, number)
        assert rgnl.standing(c.get()) == before
    return error


def test_missing():
    """region, rule, text, contact, lease and mode are each required"""
    for name in ("region", "rule", "text", "contact", "lease", "mode"):
        error = refused(name, **{name: None})
        assert error.missing == N["A_GATE_" + name.upper()], name


def test_empty():
    """an empty region, rule, text, contact or evidence is refused"""
    for name in ("region", "rule", "text", "contact", "evidence"):
        assert refused(name, **{name: ""}).bad_offset


def test_told():
    """whoever asks is told region, rule, text, contact, evidence and end"""
    c.restrict(text="Ne marŝu.\n\tNe.", evidence=["gnss 44.95", "plmn 25032"])

    def look():
        got = rgnl.Client().get()
        assert got["REGION"] == "CU" and got["RULE"] == "rule-1"
        assert got["TEXT"] == "Ne marŝu.\n\tNe."
        assert got["CONTACT"] == "help@example.org"
        assert got["EVIDENCE"] == ["gnss 44.95", "plmn 25032"]
        assert 0 < got["LEASE_LEFT"] <= got["LEASE"] == 600000
    look()
    rgtap.as_user(look)
    rgtap.as_user(look, userns=True)


def test_longest():
    """the longest texts and most lines pass, and one more does not"""
    limits = {"region": N["MAX_REGION"], "rule": N["MAX_RULE"],
              "text": N["MAX_TEXT"], "contact": N["MAX_CONTACT"]}
    lines = ["e" * N["MAX_EVIDENCE"]] * N["MAX_EVIDENCE_LINES"]
    got = c.restrict(evidence=lines, **{k: "x" * n for k, n in limits.items()})
    assert got["EVIDENCE"] == lines and len(got["TEXT"]) == N["MAX_TEXT"]
    assert c.get()["EVIDENCE"] == lines
    for name, most in limits.items():
        refused("", **{name: "x" * (most + 1)})
    refused("", errno.ERANGE, evidence="e" * (N["MAX_EVIDENCE"] + 1))
    refused("16 lines", errno.E2BIG, evidence=lines + ["f"])


def test_characters():
    """control characters and what is not UTF-8 are refused"""
    for bad in (b"\x1b[2J", b"a\x00b", b"\x7f", b"\xc2\x85", b"\xc0\xaf",
                b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xff",
                b"\x80", b"a\rb"):
        refused("text", text=bad)
        refused("contact", contact=bad)
        refused("evidence", evidence=bad)
    refused("contact", contact="two\nlines")
    refused("evidence", evidence="tab\there")
    refused("region", region="Крым")
    refused("rule", rule="a\nb")
    c.restrict(text="é€𐍈")


def test_times():
    """notice and confirm must end before the lease"""
    refused("longer than notice", errno.ERANGE, lease=1000, notice=1000)
    refused("longer than notice", errno.ERANGE, lease=1000, confirm=1000)
    refused("longer than notice", errno.ERANGE, lease=1000, notice=500,
            confirm=500)
    refused("longer than notice", errno.ERANGE, lease=1000,
            notice=2 ** 64 - 1, confirm=2)
    refused("longer than notice", errno.ERANGE, lease=1000, notice=1,
            confirm=2 ** 64 - 1)
    refused("", errno.ERANGE, lease=0)


def test_owner_words():
    """on-owner-loss and grace need own; grace is bounded"""
    refused("need own", on_owner_loss=0)
    refused("need own", grace=1)
    refused("max-lease", errno.ERANGE, own=True,
            grace=c.get()["MAX_LEASE"] + 1)
    refused("", errno.ERANGE, own=True, on_owner_loss=2)


def test_modes():
    """notice is no mode to ask for, and a release takes no reason"""
    refused("not a mode to ask for", mode=NOTICE)
    refused("", errno.ERANGE, mode=3)
    c.restrict()
    for extra in ({"rule": "rule-1"}, {"lease": 1000}, {"own": True},
                  {"evidence": "a"}):
        error = rgtap.refused(lambda: c.release(**extra), "but mode and")
        assert error.bad_offset
    assert c.get()["MODE"] == RESTRICTED


def test_unknown_attributes():
    """attributes that an operation does not take are refused, in dumps too"""
    for cmd in ("GATE_GET", "GATE_SET", "GATE_CONFIRM", "PROFILE_GET",
                "PROFILE_SET", "DEVICE_GET", "EMERGENCY_SET"):
        for kind in (200, N["A_GATE_PAD"]):
            rgtap.refused(lambda: c.request(N["CMD_" + cmd],
                                            rgnl.num(kind, 1)), "")
    for kind in (200, N["A_DEVICE_NAME"], N["A_DEVICE_EVENT"]):
        rgtap.refused(lambda: c.dump(rgnl.num(kind, 1)), "")
    assert c.get()["MODE"] == OPEN


def test_malformed():
    """attributes of a wrong length, kind or end are refused"""
    mode = N["A_GATE_MODE"]
    whole = b"".join(rgnl.gate_attr(k, v) for k, v in {
        "REGION": "CU", "RULE": "r", "TEXT": "t", "CONTACT": "c",
        "LEASE": 1000}.items())
    for bad in (rgnl.raw(mode, b"\2\0"), rgnl.raw(mode, b"\2" + b"\0" * 7),
                rgnl.raw(mode, b"\2\0\0\0", 64), rgnl.raw(mode, b"", 2),
                rgnl.num(mode, RESTRICTED) + b"\1\2\3\4",
                rgnl.num(mode | rgnl.NLA_F_NESTED, RESTRICTED)):
        rgtap.refused(lambda: c.request(N["CMD_GATE_SET"], whole + bad), "")
    good = rgnl.num(mode, RESTRICTED)
    text = rgnl.raw(N["A_GATE_TEXT"], b"no zero byte")
    rgtap.refused(lambda: c.request(N["CMD_GATE_SET"], whole + good + text), "")
    rgtap.refused(lambda: c.request(N["CMD_GATE_GET"], reserved=1), "reserved")
    assert c.get()["MODE"] == OPEN
    assert c.request(N["CMD_GATE_SET"], whole + good)


def test_device_requests():
    """device-get names what it misses and what it does not know"""
    kind, ident = N["A_DEVICE_KIND"], N["A_DEVICE_ID"]
    netns = rgnl.num(N["A_DEVICE_NETNS"], 1)

    def get(body, word, number):
        rgtap.refused(lambda: c.request(N["CMD_DEVICE_GET"], body), word,
                      number)
    get(b"", "kind and id", errno.EINVAL)
    get(rgnl.num(kind, 0), "kind and id", errno.EINVAL)
    get(rgnl.num(kind, 0) + rgnl.num(ident, 99999), "no such", errno.ENODEV)
    get(rgnl.num(kind, 1) + rgnl.num(ident, 99999), "no such", errno.ENODEV)
    get(rgnl.num(kind, 1) + rgnl.num(ident, 0) + netns, "namespace",
        errno.EINVAL)
    get(rgnl.num(kind, 2) + rgnl.num(ident, 0), "", errno.ERANGE)


rgtap.main(globals())
