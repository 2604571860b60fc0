import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { maxVideoDataBytes } from "../../src/limits.ts";
import { videoChunks } from "../../src/media/packet-chunks.ts";
import { arbitrarySize, packetOf } from "./packet.ts";

test("splits a packet into views that follow each other without gaps, all full but the last", () => {
  fc.assert(
    fc.property(arbitrarySize, (size) => {
      const packet = packetOf(size);
      let offset = 0;
      for (const chunk of videoChunks(packet)) {
        assert.is(chunk.offset, offset);
        assert.is(chunk.packetBytes, size);
        assert.is(chunk.data.buffer, packet.data.buffer);
        assert.is(chunk.data.byteLength, Math.min(maxVideoDataBytes, size - offset));
        offset += chunk.data.byteLength;
      }
      assert.is(offset, size);
    }),
    { numRuns: 40 },
  );
});

test.run();
