// Rehearses a release: the changesets become versions and changelogs in a copy of the repository, and every package is packed into a folder as
// it would be published. Nothing is published, and nothing changes here. `pnpm release:rehearse FOLDER`.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFolder } from "../../packages/protocol/set-up/cache-folder.mjs";
import { keepingTail } from "../../packages/protocol/set-up/child.mjs";
import { SetUpError } from "../../packages/protocol/set-up/set-up-error.mjs";
import { repositoryFolder } from "../setup/places.mjs";
import { ensurePnpm } from "../setup/package-manager.mjs";

/** The packages' folders, in the order in which one may import the other. */
const PACKAGES = ["protocol", "sender", "receiver", "peer"];

/**
 * A package as it would be published.
 * @typedef {object} ReleasedPackage
 * @property {string} name
 * @property {string} version
 * @property {string} tarball path
 * @property {string} changelog what the release adds to its CHANGELOG.md
 */

/**
 * @param {string} folder for the tarballs; made when it is not there
 * @returns {Promise<ReleasedPackage[]>} in the order in which one may import the other
 * @throws {SetUpError} when a step fails, with its words
 */
export async function rehearseRelease(folder) {
  const copy = mkdtempSync(join(tmpdir(), "svc-release-"));
  try {
    await run("git", ["clone", "--quiet", "--no-hardlinks", repositoryFolder, copy], repositoryFolder);
    symlinkSync(join(repositoryFolder, "node_modules"), join(copy, "node_modules"), "junction");
    await run(process.execPath, [join(copy, "node_modules", "@changesets", "cli", "bin.js"), "version"], copy);
    const { script } = await ensurePnpm(cacheFolder());
    mkdirSync(folder, { recursive: true });
    const released = [];
    for (const name of PACKAGES) released.push(await pack(copy, name, script, folder));
    return released;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * @param {string} copy of the repository
 * @param {string} name of a package's folder
 * @param {string} pnpm path of its script: it turns `workspace:^` into versions, which npm does not
 * @param {string} folder
 * @returns {Promise<ReleasedPackage>}
 */
async function pack(copy, name, pnpm, folder) {
  const place = join(copy, "packages", name);
  const built = join(repositoryFolder, "packages", name, "dist");
  if (!existsSync(built)) throw new SetUpError(`packages/${name} has not been built: run pnpm build.`);
  cpSync(built, join(place, "dist"), { recursive: true });
  linkWorkspace(copy, place);
  const before = new Set(readdirSync(folder));
  await run(process.execPath, [pnpm, "pack", "--pack-destination", resolve(folder)], place);
  const made = readdirSync(folder).find((file) => !before.has(file));
  if (made === undefined) throw new SetUpError(`pnpm packed nothing new for packages/${name} into ${folder}: is it empty?`);
  const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  const changelog = existsSync(join(place, "CHANGELOG.md")) ? readFileSync(join(place, "CHANGELOG.md"), "utf8") : "";
  return { name: manifest.name, version: manifest.version, tarball: join(folder, made), changelog };
}

/**
 * pnpm reads the versions that it writes for `workspace:^` from what is installed.
 * @param {string} copy
 * @param {string} place of a package in it
 */
function linkWorkspace(copy, place) {
  const scope = join(place, "node_modules", "@simple-video-chat");
  mkdirSync(scope, { recursive: true });
  for (const name of PACKAGES) symlinkSync(join(copy, "packages", name), join(scope, name), "junction");
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function run(command, args, cwd) {
  const { code, tail } = await keepingTail(command, args, cwd);
  if (code !== 0) throw new SetUpError(`${[command, ...args].join(" ")} ended with exit code ${code}:\n\n${tail}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write("Say into which folder: pnpm release:rehearse FOLDER\n");
    process.exitCode = 64;
  } else {
    for (const { name, version, tarball } of await rehearseRelease(folder)) process.stdout.write(`${name} ${version}  ${tarball}\n`);
  }
}
