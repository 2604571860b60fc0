// What is fuzzed: every parser that bytes of a stranger, or of a hostile picture, reach first. A target throws for a defect; typed errors are
// its parser's right answer, and what it takes for good must survive being written and read again.

import assert from "node:assert/strict";

import {
  createMessageParser,
  formatInvite,
  InviteError,
  maxControlBytes,
  maxVideoDataBytes,
  type Message,
  messageDefinitions,
  type MessageScope,
  parseInvite,
  parseMessage,
  ProtocolError,
  serializeMessage,
} from "@simple-video-chat/protocol";
import { LegacyError, LegacyFrameReader, unpickleFrame } from "@simple-video-chat/protocol/legacy";

import { internals } from "../bench/package-internals.ts";
import { pairingTarget } from "./pairing-target.ts";

/** A parser under attack. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs are this long at most. */
  readonly maxBytes: number;
  /** Takes any bytes. @throws whatever is a defect */
  run(bytes: Uint8Array): void;
}

type Check = (data: Uint8Array, format: { readonly widthPx: number; readonly heightPx: number }) => void;

/** The size of the pictures in the corpora. */
const format = { widthPx: 64, heightPx: 48 };
/** The most that a parser may hold: one message, and its header. */
const maxHeldBytes = 8 + 32 + Math.max(maxControlBytes, maxVideoDataBytes);

/** Runs what may throw errors of one class only; whether it threw none. */
function only(errors: new (...args: never[]) => Error, run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof errors) return false;
    throw error;
  }
}

function stream(scope: MessageScope): FuzzTarget["run"] {
  return (bytes) => {
    // The first byte says how the rest is cut into chunks.
    const pieceBytes = 1 + (bytes[0] ?? 0);
    const parser = createMessageParser(scope);
    only(ProtocolError, () => {
      for (let at = 1; at < bytes.length; at += pieceBytes)
        parser.push(bytes.subarray(at, at + pieceBytes), (header, payload) => void parseMessage(header, payload));
    });
    assert.ok(parser.heldBytes <= maxHeldBytes, `the parser holds ${parser.heldBytes} bytes`);
  };
}

/** The first byte chooses the type, the second has the flags; what is parsed is written and parsed again. */
function message(bytes: Uint8Array): void {
  const definition = messageDefinitions[(bytes[0] ?? 0) % messageDefinitions.length];
  if (definition === undefined) return;
  const payload = bytes.subarray(2);
  if (payload.length < definition.minPayloadBytes || payload.length > definition.maxPayloadBytes) return;
  const flags = (bytes[1] ?? 0) & definition.flagsMask;
  const header = { typeId: definition.typeId, flags, track: definition.track === "required" ? 1 : 0, payloadBytes: payload.length };
  only(ProtocolError, () => {
    const parsed = parseMessage(header, payload) as Message;
    const written = serializeMessage(parsed);
    const again: unknown[] = [];
    createMessageParser("engine").push(written, (h, p) => again.push(structuredClone(parseMessage(h, p))));
    assert.deepEqual(again, [structuredClone(parsed)]);
  });
}

/** A hello whose capabilities are these bytes. */
function hello(bytes: Uint8Array): void {
  const start = Buffer.from("5356433100010001".padEnd(48, "0"), "hex");
  const payload = Buffer.concat([start, bytes]);
  const header = { typeId: 0x01, flags: 0, track: 0, payloadBytes: payload.length };
  only(ProtocolError, () => void parseMessage(header, payload));
}

function invite(bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString("utf8");
  only(InviteError, () => {
    const parsed = parseInvite(text);
    assert.deepEqual(parseInvite(formatInvite(parsed)), parsed);
  });
}

function legacyStream(bytes: Uint8Array): void {
  const reader = new LegacyFrameReader();
  only(LegacyError, () => {
    for (let at = 0; at < bytes.length; at += 13) reader.push(bytes.subarray(at, at + 13), (payload) => void unpickleFrame(payload));
  });
}

/** The targets. The checks of the receiver are imported from its build, as no one else may have them. */
export async function loadTargets(): Promise<readonly FuzzTarget[]> {
  const { DecodeError } = await internals<{ DecodeError: new () => Error }>("receiver", "errors.js");
  const check = async (file: string, name: string): Promise<FuzzTarget["run"]> => {
    const { [name]: run } = await internals<Record<string, Check | undefined>>("receiver", `decode/${file}.js`);
    assert.ok(run !== undefined, `${file} has no ${name}`);
    return (bytes) => void only(DecodeError, () => run(bytes, format));
  };
  return [
    { name: "wire", maxBytes: 2_048, run: stream("network") },
    { name: "engine-pipe", maxBytes: 2_048, run: stream("engine") },
    { name: "message", maxBytes: 512, run: message },
    { name: "hello", maxBytes: 1_024, run: hello },
    { name: "invite", maxBytes: 128, run: invite },
    { name: "pairing", maxBytes: 128, run: await pairingTarget() },
    { name: "jpeg", maxBytes: 4_096, run: await check("jpeg-check", "checkJpeg") },
    { name: "h264", maxBytes: 4_096, run: await check("h264-check", "checkH264") },
    { name: "vp9", maxBytes: 4_096, run: await check("vp9-check", "checkVp9") },
    { name: "pickle", maxBytes: 4_096, run: (bytes) => void only(LegacyError, () => void unpickleFrame(bytes)) },
    { name: "legacy-stream", maxBytes: 4_096, run: legacyStream },
  ];
}
