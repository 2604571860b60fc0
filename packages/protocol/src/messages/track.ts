// track: what the packets of a track are; sent before the first of them and whenever it changes.
//
//    0    1    2        4        6               10
//   +----+----+--------+--------+---------------+
//   |code|cont| widthPx|heightPx| frameRateMHz  |      content bit 0: the pictures carry the barcode of media/barcode.ts
//   +----+----+--------+--------+---------------+      frameRateMHz: thousandths of a Hz
import { ProtocolError } from "../errors.ts";
import { maxPicturePx, maxSidePx, maxVideoPacketsPerS } from "../limits.ts";
import { videoCodecIds, videoCodecOf, type VideoCodec } from "../media/codec.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const contentBarcode = 0b1;

/** Format of a track. */
export interface TrackMessage {
  readonly type: "track";
  /** 1–65535. */
  readonly track: number;
  /** How its packets are encoded. */
  readonly codec: VideoCodec;
  /** Whether the pictures carry the barcode with frame number and time. */
  readonly barcode: boolean;
  /** Width of every picture, 1–4096. */
  readonly widthPx: number;
  /** Height of every picture, 1–4096; width × height at most 8,294,400. */
  readonly heightPx: number;
  /** Frames captured a second, in Hz to a thousandth; above 0 and at most maxVideoPacketsPerS. */
  readonly frameRate: number;
}

/** track, 0x10. */
export const track: MessageDefinition<TrackMessage> = {
  type: "track",
  typeId: 0x10,
  scope: "network",
  minPayloadBytes: 10,
  maxPayloadBytes: 10,
  flagsMask: 0,
  track: "required",

  serialize(message) {
    const { codec, barcode, widthPx, heightPx } = message;
    const milliHz = Math.round(message.frameRate * 1_000);
    if (!isPictureSize(widthPx, heightPx)) throw new RangeError(`${widthPx}x${heightPx} is no legal picture size`);
    if (!isFrameRate(milliHz)) throw new RangeError(`${message.frameRate} Hz is no legal frame rate`);
    return startMessage(this, { payloadBytes: 10, track: message.track })
      .u8(videoCodecIds[codec])
      .u8(barcode ? contentBarcode : 0)
      .u16(widthPx)
      .u16(heightPx)
      .u32(milliHz)
      .finish();
  },

  parse(header, payload) {
    const codec = videoCodecOf(payload.u8());
    if (codec === undefined) throw new ProtocolError("bad-value", "a track has a codec that this version does not know");
    const content = payload.u8();
    if (content > contentBarcode) throw new ProtocolError("bad-value", "a track has content bits that are not defined");
    const widthPx = payload.u16();
    const heightPx = payload.u16();
    if (!isPictureSize(widthPx, heightPx)) {
      throw new ProtocolError("bad-picture-size", `a track announces pictures of ${widthPx}x${heightPx}`);
    }
    const milliHz = payload.u32();
    if (!isFrameRate(milliHz)) throw new ProtocolError("bad-value", `a track announces ${milliHz / 1_000} Hz`);
    const barcode = content === contentBarcode;
    return { type: "track", track: header.track, codec, barcode, widthPx, heightPx, frameRate: milliHz / 1_000 };
  },
};

function isPictureSize(widthPx: number, heightPx: number): boolean {
  return widthPx >= 1 && heightPx >= 1 && widthPx <= maxSidePx && heightPx <= maxSidePx && widthPx * heightPx <= maxPicturePx;
}

function isFrameRate(milliHz: number): boolean {
  return milliHz >= 1 && milliHz <= maxVideoPacketsPerS * 1_000;
}
