/** What this program takes for the layout of PKCS#11 in memory is what a compiler makes of the headers of OASIS. */
import { beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import {
  functionNames,
  functionOffset,
  initializeArguments,
  structures,
  ULONG_BYTES,
  UNAVAILABLE,
  unknownAbi,
} from "../../../../providers/pkcs11/cryptoki/abi.ts";
import { useSharedFolder } from "../../../temporary-folder.ts";
import { pkcs11Headers } from "../faulty-tokens.ts";

const folder = useSharedFolder();

/** What the compiler says: lines of a name and a number. */
let compiled: Map<string, string>;

beforeAll(() => {
  const lines = [
    ["CK_ULONG", "sizeof(CK_ULONG)"],
    ["pointer", "sizeof(void *)"],
    ["CK_UNAVAILABLE_INFORMATION", "CK_UNAVAILABLE_INFORMATION"],
    ["CK_C_INITIALIZE_ARGS.flags", "offsetof(CK_C_INITIALIZE_ARGS, flags)"],
    ...functionNames.map((name) => [name, `offsetof(CK_FUNCTION_LIST, ${name})`]),
    ...Object.entries(structures).flatMap(([name, { offsets }]) => [
      [name, `sizeof(${name})`],
      ...Object.keys(offsets).map((member) => [`${name}.${member}`, `offsetof(${name}, ${member})`]),
    ]),
  ].map(([name, expression]) => `printf("${name} %lu\\n", (unsigned long)${expression});`);
  const source = folder("layout.c");
  writeFileSync(
    source,
    `#include <stddef.h>\n#include <stdio.h>\n#include <pkcs11.h>\nint main(void) {\n${lines.join("\n")}\nreturn 0; }\n`,
  );
  const program = folder("layout");
  const made = Bun.spawnSync(["gcc", `-I${pkcs11Headers}`, source, "-o", program], { stderr: "pipe" });
  if (!made.success) throw new Error(made.stderr.toString());
  const printed = Bun.spawnSync([program]).stdout.toString().trim().split("\n");
  compiled = new Map(printed.map((line) => line.split(" ") as [string, string]));
});

test("a number is as wide as a pointer, and what is not told is its highest value", () => {
  expect([compiled.get("CK_ULONG"), compiled.get("pointer")]).toEqual([`${ULONG_BYTES}`, `${ULONG_BYTES}`]);
  expect(compiled.get("CK_UNAVAILABLE_INFORMATION")).toBe(`${UNAVAILABLE}`);
});

test.each(Object.entries(structures))("%s has the size and the members of the header", (name, layout) => {
  expect(compiled.get(name)).toBe(`${layout.bytes}`);
  for (const [member, offset] of Object.entries(layout.offsets)) {
    expect([member, compiled.get(`${name}.${member}`)]).toEqual([member, `${offset}`]);
  }
});

test("the arguments of NSS have one pointer more than those of the standard, before the last", () => {
  const { bytes, offsets } = initializeArguments;
  expect(compiled.get("CK_C_INITIALIZE_ARGS.flags")).toBe(`${offsets.flags}`);
  expect([offsets.LibraryParameters, offsets.pReserved, bytes]).toEqual([40, 48, 56]);
});

test("every function stands where the header has it", () => {
  expect(functionNames).toHaveLength(68);
  for (const name of functionNames) {
    expect([name, compiled.get(name)]).toEqual([name, `${functionOffset(name)}`]);
  }
});

describe("a platform", () => {
  test.each([
    ["linux", "x64"],
    ["linux", "arm64"],
    ["darwin", "arm64"],
    ["darwin", "x64"],
  ])("whose layout is this one is served: %s %s", (platform, architecture) => {
    expect(unknownAbi(platform, architecture)).toBeUndefined();
  });

  test.each([
    ["win32", "x64"],
    ["linux", "ia32"],
    ["linux", "s390x"],
  ])("with another layout is refused: %s %s", (platform, architecture) => {
    expect(unknownAbi(platform, architecture)).toContain(`not on ${platform} (${architecture})`);
  });
});
