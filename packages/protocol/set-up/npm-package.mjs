// One package of the npm registry in a folder of its own, with what it depends on, and without running any of their scripts.

import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { keepingTail } from "./child.mjs";
import { withLock } from "./lock.mjs";
import { SetUpError } from "./set-up-error.mjs";

/**
 * Installs a package into `folder`, whole or not at all; does nothing when `proof` is there.
 * @param {string} cache where locks are kept and half-made things stand
 * @param {string} spec name and version, as in `pnpm@10.34.9`
 * @param {string} folder gets a node_modules with the package
 * @param {string} proof a file of the package
 * @throws {SetUpError} with npm's words
 */
export async function installNpmPackage(cache, spec, folder, proof) {
  await withLock(join(cache, "locks"), spec, async () => {
    if (existsSync(proof)) return; // by another set-up, meanwhile
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    const fresh = mkdtempSync(join(cache, "new-package-"));
    writeFileSync(join(fresh, "package.json"), '{ "private": true }\n');
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock", "--global=false", "--loglevel=error"];
    const [command = "npm", ...words] = npmCommand();
    const { code, tail } = await keepingTail(command, [...words, "install", "--prefix", fresh, ...flags, spec], fresh);
    if (code !== 0) {
      rmSync(fresh, { recursive: true, force: true });
      throw new SetUpError(`npm could not install ${spec} (exit code ${code}). Is the npm registry reachable? npm says:\n\n${tail}`);
    }
    renameSync(fresh, folder);
  });
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
