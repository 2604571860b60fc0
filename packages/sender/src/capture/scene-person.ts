// The person of the moving scene, drawn anew for each picture.

import type { Mat, OpenCv } from "../native/opencv.ts";

type Colour = readonly [number, number, number];

const colours = {
  sweater: [118, 92, 42],
  sweaterDark: [96, 72, 32],
  shirt: [230, 232, 236],
  skin: [152, 186, 232],
  skinDark: [122, 154, 206],
  cheek: [140, 158, 232],
  hair: [34, 44, 66],
  eye: [40, 46, 58],
  eyeWhite: [240, 244, 246],
  lip: [92, 92, 176],
  mouth: [54, 44, 96],
  headset: [44, 40, 38],
  accent: [40, 170, 250],
} as const satisfies Readonly<Record<string, Colour>>;

/** Draws with a tenth of the picture's height as the unit, around a point of the picture. */
class Pen {
  readonly #cv: OpenCv;
  readonly #picture: Mat;
  readonly #unit: number;
  readonly #x: number;
  readonly #y: number;

  constructor(cv: OpenCv, picture: Mat, { unit, x, y }: { readonly unit: number; readonly x: number; readonly y: number }) {
    this.#cv = cv;
    this.#picture = picture;
    this.#unit = unit;
    this.#x = x;
    this.#y = y;
  }

  /** The same pen around another point. */
  at(dx: number, dy: number): Pen {
    return new Pen(this.#cv, this.#picture, { unit: this.#unit, x: this.#x + dx * this.#unit, y: this.#y + dy * this.#unit });
  }

  /** A filled ellipse with these half axes. */
  ellipse(dx: number, dy: number, size: readonly [number, number], colour: Colour, angles: readonly [number, number] = [0, 360]): void {
    const [width, height] = this.#axes(size);
    const axes = new this.#cv.Size(width, height);
    this.#picture.drawEllipse(this.#point(dx, dy), axes, 0, angles[0], angles[1], this.#colour(colour), this.#cv.FILLED, this.#cv.LINE_AA);
  }

  /** A part of an ellipse as a line; angles in degrees, clockwise from the right. */
  arc(
    dx: number,
    dy: number,
    size: readonly [number, number],
    line: { readonly colour: Colour; readonly width: number; readonly angles: readonly [number, number] },
  ): void {
    const [width, height] = this.#axes(size);
    const axes = new this.#cv.Size(width, height);
    const [from, to] = line.angles;
    this.#picture.drawEllipse(
      this.#point(dx, dy),
      axes,
      0,
      from,
      to,
      this.#colour(line.colour),
      this.#thickness(line.width),
      this.#cv.LINE_AA,
    );
  }

