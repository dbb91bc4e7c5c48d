/** The libraries in the executable, as the bundler met them: whose they are, and under which license. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type LockedPackages, nameOfFolder } from "./lock-file.ts";

const manifestSchema = v.object({
  version: v.string(),
  license: v.string("states no license"),
  author: v.optional(
    v.union([
      v.string(),
      v.pipe(
        v.object({ name: v.string() }),
        v.transform(({ name }) => name),
      ),
    ]),
  ),
});

export interface BundledPackage {
  /** As in package-lock.json: `node_modules/viem`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression: https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/ */
  readonly license: string;
  readonly author: string | undefined;
  /** Subresource integrity of the package, from package-lock.json. */
  readonly integrity: string;
  /** The texts of its license and notice files. */
  readonly texts: readonly string[];
}

/** What may be in an executable that is passed on under the MIT license. */
const allowedLicenses = new Set(["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"]);

/** Whether an SPDX expression leaves a choice of allowed licenses alone. */
export function isAllowedLicense(expression: string): boolean {
  const choices = expression.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((license) => allowedLicenses.has(license)));
}

/** The folder of the package that a file belongs to; none for the project's own. */
export function folderOfFile(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function licenseTexts(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return names.sort().map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
}

function describePackage(folder: string, locked: LockedPackages): BundledPackage {
  const text = readFileSync(join(folder, "package.json"), "utf8");
  const { version, license, author } = v.parse(manifestSchema, JSON.parse(text));
  const name = nameOfFolder(folder);
  const { integrity, version: wanted } = locked[folder] ?? {};
  if (integrity === undefined) throw new Error(`package-lock.json holds no digest of ${name}.`);
  if (wanted !== version) throw new Error(`${name} is installed as ${version}, but the lock says ${wanted}.`);
  if (!isAllowedLicense(license)) {
    throw new Error(`${name} ${version} has the license ${license}, which scripts/release does not allow.`);
  }
  return { folder, name, version, license, author, integrity, texts: licenseTexts(folder) };
}

/**
 * The packages that files of a bundle come from, by their folder.
 *
 * @param files paths as in the bundler's metafile, from the top of the project
 * @throws Error for a license that is not allowed, and for what package-lock.json does not know
 */
export function bundledPackages(files: readonly string[], locked: LockedPackages): BundledPackage[] {
  const folders = files.map(folderOfFile).filter((folder) => folder !== undefined);
  return [...new Set(folders)].sort().map((folder) => describePackage(folder, locked));
}
