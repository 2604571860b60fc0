// Two sessions in one process, over a real socket and the real secure channel, exchange a text.
// Run it after the build: node examples/two-sessions.mjs

import {
  connectSession,
  createSecret,
  CredentialStore,
  deriveCredential,
  formatInvite,
  listenForSessions,
  parseInvite,
} from "@simple-video-chat/protocol";

/** @type {import("@simple-video-chat/protocol").Capabilities} */
const capabilities = {
  name: "Ada",
  software: "two-sessions example",
  sends: [],
  receives: [],
  videoCodecs: [],
  maxWidthPx: 1,
  maxHeightPx: 1,
  maxFrameRate: 1,
  features: [],
};

// The end that is called: it lets in whoever proves that they know the secret, once.
const secret = createSecret();
const credentials = new CredentialStore();
credentials.admit(deriveCredential(secret), { use: "single", lifeMs: 60_000 });
const listener = await listenForSessions({
  host: "127.0.0.1",
  port: 0,
  credentials,
  capabilities,
  onSession: (session) => {
    session.on("text", ({ text }) => process.stdout.write(`Ada reads: ${text}\n`));
  },
});
const invite = formatInvite({ host: "127.0.0.1", port: listener.port, secret });

// The end that calls: all it knows is the invite.
const { host, port, secret: invited } = parseInvite(invite);
const session = connectSession({ host, port, credential: deriveCredential(invited), capabilities: { ...capabilities, name: "Bob" } });
session.on("live", ({ peer }) => process.stdout.write(`Bob is connected to ${peer.name}.\n`));
const fate = await session.sendText("Hello, can you see me?");
process.stdout.write(`Bob's text was ${fate}.\n`);

await session.close();
await listener.close();
