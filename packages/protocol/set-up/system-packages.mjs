// The operating system's part: which packages are needed, which are missing, and how they are installed (apt) or asked for (everywhere else).

import { existsSync, readdirSync } from "node:fs";
import { outputOf, watch } from "./child.mjs";
import { Progress } from "./progress.mjs";
import { SetUpError } from "./set-up-error.mjs";

/** To run a call: OpenCV with its headers, and what compiles its binding. Debian's package names. */
export const RUN_PACKAGES = ["libopencv-dev", "g++", "make", "pkg-config", "python3"];

/** The same for those who install by hand, one command a system. */
const HAND_COMMANDS = {
  dnf: "sudo dnf install opencv-devel gcc-c++ make pkgconf-pkg-config python3",
  brew: "brew install opencv pkg-config python",
  choco: "choco install opencv python visualstudio2022-workload-vctools",
};

/** Where there is no dpkg: the commands that show that what we need to run is there. */
const PROBES = [
  { what: "OpenCV 4 with its headers", command: "pkg-config", args: ["--exists", "opencv4"] },
  { what: "a C++ compiler", command: "c++", args: ["--version"] },
  { what: "make", command: "make", args: ["--version"] },
  { what: "Python 3", command: "python3", args: ["--version"] },
];

/**
 * What this computer offers for installing packages.
 * @typedef {object} System
 * @property {(packages: readonly string[]) => string | undefined} dpkgStatus one line a package, `name status`; undefined where there is no dpkg
 * @property {boolean} apt
 * @property {boolean} root
 * @property {"none" | "free" | "asks"} sudo there is none, it asks for nothing, it needs a person at the terminal
 */

/** @returns {System} this computer */
function thisSystem() {
  return {
    dpkgStatus: (packages) => dpkgStatus(packages),
    get apt() {
      return existsSync("/usr/bin/apt-get");
    },
    get root() {
      return process.getuid?.() === 0;
    },
    get sudo() {
      if (outputOf("sudo", ["-n", "true"]) !== undefined) return "free";
      return outputOf("sudo", ["-V"]) !== undefined && process.stdin.isTTY && process.stderr.isTTY ? "asks" : "none";
    },
  };
}

/** @param {readonly string[]} packages */
function dpkgStatus(packages) {
  if (!existsSync("/usr/bin/dpkg-query")) return undefined;
  // dpkg-query exits with 1 when it does not know one of them and still prints the others.
  return outputOf("/bin/sh", ["-c", "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' \"$@\" || true", "sh", ...packages]);
}

/**
 * @param {readonly string[]} wanted
 * @param {string} status `name status` lines as dpkg-query prints them
 * @returns {string[]} those of `wanted` that are not installed, in its order
 */
export function missingPackages(wanted, status) {
  const installed = new Set(
    status
      .split("\n")
      .map((line) => line.split(" "))
      .filter(([, state]) => state === "installed")
      .map(([name]) => name),
  );
  // pkgconf is pkg-config's successor; either will do.
  if (installed.has("pkgconf")) installed.add("pkg-config");
  return wanted.filter((name) => !installed.has(name));
}

/**
 * @param {readonly string[]} packages apt packages that are missing
 * @param {string} reason why they are not installed by this program
 * @returns {string} what a person has to type, on each kind of system
 */
function handInstallText(packages, reason) {
  return [
    `Some system packages are missing (${packages.join(", ")}) and ${reason}.`,
    "Install them, then run the same command again:",
    "",
    `  Debian, Ubuntu    sudo apt-get update && sudo apt-get install --no-install-recommends ${packages.join(" ")}`,
    `  Fedora            ${HAND_COMMANDS.dnf}`,
    `  macOS             ${HAND_COMMANDS.brew}`,
    `  Windows           ${HAND_COMMANDS.choco}`,
    "",
  ].join("\n");
}

/**
 * Installs what is missing, by name, after saying so; does nothing when all is there.
 * @param {readonly string[]} wanted Debian's names
 * @param {System} [system]
 * @throws {SetUpError} when it cannot install, with the commands to type
 */
