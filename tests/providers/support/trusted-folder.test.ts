import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type AccessRules, findUntrustedFolder } from "../../../providers/support/trusted-folder.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";

const path = useTemporaryFolder();
const strict: AccessRules = { allowGroup: false };
const withGroup: AccessRules = { allowGroup: true };

/** Only root can give folders away and become somebody else; the test machine runs as root. */
const asRoot = test.skipIf(process.getuid?.() !== 0);
const [OWNER, STRANGER] = [2001, 2002];

/** Makes folders, outermost first, and gives the path of a file in the last of them. */
function fileIn(
  ...folders: readonly { readonly mode: number; readonly owner?: number; readonly group?: number }[]
) {
  let folder = path();
  for (const [number, { mode, owner, group }] of folders.entries()) {
    folder = join(folder, `folder-${number}`);
    mkdirSync(folder);
    chownSync(folder, owner ?? process.getuid?.() ?? 0, group ?? process.getgid?.() ?? 0);
    chmodSync(folder, mode);
  }
  return join(folder, "file");
}

/** Looks with the eyes of a user without root's rights. */
function findAs(user: number, file: string) {
  chmodSync(path(), 0o755);
  process.seteuid?.(user);
  try {
    return findUntrustedFolder(file, strict);
  } finally {
    process.seteuid?.(0);
  }
}

describe("nobody else can put files into", () => {
  test.each([0o700, 0o755, 0o750, 0o2755])("folders of mode %o", (mode) => {
    expect(findUntrustedFolder(fileIn({ mode }, { mode }), strict)).toBeUndefined();
  });

  test("a folder with the sticky bit, such as /tmp", () => {
    expect(findUntrustedFolder(fileIn({ mode: 0o1777 }, { mode: 0o700 }), strict)).toBeUndefined();
    expect(findUntrustedFolder(path("folder-0", "file"), strict)).toBeUndefined();
  });

  test("folders that are not there yet", () => {
    expect(findUntrustedFolder(path("missing", "too", "file"), strict)).toBeUndefined();
  });

  asRoot("folders of one's own and of root", () => {
    const file = fileIn({ mode: 0o755, owner: 0 }, { mode: 0o700, owner: OWNER });
    expect(findAs(OWNER, file)).toBeUndefined();
  });

  asRoot("folders of the user whom TATUM_KMS_TRUSTED_OWNER names", () => {
    const file = fileIn({ mode: 0o755, owner: STRANGER });
    process.env["TATUM_KMS_TRUSTED_OWNER"] = String(STRANGER);
    try {
      expect(findAs(OWNER, file)).toBeUndefined();
    } finally {
      delete process.env["TATUM_KMS_TRUSTED_OWNER"];
    }
  });

  asRoot("as root: folders of any owner, as they are mounted into containers", () => {
    expect(findUntrustedFolder(fileIn({ mode: 0o755, owner: OWNER }), strict)).toBeUndefined();
  });
});

describe("somebody else can put files into", () => {
  test.each([0o777, 0o707, 0o702, 0o773])("a folder of mode %o", (mode) => {
    const file = fileIn({ mode }, { mode: 0o755 }, { mode: 0o700 });
    expect(findUntrustedFolder(file, withGroup)).toMatchObject({
      folder: path("folder-0"),
      kind: "others",
      problem: `Everybody can replace files in the folder ${path("folder-0")}`,
      remedy: `chmod go-w ${path("folder-0")}`,
    });
  });

  asRoot("a folder of another user, whatever its mode", () => {
    const file = fileIn({ mode: 0o755, owner: STRANGER }, { mode: 0o700, owner: OWNER });
    expect(findAs(OWNER, file)).toMatchObject({
      folder: path("folder-0"),
      kind: "owner",
      problem: expect.stringContaining(`belongs to user ${STRANGER}`),
    });
  });

  asRoot("a folder with the sticky bit that is another user's", () => {
    const file = fileIn({ mode: 0o1777, owner: STRANGER });
    expect(findAs(OWNER, file)).toMatchObject({ kind: "owner" });
  });

  test("a folder that a link leads through, and one that holds the link", () => {
    const open = fileIn({ mode: 0o777 }, { mode: 0o700 });
    symlinkSync(join(open, ".."), path("into"));
    expect(findUntrustedFolder(path("into", "file"), strict)?.folder).toBe(path("folder-0"));
    mkdirSync(path("sound"));
    symlinkSync(path("sound"), path("folder-0", "out"));
    expect(findUntrustedFolder(path("folder-0", "out", "file"), strict)?.folder).toBe(path("folder-0"));
  });

  test("the folder of the file that a link at the end names", () => {
    fileIn({ mode: 0o777 });
    symlinkSync("folder-0/file", path("link"));
    expect(findUntrustedFolder(path("link"), strict)?.folder).toBe(path("folder-0"));
  });

  asRoot("a link of another user in a folder such as /tmp", () => {
    const link = fileIn({ mode: 0o1777 });
    mkdirSync(path("target"));
    symlinkSync(path("target"), link);
    Bun.spawnSync(["chown", "-h", String(STRANGER), link]);
    expect(findUntrustedFolder(join(link, "file"), strict)).toMatchObject({ folder: link, kind: "owner" });
  });
});

describe("a folder that a group can write into", () => {
  test("is not trusted", () => {
    expect(findUntrustedFolder(fileIn({ mode: 0o770 }), strict)).toMatchObject({
      kind: "group",
      remedy: `chmod g-w ${path("folder-0")}`,
    });
  });

  test("is trusted where the group is one's own and that is allowed", () => {
    expect(findUntrustedFolder(fileIn({ mode: 0o2770 }), withGroup)).toBeUndefined();
  });

  asRoot("is not trusted where the group is another one, allowed or not", () => {
    const file = fileIn({ mode: 0o770, group: STRANGER });
    expect(findUntrustedFolder(file, withGroup)).toMatchObject({ kind: "others" });
    expect(findUntrustedFolder(file, strict)).toMatchObject({ kind: "others" });
  });
});

test("links that lead in a circle are an error of the system", () => {
  symlinkSync(path("b"), path("a"));
  symlinkSync(path("a"), path("b"));
  expect(() => findUntrustedFolder(path("a"), strict)).toThrow("too many links");
});
