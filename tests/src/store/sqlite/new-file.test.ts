import { describe, expect, test } from "bun:test";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { appendFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { diskFindings } from "../../../../src/doctor/disk.ts";
import { Database } from "../../../../src/store/sqlite/database.ts";
import { leftFiles, makeNewFile } from "../../../../src/store/sqlite/new-file.ts";
import { inspectVaultFile } from "../../../../src/store/sqlite/vault-file.ts";
import { useTemporaryFolder } from "../../../temporary-folder.ts";
import { caught } from "../../vault/caught.ts";

const path = useTemporaryFolder();
const write = (file: string) => appendFile(file, "content");

test("a new file has its content, mode 0600 whatever the umask, and nothing beside it", async () => {
  const before = process.umask(0o777);
  try {
    expect(
      await makeNewFile(path("file"), async (file) => {
        await write(file);
        return "result";
      }),
    ).toBe("result");
  } finally {
    process.umask(before);
  }
  expect(readFileSync(path("file"), "utf8")).toBe("content");
  expect(statSync(path("file")).mode & 0o777).toBe(0o600);
  expect(readdirSync(path())).toEqual(["file"]);
});

test("while it is written, there is nothing at its path", async () => {
  await makeNewFile(path("file"), async (file) => {
    await write(file);
    expect(readdirSync(path())).not.toContain("file");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

test("when writing a new file fails, nothing is left", async () => {
  const failure = makeNewFile(path("file"), async (file) => {
    await write(file);
    writeFileSync(`${file}-journal`, "");
    throw new Error("no");
  });
  await expect(failure).rejects.toThrow("no");
  expect(readdirSync(path())).toEqual([]);
});

describe("nothing that exists is replaced", () => {
  test("not a file", async () => {
    writeFileSync(path("file"), "before");
    const error = await caught(() => makeNewFile(path("file"), write));
    expect([error.code, error.exitStatus]).toEqual(["FILE_EXISTS", 73]);
    expect(readFileSync(path("file"), "utf8")).toBe("before");
  });

  test("not a directory, an empty file or a link to nowhere", async () => {
    mkdirSync(path("directory"));
    writeFileSync(path("empty"), "");
    symlinkSync("/no/where", path("link"));
    for (const name of ["directory", "empty", "link"]) {
      expect((await caught(() => makeNewFile(path(name), write))).code).toBe("FILE_EXISTS");
    }
    expect(readdirSync(path()).toSorted()).toEqual(["directory", "empty", "link"]);
  });

  test("not a file that appears while the new one is written", async () => {
    const error = await caught(() =>
      makeNewFile(path("file"), async (file) => {
        await write(file);
        writeFileSync(path("file"), "faster");
      }),
    );
    expect(error.code).toBe("FILE_EXISTS");
    expect(readFileSync(path("file"), "utf8")).toBe("faster");
    expect(readdirSync(path())).toEqual(["file"]);
  });
});

test("a directory that is not there is an error for a new file", async () => {
  expect((await caught(() => makeNewFile(path("no", "file"), write))).code).toBe("CANNOT_WRITE");
});

/** Runs a program whose folder cannot be synced. */
function whereNamesAreNotSynced(program: string): string {
  const trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", path(), "-e", "trace=fsync,fdatasync"];
  const inject = ["-e", "inject=fsync,fdatasync:error=EIO"];
  const { stdout, stderr } = Bun.spawnSync([...trace, ...inject, process.execPath, "-e", program], {
    cwd: join(import.meta.dir, "../../../.."),
  });
  return `${stdout}${stderr}`;
}

describe("a disk that does not confirm a name", () => {
  test("is told of together with the file that is there all the same", () => {
    const told = whereNamesAreNotSynced(`
      const { makeNewFile } = await import("./src/store/sqlite/new-file.ts");
      const { appendFile } = await import("node:fs/promises");
      await makeNewFile(${JSON.stringify(path("file"))}, (file) => appendFile(file, "content")).catch(({ code, message }) => console.log(code, message));
    `);
    expect(told).toContain("CANNOT_WRITE");
    expect(told).toContain("was made and is complete, but the disk did not confirm its name");
    expect(readFileSync(path("file"), "utf8")).toBe("content");
  });

  test("is told of as a change that was made, and not as one that was not", async () => {
    writeFileSync(path("database"), "", { mode: 0o600 });
    const told = whereNamesAreNotSynced(`
      const { Database } = await import("./src/store/sqlite/database.ts");
      const database = await Database.open(${JSON.stringify(path("database"))});
      await database.transaction((session) => session.execute("CREATE TABLE made (it INTEGER)")).catch(({ code, message }) => console.log(code, message));
      await database.close();
    `);
    expect(told).toContain("STORE_UNCLEAR The change was made");
    const database = await Database.open(path("database"));
    expect(await database.read((session) => session.query("SELECT name FROM sqlite_schema"))).toEqual([
      { name: "made" },
    ]);
    await database.close();
  });
});

describe("what a command left that was killed while it made a file", () => {
  const HOUR = 3_600_000;

  /** Kills a process in the middle of its making. @returns what it left */
  async function kill(target: string, age: number): Promise<string> {
    const source = new URL("../../../../src/store/sqlite/new-file.ts", import.meta.url).href;
    const script = `import { leftFiles, makeNewFile } from ${JSON.stringify(source)};
      await makeNewFile(process.argv[1], async (file) => { console.log(file); await new Promise((never) => setInterval(never, 1e9)); });`;
    const maker = Bun.spawn([process.execPath, "-e", script, target], { stdout: "pipe" });
    const { value } = await maker.stdout.getReader().read();
    maker.kill("SIGKILL");
    await maker.exited;
    const left = new TextDecoder().decode(value).trim();
    const then = new Date(Date.now() - age);
    utimesSync(left, then, then);
    return left;
  }

  test("is cleared away by the next that makes the same file, once it is old, and no other is", async () => {
    const fresh = await kill(path("file"), 0);
    const old = await kill(path("file"), HOUR + 60_000);
    const other = await kill(path("other"), HOUR + 60_000);
    expect(leftFiles(path()).sort()).toEqual([old, other].sort());
    await makeNewFile(path("file"), write);
    expect(readdirSync(path()).sort()).toEqual(
      ["file", ...[fresh, other].map((name) => basename(name))].sort(),
    );
  });

  test("is named by doctor, and removed by its fix where there is a vault", async () => {
    const left = await kill(path("wallet.dat"), HOUR + 60_000);
    const named = async () =>
      (await diskFindings(path("wallet.dat"))).filter(({ check }) => check === "unfinished-files");
    expect(await named()).toMatchObject([{ status: "warning", mend: `rm ${left}`, fix: undefined }]);
    writeFileSync(path("wallet.dat"), "");
    const [finding] = await named();
    finding?.fix?.apply();
    expect(await named()).toEqual([]);
    expect(readdirSync(path())).toEqual(["wallet.dat"]);
  });

  test("is never opened as a vault", async () => {
    const left = path(".vault.0123456789abcdef.new");
    writeFileSync(left, "SQLite format 3\0", { mode: 0o600 });
    expect(await caught(() => inspectVaultFile(left))).toMatchObject({
      code: "NOT_A_VAULT",
      message: expect.stringContaining("what a command was still making"),
    });
  });
});
