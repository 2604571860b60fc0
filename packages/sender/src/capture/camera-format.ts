// Which of a camera's formats to ask for: the size that is wanted, at the most pictures a second; compressed ones (MJPEG) where raw ones would
// be fewer, as over USB 2, which has room for 9 raw pictures of 1280×720 a second.

/** What is wanted of a camera. */
export interface WantedFormat {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Hz; more are not needed. */
  readonly frameRate: number;
}

/** Asked of a camera unless the user says otherwise. */
export const usualCameraSize = { widthPx: 1280, heightPx: 720 } as const;

/** A camera that is open, as OpenCV sees it: what is set is what is nearest, and is read back. */
export interface CameraSettings {
  get(property: number): number;
  set(property: number, value: number): unknown;
}

/** OpenCV's numbers of the settings. */
export interface SettingNumbers {
  readonly CAP_PROP_FRAME_WIDTH: number;
  readonly CAP_PROP_FRAME_HEIGHT: number;
  readonly CAP_PROP_FPS: number;
  readonly CAP_PROP_FOURCC: number;
}

/** "MJPG" as V4L2 writes it. */
const mjpeg = 0x47504a4d;
/** Drivers say 29.97 and 30 of the same rate. */
const sameRateHz = 0.5;

/** Sets the best format that the camera has, and leaves it set. */
export function chooseCameraFormat(camera: CameraSettings, wanted: WantedFormat, numbers: SettingNumbers): void {
  const raw = camera.get(numbers.CAP_PROP_FOURCC);
  const ask = (fourcc: number | undefined): WantedFormat => {
    if (fourcc !== undefined) camera.set(numbers.CAP_PROP_FOURCC, fourcc);
    camera.set(numbers.CAP_PROP_FRAME_WIDTH, wanted.widthPx);
    camera.set(numbers.CAP_PROP_FRAME_HEIGHT, wanted.heightPx);
    camera.set(numbers.CAP_PROP_FPS, wanted.frameRate);
    return {
      widthPx: camera.get(numbers.CAP_PROP_FRAME_WIDTH),
      heightPx: camera.get(numbers.CAP_PROP_FRAME_HEIGHT),
      frameRate: camera.get(numbers.CAP_PROP_FPS),
    };
  };
  const asItIs = ask(undefined);
  if (raw === mjpeg) return;
  const compressed = ask(mjpeg);
  if (camera.get(numbers.CAP_PROP_FOURCC) === mjpeg && isBetter(compressed, asItIs, wanted)) return;
  ask(raw > 0 ? raw : undefined);
}

/** Whether `one` comes nearer to what is wanted than `other`: in size first, then in rate. */
export function isBetter(one: WantedFormat, other: WantedFormat, wanted: WantedFormat): boolean {
  const sizeError = ({ widthPx, heightPx }: WantedFormat): number => Math.abs(widthPx * heightPx - wanted.widthPx * wanted.heightPx);
  if (sizeError(one) !== sizeError(other)) return sizeError(one) < sizeError(other);
  const useful = ({ frameRate }: WantedFormat): number => Math.min(frameRate, wanted.frameRate);
  return useful(one) > useful(other) + sameRateHz;
}
