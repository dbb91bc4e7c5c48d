/** The limits of the house, on made-up files: which of them each is beyond; and the guides to the house, that they lead somewhere. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  beyondLimits,
  measure,
  type SourceFile,
  strangersAtTheTop,
  strayTests,
} from "../../scripts/structure.ts";

const HEADING = "/** What this is (https://example.com/standard). */\n";

function file(path: string, lines: number, imports: readonly string[] = []): SourceFile {
  const written = imports.map((to) => `import { x } from "${to}";\n`).join("");
  return { path, text: HEADING + written + "x();\n".repeat(lines - 1 - imports.length) };
}

/** As many files as make a limit, with what stands in each. */
function many(count: number, make: (number: number) => SourceFile): SourceFile[] {
  return Array.from({ length: count }, (_, number) => make(number));
}

function problemsOf(files: readonly SourceFile[]): string {
  return beyondLimits(measure(files)).join("");
}

describe("the figures of the house", () => {
  test("count files, lines and files per thousand lines", () => {
    const figures = measure([file("src/a.ts", 300), file("src/b.ts", 100), file("src/c.ts", 100)]);
    expect(figures).toMatchObject({ files: 3, lines: 500, filesPer1000Lines: 6, median: 100 });
  });

  test("leave chains, stand-ins of chains and commands out of the median", () => {
    const figures = measure([
      file("src/a.ts", 80),
      file("chains/btc.ts", 20),
      file("src/cli/commands/x.ts", 10),
    ]);
    expect(figures.median).toBe(80);
  });
});

describe("a crumb is a file", () => {
  const crumbs = (...files: SourceFile[]) => measure(files).crumbs;

  test("below 60 lines whose only importer stands beside it", () => {
    expect(crumbs(file("src/x/a.ts", 59), file("src/x/b.ts", 90, ["./a.ts"]))).toEqual(["src/x/a.ts"]);
    expect(crumbs(file("src/x/a.ts", 60), file("src/x/b.ts", 90, ["./a.ts"]))).toEqual([]);
  });

  test("below 25 lines, whoever imports it", () => {
    const users = [file("src/y/b.ts", 90, ["../x/a.ts"]), file("src/y/c.ts", 90, ["../x/a.ts"])];
    expect(crumbs(file("src/x/a.ts", 24), ...users)).toEqual(["src/x/a.ts"]);
    expect(crumbs(file("src/x/a.ts", 25), ...users)).toEqual([]);
  });

  test("unless it is loaded only when it is needed", () => {
    const lazy = { path: "src/x/b.ts", text: `${HEADING}await import("./a.ts");\n` };
    expect(crumbs(file("src/x/a.ts", 10), lazy)).toEqual([]);
  });

  test("unless it is an entry of a list, or a room that every family has", () => {
    const entries = ["chains/btc.ts", "src/sandbox/chains/btc.ts", "src/cli/commands/report.ts"];
    const rooms = ["chains/families/utxo/fee.ts"];
    for (const path of [...entries, ...rooms]) {
      const user = file(path.replace(/[^/]+$/, "user.ts"), 90, [`./${path.split("/").at(-1)}`]);
      expect(crumbs(file(path, 10), user)).toEqual([]);
    }
  });
});

describe("the house is told to be beyond its limits", () => {
  test("by too many files of more than 400 lines, with their names", () => {
    expect(problemsOf(many(9, (number) => file(`src/x/f${number}.ts`, 400)))).toBe("");
    expect(problemsOf(many(9, (number) => file(`src/x/f${number}.ts`, 401)))).toContain("  src/x/f8.ts\n");
  });

  test("by a folder of more than 26 files that is not a list", () => {
    expect(problemsOf(many(26, (number) => file(`src/x/f${number}.ts`, 90)))).toBe("");
    expect(problemsOf(many(27, (number) => file(`src/x/f${number}.ts`, 90)))).toContain("  src/x\n");
    expect(problemsOf(many(27, (number) => file(`src/cli/commands/f${number}.ts`, 90)))).toBe("");
  });

  test("by a file that does not open with a comment", () => {
    expect(problemsOf([{ path: "src/x.ts", text: `import "./y.ts";\n${HEADING}` }])).toContain(
      "  src/x.ts\n",
    );
  });

  test("by many files of chains without the address of a standard at their head", () => {
    const bare = (path: string) => ({ path, text: `/** What it is. */\n${"x();\n".repeat(90)}` });
    const files = many(20, (number) => bare(`chains/families/x/f${number}.ts`));
    expect(problemsOf(files)).toContain("  chains/families/x/f19.ts\n");
    expect(problemsOf(many(20, (number) => bare(`src/x/f${number}.ts`)))).toBe("");
  });

  test("by many crumbs", () => {
    const names = Array.from({ length: 60 }, (_, number) => `./f${number}.ts`);
    const crumbs = many(60, (number) => file(`src/${number}/f${number}.ts`, 10));
    const users = ["src/a.ts", "src/b.ts"].map((path) =>
      file(
        path,
        90,
        names.map((name, number) => `./${number}/${name.slice(2)}`),
      ),
    );
    expect(problemsOf([...crumbs, ...users])).toContain("60 crumbs");
  });
});

test("at the top level of the project stands what belongs there, and nothing else", () => {
  expect(strangersAtTheTop(["src/main.ts", "package.json", ".ci/run", "docs/soak.svg"])).toEqual([]);
  expect(strangersAtTheTop(["knip.json", "src/main.ts"]).join("")).toMatch(/^knip\.json /);
});

describe("a test lies where the file lies that it is about", () => {
  const files = ["src/x/a-b.ts", "scripts/install.mjs"];
  const stray = (path: string) => strayTests([...files, path]).length === 1;

  test("and is called after it, with an aspect behind it or without", () => {
    for (const path of ["src/x/a-b", "src/x/a-b-faults", "scripts/install"])
      expect(stray(`tests/${path}.test.ts`)).toBe(false);
    for (const path of ["src/x/a", "src/x/faults", "src/a-b", "scripts/other"])
      expect(stray(`tests/${path}.test.ts`)).toBe(true);
  });

  test("unless it is about a whole room, or one of the lists beside the house", () => {
    for (const path of ["chains/refusals", "chains/families/utxo/vectors", "e2e/token-keys", "peers/peers"])
      expect(stray(`tests/${path}.test.ts`)).toBe(false);
    expect(stray("tests/chains/families/utxo/refusals.test.ts")).toBe(true);
  });
});

const root = join(import.meta.dir, "../..");
const guides = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/installing.md"];

/** What stands for one of many, with one of them. */
const examples = { ticker: "btc", TICKER: "BTC", family: "utxo", name: "aws", rule: "four-eye" } as const;

/** Paths from the top level of the project, in text, examples and links. */
function pathsOf(text: string): string[] {
  const paths = text.match(/(?<=[\s`(])(?:src|chains|providers|tests|scripts|docs)\/[^\s`)#,;:"]*/g) ?? [];
  return paths
    .map((path) => path.replaceAll(/<(\w+)>/g, (_, word: keyof typeof examples) => examples[word] ?? word))
    .filter((path) => !path.includes("*"));
}

describe.each(guides)("%s", (guide) => {
  const text = readFileSync(join(root, guide), "utf8");

  test("names files and folders that there are", () => {
    expect(pathsOf(text).length).toBeGreaterThan(2);
    expect(pathsOf(text).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test("names commands that package.json has", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...text.matchAll(/\b(?:bun|npm) run (?!scripts\/)([\w:-]+)/g)].map(
      ([, name = ""]) => name,
    );
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});
