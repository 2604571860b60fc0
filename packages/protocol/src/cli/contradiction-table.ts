// Which options contradict each other, and how that is said: the one table of all programs. What comes of it is in contradictions.ts. A
// pair is here when one of the two would silently do nothing. Not here is what takes nothing away (--no-chat with --accept-files), and what
// may still come true (--record-mode without --record: the key r records).

import type { ProgramName } from "./command-name.ts";

/** What somebody wants with an option. */
export interface Demand {
  /** Its name; "target" is the word that says whom to call. */
  readonly option: string;
  /** As it is typed: "--no-window". */
  readonly typed: string;
  /**
   * Whether a value makes this demand.
   * @param usual the option's default
   */
  readonly isMadeBy: (value: unknown, usual: unknown) => boolean;
  /** It is not overruled by what contradicts it, from wherever that comes: no microphone is opened by something said of headphones. */
  readonly isFirm?: boolean;
}

/** Two demands of which only one can be met. */
export interface Contradiction {
  readonly one: Demand;
  readonly other: Demand;
  /** Why, and what to do. */
  readonly sentence: string;
  /** In this program only; default: wherever both options are. */
  readonly only?: ProgramName;
}

/** The option is given, and not what it is anyway. */
function asksFor(option: string): Demand {
  const isMadeBy = (value: unknown, usual: unknown): boolean => value !== undefined && value !== false && !isSame(value, usual);
  return { option, typed: `--${option}`, isMadeBy };
}

/** Numbers come from the environment as words. */
function isSame(value: unknown, usual: unknown): boolean {
  return value === usual || (typeof usual === "number" && Number(value) === usual);
}

/** A switch that is on unless somebody says otherwise is off. */
function refuses(option: string): Demand {
  return { option, typed: `--no-${option}`, isMadeBy: (value) => value === false };
}

const refusesSound: Demand = { ...refuses("audio"), isFirm: true };
const refusesPictures: Demand = { ...refuses("video"), isFirm: true };

/** A switch is off, or an option not there. */
function lacks(option: string): Demand {
  return { option, typed: `no --${option}`, isMadeBy: (value) => value === undefined || value === false };
}

/** The option has one of these values. */
function chooses(option: string, values: readonly string[]): Demand {
  return { option, typed: `--${option} ${values.join(" or ")}`, isMadeBy: (value) => values.includes(String(value)) };
}

const anyTarget: Demand = { option: "target", typed: "an invite", isMadeBy: (value) => value !== undefined };
/** An invite or code@host. */
const secretTarget: Demand = {
  option: "target",
  typed: "an invite",
  isMadeBy: (value) => typeof value === "string" && /[/@]/.test(value),
};
/** Sources that have no end, all of them: source-spec.ts of the sender knows what else these words say. */
const endlessSources: Demand = {
  option: "source",
  typed: "--source without a file",
  isMadeBy: (value) =>
    [value].flat().every((each) => /^(?:(?:camera|screen)(?::.+)?|testcard|motion|[a-z][a-z0-9+.-]+:\/\/.*)$/is.test(String(each))),
};
const severalSources: Demand = {
  option: "source",
  typed: "more than one --source",
  isMadeBy: (value) => Array.isArray(value) && value.length > 1,
};

const noSound = ["require-audio", "microphone", "noise-suppression", "stereo", "headphones", "speaker"].map((option): Contradiction => ({
  one: refusesSound,
  other: asksFor(option),
  sentence: `--no-audio means no sound at all, and --${option} asks for some: give one of the two.`,
}));

const noWindow = ["fullscreen", "mirror", "always-on-top"].map((option): Contradiction => ({
  one: refuses("window"),
  other: asksFor(option),
  sentence: `--no-window means figures only, and --${option} says how a window is to be: give one of the two.`,
}));

