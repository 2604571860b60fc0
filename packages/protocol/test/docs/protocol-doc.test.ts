// docs/protocol.md says what the code does: its tables, its diagrams and its example are compared with the code.
import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as limits from "../../src/limits.ts";
import { videoCodecIds } from "../../src/media/codec.ts";
import { closeCodes } from "../../src/messages/close-code.ts";
import { keyframeReasons } from "../../src/messages/keyframe-request.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { messageDefinitions, parseMessage } from "../../src/messages/message.ts";
import { deriveCredential } from "../../src/transport/credential.ts";
import { formatInvite } from "../../src/transport/invite.ts";

const doc = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");
const messagesFolder = new URL("../../src/messages/", import.meta.url);

/** Cells of the rows of the table that has this header row. */
function table(header: string): string[][] {
  const [, after = ""] = doc.split(`${header}\n`);
  const rows = after.split("\n").slice(1);
  const end = rows.findIndex((row) => !row.startsWith("|"));
  return rows.slice(0, end).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("lists every message type as the code has it", () => {
  const documented = table("| type | message | where | track | flags | payload bytes |");
  const coded = messageDefinitions.map(({ type, typeId, scope, track, flagsMask, minPayloadBytes: min, maxPayloadBytes: max }) => [
    hexByte(typeId),
    type,
    scope,
    track,
    hexByte(flagsMask),
    min === max ? `${min}` : `${min}–${max}`,
  ]);
  assert.equal(documented, coded);
});

test("lists every close code", () => {
  const documented = table("| code | name | meaning |").map(([code, name]) => [name, Number(code)]);
  assert.equal(documented, Object.entries(closeCodes));
});

test("lists every limit with its value", () => {
  const documented = table("| limit | value | why |").map(([name, value]) => [name, Number(value?.replaceAll(",", ""))]);
  assert.equal(Object.fromEntries(documented), { ...limits });
});

test("gives the diagram at the head of every message's file", () => {
  for (const file of readdirSync(messagesFolder)) {
    const [head = ""] = readFileSync(new URL(file, messagesFolder), "utf8").split("import ");
    const drawn = head.split("\n").filter((line) => /^\/\/ +[+|]/u.test(line));
    for (const line of drawn) assert.ok(doc.includes(line.slice(2).trim()), `${file}: ${line}`);
    const [, type] = /^\/\/ ([a-z-]+): /u.exec(head) ?? [];
    const definition = messageDefinitions.find((it) => it.type === type);
    if (definition !== undefined && definition.maxPayloadBytes > 0) assert.ok(drawn.length >= 3, `${file} has no diagram`);
  }
});

test("numbers codecs and reasons as the code does", () => {
  assert.equal(videoCodecIds, { h264: 1, jpeg: 2, vp9: 3 });
  assert.match(doc, "codec: 1 H.264");
  assert.match(doc, "2 baseline JPEG");
  assert.match(doc, "3 VP9");
  assert.match(
    doc,
    Object.entries(keyframeReasons)
      .map(([name, id]) => `${id} ${name}`)
      .join(", "),
  );
});

test("derives the example's invite, identity and key", () => {
  const secret = Uint8Array.from({ length: 16 }, (_, i) => i);
  const { identity, psk } = deriveCredential(secret);
  assert.match(doc, `\`${formatInvite({ host: "192.168.1.20", port: 7420, secret })}\``);
  assert.match(doc.replaceAll(/\s+/gu, " "), `\`${identity}\``);
  assert.match(doc, psk.toString("hex"));
});

test("shows an example that parses", () => {
  const [, example = ""] = doc.split("## Example\n");
  const rows = example.split("\n").filter((row) => row.startsWith("    "));
  const hex = rows.map((row) => row.trim().split(/ {2,}/u)[0] ?? "");
  const start = hex.findIndex((row) => row.startsWith("10 "));
  const types: string[] = [];
  const bytes = Buffer.from(hex.slice(start).join("").replaceAll(" ", ""), "hex");
  createMessageParser("network").push(bytes, (header, payload) => types.push(parseMessage(header, payload).type));
  assert.equal(types, ["track", "video", "ack"]);
});

function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

test.run();
