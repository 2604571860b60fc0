// Short codes on the wire: who has the code gets in, who guesses has three guesses in all, and nobody learns more than "refused".
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import net from "node:net";
import { suite } from "uvu";
import { maxCodeGuesses } from "../../src/limits.ts";
import { micros } from "../../src/time/clock.ts";
import { answerCode, codeMagic } from "../../src/transport/code-exchange.ts";
import { CredentialStore } from "../../src/transport/credential.ts";
import { codeOf, drain, Place, proxyTo, TcpServer } from "./place.ts";

const test = suite("short codes");
const code = "7-crossover-clockwork";
const wrong = { code: "8-crossover-clockwork" };

/** A listener whose code {@link code} is, and how often it was said to be burned. */
async function placeWithCode(): Promise<Place & { burned: number }> {
  const place = Object.assign(await new Place().open(), { burned: 0 });
  place.store.admitCode(code, { lifeMs: 600_000, onBurned: () => place.burned++ });
  return place;
}

test("lets in who knows the code, with the same keys at both ends, and new ones each time", async () => {
  using place = await placeWithCode();
  const arrived = [place.next(), place.next()];
  const dialers = [await place.dial({ code }), await place.dial({ code })];
  await Promise.all(arrived);
  const [first, second] = place.channels;
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual(dialers[0]?.exportKey("EXPORTER-a"), first.exportKey("EXPORTER-a"));
  assert.notDeepEqual(first.exportKey("EXPORTER-a"), second.exportKey("EXPORTER-a"));
  assert.equal(first.identity, place.store.code()?.identity);
  assert.ok(!first.identity.includes("crossover"));
});

test("tells apart nobody there and a caller that gave up, as long as nothing was tried", async () => {
  using place = await placeWithCode();
  const { port } = place;
  const aborter = new AbortController();
  const dialing = place.dial({ code }, port, aborter.signal);
  aborter.abort();
  assert.equal(await codeOf(dialing), "aborted");
  assert.equal(await codeOf(place.dial({ code }, port, AbortSignal.abort())), "aborted");
  const free = await (async (): Promise<number> => {
    using server = new TcpServer(() => {});
    return await server.listen();
  })();
  assert.equal(await codeOf(place.dial({ code }, free)), "unreachable");
  assert.ok(place.store.code()?.guess());
});

test("is worth nothing after three wrong guesses, also to who knows it", async () => {
  using place = await placeWithCode();
  for (let guess = 1; guess <= maxCodeGuesses; guess++) {
    const noticed = place.next();
    assert.equal(await codeOf(place.dial(wrong)), "refused");
    await noticed;
    assert.equal(place.burned, guess < maxCodeGuesses ? 0 : 1);
  }
  assert.equal(place.store.code(), undefined);
  assert.equal(await codeOf(place.dial({ code })), "refused");
  assert.deepEqual(new Set(place.refusals.map((refusal) => refusal.code)), new Set(["wrong-code"]));
});

test("gives many who guess at once no more than three guesses", async () => {
  using place = await placeWithCode();
  let tried = 0;
  const offer = place.store.code();
  assert.ok(offer !== undefined);
  place.store.code = () => ({
    ...offer,
    guess: () => {
      const may = offer.guess();
      if (may) tried++;
      return may;
    },
  });
  const fates = await Promise.all(Array.from({ length: 12 }, () => codeOf(place.dial(wrong))));
  assert.deepEqual(new Set(fates), new Set(["refused"]));
  assert.equal(tried, maxCodeGuesses);
  assert.equal(place.burned, 1);
});

test("counts a guess that is cut off before it is answered", async () => {
  using place = await placeWithCode();
  using cutter = new TcpServer((near) => {
    const far = cutter.track(net.connect(place.port, "127.0.0.1"));
    let answers = 0;
    near.pipe(far);
    far.on("data", (chunk: Buffer) => {
      // The second answer would say whether the guess was right.
      if (++answers === 1) return void near.write(chunk);
      near.resetAndDestroy();
      far.resetAndDestroy();
    });
  });
  const port = await cutter.listen();
  for (let guess = 1; guess <= maxCodeGuesses; guess++) {
    const noticed = place.next();
    assert.equal(await codeOf(place.dial(wrong, port)), "refused");
    await noticed;
  }
  assert.equal(place.burned, 1);
});

