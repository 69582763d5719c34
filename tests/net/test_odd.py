#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Links of unusual kinds land in the class that fits them."""
import contextlib
import fcntl
import os
import struct

import netlab as n
from gadget import Gadget, write

PPPIOCNEWUNIT = 0xc004743e
QMI = "/sys/bus/usb/drivers/qmi_wwan"
# A vendor and product that no driver claims.
MODEM = (0x1209, 0x0001)


def links():
    return {dev["name"] for dev in n.devices()}


@contextlib.contextmanager
def new_link(make):
    """The name of the link that make, a context, makes."""
    before = links()
    with make:
        n.until(lambda: links() - before, "a new link")
        yield (links() - before).pop()


def shape(name):
    dev = n.device(name)
    return dev["class"], set(dev["flags"])


@contextlib.contextmanager
def ppp_unit():
    n.run("modprobe ppp_generic")
    fd = os.open("/dev/ppp", os.O_RDWR)
    fcntl.ioctl(fd, PPPIOCNEWUNIT, struct.pack("i", -1))
    try:
        yield
    finally:
        os.close(fd)


def ppp_is_wwan():
    with new_link(ppp_unit()) as name:
        n.profile(net={"wwan": "emergency"})
        n.close()
        n.equal(shape(name), ("wwan", {"gated"}), "PPP")
        n.ip(f"link set {name} up")


@contextlib.contextmanager
def module(name):
    n.run(f"modprobe {name}")
    try:
        yield
    finally:
        n.run(f"modprobe -r {name}")


def ieee802154_is_kept():
    with new_link(module("mac802154_hwsim")) as name:
        n.close()
        n.equal(shape(name), ("other", set()), "IEEE 802.15.4")


def usb_ethernet_is_wired_whatever_its_name():
    before = links()
    with Gadget("ecm") as gadget:
        n.until(lambda: len(links() - before) == 2, "both ends")
        with open(gadget.function + "/ifname", encoding="ascii") as file:
            own = file.read().strip()
        (name,) = links() - before - {own}
        n.ip(f"link set {name} name wlan7")
        n.close()
        n.equal(shape("wlan7"), ("wired", {"gated"}), "USB Ethernet")


@contextlib.contextmanager
def modem():
    """A USB modem of the vendor's own kind, with the QMI driver on it."""
    n.run("modprobe qmi_wwan")
    write(QMI + "/new_id", f"{MODEM[0]:04x} {MODEM[1]:04x}")
    with Gadget("ffs", *MODEM) as gadget:
        yield gadget


def usb_modem_is_wwan():
    with new_link(modem()) as name:
        n.profile(net={"wwan": "emergency", "wired": "down"})
        n.close()
        n.equal(shape(name), ("wwan", {"gated"}), "the modem")
        write(f"/sys/class/net/{name}/qmi/raw_ip", "Y")
        n.equal(shape(name), ("wwan", {"gated"}), "the modem without Ethernet")
        n.ip(f"link set {name} up")


def usb_modem_cannot_be_set_down_by_an_exception():
    with new_link(modem()) as name:
        bus = os.path.basename(os.path.realpath(f"/sys/class/net/{name}/device"))
        n.profile(devices=[{"bus": bus, "action": "down"}])
        n.ip(f"link set {name} up")
        n.close()
        n.equal(shape(name), ("wwan", {"gated", "exception"}), "the modem")
        n.check(n.is_up(name), "the modem was set down")


def channels_of_a_modem_are_gated_and_it_carries_them():
    with new_link(modem()) as name:
        write(f"/sys/class/net/{name}/qmi/raw_ip", "Y")
        n.close()
        before = links()
        for number in (1, 2):
            write(f"/sys/class/net/{name}/qmi/add_mux", hex(number))
        channels = links() - before
        n.equal(len(channels), 2, "channels")
        for channel in channels:
            n.equal(shape(channel), ("wwan", {"gated"}), channel)
        n.equal(shape(name), ("wwan", set()), "the modem under its channels")
        for number in (1, 2):
            write(f"/sys/class/net/{name}/qmi/del_mux", hex(number))
        n.equal(shape(name), ("wwan", {"gated"}), "the modem without channels")


@contextlib.contextmanager
def switch():
    """The kernel's model of a switch, behind a card that it wants to be eth0."""
    if n.run("modprobe -n dsa_loop", ok=False)[0]:
        raise n.ktap.Skip("Debian's kernels have no DSA; the debug kernel has")
    n.rename(n.DEVICE, "eth0")
    try:
        with module("dsa_loop"):
            yield
    finally:
        n.rename("eth0", n.DEVICE)


def ports_of_a_switch_are_gated():
    before = links()
    with switch():
        ports = n.until(lambda: links() - before - {"eth0"}, "ports")
        n.close()
        for port in ports:
            n.equal(shape(port), ("wired", {"gated"}), port)
        # This model tags nothing, so the frames on its card are plain ones.
        n.equal(shape("eth0"), ("wired", {"gated"}), "the card under an untagged switch")
    n.equal(shape(n.DEVICE), ("wired", {"gated"}), "the card without a switch")


n.setup_cards()
n.main([ppp_is_wwan, ieee802154_is_kept, usb_ethernet_is_wired_whatever_its_name,
        usb_modem_is_wwan, usb_modem_cannot_be_set_down_by_an_exception,
        channels_of_a_modem_are_gated_and_it_carries_them,
        ports_of_a_switch_are_gated])
