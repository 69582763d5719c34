#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper's sources without their daemons: what each takes for evidence, and what not.

It needs a network of its own, and so a namespace; where there is none, the tests
of internet addresses are skipped. gpsd is played by a socket, ModemManager by
fake-mm, which has the shape of the real one and nothing behind it.
"""
import contextlib
import copy
import http.server
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import unit_helper
from unit_helper import LOG, QUIET, RUN, SAVED, TMP, check, explain, fresh, live, \
    modem_manager, read, tpv, write
from rgcli import Skip, done, main, until

DATA = os.path.join(unit_helper.TOP, "data")
HAVANA, MIAMI = (23.13, -82.38), (25.77, -80.19)
IRAN, CUBA, UKRAINE, SUDAN6, PRIVATE = "2.176.0.5", "169.158.0.9", "5.58.0.9", "2001:4228::5", \
    "10.9.9.9"


def own_network():
    """Goes on in a network namespace; False where that is not to be had."""
    if "RG_OWN_NETWORK" in os.environ:
        return os.environ["RG_OWN_NETWORK"] == "yes"
    for options in (["-nm"], ["-rnm"]):
        if subprocess.run(["unshare", *options, "ip", "link", "set", "lo", "up"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0:
            os.environ["RG_OWN_NETWORK"] = "yes"
            os.execvp("unshare", ["unshare", *options, sys.executable, *sys.argv])
    return False


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


OWN_NETWORK = own_network()
if OWN_NETWORK:
    ip("link set lo up")


@contextlib.contextmanager
def links(*names):
    """Links that lead nowhere, up."""
    if not OWN_NETWORK:
        raise Skip("no network namespace")
    made = []
    try:
        for name in names:
            if subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", name + "p"],
                              stderr=subprocess.DEVNULL, check=False).returncode:
                raise Skip("no veth")
            made.append(name)
            ip(f"link set {name}p up")
            ip(f"link set {name} up")
        yield
    finally:
        for name in made:
            ip(f"link del {name}")


def claims(source):
    """What counts or would: id -> what was seen."""
    return {c["id"]: c["seen"] for c in explain()["decision"]["claims"]
            if c["source"] == source and c["state"] != "stale"}


def waits(what, why, limit):
    """As until(), and tells what was there instead."""
    try:
        until(what, "", limit)
    except AssertionError as late:
        raise AssertionError(f"{late} {why()}") from None


def becomes(source, want, limit=30):
    waits(lambda: claims(source) == want, lambda: f"{want}, not {claims(source)}", limit)


def stays(source, want, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert claims(source) == want, claims(source)
        time.sleep(0.05)


def error(source):
    return next(s["error"] for s in explain()["sources"] if s["name"] == source) or ""


def fails(source, words, limit=30):
    waits(lambda: words in error(source), lambda: f"'{words}', not '{error(source)}'", limit)


def only(**sources):
    return {"log_level": "debug", "sources": {**QUIET["sources"], **sources}}


def run(config, meanwhile):
    """Runs the helper from nothing; what it said and wrote names no address of ours."""
    fresh()
    said = live(config, meanwhile)
    kept = said + read(LOG) + read(SAVED) + json.dumps(explain())
    for address in (IRAN, CUBA, UKRAINE, SUDAN6, PRIVATE):
        assert address not in kept, address
    done("replay", "--policy", unit_helper.POLICY, LOG)
    return said


def test_settings():
    """--check names what is wrong with the settings of sources"""
    for text, words in (
            ('{"ip": {"lokal": true}}', "sources.ip.lokal: unknown key; allowed: enabled, local"),
            ('{"ip": {"local": 1}}', "sources.ip.local: "),
            ('{"ip": {"hint": "x"}}', "sources.ip.hint: not an absolute path"),
            ('{"ip": {"endpoint": "ftp://x/"}}', 'sources.ip.endpoint: not a URL; allowed: "https'),
            ('{"ip": {"endpoint": "x"}}', "sources.ip.endpoint: not a URL"),
            ('{"ip": {"endpoint": "https://"}}', "sources.ip.endpoint: not a URL"),
            ('{"ip": {"ca_file": "/x"}}', "sources.ip.ca_file: of no use"),
            ('{"ip": {"endpoint": "http://x/", "ca_file": "/x"}}', "with an endpoint that begins"),
            ('{"timezone": {"localtime": "x"}}', "sources.timezone.localtime: not an absolute"),
            ('{"timezone": 1}', "sources.timezone: not a source")):
        checked = check(f'{{"mode": "shadow",\n"sources": {text}}}')
        assert checked.returncode == 1 and words in checked.stderr, (text, checked.stderr)
        assert "helper.conf:2: " in checked.stderr, checked.stderr
    for text in ('{"ip": {"endpoint": "HTTPS://[2001:db8::1]:8443/a", "ca_file": "/x"}}',
                 '{"ip": true, "timezone": {"enabled": false}}'):
        assert check(f'{{"sources": {text}}}').returncode == 0, text


def test_local_addresses():
    """ip: of each interface with a default route the country of its public addresses"""
    def talk():
        ip(f"addr add {PRIVATE}/24 dev a0")
        ip("route add default dev a0")
        stays("ip", {}, 1.5)
        ip(f"addr add {IRAN}/32 dev a0")
        ip(f"addr add {CUBA}/32 dev b0")      # no default route leads there
        becomes("ip", {"local:a0": "IR"})
        ip(f"addr add {SUDAN6}/128 dev b0 nodad")
        ip("-6 route add default dev b0 metric 7")
        stays("ip", {"local:a0": "IR"}, 2)     # b0 has Cuba and Sudan: neither
        ip(f"addr del {CUBA}/32 dev b0")
        becomes("ip", {"local:a0": "IR", "local:b0": "SD"})
        ip(f"addr add {UKRAINE}/32 dev a0")
        becomes("ip", {"local:b0": "SD"})      # two countries at once are none
        ip(f"addr del {UKRAINE}/32 dev a0")
        becomes("ip", {"local:a0": "IR", "local:b0": "SD"})
        ip("link set a0 down")
        becomes("ip", {"local:b0": "SD"})

    with links("a0", "b0"):
        run(only(ip=True), talk)
    assert '"id":"local:b0","country":"SD"' in read(LOG), read(LOG)


def test_route_of_two_ways():
    """ip: a default route of several ways leads to each of its interfaces"""
    def talk():
        ip(f"addr add {IRAN}/32 dev a0")
        ip(f"addr add {CUBA}/32 dev b0")
        ip("route add default nexthop dev a0 nexthop dev b0")
        becomes("ip", {"local:a0": "IR", "local:b0": "CU"})

    with links("a0", "b0"):
        run(only(ip=True), talk)


def test_local_off():
    """ip: no interface's address counts when that is off, with a server or without"""
    server = Server()
    server.answer = CUBA

    def talk():
        becomes("ip", {"endpoint": "CU"})
        stays("ip", {"endpoint": "CU"}, 2)

    with links("a0"):
        ip(f"addr add {IRAN}/32 dev a0")
        ip("route add default dev a0")
        run(only(ip={"local": False}), lambda: stays("ip", {}, 2))
        run(settings(server), talk)


