// Texts between two ends of a real call, of which one may not want any; and what a session says of itself without a connection.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import { tellText, sendText } from "../../src/cli/chat-lines.ts";
import { ConsoleOutput } from "../../src/cli/console-output.ts";
import { maxTextBytes } from "../../src/limits.ts";
import { isClean } from "../../src/messages/clean-text.ts";
import { chatFeature } from "../../src/messages/features.ts";
import { type ReceivedText, SessionChat, type TextOutcome } from "../../src/session/session-chat.ts";
import { capabilities, Host, next } from "./call.ts";
import { eventsIn } from "../cli/run-words.ts";

const test = suite("SessionChat");

/** Capabilities of an end that wants texts, or does not. */
function wanting(isWanted: boolean, name: string): typeof capabilities {
  return { ...capabilities, name, features: isWanted ? [chatFeature] : [] };
}

/** A call between two ends, and their chats. */
async function chatting(host: Host, dialerWants: boolean): Promise<{ dialer: SessionChat; listener: SessionChat; heard: ReceivedText[] }> {
  const heard: ReceivedText[] = [];
  const began = host.session();
  const session = host.dial({ capabilities: wanting(dialerWants, "Bert") });
  const dialer = new SessionChat(session, dialerWants, (text) => heard.push(text));
  const live = next(session, "live");
  const other = await began;
  const listener = new SessionChat(other, true, (text) => heard.push(text));
  await live;
  return { dialer, listener, heard };
}

test("tells a text with its writer's name", async () => {
  await using host = await new Host().listen({ capabilities: wanting(true, "Anna") });
  const { dialer, heard } = await chatting(host, true);
  assert.equal(await dialer.send("hello"), "delivered");
  assert.equal(heard.length, 1);
  assert.equal(heard[0]?.text, "hello");
});

test("sends none to an end that wants none, and none from it", async () => {
  await using host = await new Host().listen({ capabilities: wanting(true, "Anna") });
  const { dialer, heard } = await chatting(host, false);
  assert.equal(await dialer.send("hello"), "unwanted");
  assert.deepEqual([heard, host.texts], [[], []]);
});

test("rejects a text of which nothing is left, or that is too long", async () => {
  await using host = await new Host().listen();
  const { dialer } = await host.call();
  for (const text of ["", "\x07", "x".repeat(maxTextBytes + 1)]) await assert.rejects(dialer.sendText(text), RangeError);
});

test("has a role at each end, nothing to flush without a connection, and no secret of a channel that never was", async () => {
  await using host = await new Host().listen();
  const { dialer, listener } = await host.call();
  assert.deepEqual([dialer.role, listener.role], ["dialer", "listener"]);
  await dialer.flush();
  await dialer.close();
  await dialer.flush();
  const nowhere = host.dial({ port: 1 });
  assert.equal(nowhere.contactSecret, undefined);
  await nowhere.flush();
});

/** A program's voice into memory. */
function voice(): { output: ConsoleOutput; people: () => string; programs: () => string } {
  const [people, programs] = [new PassThrough(), new PassThrough()];
  const [said, out] = [people, programs].map((stream) => {
    const chunks: string[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(String(chunk)));
    return chunks;
  });
  const output = new ConsoleOutput({ json: true, quiet: true, people, programs });
  return { output, people: () => (said ?? []).join(""), programs: () => (out ?? []).join("") };
}

test("what came and what was sent is said to people, to programs and over the picture, without anything that moves a cursor", async () => {
  const shown: string[] = [];
  const { output, people, programs } = voice();
  const lines = { output, show: (from: string, text: string) => void shown.push(`${from}|${text}`) };
  // A session gives clean texts only; of lines there may be several, and none may look like somebody else's.
  tellText(lines, "An\x1b[2Jna", "a\nYou: b");
  const outcomes: TextOutcome[] = ["delivered", "undelivered", "unwanted"];
  for (const outcome of outcomes) await sendText(lines, `to be ${outcome}\x1b[2J`, () => Promise.resolve(outcome));
  await sendText(lines, "\x07", () => assert.fail("nothing was left of it"));
  await sendText(lines, "x".repeat(maxTextBytes + 1), () => assert.fail("it was too long"));
  assert.ok([people(), shown.join()].every((text) => isClean(text, { lines: true })));
  assert.match(
    people(),
    /^An.*na: a You: b\nYou: to be delivered.* ✓\nYou: to be undelivered.* {2}\(not delivered\)\nYou: to be unwanted.* {2}\(not delivered: messages are not wanted/,
  );
  assert.match(people(), /That message is too long: 4096 bytes are the most\.\n$/);
  assert.equal(shown.length, 4);
  assert.deepEqual(
    eventsIn(programs()).map(({ event, outcome }) => [event, outcome]),
    [["text", undefined], ...outcomes.map((outcome) => ["text-sent", outcome])],
  );
});

test("says that a text is under way when its fate is long in coming, and then what it was", async () => {
  const shown: string[] = [];
  const { output, people } = voice();
  let settle: (outcome: TextOutcome) => void = () => {};
  const fate = new Promise<TextOutcome>((resolve) => (settle = resolve));
  const told = sendText({ output, show: (from, text) => void shown.push(`${from}|${text}`) }, "slow", () => fate);
  while (shown.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  settle("undelivered");
  await told;
  assert.equal(people(), "You: slow  (under way)\nNot delivered: slow\n");
  assert.deepEqual(shown, ["You|slow  (under way)", "|not delivered: slow"]);
});

test.run();
