/** The man pages and completion scripts that the archives of a release hold. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manPage, shellDocuments } from "../../../scripts/release/man-pages.ts";
import { describeCommands } from "../../../src/cli/manual/describe-commands.ts";
import { allPages } from "../../../src/cli/manual/help-page.ts";
import type { Manual } from "../../../src/cli/manual/manual.ts";
import { program } from "../../../src/cli/program.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";

// Programs are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const folder = new TemporaryFolder();
afterAll(() => folder.remove());
const TIME = Date.UTC(2026, 0, 31) / 1000;
let manual: Manual;
let paths: string[];
beforeAll(async () => {
  manual = await describeCommands(program);
  const documents = shellDocuments(manual, TIME);
  paths = documents.map(({ path }) => path);
  for (const { path, content } of documents) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), content);
  }
});

const pages = () => paths.filter((path) => path.endsWith(".1")).map((path) => join(folder.path, path));

function output(command: readonly string[]): string {
  const done = Bun.spawnSync([...command], {
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", MANWIDTH: "80" },
  });
  return `${done.stdout}${done.stderr}`;
}

describe("the documents for shells", () => {
  test("are a man page for each command, and a completion script for each shell", () => {
    for (const { words } of allPages(manual.program))
      expect(paths).toContain(`man/man1/${`tatum-kms ${words}`.trim().replaceAll(" ", "-")}.1`);
    expect(paths.filter((path) => path.startsWith("completions/"))).toEqual([
      "completions/bash/tatum-kms",
      "completions/zsh/_tatum-kms",
      "completions/fish/tatum-kms.fish",
    ]);
  });

  test("are the same bytes for the same time, on whatever day they are made", () => {
    expect(shellDocuments(manual, TIME)).toEqual(shellDocuments(manual, TIME));
    expect(shellDocuments(manual, TIME)[0]?.content).toContain(' 1 "2026-01-31" ');
  });
});

describe("a man page", () => {
  test.if(Bun.which("mandoc") !== null)("has nothing that mandoc finds wrong", () => {
    expect(output(["mandoc", "-Tlint", ...pages()])).toBe("");
  });

  test.if(Bun.which("groff") !== null)("has nothing that groff warns of", () => {
    expect(output(["groff", "-man", "-Tutf8", "-ww", "-z", ...pages()])).toBe("");
  });

  test.if(Bun.which("mandoc") !== null)("shows options, examples and statuses as help has them", () => {
    const text = output(["mandoc", "-Tutf8", join(folder.path, "man/man1/tatum-kms-job-resolve.1")]);
    const plain = text.replace(/.[\b]/g, "").replace(/\s+/g, " ");
    for (const shown of [
      "tatum-kms job resolve [OPTIONS] [id]",
      "--as=<done|failed|resign|changed> What was decided about the job.",
      "(default ~/.tatumrc/wallet.dat)",
      "tatum-kms job resolve $ID --as=done --tx-id=$HASH",
      "64 the command line is wrong.",
      "SEE ALSO tatum-kms(1), tatum-kms-job(1)",
    ])
      expect(plain).toContain(shown);
  });

  test("takes a text for a text, whatever roff would see in it", () => {
    const page = { ...manual.program, summary: "'quoted .start \\fBbold\\fP", examples: [".so /etc/passwd"] };
    const source = manPage(page, manual, "2026-01-31");
    expect(source).toContain("\n\\&'quoted .start \\efBbold\\efP");
    expect(source).toContain("\n\\&.so /etc/passwd\n");
  });
});
