// A sender for the test of other implementations: a real session on a real port, its pictures made of counted bytes.
import { EventEmitter, once } from "node:events";
import {
  type AccountMessage,
  createSecret,
  CredentialStore,
  deriveCredential,
  formatInvite,
  listenForSessions,
  micros,
  nowUs,
  type ReceivedMessage,
  type Session,
} from "@simple-video-chat/protocol";

const track = 1;
const keyframeInterval = 15;
const accountInterval = 20;
const startCode = [0, 0, 0, 1];

/** A sender that waits for one receiver. */
export interface TestSender {
  /** For the receiver. */
  readonly invite: string;
  /** What the receiver sent, except what the session keeps to itself. */
  readonly received: ReceivedMessage[];
  /** Frames captured, packets sent and their bytes on the wire so far. */
  readonly counts: { captured: number; sent: number; bytes: number };
  /** What became of the text that greets the receiver. */
  readonly greeting: Promise<string>;
  /** Resolves with the close code when the receiver has left. */
  readonly closed: Promise<string>;
  /** Stops listening. */
  stop(): Promise<void>;
}

/** How a sender misbehaves, if it does. */
export interface TestSenderOptions {
  /** Leaves one packet out that its account says was sent. */
  readonly losesFrame?: number;
}

/** Listens on a free port of this computer. */
export async function startTestSender(options: TestSenderOptions = {}): Promise<TestSender> {
  const secret = createSecret();
  const credentials = new CredentialStore();
  credentials.admit(deriveCredential(secret), { use: "single" });
  const received: ReceivedMessage[] = [];
  const counts = { captured: 0, sent: 0, bytes: 0 };
  const events = new EventEmitter();

  const listener = await listenForSessions({
    host: "127.0.0.1",
    port: 0,
    credentials,
    capabilities: {
      name: "Zoë 🎥",
      software: "test-sender/1",
      sends: ["video"],
      receives: [],
      videoCodecs: [],
      maxWidthPx: 1,
      maxHeightPx: 1,
      maxFrameRate: 1,
      features: [],
    },
    onSession: (session) => {
      session.on("message", (message) => received.push(message));
      session.on("closed", ({ code }) => events.emit("closed", code));
      session.on("live", () => {
        void session.sendText("Grüß dich,\nPython 🐍").then((fate) => events.emit("greeting", fate));
        film(session, counts, options);
      });
    },
  });
  return {
    invite: formatInvite({ host: "127.0.0.1", port: listener.port, secret }),
    received,
    counts,
    greeting: once(events, "greeting").then(([fate]) => String(fate)),
    closed: once(events, "closed").then(([code]) => String(code)),
    stop: () => listener.close(),
  };
}

/** Captures a frame every 5 ms until the receiver says stop. Every seventh is not encoded, every eleventh not sent. */
function film(session: Session, counts: TestSender["counts"], { losesFrame }: TestSenderOptions): void {
  session.send({ type: "track", track, codec: "h264", barcode: false, widthPx: 640, heightPx: 360, frameRate: 60 });
  let account = newAccount(1);
  const timer = setInterval(capture, 5);
  session.on("message", (message) => {
    if (message.type === "stop") finish();
  });
  session.on("closed", () => clearInterval(timer));

  function capture(): void {
    const frame = (counts.captured += 1);
    if (frame % 7 === 0) account.notEncoded += 1;
    else if (frame % 11 === 0) account.notSent += 1;
    else send(frame);
    if (frame % accountInterval === 0) settle(false);
  }

  function send(frame: number): void {
    account.sent += 1;
    if (frame === losesFrame) return;
    const keyframe = frame % keyframeInterval === 1;
    const data = new Uint8Array(keyframe ? 100_000 : 3_000 + frame).fill(frame);
    data.set(startCode);
    const captureUs = micros(nowUs() - 10_000);
    const packet = { track, frame, keyframe, captureUs, encodeStartUs: 1_000, encodedUs: 9_000, sentUs: 0, data };
    counts.bytes += session.sendVideo(packet);
    counts.sent += 1;
  }

  function settle(final: boolean): void {
    const count = account.notEncoded + account.encoderDropped + account.notSent + account.sent;
    const frames = count === 0 ? { firstFrame: 0, lastFrame: 0 } : { lastFrame: counts.captured };
    session.send({ ...account, ...frames, final });
    account = newAccount(counts.captured + 1);
  }

  function finish(): void {
    clearInterval(timer);
    settle(true);
  }
}

type OpenAccount = { -readonly [K in keyof AccountMessage]: AccountMessage[K] };

function newAccount(firstFrame: number): OpenAccount {
  return { type: "account", track, final: false, firstFrame, lastFrame: 0, notEncoded: 0, encoderDropped: 0, notSent: 0, sent: 0 };
}
