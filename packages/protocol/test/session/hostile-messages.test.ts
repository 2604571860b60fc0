// Every named case of broken input over a real secure channel, against a listener and against a dialer: the one who breaks the protocol has
// proved the secret, is told the close code, and nothing else happens.
// @timeout 240
import assert from "node:assert/strict";
import { suite } from "uvu";
import { ProtocolError } from "../../src/errors.ts";
import type { CloseCode } from "../../src/messages/close-code.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { parseMessage, serializeMessage } from "../../src/messages/message.ts";
import { connectSession } from "../../src/session/dialer.ts";
import { createHello, negotiate } from "../../src/session/negotiation.ts";
import type { Session } from "../../src/session/session.ts";
import { CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import type { SecureChannel } from "../../src/transport/secure-channel.ts";
import { dialSecurely } from "../../src/transport/secure-dialer.ts";
import { listenSecurely } from "../../src/transport/secure-listener.ts";
import { refusals } from "../messages/refusal-cases.ts";
import { capabilities, fast, Host } from "./call.ts";

const test = suite("a session and a stranger with the secret");

/** Generous to one, strict to most: the computer may be busy with other tests. */
const longestMs = 5_000;
const medianMs = 100;
/** So many strangers at a time: more would wait for one another, and that would be measured. */
const together = 2;
/** Real times, however busy the computer, but for the end. */
const timing = { lingerMs: fast.lingerMs ?? 300 };

/** What the other end did with what it was sent. */
interface Answer {
  readonly code: CloseCode | undefined;
  /** From the last byte sent to the close. */
  readonly tookMs: number;
}

/** Opens a session by hand, unless `isOpening`, says `bytes`, and waits for the answer. */
async function say(channel: SecureChannel, role: "dialer" | "listener", bytes: Uint8Array, isOpening: boolean): Promise<Answer> {
  const parser = createMessageParser("network");
  const hello = createHello(capabilities);
  const ours = { hello, bytes: serializeMessage(hello) };
  let saidMs = 0;
  const speak = (): void => {
    saidMs = performance.now();
    channel.socket.write(bytes);
  };
  const closed = new Promise<Answer>((resolve) => {
    let code: CloseCode | undefined;
    channel.socket.on("data", (chunk: Uint8Array) => {
      parser.push(chunk, (header, payload) => {
        const message = parseMessage(header, payload);
        if (message.type === "close") {
          code = message.code;
          resolve({ code, tookMs: performance.now() - saidMs });
        }
        if (isOpening || message.type === "close") return;
        if (message.type === "hello") {
          const agreement = negotiate({ role, ours, theirs: { hello: message, bytes: serializeMessage(message) }, encodes: ["h264"] });
          assert.ok(agreement.agreed);
          channel.socket.write(serializeMessage({ type: "ready", version: 1, transcript: agreement.transcript }));
        } else if (message.type === "ready") speak();
      });
    });
    channel.socket.on("close", () => resolve({ code, tookMs: performance.now() - saidMs }));
  });
  if (isOpening) speak();
  else channel.socket.write(ours.bytes);
  const answer = await closed;
  channel.destroy();
  return answer;
}

/** Runs all cases, some at a time, and judges the answers. */
async function sayAll(say: (bytes: Uint8Array, isOpening: boolean) => Promise<Answer>): Promise<void> {
  const queue = [...refusals];
  const took: number[] = [];
  const next = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      const { name, bytes, code } = one;
      // A hello is said when hellos are.
      const { code: told, tookMs } = await say(bytes, bytes[0] === 0x01);
      assert.equal(told, new ProtocolError(code, "").closeCode, name);
      assert.ok(tookMs < longestMs, `${name}: ${tookMs} ms`);
      took.push(tookMs);
    }
  };
  await Promise.all(Array.from({ length: together }, next));
  assert.equal(took.length, refusals.length);
  took.sort((a, b) => a - b);
  const median = took[took.length >> 1] ?? Number.POSITIVE_INFINITY;
  assert.ok(median <= medianMs, `half of them took more than ${median} ms`);
}

test("a listener closes each of them with the code that is meant, and serves the next", async () => {
  await using host = await new Host().listen({ timing, maxSessions: 2 * together });
  await sayAll(async (bytes, isOpening) =>
    say(await dialSecurely({ host: "127.0.0.1", port: host.listener.port, credential: host.credential }), "dialer", bytes, isOpening),
  );
  const { dialer } = await host.call();
  assert.equal(dialer.status, "live");
});

test("a dialer closes each of them with the code that is meant", async () => {
  const store = new CredentialStore();
  const credential = deriveCredential(createSecret());
  store.admit(credential, { use: "many" });
  const waiting: ((channel: SecureChannel) => void)[] = [];
  const place = await listenSecurely({
    host: "127.0.0.1",
    port: 0,
    credentials: store,
    onChannel: (channel) => waiting.shift()?.(channel),
  });
  const sessions: Session[] = [];
  try {
    await sayAll(async (bytes, isOpening) => {
      const channel = new Promise<SecureChannel>((resolve) => waiting.push(resolve));
      sessions.push(connectSession({ host: "127.0.0.1", port: place.port, credential, capabilities, timing }));
      return say(await channel, "listener", bytes, isOpening);
    });
    assert.ok(sessions.every(({ status }) => status === "closed"));
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
    place.close();
  }
});

test("takes next to no memory on the word of a header: what is held is what has come", async () => {
  for (const { bytes, name } of refusals) {
    const parser = createMessageParser("network");
    try {
      parser.push(bytes, (header, payload) => void parseMessage(header, payload));
    } catch {
      // As it must.
    }
    assert.ok(parser.heldBytes <= 64_000, `${name}: ${parser.heldBytes} bytes`);
  }
});

test.run();
