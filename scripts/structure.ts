/**
 * `bun run structure`: the figures of the house (src/, chains/, providers/), and what is beyond a limit; `bun run check` runs it too.
 * What may import what is held by dependency-rules.cjs; here it is how much stands where.
 */
import { dirname, join } from "node:path/posix";

/** A TypeScript file of the program, by its path from the top. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Lists that grow with the field: a file is one entry, so that neither their length nor the size of a file tells anything. */
const lists: readonly RegExp[] = [
  /^chains\/[a-z]+\.ts$/,
  /^src\/sandbox\/chains\/[a-z]+\.ts$/,
  /^src\/cli\/commands\//,
];

/** The rooms that every family of chains has, each by the same name, be it small. */
const floorPlan =
  /^chains\/families\/[a-z-]+\/(chain|wallet|address|private-key|payload|describe|sign|node|fee|submit|encode)\.ts$/;

/** Where the standards of chains are followed; what is beside it in chains/ is the project's own. */
const standards = /^chains\/(families\/.+\/|keys\/|(?!chain|index|error|signing-key)[a-z]+\.ts)/;

/** What stands at the top: the rooms, what describes them, and the tools' files that have to be there. */
const topLevel: readonly string[] = [
  ...["src", "chains", "providers", "tests", "scripts", "docs"],
  ...["README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"],
  ...[
    "package.json",
    "package-lock.json",
    "bunfig.toml",
    "tsconfig.json",
    ".gitignore",
    ".npmrc",
    ".ci",
    ".github",
  ],
];

/** Tests that are about no single file: what holds for all in a room, and the vectors of a family. */
const testsOfRooms = /^tests\/(chains|providers)\/[a-z0-9-]+\.test\.ts$|\/vectors\.test\.ts$/;

/** Tests that mirror the house; the others are lists of their own: e2e/, differential/, fuzz/, peers/. */
const mirroringTests = /^tests\/((?:src|chains|providers|scripts)\/.+)\.test\.ts$/;

interface Figures {
  readonly files: number;
  readonly lines: number;
  readonly filesPer1000Lines: number;
  /** Of the lines of a file, without the lists. */
  readonly median: number;
  readonly largest: number;
  readonly above400: readonly string[];
  readonly oneImporter: readonly string[];
  readonly under25: readonly string[];
  readonly crumbs: readonly string[];
  readonly fullFolders: readonly string[];
  readonly withoutHeading: readonly string[];
  readonly withoutStandard: readonly string[];
}

const MOST_LINES = 400;
const MOST_FILES = 26;

/** The limits: how many of each there may be. What is not 0 is what was left when the limit was set; it only gets lower. */
const limits = [
  {
    what: `files above ${MOST_LINES} lines`,
    of: ({ above400 }: Figures) => above400,
    most: 0,
    reason: "above that, a file holds more than one subject",
  },
  {
    what: `folders above ${MOST_FILES} files, but for the lists`,
    of: ({ fullFolders }: Figures) => fullFolders,
    most: 0,
    reason: "a listing has to be taken in at a glance",
  },
  {
    what: "crumbs: below 25 lines, or below 60 with one importer, beside it",
    of: ({ crumbs }: Figures) => crumbs,
    most: 14,
    reason: "a file is a subject; a function joins its user, so that there is one door less to open",
  },
  {
    what: "files that do not open with a comment",
    of: ({ withoutHeading }: Figures) => withoutHeading,
    most: 0,
    reason: "the first lines say what the file is",
  },
  {
    what: "tickers, keys and files of families whose heading has no URL",
    of: ({ withoutStandard }: Figures) => withoutStandard,
    most: 3,
    reason: "what a chain does is somebody else's standard, and a reader has to find it",
  },
] as const;

function countLines(text: string): number {
  return text.split("\n").length - 1;
}

/** The comment that a file opens with; empty without one. */
function headingOf(text: string): string {
  return /^\/\*\*.*?\*\/|^(?:\/\/[^\n]*\n)+/s.exec(text)?.[0] ?? "";
}

