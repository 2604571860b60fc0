// @timeout 600
// The packages as a person gets them: released into a folder, judged by the judges of packages, installed from it into empty folders by npm and
// by pnpm, and run from there. What is committed is released: uncommitted changes are not in it.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "@simple-video-chat/protocol";
import { cleanEnvironment } from "../../../packages/protocol/set-up/child.mjs";
import { cacheFolder } from "../../../packages/protocol/set-up/cache-folder.mjs";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { withBrowser } from "../../e2e/browser.ts";
import { withPrograms } from "../../e2e/program.ts";
import { writeVideoFile } from "../../e2e/video-file.ts";
import { rehearseRelease, type ReleasedPackage } from "../../release/rehearse.mjs";
import { ensurePnpm } from "../../setup/package-manager.mjs";
import { repositoryFolder } from "../../setup/places.mjs";

const test = suite("installed packages");
const folder = mkdtempSync(join(tmpdir(), "svc-installed-"));
let released: ReleasedPackage[] = [];

test.before(async () => {
  released = await rehearseRelease(join(folder, "release"));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): string {
  const child = spawnSync(command, args, { cwd, encoding: "utf8", env: cleanEnvironment({ CI: "true", ...env }) });
  if (child.status !== 0) throw new Error(`${[command, ...args].join(" ")} (${child.status}):\n${child.stdout}\n${child.stderr}`);
  return child.stdout + child.stderr;
}

/** An empty folder that wants the released packages. */
function wantingFolder(name: string): string {
  const place = join(folder, name);
  mkdirSync(place);
  const files = Object.fromEntries(released.map(({ name: wanted, tarball }) => [wanted, `file:${tarball}`]));
  // pnpm would look for the packages that they import in the registry.
  writeFileSync(join(place, "package.json"), JSON.stringify({ private: true, dependencies: files, pnpm: { overrides: files } }));
  return place;
}

const pipe = ["--source", "testcard", "--camera-size", "640x360", "--no-audio"];

/** A receiver's figures that tell of moving pictures. */
const hasMoved = { where: (stats: JsonObject): boolean => Number(stats["shown"]) > 15 };
/** The same of a peer. */
const bothMove = { where: ({ incoming }: JsonObject): boolean => Number((incoming as JsonObject)["shown"]) > 15 };

/** A sender, a receiver and a call, each run from there. */
async function runsFrom(installedIn: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  await withPrograms(async (start) => {
    const sender = start("sender", [...pipe, "--listen", "127.0.0.1:0"], { installedIn, env });
    const receiver = start("receiver", ["--no-window"], { installedIn, env: { ...env, SVC_INVITE: await sender.invite() } });
    await receiver.event("stats", hasMoved);
    await receiver.interrupt();
    checkAccount(summaryOf(receiver));
    checkBarcodes(summaryOf(receiver));
    await sender.interrupt();
    const waiting = start("peer", [...pipe, "--no-window", "--listen", "127.0.0.1:0"], { installedIn, env });
    const calling = start("peer", [...pipe, "--no-window"], { installedIn, env: { ...env, SVC_INVITE: await waiting.invite() } });
    await Promise.all([waiting.event("stats", bothMove), calling.event("stats", bothMove)]);
    await calling.interrupt();
    await waiting.exits(0);
  }, 120_000)();
}

/** A film of a sender, and a receiver that wants a window: both say that OpenCV is missing, and the picture is on a page. */
async function showsAPage(installedIn: string, env: Readonly<Record<string, string>>): Promise<void> {
  const film = join(folder, "film.avi");
  await writeVideoFile(film, { frames: 100, frameRate: 25 });
  await withPrograms(
    (start) =>
      withBrowser(async (open) => {
        const options = ["--source", film, "--barcode", "--loop", "--no-audio", "--listen", "127.0.0.1:0"];
        const sender = start("sender", options, { installedIn, env });
        const receiver = start("receiver", ["--no-audio"], { installedIn, env: { ...env, SVC_INVITE: await sender.invite() } });
        await Promise.all([sender.event("notice", isOpenCvMissing), receiver.event("notice", isOpenCvMissing)]);
        const { url } = await receiver.event("page");
        await open(typeof url === "string" ? url : "");
        await receiver.event("stats", { ...hasMoved, limitMs: 40_000 });
        await receiver.interrupt();
        checkAccount(summaryOf(receiver));
        checkBarcodes(summaryOf(receiver));
        await sender.interrupt();
      }),
    120_000,
  )();
}

const isOpenCvMissing = {
  where: ({ code, message }: JsonObject): boolean => code === "no-opencv" && typeof message === "string" && message.includes("setup"),
};

test("turns the changesets into versions, changelogs and packages that want each other's new versions", () => {
  assert.equal(
    released.map(({ name }) => name),
    ["protocol", "sender", "receiver", "peer"].map((name) => `@simple-video-chat/${name}`),
  );
  const versionOf = (name: string): string => released.find((one) => one.name === `@simple-video-chat/${name}`)?.version ?? "";
  for (const { name, version, tarball, changelog } of released) {
    const manifest = JSON.parse(run("tar", ["xzOf", tarball, "package/package.json"], folder)) as { dependencies?: Record<string, string> };
    for (const [wanted, range] of Object.entries(manifest.dependencies ?? {})) {
      if (wanted.startsWith("@simple-video-chat/")) assert.is(range, `^${versionOf(wanted.slice("@simple-video-chat/".length))}`, name);
    }
    const now = JSON.parse(readFileSync(join(repositoryFolder, "packages", name.split("/")[1] ?? "", "package.json"), "utf8")) as {
      version: string;
    };
    if (now.version !== version) assert.ok(changelog.includes(`## ${version}`), `${name} has a changelog of ${version}`);
  }
});

test("are what publint and attw call sound", () => {
  const bin = join(repositoryFolder, "node_modules", ".bin");
  for (const { tarball } of released) {
    run(join(bin, "publint"), [tarball, "--strict"], folder);
    run(join(bin, "attw"), ["--profile", "esm-only", tarball], folder);
  }
});

test("can be installed by npm and make a call", async () => {
  const place = wantingFolder("npm");
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], place);
  // npm leaves OpenCV's package out, since it cannot compile it without help. Calls are made all the same, and it is said.
  const env = { XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")) };
  await runsFrom(place, env);
  await showsAPage(place, env);
  run(join(place, "node_modules", ".bin", "svc-peer"), ["setup"], place);
  await runsFrom(place);
});

test("can be installed by pnpm and make a call", async () => {
  const place = wantingFolder("pnpm");
  const { script } = await ensurePnpm(cacheFolder());
  run(process.execPath, [script, "install", "--ignore-workspace"], place);
  await runsFrom(place);
});

test.run();
