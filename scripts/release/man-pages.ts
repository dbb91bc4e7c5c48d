/**
 * The manual as man pages, in the macros of man(7) (https://man7.org/linux/man-pages/man7/groff_man.7.html), one for each
 * command, and the completion scripts beside them: what the archives of a release have for shells and man(1).
 */
import { completionScript, type Shell, shells } from "../../src/cli/manual/completion.ts";
import { allPages, usageOf } from "../../src/cli/manual/help-page.ts";
import type { Manual, ManualOption, ManualPage } from "../../src/cli/manual/manual.ts";
import { wrapWords } from "../../src/cli/terminal/text-layout.ts";
import type { ArchivedFile } from "./archive.ts";

/** What roff takes for a request. */
const REQUEST = /^(['.])/;
/** Longest line of a source, by the style that mandoc checks. */
const LINE_BYTES = 78;

/** A text in which roff sees no request, no escape and no hyphen that could break. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replace(REQUEST, "\\&$1");
}

/** A text over several lines of the source, of which roff makes one paragraph. */
function paragraph(text: string): string {
  const lines = wrapWords(escaped(text), LINE_BYTES);
  return lines.map((line) => line.replace(REQUEST, "\\&$1")).join("\n");
}

/** The name of a page, such as `tatum-kms-vault-backup`. */
function pageName(words: string): string {
  return `tatum-kms ${words}`.trim().replaceAll(" ", "-");
}

/** A macro with one argument in quotes. */
function macro(name: string, text: string): string {
  return `.${name} "${escaped(text).replaceAll('"', "\\(dq")}"`;
}

type Entry = readonly [label: string, text: string];

function section(title: string, entries: readonly Entry[]): string[] {
  if (entries.length === 0) return [];
  return [
    macro("SH", title),
    ...entries.flatMap(([label, text]) => [".TP", macro("B", label), paragraph(text)]),
  ];
}

function optionEntry({ name, value, description }: ManualOption): Entry {
  return [`--${name}${value === undefined ? "" : `=<${value}>`}`, `${description}.`];
}

/** Commands as somebody types them: as they are, line for line. */
function exampleSection(examples: readonly string[]): string[] {
  if (examples.length === 0) return [];
  return [".SH EXAMPLES", ".nf", ...examples.map((line) => `.RS 4\n${escaped(line)}\n.RE`), ".fi"];
}

function commandSections({ groups }: ManualPage): string[] {
  return groups.flatMap(({ title, pages }) =>
    section(
      title,
      pages.map(({ words, summary }) => [words, `${summary}; see ${pageName(words)}(1).`]),
    ),
  );
}

/** The pages above and right below. */
function seeAlso({ words, groups }: ManualPage): string {
  const above = words.split(" ").slice(0, -1).join(" ");
  const below = groups.flatMap(({ pages }) => pages.map((page) => page.words));
  const others = words === "" ? below : ["", ...(above === "" ? [] : [above]), ...below];
  return others
    .map(pageName)
    .sort()
    .map((name) => `.BR ${escaped(name)} (1)`)
    .join(" ,\n");
}

/** The line that makewhatis(8) reads; over two lines where it is long. */
function nameLines(name: string, summary: string): string[] {
  return [`${escaped(name)} \\-`, paragraph(summary)];
}

/**
 * A command's page in roff.
 * @param date of the release, as 2026-01-31
 */
export function manPage(page: ManualPage, { version }: Manual, date: string): string {
  const name = pageName(page.words);
  const summary = page.summary.replace(/\.$/, "");
  const variables = page.variables.map(({ name: variable, meaning, standard }): Entry => {
    return [variable, `${meaning}${standard === undefined ? "" : ` (default ${standard})`}.`];
  });
  const lines = [
    `.TH "${escaped(name.toUpperCase())}" 1 "${date}" "${escaped(`tatum-kms ${version}`)}"`,
    ".SH NAME",
    ...nameLines(name, summary),
    ".SH SYNOPSIS",
    macro("B", usageOf(page)),
    ".SH DESCRIPTION",
    paragraph(`${summary}.`),
    ...section(
      "ARGUMENTS",
      page.arguments.map(({ name: argument, description }) => [argument, `${description}.`]),
    ),
    ...commandSections(page),
    ...section("OPTIONS", page.options.map(optionEntry)),
    ...section("OPTIONS OF THE VAULT", page.vaultOptions.map(optionEntry)),
    ...section("ENVIRONMENT", variables),
    ...exampleSection(page.examples),
    ...section(
      "EXIT STATUS",
      page.statuses.map(({ status, meaning }) => [String(status), `${meaning}.`]),
    ),
    ".SH SEE ALSO",
    seeAlso(page),
  ];
  return `${lines.join("\n")}\n`;
}

/** Where distributions keep the scripts of each shell, by their names there. */
const completionPaths: Readonly<Record<Shell, string>> = {
  bash: "completions/bash/tatum-kms",
  zsh: "completions/zsh/_tatum-kms",
  fish: "completions/fish/tatum-kms.fish",
};

/**
 * All man pages and completion scripts.
 * @param time of the release, in seconds since 1970
 */
export function shellDocuments(manual: Manual, time: number): ArchivedFile[] {
  const date = new Date(time * 1000).toISOString().slice(0, "2026-01-31".length);
  return [
    ...allPages(manual.program).map((page) => ({
      path: `man/man1/${pageName(page.words)}.1`,
      content: manPage(page, manual, date),
    })),
    ...shells.map((shell) => ({ path: completionPaths[shell], content: completionScript(shell, manual) })),
  ];
}
