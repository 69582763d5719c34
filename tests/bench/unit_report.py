#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmarks' report, of made-up rows."""
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "fixtures")]

from ktap import main  # noqa: E402

PACKETS = {"no module": 3378, "open": 3378, "open, after a release": 3378, "list miss": 2887, "allowed": 3628,
           "allowed, 64 flows": 3655, "no flows": 2700, "nft drop": 3207, "nft pass": 4015,
           "tc matchall drop": 2910, "tc flower drop": 3650, "tc bpf drop": 2962}
KEYS = {"no module": 5210, "open": 5210, "delivered to VT and reader": 5400, "held back": 610,
        "EVIOCGRAB": 1830, "inhibited": 95}
# What a command costs, and each link more.
LINKS = {"gate, emergency": (90000, 2100), "release, emergency": (95000, 1900),
         "gate, down": (90000, 21000), "release, down": (90000, 24000),
         "ip -batch down": (900000, 52000), "ip -batch up": (900000, 61000),
         "nft, two chains a link: set": (2500000, 61000),
         "nft, two chains a link: unset": (900000, 42000),
         "nft, two chains for 250 links: set": (2500000, 11000),
         "nft, two chains for 250 links: unset": (900000, 8100)}
TMP = tempfile.TemporaryDirectory()


def row(part, kernel, case, who, value, unit="instructions"):
    return {"part": part, "kernel": kernel, "case": case, "who": who, "value": value,
            "unit": unit}


def of_kernel(k):
    for case, more in (("udp", 2000), ("tx", 0), ("rx", 700)):
        for who, value in PACKETS.items():
            yield row("packets", k, case, who, value + more)
    for who, value in KEYS.items():
        yield row("keys", k, "key", who, value)
    for who, (base, each) in LINKS.items():
        for n in (100, 1000, 10000):
            if n < 10000 or "gate" in who or "release" in who:
                yield row("switching", k, f"{n} links", who, base + n * each)
    yield row("switching", k, "1000 links", "gate, emergency, wall time", 7.25, "ms")
    yield row("switching", k, "floor", "kernel's hooks of one link", 3200)
    yield row("switching", k, "floor", "module's own part of one link", 700)
    for n in (100, 300, 700):
        for who in "gate", "release", "closed later", "gate, with LEDs":
            yield row("input", k, f"{n} keyboards", who, 40000 + n * 900)
        yield row("input", k, f"{n} keyboards", "release, with LEDs", 40000 + n * (800 + n))
        yield row("input", k, f"{n} keyboards", "console's LEDs at release", n * n)
    yield row("size", k, "memory", "a gated link more", 192, "bytes")
    yield row("size", k, "module", "text+data", 91000, "bytes")
    yield row("threads", k, "locked instructions on the packet path", "regiongate", 0, "count")
    for way in "tx", "rx":
        yield row("threads", k, f"swap of the profile under load, {way}",
                  "allowed frames dropped", 0, "count")


def sample():
    rows = [one for k in ("6.12", "6.1") for one in of_kernel(k)]
    rows.append(row("helper", "6.12", "resident", "Rss", 15200, "kB"))
    rows.append(row("user", "", "where", "regiongate", 21000.5, "/s"))
    return rows


def report(rows, *parts):
    """Runs the report of rows: what it said, and the folder of its results."""
    folder = tempfile.mkdtemp(dir=TMP.name)
    for one in rows:
        text = one if isinstance(one, str) else json.dumps(one) + "\n"
        part = "packets" if isinstance(one, str) else one["part"]
        with open(os.path.join(folder, f"{part}.jsonl"), "a", encoding="utf-8") as file:
            file.write(text)
    for name, text in (("qemu", "7.2.22"), ("release-6.12", "6.12.1"), ("release-6.1", "6.1.0")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    out = os.path.join(folder, "out")
    done = subprocess.run([os.path.join(HERE, "report.py"), folder, out, *parts],
                          capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done, out


def line_of(done, begin):
    found = [line for line in done.stdout.splitlines() if line.strip().startswith(begin)]
    assert found, f"no line begins with {begin!r}:\n{done.stdout}"
    return found[0].split()


def test_table():
    """each figure stands in the table, beside no module's, with its command below"""
    done, _ = report(sample())
    assert not done.returncode, done.stdout + done.stderr
    assert line_of(done, "list miss  ")[2:] == ["4,887", "-491", "2,887", "-491", "3,587", "-491"]
    assert line_of(done, "gate, emergency  ")[-1] == "2,100", "the cost of one more link"
    assert line_of(done, "nft, two chains a link: set")[-2] == "-", "not measured at 10000"
    assert "> tests/bench/run packets" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_targets():
    """a missed target is named with its floor, and the others are met"""
    done, out = report(sample())
    assert line_of(done, "packets, tx: list miss / tc bpf drop")[-4:] == ["0.9747", "met"] * 2
    name = "switching: emergency / nft, two chains for 250 links"
    assert line_of(done, name)[-4:] == ["0.2094", "MISSED"] * 2
    words = " ".join(done.stdout.split())
    assert f"6.12, {name}: of 4,000 instructions a link, the kernel's registering" in words
    assert "take 3,200 (80%), the module's own work 700 (18%)" in words
    assert "with the hooks alone the ratio would be 0.168." in words
    assert line_of(done, "input: release, with LEDs, up to")[-1] == "MISSED"
    assert "of the release of 700. All else takes 800 and then 800 instructions" in words
    with open(os.path.join(out, "results.json"), encoding="utf-8") as file:
        results = json.load(file)
    missed = [one["kernel"] for one in results["targets"] if one["met"] is False]
    assert sorted(missed) == ["6.1"] * 2 + ["6.12"] * 2, missed
    assert len(results["rows"]) == len(sample())


def test_unexplained():
    """a miss without a floor is a failure"""
    rows = [one for one in sample() if one["case"] != "floor"]
    done, _ = report(rows)
    assert done.returncode == 1 and "no floor is known" in done.stdout, done.stdout


def test_missing():
    """a row that is missing is named; a part that was not measured stops nothing but the results"""
    rows = [one for one in sample() if (one["case"], one["who"]) != ("rx", "open")]
    done, out = report(rows)
    assert done.returncode == 1
    assert 'no row of packets, 6.12, case "rx", who "open"' in done.stdout, done.stdout
    done, out = report([one for one in sample() if one["part"] == "packets"], "packets")
    assert not done.returncode and "keys on 6.1, " in done.stderr, done.stderr
    assert not os.path.exists(out) and "0 missed" in done.stdout


def test_wrong():
    """what is no row, or a second one of the same, is named by file and line"""
    for rows, said in (([row("packets", "6.12", "tx", "open", 1), '{"part": 1}\n'],
                        "packets.jsonl:2: this is no row"),
                       ([row("keys", "6.12", "key", "open", 1)] * 2,
                        "keys.jsonl:2: a second row of keys, 6.12, key, open")):
        done, _ = report(rows)
        assert done.returncode == 1 and said in done.stderr, done.stderr


def test_results():
    """the results are the same for the same rows, and the picture is an SVG with each value"""
    one, two = (report(rows)[1] for rows in (sample(), sample()[::-1]))
    for name in ("results.json", "results.svg"):
        with open(os.path.join(one, name), "rb") as a, open(os.path.join(two, name), "rb") as b:
            assert a.read() == b.read(), name
    texts = [one.text for one in ET.parse(os.path.join(one, "results.svg")).iter()]
    assert "2,887" in texts and "113,000" in texts, texts


main(globals())
