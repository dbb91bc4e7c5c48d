import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for a test file, removed after its tests. */
export class WrittenFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "tatum-kms-"));

  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true }));
  }

  /** Writes a file and gives its path. */
  readonly write = (name: string, text: string): string => {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  };
}
