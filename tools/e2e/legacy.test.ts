// The bridge to the original programs, as real processes: our sender feeds real Python, our receiver shows what real Python sends,
// and ours watch each other. Needs /usr/bin/python3 with numpy and cv2, and Xvfb, as installed by set-up.
// @timeout 180

import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { PYTHON, PythonProgram } from "@simple-video-chat/protocol/testing";

import { Program } from "./program.ts";
import { type Screenshot, withDisplay } from "./virtual-display.ts";

const test = suite("the bridge to the original programs");
const running: { kill(): Promise<void> }[] = [];

test.after.each(async () => {
  await Promise.all(running.splice(0).map((program) => program.kill()));
});

function start<P extends { kill(): Promise<void> }>(program: P): P {
  running.push(program);
  return program;
}

async function startSender(args: readonly string[], listen: string = "127.0.0.1:0"): Promise<{ sender: Program; port: number }> {
  const sender = start(new Program("sender", ["--legacy", "--listen", listen, "--json", ...args]));
  const { port } = await sender.event("listening");
  return { sender, port: Number(port) };
}

async function startServer(args: readonly string[]): Promise<{ server: PythonProgram; port: number }> {
  const server = start(new PythonProgram("server.py", ["--port", "0", ...args]));
  const { port = 0 } = await server.next("listening");
  return { server, port };
}

function startReceiver(port: number, args: readonly string[] = ["--no-window"]): Program {
  return start(new Program("receiver", ["--legacy", `127.0.0.1:${port}`, "--json", ...args]));
}

function startClient(port: number, args: readonly string[], host: string = "127.0.0.1"): PythonProgram {
  return start(new PythonProgram("client.py", [host, String(port), ...args]));
}

const makeFilm = `
import sys, hashlib, json, numpy, cv2
path = sys.argv[1]
film = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 25, (322, 242))
for n in range(25):
    y, x, c = numpy.ogrid[0:242, 0:322, 0:3]
    film.write(((3 * y + 2 * x + 40 * c + 9 * n) % 256).astype(numpy.uint8))
film.release()
capture = cv2.VideoCapture(path)
hashes = []
while True:
    good, frame = capture.read()
    if not good: break
    hashes.append(hashlib.sha256(frame.tobytes()).hexdigest())
print(json.dumps(hashes))
`;

test("gives the original client the pictures of a file, byte for byte and in order", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-legacy-"));
  try {
    const path = join(folder, "film.avi");
    const made = spawnSync(PYTHON, ["-c", makeFilm, path], { encoding: "utf8", timeout: 30_000 });
    assert.is(made.status, 0, made.stderr);
    const expected = JSON.parse(made.stdout) as string[];
    const { sender, port } = await startSender(["--source", path], "127.0.1.1:0");
    const client = startClient(port, [], "127.0.1.1");
    await client.next("connected");
    let last = -1;
    let count = 0;
    for (;;) {
      const line = await client.next();
      if (line.event === "ended") {
        assert.is(line.partial, false);
        break;
      }
      assert.equal(line.shape, [242, 322, 3]);
      const at = expected.indexOf(line.sha256 ?? "");
      assert.ok(at > last, `picture ${at} came after ${last}`);
      last = at;
      count++;
    }
    assert.is(last, 24);
    assert.ok(count >= 15, `${count} of 25 pictures came`);
    assert.is(await sender.exitCode(), 0);
    const { sent, skipped, captured } = await sender.event("summary");
    assert.is(sent, count);
    assert.is(Number(sent) + Number(skipped), captured);
    assert.match(sender.stderr, "The file is at its end.");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("gives the original client the test card at the size and the rate asked for", async () => {
  const { sender, port } = await startSender(["--source", "testcard", "--camera-size", "321x241", "--max-fps", "10"]);
  const client = startClient(port, ["--frames", "12"]);
  await client.next("connected");
  const startedMs = performance.now();
  for (let count = 0; count < 12; count++) assert.equal((await client.next("frame")).shape, [241, 321, 3]);
  assert.ok(performance.now() - startedMs > 900, "faster than 10 Hz");
  assert.is(await client.exitCode(), 0);
  const left = await sender.event("viewer-left");
  assert.is(left["reason"], "left");
  sender.signal("SIGINT");
  assert.is(await sender.exitCode(), 130);
});

test("shows every picture that the original server sends, and its end", async () => {
  const { port } = await startServer(["--frames", "40", "--clients", "1"]);
  const receiver = startReceiver(port);
  assert.is(await receiver.exitCode(), 0);
  const summary = await receiver.event("summary");
  assert.is(summary["received"], 40);
  assert.is(Number(summary["shown"]) + Number(summary["superseded"]), 40);
  assert.ok(Number(summary["shown"]) >= 35, JSON.stringify(summary));
  assert.equal([summary["widthPx"], summary["heightPx"]], [640, 480]);
  assert.is((await receiver.event("connected"))["protected"], false);
  assert.match(receiver.stderr, "no protection");
});

test("carries barcodes from our sender to our receiver intact, in order, each once", async () => {
  const { sender, port } = await startSender(["--source", "testcard", "--camera-size", "640x480", "--exit-on-no-viewers"]);
  const receiver = startReceiver(port, ["--no-window", "--time-limit", "3"]);
  assert.is(await receiver.exitCode(), 0);
  const { received, shown, barcodes } = await receiver.event("summary");
  assert.ok(Number(received) >= 30, JSON.stringify(receiver.events.at(-1)));
  assert.equal(barcodes, { inOrder: shown, outOfOrder: 0 });
  assert.is(await sender.exitCode(), 0);
});

test("loads no native code in the processes that talk to the user", async () => {
  const { sender, port } = await startSender(["--source", "motion"]);
  const receiver = startReceiver(port);
  await receiver.event("first-picture");
  const native = /opencv|libav|node-av/;
  for (const program of [sender, receiver]) {
    assert.not.match(readFileSync(`/proc/${program.pid}/maps`, "utf8"), native);
    assert.is(program.enginePids.length, 1);
    assert.match(readFileSync(`/proc/${program.enginePids[0]}/maps`, "utf8"), native);
  }
  receiver.signal("SIGINT");
  assert.is(await receiver.exitCode(), 130);
});

test("leaves no process and no socket behind, however it is ended", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
    const { sender, port } = await startSender(["--source", "testcard"]);
    const receiver = startReceiver(port);
    await receiver.event("first-picture");
    for (const program of [receiver, sender]) {
      program.signal(signal);
      // This also sees to it that no engine is left.
      await program.exits(signal === "SIGKILL" ? "by a signal" : 130);
    }
    const socket = connect(port, "127.0.0.1");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.is(error.code, "ECONNREFUSED");
  }
});

