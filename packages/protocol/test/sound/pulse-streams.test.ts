// The streams against a server that says what PulseAudio says, at times that the test chooses. The real one: tools/test/e2e/sound.test.ts.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import { openPulseMicrophone, openPulseSpeaker } from "../../src/sound/pulse-streams.ts";
import { pulseSocketPaths } from "../../src/sound/pulse-server.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { nowUs } from "../../src/time/clock.ts";
import { TagReader, TagWriter } from "../../src/sound/pulse-tags.ts";
import { listPulseMicrophones, listPulseSpeakers } from "../../src/sound/pulse-devices.ts";
import { blockSamples, isWithoutSoundServer, type SoundDevice, SoundError } from "../../src/sound/sound.ts";

const test = suite("PulseAudio's streams");

/** Commands by number → the values of the reply, or undefined for an error. */
class FakePulse {
  readonly folder: string = mkdtempSync(join(tmpdir(), "svc-pulse-"));
  readonly env: NodeJS.ProcessEnv = { PULSE_SERVER: `unix:${this.folder}/native`, HOME: this.folder };
  readonly played: Buffer[] = [];
  readonly commands: number[] = [];
  readonly refused = new Set<number>();
  defaultSource = "in";
  /** What it says of how late it is, microseconds. */
  latencyUs = 0;
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  #socket: Socket | undefined;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(`${this.folder}/native`, resolve));
  }

  send(channel: number, payload: Buffer): void {
    const head = Buffer.alloc(20);
    head.writeUInt32BE(payload.byteLength, 0);
    head.writeUInt32BE(channel, 4);
    this.#socket?.write(Buffer.concat([head, payload]));
  }

  /** Says that a stream goes on with another device. */
  moved(channel: number, deviceId: string): void {
    this.send(0xffff_ffff, new TagWriter().u32(79).u32(0xffff_ffff).u32(channel).u32(1).string(deviceId).finish());
  }

  notice(command: number, ...values: number[]): void {
    const writer = new TagWriter().u32(command).u32(0xffff_ffff);
    for (const value of values) writer.u32(value);
    this.send(0xffff_ffff, writer.finish());
  }

  hangUp(): void {
    this.#socket?.destroy();
  }

  close(): void {
    this.hangUp();
    this.#server.close();
    rmSync(this.folder, { recursive: true });
  }

  #serve(socket: Socket): void {
    this.#socket = socket;
    let held: Buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.byteLength >= 20 && held.byteLength >= 20 + held.readUInt32BE(0)) {
        const payload = held.subarray(20, 20 + held.readUInt32BE(0));
        const channel = held.readUInt32BE(4);
        held = held.subarray(20 + payload.byteLength);
        if (channel === 0xffff_ffff) this.#answer(new TagReader(payload));
        else this.played.push(Buffer.from(payload));
      }
    });
  }

  #answer(values: TagReader): void {
    const command = values.integer();
    const tag = values.integer();
    this.commands.push(command);
    if (this.refused.has(command)) {
      this.send(0xffff_ffff, new TagWriter().u32(0).u32(tag).u32(5).finish());
      return;
    }
    this.send(
      0xffff_ffff,
      Buffer.concat([new TagWriter().u32(2).u32(tag).finish(), replyTo(command, this.defaultSource, this.latencyUs).finish()]),
    );
  }
}

function replyTo(command: number, defaultSource: string, latencyUs: number): TagWriter {
  const values = new TagWriter();
  switch (command) {
    case 20:
      return values.string("pulseaudio").string("16").string("me").string("here").sampleSpec(48_000).string("out").string(defaultSource);
    case 22:
    case 24:
      for (const id of command === 22 ? ["other", "out"] : ["out.monitor", "other", "in"]) {
        values.u32(0).string(id).string(`The ${id}`).sampleSpec(48_000).channelMap().u32(0).normalVolume().bool(false).u32(0).string("x");
        values.u32(0).string("driver").u32(0).properties({ "device.class": "sound" }).u32(0).u32(0).u32(0).u32(0).u32(0);
      }
      return values;
    case 3:
      return values
        .u32(7)
        .u32(1)
        .u32(2 * blockSamples * 4);
    case 5:
      return values.u32(9).u32(1);
    case 14:
      return values.u32(latencyUs).u32(0).bool(true).time(0).time(0).u32(0).u32(0);
    case 57:
      return values.u32(0).u32(latencyUs).bool(true).time(0).time(0).u32(0).u32(0);
    default:
      return values.u32(0).u32(0).bool(true).time(0).time(0).u32(0).u32(0);
  }
}

async function withPulse(run: (pulse: FakePulse) => Promise<void>): Promise<void> {
  const pulse = new FakePulse();
  await pulse.start();
  try {
    await run(pulse);
  } finally {
    pulse.close();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo(); waited += 5) {
    assert.ok(waited < 3_000, "it did not happen");
    await sleep(5);
  }
}

