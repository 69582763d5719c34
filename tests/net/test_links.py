#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Links that must be down, and that each action gives back what it took."""
import os

import netlab as n

MAX_HOOKS = 1024  # MAX_HOOK_COUNT of net/netfilter/core.c


def differences(before, after):
    return sorted(before - after) + sorted(after - before)


class Vlans:
    """Two VLANs on the device: dev0.5 is up, dev0.6 is down."""

    def __enter__(self):
        for tag in (5, 6):
            n.ip(f"link add link {n.DEVICE} name dev0.{tag} type vlan id {tag}")
            n.quiet(f"dev0.{tag}")
        n.ip("link set dev0.5 up")
        n.ip("addr add 198.51.105.1/24 dev dev0.5")
        n.until(lambda: n.is_up("dev0.5"), "the VLAN up")

    def __exit__(self, *unused):
        for tag in (5, 6):
            n.ip(f"link del dev0.{tag}")


def emergency_gives_everything_back():
    with Vlans():
        n.ip("route add 203.0.113.0/24 via 198.51.105.9 dev dev0.5")
        n.ip("route add 2001:db8:7::/64 via 2001:db8:1::9 dev dev0")
        n.ip("neigh add 198.51.100.77 lladdr 02:00:00:00:00:77 nud permanent "
             "dev dev0")
        before = n.state()
        n.close()
        n.equal(n.flags(), {"gated"}, "flags")
        during = n.state()
        n.release()
        n.equal(differences(before, during), [], "while closed")
        n.equal(differences(before, n.state()), [], "after release")
        n.ip("route del 2001:db8:7::/64 dev dev0")


def down_takes_the_link_and_gives_it_back():
    n.profile(net={"wired": "down"})
    with Vlans():
        n.close()
        n.equal(n.flags(), {"gated", "downed", "veto"}, "flags")
        n.check(not n.is_up(n.DEVICE), "the link is up")
        n.check(not n.is_up("dev0.5"), "the VLAN on top is up")
        n.release()
        n.equal(n.flags(), set(), "flags after release")
        n.check(n.is_up(n.DEVICE), "the link is not up again")
        n.check(n.is_up("dev0.5"), "the VLAN that was up is not")
        n.check(not n.is_up("dev0.6"), "the VLAN that was down is up")
    n.setup_addresses()


def down_gives_a_stack_back_from_below():
    n.profile(net={"wired": "down"})
    with Vlans():
        for tag in (8, 9):
            n.ip(f"link add link dev0.5 name dev0.5.{tag} type vlan id {tag}")
        n.ip("link set dev0.5.8 up")
        n.ip("link add link dev0.5.8 name mac8 type macvlan")
        n.ip("link set mac8 up")
        names = (n.DEVICE, "dev0.5", "dev0.5.8", "mac8", "dev0.5.9", "dev0.6")
        before = [n.is_up(name) for name in names]
        n.equal(before, [True] * 4 + [False] * 2, "links before")
        n.close()
        n.check(not n.is_up("dev0.5.8"), "the VLAN on a VLAN is up")
        n.release()
        n.equal([n.is_up(name) for name in names], before, "links afterwards")
        n.ip("link del dev0.5.8")
        n.ip("link del dev0.5.9")
    n.setup_addresses()


def what_stayed_up_is_not_touched_later():
    """A macvlan stays up on a link that is down; whoever sets it down may."""
    n.profile(net={"wired": "down"})
    n.ip(f"link add link {n.DEVICE} name mac0 type macvlan")
    n.ip("link set mac0 up")
    try:
        n.close()
        n.check(n.is_up("mac0"), "the macvlan is down")
        n.ip("link set mac0 down")
        n.release()
        n.check(not n.is_up("mac0"), "the macvlan was set up")
    finally:
        n.ip("link del mac0")
        n.setup_addresses()


def a_link_that_was_down_stays_down():
    n.profile(net={"wired": "down"})
    n.ip(f"link set {n.DEVICE} down")
    try:
        n.close()
        n.equal(n.flags(), {"gated", "veto"}, "flags")
        n.release()
        n.check(not n.is_up(n.DEVICE), "the link is up")
    finally:
        n.ip(f"link set {n.DEVICE} up")
        n.setup_addresses()


