// Who gets at the page: only a browser on this computer that was sent there, one at a time, and only the files of the list.
import { request } from "node:http";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";

import type { FromPage } from "../../src/browser/page-messages.ts";
import type { PageServer } from "../../src/browser/page-server.ts";

// The page's scripts are served as they are built.
const built = new URL("../../dist/browser/page-server.js", import.meta.url).href;
const { PageServer: BuiltPageServer } = (await import(built)) as { PageServer: typeof PageServer };

interface Context {
  server: PageServer;
  told: (FromPage | "join" | "leave")[];
  host: string;
  secret: string;
}
const test = suite<Context>("page server");
test.before.each(async (context) => {
  const told: Context["told"] = [];
  context.told = told;
  context.server = await BuiltPageServer.open({
    onJoin: () => told.push("join"),
    onMessage: (message) => told.push(message),
    onLeave: () => told.push("leave"),
  });
  const url = new URL(context.server.url);
  context.host = url.host;
  context.secret = url.hash.slice(1);
});
test.after.each(({ server }) => server.close());

function statusOf(host: string, path: string, headers: Record<string, string> = {}, method: string = "GET"): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`http://${host}`, { path, method, headers, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", reject).end();
  });
}

function dial({ host, secret }: Pick<Context, "host" | "secret">, origin: string = `http://${host}`): WebSocket {
  return new WebSocket(`ws://${host}/`, ["svc-page", secret], { origin });
}

/** The status that refused it. */
async function refusal(socket: WebSocket): Promise<number> {
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, { statusCode: number; resume: () => void }];
  response.resume();
  socket.on("error", () => {});
  socket.terminate();
  return response.statusCode;
}

test("serves the page and what it is made of, and nothing else", async ({ host }) => {
  const paths = ["/", "/page.css", "/page/main.js", "/page/clock.js", "/page/decoder.js", "/page/playback.js", "/page/overlay.js"];
  const shared = ["/browser/page-messages.js", "/engine/picture-age.js", "/protocol/media/barcode.js", "/protocol/time/clock.js"];
  for (const path of [...paths, ...shared]) assert.is(await statusOf(host, path), 200, path);
  const others = [
    "/package.json",
    "/../package.json",
    "/page/%2e%2e/%2e%2e/package.json",
    "/page/",
    "/constructor",
    "//",
    "/page/main.js?x",
  ];
  for (const path of others) assert.is(await statusOf(host, path), 404, path);
  assert.is(await statusOf(host, "/", {}, "POST"), 404);
});

test("answers to no other name: another site's page may not read ours", async ({ host }) => {
  assert.is(await statusOf(host, "/", { Host: "evil.example" }), 404);
  assert.is(await statusOf(host, "/", { Host: `localhost:${host.split(":")[1] ?? ""}` }), 404);
});

test("listens on the loopback address only", ({ host }) => {
  assert.match(host, /^127\.0\.0\.1:/);
});

test("lets nobody in without the secret, or from another site's page", async (context) => {
  assert.is(await refusal(dial({ ...context, secret: "guess" })), 403);
  assert.is(await refusal(dial({ ...context, secret: "A".repeat(context.secret.length) })), 403);
  assert.is(await refusal(dial(context, "http://evil.example")), 403);
  assert.equal(context.told, []);
  assert.not(context.server.hasPage);
});

test("hears what the page says, sends it packets, and notices that it has gone", async (context) => {
  const { server, told } = context;
  const page = dial(context);
  await once(page, "open");
  assert.ok(server.hasPage);
  page.send('{"type":"key","key":"q"}');
  page.send("nonsense");
  page.send(JSON.stringify({ type: "ping", id: 3 }));
  const packet = { frame: 1, keyframe: true, captureUs: 5 as never, data: Uint8Array.of(1, 2, 3), isSelfView: false, heldUs: 0 };
  assert.ok(server.sendPacket(packet));
  const [data] = (await once(page, "message")) as [Buffer];
  assert.is(data.byteLength, 20);
  while (told.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told, ["join", { type: "key", key: "q" }, { type: "ping", id: 3 }]);
  page.close();
  while (told.length < 4) await new Promise((resolve) => setImmediate(resolve));
  assert.is(told[3], "leave");
  assert.not(server.sendPacket(packet));
});

test("gives the place of a page to the next one", async (context) => {
  const first = dial(context);
  await once(first, "open");
  const second = dial(context);
  const [code] = (await once(first, "close")) as [number];
  assert.is(code, 4000);
  assert.equal(context.told, ["join", "leave", "join"]);
  second.terminate();
});

test("cuts a page that says too much at once", async (context) => {
  const page = dial(context);
  await once(page, "open");
  page.on("error", () => {});
  page.send("x".repeat(5000));
  await once(page, "close");
  assert.equal(context.told, ["join", "leave"]);
});

test.run();
