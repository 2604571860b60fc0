// A slow link inside this process: what goes into a port of this computer comes out at another one, as through a line with so many bits a
// second, so much delay, and a router in front of it that holds so much.

import { connect, createServer, type Server, type Socket } from "node:net";

/** What the link is like, in each direction. */
export interface LinkShape {
  /** Bits a second. */
  readonly rateBps: number;
  /** One way, ms. */
  readonly delayMs: number;
  /** What waits in front of it at most, bytes; then nothing more is taken. */
  readonly queueBytes: number;
}

/** How often it is looked whether a full queue has room again, ms. */
const pollMs = 5;

/** A running link. */
export class SlowLink {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Opens it towards a port of this computer. */
  static async open(port: number, shape: LinkShape): Promise<SlowLink> {
    const server = createServer();
    const link = new SlowLink(server);
    server.on("connection", (near) => {
      const far = connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        socket.setNoDelay(true);
        link.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => link.#sockets.delete(socket));
      }
      carry(near, far, shape);
      carry(far, near, shape);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return link;
  }

  /** Where to dial. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Ends it and all that goes through it. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** One direction: bytes leave in the order in which they came, whatever timers do. */
function carry(from: Socket, to: Socket, { rateBps, delayMs, queueBytes }: LinkShape): void {
  const onTheWay: { readonly bytes: Buffer; readonly sentMs: number }[] = [];
  let freeMs = 0;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const waitingBytes = (): number => Math.max(0, ((freeMs - performance.now()) * rateBps) / 8000);
  const move = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let [next] = onTheWay; next !== undefined && next.sentMs + delayMs <= now; [next] = onTheWay) {
      to.write(next.bytes);
      onTheWay.shift();
    }
    if (waitingBytes() < queueBytes) from.resume();
    const [next] = onTheWay;
    if (next !== undefined) timer ??= setTimeout(move, Math.max(1, Math.min(next.sentMs + delayMs - now, pollMs)));
    else if (hasEnded) to.end();
  };
  from.on("data", (bytes: Buffer) => {
    freeMs = Math.max(freeMs, performance.now()) + (bytes.byteLength * 8000) / rateBps;
    onTheWay.push({ bytes, sentMs: freeMs });
    if (waitingBytes() >= queueBytes) from.pause();
    timer ??= setTimeout(move, 1);
  });
  from.on("close", () => {
    hasEnded = true;
    timer ??= setTimeout(move, 1);
  });
}
