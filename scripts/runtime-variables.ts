/**
 * Takes out of a built executable the names of variables by which Bun turns into something else before the program begins: a plain
 * Bun, one that loads other code first, or a debugger. Bun has no setting for that. The program then refuses to start with them,
 * which it could not do while Bun obeyed them first.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";

const names = [
  "BUN_BE_BUN",
  "BUN_OPTIONS",
  "BUN_INSPECT",
  "BUN_INSPECT_CONNECT_TO",
  "BUN_INSPECT_PRELOAD",
] as const;

/**
 * Makes each name an empty one, which no variable has. Only its first byte is changed: the end of a text may be another text.
 *
 * @throws Error when a name is not there just once, as it may be in another version of Bun; then this has to be looked at
 */
export function removeRuntimeVariables(executable: string): void {
  const bytes = readFileSync(executable);
  const places = names.map((name) => {
    const text = Buffer.from(`\0${name}\0`);
    const at = bytes.indexOf(text);
    if (at === -1 || bytes.indexOf(text, at + 1) !== -1)
      throw new Error(`The runtime does not hold the name ${name} exactly once; see ${import.meta.path}.`);
    return at + 1;
  });
  const file = openSync(executable, "r+");
  try {
    for (const place of places) writeSync(file, Buffer.of(0), 0, 1, place);
  } finally {
    closeSync(file);
  }
}
