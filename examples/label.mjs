// A filter that draws the frame's number into a corner: how OpenCV code sits in a call, at either end.
//
//     node packages/sender/bin/svc-sender.js --filter examples/label.mjs
//     node packages/receiver/bin/svc-receiver.js INVITE --filter-incoming examples/label.mjs

/** @type {import("@simple-video-chat/receiver").FilterContext["cv"]} */
let cv;

/** @param {import("@simple-video-chat/receiver").FilterContext} context */
export function open(context) {
  cv = context.cv;
}

/**
 * @param {Parameters<import("@simple-video-chat/receiver").FrameFilter["onFrame"]>[0]} mat
 * @param {import("@simple-video-chat/receiver").FrameMeta} meta
 */
export function onFrame(mat, { frame }) {
  mat.drawRectangle(new cv.Point2(0, 0), new cv.Point2(130, 30), new cv.Vec3(0, 0, 0), cv.FILLED);
  mat.putText(`${frame}`, new cv.Point2(8, 22), cv.FONT_HERSHEY_SIMPLEX, 0.7, new cv.Vec3(255, 255, 255), 2);
}
