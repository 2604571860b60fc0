// The engine of the tests: gives packets and credits back as they came, and dies in the way it is told to.
import { Socket } from "node:net";
import { leaveSignalsToParent, openEnginePort } from "../../src/engine/engine-port.ts";
import { PacketAssembler } from "../../src/media/packet-assembler.ts";
import { micros } from "../../src/time/clock.ts";

leaveSignalsToParent();
const emptyReport = {
  type: "report",
  track: 1,
  frame: 0,
  shownUs: micros(0),
  decodeUs: 0,
  displayWaitUs: 0,
  shown: 0,
  superseded: 0,
  stale: 0,
  waitingForKeyframe: 0,
  undecodable: 0,
} as const;
const assembler = new PacketAssembler();
let leavesWithPipe = true;

if (process.env["ECHO_ENGINE_DIES"] === "at once") {
  process.stderr.write("nothing works here\n");
  process.exit(7);
}

const port = openEnginePort(
  (message) => {
    if (message.type === "video") {
      const packet = assembler.push(message);
      if (packet !== undefined) port.sendPacket(packet);
    } else if (message.type === "credit") port.send(message);
    else if (message.type === "engine-configure") obey(message.value);
  },
  () => {
    if (leavesWithPipe) process.exit(0);
    // Something that keeps it alive.
    setInterval(() => {}, 1_000);
  },
);
port.send({ type: "engine-event", value: { event: "ready", pid: process.pid } });

function obey(value: Readonly<Record<string, unknown>>): void {
  switch (value["do"]) {
    case "exit":
      process.stderr.write(`${String(value["words"])}\n`);
      process.exit(Number(value["code"]));
      break;
    case "stay":
      leavesWithPipe = false;
      port.send({ type: "engine-event", value: { event: "staying" } });
      break;
    case "babble":
      // Past the port: bytes that are no message.
      new Socket({ fd: 3, readable: false, writable: true }).write(Buffer.alloc(64, 0xff));
      break;
    case "report":
      port.send({ ...emptyReport, frame: 1 });
      break;
    case "compute":
      for (;;);
    case "wait":
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      break;
    case "take":
      take(Number(value["mebibytes"]));
      break;
    case "last words":
      // Much in one breath, and then nothing more.
      for (let packets = 0; packets < 2_000; packets++) port.send({ type: "credit", track: 1, packets: 1, targetBitrateBps: 1 });
      process.kill(process.pid, "SIGKILL");
      break;
  }
}

/** Takes memory and keeps it, and tells how much it got. */
function take(mebibytes: number): void {
  let taken = 0;
  const kept: Buffer[] = [];
  try {
    for (; taken < mebibytes; taken += 64) kept.push(Buffer.alloc(64 << 20, 1));
  } catch {
    // The limit: Node says RangeError.
  }
  port.send({ type: "engine-event", value: { event: "taken", mebibytes: taken, pieces: kept.length } });
}
