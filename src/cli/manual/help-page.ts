/** The help of a command, laid out for a terminal from its page of the manual. */
import { writeOutput } from "../output.ts";
import {
  columnsOf,
  hasColours,
  type Paint,
  paintFor,
  terminalOf,
  widthOf,
  wrapWords,
} from "../terminal/text-layout.ts";
import { builtManual, type Manual, type ManualOption, type ManualPage } from "./manual.ts";

/** How a text is laid out. */
export interface Layout {
  readonly columns: number;
  readonly paint: Paint;
}

/** Narrower than this, a description stands below what it describes, unless that is short in all rows. */
const TWO_COLUMNS_FROM = 60;
const SHORT_LABEL = 8;
/** A label longer than this has its description below it; the longest name of a command has 30 letters. */
const WIDEST_LABEL = 30;
const INDENT = 2;

type Row = readonly [label: string, description: string];

/** Rows of labels and descriptions, in two columns where there is room. */
function tableOf(rows: readonly Row[], { columns, paint }: Layout): string[] {
  const fitting = rows.map(([label]) => widthOf(label)).filter((width) => width <= WIDEST_LABEL);
  const isWide = columns >= TWO_COLUMNS_FROM || rows.every(([label]) => label.length <= SHORT_LABEL);
  const start = isWide ? INDENT + Math.max(0, ...fitting) + 2 : 2 * INDENT;
  return rows.flatMap(([label, description]) => {
    const lines = description === "" ? [] : wrapWords(description, columns - start);
    const isBeside = isWide && widthOf(label) <= WIDEST_LABEL;
    const [first = "", ...rest] = isBeside ? lines : ["", ...lines];
    const gap = " ".repeat(Math.max(0, start - INDENT - widthOf(label)));
    const head = first === "" ? "" : gap + first;
    return [
      `${" ".repeat(INDENT)}${paint("cyan", label)}${head}`,
      ...rest.map((line) => " ".repeat(start) + line),
    ];
  });
}

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ["", paint("bold", title), ...lines];
}

function optionRow({ name, value, description }: ManualOption): Row {
  const short = name === "help" ? "-h, " : "";
  return [`${short}--${name}${value === undefined ? "" : `=<${value}>`}`, description];
}

/** The words with which a command is used, such as `tatum-kms getaddress [OPTIONS] <signatureId> [index]`. */
export function usageOf({ words, arguments: places, groups }: ManualPage): string {
  const named = words === "" ? "tatum-kms" : `tatum-kms ${words}`;
  if (groups.length > 0) return `${named} <command> ...`;
  const positionals = places.map(({ name, required }) => (required ? ` <${name}>` : ` [${name}]`)).join("");
  return `${named} [OPTIONS]${positionals}`;
}

/** A command for a shell; where it breaks, the line goes on as shells take it. */
function exampleLines(example: string, columns: number): string[] {
  const lines = wrapWords(example, columns - INDENT - " \\".length, INDENT);
  return lines.map((line, at) => " ".repeat(INDENT) + line + (at < lines.length - 1 ? " \\" : ""));
}

function commandTables({ groups, words }: ManualPage, layout: Layout): string[] {
  const depth = words === "" ? 0 : words.split(" ").length;
  return groups.flatMap(({ title, pages }) =>
    section(
      title,
      tableOf(
        pages.map((page) => [page.words.split(" ").slice(depth).join(" "), page.summary]),
        layout,
      ),
      layout.paint,
    ),
  );
}

/** The help of a command, with a line break at its end. */
export function helpPage(page: ManualPage, { version }: Manual, layout: Layout): string {
  const { columns, paint } = layout;
  const title = page.words === "" ? `tatum-kms ${version}` : `tatum-kms ${page.words}`;
  const table = (rows: readonly Row[]) => tableOf(rows, layout);
  const variables = page.variables.map(({ name, meaning, standard }): Row => {
    return [name, standard === undefined ? meaning : `${meaning} (default ${standard})`];
  });
  const lines = [
    ...wrapWords(`${title}: ${page.summary}`, columns, INDENT),
    "",
    ...wrapWords(`${paint("bold", "USAGE")} ${usageOf(page)}`, columns, INDENT),
    ...section("ARGUMENTS", table(page.arguments.map(({ name, description }) => [name, description])), paint),
    ...commandTables(page, layout),
    ...section("OPTIONS", table(page.options.map(optionRow)), paint),
    ...section("OPTIONS OF THE VAULT", table(page.vaultOptions.map(optionRow)), paint),
    ...section("VARIABLES", table(variables), paint),
    ...section(
      page.examples.length === 1 ? "EXAMPLE" : "EXAMPLES",
      page.examples.flatMap((example) => exampleLines(example, columns)),
      paint,
    ),
    ...section(
      "EXIT STATUS",
      table(page.statuses.map(({ status, meaning }) => [String(status), meaning])),
      paint,
    ),
  ];
  const named = page.words === "" ? "tatum-kms" : `tatum-kms ${page.words}`;
  const more =
    page.groups.length === 0
      ? []
      : ["", ...wrapWords(`More of a command: ${named} <command> --help`, columns, INDENT)];
  return `${[...lines, ...more].join("\n")}\n`;
}

/** The help of every command by its words, laid out as where nobody looks on. */
export function plainHelpTexts(manual: Manual): Readonly<Record<string, string>> {
  const layout = { columns: columnsOf({}, {}), paint: paintFor(false) };
  const texts = allPages(manual.program).map((page) => [page.words, helpPage(page, manual, layout)] as const);
  return Object.fromEntries(texts);
}

/** Every page below one, and the page itself. */
export function allPages(page: ManualPage): ManualPage[] {
  return [page, ...page.groups.flatMap(({ pages }) => pages.flatMap(allPages))];
}

/** The page of the command that words begin with, arguments behind it left aside; `undefined` when a word is no command. */
export function pageNamed(page: ManualPage, words: readonly string[]): ManualPage | undefined {
  const [word, ...rest] = words;
  if (word === undefined || page.groups.length === 0) return page;
  const below = page.groups.flatMap(({ pages }) => pages);
  const named = below.find((one) => one.words === `${page.words} ${word}`.trim());
  return named === undefined ? undefined : pageNamed(named, rest);
}

/**
 * Prints the help of a command.
 * @throws OutputClosed, KmsError `CANNOT_WRITE`
 */
export function printHelp(page: ManualPage, manual: Manual): void {
  const columns = columnsOf(terminalOf(1) ?? {}, process.env);
  writeOutput(helpPage(page, manual, { columns, paint: paintFor(hasColours(1, process.env)) }));
}

/**
 * Prints the help of the command that words begin with, from the manual of the executable. Tells whether there is such a command.
 * @throws OutputClosed, KmsError `CANNOT_WRITE`
 */
export function printHelpOf(words: readonly string[]): boolean {
  const page = builtManual === undefined ? undefined : pageNamed(builtManual.program, words);
  if (page === undefined || builtManual === undefined) return false;
  printHelp(page, builtManual);
  return true;
}