def setting_it_up_is_refused_with_a_sentence():
    n.profile(net={"wired": "down"})
    n.close()
    events = n.Events()
    code, text = n.run(f"ip link set {n.DEVICE} up", ok=False)
    n.check(code != 0, "set up")
    n.check("restricted" in text, f"no sentence: {text}")
    n.check(not n.is_up(n.DEVICE), "the link is up")
    n.until(lambda: events.of(n.DEVICE), "an event")
    n.equal(events.of(n.DEVICE), [("refused", "hotplug")], "events")
    events.stop()
    for user in (["setpriv", "--reuid", "1000", "--clear-groups"],
                 ["unshare", "-U", "-r"]):
        code, text = n.run([*user, "ip", "link", "set", n.DEVICE, "up"],
                           ok=False)
        n.check(code != 0, f"{user}: set up")
    n.release()
    n.setup_addresses()


def a_link_that_netpoll_uses_is_set_down_again():
    """Refusing it would leave netpoll's semaphore taken, and rtnl with it."""
    if os.path.exists("/proc/lockdep"):
        raise n.ktap.Skip("lockdep faults netconsole's own locks here; other kernels run this")
    n.profile(net={"wired": "down"})
    n.run(["modprobe", "netconsole", "netconsole="
           f"@{n.V4}/{n.DEVICE},6666@{n.V4_PEER}/{n.PEER_MAC}"])
    try:
        n.close()
        for _ in range(3):
            n.run(f"ip link set {n.DEVICE} up", timeout=20)
            n.until(lambda: not n.is_up(n.DEVICE), "the link down again")
        n.equal(n.flags(), {"gated", "downed", "veto"}, "flags")
        n.run("regiongate release", timeout=20)
        n.check(n.is_up(n.DEVICE), "the link is not up again")
    finally:
        n.run("modprobe -r netconsole")
        n.setup_addresses()


def an_upper_that_was_set_up_meanwhile_stays_up():
    """Of a bridge that was down: its other port may be Wi-Fi by then."""
    n.profile(net={"wired": "down"})
    n.ip("link add name br7 type bridge")
    n.ip(f"link set {n.DEVICE} master br7")
    try:
        n.close()
        n.check(not n.is_up("br7"), "the bridge is up")
        n.ip("link set br7 up")
        n.profile(net={"wired": "down"}, window=("bluetooth",))
        n.check(n.is_up("br7"), "a new profile set the bridge down")
        n.release()
        n.check(n.is_up("br7"), "the release set the bridge down")
        n.check(n.is_up(n.DEVICE), "the link is not up again")
    finally:
        n.ip("link del br7")
        n.setup_addresses()


def the_veto_holds_after_a_rename_and_a_move():
    n.profile(net={"wired": "down"})
    n.ip("netns add away")
    n.close()
    try:
        n.ip(f"link set {n.DEVICE} name lan9")
        n.check(n.run("ip link set lan9 up", ok=False)[0], "up by a new name")
        n.ip("link set lan9 netns away")
        n.check(n.run("ip -n away link set lan9 up", ok=False)[0],
                "up in another namespace")
        n.equal(n.flags("lan9", "away"), {"gated", "veto"}, "flags")
    finally:
        n.release()
        n.ip("netns del away")
        n.until(lambda: n.link_of_mac(n.DEVICE_MAC), "the card back")
        n.setup_cards()
        n.setup_addresses()


def window_gives_the_link_back_for_its_time():
    n.profile(net={"wired": "down"}, window=["wired"])
    n.close()
    n.check(not n.is_up(n.DEVICE), "the link is up")
    n.run("regiongate emergency start")
    n.check(n.is_up(n.DEVICE), "the link is down in the window")
    n.run("regiongate emergency stop")
    n.check(not n.is_up(n.DEVICE), "the link is up after the window")
    n.release()
    n.check(n.is_up(n.DEVICE), "the link is not up again")
    n.setup_addresses()


def tc(verb):
    n.run(f"tc qdisc {verb} dev {n.DEVICE} clsact")
    if verb == "add":
        n.run(f"tc filter add dev {n.DEVICE} ingress matchall action ok")


