// pnpm and the dependencies: the very version that package.json pins, kept in our cache, so that nothing a person has (or lacks)
// globally matters; and `pnpm install` only when the lock file or a package.json changed since the last one.

import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepingTail } from "../../packages/protocol/set-up/child.mjs";
import { installNpmPackage } from "../../packages/protocol/set-up/npm-package.mjs";
import { SetUpError } from "../../packages/protocol/set-up/set-up-error.mjs";
import { repositoryFolder } from "./places.mjs";

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
  if (!existsSync(script)) {
    process.stderr.write(`Installing pnpm ${version} (for this project only, in ${folder})\n`);
    await installNpmPackage(cache, `pnpm@${version}`, folder, script);
  }
  return { script, binFolder: join(folder, "node_modules", ".bin") };
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
