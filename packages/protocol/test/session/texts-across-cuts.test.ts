// @timeout 180
// Texts over real connections that are cut after any byte, both ways, and over outages: each exactly once and in order, or reported.
import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { noFaults } from "../../src/testing/fault-way.ts";
import { FaultProxy, type Way } from "../../src/testing/fault-proxy.ts";
import { Host, next } from "./call.ts";

const test = suite("Texts across cuts");

interface Cut {
  readonly way: Way;
  readonly afterBytes: number;
  readonly texts: number;
}

/** A handshake is some hundred bytes, a text a few dozen: the cuts fall into all of it. */
const cuts: fc.Arbitrary<Cut[]> = fc.array(
  fc.record({ way: fc.constantFrom<Way>("forth", "back"), afterBytes: fc.integer({ min: 1, max: 1_500 }), texts: fc.nat(6) }),
  { minLength: 1, maxLength: 5 },
);

test("delivers every text exactly once and in order when each connection is cut after any byte", async () => {
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer({ min: 1, max: 60 }), async (planned, sliceBytes) => {
      await using host = await new Host("single").listen();
      const ahead = [...planned];
      // Each connection has the next cut; those after the last stand.
      using proxy = await FaultProxy.start({
        targetPort: () => {
          const cut = ahead.shift();
          proxy.set(noFaults);
          proxy.set({ sliceBytes });
          if (cut !== undefined && isLive) proxy.set({ cutAfterBytes: cut.afterBytes }, cut.way);
          return host.listener.port;
        },
      });
      let isLive = false;
      const { dialer, listener } = await host.call({ port: proxy.port });
      isLive = true;
      const back: string[] = [];
      dialer.on("text", ({ text }) => back.push(text));
      const sent: { readonly forth: string[]; readonly back: string[] } = { forth: [], back: [] };
      const fates: Promise<string>[] = [];
      const say = (count: number): void => {
        for (let nth = 0; nth < count; nth++) {
          const text = `text ${sent.forth.length}`;
          sent.forth.push(text);
          sent.back.push(text);
          fates.push(dialer.sendText(text), listener.sendText(text));
        }
      };
      say(2);
      const lost = next(dialer, "reconnecting");
      proxy.reset();
      await lost;
      for (const { texts } of planned) {
        say(texts);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.deepEqual(new Set(await Promise.all(fates)), new Set(["delivered"]));
      assert.deepEqual(host.texts, sent.forth);
      assert.deepEqual(back, sent.back);
    }),
    { numRuns: 25 },
  );
});

test("delivers more texts at once than the other end takes in one go", async () => {
  await using host = await new Host().listen();
  const { dialer } = await host.call();
  const texts = Array.from({ length: 160 }, (_, at) => `text ${at}`);
  // The last ones wait for their turn: all of them would take as many seconds as there are.
  const fates = texts.map((text) => dialer.sendText(text));
  assert.equal(await fates[124], "delivered");
  assert.equal(dialer.status, "live");
  assert.deepEqual(host.texts.slice(0, 125), texts.slice(0, 125));
});

test.run();