def test_damaged_data():
    """ip: damaged data is named, and nothing is claimed by it"""
    folder = os.path.join(TMP.name, "data")
    shutil.copytree(DATA, folder)
    file = os.path.join(folder, "ip/ipv4.rgi")
    os.truncate(file, os.path.getsize(file) - 1)
    path = os.path.join(TMP.name, "addresses")

    def talk():
        fails("ip", f"{file}: damaged, or not address data; allowed: the file of this version")
        assert not claims("ip"), claims("ip")
        os.rename(write(file + ".new", ""), file)
        shutil.copy(os.path.join(DATA, "ip/ipv4.rgi"), file)
        write(path, IRAN)
        becomes("ip", {"hint": "IR"})
        assert not error("ip"), error("ip")

    os.environ["REGIONGATE_DATA"] = folder
    try:
        write(path, CUBA)
        run(only(ip={"local": False, "hint": path}), talk)
    finally:
        os.environ["REGIONGATE_DATA"] = DATA


def test_hint():
    """ip: the addresses that a hook writes, in a folder that comes later, and goes"""
    folder = os.path.join(TMP.name, "hint")
    path = os.path.join(folder, "addresses")

    def talk():
        fails("ip", f"hint: {folder}: No such file or directory")
        os.mkdir(folder)
        write(path, f"# of the hook\n\n {CUBA} \r\n")
        becomes("ip", {"hint": "CU"})
        assert not error("ip"), error("ip")
        os.rename(write(path + ".new", f"{SUDAN6}\n{PRIVATE}\n"), path)
        becomes("ip", {"hint": "SD"})
        write(path, f"{SUDAN6}\n{CUBA}")
        becomes("ip", {})
        write(path, f"{CUBA}\n{CUBA}\n")
        becomes("ip", {"hint": "CU"})
        write(path, f"{CUBA}\n{CUBA} {IRAN}\n")
        fails("ip", f"{path}:2: not an address; allowed: at most 16 lines of one IPv4 or IPv6")
        becomes("ip", {})
        write(path, f"{CUBA}\n" * 17)
        fails("ip", f"{path}:17: too many addresses")
        write(path, "#" * 5000)
        fails("ip", "File too large")
        write(path, CUBA)
        becomes("ip", {"hint": "CU"})
        os.unlink(path)
        becomes("ip", {})
        write(path, UKRAINE)
        becomes("ip", {"hint": "UA"})
        shutil.rmtree(folder)
        becomes("ip", {})
        os.mkdir(folder)
        write(path, SUDAN6)
        becomes("ip", {"hint": "SD"})

    run(only(ip={"local": False, "hint": path}), talk)


