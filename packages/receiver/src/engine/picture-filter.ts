// A filter on what comes in (`--filter-incoming`): between the decoder and whatever takes a picture, be it window, snapshot or nobody.

import type { EncodedPacket, JsonObject } from "@simple-video-chat/protocol";
import { FilterError, FilterRunner, type FilterSink } from "@simple-video-chat/protocol/engine";

import type { Picture } from "../decode/picture.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";

/** What a filter tells: the words of the sentences are the runner's. */
export interface PictureFilterSink {
  readonly onTold: (value: JsonObject) => void;
  readonly onTrouble: FilterSink["onTrouble"];
}

/** A loaded filter. */
export class PictureFilter {
  readonly #runner: FilterRunner<Mat, OpenCv>;
  readonly #cv: OpenCv;

  private constructor(runner: FilterRunner<Mat, OpenCv>, cv: OpenCv) {
    this.#runner = runner;
    this.#cv = cv;
  }

  /** Loads OpenCV and the filter's module. @throws FilterError (rejects) when one of the two is not there, or the module is no filter */
  static async load(url: string, sink: PictureFilterSink): Promise<PictureFilter> {
    const cv = await loadOpenCv().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new FilterError(`A filter needs OpenCV. ${why}`, { cause: error });
    });
    return new PictureFilter(await FilterRunner.load<Mat, OpenCv>(url, cv, "shown", sink), cv);
  }

  /**
   * Gives what the filter makes of a picture: drawn into its own memory, or another one.
   *
   * @param packet it came in
   * @param budgetUs how long it may take, unless it is to be called slow
   */
  apply(picture: Picture, { frame, captureUs }: Pick<EncodedPacket, "frame" | "captureUs">, budgetUs: number): Picture {
    const { widthPx, heightPx, bgr } = picture;
    // With the buffer last it is not copied.
    const given = new this.#cv.Mat(heightPx, widthPx, this.#cv.CV_8UC3, bgr);
    const { mat } = this.#runner.apply({ mat: given, captureUs }, frame, budgetUs);
    const filtered = mat === given ? picture : { widthPx, heightPx, bgr: mat.getData() };
    mat.release();
    return filtered;
  }
}