export async function ensureSystemPackages(wanted, system = thisSystem()) {
  const status = system.dpkgStatus([...wanted, "pkgconf"]);
  if (status === undefined) return checkByHand(wanted);
  const missing = missingPackages(wanted, status);
  if (missing.length === 0) return;
  if (!system.apt) throw new SetUpError(handInstallText(missing, "there is no apt-get here"));
  const sudo = system.root ? [] : sudoCommand(system.sudo);
  if (sudo === undefined) throw new SetUpError(handInstallText(missing, "installing them needs root or sudo"));
  process.stderr.write(`Installing ${missing.length} system package${missing.length === 1 ? "" : "s"}: ${missing.join(" ")}\n`);
  await installWithApt(missing, sudo);
}

/** @param {readonly string[]} packages */
function checkByHand(packages) {
  const absent = PROBES.filter((probe) => outputOf(probe.command, probe.args) === undefined).map((probe) => probe.what);
  if (absent.length === 0 || process.platform === "win32") return;
  throw new SetUpError(handInstallText(packages, `this system has no dpkg and apt to install them with (not found: ${absent.join(", ")})`));
}

/** @param {System["sudo"]} kind */
function sudoCommand(kind) {
  if (kind === "none") return undefined;
  return kind === "free" ? ["sudo", "-n"] : ["sudo"];
}

/**
 * @param {readonly string[]} packages
 * @param {readonly string[]} sudo command words to put in front
 */
async function installWithApt(packages, sudo) {
  let updated = false;
  if (!hasPackageLists()) updated = (await apt(["update"], sudo, "Package lists")).code === 0;
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  let result = await apt(install, sudo, "System packages");
  if (result.code !== 0 && !updated) {
    // The lists may be older than the mirror.
    await apt(["update"], sudo, "Package lists");
    result = await apt(install, sudo, "System packages");
  }
  if (result.code === 0) return;
  const command = [...sudo, "apt-get", ...install].join(" ");
  throw new SetUpError(
    `apt-get could not install them (exit code ${result.code}). Its last words:\n\n${result.tail}\n\nTo see all of it: ${command}`,
  );
}

/** @returns {boolean} whether `apt-get update` was ever run here */
function hasPackageLists() {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => /_(Packages|InRelease|Release)/.test(name));
  } catch {
    return false;
  }
}

/**
 * @param {readonly string[]} args
 * @param {readonly string[]} sudo
 * @param {string} title
 * @returns {Promise<{ code: number, tail: string }>}
 */
async function apt(args, sudo, title) {
  const options = [
    "-q",
    "-o",
    "APT::Status-Fd=3",
    "-o",
    "DPkg::Lock::Timeout=120",
    "-o",
    "Dpkg::Options::=--force-confold",
    "-o",
    "Dpkg::Use-Pty=0",
  ];
  // The status has a descriptor of its own, since apt closes it for dpkg; it is made inside, since sudo closes all but the first three.
  const shell = [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "LC_ALL=C.UTF-8",
    "sh",
    "-c",
    'exec 3>&1; exec apt-get "$@"',
    "apt-get",
    ...options,
    ...args,
  ];
  const progress = new Progress(title);
  /** @type {string[]} */
  const lines = [];
  const onLine = (/** @type {string} */ line) => {
    const fraction = aptFraction(line);
    if (fraction !== undefined) progress.update(fraction);
    else lines.push(line);
  };
  const [command = "", ...rest] = [...sudo, ...shell];
  const code = await watch(command, rest, { terminal: sudo.length === 1, letFinish: true, onLine }).finally(() => progress.end());
  return { code, tail: lastWords(lines) };
}

/**
 * @param {readonly string[]} lines all that apt-get printed
 * @returns {string} the lines that say what went wrong: the first complaints (the later ones follow from them) and the end
 */
export function lastWords(lines) {
  const complaint = lines.findIndex((line) => /^E: |\berror\b|^dpkg: /i.test(line));
  if (complaint === -1) return lines.slice(-15).join("\n");
  return [...lines.slice(Math.max(0, complaint - 3), complaint + 8), "…", ...lines.slice(Math.max(complaint + 8, lines.length - 4))].join(
    "\n",
  );
}

/**
 * @param {string} line of apt-get with APT::Status-Fd: `dlstatus:3:12.5:text` while downloading, `pmstatus:name:40.1:text` while installing
 * @returns {number | undefined} how far it is, downloading being the first half; undefined for any other line
 */
export function aptFraction(line) {
  const match = /^(dlstatus|pmstatus):[^:]*(?::[a-z0-9]+)?:(\d+(?:\.\d+)?):/.exec(line);
  if (match === null) return undefined;
  const half = Number(match[2]) / 200;
  return match[1] === "dlstatus" ? half : 0.5 + half;
}