test("fills a speaker with what the server wants, in whole blocks, each with a later instant", () =>
  withPulse(async (pulse) => {
    const instants: number[] = [];
    let value = 0;
    const speaker = await openPulseSpeaker(
      { env: pulse.env },
      { onBlock: (block, atUs) => void (block.fill(++value), instants.push(atUs)), onGone: () => {} },
    );
    assert.equal(speaker.name, "The out");
    await until(() => pulse.played.length === 2);
    pulse.notice(61, 7, blockSamples * 4 + 100);
    await until(() => pulse.played.length === 3);
    pulse.notice(61, 7, blockSamples * 4 - 100);
    await until(() => pulse.played.length === 4);
    assert.deepEqual(
      pulse.played.map((bytes) => [bytes.byteLength, bytes.readFloatLE(0), bytes.readFloatLE(blockSamples * 4 - 4)]),
      [1, 2, 3, 4].map((each) => [blockSamples * 4, each, each]),
    );
    for (let at = 1; at < instants.length; at++) assert.ok((instants[at] ?? 0) > (instants[at - 1] ?? 0));
    speaker.close();
  }));

test("gives what a microphone records, block by block", () =>
  withPulse(async (pulse) => {
    const blocks: number[] = [];
    const microphone = await openPulseMicrophone(
      { env: pulse.env, device: "other" },
      { onBlock: (block) => void blocks.push(block[0] ?? 0), onGone: () => {} },
    );
    assert.equal(microphone.name, "The other");
    const samples = Float32Array.from({ length: blockSamples * 2 }, (_, at) => at);
    pulse.send(9, Buffer.from(samples.buffer, 0, 1_000));
    pulse.send(9, Buffer.from(samples.buffer, 1_000));
    await until(() => blocks.length === 2);
    assert.deepEqual(blocks, [0, blockSamples]);
    microphone.close();
  }));

test("asks for two channels where two are wanted, and gives blocks of both", () =>
  withPulse(async (pulse) => {
    const lengths: number[] = [];
    const onBlock = (block: Float32Array): void => void lengths.push(block.length);
    const speaker = await openPulseSpeaker({ env: pulse.env, channels: 2 }, { onBlock, onGone: () => {} });
    // The server of this test wants two blocks of one channel: one of two.
    await until(() => pulse.played.length === 1);
    assert.equal(pulse.played[0]?.byteLength, 2 * blockSamples * 4);
    speaker.close();
    const microphone = await openPulseMicrophone({ env: pulse.env, channels: 2 }, { onBlock, onGone: () => {} });
    pulse.send(9, Buffer.alloc(2 * blockSamples * 4));
    await until(() => lengths.length === 2);
    assert.deepEqual(lengths, [2 * blockSamples, 2 * blockSamples]);
    microphone.close();
  }));

test("says once that a device is gone: taken away, or with its server", () =>
  withPulse(async (pulse) => {
    for (const end of [() => pulse.notice(65, 9), () => pulse.hangUp()]) {
      const reasons: string[] = [];
      await openPulseMicrophone({ env: pulse.env }, { onBlock: () => {}, onGone: (reason) => void reasons.push(reason) });
      end();
      await until(() => reasons.length > 0);
      await sleep(20);
      assert.equal(reasons.length, 1);
    }
  }));

test("asks how late the server is, again and again, and dates sound by it", () =>
  withPulse(async (pulse) => {
    const scheduler = new FakeScheduler();
    /** Lets it ask, and waits until it has the answer and waits for the next time. */
    const measured = async (command: number, times: number): Promise<void> => {
      scheduler.advance(500);
      await until(() => pulse.commands.filter((each) => each === command).length === times && scheduler.pendingTimers === 1);
    };
    const latenessUs: number[] = [];
    const microphone = await openPulseMicrophone(
      { env: pulse.env, scheduler },
      { onBlock: (_block, atUs) => void latenessUs.push(nowUs() - atUs), onGone: () => {} },
    );
    const block = Buffer.alloc(blockSamples * 4);
    pulse.send(9, block);
    await until(() => latenessUs.length === 1);
    // Of some looks the least counts, and after so many the first is forgotten.
    for (const [at, latencyUs] of [600_000, 700_000, 900_000, 900_000, 900_000].entries()) {
      pulse.latencyUs = latencyUs;
      await measured(57, at + 1);
    }
    await sleep(20);
    pulse.send(9, block);
    await until(() => latenessUs.length === 2);
    assert.ok((latenessUs[1] ?? 0) >= 20_000, `${latenessUs.join(" ")} µs`);
    microphone.close();
    assert.equal(scheduler.pendingTimers, 0);

    const aheadUs: number[] = [];
    const speaker = await openPulseSpeaker(
      { env: pulse.env, scheduler },
      { onBlock: (_block, atUs) => void aheadUs.push(atUs - nowUs()), onGone: () => {} },
    );
    await until(() => pulse.played.length === 2);
    pulse.latencyUs = 5_000_000;
    await measured(14, 1);
    // A jump is believed when it lasts: half a second of blocks.
    pulse.notice(61, 7, 60 * blockSamples * 4);
    await until(() => pulse.played.length === 62);
    assert.ok((aheadUs.at(-1) ?? 0) > 4_000_000, `${aheadUs.join(" ")} µs`);
    // A server that does not say is asked again.
    pulse.refused.add(14);
    await measured(14, 2);
    await measured(14, 3);
    speaker.close();
  }));

