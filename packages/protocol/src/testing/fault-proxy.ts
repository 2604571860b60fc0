// A TCP proxy that does to connections what networks do: delay, jitter, a rate, odd pieces, a falsified byte, a stall one way or both,
// a half-close, a reset, a cut after any byte. tools/faults/proxy-main.ts is the same for the hand.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

import { FaultWay, noFaults, resetSocket, type WayFaults } from "./fault-way.ts";

/** From the end that dialed to the one that listens, or from that one back. */
export type Way = "forth" | "back";

/** One way, or both. */
export type Ways = Way | "both";

/** How to start a proxy. */
export interface FaultProxyOptions {
  /** Port of the listener that it stands before; a function: asked for each connection. */
  readonly targetPort: number | (() => number);
  /** Default 127.0.0.1. */
  readonly targetHost?: string;
  /** Address to dial the target from; another loopback address than 127.0.0.1 is a stranger to it. */
  readonly localAddress?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Of both ways, from the beginning. */
  readonly faults?: Partial<WayFaults>;
  /** Keeps everything that passes, for {@link FaultProxy.recorded}. */
  readonly isRecording?: boolean;
  /** Draws jitter and pieces; in [0, 1). */
  readonly random?: () => number;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly ways: Readonly<Record<Way, FaultWay>>;
  isStranded: boolean;
}

/** A running proxy. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #recorded: Buffer[] = [];
  readonly #faults: Record<Way, WayFaults>;
  readonly #isStalled: Record<Way, boolean> = { forth: false, back: false };
  #connections = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    const faults = { ...noFaults, ...options.faults };
    this.#faults = { forth: faults, back: faults };
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => this.#join(near));
  }

  /** Starts one. Whoever starts it closes it. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(options.port ?? 0, options.host ?? "127.0.0.1");
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

  /** Every byte that passed so far, of both ways: pieces of a way stay in order. */
  recorded(): Buffer {
    return Buffer.concat(this.#recorded);
  }

  /** Changes the faults, also of connections that there are. Counts of bytes are those of each connection. */
  set(faults: Partial<WayFaults>, ways: Ways = "both"): void {
    for (const way of listOf(ways)) this.#faults[way] = { ...this.#faults[way], ...faults };
  }

  /** From now on nothing passes, of new connections neither; nobody is told. */
  stall(ways: Ways = "both"): void {
    this.#setStalled(true, ways);
  }

  /** Lets everything pass again, what was held back included. */
  release(ways: Ways = "both"): void {
    this.#setStalled(false, ways);
  }

  /** Nothing passes any more on the connections that there are, not even their end; new ones are as usual. A router that has forgotten. */
  strand(): void {
    for (const pair of this.#pairs) {
      pair.isStranded = true;
      pair.ways.forth.stop();
      pair.ways.back.stop();
    }
  }

  /** Cuts all connections with a reset at both ends; new ones are taken. */
  reset(): void {
    for (const { near, far } of this.#pairs) {
      resetSocket(near);
      resetSocket(far);
    }
  }

  /** The end that this way leads to is told that no more will come; the other way goes on. */
  halfClose(way: Way): void {
    for (const { near, far } of this.#pairs) (way === "forth" ? far : near).end();
  }

  /** Ends it and all connections. */
  close(): void {
    this.#server.close();
    this.reset();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #setStalled(isStalled: boolean, ways: Ways): void {
    for (const way of listOf(ways)) {
      this.#isStalled[way] = isStalled;
      for (const pair of this.#pairs) pair.ways[way].isStalled = isStalled;
    }
  }

  #join(near: Socket): void {
    const { targetPort, targetHost = "127.0.0.1", localAddress } = this.#options;
    const port = typeof targetPort === "number" ? targetPort : targetPort();
    const far = connect({
      host: targetHost,
      port,
      noDelay: true,
      allowHalfOpen: true,
      ...(localAddress !== undefined && { localAddress }),
    });
    this.#connections++;
    const pair = { near, far, ways: { forth: this.#carry("forth", near, far), back: this.#carry("back", far, near) }, isStranded: false };
    this.#pairs.add(pair);
    this.#endTogether(pair, near, "forth");
    this.#endTogether(pair, far, "back");
  }

  #carry(way: Way, from: Socket, to: Socket): FaultWay {
    const carried = new FaultWay({
      from,
      to,
      faults: () => this.#faults[way],
      random: this.#options.random ?? Math.random,
      onData: (data) => {
        if (this.#options.isRecording === true) this.#recorded.push(data);
      },
    });
    if (this.#isStalled[way]) carried.isStalled = true;
    return carried;
  }

  /** @param way from this socket to the other */
  #endTogether(pair: Pair, socket: Socket, way: Way): void {
    const other = way === "forth" ? pair.far : pair.near;
    let isReset = false;
    // A reset at one end is passed on by the close that follows.
    socket.on("error", () => {
      isReset = true;
    });
    socket.on("close", () => {
      if (other.destroyed) this.#pairs.delete(pair);
      pair.ways[way === "forth" ? "back" : "forth"].stop();
      // What this end sent before it closed still arrives, and then the end.
      if (pair.isStranded) return;
      if (isReset) resetSocket(other);
      else if (!pair.ways[way].hasEnded && !other.writableEnded) other.destroy();
    });
  }
}

function listOf(ways: Ways): readonly Way[] {
  return ways === "both" ? ["forth", "back"] : [ways];
}
