// The room of the moving scene: a wall with books, a window and a picture, out of focus, with the grain of a camera. Drawn once.

import type { Mat, OpenCv } from "../native/opencv.ts";

type Colour = readonly [number, number, number];

const wall = { top: [168, 188, 204], bottom: [118, 136, 156] } as const;
const sky = { top: [226, 188, 140], bottom: [214, 224, 240] } as const;
const wood: Colour = [44, 66, 98];
const frameWhite: Colour = [222, 228, 232];
/** Backs of books. */
const bookColours: readonly Colour[] = [
  [60, 62, 150],
  [120, 92, 44],
  [70, 118, 70],
  [60, 132, 196],
  [150, 148, 140],
  [92, 60, 92],
  [40, 40, 52],
  [120, 172, 206],
];
/** How much of the room is noise: coarse spots of light, then the sensor's grain. */
const noiseLayers = [
  { columns: 12, weight: 0.09 },
  { columns: 320, weight: 0.05 },
] as const;

/** Gives numbers in 0…1, the same ones on every machine (xorshift32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Draws the room at this size. Gives a Mat that the caller owns. */
export function drawRoom(cv: OpenCv, widthPx: number, heightPx: number): Mat {
  const sharp = gradient(cv, widthPx, heightPx, wall);
  drawBooks(cv, sharp);
  drawWindow(cv, sharp);
  // The camera looks at the person before it.
  const blur = 2 * Math.round(heightPx / 220) + 1;
  let room = sharp.gaussianBlur(new cv.Size(blur, blur), blur / 2.5);
  sharp.release();
  for (const { columns, weight } of noiseLayers) {
    const noise = drawNoise(cv, columns, { widthPx, heightPx });
    const sum = room.addWeighted(1 - weight, noise, weight, 0);
    for (const used of [noise, room]) used.release();
    room = sum;
  }
  return room;
}

function gradient(cv: OpenCv, widthPx: number, heightPx: number, { top, bottom }: { readonly top: Colour; readonly bottom: Colour }): Mat {
  const ends = new cv.Mat(Buffer.from([...top, ...bottom]), 2, 1, cv.CV_8UC3);
  const whole = ends.resize(heightPx, widthPx, 0, 0, cv.INTER_LINEAR);
  ends.release();
  return whole;
}

/** Two shelves on the left. */
function drawBooks(cv: OpenCv, room: Mat): void {
  const random = randomNumbers(20_201_122);
  const { cols, rows } = room;
  for (const shelf of [0.36, 0.68]) {
    const floor = rows * shelf;
    let left = cols * 0.03;
    while (left < cols * 0.3) {
      const width = cols * (0.012 + 0.016 * random());
      const height = rows * (0.14 + 0.09 * random());
      const colour = bookColours[Math.floor(random() * bookColours.length)] ?? wood;
      // Here and there a gap.
      if (random() > 0.12) {
        fill(cv, room, { left, top: floor - height, width, height }, colour);
        fill(cv, room, { left: left + width * 0.2, top: floor - height * 0.8, width: width * 0.6, height: height * 0.06 }, frameWhite);
      }
      left += width + cols * 0.001;
    }
    fill(cv, room, { left: cols * 0.015, top: floor, width: cols * 0.31, height: rows * 0.022 }, wood);
  }
}

/** A window on the right, with hills behind it. */
function drawWindow(cv: OpenCv, room: Mat): void {
  const { cols, rows } = room;
  const place = { left: cols * 0.69, top: rows * 0.1, width: cols * 0.26, height: rows * 0.54 };
  const border = cols * 0.012;
  fill(
    cv,
    room,
    { left: place.left - border, top: place.top - border, width: place.width + 2 * border, height: place.height + 2 * border },
    frameWhite,
  );
  const view = gradient(cv, Math.round(place.width), Math.round(place.height), sky);
  const hills: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
    readonly colour: Colour;
  }[] = [
    { x: 0.25, y: 1.05, width: 0.6, height: 0.45, colour: [150, 170, 130] },
    { x: 0.85, y: 1.1, width: 0.6, height: 0.4, colour: [110, 150, 96] },
    { x: 0.4, y: 1.25, width: 0.9, height: 0.4, colour: [76, 124, 78] },
  ];
  view.drawCircle(
    new cv.Point2(Math.round(view.cols * 0.72), Math.round(view.rows * 0.26)),
    Math.round(view.cols * 0.09),
    new cv.Vec3(206, 240, 255),
    cv.FILLED,
  );
  for (const { x, y, width, height, colour } of hills) {
    const centre = new cv.Point2(Math.round(view.cols * x), Math.round(view.rows * y));
    const size = new cv.Size(Math.round(view.cols * width), Math.round(view.rows * height));
    view.drawEllipse(centre, size, 0, 0, 360, new cv.Vec3(...colour), cv.FILLED, cv.LINE_AA);
  }
  const region = room.getRegion(new cv.Rect(Math.round(place.left), Math.round(place.top), view.cols, view.rows));
  view.copyTo(region).release();
  for (const used of [view, region]) used.release();
  fill(
    cv,
    room,
    { left: place.left + place.width / 2 - border / 3, top: place.top, width: border * 0.7, height: place.height },
    frameWhite,
  );
  fill(cv, room, { left: place.left, top: place.top + place.height * 0.45, width: place.width, height: border * 0.7 }, frameWhite);
  fill(
    cv,
    room,
    { left: place.left - 2 * border, top: place.top + place.height + border, width: place.width + 4 * border, height: border },
    [190, 198, 204],
  );
}

function drawNoise(cv: OpenCv, columns: number, size: { readonly widthPx: number; readonly heightPx: number }): Mat {
  const rows = Math.max(1, Math.round((columns * size.heightPx) / size.widthPx));
  const random = randomNumbers(columns * 2_654_435 + 1);
  const pixels = Buffer.alloc(columns * rows * 3);
  for (let pixel = 0; pixel < columns * rows; pixel++) pixels.fill(Math.floor(256 * random()), pixel * 3, pixel * 3 + 3);
  const small = new cv.Mat(pixels, rows, columns, cv.CV_8UC3);
  const noise = small.resize(size.heightPx, size.widthPx, 0, 0, cv.INTER_CUBIC);
  small.release();
  return noise;
}

function fill(
  cv: OpenCv,
  mat: Mat,
  { left, top, width, height }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  colour: Colour,
): void {
  const rect = new cv.Rect(Math.round(left), Math.round(top), Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  mat.drawRectangle(rect, new cv.Vec3(...colour), cv.FILLED);
}