test("listens again where it did when its engine dies, and gives up at the third death", async () => {
  const { sender, port } = await startSender(["--source", "testcard", "--camera-size", "320x240"]);
  for (const deaths of [1, 2, 3]) {
    const client = startClient(port, ["--frames", "2"]);
    await client.next("connected");
    await client.next("frame");
    await client.next("frame");
    assert.is(await client.exitCode(), 0);
    process.kill(sender.enginePids[0] ?? 0, "SIGKILL");
    const trouble = await sender.event("trouble", deaths);
    assert.is(trouble["code"], "engine-failed");
    assert.is(trouble["isFinal"], deaths === 3);
    if (deaths < 3) assert.is((await sender.event("listening", deaths + 1))["port"], port);
  }
  assert.is(await sender.exitCode(), 2);
  assert.is((await sender.event("summary"))["viewers"] as number, 3);
});

test("connects again when the playback engine dies", async () => {
  const { port } = await startServer(["--clients", "2"]);
  const receiver = startReceiver(port);
  await receiver.event("first-picture");
  process.kill(receiver.enginePids[0] ?? 0, "SIGKILL");
  assert.is((await receiver.event("trouble"))["isFinal"], false);
  await receiver.event("first-picture", 2);
  receiver.signal("SIGINT");
  assert.is(await receiver.exitCode(), 130);
});

test("says at every start that there is no protection, and in capitals when others can reach it", async () => {
  const { sender } = await startSender(["--source", "testcard", "--quiet"]);
  const { sender: open } = await startSender(["--source", "testcard", "--quiet"], "0.0.0.0:0");
  for (const program of [sender, open]) {
    program.signal("SIGINT");
    await program.exitCode();
    assert.match(program.stderr, "no protection: nothing is encrypted, and anybody who reaches the port sees the pictures");
  }
  assert.match(sender.stderr, "Only this computer can watch");
  assert.match(open.stderr, "EVERYBODY WHO CAN REACH 0.0.0.0:");
});

test("listens where the original server does unless told otherwise", async () => {
  const sender = start(new Program("sender", ["--legacy", "--source", "testcard", "--json", "--time-limit", "3"]));
  await sender.exitCode();
  // Another program of this computer may use the port: then the sentence names it.
  assert.match(sender.stderr, /127\.0\.0\.1:1234\b/);
});

