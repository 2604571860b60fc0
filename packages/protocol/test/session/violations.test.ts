import assert from "node:assert/strict";
import { suite } from "uvu";
import type { CloseMessage } from "../../src/messages/close.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { type Message, parseMessage, type ReceivedMessage, serializeMessage } from "../../src/messages/message.ts";
import { createHello, negotiate } from "../../src/session/negotiation.ts";
import { micros } from "../../src/time/clock.ts";
import { dialSecurely } from "../../src/transport/secure-dialer.ts";
import { capabilities, Host } from "./call.ts";

const test = suite("a dialer that breaks the protocol");

interface Stranger {
  send(bytes: Message | Uint8Array): void;
  /** Sends a hello and a ready as they should be. */
  open(): Promise<void>;
  /** Why the listener closed it. */
  closed(): Promise<CloseMessage>;
}

/** Someone who has the secret and speaks by hand. */
async function enter(host: Host): Promise<Stranger> {
  const { socket } = await dialSecurely({ host: "127.0.0.1", port: host.listener.port, credential: host.credential });
  const parser = createMessageParser("network");
  const messages: { message: ReceivedMessage; bytes: Uint8Array }[] = [];
  let ended = false;
  let wake = (): void => {};
  socket.on("data", (chunk: Uint8Array) => {
    parser.push(chunk, (header, payload) => {
      const message = parseMessage(header, payload);
      messages.push({ message, bytes: message.type === "hello" ? serializeMessage(message) : payload.slice() });
    });
    wake();
  });
  socket.on("close", () => {
    ended = true;
    wake();
  });
  async function find<T extends ReceivedMessage["type"]>(
    type: T,
  ): Promise<{ message: Extract<ReceivedMessage, { type: T }>; bytes: Uint8Array }> {
    for (;;) {
      for (const { message, bytes } of messages) {
        if (isA(message, type)) return { message, bytes };
      }
      assert.ok(!ended, `closed without ${type}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const send = (what: Message | Uint8Array): void => void socket.write(what instanceof Uint8Array ? what : serializeMessage(what));
  return {
    send,
    async open(): Promise<void> {
      const hello = createHello(capabilities);
      const ours = { hello, bytes: serializeMessage(hello) };
      send(ours.bytes);
      const { message, bytes } = await find("hello");
      const agreement = negotiate({ role: "dialer", ours, theirs: { hello: message, bytes }, encodes: ["h264"] });
      assert.ok(agreement.agreed);
      send({ type: "ready", version: 1, transcript: agreement.transcript });
      await find("ready");
    },
    closed: async () => (await find("close")).message,
  };
}

function isA<T extends ReceivedMessage["type"]>(message: ReceivedMessage, type: T): message is Extract<ReceivedMessage, { type: T }> {
  return message.type === type;
}

const hello = createHello(capabilities);
const engineOnly: Message = { type: "credit", track: 1, packets: 1, targetBitrateBps: 1 };

const beforeReady: readonly (readonly [string, CloseMessage["code"], readonly (Message | Uint8Array)[]])[] = [
  ["media before the opening", "illegal-state", [{ type: "keyframe-request", track: 1, reason: "joined" }]],
  ["two hellos", "illegal-state", [hello, hello]],
  ["ready without hello", "illegal-state", [{ type: "ready", version: 1, transcript: new Uint8Array(32) }]],
  ["a transcript of other hellos", "transcript-mismatch", [hello, { type: "ready", version: 1, transcript: new Uint8Array(32) }]],
  ["versions that are not spoken here", "no-common-version", [{ ...hello, minVersion: 2, maxVersion: 9 }]],
  ["bytes that are no message", "unknown-message", [new Uint8Array(64)]],
  ["a message for engines", "unknown-message", [engineOnly]],
];

for (const [what, code, messages] of beforeReady) {
  test(`is told "${code}" for ${what}, and never becomes a session`, async () => {
    await using host = await new Host().listen();
    const stranger = await enter(host);
    for (const message of messages) stranger.send(message);
    assert.equal((await stranger.closed()).code, code);
    assert.equal(host.sessions.length, 0);
  });
}

const whenLive: readonly (readonly [string, CloseMessage["code"], Message | Uint8Array])[] = [
  ["a hello in a session that is open", "illegal-state", hello],
  ["an acknowledgement of a text that was never sent", "malformed", { type: "text-ack", id: 7 }],
  ["a video message that announces 2 GB", "too-large", Uint8Array.of(0x11, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff)],
];

for (const [what, code, message] of whenLive) {
  test(`is told "${code}" for ${what}`, async () => {
    await using host = await new Host().listen();
    const stranger = await enter(host);
    const began = host.session();
    await stranger.open();
    const session = await began;
    assert.equal(session.status, "live");
    stranger.send({ type: "ping", id: 1, sentUs: micros(1) });
    stranger.send(message);
    assert.equal((await stranger.closed()).code, code);
    assert.equal(session.status, "closed");
  });
}

test.run();
