// Opens the source that a spec asks for.

import type { Micros } from "@simple-video-chat/protocol";

import { openMovingScene } from "./moving-scene.ts";
import { openScreen } from "./screen/screen-source.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { openTestCard } from "./test-card.ts";
import { openCamera, openFile, openUrl } from "./video-capture-source.ts";

/**
 * Opens a source.
 * @param onTimeline a file begins, or begins again: its first picture was due at this instant
 * @throws SourceError when it cannot be
 */
export function openSource(spec: SourceSpec, onTimeline?: (originUs: Micros) => void): Promise<Source> {
  switch (spec.kind) {
    case "camera":
      return openCamera(spec);
    case "screen":
      return openScreen(spec);
    case "file":
      return openFile(spec, onTimeline);
    case "url":
      return openUrl(spec);
    case "testcard":
      return openTestCard(spec);
    case "motion":
      return openMovingScene(spec);
  }
}
