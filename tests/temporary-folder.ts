/** The one place where tests get a folder of their own from, outside of the project; it is removed with all that is in it. */
import { afterAll, afterEach, beforeEach } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** An empty folder of mode 0700, until it is removed or, with `using`, the block is left. */
export class TemporaryFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "tatum-kms-"));

  /** The path of something in it. */
  at(...names: readonly string[]): string {
    return join(this.path, ...names);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}

/** Gives each test of a file an empty folder; the function returned joins names to its path. */
export function useTemporaryFolder(): (...names: readonly string[]) => string {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => folder.remove());
  return (...names) => folder.at(...names);
}

/** Gives all tests of a file, or of a `describe`, one folder; the function returned joins names to its path. */
export function useSharedFolder(): (...names: readonly string[]) => string {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());
  return (...names) => folder.at(...names);
}