/** The files that a file imports, with whether that happens only when they are needed. */
function importsOf({ path, text }: SourceFile): { readonly to: string; readonly isLazy: boolean }[] {
  const found = text.matchAll(/\b(?:from|import)(\(|\s)\s*"(\.[^"]+)"/g);
  return [...found].map(([, before, to = ""]) => ({ to: join(dirname(path), to), isLazy: before === "(" }));
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

function isListed({ path }: SourceFile): boolean {
  return lists.some((list) => list.test(path));
}

/** Which files are crumbs. What is imported only when it is needed has to stand by itself. */
function crumbsAmong(files: readonly SourceFile[], importers: ReadonlyMap<string, readonly string[]>) {
  const lazy = new Set(files.flatMap(importsOf).flatMap(({ to, isLazy }) => (isLazy ? [to] : [])));
  return files.filter((file) => {
    if (isListed(file) || floorPlan.test(file.path) || lazy.has(file.path)) return false;
    const [only, ...others] = importers.get(file.path) ?? [];
    if (only === undefined) return false;
    const joins = others.length === 0 && dirname(only) === dirname(file.path);
    return countLines(file.text) < (joins ? 60 : 25);
  });
}

/** Who imports each file, every importer once. */
function importersAmong(files: readonly SourceFile[]): Map<string, string[]> {
  const pairs = files.flatMap((file) =>
    [...new Set(importsOf(file).map(({ to }) => to))].map((to) => ({ to, from: file.path })),
  );
  const grouped = Map.groupBy(pairs, ({ to }) => to);
  return new Map([...grouped].map(([to, froms]) => [to, froms.map(({ from }) => from)]));
}

function fullFoldersAmong(files: readonly SourceFile[]): string[] {
  const unlisted = files.filter((file) => !isListed(file));
  const folders = Map.groupBy(unlisted, ({ path }) => dirname(path));
  return [...folders].filter(([, within]) => within.length > MOST_FILES).map(([folder]) => folder);
}

/** Counts what the limits are about. */
export function measure(files: readonly SourceFile[]): Figures {
  const importers = importersAmong(files);
  const pathsOf = (test: (file: SourceFile) => boolean) => files.filter(test).map(({ path }) => path);
  const lines = files.reduce((sum, { text }) => sum + countLines(text), 0);
  return {
    files: files.length,
    lines,
    filesPer1000Lines: Math.round((files.length / lines) * 10_000) / 10,
    median: median(files.filter((file) => !isListed(file)).map(({ text }) => countLines(text))),
    largest: Math.max(0, ...files.map(({ text }) => countLines(text))),
    above400: pathsOf(({ text }) => countLines(text) > MOST_LINES),
    oneImporter: pathsOf(({ path }) => importers.get(path)?.length === 1),
    under25: pathsOf(({ text }) => countLines(text) < 25),
    crumbs: crumbsAmong(files, importers).map(({ path }) => path),
    fullFolders: fullFoldersAmong(files),
    withoutHeading: pathsOf(({ text }) => headingOf(text) === ""),
    withoutStandard: pathsOf(
      ({ path, text }) => standards.test(path) && !/https?:\/\//.test(headingOf(text)),
    ),
  };
}

/** What is beyond a limit, a line each with the reason for the limit; nothing when all is well. */
export function beyondLimits(figures: Figures): string[] {
  return limits.flatMap(({ what, of, most, reason }) => {
    const found = of(figures);
    if (found.length <= most) return [];
    return [
      `${found.length} ${what}, at most ${most}: ${reason}.\n${found.map((one) => `  ${one}\n`).join("")}`,
    ];
  });
}

/** Names at the top that are not in the list of what stands there. */
export function strangersAtTheTop(paths: readonly string[]): string[] {
  const names = new Set(paths.map((path) => path.split("/")[0] ?? path));
  return [...names]
    .filter((name) => !topLevel.includes(name))
    .map((name) => `${name} does not belong at the top level: see scripts/ and package.json.\n`);
}

/** What a test may be about by its name: `signing/broadcast-refusals` of `signing/broadcast`, seen from its refusals. */
function subjectsOf(path: string): string[] {
  const words = (mirroringTests.exec(path)?.[1] ?? "").split("-");
  return words.map((_, index) => words.slice(0, words.length - index).join("-"));
}

/** Tests that do not lie where the file lies that they are about, or are not called after it. */
export function strayTests(paths: readonly string[]): string[] {
  const files = new Set(paths.map((path) => path.replace(/\.[a-z]+$/, "")));
  return paths
    .filter((path) => mirroringTests.test(path) && !testsOfRooms.test(path))
    .filter((path) => !subjectsOf(path).some((subject) => files.has(subject)))
    .map(
      (path) =>
        `${path} is called after no file: a test is named as what it tests, <file>[-<aspect>].test.ts.\n`,
    );
}

function show(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]: [string, number | readonly string[]]) => {
      const words = name.replace(/[A-Z]|\d+/g, (part) => ` ${part.toLowerCase()}`);
      return `${words.padEnd(24)}${typeof value === "number" ? value : value.length}\n`;
    })
    .join("");
}

/** The paths of all files that git tracks or would track, from the top. */
function trackedPaths(root: string): string[] {
  const command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"];
  const { success, stdout, stderr } = Bun.spawnSync(command, { cwd: root, stderr: "pipe" });
  if (!success) throw new Error(`git does not list the files: ${stderr.toString()}`);
  return stdout.toString().trim().split("\n");
}

async function readSources(root: string, paths: readonly string[]): Promise<SourceFile[]> {
  const wanted = paths.filter((path) => /^(src|chains|providers)\/.*\.ts$/.test(path));
  const files = wanted.map((path) => ({ path, file: Bun.file(join(root, path)) }));
  // What was deleted is tracked until the next commit.
  const read = files.map(async ({ path, file }) =>
    (await file.exists()) ? [{ path, text: await file.text() }] : [],
  );
  return (await Promise.all(read)).flat();
}

if (import.meta.main) {
  const root = join(import.meta.dir, "..");
  const paths = trackedPaths(root);
  const figures = measure(await readSources(root, paths));
  console.log(show(figures));
  const problems = [...beyondLimits(figures), ...strangersAtTheTop(paths), ...strayTests(paths)];
  for (const problem of problems) console.error(problem);
  process.exit(problems.length === 0 ? 0 : 1);
}
