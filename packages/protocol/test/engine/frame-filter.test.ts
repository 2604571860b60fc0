// Filters, real modules on disk, over pictures that are only counted. The same over OpenCV's: packages/sender/test/filter-runner.test.ts.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import { filterUrl } from "../../src/cli/filter-file.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { FilterError, FilterRunner } from "../../src/engine/frame-filter.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("filters");
const folder = mkdtempSync(join(tmpdir(), "svc-filter-"));
let count = 0;

test.after(() => rmSync(folder, { recursive: true, force: true }));

/** A picture that knows whether it was released. */
class Mat {
  readonly rows: number;
  readonly cols: number;
  readonly type: number;
  readonly bgr: readonly number[];
  released = 0;

  constructor(rows: number, cols: number, type: number, bgr: number[] = []) {
    this.rows = rows;
    this.cols = cols;
    this.type = type;
    this.bgr = bgr;
  }

  release(): void {
    this.released++;
  }
}

const cv = { Mat };

/** Loads a module of this text; what it told, and its troubles, are kept. */
async function loaded(source: string): Promise<{ runner: FilterRunner<Mat, typeof cv>; told: unknown[]; troubles: string[] }> {
  const path = join(folder, `${++count}.mjs`);
  writeFileSync(path, source);
  const [told, troubles]: [unknown[], string[]] = [[], []];
  const sink = {
    onTold: (value: unknown) => void told.push(value),
    onTrouble: (code: string, message: string) => void troubles.push(`${code}: ${message}`),
  };
  return { runner: await FilterRunner.load(filterUrl("filter", path).href, cv, "sent", sink), told, troubles };
}

function picture(): { readonly mat: Mat; readonly captureUs: ReturnType<typeof micros> } {
  return { mat: new Mat(48, 64, 16), captureUs: micros(7) };
}

test("draw on a picture, or give another one, and the one that is not used any more is released", async () => {
  const drawing = await loaded("export const open = ({ tell }) => tell({ ready: true }); export const onFrame = () => {};");
  const drawn = picture();
  assert.equal(drawing.runner.apply(drawn, 1, 1e9), drawn);
  assert.equal(drawn.mat.released, 0);
  assert.deepEqual(drawing.told, [{ ready: true }]);
  const replacing = await loaded(
    "let cv; export const open = (context) => { cv = context.cv; }; export const onFrame = (mat) => new cv.Mat(mat.rows, mat.cols, mat.type);",
  );
  const before = picture();
  const after = replacing.runner.apply(before, 1, 1e9);
  assert.notEqual(after.mat, before.mat);
  assert.deepEqual([before.mat.released, after.mat.released, after.captureUs], [1, 0, before.captureUs]);
});

test("fail to grey, with the reason told once, and nothing of what they were to hide is left", async () => {
  for (const [body, why] of [
    ['throw new Error("no face found");', /no face found/],
    ['throw "no face found";', /no face found/],
    ["return { rows: 1, cols: 1, type: 16, release() {} };", /no picture of the same size/],
    ["return { rows: 1 };", /no picture of the same size/],
  ] as const) {
    const { runner, troubles } = await loaded(`export const onFrame = () => { ${body} };`);
    for (let frame = 1; frame <= 2; frame++) {
      const raw = picture();
      const made = runner.apply(raw, frame, 1e9);
      assert.equal(raw.mat.released, 1);
      assert.deepEqual([made.mat.rows, made.mat.cols, made.mat.type, made.mat.bgr], [48, 64, 16, [64, 64, 64]]);
    }
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? "", why);
  }
});

test("are called slow, once, when they are it for many pictures in a row", async () => {
  const { runner, troubles } = await loaded("export const onFrame = () => {};");
  for (let frame = 1; frame <= 14; frame++) runner.apply(picture(), frame, -1);
  runner.apply(picture(), 15, 1e9);
  assert.deepEqual(troubles, []);
  for (let frame = 1; frame <= 40; frame++) runner.apply(picture(), frame, -1);
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? "", /filter-slow.*fewer pictures are sent/);
});

test("are refused when they are none, do not open, or are not there", async () => {
  for (const source of [
    "export const other = 1;",
    "not JavaScript",
    'export const onFrame = () => {}; export const open = () => { throw "closed"; };',
  ])
    await assert.rejects(loaded(source), FilterError);
  assert.throws(
    () => filterUrl("filter-incoming", "/nowhere/a\u001b[2J.mjs"),
    (error) => error instanceof CliError && error.exitCode === exitCodes.couldNotStart && !error.message.includes("\u001b"),
  );
  assert.equal(filterUrl("filter", folder).href, pathToFileURL(folder).href);
});

test.run();
