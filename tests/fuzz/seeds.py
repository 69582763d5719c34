#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: seeds.py SPEC OUT

Writes valid messages of every command in the family's spec: for each, a 32-bit
length and the message from its generic netlink header on.
"""
import itertools
import os
import struct
import sys

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures"))

from rgnl import N, nest, num, raw  # noqa: E402

CODES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
# What belongs together; a value that the spec alone does not tell.
VALUES = {
    ("gate", "region"): [b"CU", b"UA-43"], ("gate", "lease"): [60000, 20000],
    ("gate", "generation"): [1], ("gate", "notice"): [0, 5000],
    ("gate", "confirm"): [5000, 0], ("gate", "grace"): [0, 1000],
    ("gate", "emergency-length"): [1, 60000],
    ("flow", "addr"): [bytes([192, 0, 2, 1]), bytes([0x20, 1, 13, 184] + 12 * [0])],
    ("flow", "prefix"): [32], ("flow", "proto"): [17],
    ("flow", "port-min"): [5060], ("flow", "port-max"): [5061],
    ("chord", "key"): [116], ("chord", "times"): [5], ("chord", "within"): [3000],
    ("profile", "key"): [116, 0x27f, 30], ("profile", "window"): [2],
    ("profile", "window-length"): [60000],
    ("exception", "hwaddr"): [bytes([82, 84, 0, 0, 0, 1])],
    ("exception", "bus"): [b"0000:00:05.0"],
    ("input-id", "bustype"): [3], ("input-id", "vendor"): [0x46d],
    ("input-id", "product"): [0xc31c],
    ("device", "kind"): [0, 1], ("device", "id"): [1, 2, 3],
}


class Spec:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            doc = yaml.safe_load(file)
        self.operations = doc["operations"]["list"]
        self.sets = {one["name"]: {attr["name"]: attr for attr in one["attributes"]}
                     for one in doc["attribute-sets"]}
        self.enums = {one["name"]: len(one["entries"])
                      for one in doc["definitions"] if one["type"] in ("enum", "flags")}

    def attributes(self, of, name):
        """Valid forms of an attribute of a set."""
        attr = self.sets[of][name]
        kind = N[f"A_{of}_{name}".upper().replace("-", "_")]
        if attr["type"] == "flag":
            return [raw(kind, b"")]
        if attr["type"] == "nest":
            return self.nested(kind, attr["nested-attributes"])
        values = VALUES.get((of, name)) or \
            (range(self.enums[attr["enum"]]) if "enum" in attr else None)
        if attr["type"] == "string":
            return [raw(kind, value + b"\0") for value in values or [b"a word"]]
        if attr["type"] == "binary":
            return [raw(kind, value) for value in values]
        return [num(kind, value, CODES[attr["type"]]) for value in values or [0, 1]]

    def nested(self, kind, inner):
        names = [name for name in self.sets[inner] if name != "pad"]
        if inner == "exception":    # one name each
            return [nest(kind, form, action)
                    for name in names[:-1] for form in self.attributes(inner, name)
                    for action in self.attributes(inner, names[-1])]
        return [nest(kind, *forms) for forms in itertools.product(
            *(self.attributes(inner, name) for name in names))]

    def messages(self):
        for operation in self.operations:
            if "do" not in operation:
                continue
            number = N["CMD_" + operation["name"].upper().replace("-", "_")]
            head = struct.pack("BBH", number, 1, 0)
            names = [name for name in operation["do"]["request"]["attributes"] if name != "pad"]
            forms = [self.attributes(operation["attribute-set"], name) for name in names]
            yield head
            for form in itertools.chain(*forms):
                yield head + form
            # Of attributes that repeat, all forms: a profile names all classes.
            yield head + b"".join(itertools.chain(*forms))
            for mix in range(8):
                # All keys at once, as some are needed in every profile.
                yield head + b"".join(b"".join(form) if name == "key" else
                                      form[mix % len(form)]
                                      for name, form in zip(names, forms))


def main():
    with open(sys.argv[2], "wb") as out:
        for message in Spec(sys.argv[1]).messages():
            out.write(struct.pack("I", len(message)) + message)


if __name__ == "__main__":
    main()
