/** What a result looks like on standard output, byte for byte. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const output = join(import.meta.dir, "../../../src/cli/output.ts");

async function printed(call: string): Promise<string> {
  const script = `import { printJson, printJsonArray } from ${JSON.stringify(output)}; await ${call};`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  return new Response(child.stdout).text();
}

test.each([
  ["nothing", []],
  ["parts without anything", [[], []]],
  ["several parts", [[{ a: "one\ntwo", b: [1, {}] }], [], [[], "x"], [{ c: null }]]],
])("an array that comes in parts is printed as one that came whole: %s", async (_what, parts) => {
  const whole = JSON.stringify(parts.flat());
  const inParts = `(async function* () { yield* ${JSON.stringify(parts)}; })()`;
  expect(await printed(`printJsonArray(${inParts})`)).toBe(await printed(`printJson(${whole})`));
});
