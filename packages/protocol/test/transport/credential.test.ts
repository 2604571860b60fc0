import assert from "node:assert/strict";
import { suite } from "uvu";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { CredentialStore, deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";

const test = suite("CredentialStore");

const credential = deriveCredential(createSecret());
const { identity } = credential;

test("lets a single-use credential in once: the second claim fails, a released one may be claimed again, a burned one is gone", () => {
  const store = new CredentialStore();
  store.admit(credential, { use: "single" });
  const first = store.claim(identity);
  assert.ok(first !== undefined);
  assert.equal(store.claim(identity), undefined);
  assert.equal(store.lookup(identity), credential, "still there while the first one is opening");
  first.release();
  store.claim(identity)?.commit();
  assert.equal(store.lookup(identity), undefined);
  assert.equal(store.claim(identity), undefined);
});

test("lets a credential for many in any number of times", () => {
  const store = new CredentialStore();
  store.admit(credential, { use: "many", name: "the garden" });
  for (let turn = 0; turn < 3; turn++) store.claim(identity)?.commit();
  assert.equal(store.lookup(identity), credential);
  assert.deepEqual(store.list(), [{ identity, use: "many", expiresAtUs: Infinity, name: "the garden" }]);
});

test("forgets a credential when its time is over, and when it is revoked", () => {
  const scheduler = new FakeScheduler();
  const store = new CredentialStore({ nowUs: () => scheduler.nowUs() });
  store.admit(credential, { use: "many", lifeMs: 1_000 });
  scheduler.advance(999);
  assert.ok(store.lookup(identity) !== undefined);
  scheduler.advance(1);
  assert.equal(store.lookup(identity), undefined);
  assert.equal(store.claim(identity), undefined);
  assert.deepEqual(store.list(), []);
  store.admit(credential, { use: "many" });
  assert.equal(store.revoke(identity), true);
  assert.equal(store.revoke(identity), false);
  assert.equal(store.lookup(identity), undefined);
});

test("does not burn a credential that was admitted anew since the claim", () => {
  const store = new CredentialStore();
  store.admit(credential, { use: "single" });
  const claim = store.claim(identity);
  store.admit(credential, { use: "single" });
  claim?.commit();
  assert.equal(store.lookup(identity), credential);
});

test("derives different identities and keys from different secrets, and takes no short ones", () => {
  const other = deriveCredential(createSecret());
  assert.notEqual(other.identity, identity);
  assert.notDeepEqual(other.psk, credential.psk);
  assert.throws(() => deriveCredential(new Uint8Array(15)), RangeError);
});

test.run();
