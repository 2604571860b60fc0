#!/usr/bin/env python3
"""A headless stand-in for the original server: serves pictures to one client at a time until the socket breaks.

On the wire it does what the original does: no handshake, 8 bytes of length in native order, pickle.dumps(frame), again and again.
Where the original opens camera 0, this makes numbered test pictures, or plays --video through cv2.VideoCapture.
"""

import argparse
import socket
import sys
import time

from frame_wire import describe, pack, report


def numbered_pictures(width, height):
    """Picture n has (7n + 3y + 5x + 11c) mod 256 in column x, row y, channel c."""
    import numpy

    y, x, c = numpy.ogrid[0:height, 0:width, 0:3]
    base = 3 * y + 5 * x + 11 * c
    number = 0
    while True:
        yield ((base + 7 * number) % 256).astype(numpy.uint8)
        number += 1


def video_pictures(path):
    """The pictures of a file as cv2 gives them; at its end None for ever, as a camera that fails."""
    import cv2

    capture = cv2.VideoCapture(path)
    while True:
        _, frame = capture.read()
        yield frame


def serve(client, pictures, options):
    count = 0
    try:
        for picture in pictures:
            if options.frames and count >= options.frames:
                break
            message = pack(None if count == options.none_at else picture, options.pickle_protocol)
            if count == options.cut_at:
                client.sendall(message[: len(message) // 2])
                break
            client.sendall(message)
            if options.report_frames:
                report(describe(picture))
            count += 1
            time.sleep(1 / options.fps if options.fps else 0)
    except (BrokenPipeError, ConnectionError):
        pass
    report({"event": "client-left", "frames": count})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1234, help="0: any; reported on stdout")
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--video", help="play this file instead of numbered pictures")
    parser.add_argument("--fps", type=float, default=30, help="0: as fast as the client takes them")
    parser.add_argument("--frames", type=int, default=0, help="close each client after so many; 0: never")
    parser.add_argument("--none-at", type=int, default=-1, help="send None instead of this picture, as when the camera fails")
    parser.add_argument("--cut-at", type=int, default=-1, help="send half of this picture, then close")
    parser.add_argument("--pickle-protocol", type=int, default=None, help="2 to 5 instead of Python's default")
    parser.add_argument("--clients", type=int, default=0, help="leave after so many; 0: never")
    parser.add_argument("--report-frames", action="store_true")
    options = parser.parse_args()

    with socket.create_server((options.host, options.port), backlog=5) as listener:
        report({"event": "listening", "port": listener.getsockname()[1]})
        served = 0
        while options.clients == 0 or served < options.clients:
            client, _ = listener.accept()
            report({"event": "client"})
            pictures = video_pictures(options.video) if options.video else numbered_pictures(options.width, options.height)
            with client:
                serve(client, pictures, options)
            served += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
