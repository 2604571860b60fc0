// A TCP proxy between two programs in a test: it records what passes, cuts connections with a reset, or holds everything back as a
// network does that has become a black hole, or lets only so much pass, as a slow link does.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** One proxied connection. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** A proxy on loopback to a port on loopback. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #recorded: Buffer[] = [];
  #isHolding = false;
  #connections = 0;
  readonly #bitsPerS: number;

  private constructor(targetPort: number, bitsPerS: number) {
    this.#bitsPerS = bitsPerS;
    this.#server = createServer({ noDelay: true }, (near) =>
      this.#join(near, connect({ host: "127.0.0.1", port: targetPort, noDelay: true })),
    );
  }

  /** Starts one in front of `targetPort`. @param bitsPerS what passes in each direction of a connection; default: all */
  static async start(targetPort: number, bitsPerS: number = Number.POSITIVE_INFINITY): Promise<TcpProxy> {
    const proxy = new TcpProxy(targetPort, bitsPerS);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** Where to connect instead. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections made through it so far. */
  get connections(): number {
    return this.#connections;
  }

  /** The same invite, by way of this proxy. */
  redirect(invite: string): string {
    return invite.replace(/:\d+\//, `:${this.port}/`);
  }

  /** Every byte that passed so far, of both directions: pieces of a direction stay in order. */
  recorded(): Buffer {
    return Buffer.concat(this.#recorded);
  }

  /** Cuts all connections with a reset at both ends; new ones are taken. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** From now on nothing passes, of new connections neither; nobody is told. */
  hold(): void {
    this.#isHolding = true;
    for (const { near, far } of this.#pairs) {
      near.pause();
      far.pause();
    }
  }

  /** Lets everything pass again, what was held back included. */
  release(): void {
    this.#isHolding = false;
    for (const { near, far } of this.#pairs) {
      near.resume();
      far.resume();
    }
  }

  /** Ends it and all connections. */
  close(): void {
    this.#server.close();
    this.reset();
  }

  #join(near: Socket, far: Socket): void {
    const pair = { near, far };
    this.#connections++;
    this.#pairs.add(pair);
    this.#forward(pair, near, far);
    this.#forward(pair, far, near);
    if (this.#isHolding) this.hold();
  }

  #forward(pair: Pair, from: Socket, to: Socket): void {
    from.on("data", (data: Buffer) => {
      this.#recorded.push(data);
      if (this.#bitsPerS === Number.POSITIVE_INFINITY) {
        to.write(data);
        return;
      }
      // What comes meanwhile waits in the sockets, as on a link.
      from.pause();
      setTimeout(
        () => {
          to.write(data);
          if (!this.#isHolding) from.resume();
        },
        (data.byteLength * 8000) / this.#bitsPerS,
      );
    });
    from.on("end", () => to.end());
    // A reset at one end is passed on by the close that follows.
    from.on("error", () => {});
    from.on("close", () => {
      this.#pairs.delete(pair);
      to.destroy();
    });
  }
}
