// The account of the frames that were captured for one receiver, as its sender keeps it. Pure.

/** Frames by what became of them. */
export interface FrameCounts {
  /** There was no credit to encode them, and a newer one took their place. */
  readonly notEncoded: number;
  /** The encoder left them out. */
  readonly encoderDropped: number;
  /** Encoded, but this receiver had no room for them or waited for its keyframe, or changed its encoder. */
  readonly notSent: number;
  readonly sent: number;
}

/** What was made of the frames captured for one receiver; the four counters sum up to lastFrame − firstFrame + 1. */
export interface OutgoingAccount extends FrameCounts {
  /** 0, like `lastFrame`: no frame yet. */
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** No frames of any kind. */
export const noFrames: FrameCounts = { notEncoded: 0, encoderDropped: 0, notSent: 0, sent: 0 };

/** The account before the first frame. */
export const emptyAccount: OutgoingAccount = { firstFrame: 0, lastFrame: 0, ...noFrames };

/** An account that goes on to `lastFrame` with these frames. */
export function extended(account: OutgoingAccount, lastFrame: number, counted: FrameCounts): OutgoingAccount {
  const { notEncoded, encoderDropped, notSent, sent } = counted;
  return {
    firstFrame: account.firstFrame === 0 ? lastFrame - notEncoded - encoderDropped - notSent - sent + 1 : account.firstFrame,
    lastFrame,
    notEncoded: account.notEncoded + notEncoded,
    encoderDropped: account.encoderDropped + encoderDropped,
    notSent: account.notSent + notSent,
    sent: account.sent + sent,
  };
}

/** What has come to an account since it was `told`. */
export function since(told: OutgoingAccount, now: OutgoingAccount): OutgoingAccount {
  if (told.lastFrame === now.lastFrame) return emptyAccount;
  return {
    firstFrame: told.lastFrame === 0 ? now.firstFrame : told.lastFrame + 1,
    lastFrame: now.lastFrame,
    notEncoded: now.notEncoded - told.notEncoded,
    encoderDropped: now.encoderDropped - told.encoderDropped,
    notSent: now.notSent - told.notSent,
    sent: now.sent - told.sent,
  };
}
