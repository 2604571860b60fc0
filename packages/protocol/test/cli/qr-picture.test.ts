// QR codes in the terminal: read back by a reader from the very characters.
import assert from "node:assert/strict";
import { decodeQR } from "qr/decode.js";
import { suite } from "uvu";
import { qrPicture } from "../../src/cli/qr-picture.ts";
import { createSecret, formatInvite, parseInvite } from "../../src/transport/invite.ts";

const test = suite("qrPicture");
const dark: Readonly<Record<string, readonly [boolean, boolean]>> = {
  " ": [false, false],
  "▄": [false, true],
  "▀": [true, false],
  "█": [true, true],
};
/** Pixels of a square: readers want some. */
const scale = 4;

/** The picture that a camera would see. */
function photograph(lines: readonly string[]): { readonly width: number; readonly height: number; readonly data: Uint8Array } {
  const rows = lines.flatMap((line) => {
    const cells = [...line.slice(line.indexOf("m") + 1, line.lastIndexOf("\x1b"))].map(
      (symbol) => dark[symbol] ?? assert.fail(`a ${symbol}`),
    );
    return [cells.map(([upper]) => upper), cells.map(([, lower]) => lower)];
  });
  const width = (rows[0]?.length ?? 0) * scale;
  const height = rows.length * scale;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isDark = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      data.set(isDark ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

test("holds the invite, in half as many lines as columns", () => {
  for (const host of ["192.168.1.20", "2001:db8::1234:5678"]) {
    const invite = formatInvite({ host, port: 7420, secret: createSecret() });
    const lines = qrPicture(invite, 80);
    assert.ok(lines !== undefined && lines.length <= 24, `${lines?.length} lines`);
    assert.deepEqual(parseInvite(decodeQR(photograph(lines), { effort: 4, timeLimit: 5_000 })), parseInvite(invite));
  }
});

test("is left out where the terminal is too narrow", () => {
  assert.equal(qrPicture("192.168.1.20:7420/000g40r40m30e209185gr38e1wks", 30), undefined);
});

test.run();
