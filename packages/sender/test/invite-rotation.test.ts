import assert from "node:assert/strict";
import { CredentialStore, deriveCredential, parseInvite } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { InviteRotation } from "../src/invite-rotation.ts";

const test = suite("InviteRotation");

function start(): { rotation: InviteRotation; credentials: CredentialStore; invites: string[] } {
  const credentials = new CredentialStore();
  const invites: string[] = [];
  const place = (): { host: string; port: number } => ({ host: "192.0.2.1", port: 7420 });
  const rotation = new InviteRotation({ credentials, place, onInvite: (invite) => invites.push(invite) });
  return { rotation, credentials, invites };
}

const identityOf = (invite: string = ""): string => deriveCredential(parseInvite(invite).secret).identity;

test("gives invites to the place where it listens, of which the last one alone is admitted", () => {
  const { rotation, credentials, invites } = start();
  rotation.next();
  rotation.next();
  rotation.stop();
  const [first, second] = invites;
  assert.deepEqual([parseInvite(second ?? "").host, parseInvite(second ?? "").port], ["192.0.2.1", 7420]);
  assert.notEqual(first, second);
  assert.equal(credentials.lookup(identityOf(first)), undefined);
  assert.notEqual(credentials.lookup(identityOf(second)), undefined);
  assert.deepEqual([rotation.isPresent(identityOf(first)), rotation.isPresent(identityOf(second))], [false, true]);
});

test("makes no more once it is stopped, and keeps the process alive no longer", () => {
  const { rotation, invites } = start();
  rotation.next();
  rotation.stop();
  rotation.next();
  assert.equal(invites.length, 1);
});

test.run();
