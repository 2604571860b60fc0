// What the owner of a sender or of a peer is told about its own picture: the capture's events, without what concerns the host alone.

import type { Emitter, JsonObject } from "@simple-video-chat/protocol";

import type { AudioCaptureHost } from "./audio/audio-capture-host.ts";
import type { CaptureHostEvents } from "./capture-host.ts";
import type { NoticeCode } from "./engine/capture-command.ts";

/** What is told of the source, by a sender and by a peer alike. */
export interface SourceEvents {
  /** The source is open. */
  readonly opened: { readonly name: string; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number };
  /** What the filter tells. */
  readonly filter: { readonly value: JsonObject };
  /** A file is at its end. */
  readonly ended: Record<string, never>;
}

/** The same, with what sender and peer tell of other things, too. */
interface ToldOfSource extends SourceEvents {
  readonly notice: { readonly code: NoticeCode; readonly message: string };
  readonly trouble: { readonly code: string; readonly message: string; readonly isFinal: boolean };
}

/**
 * Tells `events` what a capture tells.
 *
 * @param sound what records with it, asked when a file begins or is shown no more: so does its sound
 */
export function sourceEvents(
  events: Pick<Emitter<ToldOfSource>, "emit">,
  sound: () => Pick<AudioCaptureHost, "followFile"> | undefined,
): Pick<CaptureHostEvents, "onEvent" | "onTimeline" | "onEngineDeath"> {
  return {
    onEvent: (event) => {
      switch (event.event) {
        case "opened": {
          const { name, widthPx, heightPx, frameRate } = event;
          events.emit("opened", { name, widthPx, heightPx, frameRate });
          break;
        }
        case "ended":
          events.emit("ended", {});
          break;
        case "failed":
          events.emit("trouble", { code: event.code, message: event.message, isFinal: true });
          break;
        case "notice":
          events.emit("notice", { code: event.code, message: event.message });
          break;
        case "filter":
          events.emit("filter", { value: event.value });
          break;
        default:
          // "key" is the owner's who has a preview; the rest concerns the host alone.
          break;
      }
    },
    onTimeline: (originUs) => sound()?.followFile(originUs),
    onEngineDeath: ({ isFinal, reason }) =>
      events.emit("trouble", { code: "engine-failed", message: `The capture engine ${reason}.`, isFinal }),
  };
}