test("follows the server to another device, by its name, and measures that one soon", () =>
  withPulse(async (pulse) => {
    const scheduler = new FakeScheduler();
    const [moves, gone]: [string[], string[]] = [[], []];
    const events = {
      onBlock: () => {},
      onMoved: (name: string) => void moves.push(name),
      onGone: (why: string) => void gone.push(why),
    };
    const speaker = await openPulseSpeaker({ env: pulse.env, scheduler }, events);
    pulse.moved(7, "other");
    await until(() => moves.length === 1);
    pulse.moved(7, "not listed");
    await until(() => moves.length === 2);
    speaker.close();
    const microphone = await openPulseMicrophone({ env: pulse.env, scheduler }, events);
    scheduler.advance(100);
    await until(() => pulse.commands.includes(57) && scheduler.pendingTimers === 1);
    pulse.moved(9, "other");
    await until(() => moves.length === 3);
    // Not in half a second, as else.
    scheduler.advance(100);
    await until(() => pulse.commands.filter((each) => each === 57).length === 2);
    assert.deepEqual([moves, gone], [["The other", "not listed", "The other"], []]);
    // There is no other microphone: the server goes on with what the speaker plays, and we do not.
    pulse.moved(9, "out.monitor");
    await until(() => gone.length === 1);
    assert.match(gone[0] ?? "", /unplugged/);
    microphone.close();
  }));

test("fails with a reason when there is no server, no such device, or the server refuses", () =>
  withPulse(async (pulse) => {
    const events = { onBlock: () => {}, onGone: () => {} };
    const codeOf = (env: NodeJS.ProcessEnv, device?: string): Promise<string> =>
      openPulseMicrophone({ env, device }, events).then(
        () => "none",
        (error: unknown) => (error instanceof SoundError ? error.code : String(error)),
      );
    assert.equal(await codeOf({ PULSE_SERVER: `unix:${pulse.folder}/nothing` }), "no-sound-server");
    assert.equal(await codeOf({}), "no-sound-server");
    assert.equal(await codeOf(pulse.env, "no such"), "sound-device-missing");
    pulse.refused.add(5);
    assert.equal(await codeOf(pulse.env), "sound-device-failed");
  }));

test("lists the default device first, and what only monitors a speaker not at all", () =>
  withPulse(async (pulse) => {
    const names = (devices: readonly SoundDevice[]): unknown => devices.map(({ name, isDefault }) => [name, isDefault]);
    assert.deepEqual(names(await listPulseMicrophones(pulse.env)), [
      ["The in", true],
      ["The other", false],
    ]);
    assert.deepEqual(names(await listPulseSpeakers(pulse.env)), [
      ["The out", true],
      ["The other", false],
    ]);
    await assert.rejects(listPulseSpeakers({}), isWithoutSoundServer);
  }));

test("records what a speaker plays only when asked to, though a server without a microphone calls it its default", () =>
  withPulse(async (pulse) => {
    pulse.defaultSource = "out.monitor";
    const events = { onBlock: () => {}, onGone: () => {} };
    for (const [device, name] of [
      [undefined, "The other"],
      ["out.monitor", "The out.monitor"],
    ] as const) {
      const microphone = await openPulseMicrophone({ env: pulse.env, device }, events);
      assert.equal(microphone.name, name);
      microphone.close();
    }
  }));

test("finds the socket where PulseAudio's own programs do", () => {
  assert.deepEqual(pulseSocketPaths({ XDG_RUNTIME_DIR: "/run/user/1" }), ["/run/user/1/pulse/native"]);
  assert.deepEqual(pulseSocketPaths({ PULSE_RUNTIME_PATH: "/p", XDG_RUNTIME_DIR: "/r" }), ["/p/native", "/r/pulse/native"]);
  assert.deepEqual(pulseSocketPaths({ PULSE_SERVER: "{abc}unix:/s tcp:host" }), ["/s"]);
  assert.deepEqual(pulseSocketPaths({ PULSE_SERVER: "elsewhere" }), []);
});

test.run();
