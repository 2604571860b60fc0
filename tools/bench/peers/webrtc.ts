// Chromium's WebRTC: a headless browser that calls itself, with the same footage, H.264 and 2 Mbit/s.

import { open, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { BenchError } from "../scenario.ts";
import { atEnd } from "./at-end.ts";
import { type Footage, recordedPictures, temporaryFolder } from "./footage.ts";
import { measureWindow } from "./measure-pair.ts";
import type { Peer, PeerRequest } from "./peer.ts";
import { findProgram, PeerProcess } from "./peer-process.ts";
import { PictureLog } from "./picture-log.ts";

const page = fileURLToPath(new URL("../../../bench/peers/webrtc-page.html", import.meta.url));
const protocolFolder = join(dirname(createRequire(import.meta.url).resolve("@simple-video-chat/protocol/package.json")), "dist");
const bitrateBps = 2_000_000;

/** No display, no sandbox (which root may not have), nothing that talks to the network by itself; peers may be on loopback. */
const browserArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
  "--allow-loopback-in-peer-connection",
];

/** The page's side of a measurement. */
class PageServer {
  readonly log = new PictureLog();
  bytes: number | undefined;
  /** What the page says has gone wrong. */
  error: string | undefined;
  /** Of the call: it may not be the one that was asked for. */
  codec: string | undefined;
  readonly #footage: Footage;
  readonly #server: Server;

  constructor(footage: Footage) {
    this.#footage = footage;
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        ({ type, body }) => response.writeHead(200, { "content-type": type }).end(body),
        (error: unknown) => response.writeHead(404).end(String(error)),
      );
    });
  }

  /** @returns the port */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, "127.0.0.1", () => {
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage): Promise<{ readonly type: string; readonly body: string | Buffer }> {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const [, first = "", ...rest] = pathname.split("/");
    if (first === "lines") {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      for (const line of text.split("\n")) this.#take(line);
      return { type: "text/plain", body: "" };
    }
    if (first === "picture") return { type: "application/octet-stream", body: await this.#picture(Number(rest[0])) };
    if (first === "protocol")
      return { type: "text/javascript", body: await readFile(join(protocolFolder, normalize(`/${rest.join("/")}`))) };
    if (first === "") return { type: "text/html", body: await readFile(page) };
    throw new RangeError(pathname);
  }

  async #picture(index: number): Promise<Buffer> {
    const bytes = this.#footage.widthPx * this.#footage.heightPx * 3;
    const file = await open(this.#footage.path);
    try {
      return (await file.read(Buffer.alloc(bytes), 0, bytes, index * bytes)).buffer;
    } finally {
      await file.close();
    }
  }

  #take(line: string): void {
    const [word, ...rest] = line.split(" ");
    if (word === "bytes") this.bytes = Number(rest[0]);
    else if (word === "codec") this.codec = rest[0];
    else if (word === "error") this.error = rest.join(" ");
    else if (line !== "") this.log.add(line);
  }
}

/** Sender and receiver are one browser: a call of a page with itself. */
export const webrtc: Peer = {
  name: "webrtc",
  label: "Chromium's WebRTC, H.264",
  missing: () => (browser() === undefined ? "not installed: apt-get install chromium" : undefined),
  measure: async ({ footage, frameRate, seconds }: PeerRequest) => {
    const server = new PageServer(footage);
    const port = await server.listen();
    const forget = atEnd(() => server.close());
    const { widthPx, heightPx } = footage;
    const query = `width=${widthPx}&height=${heightPx}&frameRate=${frameRate}&pictures=${recordedPictures}&bitrate=${bitrateBps}`;
    const profile = join(temporaryFolder(), `profile-${port}`);
    const command = [browser() ?? "chromium", ...browserArguments, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/?${query}`];
    const running = new PeerProcess(command, undefined);
    try {
      const measurement = await measureWindow(server.log, {
        seconds,
        use: () => running.use(),
        isMeasured: () => true,
        bytes: () => Promise.resolve(server.bytes),
        check: () => {
          running.checkAlive();
          if (server.error !== undefined) throw new BenchError("program-ended", `Chromium's page: ${server.error}`);
        },
      });
      if (server.codec !== "video/H264")
        process.stderr.write(`Chromium's WebRTC used ${server.codec ?? "no codec that it names"}, not H.264\n`);
      return measurement;
    } finally {
      await running.stop();
      server.close();
      forget();
    }
  },
};

function browser(): string | undefined {
  return findProgram("chromium", "chromium-browser", "google-chrome");
}
