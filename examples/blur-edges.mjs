// A filter: blurs everything but the middle of the picture, where whoever speaks usually sits. It knows nothing of people.
//
//     node packages/sender/bin/svc-sender.js --filter examples/blur-edges.mjs

/** @type {import("@simple-video-chat/sender").FilterContext["cv"]} */
let cv;

/** @param {import("@simple-video-chat/sender").FilterContext} context */
export function open(context) {
  cv = context.cv;
}

/** @param {Parameters<import("@simple-video-chat/sender").FrameFilter["onFrame"]>[0]} mat */
export function onFrame(mat) {
  const { rows, cols } = mat;
  const blurred = mat.blur(new cv.Size(41, 41));
  const middle = new cv.Rect(Math.round(cols * 0.25), Math.round(rows * 0.1), Math.round(cols * 0.5), Math.round(rows * 0.9) - 1);
  const sharp = mat.getRegion(middle);
  const place = blurred.getRegion(middle);
  sharp.copyTo(place).release();
  sharp.release();
  place.release();
  return blurred;
}
