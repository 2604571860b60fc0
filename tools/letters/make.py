"""Makes packages/receiver/assets/letters.bin.gz: the letters that are drawn over pictures, as coverage of pixels, from the font Inter.

Run once, by whoever changes the letters: apt-get install fonts-inter python3-pil && python3 tools/letters/make.py
The format is described in packages/receiver/src/display/letters.ts, which reads it.
"""
import gzip
import struct
import sys
from pathlib import Path

from PIL import ImageFont

FONT = "/usr/share/fonts/opentype/inter/Inter-Medium.otf"
EM_PX = 56
RANGES = [
    (0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x17F), (0x218, 0x21B), (0x2C6, 0x2DD), (0x384, 0x3CE), (0x400, 0x45F), (0x490, 0x491),
    (0x2010, 0x2026), (0x2030, 0x203A), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2193),
    (0x2212, 0x2212), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2265), (0x25CF, 0x25CF), (0x2713, 0x2717), (0xFFFD, 0xFFFD),
]


def main() -> None:
    font = ImageFont.truetype(FONT, EM_PX)
    missing = bytes(font.getmask("\U0010fffd")), font.getmask("\U0010fffd").size
    digit_px = max(font.getlength(digit) for digit in "0123456789")
    ascent, _ = font.getmetrics()
    head, pixels = [], []
    for first, last in RANGES:
        for code in range(first, last + 1):
            letter = chr(code)
            mask, (left, top) = font.getmask2(letter, anchor="ls")
            width, height = mask.size
            if (bytes(mask), mask.size) == missing and code != 0xFFFD:
                continue
            advance = font.getlength(letter)
            # Figures of one width, so that a table does not tremble.
            if letter.isascii() and letter.isdigit():
                left += round((digit_px - advance) / 2)
                advance = digit_px
            head.append(struct.pack("<IHhhHH", code, round(advance * 64), left, -top, width, height))
            pixels.append(bytes(mask))
    data = struct.pack("<HHH", EM_PX, ascent, len(head)) + b"".join(head) + b"".join(pixels)
    target = Path(__file__).parents[2] / "packages/receiver/assets/letters.bin.gz"
    # No time in it: the same font gives the same file.
    target.write_bytes(gzip.compress(data, 9, mtime=0))
    sys.stderr.write(f"{len(head)} letters, {target.stat().st_size} bytes\n")


main()
