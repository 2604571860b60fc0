// The engine's end of the pipe to the network process (file descriptor 3). An engine lives as long as this pipe.

import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

import type { Message } from "../messages/message.ts";
import { EnginePipe } from "./engine-pipe.ts";
import { pulse, pulseIntervalMs } from "./pulse.ts";

const pipeFd = 3;
/** What is read at once: as much as Node would. */
const readBytes = 65_536;

/**
 * Opens the engine's end of the pipe, and gives the engine its pulse.
 *
 * @param onMessage called for each message; video data is valid during the call only
 * @param onClose called once when the network process is gone; the engine then releases its devices and ends
 */
export function openEnginePort(onMessage: (message: Message) => void, onClose: () => void): EnginePipe {
  const memory = new Uint8Array(readBytes);
  // Node's types have onread for connect() only; every Socket takes it.
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: pipeFd,
    readable: true,
    writable: true,
    // One piece of memory for all reads, as from the sound server (pulse-client.ts): the parser keeps none of it, and a new one would be garbage at once.
    onread: {
      buffer: memory,
      callback: (bytes) => {
        pipe.receive(memory.subarray(0, bytes));
        return true;
      },
    },
  };
  const socket = new Socket(options);
  const pipe = new EnginePipe(socket, { onMessage, onClose });
  setInterval(() => pipe.send(pulse), pulseIntervalMs).unref();
  return pipe;
}

/** Ctrl-C reaches every process of the terminal's group; an engine leaves it to the network process, which closes the pipe. */
export function leaveSignalsToParent(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
}
