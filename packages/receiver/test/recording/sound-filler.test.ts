import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { SoundFiller, type SoundPacket } from "../../src/recording/sound-filler.ts";

function filled(packets: readonly SoundPacket[], toUs?: number): SoundPacket[] {
  const written: SoundPacket[] = [];
  const filler = new SoundFiller((packet) => written.push(packet));
  for (const packet of packets) filler.push(packet);
  if (toUs !== undefined) filler.fillTo(toUs);
  return written;
}

const speech = (timeUs: number): SoundPacket => ({ timeUs, durationUs: 10_000, data: Uint8Array.of(1, 2, 3) });

test("fills a pause with silence, and leaves what follows where it belongs", () => {
  const written = filled([speech(0), speech(95_000)]);
  assert.equal(
    written.map(({ timeUs }) => timeUs),
    [0, 10_000, 30_000, 50_000, 70_000, 95_000],
  );
  assert.is(written.at(-1)?.data.byteLength, 3);
});

test("begins at the file's beginning, and can be filled to its end", () => {
  assert.equal(
    filled([speech(40_000)], 100_000).map(({ timeUs }) => timeUs),
    [0, 20_000, 40_000, 50_000, 70_000],
  );
});

test("leaves out what is from before the file", () => {
  assert.equal(filled([speech(-5_000)]), []);
});

test("never leaves a hole as long as a packet of silence, whatever is missing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 }), (pauses) => {
      let timeUs = 0;
      const packets = pauses.map((pause) => speech((timeUs += 10_000 + pause * 10_000)));
      let endUs = 0;
      for (const packet of filled(packets)) {
        assert.ok(packet.timeUs >= endUs && packet.timeUs - endUs < 20_000);
        endUs = packet.timeUs + packet.durationUs;
      }
    }),
  );
});

test.run();
