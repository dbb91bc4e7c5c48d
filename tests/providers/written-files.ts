import { writeFileSync } from "node:fs";
import { useSharedFolder } from "../temporary-folder.ts";

/** A folder of its own for a test file, removed after its tests. */
export class WrittenFiles {
  readonly #path = useSharedFolder();
  readonly folder = this.#path();

  /** Writes a file and gives its path. */
  readonly write = (name: string, text: string): string => {
    const path = this.#path(name);
    writeFileSync(path, text);
    return path;
  };
}
