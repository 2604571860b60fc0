#!/usr/bin/env python3
"""Feeds raw pictures to a program's stdin, takes them from a program's stdout, or passes them on: what ffmpeg and GStreamer need around them.

    pipes.py feed FOOTAGE WIDTH HEIGHT FPS -- PROGRAM …
    pipes.py take WIDTH HEIGHT -- PROGRAM …
    pipes.py pass WIDTH HEIGHT
"""

import os
import subprocess
import sys

from camera import Camera, arrived

# The most that a user may ask for: fewer turns between the programs.
PIPE_BYTES = 1 << 20


def read_picture(file, picture):
    """Fills `picture`; whether it could."""
    view = memoryview(picture)
    while view:
        count = os.readv(file, [view])
        if count == 0:
            return False
        view = view[count:]
    return True


def write_picture(file, picture):
    view = memoryview(picture)
    while view:
        view = view[os.write(file, view) :]


def feed(footage, width, height, fps, program):
    child = subprocess.Popen(program, stdin=subprocess.PIPE, pipesize=PIPE_BYTES)
    camera = Camera(footage, width, height, fps)
    while True:
        write_picture(child.stdin.fileno(), camera.next())


def take(width, height, program):
    child = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, pipesize=PIPE_BYTES)
    picture = bytearray(width * height * 3)
    while read_picture(child.stdout.fileno(), picture):
        arrived(picture, width)


def pass_on(width, height):
    """Whole pictures, as a program that encodes must have them: what the pipes alone cost."""
    picture = bytearray(width * height * 3)
    while read_picture(0, picture):
        write_picture(1, picture)


def main(arguments):
    role, *rest = arguments
    if role == "pass":
        pass_on(int(rest[0]), int(rest[1]))
        return
    program = rest[rest.index("--") + 1 :]
    if role == "feed":
        footage, width, height, fps = rest[:4]
        feed(footage, int(width), int(height), float(fps), program)
    else:
        take(int(rest[0]), int(rest[1]), program)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
