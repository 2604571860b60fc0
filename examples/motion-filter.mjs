// A filter that changes nothing: it tells when something begins to move in the picture, and when it has ceased to.

/** Share of the pixels that must change, and by how much, between two looks. */
const movingShare = 0.002;
const movingStep = 25;
/** Frames between two looks, and looks without motion until it has ceased. */
const every = 5;
const calmLooks = 6;

/** @type {import("@simple-video-chat/sender").FilterContext["cv"]} */
let cv;
/** @type {import("@simple-video-chat/sender").FilterContext["tell"]} */
let tell;
/** @type {Parameters<import("@simple-video-chat/sender").FrameFilter["onFrame"]>[0] | undefined} */
let before;
let calm = calmLooks;

/** @param {import("@simple-video-chat/sender").FilterContext} context */
export function open(context) {
  ({ cv, tell } = context);
}

/**
 * @param {Parameters<import("@simple-video-chat/sender").FrameFilter["onFrame"]>[0]} mat
 * @param {import("@simple-video-chat/sender").FrameMeta} meta
 */
export function onFrame(mat, { frame }) {
  if (frame % every !== 0) return;
  const small = mat.resize(90, 160);
  const grey = small.cvtColor(cv.COLOR_BGR2GRAY);
  small.release();
  if (before !== undefined) {
    const difference = before.absdiff(grey);
    const changed = difference.threshold(movingStep, 255, cv.THRESH_BINARY);
    const share = changed.countNonZero() / (160 * 90);
    difference.release();
    changed.release();
    before.release();
    const wasCalm = calm >= calmLooks;
    calm = share > movingShare ? 0 : Math.min(calmLooks, calm + 1);
    if (wasCalm !== calm >= calmLooks) tell({ motion: wasCalm, share: Number(share.toFixed(4)) });
  }
  before = grey;
}
