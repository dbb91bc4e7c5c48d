import { afterEach, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { checkFoldersTo, UntrustedPath } from "../../../providers/support/trusted-folders.ts";
import { asUser, isRoot, SOMEBODY, US } from "../../as-user.ts";
import { useTemporaryFolder } from "../../src/vault/temporary-folder.ts";

const path = useTemporaryFolder();
afterEach(() => void delete process.env["TATUM_KMS_TRUSTED_OWNER"]);

/** `<temporary folder>/folder/file`, the folder with this mode and owner; gives the path of the file. */
function fileIn(mode: number, owner?: number): string {
  mkdirSync(path("folder"));
  writeFileSync(path("folder", "file"), "");
  chmodSync(path("folder"), mode);
  if (owner !== undefined) {
    chmodSync(path(), 0o755);
    chownSync(path("folder"), owner, 0);
  }
  return path("folder", "file");
}

function refusal(work: () => unknown): UntrustedPath {
  try {
    work();
  } catch (error) {
    if (error instanceof UntrustedPath) return error;
  }
  throw new Error("It was trusted.");
}

describe("a folder", () => {
  test.each([0o700, 0o755, 0o500, 0o1777, 0o1770, 0o2750])(
    "of mode %o lets others replace nothing",
    (mode) => {
      const file = fileIn(mode);
      expect(checkFoldersTo(file)).toBe(file);
    },
  );

  test.each([0o777, 0o770, 0o720, 0o702, 0o2775])("of mode %o is refused", (mode) => {
    const file = fileIn(mode);
    expect(refusal(() => checkFoldersTo(file))).toMatchObject({
      message: `Other users can replace what lies in the folder ${path("folder")} (mode 0${mode.toString(8)}).`,
      hint: `Run: chmod go-w ${path("folder")}`,
    });
  });

  test("further up is looked at as well", () => {
    mkdirSync(path("above"));
    mkdirSync(path("above", "safe"), { mode: 0o700 });
    chmodSync(path("above"), 0o777);
    writeFileSync(path("above", "safe", "file"), "");
    expect(refusal(() => checkFoldersTo(path("above", "safe", "file"))).message).toContain(path("above"));
  });

  test("may be written by its group where that was allowed, but never by all", () => {
    const file = fileIn(0o2770);
    expect(checkFoldersTo(file, { groupMayWrite: true })).toBe(file);
    chmodSync(path("folder"), 0o777);
    expect(refusal(() => checkFoldersTo(file, { groupMayWrite: true })).hint).toContain("chmod o-w");
  });

  test.skipIf(!isRoot)("of somebody else is refused, but for root and where that user is trusted", () => {
    const file = fileIn(0o755, SOMEBODY);
    expect(checkFoldersTo(file)).toBe(file);
    const { message, hint } = asUser(US, () => refusal(() => checkFoldersTo(file)));
    expect(message).toContain(`The folder ${path("folder")} belongs to user ${SOMEBODY}`);
    expect(hint).toContain(`TATUM_KMS_TRUSTED_OWNER=${SOMEBODY}`);
    process.env["TATUM_KMS_TRUSTED_OWNER"] = String(SOMEBODY);
    expect(asUser(US, () => checkFoldersTo(file))).toBe(file);
  });
});

describe("a symbolic link", () => {
  test("is followed, be it relative or one of several, and what it leads through is checked", () => {
    const file = fileIn(0o700);
    mkdirSync(path("links"));
    symlinkSync("../folder", path("links", "relative"));
    symlinkSync(path("links", "relative", "file"), path("link"));
    expect(checkFoldersTo(path("link"))).toBe(file);
    chmodSync(path("folder"), 0o777);
    expect(refusal(() => checkFoldersTo(path("link"))).message).toContain(path("folder"));
    chmodSync(path("folder"), 0o700);
    chmodSync(path("links"), 0o777);
    expect(refusal(() => checkFoldersTo(path("link"))).message).toContain(path("links"));
  });

  test.skipIf(!isRoot)("of somebody else in a sticky folder is refused", () => {
    const file = fileIn(0o700);
    mkdirSync(path("shared"));
    chmodSync(path("shared"), 0o1777);
    chmodSync(path(), 0o755);
    asUser(SOMEBODY, () => symlinkSync(file, path("shared", "link")));
    expect(refusal(() => checkFoldersTo(path("shared", "link"))).message).toContain(
      `The symbolic link ${path("shared", "link")} belongs to user ${SOMEBODY}`,
    );
  });

  test.each([
    ["in a circle", "circle", "ELOOP"],
    ["to nothing", "none", "ENOENT"],
  ])("that leads %s is an error of the system", (_what, target, code) => {
    symlinkSync(path(target), path("circle"));
    expect(() => checkFoldersTo(path("circle"))).toThrow(expect.objectContaining({ code }));
  });
});

test("a way through a file is an error of the system", () => {
  expect(() => checkFoldersTo(`${fileIn(0o700)}/below`)).toThrow(
    expect.objectContaining({ code: "ENOTDIR" }),
  );
});

test.skipIf(process.platform !== "linux")("a descriptor of this process has no folders to check", () => {
  expect(checkFoldersTo("/dev/fd/0")).toBe("/proc/self/fd/0");
});
