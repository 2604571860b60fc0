// pnpm and the dependencies: the very version that package.json pins, kept in our cache, so that nothing a person has (or lacks)
// globally matters; and `pnpm install` only when the lock file or a package.json changed since the last one.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cleanEnvironment, watch } from "./child.mjs";
import { withLock } from "./lock.mjs";
import { repositoryFolder } from "./places.mjs";
import { SetUpError } from "./set-up-error.mjs";

/**
 * @param {string} packageJson text of the root package.json
 * @returns {string} the version of pnpm that it pins
 */
export function pinnedPnpm(packageJson) {
  const match = /^pnpm@(\d+\.\d+\.\d+)/.exec(JSON.parse(packageJson).packageManager ?? "");
  if (match?.[1] === undefined) throw new SetUpError('package.json does not pin pnpm (no "packageManager": "pnpm@x.y.z").');
  return match[1];
}

/**
 * @param {string} cache folder
 * @returns {Promise<{ script: string, binFolder: string }>} pnpm's own script, to run with this Node, and the folder with the command
 */
export async function ensurePnpm(cache) {
  const version = pinnedPnpm(readFileSync(join(repositoryFolder, "package.json"), "utf8"));
  const folder = join(cache, `pnpm-${version}`);
  const script = join(folder, "node_modules", "pnpm", "bin", "pnpm.cjs");
  if (!existsSync(script)) await withLock(join(cache, "locks"), `pnpm ${version}`, () => installPnpm(cache, folder, version, script));
  return { script, binFolder: join(folder, "node_modules", ".bin") };
}

/**
 * @param {string} cache
 * @param {string} folder
 * @param {string} version
 * @param {string} script what must be there in the end
 */
async function installPnpm(cache, folder, version, script) {
  if (existsSync(script)) return; // by another set-up, meanwhile
  rmSync(folder, { recursive: true, force: true });
  process.stderr.write(`Installing pnpm ${version} (for this project only, in ${folder})\n`);
  mkdirSync(cache, { recursive: true });
  const fresh = mkdtempSync(join(cache, "new-pnpm-"));
  writeFileSync(join(fresh, "package.json"), '{ "private": true }\n');
  const flags = [
    "--prefix",
    fresh,
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--no-package-lock",
    "--global=false",
    "--loglevel=error",
  ];
  const [command = "npm", ...words] = npmCommand();
  const { code, tail } = await keepingTail(command, [...words, "install", ...flags, `pnpm@${version}`], fresh);
  if (code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new SetUpError(`npm could not install pnpm ${version} (exit code ${code}). Is the npm registry reachable? npm says:\n\n${tail}`);
  }
  renameSync(fresh, folder);
}

/** @returns {string[]} how to run the npm that belongs to this Node: its script where we find it, else the command */
function npmCommand() {
  const prefix = dirname(dirname(process.execPath));
  const candidates = [
    process.env["npm_execpath"] ?? "",
    join(prefix, "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js"),
    "/usr/share/nodejs/npm/bin/npm-cli.js",
  ];
  const script = candidates.find((path) => path.endsWith("npm-cli.js") && existsSync(path));
  return script === undefined ? ["npm"] : [process.execPath, script];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<{ code: number, tail: string }>}
 */
async function keepingTail(command, args, cwd) {
  /** @type {string[]} */
  const lines = [];
  const onLine = (/** @type {string} */ line) => {
    if (lines.push(line) > 30) lines.shift();
  };
  const code = await watch(command, args, { cwd, env: cleanEnvironment({ CI: "true" }), onLine });
  return { code, tail: lines.join("\n") };
}

/** @returns {string[]} the folders of the workspace, from the root, `.` first */
function workspaceFolders() {
  const packages = readdirSync(join(repositoryFolder, "packages"), { withFileTypes: true });
  return [".", ...packages.filter((entry) => entry.isDirectory()).map((entry) => join("packages", entry.name)), "tools"].filter((folder) =>
    existsSync(join(repositoryFolder, folder, "package.json")),
  );
}

/** @returns {string} a hash of everything that decides what `pnpm install` makes */
function dependenciesKey() {
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...workspaceFolders().map((folder) => join(folder, "package.json"))];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const file of files)
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(repositoryFolder, file)))
      .update("\0");
  return hash.digest("hex");
}

/**
 * Installs the dependencies as the lock file says, unless they are there already.
 * @param {string} pnpm path of pnpm's script
 */
export async function ensureDependencies(pnpm) {
  const stamp = join(repositoryFolder, "node_modules", ".set-up.json");
  const key = dependenciesKey();
  const complete = workspaceFolders()
    .slice(1)
    .every((folder) => !needsModules(folder) || existsSync(join(repositoryFolder, folder, "node_modules")));
  if (complete && existsSync(stamp) && JSON.parse(readFileSync(stamp, "utf8")).key === key) return;
  process.stderr.write("Installing the dependencies from the lock file (a minute or two the first time)\n");
  const flags = ["--frozen-lockfile", "--prod=false", "--config.confirm-modules-purge=false", "--reporter=append-only"];
  const { code, tail } = await keepingTail(process.execPath, [pnpm, "install", ...flags], repositoryFolder);
  if (code !== 0) throw new SetUpError(`pnpm could not install the dependencies (exit code ${code}). pnpm says:\n\n${tail}`);
  writeFileSync(stamp, JSON.stringify({ key }));
}

/** @param {string} folder */
function needsModules(folder) {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(repositoryFolder, folder, "package.json"), "utf8"));
  return Object.keys(dependencies).length + Object.keys(devDependencies).length > 0;
}
