#!/usr/bin/env python3
"""A slow link for measuring: two network namespaces joined by a pair of TUN devices, and this program in between, which gives
every packet its rate, queue, delay and loss. Both ends use the kernel's own TCP. Needs root and Linux.

    link.py --name svc1 --rate 2e6 --delay 50 [--queue 100] [--loss 1] [--congestion cubic]

makes the namespaces svc1a (10.98.N.1) and svc1b (10.98.N.2), prints one JSON line when they are ready, takes commands on stdin, one a
line ("rate 1e6", "loss 0", "delay 20", "down", "down forth", "down back", "up"), and ends, with everything removed, when stdin does. Rates are bits a second,
delays and the queue milliseconds, loss per cent; each direction has its own queue.
"""
import argparse
import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
MAX_PACKET = 65536
libc = ctypes.CDLL(None, use_errno=True)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def run_inside(namespace, *command):
    # `ip -n` would remount /sys, which a folder one chroots into does not allow.
    run("nsenter", f"--net=/run/netns/{namespace}", *command)


def make_end(namespace, address, congestion):
    """Makes a namespace with a TUN device of this address; gives the device's descriptor, which works from outside."""
    run("ip", "netns", "add", namespace)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"wire", IFF_TUN | IFF_NO_PI))
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)
    network = address.rsplit(".", 1)[0] + ".0/24"
    run_inside(namespace, "ip", "link", "set", "lo", "up")
    run_inside(namespace, "ip", "link", "set", "wire", "mtu", "1500", "txqueuelen", "1000", "up")
    run_inside(namespace, "ip", "addr", "add", f"{address}/24", "dev", "wire")
    run_inside(namespace, "ip", "route", "change", network, "dev", "wire", "proto", "kernel", "scope", "link", "src", address, "congctl", congestion)
    return device


class Direction:
    """What happens to packets one way: a drop-tail queue before the bottleneck, then the delay."""

    def __init__(self, name, source, sink, settings):
        self.name, self.source, self.sink, self.settings = name, source, sink, settings
        self.free_at = 0.0
        self.under_way = []
        self.count = self.dropped = self.lost = 0

    def take(self, now):
        while True:
            try:
                packet = os.read(self.source, MAX_PACKET)
            except BlockingIOError:
                return
            # IPv6's neighbour discovery talks on every device; only IPv4 is measured.
            if packet[0] >> 4 != 4 or self.name in self.settings["down"]:
                continue
            self.count += 1
            starts_at = max(now, self.free_at)
            if (starts_at - now) * 1000 > self.settings["queue"]:
                self.dropped += 1
                continue
            self.free_at = starts_at + len(packet) * 8 / self.settings["rate"]
            if random.random() * 100 < self.settings["loss"]:
                self.lost += 1
                continue
            heapq.heappush(self.under_way, (self.free_at + self.settings["delay"] / 1000, self.count, packet))

    def give(self, now):
        while self.under_way and self.under_way[0][0] <= now:
            packet = heapq.heappop(self.under_way)[2]
            try:
                os.write(self.sink, packet)
            except OSError:
                pass


def obey(line, settings):
    word, *value = line.split()
    if word in ("down", "up"):
        settings["down"] = (value or ["forth", "back"]) if word == "down" else []
    elif word in ("rate", "delay", "queue", "loss"):
        settings[word] = float(value[0])


def serve(directions, settings):
    """Carries packets until stdin ends."""
    commands = b""
    while True:
        now = time.monotonic()
        next_at = min((way.under_way[0][0] for way in directions if way.under_way), default=now + 0.2)
        readable, _, _ = select.select([0, *(way.source for way in directions)], [], [], max(0.0, min(0.2, next_at - now)))
        if 0 in readable:
            data = os.read(0, 4096)
            if not data:
                return
            *lines, commands = (commands + data).split(b"\n")
            for line in lines:
                obey(line.decode(), settings)
        now = time.monotonic()
        for way in directions:
            if way.source in readable:
                way.take(now)
            way.give(now)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", required=True)
    parser.add_argument("--network", type=int, default=7, help="third byte of the addresses")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--delay", type=float, default=0)
    parser.add_argument("--queue", type=float, default=100)
    parser.add_argument("--loss", type=float, default=0)
    parser.add_argument("--congestion", default="cubic")
    options = parser.parse_args()
    settings = {"rate": options.rate, "delay": options.delay, "queue": options.queue, "loss": options.loss, "down": []}
    namespaces = [options.name + "a", options.name + "b"]
    addresses = [f"10.98.{options.network}.1", f"10.98.{options.network}.2"]
    try:
        ends = [make_end(namespace, address, options.congestion) for namespace, address in zip(namespaces, addresses)]
        directions = [Direction("forth", ends[0], ends[1], settings), Direction("back", ends[1], ends[0], settings)]
        print(json.dumps({"ready": True, "namespaces": namespaces, "addresses": addresses}), flush=True)
        serve(directions, settings)
        ways = [{"packets": way.count, "queueDropped": way.dropped, "lost": way.lost} for way in directions]
        print(json.dumps({"forth": ways[0], "back": ways[1]}), flush=True)
    finally:
        for namespace in namespaces:
            subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
