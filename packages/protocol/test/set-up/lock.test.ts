// Two set-ups at once: one waits for the other, and a dead one is no obstacle.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isStale, withLock } from "../../set-up/lock.mjs";

const test = suite<{ folder: string }>("lock");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-lock-"));
});
test.after.each((context) => rmSync(context.folder, { recursive: true, force: true }));

test("lets one in at a time and leaves nothing behind", async ({ folder }) => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(30);
    inside -= 1;
  };
  await Promise.all([withLock(folder, "a", work), withLock(folder, "a", work), withLock(folder, "a", work)]);
  assert.is(most, 1);
  assert.equal(readdirSync(folder), []);
});

test("gives the lock back when the work fails", async ({ folder }) => {
  await withLock(folder, "a", () => Promise.reject(new Error("no"))).catch(() => undefined);
  assert.equal(readdirSync(folder), []);
});

test("takes over the lock of a process that is gone, not that of a living one", ({ folder }) => {
  const lock = join(folder, "lock");
  mkdirSync(lock);
  writeFileSync(join(lock, "owner.json"), JSON.stringify({ pid: process.pid, host: hostname() }));
  assert.not(isStale(lock));
  writeFileSync(join(lock, "owner.json"), JSON.stringify({ pid: 2 ** 22 + 12_345, host: hostname() }));
  assert.ok(isStale(lock));
  assert.ok(existsSync(lock));
});

test.run();
