// Two ends that remember each other: the next call needs no invite, a listener that was started anew lets its caller back in, and who was
// forgotten or put out does not come back by any secret.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import { type Acquaintance, Acquaintances } from "../../src/pairing/acquaintances.ts";
import { Contacts } from "../../src/pairing/contacts.ts";
import type { ConnectSessionOptions } from "../../src/session/dialer.ts";
import type { Session } from "../../src/session/session.ts";
import { deriveCredential } from "../../src/transport/credential.ts";
import { createSecret } from "../../src/transport/invite.ts";
import { capabilities, Host, next, proxyTo } from "../session/call.ts";

const test = suite("acquaintances");
const root = mkdtempSync(join(tmpdir(), "svc-acquaintances-"));
let count = 0;

test.after(() => rmSync(root, { recursive: true, force: true }));

/** A listener that remembers, and who its guests were. */
class Home {
  readonly contacts = new Contacts(join(root, `${++count}`), "watchers");
  readonly host: Host;
  readonly guests: Acquaintance[] = [];
  acquaintances: Acquaintances;
  #onGuest: () => void = () => {};

  constructor(use: "single" | "many" = "single") {
    this.host = new Host(use);
    this.acquaintances = new Acquaintances(this.contacts, this.host.store);
  }

  async listen(port: number = 0): Promise<this> {
    const features = [...this.acquaintances.features];
    await this.host.listen({
      port,
      credentials: this.acquaintances,
      capabilities: { ...capabilities, name: "home", features },
      onSession: (session) => {
        this.host.sessions.push(session);
        session.on("live", (live) => {
          this.guests.push(this.acquaintances.greet(session, live, { once: true }));
          this.#onGuest();
        });
      },
    });
    return this;
  }

