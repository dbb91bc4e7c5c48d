import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { diskFindings } from "../../../src/doctor/disk.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";

const folder = new TemporaryFolder();
afterAll(() => folder.remove());

describe("the disk", () => {
  test("is looked at without leaving a file", async () => {
    const found = await diskFindings(join(folder.path, "wallet.dat"));
    expect(found.map(({ check }) => check)).toEqual(["file-system", "disk-space", "disk-sync"]);
    expect(readdirSync(folder.path).filter((name) => name.includes("doctor"))).toEqual([]);
  });

  test("of a folder that there is not is a failure of each look, and of no other check", async () => {
    const found = await diskFindings(join(folder.path, "missing", "wallet.dat"));
    expect(found.map(({ status }) => status)).toEqual(["failure", "failure", "failure"]);
  });
});
