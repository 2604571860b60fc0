// What the user asked to show: a plain value that travels from the command line to the capture engine.

/** A part of the screen, pixels. */
export interface ScreenArea {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A source of pictures, as asked for. */
export type SourceSpec =
  | {
      readonly kind: "camera";
      /** Index ("0"), device path or part of the camera's name. */ readonly camera: string;
      readonly widthPx?: number;
      readonly heightPx?: number;
      /** Most pictures a second that are asked of it, Hz. */ readonly frameRate?: number;
    }
  | {
      readonly kind: "screen";
      /** Part of the name of a window, or its number ("0x3a00007"); without it the whole screen. */ readonly window?: string;
      /** Of the whole screen. */ readonly area?: ScreenArea;
      readonly frameRate: number;
    }
  | { readonly kind: "file"; readonly path: string; readonly loop: boolean }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "testcard"; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number }
  | { readonly kind: "motion"; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number };

/** Size of the two synthetic sources unless another is asked for. */
const syntheticSize = { widthPx: 1280, heightPx: 720 } as const;
/** Frame rate of the two synthetic sources, Hz, unless another is asked for. */
const syntheticFrameRate = 30;

/** The options of the command line that choose a source. */
export interface SourceOptions {
  /** `--source`: camera, camera:NAME, screen, screen:WINDOW, screen:1280x720+0+0, testcard, motion, a file's path or a URL. */
  readonly source: string;
  /** `--camera`: index, device path or part of a name. */
  readonly camera: string;
  /** `--camera-size`, for the synthetic sources too. */
  readonly sizePx?: { readonly widthPx: number; readonly heightPx: number } | undefined;
  /** `--max-fps`, for cameras, screens and the synthetic sources. */
  readonly frameRate?: number | undefined;
  /** `--loop`: begin a file again at its end. */
  readonly loop: boolean;
}

/** Turns the options into a spec. A URL is only ever opened when it was written with its scheme. */
export function sourceSpec(options: SourceOptions): SourceSpec {
  const { source, sizePx } = options;
  const camera = source === "camera" ? options.camera : /^camera:(.+)$/s.exec(source)?.[1];
  if (camera !== undefined)
    return { kind: "camera", camera, ...sizePx, ...(options.frameRate !== undefined && { frameRate: options.frameRate }) };
  const screen = /^screen(?::(.+))?$/s.exec(source);
  if (screen !== null) return { kind: "screen", ...partOfScreen(screen[1]), frameRate: options.frameRate ?? syntheticFrameRate };
  if (source === "testcard" || source === "motion") {
    return { kind: source, ...(sizePx ?? syntheticSize), frameRate: options.frameRate ?? syntheticFrameRate };
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return { kind: "url", url: source };
  return { kind: "file", path: source, loop: options.loop };
}

/** "1280x720+100+50" is an area, as X writes it; anything else names a window. */
function partOfScreen(part: string | undefined): Pick<Extract<SourceSpec, { kind: "screen" }>, "window" | "area"> {
  if (part === undefined) return {};
  const [, widthPx, heightPx, leftPx, topPx] = (/^(\d{1,5})x(\d{1,5})\+(\d{1,5})\+(\d{1,5})$/.exec(part) ?? []).map(Number);
  if (widthPx === undefined || heightPx === undefined || leftPx === undefined || topPx === undefined) return { window: part };
  return { area: { leftPx, topPx, widthPx, heightPx } };
}