/** Serves these bytes to everybody, then closes. */
async function serveBytes(bytes: Uint8Array): Promise<{ port: number; kill(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(bytes);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { port: typeof address === "object" && address !== null ? address.port : 0, kill: async () => void server.close() };
}

test("ends with a sentence and the right exit code when the original server fails", async () => {
  const { port: cameraPort } = await startServer(["--none-at", "5", "--clients", "1"]);
  const { port: cutPort } = await startServer(["--cut-at", "5", "--clients", "1"]);
  const hostile = Buffer.from("\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x07exit 99\x85R.", "latin1");
  const length = Buffer.alloc(8);
  length.writeUInt32LE(hostile.length);
  const bad = start(await serveBytes(Buffer.concat([length, hostile])));
  const silent = start(await serveBytes(Buffer.alloc(0)));
  const gone = await serveBytes(Buffer.alloc(0));
  await gone.kill();
  for (const [port, code, sentence] of [
    [cameraPort, 4, "camera gives no picture"],
    [cutPort, 2, "in the middle of a picture"],
    [bad.port, 1, "not a picture of the original program"],
    [silent.port, 1, "before its first picture"],
    [gone.port, 1, "Nothing listens on 127.0.0.1"],
  ] as const) {
    const receiver = startReceiver(port);
    assert.is(await receiver.exitCode(), code, receiver.stderr);
    assert.match(receiver.stderr, sentence);
    assert.is(receiver.events.at(-1)?.event, "summary");
  }
});

test("ends with a sentence and the right exit code when it cannot start", async () => {
  const { port } = await startSender(["--source", "testcard"]);
  for (const [name, args, code, sentence] of [
    ["sender", ["--source", "testcard", "--listen", `127.0.0.1:${port}`], 1, "another program uses that port"],
    ["sender", ["--source", "testcard", "--listen", "192.0.2.1:0"], 1, "does not have that address"],
    ["sender", ["--source", "no-such-film.mp4"], 1, "There is no file no-such-film.mp4"],
    ["sender", ["--camera", "/dev/no-such-camera"], 4, "There is no camera /dev/no-such-camera"],
    ["sender", ["--source", "testcard", "--video-codec", "jpeg"], 64, "--video-codec does not go with --legacy"],
    ["sender", ["--source", "testcard", "-b", "5M"], 64, "--video-bit-rate does not go with --legacy"],
    ["sender", ["--source", "testcard", "--key-file", "key"], 64, "--key-file does not go with --legacy"],
    ["receiver", ["no-such-computer.invalid:1234", "--no-window"], 1, "No computer is known by the name no-such-computer.invalid"],
    ["receiver", [], 64, "Say where the original server is"],
    ["receiver", ["127.0.0.1:7420/000g40r40m30e209185gr38e1wks"], 64, "That is an invite"],
    ["receiver", ["127.0.0.1:1234", "--wait"], 64, "--wait does not go with --legacy"],
  ] as const) {
    const program = start(new Program(name, ["--legacy", ...args]));
    assert.is(await program.exitCode(), code, `${args.join(" ")}: ${program.stderr}`);
    assert.match(program.stderr, sentence);
    assert.not.match(program.stderr, "000g40r40m30e209185gr38e1wks");
  }
});

/** Whether a screenshot is one of server.py's pictures, to the last bit: (7n + 3y + 5x + 11c) mod 256. */
function isServerPicture({ widthPx, heightPx, bgr }: Screenshot): boolean {
  const first = bgr[0] ?? 0;
  const isRight = (byte: number, at: number): boolean => {
    const pixel = Math.floor(at / 3);
    return byte === ((first + 3 * Math.floor(pixel / widthPx) + 5 * (pixel % widthPx) + 11 * (at % 3)) & 255);
  };
  return widthPx === 640 && heightPx === 480 && bgr.every(isRight);
}

for (const way of ["q", "Escape", "its close button"]) {
  test(`shows the pictures in a window, exactly as they were sent, until ${way} ends it`, () =>
    withDisplay(async (display) => {
      const { port } = await startServer(["--clients", "1", "--fps", "10"]);
      const receiver = start(new Program("receiver", ["--legacy", `127.0.0.1:${port}`, "--json"], { env: { DISPLAY: display.name } }));
      await receiver.event("first-picture");
      const window = await display.window("Simple Video Chat: 127.0.0.1:.*, unprotected");
      const untilMs = performance.now() + 10_000;
      while (!isServerPicture(await display.screenshot(window))) {
        assert.ok(performance.now() < untilMs, `the window does not show what was sent: ${JSON.stringify(await display.placeOf(window))}`);
      }
      if (way === "its close button") await display.clickClose(window);
      else await display.press(window, way);
      await receiver.exits(0);
    }));
}

test.run();
