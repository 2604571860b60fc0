#!/usr/bin/env python3
"""A receiver of Simple Video Chat in Python, with the standard library and the openssl program alone.

Written from docs/protocol.md, not from the code: it shows that the document is enough. It watches a sender for a while,
checks every rule that a receiver can check, and prints one line of JSON:

    {"frames": …, "keyframes": …, "captured": …, "dropped": {…}, "complete": true, …}

frames: packets that came whole; captured: frames that the sender's accounts are about; complete: the final account came, and
captured = frames + dropped, exactly.

usage: receiver.py [--frames N] [--seconds S] [--openssl PROGRAM]     the invite in SVC_INVITE or as the first line of stdin
"""

import argparse
import hashlib
import hmac
import json
import os
import select
import struct
import subprocess
import sys
import time
import unicodedata

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
DEFAULT_PORT = 7420

HELLO, READY, PING, PONG, CLOSE, TEXT, TEXT_ACK = 1, 2, 3, 4, 5, 6, 7
TRACK, VIDEO, ACK, REPORT, KEYFRAME_REQUEST, ACCOUNT, STOP = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16

# type: (fewest and most payload bytes, defined flags, whether it names a track)
RULES = {
    HELLO: (26, 16384, 0, False),
    READY: (34, 34, 0, False),
    PING: (12, 12, 0, False),
    PONG: (28, 28, 0, False),
    CLOSE: (2, 514, 0, False),
    TEXT: (5, 4100, 0, False),
    TEXT_ACK: (4, 4, 0, False),
    TRACK: (10, 10, 0, True),
    VIDEO: (33, 16416, 1, True),
    ACK: (20, 20, 0, True),
    REPORT: (40, 40, 0, True),
    KEYFRAME_REQUEST: (1, 1, 0, True),
    ACCOUNT: (24, 24, 1, True),
    STOP: (0, 0, 0, True),
}

NORMAL, TIMEOUT = 0, 24
CLOSE_NAMES = {
    0: "normal", 1: "going-away", 2: "replaced", 3: "refused", 4: "revoked", 5: "busy", 6: "time-limit",
    16: "bad-magic", 17: "no-common-version", 18: "unknown-message", 19: "malformed", 20: "too-large",
    21: "illegal-state", 22: "transcript-mismatch", 23: "rate-exceeded", 24: "timeout", 25: "bad-media",
    32: "engine-failed", 33: "internal",
}

MAX_PACKET_BYTES = 4 * 1024 * 1024
MAX_TRACKS = 4
MAX_U64 = 2**53 - 1
OPENING_S = 5.0
DEAD_S = 6.0
PING_S = 2.0
FINAL_ACCOUNT_S = 3.0


class Violation(Exception):
    """The sender broke a rule of the document; `code` is the close code for it."""

    def __init__(self, code, reason):
        super().__init__(reason)
        self.code = code


class InviteError(Exception):
    """The invite cannot be one."""


def now_us():
    return time.monotonic_ns() // 1000


# Invite: section "Channel".


def hkdf_sha256(key, info, length):
    """RFC 5869 without salt; length at most 32 bytes, so that one block is enough."""
    pseudorandom_key = hmac.new(bytes(32), key, hashlib.sha256).digest()
    return hmac.new(pseudorandom_key, info + b"\x01", hashlib.sha256).digest()[:length]


def base32(data):
    bits = "".join(f"{byte:08b}" for byte in data)
    bits += "0" * (-len(bits) % 5)
    return "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def crc10(values):
    crc = 0
    for value in values:
        for bit in range(4, -1, -1):
            top = (crc >> 9) ^ ((value >> bit) & 1)
            crc = (crc << 1) & 0x3FF
            if top:
                crc ^= 0x233
    return crc


def parse_secret(text):
    folded = "".join(text.lower().split()).replace("-", "").translate(str.maketrans("oil", "011"))
    if len(folded) != 28 or any(c not in ALPHABET for c in folded):
        raise InviteError("the secret is not 28 characters of base32")
    values = [ALPHABET.index(c) for c in folded]
    if crc10(values[:26]) != values[26] << 5 | values[27]:
        raise InviteError("the invite is mistyped")
    number = 0
    for value in values[:26]:
        number = number << 5 | value
    if number & 3:
        raise InviteError("the two last bits of the secret are not 0")
    return (number >> 2).to_bytes(16, "big")


