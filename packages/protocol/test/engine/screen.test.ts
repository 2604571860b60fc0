import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { isScreenReachable, x11Addresses } from "../../src/engine/screen.ts";

const isLinux = process.platform === "linux";

test("finds the X server of every kind of DISPLAY", () => {
  const local = [{ path: "\0/tmp/.X11-unix/X7" }, { path: "/tmp/.X11-unix/X7" }];
  for (const display of [":7", ":7.0", ":7.1", "unix:7", "unix/:7", "local/here:7"]) assert.equal(x11Addresses(display), local, display);
  assert.equal(x11Addresses("localhost:10.0"), [{ host: "localhost", port: 6010 }]);
  assert.equal(x11Addresses("tcp/box:2"), [{ host: "box", port: 6002 }]);
  assert.equal(x11Addresses("[::1]:1.0"), [{ host: "::1", port: 6001 }]);
  for (const display of ["", "7", "nonsense", ":", ":x"]) assert.equal(x11Addresses(display), [], display);
});

test("says that there is no screen where none is named", async () => {
  assert.is(await isScreenReachable({}), !isLinux);
  assert.is(await isScreenReachable({ DISPLAY: "", WAYLAND_DISPLAY: "" }), !isLinux);
});

test("says that there is no screen where nobody answers", async () => {
  assert.is(await isScreenReachable({ DISPLAY: ":39999", WAYLAND_DISPLAY: "wayland-39999", XDG_RUNTIME_DIR: tmpdir() }), !isLinux);
  assert.is(await isScreenReachable({ DISPLAY: "127.0.0.1:59000" }), !isLinux);
});

test("finds a Wayland server by its socket, when X11's does not answer", async () => {
  const folder = await mkdtemp(join(tmpdir(), "svc-screen-"));
  const server = createServer((socket) => socket.destroy());
  server.listen(join(folder, "wayland-3"));
  await once(server, "listening");
  try {
    assert.is(await isScreenReachable({ DISPLAY: ":39999", WAYLAND_DISPLAY: "wayland-3", XDG_RUNTIME_DIR: folder }), true);
    assert.is(await isScreenReachable({ WAYLAND_DISPLAY: join(folder, "wayland-3") }), true);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

test.run();
