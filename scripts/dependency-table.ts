/**
 * Brings docs/dependencies.md up to date with package-lock.json and with what the bundler takes of each package:
 * `bun scripts/dependency-table.ts`. What a package is for, and what would be done without it, a person writes there.
 */
import { packagesOfExecutable, type SizedPackage } from "./release/executable.ts";
import { readLockFile } from "./release/lock-file.ts";

/** A row of the first table: a package that package.json names. */
export interface DependencyRow {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Of minified JavaScript in the bundle; `–` where nothing of it is shipped. */
  readonly kilobytes: string;
  /** For what, by whom, released when, what without it. */
  readonly prose: readonly string[];
}

/** A row of the second table: a package that others bring into the bundle. */
export interface BroughtRow {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly kilobytes: string;
  readonly by: string;
}

/** A row of the third table: a package that only development needs. */
export interface DevelopmentRow {
  readonly name: string;
  readonly version: string;
  /** The one thing that it does here. */
  readonly job: string;
}

const PAGE = new URL("../docs/dependencies.md", import.meta.url).pathname;
const BEGIN = "<!-- Numbers by `bun scripts/dependency-table.ts`. -->\n";
const END = "<!-- end of the table -->\n";
/** What stands in the place of a date of release, or of a job, that a person has to write. */
export const UNKNOWN = "?";

const DEPENDENCY_HEAD = [
  "| Package | Version | License | kB | For what | Maintained by | Released | Without it |",
  "| --- | --- | --- | --- | --- | --- | --- | --- |",
];
const BROUGHT_HEAD = ["| Package | Version | License | kB | Brought by |", "| --- | --- | --- | --- | --- |"];

const DEVELOPMENT_HEAD = ["| Package | Version | Job |", "| --- | --- | --- |"];

function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf("|"))
    .split("|")
    .map((cell) => cell.trim());
}

/** The text between the n-th pair of marks. */
function tableOf(page: string, position: number): string {
  const part = page.split(BEGIN)[position + 1]?.split(END)[0];
  if (part === undefined) throw new Error("The page does not have the marks of its three tables.");
  return part;
}

function rowsOf(page: string, position: number): string[][] {
  const lines = tableOf(page, position).split("\n");
  return lines.filter((line) => line.startsWith("| `")).map(cellsOf);
}

export function dependencyRows(page: string): DependencyRow[] {
  return rowsOf(page, 0).map(([name = "", version = "", license = "", kilobytes = "", ...prose]) => ({
    name: name.replaceAll("`", ""),
    version,
    license,
    kilobytes,
    prose,
  }));
}

export function broughtRows(page: string): BroughtRow[] {
  return rowsOf(page, 1).map(([name = "", version = "", license = "", kilobytes = "", by = ""]) => ({
    name: name.replaceAll("`", ""),
    version,
    license,
    kilobytes,
    by,
  }));
}

export function developmentRows(page: string): DevelopmentRow[] {
  return rowsOf(page, 2).map(([name = "", version = "", job = ""]) => ({
    name: name.replaceAll("`", ""),
    version,
    job,
  }));
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}

/** The names that package.json gives to runtime dependencies. */
export function namedDependencies(): string[] {
  return Object.keys(readLockFile().packages[""]?.dependencies ?? {}).sort();
}

/** What the lock file and the bundle say of the packages that package.json names. */
export function foundDependencies(bundled: readonly SizedPackage[]): Omit<DependencyRow, "prose">[] {
  const locked = readLockFile().packages;
  return namedDependencies().map((name) => {
    const folder = `node_modules/${name}`;
    const { version = "", license = "" } = locked[folder] ?? {};
    const shipped = bundled.find((other) => other.folder === folder);
    return { name, version, license, kilobytes: shipped === undefined ? "–" : kilobytes(shipped.bytes) };
  });
}

/** The names of all that a package needs, and what that needs, and so on. */
function needsOf(name: string): Set<string> {
  const locked = Object.entries(readLockFile().packages);
  const needs = new Set<string>();
  for (const wanted of needs.add(name)) {
    const copies = locked.filter(([folder]) => folder.endsWith(`node_modules/${wanted}`));
    for (const [, { dependencies = {} }] of copies) {
      for (const needed of Object.keys(dependencies)) needs.add(needed);
    }
  }
  return needs;
}

/** What is in the bundle besides them. */
export function foundBrought(bundled: readonly SizedPackage[]): BroughtRow[] {
  const shipped = bundled.map(({ folder }) => folder);
  const roots = namedDependencies().filter((name) => shipped.includes(`node_modules/${name}`));
  const needs = roots.map((name) => [name, needsOf(name)] as const);
  return bundled
    .filter(({ folder }) => !roots.includes(folder.slice("node_modules/".length)))
    .map(({ name, version, license, bytes }) => {
      const by = needs.flatMap(([root, needed]) => (root !== name && needed.has(name) ? [root] : []));
      return { name, version, license, kilobytes: kilobytes(bytes), by: by.join(", ") };
    })
    .sort((one, other) => (`${one.name} ${one.version}` < `${other.name} ${other.version}` ? -1 : 1));
}

/** The packages that package.json names for development. */
export function foundDevelopment(): Omit<DevelopmentRow, "job">[] {
  const locked = readLockFile().packages;
  const names = Object.keys(locked[""]?.devDependencies ?? {}).sort();
  return names.map((name) => ({ name, version: locked[`node_modules/${name}`]?.version ?? "" }));
}

function withTables(page: string, bundled: readonly SizedPackage[]): string {
  const known = dependencyRows(page);
  const dependencies = foundDependencies(bundled).map((found) => {
    const before = known.find(({ name }) => name === found.name);
    const [forWhat = "", by = "", date = UNKNOWN, without = ""] = before?.prose ?? [];
    const released = before?.version === found.version ? date : UNKNOWN;
    const { name, version, license, kilobytes: size } = found;
    return `| ${[`\`${name}\``, version, license, size, forWhat, by, released, without].join(" | ")} |`;
  });
  const brought = foundBrought(bundled).map(
    ({ name, version, license, kilobytes: size, by }) =>
      `| ${[`\`${name}\``, version, license, size, by].join(" | ")} |`,
  );
  const jobs = developmentRows(page);
  const development = foundDevelopment().map(({ name, version }) => {
    const job = jobs.find((row) => row.name === name)?.job ?? UNKNOWN;
    return `| ${[`\`${name}\``, version, job].join(" | ")} |`;
  });
  const tables = [
    [...DEPENDENCY_HEAD, ...dependencies],
    [...BROUGHT_HEAD, ...brought],
    [...DEVELOPMENT_HEAD, ...development],
  ];
  const parts = page.split(BEGIN);
  return parts
    .map((part, index) => {
      const lines = tables[index - 1];
      return lines === undefined ? part : `${BEGIN}\n${lines.join("\n")}\n\n${END}${part.split(END)[1]}`;
    })
    .join("");
}

if (import.meta.main) {
  await Bun.write(PAGE, withTables(await Bun.file(PAGE).text(), await packagesOfExecutable()));
}
