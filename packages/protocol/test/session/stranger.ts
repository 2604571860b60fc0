// Someone who has the secret and speaks by hand, over a real secure channel.
import assert from "node:assert/strict";
import type { CloseMessage } from "../../src/messages/close.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { type Message, parseMessage, type ReceivedMessage, serializeMessage } from "../../src/messages/message.ts";
import { createHello, negotiate } from "../../src/session/negotiation.ts";
import { dialSecurely } from "../../src/transport/secure-dialer.ts";
import { capabilities, type Host } from "./call.ts";

/** The dialer that a test speaks for. */
export interface Stranger {
  /** Resolves when the system has taken it. */
  send(bytes: Message | Uint8Array): Promise<void>;
  /** Sends a hello and a ready as they should be. */
  open(): Promise<void>;
  /** Why the listener closed it. */
  closed(): Promise<CloseMessage>;
}

/** Dials `host` and proves the secret; nothing is said yet. */
export async function enter(host: Host): Promise<Stranger> {
  const { socket } = await dialSecurely({ host: "127.0.0.1", port: host.listener.port, credential: host.credential });
  socket.on("error", () => {});
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
  const send = (what: Message | Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      // One that was cut has nobody to tell.
      socket.write(what instanceof Uint8Array ? what : serializeMessage(what), () => resolve());
    });
  return {
    send,
    async open(): Promise<void> {
      const hello = createHello(capabilities);
      const ours = { hello, bytes: serializeMessage(hello) };
      void send(ours.bytes);
      const { message, bytes } = await find("hello");
      const agreement = negotiate({ role: "dialer", ours, theirs: { hello: message, bytes }, encodes: ["h264"] });
      assert.ok(agreement.agreed);
      void send({ type: "ready", version: 1, transcript: agreement.transcript });
      await find("ready");
    },
    closed: async () => (await find("close")).message,
  };
}

function isA<T extends ReceivedMessage["type"]>(message: ReceivedMessage, type: T): message is Extract<ReceivedMessage, { type: T }> {
  return message.type === type;
}