const unprotected = "the original programs know no secrets, whoever reaches the port is let in";
const rawPictures = "the original programs know raw pictures only";
const noNames = "the original programs tell each other no names";
const noWayBack = "the original programs send nothing but pictures";
const plainWindow = "the original pictures are shown in a plain window, as they are";
/** Why an option can do nothing beside --legacy. */
const withoutMeaningInLegacy: readonly (readonly [Demand, string])[] = [
  [asksFor("key-file"), unprotected],
  [asksFor("code"), unprotected],
  [asksFor("verify"), unprotected],
  [asksFor("video-codec"), rawPictures],
  [asksFor("encoder"), rawPictures],
  [asksFor("video-bit-rate"), "raw pictures are as large as they are. Make them smaller with --max-size, or fewer with --max-fps"],
  [asksFor("max-latency"), "nothing comes back from the original client to measure it by"],
  [severalSources, "its source cannot be changed while it is watched"],
  [asksFor("filter"), "pictures go to the original client as they are"],
  [asksFor("filter-incoming"), plainWindow],
  [asksFor("view"), plainWindow],
  [asksFor("fullscreen"), plainWindow],
  [asksFor("mirror"), plainWindow],
  [asksFor("always-on-top"), plainWindow],
  [asksFor("record"), rawPictures],
  [asksFor("snapshot-dir"), plainWindow],
  [asksFor("require-audio"), noWayBack],
  [asksFor("microphone"), noWayBack],
  [asksFor("noise-suppression"), noWayBack],
  [asksFor("stereo"), noWayBack],
  [asksFor("speaker"), noWayBack],
  [asksFor("accept-files"), noWayBack],
  [asksFor("name"), noNames],
  [asksFor("json-frames"), "raw pictures carry no times"],
  [asksFor("wait"), "start the original server first"],
];
const legacy = withoutMeaningInLegacy.map(([other, why]): Contradiction => ({
  one: asksFor("legacy"),
  other,
  sentence: `${other.typed} does not go with --legacy: ${why}.`,
}));

/** All of them. */
export const contradictions: readonly Contradiction[] = [
  // Before the others: what makes no sense with --legacy is better said so.
  ...legacy,
  {
    one: anyTarget,
    other: asksFor("listen"),
    sentence: "With an invite (or whom else to call) you call, with --listen you wait for a call: give one of the two.",
  },
  {
    one: asksFor("wait"),
    other: lacks("target"),
    sentence: "--wait goes with an invite: who is not called waits anyway.",
    only: "peer",
  },
  { one: asksFor("key-file"), other: asksFor("code"), sentence: "With --key-file nobody needs a code: give one of the two." },
  {
    one: asksFor("key-file"),
    other: secretTarget,
    sentence: "An invite or a code is a secret of its own, and --key-file names another one: give one of the two.",
  },
  {
    one: asksFor("code"),
    other: secretTarget,
    sentence:
      "--code asks for the code, and an invite or CODE@HOST needs none any more: leave --code out, or give the other computer's address.",
  },
  { one: refusesPictures, other: refusesSound, sentence: "--no-video and --no-audio leave nothing to send: give one of the two." },
  ...noSound,
  ...noWindow,
  {
    one: asksFor("stereo"),
    other: asksFor("noise-suppression"),
    sentence: "--noise-suppression works on one channel, and --stereo asks for two: give one of the two.",
  },
  {
    one: refuses("window"),
    other: chooses("view", ["browser"]),
    sentence: "--no-window means figures only, and --view browser asks for a page with the picture: give one of the two.",
  },
  {
    one: asksFor("always-on-top"),
    other: chooses("view", ["browser"]),
    sentence: "--always-on-top is about a window of our own, and --view browser shows a page in the browser's: give one of the two.",
  },
  {
    one: asksFor("filter-incoming"),
    other: chooses("view", ["browser"]),
    sentence: "--filter-incoming sees pictures that this program decodes, and with --view browser the browser does: give one of the two.",
  },
  {
    one: asksFor("json-frames"),
    other: lacks("json"),
    sentence: "--json-frames goes with --json: without it no events are printed at all.",
  },
  {
    one: asksFor("loop"),
    other: endlessSources,
    sentence: "--loop goes with a video file, and what --source names is none.",
  },
  {
    one: chooses("encoder", ["vaapi", "nvenc", "videotoolbox", "qsv"]),
    other: chooses("video-codec", ["vp9", "jpeg"]),
    sentence: "Hardware encodes h264 only: give --encoder or another --video-codec, not both.",
  },
];
