"""What travels between the original programs: 8 bytes of length in native order, then a pickled picture.

Shared by client.py and server.py of this folder, which stand in for the original programs in tests.
"""

import hashlib
import json
import pickle
import struct
import sys

LENGTH = struct.Struct("Q")
# The original client asks its socket for at most this much at a time.
RECV_BYTES = 2160


class ConnectionEnded(Exception):
    """The other side closed the connection. `partial`: in the middle of a picture."""

    def __init__(self, partial):
        super().__init__("the connection ended" + (" in the middle of a picture" if partial else ""))
        self.partial = partial


def pack(value, protocol=None):
    """The bytes that the original server sends for one picture, or for None."""
    payload = pickle.dumps(value, protocol)
    return LENGTH.pack(len(payload)) + payload


def take(sock, pending, byte_count):
    """Fills `pending`, a bytearray, up to byte_count and removes them from it."""
    while len(pending) < byte_count:
        piece = sock.recv(RECV_BYTES)
        if not piece:
            raise ConnectionEnded(len(pending) > 0)
        pending += piece
    taken = bytes(pending[:byte_count])
    del pending[:byte_count]
    return taken


def unpack(sock, pending):
    """The next picture on the connection, unpickled by Python itself as the original client does it."""
    (byte_count,) = LENGTH.unpack(take(sock, pending, LENGTH.size))
    try:
        return pickle.loads(take(sock, pending, byte_count))
    except ConnectionEnded:
        raise ConnectionEnded(True) from None


def describe(frame):
    """One picture as a line of the report, so that a test can compare it with what was sent."""
    if frame is None:
        return {"event": "none"}
    return {
        "event": "frame",
        "type": type(frame).__name__,
        "dtype": str(frame.dtype),
        "shape": list(frame.shape),
        "contiguous": bool(frame.flags.c_contiguous),
        "writeable": bool(frame.flags.writeable),
        "sha256": hashlib.sha256(frame.tobytes()).hexdigest(),
        "first": int(frame.flat[0]) if frame.size else None,
    }


def report(line):
    """One JSON line on stdout, at once."""
    json.dump(line, sys.stdout)
    sys.stdout.write("\n")
    sys.stdout.flush()
