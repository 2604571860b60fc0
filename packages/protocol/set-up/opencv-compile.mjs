// Compiles OpenCV's binding with the node-gyp that comes with it, in a copy of the package, so that node_modules only ever sees a
// finished file. Takes three to five minutes on two cores; shows how far it is.

import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, symlinkSync, writeSync } from "node:fs";
import { availableParallelism, freemem } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { cleanEnvironment, outputOf, watch } from "./child.mjs";
import { Progress, clockText } from "./progress.mjs";
import { SetUpError } from "./set-up-error.mjs";

/** A compiler of OpenCV's headers takes about this much memory. */
const COMPILER_BYTES = 1.2e9;

/**
 * @param {{ packageFolder: string, workFolder: string, log: string }} options `workFolder` is made anew; `log` keeps all that is printed
 * @returns {Promise<string>} path of the compiled file, in `workFolder`
 * @throws {SetUpError} with the end of the log
 */
export async function compileBinding({ packageFolder, workFolder, log }) {
  const copy = copyPackage(packageFolder, workFolder);
  const total = countSources(readFileSync(join(copy, "binding.gyp"), "utf8"));
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / COMPILER_BYTES)));
  process.stderr.write(
    `Compiling OpenCV's binding for Node ${process.versions.node}: once, then it is kept. Three to five minutes on two cores.\n`,
  );
  const startedMs = performance.now();
  const progress = new Progress("OpenCV's binding");
  const logFile = openSync(log, "w");
  /** @type {string[]} */
  const tail = [];
  let compiled = 0;
  const onLine = (/** @type {string} */ line) => {
    writeSync(logFile, `${line}\n`);
    if (tail.push(line) > 20) tail.shift();
    if (isCompilerLine(line)) progress.update(compiled++ / (total + 2));
  };
  const args = [nodeGyp(packageFolder), "rebuild", "-j", String(jobs), ...nodeGypFlags()];
  const code = await watch(process.execPath, args, { cwd: copy, env: bindingEnvironment(workFolder), onLine }).finally(() => {
    progress.end();
    closeSync(logFile);
  });
  const built = join(copy, "build", "Release", "opencv4nodejs.node");
  if (code !== 0 || !existsSync(built)) throw new SetUpError(failureText(code, tail, log));
  process.stderr.write(`OpenCV's binding is ready (${clockText(performance.now() - startedMs)} min).\n`);
  return built;
}

/**
 * A copy of the package beside links to its dependencies, laid out as in node_modules.
 * @param {string} packageFolder
 * @param {string} workFolder
 * @returns {string} the copy
 */
function copyPackage(packageFolder, workFolder) {
  rmSync(workFolder, { recursive: true, force: true });
  const modules = join(workFolder, "node_modules");
  const copy = join(modules, "@u4", "opencv4nodejs");
  mkdirSync(dirname(copy), { recursive: true });
  const left = [join(packageFolder, "build"), join(packageFolder, "node_modules")];
  cpSync(packageFolder, copy, { recursive: true, filter: (path) => !left.includes(path) });
  const scope = dirname(packageFolder);
  link(scope, dirname(copy), [basename(packageFolder)]);
  link(dirname(scope), modules, [basename(scope)]);
  return copy;
}

/**
 * @param {string} from folder whose entries are linked
 * @param {string} to
 * @param {readonly string[]} except
 */
function link(from, to, except) {
  for (const name of readdirSync(from)) {
    if (!except.includes(name) && !name.startsWith(".")) symlinkSync(join(from, name), join(to, name), "junction");
  }
}

/** @param {string} packageFolder */
function nodeGyp(packageFolder) {
  return join(dirname(dirname(packageFolder)), "node-gyp", "bin", "node-gyp.js");
}

/** @returns {string[]} the headers of this very Node where it has them (else node-gyp fetches them), and Debian's Python where it is */
function nodeGypFlags() {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, "include", "node", "node.h")) ? [`--nodedir=${prefix}`] : [];
  const python = process.platform === "linux" && existsSync("/usr/bin/python3") ? ["--python=/usr/bin/python3"] : [];
  return [...headers, ...python];
}

/**
 * Where OpenCV is, said outright: the binding's own search knows only some places.
 * @param {string} workFolder the binding's build notes its findings there, not in node_modules
 * @returns {NodeJS.ProcessEnv}
 */
function bindingEnvironment(workFolder) {
  const variable = (/** @type {string} */ name) => outputOf("pkg-config", [`--variable=${name}`, "opencv4"])?.trim();
  const libraries = variable("libdir");
  const headers = variable("includedir");
  const programs = join(variable("prefix") ?? "/usr", "bin");
  const found =
    libraries && headers
      ? { OPENCV_LIB_DIR: libraries, OPENCV_INCLUDE_DIR: headers, OPENCV_BIN_DIR: existsSync(programs) ? programs : libraries }
      : {};
  const said =
    process.platform === "win32" ? Object.entries(process.env).filter(([name]) => /^OPENCV_(LIB|INCLUDE|BIN)_DIR$/.test(name)) : [];
  return cleanEnvironment({
    ...found,
    ...Object.fromEntries(said.map(([name, value]) => [name, value ?? ""])),
    OPENCV4NODEJS_DISABLE_AUTOBUILD: "1",
    OPENCV_BUILD_ROOT: join(workFolder, "opencv-build"),
    // binding.gyp runs `node`: it must be this one.
    PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
  });
}

/**
 * @param {string} gyp text of a binding.gyp
 * @returns {number} how many C++ files it compiles
 */
export function countSources(gyp) {
  return (gyp.match(/"[^"]+\.(?:cc|cpp|cxx)"/g) ?? []).length;
}

/**
 * @param {string} line printed by node-gyp
 * @returns {boolean} whether it says that a source file is being compiled now (make's form, or MSBuild's)
 */
export function isCompilerLine(line) {
  return /^\s*CXX\(target\) /.test(line) || /^\s+[\w-]+\.(?:cc|cpp)\s*$/.test(line);
}

/**
 * @param {number} code
 * @param {readonly string[]} tail
 * @param {string} log
 */
function failureText(code, tail, log) {
  return [
    `OpenCV's binding could not be compiled (exit code ${code}). The last lines:`,
    "",
    ...tail.map((line) => `  ${line}`),
    "",
    `All of it is in ${log}.`,
    'A compiler that was "Killed" ran out of memory: close something large and try again.',
    "Headers of Node that cannot be fetched: install Node with its headers (the archive from nodejs.org has them), then run the same command again.",
  ].join("\n");
}
