// What is drawn over the picture, as data: the layers. The network process commands them (engine/playback-command.ts), draw-overlay.ts
// draws them. Here and in the file of the layer is where a new one is added.

/** A row of a table: what it is about, and the figures. */
export type OverlayRow = readonly [label: string, figures: string];

/** The corners in which the self-view can be, in the order in which a key moves it. */
export const selfViewCorners = ["bottom-right", "bottom-left", "top-left", "top-right"] as const;
export type SelfViewCorner = (typeof selfViewCorners)[number];

/** How loud one side is. */
export interface SoundLevel {
  /** "Ann", "You". */
  readonly name: string;
  /** Peak, dB below full scale; null: nothing is heard. */
  readonly peakDbfs: number | null;
  readonly isMuted: boolean;
}

/** All layers; null or empty: that one is not drawn. All texts are clean, of one line. */
export interface Overlay {
  /** Whose picture it is, and how the call stands, beside it. */
  readonly name: { readonly name: string; readonly state: string } | null;
  readonly levels: readonly SoundLevel[];
  /** The table of figures. */
  readonly statistics: readonly OverlayRow[];
  /** What is said for some seconds, the oldest first: texts of the other end have a `from`. */
  readonly messages: readonly { readonly from: string; readonly text: string }[];
  /** What is being typed. */
  readonly typing: string | null;
  /** The help box: keys and what they do, and the present settings. */
  readonly help: { readonly keys: readonly OverlayRow[]; readonly settings: readonly OverlayRow[] } | null;
  /** The recording mark, with its words: "0:12". */
  readonly recording: { readonly text: string } | null;
  /** The picture stands still because the user has paused it. */
  readonly isPaused: boolean;
  readonly selfView: { readonly isHidden: boolean; readonly corner: SelfViewCorner };
}

/** Nothing over the picture but the self-view, if one comes. */
export const bareOverlay: Overlay = {
  name: null,
  levels: [],
  statistics: [],
  messages: [],
  typing: null,
  help: null,
  recording: null,
  isPaused: false,
  selfView: { isHidden: false, corner: "bottom-right" },
};

/** Whether anything besides the self-view is drawn. */
export function hasLayers({ name, levels, statistics, messages, typing, help, recording, isPaused }: Overlay): boolean {
  const lists = [levels, statistics, messages];
  return name !== null || typing !== null || help !== null || recording !== null || isPaused || lists.some(({ length }) => length > 0);
}
