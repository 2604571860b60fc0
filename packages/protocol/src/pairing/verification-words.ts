// Three words that both ends show, of what only the two ends of this very channel know. When they are the same, nobody is in the middle, not even one
// who got hold of the invite.
import { scrypt } from "node:crypto";
import type { Session } from "../session/session.ts";
import { threeSyllables, twoSyllables } from "./pgp-words.ts";

const label = "EXPORTER-svc1-words";

/**
 * Slow on purpose. Who has the secret and sits in the middle can try handshakes with one end until its words are those of the other: 2^24 tries, in
 * the 5 s that the handshake may take. Each costs 32 MiB and 0.1 s of a fast core: it takes 300,000 of them.
 */
const cost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1_048_576 } as const;

/**
 * The words of a session's present connection.
 * @returns undefined when the session is not live
 */
export async function verificationWords(session: Pick<Session, "exportKey">): Promise<string | undefined> {
  const key = session.exportKey(label);
  return key && wordsOf(key);
}

/** The words of a key of 32 bytes. */
export function wordsOf(key: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(key, label, 3, cost, (error, bytes) => {
      if (error !== null) return reject(error);
      const [first = 0, second = 0, third = 0] = bytes;
      resolve([twoSyllables[first], threeSyllables[second], twoSyllables[third]].join(" "));
    });
  });
}
