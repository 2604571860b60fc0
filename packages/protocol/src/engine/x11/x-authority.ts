// The cookie by which an X server knows its user, out of the file that Xlib reads (man Xauthority).

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What a client shows at the door; both are empty where the server asks for nothing. */
export interface XAuthorization {
  readonly name: string;
  readonly data: Uint8Array;
}

const cookieName = "MIT-MAGIC-COOKIE-1";

/** The cookie for display number `display`; the first one without a number, or any, where none has it. */
export function readXAuthority(display: string, env: NodeJS.ProcessEnv = process.env): XAuthorization {
  const path = env["XAUTHORITY"] ?? join(homedir(), ".Xauthority");
  let cookies: readonly { readonly display: string; readonly data: Uint8Array }[] = [];
  try {
    cookies = parse(readFileSync(path));
  } catch {
    // A server that asks for nothing has no file.
  }
  const fitting = cookies.find((cookie) => cookie.display === display) ?? cookies.find((cookie) => cookie.display === "") ?? cookies[0];
  return fitting === undefined ? { name: "", data: new Uint8Array() } : { name: cookieName, data: fitting.data };
}

/** Entries are a family and four strings with their lengths, all big-endian: address, display, name, data. */
function parse(file: Buffer): readonly { readonly display: string; readonly data: Uint8Array }[] {
  const cookies = [];
  for (let at = 0; at + 2 < file.byteLength;) {
    at += 2;
    const fields: Buffer[] = [];
    for (let field = 0; field < 4; field++) {
      const length = file.readUInt16BE(at);
      fields.push(file.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    const [, display, name, data] = fields;
    if (name?.toString("latin1") === cookieName && data !== undefined) cookies.push({ display: display?.toString("latin1") ?? "", data });
  }
  return cookies;
}
