# SPDX-License-Identifier: GPL-2.0-or-later
"""Input devices made through uinput, and readers of event nodes."""
import errno
import fcntl
import glob
import os
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures"))

import ktap  # noqa: E402

EV_SYN, EV_KEY, EV_REL, EV_ABS, EV_MSC, EV_SW, EV_LED, EV_REP = (
    0, 1, 2, 3, 4, 5, 0x11, 0x14)
SYN_REPORT, SYN_DROPPED = 0, 3
KEY_1, KEY_Q, KEY_A, KEY_B, KEY_C, KEY_LEFTALT = 2, 16, 30, 48, 46, 56
KEY_H, KEY_CAPSLOCK, KEY_F1, KEY_SYSRQ, KEY_POWER, KEY_INFO, KEY_SOS = (
    35, 58, 59, 99, 116, 0x166, 0x27f)
BTN_LEFT, BTN_TOUCH = 0x110, 0x14a
REL_X, REL_Y, REL_WHEEL = 0, 1, 8
ABS_X, ABS_Y = 0, 1
ABS_MT_SLOT, ABS_MT_POSITION_X, ABS_MT_POSITION_Y, ABS_MT_TRACKING_ID = (
    0x2f, 0x35, 0x36, 0x39)
INPUT_PROP_DIRECT = 1
LED_CAPSL = 1
LETTERS = range(1, 120)
DEADLINE_S = 10


# Nothing else loads what makes devices, and their nodes.
subprocess.run(["modprobe", "-a", "uinput", "uhid", "hid-generic", "evdev"], check=True)


def wait_for(condition, what, seconds=DEADLINE_S):
    return ktap.until(condition, what, seconds, 0.01)


def run(tests, reset):
    """reset() after one that failed, so that the next starts afresh."""
    def afresh(good):
        if not good:
            reset()
    ktap.main(tests, after=afresh)


def _ioc(direction, group, number, size):
    return direction << 30 | size << 16 | ord(group) << 8 | number


UI_DEV_CREATE = _ioc(0, "U", 1, 0)
UI_DEV_SETUP = _ioc(1, "U", 3, 92)
UI_ABS_SETUP = _ioc(1, "U", 4, 28)
UI_SET_EVBIT, UI_SET_PROPBIT = _ioc(1, "U", 100, 4), _ioc(1, "U", 110, 4)
UI_SET_BIT = {EV_KEY: 101, EV_REL: 102, EV_ABS: 103, EV_MSC: 104, EV_LED: 105,
              EV_SW: 109}
EVIOCGRAB = _ioc(1, "E", 0x90, 4)
EVIOCSKEYCODE = _ioc(1, "E", 0x04, 8)
EVIOCGKEYCODE = _ioc(2, "E", 0x04, 8)
HIDIOCGFEATURE = _ioc(3, "H", 0x07, 2)     # of two bytes
EVENT = struct.Struct("llHHi")


class Uinput:
    """A device as a program makes it; every write is one whole packet."""

    def __init__(self, name, keys=(), rel=(), axes=None, props=(), leds=(),
                 switches=(), repeat=False, vendor=0x1234, product=1):
        self.fd = -1
        self.name = name
        self.fd = os.open("/dev/uinput", os.O_RDWR | os.O_NONBLOCK)
        self._bits(EV_KEY, keys)
        self._bits(EV_REL, rel)
        self._bits(EV_LED, leds)
        self._bits(EV_SW, switches)
        if repeat:
            fcntl.ioctl(self.fd, UI_SET_EVBIT, EV_REP)
        for prop in props:
            fcntl.ioctl(self.fd, UI_SET_PROPBIT, prop)
        for axis, top in (axes or {}).items():
            self._bits(EV_ABS, [axis])
            fcntl.ioctl(self.fd, UI_ABS_SETUP,
                        struct.pack("Hxx6i", axis, 0, 0, top, 0, 0, 0))
        fcntl.ioctl(self.fd, UI_DEV_SETUP,
                    struct.pack("HHHH80sI", 3, vendor, product, 1,
                                name.encode(), 0))
        fcntl.ioctl(self.fd, UI_DEV_CREATE)
        buf = bytearray(64)
        fcntl.ioctl(self.fd, _ioc(2, "U", 44, len(buf)), buf)
        self.sysname = buf.split(b"\0")[0].decode()
        self.id = int(self.sysname[5:])

    def _bits(self, kind, codes):
        for code in codes:
            fcntl.ioctl(self.fd, UI_SET_EVBIT, kind)
            fcntl.ioctl(self.fd, _ioc(1, "U", UI_SET_BIT[kind], 4), code)

    def raw(self, *events):
        os.write(self.fd, b"".join(EVENT.pack(0, 0, *e) for e in events))

    def send(self, *events):
        self.raw(*events, (EV_SYN, SYN_REPORT, 0))

    def press(self, code):
        self.send((EV_KEY, code, 1))

    def release(self, code):
        self.send((EV_KEY, code, 0))

    def tap(self, *codes):
        for code in codes:
            self.press(code)
            self.release(code)

    def node(self):
        return node_of(self.sysname)

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    __del__ = close


