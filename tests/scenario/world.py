# SPDX-License-Identifier: GPL-2.0-or-later
"""The world around the device: satellites, a network and its card, the air, the clock.

Each function returns once the daemons have it; whether the helper heard of it is
the scenario's to wait for.
"""
import glob
import os
import re
import subprocess
import threading
import time

import lab
from lab import HAVANA, fixture, until

HERE = os.path.dirname(os.path.abspath(__file__))
# A position in the band of a border, and one beyond it, as data/regions has them.
BORDER, BEYOND = (34.4, 45.464), (34.4, 45.56)
HINT = "/run/fixtures/hint/addresses"
CUBAN_ADDRESS = "152.206.0.1"


def at_once(*jobs):
    """Does all of them side by side: most of each is waiting."""
    failed = []

    def one(job):
        try:
            job()
        except BaseException as why:  # whatever it is, the caller gets it
            failed.append(why)

    threads = [threading.Thread(target=one, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def operator():
    """The network that ModemManager shows; "--" for none."""
    said = subprocess.run(["mmcli", "-m", "any", "-K"], capture_output=True, text=True,
                          check=False, timeout=60).stdout
    return "".join(re.findall(r"^modem\.3gpp\.operator-code *: (.*)$", said, re.M))


class World:
    """All of it, in Havana: the receiver, one modem, two access points."""

    def __init__(self):
        os.makedirs(os.path.dirname(HINT), exist_ok=True)
        fixture("modem.py", "start", "plmn=36801", "sim=36801", "state=home")
        at_once(self._satellites, self._bus,
                lambda: fixture("wifi.sh", "start", "CU", 2))

    def _satellites(self):
        self.gpsd = lab.Gpsd(HAVANA)

    @staticmethod
    def _bus():
        fixture("dbus.sh", "start")
        fixture("dbus.sh", "modem")

    def stand(self, place):
        self.gpsd.move(place)

    @staticmethod
    def jump(place):
        """One report from elsewhere, then back."""
        fixture("nmea.py", "jump", *place)

    @staticmethod
    def no_fix():
        fixture("nmea.py", "lost")

    @staticmethod
    def network(plmn):
        """The modem is in that network; None: in none."""
        change = ["state=searching"] if not plmn else [f"plmn={plmn}", "state=roaming"]
        fixture("modem.py", "set", *change)
        until(lambda: operator() == (plmn or "--"), f"ModemManager to see network {plmn}", 80, 0.5)

    def travel(self, place, plmn):
        self.stand(place)
        self.network(plmn)

    @staticmethod
    def swap_sim(plmn):
        """Takes the card out and puts another in: the modem is found anew."""
        fixture("dbus.sh", "stop-modem")
        fixture("modem.py", "set", f"sim={plmn}")
        fixture("dbus.sh", "modem")

    @staticmethod
    def radios(on):
        """Airplane mode, as a desktop does it: modem and Wi-Fi, not the receiver."""
        for name in glob.glob("/sys/class/net/wlan0/phy80211/rfkill*/soft"):
            with open(name, "w", encoding="ascii") as file:
                file.write("0" if on else "1")
        subprocess.run(["mmcli", "-m", "any", "-e" if on else "-d"], check=True,
                       stdout=subprocess.DEVNULL, timeout=60)

    def kill_daemons(self):
        """No farewell: as the kernel ends what took too much memory."""
        self.gpsd.kill()
        for name in ("modemmanager", "hostapd1", "hostapd2"):
            lab.end(lab.pid_of(name), lab.signal.SIGKILL)

    def start_daemons(self):
        at_once(self.gpsd.start, lambda: fixture("dbus.sh", "modem"),
                lambda: fixture("wifi.sh", "country", "CU"))


class Clock:
    """Sets the wall clock back by a year, and right again in the end."""

    def __enter__(self):
        self.right = time.time() - time.monotonic()
        self.shift(-365)
        return self

    def shift(self, days):
        now = self.right + time.monotonic() + days * 86400
        subprocess.run(["date", "-s", f"@{now:.3f}"], check=True, stdout=subprocess.DEVNULL)

    def __exit__(self, *_):
        self.shift(0)


def hint(*addresses):
    """What a hook of PPP or DHCP writes."""
    with open(HINT + ".new", "w", encoding="ascii") as file:
        file.writelines(f"{address}\n" for address in addresses)
    os.rename(HINT + ".new", HINT)