  /** This many guests have been greeted, also those that came back. A dialer is live a moment before its listener is. */
  async greeted(guests: number): Promise<void> {
    while (this.guests.length < guests) await new Promise<void>((resolve) => (this.#onGuest = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
  }
}

/** A dialer that remembers. */
class Guest {
  readonly contacts = new Contacts(join(root, `${++count}`), "cameras");
  readonly met: Acquaintance[] = [];

  call(home: Home, options: Partial<ConnectSessionOptions> = {}): Session {
    const acquaintances = new Acquaintances(this.contacts);
    const session = home.host.dial({ capabilities: { ...capabilities, name: "guest", features: [...acquaintances.features] }, ...options });
    const dialed = { host: "127.0.0.1", port: options.port ?? home.host.listener.port };
    session.on("live", (live) => this.met.push(acquaintances.greet(session, live, { once: true, dialed })));
    return session;
  }

  /** What this one proves to a home that it knows. */
  credential(): Pick<ConnectSessionOptions, "credential"> {
    const [contact] = this.contacts.list();
    const credential = contact && this.contacts.credentialOf(contact);
    assert.ok(credential !== undefined);
    return { credential };
  }
}

/** A pair that has met, and hung up. */
async function met(home: Home, guest: Guest): Promise<void> {
  const before = home.guests.length;
  const session = guest.call(home);
  await Promise.all([next(session, "live"), home.greeted(before + 1)]);
  await session.close();
}

async function endOf(session: Session): Promise<string> {
  return Promise.race([next(session, "live").then(() => "live"), next(session, "closed").then(({ code }) => code)]);
}

test("know each other after one call: the next one needs no invite", async () => {
  await using home = await new Home().listen();
  const guest = new Guest();
  await met(home, guest);
  assert.deepEqual([home.guests[0]?.name, home.guests[0]?.isNew], ["guest", true]);
  assert.deepEqual([guest.met[0]?.name, guest.met[0]?.isNew], ["home", true]);
  assert.equal(guest.contacts.find("home")?.port, home.host.listener.port);
  assert.equal((await next(guest.call(home), "closed")).code, "refused", "the invite is used up");
  assert.equal(await endOf(guest.call(home, guest.credential())), "live");
  await home.greeted(2);
  assert.deepEqual([home.guests[1]?.name, home.guests[1]?.isNew], ["guest", false]);
  assert.equal(home.contacts.list().length, 1);
});

test("do not remember unless both want to", async () => {
  await using home = await new Home().listen();
  const guest = new Guest();
  const session = guest.call(home, { capabilities });
  await next(session, "live");
  assert.deepEqual([home.contacts.list(), guest.contacts.list()], [[], []]);
});

test("find each other again through a listener that was started anew, with an invite that is used up", async () => {
  await using home = await new Home().listen();
  const guest = new Guest();
  const session = guest.call(home);
  await Promise.all([next(session, "live"), home.greeted(1)]);
  const { port } = home.host.listener;
  const lost = next(session, "reconnecting");
  await home.host.listener.close("going-away");
  await lost;
  const back = next(session, "live");
  home.acquaintances = new Acquaintances(home.contacts, home.host.store);
  await home.listen(port);
  assert.equal((await back).resumed, false);
  assert.deepEqual(
    guest.met.map(({ isNew }) => isNew),
    [true, false],
  );
  assert.equal(home.contacts.list().length, 1);
});

test("a forgotten contact is let in no more, with its own secret or with that of its session", async () => {
  await using home = await new Home().listen();
  using proxy = await proxyTo(home.host);
  const guest = new Guest();
  const session = guest.call(home, { port: proxy.port });
  await Promise.all([next(session, "live"), home.greeted(1)]);
  // By another program, while the session is live.
  assert.ok(home.contacts.forget("guest"));
  const closed = next(session, "closed");
  proxy.reset();
  assert.equal((await closed).code, "refused");
  assert.equal(await endOf(guest.call(home, guest.credential())), "refused");
  assert.equal(home.contacts.list().length, 0);
});

test("a contact that is put out comes back by nothing, until it is allowed", async () => {
  await using home = await new Home().listen();
  const guest = new Guest();
  const session = guest.call(home);
  await Promise.all([next(session, "live"), home.greeted(1)]);
  const [listening] = home.host.sessions;
  assert.ok(listening !== undefined);
  home.contacts.block("guest", true);
  assert.ok(home.acquaintances.isPutOut(listening));
  const closed = next(session, "closed");
  void listening.close("revoked");
  assert.equal((await closed).code, "revoked");
  assert.equal(await endOf(guest.call(home, guest.credential())), "refused");
  home.contacts.block("guest", false);
  assert.equal(await endOf(guest.call(home, guest.credential())), "live");
});

test("who takes a contact's name is shown under another, remembered or not", async () => {
  await using home = await new Home("many").listen();
  await met(home, new Guest());
  const second = new Guest();
  await met(home, second);
  const stranger = new Guest().call(home, { capabilities: { ...capabilities, name: "guest" } });
  await Promise.all([next(stranger, "live"), home.greeted(3)]);
  assert.deepEqual(
    home.guests.map(({ name }) => name),
    ["guest", "guest-2", "guest-3"],
  );
  assert.deepEqual(
    home.contacts.list().map(({ name }) => name),
    ["guest", "guest-2"],
  );
});

test("a guest is let in as a stranger, with the reason, when the contacts cannot be used", async () => {
  await using home = await new Home().listen();
  home.contacts.add({ calls: "Anna", secret: createSecret(), host: "192.0.2.1", port: 7_420 });
  chmodSync(join(root, `${count}`, "contacts.json"), 0o644);
  const guest = new Guest();
  const session = guest.call(home);
  await Promise.all([next(session, "live"), home.greeted(1)]);
  const [told] = home.guests;
  assert.deepEqual([told?.isNew, told?.contact], [false, undefined]);
  assert.match(told?.trouble ?? "", /chmod 600/);
});

test("a contact of another home is a stranger here", async () => {
  await using home = await new Home().listen();
  await using other = await new Home().listen();
  const guest = new Guest();
  await met(home, guest);
  assert.equal(await endOf(guest.call(other, guest.credential())), "refused");
  assert.equal(await endOf(guest.call(home, { credential: deriveCredential(createSecret()) })), "refused");
});

test("a code is proved once: after a restart its session is over, unless both remember", async () => {
  await using home = await new Home("many").listen();
  home.host.store.admitCode("7-crossover-clockwork", { lifeMs: 60_000, onBurned: () => {} });
  const guest = new Guest();
  const session = guest.call(home, { credential: { code: "7-crossover-clockwork" }, capabilities });
  await next(session, "live");
  const { port } = home.host.listener;
  const closed = next(session, "closed");
  await home.host.listener.close("going-away");
  // A new listener with the same code: who sits in the middle could be it.
  home.host.store.admitCode("7-crossover-clockwork", { lifeMs: 60_000, onBurned: () => assert.fail("a guess was made") });
  await home.listen(port);
  assert.equal((await closed).code, "refused");
  assert.ok(home.host.store.code()?.guess());
});

test.run();
