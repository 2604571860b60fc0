// Follows the README as a newcomer does, in a Debian folder with nothing in it but Node.js and npm, and says how long each step took:
// `pnpm newcomer` (needs root, debootstrap, and the way to Debian's packages and npm's that this computer has). docs/newcomer.md has a result.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryFolder } from "../setup/places.mjs";

const SUITE = "bookworm";
const MIRROR = "http://deb.debian.org/debian";
/** What Node itself needs of Debian, and what lets git and npm reach others. */
const NODE_NEEDS = "ca-certificates,libstdc++6";
const HOME = "/root";
const CLONE = `${HOME}/simple-video-chat`;
/** A call's summary of the first side, or that of the tests. */
const SUMS_UP = /^Side A saw: |^\d+ passed, /;
/** The call would go on until `q`. */
const CALL_SECONDS = 10;

/** @typedef {{ step: string, seconds: number, said: string }} Step */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 */
function run(command, args, { env = process.env, quiet = false } = {}) {
  const child = spawnSync(command, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", quiet ? "pipe" : process.stderr, "inherit"],
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${child.status ?? child.signal}:\n${(child.stdout ?? "").slice(-4000)}`);
}

/**
 * A Debian folder with this computer's Node.js and npm.
 * @param {string} bare
 */
function makeBareDebian(bare) {
  run("debootstrap", ["--variant=minbase", `--include=${NODE_NEEDS}`, SUITE, bare, MIRROR], { quiet: true });
  const prefix = dirname(dirname(process.execPath));
  for (const part of ["bin/node", "lib/node_modules/npm", "include/node"]) {
    if (existsSync(join(prefix, part)))
      cpSync(join(prefix, part), join(bare, "usr/local", part), { recursive: true, verbatimSymlinks: true });
  }
  writeFileSync(join(bare, "usr/local/bin/npm"), '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n', {
    mode: 0o755,
  });
  // How this computer reaches the registries, which is not the newcomer's business.
  for (const file of ["/etc/resolv.conf", "/etc/hosts"]) cpSync(file, join(bare, file), { dereference: true });
  const settings = join(homedir(), ".npmrc");
  if (existsSync(settings)) cpSync(settings, join(bare, HOME, ".npmrc"));
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  if (certificates !== undefined) {
    mkdirSync(join(bare, dirname(certificates)), { recursive: true });
    cpSync(certificates, join(bare, certificates), { dereference: true });
  }
}

/**
 * Runs words of the README in the bare folder, in a mount namespace that takes /proc and /dev away again.
 * @param {string} bare
 * @param {string} words
 * @returns {string} what came of it: the last line that sums up
 */
function follow(bare, words) {
  const mounts = `mount -t proc proc ${bare}/proc && mount --rbind /dev ${bare}/dev && mount --rbind /sys ${bare}/sys`;
  const inside = `set -o pipefail; cd ${CLONE} && ${words} 2>&1 | tee /tmp/said`;
  const kept = ["NODE_EXTRA_CA_CERTS", "http_proxy", "https_proxy", "no_proxy"].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME, ...Object.fromEntries(kept) };
  run("unshare", ["--mount", "--propagation", "private", "sh", "-ec", `${mounts}; exec chroot ${bare} bash -ec '${inside}'`], { env });
  const said = readFileSync(join(bare, "tmp/said"), "utf8").split("\n");
  return said.findLast((line) => SUMS_UP.test(line)) ?? "";
}

const bare = mkdtempSync(join(tmpdir(), "bare-debian-"));
/** @type {Step[]} */
const steps = [];
/**
 * @param {string} step
 * @param {() => string | void} work
 */
function timed(step, work) {
  const startedMs = performance.now();
  const said = work() ?? "";
  steps.push({ step, seconds: (performance.now() - startedMs) / 1000, said });
  process.stderr.write(`${step}: ${Math.round(steps.at(-1)?.seconds ?? 0)} s\n`);
}

try {
  makeBareDebian(bare);
  timed("`git clone`", () => run("git", ["clone", "--quiet", "--no-hardlinks", repositoryFolder, join(bare, CLONE)]));
  timed(`\`npm start\`, the first time, with a call of ${CALL_SECONDS} s`, () => follow(bare, `npm start -- --time-limit ${CALL_SECONDS}`));
  timed(`\`npm start\`, again, with a call of ${CALL_SECONDS} s`, () => follow(bare, `npm start -- --time-limit ${CALL_SECONDS}`));
  if (!process.argv.includes("--no-tests")) timed("`npm test`", () => follow(bare, "CI=true npm test"));
  const clock = (/** @type {number} */ seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  const rows = steps.map(({ step, seconds, said }) => `| ${step} | ${clock(seconds)} | ${said} |\n`);
  process.stdout.write(`| step | min | what came of it |\n| --- | --: | --- |\n${rows.join("")}`);
} finally {
  rmSync(bare, { recursive: true, force: true });
}
