// Opens the source that a spec asks for.

import { openMovingScene } from "./moving-scene.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { openTestCard } from "./test-card.ts";
import { openCamera, openFile, openUrl } from "./video-capture-source.ts";

/** Opens a source. @throws SourceError when it cannot be */
export function openSource(spec: SourceSpec): Promise<Source> {
  switch (spec.kind) {
    case "camera":
      return openCamera(spec);
    case "file":
      return openFile(spec);
    case "url":
      return openUrl(spec);
    case "testcard":
      return openTestCard(spec);
    case "motion":
      return openMovingScene(spec);
  }
}
