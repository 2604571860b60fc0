// Serves the page of `--view browser` to a browser on this computer, and talks with it: a web server on the loopback address, files of a fixed
// list, and one WebSocket, for which one needs the secret that stands in the page's address.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

import { type WebSocket, WebSocketServer } from "ws";

import { type FromPage, packetToBytes, type PagePacket, pageProtocol, parseFromPage, type ToPage } from "./page-messages.ts";

const secretBytes = 16;
/** A page needs one connection and a few files. */
const maxConnections = 16;
/** Of one message of a page: its longest is a report. */
const maxPageMessageBytes = 4_096;
/** More than this on its way to a page means that the page does not take it: a second of the highest bitrate. */
const maxBacklogBytes = 8_000_000;

/** What is served, by path: our page, and the two modules of protocol that it uses. */
const files = {
  "/page.css": { file: new URL("../../page/page.css", import.meta.url), type: "text/css" },
  "/browser/page-messages.js": { file: new URL("../browser/page-messages.js", import.meta.url), type: "text/javascript" },
  "/engine/picture-age.js": { file: new URL("../engine/picture-age.js", import.meta.url), type: "text/javascript" },
  "/page/main.js": { file: new URL("../page/main.js", import.meta.url), type: "text/javascript" },
  "/page/clock.js": { file: new URL("../page/clock.js", import.meta.url), type: "text/javascript" },
  "/page/decoder.js": { file: new URL("../page/decoder.js", import.meta.url), type: "text/javascript" },
  "/page/playback.js": { file: new URL("../page/playback.js", import.meta.url), type: "text/javascript" },
  "/page/overlay.js": { file: new URL("../page/overlay.js", import.meta.url), type: "text/javascript" },
  "/protocol/media/barcode.js": { file: new URL(import.meta.resolve("@simple-video-chat/protocol/barcode")), type: "text/javascript" },
  "/protocol/time/clock.js": {
    file: new URL("../time/clock.js", import.meta.resolve("@simple-video-chat/protocol/barcode")),
    type: "text/javascript",
  },
} as const;

const importMap = JSON.stringify({ imports: { "@simple-video-chat/protocol/barcode": "/protocol/media/barcode.js" } });
const importMapHash = createHash("sha256").update(importMap).digest("base64");
/** A page on this computer may have this one in a frame (examples/grid.mjs): without the secret there is nothing in it to be seen or clicked. */
const headers = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; script-src 'self' 'sha256-${importMapHash}'; style-src 'self'; connect-src 'self'; img-src 'self' blob:; frame-ancestors http://127.0.0.1:*; base-uri 'none'`,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** What a server tells its owner. */
export interface PageServerEvents {
  /** A page is there; one that was there before is not any more. */
  readonly onJoin: () => void;
  readonly onMessage: (message: FromPage) => void;
  /** There is no page any more. */
  readonly onLeave: () => void;
}

/** A running server. One page at a time: a second one takes the place of the first. */
export class PageServer {
  readonly #events: PageServerEvents;
  readonly #secret = randomBytes(secretBytes).toString("base64url");
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxPageMessageBytes, handleProtocols: () => pageProtocol });
  #page: WebSocket | undefined;

  private constructor(events: PageServerEvents) {
    this.#events = events;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.maxConnections = maxConnections;
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Opens a server at a free port of 127.0.0.1. */
  static async open(events: PageServerEvents): Promise<PageServer> {
    const server = new PageServer(events);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject);
      server.#server.listen(0, "127.0.0.1", resolve);
    });
    return server;
  }

  /** The page's address. What stands behind # never leaves the browser in a request. */
  get url(): string {
    return `http://${this.#host}/#${this.#secret}`;
  }

  /** Whether there is a page that takes what is sent. */
  get hasPage(): boolean {
    return this.#page !== undefined;
  }

  /** Says something to the page, if there is one. */
  send(message: ToPage): void {
    this.#page?.send(JSON.stringify(message));
  }

  /** Sends a packet. False: there is no page that takes it. */
  sendPacket(packet: PagePacket): boolean {
    const page = this.#page;
    if (page === undefined) return false;
    if (page.bufferedAmount > maxBacklogBytes) {
      page.terminate();
      return false;
    }
    page.send(packetToBytes(packet));
    return true;
  }

  /** Ends the server and its page. */
  close(): void {
    this.#page?.close(1001);
    this.#sockets.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get #host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    const found = Object.hasOwn(files, path) ? files[path as keyof typeof files] : undefined;
    // Another name for this address would be another site's page that has found the way here (DNS rebinding).
    if (request.headers.host !== this.#host || request.method !== "GET" || (found === undefined && path !== "/")) {
      response.writeHead(404, headers).end();
      return;
    }
    try {
      const type = found?.type ?? "text/html";
      const content = found === undefined ? await pageText() : await readFile(found.file);
      response.writeHead(200, { ...headers, "Content-Type": `${type}; charset=utf-8` }).end(content);
    } catch {
      response.writeHead(500, headers).end();
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [, secret = ""] = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
    const isOurs = request.headers.host === this.#host && request.headers.origin === `http://${this.#host}`;
    if (!isOurs || !isSame(secret, this.#secret)) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (page) => this.#join(page));
  }

  #join(page: WebSocket): void {
    const before = this.#page;
    this.#page = undefined;
    if (before !== undefined) {
      this.#events.onLeave();
      before.close(4000, "another page was opened");
    }
    this.#page = page;
    // As text it comes in one piece.
    page.on("message", (data: Buffer, isBinary) => {
      if (page !== this.#page || isBinary) return;
      const message = parseFromPage(data.toString("utf8"));
      if (message !== undefined) this.#events.onMessage(message);
    });
    page.on("error", () => page.terminate());
    page.on("close", () => {
      if (page !== this.#page) return;
      this.#page = undefined;
      this.#events.onLeave();
    });
    this.#events.onJoin();
  }
}

async function pageText(): Promise<string> {
  const text = await readFile(new URL("../../page/index.html", import.meta.url), "utf8");
  return text.replace("<!-- importmap -->", `<script type="importmap">${importMap}</script>`);
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