class Server:
    """The operator's server: what it answers, and how often it was asked."""

    def __init__(self, cert=None):
        self.answer, self.status, self.delay, self.asked = IRAN, 200, 0, 0
        me = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                me.asked += self.path == "/address"
                assert self.path == "/address", self.path
                time.sleep(me.delay)
                self.send_response(me.status)
                if me.status == 302:
                    self.send_header("Location", "/elsewhere")
                # Else its end is TLS's to tell, and http.server does not close TLS in order.
                self.send_header("Content-Length", str(len(me.answer)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(me.answer.encode())

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.handle_error = lambda *_: None
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*cert)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http{'s' if cert else ''}://127.0.0.1:{self.http.server_port}/address"


def settings(server, **more):
    return only(ip={"local": False, "endpoint": server.url, **more})


def elsewhere():
    """Another network: what was told of the last one is asked anew."""
    elsewhere.count += 1
    ip(f"addr add 10.0.0.{elsewhere.count}/32 dev a0")


elsewhere.count = 0


def test_endpoint():
    """ip: the operator's server is asked when the network changes, and not otherwise"""
    server = Server()

    def talk():
        stays("ip", {}, 1.5)
        assert server.asked == 0, "asked without a way to the internet"
        ip("route add default dev a0")
        becomes("ip", {"endpoint": "IR"})
        stays("ip", {"endpoint": "IR"}, 4)
        assert server.asked == 1, server.asked
        server.answer = SUDAN6 + "\r\n"
        elsewhere()
        becomes("ip", {"endpoint": "SD"})
        assert server.asked == 2, server.asked
        ip("route del default dev a0")
        becomes("ip", {})
        ip("route add default dev a0")
        becomes("ip", {"endpoint": "SD"})
        assert server.asked == 3, server.asked
        server.answer = PRIVATE
        elsewhere()
        becomes("ip", {})
        assert not error("ip"), error("ip")

    os.environ["http_proxy"] = "http://127.0.0.1:1"     # must not be asked
    try:
        with links("a0"):
            run(settings(server), talk)
    finally:
        del os.environ["http_proxy"]


def test_endpoint_fails():
    """ip: what is wrong with the server's answer; it is asked again, and then is right"""
    server = Server()
    server.status = 500

    def talk():
        for answer, status, words in (
                (IRAN, 500, "endpoint: the answer is HTTP status 500"),
                (IRAN, 302, "endpoint: the answer is HTTP status 302"),
                (IRAN + " " * 255, 200, "endpoint: the answer is longer than 255 bytes"),
                (f"<p>{IRAN}</p>", 200, "endpoint: the answer is not an address; allowed: "),
                (f"{IRAN}\n{CUBA}", 200, "endpoint: the answer is not an address"),
                ("", 200, "endpoint: the answer is not an address")):
            server.answer, server.status = answer, status
            elsewhere()
            fails("ip", words)
            assert not claims("ip"), claims("ip")
        server.answer, server.status = IRAN + " " * 200, 200
        becomes("ip", {"endpoint": "IR"}, 20)     # by another try of the same fetch
        assert not error("ip"), error("ip")
        server.delay = 15
        elsewhere()
        fails("ip", "endpoint: Timeout was reached")
        server.delay, server.answer = 0, CUBA
        becomes("ip", {"endpoint": "CU"}, 20)

    with links("a0"):
        ip("route add default dev a0")
        run(settings(server), talk)


def certificate(name):
    """An authority of its own for 127.0.0.1: certificate and key."""
    paths = [os.path.join(TMP.name, name + end) for end in (".pem", ".key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", paths[0], "-keyout", paths[1]], check=True,
                   stderr=subprocess.DEVNULL)
    return paths


def test_endpoint_https():
    """ip: HTTPS counts by the authority that the operator names, and by no other"""
    ours, other = certificate("ours"), certificate("other")
    server = Server(ours)

    with links("a0"):
        ip("route add default dev a0")
        run(settings(server, ca_file=ours[0]), lambda: becomes("ip", {"endpoint": "IR"}))
        run(settings(server, ca_file=other[0]),
            lambda: fails("ip", "endpoint: SSL peer certificate"))
        run(settings(server), lambda: fails("ip", "endpoint: SSL peer certificate"))
        run(settings(server, ca_file="/nonexistent"), lambda: fails("ip", "endpoint: Problem with"))
    assert server.asked == 1, server.asked


@contextlib.contextmanager
def silent_names():
    """A name server that never answers, for half a minute."""
    conf = write(os.path.join(TMP.name, "resolv.conf"),
                 "nameserver 127.0.0.1\noptions timeout:30 attempts:1\n")
    target = os.path.realpath("/etc/resolv.conf")
    if not os.path.exists(target):
        raise Skip("no resolv.conf")
    subprocess.run(["mount", "--bind", conf, target], check=True)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("127.0.0.1", 53))
            yield server
    finally:
        subprocess.run(["umount", target], check=True)


