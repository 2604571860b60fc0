// Holds the arrows of docs/architecture.md: which package may import which, which folder inside protocol may import which, and that
// only the native/ folders touch native code. Run by `pnpm lint`; prints every import that goes the wrong way.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { allowedPackages, layerOf, nativePackages, protocolLayers } from "./layer-table.mjs";

/** @typedef {{ file: string, specifier: string, reason: string }} Violation */

/**
 * @param {string} source of a TypeScript or JavaScript file
 * @returns {string[]} what it imports or re-exports, statically, dynamically and as types
 */
export function importedSpecifiers(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const forms = [
    /\b(?:import|export)\s[^;"'()]*?\bfrom\s*["']([^"']+)["']/g,
    /\bimport\s*["']([^"']+)["']/g,
    /\b(?:import|require)\s*\(\s*["']([^"']+)["']/g,
  ];
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ""));
}

/**
 * @param {string} file path of a source file from the repository's root, with slashes, like packages/protocol/src/wire/header.ts
 * @param {string} specifier that it imports
 * @returns {string | undefined} why it may not
 */
export function whyForbidden(file, specifier) {
  const [, own = "", , ...inside] = file.split("/");
  if (specifier.startsWith(".")) {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    if (!target.startsWith(`packages/${own}/src/`)) return "it leaves the package's src";
    return own === "protocol" ? whyAgainstLayers(inside.join("/"), target.slice("packages/protocol/src/".length)) : undefined;
  }
  if (specifier.startsWith("node:")) return undefined;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  // Protocol's own set-up is plain JavaScript beside src: its commands offer it.
  if (own === "protocol" && inside[0] === "cli" && specifier === "@simple-video-chat/protocol/set-up") return undefined;
  if (specifier === "@simple-video-chat/protocol/testing") return "test doubles are for tests";
  if (nativePackages.includes(name) && inside[0] !== "native") return "only a native/ folder may import native code";
  if (!(allowedPackages[own] ?? []).includes(name))
    return `${own} may import only ${(allowedPackages[own] ?? []).join(", ") || "nothing outside itself"}`;
  return undefined;
}

/**
 * @param {string} from path inside protocol/src
 * @param {string} to path inside protocol/src
 */
function whyAgainstLayers(from, to) {
  const [source, target] = [layerOf(from), layerOf(to)];
  const allowed = protocolLayers[source];
  if (allowed === undefined) return `protocol/src/${source} is in no layer: name it in tools/check/layer-table.mjs`;
  if (source === target || allowed === "all" || allowed.includes(target)) return undefined;
  return `${source} may import only ${allowed.join(", ") || "nothing else"}`;
}

/**
 * @param {string} root of the repository
 * @returns {Violation[]}
 */
export function findViolations(root) {
  const packages = readdirSync(join(root, "packages")).filter((name) => existsSync(join(root, "packages", name, "src")));
  return packages.flatMap((name) => {
    const files = readdirSync(join(root, "packages", name, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".ts"),
    );
    return files.flatMap((path) => {
      const file = `packages/${name}/src/${path.replaceAll("\\", "/")}`;
      const specifiers = importedSpecifiers(readFileSync(join(root, file), "utf8"));
      return specifiers.flatMap((specifier) => {
        const reason = whyForbidden(file, specifier);
        return reason === undefined ? [] : [{ file, specifier, reason }];
      });
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = findViolations(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  for (const { file, specifier, reason } of violations) process.stdout.write(`${file} imports "${specifier}": ${reason}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
