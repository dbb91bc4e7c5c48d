/** Protections are named by the lines of the source that make them; `bun run check` runs this, for whoever moves such a line. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { protections, withoutProtection } from "./protections.ts";

test("each protection that long weeks take out of the program still stands where they look for it", async () => {
  for (const protection of Object.values(protections))
    for (const file of new Set(protection.edits.map((edit) => edit.file))) {
      const source = await Bun.file(join(import.meta.dir, "../../../..", file)).text();
      expect(withoutProtection(file, source, protection)).not.toBe(source);
    }
});
