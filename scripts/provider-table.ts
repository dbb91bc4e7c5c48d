/**
 * Writes the table of all providers' variables into docs/providers.md: `bun scripts/provider-table.ts`. A test fails
 * while the page has another one.
 */
import { loadProvider, providerNames } from "../providers/index.ts";
import type { SecretProvider } from "../providers/provider.ts";

const BEGIN = "<!-- Made from providers/ by `bun scripts/provider-table.ts`. -->\n";
const END = "<!-- end of the table -->\n";

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function rowsOf({ name, title, variables }: SecretProvider): string[] {
  const provider = `\`${name}\`: ${title}`;
  if (variables.length === 0) return [`| ${provider} | none | | |`];
  return variables.map((variable, index) => {
    const required = variable.required ? "yes" : "no";
    const shown = index === 0 ? provider : `\`${name}\``;
    return `| ${shown} | \`${variable.name}\` | ${required} | ${cell(variable.description)} |`;
  });
}

/** The table, grouped by provider, in the order of the registry. */
export async function providerTable(): Promise<string> {
  const providers = await Promise.all(providerNames.map(loadProvider));
  const lines = [
    "| Provider | Variable | Required | Meaning |",
    "| --- | --- | --- | --- |",
    ...providers.flatMap(rowsOf),
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * The page with this table between its two marks.
 * @throws Error when a mark is missing
 */
export function withTable(page: string, table: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error("The page does not have the two marks of the table.");
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}

if (import.meta.main) {
  const path = new URL("../docs/providers.md", import.meta.url).pathname;
  await Bun.write(path, withTable(await Bun.file(path).text(), await providerTable()));
}
