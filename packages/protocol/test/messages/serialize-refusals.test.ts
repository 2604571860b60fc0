// What the other end would refuse must not leave: serializing it is a RangeError here.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { serializeMessage, type Message } from "../../src/messages/message.ts";
import { readVectors } from "./vector-file.ts";

function changed(type: Message["type"], change: object): Message {
  const vector = readVectors().find(({ message }) => message.type === type);
  return { ...vector?.message, ...change } as Message;
}

const refused: readonly (readonly [string, Message])[] = [
  ["a nonce of 15 bytes", changed("hello", { nonce: new Uint8Array(15) })],
  ["capabilities without a name", changed("hello", { capabilities: { name: "" } })],
  ["a transcript of 31 bytes", changed("ready", { transcript: new Uint8Array(31) })],
  ["a ping at -1", changed("ping", { sentUs: -1 })],
  ["a ping at 0.5", changed("ping", { sentUs: 0.5 })],
  ["a ping at 2^53", changed("ping", { sentUs: 2 ** 53 })],
  ["a ping with id 2^32", changed("ping", { id: 2 ** 32 })],
  ["a ping with id NaN", changed("ping", { id: Number.NaN })],
  ["an empty text", changed("text", { text: "" })],
  ["a text of 4097 bytes", changed("text", { text: "x".repeat(4097) })],
  ["a text with an escape", changed("text", { text: "\u001b" })],
  ["a text with id 0", changed("text", { id: 0 })],
  ["a track 0", changed("track", { track: 0 })],
  ["a track 65536", changed("track", { track: 65_536 })],
  ["a picture of 0 by 720", changed("track", { widthPx: 0 })],
  ["a picture of 4097 by 2", changed("track", { widthPx: 4097, heightPx: 2 })],
  ["a frame rate of 500 Hz", changed("track", { frameRate: 500 })],
  ["a frame rate of NaN", changed("track", { frameRate: Number.NaN })],
  ["a video message without data", changed("video", { data: new Uint8Array(0) })],
  ["a video message of 16,385 bytes of data", changed("video", { data: new Uint8Array(16_385), packetBytes: 20_000 })],
  ["a video message beyond its packet", changed("video", { offset: 1 })],
  ["a packet above 4 MiB", changed("video", { packetBytes: 4_194_305 })],
  ["a frame 0", changed("video", { frame: 0 })],
  ["sound of no packet", changed("audio", { packet: 0 })],
  ["sound without data", changed("audio", { data: new Uint8Array(0) })],
  ["sound of 8,177 bytes", changed("audio", { data: new Uint8Array(8_177) })],
  ["sound of 121 ms", changed("audio", { durationUs: 121_000 })],
  ["sound of 3 channels", changed("audio-track", { channels: 3 })],
  ["an account that does not sum up", changed("account", { sent: 1 })],
  ["a file 0", changed("file-offer", { id: 0 })],
  ["a file whose hash has 31 bytes", changed("file-offer", { sha256: new Uint8Array(31) })],
  ["a file without a name", changed("file-offer", { name: "" })],
  ["a file with a name of 256 bytes", changed("file-offer", { name: "x".repeat(256) })],
  ["a file with an escape in its name", changed("file-offer", { name: "\u001b" })],
  ["no data of a file", changed("file-data", { data: new Uint8Array(0) })],
  ["4,097 bytes of a file", changed("file-data", { data: new Uint8Array(4_097) })],
  ["a JSON object above 16 KiB", changed("engine-event", { value: { event: "x".repeat(16_384) } })],
];

for (const [name, message] of refused) {
  test(`does not write ${name}`, () => {
    assert.throws(
      () => serializeMessage(message),
      (error: unknown) => error instanceof RangeError,
    );
  });
}

test.run();
