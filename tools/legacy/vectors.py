#!/usr/bin/env python3
"""Prints, as JSON, what this Python and numpy make of the same small pictures: the vectors of packages/protocol/test/legacy.

Run with each numpy to be covered:  python3 tools/legacy/vectors.py > packages/protocol/test/legacy/vectors-numpy-1.json
"""

import json
import pickle
import platform
import sys

import numpy


def cases(protocol):
    picture = (numpy.arange(2 * 4 * 3) * 11 % 256).astype(numpy.uint8).reshape(2, 4, 3)
    read_only = picture.copy()
    read_only.flags.writeable = False
    yield "picture", "frame", picture
    yield "wide", "frame", (numpy.arange(300 * 3) % 256).astype(numpy.uint8).reshape(1, 300, 3)
    yield "every other pixel of a larger picture", "frame", numpy.repeat(numpy.repeat(picture, 2, 0), 2, 1)[::2, ::2]
    yield "read-only", "frame", read_only
    yield "none", "camera-failed", None
    yield "Fortran order", "unsupported-order", numpy.asfortranarray(picture)
    # numpy 2 at protocol 5 says which way the axes go; all others write the pixels in their right order.
    axes = "unsupported-order" if protocol == 5 and not numpy.__version__.startswith("1.") else "frame"
    yield "turned axes", axes, numpy.ascontiguousarray(picture.transpose(1, 0, 2)).transpose(1, 0, 2)
    yield "grey", "unsupported-shape", picture[:, :, 0].copy()
    yield "four channels", "unsupported-shape", numpy.zeros((2, 2, 4), numpy.uint8)
    # Protocol 2 writes empty bytes as a call of bytes(), a name that no picture with pixels needs.
    yield "empty", "forbidden-global" if protocol == 2 else "unsupported-shape", numpy.zeros((0, 2, 3), numpy.uint8)
    yield "signed", "unsupported-dtype", picture.astype(numpy.int8)
    yield "floats", "unsupported-dtype", picture.astype(numpy.float64)
    yield "objects", "unsupported-dtype", numpy.array([[[None, None, None]]], dtype=object)
    yield "an integer", "malformed", 7
    yield "bytes", "malformed", b"abcd"
    yield "a tuple of pictures", "malformed", (picture, picture)


def main():
    vectors = [
        {"name": name, "expect": expect, "protocol": protocol, "hex": pickle.dumps(value, protocol).hex()}
        for protocol in (2, 3, 4, 5)
        for name, expect, value in cases(protocol)
    ]
    json.dump({"python": platform.python_version(), "numpy": numpy.__version__, "vectors": vectors}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
