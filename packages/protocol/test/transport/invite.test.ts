import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { deriveCredential } from "../../src/transport/credential.ts";
import {
  createSecret,
  defaultPort,
  formatInvite,
  formatSecret,
  InviteError,
  parseInvite,
  parseSecret,
  secretBytes,
} from "../../src/transport/invite.ts";

const test = suite("invite");

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const counting = Uint8Array.from({ length: secretBytes }, (_, at) => at);
const anySecret = fc.uint8Array({ minLength: secretBytes, maxLength: secretBytes });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof InviteError);
    return error.code;
  }
  return "none";
}

test("is written as documented", () => {
  assert.equal(formatInvite({ host: "192.168.1.20", port: 7420, secret: counting }), "192.168.1.20:7420/000g40r40m30e209185gr38e1wks");
  const { identity, psk } = deriveCredential(counting);
  assert.equal(identity, "wsnsjfmj3t25nz95");
  assert.equal(psk.toString("hex"), "53920accd23cb07f0788214e76f1c1cbc9ec2d1341d4afd733a357b591e14147");
});

test("is read back as it was written, for names, IPv4 and IPv6", () => {
  fc.assert(
    fc.property(
      anySecret,
      fc.integer({ min: 1, max: 65_535 }),
      fc.constantFrom("localhost", "camera.example.org", "10.0.0.7", "::1", "fe80::1%eth0", "2001:db8::7"),
      (secret, port, host) => assert.deepEqual(parseInvite(formatInvite({ host, port, secret })), { host, port, secret }),
    ),
  );
});

test("may leave the port out", () => {
  assert.equal(parseInvite(`[::1]/${formatSecret(counting)}`).port, defaultPort);
});

test("reads what people make of it: capitals, hyphens, spaces, o for 0, i and l for 1", () => {
  const text = formatSecret(counting);
  const typed = ` ${text.slice(0, 7)}-${text.slice(7)} `.replaceAll("0", "O").replaceAll("1", "l").toUpperCase();
  assert.deepEqual(parseSecret(typed), counting);
});

test("finds every wrong character and every two neighbours that changed places", () => {
  fc.assert(
    fc.property(anySecret, (secret) => {
      const text = formatSecret(secret);
      for (let at = 0; at < text.length; at++) {
        for (const other of alphabet) {
          if (other === text[at]) continue;
          assert.equal(
            codeOf(() => parseSecret(text.slice(0, at) + other + text.slice(at + 1))),
            "mistyped",
          );
        }
        const swapped = `${text.slice(0, at)}${text[at + 1] ?? ""}${text[at] ?? ""}${text.slice(at + 2)}`;
        if (swapped !== text)
          assert.equal(
            codeOf(() => parseSecret(swapped)),
            "mistyped",
          );
      }
    }),
    { numRuns: 10 },
  );
});

test("says what is no invite", () => {
  const secret = formatSecret(counting);
  for (const text of [
    "",
    "host",
    "host:7420",
    `:7420/${secret}`,
    `host:0/${secret}`,
    `host:65536/${secret}`,
    `host:x/${secret}`,
    `ho st:1/${secret}`,
    `host:1/${secret}0`,
    `host:1/${secret.slice(1)}`,
    `-host:1/${secret}`,
    `[zz]:1/${secret}`,
  ]) {
    assert.equal(
      codeOf(() => parseInvite(text)),
      "malformed",
      text,
    );
  }
  assert.equal(
    codeOf(() => parseSecret(secret.replace("g", "u"))),
    "mistyped",
  );
});

test("has only one way to write a secret: bits beyond the 128 are refused, though the check fits", () => {
  // 26th character 1 instead of 0, with its own check characters: found by trying all 1,024.
  const body = "0".repeat(25) + "1";
  const codes = Array.from({ length: 1_024 }, (_, check) =>
    codeOf(() => parseSecret(`${body}${alphabet[check >> 5] ?? ""}${alphabet[check & 31] ?? ""}`)),
  );
  assert.deepEqual(
    codes.filter((code) => code !== "mistyped"),
    ["malformed"],
  );
});

test("never throws anything else, whatever it is given", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void codeOf(() => parseInvite(text))));
});

test("makes secrets that differ", () => {
  assert.notDeepEqual(createSecret(), createSecret());
  assert.throws(() => formatSecret(new Uint8Array(15)), RangeError);
});

test.run();
