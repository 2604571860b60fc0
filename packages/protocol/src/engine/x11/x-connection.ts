// As much of the X protocol as it takes to read windows' names, and to keep one above the others (X Window System Protocol, X11R7, appendix B): no library has it that we
// could do without.

import { connect, type Socket } from "node:net";

import { x11Addresses } from "../screen.ts";
import { readXAuthority } from "./x-authority.ts";

const timeoutMs = 2000;
/** Far above any reply that is asked for here; a property's value is asked for up to 1 KiB. */
const maxReplyBytes = 1_048_576;
/** "l": numbers are little-endian. */
const littleEndian = 0x6c;
const opcodes = { getGeometry: 14, queryTree: 15, internAtom: 16, getProperty: 20, sendEvent: 25 } as const;
/** A client message of numbers, which goes to whoever manages the windows. */
const clientMessage = { code: 33, format: 32, toManagers: 0x18_00_00 } as const;
const propertyLongs = 256;

/** A connection to an X server. One request after the other. */
export class XConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #onData: (() => void) | undefined;
  #error: Error | undefined;
  /** The root windows, one for each screen. */
  #roots: readonly number[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#onData?.();
    });
    const fail = (error: Error): void => {
      this.#error ??= error;
      socket.destroy();
      this.#onData?.();
    };
    socket.on("error", fail);
    socket.on("close", () => fail(new Error("the X server closed the connection")));
    socket.setTimeout(timeoutMs, () => fail(new Error("the X server does not answer")));
  }

  /** @throws Error (rejects) when no X server answers there, or it refuses this user */
  static async open(display: string, env: NodeJS.ProcessEnv = process.env): Promise<XConnection> {
    let lastError = new Error(`DISPLAY=${display} names no X server`);
    for (const address of x11Addresses(display)) {
      const connection = new XConnection(connect(address));
      try {
        await connection.#greet(readXAuthority(/:(\d+)/.exec(display)?.[1] ?? "", env));
        return connection;
      } catch (error) {
        connection.close();
        if (error instanceof Error) lastError = error;
      }
    }
    throw lastError;
  }

  get roots(): readonly number[] {
    return this.#roots;
  }

  /** The number of a name; 0 when no client has used it yet. */
  async atom(name: string): Promise<number> {
    const reply = await this.#ask(opcodes.internAtom, 1, [u16(name.length), u16(0), padded(Buffer.from(name, "latin1"))]);
    return reply.readUInt32LE(8);
  }

  /** The windows directly in a window, the lowest first. */
  async children(window: number): Promise<readonly number[]> {
    const reply = await this.#ask(opcodes.queryTree, 0, [u32(window)]);
    return Array.from({ length: reply.readUInt16LE(16) }, (_, index) => reply.readUInt32LE(32 + 4 * index));
  }

  /** The first bytes of a property; empty when the window has none of this name. */
  async property(window: number, atom: number): Promise<Buffer> {
    const reply = await this.#ask(opcodes.getProperty, 0, [u32(window), u32(atom), u32(0), u32(0), u32(propertyLongs)]);
    const bytes = (reply.readUInt32LE(16) * reply.readUInt8(1)) / 8;
    return reply.subarray(32, 32 + bytes);
  }

  /** Asks the window manager for something about a window (Extended Window Manager Hints). @param data up to five numbers */
  async askManager(window: number, type: number, data: readonly number[]): Promise<void> {
    const { code, format, toManagers } = clientMessage;
    const numbers = Array.from({ length: 5 }, (_, index) => u32(data[index] ?? 0));
    const event = Buffer.concat([Buffer.of(code, format), u16(0), u32(window), u32(type), ...numbers]);
    for (const root of this.#roots) this.#request(opcodes.sendEvent, 0, [u32(root), u32(toManagers), event]);
    // It has no answer; that of the next request says that the server has it.
    await this.children(window);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #greet({ name, data }: { readonly name: string; readonly data: Uint8Array }): Promise<void> {
    const lengths = [u16(11), u16(0), u16(name.length), u16(data.byteLength), u16(0)];
    this.#socket.write(Buffer.concat([Buffer.of(littleEndian, 0), ...lengths, padded(Buffer.from(name, "latin1")), padded(data)]));
    const head = await this.#take(8);
    const setup = await this.#take(4 * head.readUInt16LE(6));
    if (head[0] !== 1) throw new Error("the X server refuses this user");
    const vendorBytes = setup.readUInt16LE(16);
    let at = 32 + 4 * Math.ceil(vendorBytes / 4) + 8 * setup.readUInt8(21);
    const roots: number[] = [];
    for (let screen = 0; screen < setup.readUInt8(20); screen++) {
      roots.push(setup.readUInt32LE(at));
      const depths = setup.readUInt8(at + 39);
      at += 40;
      for (let depth = 0; depth < depths; depth++) at += 8 + 24 * setup.readUInt16LE(at + 2);
    }
    this.#roots = roots;
  }

  /** @throws Error (rejects) when the server answers with one: the window is gone */
  async #ask(opcode: number, detail: number, parts: readonly Uint8Array[]): Promise<Buffer> {
    this.#request(opcode, detail, parts);
    for (;;) {
      const head = await this.#take(32);
      if (head[0] === 0) throw new Error(`the X server refuses request ${opcode} (error ${head[1]})`);
      // Anything but a reply is an event that nobody asked for.
      if (head[0] !== 1) continue;
      return Buffer.concat([head, await this.#take(4 * head.readUInt32LE(4))]);
    }
  }

  #request(opcode: number, detail: number, parts: readonly Uint8Array[]): void {
    const body = Buffer.concat(parts);
    this.#socket.write(Buffer.concat([Buffer.of(opcode, detail), u16(1 + body.byteLength / 4), body]));
  }

  async #take(bytes: number): Promise<Buffer> {
    if (bytes > maxReplyBytes) throw new Error("the X server's answer is too long");
    while (this.#received.byteLength < bytes) {
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => (this.#onData = resolve));
    }
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.byteLength % 4)) % 4)]);
}
