import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { maxPendingTexts, TextLog } from "../../src/session/text-log.ts";

const test = suite("TextLog");

test("numbers texts from 1, gives each once per connection, and again on the next until it is acknowledged", () => {
  const log = new TextLog();
  const fates: string[] = [];
  for (const text of ["a", "b", "c"]) log.add(text, (fate) => fates.push(`${text} ${fate}`));
  assert.deepEqual(
    log.takeUnsent().map(({ id, text }) => `${id}${text}`),
    ["1a", "2b", "3c"],
  );
  assert.deepEqual(log.takeUnsent(), []);
  assert.equal(log.acknowledge(1), true);
  log.resume();
  assert.deepEqual(
    log.takeUnsent().map(({ id }) => id),
    [2, 3],
  );
  assert.equal(log.acknowledge(3), true);
  assert.deepEqual(fates, ["a delivered", "b delivered", "c delivered"]);
});

test("does not believe an acknowledgement of what it never sent", () => {
  const log = new TextLog();
  log.add("a", () => {});
  assert.equal(log.acknowledge(1), false);
  log.takeUnsent();
  assert.equal(log.acknowledge(2), false);
  assert.equal(log.acknowledge(1), true);
  assert.equal(log.acknowledge(1), true, "once more is no harm");
});

test("takes each id once, in order", () => {
  const log = new TextLog();
  assert.deepEqual(
    [1, 1, 2, 1, 5, 4].map((id) => log.receive(id)),
    [true, false, true, false, true, false],
  );
  assert.equal(log.receivedId, 5);
});

test("in a new session gives up on what may have arrived, and sends the rest under new ids", () => {
  const log = new TextLog();
  const fates: string[] = [];
  log.add("sent", (fate) => fates.push(`sent ${fate}`));
  log.takeUnsent();
  log.resume();
  log.add("waiting", (fate) => fates.push(`waiting ${fate}`));
  log.receive(9);
  log.restart();
  assert.deepEqual(fates, ["sent undelivered"]);
  assert.equal(log.receivedId, 0);
  assert.deepEqual(log.takeUnsent(), [{ type: "text", id: 1, text: "waiting" }]);
  log.fail();
  assert.deepEqual(fates, ["sent undelivered", "waiting undelivered"]);
  assert.equal(log.acknowledge(1), true);
});

test("holds a bounded number of texts", () => {
  const log = new TextLog();
  const fates: string[] = [];
  for (let at = 0; at <= maxPendingTexts; at++) log.add("x", (fate) => fates.push(fate));
  assert.deepEqual(fates, ["undelivered"]);
});

test("delivers each text exactly once and in order over connections that lose anything after any point", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ add: fc.nat(4), arrive: fc.nat(6), acked: fc.boolean() }), { maxLength: 20 }), (connections) => {
      const [near, far] = [new TextLog(), new TextLog()];
      const received: string[] = [];
      let count = 0;
      let delivered = 0;
      for (const { add, arrive, acked } of [...connections, { add: 0, arrive: Infinity, acked: true }]) {
        near.resume();
        for (let at = 0; at < add; at++) near.add(`${count++}`, (fate) => (delivered += fate === "delivered" ? 1 : 0));
        for (const { id, text } of near.takeUnsent().slice(0, arrive)) if (far.receive(id)) received.push(text);
        if (acked) assert.equal(near.acknowledge(far.receivedId), true);
      }
      assert.deepEqual(
        received,
        Array.from({ length: count }, (_, at) => `${at}`),
      );
      assert.equal(delivered, count);
    }),
  );
});

test.run();
