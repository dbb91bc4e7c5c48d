/** docs/dependencies.md says what the lock file and the bundle say. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  broughtRows,
  dependencyRows,
  developmentRows,
  foundBrought,
  foundDependencies,
  foundDevelopment,
  UNKNOWN,
} from "../../scripts/dependency-table.ts";
import { packagesOfExecutable } from "../../scripts/release/executable.ts";

// The program is bundled.
setDefaultTimeout(120_000);

const page = await Bun.file(new URL("../../docs/dependencies.md", import.meta.url)).text();
const bundled = await packagesOfExecutable();
const { dependencies, devDependencies } = await Bun.file(
  new URL("../../package.json", import.meta.url),
).json();

/** What is in the table, with sizes that may be off by a tenth or 2 kB: each change of the program moves them. */
function withSizesOf<Row extends { readonly kilobytes: string }>(
  rows: readonly Row[],
  found: readonly Row[],
): Row[] {
  return rows.map((row, index) => {
    const size = found[index]?.kilobytes ?? "";
    const [written, measured] = [Number(row.kilobytes), Number(size)];
    const isClose = Math.abs(written - measured) <= Math.max(2, measured / 10);
    return isClose ? { ...row, kilobytes: size } : row;
  });
}

describe("docs/dependencies.md", () => {
  test("has every runtime dependency with its version, license and size", () => {
    const found = foundDependencies(bundled);
    const rows = dependencyRows(page).map(({ prose: _, ...row }) => row);
    expect(withSizesOf(rows, found)).toEqual(found);
  });

  test("says of each for what, by whom, released when, and what without it", () => {
    for (const { name, prose } of dependencyRows(page)) {
      const [forWhat, by, released, without] = prose;
      expect([name, prose.length, forWhat, by, without]).not.toContain("");
      expect([name, released]).not.toContain(UNKNOWN);
      expect(released).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });

  test("has every package that those bring into the executable", () => {
    const found = foundBrought(bundled);
    expect(withSizesOf(broughtRows(page), found)).toEqual(found);
    for (const { name, by } of found) expect([name, by]).not.toContain("");
  });

  test("has every development dependency with its version, and no job twice", () => {
    const rows = developmentRows(page);
    expect(rows.map(({ job: _, ...row }) => row)).toEqual(foundDevelopment());
    const jobs = rows.map(({ job }) => job);
    expect(jobs).not.toContain(UNKNOWN);
    expect(jobs).not.toContain("");
    expect(new Set(jobs).size).toBe(jobs.length);
  });
});

test("every version in package.json is exact", () => {
  for (const version of Object.values({ ...dependencies, ...devDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  }
});
