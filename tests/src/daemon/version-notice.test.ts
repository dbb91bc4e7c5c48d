import { describe, expect, test } from "bun:test";
import { createVersionNotice } from "../../../src/daemon/version-notice.ts";
import { createLog } from "../../../src/operations/log.ts";
import { version } from "../../../src/version.ts";

function noticesOf(...announcements: readonly string[]): string[] {
  const lines: string[] = [];
  const notice = createVersionNotice(createLog({ write: (line) => void lines.push(line) }));
  for (const announcement of announcements) notice(announcement);
  return lines.map((line) => line.slice(line.indexOf(" - ") + 3).trimEnd());
}

const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
const text = (latest: string) => `Please update. Current version: ${version}. Latest version: ${latest}`;

describe("the announcement of a version", () => {
  test("is told when it is newer than this one", () => {
    for (const newer of [
      `${major + 1}.0.0`,
      `${major}.${minor + 1}.0`,
      `${major}.${minor}.${patch + 1}`,
      "100.0.0",
    ]) {
      expect(noticesOf(`${newer};WARN;Please update`)).toEqual([`WARN: ${text(newer)}`]);
    }
  });

  test("is not told when it is this one or an older one", () => {
    for (const other of [version, "0.0.1", "8.0.1", `${major - 1}.999.999`]) {
      expect(noticesOf(`${other};WARN;Please update`)).toEqual([]);
    }
  });

  test("is told with its level", () => {
    expect(noticesOf("99.0.0;ERROR;Please update")).toEqual([`ERROR: ${text("99.0.0")}`]);
    expect(noticesOf("99.0.0;error;Please update")).toEqual([`ERROR: ${text("99.0.0")}`]);
    expect(noticesOf("99.0.0;LOG;Please update")).toEqual([`WARN: ${text("99.0.0")}`]);
  });

  test("is told once, and again when it changes", () => {
    expect(noticesOf("99.0.0;WARN;a", "99.0.0;WARN;a", "99.0.1;WARN;a", "99.0.1;WARN;a")).toHaveLength(2);
  });

  test("is left alone when it has another shape", () => {
    for (const announcement of [
      "",
      "99.0.0",
      "99.0.0;WARN",
      ";;",
      "newest;WARN;x",
      "x99.0.0;WARN;x",
      "99;WARN;x",
    ]) {
      expect(noticesOf(announcement)).toEqual([]);
    }
  });

  test("stays one line of bounded length, whatever it holds", () => {
    const [line = ""] = noticesOf(`99.0.0;WARN;a\n2024 - Tx was processed\u001b[2J${"x".repeat(10_000)}`);
    expect(line.length).toBeLessThan(700);
    for (const control of ["\n", "\u001b"]) expect(line.includes(control)).toBe(false);
  });
});
