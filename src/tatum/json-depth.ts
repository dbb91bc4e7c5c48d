import type { JsonValue } from "../../chains/codec/exact-json.ts";

/** Whether arrays and objects lie more than so many levels deep in a value. Needs no stack, however deep it is. */
export function isDeeperThan(levels: number, value: JsonValue): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level
      .filter((member) => typeof member === "object" && member !== null)
      .flatMap((member): readonly JsonValue[] => Object.values(member as object));
  }
  return false;
}
