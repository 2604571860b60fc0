// What the times of shown pictures say: how long from capture to display, where that time went, and how many a second.

import {
  CallPercentiles,
  type ClockEstimate,
  type EncodedPacket,
  type Micros,
  nowUs,
  type Percentiles,
  RateMeter,
  type ReportMessage,
  SlidingPercentiles,
} from "@simple-video-chat/protocol";

/** Packets whose capture time is remembered until they are shown. Far more than can be on their way. */
const maxRemembered = 512;

/** Latency from capture to display, ms. */
export interface LatencyMs {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Of the oldest picture that was shown. */
  readonly max: number;
}

/** The stages between capture and display, in order. */
const stageNames = ["captureWaitUs", "encodeUs", "sendQueueUs", "networkUs", "decodeUs", "displayWaitUs"] as const;

/** Where the time between capture and display went, µs: the median of each stage over the last ten seconds. */
export type LatencyStages = Readonly<Record<(typeof stageNames)[number], number>>;

/** One picture that was shown. */
export interface ShownPicture {
  /** Its number, from 1. */
  readonly frame: number;
  /** When, on this computer's monotonic clock. */
  readonly shownUs: Micros;
  /** Capture → display, wrong by as much as the clocks are; undefined when the sender's is not known. */
  readonly latencyMs: number | undefined;
  /** Of its packet. */
  readonly bytes: number;
}

type Remembered = Pick<EncodedPacket, "captureUs" | "encodeStartUs" | "encodedUs" | "sentUs"> & {
  readonly receivedUs: Micros;
  readonly bytes: number;
};

/** The times of one incoming video's pictures. */
export class PictureTimes {
  readonly #remembered = new Map<number, Remembered>();
  readonly #shownRate = new RateMeter();
  readonly #latencies = new SlidingPercentiles();
  readonly #callLatencies = new CallPercentiles();
  readonly #stages = stageNames.map((name) => ({ name, times: new SlidingPercentiles() }));
  #firstShownUs: Micros | undefined;
  #lastShownUs: Micros | undefined;

  /** When the first picture was shown. */
  get firstShownUs(): Micros | undefined {
    return this.#firstShownUs;
  }

  /** From the first picture to the last, s. */
  get shownSeconds(): number {
    return this.#firstShownUs === undefined || this.#lastShownUs === undefined ? 0 : (this.#lastShownUs - this.#firstShownUs) / 1e6;
  }

  /** A packet came whole. */
  arrived({ frame, captureUs, encodeStartUs, encodedUs, sentUs, data }: EncodedPacket, receivedUs: Micros): void {
    this.#remembered.set(frame, { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs, bytes: data.byteLength });
    if (this.#remembered.size <= maxRemembered) return;
    const oldest = this.#remembered.keys().next().value;
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }

  /** What came so far is not shown any more: its sender has begun anew. */
  forget(): void {
    this.#remembered.clear();
  }

  /**
   * Takes a report.
   *
   * @param clock - the sender's; undefined: not known, and then only pictures are counted
   * @returns the picture that it tells of, if none before it did
   */
  played({ frame, shownUs, decodeUs, displayWaitUs }: ReportMessage, clock: ClockEstimate | undefined): ShownPicture | undefined {
    const packet = this.#remembered.get(frame);
    if (packet === undefined) return undefined;
    for (const older of this.#remembered.keys()) {
      if (older > frame) break;
      this.#remembered.delete(older);
    }
    this.#firstShownUs ??= shownUs;
    this.#lastShownUs = shownUs;
    const now = nowUs();
    this.#shownRate.add(1, now);
    const { captureUs, encodeStartUs, encodedUs, sentUs, receivedUs, bytes } = packet;
    if (clock === undefined) return { frame, shownUs, latencyMs: undefined, bytes };
    const latencyUs = shownUs + clock.offsetUs - captureUs;
    this.#latencies.add(latencyUs, now);
    this.#callLatencies.add(latencyUs);
    const stages: LatencyStages = {
      captureWaitUs: encodeStartUs,
      encodeUs: encodedUs - encodeStartUs,
      sendQueueUs: sentUs - encodedUs,
      networkUs: receivedUs + clock.offsetUs - captureUs - sentUs,
      decodeUs,
      displayWaitUs,
    };
    for (const { name, times } of this.#stages) times.add(stages[name], now);
    return { frame, shownUs, latencyMs: inMs(latencyUs), bytes };
  }

  /** Pictures shown a second, over the last two seconds. */
  shownPerSecond(): number {
    return this.#shownRate.perSecond(nowUs());
  }

  /** Of the last ten seconds; undefined when no picture was shown in them. */
  latencyMs(): LatencyMs | undefined {
    return allInMs(this.#latencies.read(nowUs()));
  }

  /** Of the whole call. */
  callLatencyMs(): LatencyMs | undefined {
    return allInMs(this.#callLatencies.read());
  }

  /** Of the last ten seconds; undefined when no picture was shown in them. */
  stages(): LatencyStages | undefined {
    const now = nowUs();
    const medians = this.#stages.map(({ name, times }) => [name, times.read(now)?.p50] as const);
    return medians[0]?.[1] === undefined ? undefined : (Object.fromEntries(medians) as LatencyStages);
  }
}

function allInMs(us: Percentiles | undefined): LatencyMs | undefined {
  return us && { p50: inMs(us.p50), p95: inMs(us.p95), p99: inMs(us.p99), max: inMs(us.max) };
}

function inMs(us: number): number {
  return Math.round(us / 10) / 100;
}
