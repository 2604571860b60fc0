// How a short code becomes the key of a secure channel: one message of CPace in each direction, in clear, before TLS begins on the same
// connection. Neither message says anything about the code. Only the TLS handshake shows whether both codes were the same.
//
//   dialer:    "SVC1CODE" | session id, 16 bytes | share, 32 bytes
//   listener:  "SVC1CODE" | share, 32 bytes
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Credential, deriveCredential } from "./credential.ts";

/** What a code's connection begins with; TLS begins with another byte (0x16). */
export const codeMagic: Buffer = Buffer.from("SVC1CODE");

const sessionBytes = 16;
const shareBytes = 32;
const channel = Buffer.from("simple-video-chat 1");
const nothing = new Uint8Array(0);

/** Whether a connection that begins with this chunk is a code's: TLS would begin with 0x16. */
export function beginsCode(chunk: Uint8Array): boolean {
  return chunk[0] === codeMagic[0];
}

/**
 * The dialer's half.
 *
 * @returns the credential to go on with in TLS; undefined: the other end has answered with something else. Whatever happens from here on, the
 *   code has been tried: to try it again would give who sits in the middle another guess.
 * @throws Error (rejects) when the connection ends or `signal` is aborted
 */
export async function dialCode(socket: Socket, code: string, signal: AbortSignal): Promise<Credential | undefined> {
  const { beginCpace, cpaceKey } = await import("./cpace.ts");
  const sessionId = randomBytes(sessionBytes);
  const ours = beginCpace({ password: Buffer.from(code), channel, sessionId });
  socket.write(Buffer.concat([codeMagic, sessionId, ours.share]));
  const answer = await readExactly(socket, codeMagic.length + shareBytes, signal);
  const share = shareOf(answer, codeMagic.length);
  const point = share && ours.meet(share);
  if (share === undefined || point === undefined) return undefined;
  return deriveCredential(cpaceKey(sessionId, point, [asMessage(ours.share), asMessage(share)]));
}

/**
 * The listener's half.
 *
 * @param code undefined when there is none: a random one stands in, so that the other end cannot tell
 * @returns the credential to go on with in TLS; undefined: what came is no beginning of a code's connection
 * @throws Error (rejects) when the connection ends or `signal` is aborted
 */
export async function answerCode(socket: Socket, code: string | undefined, signal: AbortSignal): Promise<Credential | undefined> {
  const question = await readExactly(socket, codeMagic.length + sessionBytes + shareBytes, signal);
  const share = shareOf(question, codeMagic.length + sessionBytes);
  if (share === undefined) return undefined;
  const { beginCpace, cpaceKey } = await import("./cpace.ts");
  const sessionId = question.subarray(codeMagic.length, codeMagic.length + sessionBytes);
  const ours = beginCpace({ password: code === undefined ? randomBytes(shareBytes) : Buffer.from(code), channel, sessionId });
  const point = ours.meet(share);
  if (point === undefined) return undefined;
  socket.write(Buffer.concat([codeMagic, ours.share]));
  return deriveCredential(cpaceKey(sessionId, point, [asMessage(share), asMessage(ours.share)]));
}

function asMessage(share: Uint8Array): { readonly share: Uint8Array; readonly associated: Uint8Array } {
  return { share, associated: nothing };
}

function shareOf(message: Buffer, at: number): Buffer | undefined {
  return message.subarray(0, codeMagic.length).equals(codeMagic) ? message.subarray(at) : undefined;
}

/** The next bytes, as many as are wanted and no more: what follows them is TLS. The socket's own buffer bounds what may wait. */
function readExactly(socket: Socket, bytes: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      socket.off("readable", read).off("close", fail);
      signal.removeEventListener("abort", fail);
    };
    const fail = (): void => {
      settle();
      reject(new Error("the connection has ended"));
    };
    const read = (): void => {
      // Gives fewer than asked for only at the end.
      const chunk = socket.read(bytes) as Buffer | null;
      if (chunk === null) return;
      if (chunk.length < bytes) return fail();
      settle();
      resolve(chunk);
    };
    socket.on("readable", read).on("close", fail);
    signal.addEventListener("abort", fail);
    if (signal.aborted || socket.destroyed) fail();
    else read();
  });
}