def test_endpoint_without_names():
    """ip: a name server that is silent holds up nothing else"""
    path = os.path.join(TMP.name, "addresses")
    seen = {CUBA: "CU", UKRAINE: "UA"}

    def talk():
        names.settimeout(30)
        names.recv(512)
        slowest, number = 0, 0
        while "Timeout was reached" not in error("ip"):
            address = list(seen)[number % 2]
            number += 1
            began = time.monotonic()
            write(path, address)
            becomes("ip", {"hint": seen[address]})
            slowest = max(slowest, time.monotonic() - began)
            assert number < 300, "no end of the fetch"
        assert slowest < 5, slowest

    with links("a0"), silent_names() as names:
        ip("route add default dev a0")
        run(only(ip={"local": False, "hint": path, "endpoint": "http://device.example/"}), talk)


@contextlib.contextmanager
def gpsd(lines):
    """A gpsd that says each of lines() once in a while."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        def talk():
            while not over.is_set():
                with contextlib.suppress(OSError), server.accept()[0] as conn:
                    while not over.wait(0.1):
                        conn.sendall(b"".join(lines()))

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            over.set()


@contextlib.contextmanager
def policy(**changes):
    """Another policy for this test: the seed's first rule with changes, and fresh."""
    before = unit_helper.POLICY
    doc = json.loads(read(before))
    doc["fresh"] = changes.pop("fresh")
    doc["rules"] = [{**doc["rules"][0], **changes}]
    doc["rules"][0]["when"].pop("model_year", None)
    unit_helper.POLICY = write(os.path.join(TMP.name, "policy.json"), doc)
    try:
        yield
    finally:
        unit_helper.POLICY = before