def parse_invite(text):
    place, slash, secret = text.strip().rpartition("/")
    if not slash or not place:
        raise InviteError("an invite looks like HOST:PORT/SECRET")
    if place.endswith("]") or ":" not in place:
        host, port = place, DEFAULT_PORT
    else:
        host, _, port = place.rpartition(":")
    return host, int(port), parse_secret(secret)


# The channel: openssl does TLS, its standard streams are the connection.


class Channel:
    def __init__(self, openssl, host, port, secret):
        identity = base32(hkdf_sha256(secret, b"svc1 identity", 10))
        # The key is on the command line, which other users of this machine can see: openssl takes it in no other way. Fine for
        # a test of the protocol, not for a program that people use.
        psk = hkdf_sha256(secret, b"svc1 psk", 32).hex()
        self.process = subprocess.Popen(
            [
                openssl, "s_client", "-connect", f"{host}:{port}", "-tls1_3",
                "-ciphersuites", "TLS_AES_128_GCM_SHA256", "-psk_identity", identity, "-psk", psk,
                "-quiet", "-nocommands",
                # A listener that shows a certificate does not know the secret: no authority is trusted, so that it fails.
                "-no-CAfile", "-no-CApath", "-no-CAstore", "-verify", "1", "-verify_return_error",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.ended = False

    def write(self, data):
        try:
            view = memoryview(data)
            while view:
                view = view[self.process.stdin.write(view) :]
        except BrokenPipeError:
            self.ended = True

    def read(self, timeout_s):
        """What has come; b"" when nothing came in time or the connection has ended (then `ended` is true)."""
        readable, _, _ = select.select([self.process.stdout], [], [], max(0.0, timeout_s))
        if not readable:
            return b""
        data = os.read(self.process.stdout.fileno(), 65536)
        self.ended = self.ended or not data
        return data

    def close(self):
        """Ends the connection; gives what openssl had to say.

        The other end closes it when it has read our goodbye. Until then openssl's input stays open: openssl ends at the end of its
        input, and does not always send what it has just read.
        """
        deadline = time.monotonic() + 2
        while not self.ended and time.monotonic() < deadline:
            self.read(deadline - time.monotonic())
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            _, errors = self.process.communicate(timeout=2)
        except (subprocess.TimeoutExpired, ValueError):
            self.process.kill()
            errors = self.process.stderr.read()
            self.process.wait()
        return (errors or b"").decode("utf-8", "replace")


# Framing.


def message(type_id, payload=b"", track=0, flags=0):
    return struct.pack(">BBHI", type_id, flags, track, len(payload)) + payload


class Parser:
    """Cuts the stream into messages, checking each header as soon as it is there."""

    def __init__(self):
        self.buffer = bytearray()

    def push(self, data):
        self.buffer += data
        offset = 0
        while len(self.buffer) - offset >= 8:
            type_id, flags, track, length = struct.unpack_from(">BBHI", self.buffer, offset)
            self.check(type_id, flags, track, length)
            end = offset + 8 + length
            if end > len(self.buffer):
                break
            yield type_id, flags, track, bytes(self.buffer[offset:end])
            offset = end
        del self.buffer[:offset]

    @staticmethod
    def check(type_id, flags, track, length):
        if type_id >= 0x80:
            if length > 16384:
                raise Violation(20, f"an optional message of {length} bytes")
            return
        if type_id not in RULES:
            raise Violation(18, f"message type 0x{type_id:02x}")
        fewest, most, mask, tracked = RULES[type_id]
        if length > most:
            raise Violation(20, f"message type 0x{type_id:02x} of {length} bytes")
        if length < fewest or flags & ~mask or (track != 0) != tracked:
            raise Violation(19, f"header of message type 0x{type_id:02x}: {length} bytes, flags {flags}, track {track}")


def clean_text(data, lines):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Violation(19, "a text is not UTF-8") from None
    for char in text:
        bidi = char in "\u061c\u200e\u200f" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
        if bidi or (unicodedata.category(char) in ("Cc", "Zl", "Zp") and not (lines and char == "\n")):
            raise Violation(19, f"a text holds U+{ord(char):04X}")
    if unicodedata.normalize("NFC", text) != text:
        raise Violation(19, "a text is not in normal form C")
    return text


# Media: sections "Video" and "Account of frames".


class Track:
    """What has come of one track."""

    def __init__(self):
        self.format = None
        self.newest = 0
        self.complete = 0
        self.packet = None
        self.data = bytearray()
        self.bytes = 0
        self.unacknowledged = 0
        self.frames = 0
        self.keyframes = 0
        self.first_must_be_key = False
        self.captured = 0
        self.sent = 0
        self.dropped = {"notEncoded": 0, "encoderDropped": 0, "notSent": 0}
        self.accounted = None
        self.final = False

    def announce(self, payload):
        codec, content, width, height, milli_hz = struct.unpack(">BBHHI", payload)
        if codec not in (1, 2, 3) or content > 1 or not 1 <= milli_hz <= 65000:
            raise Violation(19, "a track message with a wrong field")
        if not (1 <= width <= 4096 and 1 <= height <= 4096 and width * height <= 8294400):
            raise Violation(25, f"pictures of {width}x{height}")
        self.format = {"codec": (None, "h264", "jpeg", "vp9")[codec], "widthPx": width, "heightPx": height, "frameRate": milli_hz / 1000}
        self.first_must_be_key = True

    def chunk(self, keyframe, payload):
        """Takes a chunk; gives whether its packet is complete now."""
        frame, capture_us, packet_bytes, offset, *durations = struct.unpack_from(">IQIIIII", payload)
        data = payload[32:]
        if self.format is None or self.final:
            raise Violation(25, "video before its track was announced, or after its end")
        if frame == 0 or capture_us > MAX_U64:
            raise Violation(19, "a video message with a wrong field")
        if packet_bytes > MAX_PACKET_BYTES:
            raise Violation(20, f"a packet of {packet_bytes} bytes")
        if offset + len(data) > packet_bytes:
            raise Violation(19, "a chunk reaches beyond its packet")
        packet = (frame, keyframe, capture_us, packet_bytes, durations)
        if self.packet is None:
            if frame <= self.newest:
                raise Violation(25, f"frame {frame} after frame {self.newest}")
            if self.first_must_be_key and not keyframe:
                raise Violation(25, "the first packet of a format is no keyframe")
            self.packet, self.newest, self.first_must_be_key = packet, frame, False
        if packet != self.packet or offset != len(self.data):
            raise Violation(25, f"a chunk of frame {frame} that does not belong where it came")
        self.data += data
        self.bytes += 8 + len(payload)
        self.unacknowledged += 8 + len(payload)
        if len(self.data) < packet_bytes:
            return False
        if self.format["codec"] == "h264" and not self.data.startswith((b"\0\0\1", b"\0\0\0\1")):
            raise Violation(25, f"frame {frame} does not begin with a start code")
        if self.format["codec"] == "jpeg" and not self.data.startswith(b"\xff\xd8\xff"):
            raise Violation(25, f"frame {frame} is not a JPEG")
        self.frames += 1
        self.keyframes += keyframe
        self.complete = frame
        self.packet, self.data = None, bytearray()
        return True

    def account(self, final, payload):
        first, last, not_encoded, encoder_dropped, not_sent, sent = struct.unpack(">6I", payload)
        count = 0 if first == 0 and last == 0 else last - first + 1
        if (first == 0) != (last == 0) or count < 0 or not_encoded + encoder_dropped + not_sent + sent != count:
            raise Violation(19, "an account does not sum up")
        if count:
            if self.accounted is not None and first != self.accounted + 1:
                raise Violation(19, f"an account from frame {first} after one to frame {self.accounted}")
            self.accounted = last
        self.captured += count
        self.sent += sent
        self.dropped["notEncoded"] += not_encoded
        self.dropped["encoderDropped"] += encoder_dropped
        self.dropped["notSent"] += not_sent
        self.final = self.final or final
        if self.sent != self.frames:
            raise Violation(19, f"{self.sent} packets accounted as sent, {self.frames} have come")

    def ack(self):
        return struct.pack(">QIQ", self.bytes, self.complete, now_us())


# The session.


class Receiver:
    def __init__(self, channel, options):
        self.channel = channel
        self.options = options
        self.parser = Parser()
        self.state = "opening"
        self.our_hello = self.make_hello()
        self.transcript = None
        self.version = None
        self.peer = None
        self.tracks = {}
        self.stopping_since = None
        self.closed = None
        self.rtt_us = None
        self.pings = 0
        self.last_text = 0
        self.texts = 0

    @staticmethod
    def make_hello():
        capabilities = {
            "name": "Python", "software": "svc-interop/1", "sends": [], "receives": ["video"],
            "videoCodecs": ["h264", "jpeg"], "maxWidthPx": 4096, "maxHeightPx": 4096, "maxFrameRate": 60, "features": [],
        }
        payload = b"SVC1" + struct.pack(">HH", 1, 1) + os.urandom(16) + json.dumps(capabilities).encode()
        return message(HELLO, payload)

    def run(self):
        """Until enough was seen and the final account is there, or it ends otherwise."""
        started = heard = time.monotonic()
        next_ping = 0.0
        self.channel.write(self.our_hello)
        while self.closed is None:
            data = self.channel.read(0.1)
            now = time.monotonic()
            if data:
                heard = now
                self.read(data)
            elif self.channel.ended:
                self.closed = "lost"
                break
            if self.state == "opening" and now - started > OPENING_S:
                raise Violation(TIMEOUT, "not open in time")
            if now - heard > DEAD_S:
                raise Violation(TIMEOUT, "nothing heard")
            if self.state == "live" and now >= next_ping:
                self.pings += 1
                next_ping = now + PING_S
                self.channel.write(message(PING, struct.pack(">IQ", self.pings, now_us())))
            if self.stopping_since is None and self.enough(now - started):
                self.stopping_since = now
                for number in self.tracks:
                    self.channel.write(message(STOP, track=number))
            if self.stopping_since is not None and self.closed is None:
                if all(track.final for track in self.tracks.values()) or now - self.stopping_since > FINAL_ACCOUNT_S:
                    self.leave(NORMAL, "seen enough")

    def enough(self, seconds):
        frames = sum(track.frames for track in self.tracks.values())
        return self.state == "live" and (frames >= self.options.frames or seconds >= self.options.seconds)

    def leave(self, code, reason):
        self.channel.write(message(CLOSE, struct.pack(">H", code) + reason.encode()[:512]))
        self.closed = CLOSE_NAMES[code]

    def read(self, data):
        touched = set()
        for type_id, flags, track, raw in self.parser.push(data):
            if self.closed is not None:
                return
            if self.state == "opening":
                self.open(type_id, raw)
            else:
                self.take(type_id, flags, track, raw[8:], touched)
        for number in touched:
            self.acknowledge(number)

    def open(self, type_id, raw):
        payload = raw[8:]
        if type_id == CLOSE:
            self.take_close(payload)
        elif type_id == HELLO and self.transcript is None:
            if payload[:4] != b"SVC1":
                raise Violation(16, "a hello without its magic")
            lowest, highest = struct.unpack_from(">HH", payload, 4)
            if not lowest <= 1 <= highest:
                raise Violation(17, f"versions {lowest} to {highest}")
            self.peer = self.check_capabilities(payload[24:])
            self.version = 1
            # We dialed, so ours comes first.
            self.transcript = hashlib.sha256(self.our_hello + raw).digest()
            self.channel.write(message(READY, struct.pack(">H", self.version) + self.transcript))
        elif type_id == READY and self.transcript is not None:
            if payload != struct.pack(">H", self.version) + self.transcript:
                raise Violation(22, "the two ends did not see the same opening")
            self.state = "live"
        else:
            raise Violation(21, f"message type 0x{type_id:02x} while opening")

    @staticmethod
    def check_capabilities(data):
        try:
            capabilities = json.loads(data.decode("utf-8"))
            for key in ("name", "software"):
                clean_text(capabilities[key].encode(), lines=False)
                if not 1 <= len(capabilities[key]) <= 64:
                    raise ValueError(key)
            for key in ("sends", "receives", "videoCodecs", "features"):
                if not isinstance(capabilities[key], list):
                    raise ValueError(key)
            for key in ("maxWidthPx", "maxHeightPx", "maxFrameRate"):
                if not capabilities[key] > 0:
                    raise ValueError(key)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Violation(19, f"capabilities: {error}") from None
        return capabilities

    def take(self, type_id, flags, track, payload, touched):
        if type_id == PING:
            ping_id, sent_us = struct.unpack(">IQ", payload)
            now = now_us()
            self.channel.write(message(PONG, struct.pack(">IQQQ", ping_id, sent_us, now, now)))
        elif type_id == PONG:
            _, t1, t2, t3 = struct.unpack(">IQQQ", payload)
            rtt_us = now_us() - t1 - (t3 - t2)
            self.rtt_us = rtt_us if self.rtt_us is None else min(rtt_us, self.rtt_us)
        elif type_id == CLOSE:
            self.take_close(payload)
        elif type_id == TEXT:
            self.take_text(payload)
        elif type_id == TRACK:
            self.track(track).announce(payload)
        elif type_id == VIDEO:
            state = self.track(track)
            if state.chunk(bool(flags & 1), payload):
                touched.add(track)
            elif state.unacknowledged >= 65536:
                self.acknowledge(track)
        elif type_id == ACCOUNT:
            self.track(track).account(bool(flags & 1), payload)
        elif type_id in (HELLO, READY):
            raise Violation(21, "an opening in a session that is open")
        # ack, report, keyframe-request, stop and text-ack answer what we never send; optional messages are skipped.

    def track(self, number):
        if number not in self.tracks:
            if len(self.tracks) == MAX_TRACKS:
                raise Violation(25, f"more than {MAX_TRACKS} tracks")
            self.tracks[number] = Track()
        return self.tracks[number]

    def acknowledge(self, number):
        self.channel.write(message(ACK, self.tracks[number].ack(), track=number))
        self.tracks[number].unacknowledged = 0

    def take_text(self, payload):
        (text_id,) = struct.unpack_from(">I", payload)
        clean_text(payload[4:], lines=True)
        if text_id == 0:
            raise Violation(19, "texts are numbered from 1")
        if text_id > self.last_text:
            self.last_text = text_id
            self.texts += 1
        self.channel.write(message(TEXT_ACK, struct.pack(">I", self.last_text)))

    def take_close(self, payload):
        clean_text(payload[2:], lines=False)
        (code,) = struct.unpack_from(">H", payload)
        self.closed = CLOSE_NAMES.get(code, "unknown")

    def summary(self):
        tracks = list(self.tracks.values())
        frames = sum(track.frames for track in tracks)
        captured = sum(track.captured for track in tracks)
        dropped = {name: sum(track.dropped[name] for track in tracks) for name in ("notEncoded", "encoderDropped", "notSent")}
        final = bool(tracks) and all(track.final for track in tracks)
        return {
            "frames": frames,
            "keyframes": sum(track.keyframes for track in tracks),
            "captured": captured,
            "dropped": dropped,
            "complete": final and captured == frames + sum(dropped.values()),
            "bytes": sum(track.bytes for track in tracks),
            "texts": self.texts,
            "formats": [track.format for track in tracks],
            "rttMs": None if self.rtt_us is None else self.rtt_us / 1000,
            "peer": self.peer and self.peer["name"],
            "closed": self.closed,
        }


def main():
    arguments = argparse.ArgumentParser(description="Watches a Simple Video Chat sender; the invite is in SVC_INVITE or on stdin.")
    arguments.add_argument("--frames", type=int, default=sys.maxsize, help="leave after this many frames")
    arguments.add_argument("--seconds", type=float, default=10.0, help="leave after this long (default 10)")
    arguments.add_argument("--openssl", default="openssl", help="the openssl program, 3.0 or newer")
    options = arguments.parse_args()
    try:
        host, port, secret = parse_invite(os.environ.get("SVC_INVITE") or sys.stdin.readline())
    except (InviteError, ValueError) as error:
        print(json.dumps({"error": str(error)}))
        return 64
    channel = Channel(options.openssl, host, port, secret)
    receiver = Receiver(channel, options)
    violation = None
    try:
        receiver.run()
    except Violation as error:
        violation = str(error)
        receiver.leave(error.code, violation)
    errors = channel.close()
    summary = receiver.summary()
    if violation is not None:
        summary["violation"] = violation
    if receiver.state == "opening" and errors:
        summary["openssl"] = errors.strip()[-300:]
    print(json.dumps(summary))
    if receiver.state == "opening":
        return 3 if "alert" in errors else 1
    return 0 if receiver.closed in ("normal", "going-away", "time-limit") and violation is None else 2


if __name__ == "__main__":
    sys.exit(main())