def before_closing(attach):
    attach("add")
    try:
        events = n.Events()
        n.close()
        n.equal(n.flags(), {"gated", "downed", "veto"}, "flags")
        n.check(not n.is_up(n.DEVICE), "the link is up")
        n.until(lambda: events.of(n.DEVICE), "an event")
        n.equal(events.of(n.DEVICE), [("down", "command")], "events")
        n.release()
        n.check(n.is_up(n.DEVICE), "the link is not up again")
        events.stop()
    finally:
        attach("del")
        n.setup_addresses()


def after_closing(attach):
    n.close()
    events = n.Events()
    n.check(n.is_up(n.DEVICE), "the link is down")
    attach("add")
    try:
        n.until(lambda: not n.is_up(n.DEVICE), "the link down")
        n.equal(n.flags(), {"gated", "downed", "veto"}, "flags")
        n.until(lambda: events.of(n.DEVICE), "an event")
        n.equal(events.of(n.DEVICE), [("down", "hotplug")], "events")
    finally:
        attach("del")
        events.stop()
    n.until(lambda: n.is_up(n.DEVICE), "the link up once hooks are enough")
    n.equal(n.flags(), {"gated"}, "flags once hooks are enough")
    n.release()
    n.setup_addresses()


def tc_before_closing_takes_the_link_down():
    before_closing(tc)


def tc_after_closing_takes_the_link_down():
    after_closing(tc)


def xdp_before_closing_takes_the_link_down():
    before_closing(n.xdp)


def xdp_after_closing_takes_the_link_down():
    after_closing(n.xdp)


def tcx_before_closing_takes_the_link_down():
    before_closing(n.tcx)


def tcx_after_closing_takes_the_link_down():
    after_closing(n.tcx)


def a_link_that_cannot_be_hooked_goes_down():
    """Netfilter takes no more hooks on it than it allows."""
    chains = "".join(f"chain c{i} {{ type filter hook ingress device "
                     f"{n.DEVICE} priority {i}; }}\n" for i in range(MAX_HOOKS))
    n.run(["nft", "-f", "-"], feed=f"table netdev full {{\n{chains}}}\n")
    try:
        events = n.Events()
        n.close()
        n.equal(n.flags(), {"gated", "downed", "veto"}, "flags")
        n.check(n.run(f"ip link set {n.DEVICE} up", ok=False)[0], "set up")
        n.check(("down", "command") in events.of(n.DEVICE), "no event")
        events.stop()
    finally:
        n.run("nft delete table netdev full")
    n.until(lambda: n.flags() == {"gated"}, "hooked after all")
    n.check(n.is_up(n.DEVICE), "the link is down")
    n.release()
    n.setup_addresses()


def unloading_leaves_no_hook_and_loading_works_again():
    n.run("modprobe -r regiongate")
    n.run("modprobe regiongate")
    n.profile()
    n.close()
    n.equal(n.flags(), {"gated"}, "flags")
    code, text = n.run("modprobe -r regiongate", ok=False)
    n.check(code != 0 and "in use" in text, f"unloaded while closed: {text}")


n.setup_cards()
n.setup_addresses()
n.main([emergency_gives_everything_back, down_takes_the_link_and_gives_it_back,
        down_gives_a_stack_back_from_below,
        what_stayed_up_is_not_touched_later, a_link_that_was_down_stays_down,
        setting_it_up_is_refused_with_a_sentence,
        a_link_that_netpoll_uses_is_set_down_again,
        an_upper_that_was_set_up_meanwhile_stays_up,
        the_veto_holds_after_a_rename_and_a_move,
        window_gives_the_link_back_for_its_time,
        tc_before_closing_takes_the_link_down,
        tc_after_closing_takes_the_link_down,
        xdp_before_closing_takes_the_link_down,
        xdp_after_closing_takes_the_link_down,
        tcx_before_closing_takes_the_link_down,
        tcx_after_closing_takes_the_link_down,
        a_link_that_cannot_be_hooked_goes_down,
        unloading_leaves_no_hook_and_loading_works_again])
