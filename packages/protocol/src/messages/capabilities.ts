// What an end can send, receive and decode: the JSON at the end of a hello. Read field by field into a fresh object;
// fields and list entries of newer versions are ignored.
import { ProtocolError } from "../errors.ts";
import { maxListEntries, maxNameChars } from "../limits.ts";
import { isVideoCodec, type VideoCodec } from "../media/codec.ts";
import { isClean } from "./clean-text.ts";
import { parseJsonObject, type JsonObject, type JsonValue } from "./json-object.ts";

/** A kind of media that can be sent or received. */
export type MediaKind = "video" | "audio";

/** What one end can do. */
export interface Capabilities {
  /** Shown to the other person; 1–64 characters, clean (see clean-text.ts). */
  readonly name: string;
  /** Program and version; 1–64 characters, clean. */
  readonly software: string;
  /** Kinds of media it would send. */
  readonly sends: readonly MediaKind[];
  /** Kinds of media it wants. */
  readonly receives: readonly MediaKind[];
  /** Codecs it can decode, best first. */
  readonly videoCodecs: readonly VideoCodec[];
  /** Widest picture it takes, 1–65535. */
  readonly maxWidthPx: number;
  /** Highest picture it takes, 1–65535. */
  readonly maxHeightPx: number;
  /** Fastest frame rate it takes, in Hz, above 0 and at most 1000. */
  readonly maxFrameRate: number;
  /** Names of optional features, 1–64 characters, clean; a feature is used when both ends name it. */
  readonly features: readonly string[];
}

const highestFrameRate = 1_000;
const maxSide = 0xffff;

/**
 * Reads capabilities.
 * @param json - from the network
 * @throws ProtocolError bad-json when it is no JSON object, bad-capabilities when a field is missing or wrong
 */
export function parseCapabilities(json: string): Capabilities {
  const object = parseJsonObject(json);
  return {
    name: nameField(object, "name"),
    software: nameField(object, "software"),
    sends: listField(object, "sends").filter(isMediaKind),
    receives: listField(object, "receives").filter(isMediaKind),
    videoCodecs: listField(object, "videoCodecs").filter(isVideoCodec),
    maxWidthPx: sideField(object, "maxWidthPx"),
    maxHeightPx: sideField(object, "maxHeightPx"),
    maxFrameRate: frameRateField(object, "maxFrameRate"),
    features: listField(object, "features"),
  };
}

/**
 * Writes capabilities, in the order of the interface and nothing else.
 * @throws RangeError when the other end would refuse them
 */
export function serializeCapabilities(capabilities: Capabilities): string {
  const { name, software, sends, receives, videoCodecs, maxWidthPx, maxHeightPx, maxFrameRate, features } = capabilities;
  const json = JSON.stringify({
    name,
    software,
    sends,
    receives,
    videoCodecs,
    maxWidthPx,
    maxHeightPx,
    maxFrameRate,
    features,
  });
  try {
    parseCapabilities(json);
  } catch (cause) {
    throw new RangeError("capabilities that the other end would refuse", { cause });
  }
  return json;
}

function field(object: JsonObject, key: keyof Capabilities): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function nameField(object: JsonObject, key: keyof Capabilities): string {
  const value = field(object, key);
  if (!isName(value)) throw wrong(key, `text of 1 to ${maxNameChars} characters without control characters`);
  return value;
}

/** Each entry once, in order; entries that this version does not know are for the caller to leave out. */
function listField(object: JsonObject, key: keyof Capabilities): string[] {
  const value = field(object, key);
  if (!Array.isArray(value) || value.length > maxListEntries || !value.every(isName)) {
    throw wrong(key, `a list of at most ${maxListEntries} names`);
  }
  return [...new Set(value)];
}

function sideField(object: JsonObject, key: keyof Capabilities): number {
  const value = field(object, key);
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > maxSide) {
    throw wrong(key, `an integer from 1 to ${maxSide}`);
  }
  return value;
}

function frameRateField(object: JsonObject, key: keyof Capabilities): number {
  const value = field(object, key);
  if (typeof value !== "number" || !(value > 0 && value <= highestFrameRate)) {
    throw wrong(key, `a number above 0 and at most ${highestFrameRate}`);
  }
  return value;
}

function isName(value: unknown): value is string {
  if (typeof value !== "string" || value === "" || value.length > 2 * maxNameChars) return false;
  return [...value].length <= maxNameChars && isClean(value, { lines: false });
}

function isMediaKind(name: string): name is MediaKind {
  return name === "video" || name === "audio";
}

function wrong(key: keyof Capabilities, expected: string): ProtocolError {
  return new ProtocolError("bad-capabilities", `${key} in the capabilities must be ${expected}`);
}