def keyboard(name="test keyboard", **more):
    return Uinput(name, keys=[*LETTERS, KEY_SOS], leds=[LED_CAPSL], **more)


def button(name="test power button"):
    return Uinput(name, keys=[KEY_POWER])


def mouse(name="test mouse"):
    return Uinput(name, keys=[BTN_LEFT], rel=[REL_X, REL_Y])


def touch(name="test touch"):
    return Uinput(name, keys=[BTN_TOUCH], props=[INPUT_PROP_DIRECT],
                  axes={ABS_X: 4095, ABS_Y: 4095, ABS_MT_SLOT: 4,
                        ABS_MT_POSITION_X: 4095, ABS_MT_POSITION_Y: 4095,
                        ABS_MT_TRACKING_ID: 65535})


def node_of(sysname):
    """/dev/input/eventN of an inputN, once evdev and devtmpfs have made it."""
    def find():
        for path in glob.glob(f"/sys/class/input/{sysname}/event*"):
            node = "/dev/input/" + os.path.basename(path)
            if os.path.exists(node):
                return node
        return None
    return wait_for(find, f"an event node of {sysname}")


def has_node(dev):
    """Whether evdev is at a device; a strict profile takes it away."""
    return bool(glob.glob(f"/sys/class/input/{dev.sysname}/event*"))


def input_named(name, prefix=False):
    """inputN of the device of that name, or whose name begins so, or None."""
    for path in glob.glob("/sys/class/input/input*/name"):
        try:
            with open(path, encoding="utf-8") as file:
                found = file.read().strip()
            if found == name or prefix and found.startswith(name):
                return path.split("/")[-2]
        except OSError:
            continue
    return None


