import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import fc from "fast-check";
import { suite } from "uvu";
import { EnginePipe } from "../../src/engine/engine-pipe.ts";
import { ProtocolError } from "../../src/errors.ts";
import { PacketAssembler } from "../../src/media/packet-assembler.ts";
import type { EncodedPacket } from "../../src/media/packet.ts";
import type { Message } from "../../src/messages/message.ts";
import { packetOf } from "../media/packet.ts";

const test = suite("EnginePipe");

/** One end of a pair in memory; what is written comes out at the other end in pieces of `pieceBytes`. */
class MemoryEnd extends Duplex {
  other: MemoryEnd | undefined;
  readonly #pieceBytes: number;

  constructor(pieceBytes: number) {
    super();
    this.#pieceBytes = pieceBytes;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    for (let at = 0; at < chunk.length; at += this.#pieceBytes) this.other?.push(Buffer.from(chunk.subarray(at, at + this.#pieceBytes)));
    callback();
  }

  override _final(callback: () => void): void {
    this.other?.push(null);
    callback();
  }
}

interface End {
  readonly stream: MemoryEnd;
  readonly pipe: EnginePipe;
  readonly messages: Message[];
  readonly packets: EncodedPacket[];
  readonly closed: (Error | undefined)[];
}

function pair(pieceBytes: number = 1_000_000): [End, End] {
  const streams = [new MemoryEnd(pieceBytes), new MemoryEnd(pieceBytes)] as const;
  streams[0].other = streams[1];
  streams[1].other = streams[0];
  const open = (stream: MemoryEnd): End => {
    const messages: Message[] = [];
    const packets: EncodedPacket[] = [];
    const closed: (Error | undefined)[] = [];
    const assembler = new PacketAssembler();
    const pipe = new EnginePipe(stream, {
      onMessage: (message) => {
        const packet = message.type === "video" ? assembler.push(message) : undefined;
        if (packet !== undefined) packets.push(packet);
        if (message.type !== "video") messages.push(message);
      },
      onClose: (error) => closed.push(error),
    });
    return { stream, pipe, messages, packets, closed };
  };
  return [open(streams[0]), open(streams[1])];
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

test("carries packets and messages unchanged, whatever the pieces in which they come", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 70_000 }), async (bytes, pieceBytes) => {
      const [a, b] = pair(pieceBytes);
      const packets = bytes.map((size, index) => packetOf(size, { frame: index + 1 }));
      for (const packet of packets) {
        a.pipe.sendPacket(packet);
        a.pipe.send({ type: "credit", track: 1, packets: packet.frame, targetBitrateBps: 1 });
      }
      await settle();
      assert.deepEqual(b.packets, packets);
      assert.deepEqual(
        b.messages.map((message) => message.type === "credit" && message.packets),
        packets.map(({ frame }) => frame),
      );
      a.pipe.end();
      await settle();
    }),
    { numRuns: 60 },
  );
});

test("tells once that the other end was closed, after what it had sent", async () => {
  const [a, b] = pair();
  a.pipe.send({ type: "engine-event", value: { last: true } });
  a.pipe.end();
  await settle();
  assert.deepEqual(b.messages, [{ type: "engine-event", value: { last: true } }]);
  assert.deepEqual(b.closed, [undefined]);
  b.pipe.send({ type: "engine-event", value: {} });
  b.pipe.sendPacket(packetOf(10));
  b.pipe.end();
  assert.equal(b.closed.length, 1);
});

test("ends for bytes that are no message, with the error, and hears nothing after them", async () => {
  const [a, b] = pair();
  a.stream.write(Buffer.alloc(8, 0xff));
  a.pipe.send({ type: "engine-event", value: {} });
  await settle();
  assert.equal(b.closed.length, 1);
  assert.ok(b.closed[0] instanceof ProtocolError);
  assert.equal(b.messages.length, 0);
  assert.equal(b.stream.destroyed, true);
});

test("ends, or carries on, but never throws for any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), async (chunks) => {
      const [a, b] = pair();
      for (const chunk of chunks) a.stream.write(chunk);
      await settle();
      assert.ok(b.closed.length <= 1);
      a.pipe.end();
      await settle();
    }),
    { numRuns: 200 },
  );
});

test("ends when its owner's handler throws, and gives it the error", async () => {
  const streams = [new MemoryEnd(99), new MemoryEnd(99)] as const;
  streams[0].other = streams[1];
  const closed: (Error | undefined)[] = [];
  const unused = new EnginePipe(streams[1], {
    onMessage: () => {
      throw new RangeError("a defect");
    },
    onClose: (error) => closed.push(error),
  });
  new EnginePipe(streams[0], { onMessage: () => {}, onClose: () => {} }).send({ type: "engine-event", value: {} });
  await settle();
  assert.ok(closed[0] instanceof RangeError);
  unused.send({ type: "engine-event", value: {} });
});

test("tells of an error of its stream", async () => {
  const [a] = pair();
  a.stream.destroy(new Error("EPIPE"));
  await settle();
  assert.equal(a.closed.length, 1);
  assert.equal(a.closed[0]?.message, "EPIPE");
});

test.run();
