// Follows the README as a newcomer does, in a Debian folder with nothing in it but Node.js and npm, and says how long each step took:
// `pnpm newcomer` (needs root, debootstrap, and the way to Debian's packages and npm's that this computer has). docs/newcomer.md has a result.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { repositoryFolder } from "../setup/places.mjs";

const SUITE = "bookworm";
const MIRROR = "http://deb.debian.org/debian";
/** What Node itself needs of Debian, and what lets git and npm reach others. */
const NODE_NEEDS = "ca-certificates,libstdc++6";
const HOME = "/root";
const CLONE = `${HOME}/simple-video-chat`;
/** The call would go on until `q`. */
const CALL_SECONDS = 10;

/** @typedef {{ step: string, seconds: number, lastLine: string }} Step */

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {string} its last line on stdout
 */
function run(command, args, { env = process.env, quiet = false } = {}) {
  const child = spawnSync(command, args, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", quiet ? "pipe" : "inherit"],
    maxBuffer: 1 << 28,
  });
  if (child.status !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${child.status ?? child.signal}:\n${(child.stdout ?? "").slice(-4000)}`);
  return child.stdout.trim().split("\n").at(-1) ?? "";
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
 * @returns {string} the last line on stdout
 */
function follow(bare, words) {
  const mounts = `mount -t proc proc ${bare}/proc && mount --rbind /dev ${bare}/dev && mount --rbind /sys ${bare}/sys`;
  const inside = `cd ${CLONE} && ${words}`;
  const kept = ["NODE_EXTRA_CA_CERTS", "http_proxy", "https_proxy", "no_proxy"].flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME, ...Object.fromEntries(kept) };
  return run("unshare", ["--mount", "--propagation", "private", "sh", "-ec", `${mounts}; exec chroot ${bare} sh -ec '${inside}'`], { env });
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
  const lastLine = work() ?? "";
  steps.push({ step, seconds: (performance.now() - startedMs) / 1000, lastLine });
  process.stderr.write(`${step}: ${Math.round(steps.at(-1)?.seconds ?? 0)} s\n`);
}

try {
  makeBareDebian(bare);
  timed("`git clone`", () => void run("git", ["clone", "--quiet", "--no-hardlinks", repositoryFolder, join(bare, CLONE)]));
  timed(`\`npm start\`, the first time, with a call of ${CALL_SECONDS} s`, () => follow(bare, `npm start -- --time-limit ${CALL_SECONDS}`));
  timed(`\`npm start\`, again, with a call of ${CALL_SECONDS} s`, () => follow(bare, `npm start -- --time-limit ${CALL_SECONDS}`));
  if (!process.argv.includes("--no-tests")) timed("`npm test`", () => follow(bare, "CI=true npm test"));
  const clock = (/** @type {number} */ seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
  const rows = steps.map(({ step, seconds, lastLine }) => `| ${step} | ${clock(seconds)} | ${lastLine} |\n`);
  process.stdout.write(`| step | min | its last line |\n| --- | --: | --- |\n${rows.join("")}`);
} finally {
  rmSync(bare, { recursive: true, force: true });
}
