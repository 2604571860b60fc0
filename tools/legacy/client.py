#!/usr/bin/env python3
"""A headless stand-in for the original client: connects, reads pictures, reports each as a JSON line.

On the wire it does what the original does: it never sends a byte, reads at most 2,160 bytes at a time and unpickles with pickle.loads.
Unlike the original it does not spin for ever when the server closes. Exit codes: 0 after --frames, 3 when the connection ended.
"""

import argparse
import socket
import sys
import time

from frame_wire import ConnectionEnded, describe, report, unpack


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--frames", type=int, default=0, help="leave after so many; 0: never")
    parser.add_argument("--pause-ms", type=float, default=0, help="be slow: wait after each picture")
    parser.add_argument("--wait-for-line", action="store_true", help="read nothing until a line comes on stdin")
    options = parser.parse_args()

    with socket.create_connection((options.host, options.port)) as sock:
        report({"event": "connected"})
        if options.wait_for_line:
            sys.stdin.readline()
        pending = bytearray()
        count = 0
        try:
            while options.frames == 0 or count < options.frames:
                report(describe(unpack(sock, pending)))
                count += 1
                time.sleep(options.pause_ms / 1000)
        except (ConnectionEnded, ConnectionError) as error:
            report({"event": "ended", "partial": getattr(error, "partial", True), "frames": count})
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
