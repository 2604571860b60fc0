// Set-up's view of the operating system: what is missing, and what happens when it may not be installed.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RUN_PACKAGES, aptFraction, ensureSystemPackages, missingPackages } from "../../set-up/system-packages.mjs";
import { SetUpError } from "../../set-up/set-up-error.mjs";

const nothing = { dpkgStatus: () => "", apt: true, root: false, sudo: "none" as const };

test("names only what is not installed, in its own order", () => {
  const status = "make installed\ng++ not-installed\npython3 config-files\n";
  assert.equal(missingPackages(["g++", "make", "python3", "xvfb"], status), ["g++", "python3", "xvfb"]);
});

test("takes pkgconf for pkg-config", () => {
  assert.equal(missingPackages(["pkg-config"], "pkgconf installed\n"), []);
});

test("does nothing when all is there", async () => {
  const status = RUN_PACKAGES.map((name) => `${name} installed\n`).join("");
  await ensureSystemPackages(RUN_PACKAGES, { ...nothing, dpkgStatus: () => status });
});

test("prints the exact commands of every system when it is neither root nor has sudo, and stops", async () => {
  const error = await ensureSystemPackages(RUN_PACKAGES, nothing).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SetUpError)) throw new Error("it went on");
  assert.match(error.message, `apt-get install --no-install-recommends ${RUN_PACKAGES.join(" ")}`);
  for (const command of ["sudo apt-get update", "sudo dnf install", "brew install", "choco install"]) assert.match(error.message, command);
});

test("reads how far apt-get is", () => {
  assert.is(aptFraction("dlstatus:1:50.0:Retrieving file 1 of 2"), 0.25);
  assert.is(aptFraction("pmstatus:libfoo:50.0000:Unpacking libfoo"), 0.75);
  assert.is(aptFraction("pmstatus:libfoo:amd64:100:Configured"), 1);
  assert.is(aptFraction("Setting up libfoo (1.0) ..."), undefined);
});

test.run();
