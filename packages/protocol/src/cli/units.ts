// Reads the values that people type: bitrates, picture sizes, addresses, times.

import { maxPicturePx, maxSidePx } from "../limits.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

function usage(message: string): CliError {
  return new CliError(exitCodes.usage, message);
}

/** "2M", "800k" or "1500000" in bits a second. @throws CliError usage */
export function parseBitrate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([kKmM]?)$/.exec(text);
  const factor = { "": 1, k: 1e3, m: 1e6 }[(match?.[2] ?? "").toLowerCase()] ?? 1;
  const bitrateBps = Math.round(Number(match?.[1]) * factor);
  if (!(bitrateBps >= 10_000 && bitrateBps <= 1_000_000_000)) {
    throw usage(`"${text}" is not a bitrate. Write it like 2M or 800k, from 10k to 1000M.`);
  }
  return bitrateBps;
}

/** "1280x720" in pixels. @throws CliError usage */
export function parsePictureSize(text: string): { readonly widthPx: number; readonly heightPx: number } {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  const widthPx = Number(match?.[1]);
  const heightPx = Number(match?.[2]);
  const isLegal = widthPx >= 48 && heightPx >= 48 && widthPx <= maxSidePx && heightPx <= maxSidePx && widthPx * heightPx <= maxPicturePx;
  if (!isLegal) throw usage(`"${text}" is not a picture size. Write it like 1280x720, each side from 48 to ${maxSidePx}.`);
  return { widthPx, heightPx };
}

/** A host and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * "192.168.1.20:7420", "192.168.1.20", ":7420", "7420" or "[::1]:7420".
 *
 * @param fallback what is not written
 * @throws CliError usage
 */
export function parseAddress(text: string, fallback: Address): Address {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const isPortOnly = /^\d{1,5}$/.test(text);
  const host = isPortOnly ? fallback.host : match?.[1] || match?.[2] || fallback.host;
  const port = isPortOnly ? Number(text) : match?.[3] === undefined ? fallback.port : Number(match[3]);
  if (match === null || port > 65535)
    throw usage(`"${text}" is not an address. Write it like 192.168.1.20:7420, and an IPv6 address in brackets.`);
  return { host, port };
}

/** An address as it is written. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A number within bounds. @throws CliError usage */
export function parseNumber(option: string, value: number, min: number, max: number): number {
  if (!(value >= min && value <= max)) throw usage(`--${option} takes a number from ${min} to ${max}.`);
  return value;
}
