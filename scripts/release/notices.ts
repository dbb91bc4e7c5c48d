/** The notices of `tatum-kms licenses` and of each archive: who wrote what is inside, and under which license. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BundledPackage } from "./bundled-packages.ts";
import { RUNTIME_LICENSE_SOURCE, runtimeLibraries } from "./runtime-libraries.ts";

const RULE = "=".repeat(80);

const standardText = (name: string): string =>
  readFileSync(join(import.meta.dir, "license-texts", `${name}.txt`), "utf8").trim();

/** A package without a text of its own: the text of Apache-2.0 is the same for all, others name an author. */
function textsOf({ texts, license, author, name }: BundledPackage): readonly string[] {
  if (texts.length > 0) return texts;
  if (license === "Apache-2.0") return [standardText("Apache-2.0")];
  return [
    `Copyright (c) ${author ?? `the authors of ${name}`}\nLicense: ${license} (the package brings no text of it)`,
  ];
}

function titleOf({ name, version, license }: BundledPackage): string {
  return `${name} ${version} (${license})`;
}

/** Packages that have the very same text stand together above it. */
function packageSections(packages: readonly BundledPackage[]): string[] {
  const byText = Map.groupBy(packages, (one) => textsOf(one).join("\n\n"));
  return [...byText].map(([text, owners]) => `${RULE}\n${owners.map(titleOf).join("\n")}\n\n${text}`);
}

function runtimeSection(): string {
  const lines = runtimeLibraries.map(({ name, license, source }) => `- ${name}: ${license}, ${source}`);
  return [
    `${RULE}\nBun ${Bun.version} (MIT), https://bun.com`,
    `The runtime in the executable, unchanged but for the names of variables that it does not obey here. It holds these\nlibraries (${RUNTIME_LICENSE_SOURCE}):`,
    lines.join("\n"),
    "JavaScriptCore, WebCore and TinyCC are under the GNU Lesser General Public License. Their sources, and how Bun is linked\nagain with changed ones, are at the address above; `scripts/build.ts --runtime=FILE` makes this executable with such a Bun.",
  ].join("\n\n");
}

/**
 * All notices as one text.
 * @param packages what the bundle holds
 */
export function noticesOf(packages: readonly BundledPackage[]): string {
  const sections = [
    `Third-party notices of tatum-kms: ${packages.length} packages and the runtime.`,
    packages.map(titleOf).join("\n"),
    ...packageSections(packages),
    runtimeSection(),
    `${RULE}\n${standardText("LGPL-2.1")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}