def test_endpoint_is_read_again_where_it_counts():
    """ip: a server is asked again while a rule counts, and not in another country"""
    server, place = Server(), [MIAMI]
    server.answer = CUBA

    def talk():
        becomes("ip", {"endpoint": "CU"})
        # The position wakes the helper each second, and leads to no rule.
        until(lambda: not claims("ip"), "the answer to go stale", 20)
        assert server.asked == 1, server.asked
        place[0] = HAVANA
        until(lambda: explain()["decision"]["verdict"] == "watching",
              "the position to bring the address back", 20)
        stays("ip", {"endpoint": "CU"}, 8)
        assert 2 < server.asked < 6, server.asked

    def lines():
        return [tpv("/dev/gnss", lat=place[0][0], lon=place[0][1], eph=5)]

    with gpsd(lines) as address, links("a0"), \
            policy(fresh={"gnss": "4s", "ip": "4s"}, score=4, classes=2, dwell="1h"):
        ip("route add default dev a0")
        config = settings(server)
        config["sources"]["gnss"] = {"gpsd": address}
        run(config, talk)


def test_receivers():
    """gnss: two receivers are two claims, and what each may not say is none"""
    said = [[]]
    good = {"lat": 23.13, "lon": -82.38, "eph": 5}

    def talk():
        said[0] = [tpv("/dev/a", **good), tpv("/dev/b", **{**good, "lat": 35.69, "lon": 51.42})]
        until(lambda: sorted(claims("gnss")) == ["/dev/a", "/dev/b"], "both", 30)
        regions = {c["id"]: c["regions"] for c in explain()["decision"]["claims"]}
        assert regions == {"/dev/a": ["CU"], "/dev/b": ["IR"]}, regions
        number = 0
        for bad in ({"mode": 3, "lat": None}, {"mode": 1}, {"mode": 0}, {"lat": 91}, {"lon": 181},
                    {"eph": 50001}, {"eph": None}, {"eph": -1}, {"status": 8}):
            number += 1
            line = json.loads(tpv(f"/dev/bad{number}", **good))
            line.update(bad)
            line = {k: v for k, v in line.items() if v is not None}
            said[0] = [json.dumps(line, separators=(",", ":")).encode() + b"\r\n",
                       # The literal that some versions of gpsd write.
                       tpv(f"/dev/nan{number}", **good).replace(b"23.13", b"nan"),
                       tpv(f"/dev/good{number}", **good)]
            until(lambda: f"/dev/good{number}" in claims("gnss"), "the good one", 30)
            found = {c["id"]: c for c in explain()["decision"]["claims"]}
            assert f"/dev/nan{number}" not in found, found
            if bad.keys() & {"mode", "eph", "status"} and bad != {"eph": 50001}:
                assert f"/dev/bad{number}" not in found, (bad, found)
            else:
                claim = found[f"/dev/bad{number}"]
                assert claim["state"] == "no-evidence" and claim["why"], claim
        fails("gnss", "/dev/bad9: the receiver says that its fix is simulated; it is not used")

    with gpsd(lambda: said[0]) as address:
        run(only(gnss={"gpsd": address}), talk)

        def simulated():
            said[0] = [tpv("/dev/sim", status=8, **good)]
            until(lambda: "/dev/sim" in claims("gnss"), "the simulated one", 30)

        run(only(gnss={"gpsd": address, "simulated": True}), simulated)