  /** A line with round ends. */
  line(from: readonly [number, number], to: readonly [number, number], line: { readonly colour: Colour; readonly width: number }): void {
    this.#picture.drawLine(
      this.#point(...from),
      this.#point(...to),
      this.#colour(line.colour),
      this.#thickness(line.width),
      this.#cv.LINE_AA,
    );
  }

  #point(dx: number, dy: number): InstanceType<OpenCv["Point2"]> {
    return new this.#cv.Point2(Math.round(this.#x + dx * this.#unit), Math.round(this.#y + dy * this.#unit));
  }

  #axes([width, height]: readonly [number, number]): [number, number] {
    return [Math.max(1, Math.round(width * this.#unit)), Math.max(1, Math.round(height * this.#unit))];
  }

  #thickness(width: number): number {
    return Math.max(1, Math.round(width * this.#unit));
  }

  #colour(colour: Colour): InstanceType<OpenCv["Vec3"]> {
    return new this.#cv.Vec3(...colour);
  }
}

/** Draws the person as they are `seconds` into the scene. */
export function drawPerson(cv: OpenCv, picture: Mat, seconds: number): void {
  const swing = (periodS: number): number => Math.sin((2 * Math.PI * seconds) / periodS);
  const unit = Math.min(picture.rows / 10, picture.cols / 13);
  const body = new Pen(cv, picture, {
    unit,
    x: picture.cols / 2 + 0.2 * unit * swing(4.7),
    y: picture.rows - 5.7 * unit + 0.05 * unit * swing(3.3),
  });
  // Three seconds of waving in every twelve.
  const raised = Math.min(1, Math.max(0, 4 * (swing(12) - 0.62)));
  drawTorso(body);
  drawHead(body.at(0.22 * swing(3.1), 0.06 * swing(1.7)), { seconds, glance: swing(5.3) });
  if (raised > 0) drawArm(body, raised, swing(0.8));
}

function drawTorso(pen: Pen): void {
  pen.ellipse(0, 5.4, [3.2, 3.3], colours.sweater);
  for (const side of [-1, 1]) pen.line([side * 2.15, 4.5], [side * 2.3, 7], { colour: colours.sweaterDark, width: 0.07 });
  pen.ellipse(0, 2.25, [1.05, 0.62], colours.shirt);
  pen.ellipse(0, 1.75, [0.72, 0.85], colours.skinDark);
}

function drawHead(pen: Pen, { seconds, glance }: { readonly seconds: number; readonly glance: number }): void {
  pen.ellipse(0, -0.35, [1.58, 1.8], colours.hair);
  for (const side of [-1, 1]) pen.ellipse(side * 1.32, 0.2, [0.24, 0.36], colours.skinDark);
  pen.ellipse(0, 0.12, [1.32, 1.66], colours.skin);
  pen.ellipse(0, -0.42, [1.36, 1.28], colours.hair, [180, 360]);
  pen.ellipse(-0.35, -0.45, [0.95, 0.34], colours.hair);
  const isBlinking = seconds % 3.4 < 0.14;
  for (const side of [-1, 1]) {
    pen.ellipse(side * 0.72, 0.62, [0.28, 0.17], colours.cheek);
    pen.arc(side * 0.52, -0.02, [0.3, 0.2], { colour: colours.hair, width: 0.09, angles: [205, 335] });
    if (isBlinking) pen.arc(side * 0.52, 0.2, [0.2, 0.07], { colour: colours.eye, width: 0.06, angles: [0, 180] });
    else {
      pen.ellipse(side * 0.52, 0.22, [0.21, 0.15], colours.eyeWhite);
      pen.ellipse(side * 0.52 + 0.07 * glance, 0.22, [0.11, 0.13], colours.eye);
      pen.ellipse(side * 0.52 + 0.07 * glance + 0.04, 0.17, [0.03, 0.03], colours.eyeWhite);
    }
  }
  pen.arc(0, 0.55, [0.16, 0.12], { colour: colours.skinDark, width: 0.07, angles: [20, 160] });
  // Words come in bursts.
  const speech = Math.max(0, Math.sin((2 * Math.PI * seconds) / 5.9)) * Math.abs(Math.sin(2 * Math.PI * seconds * 2.1));
  if (speech > 0.1) {
    pen.ellipse(0, 1.06, [0.4, 0.12 + 0.2 * speech], colours.lip);
    pen.ellipse(0, 1.05, [0.33, 0.04 + 0.18 * speech], colours.mouth);
  } else {
    pen.arc(0, 0.82, [0.5, 0.34], { colour: colours.lip, width: 0.1, angles: [22, 158] });
  }
  drawHeadset(pen);
}

function drawHeadset(pen: Pen): void {
  pen.arc(0, -0.1, [1.6, 1.98], { colour: colours.headset, width: 0.2, angles: [190, 350] });
  for (const side of [-1, 1]) {
    pen.ellipse(side * 1.5, 0.2, [0.3, 0.52], colours.headset);
    pen.ellipse(side * 1.58, 0.2, [0.12, 0.28], colours.accent);
  }
  pen.arc(-0.9, 0.5, [0.62, 0.82], { colour: colours.headset, width: 0.08, angles: [85, 180] });
  pen.ellipse(-0.76, 1.32, [0.17, 0.11], colours.headset);
}

/** @param raised from 0 (out of the picture) to 1; @param tilt of the waving hand, −1…1 */
function drawArm(pen: Pen, raised: number, tilt: number): void {
  const hand: readonly [number, number] = [3.5 + 0.4 * tilt, 6.5 - 5.3 * raised];
  pen.line([2.7, 6.6], [hand[0] - 0.1 * tilt, hand[1] + 1.25], { colour: colours.sweater, width: 1.25 });
  const palm = pen.at(...hand);
  palm.line([-0.03 * tilt, 0.5], [0, 0.3], { colour: colours.skin, width: 0.74 });
  palm.ellipse(0, 0, [0.56, 0.66], colours.skin);
  [-0.42, -0.14, 0.14, 0.42].forEach((spread, finger) => {
    const length = finger === 0 || finger === 3 ? 1.05 : 1.25;
    palm.line([spread, -0.3], [spread * 1.35 + 0.3 * tilt, -length], { colour: colours.skin, width: 0.26 });
  });
  palm.line([-0.4, 0.15], [-0.95 + 0.1 * tilt, -0.35], { colour: colours.skin, width: 0.27 });
}
