// Several senders side by side, in one page of a browser on this computer:
//
//     node examples/grid.mjs INVITE INVITE …
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { deriveCredential, parseInvite } from "@simple-video-chat/protocol";
import { startReceiver } from "@simple-video-chat/receiver";

const invites = process.argv.slice(2);
if (invites.length === 0) {
  console.error("Say whom to watch: grid.mjs INVITE INVITE …");
  process.exit(64);
}

// Each sender has a receiver, and each receiver a page of its own, with its own keys and cards.
const receivers = invites.map((text) => {
  const { host, port, secret } = parseInvite(text);
  return startReceiver({ host, port, credential: deriveCredential(secret), windowTitle: "grid", view: "browser", audio: false });
});
const addresses = await Promise.all(
  receivers.map(
    (receiver) =>
      new Promise((resolve) => {
        receiver.on("display", (event) => resolve(event.display === "browser" ? event.url : ""));
      }),
  ),
);

const columns = Math.ceil(Math.sqrt(invites.length));
const page = `<!doctype html><meta charset="utf-8"><title>Simple Video Chat</title>
<style>
  body { margin: 0; height: 100vh; display: grid; gap: 4px; background: #111;
         grid-template-columns: repeat(${columns}, 1fr); grid-auto-rows: 1fr; }
  iframe { width: 100%; height: 100%; border: 0; }
</style>
${addresses.map((address) => `<iframe src="${address}"></iframe>`).join("\n")}`;

// The page has the secrets of the others in it, so its own address must not be guessed either.
const path = `/${randomBytes(16).toString("base64url")}`;
const server = createServer((request, response) => {
  if (request.url !== path) response.writeHead(404).end();
  else response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer" }).end(page);
});
server.listen(0, "127.0.0.1", () => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  console.log(`http://127.0.0.1:${port}${path}`);
});

async function end() {
  server.close();
  server.closeAllConnections();
  await Promise.all(receivers.map((receiver) => receiver.close()));
}
process.once("SIGINT", end);
process.once("SIGTERM", end);
