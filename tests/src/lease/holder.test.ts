import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { isSurelyDead, nameOfThisProcess } from "../../../src/lease/holder.ts";

const module = new URL("../../../src/lease/holder.ts", import.meta.url).pathname;
const PROGRAM = `
  const { nameOfThisProcess } = await import(${JSON.stringify(module)});
  console.log(Buffer.from(nameOfThisProcess()).toString("hex"));
  setInterval(() => undefined, 1000);
`;

/** A process, and the name it has given itself. */
async function namedProcess() {
  const child = Bun.spawn([process.execPath, "-e", PROGRAM], { stdout: "pipe" });
  const { value } = await child.stdout.getReader().read();
  return { child, name: Buffer.from(new TextDecoder().decode(value).trim(), "hex") };
}

describe("a process", () => {
  test("has the same name of 16 bytes whenever it is asked", () => {
    expect(nameOfThisProcess()).toHaveLength(16);
    expect(nameOfThisProcess()).toEqual(nameOfThisProcess());
  });

  test("is not dead while it runs or stands still, and is once it was killed", async () => {
    const { child, name } = await namedProcess();
    expect(isSurelyDead(name)).toBeFalse();
    child.kill("SIGSTOP");
    expect(isSurelyDead(name)).toBeFalse();
    child.kill("SIGKILL");
    await child.exited;
    expect(isSurelyDead(name)).toBeTrue();
  });

  test("is dead when another one has its process id by now", () => {
    const name = Buffer.from(nameOfThisProcess());
    name[15] = (name[15] ?? 0) ^ 1;
    expect(isSurelyDead(name)).toBeTrue();
  });
});

describe("nothing is said of a process", () => {
  test("of another machine, boot or container, though none here has its process id", () => {
    const name = Buffer.from(nameOfThisProcess());
    name[0] = (name[0] ?? 0) ^ 1;
    name.writeUInt32BE(0x7fff_fff0, 8);
    expect(isSurelyDead(name)).toBeFalse();
  });

  test("whose name is no more than random", () => {
    expect(isSurelyDead(randomBytes(16))).toBeFalse();
  });
});
