// Which receivers share an encoder, pure. Receivers whose links take about the same bitrate form a tier; one that falls behind its
// tier goes down to another, one that has caught up with a better tier goes up (docs/decisions/0015-encoder-tiers.md).

import type { Micros } from "@simple-video-chat/protocol";

/** Encoders at the same time: each costs as much as the first. */
const maxTiers = 3;
/** Whoever takes less than this share of what the best of its tier takes does not keep up. */
const keepUpShare = 0.7;
/** Whoever takes this share of what the best of a better tier takes belongs there. More than the other share, so that nobody goes to and fro. */
const catchUpShare = 0.9;
/** How long it must be so. */
const moveAfterUs = 2_000_000;
/** A target that grows by this factor is on its way, and is given that time anew. */
const growing = 1.1;
/** Who falls back within this time of going up waits twice as long the next time, up to the longest wait. */
const relapseUs = 60_000_000;
const longestWaitUs = 32_000_000;

/** What the plan knows of a receiver. */
export interface TierReceiver {
  /** What its link takes, bits a second. */
  readonly targetBitrateBps: number;
  /** Nothing arrives there at all: it has no say, and stays where it is. */
  readonly isStalled: boolean;
  /** What is sent to it, bits a second: pictures of little may need less than anybody's link takes. */
  sentBitrateBps(): number;
}

/** Receivers that share an encoder. */
export interface Tier<R> {
  /** From 1, never used again. */
  readonly id: number;
  readonly receivers: ReadonlySet<R>;
}

interface Place<R> {
  tier: PlannedTier<R>;
  /** Since when it has been on the way to another tier, and its target then. */
  pending: { readonly way: "down" | "up"; readonly sinceUs: Micros; readonly targetBps: number } | undefined;
  wentUpUs: number;
  waitUpUs: number;
}

interface PlannedTier<R> extends Tier<R> {
  readonly receivers: Set<R>;
  /** What the best of it takes, and what its pictures need, as of the last look: each receiver is compared with them. */
  bestBps: number;
  streamBps: number;
}

/** The tiers of a capture and who is in which. There is one at least. */
export class TierPlan<R extends TierReceiver> {
  readonly #places = new Map<R, Place<R>>();
  #lastId = 1;
  #tiers: PlannedTier<R>[] = [emptyTier(1)];

  /** Best first, as of the last change. */
  get tiers(): readonly Tier<R>[] {
    return this.#tiers;
  }

  /** How many receivers there are. */
  get size(): number {
    return this.#places.size;
  }

  /** Where a receiver is; undefined: nowhere. */
  tierOf(receiver: R): Tier<R> | undefined {
    return this.#places.get(receiver)?.tier;
  }

  /** A receiver comes: into the best tier, since nothing is known of its link. One that is here stays where it is. */
  join(receiver: R): void {
    const [tier] = this.#tiers;
    if (tier === undefined || this.#places.has(receiver)) return;
    tier.receivers.add(receiver);
    this.#places.set(receiver, { tier, pending: undefined, wentUpUs: Number.NEGATIVE_INFINITY, waitUpUs: moveAfterUs });
  }

  /** A receiver leaves; a tier that is empty then is no more, unless it is the only one. */
  leave(receiver: R): void {
    this.#places.get(receiver)?.tier.receivers.delete(receiver);
    this.#places.delete(receiver);
    this.#tidy();
  }

  /** Looks at the targets; call it a few times a second. @returns who is in another tier now */
  review(nowUs: Micros): readonly R[] {
    const moved: R[] = [];
    this.#tidy();
    this.#tiers.forEach(lookAt);
    for (const [receiver, place] of this.#places) {
      const { tier: from } = place;
      const to = this.#isDue(receiver, place, nowUs) ? this.#destination(receiver, place) : undefined;
      if (to === undefined) continue;
      this.#move(receiver, place, { to, nowUs });
      [from, to].forEach(lookAt);
      moved.push(receiver);
    }
    this.#tidy();
    return moved;
  }

  /** Keeps the clock of a receiver that belongs elsewhere. */
  #isDue(receiver: R, place: Place<R>, nowUs: Micros): boolean {
    const { targetBitrateBps: targetBps } = receiver;
    const way = this.#wayOf(receiver, place.tier);
    if (way === undefined) {
      place.pending = undefined;
      return false;
    }
    const { pending } = place;
    if (pending?.way !== way || (way === "down" && targetBps > growing * pending.targetBps)) {
      place.pending = { way, sinceUs: nowUs, targetBps };
      return false;
    }
    return nowUs - pending.sinceUs >= (way === "down" ? moveAfterUs : place.waitUpUs);
  }

