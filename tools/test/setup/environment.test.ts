// Set-up's own steps do not depend on what a person left in the environment, nor on the npm that started them.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { cleanEnvironment } from "../../../packages/protocol/set-up/child.mjs";
import { pinnedPnpm } from "../../setup/package-manager.mjs";
import { SetUpError } from "../../../packages/protocol/set-up/set-up-error.mjs";
import { parseTestArguments } from "../../setup/run-tests.mjs";

test("drops what sways a build and keeps how the registry is reached", () => {
  const env = {
    PATH: "/bin",
    NODE_OPTIONS: "--inspect",
    npm_config_loglevel: "silent",
    npm_lifecycle_event: "start",
    CXXFLAGS: "-O0",
    npm_config_cafile: "/ca",
  };
  assert.equal(cleanEnvironment({ CI: "true" }, env), { PATH: "/bin", npm_config_cafile: "/ca", CI: "true" });
});

test("takes pnpm's version from package.json and says so when there is none", () => {
  assert.is(pinnedPnpm('{"packageManager":"pnpm@10.34.9+sha512.abc"}'), "10.34.9");
  assert.throws(
    () => pinnedPnpm("{}"),
    (error: unknown) => error instanceof SetUpError,
  );
});

test("understands which tests are asked for", () => {
  assert.equal(parseTestArguments([]), { only: undefined, files: [] });
  assert.equal(parseTestArguments(["--only", "./packages/protocol/", "wire"]), { only: "packages/protocol", files: ["wire"] });
});

test("refuses an unknown command with exit code 64 and prints nothing on stdout", () => {
  const main = fileURLToPath(new URL("../../setup/main.mjs", import.meta.url));
  const child = spawnSync(process.execPath, [main, "dance"], { encoding: "utf8" });
  assert.is(child.status, 64);
  assert.is(child.stdout, "");
  assert.match(child.stderr, "dance");
});

test.run();