def test_time_zone():
    """timezone: the link, a link to a link, and the text beside a copy; it counts for nothing"""
    folder = os.path.join(TMP.name, "etc")
    link, text = os.path.join(folder, "localtime"), os.path.join(folder, "timezone")
    os.makedirs(folder)

    def point(to):
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(to, link)

    def talk():
        stays("timezone", {}, 0.5)
        point("/usr/share/zoneinfo/America/Havana")
        becomes("timezone", {"": "America/Havana"})
        claim = explain()["decision"]["claims"][0]
        assert (claim["state"], claim["score"], claim["regions"]) == ("explains", 0, []), claim
        assert explain()["decision"]["verdict"] == "open"
        os.symlink("../usr/share/zoneinfo/posix/Asia/Tehran", link + ".new")
        os.rename(link + ".new", link)
        becomes("timezone", {"": "Asia/Tehran"})
        os.symlink("/usr/share/zoneinfo/Africa/Khartoum", os.path.join(folder, "other"))
        point("other")
        becomes("timezone", {"": "Africa/Khartoum"})
        for bad in ("localtime", "/usr/share/zoneinfo/" + "x" * 64, "/usr/share/zoneinfo/a b",
                    "/usr/share/zoneinfo/", "/nonexistent"):
            point(bad)
            becomes("timezone", {})
            point("/usr/share/zoneinfo/Africa/Khartoum")
            becomes("timezone", {"": "Africa/Khartoum"})
        os.unlink(link)
        becomes("timezone", {})
        write(link, "TZif2")
        write(text, "Asia/Pyongyang\n")
        becomes("timezone", {"": "Asia/Pyongyang"})

    run(only(timezone={"localtime": link}), talk)
    assert '"source":"timezone","tz":"Asia/Pyongyang"' in read(LOG), read(LOG)


def test_neighbours_and_cards():
    """cell, sim: two modems, the networks of cells beside, and a card in another slot"""
    cells = write(os.path.join(TMP.name, "cells"), "0 1 36801\n0 0 310260\n0 0 -\n0 0 00101\n"
                  "0 0 310260\n1 1 25501\n1 0 25032\n1 0 abc\n")
    both = {"0": "36801", "1": "25501"}

    def again():
        process.send_signal(signal.SIGUSR1)

    def talk():
        becomes("cell", {**both, "0:310260": "310260", "0:00101": "00101", "1:25032": "25032"})
        test = next(c for c in explain()["decision"]["claims"] if c["id"] == "0:00101")
        assert (test["state"], test["why"]) == ("no-evidence", "test network"), test
        becomes("sim", {**both, "1:slot2": "310260"})
        write(cells + ".new", "0 1 36801\n")
        os.rename(cells + ".new", cells)
        again()
        becomes("cell", both)
        write(cells + ".new", "1 0 25034\n")
        os.rename(cells + ".new", cells)
        again()
        becomes("cell", {**both, "1:25034": "25034"})
        os.unlink(cells)    # it cannot tell: that withdraws nothing
        again()
        until(lambda: asked().endswith("yyyy"), "the reading", 30)
        stays("cell", {**both, "1:25034": "25034"}, 0.5)
        process.send_signal(signal.SIGUSR2)
        becomes("cell", {"0": "36801"})
        becomes("sim", {"0": "36801"})
        again()
        until(lambda: asked().endswith("yyyyyy"), "the reading of one modem", 30)
        stays("cell", {"0": "36801"}, 0.5)

    with modem_manager(cells) as (address, _, asked, process):
        said = run(only(cell=True, sim=True, dbus=address), talk)
    assert "<4>" not in said, said
    assert "56789" not in read(LOG) + json.dumps(explain()), "the cell's number"


def test_modem_that_cannot_tell():
    """cell: a modem that does not know its neighbours is no reason for a word"""
    with modem_manager() as (address, _, _, _):
        said = run(only(cell=True, dbus=address), lambda: becomes("cell", {"0": "36801"}))
    assert "<4>" not in said and "<3>cell" not in said, said


def test_all_off():
    """what is off is not started, and every source is shown"""
    fresh()
    live(copy.deepcopy(QUIET))
    assert [(s["name"], s["state"]) for s in explain()["sources"]] == [
        (name, "off") for name in ("cell", "gnss", "ip", "regdom", "sim", "timezone", "wifi")]
    assert os.path.isdir(RUN)


main(globals())
