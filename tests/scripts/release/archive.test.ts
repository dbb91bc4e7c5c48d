/** Archives, read back by the tar that users have. */
import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { documentsBelow, tarGz } from "../../../scripts/release/archive.ts";

const folder = mkdtempSync(join(tmpdir(), "archive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = new Uint8Array(100_000).map((_, index) => index % 251);
const files = [
  { path: "top/program", content: program, isExecutable: true },
  { path: "top/empty", content: "" },
  { path: "top/docs/text", content: "ä text of 512 bytes".padEnd(511, ".") },
];

function tar(...words: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["tar", ...words], { stdout: "pipe", stderr: "pipe" });
  expect({ exitCode, stderr: stderr.toString() }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.toString();
}

describe("an archive", () => {
  const file = join(folder, "archive.tar.gz");
  writeFileSync(file, tarGz(files, 1_700_000_000));

  test("unpacks to what was put in, the program executable", () => {
    tar("-xzf", file, "-C", folder);
    expect(new Uint8Array(readFileSync(join(folder, "top/program")))).toEqual(program);
    expect(readFileSync(join(folder, "top/empty"), "utf8")).toBe("");
    expect(readFileSync(join(folder, "top/docs/text"), "utf8")).toBe(files[2]?.content as string);
    expect(statSync(join(folder, "top/program")).mode & 0o777).toBe(0o755);
  });

  test("shows one time and no owner", () => {
    const [first = ""] = tar("--utc", "-tvzf", file).split("\n");
    expect(first).toMatch(/^-rwxr-xr-x 0\/0 +100000 2023-11-14 22:13 top\/program$/);
  });

  test("is the same each time it is made", () => {
    expect(tarGz(files, 1_700_000_000)).toEqual(new Uint8Array(readFileSync(file)));
  });

  test("refuses a name that the format cannot hold", () => {
    expect(() => tarGz([{ path: "x".repeat(101), content: "" }], 0)).toThrow("too long a name");
  });
});

describe("the documents of a release", () => {
  const root = join(import.meta.dir, "../../..");
  const documents = documentsBelow(root);
  const paths = documents.map(({ path }) => path);

  test("are those that a person looks for, and nothing that is installed beside them", () => {
    expect(paths).toContain("docs/installing.md");
    expect(paths).toContain("scripts/service/tatum-kms.service");
    expect(paths.filter((path) => path.includes("node_modules"))).toEqual([]);
  });

  const pages = documents.filter(({ path }) => path.endsWith(".md"));

  test("lead to each other", () => {
    const targets = pages.flatMap(({ path, content }) =>
      [...content.toString().matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, to = ""]) =>
        normalize(join(dirname(path), to)),
      ),
    );
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((to) => !paths.includes(to))).toEqual([]);
  });

  test("name files of the sources that are there, but for the example of a new provider", () => {
    const named = pages.flatMap(({ content }) =>
      [...content.toString().matchAll(/`((?:chains|docs|providers|scripts|src|tests)\/[\w./-]+)`/g)].map(
        ([, path = ""]) => path,
      ),
    );
    expect(named.length).toBeGreaterThan(100);
    const missing = named.filter((path) => !existsSync(join(root, path)));
    expect([...new Set(missing)]).toEqual(["providers/intranet/provider.ts"]);
  });
});