test("costs no guess when nothing was tried", async () => {
  using place = await placeWithCode();
  const begin = Buffer.concat([
    codeMagic,
    randomBytes(16),
    Buffer.from("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76", "hex"),
  ]);
  for (const bytes of [
    begin,
    codeMagic,
    Buffer.concat([codeMagic, randomBytes(16), Buffer.alloc(32)]),
    Buffer.from("SVC0CODE".padEnd(56)),
  ]) {
    for (let time = 0; time < 2; time++) {
      const noticed = place.next();
      const socket = net.connect(place.port, "127.0.0.1");
      socket.end(bytes);
      await drain(socket);
      await noticed;
    }
  }
  assert.equal(place.burned, 0);
  await place.dial({ code });
});

test("answers with as many bytes when there is no code, and refuses in the same way", async () => {
  using place = await placeWithCode();
  using empty = await new Place().open();
  const answers: number[][] = [];
  for (const port of [place.port, empty.port]) {
    const sizes: number[] = [];
    using proxy = proxyTo(
      () => port,
      (chunk, direction) => {
        if (direction === "to-dialer") sizes.push(chunk.length);
        return chunk;
      },
    );
    assert.equal(await codeOf(place.dial(wrong, await proxy.listen())), "refused");
    answers.push(sizes);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0]?.[0], codeMagic.length + 32);
});

test("is over after its time", async () => {
  let nowUs = 0;
  const store = new CredentialStore({ nowUs: () => micros(nowUs) });
  using place = await new Place().open({ credentials: store });
  store.admitCode(code, { lifeMs: 600_000, onBurned: () => {} });
  nowUs = 600_000_000;
  assert.equal(await codeOf(place.dial({ code })), "refused");
});

test("begins one session only, however many know it", () => {
  const store = new CredentialStore();
  const identity = store.admitCode(code, { lifeMs: 600_000, onBurned: () => {} });
  const claim = store.claim(identity);
  assert.equal(store.claim(identity), undefined);
  claim?.release();
  store.claim(identity)?.commit();
  assert.equal(store.code(), undefined);
  assert.equal(store.lookup(identity), undefined);
});

test("gives way to the next code", () => {
  const store = new CredentialStore();
  const first = store.admitCode(code, { lifeMs: 600_000, onBurned: () => {} });
  const second = store.admitCode("9-adroitness-aardvark", { lifeMs: 600_000, onBurned: () => {} });
  assert.equal(store.claim(first), undefined);
  assert.equal(store.code()?.identity, second);
});

test("gives who pretends to be the listener one guess, and says that someone may be in the way", async () => {
  using place = await new Place().open();
  let connections = 0;
  using impostor = new TcpServer((socket) => {
    connections++;
    // Takes part with a guess of its own, and then hears what the dialer proves.
    void answerCode(socket, wrong.code, AbortSignal.timeout(5_000)).then(() => socket.once("data", () => socket.resetAndDestroy()));
  });
  const port = await impostor.listen();
  await assert.rejects(
    place.dial({ code }, port),
    (error) => error instanceof Error && /mistyped.*someone is in the way/.test(error.message),
  );
  assert.equal(connections, 1);
});

test("is not proved to who answers with anything but a share", async () => {
  using place = await new Place().open();
  const answers = [
    Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n".padEnd(60)),
    Buffer.concat([codeMagic, Buffer.alloc(32)]),
    Buffer.concat([codeMagic, Buffer.alloc(32, 0xff)]),
    Buffer.alloc(0),
  ];
  for (const answer of answers) {
    let heard = 0;
    using impostor = new TcpServer((socket) => {
      socket.on("data", (chunk: Buffer) => {
        heard += chunk.length;
        socket.end(answer);
      });
    });
    assert.equal(await codeOf(place.dial({ code }, await impostor.listen())), "refused");
    assert.equal(heard, 56);
  }
});

test("reflects nothing: our own share sent back makes no channel", async () => {
  using place = await new Place().open();
  using mirror = new TcpServer((socket) => {
    socket.once("data", (chunk: Buffer) => {
      socket.write(Buffer.concat([chunk.subarray(0, 8), chunk.subarray(24)]));
      socket.on("data", (later: Buffer) => socket.write(later));
    });
  });
  assert.equal(await codeOf(place.dial({ code }, await mirror.listen())), "refused");
});

test.run();
