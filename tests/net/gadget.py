# SPDX-License-Identifier: GPL-2.0-or-later
"""USB devices that this machine plugs into itself: a gadget on dummy_hcd."""
import os
import struct

import netlab as n

CONFIGFS = "/sys/kernel/config"
GADGETS = CONFIGFS + "/usb_gadget"
FFS = "/run/gadget-ffs"
# Endpoint attributes; the low bit of a direction is in the address.
BULK, INTERRUPT, IN = 2, 3, 0x80


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _interface(endpoints, bulk):
    """A vendor's own interface: an interrupt and two bulk endpoints, as modems have."""
    kinds = ((1 | IN, INTERRUPT, 16, 9), (2 | IN, BULK, bulk, 0), (3, BULK, bulk, 0))
    out = struct.pack("<9B", 9, 4, 0, 0, endpoints, 0xff, 0xff, 0xff, 0)
    for address, kind, size, interval in kinds:
        out += struct.pack("<BBBBHB", 7, 5, address, kind, size, interval)
    return out


def _descriptors():
    """FunctionFS's second format: full speed, then high speed."""
    full, high = _interface(3, 64), _interface(3, 512)
    body = struct.pack("<II", 4, 4) + full + high
    return struct.pack("<III", 3, 12 + len(body), 1 | 2) + body


class Gadget:
    """function: what configfs calls it, "ecm" or "ffs". Gone after close()."""

    def __init__(self, function, vendor=0x1d6b, product=0x0104):
        n.run("modprobe -a dummy_hcd libcomposite usb_f_" +
              {"ffs": "fs"}.get(function, function))
        if not os.path.isdir(GADGETS):
            n.run(f"mount -t configfs none {CONFIGFS}")
        self.path = f"{GADGETS}/test"
        self.function = f"{self.path}/functions/{function}.test"
        self.link = f"{self.path}/configs/c.1/{function}.test"
        self.endpoint = None
        os.mkdir(self.path)
        write(self.path + "/idVendor", hex(vendor))
        write(self.path + "/idProduct", hex(product))
        os.mkdir(self.path + "/configs/c.1")
        os.mkdir(self.function)
        os.symlink(self.function, self.link)
        if function == "ffs":
            self._serve()
        write(self.path + "/UDC", "dummy_udc.0")

    def _serve(self):
        os.makedirs(FFS, exist_ok=True)
        n.run(f"mount -t functionfs test {FFS}")
        self.endpoint = os.open(FFS + "/ep0", os.O_RDWR)
        os.write(self.endpoint, _descriptors())
        os.write(self.endpoint, struct.pack("<IIII", 2, 16, 0, 0))

    def close(self):
        write(self.path + "/UDC", "\n")
        if self.endpoint is not None:
            os.close(self.endpoint)
            n.run(f"umount {FFS}")
        os.unlink(self.link)
        os.rmdir(self.function)
        os.rmdir(self.path + "/configs/c.1")
        os.rmdir(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
