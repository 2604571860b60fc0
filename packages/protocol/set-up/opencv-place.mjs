// Where OpenCV's binding for Node is: beside the package that wants it, when it was compiled there, as in the repository; else in the cache,
// where `setup` of the installed programs puts it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { cacheFolder } from "./cache-folder.mjs";
import { SetUpError } from "./set-up-error.mjs";

/** The version of @u4/opencv4nodejs that everything here is made for. */
export const BINDING_VERSION = "7.1.2";
/** The compiled file, from the package's folder. */
export const BINDING_FILE = join("build", "Release", "opencv4nodejs.node");

const MODULE = join("esm", "lib", "opencv4nodejs.js");

/**
 * @param {string} cache
 * @returns {string} the folder in the cache that holds the npm package for programs that were installed without it
 */
export function cachedPackageRoot(cache) {
  return join(cache, `opencv-package-${BINDING_VERSION}`);
}

/**
 * @param {string} root as {@link cachedPackageRoot} gives it
 * @returns {string} the npm package's own folder in it
 */
export function packageFolderIn(root) {
  return join(root, "node_modules", "@u4", "opencv4nodejs");
}

/**
 * Finds the binding, and sees to the variables that it reads when it is loaded.
 * @param {() => string} resolve gives the URL of @u4/opencv4nodejs as the caller's own imports see it, or throws: npm leaves the package out when
 *   it cannot compile it
 * @param {string} [cache]
 * @returns {string} the URL to import
 * @throws {SetUpError} when it was compiled nowhere
 */
export function opencvModule(resolve, cache = cacheFolder()) {
  // Without it the binding's loader looks for an OpenCV that it would have built itself, and throws.
  process.env["OPENCV4NODEJS_DISABLE_AUTOBUILD"] ??= "1";
  // Without this one the binding tells V8 of each Mat's memory, now and then in the midst of a collection, which V8 ends the process for
  // ("Check failed: marking_done_", opencv4nodejs issue 134). Mats are released by whoever owns them, never left to the collector.
  process.env["OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING"] ??= "1";
  const candidates = [() => fileURLToPath(resolve()), () => join(packageFolderIn(cachedPackageRoot(cache)), MODULE)];
  for (const candidate of candidates) {
    const module = pathOrNothing(candidate);
    if (module !== undefined && existsSync(join(module, "..", "..", "..", BINDING_FILE))) return pathToFileURL(module).href;
  }
  throw new SetUpError(
    "OpenCV's binding for Node has not been compiled yet. The command setup of this program does that once, in about 3 minutes (in the repository: npm run setup).",
  );
}

/** @param {() => string} find */
function pathOrNothing(find) {
  try {
    return find();
  } catch {
    return undefined;
  }
}