class Reader:
    """A process that reads an event node. What a write to uinput caused is here
    when the write returns, so that nothing read means nothing delivered."""

    def __init__(self, node):
        self.fd = -1
        self.fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)

    def events(self, syn=False):
        """All that is there now, as (type, code, value)."""
        out = []
        while True:
            try:
                data = os.read(self.fd, EVENT.size * 64)
            except BlockingIOError:
                break
            for at in range(0, len(data), EVENT.size):
                event = EVENT.unpack_from(data, at)[2:]
                if syn or event[0] != EV_SYN:
                    out.append(event)
        return out

    def until(self, event, what=None):
        """Read on until an event came; all up to then."""
        seen = []

        def look():
            seen.extend(self.events())
            return event in seen
        wait_for(look, what or f"event {event}, only {seen}")
        return seen

    def grab(self, on=True):
        fcntl.ioctl(self.fd, EVIOCGRAB, int(on))

    def _bitmap(self, number, size):
        buf = bytearray(size)
        fcntl.ioctl(self.fd, _ioc(2, "E", number, size), buf)
        return buf

    def down(self):
        """Codes of all keys that are down."""
        bits = self._bitmap(0x18, 96)
        return [i for i in range(768) if bits[i // 8] >> i % 8 & 1]

    def leds(self):
        return self._bitmap(0x19, 2)[0]

    def slots(self, axis, count):
        """The value of a multi-touch axis in each slot."""
        buf = bytearray(struct.pack(f"I{count}i", axis, *[0] * count))
        fcntl.ioctl(self.fd, _ioc(2, "E", 0x0a, len(buf)), buf)
        return struct.unpack(f"I{count}i", buf)[1:]

    def remap(self, scancode, keycode):
        fcntl.ioctl(self.fd, EVIOCSKEYCODE,
                    struct.pack("II", scancode, keycode))

    def keycode(self, scancode):
        buf = bytearray(struct.pack("II", scancode, 0))
        fcntl.ioctl(self.fd, EVIOCGKEYCODE, buf)
        return struct.unpack("II", buf)[1]

    def inject(self, *events):
        os.write(self.fd, b"".join(EVENT.pack(0, 0, *e) for e in events))

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    __del__ = close


class StrictReader:
    """Reads a device whose node comes and goes with a strict profile."""

    def __init__(self, dev):
        self.dev = dev
        self.reader = None

    def events(self):
        """As of Reader; nothing without a node, or where it was taken away."""
        try:
            return self.reader.events() if self.reader else []
        except OSError as why:
            assert why.errno == errno.ENODEV, why
            self.reader = None
            return []


class Uhid:
    """A HID device with one consumer key, KEY_INFO, which the console does not
    read. It tells when the kernel opens and closes it.
    """
    CREATE2, DESTROY, INPUT2, OPEN, CLOSE = 11, 1, 12, 4, 5
    GET_REPORT, GET_REPORT_REPLY = 9, 10
    # Consumer control: one bit of usage Data On Screen, seven of padding.
    DESCRIPTOR = bytes.fromhex(
        "050c 0901 a101 1500 2501 7501 9501 0960 8102 9507 8103 c0")
    USAGE = 0xc0060

    def __init__(self, name):
        self.fd = -1
        self.fd = os.open("/dev/uhid", os.O_RDWR | os.O_NONBLOCK)
        self.opened = False
        self.name = name
        os.write(self.fd, struct.pack(
            "<I128s64s64sHHIIII4096s", self.CREATE2, name.encode(), b"", b"",
            len(self.DESCRIPTOR), 3, 0x1234, 99, 1, 0, self.DESCRIPTOR))
        self.sysname = wait_for(lambda: input_named(name, True), name)
        self.id = int(self.sysname[5:])

    def _told(self):
        """What the kernel told since the last look: its kind, and a request's number."""
        while True:
            try:
                kind, number = struct.unpack_from("<II", os.read(self.fd, 8192))
            except BlockingIOError:
                return
            if kind in (self.OPEN, self.CLOSE):
                self.opened = kind == self.OPEN
            yield kind, number

    def is_open(self):
        for _ in self._told():
            pass
        return self.opened

    def asked(self):
        """The number of the next request for a report; None so far."""
        return next((number for kind, number in self._told() if kind == self.GET_REPORT), None)

    def refuse(self, number):
        """Answers that request."""
        os.write(self.fd, struct.pack("<IIHH", self.GET_REPORT_REPLY, number, errno.EIO, 0))

    def hidraws(self):
        """Paths of its hidraw nodes."""
        hid = os.path.realpath(f"/sys/class/input/{self.sysname}/device/hidraw")
        return ["/dev/" + name for name in os.listdir(hid)] if os.path.isdir(hid) else []

    def unbind(self):
        """Takes the driver from the device, and returns what gives it back: a
        function whose end finds the device under its new number.
        """
        driver = "/sys/bus/hid/drivers/hid-generic/"
        name = os.path.basename(os.path.realpath(f"/sys/class/input/{self.sysname}/device"))
        with open(driver + "unbind", "w", encoding="ascii") as file:
            file.write(name)

        def bind():
            with open(driver + "bind", "w", encoding="ascii") as file:
                file.write(name)
            self.sysname = wait_for(lambda: input_named(self.name, True), self.name)
            self.id = int(self.sysname[5:])
        return bind

    def tap(self):
        for bit in (1, 0):
            os.write(self.fd, struct.pack("<IHB", self.INPUT2, 1, bit))

    def node(self):
        return node_of(self.sysname)

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    __del__ = close


def fails_with(number, call, *args):
    """Whether call(*args) raises an OSError of that number."""
    try:
        call(*args)
    except OSError as err:
        if err.errno == number:
            return True
        raise
    return False


class Port:
    """The keyboard controller: types on the AT keyboard of the machine."""

    def __init__(self):
        self.fd = os.open("/dev/port", os.O_RDWR)

    def _out(self, port, value):
        def ready():
            return not os.pread(self.fd, 1, 0x64)[0] & 3
        wait_for(ready, "the keyboard controller has no byte on its way")
        os.pwrite(self.fd, bytes([value]), port)

    def scancode(self, *codes):
        """0xd2 puts a byte into the controller's output, as if a key sent it."""
        for code in codes:
            self._out(0x64, 0xd2)
            self._out(0x60, code)


def kernel_log():
    """A file that gives the kernel messages from now on."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    os.lseek(fd, 0, os.SEEK_END)
    return fd


def kernel_said(fd, text):
    """Whether a message read now contains the text."""
    while True:
        try:
            if text in os.read(fd, 8192).decode("utf-8", "replace"):
                return True
        except BlockingIOError:
            return False
        except OSError as err:
            if err.errno != errno.EPIPE:
                raise
