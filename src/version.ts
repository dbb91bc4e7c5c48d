/** The program's version, and of what it was made. */
import packageJson from "../package.json" with { type: "json" };
import type { BuildFacts } from "./build-facts.ts";

/** It continues the numbering of the original, whose place this program takes. */
export const version: string = packageJson.version;

/** What `--version --verbose` prints. */
export interface VersionFacts extends Partial<BuildFacts> {
  readonly version: string;
}

/** The version with what somebody needs to make the same executable; the version alone where nothing was built. */
export async function versionFacts(): Promise<VersionFacts> {
  const { buildFacts } = await import("./build-facts.ts");
  return { version, ...buildFacts };
}
