// OpenCV's binding for Node: compiled once for this Node, this OpenCV and this version of the binding, kept in the cache outside
// node_modules, and copied from there into the installed package.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cleanEnvironment, outputOf } from "./child.mjs";
import { compileBinding } from "./opencv-compile.mjs";
import { BINDING_FILE } from "./opencv-place.mjs";
import { withLock } from "./lock.mjs";
import { SetUpError } from "./set-up-error.mjs";

const FILE = basename(BINDING_FILE);

/**
 * What a compiled binding fits. Any difference needs another one.
 * @typedef {object} BindingIdentity
 * @property {string} binding version of the npm package
 * @property {string} opencv version of OpenCV
 * @property {string} abi Node's module version, process.versions.modules
 * @property {string} platform
 * @property {string} arch
 */

/**
 * @param {BindingIdentity} identity
 * @returns {string} the name of its folder in the cache
 */
export function bindingKey({ binding, opencv, abi, platform, arch }) {
  return `opencv4nodejs-${binding}-opencv-${opencv}-node-abi-${abi}-${platform}-${arch}`;
}

/**
 * Puts a binding that loads into the installed package; compiles one when the cache has none. Cheap when it is in place.
 * @param {string} cache folder
 * @param {string} folder of the installed @u4/opencv4nodejs; may be a link
 */
export async function ensureOpencvBinding(cache, folder) {
  const packageFolder = realpathSync(folder);
  const key = bindingKey({
    binding: JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")).version,
    opencv: (outputOf("pkg-config", ["--modversion", "opencv4"]) ?? process.env["OPENCV_VERSION"] ?? "unknown").trim(),
    abi: process.versions.modules ?? "",
    platform: process.platform,
    arch: process.arch,
  });
  const target = join(packageFolder, BINDING_FILE);
  const stamp = `${target}.key`;
  if (existsSync(target) && existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  await withLock(join(cache, "locks"), key, async () => {
    const kept = join(cache, key, FILE);
    if (!existsSync(kept) || whyItDoesNotLoad(kept) !== undefined) await makeBinding(cache, packageFolder, kept);
    install(kept, target, stamp, key);
  });
}

/**
 * @param {string} cache
 * @param {string} packageFolder
 * @param {string} kept where the result belongs
 */
async function makeBinding(cache, packageFolder, kept) {
  const prefix = `${basename(dirname(kept))}.building-`;
  const removeWork = () => {
    for (const name of readdirSync(cache)) if (name.startsWith(prefix)) rmSync(join(cache, name), { recursive: true, force: true });
  };
  removeWork(); // of a set-up that was killed
  try {
    const built = await compileBinding({
      packageFolder,
      workFolder: join(cache, `${prefix}${process.pid}`),
      log: join(cache, "opencv-binding.log"),
    });
    const reason = whyItDoesNotLoad(built);
    if (reason !== undefined) throw new SetUpError(`OpenCV's binding was compiled but does not load:\n\n${reason}`);
    mkdirSync(dirname(kept), { recursive: true });
    renameSync(built, kept);
  } finally {
    removeWork();
  }
}

/**
 * Copied, not linked: whatever happens in node_modules does not reach the cache. By rename: nobody ever loads half a file.
 * @param {string} kept
 * @param {string} target
 * @param {string} stamp
 * @param {string} key
 */
function install(kept, target, stamp, key) {
  mkdirSync(dirname(target), { recursive: true });
  const fresh = `${target}.${process.pid}.new`;
  copyFileSync(kept, fresh);
  rmSync(stamp, { force: true });
  renameSync(fresh, target);
  writeFileSync(stamp, key);
}

/**
 * Loads a binding in a process of its own, since a wrong one may end the process.
 * @param {string} path
 * @returns {string | undefined} undefined when it loads, else what went wrong
 */
export function whyItDoesNotLoad(path) {
  const script = 'const cv = require(process.argv[1]); if (typeof cv.Mat !== "function") throw new Error("it has no Mat");';
  const child = spawnSync(process.execPath, ["-e", script, path], {
    encoding: "utf8",
    env: cleanEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  if (child.status === 0) return undefined;
  return child.stderr.trim() || `the process ended with ${child.signal ?? `exit code ${child.status}`}`;
}
