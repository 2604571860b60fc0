// What the key c goes through: the sources that were given, or where that is one camera, the cameras that there are.

import { findCamera, listCameras } from "./capture/cameras.ts";
import type { SourceSpec } from "./capture/source-spec.ts";

/** The sources of a program, one after the other, round and round. */
export class SourceCycle {
  readonly #sources: readonly SourceSpec[];
  readonly #folder: string | undefined;

  /** @param folder where the kernel lists its cameras */
  constructor(sources: readonly SourceSpec[], folder?: string) {
    this.#sources = sources;
    this.#folder = folder;
  }

  /** The source after the present one; undefined when there is no other. */
  after(present: SourceSpec): SourceSpec | undefined {
    if (this.#sources.length > 1) return this.#sources[(this.#sources.indexOf(present) + 1) % this.#sources.length];
    if (present.kind !== "camera") return undefined;
    const cameras = listCameras(this.#folder);
    const { device } = findCamera(present.camera, this.#folder);
    const at = cameras.findIndex((camera) => camera.device === device);
    const next = cameras[(at + 1) % cameras.length];
    // Where the present one is gone, any is another one.
    return next === undefined || (at >= 0 && cameras.length === 1) ? undefined : { ...present, camera: String(next.device) };
  }
}
