// The limits as a process sees them: real children, asked for their /proc.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { audioConfinement, type Confinement, confinedCommand, networkOfDisplay } from "../../src/engine/confinement.ts";

const isLinux = process.platform === "linux";
const limits: Confinement = { dataMiB: 300, files: 77, network: "none" };

/** What /proc tells of a confined process. */
function confined(
  confinement: Confinement,
  env: NodeJS.ProcessEnv = process.env,
): { limits: string; network: string; arguments: string[] } {
  const program = `
    const { readFileSync, readlinkSync } = require("node:fs");
    console.log(JSON.stringify({ limits: readFileSync("/proc/self/limits", "utf8"), network: readlinkSync("/proc/self/ns/net"), arguments: process.argv.slice(1) }));
  `;
  const [file, ...args] = confinedCommand([process.execPath, "-e", program, "--", "a b", "$HOME", "*", ""], confinement);
  return JSON.parse(execFileSync(file, args, { encoding: "utf8", env })) as { limits: string; network: string; arguments: string[] };
}

/** Root may have one without a user namespace, which a changed root (chroot) forbids; others need one. */
const waysApart = [["--net"], ["--user", "--map-current-user", "--net"]];
const mayHaveNamespace = isLinux && waysApart.some((way) => spawnSync("unshare", [...way, "true"]).status === 0);

test("limits memory, descriptors and core dumps, hard and soft", () => {
  if (!isLinux) return;
  const { limits: told } = confined(limits);
  assert.match(told, /^Max data size\s+314572800\s+314572800\s/m);
  assert.match(told, /^Max open files\s+77\s+77\s/m);
  assert.match(told, /^Max core file size\s+0\s+0\s/m);
});

test("hands the arguments on as they are", () => {
  if (!isLinux) return;
  assert.equal(confined(limits).arguments, ["a b", "$HOME", "*", ""]);
});

test("gives a network of its own, or shares ours", () => {
  if (!isLinux) return;
  const ours = readlinkSync("/proc/self/ns/net");
  assert.is(confined({ ...limits, network: "shared" }).network, ours);
  // Where a user may make no namespace the engine runs all the same; docs/reliability.md says so.
  assert.is(confined(limits).network !== ours, mayHaveNamespace);
});

test("has no way out of that network, not even to this computer", () => {
  if (!mayHaveNamespace) return;
  const program = `require("node:net").connect(22, "127.0.0.1").on("error", ({ code }) => console.log(code)).on("connect", () => console.log("connected"));`;
  const [file, ...args] = confinedCommand([process.execPath, "-e", program], limits);
  assert.is(execFileSync(file, args, { encoding: "utf8" }).trim(), "ENETUNREACH");
});

test("runs without a namespace where there is no unshare, and says nothing", () => {
  if (!isLinux) return;
  const [file, ...args] = confinedCommand([process.execPath, "-e", "console.log(1)"], limits);
  const folder = mkdtempSync(join(tmpdir(), "svc-path-"));
  try {
    const { stdout, stderr, status } = spawnSync(file, args, { encoding: "utf8", env: { ...process.env, PATH: folder } });
    assert.equal([stdout, stderr, status], ["1\n", "", 0]);
    // One that is there, and fails.
    symlinkSync("/bin/false", join(folder, "unshare"));
    const again = spawnSync(file, args, { encoding: "utf8", env: { ...process.env, PATH: folder } });
    assert.equal([again.stdout, again.stderr, again.status], ["1\n", "", 0]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("keeps quiet where a limit cannot be set", () => {
  if (!isLinux) return;
  const [file, ...args] = confinedCommand([process.execPath, "-e", "console.log(1)"], { dataMiB: 1e9, files: 1e9, network: "shared" });
  const { stdout, stderr } = spawnSync("/bin/sh", ["-c", 'ulimit -n 200; ulimit -d 2000000; exec "$@"', "sh", file, ...args], {
    encoding: "utf8",
  });
  assert.equal([stdout, stderr], ["1\n", ""]);
});

test("ends with the command's own exit code, as the same process", () => {
  if (!isLinux) return;
  const [file, ...args] = confinedCommand([process.execPath, "-e", "console.log(process.pid); process.exit(9)"], limits);
  const { stdout, status, pid } = spawnSync(file, args, { encoding: "utf8" });
  assert.equal([Number(stdout), status], [pid, 9]);
});

test("leaves a command as it is on a system without a shell of Unix", () => {
  assert.equal(confinedCommand(["node", "x"], limits, "win32"), ["node", "x"]);
});

test("leaves the network to an engine whose window or sound is behind it", () => {
  const display = "98765";
  assert.is(networkOfDisplay({}), "none");
  assert.is(networkOfDisplay({ WAYLAND_DISPLAY: "wayland-0" }), "none");
  assert.is(networkOfDisplay({ DISPLAY: "localhost:10.0" }), "shared");
  assert.is(networkOfDisplay({ DISPLAY: "localhost:10.0", WAYLAND_DISPLAY: "wayland-0" }), "shared");
  // Its socket is no file: it may still be an abstract one.
  assert.is(networkOfDisplay({ DISPLAY: `:${display}` }), "shared");
  assert.is(networkOfDisplay({ DISPLAY: "nonsense", WAYLAND_DISPLAY: "wayland-0" }), "none");
  for (const [server, network] of [
    ["", "none"],
    ["unix:/run/user/1000/pulse/native", "none"],
    ["{abc}unix:/tmp/p other", "none"],
    ["other.example", "shared"],
    ["tcp:10.0.0.1:4713", "shared"],
  ] as const)
    assert.is(audioConfinement({ PULSE_SERVER: server }).network, network, server);
  assert.is(audioConfinement({}).network, "none");
});

test("sees files and devices as before", () => {
  if (!isLinux) return;
  const [file, ...args] = confinedCommand(["/bin/cat", "/proc/self/status"], limits);
  const status = execFileSync(file, args, { encoding: "utf8" });
  const userOf = (text: string): string | undefined => /^Uid:\s+(\d+)/m.exec(text)?.[1];
  assert.is(userOf(status), userOf(readFileSync("/proc/self/status", "utf8")));
});

test.run();
