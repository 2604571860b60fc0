// Where the installed programs find OpenCV's binding, and that all packages mean the same one.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BINDING_FILE, BINDING_VERSION, cachedPackageRoot, opencvModule, packageFolderIn } from "../../set-up/opencv-place.mjs";
import { SetUpError } from "../../set-up/set-up-error.mjs";

const test = suite<{ folder: string; cache: string; beside: string }>("OpenCV's place");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-opencv-"));
  context.cache = join(context.folder, "cache");
  context.beside = packageFolderIn(context.folder);
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

const moduleIn = (folder: string): string => pathToFileURL(join(folder, "esm", "lib", "opencv4nodejs.js")).href;
const missing = (): string => {
  throw new Error("Cannot find package");
};

function compileIn(folder: string): void {
  mkdirSync(join(folder, "esm", "lib"), { recursive: true });
  writeFileSync(fileURLToPath(moduleIn(folder)), "");
  mkdirSync(dirname(join(folder, BINDING_FILE)), { recursive: true });
  writeFileSync(join(folder, BINDING_FILE), "");
}

test("takes the one beside the package, when it is compiled", ({ beside, cache }) => {
  compileIn(beside);
  compileIn(packageFolderIn(cachedPackageRoot(cache)));
  assert.is(
    opencvModule(() => moduleIn(beside), cache),
    moduleIn(beside),
  );
});

test("takes the one that setup made, when the package was installed without or not compiled", ({ beside, cache }) => {
  const made = packageFolderIn(cachedPackageRoot(cache));
  compileIn(made);
  assert.is(opencvModule(missing, cache), moduleIn(made));
  assert.is(
    opencvModule(() => moduleIn(beside), cache),
    moduleIn(made),
  );
});

test("says what to do when there is none", ({ beside, cache }) => {
  for (const resolve of [missing, () => moduleIn(beside)]) {
    assert.throws(
      () => opencvModule(resolve, cache),
      (error: unknown) => error instanceof SetUpError && /setup/.test(error.message),
    );
  }
});

test("is the version that all packages ask for", () => {
  for (const name of ["packages/sender", "packages/receiver", "tools"]) {
    const file = fileURLToPath(new URL(`../../../../${name}/package.json`, import.meta.url));
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, "utf8"));
    assert.is({ ...dependencies, ...optionalDependencies }["@u4/opencv4nodejs"], BINDING_VERSION, name);
  }
});

test.run();
