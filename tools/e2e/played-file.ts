// Plays a recording in a real browser, from its beginning to its end, and says which pictures were to be seen when.

import { createReadStream, statSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { readBarcode } from "@simple-video-chat/protocol";

import { withBrowser } from "./browser.ts";
import type { RecordedPicture } from "./recorded-file.ts";

/** What the page tells of each picture: its place in the file, its size, and its pixels' green, base64. */
interface SeenPicture {
  readonly timeS: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly green: string;
}

/** Runs in the page, as text: the tests know Node's types and not a page's. Resolves at the end of the file. */
const playing = `new Promise((resolve, reject) => {
  const video = document.createElement("video");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const seen = [];
  const look = () => {
    video.requestVideoFrameCallback(look);
    // Not the callback's own words: on a busy computer the picture that is drawn may be a later one than they are about.
    const frame = new VideoFrame(video);
    const { timestamp, displayWidth: width, displayHeight: height } = frame;
    const timeS = timestamp / 1e6;
    if (timeS === seen.at(-1)?.timeS) return frame.close();
    canvas.width = width;
    canvas.height = height;
    context.drawImage(frame, 0, 0, width, height);
    frame.close();
    const strip = Math.ceil(height / 4);
    const { data } = context.getImageData(0, 0, width, strip);
    let green = "";
    for (let at = 1; at < data.length; at += 4) green += String.fromCharCode(data[at]);
    seen.push({ timeS, widthPx: width, heightPx: height, green: btoa(green) });
  };
  video.requestVideoFrameCallback(look);
  video.onended = () => resolve({ seen, durationS: video.duration });
  video.onerror = () => reject(new Error("the browser does not play it: " + video.error.message));
  video.muted = true;
  // Slowly enough for a busy computer to see most of it.
  video.playbackRate = 0.25;
  document.body.append(video);
  video.src = "/file";
  video.play().catch(reject);
})`;

/**
 * Plays a file.
 *
 * @returns the pictures that were seen, in order, and how long the browser takes the file to be, µs
 * @throws Error (rejects) when the browser does not play it to its end
 */
export async function playInBrowser(path: string): Promise<{ readonly pictures: readonly RecordedPicture[]; readonly durationUs: number }> {
  const { size } = statSync(path);
  const server = createServer((request, response) => {
    if (request.url !== "/file") {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>player</title>");
      return;
    }
    const [from = 0, to = size - 1] = (/bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "")?.slice(1) ?? []).map((at) =>
      at === "" ? size - 1 : Number(at),
    );
    response.writeHead(206, {
      "Accept-Ranges": "bytes",
      "Content-Type": path.endsWith(".mp4") ? "video/mp4" : "video/x-matroska",
      "Content-Length": to - from + 1,
      "Content-Range": `bytes ${from}-${to}/${size}`,
    });
    createReadStream(path, { start: from, end: to }).pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  let result: { readonly seen: readonly SeenPicture[]; readonly durationS: number } = { seen: [], durationS: 0 };
  try {
    await withBrowser(async (open) => {
      const page = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      result = await page.evaluate<typeof result>(playing);
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
  const pictures = result.seen.map(({ timeS, widthPx, heightPx, green }) => {
    const bgr = Buffer.alloc(widthPx * heightPx * 3);
    Buffer.from(green, "base64").forEach((value, pixel) => {
      bgr[pixel * 3 + 1] = value;
    });
    return { timeUs: Math.round(timeS * 1e6), widthPx, heightPx, barcode: readBarcode(bgr, widthPx, heightPx) };
  });
  return { pictures, durationUs: Math.round(result.durationS * 1e6) };
}
