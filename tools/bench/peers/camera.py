"""The two ends that every measured program has: a camera that is not there, and somebody who looks when a picture arrives.

A picture carries its number and capture time as a barcode (packages/protocol/src/media/barcode.ts has the layout). Whoever has a
decoded picture in memory says so with one line on stdout: frame, capture and arrival, the latter two in microseconds of CLOCK_MONOTONIC.
"""

import binascii
import mmap
import struct
import time

COLUMNS, ROWS, CODE_BYTES = 48, 2, 12
BLACK, WHITE, THRESHOLD = 16, 235, 126
# A V4L2 driver's usual number of buffers: the reader holds one, the others wait.
BUFFERS = 4


def now_us():
    return time.monotonic_ns() // 1000


class Camera:
    """Gives pictures of a raw BGR file, again and again, `fps` a second; 0: as fast as they are taken.

    As V4L2 it fills the buffers that are free and drops the newest picture when there is none.
    """

    def __init__(self, path, width, height, fps):
        self.width, self.height = width, height
        self.picture = bytearray(width * height * 3)
        with open(path, "rb") as file:
            self.footage = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.period_us = 1e6 / fps if fps else 0
        self.start_us = now_us()
        self.taken = 0
        self.waiting = []

    def _due_us(self, frame):
        return int(self.start_us + frame * self.period_us)

    def _fill(self):
        """Everything the camera has done while nobody looked."""
        while self._due_us(self.taken) <= now_us():
            if len(self.waiting) < BUFFERS - 1:
                self.waiting.append(self.taken)
            self.taken += 1

    def next(self):
        """The next picture, stamped: a bytearray that is valid until the next call."""
        if self.period_us:
            self._fill()
            if not self.waiting:
                time.sleep(max(0, self._due_us(self.taken) - now_us()) / 1e6)
                self.waiting.append(self.taken)
                self.taken += 1
            frame = self.waiting.pop(0)
            captured_us = self._due_us(frame)
        else:
            frame, captured_us = self.taken, now_us()
            self.taken += 1
        size = len(self.picture)
        at = frame % (len(self.footage) // size) * size
        self.picture[:] = memoryview(self.footage)[at : at + size]
        stamp(self.picture, self.width, frame + 1, captured_us)
        return self.picture


def band_px(width):
    return round(ROWS * width / COLUMNS)


def stamp(picture, width, frame, captured_us):
    data = struct.pack(">IHI", frame, captured_us >> 32 & 0xFFFF, captured_us & 0xFFFFFFFF)
    code = int.from_bytes(data + struct.pack(">H", binascii.crc_hqx(data, 0xFFFF)), "big")
    bits = f"{code:096b}"
    height = band_px(width)
    edges = [-(-x * width // COLUMNS) for x in range(COLUMNS + 1)]
    for row in range(ROWS):
        line = b"".join(
            bytes([WHITE if bits[row * COLUMNS + x] == "1" else BLACK]) * 3 * (edges[x + 1] - edges[x]) for x in range(COLUMNS)
        )
        top, bottom = row * height // ROWS, (row + 1) * height // ROWS
        picture[top * width * 3 : bottom * width * 3] = line * (bottom - top)


def read_barcode(picture, width):
    """(frame, capture time), or None when there is none or coding has destroyed it."""
    block, row_px = width / COLUMNS, band_px(width) / ROWS
    side = max(1, int(min(block, row_px) / 3))
    code = 0
    for bit in range(CODE_BYTES * 8):
        left = int(bit % COLUMNS * block + (block - side) / 2)
        top = int(bit // COLUMNS * row_px + row_px / 2)
        at = (top * width + left) * 3 + 1
        code = code << 1 | (sum(picture[at : at + side * 3 : 3]) > THRESHOLD * side)
    data = code.to_bytes(CODE_BYTES, "big")
    if binascii.crc_hqx(data, 0xFFFF) != 0:
        return None
    frame, high, low = struct.unpack(">IHI", data[:10])
    return frame, high << 32 | low


def arrived(picture, width):
    """Tells of a picture that is whole in memory now."""
    at_us = now_us()
    code = read_barcode(picture, width)
    print("unreadable" if code is None else f"{code[0]} {code[1]} {at_us}", flush=True)
