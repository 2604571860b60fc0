// Makes a computer ready to run the installed programs: the command `setup`. Plain JavaScript, since the repository's own set-up runs it
// before anything is built.

import { join } from "node:path";
import { writableCacheFolder } from "./cache-folder.mjs";
import { installNpmPackage } from "./npm-package.mjs";
import { ensureOpencvBinding } from "./opencv-binding.mjs";
import { BINDING_FILE, BINDING_VERSION, cachedPackageRoot, opencvModule, packageFolderIn } from "./opencv-place.mjs";
import { SetUpError } from "./set-up-error.mjs";
import { ensureSystemPackages, RUN_PACKAGES } from "./system-packages.mjs";

export { opencvModule, SetUpError };

/**
 * Installs the system packages that are missing (after naming them) and compiles OpenCV's binding into the user's cache; cheap when that is done.
 * Says on stderr what it does and how far it is.
 * @returns {Promise<string>} the compiled file
 * @throws {SetUpError} whose message is for a person
 */
export async function setUpOpencv() {
  const cache = writableCacheFolder();
  await ensureSystemPackages(RUN_PACKAGES);
  const root = cachedPackageRoot(cache);
  const folder = packageFolderIn(root);
  await installNpmPackage(cache, `@u4/opencv4nodejs@${BINDING_VERSION}`, root, join(folder, "package.json"));
  await ensureOpencvBinding(cache, folder);
  return join(folder, BINDING_FILE);
}
