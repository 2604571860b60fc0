// The engines of real programs are held within their limits by the system, and the programs that have the network are not.
// @timeout 180

import { readFileSync, readlinkSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { withPrograms } from "../../e2e/program.ts";

interface Held {
  readonly dataBytes: number;
  readonly files: number;
  readonly coreBytes: number;
  readonly network: string;
}

/** What Linux holds a process to. */
function held(pid: number): Held {
  const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
  const hard = (name: string): number => Number(new RegExp(`^Max ${name} +\\S+ +(\\S+)`, "m").exec(limits)?.[1]);
  return {
    dataBytes: hard("data size"),
    files: hard("open files"),
    coreBytes: hard("core file size"),
    network: readlinkSync(`/proc/${pid}/ns/net`),
  };
}

test(
  "holds the engines of sender and receiver to their memory, files and empty network, and lets them work",
  withPrograms(async (start) => {
    const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0"]);
    const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    const [capture, playback] = [held(await sender.engine("capture")), held(await receiver.engine("playback"))];
    const ours = readlinkSync("/proc/self/ns/net");
    for (const program of [sender, receiver]) assert.is(held(program.pid).network, ours);
    // Each has a network of its own, and there is nobody in it: not the other engine either.
    assert.is(new Set([ours, capture.network, playback.network]).size, 3);
    assert.equal([playback.dataBytes, playback.files, playback.coreBytes], [600 * 2 ** 20, 128, 0]);
    assert.equal([capture.dataBytes, capture.files, capture.coreBytes], [2048 * 2 ** 20, 256, 0]);
    for (const { pid } of [...sender.processes(), ...receiver.processes()]) {
      if (pid === sender.pid || pid === receiver.pid) continue;
      assert.is(held(pid).coreBytes, 0);
      assert.is.not(held(pid).network, ours);
    }
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test.run();
