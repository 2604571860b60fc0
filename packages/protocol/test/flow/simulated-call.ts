// A camera, an encoder, a send window and a rate controller on a simulated link: what the sender program does with one receiver, by
// arithmetic, on a fake clock.
import { BulkAllowance } from "../../src/flow/bulk-allowance.ts";
import { BulkWindow } from "../../src/flow/bulk-window.ts";
import { RateController } from "../../src/flow/rate-controller.ts";
import { SendWindow } from "../../src/flow/send-window.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { SimulatedLink } from "../../src/testing/simulated-link.ts";
import { micros } from "../../src/time/clock.ts";

/** A link, a call on it, and what happens meanwhile. */
export interface CallOptions {
  readonly rateBps: number;
  /** One way. */
  readonly delayMs: number;
  readonly queueMs?: number;
  readonly loss?: number;
  readonly capBps: number;
  readonly seconds: number;
  readonly seed?: number;
  /** Standard deviation of the frames' sizes, as a share. */
  readonly noise?: number;
  /** Share of its target that the encoder makes use of, at a time. */
  readonly fill?: (second: number) => number;
  readonly maxLatencyMs?: number;
  /** A file without end is under way, too. */
  readonly file?: SimulatedFile;
  /** At these seconds. */
  readonly events?: readonly { readonly atS: number; readonly happen: (link: SimulatedLink) => void }[];
}

/** A file beside the pictures. */
export interface SimulatedFile {
  readonly targetMs: number;
  /** Of pictures and file together; default none. */
  readonly capBps?: number;
  /** Bytes that have arrived, by second. */
  readonly arrived: number[];
}

/** A captured frame. */
export interface CallFrame {
  readonly atS: number;
  /** From capture to arrival; undefined when it was left out. */
  latencyMs: number | undefined;
  arrivedS: number | undefined;
  readonly bytes: number;
  /** When it was captured. */
  readonly targetBps: number;
}

const frameRate = 30;
/** The receiver's clock is not ours. */
const clockOffsetUs = 3_600_000_000;

/** The minimal standard generator (Park and Miller): the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Holds the call. */
export function simulateCall(options: CallOptions): CallFrame[] {
  const { capBps, seconds, noise = 0.3, fill = () => 0.97, maxLatencyMs = 200, loss = 0, queueMs = Infinity } = options;
  const random = randomFrom(options.seed ?? 1);
  const scheduler = new FakeScheduler();
  const startUs = scheduler.nowUs();
  const forth = new SimulatedLink({ scheduler, rateBps: options.rateBps, delayMs: options.delayMs, queueMs, loss, random });
  const back = new SimulatedLink({ scheduler, rateBps: 1e9, delayMs: options.delayMs, loss, random });
  const window = new SendWindow({ maxLatencyMs });
  window.onPing({ rttUs: 2_000 * options.delayMs + 200, offsetUs: clockOffsetUs });
  const controller = new RateController({ maxBitrateBps: capBps });
  const frames: CallFrame[] = [];
  let received = 0;
  let videoBytes = 0;
  // As OutgoingVideo.isShort has it.
  const isShort = (): boolean => controller.targetBps < 0.95 * capBps && fill((scheduler.nowUs() - startUs) / 1e6) > 0.6;
  const file = options.file && sendFile(options.file, { scheduler, forth, back, isShort, videoBytes: () => videoBytes });
  let isFirst = true;
  for (const { atS, happen } of options.events ?? []) scheduler.after(atS * 1_000, () => happen(forth));
  for (let index = 0; index < seconds * frameRate; index++) {
    const atS = index / frameRate;
    const targetBps = controller.targetBps;
    // Sum of three uniform values: near enough to normal.
    const size = 1 + noise * 2 * (random() + random() + random() - 1.5);
    const bytes = Math.max(100, Math.round(((targetBps * fill(atS)) / frameRate / 8) * Math.max(0.2, size) * (isFirst ? 1.8 : 1)));
    const frame: CallFrame = { atS, latencyMs: undefined, arrivedS: undefined, bytes, targetBps };
    frames.push(frame);
    const sentUs = scheduler.nowUs();
    if (window.room(targetBps, sentUs)) {
      isFirst = false;
      window.onSent(bytes, targetBps, sentUs);
      videoBytes += bytes;
      forth.send(bytes, () => {
        received += bytes;
        const ack = { bytes: received, receivedUs: micros(scheduler.nowUs() + clockOffsetUs) };
        frame.latencyMs = (scheduler.nowUs() - sentUs) / 1_000;
        frame.arrivedS = (scheduler.nowUs() - startUs) / 1e6;
        back.send(60, () => {
          window.onAck(ack, scheduler.nowUs());
          controller.onAck(window, scheduler.nowUs());
        });
      });
    }
    file?.();
    scheduler.advance(1_000 / frameRate);
  }
  return frames;
}

/** As files/file-exchange.ts does it. @returns what looks whether more may go */
function sendFile(
  file: SimulatedFile,
  call: { scheduler: FakeScheduler; forth: SimulatedLink; back: SimulatedLink; videoBytes: () => number; isShort: () => boolean },
): () => void {
  const { scheduler, forth, back, videoBytes, isShort } = call;
  const startUs = scheduler.nowUs();
  const window = new BulkWindow({ targetMs: file.targetMs });
  const allowance = new BulkAllowance(file.capBps ?? Infinity);
  let fileBytes = 0;
  let isWaiting = false;
  const pump = (): void => {
    for (;;) {
      const nowUs = scheduler.nowUs();
      allowance.spend(videoBytes() + fileBytes, nowUs);
      if (allowance.waitMs > 0) {
        if (!isWaiting) scheduler.after(allowance.waitMs, () => ((isWaiting = false), pump()));
        isWaiting = true;
        return;
      }
      const bytes = window.room({ bps: (videoBytes() * 8e6) / (nowUs - startUs + 1e6), isShort: isShort() }, nowUs);
      if (bytes === 0) return;
      window.onSent(bytes, nowUs);
      fileBytes += bytes;
      forth.send(bytes + 20, () => {
        const receivedUs = micros(scheduler.nowUs() + clockOffsetUs);
        const second = Math.floor((scheduler.nowUs() - startUs) / 1e6);
        file.arrived[second] = (file.arrived[second] ?? 0) + bytes;
        back.send(28, () => {
          window.onAck(bytes, receivedUs, scheduler.nowUs());
          pump();
        });
      });
    }
  };
  return pump;
}

/** Frames captured from one second on and before another. */
export function between(frames: readonly CallFrame[], fromS: number, toS: number): CallFrame[] {
  return frames.filter(({ atS }) => atS >= fromS && atS < toS);
}

/** Bits a second that arrived, of the frames captured in this time. */
export function goodputBps(frames: readonly CallFrame[], fromS: number, toS: number): number {
  const bytes = between(frames, fromS, toS).reduce((sum, frame) => sum + (frame.latencyMs === undefined ? 0 : frame.bytes), 0);
  return (bytes * 8) / (toS - fromS);
}

/** Latencies of the frames captured in this time that were sent, ms, rising. */
export function latencies(frames: readonly CallFrame[], fromS: number, toS: number): number[] {
  return between(frames, fromS, toS)
    .flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs]))
    .toSorted((a, b) => a - b);
}
