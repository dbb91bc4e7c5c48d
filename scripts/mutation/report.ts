/** The report of a mutation test: how many mutants the tests noticed, and which they did not, as Markdown. */
import type { Mutant } from "./mutants.ts";
import type { Verdict } from "./workshop.ts";

export interface Tried {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

function isNoticed({ verdict }: Tried): boolean {
  return verdict === "killed" || verdict === "timed out";
}

function share(tried: readonly Tried[]): string {
  const noticed = tried.filter(isNoticed).length;
  return `${noticed} of ${tried.length} (${((100 * noticed) / tried.length).toFixed(0)} %)`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("|", "\\|").slice(0, 90);
}

/** The report as Markdown, for each file and in all. */
export function describe(tried: readonly Tried[], title: string): string {
  const byFile = Map.groupBy(tried, ({ mutant }) => mutant.file);
  const files = [...byFile].sort(([a], [b]) => (a < b ? -1 : 1));
  const survivors = tried.filter((one) => !isNoticed(one));
  return [
    `# ${title}`,
    "",
    `Noticed: ${share(tried)}.`,
    "",
    "| file | noticed |",
    "| --- | --- |",
    ...files.map(([file, mutants]) => `| ${file} | ${share(mutants)} |`),
    "",
    "## Not noticed",
    "",
    ...survivors.map(
      ({ mutant: { file, line, kind, original, replacement }, verdict }) =>
        `- ${file}:${line} ${verdict}, ${kind}: \`${oneLine(original)}\` to \`${oneLine(replacement)}\``,
    ),
    "",
  ].join("\n");
}