  #wayOf(receiver: R, tier: PlannedTier<R>): "down" | "up" | undefined {
    if (receiver.isStalled) return undefined;
    if (receiver.targetBitrateBps < Math.min(keepUpShare * tier.bestBps, tier.streamBps)) return "down";
    return this.#caughtUpWith(receiver, tier) === undefined ? undefined : "up";
  }

  /** The best tier above its own that a receiver has caught up with. */
  #caughtUpWith({ targetBitrateBps }: R, own: PlannedTier<R>): PlannedTier<R> | undefined {
    for (const tier of this.#tiers) {
      if (tier === own) break;
      if (targetBitrateBps >= catchUpShare * tier.bestBps) return tier;
    }
    return undefined;
  }

  #destination(receiver: R, { tier, pending }: Place<R>): PlannedTier<R> | undefined {
    if (pending?.way === "up") return this.#caughtUpWith(receiver, tier);
    const { targetBitrateBps: targetBps } = receiver;
    const below = this.#tiers.slice(this.#tiers.indexOf(tier) + 1);
    const found = below.find(({ bestBps: best }) => best === 0 || (targetBps >= keepUpShare * best && best >= keepUpShare * targetBps));
    if (found !== undefined) return found;
    if (this.#tiers.length < maxTiers) return this.#add();
    // There is no encoder left for it: the tier that is nearest to what it takes.
    return below.toSorted((a, b) => distance(a.bestBps, targetBps) - distance(b.bestBps, targetBps))[0];
  }

  #move(receiver: R, place: Place<R>, { to, nowUs }: { readonly to: PlannedTier<R>; readonly nowUs: Micros }): void {
    if (place.pending?.way === "up") place.wentUpUs = nowUs;
    else if (nowUs - place.wentUpUs < relapseUs) place.waitUpUs = Math.min(longestWaitUs, 2 * place.waitUpUs);
    else place.waitUpUs = moveAfterUs;
    place.tier.receivers.delete(receiver);
    place.tier = to;
    place.pending = undefined;
    to.receivers.add(receiver);
  }

  #add(): PlannedTier<R> {
    const tier = emptyTier<R>(++this.#lastId);
    this.#tiers.push(tier);
    return tier;
  }

  #tidy(): void {
    const used = this.#tiers.filter(({ receivers }) => receivers.size > 0);
    const bests = new Map(used.map((tier) => [tier, bestOf(tier.receivers)]));
    this.#tiers = used.length > 0 ? used.toSorted((a, b) => (bests.get(b) ?? 0) - (bests.get(a) ?? 0)) : this.#tiers.slice(0, 1);
  }
}

/**
 * What a tier's encoder is to aim at, bits a second: what the slowest of those takes who keep up. Whoever does not is about to move,
 * and those of whom nothing arrives lose nothing. undefined: there is nobody. Cheap: it is asked for each packet.
 */
export function tierBitrateBps(receivers: ReadonlySet<TierReceiver>): number | undefined {
  const best = bestOf(receivers);
  let first: number | undefined;
  let slowest: number | undefined;
  for (const receiver of receivers) {
    const { targetBitrateBps: targetBps } = receiver;
    first ??= targetBps;
    const isSlower = targetBps >= keepUpShare * best && (slowest === undefined || targetBps < slowest);
    if (isSlower && !receiver.isStalled) slowest = targetBps;
  }
  return slowest ?? first;
}

function emptyTier<R>(id: number): PlannedTier<R> {
  return { id, receivers: new Set(), bestBps: 0, streamBps: 0 };
}

/** What a tier's pictures need, bits a second, is as much as is sent to whoever gets most of them. */
function lookAt(tier: PlannedTier<TierReceiver>): void {
  tier.bestBps = bestOf(tier.receivers);
  tier.streamBps = 0;
  for (const receiver of tier.receivers) tier.streamBps = Math.max(tier.streamBps, receiver.sentBitrateBps());
}

/** What the best of a tier takes; 0: nothing arrives at any of them. */
function bestOf(receivers: ReadonlySet<TierReceiver>): number {
  let best = 0;
  // In this order: whether it has stalled is a question of what time it is, and mostly all take the same.
  for (const receiver of receivers) if (receiver.targetBitrateBps > best && !receiver.isStalled) best = receiver.targetBitrateBps;
  return best;
}

function distance(a: number, b: number): number {
  return Math.abs(Math.log((a + 1) / (b + 1)));
}
