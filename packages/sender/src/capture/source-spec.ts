// What the user asked to show: a plain value that travels from the command line to the capture engine.

/** A source of pictures, as asked for. */
export type SourceSpec =
  | {
      readonly kind: "camera";
      /** Index ("0"), device path or part of the camera's name. */ readonly camera: string;
      readonly widthPx?: number;
      readonly heightPx?: number;
    }
  | { readonly kind: "file"; readonly path: string; readonly loop: boolean }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "testcard"; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number }
  | { readonly kind: "motion"; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number };

/** Size of the two synthetic sources unless another is asked for. */
export const syntheticSize = { widthPx: 1280, heightPx: 720 } as const;
/** Frame rate of the two synthetic sources, Hz, unless another is asked for. */
export const syntheticFrameRate = 30;

/** The options of the command line that choose a source. */
export interface SourceOptions {
  /** `--source`: camera, testcard, motion, a file's path or a URL. */
  readonly source: string;
  /** `--camera`: index, device path or part of a name. */
  readonly camera: string;
  /** `--camera-size`, for the synthetic sources too. */
  readonly sizePx?: { readonly widthPx: number; readonly heightPx: number } | undefined;
  /** `--max-fps`, for the synthetic sources. */
  readonly frameRate?: number | undefined;
  /** `--loop`: begin a file again at its end. */
  readonly loop: boolean;
}

/** Turns the options into a spec. A URL is only ever opened when it was written with its scheme. */
export function sourceSpec(options: SourceOptions): SourceSpec {
  const { source, sizePx } = options;
  if (source === "camera") return { kind: "camera", camera: options.camera, ...sizePx };
  if (source === "testcard" || source === "motion") {
    return { kind: source, ...(sizePx ?? syntheticSize), frameRate: options.frameRate ?? syntheticFrameRate };
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return { kind: "url", url: source };
  return { kind: "file", path: source, loop: options.loop };
}
