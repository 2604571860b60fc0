#!/usr/bin/env python3
"""Two programs that send pictures over TCP as Python programs do it: the original of this project, and OpenCV's JPEG.

    sockets.py original send PORT FOOTAGE WIDTH HEIGHT FPS     sockets.py original receive HOST PORT WIDTH
    sockets.py jpeg send HOST PORT FOOTAGE WIDTH HEIGHT FPS    sockets.py jpeg receive PORT WIDTH
"""

import pickle
import socket
import struct
import sys

import cv2
import numpy

from camera import Camera, arrived

LENGTH = struct.Struct("Q")
JPEG_QUALITY = 80


def pictures(footage, width, height, fps):
    camera = Camera(footage, int(width), int(height), float(fps))
    while True:
        yield numpy.frombuffer(camera.next(), numpy.uint8).reshape(int(height), int(width), 3)


def original_send(port, *footage):
    """Server.py: it listens, and pickles what its camera gives."""
    with socket.create_server(("", int(port))) as listener:
        client, _ = listener.accept()
        for picture in pictures(*footage):
            message = pickle.dumps(picture)
            client.sendall(LENGTH.pack(len(message)) + message)


def original_receive(host, port, width):
    """Client.py's own loop, without its window: it takes 2160 bytes at a time, and copies all it has each time."""
    client = socket.create_connection((host, int(port)))
    data = b""
    while True:
        while len(data) < LENGTH.size:
            packet = client.recv(2160)
            if not packet:
                return
            data += packet
        (size,) = LENGTH.unpack(data[: LENGTH.size])
        data = data[LENGTH.size :]
        while len(data) < size:
            packet = client.recv(2160)
            if not packet:
                return
            data += packet
        picture = pickle.loads(data[:size])
        data = data[size:]
        arrived(memoryview(picture).cast("B"), int(width))


def jpeg_send(host, port, *footage):
    server = socket.create_connection((host, int(port)))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for picture in pictures(*footage):
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        server.sendall(LENGTH.pack(len(data)))
        server.sendall(data)


def jpeg_receive(port, width):
    with socket.create_server(("", int(port))) as listener:
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = client.makefile("rb", buffering=1 << 18)
        while length := stream.read(LENGTH.size):
            data = stream.read(LENGTH.unpack(length)[0])
            picture = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_COLOR)
            arrived(memoryview(picture).cast("B"), int(width))


ROLES = {
    ("original", "send"): original_send,
    ("original", "receive"): original_receive,
    ("jpeg", "send"): jpeg_send,
    ("jpeg", "receive"): jpeg_receive,
}

if __name__ == "__main__":
    try:
        ROLES[tuple(sys.argv[1:3])](*sys.argv[3:])
    except (ConnectionError, KeyboardInterrupt):
        sys.exit(0)
