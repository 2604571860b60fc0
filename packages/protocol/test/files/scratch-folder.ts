// A folder for files of a test, gone after it; and what is in it.
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder. */
export class ScratchFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "svc-files-test-"));

  /** Writes a file of random bytes. */
  file(name: string, bytes: number): { readonly path: string; readonly content: Buffer } {
    const content = randomBytes(bytes);
    const path = join(this.path, name);
    writeFileSync(path, content);
    return { path, content };
  }

  /** The names in it, sorted. */
  get names(): string[] {
    return readdirSync(this.path).toSorted();
  }

  read(name: string): Buffer {
    return readFileSync(join(this.path, name));
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** SHA-256 of some bytes. */
export function sha256Of(content: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(content).digest());
}
