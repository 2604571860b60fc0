// JSON in a payload: UTF-8, one object. The engine pipe's messages carry it as it is; a hello's is read field by field.
import { ProtocolError } from "../errors.ts";

/** Anything JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

const encoder = new TextEncoder();

/**
 * Reads a text that must be one JSON object.
 * @throws ProtocolError bad-json
 */
export function parseJsonObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError("bad-json", "a payload is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProtocolError("bad-json", "a payload is JSON but no object");
  }
  return value as JsonObject;
}

/** The object as JSON in UTF-8. */
export function serializeJsonObject(value: JsonObject): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** A plain object as what JSON makes of it: fields that are undefined are left out. */
export function toJsonObject(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
